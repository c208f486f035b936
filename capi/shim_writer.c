/* Writers: a write enters Go, or leaves its event in the inbox when many come;
 * waiting for room and for acks happens here. */
#include "_cgo_export.h"
#include "handle.h"
#include "bell.h"
#include "inbox.h"

#include <stdlib.h>

struct writer {
  struct shim_object object;
  struct bell bell;     /* raised by each ack, the final error, a close */
  struct bell room;     /* raised when the window opens again, by the final error, a close */
  struct inbox inbox;
  int64_t durable;          /* the numbers begin behind it */
  _Atomic int64_t acked;    /* written before final: who sees final sees the last acked */
  _Atomic int64_t accepted; /* the highest number given out */
  _Atomic int final;        /* 0, or the status that ended the writer */
  _Atomic bool closing;     /* calls that wait for room go */
  _Atomic bool told_end;    /* the callback has had its last call */
  pravega_ack_fn fn;        /* with user: guarded by bell.lock */
  void *user;
};

static void writer_destroy(struct shim_object *object) {
  struct writer *w = (struct writer *)object;
  if (object->go != NULL) {
    goForget(object->go);
  }
  bell_destroy(&w->bell);
  bell_destroy(&w->room);
  inbox_destroy(&w->inbox);
  free(w);
}

static bool bells_init(struct writer *w) {
  if (!bell_init(&w->bell)) {
    return false;
  }
  if (!bell_init(&w->room)) {
    bell_destroy(&w->bell);
    return false;
  }
  return true;
}

int pravega_writer_open(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, pravega_writer_t **writer, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings, *handle;
  SET(writer, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, writer, "writer") && call_config(&c, config, &settings)) {
    struct writer *w = calloc(1, sizeof *w);
    if (w == NULL || !bells_init(w)) {
      free(w);
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
      return call_end(&c, err);
    }
    inbox_init(&w->inbox);
    w->object.destroy = writer_destroy;
    w->object.go = goWriterOpen(c.object->go, scope, stream, settings, timeout_ms, w, &w->durable, &c.out);
    atomic_store(&w->acked, w->durable);
    atomic_store(&w->accepted, w->durable);
    if (w->object.go == NULL) {
      writer_destroy(&w->object);
    } else if (call_adopt(&c, KIND_WRITER, &w->object, &handle)) {
      *writer = handle;
    } else {
      struct shim_outcome unheard = {0};
      goWriterClose(w->object.go, 0, &unheard);
      free(unheard.message);
      writer_destroy(&w->object);
    }
  }
  return call_end(&c, err);
}

int pravega_writer_durable(pravega_writer_t *writer, int64_t *durable) {
  struct call c;
  SET(durable, 0);
  if (call_begin_quick(&c, writer, KIND_WRITER) && call_need(&c, durable, "durable")) {
    *durable = ((struct writer *)c.object)->durable;
  }
  return call_end(&c, NULL);
}

/* Makes the callback's call, if there is a callback. The end is told once. */
static void tell(struct writer *w, int64_t acked, int status) {
  pthread_mutex_lock(&w->bell.lock);
  pravega_ack_fn fn = w->fn;
  void *user = w->user;
  pthread_mutex_unlock(&w->bell.lock);
  if (fn == NULL || atomic_load(&w->told_end)) {
    return;
  }
  if (status != 0) {
    atomic_store(&w->told_end, true);
  }
  shim_callback |= IN_ACK;
  fn(user, acked, status);
  shim_callback &= ~IN_ACK;
}

/* From Go: one call for each ack, one for the final error, one at a time. */
void shim_acked(void *writer, int64_t acked, int status) {
  struct writer *w = writer;
  atomic_store(&w->acked, acked);
  if (status != 0) {
    atomic_store(&w->final, status);
  }
  bell_ring(&w->bell);
  tell(w, acked, status);
}

/* From Go: a write that was refused for want of room may be tried again. */
void shim_room(void *writer) { bell_ring(&((struct writer *)writer)->room); }

/* From Go: what Open and Take of an Inbox of package client are told to do. */
void shim_open(void *writer, int64_t last) { inbox_open(&((struct writer *)writer)->inbox, last); }

struct shim_left shim_take(void *writer, int shut) { return inbox_take(&((struct writer *)writer)->inbox, shut != 0); }

static int64_t poison(struct writer *w) {
  atomic_store(&w->object.poisoned, true);
  bell_ring(&w->bell);
  bell_ring(&w->room);
  return PRAVEGA_E_PANIC;
}

/* What every call on the hot path checks; the use begins. */
static int hot_enter(const pravega_writer_t *handle, int timeout_ms, struct shim_ref *ref) {
  if (shim_forked()) {
    return PRAVEGA_E_FORKED;
  }
  if (shim_callback != 0 && (timeout_ms != 0 || (shim_callback & IN_LOG) != 0)) {
    return PRAVEGA_E_FROM_CALLBACK;
  }
  if (timeout_ms < PRAVEGA_FOREVER) {
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  int status = shim_enter(handle, KIND_WRITER, ref);
  if (status == PRAVEGA_OK && atomic_load_explicit(&ref->object->poisoned, memory_order_relaxed)) {
    shim_leave(ref);
    status = PRAVEGA_E_PANIC;
  }
  return status;
}

/* Remembers the highest number given out. */
static void given(struct writer *w, int64_t number) {
  int64_t seen = atomic_load_explicit(&w->accepted, memory_order_relaxed);
  while (number > seen && !atomic_compare_exchange_weak(&w->accepted, &seen, number)) {
  }
}

/* Waits for acks to make room. 0: try again, else the status to return. */
static int await_room(struct writer *w, uint32_t rung, int timeout_ms, struct deadline *until) {
  if (atomic_load(&w->closing)) {
    return PRAVEGA_E_CLOSED;
  }
  if (atomic_load(&w->object.poisoned)) {
    return PRAVEGA_E_PANIC;
  }
  if (timeout_ms == 0) {
    return PRAVEGA_E_WINDOW_FULL;
  }
  return bell_wait(&w->room, rung, until) ? 0 : PRAVEGA_E_TIMED_OUT;
}

/* One event, or with lens several that are stored as one. */
struct offer {
  const void *key;
  size_t key_len;
  const void *events;
  size_t size; /* of all events */
  const uint32_t *lens;
  size_t count;
};

static int64_t try_one(struct writer *w, const struct offer *o) {
  int64_t n = inbox_put(&w->inbox, o->key, o->key_len, o->events, o->size);
  return n > 0 ? n : goWriterTry(w->object.go, o->key, o->key_len, o->events, o->size);
}

/* Offers until it is taken or refused, for as long as the caller waits for room. */
static int64_t put(struct writer *w, const struct offer *o, int timeout_ms) {
  int64_t n;
  bool waited = false;
  struct deadline until;
  for (;;) {
    uint32_t rung = bell_rung(&w->room);
    n = o->lens == NULL ? try_one(w, o) : goWriterTryBatch(w->object.go, o->key, o->key_len, o->events, o->size, o->lens, o->count);
    if (n != PRAVEGA_E_WINDOW_FULL) {
      break;
    }
    if (!waited) {
      waited = true;
      until = deadline_in(timeout_ms);
    }
    int status = await_room(w, rung, timeout_ms, &until);
    if (status != 0) {
      return status;
    }
  }
  if (n > 0) {
    given(w, n);
  } else if (n == PRAVEGA_E_PANIC) {
    n = poison(w);
  }
  return n;
}

int64_t pravega_writer_write(pravega_writer_t *writer, const void *key, size_t key_len, const void *event, size_t len, int timeout_ms) {
  struct shim_ref ref;
  int64_t n = hot_enter(writer, timeout_ms, &ref);
  if (n != PRAVEGA_OK) {
    return n;
  }
  if ((event == NULL && len > 0) || key_len > PTRDIFF_MAX) {
    n = PRAVEGA_E_INVALID_ARGUMENT;
  } else if (len > UINT32_MAX) {
    n = PRAVEGA_E_EVENT_TOO_LARGE;
  } else {
    struct offer offer = {key, key_len, event, len, NULL, 1};
    n = put((struct writer *)ref.object, &offer, timeout_ms);
  }
  shim_leave(&ref);
  return n;
}

int batch_measured(size_t key_len, const void *events, const uint32_t *lens, size_t count, size_t *bytes) {
  enum { HEADER = 8 };
  uint64_t sum = 0, framed = 0;
  for (size_t i = 0; lens != NULL && i < count && framed <= PRAVEGA_MAX_EVENT + HEADER; i++) {
    sum += lens[i];
    framed += lens[i] + (uint64_t)HEADER;
  }
  if (lens == NULL || count == 0 || (events == NULL && sum > 0) || key_len > PTRDIFF_MAX) {
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  *bytes = (size_t)sum;
  return framed > PRAVEGA_MAX_EVENT + HEADER ? PRAVEGA_E_EVENT_TOO_LARGE : PRAVEGA_OK;
}

int64_t pravega_writer_write_batch(pravega_writer_t *writer, const void *key, size_t key_len, const void *events, const uint32_t *lens, size_t count, int timeout_ms) {
  struct shim_ref ref;
  size_t bytes;
  int64_t n = hot_enter(writer, timeout_ms, &ref);
  if (n != PRAVEGA_OK) {
    return n;
  }
  n = batch_measured(key_len, events, lens, count, &bytes);
  if (n == PRAVEGA_OK) {
    struct offer offer = {key, key_len, events, bytes, lens, count};
    n = put((struct writer *)ref.object, &offer, timeout_ms);
  }
  shim_leave(&ref);
  return n;
}

bool many_measured(const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, size_t *bytes, size_t *key_bytes) {
  if ((lens == NULL && count > 0) || count > PTRDIFF_MAX / sizeof *lens) {
    return false;
  }
  uint64_t sum = 0, key_sum = 0;
  for (size_t i = 0; i < count; i++) {
    sum += lens[i];
  }
  for (size_t i = 0; key_lens != NULL && i < count; i++) {
    key_sum += key_lens[i] == PRAVEGA_NO_KEY ? 0 : key_lens[i];
  }
  if ((events == NULL && sum > 0) || (keys == NULL && key_sum > 0) || sum > PTRDIFF_MAX || key_sum > PTRDIFF_MAX) {
    return false;
  }
  *bytes = (size_t)sum;
  *key_bytes = (size_t)key_sum;
  return true;
}

int64_t pravega_writer_write_many(pravega_writer_t *writer, const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, int timeout_ms, int64_t *last) {
  struct shim_ref ref;
  SET(last, 0);
  int status = hot_enter(writer, timeout_ms, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  struct writer *w = (struct writer *)ref.object;
  size_t bytes, key_bytes;
  if (!many_measured(keys, key_lens, events, lens, count, &bytes, &key_bytes)) {
    shim_leave(&ref);
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  const uint8_t *event_at = events, *key_at = keys;
  size_t done = 0;
  bool waited = false;
  struct deadline until;
  while (done < count) {
    struct shim_accepted accepted = {0};
    uint32_t rung = bell_rung(&w->room);
    status = goWriterTryMany(w->object.go, key_at, key_bytes, key_lens, event_at, bytes, lens, count - done, &accepted);
    for (size_t i = 0; i < accepted.count; i++) { /* step over what was taken */
      event_at = event_at == NULL ? NULL : event_at + lens[i];
      bytes -= lens[i];
      if (key_lens != NULL && key_lens[i] != PRAVEGA_NO_KEY) {
        key_at = key_at == NULL ? NULL : key_at + key_lens[i];
        key_bytes -= key_lens[i];
      }
    }
    lens += accepted.count;
    key_lens = key_lens == NULL ? NULL : key_lens + accepted.count;
    done += accepted.count;
    if (accepted.count > 0) {
      given(w, accepted.last);
      SET(last, accepted.last);
    }
    if (status == PRAVEGA_E_WINDOW_FULL) {
      if (!waited) {
        waited = true;
        until = deadline_in(timeout_ms);
      }
      status = await_room(w, rung, timeout_ms, &until);
    }
    if (status != PRAVEGA_OK) {
      break;
    }
  }
  if (status == PRAVEGA_E_PANIC) {
    poison(w);
  }
  shim_leave(&ref);
  return done > 0 || status == PRAVEGA_OK ? (int64_t)done : status;
}

int pravega_writer_wait(pravega_writer_t *writer, int64_t number, int timeout_ms, int64_t *acked) {
  struct shim_ref ref;
  SET(acked, 0);
  int status = hot_enter(writer, timeout_ms, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  struct writer *w = (struct writer *)ref.object;
  bool waited = false;
  struct deadline until;
  for (;;) {
    bell_light(&w->bell, false);
    uint32_t rung = bell_rung(&w->bell);
    int final = atomic_load(&w->final);
    int64_t upto = atomic_load(&w->acked);
    SET(acked, upto);
    if (number >= 0 && number <= upto) {
      status = PRAVEGA_OK;
      break;
    }
    if (number >= 0 && final != 0) {
      status = final;
      break;
    }
    /* acked was read before: a number that is known from an ack only is not above both */
    if (number < 0 || (number > atomic_load(&w->accepted) && number != INT64_MAX)) {
      status = PRAVEGA_E_INVALID_ARGUMENT;
      break;
    }
    if (atomic_load(&w->object.poisoned)) {
      status = PRAVEGA_E_PANIC;
      break;
    }
    if (timeout_ms == 0) {
      status = PRAVEGA_E_TIMED_OUT;
      break;
    }
    if (!waited) {
      waited = true;
      until = deadline_in(timeout_ms);
      if (inbox_holds(&w->inbox) && goWriterTake(w->object.go) != 0) { /* what is waited for may be there */
        status = (int)poison(w);
        break;
      }
    }
    if (!bell_wait(&w->bell, rung, &until)) {
      status = PRAVEGA_E_TIMED_OUT;
      break;
    }
  }
  shim_leave(&ref);
  return status;
}

int pravega_writer_set_ack(pravega_writer_t *writer, pravega_ack_fn fn, void *user) {
  struct call c;
  if (call_begin_quick(&c, writer, KIND_WRITER)) {
    struct writer *w = (struct writer *)c.object;
    if (atomic_load(&w->accepted) > w->durable) {
      call_fail(&c, PRAVEGA_E_BUSY, "");
    } else {
      pthread_mutex_lock(&w->bell.lock);
      w->fn = fn;
      w->user = user;
      pthread_mutex_unlock(&w->bell.lock);
    }
  }
  return call_end(&c, NULL);
}

int pravega_writer_ack_fd(pravega_writer_t *writer, int *fd) {
  struct call c;
  SET(fd, -1);
  if (call_begin_quick(&c, writer, KIND_WRITER) && call_need(&c, fd, "fd")) {
    *fd = bell_fd(&((struct writer *)c.object)->bell);
    if (*fd < 0) {
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
    }
  }
  return call_end(&c, NULL);
}

int pravega_writer_error(pravega_writer_t *writer, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, writer, KIND_WRITER)) {
    goWriterError(c.object->go, &c.out);
  }
  return call_end(&c, err);
}

int pravega_writer_trouble(pravega_writer_t *writer, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, writer, KIND_WRITER)) {
    goWriterTrouble(c.object->go, &c.out);
  }
  return call_end(&c, err);
}

int64_t pravega_writer_pending(pravega_writer_t *writer) {
  struct shim_ref ref;
  int status = hot_enter(writer, 0, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  struct writer *w = (struct writer *)ref.object;
  int64_t acked = atomic_load(&w->acked); /* first: an ack may overtake the count of what it acks */
  int64_t pending = atomic_load(&w->accepted) - acked;
  shim_leave(&ref);
  return pending > 0 ? pending : 0;
}

int pravega_writer_flush(pravega_writer_t *writer, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, writer, KIND_WRITER, timeout_ms)) {
    goWriterFlush(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_writer_note_time(pravega_writer_t *writer, int64_t timestamp, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, writer, KIND_WRITER, timeout_ms)) {
    goWriterNoteTime(c.object->go, timestamp, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_writer_close(pravega_writer_t *writer, int64_t *acked, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(acked, 0);
  if (call_begin_close(&c, writer, KIND_WRITER, timeout_ms)) {
    struct writer *w = (struct writer *)c.object;
    atomic_store(&w->closing, true);
    bell_ring(&w->bell);
    bell_ring(&w->room);
    /* Returns when no more shim_acked will come. */
    int64_t upto = goWriterClose(w->object.go, timeout_ms, &c.out);
    atomic_store(&w->acked, upto);
    int none = 0;
    atomic_compare_exchange_strong(&w->final, &none, PRAVEGA_E_CLOSED);
    bell_ring(&w->bell);
    tell(w, upto, atomic_load(&w->final));
    SET(acked, upto);
  }
  return call_end(&c, err);
}
