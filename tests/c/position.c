/* Positions of readers against a real server: noting them, closing a reader there,
 * taking a dead one offline there. */
#include "groups.h"

#include <pthread.h>

/* The text of the one string in a list, which it takes. */
static void keep(pravega_list_t *list, char *text, size_t size) {
  CHECK_INT(1, pravega_list_size(list));
  CHECK(strlen(pravega_list_get(list, 0)) < size);
  snprintf(text, size, "%s", pravega_list_get(list, 0));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
}

static void reader_position(pravega_reader_t *reader, char *text, size_t size) {
  pravega_list_t *position;
  CHECK_OK(pravega_reader_position(reader, &position, &error));
  keep(position, text, size);
}

/* A position follows what is given back, and tells what is about to be. */
static void positions_follow_what_is_given_back(void) {
  enum { EVENTS = 40 };
  pravega_client_t *client = client_open();
  stream_create(client, "followed", "1");
  write_numbers(client, "followed", EVENTS, 1);
  pravega_reader_group_t *group = group_over(client, "followed", "followed", NULL, NULL);
  pravega_reader_t *reader = reader_of(group, "r", NULL, NULL);
  struct tally *t = tally_of(1);
  char position[500], want[500];
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  pravega_event_t event;
  pravega_list_t *list;
  while (t->total < EVENTS) {
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    while (pravega_events_next(&it, &event)) {
      for (int behind = 0; behind < 2; behind++) {
        int64_t next = behind ? event.next : event.offset;
        CHECK_OK(pravega_slice_position(slice, next, &list, &error));
        keep(list, position, sizeof position);
        snprintf(want, sizeof want, "%s=%lld", info.segment, (long long)next);
        CHECK(strcmp(position, want) == 0);
      }
      CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "next_offset", pravega_slice_position(slice, event.offset + 1, &list, &error));
      CHECK(list == NULL);
    }
    CHECK_OK(pravega_slice_position(slice, PRAVEGA_SLICE_END, &list, &error));
    keep(list, want, sizeof want);
    CHECK(strcmp(position, want) == 0);
    CHECK_OK(pravega_slice_position(slice, info.start_offset, &list, &error)); /* and back again */
    keep(list, want, sizeof want);
    reader_position(reader, position, sizeof position);
    CHECK(strcmp(position, want) == 0); /* what is out is unread */
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "next_offset", pravega_slice_position(slice, info.end_offset + 1, &list, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "next_offset", pravega_slice_position(slice, INT64_MIN, &list, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_slice_position(slice, info.start_offset, NULL, &error));
    snprintf(want, sizeof want, "%s=%lld", info.segment, (long long)info.end_offset);
    take(t, slice, UINT32_MAX);
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_slice_position(slice, info.start_offset, &list, &error));
    reader_position(reader, position, sizeof position);
    CHECK(strcmp(position, want) == 0);
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_reader_position(reader, NULL, &error));
  CHECK_OK(pravega_position_info(position, &list, &error));
  CHECK_INT(2, pravega_list_size(list));
  snprintf(want, sizeof want, "%s=%s", pravega_list_get(list, 0), pravega_list_get(list, 1));
  CHECK(strcmp(position, want) == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));

  /* What is out when the reader is closed has no position any more. */
  write_range(client, "followed", EVENTS, 1, 1);
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
  reader_close(reader);
  CHECK_FAILS(PRAVEGA_E_CLOSED, "", pravega_slice_position(slice, PRAVEGA_SLICE_END, &list, &error));
  CHECK(list == NULL);
  CHECK_INT(PRAVEGA_E_CLOSED, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_position(reader, &list, &error));
  free(t);
  group_close(group);
  client_close(client);
}

struct asking {
  pravega_reader_t *reader;
  int status;
  pthread_t thread;
};

static void *ask(void *arg) {
  struct asking *a = arg;
  pravega_slice_t *slice;
  a->status = pravega_reader_next(a->reader, LONG, &slice);
  return NULL;
}

/* The rest is another reader's, whatever was given back; but nobody can be done with
 * what was not handed out to him. */
static void closed_at_an_earlier_position(void) {
  enum { EVENTS = 500, KEYS = 26, FIRST = 123 };
  pravega_client_t *client = client_open();
  stream_create(client, "closed", "3");
  write_numbers(client, "closed", EVENTS, KEYS);
  pravega_reader_group_t *group = group_over(client, "closed", "closed", NULL, NULL);
  pravega_reader_t *reader = reader_of(group, "leaves", NULL, NULL);
  struct tally *done = tally_of(KEYS), *repeated = tally_of(KEYS);
  char position[1000], ahead[1100];
  read_until(done, reader, FIRST);
  reader_position(reader, position, sizeof position);
  *repeated = *done;
  read_until(repeated, reader, EVENTS);

  pravega_list_t *info;
  CHECK_OK(pravega_position_info(position, &info, &error));
  snprintf(ahead, sizeof ahead, "%s=1000000", pravega_list_get(info, 0));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "ahead", pravega_reader_close_at(reader, ahead, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_close_at(reader, "nowhere", LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_reader_close_at(reader, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_reader_close_at(reader, position, -2, &error));
  write_range(client, "closed", EVENTS, 1, KEYS); /* it reads on */
  read_until(repeated, reader, EVENTS + 1);

  struct asking a = {.reader = reader};
  CHECK_INT(0, pthread_create(&a.thread, NULL, ask, &a));
  sleep_ms(200); /* it waits then, most likely */
  CHECK_OK(pravega_reader_close_at(reader, position, LONG, &error));
  CHECK_INT(0, pthread_join(a.thread, NULL));
  CHECK(a.status == PRAVEGA_E_CLOSED || a.status == PRAVEGA_E_BAD_HANDLE);
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_close_at(reader, position, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_close(reader, LONG, &error));

  CHECK_OK(pravega_stream_seal(client, scope_of(client), "closed", LONG, &error));
  holds(group, EVENTS + 1 - FIRST, KEYS, done);
  free(done);
  free(repeated);
  group_close(group);
  client_close(client);
}

/* A dead reader's application kept its position with its results: nothing is
 * repeated, nothing is lost. */
static void taken_offline_at_its_position(void) {
  enum { EVENTS = 500, KEYS = 26, FIRST = 200 };
  pravega_client_t *client = client_open();
  stream_create(client, "died", "3");
  write_numbers(client, "died", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "died", LONG, &error));
  pravega_reader_group_t *group = group_over(client, "died", "died", NULL, NULL);
  pravega_reader_t *lost = reader_of(group, "lost", NULL, NULL);
  struct tally *done = tally_of(KEYS);
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  pravega_event_t event;
  pravega_list_t *list;
  char position[1000] = "";
  while (done->total < FIRST) { /* the last slice is not given back */
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(lost, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    int64_t next = info.start_offset;
    for (int i = 0; i < 9 && done->total < FIRST && pravega_events_next(&it, &event); i++) {
      count(done, number_of(&event));
      next = event.next;
    }
    CHECK_OK(pravega_slice_position(slice, next, &list, &error));
    keep(list, position, sizeof position);
    if (done->total < FIRST) {
      CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, next));
    }
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reader_offline_at(group, "lost", "nowhere", LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_reader_group_reader_offline_at(group, "lost", NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_reader_offline_at(group, "lost", position, LONG, &error));
  CHECK_OK(pravega_reader_group_reader_offline_at(group, "lost", position, LONG, &error)); /* it is gone already */
  holds(group, EVENTS - FIRST, KEYS, done);
  CHECK(pravega_slice_release(slice, info.start_offset) <= 0); /* whether or not it has heard that it is out */
  reader_close(lost);
  free(done);
  group_close(group);
  client_close(client);
}

/* An event in whose midst there is what looks like one has one pointer. */
static void only_events_have_pointers(void) {
  static const uint8_t nested[] = {0, 0, 0, 0, 0, 0, 0, 4, 'i', 'n', 's', 'i', 0, 0, 0, 0, 0, 0, 0, 0};
  pravega_client_t *client = client_open();
  stream_create(client, "nested", "1");
  pravega_writer_t *writer = writer_open(client, "nested");
  for (int i = 1; i <= 3; i++) {
    CHECK_INT(i, pravega_writer_write(writer, "k", 1, nested, sizeof nested, LONG));
  }
  writer_close(writer);
  pravega_reader_t *reader = reader_open(client, "nested");
  char pointer[PRAVEGA_POINTER_SIZE];
  for (int left = 3; left > 0;) {
    pravega_slice_t *slice;
    pravega_slice_info_t info;
    pravega_event_t event;
    pravega_list_t *list;
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    for (; pravega_events_next(&it, &event); left--) {
      for (int again = 0; again < 2; again++) { /* before and after the event itself was found */
        CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, event.offset + 8, 4, pointer));
        CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, event.offset + 20, 0, pointer));
        CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_slice_position(slice, event.offset + 8, &list, &error));
        CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, event.offset, event.len - 1, pointer));
        CHECK_INT(PRAVEGA_OK, pravega_slice_pointer(slice, event.offset, event.len, pointer));
      }
      CHECK_INT(PRAVEGA_OK, pravega_slice_pointer(slice, info.start_offset, sizeof nested, pointer)); /* back again */
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  reader_close(reader);
  client_close(client);
}

int main(void) {
  RUN(positions_follow_what_is_given_back);
  RUN(closed_at_an_earlier_position);
  RUN(taken_offline_at_its_position);
  RUN(only_events_have_pointers);
  return 0;
}
