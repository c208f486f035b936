/* The log, queued: no thread of the library enters Java. What comes when the
 * queue is full is counted and left out. */
#include "binding.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROOM 1024

struct line {
  int level;
  char *text;
};

static struct {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  struct line lines[ROOM];
  size_t first, count;
  unsigned lost;
  jlong session; /* of the reader of the queue; 0: the log is off */
} queue = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void keep(void *user UNUSED, int level, const char *message) {
  char *text = strdup(message);
  pthread_mutex_lock(&queue.lock);
  if (queue.session != 0 && queue.count < ROOM && text != NULL) {
    queue.lines[(queue.first + queue.count++) % ROOM] = (struct line){level, text};
    text = NULL;
  } else if (queue.session != 0) {
    queue.lost++;
  }
  pthread_cond_broadcast(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
  free(text);
}

/* Level PRAVEGA_LOG_OFF ends the session of the log before. */
static void logSet(JNIEnv *env, jclass cls UNUSED, jint level, jlong session) {
  if (!succeeded(env, pravega_log_set(level == PRAVEGA_LOG_OFF ? NULL : keep, NULL, level), NULL)) {
    return;
  }
  pthread_mutex_lock(&queue.lock);
  queue.session = level == PRAVEGA_LOG_OFF ? 0 : session;
  pthread_cond_broadcast(&queue.changed);
  pthread_mutex_unlock(&queue.lock);
}

/* Waits for the next line; level[0] is its level. NULL when the session is over
 * and the queue is empty. */
static jbyteArray logTake(JNIEnv *env, jclass cls UNUSED, jlong session, jintArray level) {
  char lost[64];
  struct line line = {0};
  pthread_mutex_lock(&queue.lock);
  while (queue.count == 0 && queue.lost == 0 && queue.session == session) {
    pthread_cond_wait(&queue.changed, &queue.lock);
  }
  if (queue.count > 0) {
    line = queue.lines[queue.first];
    queue.first = (queue.first + 1) % ROOM;
    queue.count--;
  } else if (queue.lost > 0) {
    snprintf(lost, sizeof lost, "%u messages were lost: too many at once", queue.lost);
    line = (struct line){PRAVEGA_LOG_WARN, strdup(lost)};
    queue.lost = 0;
  }
  pthread_mutex_unlock(&queue.lock);
  if (line.text == NULL) {
    return NULL;
  }
  jint number = line.level;
  jbyteArray bytes = text_out(env, line.text);
  free(line.text);
  if (bytes != NULL) {
    (*env)->SetIntArrayRegion(env, level, 0, 1, &number);
  }
  return bytes;
}

static const JNINativeMethod methods[] = {
    NATIVE(logSet, "(IJ)V"),
    NATIVE(logTake, "(J[I)" TEXT),
};
const struct natives log_natives = NATIVES(methods);
