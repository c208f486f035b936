/* Stream cuts, checkpoints, event pointers and positions, which are texts and bytes. */
#include "binding.h"

/* The bytes of a value, which it ends. */
static jbyteArray value_out(JNIEnv *env, pravega_bytes_t *value) {
  size_t len = 0;
  const void *data = pravega_bytes_data(value, &len);
  jbyteArray out = bytes_out(env, data, len);
  pravega_bytes_free(value);
  return out;
}

/* The calls that make something of a text, or of bytes. */
typedef int text_to_list(const char *, pravega_list_t **, pravega_error_t **);
typedef int text_to_bytes(const char *, pravega_bytes_t **, pravega_error_t **);
typedef int bytes_to_list(const void *, size_t, pravega_list_t **, pravega_error_t **);

static jobjectArray explain(JNIEnv *env, jbyteArray text, text_to_list *form) {
  struct request r;
  int status = 0;
  pravega_list_t *info = NULL;
  if (request_begin(&r, env, text, NULL, NULL, NULL)) {
    status = form(r.texts[0], &info, &r.err);
  }
  return request_end(&r, status) && info != NULL ? list_out(env, info) : NULL;
}

static jbyteArray encode(JNIEnv *env, jbyteArray text, text_to_bytes *form) {
  struct request r;
  int status = 0;
  pravega_bytes_t *bytes = NULL;
  if (request_begin(&r, env, text, NULL, NULL, NULL)) {
    status = form(r.texts[0], &bytes, &r.err);
  }
  return request_end(&r, status) && bytes != NULL ? value_out(env, bytes) : NULL;
}

static jobjectArray decode(JNIEnv *env, jbyteArray bytes, bytes_to_list *form) {
  struct request r;
  int status = 0;
  pravega_list_t *texts = NULL;
  if (request_begin(&r, env, bytes, NULL, NULL, NULL)) {
    status = form(r.texts[0], (size_t)(*env)->GetArrayLength(env, bytes), &texts, &r.err);
  }
  return request_end(&r, status) && texts != NULL ? list_out(env, texts) : NULL;
}

static jobjectArray cutInfo(JNIEnv *env, jclass cls UNUSED, jbyteArray cut) {
  return explain(env, cut, pravega_cut_info);
}

static jbyteArray cutToBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray cut) {
  return encode(env, cut, pravega_cut_to_bytes);
}

static jobjectArray cutFromBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray bytes) {
  return decode(env, bytes, pravega_cut_from_bytes);
}

static jbyteArray checkpointToBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray name, jobjectArray cuts) {
  struct request r;
  int status = 0;
  pravega_bytes_t *bytes = NULL;
  char **texts = NULL;
  size_t count = 0;
  if (request_begin(&r, env, name, NULL, NULL, NULL) && texts_in(env, cuts, &texts, &count)) {
    status = pravega_checkpoint_to_bytes(r.texts[0], (const char *const *)texts, count, &bytes, &r.err);
  }
  texts_free(texts, count);
  return request_end(&r, status) && bytes != NULL ? value_out(env, bytes) : NULL;
}

static jobjectArray checkpointFromBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray bytes) {
  return decode(env, bytes, pravega_checkpoint_from_bytes);
}

static jobjectArray pointerInfo(JNIEnv *env, jclass cls UNUSED, jbyteArray pointer) {
  return explain(env, pointer, pravega_pointer_info);
}

static jbyteArray pointerToBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray pointer) {
  return encode(env, pointer, pravega_pointer_to_bytes);
}

static jobjectArray pointerFromBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray bytes) {
  return decode(env, bytes, pravega_pointer_from_bytes);
}

static jobjectArray positionInfo(JNIEnv *env, jclass cls UNUSED, jbyteArray position) {
  return explain(env, position, pravega_position_info);
}

static jbyteArray positionToBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray position) {
  return encode(env, position, pravega_position_to_bytes);
}

static jobjectArray positionFromBytes(JNIEnv *env, jclass cls UNUSED, jbyteArray bytes) {
  return decode(env, bytes, pravega_position_from_bytes);
}

static jbyteArray eventFetch(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray pointer) {
  struct request r;
  int status = 0;
  pravega_bytes_t *event = NULL;
  if (request_begin(&r, env, pointer, NULL, NULL, NULL)) {
    status = pravega_event_fetch(HANDLE(pravega_client_t, client), r.texts[0], &event, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && event != NULL ? value_out(env, event) : NULL;
}

static const JNINativeMethod methods[] = {
    NATIVE(cutInfo, "(" TEXT ")" TEXTS),
    NATIVE(cutToBytes, "(" TEXT ")[B"),
    NATIVE(cutFromBytes, "([B)" TEXTS),
    NATIVE(checkpointToBytes, "(" TEXT TEXTS ")[B"),
    NATIVE(checkpointFromBytes, "([B)" TEXTS),
    NATIVE(pointerInfo, "(" TEXT ")" TEXTS),
    NATIVE(pointerToBytes, "(" TEXT ")[B"),
    NATIVE(pointerFromBytes, "([B)" TEXTS),
    NATIVE(positionInfo, "(" TEXT ")" TEXTS),
    NATIVE(positionToBytes, "(" TEXT ")[B"),
    NATIVE(positionFromBytes, "([B)" TEXTS),
    NATIVE(eventFetch, "(J" TEXT ")[B"),
};
const struct natives forms_natives = NATIVES(methods);
