/* The frame of every call off the hot path, and the errors that come of it. */
#include "_cgo_export.h"
#include "handle.h"

#include <stdlib.h>
#include <string.h>

bool call_fail(struct call *call, int status, const char *detail) {
  const char *text = pravega_status_text(status);
  size_t size = strlen(text) + strlen(detail) + 3;
  char *message = malloc(size);
  if (message != NULL) {
    strcpy(message, text);
    if (*detail != '\0') {
      strcat(strcat(message, ": "), detail);
    }
  }
  call->out.status = status;
  call->out.message = message;
  return false;
}

static bool begin(struct call *call, int timeout_ms, bool blocks) {
  *call = (struct call){0};
  if (shim_forked()) {
    return call_fail(call, PRAVEGA_E_FORKED, "");
  }
  if ((shim_callback & IN_LOG) != 0 || (blocks && shim_callback != 0)) {
    return call_fail(call, PRAVEGA_E_FROM_CALLBACK, "");
  }
  if (timeout_ms < PRAVEGA_FOREVER) {
    return call_fail(call, PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms is less than -1");
  }
  return true;
}

static bool enter(struct call *call, const void *handle, enum shim_kind kind, bool closes) {
  int status = (closes ? shim_retire : shim_enter)(handle, kind, &call->ref);
  if (status != PRAVEGA_OK) {
    return call_fail(call, status, handle == NULL ? "NULL" : "");
  }
  call->object = call->ref.object;
  if (!closes && atomic_load(&call->object->poisoned)) {
    return call_fail(call, PRAVEGA_E_PANIC, "an earlier call failed with this");
  }
  return true;
}

bool call_begin(struct call *call, const void *handle, enum shim_kind kind, int timeout_ms) {
  return begin(call, timeout_ms, true) && enter(call, handle, kind, false);
}

bool call_begin_quick(struct call *call, const void *handle, enum shim_kind kind) {
  return begin(call, 0, false) && enter(call, handle, kind, false);
}

bool call_begin_close(struct call *call, const void *handle, enum shim_kind kind, int timeout_ms) {
  return begin(call, timeout_ms, true) && enter(call, handle, kind, true);
}

bool call_begin_free(struct call *call) { return begin(call, 0, false); }

bool call_need(struct call *call, const void *pointer, const char *name) {
  if (pointer == NULL) {
    char detail[64] = "NULL is not allowed for ";
    strncat(detail, name, sizeof detail - strlen(detail) - 1);
    return call_fail(call, PRAVEGA_E_INVALID_ARGUMENT, detail);
  }
  return true;
}

bool call_config(struct call *call, const pravega_config_t *config, void **go) {
  *go = NULL;
  if (config == NULL) {
    return true;
  }
  int status = shim_enter(config, KIND_CONFIG, &call->config);
  if (status != PRAVEGA_OK) {
    return call_fail(call, status, "config");
  }
  *go = call->config.object->go;
  return true;
}

bool call_adopt(struct call *call, enum shim_kind kind, struct shim_object *object, void **handle) {
  *handle = shim_adopt(kind, object);
  if (*handle == NULL) {
    return call_fail(call, PRAVEGA_E_NO_MEMORY, "no handle is free");
  }
  return true;
}

static void destroy_made(struct shim_object *object) {
  goForget(object->go);
  free(object);
}

void *call_made(struct call *call, enum shim_kind kind, void *go) {
  void *handle = NULL;
  if (go == NULL) {
    return NULL;
  }
  struct shim_object *object = calloc(1, sizeof *object);
  if (object == NULL) {
    goForget(go);
    call_fail(call, PRAVEGA_E_NO_MEMORY, "");
    return NULL;
  }
  object->go = go;
  object->destroy = destroy_made;
  if (!call_adopt(call, kind, object, &handle)) {
    destroy_made(object);
  }
  return handle;
}

int call_end(struct call *call, pravega_error_t **err) {
  int status = call->out.status;
  if (status == PRAVEGA_E_PANIC && call->object != NULL) {
    atomic_store(&call->object->poisoned, true);
  }
  if (call->config.slot != NULL) {
    shim_leave(&call->config);
  }
  if (call->ref.slot != NULL) {
    shim_leave(&call->ref);
  }
  if (err != NULL) {
    *err = status < 0 ? shim_error_new(&call->out) : NULL;
  } else {
    free(call->out.message);
  }
  return status;
}
