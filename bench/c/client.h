/* What the parts of the client in C share. */
#ifndef CLIENT_H
#define CLIENT_H

#include "measure.h"

#include <pravega.h>

/* client.c */
extern pravega_error_t *err;
enum { WARM_UP = 1, PATIENCE_MS = 60000 };
int64_t check(const char *what, int64_t status);
void *zeros(size_t n, size_t size);
pravega_writer_t *ready(pravega_client_t *client, const struct task *t, const void *event);

/* groups.c */

/* A group of this program's own, of all of a stream. */
struct group {
  char name[64];
  pravega_reader_group_t *group;
};

struct group group_new(pravega_client_t *client, const struct task *t);
pravega_reader_t *group_join(const struct group *group);
/* Ends what group_new and group_join began. */
void group_over(pravega_client_t *client, const struct task *t, struct group *group, pravega_reader_t *reader);

/* Writes an event each millisecond and reads it at once. */
struct result tail(pravega_client_t *client, const struct task *t);
/* Joins new groups, one after the other, and waits for an event in each. */
struct result join(pravega_client_t *client, const struct task *t);

#endif
