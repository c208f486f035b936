/* The table of failures. status.inc is written from internal/fault by
 * `go test ./capi -run Status -update`; the test fails when they differ. */
#include "handle.h"

static const pravega_status_t table[] = {
#define STATUS(code, name, is_retriable, is_final, text) {code, is_retriable, is_final, 0, name, text},
#include "status.inc"
#undef STATUS
};

int pravega_status_list(const pravega_status_t **list, size_t *count) {
  if (list == NULL || count == NULL) {
    return PRAVEGA_E_INVALID_ARGUMENT;
  }
  *list = table;
  *count = sizeof table / sizeof table[0];
  return PRAVEGA_OK;
}

const pravega_status_t *shim_status(int status) {
  static const pravega_status_t none = {0, 0, 0, 0, "Unknown", "unknown status"};
  static const pravega_status_t outcomes[] = {
      {PRAVEGA_OK, 0, 0, 0, "OK", "success"},
      {PRAVEGA_CHECKPOINT, 0, 0, 0, "Checkpoint", "the reader came to a checkpoint of its group"},
      {PRAVEGA_END, 0, 0, 0, "End", "everything was read: the streams are sealed, or the group reads no further"},
  };
  if (status >= 0) {
    return status <= PRAVEGA_END ? &outcomes[status] : &none;
  }
  const pravega_status_t *list;
  size_t count;
  pravega_status_list(&list, &count);
  for (size_t i = 0; i < count; i++) {
    if (list[i].code == status) {
      return &list[i];
    }
  }
  return &none;
}

const char *pravega_status_name(int status) { return shim_status(status)->name; }

const char *pravega_status_text(int status) { return shim_status(status)->text; }
