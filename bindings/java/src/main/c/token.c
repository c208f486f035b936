/* Token providers: no thread of the library enters Java. It leaves its request in a
 * slot, from which a thread of Java takes it. A new request means that the library gave
 * up the one before. */
#include "binding.h"

#include <pthread.h>
#include <stdlib.h>

struct tokens {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  pravega_token_request_t *request; /* to be taken; or NULL */
  bool ended;
};

void token_needed(void *user, pravega_token_request_t *request) {
  struct tokens *t = user;
  pthread_mutex_lock(&t->lock);
  t->request = request;
  pthread_cond_signal(&t->changed);
  pthread_mutex_unlock(&t->lock);
}

/* Yours, tokensFree. */
static jlong tokensNew(JNIEnv *env, jclass cls UNUSED) {
  struct tokens *t = calloc(1, sizeof *t);
  if (!succeeded(env, t == NULL ? PRAVEGA_E_NO_MEMORY : PRAVEGA_OK, NULL)) {
    return 0;
  }
  pthread_mutex_init(&t->lock, NULL);
  pthread_cond_init(&t->changed, NULL);
  return NUMBER(t);
}

/* Waits for a request; 0 after tokensEnd. */
static jlong tokensTake(JNIEnv *env UNUSED, jclass cls UNUSED, jlong tokens) {
  struct tokens *t = HANDLE(struct tokens, tokens);
  pthread_mutex_lock(&t->lock);
  while (t->request == NULL && !t->ended) {
    pthread_cond_wait(&t->changed, &t->lock);
  }
  pravega_token_request_t *request = t->ended ? NULL : t->request;
  t->request = NULL;
  pthread_mutex_unlock(&t->lock);
  return NUMBER(request);
}

static void tokensEnd(JNIEnv *env UNUSED, jclass cls UNUSED, jlong tokens) {
  struct tokens *t = HANDLE(struct tokens, tokens);
  pthread_mutex_lock(&t->lock);
  t->ended = true;
  pthread_cond_signal(&t->changed);
  pthread_mutex_unlock(&t->lock);
}

static void tokensFree(JNIEnv *env UNUSED, jclass cls UNUSED, jlong tokens) {
  struct tokens *t = HANDLE(struct tokens, tokens);
  pthread_cond_destroy(&t->changed);
  pthread_mutex_destroy(&t->lock);
  free(t);
}

/* That it is too late, or no token, the library knows. */
static void tokenSet(JNIEnv *env, jclass cls UNUSED, jlong request, jbyteArray value, jlong expiry) {
  char *text;
  if (text_in(env, value, &text)) {
    pravega_token_set(HANDLE(pravega_token_request_t, request), text, (size_t)(*env)->GetArrayLength(env, value), expiry, NULL);
    free(text);
  }
}

static void tokenFail(JNIEnv *env, jclass cls UNUSED, jlong request, jbyteArray reason) {
  char *text;
  if (text_in(env, reason, &text)) {
    pravega_token_fail(HANDLE(pravega_token_request_t, request), text, NULL);
    free(text);
  }
}

static const JNINativeMethod methods[] = {
    NATIVE(tokensNew, "()J"),
    NATIVE(tokensTake, "(J)J"),
    NATIVE(tokensEnd, "(J)V"),
    NATIVE(tokensFree, "(J)V"),
    NATIVE(tokenSet, "(J" TEXT "J)V"),
    NATIVE(tokenFail, "(J" TEXT ")V"),
};
const struct natives token_natives = NATIVES(methods);
