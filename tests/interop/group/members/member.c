/* A reader of a group: member CONTROLLER SCOPE GROUP READER. It prints its name and
 * what it does, a line each and each in one piece: "ready", and the events that it
 * reads. It leaves when its standard input ends, or when nothing is left to read.
 * Of the group's checkpoints it wants to be told. */
#include <poll.h>
#include <pravega.h>
#include <stdio.h>
#include <stdlib.h>

static pravega_error_t *err;

static void check(int status) {
  if (status < 0) {
    fprintf(stderr, "%s\n", err != NULL ? pravega_error_message(err) : pravega_status_text(status));
    exit(1);
  }
}

static int leaving(void) {
  struct pollfd in = {.fd = 0, .events = POLLIN};
  return poll(&in, 1, 0) > 0;
}

int main(int argc, char **argv) {
  enum { MS = 60000 }; /* how long calls may take */
  pravega_config_t *config;
  pravega_client_t *client;
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  if (argc != 5) {
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 1 << 16);
  check(pravega_config_new(&config, &err));
  check(pravega_config_set(config, "controller.uri", argv[1], &err));
  check(pravega_config_set(config, "reader.checkpoints", "true", &err));
  check(pravega_client_open(config, &client, &err));
  check(pravega_reader_group_open(client, argv[2], argv[3], &group, MS, &err));
  check(pravega_reader_open(group, argv[4], config, &reader, MS, &err));
  printf("%s ready\n", argv[4]);
  while (!leaving()) {
    int status = pravega_reader_next(reader, 100, &slice);
    if (status == PRAVEGA_END) {
      break;
    }
    if (status == PRAVEGA_CHECKPOINT || status == PRAVEGA_E_TIMED_OUT) {
      continue;
    }
    check(status);
    pravega_slice_info_t info;
    pravega_event_t event;
    check(pravega_slice_info(slice, &info, sizeof info));
    pravega_events_t events = pravega_events_begin(&info);
    while (pravega_events_next(&events, &event)) {
      printf("%s %.*s\n", argv[4], (int)event.len, (const char *)event.data);
    }
    check(pravega_slice_release(slice, PRAVEGA_SLICE_END));
  }
  check(pravega_reader_close(reader, MS, &err));
  check(pravega_client_close(client, &err));
  pravega_config_free(config);
  return 0;
}
