/* Values of bytes, and the forms of cuts, checkpoints, event pointers
 * and positions. */
#include "_cgo_export.h"
#include "handle.h"

#include <stdlib.h>

struct bytes {
  struct shim_object object;
  const void *data;
  size_t len;
};

static void bytes_destroy(struct shim_object *object) {
  goTakeBack(object->go);
  free(object);
}

/* Gives what Go lent, if it did, a handle. */
static void call_bytes(struct call *call, const struct shim_loan *loan, pravega_bytes_t **bytes) {
  void *handle;
  if (call->out.status != PRAVEGA_OK) {
    return;
  }
  struct bytes *b = calloc(1, sizeof *b);
  if (b == NULL) {
    goTakeBack(loan->object);
    call_fail(call, PRAVEGA_E_NO_MEMORY, "");
    return;
  }
  b->object.go = loan->object;
  b->object.destroy = bytes_destroy;
  b->data = loan->len == 0 ? "" : (const void *)loan->data;
  b->len = loan->len;
  if (call_adopt(call, KIND_BYTES, &b->object, &handle)) {
    *bytes = handle;
  } else {
    bytes_destroy(&b->object);
  }
}

const void *pravega_bytes_data(const pravega_bytes_t *bytes, size_t *len) {
  struct shim_ref ref;
  SET(len, 0);
  if (shim_enter(bytes, KIND_BYTES, &ref) != PRAVEGA_OK) {
    return NULL;
  }
  const struct bytes *b = (const struct bytes *)ref.object;
  const void *data = b->data;
  SET(len, b->len);
  shim_leave(&ref);
  return data;
}

int pravega_bytes_free(pravega_bytes_t *bytes) { return shim_free(bytes, KIND_BYTES); }

int pravega_event_fetch(pravega_client_t *client, const char *pointer, pravega_bytes_t **event, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_loan loan = {0};
  SET(event, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, pointer, "pointer") && call_need(&c, event, "event")) {
    goEventFetch(c.object->go, pointer, &loan, timeout_ms, &c.out);
    call_bytes(&c, &loan, event);
  }
  return call_end(&c, err);
}

int pravega_cut_info(const char *cut, pravega_list_t **info, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(info, NULL);
  if (call_begin_free(&c) && call_need(&c, info, "info") && call_need(&c, cut, "cut")) {
    goCutInfo(cut, &strings, &c.out);
    call_list(&c, &strings, info);
  }
  return call_end(&c, err);
}

int pravega_cut_to_bytes(const char *cut, pravega_bytes_t **bytes, pravega_error_t **err) {
  struct call c;
  struct shim_loan loan = {0};
  SET(bytes, NULL);
  if (call_begin_free(&c) && call_need(&c, bytes, "bytes") && call_need(&c, cut, "cut")) {
    goCutToBytes(cut, &loan, &c.out);
    call_bytes(&c, &loan, bytes);
  }
  return call_end(&c, err);
}

int pravega_cut_from_bytes(const void *bytes, size_t len, pravega_list_t **cut, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(cut, NULL);
  if (call_begin_free(&c) && call_need(&c, cut, "cut") && (len == 0 || call_need(&c, bytes, "bytes"))) {
    goCutFromBytes(bytes, len, &strings, &c.out);
    call_list(&c, &strings, cut);
  }
  return call_end(&c, err);
}

int pravega_checkpoint_to_bytes(const char *name, const char *const *cuts, size_t count, pravega_bytes_t **bytes, pravega_error_t **err) {
  struct call c;
  struct shim_loan loan = {0};
  SET(bytes, NULL);
  if (call_begin_free(&c) && call_need(&c, bytes, "bytes") && call_need(&c, name, "name") && (count == 0 || call_need(&c, cuts, "cuts"))) {
    goCheckpointToBytes(name, cuts, count, &loan, &c.out);
    call_bytes(&c, &loan, bytes);
  }
  return call_end(&c, err);
}

int pravega_checkpoint_from_bytes(const void *bytes, size_t len, pravega_list_t **checkpoint, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(checkpoint, NULL);
  if (call_begin_free(&c) && call_need(&c, checkpoint, "checkpoint") && (len == 0 || call_need(&c, bytes, "bytes"))) {
    goCheckpointFromBytes(bytes, len, &strings, &c.out);
    call_list(&c, &strings, checkpoint);
  }
  return call_end(&c, err);
}

int pravega_pointer_info(const char *pointer, pravega_list_t **info, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(info, NULL);
  if (call_begin_free(&c) && call_need(&c, info, "info") && call_need(&c, pointer, "pointer")) {
    goPointerInfo(pointer, &strings, &c.out);
    call_list(&c, &strings, info);
  }
  return call_end(&c, err);
}

int pravega_pointer_to_bytes(const char *pointer, pravega_bytes_t **bytes, pravega_error_t **err) {
  struct call c;
  struct shim_loan loan = {0};
  SET(bytes, NULL);
  if (call_begin_free(&c) && call_need(&c, bytes, "bytes") && call_need(&c, pointer, "pointer")) {
    goPointerToBytes(pointer, &loan, &c.out);
    call_bytes(&c, &loan, bytes);
  }
  return call_end(&c, err);
}

int pravega_pointer_from_bytes(const void *bytes, size_t len, pravega_list_t **pointer, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(pointer, NULL);
  if (call_begin_free(&c) && call_need(&c, pointer, "pointer") && (len == 0 || call_need(&c, bytes, "bytes"))) {
    goPointerFromBytes(bytes, len, &strings, &c.out);
    call_list(&c, &strings, pointer);
  }
  return call_end(&c, err);
}

int pravega_position_info(const char *position, pravega_list_t **info, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(info, NULL);
  if (call_begin_free(&c) && call_need(&c, info, "info") && call_need(&c, position, "position")) {
    goPositionInfo(position, &strings, &c.out);
    call_list(&c, &strings, info);
  }
  return call_end(&c, err);
}

int pravega_position_to_bytes(const char *position, pravega_bytes_t **bytes, pravega_error_t **err) {
  struct call c;
  struct shim_loan loan = {0};
  SET(bytes, NULL);
  if (call_begin_free(&c) && call_need(&c, bytes, "bytes") && call_need(&c, position, "position")) {
    goPositionToBytes(position, &loan, &c.out);
    call_bytes(&c, &loan, bytes);
  }
  return call_end(&c, err);
}

int pravega_position_from_bytes(const void *bytes, size_t len, pravega_list_t **position, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(position, NULL);
  if (call_begin_free(&c) && call_need(&c, position, "position") && (len == 0 || call_need(&c, bytes, "bytes"))) {
    goPositionFromBytes(bytes, len, &strings, &c.out);
    call_list(&c, &strings, position);
  }
  return call_end(&c, err);
}
