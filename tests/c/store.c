/* Segment stores that talk nonsense: a writer tells it, or bears it until the
 * store is well again, and loses nothing that it took. Argument: the program faulty. */
#include "faulty.h"

static void start(struct faulty *f, const char *nonsense) {
  char line[64];
  faulty_start(f);
  snprintf(line, sizeof line, "greet %s", nonsense);
  faulty_tell(f, line);
}

static pravega_writer_t *write_to(struct faulty *f, pravega_client_t **client) {
  pravega_writer_t *writer;
  *client = faulty_client(f, "request.timeout", "3s"); /* so long garbage is borne */
  CHECK_OK(pravega_writer_open(*client, "scope", "stream", NULL, &writer, 10000, &error));
  for (int n = 1; n <= 100; n++) {
    CHECK_INT(n, pravega_writer_write(writer, "key", 3, &n, sizeof n, 10000));
  }
  return writer;
}

/* What is no segment store at all ends the writer. */
static void ends_the_writer(const char *nonsense) {
  struct faulty f;
  pravega_client_t *client;
  pravega_error_t *why;
  int64_t acked;
  start(&f, nonsense);
  pravega_writer_t *writer = write_to(&f, &client);
  CHECK_INT(PRAVEGA_E_PROTOCOL, pravega_writer_wait(writer, 100, 60000, &acked));
  CHECK_INT(0, acked);
  CHECK_INT(PRAVEGA_E_PROTOCOL, pravega_writer_error(writer, &why));
  CHECK(strstr(pravega_error_message(why), "scope/stream") != NULL);
  CHECK_INT(PRAVEGA_OK, pravega_error_free(why));
  CHECK(pravega_writer_close(writer, &acked, 1000, NULL) != PRAVEGA_OK);
  CHECK_OK(pravega_client_close(client, &error));
  faulty_stop(&f);
}

/* What breaks later may be over soon: nothing that was taken is lost. */
static void is_borne(const char *nonsense) {
  struct faulty f;
  pravega_client_t *client;
  int64_t acked;
  start(&f, nonsense);
  pravega_writer_t *writer = write_to(&f, &client);
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(writer, 100, 300, &acked));
  CHECK_INT(0, acked);
  faulty_tell(&f, "serve");
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(writer, 100, 60000, &acked));
  CHECK_INT(100, acked);
  CHECK_OK(pravega_writer_close(writer, &acked, 10000, &error));
  CHECK_OK(pravega_client_close(client, &error));
  faulty_stop(&f);
}

static void store_of_garbage(void) { ends_the_writer("garbage"); }
static void store_of_another_version(void) { ends_the_writer("another-version"); }
static void store_with_absurd_lengths(void) { is_borne("absurd-length"); }
static void store_that_closes_in_a_frame(void) { is_borne("half-a-frame"); }

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  faulty_program = argv[1];
  RUN(store_of_garbage);
  RUN(store_of_another_version);
  RUN(store_with_absurd_lengths);
  RUN(store_that_closes_in_a_frame);
  return 0;
}
