/* Streams. */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

static jboolean streamCreate(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jobjectArray options) {
  struct request r;
  int status = 0, created = 0;
  if (request_begin(&r, env, scope, stream, NULL, options)) {
    status = pravega_stream_create(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], r.config, &created, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && created;
}

static void streamUpdate(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jobjectArray options) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, scope, stream, NULL, options)) {
    status = pravega_stream_update(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], r.config, PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static void streamSeal(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    status = pravega_stream_seal(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static jboolean streamDelete(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream) {
  struct request r;
  int status = 0, deleted = 0;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    status = pravega_stream_delete(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], &deleted, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && deleted;
}

static jboolean streamExists(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream) {
  struct request r;
  int status = 0, exists = 0;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    status = pravega_stream_exists(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], &exists, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && exists;
}

static jobjectArray streamList(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray tag) {
  struct request r;
  int status = 0;
  pravega_list_t *names = NULL;
  if (request_begin(&r, env, scope, tag, NULL, NULL)) {
    status = pravega_stream_list(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], &names, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && names != NULL ? list_out(env, names) : NULL;
}

static void streamTruncate(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jbyteArray cut) {
  struct request r;
  int status = 0;
  if (request_begin(&r, env, scope, stream, cut, NULL)) {
    status = pravega_stream_truncate(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], r.texts[2], PRAVEGA_FOREVER, &r.err);
  }
  request_end(&r, status);
}

static jobjectArray streamInfo(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream) {
  struct request r;
  int status = 0;
  pravega_list_t *info = NULL;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    status = pravega_stream_info(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], &info, PRAVEGA_FOREVER, &r.err);
  }
  return request_end(&r, status) && info != NULL ? list_out(env, info) : NULL;
}

/* Three numbers a segment: its id, and the bits of low and of high. */
static jlongArray segments_out(JNIEnv *env, const pravega_segment_t *segments, size_t count) {
  jlongArray out = (*env)->NewLongArray(env, (jsize)(3 * count));
  for (size_t i = 0; out != NULL && i < count; i++) {
    jlong numbers[3] = {segments[i].id};
    memcpy(&numbers[1], &segments[i].keys.low, sizeof numbers[1]);
    memcpy(&numbers[2], &segments[i].keys.high, sizeof numbers[2]);
    (*env)->SetLongArrayRegion(env, out, (jsize)(3 * i), 3, numbers);
  }
  return out;
}

static jlongArray streamSegments(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream) {
  struct request r;
  int status = 0;
  pravega_segment_t *segments = NULL;
  size_t room = 0, count = 0;
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    do { /* a stream may grow between the question how many and the answer which */
      room = count > room ? count : 64;
      free(segments);
      segments = malloc(room * sizeof *segments);
      status = segments == NULL ? PRAVEGA_E_NO_MEMORY
                                : pravega_stream_segments(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], segments, room, &count, PRAVEGA_FOREVER, &r.err);
    } while (status == PRAVEGA_OK && count > room);
  }
  jlongArray out = request_end(&r, status) && segments != NULL ? segments_out(env, segments, count) : NULL;
  free(segments);
  return out;
}

static void streamScale(JNIEnv *env, jclass cls UNUSED, jlong client, jbyteArray scope, jbyteArray stream, jlongArray seal, jdoubleArray into) {
  _Static_assert(sizeof(pravega_key_range_t) == 2 * sizeof(jdouble), "ranges are pairs of doubles");
  struct request r;
  int status = 0;
  jsize ids = (*env)->GetArrayLength(env, seal), bounds = (*env)->GetArrayLength(env, into);
  jlong *id = malloc(((size_t)ids + 1) * sizeof *id);
  pravega_key_range_t *range = malloc(((size_t)bounds / 2 + 1) * sizeof *range);
  if (request_begin(&r, env, scope, stream, NULL, NULL)) {
    if (id == NULL || range == NULL) {
      status = PRAVEGA_E_NO_MEMORY;
    } else {
      (*env)->GetLongArrayRegion(env, seal, 0, ids, id);
      (*env)->GetDoubleArrayRegion(env, into, 0, bounds, (jdouble *)range);
      status = pravega_stream_scale(HANDLE(pravega_client_t, client), r.texts[0], r.texts[1], (const int64_t *)id, (size_t)ids, range, (size_t)bounds / 2, PRAVEGA_FOREVER, &r.err);
    }
  }
  free(id);
  free(range);
  request_end(&r, status);
}

static const JNINativeMethod methods[] = {
    NATIVE(streamCreate, "(J" TEXT TEXT TEXTS ")Z"),
    NATIVE(streamUpdate, "(J" TEXT TEXT TEXTS ")V"),
    NATIVE(streamSeal, "(J" TEXT TEXT ")V"),
    NATIVE(streamDelete, "(J" TEXT TEXT ")Z"),
    NATIVE(streamExists, "(J" TEXT TEXT ")Z"),
    NATIVE(streamList, "(J" TEXT TEXT ")" TEXTS),
    NATIVE(streamTruncate, "(J" TEXT TEXT TEXT ")V"),
    NATIVE(streamInfo, "(J" TEXT TEXT ")" TEXTS),
    NATIVE(streamSegments, "(J" TEXT TEXT ")[J"),
    NATIVE(streamScale, "(J" TEXT TEXT "[J[D)V"),
};
const struct natives stream_natives = NATIVES(methods);
