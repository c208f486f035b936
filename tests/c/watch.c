/* Waiting for changes of a reader group, against a real server. */
#include "groups.h"

#include <pthread.h>

static const pravega_group_status_t unknown = {.segments = -1};

/* Waits until the group has this status. */
static void becomes(pravega_reader_group_t *group, pravega_group_status_t *status, int64_t segments, int64_t readers, int32_t end_of_data) {
  do {
    pravega_group_status_t before = *status;
    CHECK_OK(pravega_reader_group_wait_change(group, status, sizeof *status, LONG, &error));
    CHECK(status->segments >= 0 && memcmp(&before, status, sizeof before) != 0);
    CHECK_INT(0, status->reserved);
  } while (status->segments != segments || status->readers != readers || status->end_of_data != end_of_data);
}

static void scale_to_two(pravega_client_t *client, const char *stream) {
  pravega_segment_t segments[2];
  size_t count;
  const pravega_key_range_t halves[] = {{0, 0.5}, {0.5, 1}};
  CHECK_OK(pravega_stream_segments(client, scope_of(client), stream, segments, 2, &count, LONG, &error));
  CHECK_INT(1, count);
  CHECK_OK(pravega_stream_scale(client, scope_of(client), stream, &segments[0].id, 1, halves, 2, LONG, &error));
}

struct draining {
  pravega_reader_t *reader;
  struct tally *tally;
  pthread_t thread;
};

static void *drain_all(void *arg) {
  struct draining *d = arg;
  drain(d->tally, d->reader);
  return NULL;
}

/* Readers that come and go, a scale, the end and the deletion are told. */
static void changes_are_told(void) {
  enum { EVENTS = 100, KEYS = 26 };
  pravega_client_t *client = client_open();
  stream_create(client, "watched", "1");
  pravega_reader_group_t *group = group_over(client, "watched", "watched", NULL, NULL), *unwatched;
  CHECK_OK(pravega_reader_group_open(client, scope_of(client), "watched", &unwatched, LONG, &error));
  pravega_group_status_t status = unknown, known;
  CHECK_OK(pravega_reader_group_wait_change(group, &status, sizeof status, LONG, &error));
  CHECK(status.segments == 1 && status.readers == 0 && status.end_of_data == 0);
  known = status;
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "watched", pravega_reader_group_wait_change(group, &known, sizeof known, 300, &error));
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "", pravega_reader_group_wait_change(group, &known, sizeof known, 0, &error));
  CHECK(memcmp(&known, &status, sizeof known) == 0);
  known = unknown;
  CHECK_OK(pravega_reader_group_wait_change(group, &known, sizeof known, 0, &error)); /* it is known already */
  CHECK(memcmp(&known, &status, sizeof known) == 0);

  pravega_reader_t *other = reader_of(group, "other", NULL, NULL);
  becomes(group, &status, 1, 1, 0);
  struct draining d = {.reader = reader_of(group, "drains", NULL, NULL), .tally = tally_of(0)};
  becomes(group, &status, 1, 2, 0);
  CHECK_OK(pravega_reader_close(other, LONG, &error));
  becomes(group, &status, 1, 1, 0);
  CHECK_INT(0, pthread_create(&d.thread, NULL, drain_all, &d));
  write_range(client, "watched", 0, EVENTS / 2, KEYS);
  scale_to_two(client, "watched");
  becomes(group, &status, 2, 1, 0);
  write_range(client, "watched", EVENTS / 2, EVENTS / 2, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "watched", LONG, &error));
  becomes(group, &status, 0, 1, 1);
  CHECK_INT(0, pthread_join(d.thread, NULL));
  CHECK_INT(EVENTS, d.tally->total);
  free(d.tally);
  reader_close(d.reader);
  becomes(group, &status, 0, 0, 1);
  CHECK_OK(pravega_reader_group_delete(client, scope_of(client), "watched", LONG, &error));
  for (int i = 0; i < 2; i++) { /* and stays so */
    CHECK_FAILS(PRAVEGA_E_NO_SUCH_READER_GROUP, "watched", pravega_reader_group_wait_change(group, &status, sizeof status, LONG, &error));
    CHECK(status.segments == 0 && status.readers == 0 && status.end_of_data == 1);
  }
  for (int i = 0; i < 3; i++) { /* also to who does not wait */
    CHECK_FAILS(PRAVEGA_E_NO_SUCH_READER_GROUP, "watched", pravega_reader_group_wait_change(group, &status, sizeof status, 0, &error));
  }
  int looked;
  do {
    sleep_ms(10);
    looked = pravega_reader_group_wait_change(unwatched, &status, sizeof status, 0, NULL);
  } while (looked == PRAVEGA_E_TIMED_OUT);
  CHECK_INT(PRAVEGA_E_NO_SUCH_READER_GROUP, looked);
  group_close(group);
  group_close(unwatched);
  client_close(client);
}

/* A group with an end has read everything, though its stream goes on. */
static void end_of_a_bounded_group(void) {
  enum { KEYS = 26 };
  pravega_client_t *client = client_open();
  char tail[2000], path[3000];
  stream_create(client, "goes-on", "2");
  write_range(client, "goes-on", 0, 100, KEYS);
  cut_of(client, "goes-on", "tail", tail, sizeof tail);
  write_range(client, "goes-on", 100, 50, KEYS);
  snprintf(path, sizeof path, "goes-on@head@%s", tail);
  pravega_reader_group_t *group = group_over(client, "ends", path, NULL, NULL);
  pravega_group_status_t status = unknown;
  becomes(group, &status, 2, 0, 0);
  holds(group, 100, KEYS, NULL);
  becomes(group, &status, 0, 0, 1);
  group_close(group);
  client_close(client);
}

struct waiting {
  pravega_reader_group_t *group;
  pravega_group_status_t status;
  int result;
  pthread_t thread;
};

static void *wait_change(void *arg) {
  struct waiting *w = arg;
  w->result = pravega_reader_group_wait_change(w->group, &w->status, sizeof w->status, PRAVEGA_FOREVER, NULL);
  return NULL;
}

/* Many threads wait on one handle: all are told of a change, and of its close, or
 * that of the client. */
static void waits_end(void) {
  enum { THREADS = 4 };
  struct waiting w[THREADS];
  pravega_client_t *client = client_open(), *second = client_open();
  stream_create(client, "still", "1");
  pravega_reader_group_t *group = group_over(client, "still", "still", NULL, NULL);
  pravega_group_status_t status = unknown;
  pravega_reader_t *reader = NULL;
  enum { BY_CHANGE, BY_CLOSE, BY_CLOSE_OF_CLIENT };
  for (int how = BY_CHANGE; how <= BY_CLOSE_OF_CLIENT; how++) {
    if (how == BY_CLOSE_OF_CLIENT) {
      CHECK_OK(pravega_reader_group_open(second, scope_of(client), "still", &group, LONG, &error));
      status = unknown;
      becomes(group, &status, 1, 1, 0);
    } else if (how == BY_CHANGE) {
      becomes(group, &status, 1, 0, 0);
    }
    for (int i = 0; i < THREADS; i++) {
      w[i] = (struct waiting){.group = group, .status = status};
      CHECK_INT(0, pthread_create(&w[i].thread, NULL, wait_change, &w[i]));
    }
    sleep_ms(300); /* most of them wait then */
    if (how == BY_CHANGE) {
      reader = reader_of(group, "r", NULL, NULL);
    } else if (how == BY_CLOSE) {
      group_close(group);
    } else {
      client_close(second);
    }
    for (int i = 0; i < THREADS; i++) {
      CHECK_INT(0, pthread_join(w[i].thread, NULL));
      if (how == BY_CHANGE) {
        CHECK_INT(PRAVEGA_OK, w[i].result);
        CHECK_INT(1, w[i].status.readers);
        status = w[i].status;
      } else { /* had it not come to wait yet, its handle is stale */
        CHECK(w[i].result == PRAVEGA_E_CLOSED || (how == BY_CLOSE && w[i].result == PRAVEGA_E_BAD_HANDLE));
        CHECK(memcmp(&w[i].status, &status, sizeof status) == 0);
      }
    }
  }
  CHECK_FAILS(PRAVEGA_E_CLOSED, "", pravega_reader_group_wait_change(group, &status, sizeof status, LONG, &error));
  group_close(group);
  reader_close(reader);
  client_close(client);
}

static void bad_waits(void) {
  pravega_client_t *client = client_open();
  pravega_group_status_t status = unknown;
  stream_create(client, "bad", "1");
  pravega_reader_group_t *group = group_over(client, "bad", "bad", NULL, NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "status", pravega_reader_group_wait_change(group, NULL, sizeof status, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "size", pravega_reader_group_wait_change(group, &status, sizeof status - 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_reader_group_wait_change(group, &status, sizeof status, -2, &error));
  CHECK_INT(-1, status.segments);
  group_close(group);
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_wait_change(group, &status, sizeof status, LONG, &error));
  client_close(client);
}

int main(void) {
  RUN(changes_are_told);
  RUN(end_of_a_bounded_group);
  RUN(waits_end);
  RUN(bad_waits);
  return 0;
}
