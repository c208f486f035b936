/* Readers and slices: one Go entry for taking a slice and one for giving it
 * back; waiting, and looking into a slice, happen here. */
#include "_cgo_export.h"
#include "handle.h"
#include "bell.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
  struct shim_object object;
  struct bell bell; /* raised when a slice may be there, and by a close */
  _Atomic bool closing;
  /* Guarded by bell.lock: what next reported last, */
  struct shim_outcome failure;
  char *checkpoint; /* and the name of what it came to last, NULL for none */
};

struct slice {
  struct shim_object object;
  pravega_slice_info_t info;
  char *names;
  _Atomic int64_t found; /* where an event begins */
};

static void reader_destroy(struct shim_object *object) {
  struct reader *r = (struct reader *)object;
  if (object->go != NULL) {
    goForget(object->go);
  }
  bell_destroy(&r->bell);
  free(r->failure.message);
  free(r->checkpoint);
  free(r);
}

int pravega_reader_open(pravega_reader_group_t *group, const char *reader_id, const pravega_config_t *config, pravega_reader_t **reader, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings, *handle;
  SET(reader, NULL);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, reader, "reader") && call_config(&c, config, &settings)) {
    struct reader *r = calloc(1, sizeof *r);
    if (r == NULL || !bell_init(&r->bell)) {
      free(r);
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
      return call_end(&c, err);
    }
    r->object.destroy = reader_destroy;
    r->object.go = goReaderOpen(c.object->go, reader_id, settings, timeout_ms, r, &c.out);
    if (r->object.go == NULL) {
      reader_destroy(&r->object);
    } else if (call_adopt(&c, KIND_READER, &r->object, &handle)) {
      *reader = handle;
    } else {
      struct shim_outcome unheard = {0};
      goReaderClose(r->object.go, timeout_ms, &unheard);
      free(unheard.message);
      reader_destroy(&r->object);
    }
  }
  return call_end(&c, err);
}

/* From Go: next may have something now. */
void shim_ready(void *reader) { bell_ring(&((struct reader *)reader)->bell); }

static void slice_destroy(struct shim_object *object) {
  struct slice *s = (struct slice *)object;
  goForget(object->go);
  free(s->names);
  free(s);
}

/* Wraps what Go handed out. */
static int wrap(const struct shim_slice *from, pravega_slice_t **slice) {
  static const uint8_t nothing[1];
  struct slice *s = calloc(1, sizeof *s);
  void *handle = NULL;
  if (s != NULL) {
    s->object.destroy = slice_destroy;
    s->object.go = from->object;
    s->names = from->names.text;
    s->info.data = from->len == 0 ? nothing : (const uint8_t *)from->data;
    s->info.len = from->len;
    s->info.start_offset = from->start_offset;
    s->info.end_offset = from->end_offset;
    s->info.skipped = from->skipped;
    s->info.scope = s->names;
    s->info.stream = s->info.scope + strlen(s->info.scope) + 1;
    s->info.segment = s->info.stream + strlen(s->info.stream) + 1;
    atomic_init(&s->found, from->start_offset);
    handle = shim_adopt(KIND_SLICE, &s->object);
  }
  if (handle == NULL) {
    struct shim_outcome unheard = {0};
    goSliceRelease(from->object, from->start_offset, &unheard); /* given back as unread */
    free(unheard.message);
    goForget(from->object);
    free(from->names.text);
    free(s);
    return PRAVEGA_E_NO_MEMORY;
  }
  *slice = handle;
  return PRAVEGA_OK;
}

/* Keeps a failure for pravega_reader_error; takes its message. */
static void remember(struct reader *r, const struct shim_outcome *failure) {
  pthread_mutex_lock(&r->bell.lock);
  char *before = r->failure.message;
  r->failure = *failure;
  pthread_mutex_unlock(&r->bell.lock);
  free(before);
}

/* Keeps the name of a checkpoint, which it takes, for pravega_reader_checkpoint. */
static void arrive(struct reader *r, char *checkpoint) {
  pthread_mutex_lock(&r->bell.lock);
  char *before = r->checkpoint;
  r->checkpoint = checkpoint;
  pthread_mutex_unlock(&r->bell.lock);
  free(before);
}

/* One look. TIMED_OUT: there is nothing now. */
static int try_next(struct reader *r, pravega_slice_t **slice) {
  struct shim_slice taken = {0};
  struct shim_outcome out = {0};
  bell_light(&r->bell, false);
  if (atomic_load(&r->closing)) {
    return PRAVEGA_E_CLOSED;
  }
  goReaderTry(r->object.go, &taken, &out);
  int status = out.status;
  if (status == PRAVEGA_E_TIMED_OUT) {
    free(out.message);
    return status;
  }
  if (status == PRAVEGA_OK) {
    status = wrap(&taken, slice);
    if (status < 0) {
      remember(r, &(struct shim_outcome){.status = status});
    }
  } else if (status < 0) {
    if (status == PRAVEGA_E_PANIC) {
      atomic_store(&r->object.poisoned, true);
    }
    remember(r, &out);
  } else if (status == PRAVEGA_CHECKPOINT) {
    arrive(r, out.message);
  }
  bell_light(&r->bell, true); /* there may be more */
  return status;
}

int pravega_reader_next(pravega_reader_t *reader, int timeout_ms, pravega_slice_t **slice) {
  struct call c;
  SET(slice, NULL);
  bool may = timeout_ms == 0 ? call_begin_quick(&c, reader, KIND_READER) : call_begin(&c, reader, KIND_READER, timeout_ms);
  if (may && call_need(&c, slice, "slice")) {
    struct reader *r = (struct reader *)c.object;
    bool waited = false;
    struct deadline until;
    for (;;) {
      uint32_t rung = bell_rung(&r->bell);
      c.out.status = try_next(r, slice);
      if (c.out.status != PRAVEGA_E_TIMED_OUT || timeout_ms == 0) {
        break;
      }
      if (!waited) {
        waited = true;
        until = deadline_in(timeout_ms);
      }
      if (!bell_wait(&r->bell, rung, &until)) {
        break;
      }
    }
  }
  return call_end(&c, NULL);
}

int pravega_reader_checkpoint(pravega_reader_t *reader, pravega_list_t **name, pravega_error_t **err) {
  struct call c;
  SET(name, NULL);
  if (call_begin_quick(&c, reader, KIND_READER) && call_need(&c, name, "name")) {
    struct reader *r = (struct reader *)c.object;
    pthread_mutex_lock(&r->bell.lock);
    bool is = r->checkpoint != NULL;
    struct shim_strings strings = {is, strdup(is ? r->checkpoint : "")};
    pthread_mutex_unlock(&r->bell.lock);
    if (strings.text == NULL) {
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
    }
    call_list(&c, &strings, name);
  }
  return call_end(&c, err);
}

int pravega_reader_ready_fd(pravega_reader_t *reader, int *fd) {
  struct call c;
  SET(fd, -1);
  if (call_begin_quick(&c, reader, KIND_READER) && call_need(&c, fd, "fd")) {
    *fd = bell_fd(&((struct reader *)c.object)->bell);
    if (*fd < 0) {
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
    }
  }
  return call_end(&c, NULL);
}

int pravega_reader_error(pravega_reader_t *reader, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, reader, KIND_READER)) {
    struct reader *r = (struct reader *)c.object;
    pthread_mutex_lock(&r->bell.lock);
    c.out = r->failure;
    c.out.message = r->failure.message == NULL ? NULL : strdup(r->failure.message);
    pthread_mutex_unlock(&r->bell.lock);
  }
  return call_end(&c, err);
}

int pravega_reader_trouble(pravega_reader_t *reader, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, reader, KIND_READER)) {
    goReaderTrouble(c.object->go, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_close(pravega_reader_t *reader, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin_close(&c, reader, KIND_READER, timeout_ms)) {
    struct reader *r = (struct reader *)c.object;
    atomic_store(&r->closing, true);
    bell_ring(&r->bell);
    goReaderClose(r->object.go, timeout_ms, &c.out); /* returns when no more shim_ready will come */
  }
  return call_end(&c, err);
}

int pravega_reader_close_at(pravega_reader_t *reader, const char *position, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, reader, KIND_READER, timeout_ms) && call_need(&c, position, "position")) {
    struct reader *r = (struct reader *)c.object;
    struct shim_ref last;
    if (goReaderCloseAt(r->object.go, position, timeout_ms, &c.out)) {
      atomic_store(&r->closing, true);
      bell_ring(&r->bell);
      if (shim_retire(reader, KIND_READER, &last) == PRAVEGA_OK) { /* else another thread closed it too */
        shim_leave(&last);
      }
    }
  }
  return call_end(&c, err);
}

int pravega_reader_position(pravega_reader_t *reader, pravega_list_t **position, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(position, NULL);
  if (call_begin_quick(&c, reader, KIND_READER) && call_need(&c, position, "position")) {
    goReaderPosition(c.object->go, &strings, &c.out);
    call_list(&c, &strings, position);
  }
  return call_end(&c, err);
}

int pravega_reader_time_window(pravega_reader_t *reader, const char *scope, const char *stream, int64_t *lower, int64_t *upper, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(lower, 0);
  SET(upper, 0);
  if (call_begin(&c, reader, KIND_READER, timeout_ms) && call_need(&c, lower, "lower") && call_need(&c, upper, "upper")) {
    goReaderTimeWindow(c.object->go, scope, stream, lower, upper, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_slice_info(const pravega_slice_t *slice, pravega_slice_info_t *info, size_t size) {
  struct shim_ref ref;
  int status = shim_enter(slice, KIND_SLICE, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  if (info == NULL) {
    status = PRAVEGA_E_INVALID_ARGUMENT;
  } else {
    memcpy(info, &((struct slice *)ref.object)->info, size < sizeof *info ? size : sizeof *info);
  }
  shim_leave(&ref);
  return status;
}

int64_t pravega_slice_index(const pravega_slice_t *slice, size_t *cursor, uint32_t *pairs, size_t max_pairs) {
  struct shim_ref ref;
  int status = shim_enter(slice, KIND_SLICE, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  const pravega_slice_info_t *info = &((struct slice *)ref.object)->info;
  pravega_events_t it = pravega_events_begin(info);
  pravega_event_t event;
  size_t from = cursor == NULL ? 0 : *cursor;
  int64_t count = 0;
  if (from > info->len) {
    shim_leave(&ref);
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  it.pos += from;
  while ((pairs == NULL || (size_t)count < max_pairs) && pravega_events_next(&it, &event)) {
    if (pairs != NULL) {
      pairs[2 * count] = (uint32_t)(event.data - info->data);
      pairs[2 * count + 1] = (uint32_t)event.len;
    }
    count++;
  }
  if (pairs != NULL) {
    SET(cursor, (size_t)(it.pos - info->data));
  }
  shim_leave(&ref);
  return count;
}

/* Finds the event at an offset. An offset inside an event may look like one, so only
 * the way from the start of the slice tells; or from the last one that was found, as
 * callers mostly go on behind it. */
static bool find(struct slice *s, int64_t offset, pravega_event_t *event) {
  int64_t from = atomic_load(&s->found);
  if (offset < from) {
    from = s->info.start_offset;
  }
  pravega_events_t it = {s->info.data + (from - s->info.start_offset), s->info.data + s->info.len, from};
  do {
    if (!pravega_events_next(&it, event)) {
      return false;
    }
  } while (event->offset < offset);
  if (event->offset != offset) {
    return false;
  }
  atomic_store(&s->found, offset);
  return true;
}

int pravega_slice_pointer(const pravega_slice_t *slice, int64_t offset, size_t len, char *pointer) {
  struct shim_ref ref;
  pravega_event_t event;
  int status = shim_enter(slice, KIND_SLICE, &ref);
  if (status != PRAVEGA_OK) {
    return status;
  }
  struct slice *s = (struct slice *)ref.object;
  status = PRAVEGA_E_INVALID_ARGUMENT;
  if (pointer != NULL && find(s, offset, &event) && event.len == len) {
    int size = snprintf(pointer, PRAVEGA_POINTER_SIZE, "%s:%" PRId64 "-%zu", s->info.segment, offset, len + 8);
    status = size < PRAVEGA_POINTER_SIZE ? PRAVEGA_OK : PRAVEGA_E_INVALID_ARGUMENT;
  }
  shim_leave(&ref);
  return status;
}

int pravega_slice_position(const pravega_slice_t *slice, int64_t next_offset, pravega_list_t **position, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  pravega_event_t event;
  SET(position, NULL);
  if (call_begin_quick(&c, slice, KIND_SLICE) && call_need(&c, position, "position")) {
    struct slice *s = (struct slice *)c.object;
    if (next_offset == PRAVEGA_SLICE_END) {
      next_offset = s->info.end_offset;
    }
    if (next_offset == s->info.end_offset || find(s, next_offset, &event)) {
      goSlicePosition(s->object.go, next_offset, &strings, &c.out);
      call_list(&c, &strings, position);
    } else {
      call_fail(&c, PRAVEGA_E_INVALID_ARGUMENT, "no event begins at next_offset");
    }
  }
  return call_end(&c, err);
}

int pravega_slice_release(pravega_slice_t *slice, int64_t next_offset) {
  struct call c;
  /* Never blocks, so it is allowed where other calls that end a handle are not. */
  if (call_begin_free(&c)) {
    int status = shim_retire(slice, KIND_SLICE, &c.ref);
    if (status != PRAVEGA_OK) {
      call_fail(&c, status, "");
    } else {
      shim_alone(&c.ref); /* others may be looking into it */
      goSliceRelease(c.ref.object->go, next_offset, &c.out);
    }
  }
  return call_end(&c, NULL);
}
