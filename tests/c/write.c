/* Writers against a real server. */
#include "tally.h"

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

static void acks_by_wait(void) {
  enum { EVENTS = 20000 };
  pravega_client_t *client = client_open();
  stream_create(client, "wait", "4");
  pravega_writer_t *w = writer_open(client, "wait");
  int64_t acked = -1;
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 0, 0, &acked));
  CHECK_INT(0, acked);
  CHECK_INT(0, pravega_writer_pending(w));
  for (int64_t i = 1; i <= EVENTS; i++) {
    char event[32], key[32];
    int n = snprintf(event, sizeof event, "event %lld", (long long)i);
    int k = snprintf(key, sizeof key, "key %lld", (long long)(i % 7));
    CHECK_INT(i, pravega_writer_write(w, i % 3 == 0 ? NULL : key, (size_t)k, event, (size_t)n, LONG));
  }
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, EVENTS, LONG, &acked));
  CHECK_INT(EVENTS, acked);
  CHECK_INT(0, pravega_writer_pending(w));
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(w, INT64_MAX, 50, &acked));
  CHECK_INT(EVENTS, acked);
  pravega_error_t *final = NULL;
  CHECK_INT(PRAVEGA_OK, pravega_writer_error(w, &final));
  CHECK(final == NULL);
  acked = 0;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(EVENTS, acked);
  client_close(client);
}

static void many_at_once(void) {
  enum { EVENTS = 50000 };
  pravega_client_t *client = client_with("writer.window.bytes", "256KiB"); /* several waits for room */
  stream_create(client, "many", "2");
  pravega_writer_t *w = writer_open(client, "many");
  uint8_t *events = malloc(EVENTS * 100), *keys = malloc(EVENTS);
  uint32_t *lens = malloc(EVENTS * sizeof *lens), *key_lens = malloc(EVENTS * sizeof *key_lens);
  CHECK(events != NULL && keys != NULL && lens != NULL && key_lens != NULL);
  size_t used = 0, key_used = 0;
  for (uint32_t i = 0; i < EVENTS; i++) {
    lens[i] = i % 100;
    memset(events + used, (int)(i & 0x7f), lens[i]);
    used += lens[i];
    key_lens[i] = i % 3 == 0 ? PRAVEGA_NO_KEY : i % 3 - 1; /* none, the empty one, one byte */
    if (key_lens[i] == 1) {
      keys[key_used++] = (uint8_t)('a' + i % 26);
    }
  }
  int64_t last = -1, acked;
  CHECK_INT(0, pravega_writer_write_many(w, NULL, NULL, NULL, NULL, 0, 0, &last));
  CHECK_INT(0, last);
  CHECK_INT(EVENTS, pravega_writer_write_many(w, keys, key_lens, events, lens, EVENTS, LONG, &last));
  CHECK_INT(EVENTS, last);
  CHECK_INT(EVENTS, pravega_writer_write_many(w, NULL, NULL, events, lens, EVENTS, LONG, &last));
  CHECK_INT(2 * EVENTS, last);
  /* Without time, as many as fit. */
  int64_t fit = pravega_writer_write_many(w, NULL, NULL, events, lens, EVENTS, 0, &last);
  CHECK(fit < EVENTS && (fit > 0 || fit == PRAVEGA_E_WINDOW_FULL));
  CHECK_INT(fit > 0 ? 2 * EVENTS + fit : 0, last);
  /* One that is too large stops the others behind it. */
  uint32_t lengths[3] = {1, PRAVEGA_MAX_EVENT + 1, 1};
  uint8_t *large = calloc(1, PRAVEGA_MAX_EVENT + 3);
  CHECK(large != NULL);
  CHECK_INT(1, pravega_writer_write_many(w, NULL, NULL, large, lengths, 3, LONG, &last));
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write_many(w, NULL, NULL, large, lengths + 1, 2, LONG, &last));
  CHECK_INT(0, last);
  /* NULL where there are bytes. */
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_many(w, NULL, NULL, NULL, lengths, 3, LONG, &last));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_many(w, NULL, NULL, large, NULL, 3, LONG, &last));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_many(w, NULL, lengths, large, lengths, 1, LONG, &last));
  CHECK_OK(pravega_writer_flush(w, LONG, &error));
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(2 * EVENTS + (fit > 0 ? fit : 0) + 1, acked);
  free(events);
  free(keys);
  free(lens);
  free(key_lens);
  free(large);
  client_close(client);
}

/* Two writers race for one key: no event of the other comes between those of a
 * batch. */
static void batches_are_one(void) {
  enum { BATCHES = 200, SIZE = 25 };
  pravega_client_t *client = client_with("writer.window.bytes", "64KiB"); /* waits for room */
  stream_create(client, "batches", "2");
  pravega_writer_t *writers[2] = {writer_open(client, "batches"), writer_open(client, "batches")};
  static char events[SIZE * 16];
  uint32_t lens[SIZE];
  for (int batch = 0; batch < BATCHES; batch++) {
    size_t used = 0;
    for (int i = 0; i < SIZE; i++) {
      lens[i] = (uint32_t)sprintf(events + used, "%d %d %d", batch % 2, batch / 2, i);
      used += lens[i];
    }
    CHECK_INT((batch / 2 + 1) * SIZE, pravega_writer_write_batch(writers[batch % 2], batch % 3 == 0 ? NULL : "key", 3, events, lens, SIZE, LONG));
  }
  writer_close(writers[0]);
  writer_close(writers[1]);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "batches", LONG, &error));
  pravega_reader_t *r = reader_open(client, "batches");
  pravega_slice_t *slice;
  bool seen[BATCHES] = {false};
  int status, count = 0, writer = 0, batch = 0, next = 0;
  char segment[256] = "";
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t e;
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    while (pravega_events_next(&it, &e)) {
      int of, in, at;
      char text[16];
      snprintf(text, sizeof text, "%.*s", (int)e.len, (const char *)e.data);
      CHECK_INT(3, sscanf(text, "%d %d %d", &of, &in, &at));
      CHECK_INT(next, at);
      if (at == 0) {
        writer = of;
        batch = in;
        CHECK(!seen[2 * in + of]);
        seen[2 * in + of] = true;
        snprintf(segment, sizeof segment, "%s", info.segment);
      }
      CHECK(of == writer && in == batch && strcmp(segment, info.segment) == 0);
      next = (next + 1) % SIZE;
      count++;
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(BATCHES * SIZE, count);
  reader_close(r);
  client_close(client);
}

static void batches_that_are_refused(void) {
  pravega_client_t *client = client_with("writer.window.bytes", "64KiB");
  stream_create(client, "refused", "1");
  pravega_writer_t *w = writer_open(client, "refused");
  static uint8_t events[PRAVEGA_MAX_EVENT + 1];
  uint32_t lens[3] = {0, PRAVEGA_MAX_EVENT - 8, 1};
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write_batch(w, NULL, 0, events, lens, 3, LONG));
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write_batch(w, NULL, 0, events, (uint32_t[]){UINT32_MAX, UINT32_MAX}, 2, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_batch(w, NULL, 0, events, lens, 0, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_batch(w, NULL, 0, events, NULL, 3, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_batch(w, NULL, 0, NULL, lens, 3, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_batch(w, "\xff", 1, events, lens, 2, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write_batch(w, NULL, 0, events, lens, 2, -2));
  /* None took a number. */
  CHECK_INT(2, pravega_writer_write_batch(w, "", 0, events, lens, 2, LONG)); /* the largest, beyond the window */
  CHECK_INT(PRAVEGA_E_WINDOW_FULL, pravega_writer_write_batch(w, "", 0, events, &lens[2], 1, 0));
  CHECK_INT(3, pravega_writer_write_batch(w, "", 0, events, &lens[2], 1, LONG));
  CHECK_INT(5, pravega_writer_write_batch(w, NULL, 0, NULL, (uint32_t[]){0, 0}, 2, LONG)); /* empty events */
  int64_t acked;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(5, acked);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_write_batch(w, NULL, 0, events, lens, 2, LONG));
  client_close(client);
}

struct heard {
  pravega_writer_t *writer;
  _Atomic int64_t acked, more;
  atomic_int calls, lasts, status;
  atomic_bool closing; /* the handle has ended for the callback, too */
};

static void on_ack(void *user, int64_t acked, int status) {
  struct heard *h = user;
  CHECK(acked >= atomic_load(&h->acked)); /* never goes back */
  CHECK_INT(0, atomic_load(&h->lasts));   /* nothing after the last call */
  atomic_store(&h->acked, acked);
  atomic_fetch_add(&h->calls, 1);
  if (status != 0) {
    atomic_store(&h->status, status);
    atomic_fetch_add(&h->lasts, 1);
    return;
  }
  /* What may block is refused here, what does not is allowed. */
  int64_t upto;
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_writer_write(h->writer, NULL, 0, "x", 1, 1000));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_writer_wait(h->writer, acked, 1000, &upto));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_writer_flush(h->writer, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_writer_close(h->writer, NULL, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_shutdown(0));
  int status_now = pravega_writer_wait(h->writer, acked, 0, &upto);
  CHECK(status_now == PRAVEGA_OK || (status_now == PRAVEGA_E_BAD_HANDLE && atomic_load(&h->closing)));
  if (atomic_load(&h->more) < 5) {
    CHECK(pravega_writer_write(h->writer, "k", 1, "from the callback", 17, 0) > 0);
    atomic_fetch_add(&h->more, 1);
  }
}

static void acks_by_callback(void) {
  enum { EVENTS = 1000 };
  struct heard h = {0};
  pravega_client_t *client = client_open();
  stream_create(client, "callback", "2");
  pravega_writer_t *w = h.writer = writer_open(client, "callback");
  CHECK_INT(PRAVEGA_OK, pravega_writer_set_ack(w, on_ack, &h));
  for (int i = 0; i < EVENTS; i++) {
    CHECK(pravega_writer_write(w, NULL, 0, &i, sizeof i, LONG) > 0);
  }
  CHECK_INT(PRAVEGA_E_BUSY, pravega_writer_set_ack(w, NULL, NULL));
  while (atomic_load(&h.acked) < EVENTS + 5) {
    sleep_ms(1);
  }
  CHECK_INT(5, atomic_load(&h.more));
  CHECK_INT(0, atomic_load(&h.lasts));
  atomic_store(&h.closing, true);
  writer_close(w);
  CHECK_INT(1, atomic_load(&h.lasts));
  CHECK_INT(PRAVEGA_E_CLOSED, atomic_load(&h.status));
  CHECK_INT(EVENTS + 5, atomic_load(&h.acked));
  int calls = atomic_load(&h.calls);
  CHECK(calls <= EVENTS + 6);
  client_close(client);
  sleep_ms(50);
  CHECK_INT(calls, atomic_load(&h.calls));
}

static bool readable(int fd, int timeout_ms) {
  struct pollfd p = {.fd = fd, .events = POLLIN};
  int n = poll(&p, 1, timeout_ms);
  CHECK(n >= 0);
  return n == 1;
}

static void acks_by_descriptor(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "descriptor", "1");
  pravega_writer_t *w = writer_open(client, "descriptor");
  int fd, again;
  int64_t acked = 0;
  CHECK_INT(PRAVEGA_OK, pravega_writer_ack_fd(w, &fd));
  CHECK_INT(PRAVEGA_OK, pravega_writer_ack_fd(w, &again));
  CHECK_INT(fd, again);
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 0, 0, &acked));
  CHECK(!readable(fd, 0));
  for (int64_t round = 1; round <= 50; round++) {
    CHECK_INT(round, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
    while (acked < round) { /* an edge may come with less than all */
      CHECK(readable(fd, LONG));
      int status = pravega_writer_wait(w, round, 0, &acked);
      CHECK(status == PRAVEGA_OK || status == PRAVEGA_E_TIMED_OUT);
    }
  }
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 50, 0, &acked));
  CHECK(!readable(fd, 0));
  /* The end of the writer is told, too. */
  client_close(client);
  CHECK(readable(fd, LONG));
  CHECK_INT(PRAVEGA_E_CLOSED, pravega_writer_wait(w, INT64_MAX, 0, &acked));
  CHECK_INT(50, acked);
  CHECK(pravega_writer_close(w, &acked, LONG, NULL) <= 0);
  CHECK_INT(50, acked);
}

static void window_full(void) {
  pravega_client_t *client = client_with("writer.window.bytes", "64KiB");
  stream_create(client, "window", "1");
  pravega_writer_t *w = writer_open(client, "window");
  static uint8_t event[40000];
  bool full = false;
  int64_t written = 0;
  for (int i = 0; i < 10000 && !full; i++) {
    int64_t n = pravega_writer_write(w, NULL, 0, event, sizeof event, 0);
    full = n == PRAVEGA_E_WINDOW_FULL;
    CHECK(full || n == ++written);
  }
  CHECK(full);
  /* With time there is room; the refused event took no number. */
  for (int i = 0; i < 100; i++) {
    CHECK_INT(++written, pravega_writer_write(w, NULL, 0, event, sizeof event, LONG));
  }
  /* A single one larger than the window goes alone. */
  uint8_t *large = calloc(1, 1 << 20);
  CHECK(large != NULL);
  CHECK_INT(++written, pravega_writer_write(w, NULL, 0, large, 1 << 20, LONG));
  free(large);
  writer_close(w);
  client_close(client);
}

static void odd_events(void) {
  pravega_client_t *client = client_with("writer.large.event.bytes", "8MiB");
  stream_create(client, "odd", "2");
  pravega_writer_t *w = writer_open(client, "odd");
  uint8_t *large = calloc(1, PRAVEGA_MAX_EVENT + 1);
  CHECK(large != NULL);
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write(w, NULL, 0, large, PRAVEGA_MAX_EVENT + 1, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write(w, NULL, 0, NULL, 1, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write(w, "\xff\xfe", 2, "x", 1, LONG));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_write(w, NULL, 0, "x", 1, -2));
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, NULL, 0, LONG));            /* the empty event */
  CHECK_INT(2, pravega_writer_write(w, "", 0, "the empty key", 13, LONG));
  CHECK_INT(3, pravega_writer_write(w, "clé 鍵", 9, "x", 1, LONG));
  CHECK_INT(4, pravega_writer_write(w, NULL, 0, large, PRAVEGA_MAX_EVENT, LONG)); /* the largest */
  free(large);
  int64_t acked;
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 4, LONG, &acked));
  writer_close(w);
  client_close(client);
}

/* What one append cannot carry is one event all the same, in its place. */
static void large_events(void) {
  enum { LARGE = 20 << 20 };
  pravega_client_t *client = client_open();
  stream_create(client, "large", "1");
  pravega_writer_t *w = writer_open(client, "large");
  uint8_t *large = malloc(LARGE);
  CHECK(large != NULL);
  for (size_t i = 0; i < LARGE; i++) {
    large[i] = (uint8_t)(i * 2654435761u >> 24);
  }
  uint32_t len = LARGE;
  CHECK_INT(1, pravega_writer_write(w, "k", 1, "before", 6, LONG));
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write_many(w, NULL, NULL, large, &len, 1, LONG, NULL)); /* alone only */
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write_batch(w, NULL, 0, large, &len, 1, LONG));
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write(w, NULL, 0, large, (64 << 20) + 1, LONG)); /* refused unread */
  CHECK_INT(PRAVEGA_E_EVENT_TOO_LARGE, pravega_writer_write(w, NULL, 0, large, SIZE_MAX, LONG));
  CHECK_INT(2, pravega_writer_write(w, "k", 1, large, LARGE, LONG));
  CHECK_INT(3, pravega_writer_write(w, "k", 1, "behind", 6, LONG));
  writer_close(w);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "large", LONG, &error));
  pravega_reader_t *r = reader_open(client, "large");
  pravega_slice_t *slice;
  int status, seen = 0;
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t e;
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    while (pravega_events_next(&it, &e)) {
      const void *want = seen == 0 ? "before" : seen == 1 ? (void *)large : "behind";
      CHECK_INT(seen == 1 ? LARGE : 6, e.len);
      CHECK(memcmp(want, e.data, e.len) == 0);
      seen++;
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(3, seen);
  free(large);
  reader_close(r);
  client_close(client);
}

static void time_marks(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "marks", "2");
  pravega_writer_t *w = writer_open(client, "marks");
  int64_t acked;
  CHECK_OK(pravega_writer_note_time(w, -7, LONG, &error)); /* nothing was written yet */
  for (int64_t i = 1; i <= 5; i++) {
    CHECK_INT(i, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
    CHECK_OK(pravega_writer_note_time(w, 1000 + i, LONG, &error));
    CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, i, 0, &acked)); /* it was waited for */
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_writer_note_time(w, 1004, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_writer_note_time(w, 1010, -2, &error));
  CHECK_OK(pravega_writer_note_time(w, INT64_MAX, LONG, &error));
  writer_close(w);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_note_time(w, 2000, LONG, NULL));
  client_close(client);

  client = client_with("writer.time.mark.interval", "100ms");
  w = writer_open(client, "marks");
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "writer.time.mark.interval", pravega_writer_note_time(w, 1, LONG, &error));
  writer_close(w);
  client_close(client);
}

static void unknown_and_sealed(void) {
  pravega_client_t *client = client_open();
  pravega_writer_t *w, *none;
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "nowhere", pravega_writer_open(client, scope_of(client), "nowhere", NULL, &none, LONG, &error));
  CHECK(none == NULL);
  int status = pravega_writer_open(client, "no-such-scope", "nowhere", NULL, &none, LONG, NULL);
  CHECK(status == PRAVEGA_E_NO_SUCH_STREAM || status == PRAVEGA_E_NO_SUCH_SCOPE);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_writer_open(client, "sc ope", "x", NULL, &none, LONG, &error));

  stream_create(client, "sealed", "1");
  w = writer_open(client, "sealed");
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  int64_t acked;
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 1, LONG, &acked));
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "sealed", LONG, &error));
  int64_t n = pravega_writer_write(w, NULL, 0, "too late", 8, LONG);
  CHECK(n == 2 || n == PRAVEGA_E_STREAM_SEALED);
  CHECK_INT(PRAVEGA_E_STREAM_SEALED, pravega_writer_wait(w, 2, LONG, &acked));
  CHECK_INT(1, acked);
  CHECK_FAILS(PRAVEGA_E_STREAM_SEALED, "sealed", pravega_writer_error(w, &error));
  CHECK_INT(PRAVEGA_E_STREAM_SEALED, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_FAILS(PRAVEGA_E_STREAM_SEALED, "", pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(1, acked);
  CHECK_FAILS(PRAVEGA_E_STREAM_SEALED, "", pravega_writer_open(client, scope_of(client), "sealed", NULL, &none, LONG, &error));
  client_close(client);
}

static void write_after_close(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "closed", "1");
  pravega_writer_t *w = writer_open(client, "closed"), *other = writer_open(client, "closed");
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  int64_t acked;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(1, acked);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_close(w, &acked, LONG, &error));
  client_close(client);
  /* Closed with its client; the handle is still there. */
  CHECK_INT(PRAVEGA_E_CLOSED, pravega_writer_write(other, NULL, 0, "x", 1, LONG));
  CHECK_INT(PRAVEGA_E_CLOSED, pravega_writer_wait(other, 1, LONG, &acked));
  CHECK(pravega_writer_close(other, NULL, LONG, NULL) <= 0);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_close(other, NULL, LONG, NULL));
}

struct waiting {
  pravega_writer_t *writer;
  int status;
};

static void *wait_for_ever(void *arg) {
  struct waiting *w = arg;
  int64_t acked;
  w->status = pravega_writer_wait(w->writer, INT64_MAX, PRAVEGA_FOREVER, &acked);
  return NULL;
}

static void close_while_another_waits(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "waiting", "1");
  struct waiting w = {writer_open(client, "waiting"), 0};
  pthread_t thread;
  CHECK_INT(0, pthread_create(&thread, NULL, wait_for_ever, &w));
  sleep_ms(200);
  writer_close(w.writer);
  CHECK_INT(0, pthread_join(thread, NULL));
  /* Had the thread not come to wait yet, its handle is stale. */
  CHECK(w.status == PRAVEGA_E_CLOSED || w.status == PRAVEGA_E_BAD_HANDLE);
  client_close(client);
}

struct stream {
  pravega_writer_t *writer;
  int64_t last;
  int64_t ended;
};

static void *write_for_ever(void *arg) {
  static uint8_t event[30000]; /* two fill the window, so that it mostly waits for room */
  struct stream *s = arg;
  int64_t n;
  while ((n = pravega_writer_write(s->writer, NULL, 0, event, sizeof event, PRAVEGA_FOREVER)) > 0) {
    CHECK_INT(s->last + 1, n);
    s->last = n;
  }
  s->ended = n;
  return NULL;
}

/* Closing flushes all that another thread was told is accepted. */
static void close_while_another_writes(void) {
  pravega_client_t *client = client_with("writer.window.bytes", "64KiB");
  stream_create(client, "writing", "1");
  struct stream s = {writer_open(client, "writing"), 0, 0};
  pthread_t thread;
  int64_t acked = 0;
  CHECK_INT(0, pthread_create(&thread, NULL, write_for_ever, &s));
  while (acked < 10) {
    sleep_ms(1);
    CHECK_INT(PRAVEGA_OK, pravega_writer_wait(s.writer, 0, 0, &acked));
  }
  CHECK_OK(pravega_writer_close(s.writer, &acked, LONG, &error));
  CHECK_INT(0, pthread_join(thread, NULL));
  CHECK(s.ended == PRAVEGA_E_CLOSED || s.ended == PRAVEGA_E_BAD_HANDLE);
  CHECK_INT(s.last, acked);
  client_close(client);
}

/* The client's close does not flush: the writer's own then tells how far it came. */
static void close_after_the_client(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "after", "1");
  pravega_writer_t *w = writer_open(client, "after");
  int64_t last, acked;
  for (last = 0; last < 100000; last++) {
    CHECK_INT(last + 1, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  }
  client_close(client);
  int status = pravega_writer_close(w, &acked, LONG, NULL);
  CHECK_INT(acked == last ? PRAVEGA_OK : PRAVEGA_E_CLOSED, status);
}

enum { THREADS = 8, EACH = 5000 };

struct hand {
  pravega_writer_t *writer;
  int64_t numbers[EACH];
};

static void *write_each(void *arg) {
  struct hand *h = arg;
  for (int i = 0; i < EACH; i++) {
    h->numbers[i] = pravega_writer_write(h->writer, &"abcdefgh"[i % 8], 1, h->numbers, 60, LONG);
    CHECK(h->numbers[i] > 0);
    CHECK(i == 0 || h->numbers[i] > h->numbers[i - 1]);
  }
  return NULL;
}

static void threads_share_a_writer(void) {
  static struct hand hands[THREADS];
  static bool seen[THREADS * EACH + 1];
  pthread_t threads[THREADS];
  pravega_client_t *client = client_with("writer.window.bytes", "128KiB");
  stream_create(client, "threads", "2");
  pravega_writer_t *w = writer_open(client, "threads");
  for (int i = 0; i < THREADS; i++) {
    hands[i].writer = w;
    CHECK_INT(0, pthread_create(&threads[i], NULL, write_each, &hands[i]));
  }
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(0, pthread_join(threads[i], NULL));
  }
  for (int i = 0; i < THREADS; i++) {
    for (int j = 0; j < EACH; j++) {
      int64_t n = hands[i].numbers[j];
      CHECK(n <= THREADS * EACH && !seen[n]);
      seen[n] = true;
    }
  }
  int64_t acked;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(THREADS * EACH, acked);
  client_close(client);
}

/* At full speed, when most events wait in C, every way to write keeps the order of
 * each key, and the numbers are the order. */
enum { WAYS = 40000, WRITERS = 2 };

struct ways {
  pravega_writer_t *writer;
  uint32_t first;
};

static void *write_all_ways(void *arg) {
  static const char *keys[] = {"", "k", "\xc3\xa9", "another key"};
  static const uint8_t large[20000];
  const struct ways *ways = arg;
  int64_t before = 0;
  for (uint32_t i = ways->first; i < WAYS; i += WRITERS) {
    const char *key = keys[i % 4];
    uint32_t event[25] = {i}, lens = i % 3 == 0 ? 4 : sizeof event, key_len = (uint32_t)strlen(key);
    int64_t n = 0;
    if (i % 401 == 0) {
      CHECK_INT(1, pravega_writer_write_many(ways->writer, key, &key_len, event, &lens, 1, LONG, &n));
    } else if (i % 503 == 0) {
      n = pravega_writer_write_batch(ways->writer, key, key_len, event, &lens, 1, LONG);
    } else if (i % 607 == 0) {
      uint8_t *copy = malloc(sizeof large);
      CHECK(copy != NULL);
      memcpy(copy, large, sizeof large);
      memcpy(copy, &i, sizeof i);
      n = pravega_writer_write(ways->writer, key, key_len, copy, sizeof large, LONG);
      free(copy);
    } else if (i % 997 == 0) {
      n = pravega_writer_write(ways->writer, key, key_len, event, lens, LONG);
      CHECK_INT(PRAVEGA_OK, pravega_writer_wait(ways->writer, n, LONG, NULL));
    } else {
      n = pravega_writer_write(ways->writer, key, key_len, event, lens, LONG);
    }
    CHECK(n > before);
    before = n;
  }
  return NULL;
}

static void full_speed_keeps_order(void) {
  struct ways ways[WRITERS];
  pthread_t threads[WRITERS];
  pravega_client_t *client = client_open();
  stream_create(client, "ways", "3");
  pravega_writer_t *w = writer_open(client, "ways");
  for (uint32_t i = 0; i < WRITERS; i++) {
    ways[i] = (struct ways){w, i};
    CHECK_INT(0, pthread_create(&threads[i], NULL, write_all_ways, &ways[i]));
  }
  for (int i = 0; i < WRITERS; i++) {
    CHECK_INT(0, pthread_join(threads[i], NULL));
  }
  int64_t acked;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(WAYS, acked);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "ways", LONG, &error));
  pravega_reader_t *r = reader_open(client, "ways");
  pravega_slice_t *slice;
  struct tally *t = tally_of(4);
  int status;
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    count_slice(t, slice);
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(WAYS, t->total);
  free(t);
  reader_close(r);
  client_close(client);
}

/* Short-lived threads leave nothing behind. */
static void *write_one(void *arg) {
  CHECK(pravega_writer_write(arg, NULL, 0, "x", 1, LONG) > 0);
  return NULL;
}

static void many_short_threads(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "short", "1");
  pravega_writer_t *w = writer_open(client, "short");
  for (int i = 0; i < 2000; i++) {
    pthread_t thread;
    CHECK_INT(0, pthread_create(&thread, NULL, write_one, w));
    CHECK_INT(0, pthread_join(thread, NULL));
  }
  int64_t acked;
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_INT(2000, acked);
  client_close(client);
}

static void shutdown_flushes(void) {
  struct heard h = {0};
  pravega_client_t *client = client_open();
  stream_create(client, "shutdown", "1");
  pravega_writer_t *w = writer_open(client, "shutdown");
  CHECK_INT(PRAVEGA_OK, pravega_writer_set_ack(w, on_ack, &h));
  atomic_store(&h.more, 5); /* the callback does not write here */
  h.writer = w;
  for (int i = 1; i <= 1000; i++) {
    CHECK_INT(i, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  }
  atomic_store(&h.closing, true);
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(LONG));
  CHECK_INT(1000, atomic_load(&h.acked));
  CHECK_INT(1, atomic_load(&h.lasts));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_client_close(client, NULL));
}

int main(void) {
  RUN(acks_by_wait);
  RUN(many_at_once);
  RUN(batches_are_one);
  RUN(batches_that_are_refused);
  RUN(acks_by_callback);
  RUN(acks_by_descriptor);
  RUN(window_full);
  RUN(odd_events);
  RUN(large_events);
  RUN(time_marks);
  RUN(unknown_and_sealed);
  RUN(write_after_close);
  RUN(close_while_another_waits);
  RUN(close_while_another_writes);
  RUN(close_after_the_client);
  RUN(threads_share_a_writer);
  RUN(full_speed_keeps_order);
  RUN(many_short_threads);
  RUN(shutdown_flushes);
  return 0;
}
