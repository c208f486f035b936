#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

noreturn void fail(const char *what, const char *why) {
  fprintf(stderr, "%s: %s\n", what, why);
  exit(1);
}

static int positive(const char *text) {
  int n = atoi(text);
  if (n < 1) {
    fail(text, "not a positive number");
  }
  return n;
}

struct task task_of(int argc, char **argv) {
  if (argc != 8) {
    fail("usage", "client URI SCOPE STREAM SEGMENTS SIZE COUNT WORK");
  }
  return (struct task){.uri = argv[1], .scope = argv[2], .stream = argv[3], .segments = positive(argv[4]),
                       .size = positive(argv[5]), .count = positive(argv[6]), .work = argv[7]};
}

double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* CPU seconds of the process, user and system. */
static double cpu(void) {
  struct rusage u;
  getrusage(RUSAGE_SELF, &u);
  return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

struct watch watch_start(void) {
  struct watch watch = {.cpu = cpu(), .began = now()};
  return watch;
}

struct result watch_stop(const struct watch *watch, int64_t events) {
  struct result result = {.events = events, .seconds = now() - watch->began, .cpu_seconds = cpu() - watch->cpu};
  return result;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

void latencies(struct result *result, double *seconds, int count) {
  qsort(seconds, (size_t)count, sizeof *seconds, by_value);
  result->p50_us = seconds[(int)(0.50 * (count - 1))] * 1e6;
  result->p99_us = seconds[(int)(0.99 * (count - 1))] * 1e6;
}

void readable(struct result *result, double *seconds, int count) {
  qsort(seconds, (size_t)count, sizeof *seconds, by_value);
  result->readable_p50_us = seconds[(int)(0.50 * (count - 1))] * 1e6;
}

/* The most memory that was resident, in MiB. That of getrusage counts the
 * parent's too, from before exec. */
static double peak_memory(void) {
  char line[256];
  long kib = 0;
  FILE *status = fopen("/proc/self/status", "r");
  if (status == NULL) {
    fail("/proc/self/status", "cannot be read");
  }
  while (kib == 0 && fgets(line, sizeof line, status) != NULL) {
    if (strncmp(line, "VmHWM:", 6) == 0) {
      kib = atol(line + 6);
    }
  }
  fclose(status);
  return (double)kib / 1024;
}

void tell(const struct result *r) {
  printf("{\"events\":%lld,\"before\":%lld,\"seconds\":%.6f,\"cpu_seconds\":%.6f,\"rss_mb\":%.1f,\"p50_us\":%.1f,\"p99_us\":%.1f,\"readable_p50_us\":%.1f}\n",
         (long long)r->events, (long long)r->before, r->seconds, r->cpu_seconds, peak_memory(), r->p50_us, r->p99_us, r->readable_p50_us);
}
