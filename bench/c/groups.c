#include "client.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct group group_new(pravega_client_t *client, const struct task *t) {
  struct group g;
  char stream[600];
  const char *streams[] = {stream};
  snprintf(g.name, sizeof g.name, "bench-c-%.0f", now() * 1e9);
  snprintf(stream, sizeof stream, "%s/%s", t->scope, t->stream);
  check("create group", pravega_reader_group_create(client, t->scope, g.name, streams, 1, NULL, NULL, PATIENCE_MS, &err));
  check("open group", pravega_reader_group_open(client, t->scope, g.name, &g.group, PATIENCE_MS, &err));
  return g;
}

pravega_reader_t *group_join(const struct group *g) {
  pravega_reader_t *reader;
  check("open reader", pravega_reader_open(g->group, "reader", NULL, &reader, PATIENCE_MS, &err));
  return reader;
}

void group_over(pravega_client_t *client, const struct task *t, struct group *g, pravega_reader_t *reader) {
  check("close reader", pravega_reader_close(reader, PATIENCE_MS, &err));
  check("close group", pravega_reader_group_close(g->group, &err));
  check("delete group", pravega_reader_group_delete(client, t->scope, g->name, PATIENCE_MS, &err));
}

/* What a visit of the events of one slice does with them. */
typedef void visit(void *user, const pravega_event_t *event);

static int next_slice(pravega_reader_t *reader, visit *each, void *user) {
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  pravega_event_t event;
  int events = 0;
  check("next slice", pravega_reader_next(reader, PATIENCE_MS, &slice));
  check("look at slice", pravega_slice_info(slice, &info, sizeof info));
  for (pravega_events_t it = pravega_events_begin(&info); pravega_events_next(&it, &event); events++) {
    if (each != NULL) {
      each(user, &event);
    }
  }
  check("release slice", pravega_slice_release(slice, PRAVEGA_SLICE_END));
  return events;
}

/* What writes an event each millisecond. */
struct pacer {
  pravega_writer_t *writer;
  const struct task *t;
};

static void *pace(void *of) {
  const struct pacer *p = of;
  char *event = zeros(1, (size_t)p->t->size);
  struct timespec next;
  clock_gettime(CLOCK_MONOTONIC, &next);
  for (int i = 0; i < p->t->count; i++) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
    double written = now();
    memcpy(event, &written, sizeof written);
    check("write", pravega_writer_write(p->writer, NULL, 0, event, (size_t)p->t->size, PATIENCE_MS));
    if ((next.tv_nsec += 1000000) >= 1000000000) {
      next.tv_nsec -= 1000000000;
      next.tv_sec++;
    }
  }
  free(event);
  return NULL;
}

/* Where the time of the next event goes. */
static void note_age(void *user, const pravega_event_t *event) {
  double **time = user;
  double written;
  memcpy(&written, event->data, sizeof written);
  *(*time)++ = now() - written;
}

struct result tail(pravega_client_t *client, const struct task *t) {
  void *event = zeros(1, (size_t)t->size);
  double *times = zeros((size_t)t->count, sizeof *times), *next = times;
  struct pacer pacer = {ready(client, t, event), t};
  struct group g = group_new(client, t);
  pravega_reader_t *reader = group_join(&g);
  pthread_t thread;
  for (int left = WARM_UP; left > 0; left -= next_slice(reader, NULL, NULL)) {
  }
  struct watch watch = watch_start();
  check("start thread", -pthread_create(&thread, NULL, pace, &pacer));
  for (int left = t->count; left > 0; left -= next_slice(reader, note_age, &next)) {
  }
  pthread_join(thread, NULL);
  struct result result = watch_stop(&watch, next - times);
  result.before = WARM_UP;
  latencies(&result, times, t->count);
  group_over(client, t, &g, reader);
  check("close", pravega_writer_close(pacer.writer, NULL, PATIENCE_MS, &err));
  free(times);
  free(event);
  return result;
}

struct result join(pravega_client_t *client, const struct task *t) {
  double *times = zeros((size_t)t->count, sizeof *times);
  struct watch watch = watch_start();
  for (int i = 0; i < t->count; i++) {
    struct group g = group_new(client, t);
    double began = now();
    pravega_reader_t *reader = group_join(&g);
    next_slice(reader, NULL, NULL);
    times[i] = now() - began;
    group_over(client, t, &g, reader);
  }
  struct result result = watch_stop(&watch, t->count);
  latencies(&result, times, t->count);
  free(times);
  return result;
}
