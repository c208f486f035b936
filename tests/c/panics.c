/* A panic inside the library stops at its boundary. For a library built with
 * -tags panictest, which panics where PRAVEGA_PANIC_AT says. */
#include "server.h"

static void on_a_cold_path(void) {
  pravega_client_t *client = client_open();
  int exists;
  CHECK_FAILS(PRAVEGA_E_PANIC, "wanted by the test", pravega_scope_exists(client, "s", &exists, LONG, &error));
  /* The object is finished: every call says so, closing works. */
  CHECK_FAILS(PRAVEGA_E_PANIC, "", pravega_scope_create(client, "s", NULL, LONG, &error));
  client_close(client);
}

static void on_write(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "panics-w", "1");
  pravega_writer_t *w = writer_open(client, "panics-w");
  int64_t acked;
  CHECK_INT(PRAVEGA_E_PANIC, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_INT(PRAVEGA_E_PANIC, pravega_writer_write(w, NULL, 0, "x", 1, LONG));
  CHECK_INT(PRAVEGA_E_PANIC, pravega_writer_wait(w, 1, LONG, &acked));
  CHECK(pravega_writer_close(w, &acked, LONG, NULL) <= 0);
  client_close(client);
}

static void on_next(void) {
  pravega_client_t *client = client_open();
  stream_create(client, "panics-r", "1");
  pravega_reader_t *reader = reader_open(client, "panics-r");
  pravega_slice_t *slice;
  CHECK_INT(PRAVEGA_E_PANIC, pravega_reader_next(reader, LONG, &slice));
  CHECK_INT(PRAVEGA_E_PANIC, pravega_reader_next(reader, LONG, &slice));
  CHECK(pravega_reader_close(reader, LONG, NULL) <= 0);
  client_close(client);
}

int main(void) {
  const char *at = getenv("PRAVEGA_PANIC_AT");
  CHECK(at != NULL);
  if (strcmp(at, "scope exists") == 0) {
    RUN(on_a_cold_path);
  } else if (strcmp(at, "write") == 0) {
    RUN(on_write);
  } else {
    RUN(on_next);
  }
  return 0;
}
