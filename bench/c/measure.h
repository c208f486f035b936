/* What the package measure does for Go: the program's task, its clock and its
 * result. Failures end the program with a message. */
#ifndef MEASURE_H
#define MEASURE_H

#include <stdint.h>
#include <stdnoreturn.h>

/* What the program is to do: its arguments. */
struct task {
  const char *uri, *scope, *stream, *work;
  int segments, size, count;
};

/* Measures this process from watch_start on. */
struct watch {
  double began, cpu;
};

/* What is told of a piece of work, from its first event to its last. */
struct result {
  int64_t events, before; /* acked or read; written to warm up */
  double seconds, cpu_seconds;
  double p50_us, p99_us; /* of latency; else 0 */
  double readable_p50_us; /* until transactions are committed; else 0 */
};

struct task task_of(int argc, char **argv);
double now(void); /* seconds */
struct watch watch_start(void);
struct result watch_stop(const struct watch *watch, int64_t events);
void latencies(struct result *result, double *seconds, int count); /* sorts */
void readable(struct result *result, double *seconds, int count);  /* sorts */
void tell(const struct result *result);
noreturn void fail(const char *what, const char *why);

#endif
