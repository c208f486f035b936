/* Segment stores that talk nonsense: a writer tells it, or bears it until the
 * store is well again, and loses nothing that it took. Argument: the program
 * that plays them. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static const char *program;

struct store {
  pid_t pid;
  FILE *to, *from;
  char uri[128];
};

static void start(struct store *s, const char *nonsense) {
  int in[2], out[2];
  CHECK_INT(0, pipe(in));
  CHECK_INT(0, pipe(out));
  s->pid = fork();
  CHECK(s->pid >= 0);
  if (s->pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    execl(program, program, nonsense, (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  s->to = fdopen(in[1], "w");
  s->from = fdopen(out[0], "r");
  CHECK(fgets(s->uri, sizeof s->uri, s->from) != NULL);
  s->uri[strcspn(s->uri, "\n")] = 0;
}

static void recover(struct store *s) {
  char line[64];
  CHECK(fputs("\n", s->to) >= 0 && fflush(s->to) == 0);
  CHECK(fgets(line, sizeof line, s->from) != NULL);
}

static void stop(struct store *s) {
  int status;
  fclose(s->to);
  fclose(s->from);
  CHECK_INT(s->pid, waitpid(s->pid, &status, 0));
  CHECK_INT(0, status);
}

static pravega_writer_t *write_to(struct store *s, pravega_client_t **client) {
  pravega_config_t *config;
  pravega_writer_t *writer;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", s->uri, &error));
  CHECK_OK(pravega_client_open(config, client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  CHECK_OK(pravega_writer_open(*client, "scope", "stream", NULL, &writer, 10000, &error));
  for (int n = 1; n <= 100; n++) {
    CHECK_INT(n, pravega_writer_write(writer, "key", 3, &n, sizeof n, 10000));
  }
  return writer;
}

/* What is no segment store at all ends the writer. */
static void ends_the_writer(const char *nonsense) {
  struct store s;
  pravega_client_t *client;
  pravega_error_t *why;
  int64_t acked;
  start(&s, nonsense);
  pravega_writer_t *writer = write_to(&s, &client);
  CHECK_INT(PRAVEGA_E_PROTOCOL, pravega_writer_wait(writer, 100, 60000, &acked));
  CHECK_INT(0, acked);
  CHECK_INT(PRAVEGA_E_PROTOCOL, pravega_writer_error(writer, &why));
  CHECK(strstr(pravega_error_message(why), "scope/stream") != NULL);
  CHECK_INT(PRAVEGA_OK, pravega_error_free(why));
  CHECK(pravega_writer_close(writer, &acked, 1000, NULL) != PRAVEGA_OK);
  CHECK_OK(pravega_client_close(client, &error));
  stop(&s);
}

/* What breaks later may be over soon: nothing that was taken is lost. */
static void is_borne(const char *nonsense) {
  struct store s;
  pravega_client_t *client;
  int64_t acked;
  start(&s, nonsense);
  pravega_writer_t *writer = write_to(&s, &client);
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_wait(writer, 100, 300, &acked));
  CHECK_INT(0, acked);
  recover(&s);
  CHECK_INT(PRAVEGA_OK, pravega_writer_wait(writer, 100, 60000, &acked));
  CHECK_INT(100, acked);
  CHECK_OK(pravega_writer_close(writer, &acked, 10000, &error));
  CHECK_OK(pravega_client_close(client, &error));
  stop(&s);
}

static void store_of_garbage(void) { ends_the_writer("garbage"); }
static void store_of_another_version(void) { ends_the_writer("another-version"); }
static void store_with_absurd_lengths(void) { is_borne("absurd-length"); }
static void store_that_closes_in_a_frame(void) { is_borne("half-a-frame"); }

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  program = argv[1];
  RUN(store_of_garbage);
  RUN(store_of_another_version);
  RUN(store_with_absurd_lengths);
  RUN(store_that_closes_in_a_frame);
  return 0;
}
