/* A child made by fork after the library was loaded gets FORKED from every
 * function, at once; those that only read tables still work. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static pravega_config_t *config;
static pravega_client_t *client;
static pravega_list_t *list;
static pravega_bytes_t *bytes;
static pravega_error_t *failure;

static void in_child(void) {
  pravega_config_t *other;
  pravega_client_t *other_client;
  pravega_error_t *error = failure;
  int flag;
  alarm(20); /* a hang would be the failure */
  CHECK_INT(PRAVEGA_E_FORKED, pravega_config_new(&other, &error));
  CHECK(error == NULL);
  CHECK_INT(PRAVEGA_E_FORKED, pravega_config_set(config, "auth.user", "x", &error));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_client_open(config, &other_client, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_scope_create(client, "s", &flag, 1000, &error));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_writer_write(NULL, NULL, 0, "x", 1, 1000));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_writer_write_many(NULL, NULL, NULL, NULL, NULL, 0, 0, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_writer_wait(NULL, 1, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_writer_pending(NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_next(NULL, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_checkpoint(NULL, NULL, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_group_checkpoint(NULL, "c", NULL, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_group_reset_to_last_checkpoint(NULL, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_group_wait_change(NULL, NULL, 0, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_position(NULL, NULL, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_reader_close_at(NULL, "", 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_slice_position(NULL, 0, NULL, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_position_info("", NULL, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_event_fetch(client, "s/t/0.#epoch.0:0-8", NULL, 1000, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_cut_info("UNBOUNDED", NULL, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_slice_release(NULL, 0));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_log_set(NULL, NULL, 0));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_shutdown(1000));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_client_close(client, NULL));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_config_free(config));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_error_free(failure));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_list_free(list));
  CHECK_INT(PRAVEGA_E_FORKED, pravega_bytes_free(bytes));
  size_t len;
  CHECK(memcmp(pravega_bytes_data(bytes, &len), "\0\0\1", 3) == 0);
  CHECK_INT(PRAVEGA_OK, pravega_check_abi());
  CHECK(strcmp(pravega_status_name(PRAVEGA_E_FORKED), "Forked") == 0);
  CHECK_INT(PRAVEGA_E_UNKNOWN_OPTION, pravega_error_code(failure));
  CHECK(strstr(pravega_error_message(failure), "nothing") != NULL);
  CHECK(strcmp(pravega_list_get(list, 0), "somebody") == 0);
  CHECK_INT(5, pravega_debug_live());
}

static void child_of_a_loaded_library(void) {
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "auth.user", "somebody", &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", "tcp://127.0.0.1:1", &error));
  CHECK_OK(pravega_config_get(config, "auth.user", &list, &error));
  CHECK_INT(PRAVEGA_E_UNKNOWN_OPTION, pravega_config_set(config, "nothing", "", &failure));
  CHECK_OK(pravega_client_open(config, &client, &error));
  CHECK_OK(pravega_pointer_to_bytes("s/t/0.#epoch.0:0-8", &bytes, &error));

  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    in_child();
    _exit(0);
  }
  int how;
  CHECK(waitpid(child, &how, 0) == child);
  CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);

  /* The parent has lost nothing. */
  CHECK_OK(pravega_client_close(client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));
  CHECK_INT(PRAVEGA_OK, pravega_error_free(failure));
}

/* Starting other programs is not touched. */
static void fork_and_exec(void) {
  pid_t child = fork();
  CHECK(child >= 0);
  if (child == 0) {
    execlp("true", "true", (char *)NULL);
    _exit(1);
  }
  int how;
  CHECK(waitpid(child, &how, 0) == child);
  CHECK(WIFEXITED(how) && WEXITSTATUS(how) == 0);
}

int main(void) {
  RUN(child_of_a_loaded_library);
  RUN(fork_and_exec);
  return 0;
}
