/* Scopes and streams on a real server. */
#include "server.h"

static void scopes(void) {
  pravega_client_t *client = client_open();
  pravega_list_t *names;
  char scope[80];
  int flag;
  snprintf(scope, sizeof scope, "%s-other", scope_of(client));
  CHECK_OK(pravega_scope_exists(client, scope, &flag, LONG, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_scope_create(client, scope, &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_scope_create(client, scope, &flag, LONG, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_scope_exists(client, scope, &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_scope_list(client, &names, LONG, &error));
  CHECK(lists(names, scope) && lists(names, scope_of(client)));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));
  CHECK_OK(pravega_stream_list(client, scope, NULL, &names, LONG, &error));
  CHECK_INT(0, pravega_list_size(names));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));

  CHECK_OK(pravega_stream_create(client, scope, "s", NULL, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NOT_EMPTY, scope, pravega_scope_delete(client, scope, &flag, LONG, &error));
  CHECK_OK(pravega_stream_seal(client, scope, "s", LONG, &error));
  CHECK_OK(pravega_stream_delete(client, scope, "s", &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_scope_delete(client, scope, &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_scope_delete(client, scope, &flag, LONG, &error));
  CHECK_INT(0, flag);
  client_close(client);
}

static void scope_with_all_that_is_in_it(void) {
  pravega_client_t *client = client_open();
  pravega_list_t *names;
  char scope[80], path[100];
  const char *paths[] = {path};
  int flag = -1;
  snprintf(scope, sizeof scope, "%s-full", scope_of(client));
  snprintf(path, sizeof path, "%s/s", scope);
  CHECK_OK(pravega_scope_create(client, scope, NULL, LONG, &error));
  pravega_config_t *config = config_with("stream.tags", "kept"), *subscribes = config_with("group.retention", "checkpoint");
  CHECK_OK(pravega_stream_create(client, scope, "s", config, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_create(client, scope, "g", paths, 1, subscribes, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NOT_EMPTY, "it holds reader group g, stream s", pravega_scope_delete(client, scope, &flag, LONG, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_stream_list(client, scope, "kept", &names, LONG, &error));
  CHECK(pravega_list_size(names) == 1 && lists(names, "s"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));
  CHECK_OK(pravega_reader_group_create(client, scope, "h", paths, 1, NULL, NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_CONFIG_MISMATCH, "group.retention is none, not checkpoint", pravega_reader_group_create(client, scope, "h", paths, 1, subscribes, NULL, LONG, &error));
  CHECK_OK(pravega_reader_group_list(client, scope, &names, LONG, &error));
  CHECK(pravega_list_size(names) == 2 && lists(names, "g") && lists(names, "h"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(subscribes));

  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "", pravega_scope_delete_recursive(client, scope, &flag, 0, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_scope_delete_recursive(client, scope, &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_scope_delete_recursive(client, scope, &flag, PRAVEGA_FOREVER, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_scope_delete_recursive(client, scope, NULL, LONG, NULL));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_SCOPE, scope, pravega_reader_group_list(client, scope, &names, LONG, &error));
  CHECK(names == NULL);
  client_close(client);
}

static void update_scales_fixed_segments(void) {
  pravega_client_t *client = client_open();
  pravega_segment_t segments[4];
  stream_create(client, "fixed", "1");
  for (size_t want = 3; want >= 2; want--) {
    size_t count;
    pravega_config_t *config = config_with("stream.segments", want == 3 ? "3" : "2");
    CHECK_OK(pravega_stream_update(client, scope_of(client), "fixed", config, LONG, &error));
    CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
    CHECK_OK(pravega_stream_segments(client, scope_of(client), "fixed", segments, 4, &count, LONG, &error));
    CHECK_INT(want, count);
  }
  client_close(client);
}

static void streams(void) {
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  pravega_list_t *names, *info;
  int flag;
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_SCOPE, "", pravega_stream_create(client, "no-such-scope", "s", NULL, NULL, LONG, &error));
  CHECK_OK(pravega_stream_exists(client, scope, "streams", &flag, LONG, &error));
  CHECK_INT(0, flag);
  stream_create(client, "streams", "3");
  CHECK_OK(pravega_stream_create(client, scope, "streams", NULL, &flag, LONG, &error));
  CHECK_INT(0, flag);
  CHECK_OK(pravega_stream_exists(client, scope, "streams", &flag, LONG, &error));
  CHECK_INT(1, flag);

  CHECK_OK(pravega_stream_info(client, scope, "streams", &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "sealed"), "false") == 0);
  CHECK(strcmp(pravega_list_find(info, "stream.segments"), "3") == 0);
  CHECK(strcmp(pravega_list_find(info, "stream.scaling"), "fixed") == 0);
  CHECK(pravega_list_find(info, "head") != NULL && pravega_list_find(info, "tail") != NULL);
  CHECK(pravega_list_find(info, "nothing") == NULL);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));

  /* Tags. */
  pravega_config_t *tagged = config_with("stream.tags", "red,blue");
  CHECK_OK(pravega_stream_update(client, scope, "streams", tagged, LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(tagged));
  CHECK_OK(pravega_stream_list(client, scope, "blue", &names, LONG, &error));
  CHECK_INT(1, pravega_list_size(names));
  CHECK(lists(names, "streams"));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));
  CHECK_OK(pravega_stream_list(client, scope, "green", &names, LONG, &error));
  CHECK_INT(0, pravega_list_size(names));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(names));

  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "nowhere", pravega_stream_info(client, scope, "nowhere", &info, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "nowhere", pravega_stream_seal(client, scope, "nowhere", LONG, &error));
  CHECK_FAILS(PRAVEGA_E_NO_SUCH_STREAM, "nowhere", pravega_stream_update(client, scope, "nowhere", NULL, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_STREAM_NOT_SEALED, "streams", pravega_stream_delete(client, scope, "streams", &flag, LONG, &error));
  CHECK_OK(pravega_stream_seal(client, scope, "streams", LONG, &error));
  CHECK_OK(pravega_stream_info(client, scope, "streams", &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "sealed"), "true") == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  CHECK_OK(pravega_stream_delete(client, scope, "streams", &flag, LONG, &error));
  CHECK_INT(1, flag);
  CHECK_OK(pravega_stream_delete(client, scope, "streams", &flag, LONG, &error));
  CHECK_INT(0, flag);
  client_close(client);
}

static void scaling(void) {
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  pravega_segment_t s[4];
  size_t count;
  stream_create(client, "scaled", "2");
  CHECK_OK(pravega_stream_segments(client, scope, "scaled", NULL, 0, &count, LONG, &error));
  CHECK_INT(2, count);
  CHECK_OK(pravega_stream_segments(client, scope, "scaled", s, 4, &count, LONG, &error));
  CHECK_INT(2, count);
  CHECK(s[0].keys.low >= 0 && s[0].keys.high <= 1 && s[0].keys.low < s[0].keys.high);
  /* Split the first in two. */
  double middle = (s[0].keys.low + s[0].keys.high) / 2;
  pravega_key_range_t into[2] = {{s[0].keys.low, middle}, {middle, s[0].keys.high}};
  int64_t seal = s[0].id;
  CHECK_OK(pravega_stream_scale(client, scope, "scaled", &seal, 1, into, 2, LONG, &error));
  CHECK_OK(pravega_stream_segments(client, scope, "scaled", s, 4, &count, LONG, &error));
  CHECK_INT(3, count);
  for (size_t i = 0; i < count; i++) {
    CHECK(s[i].id != seal);
  }
  /* The ranges must fit. */
  pravega_key_range_t half = {s[0].keys.low, (s[0].keys.low + s[0].keys.high) / 2};
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "ranges", pravega_stream_scale(client, scope, "scaled", &s[0].id, 1, &half, 1, LONG, &error));
  CHECK_FAILS(PRAVEGA_E_CONFLICT, "scaled", pravega_stream_scale(client, scope, "scaled", &seal, 1, into, 2, LONG, &error)); /* sealed by now */
  client_close(client);
}

static void truncation(void) {
  pravega_client_t *client = client_open();
  const char *scope = scope_of(client);
  pravega_list_t *info;
  stream_create(client, "cut", "1");
  pravega_writer_t *w = writer_open(client, "cut");
  for (int i = 0; i < 100; i++) {
    CHECK(pravega_writer_write(w, NULL, 0, &i, sizeof i, LONG) > 0);
  }
  writer_close(w);
  CHECK_OK(pravega_stream_info(client, scope, "cut", &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "head"), pravega_list_find(info, "tail")) != 0);
  CHECK_OK(pravega_stream_truncate(client, scope, "cut", pravega_list_find(info, "tail"), LONG, &error));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  CHECK_OK(pravega_stream_info(client, scope, "cut", &info, LONG, &error));
  CHECK(strcmp(pravega_list_find(info, "head"), pravega_list_find(info, "tail")) == 0);
  CHECK_INT(PRAVEGA_OK, pravega_list_free(info));
  client_close(client);
}

int main(void) {
  RUN(scopes);
  RUN(scope_with_all_that_is_in_it);
  RUN(update_scales_fixed_segments);
  RUN(streams);
  RUN(scaling);
  RUN(truncation);
  return 0;
}
