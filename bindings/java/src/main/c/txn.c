/* Transactions. */
#include "binding.h"

#include <stdlib.h>

static jlong txnWriterOpen(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jobjectArray options) {
  struct request r;
  int status = 0;
  pravega_txn_writer_t *writer = NULL;
  if (request_begin(&r, env, scope, stream, NULL, options)) {
    status = pravega_txn_writer_open(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], r.config, &writer, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) ? NUMBER(writer) : 0;
}

static void txnWriterClose(JNIEnv *env, jclass cls UNUSED, jlong writer, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_writer_close(HANDLE(pravega_txn_writer_t, writer), timeout_ms, &err);
  succeeded(env, status, err);
}

/* With id null begins one. */
static jlong txnEnter(JNIEnv *env, jclass cls UNUSED, jlong writer, jbyteArray id) {
  struct request r;
  int status = 0;
  pravega_txn_t *txn = NULL;
  if (request_begin(&r, env, id, NULL, NULL, NULL)) {
    pravega_txn_writer_t *of = HANDLE(pravega_txn_writer_t, writer);
    status = id == NULL ? pravega_txn_begin(of, &txn, PRAVEGA_FOREVER, &r.err) : pravega_txn_attach(of, r.texts[0], &txn, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) ? NUMBER(txn) : 0;
}

static jbyteArray txnId(JNIEnv *env, jclass cls UNUSED, jlong txn) {
  char id[PRAVEGA_TXN_ID_SIZE];
  int status = pravega_txn_id(HANDLE(pravega_txn_t, txn), id);
  return succeeded(env, status, NULL) ? text_out(env, id) : NULL;
}

/* WINDOW_FULL and TIMED_OUT are returned, others thrown. */
static jlong txnWrite(JNIEnv *env, jclass cls UNUSED, jlong txn, jbyteArray key, jbyteArray event, jint timeout_ms) {
  size_t key_len = key == NULL ? 0 : (size_t)(*env)->GetArrayLength(env, key);
  size_t len = (size_t)(*env)->GetArrayLength(env, event);
  jbyte *copy = malloc(key_len + len + 1);
  if (copy == NULL) {
    succeeded(env, PRAVEGA_E_NO_MEMORY, NULL);
    return 0;
  }
  if (key != NULL) {
    (*env)->GetByteArrayRegion(env, key, 0, (jsize)key_len, copy);
  }
  (*env)->GetByteArrayRegion(env, event, 0, (jsize)len, copy + key_len);
  pravega_error_t *err = NULL;
  jlong number = pravega_txn_write(HANDLE(pravega_txn_t, txn), key == NULL ? NULL : copy, key_len, copy + key_len, len, timeout_ms, &err);
  free(copy);
  if (number == PRAVEGA_E_WINDOW_FULL || number == PRAVEGA_E_TIMED_OUT) {
    pravega_error_free(err);
  } else if (number < 0) {
    succeeded(env, (int)number, err);
  }
  return number;
}

static jboolean txnFlush(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_flush(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
  if (status == PRAVEGA_E_TIMED_OUT) {
    pravega_error_free(err);
    return JNI_FALSE;
  }
  return (jboolean)succeeded(env, status, err);
}

static jint txnStatus(JNIEnv *env, jclass cls UNUSED, jlong txn) {
  pravega_error_t *err = NULL;
  int how = 0;
  succeeded(env, pravega_txn_status(HANDLE(pravega_txn_t, txn), &how, PRAVEGA_FOREVER, &err), err);
  return how;
}

static void txnCommit(JNIEnv *env, jclass cls UNUSED, jlong txn, jboolean timed, jlong timestamp, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int64_t at = timestamp;
  int status = pravega_txn_commit(HANDLE(pravega_txn_t, txn), timed ? &at : NULL, timeout_ms, &err);
  succeeded(env, status, err);
}

static void txnWaitReadable(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_wait_readable(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
  succeeded(env, status, err);
}

static void txnAbort(JNIEnv *env, jclass cls UNUSED, jlong txn) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_abort(HANDLE(pravega_txn_t, txn), PRAVEGA_FOREVER, &err);
  succeeded(env, status, err);
}

static void txnClose(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_close(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
  succeeded(env, status, err);
}

static const JNINativeMethod methods[] = {
    NATIVE(txnWriterOpen, "(J" TEXT TEXT TEXTS ")J"),
    NATIVE(txnWriterClose, "(JI)V"),
    NATIVE(txnEnter, "(J" TEXT ")J"),
    NATIVE(txnId, "(J)" TEXT),
    NATIVE(txnWrite, "(J[B[BI)J"),
    NATIVE(txnFlush, "(JI)Z"),
    NATIVE(txnStatus, "(J)I"),
    NATIVE(txnCommit, "(JZJI)V"),
    NATIVE(txnWaitReadable, "(JI)V"),
    NATIVE(txnAbort, "(J)V"),
    NATIVE(txnClose, "(JI)V"),
};
const struct natives txn_natives = NATIVES(methods);
