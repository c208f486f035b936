/* Bad input that needs no server: every mistake is a code, none is a crash. */
#include "check.h"

#include <pthread.h>

static pravega_client_t *client_of(const char *uri) {
  pravega_config_t *config;
  pravega_client_t *client;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", uri, &error));
  CHECK_OK(pravega_config_set(config, "request.timeout", "30s", &error));
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  return client;
}

static void versions(void) {
  CHECK_INT(PRAVEGA_VERSION, pravega_version());
  CHECK(strcmp(pravega_version_string(), "0.1.0") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_check_abi());
  CHECK_INT(PRAVEGA_E_ABI_MISMATCH, pravega_check_abi_of(PRAVEGA_ABI + 1, PRAVEGA_VERSION));
  CHECK_INT(PRAVEGA_E_ABI_MISMATCH, pravega_check_abi_of(PRAVEGA_ABI, PRAVEGA_VERSION + 0x10000));
}

static void statuses(void) {
  const pravega_status_t *list;
  size_t count;
  CHECK_INT(PRAVEGA_OK, pravega_status_list(&list, &count));
  CHECK(count > 30);
  for (size_t i = 0; i < count; i++) {
    CHECK(list[i].code < 0 && list[i].text[0] != '\0');
    CHECK(strcmp(pravega_status_name(list[i].code), list[i].name) == 0);
    CHECK(strcmp(pravega_status_text(list[i].code), list[i].text) == 0);
  }
  CHECK(strcmp(pravega_status_name(PRAVEGA_E_STREAM_SEALED), "StreamSealed") == 0);
  CHECK(strcmp(pravega_status_name(PRAVEGA_OK), "OK") == 0);
  CHECK(strcmp(pravega_status_name(PRAVEGA_END), "End") == 0);
  CHECK(strcmp(pravega_status_name(-9999), "Unknown") == 0);
  CHECK(strcmp(pravega_status_name(9999), "Unknown") == 0);
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_status_list(NULL, &count));
}

static void options(void) {
  pravega_config_t *config, *copy;
  pravega_list_t *list;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_FAILS(PRAVEGA_E_UNKNOWN_OPTION, "writer.windw.bytes", pravega_config_set(config, "writer.windw.bytes", "1", &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "writer.window.bytes", pravega_config_set(config, "writer.window.bytes", "much", &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "name", pravega_config_set(config, NULL, "1", &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "value", pravega_config_set(config, "writer.window.bytes", NULL, &error));
  CHECK_FAILS(PRAVEGA_E_UNKNOWN_OPTION, "nothing", pravega_config_get(config, "nothing", &list, &error));
  CHECK_INT(PRAVEGA_E_UNKNOWN_OPTION, pravega_config_set(config, "nothing", "1", NULL)); /* err may be NULL */

  CHECK_OK(pravega_config_dup(config, &copy, &error));
  CHECK_OK(pravega_config_set(copy, "writer.window.bytes", "1MiB", &error));
  CHECK_OK(pravega_config_get(copy, "writer.window.bytes", &list, &error));
  CHECK_INT(1, pravega_list_size(list));
  CHECK(strcmp(pravega_list_get(list, 0), "1048576") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_OK(pravega_config_get(config, "writer.window.bytes", &list, &error));
  CHECK(strcmp(pravega_list_get(list, 0), "1048576") != 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(copy));

  /* Every option is described, and its default is a value that it takes. */
  CHECK_OK(pravega_config_describe(&list, &error));
  CHECK(pravega_list_size(list) > 0);
  CHECK_INT(0, pravega_list_size(list) % PRAVEGA_CONFIG_COLUMNS);
  for (size_t i = 0; i < pravega_list_size(list); i += PRAVEGA_CONFIG_COLUMNS) {
    CHECK(pravega_list_get(list, i + 3)[0] != '\0');
    CHECK_OK(pravega_config_set(config, pravega_list_get(list, i), pravega_list_get(list, i + 1), &error));
  }
  CHECK(pravega_list_get(list, pravega_list_size(list)) == NULL);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
}

/* An object takes options of its own kind, and of another kind only what its
 * client has. */
static void options_of_other_objects(void) {
  enum { KINDS = 4 };
  static const char *const kinds[KINDS] = {"stream", "writer", "transactional writer", "reader group"}, *const streams[] = {"s/t"};
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  pravega_list_t *list;
  pravega_writer_t *writer;
  pravega_txn_writer_t *txn_writer;
  char part[256];
  CHECK_OK(pravega_config_describe(&list, &error));
  for (size_t i = 0; i < pravega_list_size(list); i += PRAVEGA_CONFIG_COLUMNS) {
    const char *name = pravega_list_get(list, i), *value = pravega_list_get(list, i + 1), *owner = pravega_list_get(list, i + 4);
    for (int dup = 0; dup < 2; dup++) {
      pravega_config_t *config = config_of_other(name, value), *copy;
      if (dup == 1) {
        CHECK_OK(pravega_config_dup(config, &copy, &error));
        CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
        config = copy;
      }
      for (int kind = 0; kind < KINDS; kind++) {
        int status = 0;
        pravega_error_t *error;
        switch (kind) {
        case 0: status = pravega_stream_create(client, "s", "t", config, NULL, 0, &error); break;
        case 1: status = pravega_writer_open(client, "s", "t", config, &writer, 0, &error); break;
        case 2: status = pravega_txn_writer_open(client, "s", "t", config, &txn_writer, 0, &error); break;
        case 3: status = pravega_reader_group_create(client, "s", "g", streams, 1, config, NULL, 0, &error); break;
        }
        snprintf(part, sizeof part, "it belongs to a %s, and was given to a %s", owner, kinds[kind]);
        bool refused = status == PRAVEGA_E_INVALID_ARGUMENT && strstr(pravega_error_message(error), part) != NULL;
        CHECK(status < 0 && refused == (strcmp(owner, kinds[kind]) != 0));
        CHECK(!refused || strstr(pravega_error_message(error), name) != NULL);
        CHECK_INT(PRAVEGA_OK, pravega_error_free(error));
      }
      CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
    }
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));

  pravega_config_t *as_client;
  CHECK_OK(pravega_config_new(&as_client, &error));
  CHECK_OK(pravega_config_set(as_client, "controller.uri", "tcp://127.0.0.1:1", &error));
  CHECK_OK(pravega_config_set(as_client, "writer.window.bytes", "1MiB", &error));
  CHECK_INT(PRAVEGA_E_TIMED_OUT, pravega_writer_open(client, "s", "t", as_client, &writer, 0, NULL));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(as_client));
  CHECK_OK(pravega_client_close(client, &error));
}

static void bad_handles(void) {
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  pravega_config_t *config;
  pravega_list_t *list;
  pravega_slice_t *slice;
  pravega_slice_info_t info;
  int64_t acked, unread, lower, upper;
  pravega_group_status_t status = {.segments = -1};
  int flag, fd;
  pravega_reader_group_t *group;
  pravega_reader_t *reader;
  pravega_bytes_t *bytes;
  const char *text = "t";
  char pointer[PRAVEGA_POINTER_SIZE];
  size_t len;
  void *junk = (void *)(uintptr_t)0x1234567812345678u;
  pravega_client_t *none[] = {NULL, (pravega_client_t *)junk, (pravega_client_t *)&flag, (pravega_client_t *)(void *)(uintptr_t)-1};

  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
    void *bad = none[i];
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_scope_create(bad, "s", &flag, 1000, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_client_close(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_client_open(bad, &client, &error));
    CHECK(client == NULL);
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_write(bad, NULL, 0, "x", 1, 0));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_write_many(bad, NULL, NULL, NULL, NULL, 0, 0, NULL));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_wait(bad, 1, 0, &acked));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_pending(bad));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_set_ack(bad, NULL, NULL));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_writer_ack_fd(bad, &fd));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_error(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_trouble(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_flush(bad, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_writer_close(bad, &acked, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_create(bad, "s", "g", &text, 1, NULL, &flag, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_delete(bad, "s", "g", 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_list(bad, "s", &list, 0, &error));
    CHECK(list == NULL);
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_scope_delete_recursive(bad, "s", &flag, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_open(bad, "s", "g", &group, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_open(bad, "r", NULL, &reader, 0, &error));
    CHECK(group == NULL && reader == NULL);
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_reader_offline(bad, "r", 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_readers(bad, &list, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_info(bad, &list, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_checkpoint(bad, "c", &list, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_cancel_checkpoints(bad, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_cuts(bad, &list, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_reset(bad, &text, 1, NULL, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_reset_to(bad, &text, 1, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_reset_to_last_checkpoint(bad, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_update_retention_cut(bad, &text, 1, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_unread_bytes(bad, &unread, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_reader_offline_at(bad, "r", "", 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_wait_change(bad, &status, sizeof status, 0, &error));
    CHECK_INT(-1, status.segments);
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_group_close(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_event_fetch(bad, "s/t/0.#epoch.0:0-8", &bytes, 0, &error));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_reader_next(bad, 0, &slice));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_reader_ready_fd(bad, &fd));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_checkpoint(bad, &list, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_error(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_trouble(bad, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_position(bad, &list, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_time_window(bad, "s", "t", &lower, &upper, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_close(bad, 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_reader_close_at(bad, "", 0, &error));
    CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_slice_position(bad, 0, &list, &error));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_info(bad, &info, sizeof info));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_index(bad, NULL, NULL, 0));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_pointer(bad, 0, 0, pointer));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_slice_release(bad, 0));
    CHECK_INT(0, pravega_list_size(bad));
    CHECK(pravega_list_get(bad, 0) == NULL);
    CHECK(pravega_list_find(bad, "x") == NULL);
    int freed = bad == NULL ? PRAVEGA_OK : PRAVEGA_E_BAD_HANDLE; /* freeing nothing is no mistake */
    CHECK(pravega_bytes_data(bad, &len) == NULL);
    CHECK_INT(freed, pravega_bytes_free(bad));
    CHECK_INT(freed, pravega_list_free(bad));
    CHECK_INT(freed, pravega_error_free(bad));
    CHECK_INT(freed, pravega_config_free(bad));
    CHECK_INT(freed, pravega_error_code(bad));
    CHECK(pravega_error_message(bad) != NULL);
    CHECK_INT(0, pravega_error_is_final(bad));
  }
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(1000)); /* the client above, whose handle was overwritten */

  /* A live handle of another kind. */
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_FAILS(PRAVEGA_E_WRONG_KIND, "", pravega_client_close((pravega_client_t *)(void *)config, &error));
  CHECK_INT(PRAVEGA_E_WRONG_KIND, pravega_writer_write((pravega_writer_t *)(void *)config, NULL, 0, "x", 1, 0));
  CHECK_FAILS(PRAVEGA_E_WRONG_KIND, "", pravega_reader_group_wait_change((pravega_reader_group_t *)(void *)config, &status, sizeof status, 0, &error));
  CHECK_FAILS(PRAVEGA_E_WRONG_KIND, "", pravega_reader_close_at((pravega_reader_t *)(void *)config, "", 0, &error));
  CHECK_INT(PRAVEGA_E_WRONG_KIND, pravega_error_free((pravega_error_t *)(void *)config));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
}

static void stale_handles(void) {
  pravega_config_t *config, *other;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_config_free(config));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_config_set(config, "auth.user", "x", &error));
  /* The entry is used again, its old handle does not come back to life. */
  for (int i = 0; i < 10000; i++) {
    CHECK_OK(pravega_config_new(&other, &error));
    CHECK(other != config);
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_config_free(config));
    CHECK_INT(PRAVEGA_OK, pravega_config_free(other));
  }
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  CHECK_OK(pravega_client_close(client, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_client_close(client, &error));
  CHECK_FAILS(PRAVEGA_E_BAD_HANDLE, "", pravega_scope_create(client, "s", NULL, 1000, &error));
}

static void bad_arguments(void) {
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  pravega_list_t *list;
  size_t count;
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_scope_create(client, "s", NULL, -2, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "exists", pravega_scope_exists(client, "s", NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "count", pravega_stream_segments(client, "s", "t", NULL, 0, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "segments", pravega_stream_segments(client, "s", "t", NULL, 1, &count, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "names", pravega_scope_list(client, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "names", pravega_reader_group_list(client, "s", NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "scope", pravega_reader_group_list(client, NULL, &list, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "scope", pravega_scope_delete_recursive(client, NULL, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "timeout_ms", pravega_scope_delete_recursive(client, "s", NULL, -2, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_scope_create(client, NULL, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_scope_create(client, "", NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "a/b", pravega_scope_create(client, "a/b", NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "t t", pravega_stream_create(client, "s", "t t", NULL, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_stream_info(client, "s", "\xff", &list, 1000, &error));
  CHECK(list == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_stream_truncate(client, "s", "t", "no cut", 1000, &error));
  pravega_reader_group_t *group;
  static const char *const names[] = {NULL, "", "a/b", "a b", "\xff"};
  const char *stream = "s/t";
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_create(client, "s", names[i], &stream, 1, NULL, NULL, 1000, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_create(client, names[i], "g", &stream, 1, NULL, NULL, 1000, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_open(client, "s", names[i], &group, 1000, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_open(client, names[i], "g", &group, 1000, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_delete(client, "s", names[i], 1000, &error));
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_delete(client, names[i], "g", 1000, &error));
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "_g", pravega_reader_group_open(client, "s", "_g", &group, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "group", pravega_reader_group_open(client, "s", "g", NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "no streams", pravega_reader_group_create(client, "s", "g", NULL, 0, NULL, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "streams", pravega_reader_group_create(client, "s", "g", NULL, 1, NULL, NULL, 1000, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "s/t twice", pravega_reader_group_create(client, "s", "g", (const char *[]){stream, stream}, 2, NULL, NULL, 1000, &error));
  const char *wrong[] = {NULL, "", "no-slash", "s/t@nowhere", "s/t@head@nowhere", "s/t@head@tail", "s/t@head@UNBOUNDED@x"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_reader_group_create(client, "s", "g", &wrong[i], 1, NULL, NULL, 1000, &error));
  }
  CHECK_OK(pravega_client_close(client, &error));
}

static void wrong_uri(void) {
  static const char *const wrong[] = {"", ",", "http://127.0.0.1:9090", "tcp://", "tcp://127.0.0.1:99999", "tcp://a b:1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    pravega_config_t *config;
    pravega_client_t *client;
    CHECK_OK(pravega_config_new(&config, &error));
    int status = pravega_config_set(config, "controller.uri", wrong[i], NULL);
    if (status == PRAVEGA_OK) {
      CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "controller.uri", pravega_client_open(config, &client, &error));
      CHECK(client == NULL);
    } else {
      CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, status);
    }
    CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  }
}

static void unreachable_controller(void) {
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  double begun = seconds();
  pravega_error_t *why;
  int exists;
  int status = pravega_scope_exists(client, "s", &exists, 700, &why);
  CHECK(status == PRAVEGA_E_TIMED_OUT || status == PRAVEGA_E_UNREACHABLE);
  CHECK(seconds() - begun < 10); /* the limit was kept, give or take a busy machine */
  CHECK_INT(1, pravega_error_is_retriable(why));
  CHECK_INT(0, pravega_error_is_final(why));
  CHECK_INT(PRAVEGA_OK, pravega_error_free(why));
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "", pravega_scope_exists(client, "s", &exists, 0, &error));
  CHECK_OK(pravega_client_close(client, &error));
}

struct asking {
  pravega_client_t *client;
  int status;
};

static void *ask(void *arg) {
  struct asking *a = arg;
  int exists;
  a->status = pravega_scope_exists(a->client, "s", &exists, 60000, NULL);
  return NULL;
}

static void close_while_another_waits(void) {
  struct asking a = {client_of("tcp://127.0.0.1:1"), 0};
  pthread_t thread;
  double begun = seconds();
  CHECK_INT(0, pthread_create(&thread, NULL, ask, &a));
  sleep_ms(200);
  CHECK_OK(pravega_client_close(a.client, &error));
  CHECK_INT(0, pthread_join(thread, NULL));
  /* Had the thread not come to wait yet, its handle is stale. */
  CHECK(a.status == PRAVEGA_E_CLOSED || a.status == PRAVEGA_E_BAD_HANDLE);
  CHECK(seconds() - begun < 20);
}

static void *race(void *arg) {
  pravega_config_t *config = arg;
  intptr_t freed = 0;
  for (int i = 0; i < 1000; i++) {
    pravega_config_set(config, "auth.user", "somebody", NULL);
  }
  freed = pravega_config_free(config) == PRAVEGA_OK;
  for (int i = 0; i < 1000; i++) {
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_config_set(config, "auth.user", "somebody", NULL));
  }
  return (void *)freed;
}

/* Of many threads that use and end one handle, one ends it. */
static void races_on_a_handle(void) {
  enum { THREADS = 8 };
  pthread_t threads[THREADS];
  pravega_config_t *config;
  intptr_t freed = 0;
  CHECK_OK(pravega_config_new(&config, &error));
  for (int i = 0; i < THREADS; i++) {
    CHECK_INT(0, pthread_create(&threads[i], NULL, race, config));
  }
  for (int i = 0; i < THREADS; i++) {
    void *result;
    CHECK_INT(0, pthread_join(threads[i], &result));
    freed += (intptr_t)result;
  }
  CHECK_INT(1, freed);
}

struct logged {
  int messages, refused;
};

static void on_log(void *user, int level, const char *message) {
  struct logged *l = user;
  pravega_config_t *config;
  CHECK(level >= PRAVEGA_LOG_ERROR && level <= PRAVEGA_LOG_DEBUG);
  CHECK(message[0] != '\0' && strchr(message, '\n') == NULL);
  l->messages++;
  l->refused += pravega_config_new(&config, NULL) == PRAVEGA_E_FROM_CALLBACK;
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_log_set(NULL, NULL, 0));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_shutdown(0));
}

static void log_hook(void) {
  struct logged l = {0, 0};
  int exists;
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_log_set(on_log, &l, 99));
  CHECK_INT(PRAVEGA_OK, pravega_log_set(on_log, &l, PRAVEGA_LOG_DEBUG));
  pravega_client_t *client = client_of("tcp://127.0.0.1:1");
  CHECK(pravega_scope_exists(client, "s", &exists, 500, NULL) < 0);
  CHECK_INT(PRAVEGA_OK, pravega_log_set(NULL, NULL, PRAVEGA_LOG_OFF));
  CHECK(l.messages > 0); /* a controller that does not answer is worth a line */
  CHECK_INT(l.messages, l.refused);
  int before = l.messages;
  CHECK(pravega_scope_exists(client, "s", &exists, 500, NULL) < 0);
  CHECK_INT(before, l.messages);
  CHECK_OK(pravega_client_close(client, &error));
}

static void shutdown_closes_all(void) {
  pravega_client_t *one = client_of("tcp://127.0.0.1:1"), *two = client_of("tcp://127.0.0.1:1");
  CHECK_INT(2, pravega_debug_live());
  CHECK_INT(PRAVEGA_E_INVALID_ARGUMENT, pravega_shutdown(-2));
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(1000));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_client_close(one, NULL));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_client_close(two, NULL));
  CHECK_INT(PRAVEGA_OK, pravega_shutdown(0));
}

int main(void) {
  RUN(versions);
  RUN(statuses);
  RUN(options);
  RUN(options_of_other_objects);
  RUN(bad_handles);
  RUN(stale_handles);
  RUN(bad_arguments);
  RUN(wrong_uri);
  RUN(unreachable_controller);
  RUN(close_while_another_waits);
  RUN(races_on_a_handle);
  RUN(log_hook);
  RUN(shutdown_closes_all);
  return 0;
}
