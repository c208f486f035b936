/* The client and the scopes. */
#include "binding.h"

/* tokens: of tokensNew, or 0. */
static jlong clientOpen(JNIEnv *env, jclass cls UNUSED, jobjectArray options, jlong tokens) {
  struct request r;
  pravega_client_t *client = NULL;
  int status = 0;
  if (request_begin(&r, env, NULL, NULL, NULL, options)) {
    if (tokens != 0) {
      status = pravega_config_set_token_provider(r.config, token_needed, HANDLE(void, tokens), &r.err);
    }
    if (status == PRAVEGA_OK) {
      status = pravega_client_open(r.config, &client, &r.err);
    }
  }
  return request_end(&r, status) ? NUMBER(client) : 0;
}

static void clientClose(JNIEnv *env, jclass cls UNUSED, jlong client) {
  pravega_error_t *err = NULL;
  int status = pravega_client_close(HANDLE(pravega_client_t, client), &err);
  succeeded(env, status, err);
}

/* The calls that name a scope and answer yes or no. */
typedef int scope_question(pravega_client_t *, const char *, int *, int, pravega_error_t **);

static jboolean ask_scope(JNIEnv *env, jlong client, jbyteArray scope, scope_question *question) {
  struct request r;
  int status = 0, yes = 0;
  if (request_begin(&r, env, scope, NULL, NULL, NULL)) {
    status = question(HANDLE(pravega_client_t, client), r.texts[0], &yes, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && yes;
}

static jboolean scopeCreate(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope) {
  return ask_scope(env, client, scope, pravega_scope_create);
}

static jboolean scopeDelete(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope) {
  return ask_scope(env, client, scope, pravega_scope_delete);
}

static jboolean scopeDeleteRecursive(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope) {
  return ask_scope(env, client, scope, pravega_scope_delete_recursive);
}

static jboolean scopeExists(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope) {
  return ask_scope(env, client, scope, pravega_scope_exists);
}

static jobjectArray scopeList(JNIEnv *env, jclass cls UNUSED, jlong client) {
  pravega_list_t *names = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_scope_list(HANDLE(pravega_client_t, client), &names, PRAVEGA_FOREVER, &err);
  return succeeded(env, status, err) ? list_out(env, names) : NULL;
}

static const JNINativeMethod methods[] = {
    NATIVE(clientOpen, "(" TEXTS "J)J"),
    NATIVE(clientClose, "(J)V"),
    NATIVE(scopeCreate, "(J" TEXT ")Z"),
    NATIVE(scopeDelete, "(J" TEXT ")Z"),
    NATIVE(scopeDeleteRecursive, "(J" TEXT ")Z"),
    NATIVE(scopeExists, "(J" TEXT ")Z"),
    NATIVE(scopeList, "(J)" TEXTS),
};
const struct natives client_natives = NATIVES(methods);
