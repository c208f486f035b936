/*
 * Writes the flights of a CSV file to a stream and seals it:
 *
 *   write CONTROLLER SCOPE STREAM FILE
 *
 * The event of a flight is "NUMBER,LINE", numbered from 1; its routing key is
 * the plane's tail number. Flights whose plane is not known have no key.
 *
 * Prints "progress EVENTS BYTES ACKED" several times a second and in the end
 * "done EVENTS BYTES SECONDS".
 */
#include <pravega.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { PLANE_COLUMN = 11, BATCH = 1024, LINE = 512, MINUTE = 60000 };

/* Events on their way into the library, back to back. */
static struct {
  size_t count, used, keys_used;
  char events[BATCH * LINE], keys[BATCH * LINE];
  uint32_t lens[BATCH], key_lens[BATCH];
} batch;

static pravega_writer_t *writer;
static int64_t events, bytes;
static double last_report;

static double seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

/* Ends the program if a call failed. */
static void check(int status, const char *what, pravega_error_t *err) {
  if (status != PRAVEGA_OK) {
    fail(what, err != NULL ? pravega_error_message(err) : pravega_status_text(status));
  }
}

static void check_writer(int64_t status) {
  if (status < 0) {
    pravega_error_t *err = NULL;
    pravega_writer_error(writer, &err);
    check((int)status, "write", err);
  }
}

static void report(double now) {
  int64_t acked;
  pravega_writer_wait(writer, 0, 0, &acked); /* only looks */
  printf("progress %" PRId64 " %" PRId64 " %" PRId64 "\n", events, bytes, acked);
  fflush(stdout);
  last_report = now;
}

/* Hands the batch to the library, which may take it in parts. */
static void send_batch(void) {
  const char *keys = batch.keys, *data = batch.events;
  size_t done = 0;
  while (done < batch.count) {
    int64_t n = pravega_writer_write_many(writer, keys, batch.key_lens + done, data, batch.lens + done,
                                          batch.count - done, MINUTE, NULL);
    check_writer(n);
    for (int64_t i = 0; i < n; i++, done++) {
      data += batch.lens[done];
      keys += batch.key_lens[done] == PRAVEGA_NO_KEY ? 0 : batch.key_lens[done];
      bytes += batch.lens[done];
    }
    events += n;
  }
  batch.count = batch.used = batch.keys_used = 0;
  if (seconds() - last_report > 0.1) {
    report(seconds());
  }
}

/* The tail number in a line of the file, and its length. */
static size_t plane_of(const char *line, const char **plane) {
  for (int column = 0; column < PLANE_COLUMN; column++) {
    line = strchr(line, ',');
    if (line == NULL) {
      fail("read", "a line has too few columns");
    }
    line++;
  }
  *plane = line;
  return strcspn(line, ",");
}

static void add(int64_t number, const char *line) {
  const char *plane;
  size_t len = plane_of(line, &plane);
  if (batch.count == BATCH) {
    send_batch();
  }
  int event_len = sprintf(batch.events + batch.used, "%" PRId64 ",%s", number, line);
  batch.lens[batch.count] = (uint32_t)event_len;
  batch.used += (size_t)event_len;
  if (len == 2 && memcmp(plane, "NA", 2) == 0) {
    batch.key_lens[batch.count] = PRAVEGA_NO_KEY;
  } else {
    batch.key_lens[batch.count] = (uint32_t)len;
    memcpy(batch.keys + batch.keys_used, plane, len);
    batch.keys_used += len;
  }
  batch.count++;
}

static void write_flights(FILE *file) {
  char line[LINE - 24]; /* which leaves room for the number */
  if (fgets(line, sizeof line, file) == NULL) { /* the columns' names */
    fail("read", "the file is empty");
  }
  for (int64_t number = 1; fgets(line, sizeof line, file) != NULL; number++) {
    size_t len = strcspn(line, "\n");
    if (line[len] != '\n') {
      fail("read", "a line is too long, or is not ended");
    }
    line[len] = '\0';
    add(number, line);
  }
  send_batch();
}

int main(int argc, char **argv) {
  pravega_error_t *err = NULL;
  pravega_config_t *config;
  pravega_client_t *client;
  if (argc != 5) {
    fail("usage", "write CONTROLLER SCOPE STREAM FILE");
  }
  const char *scope = argv[2], *stream = argv[3];
  FILE *file = fopen(argv[4], "r");
  if (file == NULL) {
    fail(argv[4], "cannot be opened");
  }
  check(pravega_check_abi(), "library", NULL);
  check(pravega_config_new(&config, &err), "configuration", err);
  check(pravega_config_set(config, "controller.uri", argv[1], &err), "configuration", err);
  check(pravega_client_open(config, &client, &err), "open client", err);
  check(pravega_writer_open(client, scope, stream, NULL, &writer, MINUTE, &err), "open writer", err);

  double begun = seconds();
  write_flights(file);
  check(pravega_writer_flush(writer, MINUTE, &err), "flush", err);
  double took = seconds() - begun;
  report(seconds());

  int64_t acked;
  check(pravega_writer_close(writer, &acked, MINUTE, &err), "close writer", err);
  if (acked != events) {
    fail("close writer", "not every event is acked");
  }
  check(pravega_stream_seal(client, scope, stream, MINUTE, &err), "seal stream", err);
  check(pravega_client_close(client, &err), "close client", err);
  pravega_config_free(config);
  fclose(file);
  printf("done %" PRId64 " %" PRId64 " %.6f\n", events, bytes, took);
  return 0;
}
