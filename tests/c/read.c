/* Reader groups, readers and slices against a real server. */
#include "tally.h"

#include <poll.h>
#include <pthread.h>

static void round_trip(void) {
  enum { EVENTS = 50000, KEYS = 26 };
  pravega_client_t *client = client_open();
  stream_create(client, "round", "4");
  write_numbers(client, "round", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "round", LONG, &error));
  pravega_reader_t *reader = reader_open(client, "round");
  pravega_slice_t *slice;
  struct tally *t = tally_of(KEYS);
  int status;
  while ((status = pravega_reader_next(reader, LONG, &slice)) == PRAVEGA_OK) {
    count_slice(t, slice);
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK(slice == NULL);
  CHECK_INT(EVENTS, t->total);
  CHECK_INT(PRAVEGA_END, pravega_reader_next(reader, 0, &slice)); /* and stays so */
  free(t);
  reader_close(reader);
  client_close(client);
}

static void given_back_in_part(void) {
  enum { EVENTS = 1000 };
  pravega_client_t *client = client_open();
  stream_create(client, "part", "1");
  write_numbers(client, "part", EVENTS, 1);
  pravega_reader_t *reader = reader_open(client, "part");
  struct tally *t = tally_of(1);
  while (t->total < EVENTS) {
    pravega_slice_t *slice;
    pravega_slice_info_t info;
    pravega_event_t event;
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    int64_t next = info.start_offset;
    for (int i = 0; i < 37 && pravega_events_next(&it, &event); i++) { /* 37 at most, the rest comes again */
      count(t, number_of(&event));
      next = event.next;
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, next));
  }
  CHECK_INT(EVENTS, t->total);
  free(t);
  reader_close(reader);
  client_close(client);
}

static void released_wrongly(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "wrongly", "1");
  write_numbers(client, "wrongly", 10, 1);
  pravega_reader_t *reader = reader_open(client, "wrongly");
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  static const int64_t wrong[] = {1, 3, 1000000, INT64_MAX, INT64_MIN, -2};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    CHECK_INT(0, info.start_offset); /* it was given back as unread */
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_index(slice, &(size_t){info.len + 1}, NULL, 0));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_info(slice, NULL, 0));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_release(slice, wrong[i]));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_info(slice, &info, sizeof info));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_index(slice, NULL, NULL, 0));
  }
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_reader_next(reader, 0, NULL));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_reader_next(reader, -2, &slice));
  reader_close(reader);
  client_close(client);
}

static void slice_outlives_reader_and_client(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "outlives", "1");
  write_numbers(client, "outlives", 10000, 1);
  pravega_reader_t *reader = reader_open(client, "outlives");
  pravega_slice_t *slice;
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
  reader_close(reader);
  client_close(client);
  struct tally *t = tally_of(1);
  count_slice(t, slice);
  CHECK(t->total > 0);
  free(t);
  CHECK_INT(PRAVEGA_E_CLOSED, pravega_slice_release(slice, PRAVEGA_SLICE_END));
}

static void ready_descriptor(void) {
  enum { EVENTS = 300 };
  pravega_client_t *client = client_open();
  stream_create(client, "ready", "2");
  pravega_reader_t *reader = reader_open(client, "ready");
  pravega_writer_t *w = writer_open(client, "ready");
  struct tally *t = tally_of(1);
  struct pollfd p = {.events = POLLIN};
  CHECK_INT(PRAVEGA_OK, pravega_reader_ready_fd(reader, &p.fd));
  for (uint32_t i = 0; i < EVENTS; i++) {
    CHECK(pravega_writer_write(w, "k", 1, &i, sizeof i, LONG) > 0);
    if (i % 100 != 99) {
      continue;
    }
    while (t->total <= i) {
      CHECK_INT(1, poll(&p, 1, LONG));
      pravega_slice_t *slice;
      int status = pravega_reader_next(reader, 0, &slice);
      if (status == PRAVEGA_OK) {
        count_slice(t, slice);
        CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
      } else {
        CHECK_INT(PRAVEGA_E_TIMED_OUT, status);
      }
    }
  }
  CHECK_INT(EVENTS, t->total);
  free(t);
  writer_close(w);
  reader_close(reader);
  client_close(client);
}

struct waiting {
  pravega_reader_t *reader;
  int status;
};

static void *wait_for_ever(void *arg) {
  struct waiting *w = arg;
  pravega_slice_t *slice;
  w->status = pravega_reader_next(w->reader, PRAVEGA_FOREVER, &slice);
  return NULL;
}

static void close_while_another_waits(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "idle", "1");
  struct waiting w = {reader_open(client, "idle"), 0};
  pravega_slice_t *slice;
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(w.reader, 0, &slice));
  double begun = seconds();
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(w.reader, 300, &slice));
  CHECK(seconds() - begun >= 0.3);
  pthread_t thread;
  CHECK_INT(0, pthread_create(&thread, NULL, wait_for_ever, &w));
  sleep_ms(200);
  reader_close(w.reader);
  CHECK_INT(0, pthread_join(thread, NULL));
  /* Had the thread not come to wait yet, its handle is stale. */
  CHECK(w.status == PRAVEGA_E_CLOSED || w.status == PRAVEGA_E_BAD_HANDLE);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_reader_next(w.reader, 0, &slice));
  client_close(client);
}

static void closed_with_its_client(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "with-client", "1");
  struct waiting w = {reader_open(client, "with-client"), 0};
  pthread_t thread;
  CHECK_INT(0, pthread_create(&thread, NULL, wait_for_ever, &w));
  sleep_ms(100);
  client_close(client);
  CHECK_INT(0, pthread_join(thread, NULL));
  CHECK_INT(PRAVEGA_E_CLOSED, w.status);
  CHECK_FAILS(PRAVEGA_E_CLOSED, "", pravega_reader_error(w.reader, &error));
  CHECK(pravega_reader_close(w.reader, LONG, NULL) <= 0);
}

static void groups(void) {
  pravega_client_t *client = client_open();
  pravega_reader_group_t *group;
  pravega_reader_t *one, *two;
  pravega_list_t *ids;
  char path[256], unknown[256];
  const char *scope = scope_of(client), *streams[] = {path}, *nowhere[] = {unknown};
  int created;
  snprintf(path, sizeof path, "%s/grouped", scope);
  snprintf(unknown, sizeof unknown, "%s/nowhere", scope);
  stream_create(client, "grouped", "2");

  CHECK_OK(pravega_reader_group_create(client, scope, "members", streams, 1, NULL, &created, LONG, &error));
  CHECK_INT(1, created);
  CHECK_OK(pravega_reader_group_create(client, scope, "members", streams, 1, NULL, &created, LONG, &error));
  CHECK_INT(0, created);
  pravega_config_t *other = config_with("group.checkpoints.outstanding", "7");
  CHECK_FAILS(PRAVEGA_E_CONFIG_MISMATCH, "members", pravega_reader_group_create(client, scope, "members", streams, 1, other, &created, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(other));
  CHECK(pravega_reader_group_create(client, scope, "lost", nowhere, 1, NULL, &created, LONG, NULL) < 0);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_create(client, scope, "g g", streams, 1, NULL, &created, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_create(client, scope, "empty", NULL, 0, NULL, &created, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_READER_GROUP, "ghost", pravega_reader_group_open(client, scope, "ghost", &group, LONG, &error));
  CHECK(group == NULL);

  CHECK_OK(pravega_reader_group_open(client, scope, "members", &group, LONG, &error));
  CHECK_OK(pravega_reader_group_readers(group, &ids, LONG, &error));
  CHECK_INT(0, pravega_list_size(ids));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));
  CHECK_OK(pravega_reader_open(group, "one", NULL, &one, LONG, &error));
  CHECK_OK(pravega_reader_open(group, "two", NULL, &two, LONG, &error));
  CHECK_OK(pravega_reader_group_readers(group, &ids, LONG, &error));
  CHECK_INT(2, pravega_list_size(ids));
  CHECK(lists(ids, "one") && lists(ids, "two"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));

  /* One is taken for dead: it fails, the other stays. */
  CHECK_OK(pravega_reader_group_reader_offline(group, "one", LONG, &error));
  CHECK_OK(pravega_reader_group_reader_offline(group, "never-was", LONG, &error));
  pravega_slice_t *slice;
  CHECK_INT(PRAVEGA_E_READER_NOT_IN_GROUP, pravega_reader_next(one, LONG, &slice));
  CHECK_FAILS(PRAVEGA_E_READER_NOT_IN_GROUP, "", pravega_reader_error(one, &error));
  CHECK_OK(pravega_reader_group_readers(group, &ids, LONG, &error));
  CHECK_INT(1, pravega_list_size(ids));
  CHECK(lists(ids, "two"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));
  CHECK(pravega_reader_close(one, LONG, NULL) <= 0);

  /* Readers stay when the group's handle goes. */
  CHECK_OK(pravega_reader_group_close(group, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_close(group, &error));
  write_numbers(client, "grouped", 10, 3);
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(two, LONG, &slice));
  CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  reader_close(two);

  CHECK_OK(pravega_reader_group_delete(client, scope, "members", LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_READER_GROUP, "members", pravega_reader_group_open(client, scope, "members", &group, LONG, &error));
  client_close(client);
}

/* What was truncated away before it was read is told with the first slice behind it. */
static void truncated_before_it_was_read(void) {
  enum { FIRST = 100, MORE = 50 };
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  pravega_list_t *stream;
  char path[256];
  const char *streams[] = {path};
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  pravega_event_t event;
  snprintf(path, sizeof path, "%s/shortened", scope);
  stream_create(client, "shortened", "1");
  write_range(client, "shortened", 0, FIRST, 1);
  CHECK_OK(pravega_reader_group_create(client, scope, "late", streams, 1, NULL, NULL, LONG, &error));
  CHECK_OK(pravega_stream_info(client, scope, "shortened", &stream, LONG, &error));
  CHECK_OK(pravega_stream_truncate(client, scope, "shortened", pravega_list_find(stream, "tail"), LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(stream));
  write_range(client, "shortened", FIRST, MORE, 1);
  CHECK_OK(pravega_reader_group_open(client, scope, "late", &group, LONG, &error));
  CHECK_OK(pravega_reader_open(group, "reader", NULL, &reader, LONG, &error));
  for (uint32_t n = FIRST; n < FIRST + MORE;) {
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    CHECK_INT(n == FIRST ? FIRST / 2 * (8 + 4 + 8 + 100) : 0, info.skipped);
    pravega_events_t it = pravega_events_begin(&info);
    for (; pravega_events_next(&it, &event); n++) {
      CHECK_INT(n, number_of(&event));
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  reader_close(reader);
  CHECK_OK(pravega_reader_group_close(group, &error));
  client_close(client);
}

/* The largest slice of a stream, which is read to its end. */
static size_t largest_slice(pravega_reader_group_t *group, uint32_t events, uint32_t keys, const char *option, const char *value) {
  size_t largest = 0;
  pravega_config_t *config = config_with(option, value);
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  int status;
  CHECK_OK(pravega_reader_open(group, value == NULL ? "plain" : "small", config, &reader, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  struct tally *t = tally_of(keys);
  while ((status = pravega_reader_next(reader, LONG, &slice)) == PRAVEGA_OK) {
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    largest = info.len > largest ? info.len : largest;
    count_slice(t, slice);
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(events, t->total);
  free(t);
  reader_close(reader);
  return largest;
}

/* A reader has as much memory as it is given. */
/* A reader takes options of readers, and of others only what its client has. */
static void options_of_readers(void) {
  pravega_client_t *client = client_open();
  char path[256];
  const char *scope = scope_of(client), *streams[] = {path};
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_list_t *list;
  snprintf(path, sizeof path, "%s/options", scope);
  stream_create(client, "options", "1");
  CHECK_OK(pravega_reader_group_create(client, scope, "options", streams, 1, NULL, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_open(client, scope, "options", &group, LONG, &error));
  CHECK_OK(pravega_config_describe(&list, &error));
  for (size_t i = 0; i < pravega_list_size(list); i += PRAVEGA_CONFIG_COLUMNS) {
    const char *name = pravega_list_get(list, i);
    pravega_config_t *config = config_of_other(name, pravega_list_get(list, i + 1));
    if (strcmp(pravega_list_get(list, i + 4), "reader") == 0) {
      CHECK_OK(pravega_reader_open(group, "reader", config, &reader, LONG, &error));
      reader_close(reader);
    } else {
      CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, name, pravega_reader_open(group, "reader", config, &reader, LONG, &error));
      CHECK(reader == NULL);
    }
    CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_OK(pravega_reader_group_close(group, &error));
  client_close(client);
}

static void memory_is_bounded(void) {
  enum { EVENTS = 20000, KEYS = 26, LEAST = 64 << 10 };
  pravega_client_t *client = client_open();
  char path[256];
  const char *scope = scope_of(client), *streams[] = {path};
  pravega_reader_group_t *group;
  size_t largest[2];
  snprintf(path, sizeof path, "%s/much", scope);
  stream_create(client, "much", "1");
  write_numbers(client, "much", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope, "much", LONG, &error));
  for (int i = 0; i < 2; i++) {
    const char *name = i == 0 ? "with-much" : "with-little";
    CHECK_OK(pravega_reader_group_create(client, scope, name, streams, 1, NULL, NULL, LONG, &error));
    CHECK_OK(pravega_reader_group_open(client, scope, name, &group, LONG, &error));
    largest[i] = largest_slice(group, EVENTS, KEYS, i == 0 ? NULL : "reader.buffer.bytes", i == 0 ? NULL : "64KiB");
    CHECK_OK(pravega_reader_group_close(group, &error));
  }
  CHECK(largest[0] > LEAST && largest[1] <= LEAST);
  pravega_config_t *config = config_with(NULL, NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "reader.buffer.bytes", pravega_config_set(config, "reader.buffer.bytes", "1KiB", &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  client_close(client);
}

/* The group begins where it is told to. */
static void from_tail_and_cut(void) {
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  pravega_list_t *info;
  pravega_writer_t *w;
  char from[2][4096];
  const char *names[2] = {"from-tail", "from-cut"};
  stream_create(client, "begins", "1");
  write_numbers(client, "begins", 100, 1);
  CHECK_OK(pravega_stream_info(client, scope, "begins", &info, LONG, &error));
  snprintf(from[0], sizeof from[0], "%s/begins@tail", scope);
  snprintf(from[1], sizeof from[1], "%s/begins@%s", scope, pravega_list_find(info, "tail"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  for (int i = 0; i < 2; i++) {
    const char *streams[] = {from[i]};
    CHECK_OK(pravega_reader_group_create(client, scope, names[i], streams, 1, NULL, NULL, LONG, &error));
  }
  w = writer_open(client, "begins");
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, "the first one after", 19, LONG));
  writer_close(w);
  for (int i = 0; i < 2; i++) {
    pravega_reader_group_t *group;
    pravega_reader_t *reader;
    pravega_slice_t *slice;
    pravega_slice_info_t at;
    pravega_event_t event;
    CHECK_OK(pravega_reader_group_open(client, scope, names[i], &group, LONG, &error));
    CHECK_OK(pravega_reader_open(group, "reader", NULL, &reader, LONG, &error));
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &at, sizeof at));
    pravega_events_t it = pravega_events_begin(&at);
    CHECK_INT(1, pravega_events_next(&it, &event));
    CHECK(event.len == 19 && memcmp(event.data, "the first one after", 19) == 0);
    CHECK_INT(0, pravega_events_next(&it, &event));
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    reader_close(reader);
    CHECK_OK(pravega_reader_group_close(group, &error));
  }
  client_close(client);
}

int main(void) {
  RUN(round_trip);
  RUN(given_back_in_part);
  RUN(released_wrongly);
  RUN(slice_outlives_reader_and_client);
  RUN(ready_descriptor);
  RUN(close_while_another_waits);
  RUN(closed_with_its_client);
  RUN(groups);
  RUN(truncated_before_it_was_read);
  RUN(options_of_readers);
  RUN(memory_is_bounded);
  RUN(from_tail_and_cut);
  return 0;
}
