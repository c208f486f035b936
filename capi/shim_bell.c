#include "bell.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct deadline deadline_in(int timeout_ms) {
  struct deadline d = {.never = timeout_ms < 0};
  if (!d.never) {
    clock_gettime(CLOCK_MONOTONIC, &d.at);
    d.at.tv_sec += timeout_ms / 1000;
    d.at.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (d.at.tv_nsec >= 1000000000) {
      d.at.tv_sec++;
      d.at.tv_nsec -= 1000000000;
    }
  }
  return d;
}

int deadline_left(const struct deadline *d) {
  if (d->never) {
    return -1;
  }
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int64_t ms = (int64_t)(d->at.tv_sec - now.tv_sec) * 1000 + (d->at.tv_nsec - now.tv_nsec + 999999) / 1000000;
  return ms > 0 ? (int)ms : 0;
}

bool bell_init(struct bell *b) {
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic) != 0) {
    return false;
  }
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  bool ok = pthread_cond_init(&b->changed, &monotonic) == 0;
  pthread_condattr_destroy(&monotonic);
  if (!ok) {
    return false;
  }
  pthread_mutex_init(&b->lock, NULL);
  atomic_init(&b->rings, 0);
  atomic_init(&b->fd, -1);
  b->waiting = 0;
  b->lit = false;
  return true;
}

void bell_destroy(struct bell *b) {
  int fd = atomic_load(&b->fd);
  if (fd >= 0) {
    close(fd);
  }
  pthread_cond_destroy(&b->changed);
  pthread_mutex_destroy(&b->lock);
}

/* The lock is held. */
static void light(struct bell *b, bool on) {
  int fd = atomic_load(&b->fd);
  if (fd < 0 || b->lit == on) {
    return;
  }
  uint64_t one = 1;
  ssize_t n;
  do { /* neither can block: the counter is 0 or 1 and the descriptor does not wait */
    n = on ? write(fd, &one, sizeof one) : read(fd, &one, sizeof one);
  } while (n < 0 && errno == EINTR);
  b->lit = on;
}

void bell_ring(struct bell *b) {
  pthread_mutex_lock(&b->lock);
  atomic_fetch_add(&b->rings, 1);
  light(b, true);
  bool waited = b->waiting > 0;
  pthread_mutex_unlock(&b->lock);
  if (waited) { /* without the lock, which who wakes up takes first */
    pthread_cond_broadcast(&b->changed);
  }
}

uint32_t bell_rung(struct bell *b) { return atomic_load(&b->rings); }

bool bell_wait(struct bell *b, uint32_t rung, const struct deadline *d) {
  int rc = 0;
  pthread_mutex_lock(&b->lock);
  b->waiting++;
  while (atomic_load(&b->rings) == rung && rc == 0) {
    rc = d->never ? pthread_cond_wait(&b->changed, &b->lock) : pthread_cond_timedwait(&b->changed, &b->lock, &d->at);
  }
  b->waiting--;
  bool changed = atomic_load(&b->rings) != rung;
  pthread_mutex_unlock(&b->lock);
  return changed;
}

int bell_fd(struct bell *b) {
  pthread_mutex_lock(&b->lock);
  int fd = atomic_load(&b->fd);
  if (fd < 0) {
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_store(&b->fd, fd);
    light(b, true); /* what happened before may be unseen */
  }
  pthread_mutex_unlock(&b->lock);
  return fd;
}

void bell_light(struct bell *b, bool on) {
  if (atomic_load(&b->fd) < 0) {
    return;
  }
  pthread_mutex_lock(&b->lock);
  light(b, on);
  pthread_mutex_unlock(&b->lock);
}
