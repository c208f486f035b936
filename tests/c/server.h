/* A client of the real server that PRAVEGA_TEST_CONTROLLER names, and streams
 * under names that no other test uses. */
#ifndef SERVER_H
#define SERVER_H

#include "check.h"

#include <unistd.h>

enum { LONG = 60000 }; /* ms: longer than anything here takes */

static inline pravega_config_t *config_with(const char *name, const char *value) {
  pravega_config_t *config;
  const char *uri = getenv("PRAVEGA_TEST_CONTROLLER");
  if (uri == NULL) {
    fprintf(stderr, "PRAVEGA_TEST_CONTROLLER is not set\n");
    exit(1);
  }
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", uri, &error));
  if (name != NULL) {
    CHECK_OK(pravega_config_set(config, name, value, &error));
  }
  return config;
}

static inline pravega_client_t *client_with(const char *name, const char *value) {
  pravega_client_t *client;
  pravega_config_t *config = config_with(name, value);
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return client;
}

static inline pravega_client_t *client_open(void) { return client_with(NULL, NULL); }

static inline void client_close(pravega_client_t *client) { CHECK_OK(pravega_client_close(client, &error)); }

/* The scope of this program, made at the first call. */
static inline const char *scope_of(pravega_client_t *client) {
  static char scope[64];
  if (scope[0] == '\0') {
    struct timespec now;
    int created;
    clock_gettime(CLOCK_REALTIME, &now);
    snprintf(scope, sizeof scope, "c-%ld-%lx-%lx", (long)getpid(), (long)now.tv_sec, now.tv_nsec);
    CHECK_OK(pravega_scope_create(client, scope, &created, LONG, &error));
    CHECK_INT(1, created);
  }
  return scope;
}

static inline bool lists(const pravega_list_t *list, const char *item) {
  for (size_t i = 0; i < pravega_list_size(list); i++) {
    if (strcmp(pravega_list_get(list, i), item) == 0) {
      return true;
    }
  }
  return false;
}

static inline void stream_create(pravega_client_t *client, const char *stream, const char *segments) {
  int created;
  pravega_config_t *config = config_with("stream.segments", segments);
  CHECK_OK(pravega_stream_create(client, scope_of(client), stream, config, &created, LONG, &error));
  CHECK_INT(1, created);
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
}

static inline pravega_writer_t *writer_open(pravega_client_t *client, const char *stream) {
  pravega_writer_t *writer;
  CHECK_OK(pravega_writer_open(client, scope_of(client), stream, NULL, &writer, LONG, &error));
  return writer;
}

static inline void writer_close(pravega_writer_t *writer) {
  int64_t acked;
  CHECK_OK(pravega_writer_close(writer, &acked, LONG, &error));
}

/* A reader of its own group over a stream, from its head. */
static inline pravega_reader_t *reader_open(pravega_client_t *client, const char *stream) {
  static int groups;
  char path[256], name[64];
  const char *streams[] = {path};
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  int created;
  snprintf(path, sizeof path, "%s/%s", scope_of(client), stream);
  snprintf(name, sizeof name, "group-%d", groups++);
  CHECK_OK(pravega_reader_group_create(client, scope_of(client), name, streams, 1, NULL, &created, LONG, &error));
  CHECK_INT(1, created);
  CHECK_OK(pravega_reader_group_open(client, scope_of(client), name, &group, LONG, &error));
  CHECK_OK(pravega_reader_open(group, "reader", NULL, &reader, LONG, &error));
  CHECK_OK(pravega_reader_group_close(group, &error));
  return reader;
}

static inline void reader_close(pravega_reader_t *reader) { CHECK_OK(pravega_reader_close(reader, LONG, &error)); }

#endif
