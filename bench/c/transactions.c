/* Transactions, each of a hundred events. */
#include "transactions.h"

#include <pthread.h>
#include <stdlib.h>

enum { EVENTS = 100, PATIENCE_MS = 60000 };

/* One of those that commit at the same time: it does every at_once'th transaction. */
struct hand {
  pthread_t thread;
  pravega_txn_writer_t *writer;
  const struct task *task;
  const void *events;
  int first, at_once, count;
  double *decided, *readable; /* seconds of each transaction */
};

static void succeed(const char *what, int status, pravega_error_t *err) {
  if (status < 0) {
    fail(what, err != NULL ? pravega_error_message(err) : pravega_status_text(status));
  }
}

static void one(const struct hand *h, double *decided, double *readable) {
  pravega_txn_t *txn;
  pravega_error_t *err = NULL;
  uint32_t lens[EVENTS];
  for (int i = 0; i < EVENTS; i++) {
    lens[i] = (uint32_t)h->task->size;
  }
  double began = now();
  succeed("begin", pravega_txn_begin(h->writer, &txn, PATIENCE_MS, &err), err);
  succeed("write", pravega_txn_write_many(txn, NULL, NULL, h->events, lens, EVENTS, NULL, PATIENCE_MS, &err), err);
  succeed("commit", pravega_txn_commit(txn, NULL, PATIENCE_MS, &err), err);
  *decided = now() - began;
  succeed("wait", pravega_txn_wait_readable(txn, PATIENCE_MS, &err), err);
  *readable = now() - began;
  succeed("close", pravega_txn_close(txn, PATIENCE_MS, &err), err);
}

static void *work(void *of) {
  const struct hand *h = of;
  for (int i = h->first; i < h->count; i += h->at_once) {
    one(h, &h->decided[i], &h->readable[i]);
  }
  return NULL;
}

static void *room(int n, size_t size) {
  void *p = calloc((size_t)n, size);
  if (p == NULL) {
    fail("calloc", "no memory");
  }
  return p;
}

struct result transactions(pravega_client_t *client, const struct task *t) {
  int at_once = atoi(t->work + 4), count = t->count / EVENTS;
  if (at_once < 1 || count < 1) {
    fail(t->work, "at least one transaction at once, and events for one");
  }
  struct hand model = {.task = t, .events = room(EVENTS, (size_t)t->size), .at_once = at_once, .count = count,
                       .decided = room(count, sizeof(double)), .readable = room(count, sizeof(double))};
  pravega_error_t *err = NULL;
  succeed("open writer", pravega_txn_writer_open(client, t->scope, t->stream, NULL, &model.writer, PATIENCE_MS, &err), err);
  one(&model, model.decided, model.readable); /* connects */
  struct hand *hands = room(at_once, sizeof *hands);
  struct watch watch = watch_start();
  for (int i = 0; i < at_once; i++) {
    hands[i] = model;
    hands[i].first = i;
    if (pthread_create(&hands[i].thread, NULL, work, &hands[i]) != 0) {
      fail("pthread_create", "no thread");
    }
  }
  for (int i = 0; i < at_once; i++) {
    pthread_join(hands[i].thread, NULL);
  }
  struct result result = watch_stop(&watch, (int64_t)count * EVENTS);
  result.before = EVENTS;
  latencies(&result, model.decided, count);
  readable(&result, model.readable, count);
  succeed("close writer", pravega_txn_writer_close(model.writer, PATIENCE_MS, &err), err);
  free(hands);
  free(model.decided);
  free(model.readable);
  free((void *)model.events);
  return result;
}
