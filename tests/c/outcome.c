/* What calls say of their outcome is what the servers have: a Pravega in memory that
 * loses answers, and objects that are closed at the same time. Argument: the program faulty. */
#include "faulty.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { LONG = 60000, EVENTS = 17, SIZE = 8 + 2 };

static int rounds(int otherwise) {
  const char *wanted = getenv("OUTCOME_ROUNDS");
  return wanted != NULL ? atoi(wanted) : otherwise;
}

static pravega_writer_t *writer_open(pravega_client_t *client) {
  pravega_writer_t *writer;
  CHECK_OK(pravega_writer_open(client, "scope", "stream", NULL, &writer, LONG, &error));
  return writer;
}

/* A new reader of a group. */
static pravega_reader_t *reader_open(pravega_client_t *client, const char *group, const char *id) {
  pravega_reader_group_t *g;
  pravega_reader_t *reader;
  CHECK_OK(pravega_reader_group_open(client, "scope", group, &g, LONG, &error));
  CHECK_OK(pravega_reader_open(g, id, NULL, &reader, LONG, &error));
  CHECK_OK(pravega_reader_group_close(g, &error));
  return reader;
}

static int64_t slice_start(const pravega_slice_t *slice) {
  pravega_slice_info_t info;
  CHECK_INT(PRAVEGA_OK, pravega_slice_info(slice, &info, sizeof info));
  return info.start_offset;
}

/* Whoever gives a slice back while another thread ends its reader. */
struct race {
  pravega_slice_t *slice;
  int64_t next;
  int pause;
  atomic_bool *go;
  int status;
};

static void linger(int steps) {
  for (volatile int i = 0; i < steps; i++) {
  }
}

static void *give_back(void *arg) {
  struct race *r = arg;
  while (!atomic_load(r->go)) {
  }
  linger(r->pause);
  r->status = pravega_slice_release(r->slice, r->next);
  return NULL;
}

enum end { CLOSE_READER, CLOSE_READER_AT, CLOSE_CLIENT, ENDS };

/* What release says is where the next reader starts, however the two meet. Each event has
 * an id; the last one is never given back, so that there is always something to read. */
static void release_against_close(void) {
  struct faulty f;
  faulty_start(&f);
  pravega_client_t *steady = faulty_client(&f, NULL, NULL);
  pravega_writer_t *w = writer_open(steady);
  const char *const streams[] = {"scope/stream"};
  int noted = 0, refused = 0, aim = 0; /* steps that the one begins after the other */
  for (int i = 0; i < EVENTS; i++) {
    char id[3];
    snprintf(id, sizeof id, "%02d", i);
    CHECK_INT(i + 1, pravega_writer_write(w, NULL, 0, id, 2, LONG));
  }
  CHECK_OK(pravega_writer_close(w, NULL, LONG, &error));
  for (int round = 0; round < rounds(300); round++) {
    char group[32];
    int created;
    atomic_bool go = false;
    pthread_t thread;
    pravega_slice_t *slice;
    pravega_list_t *position;
    enum end end = (enum end)(round % ENDS);
    struct race r = {.next = (1 + rand() % (EVENTS - 1)) * SIZE, .pause = aim + rand() % 1000, .go = &go};
    int64_t at = 3 * SIZE;
    snprintf(group, sizeof group, "group-%d", round);
    CHECK_OK(pravega_reader_group_create(steady, "scope", group, streams, 1, NULL, &created, LONG, &error));
    pravega_client_t *client = end == CLOSE_CLIENT ? faulty_client(&f, NULL, NULL) : steady;
    pravega_reader_t *reader = reader_open(client, group, "first");
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &r.slice));
    CHECK_OK(pravega_slice_position(r.slice, at, &position, &error));
    CHECK_INT(0, pthread_create(&thread, NULL, give_back, &r));
    atomic_store(&go, true);
    linger(-aim);
    switch (end) {
    case CLOSE_READER:
      CHECK_OK(pravega_reader_close(reader, LONG, &error));
      break;
    case CLOSE_READER_AT: /* refused if the slice is back, and not up to there */
      if (pravega_reader_close_at(reader, pravega_list_get(position, 0), LONG, NULL) != PRAVEGA_OK) {
        CHECK_OK(pravega_reader_close(reader, LONG, &error));
        at = -1;
      }
      break;
    default:
      CHECK_OK(pravega_client_close(client, &error));
    }
    CHECK_INT(0, pthread_join(thread, NULL));
    if (end == CLOSE_CLIENT) {
      CHECK(pravega_reader_close(reader, LONG, NULL) <= 0);
    }
    CHECK_INT(PRAVEGA_OK, pravega_list_free(position));
    CHECK(r.status == PRAVEGA_OK || r.status == PRAVEGA_E_CLOSED);
    int64_t start = r.status == PRAVEGA_OK ? r.next : 0;
    if (end == CLOSE_READER_AT && at >= 0) { /* whatever was given back */
      start = at;
    }
    reader = reader_open(steady, group, "next");
    CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
    CHECK_INT(start, slice_start(slice));
    CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    CHECK_OK(pravega_reader_close(reader, LONG, &error));
    if (r.status == PRAVEGA_OK) {
      noted++;
      aim += 500 + abs(aim) / 8;
    } else {
      refused++;
      aim -= 500 + abs(aim) / 8;
    }
  }
  CHECK(noted > 0 && refused > 0);
  CHECK_OK(pravega_client_close(steady, &error));
  faulty_stop(&f);
}

/* Numbers that no event has are refused, not waited for, and not taken for stored. */
static void numbers_that_are_none(void) {
  struct faulty f;
  int64_t acked = -1;
  faulty_start(&f);
  pravega_client_t *client = faulty_client(&f, NULL, NULL);
  pravega_writer_t *w = writer_open(client);
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, 0, LONG, &acked));
  CHECK_INT(0, acked);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_wait(w, 1, LONG, &acked));
  CHECK_INT(0, acked);
  faulty_tell(&f, "appends ignore");
  int64_t last = 0;
  for (int i = 0; i < 1000; i++) { /* some lie in the inbox by then, and have their numbers */
    last = pravega_writer_write(w, NULL, 0, "x", 1, 0);
    CHECK_INT(i + 1, last);
    CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(w, last, 0, NULL));
    CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_wait(w, last + 1, LONG, NULL));
  }
  int64_t refused = pravega_writer_write(w, "\xff", 1, "x", 1, LONG);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, refused);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_wait(w, refused, LONG, NULL));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_wait(w, INT64_MIN, LONG, NULL));
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_writer_wait(w, INT64_MAX - 1, LONG, NULL));
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(w, INT64_MAX, 0, NULL)); /* is the writer's end */
  faulty_tell(&f, "serve");
  faulty_tell(&f, "cut");
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(w, last, LONG, &acked));
  CHECK_INT(last, acked);
  CHECK_OK(pravega_writer_close(w, &acked, LONG, &error));
  CHECK_OK(pravega_client_close(client, &error));
  faulty_stop(&f);
}

/* What a call said of the events that it was about. */
struct told {
  int status, may_be_stored;
};

static struct told heard(int status, pravega_error_t *err) {
  struct told t = {status, pravega_error_may_be_stored(err)};
  CHECK_INT(PRAVEGA_OK, pravega_error_free(err));
  return t;
}

/* What somebody else does while a call waits. */
struct closer {
  pravega_client_t *client; /* NULL: the writer is closed */
  pravega_writer_t *writer;
  struct told told;
};

static void *close_soon(void *arg) {
  struct closer *c = arg;
  pravega_error_t *err;
  sleep_ms(20);
  int status = c->client != NULL ? pravega_client_close(c->client, &err) : pravega_writer_close(c->writer, NULL, 20, &err);
  c->told = heard(status, err);
  return NULL;
}

enum way { WAIT, FLUSH, CLOSE, WAYS };
enum ending { IN_TIME, WRITER_CLOSED, CLIENT_CLOSED, ENDINGS };

/* One event, whose appends meet a fault, one way to hear of it, and one way in which
 * that ends. */
static void hear(struct faulty *f, const char *fault, enum way way, enum ending ending) {
  static int events;
  char line[64], id[16];
  pravega_client_t *client = faulty_client(f, NULL, NULL);
  pravega_writer_t *w = writer_open(client);
  pravega_error_t *err = NULL;
  pthread_t thread;
  struct closer closer = {ending == CLIENT_CLOSED ? client : NULL, w, {0, 0}};
  int limit = ending == IN_TIME ? 30 : LONG;
  struct told told;
  bool closed = way == CLOSE || ending == WRITER_CLOSED;
  snprintf(line, sizeof line, "appends %s", fault);
  faulty_tell(f, line);
  snprintf(id, sizeof id, "<%d>", events++);
  CHECK_INT(1, pravega_writer_write(w, NULL, 0, id, strlen(id), LONG));
  if (ending != IN_TIME) {
    CHECK_INT(0, pthread_create(&thread, NULL, close_soon, &closer));
  }
  switch (way) {
  case WAIT:
    told = heard(pravega_writer_wait(w, 1, limit, NULL), NULL);
    told.may_be_stored = told.status == PRAVEGA_E_TIMED_OUT; /* as documented */
    break;
  case FLUSH:
    told.status = pravega_writer_flush(w, limit, &err);
    told = heard(told.status, err);
    break;
  default:
    told.status = pravega_writer_close(w, NULL, limit, &err);
    told = heard(told.status, err);
  }
  if (ending != IN_TIME) {
    CHECK_INT(0, pthread_join(thread, NULL));
  }
  if (way == WAIT && told.status == PRAVEGA_E_CLOSED) { /* the final error tells */
    int status = closed ? PRAVEGA_OK : pravega_writer_error(w, &err);
    told = closed ? closer.told : heard(status, err);
  }
  faulty_tell(f, "serve");
  faulty_tell(f, "cut");
  if (!closed) {
    int64_t acked;
    int status = pravega_writer_close(w, &acked, LONG, NULL);
    CHECK_INT(status == PRAVEGA_OK, acked == 1);
  }
  if (ending != CLIENT_CLOSED) {
    CHECK_OK(pravega_client_close(client, &error));
  }
  bool stored = strstr(faulty_ask(f, "stored"), id) != NULL;
  if (told.status == PRAVEGA_OK ? !stored : stored && !told.may_be_stored) {
    fprintf(stderr, "%s, way %d, ending %d: status %d, may be stored: %d, is stored: %d\n", fault, way, ending, told.status, told.may_be_stored, stored);
    exit(1);
  }
}

/* What writers say of an event that nobody acknowledges is what is stored. */
static void writers_tell_their_outcome(void) {
  static const char *const faults[] = {"serve", "ignore", "noreply", "late", "refuse"};
  struct faulty f;
  faulty_start(&f);
  for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
    for (int way = 0; way < WAYS; way++) {
      for (int ending = 0; ending < ENDINGS; ending++) {
        if (way != CLOSE || ending != WRITER_CLOSED) { /* its handle has ended */
          hear(&f, faults[i], (enum way)way, (enum ending)ending);
        }
      }
    }
  }
  faulty_stop(&f);
}

/* Whoever writes while another thread ends the writer. */
struct writing {
  pravega_writer_t *writer;
  int64_t number[400]; /* that each event has got, or why it has none */
  int64_t waited;      /* the highest number that a wait said is stored */
  atomic_int count;
};

static void *write_on(void *arg) {
  struct writing *w = arg;
  char id[16];
  for (int i = 0; i < 400; atomic_store(&w->count, ++i)) {
    snprintf(id, sizeof id, "<%d>", i);
    int64_t n = w->number[i] = pravega_writer_write(w->writer, NULL, 0, id, strlen(id), i % 3 == 0 ? LONG : 0);
    if (n < 0) { /* what is refused has no number, now and later */
      CHECK(n == PRAVEGA_E_CLOSED || n == PRAVEGA_E_BAD_HANDLE);
      CHECK(pravega_writer_wait(w->writer, n, 0, NULL) < 0);
    } else if (i % 50 == 49 && pravega_writer_wait(w->writer, n, LONG, NULL) == PRAVEGA_OK) {
      w->waited = n;
    }
  }
  return NULL;
}

/* How often an event is stored. */
static int times_stored(const char *stored, int event) {
  char id[16];
  int times = 0;
  snprintf(id, sizeof id, "<%d>", event);
  for (const char *at = stored; (at = strstr(at, id)) != NULL; at++) {
    times++;
  }
  return times;
}

/* Each event that was taken is stored once, as far as was acknowledged, and further only
 * if that is said to be possible; none that was refused is. */
static void write_against_close(void) {
  static const char *const faults[] = {"serve", "serve", "noreply", "late"};
  int cut_off = 0;
  for (int round = 0; round < rounds(60); round++) {
    struct faulty f;
    pthread_t thread;
    pravega_error_t *err = NULL;
    int64_t acked = 0;
    char line[64];
    faulty_start(&f);
    pravega_client_t *client = faulty_client(&f, NULL, NULL);
    static struct writing w;
    memset(&w, 0, sizeof w);
    w.writer = writer_open(client);
    snprintf(line, sizeof line, "appends %s", faults[round / 2 % 4]);
    faulty_tell(&f, line);
    CHECK_INT(0, pthread_create(&thread, NULL, write_on, &w));
    for (int after = 1 + rand() % 40; atomic_load(&w.count) < after;) {
      sched_yield();
    }
    bool by_client = round % 2 == 0;
    if (!by_client && strcmp(faults[round / 2 % 4], "noreply") == 0) {
      while (*faulty_ask(&f, "stored") == '\0') { /* something that is not acknowledged */
        sched_yield();
      }
    }
    if (by_client) {
      CHECK_OK(pravega_client_close(client, &error));
    }
    int status = pravega_writer_close(w.writer, &acked, strcmp(faults[round / 2 % 4], "serve") == 0 ? LONG : 20, &err);
    struct told told = heard(status, err);
    CHECK_INT(0, pthread_join(thread, NULL));
    if (!by_client) {
      CHECK_OK(pravega_client_close(client, &error));
    }
    const char *stored = faulty_ask(&f, "stored");
    CHECK(w.waited <= acked);
    for (int i = 0; i < atomic_load(&w.count); i++) {
      int times = times_stored(stored, i);
      CHECK(times <= (w.number[i] > 0 ? 1 : 0));
      if (w.number[i] > 0 && (w.number[i] <= acked || told.status == PRAVEGA_OK)) {
        CHECK_INT(1, times);
      } else if (times > 0) {
        CHECK(told.may_be_stored);
        cut_off++;
      }
    }
    faulty_stop(&f);
  }
  CHECK(cut_off > 0);
}

struct committing {
  pravega_txn_t *txn;
  atomic_bool *go;
  int pause;
  struct told told;
};

static void *commit(void *arg) {
  struct committing *c = arg;
  pravega_error_t *err = NULL;
  while (!atomic_load(c->go)) {
  }
  linger(c->pause);
  int status = pravega_txn_commit(c->txn, NULL, LONG, &err);
  c->told = heard(status, err);
  return NULL;
}

/* A commit that meets a close says whether the events are in the stream. */
static void commit_against_close(void) {
  struct faulty f;
  faulty_start(&f);
  int committed = 0, dropped = 0, aim = 0; /* steps that the commit begins after the close */
  for (int round = 0; round < rounds(150); round++) {
    char id[16];
    atomic_bool go = false;
    pthread_t thread;
    pravega_txn_writer_t *w;
    struct committing c = {.go = &go, .pause = aim + rand() % 200000};
    pravega_client_t *client = faulty_client(&f, "txn.lease", "30s");
    CHECK_OK(pravega_txn_writer_open(client, "scope", "stream", NULL, &w, LONG, &error));
    CHECK_OK(pravega_txn_begin(w, &c.txn, LONG, &error));
    snprintf(id, sizeof id, "<%d>", round);
    CHECK_INT(1, pravega_txn_write(c.txn, NULL, 0, id, strlen(id), LONG, NULL));
    faulty_tell(&f, round / 3 % 2 == 0 ? "call commitTransaction serve" : "call commitTransaction late");
    CHECK_INT(0, pthread_create(&thread, NULL, commit, &c));
    atomic_store(&go, true);
    linger(rand() % 200000 - aim);
    int end = round % 3;
    if (end == 0) {
      (void)pravega_txn_close(c.txn, 100, NULL);
    } else if (end == 1) {
      (void)pravega_txn_writer_close(w, 100, NULL);
    } else {
      (void)pravega_client_close(client, NULL);
    }
    CHECK_INT(0, pthread_join(thread, NULL));
    (void)pravega_txn_close(c.txn, 100, NULL);
    (void)pravega_txn_writer_close(w, 100, NULL);
    (void)pravega_client_close(client, NULL);
    int times = times_stored(faulty_ask(&f, "stored"), round);
    CHECK(times <= 1);
    CHECK(c.told.status != PRAVEGA_OK || times == 1);
    CHECK(times == 0 || c.told.status == PRAVEGA_OK || c.told.may_be_stored || c.told.status == PRAVEGA_E_BAD_HANDLE);
    if (times == 1) {
      committed++;
      aim += 20000 + abs(aim) / 8;
    } else {
      dropped++;
      aim -= 20000 + abs(aim) / 8;
    }
    CHECK(c.told.status != PRAVEGA_E_BAD_HANDLE || times == 0);
  }
  CHECK(committed > 0 && dropped > 0);
  faulty_stop(&f);
}

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  faulty_program = argv[1];
  RUN(release_against_close);
  RUN(numbers_that_are_none);
  RUN(writers_tell_their_outcome);
  RUN(write_against_close);
  RUN(commit_against_close);
  return 0;
}
