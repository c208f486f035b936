/* Texts, lists of texts, and options, from Java and to Java. */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

static jclass byte_array;

bool text_init(JNIEnv *env) {
  jclass local = (*env)->FindClass(env, "[B");
  if (local == NULL) {
    return false;
  }
  byte_array = (*env)->NewGlobalRef(env, local);
  (*env)->DeleteLocalRef(env, local);
  return byte_array != NULL;
}

bool text_in(JNIEnv *env, jbyteArray bytes, char **text) {
  *text = NULL;
  if (bytes == NULL) {
    return true;
  }
  jsize len = (*env)->GetArrayLength(env, bytes);
  char *copy = malloc((size_t)len + 1);
  if (copy == NULL) {
    return succeeded(env, PRAVEGA_E_NO_MEMORY, NULL);
  }
  (*env)->GetByteArrayRegion(env, bytes, 0, len, (jbyte *)copy);
  copy[len] = 0;
  *text = copy;
  return true;
}

void texts_free(char **texts, size_t count) {
  for (size_t i = 0; texts != NULL && i < count; i++) {
    free(texts[i]);
  }
  free(texts);
}

bool texts_in(JNIEnv *env, jobjectArray from, char ***texts, size_t *count) {
  size_t n = (size_t)(*env)->GetArrayLength(env, from);
  *count = n;
  *texts = calloc(n + 1, sizeof **texts);
  if (*texts == NULL) {
    return succeeded(env, PRAVEGA_E_NO_MEMORY, NULL);
  }
  for (size_t i = 0; i < n; i++) {
    jbyteArray bytes = (*env)->GetObjectArrayElement(env, from, (jsize)i);
    bool copied = text_in(env, bytes, &(*texts)[i]);
    (*env)->DeleteLocalRef(env, bytes);
    if (!copied) {
      texts_free(*texts, n);
      *texts = NULL;
      return false;
    }
  }
  return true;
}

jbyteArray bytes_out(JNIEnv *env, const void *data, size_t len) {
  jbyteArray bytes = (*env)->NewByteArray(env, (jsize)len);
  if (bytes != NULL) {
    (*env)->SetByteArrayRegion(env, bytes, 0, (jsize)len, data);
  }
  return bytes;
}

jbyteArray text_out(JNIEnv *env, const char *text) {
  return bytes_out(env, text, strlen(text));
}

jobjectArray list_out(JNIEnv *env, pravega_list_t *list) {
  jsize count = (jsize)pravega_list_size(list);
  jobjectArray out = (*env)->NewObjectArray(env, count, byte_array, NULL);
  for (jsize i = 0; out != NULL && i < count; i++) {
    jbyteArray bytes = text_out(env, pravega_list_get(list, (size_t)i));
    if (bytes == NULL) {
      out = NULL;
    } else {
      (*env)->SetObjectArrayElement(env, out, i, bytes);
      (*env)->DeleteLocalRef(env, bytes);
    }
  }
  pravega_list_free(list);
  return out;
}

bool config_in(JNIEnv *env, jobjectArray options, pravega_config_t **config) {
  char **texts;
  size_t count;
  pravega_error_t *err = NULL;
  *config = NULL;
  if (options == NULL) {
    return true;
  }
  if (!texts_in(env, options, &texts, &count)) {
    return false;
  }
  int status = pravega_config_new(config, &err);
  for (size_t i = 0; status == PRAVEGA_OK && i + 1 < count; i += 2) {
    status = pravega_config_set(*config, texts[i], texts[i + 1], &err);
  }
  texts_free(texts, count);
  if (!succeeded(env, status, err)) {
    pravega_config_free(*config);
    *config = NULL;
    return false;
  }
  return true;
}
