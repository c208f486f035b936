/* Checkpoints, cuts, resets and all else that a reader group can do as a whole,
 * against a real server. */
#include "groups.h"

#include <pthread.h>
#include <stdatomic.h>

struct initiating {
  pravega_reader_group_t *group;
  const char *name;
  pravega_list_t *cuts;
  int status;
  atomic_bool done;
  pthread_t thread;
};

static void *initiate(void *arg) {
  struct initiating *i = arg;
  i->status = pravega_reader_group_checkpoint(i->group, i->name, &i->cuts, LONG, NULL);
  atomic_store(&i->done, true);
  return NULL;
}

static void begin(struct initiating *i) { CHECK_INT(0, pthread_create(&i->thread, NULL, initiate, i)); }

static void end(struct initiating *i) { CHECK_INT(0, pthread_join(i->thread, NULL)); }

/* The name of the checkpoint that the reader is at. */
static const char *checkpoint_of(pravega_reader_t *reader) {
  static char name[100];
  pravega_list_t *list;
  CHECK_OK(pravega_reader_checkpoint(reader, &list, &error));
  name[0] = '\0';
  if (pravega_list_size(list) == 1) {
    snprintf(name, sizeof name, "%s", pravega_list_get(list, 0));
  }
  CHECK(pravega_list_size(list) <= 1);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  return name;
}

/* The application is told when nothing is out, and has passed the checkpoint when it
 * asks for more. The group can go back there, as can another. */
static void checkpoint_is_told_and_passed(void) {
  enum { EVENTS = 2000, KEYS = 26, FIRST = 501 };
  pravega_client_t *client = client_open();
  stream_create(client, "told", "2");
  write_numbers(client, "told", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "told", LONG, &error));
  pravega_reader_group_t *group = group_over(client, "told", "told", NULL, NULL), *other;
  pravega_reader_t *reader = reader_of(group, "asks", "reader.checkpoints", "true");
  CHECK(checkpoint_of(reader)[0] == '\0');
  struct tally *t = tally_of(KEYS);
  read_until(t, reader, FIRST);

  pravega_slice_t *slice, *more;
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
  struct initiating i = {.group = group, .name = "after breakfast, \xc3\xa4"};
  begin(&i);
  int status;
  while ((status = pravega_reader_next(reader, 500, &more)) == PRAVEGA_OK) { /* until it has heard of it */
    take(t, more, 0);
  }
  CHECK_INT(PRAVEGA_E_TIMED_OUT, status); /* a slice is out */
  CHECK(checkpoint_of(reader)[0] == '\0');
  take(t, slice, 3);
  CHECK_INT(PRAVEGA_CHECKPOINT, pravega_reader_next(reader, LONG, &slice));
  CHECK(slice == NULL);
  CHECK(strcmp(checkpoint_of(reader), i.name) == 0);
  sleep_ms(500);
  CHECK(!atomic_load(&i.done)); /* it is the application's until it asks for more */
  uint32_t at = t->total;
  CHECK_INT(FIRST + 3, at);
  struct tally before = *t;
  read_until(t, reader, at + 100);
  end(&i);
  CHECK_INT(PRAVEGA_OK, i.status);
  CHECK_INT(1, pravega_list_size(i.cuts));
  CHECK_FAILS(PRAVEGA_E_ALREADY_EXISTS, "breakfast", pravega_reader_group_checkpoint(group, i.name, &(pravega_list_t *){NULL}, LONG, &error));

  char path[5000];
  snprintf(path, sizeof path, "told@%s", pravega_list_get(i.cuts, 0));
  other = group_over(client, "told-other", path, NULL, NULL);
  holds(other, EVENTS - at, KEYS, &before);
  const char *cuts[] = {pravega_list_get(i.cuts, 0)};
  CHECK_OK(pravega_reader_group_reset_to(group, cuts, 1, LONG, &error));
  learns(reader, PRAVEGA_E_GROUP_REINITIALIZED);
  holds(group, EVENTS - at, KEYS, &before);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(i.cuts));
  free(t);
  group_close(group);
  group_close(other);
  client_close(client);
}

/* A wait has failed in time; by then the reader "sleeps" had been asked, and not only
 * on the way to that, which may take a slow machine long. */
static bool asked(int status, pravega_error_t *why) {
  CHECK_INT(PRAVEGA_E_TIMED_OUT, status);
  bool is = strstr(pravega_error_message(why), "sleeps") != NULL;
  CHECK_INT(PRAVEGA_OK, pravega_error_free(why));
  return is;
}

/* Milliseconds that are enough to be asked, mostly. */
#define ASKED 3000

/* The reader comes to a checkpoint, which it passes when it is asked for more; it may
 * have heard of another before that was given up. */
static void comes_to(pravega_reader_t *reader, const char *name) {
  pravega_slice_t *slice;
  do {
    CHECK_INT(PRAVEGA_CHECKPOINT, pravega_reader_next(reader, LONG, &slice));
  } while (strcmp(checkpoint_of(reader), name) != 0);
}

/* Waiting for a checkpoint has a limit, can be taken up again, and is given up when
 * somebody says so or the handle is closed. */
static void checkpoint_that_nobody_passes(void) {
  pravega_client_t *client = client_open();
  pravega_reader_group_t *again;
  pravega_list_t *cuts;
  pravega_slice_t *slice;
  stream_create(client, "idle", "1");
  pravega_reader_group_t *group = group_over(client, "idle", "idle", "group.checkpoints.outstanding", "1");
  pravega_reader_t *reader = reader_of(group, "sleeps", "reader.checkpoints", "true");
  pravega_error_t *why;
  int status;
  do {
    status = pravega_reader_group_checkpoint(group, "one", &cuts, ASKED, &why);
    CHECK(cuts == NULL);
  } while (!asked(status, why));
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "", pravega_reader_group_checkpoint(group, "one", &cuts, 0, &error));
  CHECK_FAILS(PRAVEGA_E_CONFLICT, "", pravega_reader_group_checkpoint(group, "two", &cuts, LONG, &error));
  do {
    status = pravega_reader_group_cuts(group, &cuts, ASKED, &why); /* one after the other */
    CHECK(cuts == NULL);
  } while (!asked(status, why));

  /* Taken up again, and given up by another. */
  struct initiating i = {.group = group, .name = "one"};
  begin(&i);
  sleep_ms(300);
  CHECK(!atomic_load(&i.done));
  CHECK_OK(pravega_reader_group_cancel_checkpoints(group, LONG, &error));
  end(&i);
  CHECK_INT(PRAVEGA_E_CONFLICT, i.status);
  CHECK(i.cuts == NULL);
  CHECK_OK(pravega_reader_group_cancel_checkpoints(group, LONG, &error)); /* nothing is under way */

  /* Given up by its caller, who closes the handle. */
  CHECK_OK(pravega_reader_group_open(client, scope_of(client), "idle", &again, LONG, &error));
  i = (struct initiating){.group = again, .name = "three"};
  begin(&i);
  comes_to(reader, "three");
  group_close(again);
  end(&i);
  CHECK_INT(PRAVEGA_E_CLOSED, i.status);
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(reader, 1000, &slice)); /* done with it */

  /* Waited for with the reader's own thread. */
  do {
    status = pravega_reader_group_checkpoint(group, "waited for", &cuts, ASKED, &why);
    if (status == PRAVEGA_E_CONFLICT) {
      CHECK_INT(PRAVEGA_OK, pravega_error_free(why)); /* the reader has not told yet that it passed the last one */
    }
  } while (status == PRAVEGA_E_CONFLICT || !asked(status, why));
  comes_to(reader, "waited for");
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(reader, 1000, &slice));
  CHECK_OK(pravega_reader_group_checkpoint(group, "waited for", &cuts, LONG, &error));
  CHECK_INT(1, pravega_list_size(cuts));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(cuts));
  CHECK_FAILS(PRAVEGA_E_ALREADY_EXISTS, "", pravega_reader_group_checkpoint(group, "waited for", &cuts, LONG, &error));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_reader_group_checkpoint(again, "four", &cuts, LONG, NULL));

  /* A group without readers passes at once. */
  reader_close(reader);
  CHECK_OK(pravega_reader_group_checkpoint(group, "five", &cuts, LONG, &error));
  CHECK_INT(1, pravega_list_size(cuts));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(cuts));

  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_checkpoint(group, "", &cuts, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_checkpoint(group, NULL, &cuts, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "_SILENT_", pravega_reader_group_checkpoint(group, "a_SILENT_b", &cuts, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_checkpoint(group, "\xff", &cuts, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cuts", pravega_reader_group_checkpoint(group, "six", NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cuts", pravega_reader_group_cuts(group, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_reader_group_cuts(group, &cuts, -2, &error));
  group_close(group);
  client_close(client);
}

/* Cuts are taken while slices are out, which count as unread. */
static void cuts_beside_the_application(void) {
  enum { EVENTS = 1000, KEYS = 26, FIRST = 333 };
  pravega_client_t *client = client_open();
  stream_create(client, "beside", "2");
  write_numbers(client, "beside", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "beside", LONG, &error));
  pravega_reader_group_t *group = group_over(client, "beside", "beside", NULL, NULL);
  pravega_reader_t *one = reader_of(group, "one", "reader.checkpoints", "true"), *two = reader_of(group, "two", NULL, NULL);
  pravega_slice_t *out = NULL;
  pravega_list_t *cuts;
  struct tally *t = tally_of(KEYS);
  while (t->total < FIRST) { /* by whoever has segments */
    pravega_reader_t *reader = t->total % 2 == 0 ? one : two;
    pravega_slice_t *slice;
    if (pravega_reader_next(reader, 10, &slice) == PRAVEGA_OK) {
      take(t, slice, 1);
    } else if (pravega_reader_next(reader == one ? two : one, 10, &slice) == PRAVEGA_OK) {
      take(t, slice, 1);
    }
  }
  while (out == NULL) {
    CHECK(pravega_reader_next(one, 100, &out) <= 0);
    if (out == NULL) {
      CHECK(pravega_reader_next(two, 100, &out) <= 0);
    }
  }
  CHECK_OK(pravega_reader_group_cuts(group, &cuts, LONG, &error));
  CHECK_INT(1, pravega_list_size(cuts));
  CHECK_INT(PRAVEGA_OK, pravega_slice_release(out, PRAVEGA_SLICE_END));
  CHECK_OK(pravega_reader_group_reset_to(group, &(const char *){pravega_list_get(cuts, 0)}, 1, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(cuts));
  learns(one, PRAVEGA_E_GROUP_REINITIALIZED);
  learns(two, PRAVEGA_E_GROUP_REINITIALIZED);
  holds(group, EVENTS - FIRST, KEYS, t);
  free(t);
  group_close(group);
  client_close(client);
}

/* Several streams of two scopes, each from somewhere to somewhere: next says END
 * where the group ends, though the streams go on. */
static void bounded_streams_of_two_scopes(void) {
  enum { KEYS = 26 };
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client), *streams[3];
  char other[80], first[2000], second[2000], path[3][5000];
  pravega_list_t *info;
  snprintf(other, sizeof other, "%s-second", scope);
  CHECK_OK(pravega_scope_create(client, other, NULL, LONG, &error));
  CHECK_OK(pravega_stream_create(client, other, "s", NULL, NULL, LONG, &error));
  pravega_writer_t *w;
  CHECK_OK(pravega_writer_open(client, other, "s", NULL, &w, LONG, &error));
  for (uint32_t n = 50000; n < 50010; n++) {
    CHECK(pravega_writer_write(w, "k", 1, &n, sizeof n, LONG) > 0);
  }
  writer_close(w);
  CHECK_OK(pravega_stream_seal(client, other, "s", LONG, &error));

  stream_create(client, "middle", "2");
  write_range(client, "middle", 0, 100, KEYS);
  cut_of(client, "middle", "tail", first, sizeof first);
  write_range(client, "middle", 100, 200, KEYS);
  cut_of(client, "middle", "tail", second, sizeof second);
  write_range(client, "middle", 300, 400, KEYS);
  stream_create(client, "begin", "1");
  write_range(client, "begin", 1000, 30, KEYS);
  char until[2000];
  cut_of(client, "begin", "tail", until, sizeof until);
  write_range(client, "begin", 1030, 70, KEYS);

  snprintf(path[0], sizeof path[0], "%s/middle@%s@%s", scope, first, second);
  snprintf(path[1], sizeof path[1], "%s/begin@head@%s", scope, until);
  snprintf(path[2], sizeof path[2], "%s/s", other);
  for (int i = 0; i < 3; i++) {
    streams[i] = path[i];
  }
  pravega_reader_group_t *group = group_of(client, "bounded", streams, 3, quick(NULL, NULL));
  pravega_reader_t *reader = reader_of(group, "r", NULL, NULL);
  struct tally *t = tally_of(0); /* there is no order between streams */
  CHECK_INT(200 + 30 + 10, drain(t, reader));
  for (uint32_t n = 0; n < sizeof t->seen; n++) {
    CHECK_INT((n >= 100 && n < 300) || (n >= 1000 && n < 1030) || (n >= 50000 && n < 50010), t->seen[n]);
  }
  free(t);
  reader_close(reader);

  /* The group tells what it was made of, in the form that makes another. */
  CHECK_OK(pravega_reader_group_info(group, &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "group.refresh.interval"), "100ms") == 0);
  CHECK(strcmp(pravega_list_find(info, "group.checkpoint.interval"), "0s") == 0);
  CHECK(strcmp(pravega_list_find(info, "group.retention"), "none") == 0);
  CHECK(pravega_list_find(info, "group.liveness.timeout") == NULL);
  size_t told = 0;
  for (size_t i = 0; i + 1 < pravega_list_size(info); i += 2) {
    if (strcmp(pravega_list_get(info, i), "stream") == 0) {
      CHECK(told < 3);
      streams[told++] = pravega_list_get(info, i + 1);
    }
  }
  CHECK_INT(3, told);
  CHECK(lists(info, path[0]));
  pravega_reader_group_t *same = group_of(client, "bounded-too", streams, 3, quick(NULL, NULL));
  holds(same, 240, 0, NULL);

  /* Reset to other streams, and to an end further on. */
  snprintf(path[0], sizeof path[0], "%s/begin@%s@head", scope, until);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reset(group, &(const char *){path[0]}, 1, NULL, LONG, &error));
  snprintf(path[0], sizeof path[0], "%s/begin@%s", scope, first);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "middle", pravega_reader_group_reset(group, &(const char *){path[0]}, 1, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reset(group, NULL, 0, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "streams", pravega_reader_group_reset(group, NULL, 1, NULL, LONG, &error));
  snprintf(path[0], sizeof path[0], "%s/middle@head@%s", scope, second);
  CHECK_OK(pravega_reader_group_reset(group, &(const char *){path[0]}, 1, NULL, LONG, &error));
  holds(group, 300, KEYS, NULL);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  group_close(same);
  group_close(group);
  client_close(client);
}

/* A group without checkpoint goes back to where it started; later, to the last one
 * that its readers started by themselves. Unread bytes tell when they know. */
static void back_to_the_last_checkpoint(void) {
  enum { EVENTS = 50, KEYS = 26, FIRST = 20 };
  pravega_client_t *client = client_open();
  int64_t unread, all = 0;
  stream_create(client, "last", "1");
  write_numbers(client, "last", EVENTS, KEYS);
  for (int i = 0; i < EVENTS; i++) {
    all += 8 + (i % 2 == 0 ? 4 : 100);
  }
  pravega_reader_group_t *group = group_over(client, "last", "last", "group.checkpoint.interval", "1s");
  CHECK_OK(pravega_reader_group_unread_bytes(group, &unread, LONG, &error));
  CHECK_INT(all, unread);
  CHECK_OK(pravega_reader_group_reset_to_last_checkpoint(group, LONG, &error));
  pravega_reader_t *reader = reader_of(group, "r", "reader.checkpoints", "true");
  struct tally *t = tally_of(KEYS);
  pravega_slice_t *slice;
  int status;
  for (;;) { /* read the first ones, come to a checkpoint behind them */
    status = pravega_reader_next(reader, LONG, &slice);
    if (status == PRAVEGA_CHECKPOINT) {
      CHECK(checkpoint_of(reader)[0] != '\0');
      if (t->total == FIRST) {
        break;
      }
      continue;
    }
    CHECK_INT(PRAVEGA_OK, status);
    take(t, slice, t->total < FIRST ? 1 : 0);
  }
  struct tally before = *t;
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
  take(t, slice, UINT32_MAX);
  CHECK_INT(EVENTS, t->total);
  double begun = seconds();
  do { /* until the group knows */
    status = pravega_reader_next(reader, 20, &slice);
    CHECK(status == PRAVEGA_E_TIMED_OUT || status == PRAVEGA_CHECKPOINT);
    CHECK_OK(pravega_reader_group_unread_bytes(group, &unread, LONG, &error));
    CHECK(seconds() - begun < LONG / 1000.0);
  } while (unread != 0 && status != PRAVEGA_CHECKPOINT);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_reader_group_unread_bytes(group, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_reset_to_last_checkpoint(group, LONG, &error));
  learns(reader, PRAVEGA_E_GROUP_REINITIALIZED);
  CHECK_OK(pravega_stream_seal(client, scope_of(client), "last", LONG, &error));
  holds(group, EVENTS - FIRST, KEYS, &before);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "everything", pravega_reader_group_reset_to_last_checkpoint(group, LONG, &error));
  free(t);
  group_close(group);
  client_close(client);
}

static void resets_that_cannot_be(void) {
  pravega_client_t *client = client_open();
  char cut[2000];
  stream_create(client, "here", "1");
  stream_create(client, "elsewhere", "1");
  pravega_reader_group_t *group = group_over(client, "here", "here", NULL, NULL);
  cut_of(client, "elsewhere", "tail", cut, sizeof cut);
  const char *wrong[] = {"no cut"}, *unbounded[] = {"UNBOUNDED"}, *other[] = {cut};
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reset_to(group, wrong, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reset_to(group, unbounded, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_reset_to(group, NULL, 0, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cuts", pravega_reader_group_reset_to(group, NULL, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "none", pravega_reader_group_update_retention_cut(group, other, 1, LONG, &error));
  CHECK_OK(pravega_reader_group_delete(client, scope_of(client), "here", LONG, &error));
  CHECK(pravega_reader_group_checkpoint(group, "gone", &(pravega_list_t *){NULL}, LONG, NULL) < 0);
  CHECK(pravega_reader_group_info(group, &(pravega_list_t *){NULL}, LONG, NULL) < 0);
  CHECK(pravega_reader_group_reset_to(group, other, 1, LONG, NULL) < 0);
  group_close(group);
  client_close(client);
}

static void retention_by_hand(void) {
  pravega_client_t *client = client_open();
  char head[2000], tail[2000], stranger[2000];
  const char *heads[] = {head}, *tails[] = {tail}, *strangers[] = {stranger}, *wrong[] = {"?"};
  pravega_list_t *info;
  stream_create(client, "kept", "1");
  stream_create(client, "not-read", "1");
  write_numbers(client, "kept", 100, 26);
  cut_of(client, "kept", "head", head, sizeof head);
  cut_of(client, "kept", "tail", tail, sizeof tail);
  cut_of(client, "not-read", "tail", stranger, sizeof stranger);
  pravega_reader_group_t *group = group_over(client, "kept", "kept", "group.retention", "manual");
  CHECK_OK(pravega_reader_group_info(group, &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "group.retention"), "manual") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  CHECK_OK(pravega_reader_group_update_retention_cut(group, tails, 1, LONG, &error));
  CHECK(pravega_reader_group_update_retention_cut(group, heads, 1, LONG, NULL) == PRAVEGA_E_INVALID_ARGUMENT); /* before the last one */
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "not-read", pravega_reader_group_update_retention_cut(group, strangers, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_update_retention_cut(group, wrong, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cuts", pravega_reader_group_update_retention_cut(group, NULL, 1, LONG, &error));
  group_close(group);

  /* Another kind tells its checkpoints by itself, and takes no cuts. */
  group = group_over(client, "kept-too", "kept", "group.retention", "checkpoint");
  CHECK_OK(pravega_reader_group_info(group, &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "group.retention"), "checkpoint") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "checkpoint", pravega_reader_group_update_retention_cut(group, tails, 1, LONG, &error));
  group_close(group);
  client_close(client);
}

/* A stream that is deleted ends where it was read to. That another one was made under
 * its name is told, and that one is read after a reset. */
static void stream_that_is_gone(void) {
  enum { KEYS = 26 };
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  char path[2][200];
  const char *streams[] = {path[0], path[1]};
  int deleted;
  stream_create(client, "stays", "2");
  stream_create(client, "goes", "1");
  write_range(client, "stays", 0, 100, KEYS);
  write_range(client, "goes", 1000, 50, KEYS);
  snprintf(path[0], sizeof path[0], "%s/stays", scope);
  snprintf(path[1], sizeof path[1], "%s/goes", scope);
  pravega_reader_group_t *group = group_of(client, "outlives", streams, 2, quick(NULL, NULL));
  pravega_reader_t *reader = reader_of(group, "r", NULL, NULL);
  struct tally *t = tally_of(0); /* there is no order between streams */
  read_until(t, reader, 150);
  CHECK_OK(pravega_stream_seal(client, scope, "goes", LONG, &error));
  CHECK_OK(pravega_stream_delete(client, scope, "goes", &deleted, LONG, &error));
  CHECK_INT(1, deleted);
  stream_create(client, "goes", "1");
  write_range(client, "goes", 2000, 50, KEYS);
  write_range(client, "stays", 100, 100, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope, "stays", LONG, &error));
  pravega_slice_t *slice;
  int status;
  while ((status = pravega_reader_next(reader, LONG, &slice)) == PRAVEGA_OK) {
    take(t, slice, UINT32_MAX);
  }
  CHECK_INT(PRAVEGA_E_NO_SUCH_STREAM, status);
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "reset the group", pravega_reader_error(reader, &error));
  for (uint32_t n = 0; n < sizeof t->seen; n++) {
    bool before = n < 100 || (n >= 1000 && n < 1050), later = n >= 100 && n < 200;
    CHECK(t->seen[n] == 1 ? before || later : !before);
  }
  reader_close(reader);

  /* The new one is read after a reset. */
  CHECK_OK(pravega_stream_seal(client, scope, "goes", LONG, &error));
  CHECK_OK(pravega_reader_group_reset(group, &streams[1], 1, NULL, LONG, &error));
  holds(group, 50, 0, t);
  free(t);
  group_close(group);
  client_close(client);
}

/* Each event is found again by its pointer, as text and by way of bytes, until it
 * is truncated away. */
static void events_by_their_pointers(void) {
  enum { EVENTS = 60, KEYS = 3 };
  static char pointers[EVENTS][PRAVEGA_POINTER_SIZE];
  char tail[2000], pointer[PRAVEGA_POINTER_SIZE];
  pravega_client_t *client = client_open();
  stream_create(client, "fetched", "2");
  write_numbers(client, "fetched", EVENTS, KEYS);
  cut_of(client, "fetched", "tail", tail, sizeof tail);
  pravega_reader_t *reader = reader_open(client, "fetched");
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  pravega_event_t event;
  for (int read = 0; read < EVENTS;) {
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    for (; pravega_events_next(&it, &event); read++) {
      CHECK_INT(PRAVEGA_OK, pravega_slice_pointer(slice, event.offset, event.len, pointers[number_of(&event)]));
    }
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, info.start_offset, 5, pointer));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, info.start_offset + 1, 4, pointer));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, info.end_offset, 4, pointer));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, info.end_offset - 4, 4, pointer));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, INT64_MIN, 4, pointer));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_slice_pointer(slice, info.start_offset, 4, NULL));
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_pointer(slice, info.start_offset, 4, pointer));
  }
  reader_close(reader);
  pravega_bytes_t *found, *bytes;
  pravega_list_t *text;
  size_t len;
  for (uint32_t n = 0; n < EVENTS; n++) {
    CHECK_OK(pravega_event_fetch(client, pointers[n], &found, LONG, &error));
    const uint8_t *data = pravega_bytes_data(found, &len);
    CHECK_INT(n % 2 == 0 ? 4 : 100, len);
    CHECK(memcmp(data, &n, sizeof n) == 0);
    CHECK_INT(PRAVEGA_OK, pravega_bytes_free(found));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_bytes_free(found));
    CHECK(pravega_bytes_data(found, &len) == NULL);
    CHECK_INT(0, len);

    CHECK_OK(pravega_pointer_to_bytes(pointers[n], &bytes, &error));
    data = pravega_bytes_data(bytes, &len);
    CHECK_OK(pravega_pointer_from_bytes(data, len, &text, &error));
    CHECK(strcmp(pravega_list_get(text, 0), pointers[n]) == 0);
    CHECK_INT(PRAVEGA_OK, pravega_list_free(text));
    CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_event_fetch(client, "nothing", &found, LONG, &error));
  CHECK(found == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "event", pravega_event_fetch(client, pointers[0], NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "pointer", pravega_event_fetch(client, NULL, &found, LONG, &error));
  CHECK_OK(pravega_pointer_info(pointers[1], &text, &error));
  snprintf(pointer, sizeof pointer, "%s:%lld-%d", pravega_list_find(text, "segment"), atoll(pravega_list_find(text, "offset")) + 1, 108);
  CHECK(strcmp(pravega_list_find(text, "scope"), scope_of(client)) == 0);
  CHECK(strcmp(pravega_list_find(text, "stream"), "fetched") == 0);
  CHECK(strcmp(pravega_list_find(text, "size"), "100") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(text));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_event_fetch(client, pointer, &found, LONG, &error)); /* no event begins there */
  CHECK_OK(pravega_stream_truncate(client, scope_of(client), "fetched", tail, LONG, &error));
  for (int n = 0; n < EVENTS; n++) {
    CHECK_FAILS(PRAVEGA_E_SEGMENT_TRUNCATED, "", pravega_event_fetch(client, pointers[n], &found, LONG, &error));
  }
  client_close(client);
}

int main(void) {
  RUN(checkpoint_is_told_and_passed);
  RUN(checkpoint_that_nobody_passes);
  RUN(cuts_beside_the_application);
  RUN(bounded_streams_of_two_scopes);
  RUN(back_to_the_last_checkpoint);
  RUN(resets_that_cannot_be);
  RUN(retention_by_hand);
  RUN(stream_that_is_gone);
  RUN(events_by_their_pointers);
  return 0;
}
