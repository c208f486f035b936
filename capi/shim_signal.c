#include "signal.h"

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

bool signal_init(struct signal *s) {
  pthread_condattr_t monotonic;
  if (pthread_condattr_init(&monotonic) != 0) {
    return false;
  }
  pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
  bool ok = pthread_cond_init(&s->changed, &monotonic) == 0;
  pthread_condattr_destroy(&monotonic);
  if (!ok) {
    return false;
  }
  pthread_mutex_init(&s->lock, NULL);
  atomic_init(&s->news, 0);
  atomic_init(&s->fd, -1);
  s->waiting = 0;
  s->lit = false;
  return true;
}

void signal_destroy(struct signal *s) {
  int fd = atomic_load(&s->fd);
  if (fd >= 0) {
    close(fd);
  }
  pthread_cond_destroy(&s->changed);
  pthread_mutex_destroy(&s->lock);
}

/* The lock is held. */
static void light(struct signal *s, bool on) {
  int fd = atomic_load(&s->fd);
  if (fd < 0 || s->lit == on) {
    return;
  }
  uint64_t one = 1;
  ssize_t n;
  do { /* neither can block: the counter is 0 or 1 and the descriptor does not wait */
    n = on ? write(fd, &one, sizeof one) : read(fd, &one, sizeof one);
  } while (n < 0 && errno == EINTR);
  s->lit = on;
}

void signal_raise(struct signal *s) {
  pthread_mutex_lock(&s->lock);
  atomic_fetch_add(&s->news, 1);
  light(s, true);
  if (s->waiting > 0) {
    pthread_cond_broadcast(&s->changed);
  }
  pthread_mutex_unlock(&s->lock);
}

uint32_t signal_news(struct signal *s) { return atomic_load(&s->news); }

bool signal_wait(struct signal *s, uint32_t news, const struct deadline *d) {
  int rc = 0;
  pthread_mutex_lock(&s->lock);
  s->waiting++;
  while (atomic_load(&s->news) == news && rc == 0) {
    rc = d->never ? pthread_cond_wait(&s->changed, &s->lock) : pthread_cond_timedwait(&s->changed, &s->lock, &d->at);
  }
  s->waiting--;
  bool changed = atomic_load(&s->news) != news;
  pthread_mutex_unlock(&s->lock);
  return changed;
}

int signal_fd(struct signal *s) {
  pthread_mutex_lock(&s->lock);
  int fd = atomic_load(&s->fd);
  if (fd < 0) {
    fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    atomic_store(&s->fd, fd);
    light(s, true); /* what happened before may be unseen */
  }
  pthread_mutex_unlock(&s->lock);
  return fd;
}

void signal_light(struct signal *s, bool on) {
  if (atomic_load(&s->fd) < 0) {
    return;
  }
  pthread_mutex_lock(&s->lock);
  light(s, on);
  pthread_mutex_unlock(&s->lock);
}
