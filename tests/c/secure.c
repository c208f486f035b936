/* Tokens that live for seconds, from a provider, on a real server with TLS. Argument: the
 * program pravega, which starts it. */
#include "tally.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>

enum { EVENTS = 2000, LIFE = 3000 /* ms */ };

struct server {
  pid_t pid;
  FILE *from;
  char uri[256], ca[1024];
};

/* What stands behind a text in a line that a server prints. */
static void line_of(struct server *s, const char *text, char *value, size_t size) {
  char line[2048];
  do {
    CHECK(fgets(line, sizeof line, s->from) != NULL);
  } while (strncmp(line, text, strlen(text)) != 0);
  line[strcspn(line, "\n")] = 0;
  snprintf(value, size, "%s", line + strlen(text));
}

static void server_start(struct server *s, const char *program) {
  int out[2];
  CHECK_INT(0, pipe(out));
  s->pid = fork();
  CHECK(s->pid >= 0);
  if (s->pid == 0) {
    dup2(out[1], 1);
    close(out[0]);
    execl(program, program, "-kind", "secure", "-port", "0", (char *)NULL);
    _exit(127);
  }
  close(out[1]);
  s->from = fdopen(out[0], "r");
  line_of(s, "Pravega is ready at ", s->uri, sizeof s->uri);
  line_of(s, "Certificate of the authority: ", s->ca, sizeof s->ca);
}

static void server_stop(struct server *s) {
  int status;
  CHECK_INT(0, kill(s->pid, SIGTERM));
  while (fgetc(s->from) != EOF) {
  }
  fclose(s->from);
  CHECK_INT(s->pid, waitpid(s->pid, &status, 0));
}

static struct server server;

static int64_t now(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Every fourth time it fails, every fourth time it does not say when the token ends. */
static void token_needed(void *user, pravega_token_request_t *request) {
  int n = atomic_fetch_add((atomic_int *)user, 1);
  if (n % 4 == 2) {
    CHECK_OK(pravega_token_fail(request, "not now", &error));
    return;
  }
  int64_t end = now() + LIFE;
  char token[64];
  int len = snprintf(token, sizeof token, "until-%lld", (long long)end);
  CHECK_OK(pravega_token_set(request, token, (size_t)len, n % 4 == 1 ? 0 : end, &error));
}

static void tokens_end_under_a_program(void) {
  atomic_int asked = 0;
  pravega_config_t *config = config_with("tls.ca.file", server.ca);
  CHECK_OK(pravega_config_set_token_provider(config, token_needed, &asked, &error));
  pravega_client_t *client;
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  stream_create(client, "tokens", "2");
  pravega_reader_t *reader = reader_open(client, "tokens");
  struct tally *t = tally_of(0);
  uint32_t written = 0;
  for (int64_t begun = now(); now() - begun < 4 * LIFE || atomic_load(&asked) < 8;) {
    write_range(client, "tokens", written, EVENTS, 7); /* opens a writer, and closes it */
    written += EVENTS;
    while (t->total < written) {
      pravega_slice_t *slice;
      CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
      count_slice(t, slice);
      CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    }
    struct timespec pause = {0, 300000000};
    nanosleep(&pause, NULL);
  }
  reader_close(reader);
  free(t);
  client_close(client);
}

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  server_start(&server, argv[1]);
  CHECK_INT(0, setenv("PRAVEGA_TEST_CONTROLLER", server.uri, 1));
  RUN(tokens_end_under_a_program);
  server_stop(&server);
  return 0;
}
