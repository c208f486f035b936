#include "inbox.h"

#include <stdlib.h>
#include <string.h>

enum { LENGTHS = 2 * sizeof(uint32_t) };

void inbox_init(struct inbox *in) { pthread_mutex_init(&in->lock, NULL); }

void inbox_destroy(struct inbox *in) {
  pthread_mutex_destroy(&in->lock);
  free(in->half[0]);
  free(in->half[1]);
}

static bool is_ascii(const uint8_t *text, size_t len) {
  uint8_t all = 0;
  for (size_t i = 0; i < len; i++) {
    all |= text[i];
  }
  return all < 0x80;
}

int64_t inbox_put(struct inbox *in, const void *key, size_t key_len, const void *event, size_t len) {
  if (key == NULL) {
    key_len = 0;
  }
  if (!atomic_load_explicit(&in->open, memory_order_relaxed) || key_len > SHIM_INBOX || len > SHIM_INBOX || !is_ascii(key, key_len)) {
    return 0;
  }
  uint32_t lengths[2] = {key == NULL ? PRAVEGA_NO_KEY : (uint32_t)key_len, (uint32_t)len};
  int64_t number = 0;
  pthread_mutex_lock(&in->lock);
  if (atomic_load_explicit(&in->open, memory_order_relaxed) && in->used + LENGTHS + key_len + len <= SHIM_INBOX) {
    uint8_t *to = in->half[in->current] + in->used;
    memcpy(to, lengths, LENGTHS);
    if (key_len > 0) {
      memcpy(to + LENGTHS, key, key_len);
    }
    if (len > 0) {
      memcpy(to + LENGTHS + key_len, event, len);
    }
    in->used += LENGTHS + key_len + len;
    atomic_store_explicit(&in->count, atomic_load_explicit(&in->count, memory_order_relaxed) + 1, memory_order_relaxed);
    number = ++in->last;
  }
  pthread_mutex_unlock(&in->lock);
  return number;
}

bool inbox_holds(struct inbox *in) { return atomic_load_explicit(&in->count, memory_order_relaxed) > 0; }

void inbox_open(struct inbox *in, int64_t last) {
  pthread_mutex_lock(&in->lock);
  for (int i = 0; i < 2 && (i == 0 || in->half[0] != NULL); i++) {
    if (in->half[i] == NULL) {
      in->half[i] = malloc(SHIM_INBOX);
    }
  }
  in->last = last;
  atomic_store(&in->open, in->half[0] != NULL && in->half[1] != NULL); /* else every event goes the other way */
  pthread_mutex_unlock(&in->lock);
}

struct shim_left inbox_take(struct inbox *in, bool shut) {
  pthread_mutex_lock(&in->lock);
  struct shim_left left = {in->half[in->current], in->used, atomic_load_explicit(&in->count, memory_order_relaxed)};
  in->current = 1 - in->current;
  in->used = 0;
  atomic_store_explicit(&in->count, 0, memory_order_relaxed);
  if (shut) {
    atomic_store(&in->open, false);
  }
  pthread_mutex_unlock(&in->lock);
  return left;
}
