/* Reader groups. */
#include "binding.h"

static jboolean groupCreate(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray name, jobjectArray streams, jobjectArray options) {
  struct request r;
  int status = 0, created = 0;
  char **from = NULL;
  size_t count = 0;
  if (request_begin(&r, env, scope, name, NULL, options) && texts_in(env, streams, &from, &count)) {
    status = pravega_reader_group_create(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], (const char *const *)from, count, r.config, &created, PRAVEGA_FOREVER, &r.err);
  }
  texts_free(from, count);
  return request_end(&r, status) && created;
}

static void groupDelete(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray name) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, scope, name, NULL, NULL)) {
    status = pravega_reader_group_delete(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static jlong groupOpen(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray name) {
  struct request r;
  int status = 0;
  pravega_reader_group_t *group = NULL;
  if (request_begin(&r, env, scope, name, NULL, NULL)) {
    status = pravega_reader_group_open(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], &group, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) ? NUMBER(group) : 0;
}

static jobjectArray groupReaders(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_list_t *ids = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_reader_group_readers(HANDLE(pravega_reader_group_t, group), &ids, PRAVEGA_FOREVER, &err);
  return succeeded(env, status, err) ? list_out(env, ids) : NULL;
}

static void groupReaderOffline(JNIEnv *env, jclass cls UNUSED, jlong group, jbyteArray reader) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, reader, NULL, NULL, NULL)) {
    status = pravega_reader_group_reader_offline(HANDLE(pravega_reader_group_t, group), r.texts[0], PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static void groupClose(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_group_close(HANDLE(pravega_reader_group_t, group), &err);
  succeeded(env, status, err);
}

static const JNINativeMethod methods[] = {
    NATIVE(groupCreate, "(J" TEXT TEXT TEXTS TEXTS ")Z"),
    NATIVE(groupDelete, "(J" TEXT TEXT ")V"),
    NATIVE(groupOpen, "(J" TEXT TEXT ")J"),
    NATIVE(groupReaders, "(J)" TEXTS),
    NATIVE(groupReaderOffline, "(J" TEXT ")V"),
    NATIVE(groupClose, "(J)V"),
};
const struct natives group_natives = NATIVES(methods);
