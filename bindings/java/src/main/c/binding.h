/*
 * The C half of io.pravega.jni: it turns arrays into what pravega.h takes and
 * failures into exceptions. Texts cross as UTF-8 in byte[], never as JNI's
 * modified UTF-8. Handles cross as long.
 */
#ifndef PRAVEGA_JNI_BINDING_H
#define PRAVEGA_JNI_BINDING_H

#include <jni.h>
#include <pravega.h>
#include <stdbool.h>

#define HANDLE(type, number) ((type *)(uintptr_t)(number))
#define NUMBER(handle) ((jlong)(uintptr_t)(handle))
#define UNUSED __attribute__((unused))

/* The native methods of one file, for RegisterNatives. */
struct natives {
  const JNINativeMethod *methods;
  jint count;
};
#define NATIVE(name, signature) {(char *)#name, (char *)(signature), (void *)name}
#define NATIVES(list) {list, (jint)(sizeof list / sizeof *list)}

extern const struct natives library_natives, client_natives, stream_natives, writer_natives, txn_natives, ack_natives, group_natives, reader_natives, forms_natives, log_natives, token_natives;

/* failure.c. Finds what throwing needs; false: an exception is pending. */
bool failure_init(JNIEnv *env);
/* Throws the exception of a status that is negative, and ends err, which may be
 * NULL. True when there was nothing to throw. */
bool succeeded(JNIEnv *env, int status, pravega_error_t *err);

/* text.c. Functions that return false or NULL have thrown. */
bool text_init(JNIEnv *env);
/* A copy with a NUL behind it, yours, free(); NULL for null. */
bool text_in(JNIEnv *env, jbyteArray bytes, char **text);
bool texts_in(JNIEnv *env, jobjectArray from, char ***texts, size_t *count);
void texts_free(char **texts, size_t count);
jbyteArray text_out(JNIEnv *env, const char *text);
jbyteArray bytes_out(JNIEnv *env, const void *data, size_t len);
/* All strings of a list, which it ends. */
jobjectArray list_out(JNIEnv *env, pravega_list_t *list);
/* A configuration with these options (name, value, name, value, ...); NULL for
 * null. Yours, pravega_config_free. */
bool config_in(JNIEnv *env, jobjectArray options, pravega_config_t **config);

/* token.c. The function that asks Java for a bearer token; user is from tokensNew. */
void token_needed(void *user, pravega_token_request_t *request);

/* Signatures of texts and of lists of texts. */
#define TEXT "[B"
#define TEXTS "[[B"

/* batch.c. Events back to back that are written as one. False: no memory. */
struct batch {
  uint32_t *lens; /* the memory of all */
  const void *key;
  const void *events;
  size_t key_len;
  size_t count;
};
bool batch_in(JNIEnv *env, jbyteArray key, jbyteArray events, jintArray lens, struct batch *b);
void batch_free(struct batch *b);

/* request.c. A call off the hot path: up to three texts and options, copied to C
 * for its time. It waits by the client's own limits (PRAVEGA_FOREVER):
 *   struct request r;
 *   int status = 0;
 *   if (request_begin(&r, env, scope, stream, NULL, NULL)) {
 *     status = pravega_...(..., r.texts[0], r.texts[1], PRAVEGA_FOREVER, &r.err);
 *   }
 *   request_end(&r, status);
 */
struct request {
  JNIEnv *env;
  char *texts[3];
  pravega_config_t *config;
  pravega_error_t *err;
};
/* False: an exception is pending. request_end is due all the same. */
bool request_begin(struct request *r, JNIEnv *env, jbyteArray first, jbyteArray second, jbyteArray third, jobjectArray options);
/* Frees the copies; throws when the status says so, and then is false. */
bool request_end(struct request *r, int status);

#endif
