/* Errors and lists: values that live in C alone. */
#include "handle.h"

#include <stdlib.h>
#include <string.h>

struct error {
  struct shim_object object;
  int status;
  int may_be_stored;
  char *message;
};

static void error_destroy(struct shim_object *object) {
  struct error *error = (struct error *)object;
  free(error->message);
  free(error);
}

pravega_error_t *shim_error_new(struct shim_outcome *out) {
  /* In a forked child the table's lock may be held by a thread that is not
   * there: no handle can be made. The code says it all. */
  struct error *error = shim_forked() ? NULL : calloc(1, sizeof *error);
  void *handle = NULL;
  if (error != NULL) {
    error->object.destroy = error_destroy;
    error->status = out->status;
    error->may_be_stored = out->may_be_stored;
    error->message = out->message;
    out->message = NULL;
    handle = shim_adopt(KIND_ERROR, &error->object);
    if (handle == NULL) {
      error_destroy(&error->object);
    }
  }
  free(out->message);
  out->message = NULL;
  return handle;
}

/* Copies what is asked of an error; the message stays the error's. */
static int look(const pravega_error_t *handle, struct error *copy) {
  struct shim_ref ref;
  int status = shim_enter(handle, KIND_ERROR, &ref);
  if (status == PRAVEGA_OK) {
    *copy = *(struct error *)ref.object;
    shim_leave(&ref);
  }
  return status;
}

int pravega_error_code(const pravega_error_t *error) {
  struct error e;
  if (error == NULL) {
    return PRAVEGA_OK;
  }
  int status = look(error, &e);
  return status == PRAVEGA_OK ? e.status : status;
}

const char *pravega_error_message(const pravega_error_t *error) {
  struct error e;
  if (error == NULL) {
    return "";
  }
  int status = look(error, &e);
  if (status != PRAVEGA_OK) {
    return pravega_status_text(status);
  }
  return e.message == NULL ? pravega_status_text(e.status) : e.message;
}

int pravega_error_is_retriable(const pravega_error_t *error) {
  struct error e;
  return look(error, &e) == PRAVEGA_OK && shim_status(e.status)->is_retriable;
}

int pravega_error_is_final(const pravega_error_t *error) {
  struct error e;
  return look(error, &e) == PRAVEGA_OK && shim_status(e.status)->is_final;
}

int pravega_error_may_be_stored(const pravega_error_t *error) {
  struct error e;
  return look(error, &e) == PRAVEGA_OK && e.may_be_stored;
}

int pravega_error_free(pravega_error_t *error) { return shim_free(error, KIND_ERROR); }

struct list {
  struct shim_object object;
  size_t count;
  char *text;
  const char *items[];
};

static void list_destroy(struct shim_object *object) {
  struct list *list = (struct list *)object;
  free(list->text);
  free(list);
}

bool call_list(struct call *call, struct shim_strings *strings, pravega_list_t **handle) {
  if (call->out.status != PRAVEGA_OK) {
    return false; /* Go made no strings then */
  }
  struct list *list = malloc(sizeof *list + strings->count * sizeof list->items[0]);
  if (list == NULL) {
    free(strings->text);
    return call_fail(call, PRAVEGA_E_NO_MEMORY, "");
  }
  list->object = (struct shim_object){.destroy = list_destroy};
  list->count = strings->count;
  list->text = strings->text;
  const char *at = strings->text;
  for (size_t i = 0; i < list->count; i++) {
    list->items[i] = at;
    at += strlen(at) + 1;
  }
  void *made;
  if (!call_adopt(call, KIND_LIST, &list->object, &made)) {
    list_destroy(&list->object);
    return false;
  }
  *handle = made;
  return true;
}

size_t pravega_list_size(const pravega_list_t *list) {
  struct shim_ref ref;
  if (shim_enter(list, KIND_LIST, &ref) != PRAVEGA_OK) {
    return 0;
  }
  size_t count = ((struct list *)ref.object)->count;
  shim_leave(&ref);
  return count;
}

const char *pravega_list_get(const pravega_list_t *list, size_t index) {
  struct shim_ref ref;
  if (shim_enter(list, KIND_LIST, &ref) != PRAVEGA_OK) {
    return NULL;
  }
  struct list *l = (struct list *)ref.object;
  const char *item = index < l->count ? l->items[index] : NULL;
  shim_leave(&ref);
  return item;
}

const char *pravega_list_find(const pravega_list_t *list, const char *name) {
  struct shim_ref ref;
  const char *value = NULL;
  if (name == NULL || shim_enter(list, KIND_LIST, &ref) != PRAVEGA_OK) {
    return NULL;
  }
  struct list *l = (struct list *)ref.object;
  for (size_t i = 0; value == NULL && i + 1 < l->count; i += 2) {
    if (strcmp(l->items[i], name) == 0) {
      value = l->items[i + 1];
    }
  }
  shim_leave(&ref);
  return value;
}

int pravega_list_free(pravega_list_t *list) { return shim_free(list, KIND_LIST); }
