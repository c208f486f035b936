/* Reader groups of a test, and readers that count what they read. */
#ifndef GROUPS_H
#define GROUPS_H

#include "tally.h"

/* A configuration in which groups work fast and start no checkpoints by
 * themselves, with one more option if name is not NULL. */
static inline pravega_config_t *quick(const char *name, const char *value) {
  pravega_config_t *config = config_with("group.refresh.interval", "100ms");
  CHECK_OK(pravega_config_set(config, "group.checkpoint.interval", "0s", &error));
  if (name != NULL) {
    CHECK_OK(pravega_config_set(config, name, value, &error));
  }
  return config;
}

/* Creates and opens a group over streams. Takes the configuration. */
static inline pravega_reader_group_t *group_of(pravega_client_t *client, const char *name, const char *const *streams, size_t count, pravega_config_t *config) {
  pravega_reader_group_t *group;
  int created;
  CHECK_OK(pravega_reader_group_create(client, scope_of(client), name, streams, count, config, &created, LONG, &error));
  CHECK_INT(1, created);
  CHECK_OK(pravega_reader_group_open(client, scope_of(client), name, &group, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return group;
}

/* A group over one stream of the program's scope, or over a part of it: "stream@...". */
static inline pravega_reader_group_t *group_over(pravega_client_t *client, const char *name, const char *stream, const char *option, const char *value) {
  char path[5000];
  const char *streams[] = {path};
  snprintf(path, sizeof path, "%s/%s", scope_of(client), stream);
  return group_of(client, name, streams, 1, quick(option, value));
}

static inline pravega_reader_t *reader_of(pravega_reader_group_t *group, const char *id, const char *option, const char *value) {
  pravega_reader_t *reader;
  pravega_config_t *config = config_with(option, value);
  CHECK_OK(pravega_reader_open(group, id, config, &reader, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return reader;
}

static inline void group_close(pravega_reader_group_t *group) { CHECK_OK(pravega_reader_group_close(group, &error)); }

/* The end or the beginning of a stream. */
static inline void cut_of(pravega_client_t *client, const char *stream, const char *which, char *cut, size_t size) {
  pravega_list_t *info;
  CHECK_OK(pravega_stream_info(client, scope_of(client), stream, &info, LONG, &error));
  snprintf(cut, size, "%s", pravega_list_find(info, which));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
}

/* Counts up to count events of a slice and gives it back behind them. */
static inline void take(struct tally *t, pravega_slice_t *slice, uint32_t events) {
  pravega_slice_info_t info;
  pravega_event_t event;
  CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
  int64_t next = info.start_offset;
  pravega_events_t it = pravega_events_begin(&info);
  for (uint32_t i = 0; i < events && pravega_events_next(&it, &event); i++) {
    count(t, number_of(&event));
    next = event.next;
  }
  CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, next));
}

/* Reads until so many events were counted. */
static inline void read_until(struct tally *t, pravega_reader_t *reader, uint32_t total) {
  pravega_slice_t *slice;
  while (t->total < total) {
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    uint32_t left = total - t->total;
    take(t, slice, left < 7 ? left : 7);
  }
}

/* Reads to the end of the group; returns how many events that were. */
static inline uint32_t drain(struct tally *t, pravega_reader_t *reader) {
  uint32_t before = t->total;
  pravega_slice_t *slice;
  int status;
  while ((status = pravega_reader_next(reader, LONG, &slice)) == PRAVEGA_OK) {
    take(t, slice, UINT32_MAX);
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK(slice == NULL);
  return t->total - before;
}

/* Reads what a group has with a new reader, each event once: events of them, none
 * of which was seen before, if seen is not NULL. */
static inline void holds(pravega_reader_group_t *group, uint32_t events, uint32_t keys, const struct tally *seen) {
  pravega_reader_t *reader = reader_of(group, "drains", NULL, NULL);
  struct tally *t = tally_of(keys);
  CHECK_INT(events, drain(t, reader));
  for (size_t i = 0; seen != NULL && i < sizeof t->seen; i++) {
    CHECK(t->seen[i] + seen->seen[i] <= 1);
  }
  free(t);
  reader_close(reader);
}

/* Calls next until the reader learns that it is out of its group. */
static inline void learns(pravega_reader_t *reader, int why) {
  pravega_slice_t *slice;
  int status;
  double begun = seconds();
  do {
    status = pravega_reader_next(reader, 100, &slice);
    if (status == PRAVEGA_OK) {
      CHECK(pravega_slice_release(slice, PRAVEGA_SLICE_END) <= 0);
    }
    CHECK(seconds() - begun < LONG / 1000.0);
  } while (status != why);
  CHECK_FAILS(why, "", pravega_reader_error(reader, &error));
  CHECK_OK(pravega_reader_close(reader, LONG, &error));
}

#endif
