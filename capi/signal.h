/* Waiting in C for news from Go: a counter of news, a condition, a descriptor. */
#ifndef PRAVEGA_SIGNAL_H
#define PRAVEGA_SIGNAL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

struct signal {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  _Atomic uint32_t news;
  int waiting;    /* threads in signal_wait */
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

bool signal_init(struct signal *signal);
void signal_destroy(struct signal *signal);

/* Something happened: ends every wait, lights the descriptor. */
void signal_raise(struct signal *signal);
/* Take this before looking at the state that the signal tells of; */
uint32_t signal_news(struct signal *signal);
/* wait with it when the state was not what was hoped for. False: too late. */
bool signal_wait(struct signal *signal, uint32_t news, const struct deadline *deadline);

/* The descriptor, made at the first call, lit then; -1: none could be had. */
int signal_fd(struct signal *signal);
void signal_light(struct signal *signal, bool on);

#endif
