/* Cuts, checkpoints, event pointers and positions as texts and as bytes, without a server. The
 * expected ones were written by the official Java client. */
#include "check.h"

#include <ctype.h>

static size_t unhex(const char *hex, uint8_t *bytes) {
  size_t n = 0;
  for (; hex[2 * n] != '\0'; n++) {
    CHECK(isxdigit((unsigned char)hex[2 * n]) && isxdigit((unsigned char)hex[2 * n + 1]));
    char two[] = {hex[2 * n], hex[2 * n + 1], '\0'};
    bytes[n] = (uint8_t)strtoul(two, NULL, 16);
  }
  return n;
}

static void are(pravega_bytes_t *bytes, const uint8_t *want, size_t want_len) {
  size_t len;
  const void *data = pravega_bytes_data(bytes, &len);
  CHECK_INT(want_len, len);
  CHECK(data != NULL && memcmp(data, want, len) == 0);
  CHECK(pravega_bytes_data(bytes, NULL) == data);
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));
}

static void says(pravega_list_t *list, const char *const *want, size_t count) {
  CHECK_INT(count, pravega_list_size(list));
  for (size_t i = 0; i < count; i++) {
    CHECK(strcmp(pravega_list_get(list, i), want[i]) == 0);
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
}

#define SAYS(list, ...) says(list, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Two texts of one cut may differ: they are packed. */
static void is_cut(const char *text, const char *want) {
  pravega_list_t *one, *other;
  CHECK_OK(pravega_cut_info(text, &one, &error));
  CHECK_OK(pravega_cut_info(want, &other, &error));
  CHECK_INT(pravega_list_size(other), pravega_list_size(one));
  for (size_t i = 0; i < pravega_list_size(one); i++) {
    CHECK(strcmp(pravega_list_get(one, i), pravega_list_get(other, i)) == 0);
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(one));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(other));
}

static void cuts(void) {
  static const struct {
    const char *text, *hex;
  } both[] = {
      {"H4sIAAAAAAAA/zOwSs/PSdEvtjLQMQRiAysTUx1DA1MAyiI5vhcAAAA=", "000101000000000f0006676f6c642f730200202d012069"},
      {"UNBOUNDED", ""},
  };
  pravega_bytes_t *bytes;
  pravega_list_t *list;
  uint8_t want[100];
  for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
    size_t len = unhex(both[i].hex, want);
    CHECK_OK(pravega_cut_to_bytes(both[i].text, &bytes, &error));
    are(bytes, want, len);
    CHECK_OK(pravega_cut_from_bytes(want, len, &list, &error));
    CHECK_INT(1, pravega_list_size(list));
    is_cut(pravega_list_get(list, 0), both[i].text);
    CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  }
  CHECK_OK(pravega_cut_from_bytes(NULL, 0, &list, &error));
  SAYS(list, "UNBOUNDED");
  CHECK_OK(pravega_cut_info(both[0].text, &list, &error));
  SAYS(list, "scope", "gold", "stream", "s", "0", "45", "1", "105");
  CHECK_OK(pravega_cut_info("H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtYxsDLVMbfSNdQxNLC0NDU0NDMyNzc3AwA+/biZIwAAAA==", &list, &error));
  SAYS(list, "scope", "golden", "stream", "s", "21474836483", "-1", "30064771072", "1099511627776");
  CHECK_OK(pravega_cut_info("UNBOUNDED", &list, &error));
  SAYS(list, "scope", "", "stream", "");

  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_cut_info("nonsense", &list, &error));
  CHECK(list == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cut", pravega_cut_info(NULL, &list, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "info", pravega_cut_info("UNBOUNDED", NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_cut_to_bytes("", &bytes, &error));
  CHECK(bytes == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_cut_to_bytes("UNBOUNDED", NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_cut_from_bytes(NULL, 1, &list, &error));
  size_t len = unhex(both[0].hex, want);
  for (size_t part = 1; part < len; part++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_cut_from_bytes(want, part, &list, &error));
  }
}

static void is_checkpoint(pravega_list_t *list, const char *name, const char *const *cuts, size_t count) {
  CHECK_INT(count + 1, pravega_list_size(list));
  CHECK(strcmp(pravega_list_get(list, 0), name) == 0);
  for (size_t i = 0; i < count; i++) {
    is_cut(pravega_list_get(list, i + 1), cuts[i]);
  }
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
}

static void checkpoints(void) {
  static const char hex[] = "00000100000000490003637031020008676f6c64656e2f74000101000000000e0008676f6c64656e2f74010020500008676f6c64656e2f73"
                            "00010100000000110008676f6c64656e2f730200207d0120b9";
  static const char t[] = "H4sIAAAAAAAA/zOwSs/PSUnN0y+xMgBCCwMAhnVL2REAAAA=", s[] = "H4sIAAAAAAAA/zOwSs/PSUnN0y+2MtAxBGIDK0MjUx1DC1MA5JvUGhoAAAA=";
  const char *of_s_and_t[] = {s, t}, *twice[] = {s, s}, *unbounded[] = {"UNBOUNDED"}, *wrong[] = {"?"}, *null[] = {NULL};
  static const uint8_t with_nul[] = {0, 0, 1, 0, 0, 0, 0, 6, 0, 3, 'a', 0xc0, 0x80, 0}; /* as Java writes a NUL */
  pravega_bytes_t *bytes;
  pravega_list_t *list;
  uint8_t want[200];
  size_t len = unhex(hex, want), made_len;
  CHECK_OK(pravega_checkpoint_from_bytes(want, len, &list, &error));
  is_checkpoint(list, "cp1", of_s_and_t, 2);
  /* The order in the bytes is a matter of taste: what they say is the same. */
  CHECK_OK(pravega_checkpoint_to_bytes("cp1", of_s_and_t, 2, &bytes, &error));
  const void *made = pravega_bytes_data(bytes, &made_len);
  CHECK_INT(len, made_len);
  CHECK_OK(pravega_checkpoint_from_bytes(made, made_len, &list, &error));
  is_checkpoint(list, "cp1", of_s_and_t, 2);
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));
  CHECK_OK(pravega_checkpoint_to_bytes("of nothing", NULL, 0, &bytes, &error));
  made = pravega_bytes_data(bytes, &made_len);
  CHECK_OK(pravega_checkpoint_from_bytes(made, made_len, &list, &error));
  SAYS(list, "of nothing");
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));

  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_to_bytes("c", twice, 2, &bytes, &error));
  CHECK(bytes == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_to_bytes("c", unbounded, 1, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_to_bytes("c", wrong, 1, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_to_bytes("c", null, 1, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_to_bytes("\xff", NULL, 0, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "cuts", pravega_checkpoint_to_bytes("c", NULL, 1, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "name", pravega_checkpoint_to_bytes(NULL, NULL, 0, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_checkpoint_to_bytes("c", NULL, 0, NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "NUL", pravega_checkpoint_from_bytes(with_nul, sizeof with_nul, &list, &error));
  CHECK(list == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_from_bytes(NULL, 0, &list, &error));
  for (size_t part = 1; part < len; part++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_checkpoint_from_bytes(want, part, &list, &error));
  }
}

static void pointers(void) {
  static const char text[] = "golden/s/6.#epoch.2:368-16", hex[] = "00000100000000180013676f6c64656e2f732f362e2365706f63682e32417010";
  pravega_bytes_t *bytes;
  pravega_list_t *list;
  uint8_t want[100];
  size_t len = unhex(hex, want);
  CHECK_OK(pravega_pointer_to_bytes(text, &bytes, &error));
  are(bytes, want, len);
  CHECK_OK(pravega_pointer_from_bytes(want, len, &list, &error));
  SAYS(list, text);
  CHECK_OK(pravega_pointer_info(text, &list, &error));
  SAYS(list, "scope", "golden", "stream", "s", "segment", "golden/s/6.#epoch.2", "offset", "368", "size", "8");

  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_pointer_info("golden/s/6.#epoch.2", &list, &error));
  CHECK(list == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_pointer_to_bytes("golden/s/6.#epoch.2:-1-16", &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "pointer", pravega_pointer_to_bytes(NULL, &bytes, &error));
  CHECK(bytes == NULL);
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "pointer", pravega_pointer_from_bytes(want, len, NULL, &error));
  for (size_t part = 0; part < len; part++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_pointer_from_bytes(want, part, &list, &error));
  }
}

static void positions(void) {
  static const struct {
    const char *text, *hex;
    bool ranges; /* are in the bytes, but not in the text */
  } both[] = {
      {"gold/s/0.#epoch.0=75, gold/s/1.#epoch.0=150",
       "000002000000002b020011676f6c642f732f302e2365706f63682e30404b0011676f6c642f732f312e2365706f63682e3040960100000047020011676f6c642f732f302e2365706f63682e30"
       "bff0000000000000bff00000000000000011676f6c642f732f312e2365706f63682e30bff0000000000000bff0000000000000",
       false},
      {"golden/s/6.#epoch.2=384",
       "0000020000000018010013676f6c64656e2f732f362e2365706f63682e3241800100000026010013676f6c64656e2f732f362e2365706f63682e3200000000000000003fe8000000000000", true},
      {"golden/s/2.#epoch.1=-1, golden/t/0.#epoch.0=8589934592",
       "000002000000003b020013676f6c64656e2f732f322e2365706f63682e31fffffffffffffffe0013676f6c64656e2f742f302e2365706f63682e30c000000200000000010000004b020013676f"
       "6c64656e2f732f322e2365706f63682e3100000000000000003fd00000000000000013676f6c64656e2f742f302e2365706f63682e30bff0000000000000bff0000000000000",
       true},
  };
  pravega_bytes_t *bytes;
  pravega_list_t *list;
  uint8_t want[300];
  size_t len;
  for (size_t i = 0; i < sizeof both / sizeof both[0]; i++) {
    len = unhex(both[i].hex, want);
    CHECK_OK(pravega_position_from_bytes(want, len, &list, &error));
    SAYS(list, both[i].text);
    CHECK_OK(pravega_position_to_bytes(both[i].text, &bytes, &error));
    if (!both[i].ranges) {
      are(bytes, want, len);
      continue;
    }
    size_t made_len;
    const void *made = pravega_bytes_data(bytes, &made_len);
    CHECK_OK(pravega_position_from_bytes(made, made_len, &list, &error));
    SAYS(list, both[i].text);
    CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));
  }
  CHECK_OK(pravega_position_info("golden/t/0.#epoch.0=8589934592, golden/s/2.#epoch.1=-1", &list, &error));
  SAYS(list, "golden/s/2.#epoch.1", "-1", "golden/t/0.#epoch.0", "8589934592");
  CHECK_OK(pravega_position_info("", &list, &error));
  CHECK_INT(0, pravega_list_size(list));
  CHECK_INT(PRAVEGA_OK, pravega_list_free(list));
  CHECK_OK(pravega_position_to_bytes("", &bytes, &error));
  const void *made = pravega_bytes_data(bytes, &len);
  CHECK_OK(pravega_position_from_bytes(made, len, &list, &error));
  SAYS(list, "");
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(bytes));

  static const char *const wrong[] = {"x", "golden/s/6.#epoch.2", "golden/s/6.#epoch.2=", "golden/s/6.#epoch.2=-2", "golden/s/6.#epoch.2=1, golden/s/6.#epoch.2=1", "=1"};
  for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_position_info(wrong[i], &list, &error));
    CHECK(list == NULL);
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_position_to_bytes(wrong[i], &bytes, &error));
    CHECK(bytes == NULL);
  }
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_position_info(NULL, &list, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "info", pravega_position_info("", NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_position_to_bytes(NULL, &bytes, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_position_to_bytes("", NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "bytes", pravega_position_from_bytes(NULL, 1, &list, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "position", pravega_position_from_bytes(want, 1, NULL, &error));
  len = unhex(both[0].hex, want);
  for (size_t part = 0; part < len; part++) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "", pravega_position_from_bytes(want, part, &list, &error));
  }
}

static void values_of_bytes(void) {
  pravega_bytes_t *one, *other;
  size_t len = 1;
  CHECK_OK(pravega_cut_to_bytes("UNBOUNDED", &one, &error));
  CHECK(pravega_bytes_data(one, &len) != NULL);
  CHECK_INT(0, len);
  CHECK_INT(PRAVEGA_E_WRONG_KIND, pravega_list_free((pravega_list_t *)(void *)one));
  CHECK_INT(PRAVEGA_OK, pravega_bytes_free(one));
  for (int i = 0; i < 1000; i++) {
    CHECK_OK(pravega_pointer_to_bytes("s/t/0.#epoch.0:0-8", &other, &error));
    CHECK(other != one);
    CHECK(pravega_bytes_data(one, &len) == NULL);
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_bytes_free(one));
    CHECK_INT(PRAVEGA_OK, pravega_bytes_free(other));
  }
}

int main(void) {
  RUN(cuts);
  RUN(checkpoints);
  RUN(pointers);
  RUN(positions);
  RUN(values_of_bytes);
  return 0;
}
