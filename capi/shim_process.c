/* What concerns the whole library: version, log, the end. */
#include "_cgo_export.h"
#include "handle.h"
#include "bell.h"

#include <stdlib.h>

uint32_t pravega_version(void) { return PRAVEGA_VERSION; }

const char *pravega_version_string(void) { return "0.1.0"; }

int pravega_check_abi_of(uint32_t abi, uint32_t header_version) {
  /* A header newer than the library may name functions that are not there. */
  return abi == PRAVEGA_ABI && header_version >> 16 <= PRAVEGA_VERSION >> 16 ? PRAVEGA_OK : PRAVEGA_E_ABI_MISMATCH;
}

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER; /* one message at a time */
static pravega_log_fn log_fn;
static void *log_user;

/* From Go, which looked at the level already. Takes the message. */
void shim_log(int level, char *message) {
  if ((shim_callback & IN_LOG) == 0) { /* else the lock is this thread's own */
    pthread_mutex_lock(&log_lock);
    if (log_fn != NULL) {
      shim_callback |= IN_LOG;
      log_fn(log_user, level, message);
      shim_callback &= ~IN_LOG;
    }
    pthread_mutex_unlock(&log_lock);
  }
  free(message);
}

int pravega_log_set(pravega_log_fn fn, void *user, int level) {
  if (shim_forked()) {
    return PRAVEGA_E_FORKED;
  }
  if (shim_callback != 0) {
    return PRAVEGA_E_FROM_CALLBACK;
  }
  if (level < PRAVEGA_LOG_OFF || level > PRAVEGA_LOG_DEBUG) {
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  bool off = fn == NULL || level == PRAVEGA_LOG_OFF;
  pthread_mutex_lock(&log_lock);
  log_fn = off ? NULL : fn;
  log_user = user;
  pthread_mutex_unlock(&log_lock);
  goLogLevel(off ? PRAVEGA_LOG_OFF : level);
  return PRAVEGA_OK;
}

/* Closes all handles of one kind. */
static int close_all(enum shim_kind kind, const struct deadline *until) {
  int first = PRAVEGA_OK;
  size_t place = 0;
  void *handle;
  while ((handle = shim_each(kind, &place)) != NULL) {
    int status;
    switch (kind) {
    case KIND_WRITER:
      status = pravega_writer_close(handle, NULL, deadline_left(until), NULL);
      break;
    case KIND_TXN:
      status = pravega_txn_close(handle, deadline_left(until), NULL);
      break;
    case KIND_TXN_WRITER:
      status = pravega_txn_writer_close(handle, deadline_left(until), NULL);
      break;
    case KIND_READER:
      status = pravega_reader_close(handle, deadline_left(until), NULL);
      break;
    case KIND_GROUP:
      status = pravega_reader_group_close(handle, NULL);
      break;
    default:
      status = pravega_client_close(handle, NULL);
    }
    if (status != PRAVEGA_OK && status != PRAVEGA_E_BAD_HANDLE && first == PRAVEGA_OK) {
      first = status; /* a bad handle: another thread closed it meanwhile */
    }
  }
  return first;
}

int pravega_shutdown(int timeout_ms) {
  if (shim_forked()) {
    return PRAVEGA_E_FORKED;
  }
  if (shim_callback != 0) {
    return PRAVEGA_E_FROM_CALLBACK;
  }
  if (timeout_ms < PRAVEGA_FOREVER) {
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  static const enum shim_kind order[] = {KIND_WRITER, KIND_TXN, KIND_TXN_WRITER, KIND_READER, KIND_GROUP, KIND_CLIENT};
  struct deadline until = deadline_in(timeout_ms);
  int first = PRAVEGA_OK;
  for (size_t i = 0; i < sizeof order / sizeof order[0]; i++) {
    int status = close_all(order[i], &until);
    first = first == PRAVEGA_OK ? status : first;
  }
  pravega_log_set(NULL, NULL, PRAVEGA_LOG_OFF);
  return first;
}
