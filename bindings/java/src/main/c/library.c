/* Loading, and what belongs to the library as a whole. */
#include "binding.h"

#define JNI_VERSION JNI_VERSION_10

JNIEXPORT jint JNI_OnLoad(JavaVM *vm, void *reserved);

JNIEXPORT jint JNI_OnLoad(JavaVM *vm, void *reserved UNUSED) {
  static const struct natives *const all[] = {&library_natives, &client_natives, &stream_natives, &writer_natives, &txn_natives, &ack_natives, &group_natives, &reader_natives, &forms_natives, &log_natives, &token_natives};
  JNIEnv *env;
  if ((*vm)->GetEnv(vm, (void **)&env, JNI_VERSION) != JNI_OK || !text_init(env) || !failure_init(env)) {
    return JNI_ERR;
  }
  jclass native = (*env)->FindClass(env, "io/pravega/jni/Native");
  if (native == NULL) {
    return JNI_ERR;
  }
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
    if ((*env)->RegisterNatives(env, native, all[i]->methods, all[i]->count) != JNI_OK) {
      return JNI_ERR;
    }
  }
  return JNI_VERSION;
}

static jint checkAbi(JNIEnv *env UNUSED, jclass cls UNUSED) {
  return pravega_check_abi();
}

static jbyteArray version(JNIEnv *env, jclass cls UNUSED) {
  return text_out(env, pravega_version_string());
}

/* The codes of all kinds of failure. */
static jintArray statusCodes(JNIEnv *env, jclass cls UNUSED) {
  const pravega_status_t *list;
  size_t count;
  if (!succeeded(env, pravega_status_list(&list, &count), NULL)) {
    return NULL;
  }
  jintArray codes = (*env)->NewIntArray(env, (jsize)count);
  for (size_t i = 0; codes != NULL && i < count; i++) {
    jint code = list[i].code;
    (*env)->SetIntArrayRegion(env, codes, (jsize)i, 1, &code);
  }
  return codes;
}

static jbyteArray statusName(JNIEnv *env, jclass cls UNUSED, jint status) {
  return text_out(env, pravega_status_name(status));
}

static jbyteArray statusText(JNIEnv *env, jclass cls UNUSED, jint status) {
  return text_out(env, pravega_status_text(status));
}

/* Bit 0: retriable; bit 1: final. */
static jint statusFlags(JNIEnv *env UNUSED, jclass cls UNUSED, jint status) {
  const pravega_status_t *list;
  size_t count;
  jint flags = 0;
  if (pravega_status_list(&list, &count) == PRAVEGA_OK) {
    for (size_t i = 0; i < count; i++) {
      if (list[i].code == status) {
        flags = list[i].is_retriable | list[i].is_final << 1;
      }
    }
  }
  return flags;
}

static jlong live(JNIEnv *env UNUSED, jclass cls UNUSED) {
  return pravega_debug_live();
}

static jobjectArray describe(JNIEnv *env, jclass cls UNUSED) {
  pravega_list_t *list = NULL;
  pravega_error_t *err = NULL;
  int status = pravega_config_describe(&list, &err);
  return succeeded(env, status, err) ? list_out(env, list) : NULL;
}

static const JNINativeMethod methods[] = {
    NATIVE(checkAbi, "()I"),
    NATIVE(version, "()" TEXT),
    NATIVE(statusCodes, "()[I"),
    NATIVE(statusName, "(I)" TEXT),
    NATIVE(statusFlags, "(I)I"),
    NATIVE(statusText, "(I)" TEXT),
    NATIVE(live, "()J"),
    NATIVE(describe, "()" TEXTS),
};
const struct natives library_natives = NATIVES(methods);
