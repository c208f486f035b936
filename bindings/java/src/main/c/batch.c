/* Events back to back, copied from Java with their lengths and key. */
#include "binding.h"

#include <stdlib.h>

bool batch_in(JNIEnv *env, jbyteArray key, jbyteArray events, jintArray lens, struct batch *b) {
  size_t size = (size_t)(*env)->GetArrayLength(env, events);
  b->key_len = key == NULL ? 0 : (size_t)(*env)->GetArrayLength(env, key);
  b->count = (size_t)(*env)->GetArrayLength(env, lens);
  b->lens = malloc(b->count * sizeof *b->lens + b->key_len + size + 1);
  if (b->lens == NULL) {
    return false;
  }
  jbyte *copy = (jbyte *)(b->lens + b->count);
  b->key = key == NULL ? NULL : copy;
  b->events = copy + b->key_len;
  (*env)->GetIntArrayRegion(env, lens, 0, (jsize)b->count, (jint *)b->lens);
  if (key != NULL) {
    (*env)->GetByteArrayRegion(env, key, 0, (jsize)b->key_len, copy);
  }
  (*env)->GetByteArrayRegion(env, events, 0, (jsize)size, copy + b->key_len);
  return true;
}

void batch_free(struct batch *b) { free(b->lens); }
