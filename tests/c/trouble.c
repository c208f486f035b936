/* What stands in the way is said: a Pravega in memory whose segment store advertises an
 * address where nobody listens. Argument: the program faulty. */
#include "faulty.h"

enum { LONG = 60000, SHORT = 300 };

#define NOWHERE "127.0.0.1:1"
static const char *const where = "connect to segment store at its advertised address " NOWHERE;

/* Asks until the answer has a code and names all that it should. */
static void told(int (*ask)(void *, pravega_error_t **), void *handle, int code, const char *part, const char *another) {
  for (int tries = 0;; tries++) {
    pravega_error_t *said = NULL;
    int status = ask(handle, &said);
    CHECK_INT(status, pravega_error_code(said));
    const char *message = pravega_error_message(said);
    bool found = status == code && strstr(message, part) != NULL && strstr(message, another) != NULL;
    if (!found && tries > 1000) {
      fprintf(stderr, "status %d: %s\n", status, message);
      CHECK(found);
    }
    pravega_error_free(said);
    if (found) {
      return;
    }
    usleep(20000);
  }
}

static int writer_trouble(void *writer, pravega_error_t **err) { return pravega_writer_trouble(writer, err); }
static int reader_trouble(void *reader, pravega_error_t **err) { return pravega_reader_trouble(reader, err); }
static int flush(void *writer, pravega_error_t **err) { return pravega_writer_flush(writer, SHORT, err); }
static int writer_close(void *writer, pravega_error_t **err) { return pravega_writer_close(writer, NULL, SHORT, err); }

static int create_group(void *client, pravega_error_t **err) {
  const char *const streams[] = {"scope/stream"};
  return pravega_reader_group_create(client, "scope", "another", streams, 1, NULL, NULL, SHORT, err);
}

static int commit(void *txn, pravega_error_t **err) { return pravega_txn_commit(txn, NULL, SHORT, err); }

static void away(struct faulty *f) {
  faulty_tell(f, "advertise " NOWHERE);
  faulty_tell(f, "cut");
}

static void back(struct faulty *f) { faulty_tell(f, "advertise"); }

static void writers_and_transactions(void) {
  struct faulty f;
  pravega_writer_t *writer;
  pravega_txn_writer_t *txns;
  pravega_txn_t *txn;
  int64_t acked;
  faulty_start(&f);
  pravega_client_t *client = faulty_client(&f, "txn.lease", "30s");
  CHECK_OK(pravega_writer_open(client, "scope", "stream", NULL, &writer, LONG, &error));
  CHECK_OK(pravega_txn_writer_open(client, "scope", "stream", NULL, &txns, LONG, &error));
  CHECK_OK(pravega_writer_trouble(writer, &error));
  away(&f);
  CHECK_INT(1, pravega_writer_write(writer, NULL, 0, "event", 5, LONG));
  told(writer_trouble, writer, PRAVEGA_E_UNREACHABLE, where, "connection refused, for ");
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(writer, 1, SHORT, &acked));
  told(flush, writer, PRAVEGA_E_TIMED_OUT, where, "connection refused, for ");
  CHECK_OK(pravega_txn_begin(txns, &txn, LONG, &error));
  CHECK_INT(1, pravega_txn_write(txn, NULL, 0, "event", 5, LONG, NULL));
  told(commit, txn, PRAVEGA_E_TIMED_OUT, where, "connection refused, for ");
  back(&f);
  CHECK_OK(pravega_writer_flush(writer, LONG, &error));
  CHECK_OK(pravega_writer_trouble(writer, &error));
  CHECK_OK(pravega_txn_commit(txn, NULL, LONG, &error));
  CHECK_OK(pravega_txn_close(txn, LONG, &error));
  CHECK_OK(pravega_txn_writer_close(txns, LONG, &error));
  away(&f);
  CHECK_INT(2, pravega_writer_write(writer, NULL, 0, "event", 5, LONG));
  told(writer_trouble, writer, PRAVEGA_E_UNREACHABLE, where, "connection refused");
  told(writer_close, writer, PRAVEGA_E_TIMED_OUT, where, "connection refused");
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_trouble(writer, &error));
  CHECK_OK(pravega_client_close(client, &error));
  faulty_stop(&f);
}

static void readers(void) {
  const char *const streams[] = {"scope/stream"};
  struct faulty f;
  pravega_reader_group_t *group;
  pravega_reader_t *reader, *hungry;
  pravega_slice_t *slice;
  faulty_start(&f);
  pravega_client_t *client = faulty_client(&f, NULL, NULL);
  CHECK_OK(pravega_reader_group_create(client, "scope", "group", streams, 1, NULL, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_open(client, "scope", "group", &group, LONG, &error));
  CHECK_OK(pravega_reader_open(group, "first", NULL, &reader, LONG, &error));
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(reader, SHORT, &slice));
  told(reader_trouble, reader, PRAVEGA_E_TIMED_OUT, "nothing is there to read in 1 segment", "");
  CHECK_OK(pravega_reader_open(group, "second", NULL, &hungry, LONG, &error));
  told(reader_trouble, hungry, PRAVEGA_E_TIMED_OUT, "other readers (first) have the group's 1 segment", "");
  away(&f);
  told(reader_trouble, reader, PRAVEGA_E_UNREACHABLE, where, "connection refused, for ");
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_reader_next(reader, SHORT, &slice));
  told(create_group, client, PRAVEGA_E_TIMED_OUT, where, "connection refused, for ");
  back(&f);
  told(reader_trouble, reader, PRAVEGA_E_TIMED_OUT, "nothing is there to read", "");
  CHECK_OK(pravega_reader_close(hungry, LONG, &error));
  CHECK_OK(pravega_reader_close(reader, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_trouble(reader, &error));
  CHECK_OK(pravega_reader_group_close(group, &error));
  CHECK_OK(pravega_client_close(client, &error));
  faulty_stop(&f);
}

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  faulty_program = argv[1];
  RUN(writers_and_transactions);
  RUN(readers);
  return 0;
}
