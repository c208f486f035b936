/* The table of handles, and the frame of every call. */
#ifndef PRAVEGA_HANDLE_H
#define PRAVEGA_HANDLE_H

#include "shim.h"

enum shim_kind {
  KIND_ERROR = 1,
  KIND_LIST,
  KIND_CONFIG,
  KIND_CLIENT,
  KIND_WRITER,
  KIND_GROUP,
  KIND_READER,
  KIND_SLICE,
  KIND_TXN_WRITER,
  KIND_TXN,
  KIND_BYTES,
  KIND_TOKEN_REQUEST
};

/* What a handle stands for; the first member of each kind's own struct. */
struct shim_object {
  void *go; /* go-pointer of the object in Go, NULL when there is none */
  _Atomic bool poisoned;
  void (*destroy)(struct shim_object *); /* ends it, when nobody uses it any more */
};

struct shim_slot;

/* A use of an object: it lives at least until shim_leave. */
struct shim_ref {
  struct shim_slot *slot;
  struct shim_object *object;
};

/* Puts an object into the table. Returns its handle, or NULL without memory. */
void *shim_adopt(enum shim_kind kind, struct shim_object *object);

/* Begins a use. Returns PRAVEGA_OK or BAD_HANDLE, WRONG_KIND. */
int shim_enter(const void *handle, enum shim_kind kind, struct shim_ref *ref);

/* Ends the handle and begins its last use: no other call can begin one. */
int shim_retire(const void *handle, enum shim_kind kind, struct shim_ref *ref);

/* Waits until this use is the only one. Only for kinds whose calls are short. */
void shim_alone(struct shim_ref *ref);

/* Ends a use; the last one destroys the object. */
void shim_leave(struct shim_ref *ref);

/* Ends the handle of a value, which may be NULL: what the free functions do. */
int shim_free(const void *handle, enum shim_kind kind);

/* The handle of the first live object of a kind from *place on; NULL: no more. */
void *shim_each(enum shim_kind kind, size_t *place);

/* True in a child made by fork after the library was loaded. */
bool shim_forked(void);

/* Nonzero while a callback of the user runs on this thread. */
enum { IN_ACK = 1, IN_LOG = 2, IN_PROVIDER = 4 };
extern _Thread_local int shim_callback;

/* The frame of a call off the hot path:
 *   struct call c;
 *   if (call_begin(&c, handle, KIND, timeout_ms)) goSomething(c.object->go, ..., &c.out);
 *   return call_end(&c, err);
 */
struct call {
  struct shim_ref ref, config;
  struct shim_object *object;
  struct shim_outcome out;
};

/* For calls that may block, take a time limit or enter Go. */
bool call_begin(struct call *call, const void *handle, enum shim_kind kind, int timeout_ms);
/* For calls that never block. */
bool call_begin_quick(struct call *call, const void *handle, enum shim_kind kind);
/* For calls that end the handle. */
bool call_begin_close(struct call *call, const void *handle, enum shim_kind kind, int timeout_ms);
/* For calls without a handle. */
bool call_begin_free(struct call *call);
/* Refuses NULL for a pointer that must be given. */
bool call_need(struct call *call, const void *pointer, const char *name);

/* The bytes of many events and of their keys; false if the arguments cannot be
 * such: NULL where there are bytes, or more than there can be. */
bool many_measured(const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, size_t *bytes, size_t *key_bytes);
/* The bytes of the events of a batch. PRAVEGA_OK, or why it can be none. */
int batch_measured(size_t key_len, const void *events, const uint32_t *lens, size_t count, size_t *bytes);
/* Adds the use of a configuration, which may be NULL. */
bool call_config(struct call *call, const pravega_config_t *config, void **go);
/* Fails the call in C. */
bool call_fail(struct call *call, int status, const char *detail);
/* Gives an object its handle, or fails the call: then the object is still the
 * caller's. */
bool call_adopt(struct call *call, enum shim_kind kind, struct shim_object *object, void **handle);
/* Gives what Go made, if it did, a handle; NULL: the call has failed. */
void *call_made(struct call *call, enum shim_kind kind, void *go);
int call_end(struct call *call, pravega_error_t **err);

/* What is known of a status; never NULL. */
const pravega_status_t *shim_status(int status);

/* Makes an error of an outcome, whose message it takes. */
pravega_error_t *shim_error_new(struct shim_outcome *out);
/* Makes a list of strings, whose memory it takes also on failure. */
bool call_list(struct call *call, struct shim_strings *strings, pravega_list_t **list);

#define SET(out, value) \
  do { \
    if ((out) != NULL) { \
      *(out) = (value); \
    } \
  } while (0)

#endif
