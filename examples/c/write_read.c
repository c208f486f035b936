/* Writes to a stream and reads it:
 * cc write_read.c -lpravega && ./a.out tcp://127.0.0.1:9090 my-scope */
#include <pravega.h>
#include <stdio.h>
#include <stdlib.h>

static pravega_error_t *err;

static void check(int64_t status) {
  if (status < 0) {
    fprintf(stderr, "%s\n", err != NULL ? pravega_error_message(err) : pravega_status_text((int)status));
    exit(1);
  }
}

int main(int argc, char **argv) {
  enum { MS = 10000 }; /* how long calls may take */
  pravega_config_t *config;
  pravega_client_t *client;
  pravega_writer_t *writer;
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  char path[300];
  const char *scope = argc > 2 ? argv[2] : "examples", *streams[] = {path};
  snprintf(path, sizeof path, "%s/greetings", scope);
  check(pravega_config_new(&config, &err));
  check(pravega_config_set(config, "controller.uri", argc > 1 ? argv[1] : "tcp://127.0.0.1:9090", &err));
  check(pravega_client_open(config, &client, &err));
  check(pravega_scope_create(client, scope, NULL, MS, &err));
  check(pravega_stream_create(client, scope, "greetings", NULL, NULL, MS, &err));

  check(pravega_writer_open(client, scope, "greetings", NULL, &writer, MS, &err));
  check(pravega_writer_write(writer, "a routing key", 13, "hello", 5, MS));
  check(pravega_writer_write(writer, "a routing key", 13, "C", 1, MS));
  check(pravega_writer_close(writer, NULL, MS, &err));              /* now both are stored */
  check(pravega_stream_seal(client, scope, "greetings", MS, &err)); /* so that reading comes to an end */

  check(pravega_reader_group_create(client, scope, "readers", streams, 1, NULL, NULL, MS, &err));
  check(pravega_reader_group_open(client, scope, "readers", &group, MS, &err));
  check(pravega_reader_open(group, "reader-1", NULL, &reader, MS, &err));
  int status;
  while ((status = pravega_reader_next(reader, MS, &slice)) == PRAVEGA_OK) {
    pravega_slice_info_t info;
    pravega_event_t event;
    check(pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t events = pravega_events_begin(&info);
    while (pravega_events_next(&events, &event)) {
      printf("%.*s\n", (int)event.len, (const char *)event.data);
    }
    check(pravega_slice_release(slice, PRAVEGA_SLICE_END)); /* its events are consumed */
  }
  check(status); /* PRAVEGA_END */
  check(pravega_reader_close(reader, MS, &err));
  check(pravega_client_close(client, &err)); /* and what was opened from it */
  pravega_config_free(config);
  return 0;
}
