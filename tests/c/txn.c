/* Transactions against a real server. */
#include "server.h"

static pravega_txn_writer_t *txn_writer(pravega_client_t *client, const char *stream, const char *name, const char *value) {
  pravega_txn_writer_t *w;
  pravega_config_t *config = config_with(name, value);
  CHECK_OK(pravega_txn_writer_open(client, scope_of(client), stream, config, &w, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return w;
}

static pravega_txn_t *begin(pravega_txn_writer_t *w) {
  pravega_txn_t *t;
  CHECK_OK(pravega_txn_begin(w, &t, LONG, &error));
  return t;
}

static int status_of(pravega_txn_t *t) {
  int status = -1;
  CHECK_OK(pravega_txn_status(t, &status, LONG, &error));
  return status;
}

/* Writes the numbers from first to last, keyed by what is left after division by
 * three, the others without key. */
static void write_numbers(pravega_txn_t *t, int first, int last) {
  enum { MOST = 5000 };
  static char events[MOST * 12], keys[MOST];
  static uint32_t lens[MOST], key_lens[MOST];
  size_t used = 0, key_used = 0, count = 0, accepted = 0;
  for (int n = first; n <= last; n++, count++) {
    lens[count] = (uint32_t)sprintf(events + used, "%d", n);
    used += lens[count];
    key_lens[count] = n % 3 == 0 ? PRAVEGA_NO_KEY : 1;
    if (n % 3 != 0) {
      keys[key_used++] = (char)('a' + n % 3);
    }
  }
  CHECK_OK(pravega_txn_write_many(t, keys, key_lens, events, lens, count, &accepted, LONG, &error));
  CHECK_INT(count, accepted);
}

/* Reads a stream to its end: the numbers from first to last, each once, those of
 * a key in order, and nothing else. */
static void count(pravega_client_t *client, const char *stream, int first, int last) {
  CHECK_OK(pravega_stream_seal(client, scope_of(client), stream, LONG, &error));
  pravega_reader_t *r = reader_open(client, stream);
  pravega_slice_t *slice;
  bool *seen = calloc((size_t)last + 1, sizeof *seen);
  int status, events = 0, of_key[3] = {0};
  CHECK(seen != NULL);
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t e;
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    while (pravega_events_next(&it, &e)) {
      char text[16];
      snprintf(text, sizeof text, "%.*s", (int)e.len, (const char *)e.data);
      int n = atoi(text);
      CHECK(n >= first && n <= last && !seen[n]);
      seen[n] = true;
      CHECK(n % 3 == 0 || of_key[n % 3] < n);
      of_key[n % 3] = n;
      events++;
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(last - first + 1, events);
  free(seen);
  reader_close(r);
}

static void all_or_nothing(void) {
  pravega_client_t *client = client_open();
  pravega_slice_t *slice;
  int64_t time = 1000;
  stream_create(client, "all", "3");
  pravega_txn_writer_t *w = txn_writer(client, "all", NULL, NULL);
  pravega_txn_t *kept = begin(w), *dropped = begin(w);
  CHECK_INT(PRAVEGA_TXN_OPEN, status_of(kept));
  write_numbers(dropped, 20001, 21000);
  write_numbers(kept, 1, 5000);
  CHECK_INT(5001, pravega_txn_write(kept, NULL, 0, "5001", 4, LONG, NULL));
  CHECK_INT(5002, pravega_txn_write(kept, "b", 1, "5002", 4, 0, NULL));
  CHECK_OK(pravega_txn_flush(kept, LONG, &error));
  /* Nothing is there before it is committed. */
  pravega_reader_t *r = reader_open(client, "all");
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(r, 300, &slice));
  CHECK_OK(pravega_txn_abort(dropped, LONG, &error));
  CHECK_OK(pravega_txn_abort(dropped, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_ABORTED, "", pravega_txn_commit(dropped, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_ABORTED, "", (int)pravega_txn_write(dropped, NULL, 0, "x", 1, LONG, &error));
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(r, 300, &slice));
  CHECK_OK(pravega_txn_commit(kept, &time, LONG, &error));
  CHECK_OK(pravega_txn_wait_readable(kept, LONG, &error));
  CHECK_INT(PRAVEGA_TXN_COMMITTED, status_of(kept));
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(r, LONG, &slice));
  CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  reader_close(r);
  CHECK_OK(pravega_txn_commit(kept, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_COMMITTED, "", pravega_txn_abort(kept, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_COMMITTED, "", (int)pravega_txn_write(kept, NULL, 0, "x", 1, LONG, &error));
  CHECK_OK(pravega_txn_close(kept, LONG, &error));
  CHECK_OK(pravega_txn_close(dropped, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_txn_close(dropped, LONG, &error));
  CHECK_OK(pravega_txn_writer_close(w, LONG, &error));
  count(client, "all", 1, 5002);
  client_close(client);
}

static void attached_by_another_client(void) {
  char id[PRAVEGA_TXN_ID_SIZE], again[PRAVEGA_TXN_ID_SIZE];
  pravega_client_t *client = client_open(), *other = client_open();
  pravega_txn_t *t, *attached;
  stream_create(client, "attached", "2");
  pravega_txn_writer_t *w = txn_writer(client, "attached", "txn.close", "keep"), *x = txn_writer(other, "attached", NULL, NULL);
  t = begin(w);
  CHECK_INT(PRAVEGA_OK, pravega_txn_id(t, id));
  CHECK_INT(PRAVEGA_TXN_ID_SIZE - 1, strlen(id));
  write_numbers(t, 1, 100);
  CHECK_OK(pravega_txn_writer_close(w, LONG, &error)); /* keeps it, flushed */
  CHECK_FAILS(PRAVEGA_E_CLOSED, "", (int)pravega_txn_write(t, NULL, 0, "x", 1, LONG, &error));
  CHECK_OK(pravega_txn_close(t, LONG, &error));
  CHECK_OK(pravega_txn_attach(x, id, &attached, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_txn_id(attached, again));
  CHECK_INT(0, strcmp(id, again));
  write_numbers(attached, 101, 200);
  CHECK_OK(pravega_txn_commit(attached, NULL, LONG, &error));
  CHECK_OK(pravega_txn_wait_readable(attached, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_COMMITTED, "", pravega_txn_attach(x, id, &t, LONG, &error));
  CHECK(t == NULL);
  CHECK_OK(pravega_txn_close(attached, LONG, &error));
  CHECK_OK(pravega_txn_writer_close(x, LONG, &error));
  count(client, "attached", 1, 200);
  client_close(other);
  client_close(client);
}

static void closed_without_commit(void) {
  char id[PRAVEGA_TXN_ID_SIZE];
  pravega_client_t *client = client_open();
  stream_create(client, "closed", "1");
  pravega_txn_writer_t *w = txn_writer(client, "closed", NULL, NULL);
  pravega_txn_t *t = begin(w), *none;
  CHECK_INT(PRAVEGA_OK, pravega_txn_id(t, id));
  write_numbers(t, 1, 10);
  CHECK_OK(pravega_txn_close(t, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_ABORTED, "", pravega_txn_attach(w, id, &none, LONG, &error));
  /* With the client everything of it ends; the handles are still there. */
  t = begin(w);
  client_close(client);
  int64_t n = pravega_txn_write(t, NULL, 0, "x", 1, LONG, NULL);
  CHECK(n == PRAVEGA_E_CLOSED || n == PRAVEGA_E_TRANSACTION_ABORTED);
  int status = pravega_txn_commit(t, NULL, LONG, NULL);
  CHECK(status == PRAVEGA_E_CLOSED || status == PRAVEGA_E_TRANSACTION_ABORTED);
  CHECK_FAILS(PRAVEGA_E_CLOSED, "", pravega_txn_begin(w, &none, LONG, &error));
  CHECK(pravega_txn_close(t, LONG, NULL) <= 0);
  CHECK(pravega_txn_writer_close(w, LONG, NULL) <= 0);
  /* Or with all that the process has. */
  client = client_open();
  w = txn_writer(client, "closed", NULL, NULL);
  t = begin(w);
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(LONG));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_txn_id(t, id));
}

static void full_windows_and_bad_arguments(void) {
  static uint8_t large[PRAVEGA_MAX_EVENT + 1];
  static uint32_t lens[200];
  size_t accepted = 99;
  pravega_client_t *client = client_open();
  stream_create(client, "window", "1");
  pravega_txn_writer_t *w = txn_writer(client, "window", "txn.window.bytes", "64KiB");
  pravega_txn_t *t = begin(w), *none;
  for (int i = 0; i < 200; i++) {
    lens[i] = 40000; /* waits for room again and again */
  }
  CHECK_OK(pravega_txn_write_many(t, NULL, NULL, large, lens, 200, &accepted, LONG, &error));
  CHECK_INT(200, accepted);
  CHECK_FAILS(PRAVEGA_E_WINDOW_FULL, "", pravega_txn_write_many(t, NULL, NULL, large, lens, 200, &accepted, 0, &error));
  CHECK(accepted < 200);
  CHECK(pravega_txn_write(t, "k", 1, large, 40000, LONG, NULL) > 200);
  CHECK_FAILS(PRAVEGA_E_EVENT_TOO_LARGE, "", (int)pravega_txn_write(t, NULL, 0, large, sizeof large + ((size_t)1 << 40), LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", (int)pravega_txn_write(t, "\xff", 1, "x", 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", (int)pravega_txn_write(t, NULL, 0, NULL, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_txn_write_many(t, NULL, NULL, NULL, lens, 200, &accepted, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_txn_write_many(t, NULL, NULL, large, NULL, 200, &accepted, LONG, &error));
  CHECK_INT(0, accepted);
  CHECK_OK(pravega_txn_write_many(t, NULL, NULL, NULL, NULL, 0, &accepted, LONG, &error));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_txn_id(t, NULL));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "status", pravega_txn_status(t, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "txn", pravega_txn_begin(w, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "id", pravega_txn_attach(w, NULL, &none, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_txn_attach(w, "no id", &none, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_TRANSACTION, "", pravega_txn_attach(w, "00000000-0000-0000-0000-000000000001", &none, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_WRONG_KIND, "", pravega_txn_flush((pravega_txn_t *)w, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "nowhere", pravega_txn_writer_open(client, scope_of(client), "nowhere", NULL, &w, LONG, &error));
  CHECK(w == NULL);
  CHECK_OK(pravega_txn_close(t, LONG, &error));
  client_close(client);
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(LONG)); /* w is lost above */
}

/* Batches are all or nothing within what is committed, and their events stay
 * together. */
static void batches_and_lists(void) {
  static uint8_t large[PRAVEGA_MAX_EVENT];
  static const uint32_t lens[] = {1, 2, 0, 1}, two[] = {20000, 20000}, huge[] = {PRAVEGA_MAX_EVENT - 8, 1};
  char id[PRAVEGA_TXN_ID_SIZE], other[PRAVEGA_TXN_ID_SIZE];
  pravega_client_t *client = client_open();
  pravega_list_t *ids;
  int64_t acked = -1, number = 0;
  stream_create(client, "batches", "1");
  pravega_txn_writer_t *w = txn_writer(client, "batches", "txn.window.bytes", "64KiB");
  CHECK_OK(pravega_txn_list(w, &ids, &error));
  CHECK_INT(0, pravega_list_size(ids));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));
  pravega_txn_t *t = begin(w), *u = begin(w);
  CHECK_INT(PRAVEGA_OK, pravega_txn_id(t, id));
  CHECK_INT(PRAVEGA_OK, pravega_txn_id(u, other));
  CHECK_OK(pravega_txn_list(w, &ids, &error));
  CHECK_INT(2, pravega_list_size(ids));
  for (size_t i = 0; i < 2; i++) {
    CHECK(strcmp(pravega_list_get(ids, i), id) == 0 || strcmp(pravega_list_get(ids, i), other) == 0);
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));
  CHECK_OK(pravega_txn_abort(u, LONG, &error));
  CHECK_OK(pravega_txn_list(w, &ids, &error));
  CHECK_INT(1, pravega_list_size(ids));
  CHECK(strcmp(pravega_list_get(ids, 0), id) == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));

  CHECK_INT(PRAVEGA_OK, pravega_txn_acked(t, &acked));
  CHECK_INT(0, acked);
  for (int i = 1; i <= 100; i++) {
    const char *key = i % 2 == 0 ? "k" : NULL;
    CHECK_INT(4 * i, pravega_txn_write_batch(t, key, key == NULL ? 0 : 1, "abcd", lens, 4, LONG, NULL));
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", (int)pravega_txn_write_batch(t, NULL, 0, "a", lens, 0, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", (int)pravega_txn_write_batch(t, NULL, 0, NULL, lens, 4, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", (int)pravega_txn_write_batch(t, "\xff", 1, "abcd", lens, 4, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_EVENT_TOO_LARGE, "", (int)pravega_txn_write_batch(t, NULL, 0, large, huge, 2, LONG, &error));
  CHECK_OK(pravega_txn_flush(t, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_txn_acked(t, &acked));
  CHECK_INT(400, acked);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_txn_acked(t, NULL));
  CHECK_OK(pravega_txn_commit_and_wait(t, LONG, &error));
  CHECK_INT(PRAVEGA_TXN_COMMITTED, status_of(t));
  CHECK_INT(PRAVEGA_OK, pravega_txn_acked(t, &acked));
  CHECK_INT(400, acked);
  CHECK_FAILS(PRAVEGA_E_TRANSACTION_ABORTED, "", pravega_txn_commit_and_wait(u, LONG, &error));
  CHECK_OK(pravega_txn_close(t, LONG, &error));
  CHECK_OK(pravega_txn_close(u, LONG, &error));

  t = begin(w);
  while ((number = pravega_txn_write_batch(t, NULL, 0, large, two, 2, 0, NULL)) > 0) {
  }
  CHECK_INT(PRAVEGA_E_WINDOW_FULL, number);
  CHECK(pravega_txn_write_batch(t, "k", 1, large, two, 2, LONG, NULL) > 0); /* waits for room */
  CHECK_OK(pravega_txn_close(t, LONG, &error));
  CHECK_OK(pravega_txn_writer_close(w, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_txn_list(w, &ids, &error));

  CHECK_OK(pravega_stream_seal(client, scope_of(client), "batches", LONG, &error));
  pravega_reader_t *r = reader_open(client, "batches");
  pravega_slice_t *slice;
  int status, events = 0;
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    static const char *const want[] = {"a", "bc", "", "d"};
    pravega_slice_info_t info;
    pravega_event_t e;
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    for (; pravega_events_next(&it, &e); events++) {
      CHECK_INT(strlen(want[events % 4]), e.len);
      CHECK(e.len == 0 || memcmp(want[events % 4], e.data, e.len) == 0);
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(400, events);
  reader_close(r);
  client_close(client);
}

int main(void) {
  RUN(all_or_nothing);
  RUN(attached_by_another_client);
  RUN(closed_without_commit);
  RUN(full_windows_and_bad_arguments);
  RUN(batches_and_lists);
  return 0;
}
