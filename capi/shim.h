/*
 * What the C half (shim*.c) and the Go half (exports*.go) of the shared library
 * know of each other. C holds what the caller sees: the table of handles, the
 * fork guard, waiting, callbacks, memory that is lent out. Go holds the client.
 * Only C enters Go through the functions named go...; Go calls back those at the end.
 */
#ifndef PRAVEGA_SHIM_H
#define PRAVEGA_SHIM_H

#include <pravega.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Parameters of Go exports, which cannot spell const. */
typedef const char *shim_text;
typedef const void *shim_bytes;
typedef const char *const *shim_texts;
typedef const uint32_t *shim_lens;
typedef const int64_t *shim_ids;
typedef const pravega_key_range_t *shim_ranges;

/* How a call into Go ended. message is malloc'ed, NULL on success. */
struct shim_outcome {
  int status;
  int may_be_stored;
  char *message;
};

/* What of many events was accepted. */
struct shim_accepted {
  size_t count;
  int64_t last;
};

/* What was left in an inbox. */
struct shim_left {
  const uint8_t *events;
  size_t bytes, count;
};

/* Strings from Go, malloc'ed as one text: each is followed by a NUL. */
struct shim_strings {
  size_t count;
  char *text;
};

/* Bytes from Go, lent until goTakeBack. */
struct shim_loan {
  void *object;
  uintptr_t data;
  size_t len;
};

/* A slice from Go. The address crosses as a number: were it stored as a
 * pointer, Go's write barrier would look into C memory and end the process. */
struct shim_slice {
  void *object;
  uintptr_t data;
  size_t len;
  int64_t start_offset, end_offset, skipped;
  struct shim_strings names; /* scope, stream, segment */
};

/* What an inbox holds at most. */
#define SHIM_INBOX 32768

/* Called by Go. */
void shim_acked(void *writer, int64_t acked, int status);
void shim_room(void *writer);
void shim_open(void *writer, int64_t last);
struct shim_left shim_take(void *writer, int shut);
void shim_ready(void *reader);
void shim_log(int level, char *message);
/* Calls a token provider with a request, and returns its handle, which the request may
 * have lost meanwhile; NULL without memory. Takes the go-pointer. */
void *shim_token_ask(uintptr_t fn, uintptr_t user, void *request);
void shim_token_drop(void *handle);

#endif
