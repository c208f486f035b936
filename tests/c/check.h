/* The little that a test program in C needs. A failed check ends the program. */
#ifndef CHECK_H
#define CHECK_H

#include <pravega.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define CHECK(what) \
  do { \
    if (!(what)) { \
      fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #what); \
      exit(1); \
    } \
  } while (0)

#define CHECK_INT(want, have) \
  do { \
    long long want_ = (long long)(want), have_ = (long long)(have); \
    if (want_ != have_) { \
      fprintf(stderr, "%s:%d: %s is %lld (%s), not %s\n", __FILE__, __LINE__, #have, have_, pravega_status_name((int)have_), #want); \
      exit(1); \
    } \
  } while (0)

/* A call that takes &error and must succeed. */
#define CHECK_OK(call) \
  do { \
    pravega_error_t *error = NULL; \
    int status_ = (call); \
    if (status_ != PRAVEGA_OK) { \
      fprintf(stderr, "%s:%d: %s: %s: %s\n", __FILE__, __LINE__, #call, pravega_status_name(status_), pravega_error_message(error)); \
      exit(1); \
    } \
    CHECK(error == NULL); \
  } while (0)

/* A call that takes &error and must fail with this status; part: what the
 * message must hold. */
#define CHECK_FAILS(want, part, call) \
  do { \
    pravega_error_t *error = NULL; \
    int status_ = (call); \
    CHECK_INT(want, status_); \
    CHECK(error != NULL); \
    CHECK_INT(want, pravega_error_code(error)); \
    if (strstr(pravega_error_message(error), part) == NULL) { \
      fprintf(stderr, "%s:%d: the message lacks \"%s\": %s\n", __FILE__, __LINE__, part, pravega_error_message(error)); \
      exit(1); \
    } \
    CHECK_INT(PRAVEGA_OK, pravega_error_free(error)); \
  } while (0)

/* Runs a test and sees that it left no handle behind. */
#define RUN(test) \
  do { \
    double begun_ = seconds(); \
    printf("%-44s ", #test); \
    fflush(stdout); \
    test(); \
    CHECK_INT(0, pravega_debug_live()); \
    printf("ok %.2f s\n", seconds() - begun_); \
  } while (0)

/* A configuration in which one option has another value than its default. */
static inline pravega_config_t *config_of_other(const char *name, const char *value) {
  static const char *const values[] = {"true", "false", "20s", "5", "1000000", "9000000", "tcp://other:1", "basic", "manual", "keep", "data-rate", "size"};
  pravega_config_t *config;
  pravega_error_t *error = NULL;
  CHECK_INT(PRAVEGA_OK, pravega_config_new(&config, &error));
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    if (strcmp(values[i], value) != 0 && pravega_config_set(config, name, values[i], NULL) == PRAVEGA_OK) {
      return config;
    }
  }
  fprintf(stderr, "no other value of %s is known\n", name);
  exit(1);
}

static inline double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline void sleep_ms(int ms) {
  struct timespec t = {ms / 1000, (long)(ms % 1000) * 1000000};
  nanosleep(&t, NULL);
}

#endif
