/* Writers. Waits are short: Java calls again, so that it can be interrupted. */
#include "binding.h"

#include <stdlib.h>

static jlong writerOpen(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jobjectArray options) {
  struct request r;
  int status = 0;
  pravega_writer_t *writer = NULL;
  if (request_begin(&r, env, scope, stream, NULL, options)) {
    status = pravega_writer_open(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], r.config, &writer, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) ? NUMBER(writer) : 0;
}

static jlong writerDurable(JNIEnv *env, jclass cls UNUSED, jlong writer) {
  int64_t durable = 0;
  succeeded(env, pravega_writer_durable(HANDLE(pravega_writer_t, writer), &durable), NULL);
  return durable;
}

/* A negative status is returned, not thrown: Java tries again when it is
 * TIMED_OUT, and writerRaise has the message of a final one. */
static jlong write(JNIEnv *env, jclass cls UNUSED, jlong writer, jbyteArray key, jbyteArray event, jint timeout_ms) {
  jbyte small[2048];
  size_t key_len = key == NULL ? 0 : (size_t)(*env)->GetArrayLength(env, key);
  size_t len = (size_t)(*env)->GetArrayLength(env, event);
  jbyte *copy = key_len + len <= sizeof small ? small : malloc(key_len + len);
  if (copy == NULL) {
    return PRAVEGA_E_NO_MEMORY;
  }
  if (key != NULL) {
    (*env)->GetByteArrayRegion(env, key, 0, (jsize)key_len, copy);
  }
  (*env)->GetByteArrayRegion(env, event, 0, (jsize)len, copy + key_len);
  jlong number = pravega_writer_write(HANDLE(pravega_writer_t, writer), key == NULL ? NULL : copy, key_len, copy + key_len, len, timeout_ms);
  if (copy != small) {
    free(copy);
  }
  return number;
}

/* The direct buffers of an EventBatch: from the event `from` on, whose bytes
 * begin at events_at and whose key begins at keys_at. */
static jlong writeMany(JNIEnv *env, jclass cls UNUSED, jlong writer, jobject keys, jint keys_at, jobject key_lens, jobject events, jint events_at, jobject lens, jint from, jint count, jint timeout_ms, jlongArray last) {
  const uint8_t *key = keys == NULL ? NULL : (*env)->GetDirectBufferAddress(env, keys);
  const uint32_t *key_len = key_lens == NULL ? NULL : (*env)->GetDirectBufferAddress(env, key_lens);
  const uint8_t *event = (*env)->GetDirectBufferAddress(env, events);
  const uint32_t *len = (*env)->GetDirectBufferAddress(env, lens);
  int64_t number = 0;
  jlong accepted = pravega_writer_write_many(HANDLE(pravega_writer_t, writer), key == NULL ? NULL : key + keys_at, key_len == NULL ? NULL : key_len + from, event + events_at, len + from, (size_t)count, timeout_ms, &number);
  jlong out = number;
  (*env)->SetLongArrayRegion(env, last, 0, 1, &out);
  return accepted;
}

/* Events back to back, stored as one. The number of the last one, or as write. */
static jlong writeBatch(JNIEnv *env, jclass cls UNUSED, jlong writer, jbyteArray key, jbyteArray events, jintArray lens, jint timeout_ms) {
  struct batch b;
  if (!batch_in(env, key, events, lens, &b)) {
    return PRAVEGA_E_NO_MEMORY;
  }
  jlong number = pravega_writer_write_batch(HANDLE(pravega_writer_t, writer), b.key, b.key_len, b.events, b.lens, b.count, timeout_ms);
  batch_free(&b);
  return number;
}

static jint writerWait(JNIEnv *env, jclass cls UNUSED, jlong writer, jlong number, jint timeout_ms, jlongArray acked) {
  int64_t upto;
  jint status = pravega_writer_wait(HANDLE(pravega_writer_t, writer), number, timeout_ms, &upto);
  jlong out = upto;
  (*env)->SetLongArrayRegion(env, acked, 0, 1, &out);
  return status;
}

static jlong writerPending(JNIEnv *env UNUSED, jclass cls UNUSED, jlong writer) {
  return pravega_writer_pending(HANDLE(pravega_writer_t, writer));
}

static jboolean writerFlush(JNIEnv *env, jclass cls UNUSED, jlong writer, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_writer_flush(HANDLE(pravega_writer_t, writer), timeout_ms, &err);
  if (status == PRAVEGA_E_TIMED_OUT) {
    pravega_error_free(err);
    return JNI_FALSE;
  }
  return (jboolean)succeeded(env, status, err);
}

static void writerNoteTime(JNIEnv *env, jclass cls UNUSED, jlong writer, jlong timestamp, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_writer_note_time(HANDLE(pravega_writer_t, writer), timestamp, timeout_ms, &err);
  succeeded(env, status, err);
}

/* Throws the writer's final error, if it has one. */
static void writerRaise(JNIEnv *env, jclass cls UNUSED, jlong writer) {
  pravega_error_t *err = NULL;
  int status = pravega_writer_error(HANDLE(pravega_writer_t, writer), &err);
  succeeded(env, status, err);
}

/* Throws what keeps events from being acked. */
static void writerTrouble(JNIEnv *env, jclass cls UNUSED, jlong writer) {
  pravega_error_t *err = NULL;
  int status = pravega_writer_trouble(HANDLE(pravega_writer_t, writer), &err);
  succeeded(env, status, err);
}

/* acked[0] is set also when it throws. */
static void writerClose(JNIEnv *env, jclass cls UNUSED, jlong writer, jint timeout_ms, jlongArray acked) {
  pravega_error_t *err = NULL;
  int64_t upto = 0;
  int status = pravega_writer_close(HANDLE(pravega_writer_t, writer), &upto, timeout_ms, &err);
  jlong out = upto;
  (*env)->SetLongArrayRegion(env, acked, 0, 1, &out);
  succeeded(env, status, err);
}

static const JNINativeMethod methods[] = {
    NATIVE(writerOpen, "(J" TEXT TEXT TEXTS ")J"),
    NATIVE(writerDurable, "(J)J"),
    NATIVE(write, "(J[B[BI)J"),
    NATIVE(writeMany, "(JLjava/nio/ByteBuffer;ILjava/nio/ByteBuffer;Ljava/nio/ByteBuffer;ILjava/nio/ByteBuffer;III[J)J"),
    NATIVE(writeBatch, "(J[B[B[II)J"),
    NATIVE(writerWait, "(JJI[J)I"),
    NATIVE(writerPending, "(J)J"),
    NATIVE(writerFlush, "(JI)Z"),
    NATIVE(writerNoteTime, "(JJI)V"),
    NATIVE(writerRaise, "(J)V"),
    NATIVE(writerTrouble, "(J)V"),
    NATIVE(writerClose, "(JI[J)V"),
};
const struct natives writer_natives = NATIVES(methods);
