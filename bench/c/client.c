/* The benchmark's client in C; see the Go package measure. */
#include "client.h"
#include "transactions.h"

#include <stdlib.h>
#include <string.h>

enum { BATCH = 256 };

pravega_error_t *err;

int64_t check(const char *what, int64_t status) {
  if (status < 0) {
    fail(what, err != NULL ? pravega_error_message(err) : pravega_status_text((int)status));
  }
  return status;
}

void *zeros(size_t n, size_t size) {
  void *p = calloc(n, size);
  if (p == NULL) {
    fail("calloc", "no memory");
  }
  return p;
}

/* A writer that has written its first event and so is connected. */
pravega_writer_t *ready(pravega_client_t *client, const struct task *t, const void *event) {
  pravega_writer_t *writer;
  check("open writer", pravega_writer_open(client, t->scope, t->stream, NULL, &writer, PATIENCE_MS, &err));
  int64_t number = check("write", pravega_writer_write(writer, NULL, 0, event, (size_t)t->size, PATIENCE_MS));
  check("wait", pravega_writer_wait(writer, number, PATIENCE_MS, NULL));
  return writer;
}

static void write_each(pravega_writer_t *writer, const struct task *t, const void *event) {
  for (int i = 0; i < t->count; i++) {
    check("write", pravega_writer_write(writer, NULL, 0, event, (size_t)t->size, PRAVEGA_FOREVER));
  }
}

static void write_many(pravega_writer_t *writer, const struct task *t, const void *events) {
  uint32_t lens[BATCH];
  for (int i = 0; i < BATCH; i++) {
    lens[i] = (uint32_t)t->size;
  }
  for (int64_t left = t->count; left > 0;) {
    size_t n = left < BATCH ? (size_t)left : BATCH;
    left -= check("write many", pravega_writer_write_many(writer, NULL, NULL, events, lens, n, PRAVEGA_FOREVER, NULL));
  }
}

/* Writes all events as fast as the window lets it. */
static struct result write_all(pravega_client_t *client, const struct task *t,
                               void (*all)(pravega_writer_t *, const struct task *, const void *)) {
  void *events = zeros(BATCH, (size_t)t->size);
  pravega_writer_t *writer = ready(client, t, events);
  int64_t acked;
  struct watch watch = watch_start();
  all(writer, t, events);
  check("wait", pravega_writer_wait(writer, t->count + WARM_UP, PATIENCE_MS, &acked));
  struct result result = watch_stop(&watch, acked - WARM_UP);
  result.before = WARM_UP;
  check("close", pravega_writer_close(writer, NULL, PATIENCE_MS, &err));
  free(events);
  return result;
}

/* Writes one event at a time. */
static struct result latency(pravega_client_t *client, const struct task *t) {
  void *event = zeros(1, (size_t)t->size);
  double *times = zeros((size_t)t->count, sizeof *times);
  pravega_writer_t *writer = ready(client, t, event);
  int64_t acked = 0;
  struct watch watch = watch_start();
  for (int i = 0; i < t->count; i++) {
    double began = now();
    int64_t number = check("write", pravega_writer_write(writer, NULL, 0, event, (size_t)t->size, PATIENCE_MS));
    check("wait", pravega_writer_wait(writer, number, PATIENCE_MS, &acked));
    times[i] = now() - began;
  }
  struct result result = watch_stop(&watch, acked - WARM_UP);
  result.before = WARM_UP;
  latencies(&result, times, t->count);
  check("close", pravega_writer_close(writer, NULL, PATIENCE_MS, &err));
  free(times);
  free(event);
  return result;
}

/* Reads a sealed stream to its end. */
static struct result read_all(pravega_client_t *client, const struct task *t) {
  pravega_slice_t *slice;
  struct group group = group_new(client, t);
  struct result result = {0};
  int64_t events = 0, before = 0;
  int status;
  struct watch watch = {0};
  pravega_reader_t *reader = group_join(&group);
  while ((status = pravega_reader_next(reader, PATIENCE_MS, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t event;
    check("look at slice", pravega_slice_info(slice, &info, sizeof info));
    for (pravega_events_t it = pravega_events_begin(&info); pravega_events_next(&it, &event); events++) {
      if (event.len != (size_t)t->size) {
        fail("read", "an event of another size");
      }
    }
    check("release slice", pravega_slice_release(slice, PRAVEGA_SLICE_END));
    if (before == 0) { /* the reader has joined: how long that takes is another figure */
      before = events;
      watch = watch_start();
    }
    if (events == t->count) {
      result = watch_stop(&watch, events - before);
    }
  }
  check("next slice", status);      /* PRAVEGA_END */
  result.events = events - before; /* what came after the last one would show */
  result.before = before;
  group_over(client, t, &group, reader);
  return result;
}

int main(int argc, char **argv) {
  struct task t = task_of(argc, argv);
  struct result result;
  pravega_config_t *config;
  pravega_client_t *client;
  check("make configuration", pravega_config_new(&config, &err));
  check("configure", pravega_config_set(config, "controller.uri", t.uri, &err));
  check("open client", pravega_client_open(config, &client, &err));
  if (strcmp(t.work, "write") == 0) {
    result = write_all(client, &t, write_many);
  } else if (strcmp(t.work, "write-single") == 0) {
    result = write_all(client, &t, write_each);
  } else if (strcmp(t.work, "latency") == 0) {
    result = latency(client, &t);
  } else if (strcmp(t.work, "read") == 0) {
    result = read_all(client, &t);
  } else if (strncmp(t.work, "txn-", 4) == 0) {
    result = transactions(client, &t);
  } else if (strcmp(t.work, "tail") == 0) {
    result = tail(client, &t);
  } else if (strcmp(t.work, "join") == 0) {
    result = join(client, &t);
  } else {
    fail(t.work, "there is no such work");
  }
  check("close client", pravega_client_close(client, &err));
  check("free configuration", pravega_config_free(config));
  tell(&result);
  return 0;
}
