/* Writes readings in windows of ten seconds of their own time, each window all at
 * once when it is complete, or not at all: the sink of a stream processor.
 * cc windows.c -lpravega && ./a.out tcp://127.0.0.1:9090 my-scope */
#include <pravega.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WINDOW = 10 }; /* seconds */

/* What a sensor measured, and when. */
typedef struct {
  const char *sensor;
  int second, value;
} reading_t;

/* In the order of their times, up to the middle of the third window. */
static const reading_t source[] = {
  {"attic", 0, 20}, {"cellar", 0, 12}, {"attic", 5, 20}, {"cellar", 5, 12}, {"attic", 10, 20},
  {"cellar", 10, 12}, {"attic", 15, 20}, {"cellar", 15, 12}, {"attic", 20, 20}, {"cellar", 20, 12},
};

static pravega_error_t *err;

static void check(int64_t status) {
  if (status < 0) {
    fprintf(stderr, "%s\n", err != NULL ? pravega_error_message(err) : pravega_status_text((int)status));
    exit(1);
  }
}

int main(int argc, char **argv) {
  enum { MS = 10000 }; /* how long calls may take */
  pravega_config_t *config;
  pravega_client_t *client;
  pravega_txn_writer_t *writer;
  pravega_txn_t *txn;
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  char path[300];
  const char *scope = argc > 2 ? argv[2] : "examples", *streams[] = {path};
  snprintf(path, sizeof path, "%s/readings", scope);
  check(pravega_config_new(&config, &err));
  check(pravega_config_set(config, "controller.uri", argc > 1 ? argv[1] : "tcp://127.0.0.1:9090", &err));
  check(pravega_client_open(config, &client, &err));
  check(pravega_scope_create(client, scope, NULL, MS, &err));
  check(pravega_stream_create(client, scope, "readings", NULL, NULL, MS, &err));

  check(pravega_txn_writer_open(client, scope, "readings", NULL, &writer, MS, &err));
  check(pravega_txn_begin(writer, &txn, MS, &err));
  int end = WINDOW;
  for (size_t i = 0; i < sizeof source / sizeof *source; i++) {
    const reading_t *r = &source[i];
    char event[80];
    for (; r->second >= end; end += WINDOW) { /* the window is complete */
      int64_t time = end * (int64_t)1000;
      /* A sink that must not lose a window when it dies here flushes, keeps the id
       * of pravega_txn_id with its own state, and commits after it has started again:
       * pravega_txn_attach, then pravega_txn_commit, which may be repeated. */
      check(pravega_txn_commit(txn, &time, MS, &err));
      check(pravega_txn_close(txn, MS, &err));
      check(pravega_txn_begin(writer, &txn, MS, &err));
    }
    int len = snprintf(event, sizeof event, "%s at %d s: %d", r->sensor, r->second, r->value);
    check(pravega_txn_write(txn, r->sensor, strlen(r->sensor), event, (size_t)len, MS, &err));
  }
  check(pravega_txn_close(txn, MS, &err)); /* aborts the last window, which is not complete */
  check(pravega_txn_writer_close(writer, MS, &err));
  check(pravega_stream_seal(client, scope, "readings", MS, &err)); /* so that reading comes to an end */

  check(pravega_reader_group_create(client, scope, "readers", streams, 1, NULL, NULL, MS, &err));
  check(pravega_reader_group_open(client, scope, "readers", &group, MS, &err));
  check(pravega_reader_open(group, "reader-1", NULL, &reader, MS, &err));
  int status;
  while ((status = pravega_reader_next(reader, MS, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t event;
    check(pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t events = pravega_events_begin(&info);
    while (pravega_events_next(&events, &event)) {
      printf("%.*s\n", (int)event.len, (const char *)event.data);
    }
    check(pravega_slice_release(slice, PRAVEGA_SLICE_END)); /* its events are consumed */
  }
  check(status); /* PRAVEGA_END */
  check(pravega_reader_close(reader, MS, &err));
  check(pravega_client_close(client, &err));
  pravega_config_free(config);
  return 0;
}
