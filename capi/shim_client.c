/* Configurations, clients, scopes and streams: straight calls into Go. */
#include "_cgo_export.h"
#include "handle.h"

int pravega_config_new(pravega_config_t **config, pravega_error_t **err) {
  struct call c;
  SET(config, NULL);
  if (call_begin_free(&c) && call_need(&c, config, "config")) {
    *config = call_made(&c, KIND_CONFIG, goConfigNew(&c.out));
  }
  return call_end(&c, err);
}

int pravega_config_dup(const pravega_config_t *config, pravega_config_t **copy, pravega_error_t **err) {
  struct call c;
  SET(copy, NULL);
  if (call_begin_quick(&c, config, KIND_CONFIG) && call_need(&c, copy, "copy")) {
    *copy = call_made(&c, KIND_CONFIG, goConfigDup(c.object->go, &c.out));
  }
  return call_end(&c, err);
}

int pravega_config_set(pravega_config_t *config, const char *name, const char *value, pravega_error_t **err) {
  struct call c;
  if (call_begin_quick(&c, config, KIND_CONFIG) && call_need(&c, name, "name") && call_need(&c, value, "value")) {
    goConfigSet(c.object->go, name, value, &c.out);
  }
  return call_end(&c, err);
}

int pravega_config_get(const pravega_config_t *config, const char *name, pravega_list_t **value, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(value, NULL);
  if (call_begin_quick(&c, config, KIND_CONFIG) && call_need(&c, name, "name") && call_need(&c, value, "value")) {
    goConfigGet(c.object->go, name, &strings, &c.out);
    call_list(&c, &strings, value);
  }
  return call_end(&c, err);
}

int pravega_config_describe(pravega_list_t **list, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(list, NULL);
  if (call_begin_free(&c) && call_need(&c, list, "list")) {
    goConfigDescribe(&strings, &c.out);
    call_list(&c, &strings, list);
  }
  return call_end(&c, err);
}

int pravega_config_free(pravega_config_t *config) { return shim_free(config, KIND_CONFIG); }

int pravega_client_open(const pravega_config_t *config, pravega_client_t **client, pravega_error_t **err) {
  struct call c;
  SET(client, NULL);
  if (call_begin(&c, config, KIND_CONFIG, 0) && call_need(&c, client, "client")) {
    *client = call_made(&c, KIND_CLIENT, goClientOpen(c.object->go, &c.out));
  }
  return call_end(&c, err);
}

int pravega_client_close(pravega_client_t *client, pravega_error_t **err) {
  struct call c;
  if (call_begin_close(&c, client, KIND_CLIENT, 0)) {
    goClientClose(c.object->go, &c.out);
  }
  return call_end(&c, err);
}

int pravega_scope_create(pravega_client_t *client, const char *scope, int *created, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(created, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goScopeCreate(c.object->go, scope, created, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_scope_delete(pravega_client_t *client, const char *scope, int *deleted, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(deleted, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goScopeDelete(c.object->go, scope, deleted, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_scope_delete_recursive(pravega_client_t *client, const char *scope, int *deleted, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(deleted, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goScopeDeleteRecursive(c.object->go, scope, deleted, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_scope_exists(pravega_client_t *client, const char *scope, int *exists, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(exists, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, exists, "exists")) {
    goScopeExists(c.object->go, scope, exists, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_scope_list(pravega_client_t *client, pravega_list_t **names, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(names, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, names, "names")) {
    goScopeList(c.object->go, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, names);
  }
  return call_end(&c, err);
}

int pravega_stream_create(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, int *created, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings;
  SET(created, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_config(&c, config, &settings)) {
    goStreamCreate(c.object->go, scope, stream, settings, created, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_update(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings;
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_config(&c, config, &settings)) {
    goStreamUpdate(c.object->go, scope, stream, settings, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_seal(pravega_client_t *client, const char *scope, const char *stream, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goStreamSeal(c.object->go, scope, stream, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_delete(pravega_client_t *client, const char *scope, const char *stream, int *deleted, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(deleted, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goStreamDelete(c.object->go, scope, stream, deleted, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_exists(pravega_client_t *client, const char *scope, const char *stream, int *exists, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(exists, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, exists, "exists")) {
    goStreamExists(c.object->go, scope, stream, exists, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_list(pravega_client_t *client, const char *scope, const char *tag, pravega_list_t **names, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(names, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, names, "names")) {
    goStreamList(c.object->go, scope, tag, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, names);
  }
  return call_end(&c, err);
}

int pravega_stream_truncate(pravega_client_t *client, const char *scope, const char *stream, const char *cut, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, cut, "cut")) {
    goStreamTruncate(c.object->go, scope, stream, cut, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_info(pravega_client_t *client, const char *scope, const char *stream, pravega_list_t **info, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(info, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, info, "info")) {
    goStreamInfo(c.object->go, scope, stream, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, info);
  }
  return call_end(&c, err);
}

int pravega_stream_segments(pravega_client_t *client, const char *scope, const char *stream, pravega_segment_t *segments, size_t max, size_t *count, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(count, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, count, "count") && (max == 0 || call_need(&c, segments, "segments"))) {
    goStreamSegments(c.object->go, scope, stream, segments, max, count, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_stream_scale(pravega_client_t *client, const char *scope, const char *stream, const int64_t *seal, size_t seal_count, const pravega_key_range_t *into, size_t into_count, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, seal, "seal") && call_need(&c, into, "into")) {
    goStreamScale(c.object->go, scope, stream, seal, seal_count, into, into_count, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}
