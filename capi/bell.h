/* Waiting in C for what Go has to tell: a count, a condition, a descriptor. */
#ifndef PRAVEGA_BELL_H
#define PRAVEGA_BELL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct bell {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  _Atomic uint32_t rings;
  int waiting;    /* threads in bell_wait */
  _Atomic int fd; /* eventfd, -1 until somebody asks for it */
  bool lit;       /* the descriptor is readable */
};

/* A point in time until which a call may wait. */
struct deadline {
  bool never;
  struct timespec at;
};

struct deadline deadline_in(int timeout_ms);
/* Milliseconds left, 0 when it has passed, -1 for never. */
int deadline_left(const struct deadline *deadline);

bool bell_init(struct bell *bell);
void bell_destroy(struct bell *bell);

/* Something happened: ends every wait, lights the descriptor. */
void bell_ring(struct bell *bell);
/* Take this before looking at the state that the bell tells of; */
uint32_t bell_rung(struct bell *bell);
/* wait with it when the state was not what was hoped for. False: too late. */
bool bell_wait(struct bell *bell, uint32_t rung, const struct deadline *deadline);

/* The descriptor, made at the first call, lit then; -1: none could be had. */
int bell_fd(struct bell *bell);
void bell_light(struct bell *bell, bool on);

#endif
