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

static jobjectArray groupList(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope) {
  struct request r;
  int status = 0;
  pravega_list_t *names = NULL;
  if (request_begin(&r, env, scope, NULL, NULL, NULL)) {
    status = pravega_reader_group_list(HANDLE(pravega_client_t, client), r.texts[0], &names, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && names != NULL ? list_out(env, names) : NULL;
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

/* The calls that ask for a list. */
typedef int list_question(pravega_reader_group_t *, pravega_list_t **, int, pravega_error_t **);

static jobjectArray ask_list(JNIEnv *env, jlong group, list_question *question, int timeout_ms) {
  pravega_list_t *list = NULL;
  pravega_error_t *err = NULL;
  int status = question(HANDLE(pravega_reader_group_t, group), &list, timeout_ms, &err);
  return succeeded(env, status, err) ? list_out(env, list) : NULL;
}

static jobjectArray groupReaders(JNIEnv *env, jclass cls UNUSED, jlong group) {
  return ask_list(env, group, pravega_reader_group_readers, PRAVEGA_FOREVER);
}

static jobjectArray groupInfo(JNIEnv *env, jclass cls UNUSED, jlong group) {
  return ask_list(env, group, pravega_reader_group_info, PRAVEGA_FOREVER);
}

static jobjectArray groupCuts(JNIEnv *env, jclass cls UNUSED, jlong group, jint timeout_ms) {
  return ask_list(env, group, pravega_reader_group_cuts, timeout_ms);
}

static void groupReaderOffline(JNIEnv *env, jclass cls UNUSED, jlong group, jbyteArray reader, jbyteArray position) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, reader, position, NULL, NULL)) {
    pravega_reader_group_t *of = HANDLE(pravega_reader_group_t, group);
    status = position == NULL ? pravega_reader_group_reader_offline(of, r.texts[0], PRAVEGA_FOREVER, &r.err)
                              : pravega_reader_group_reader_offline_at(of, r.texts[0], r.texts[1], PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static jobjectArray groupCheckpoint(JNIEnv *env, jclass cls UNUSED, jlong group, jbyteArray name, jint timeout_ms) {
  struct request r;
  int status = 0;
  pravega_list_t *cuts = NULL;
  if (request_begin(&r, env, name, NULL, NULL, NULL)) {
    status = pravega_reader_group_checkpoint(HANDLE(pravega_reader_group_t, group), r.texts[0], &cuts, timeout_ms, &r.err);
  }
  return request_end(&r, status) && cuts != NULL ? list_out(env, cuts) : NULL;
}

static void groupCancelCheckpoints(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_group_cancel_checkpoints(HANDLE(pravega_reader_group_t, group), PRAVEGA_FOREVER, &err);
  succeeded(env, status, err);
}

static void groupReset(JNIEnv *env, jclass cls UNUSED, jlong group, jobjectArray streams, jobjectArray options) {
  struct request r;
  int status = 0;
  char **from = NULL;
  size_t count = 0;
  if (request_begin(&r, env, NULL, NULL, NULL, options) && texts_in(env, streams, &from, &count)) {
    status = pravega_reader_group_reset(HANDLE(pravega_reader_group_t, group), (const char *const *)from, count, r.config, PRAVEGA_FOREVER, &r.err);
  }
  texts_free(from, count);
  request_end(&r, status);
}

/* The calls that take cuts. */
typedef int cuts_order(pravega_reader_group_t *, const char *const *, size_t, int, pravega_error_t **);

static void give_cuts(JNIEnv *env, jlong group, jobjectArray cuts, cuts_order *order) {
  char **texts = NULL;
  size_t count = 0;
  pravega_error_t *err = NULL;
  if (texts_in(env, cuts, &texts, &count)) {
    int status = order(HANDLE(pravega_reader_group_t, group), (const char *const *)texts, count, PRAVEGA_FOREVER, &err);
    texts_free(texts, count);
    succeeded(env, status, err);
  }
}

static void groupResetTo(JNIEnv *env, jclass cls UNUSED, jlong group, jobjectArray cuts) {
  give_cuts(env, group, cuts, pravega_reader_group_reset_to);
}

static void groupUpdateRetentionCut(JNIEnv *env, jclass cls UNUSED, jlong group, jobjectArray cuts) {
  give_cuts(env, group, cuts, pravega_reader_group_update_retention_cut);
}

static void groupResetToLastCheckpoint(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_group_reset_to_last_checkpoint(HANDLE(pravega_reader_group_t, group), PRAVEGA_FOREVER, &err);
  succeeded(env, status, err);
}

static jlong groupUnreadBytes(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_error_t *err = NULL;
  int64_t bytes = 0;
  int status = pravega_reader_group_unread_bytes(HANDLE(pravega_reader_group_t, group), &bytes, PRAVEGA_FOREVER, &err);
  return succeeded(env, status, err) ? bytes : 0;
}

/* False: not in time. known: segments, readers, end of data. */
static jboolean groupWaitChange(JNIEnv *env, jclass cls UNUSED, jlong group, jlongArray known, jint timeout_ms) {
  pravega_error_t *err = NULL;
  jlong numbers[3];
  (*env)->GetLongArrayRegion(env, known, 0, 3, numbers);
  pravega_group_status_t now = {.segments = numbers[0], .readers = numbers[1], .end_of_data = numbers[2] != 0};
  int status = pravega_reader_group_wait_change(HANDLE(pravega_reader_group_t, group), &now, sizeof now, timeout_ms, &err);
  if (status == PRAVEGA_E_TIMED_OUT) {
    pravega_error_free(err);
    return JNI_FALSE;
  }
  if (!succeeded(env, status, err)) {
    return JNI_FALSE;
  }
  const jlong changed[] = {now.segments, now.readers, now.end_of_data};
  (*env)->SetLongArrayRegion(env, known, 0, 3, changed);
  return JNI_TRUE;
}

static void groupClose(JNIEnv *env, jclass cls UNUSED, jlong group) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_group_close(HANDLE(pravega_reader_group_t, group), &err);
  succeeded(env, status, err);
}

static const JNINativeMethod methods[] = {
    NATIVE(groupCreate, "(J" TEXT TEXT TEXTS TEXTS ")Z"),
    NATIVE(groupDelete, "(J" TEXT TEXT ")V"),
    NATIVE(groupList, "(J" TEXT ")" TEXTS),
    NATIVE(groupOpen, "(J" TEXT TEXT ")J"),
    NATIVE(groupReaders, "(J)" TEXTS),
    NATIVE(groupReaderOffline, "(J" TEXT TEXT ")V"),
    NATIVE(groupInfo, "(J)" TEXTS),
    NATIVE(groupCheckpoint, "(J" TEXT "I)" TEXTS),
    NATIVE(groupCancelCheckpoints, "(J)V"),
    NATIVE(groupCuts, "(JI)" TEXTS),
    NATIVE(groupReset, "(J" TEXTS TEXTS ")V"),
    NATIVE(groupResetTo, "(J" TEXTS ")V"),
    NATIVE(groupResetToLastCheckpoint, "(J)V"),
    NATIVE(groupUpdateRetentionCut, "(J" TEXTS ")V"),
    NATIVE(groupUnreadBytes, "(J)J"),
    NATIVE(groupWaitChange, "(J[JI)Z"),
    NATIVE(groupClose, "(J)V"),
};
const struct natives group_natives = NATIVES(methods);
