/* A reader that stands still is taken out of its group by another one, which was told
 * how long it may be silent (group.liveness.timeout; 30 s at least). When it comes
 * back it is told so. It is a process of its own: this program, with arguments. */
#include "tally.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

/* Takes one slice, never gives it back, and asks for more until it fails. */
static int member(const char *scope) {
  pravega_client_t *client = client_open();
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  CHECK_OK(pravega_reader_group_open(client, scope, "watched", &group, LONG, &error));
  CHECK_OK(pravega_reader_open(group, "stands-still", NULL, &reader, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_reader_next(reader, LONG, &slice));
  CHECK(write(STDOUT_FILENO, "x", 1) == 1);
  int status;
  while ((status = pravega_reader_next(reader, LONG, &slice)) == PRAVEGA_E_TIMED_OUT || status == PRAVEGA_OK) {
  }
  CHECK_INT(PRAVEGA_E_READER_NOT_IN_GROUP, status);
  pravega_error_t *why;
  CHECK_INT(PRAVEGA_E_READER_NOT_IN_GROUP, pravega_reader_error(reader, &why));
  CHECK_INT(1, pravega_error_is_final(why));
  CHECK_OK(pravega_reader_close(reader, LONG, &error));
  return 0;
}

static void silent_reader_is_taken_out_and_told(void) {
  enum { EVENTS = 1000, KEYS = 26 };
  pravega_client_t *client = client_open();
  char path[256];
  const char *scope = scope_of(client), *streams[] = {path};
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  pravega_list_t *ids;
  int from_child[2], how;
  stream_create(client, "watched", "2");
  write_numbers(client, "watched", EVENTS, KEYS);
  CHECK_OK(pravega_stream_seal(client, scope, "watched", LONG, &error));
  snprintf(path, sizeof path, "%s/watched", scope);
  pravega_config_t *config = config_with("group.refresh.interval", "500ms");
  CHECK_OK(pravega_reader_group_create(client, scope, "watched", streams, 1, config, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_open(client, scope, "watched", &group, LONG, &error));

  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));

  CHECK_INT(0, pipe(from_child));
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    dup2(from_child[1], STDOUT_FILENO);
    execl(program, program, scope, (char *)NULL);
    _exit(9);
  }
  struct pollfd heard = {.fd = from_child[0], .events = POLLIN};
  CHECK_INT(1, poll(&heard, 1, LONG)); /* it has a slice */
  CHECK_INT(0, kill(child, SIGSTOP));
  config = config_with("group.liveness.timeout", "30s");
  CHECK_OK(pravega_reader_open(group, "watches", config, &reader, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  double begun = seconds();
  struct tally *t = tally_of(KEYS);
  while (t->total < EVENTS) { /* what the other one had comes too, each event once */
    int status = pravega_reader_next(reader, 1000, &slice);
    if (status == PRAVEGA_OK) {
      count_slice(t, slice);
      CHECK_INT(PRAVEGA_OK, pravega_slice_release(slice, PRAVEGA_SLICE_END));
    } else {
      CHECK_INT(PRAVEGA_E_TIMED_OUT, status);
    }
    CHECK(seconds() - begun < 4 * LONG / 1000.0);
  }
  CHECK(seconds() - begun >= 30); /* not before the limit */
  CHECK_OK(pravega_reader_group_readers(group, &ids, LONG, &error));
  CHECK_INT(1, pravega_list_size(ids));
  CHECK(lists(ids, "watches"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(ids));
  CHECK_INT(0, kill(child, SIGCONT));
  CHECK(waitpid(child, &how, 0) == child);
  CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
  CHECK_INT(PRAVEGA_END, pravega_reader_next(reader, LONG, &slice));
  close(from_child[0]);
  close(from_child[1]);
  free(t);
  reader_close(reader);
  CHECK_OK(pravega_reader_group_close(group, &error));
  client_close(client);
}

int main(int argc, char **argv) {
  program = argv[0];
  if (argc > 1) {
    return member(argv[1]);
  }
  RUN(silent_reader_is_taken_out_and_told);
  return 0;
}
