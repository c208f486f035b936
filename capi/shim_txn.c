/* Transactions. What waits, waits in Go: a transaction's writes are few beside a
 * writer's, and each fails with its message. */
#include "_cgo_export.h"
#include "handle.h"

#include <stdlib.h>
#include <string.h>

struct txn {
  struct shim_object object;
  char id[PRAVEGA_TXN_ID_SIZE];
};

static void destroy(struct shim_object *object) {
  if (object->go != NULL) {
    goForget(object->go);
  }
  free(object);
}

int pravega_txn_writer_open(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, pravega_txn_writer_t **writer, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *settings, *handle;
  SET(writer, NULL);
  if (call_begin(&c, client, KIND_CLIENT, timeout_ms) && call_need(&c, writer, "writer") && call_config(&c, config, &settings)) {
    struct shim_object *w = calloc(1, sizeof *w);
    if (w == NULL) {
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
      return call_end(&c, err);
    }
    w->destroy = destroy;
    w->go = goTxnWriterOpen(c.object->go, scope, stream, settings, timeout_ms, &c.out);
    if (w->go == NULL) {
      destroy(w);
    } else if (call_adopt(&c, KIND_TXN_WRITER, w, &handle)) {
      *writer = handle;
    } else {
      struct shim_outcome unheard = {0};
      goTxnWriterClose(w->go, 0, &unheard);
      free(unheard.message);
      destroy(w);
    }
  }
  return call_end(&c, err);
}

int pravega_txn_writer_close(pravega_txn_writer_t *writer, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin_close(&c, writer, KIND_TXN_WRITER, timeout_ms)) {
    goTxnWriterClose(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

/* With an id attaches to that transaction, with NULL begins one. */
static int enter(pravega_txn_writer_t *writer, bool attach, const char *id, pravega_txn_t **txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  void *handle;
  SET(txn, NULL);
  if (call_begin(&c, writer, KIND_TXN_WRITER, timeout_ms) && call_need(&c, txn, "txn") && (!attach || call_need(&c, id, "id"))) {
    struct txn *t = calloc(1, sizeof *t);
    if (t == NULL) {
      call_fail(&c, PRAVEGA_E_NO_MEMORY, "");
      return call_end(&c, err);
    }
    t->object.destroy = destroy;
    t->object.go = goTxnEnter(c.object->go, id, t->id, timeout_ms, &c.out);
    if (t->object.go == NULL) {
      destroy(&t->object);
    } else if (call_adopt(&c, KIND_TXN, &t->object, &handle)) {
      *txn = handle;
    } else {
      struct shim_outcome unheard = {0};
      goTxnClose(t->object.go, 0, &unheard);
      free(unheard.message);
      destroy(&t->object);
    }
  }
  return call_end(&c, err);
}

int pravega_txn_begin(pravega_txn_writer_t *writer, pravega_txn_t **txn, int timeout_ms, pravega_error_t **err) { return enter(writer, false, NULL, txn, timeout_ms, err); }

int pravega_txn_attach(pravega_txn_writer_t *writer, const char *id, pravega_txn_t **txn, int timeout_ms, pravega_error_t **err) { return enter(writer, true, id, txn, timeout_ms, err); }

int pravega_txn_id(pravega_txn_t *txn, char *id) {
  struct call c;
  if (call_begin_quick(&c, txn, KIND_TXN) && call_need(&c, id, "id")) {
    memcpy(id, ((struct txn *)c.object)->id, PRAVEGA_TXN_ID_SIZE);
  }
  return call_end(&c, NULL);
}

int pravega_txn_list(pravega_txn_writer_t *writer, pravega_list_t **ids, pravega_error_t **err) {
  struct call c;
  SET(ids, NULL);
  if (call_begin_quick(&c, writer, KIND_TXN_WRITER) && call_need(&c, ids, "ids")) {
    struct shim_strings strings = {0, NULL};
    goTxnList(c.object->go, &strings, &c.out);
    call_list(&c, &strings, ids);
  }
  return call_end(&c, err);
}

int64_t pravega_txn_write(pravega_txn_t *txn, const void *key, size_t key_len, const void *event, size_t len, int timeout_ms, pravega_error_t **err) {
  struct call c;
  int64_t number = 0;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    if ((event == NULL && len > 0) || key_len > PTRDIFF_MAX) {
      call_fail(&c, PRAVEGA_E_INVALID_ARGUMENT, "event or key_len");
    } else if (len > UINT32_MAX) {
      call_fail(&c, PRAVEGA_E_EVENT_TOO_LARGE, "");
    } else {
      number = goTxnWrite(c.object->go, key, key_len, event, len, timeout_ms, &c.out);
    }
  }
  int status = call_end(&c, err);
  return status < 0 ? status : number;
}

int pravega_txn_write_many(pravega_txn_t *txn, const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, size_t *accepted, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(accepted, 0);
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    size_t bytes, key_bytes;
    if (!many_measured(keys, key_lens, events, lens, count, &bytes, &key_bytes)) {
      call_fail(&c, PRAVEGA_E_INVALID_ARGUMENT, "NULL where there are bytes");
    } else {
      size_t n = goTxnWriteMany(c.object->go, keys, key_bytes, key_lens, events, bytes, lens, count, timeout_ms, &c.out);
      SET(accepted, n);
    }
  }
  return call_end(&c, err);
}

int64_t pravega_txn_write_batch(pravega_txn_t *txn, const void *key, size_t key_len, const void *events, const uint32_t *lens, size_t count, int timeout_ms, pravega_error_t **err) {
  struct call c;
  int64_t number = 0;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    size_t bytes;
    int status = batch_measured(key_len, events, lens, count, &bytes);
    if (status != PRAVEGA_OK) {
      call_fail(&c, status, status == PRAVEGA_E_INVALID_ARGUMENT ? "events, lens, count or key_len" : "");
    } else {
      number = goTxnWriteBatch(c.object->go, key, key_len, events, bytes, lens, count, timeout_ms, &c.out);
    }
  }
  int status = call_end(&c, err);
  return status < 0 ? status : number;
}

int pravega_txn_acked(pravega_txn_t *txn, int64_t *acked) {
  struct call c;
  SET(acked, 0);
  if (call_begin_quick(&c, txn, KIND_TXN) && call_need(&c, acked, "acked")) {
    *acked = goTxnAcked(c.object->go, &c.out);
  }
  return call_end(&c, NULL);
}

int pravega_txn_flush(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnFlush(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_status(pravega_txn_t *txn, int *status, int timeout_ms, pravega_error_t **err) {
  struct call c;
  SET(status, PRAVEGA_TXN_UNKNOWN);
  if (call_begin(&c, txn, KIND_TXN, timeout_ms) && call_need(&c, status, "status")) {
    *status = goTxnStatus(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_commit(pravega_txn_t *txn, const int64_t *timestamp, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnCommit(c.object->go, timestamp != NULL, timestamp != NULL ? *timestamp : 0, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_commit_and_wait(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnCommitAndWait(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_wait_readable(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnWaitReadable(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_abort(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnAbort(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}

int pravega_txn_close(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err) {
  struct call c;
  if (call_begin_close(&c, txn, KIND_TXN, timeout_ms)) {
    goTxnClose(c.object->go, timeout_ms, &c.out);
  }
  return call_end(&c, err);
}
