/* Readers and slices. */
#include "binding.h"

static jlong readerOpen(JNIEnv *env, jclass cls UNUSED, jlong group, jbyteArray id, jobjectArray options) {
  struct request r;
  int status = 0;
  pravega_reader_t *reader = NULL;
  if (request_begin(&r, env, id, NULL, NULL, options)) {
    status = pravega_reader_open(HANDLE(pravega_reader_group_t, group), r.texts[0], r.config, &reader, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) ? NUMBER(reader) : 0;
}

/* The next slice, copied into an array of Java's, so that its events live as
 * long as somebody looks at them. out: status, handle, start, end, skipped. NULL
 * when there is none, or with an exception, when Java has no memory: then the
 * slice was given back as unread. */
static jbyteArray readerNext(JNIEnv *env, jclass cls UNUSED, jlong reader, jint timeout_ms, jlongArray out) {
  pravega_slice_t *slice = NULL;
  pravega_slice_info_t info;
  jlong numbers[5] = {pravega_reader_next(HANDLE(pravega_reader_t, reader), timeout_ms, &slice)};
  jbyteArray bytes = NULL;
  if (numbers[0] == PRAVEGA_OK) {
    numbers[0] = pravega_slice_info(slice, &info, sizeof info);
  }
  if (numbers[0] == PRAVEGA_OK) {
    bytes = (*env)->NewByteArray(env, (jsize)info.len);
    if (bytes == NULL) {
      pravega_slice_release(slice, info.start_offset);
      return NULL;
    }
    (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)info.len, (const jbyte *)info.data);
    numbers[1] = NUMBER(slice);
    numbers[2] = info.start_offset;
    numbers[3] = info.end_offset;
    numbers[4] = info.skipped;
  }
  (*env)->SetLongArrayRegion(env, out, 0, sizeof numbers / sizeof *numbers, numbers);
  return bytes;
}

/* Throws the failure that next reported last, if there is one. */
static void readerRaise(JNIEnv *env, jclass cls UNUSED, jlong reader) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_error(HANDLE(pravega_reader_t, reader), &err);
  succeeded(env, status, err);
}

/* Throws what keeps the reader from events. */
static void readerTrouble(JNIEnv *env, jclass cls UNUSED, jlong reader) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_trouble(HANDLE(pravega_reader_t, reader), &err);
  succeeded(env, status, err);
}

/* The only text of a list, which it ends; NULL if there is none. */
static jbyteArray only_out(JNIEnv *env, pravega_list_t *list) {
  const char *text = pravega_list_get(list, 0);
  jbyteArray out = text != NULL ? text_out(env, text) : NULL;
  pravega_list_free(list);
  return out;
}

/* The name of the checkpoint that next came to last; NULL while there was none. */
static jbyteArray readerCheckpoint(JNIEnv *env, jclass cls UNUSED, jlong reader) {
  pravega_list_t *name = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_reader_checkpoint(HANDLE(pravega_reader_t, reader), &name, &err);
  return succeeded(env, status, err) ? only_out(env, name) : NULL;
}

static jbyteArray readerPosition(JNIEnv *env, jclass cls UNUSED, jlong reader) {
  pravega_list_t *position = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_reader_position(HANDLE(pravega_reader_t, reader), &position, &err);
  return succeeded(env, status, err) ? only_out(env, position) : NULL;
}

static void readerTimeWindow(JNIEnv *env, jclass cls UNUSED, jlong reader, jbyteArray scope, jbyteArray stream, jlongArray out) {
  struct request r;
  int status = 0;
  int64_t lower = PRAVEGA_NO_LOWER_BOUND, upper = PRAVEGA_NO_UPPER_BOUND;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    status = pravega_reader_time_window(HANDLE(pravega_reader_t, reader), r.texts[0], r.texts[1], &lower, &upper, PRAVEGA_FOREVER, &r.err);
  }
  if (request_end(&r, status)) {
    const jlong bounds[] = {lower, upper};
    (*env)->SetLongArrayRegion(env, out, 0, 2, bounds);
  }
}

static void readerClose(JNIEnv *env, jclass cls UNUSED, jlong reader, jint timeout_ms) {
  pravega_error_t *err = NULL;
  int status = pravega_reader_close(HANDLE(pravega_reader_t, reader), timeout_ms, &err);
  succeeded(env, status, err);
}

static void readerCloseAt(JNIEnv *env, jclass cls UNUSED, jlong reader, jbyteArray position, jint timeout_ms) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, position, NULL, NULL, NULL)) {
    status = pravega_reader_close_at(HANDLE(pravega_reader_t, reader), r.texts[0], timeout_ms, &r.err);
  }
  request_end(&r, status);
}

static jbyteArray sliceSegment(JNIEnv *env, jclass cls UNUSED, jlong slice) {
  pravega_slice_info_t info;
  int status = pravega_slice_info(HANDLE(pravega_slice_t, slice), &info, sizeof info);
  return succeeded(env, status, NULL) ? text_out(env, info.segment) : NULL;
}

static jbyteArray slicePosition(JNIEnv *env, jclass cls UNUSED, jlong slice, jlong next) {
  pravega_list_t *position = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_slice_position(HANDLE(pravega_slice_t, slice), next, &position, &err);
  return succeeded(env, status, err) ? only_out(env, position) : NULL;
}

static jint sliceRelease(JNIEnv *env UNUSED, jclass cls UNUSED, jlong slice, jlong next) {
  return pravega_slice_release(HANDLE(pravega_slice_t, slice), next);
}

static const JNINativeMethod methods[] = {
    NATIVE(readerOpen, "(J" TEXT TEXTS ")J"),
    NATIVE(readerNext, "(JI[J)[B"),
    NATIVE(readerRaise, "(J)V"),
    NATIVE(readerTrouble, "(J)V"),
    NATIVE(readerCheckpoint, "(J)" TEXT),
    NATIVE(readerPosition, "(J)" TEXT),
    NATIVE(readerTimeWindow, "(J" TEXT TEXT "[J)V"),
    NATIVE(readerClose, "(JI)V"),
    NATIVE(readerCloseAt, "(J" TEXT "I)V"),
    NATIVE(sliceSegment, "(J)" TEXT),
    NATIVE(slicePosition, "(JJ)" TEXT),
    NATIVE(sliceRelease, "(JJ)I"),
};
const struct natives reader_natives = NATIVES(methods);
