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
static jlong txnEnter(JNIEnv *env, jclass cls UNUSED, jlong writer, jbyteArray id, jint timeout_ms) {
  struct request r;
  int status = 0;
  pravega_txn_t *txn = NULL;
  if (request_begin(&r, env, id, NULL, NULL, NULL)) {
    pravega_txn_writer_t *of = HANDLE(pravega_txn_writer_t, writer);
    status = id == NULL ? pravega_txn_begin(of, &txn, timeout_ms, &r.err) : pravega_txn_attach(of, r.texts[0], &txn, timeout_ms, &r.err);
  }
  return request_end(&r, status) ? NUMBER(txn) : 0;
}

static jobjectArray txnList(JNIEnv *env, jclass cls UNUSED, jlong writer) {
  pravega_list_t *ids = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_txn_list(HANDLE(pravega_txn_writer_t, writer), &ids, &err);
  return succeeded(env, status, err) ? list_out(env, ids) : NULL;
}

static jbyteArray txnId(JNIEnv *env, jclass cls UNUSED, jlong txn) {
  char id[PRAVEGA_TXN_ID_SIZE];
  int status = pravega_txn_id(HANDLE(pravega_txn_t, txn), id);
  return succeeded(env, status, NULL) ? text_out(env, id) : NULL;
}

/* WINDOW_FULL and TIMED_OUT are returned, others thrown. */
static jlong number_or_status(JNIEnv *env, int64_t number, pravega_error_t *err) {
  if (number == PRAVEGA_E_WINDOW_FULL || number == PRAVEGA_E_TIMED_OUT) {
    pravega_error_free(err);
  } else if (number < 0) {
    succeeded(env, (int)number, err);
  }
  return number;
}

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
  int64_t number = pravega_txn_write(HANDLE(pravega_txn_t, txn), key == NULL ? NULL : copy, key_len, copy + key_len, len, timeout_ms, &err);
  free(copy);
  return number_or_status(env, number, err);
}

/* The direct buffers of an EventBatch, as for a writer. accepted[0] is set in any
 * case. */
static jint txnWriteMany(JNIEnv *env, jclass cls UNUSED, jlong txn, jobject keys, jint keys_at, jobject key_lens, jobject events, jint events_at, jobject lens, jint from, jint count, jint timeout_ms, jintArray accepted) {
  const uint8_t *key = keys == NULL ? NULL : (*env)->GetDirectBufferAddress(env, keys);
  const uint32_t *key_len = key_lens == NULL ? NULL : (*env)->GetDirectBufferAddress(env, key_lens);
  const uint8_t *event = (*env)->GetDirectBufferAddress(env, events);
  const uint32_t *len = (*env)->GetDirectBufferAddress(env, lens);
  size_t done = 0;
  pravega_error_t *err = NULL;
  int status = pravega_txn_write_many(HANDLE(pravega_txn_t, txn), key == NULL ? NULL : key + keys_at, key_len == NULL ? NULL : key_len + from, event + events_at, len + from, (size_t)count, &done, timeout_ms, &err);
  jint out = (jint)done;
  (*env)->SetIntArrayRegion(env, accepted, 0, 1, &out);
  return (jint)number_or_status(env, status, err);
}

/* Events back to back, stored as one. */
static jlong txnWriteBatch(JNIEnv *env, jclass cls UNUSED, jlong txn, jbyteArray key, jbyteArray events, jintArray lens, jint timeout_ms) {
  struct batch b;
  pravega_error_t *err = NULL;
  if (!batch_in(env, key, events, lens, &b)) {
    return number_or_status(env, PRAVEGA_E_NO_MEMORY, NULL);
  }
  int64_t number = pravega_txn_write_batch(HANDLE(pravega_txn_t, txn), b.key, b.key_len, b.events, b.lens, b.count, timeout_ms, &err);
  batch_free(&b);
  return number_or_status(env, number, err);
}

static jlong txnAcked(JNIEnv *env, jclass cls UNUSED, jlong txn) {
  int64_t acked = 0;
  succeeded(env, pravega_txn_acked(HANDLE(pravega_txn_t, txn), &acked), NULL);
  return acked;
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

static jint txnStatus(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int how = 0;
  succeeded(env, pravega_txn_status(HANDLE(pravega_txn_t, txn), &how, timeout_ms, &err), err);
  return how;
}

static void txnCommit(JNIEnv *env, jclass cls UNUSED, jlong txn, jboolean timed, jlong timestamp, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int64_t at = timestamp;
  int status = pravega_txn_commit(HANDLE(pravega_txn_t, txn), timed ? &at : NULL, timeout_ms, &err);
  succeeded(env, status, err);
}

static void txnCommitAndWait(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_commit_and_wait(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
  succeeded(env, status, err);
}

static void txnWaitReadable(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_wait_readable(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
  succeeded(env, status, err);
}

static void txnAbort(JNIEnv *env, jclass cls UNUSED, jlong txn, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_txn_abort(HANDLE(pravega_txn_t, txn), timeout_ms, &err);
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
    NATIVE(txnEnter, "(J" TEXT "I)J"),
    NATIVE(txnList, "(J)" TEXTS),
    NATIVE(txnId, "(J)" TEXT),
    NATIVE(txnWrite, "(J[B[BI)J"),
    NATIVE(txnWriteMany, "(JLjava/nio/ByteBuffer;ILjava/nio/ByteBuffer;Ljava/nio/ByteBuffer;ILjava/nio/ByteBuffer;III[I)I"),
    NATIVE(txnWriteBatch, "(J[B[B[II)J"),
    NATIVE(txnAcked, "(J)J"),
    NATIVE(txnFlush, "(JI)Z"),
    NATIVE(txnStatus, "(JI)I"),
    NATIVE(txnCommit, "(JZJI)V"),
    NATIVE(txnCommitAndWait, "(JI)V"),
    NATIVE(txnWaitReadable, "(JI)V"),
    NATIVE(txnAbort, "(JI)V"),
    NATIVE(txnClose, "(JI)V"),
};
const struct natives txn_natives = NATIVES(methods);
