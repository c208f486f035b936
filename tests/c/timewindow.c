/* Time windows against a real server, which marks the times of writers every ten
 * seconds or so. */
#include "groups.h"

static void window(pravega_client_t *client, pravega_reader_t *reader, int64_t *lower, int64_t *upper) {
  *lower = *upper = 0;
  CHECK_OK(pravega_reader_time_window(reader, scope_of(client), "timed", lower, upper, LONG, &error));
  CHECK(*lower <= *upper);
}

/* What is read lies in the window, whose lower bound never goes back: at the tail
 * there is no upper bound, and near the head no lower one. */
static void what_is_read_lies_in_the_window(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "timed", "1");
  stream_create(client, "other", "1");
  pravega_writer_t *writer = writer_open(client, "timed");
  pravega_reader_group_t *group = group_over(client, "tail", "timed", NULL, NULL);
  pravega_reader_t *reader = reader_of(group, "follows", NULL, NULL);
  struct tally *t = tally_of(1);
  int64_t lower, upper;
  uint32_t now = 0;
  window(client, reader, &lower, &upper);
  CHECK(lower == PRAVEGA_NO_LOWER_BOUND && upper == PRAVEGA_NO_UPPER_BOUND);

  double begun = seconds();
  do { /* until the servers have made two marks: the first time is the event before 1 */
    CHECK_INT(now + 1, pravega_writer_write(writer, "k", 1, &now, sizeof now, LONG));
    CHECK_OK(pravega_writer_note_time(writer, now, LONG, &error));
    now++;
    read_until(t, reader, now);
    int64_t before = lower;
    window(client, reader, &lower, &upper);
    CHECK(lower >= before && lower < (int64_t)now);
    CHECK(seconds() - begun < 4 * LONG / 1000.0);
    sleep_ms(20);
  } while (lower <= 0);

  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "other", pravega_reader_time_window(reader, scope_of(client), "other", &lower, &upper, LONG, &error));
  CHECK(lower == 0 && upper == 0);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_time_window(reader, NULL, "timed", &lower, &upper, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_time_window(reader, scope_of(client), NULL, &lower, &upper, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "lower", pravega_reader_time_window(reader, scope_of(client), "timed", NULL, &upper, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "upper", pravega_reader_time_window(reader, scope_of(client), "timed", &lower, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_reader_time_window(reader, scope_of(client), "timed", &lower, &upper, -2, &error));
  reader_close(reader);
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_time_window(reader, scope_of(client), "timed", &lower, &upper, LONG, &error));
  writer_close(writer);
  group_close(group);

  /* Another group reads it from the head, one event at a time. */
  group = group_over(client, "later", "timed", NULL, NULL);
  reader = reader_of(group, "r", NULL, NULL);
  memset(t->seen, 0, sizeof t->seen);
  t->newest[0] = -1;
  int64_t last = PRAVEGA_NO_LOWER_BOUND;
  int unbounded = 0, bounded = 0;
  for (t->total = 0; t->total < now;) {
    pravega_slice_t *slice;
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    window(client, reader, &lower, &upper); /* what is out is unread */
    CHECK(lower >= last && lower <= (int64_t)t->total && upper >= (int64_t)t->total);
    unbounded += lower == PRAVEGA_NO_LOWER_BOUND;
    bounded += upper != PRAVEGA_NO_UPPER_BOUND;
    last = lower;
    take(t, slice, 1);
  }
  CHECK(unbounded > 0 && bounded > 0 && last > PRAVEGA_NO_LOWER_BOUND);
  free(t);
  reader_close(reader);
  group_close(group);
  client_close(client);
}

int main(void) {
  RUN(what_is_read_lies_in_the_window);
  return 0;
}
