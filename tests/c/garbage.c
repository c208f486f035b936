/* Controllers that talk nonsense: each is an error within the time limit, and
 * the client can be closed afterwards. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <unistd.h>

struct server {
  int fd, port;
  const char *answer;
  size_t size;
  bool hang; /* keep the connection open after the answer */
  pthread_t thread;
  atomic_int connections;
};

static void *serve(void *arg) {
  struct server *s = arg;
  for (;;) {
    int c = accept(s->fd, NULL, NULL);
    if (c < 0) {
      return NULL; /* shut down */
    }
    atomic_fetch_add(&s->connections, 1);
    if (s->size > 0 && send(c, s->answer, s->size, MSG_NOSIGNAL) < 0) {
      close(c);
      continue;
    }
    char swallow[4096];
    while (s->hang && recv(c, swallow, sizeof swallow, 0) > 0) {
    }
    close(c);
  }
}

static void start(struct server *s) {
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  s->fd = socket(AF_INET, SOCK_STREAM, 0);
  CHECK(s->fd >= 0);
  CHECK_INT(0, bind(s->fd, (struct sockaddr *)&at, size));
  CHECK_INT(0, listen(s->fd, 16));
  CHECK_INT(0, getsockname(s->fd, (struct sockaddr *)&at, &size));
  s->port = ntohs(at.sin_port);
  CHECK_INT(0, pthread_create(&s->thread, NULL, serve, s));
}

static void stop(struct server *s) {
  shutdown(s->fd, SHUT_RDWR);
  CHECK_INT(0, pthread_join(s->thread, NULL));
  close(s->fd);
}

static void fails_against(const char *answer, size_t size, bool hang) {
  struct server s = {.answer = answer, .size = size, .hang = hang};
  char uri[64];
  pravega_config_t *config;
  pravega_client_t *client;
  int exists;
  start(&s);
  snprintf(uri, sizeof uri, "tcp://127.0.0.1:%d", s.port);
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", uri, &error));
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  double begun = seconds();
  pravega_error_t *why;
  int status = pravega_scope_exists(client, "s", &exists, 1000, &why);
  CHECK(seconds() - begun < 10);
  if (status != PRAVEGA_E_UNREACHABLE && status != PRAVEGA_E_PROTOCOL && status != PRAVEGA_E_TIMED_OUT) {
    fprintf(stderr, "status %s: %s\n", pravega_status_name(status), pravega_error_message(why));
    exit(1);
  }
  CHECK_INT(0, exists);
  CHECK_INT(PRAVEGA_OK, pravega_error_free(why));
  CHECK(atomic_load(&s.connections) > 0);
  CHECK(pravega_scope_exists(client, "s", &exists, 300, NULL) < 0);
  CHECK_OK(pravega_client_close(client, &error));
  stop(&s);
}

#define ANSWER(bytes) bytes, sizeof bytes - 1

static void garbage(void) { fails_against(ANSWER("\x93\x11 this is no protocol at all \xff\xfe\x00\x01"), true); }

/* A frame of 16 MiB less one. */
static void absurd_length(void) { fails_against(ANSWER("\xff\xff\xff\x04\x00\x00\x00\x00\x00"), true); }

static void another_version(void) { fails_against(ANSWER("HTTP/1.1 505 HTTP Version Not Supported\r\n\r\n"), true); }

/* The first half of a settings frame. */
static void closes_in_a_frame(void) { fails_against(ANSWER("\x00\x00\x0c\x04\x00"), false); }

static void closes_at_once(void) { fails_against(NULL, 0, false); }

static void says_nothing(void) { fails_against(NULL, 0, true); }

int main(void) {
  RUN(garbage);
  RUN(absurd_length);
  RUN(another_version);
  RUN(closes_in_a_frame);
  RUN(closes_at_once);
  RUN(says_nothing);
  return 0;
}
