/* Reader groups: straight calls into Go. */
#include "_cgo_export.h"
#include "handle.h"

int pravega_reader_group_create(pravega_client_t *client, const char *scope, const char *name, const char *const *streams, size_t count, const pravega_config_t *config, int *created, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings;
  SET(created, 0);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && (count == 0 || call_need(&c, streams, "streams")) && call_config(&c, config, &settings)) {
    goGroupCreate(c.object->go, scope, name, streams, count, settings, created, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_delete(pravega_client_t *client, const char *scope, const char *name, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms)) {
    goGroupDelete(c.object->go, scope, name, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_list(pravega_client_t *client, const char *scope, pravega_list_t **names, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(names, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, names, "names")) {
    goGroupList(c.object->go, scope, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, names);
  }
  return call_end(&c, err);
}

int pravega_reader_group_open(pravega_client_t *client, const char *scope, const char *name, pravega_reader_group_t **group, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(group, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, group, "group")) {
    *group = call_made(&c, KIND_GROUP, goGroupOpen(c.object->go, scope, name, timeout_ms, &c.out));
  }
  return call_end(&c, err);
}

int pravega_reader_group_readers(pravega_reader_group_t *group, pravega_list_t **ids, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(ids, NULL);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, ids, "ids")) {
    goGroupReaders(c.object->go, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, ids);
  }
  return call_end(&c, err);
}

int pravega_reader_group_reader_offline(pravega_reader_group_t *group, const char *reader_id, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms)) {
    goGroupReaderOffline(c.object->go, reader_id, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_reader_offline_at(pravega_reader_group_t *group, const char *reader_id, const char *position, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, position, "position")) {
    goGroupReaderOfflineAt(c.object->go, reader_id, position, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_info(pravega_reader_group_t *group, pravega_list_t **info, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(info, NULL);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, info, "info")) {
    goGroupInfo(c.object->go, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, info);
  }
  return call_end(&c, err);
}

int pravega_reader_group_checkpoint(pravega_reader_group_t *group, const char *name, pravega_list_t **cuts, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(cuts, NULL);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, cuts, "cuts")) {
    goGroupCheckpoint(c.object->go, name, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, cuts);
  }
  return call_end(&c, err);
}

int pravega_reader_group_cancel_checkpoints(pravega_reader_group_t *group, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms)) {
    goGroupCancelCheckpoints(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_cuts(pravega_reader_group_t *group, pravega_list_t **cuts, int timeout_ms, pravega_error_t **err) {
  struct call c;
  struct shim_strings strings;
  SET(cuts, NULL);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, cuts, "cuts")) {
    goGroupCuts(c.object->go, &strings, timeout_ms, &c.out);
    call_list(&c, &strings, cuts);
  }
  return call_end(&c, err);
}

int pravega_reader_group_reset(pravega_reader_group_t *group, const char *const *streams, size_t count, const pravega_config_t *config, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && (count == 0 || call_need(&c, streams, "streams")) && call_config(&c, config, &settings)) {
    goGroupReset(c.object->go, streams, count, settings, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_reset_to(pravega_reader_group_t *group, const char *const *cuts, size_t count, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && (count == 0 || call_need(&c, cuts, "cuts"))) {
    goGroupResetTo(c.object->go, cuts, count, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_reset_to_last_checkpoint(pravega_reader_group_t *group, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms)) {
    goGroupResetToLastCheckpoint(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_update_retention_cut(pravega_reader_group_t *group, const char *const *cuts, size_t count, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && (count == 0 || call_need(&c, cuts, "cuts"))) {
    goGroupUpdateRetentionCut(c.object->go, cuts, count, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_unread_bytes(pravega_reader_group_t *group, int64_t *bytes, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(bytes, 0);
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, bytes, "bytes")) {
    goGroupUnreadBytes(c.object->go, bytes, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_wait_change(pravega_reader_group_t *group, pravega_group_status_t *status, size_t size, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, group, KIND_GROUP, timeout_ms) && call_need(&c, status, "status") && (size >= sizeof *status || call_fail(&c, PRAVEGA_E_INVALID_ARGUMENT, "size is less than that of the status"))) {
    goGroupWaitChange(c.object->go, status, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_reader_group_close(pravega_reader_group_t *group, pravega_error_t **err) {
  struct call c;
  if (call_begin_close(&c, group, KIND_GROUP, 0)) {
    goGroupClose(c.object->go, &c.out);
  }
  return call_end(&c, err);
}
