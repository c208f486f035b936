/* Adds up payments, each once, however often it dies and is run again: it keeps the
 * sum with the place of a checkpoint, and goes on from there.
 * cc checkpoint.c -lpravega && ./a.out tcp://127.0.0.1:9090 my-scope kept.txt
 * A number behind this lets it die when it has so many payments, some of them not
 * kept. */
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

/* Of the payments so far. */
typedef struct {
  long count, sum;
} total_t;

/* Takes so many payments of a slice at most, and no more than ten. */
static void add(total_t *total, pravega_slice_t *slice, long most) {
  pravega_slice_info_t info;
  pravega_event_t event;
  check(pravega_slice_info(slice, &info, sizeof info));
  int64_t next = info.start_offset;
  pravega_events_t events = pravega_events_begin(&info);
  for (int i = 0; i < 10 && i < most && pravega_events_next(&events, &event); i++) {
    char amount[20];
    snprintf(amount, sizeof amount, "%.*s", (int)event.len, (const char *)event.data);
    total->count++;
    total->sum += atol(amount);
    next = event.next;
  }
  check(pravega_slice_release(slice, next)); /* the rest comes again */
}

int main(int argc, char **argv) {
  enum {
    MS = 10000, /* how long calls may take */
    AHEAD = 50  /* so many payments it takes beyond what is kept, and adds up twice at most */
  };
  pravega_config_t *config;
  pravega_client_t *client;
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_slice_t *slice;
  pravega_list_t *cuts;
  total_t total = {0, 0}, kept, at_checkpoint;
  char path[300], cut[4000], name[40];
  const char *scope = argc > 2 ? argv[2] : "examples", *file = argc > 3 ? argv[3] : "kept.txt";
  const char *streams[] = {path}, *start[] = {cut};
  long dies_at = argc > 4 ? atol(argv[4]) : 0;
  int created;
  snprintf(path, sizeof path, "%s/payments", scope);
  check(pravega_config_new(&config, &err));
  check(pravega_config_set(config, "controller.uri", argc > 1 ? argv[1] : "tcp://127.0.0.1:9090", &err));
  check(pravega_config_set(config, "group.refresh.interval", "200ms", &err));
  check(pravega_config_set(config, "group.checkpoint.interval", "0s", &err)); /* none but ours */
  check(pravega_config_set(config, "reader.checkpoints", "true", &err));
  check(pravega_client_open(config, &client, &err));
  check(pravega_scope_create(client, scope, NULL, MS, &err));
  check(pravega_stream_create(client, scope, "payments", NULL, &created, MS, &err));
  if (created) {
    pravega_writer_t *writer;
    check(pravega_writer_open(client, scope, "payments", NULL, &writer, MS, &err));
    for (int i = 1; i <= 100; i++) {
      int len = snprintf(name, sizeof name, "%d", i);
      check(pravega_writer_write(writer, NULL, 0, name, (size_t)len, MS));
    }
    check(pravega_writer_close(writer, NULL, MS, &err));
    check(pravega_stream_seal(client, scope, "payments", MS, &err)); /* so that reading comes to an end */
  }

  int status = pravega_reader_group_create(client, scope, "adders", streams, 1, NULL, NULL, MS, &err);
  if (status == PRAVEGA_E_CONFIG_MISMATCH) { /* it is there, and starts where an earlier run has reset it to */
    pravega_error_free(err);
  } else {
    check(status);
  }
  check(pravega_reader_group_open(client, scope, "adders", &group, MS, &err));
  FILE *f = fopen(file, "r");
  if (f != NULL && fscanf(f, "%ld %ld %3999s", &total.count, &total.sum, cut) == 3) {
    check(pravega_reader_group_reset_to(group, start, 1, MS, &err)); /* also ends readers that died */
  } else {
    check(pravega_reader_group_reset(group, streams, 1, NULL, MS, &err));
  }
  if (f != NULL) {
    fclose(f);
  }
  printf("goes on after %ld payments\n", total.count);
  kept = at_checkpoint = total;

  check(pravega_reader_open(group, "reader-1", NULL, &reader, MS, &err));
  while ((status = pravega_reader_next(reader, MS, &slice)) != PRAVEGA_END) {
    check(status);
    if (status == PRAVEGA_CHECKPOINT) {
      at_checkpoint = total; /* of all that was given back, no more and no less */
      continue; /* asking for more says that we are done with it */
    }
    add(&total, slice, kept.count + AHEAD - total.count);
    if (total.count >= kept.count + 20) { /* ask for a checkpoint, or whether the one that was asked for is passed */
      snprintf(name, sizeof name, "behind %ld", kept.count);
      status = pravega_reader_group_checkpoint(group, name, &cuts, 300, &err);
      if (status == PRAVEGA_E_TIMED_OUT) { /* its readers, this one among them, are still to pass it */
        pravega_error_free(err);
      } else {
        check(status);
        f = fopen(file, "w"); /* one that must survive would be written beside the old one and renamed */
        if (f == NULL || fprintf(f, "%ld %ld %s\n", at_checkpoint.count, at_checkpoint.sum, pravega_list_get(cuts, 0)) < 0 || fclose(f) != 0) {
          perror(file);
          return 1;
        }
        pravega_list_free(cuts);
        kept = at_checkpoint;
      }
    }
    if (dies_at > 0 && total.count >= dies_at && total.count > kept.count && kept.count > 0) {
      printf("dies with %ld payments\n", total.count); /* nothing is given back nor closed */
      return 0;
    }
  }
  printf("%ld payments, %ld in all\n", total.count, total.sum);
  check(pravega_reader_close(reader, MS, &err));
  check(pravega_client_close(client, &err));
  pravega_config_free(config);
  return 0;
}
