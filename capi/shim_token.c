/* Token providers, and the requests that they answer. */
#include "_cgo_export.h"
#include "handle.h"

#include <stdlib.h>

int pravega_config_set_token_provider(pravega_config_t *config, pravega_token_fn fn, void *user, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, config, KIND_CONFIG)) {
    goConfigSetTokenProvider(c.object->go, (uintptr_t)fn, (uintptr_t)user, &c.out);
  }
  return call_end(&c, err);
}

void *shim_token_ask(uintptr_t fn, uintptr_t user, void *request) {
  struct call c = {0};
  void *handle = call_made(&c, KIND_TOKEN_REQUEST, request);
  call_end(&c, NULL);
  if (handle != NULL) {
    shim_callback |= IN_PROVIDER;
    ((pravega_token_fn)fn)((void *)user, handle);
    shim_callback &= ~IN_PROVIDER;
  }
  return handle;
}

void shim_token_drop(void *handle) { shim_free(handle, KIND_TOKEN_REQUEST); }

/* Ends an answer, and the request unless the answer could not begin. */
static int answered(struct call *call, pravega_token_request_t *request, pravega_error_t **err) {
  bool begun = call->object != NULL;
  int status = call_end(call, err);
  if (begun) {
    shim_free(request, KIND_TOKEN_REQUEST);
  }
  return status;
}

int pravega_token_set(pravega_token_request_t *request, const char *value, size_t len, int64_t expiry_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, request, KIND_TOKEN_REQUEST)) {
    goTokenSet(c.object->go, value, value == NULL ? 0 : len, expiry_ms, &c.out);
  }
  return answered(&c, request, err);
}

int pravega_token_fail(pravega_token_request_t *request, const char *reason, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, request, KIND_TOKEN_REQUEST)) {
    goTokenFail(c.object->go, reason == NULL ? "" : reason, &c.out);
  }
  return answered(&c, request, err);
}
