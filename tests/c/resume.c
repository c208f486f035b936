/* Writers with an id over the death of their process. The program runs itself as
 * the process that writes and is killed. */
#include "server.h"

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

extern char **environ;

/* Of ten processes that are killed each writes at most EACH events that the one
 * before had not, so the last one goes further than any. */
enum { KILLS = 10, EACH = 2500, EVENTS = 30000, BURST = 100 };

static const char *program;

/* Event n of the script is the same whoever writes it: some have no key, some are
 * written as one with their neighbours. */
static size_t script(int64_t n, char *text) { return (size_t)sprintf(text, "%lld", (long long)n); }

static int64_t write_script(pravega_writer_t *w, int64_t n) {
  char texts[8 * 24], key[2] = {(char)('a' + n % 5), 0};
  if (n % 100 == 1) { /* n to n + 4 */
    uint32_t lens[5];
    size_t used = 0;
    for (int i = 0; i < 5; i++) {
      lens[i] = (uint32_t)script(n + i, texts + used);
      used += lens[i];
    }
    return pravega_writer_write_batch(w, key, 1, texts, lens, 5, LONG);
  }
  size_t len = script(n, texts);
  return pravega_writer_write(w, n % 4 == 0 ? NULL : key, 1, texts, len, LONG);
}

/* The next event that begins a call of write_script, from the first on. */
static int64_t place_of(int64_t n) { return n % 100 >= 2 && n % 100 <= 5 ? n - n % 100 + 1 : n; }

static pravega_writer_t *continued(pravega_client_t *client, const char *scope, const char *stream) {
  pravega_writer_t *w;
  pravega_config_t *config = config_with("writer.id", "script.of-c");
  CHECK_OK(pravega_writer_open(client, scope, stream, config, &w, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return w;
}

/* The process that writes: the script from where it stands to an event, or, if
 * that is 0, EACH in bursts and then nothing until it is killed. It says where it
 * begins. */
static int child(const char *scope, const char *stream, int64_t until) {
  pravega_client_t *client = client_open();
  pravega_writer_t *w = continued(client, scope, stream);
  int64_t durable, acked;
  CHECK_INT(PRAVEGA_OK, pravega_writer_durable(w, &durable));
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, durable, 0, &acked));
  CHECK_INT(durable, acked);
  CHECK_INT(0, pravega_writer_pending(w));
  CHECK_INT(durable, place_of(durable + 1) - 1); /* a batch is acked whole */
  printf("%lld\n", (long long)durable);
  fflush(stdout);
  int64_t end = until > 0 ? until : durable + EACH;
  for (int64_t n = durable + 1, calls = 1; n <= end; calls++) {
    int64_t last = write_script(w, n);
    CHECK_INT(n % 100 == 1 ? n + 4 : n, last);
    n = last + 1;
    if (calls % BURST == 0 && until == 0) {
      sleep_ms(10);
    }
  }
  if (until == 0) {
    sleep_ms(LONG);
    return 1;
  }
  writer_close(w);
  client_close(client);
  return 0;
}

/* Starts a child; *out is what it says. */
static pid_t start(const char *scope, const char *stream, int64_t until, int *out) {
  pid_t pid;
  int ends[2];
  char limit[24];
  posix_spawn_file_actions_t actions;
  snprintf(limit, sizeof limit, "%lld", (long long)until);
  char *const argv[] = {(char *)(uintptr_t)program, "child", (char *)(uintptr_t)scope, (char *)(uintptr_t)stream, limit, NULL};
  CHECK_INT(0, pipe(ends));
  CHECK_INT(0, posix_spawn_file_actions_init(&actions));
  CHECK_INT(0, posix_spawn_file_actions_adddup2(&actions, ends[1], 1));
  CHECK_INT(0, posix_spawn_file_actions_addclose(&actions, ends[0]));
  CHECK_INT(0, posix_spawn(&pid, program, &actions, NULL, argv, environ));
  CHECK_INT(0, posix_spawn_file_actions_destroy(&actions));
  close(ends[1]);
  *out = ends[0];
  return pid;
}

/* Waits until the child says how much is durable; -1: it ended before. */
static int64_t hear(int out) {
  char text[32];
  size_t len = 0;
  ssize_t n;
  struct pollfd p = {.fd = out, .events = POLLIN};
  CHECK_INT(1, poll(&p, 1, LONG));
  while (len < sizeof text - 1 && (n = read(out, text + len, 1)) == 1 && text[len] != '\n') {
    len++;
  }
  text[len] = '\0';
  return len == 0 ? -1 : strtoll(text, NULL, 10);
}

static int reap(pid_t pid) {
  int status;
  CHECK_INT(pid, waitpid(pid, &status, 0));
  return status;
}

/* Puts other segments in the place of those there are. */
static void scale(pravega_client_t *client, const char *stream, size_t into) {
  pravega_segment_t segments[8];
  pravega_key_range_t ranges[8];
  int64_t ids[8];
  size_t count;
  CHECK_OK(pravega_stream_segments(client, scope_of(client), stream, segments, 8, &count, LONG, &error));
  CHECK(count <= 8);
  for (size_t i = 0; i < count; i++) {
    ids[i] = segments[i].id;
  }
  for (size_t i = 0; i < into; i++) {
    ranges[i] = (pravega_key_range_t){(double)i / (double)into, (double)(i + 1) / (double)into};
  }
  CHECK_OK(pravega_stream_scale(client, scope_of(client), stream, ids, count, ranges, into, LONG, &error));
}

/* Reads all of a stream: each event of the script once, those of a key in order. */
static void count(pravega_client_t *client, const char *stream, int64_t last) {
  CHECK_OK(pravega_stream_seal(client, scope_of(client), stream, LONG, &error));
  pravega_reader_t *r = reader_open(client, stream);
  pravega_slice_t *slice;
  bool *seen = calloc((size_t)last + 1, sizeof *seen);
  int64_t of_key[5] = {0}, events = 0;
  int status;
  CHECK(seen != NULL);
  while ((status = pravega_reader_next(r, LONG, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t e;
    CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t it = pravega_events_begin(&info);
    while (pravega_events_next(&it, &e)) {
      char text[24];
      snprintf(text, sizeof text, "%.*s", (int)e.len, (const char *)e.data);
      int64_t n = strtoll(text, NULL, 10);
      CHECK(n > 0 && n <= last && !seen[n]);
      seen[n] = true;
      events++;
      if (n % 4 != 0 || place_of(n) != n || n % 100 == 1) {
        int64_t *before = &of_key[place_of(n) % 5];
        CHECK(*before < n);
        *before = n;
      }
    }
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  CHECK_INT(PRAVEGA_END, status);
  CHECK_INT(last, events);
  free(seen);
  reader_close(r);
}

static void processes_that_are_killed(void) {
  pravega_client_t *client = client_open();
  int out;
  int64_t before = 0;
  unsigned seed = (unsigned)time(NULL);
  stream_create(client, "killed", "1");
  for (int round = 0; round < KILLS; round++) {
    pid_t pid = start(scope_of(client), "killed", 0, &out);
    if (round % 4 != 3) { /* else anywhere, most likely while it opens */
      int64_t durable = hear(out);
      CHECK(durable >= before);
      before = durable;
      if (round % 3 == 1) {
        scale(client, "killed", 1 + (size_t)round % 4);
      }
    }
    sleep_ms((int)(rand_r(&seed) % 200));
    CHECK_INT(0, kill(pid, SIGKILL));
    CHECK_INT(SIGKILL, reap(pid));
    close(out);
  }
  pid_t pid = start(scope_of(client), "killed", EVENTS, &out);
  CHECK(hear(out) >= before);
  CHECK_INT(0, reap(pid));
  close(out);
  pravega_writer_t *w = continued(client, scope_of(client), "killed");
  int64_t durable;
  CHECK_INT(PRAVEGA_OK, pravega_writer_durable(w, &durable));
  CHECK_INT(EVENTS, durable);
  CHECK_INT(PRAVEGA_OK, pravega_writer_set_ack(w, NULL, NULL)); /* nothing was written with it */
  writer_close(w);
  count(client, "killed", EVENTS);
  client_close(client);
}

/* This process and another one have a writer of one id. */
static void two_processes_with_one_id(void) {
  enum { FLUSHED = 1000, OURS = 1200, LAST = 3000 };
  int out;
  int64_t n, acked, status;
  pravega_client_t *client = client_open();
  stream_create(client, "fenced", "2");
  pravega_writer_t *w = continued(client, scope_of(client), "fenced");
  for (n = 1; n <= OURS; n++) {
    CHECK((n = write_script(w, n)) > 0);
    if (n == FLUSHED) {
      CHECK_OK(pravega_writer_flush(w, LONG, &error));
    }
  }
  pid_t pid = start(scope_of(client), "fenced", LAST, &out);
  int64_t durable = hear(out);
  CHECK(durable >= FLUSHED && durable <= OURS);
  CHECK_INT(0, reap(pid));
  close(out);
  while ((status = write_script(w, n)) > 0) { /* none of these is stored */
    n = status + 1;
    sleep_ms(1);
  }
  CHECK_INT(PRAVEGA_E_FENCED, status);
  CHECK_INT(PRAVEGA_E_FENCED, pravega_writer_wait(w, INT64_MAX, LONG, &acked));
  CHECK(acked >= durable);
  CHECK_FAILS(PRAVEGA_E_FENCED, "", pravega_writer_flush(w, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_FENCED, "", pravega_writer_close(w, &acked, LONG, &error));
  count(client, "fenced", LAST);
  client_close(client);
}

static void without_an_id(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "plain", "1");
  int64_t durable = -1;
  pravega_writer_t *w = writer_open(client, "plain");
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_OK(pravega_writer_flush(w, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_writer_durable(w, &durable));
  CHECK_INT(0, durable);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_durable(w, NULL));
  writer_close(w);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_durable(w, &durable));
  client_close(client);
}

int main(int argc, char **argv) {
  program = argv[0];
  if (argc == 5 && strcmp(argv[1], "child") == 0) {
    return child(argv[2], argv[3], strtoll(argv[4], NULL, 10));
  }
  RUN(without_an_id);
  RUN(processes_that_are_killed);
  RUN(two_processes_with_one_id);
  return 0;
}
