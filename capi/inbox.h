/* Events that wait in C until Go takes them: see Inbox in package client. */
#ifndef PRAVEGA_INBOX_H
#define PRAVEGA_INBOX_H

#include "shim.h"

#include <pthread.h>

struct inbox {
  pthread_mutex_t lock;
  _Atomic bool open;
  int64_t last;      /* the newest number */
  size_t used;       /* bytes in the current half */
  _Atomic size_t count; /* events in it */
  uint8_t *half[2];  /* while Go reads one of them, the other one is filled */
  int current;
};

void inbox_init(struct inbox *inbox);
void inbox_destroy(struct inbox *inbox);

/* Leaves an event there and returns its number; 0: it must go another way. */
int64_t inbox_put(struct inbox *inbox, const void *key, size_t key_len, const void *event, size_t len);
/* Whether anything is there. */
bool inbox_holds(struct inbox *inbox);

/* See Inbox in package client. */
void inbox_open(struct inbox *inbox, int64_t last);
struct shim_left inbox_take(struct inbox *inbox, bool shut);

#endif
