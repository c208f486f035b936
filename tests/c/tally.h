/* Events that are numbers, each of which is counted. */
#ifndef TALLY_H
#define TALLY_H

#include "server.h"

/* Writes events whose payload is their number, key = number % keys. */
static inline void write_range(pravega_client_t *client, const char *stream, uint32_t first, uint32_t count, uint32_t keys) {
  pravega_writer_t *w = writer_open(client, stream);
  for (uint32_t i = first; i < first + count; i++) {
    uint32_t key = i % keys + 'A';
    uint8_t event[100] = {0};
    memcpy(event, &i, sizeof i);
    CHECK_INT(i - first + 1, pravega_writer_write(w, (char *)&key, 1, event, i % 2 == 0 ? sizeof i : sizeof event, LONG));
  }
  writer_close(w);
}

static inline void write_numbers(pravega_client_t *client, const char *stream, uint32_t count, uint32_t keys) {
  write_range(client, stream, 0, count, keys);
}

static inline uint32_t number_of(const pravega_event_t *event) {
  uint32_t n;
  CHECK(event->len >= sizeof n);
  memcpy(&n, event->data, sizeof n);
  return n;
}

/* Counts every id, and sees the order per key, unless there are 0 keys. */
struct tally {
  uint32_t keys, total;
  uint8_t seen[100000];
  int64_t newest[64]; /* per key */
};

static inline void count(struct tally *t, uint32_t n) {
  CHECK(n < sizeof t->seen);
  CHECK_INT(0, t->seen[n]++);
  if (t->keys > 0) {
    CHECK((int64_t)n > t->newest[n % t->keys]);
    t->newest[n % t->keys] = n;
  }
  t->total++;
}

static inline struct tally *tally_of(uint32_t keys) {
  struct tally *t = calloc(1, sizeof *t);
  CHECK(t != NULL);
  t->keys = keys;
  memset(t->newest, 0xff, sizeof t->newest);
  return t;
}

/* Every way to look into a slice says the same. */
static inline void count_slice(struct tally *t, const pravega_slice_t *slice) {
  pravega_slice_info_t info;
  pravega_event_t event;
  uint32_t pairs[2 * 16];
  size_t cursor = 0;
  CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
  CHECK(info.data != NULL && info.len > 0);
  CHECK_INT(info.end_offset, info.start_offset + (int64_t)info.len);
  CHECK_INT(0, info.skipped);
  CHECK(strstr(info.segment, info.stream) != NULL);
  pravega_events_t it = pravega_events_begin(&info);
  int64_t whole = pravega_slice_index(slice, NULL, NULL, 0), events = 0, n;
  while ((n = pravega_slice_index(slice, &cursor, pairs, 16)) > 0) {
    for (int64_t i = 0; i < n; i++) {
      CHECK_INT(1, pravega_events_next(&it, &event));
      CHECK(event.data == info.data + pairs[2 * i]);
      CHECK_INT(event.len, pairs[2 * i + 1]);
      CHECK_INT(event.next, event.offset + 8 + (int64_t)event.len);
      count(t, number_of(&event));
      events++;
    }
    CHECK_INT(event.next, info.start_offset + (int64_t)cursor);
  }
  CHECK_INT(0, n);
  CHECK_INT(0, pravega_events_next(&it, &event));
  CHECK_INT(whole, events);
  CHECK_INT(info.len, cursor);
}

#endif
