/* A Pravega in memory with faults on demand: the program faulty, whose lines are
 * described there. */
#ifndef FAULTY_H
#define FAULTY_H

#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

struct faulty {
  pid_t pid;
  FILE *to, *from;
  char uri[128];
};

/* The program's path, which each test program has as its argument. */
static const char *faulty_program;

static inline void faulty_start(struct faulty *f) {
  int in[2], out[2];
  CHECK_INT(0, pipe(in));
  CHECK_INT(0, pipe(out));
  f->pid = fork();
  CHECK(f->pid >= 0);
  if (f->pid == 0) {
    dup2(in[0], 0);
    dup2(out[1], 1);
    close(in[1]);
    close(out[0]);
    execl(faulty_program, faulty_program, (char *)NULL);
    _exit(127);
  }
  close(in[0]);
  close(out[1]);
  f->to = fdopen(in[1], "w");
  f->from = fdopen(out[0], "r");
  CHECK(fgets(f->uri, sizeof f->uri, f->from) != NULL);
  f->uri[strcspn(f->uri, "\n")] = 0;
}

/* The answer to a line; it is there until the next one is asked for. */
static inline const char *faulty_ask(struct faulty *f, const char *line) {
  static char answer[1 << 20];
  CHECK(fprintf(f->to, "%s\n", line) > 0 && fflush(f->to) == 0);
  CHECK(fgets(answer, sizeof answer, f->from) != NULL);
  answer[strcspn(answer, "\n")] = 0;
  return answer;
}

static inline void faulty_tell(struct faulty *f, const char *line) { CHECK(strcmp(faulty_ask(f, line), "ok") == 0); }

static inline void faulty_stop(struct faulty *f) {
  int status;
  fclose(f->to);
  fclose(f->from);
  CHECK_INT(f->pid, waitpid(f->pid, &status, 0));
  CHECK_INT(0, status);
}

/* A client of it, with one option set, unless name is NULL. */
static inline pravega_client_t *faulty_client(struct faulty *f, const char *name, const char *value) {
  pravega_config_t *config;
  pravega_client_t *client;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", f->uri, &error));
  if (name != NULL) {
    CHECK_OK(pravega_config_set(config, name, value, &error));
  }
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return client;
}

#endif
