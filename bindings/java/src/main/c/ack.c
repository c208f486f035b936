/* What the thread that completes futures waits with: poll(2), since Java's own
 * selectors do not take descriptors of others. */
#include "binding.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* A descriptor that pollAcks looks at first and that ackWake makes readable. */
static jint ackWakeOpen(JNIEnv *env, jclass cls UNUSED) {
  int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  succeeded(env, fd < 0 ? PRAVEGA_E_NO_MEMORY : 0, NULL);
  return fd;
}

static void ackWake(JNIEnv *env UNUSED, jclass cls UNUSED, jint wake) {
  eventfd_write(wake, 1); /* fails only when it is readable already */
}

/* A duplicate of the writer's descriptor, which stays good, though silent, when
 * the writer is closed while the thread polls. The caller's, ackForget. */
static jint ackWatch(JNIEnv *env, jclass cls UNUSED, jlong writer) {
  int fd = -1;
  int status = pravega_writer_ack_fd(HANDLE(pravega_writer_t, writer), &fd);
  if (status == PRAVEGA_OK) {
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
    status = fd < 0 ? PRAVEGA_E_NO_MEMORY : PRAVEGA_OK;
  }
  succeeded(env, status, NULL);
  return fd;
}

static void ackForget(JNIEnv *env UNUSED, jclass cls UNUSED, jint fd) {
  close(fd);
}

/* Waits until one of the descriptors is readable, and tells which, or ackWake:
 * then it is true. */
static jboolean ackPoll(JNIEnv *env, jclass cls UNUSED, jint wake, jintArray fds, jbooleanArray ready) {
  jsize count = (*env)->GetArrayLength(env, fds);
  struct pollfd *polled = calloc((size_t)count + 1, sizeof *polled);
  if (polled == NULL) {
    return succeeded(env, PRAVEGA_E_NO_MEMORY, NULL);
  }
  polled[count] = (struct pollfd){.fd = wake, .events = POLLIN};
  for (jsize i = 0; i < count; i++) {
    jint fd;
    (*env)->GetIntArrayRegion(env, fds, i, 1, &fd);
    polled[i] = (struct pollfd){.fd = fd, .events = POLLIN};
  }
  while (poll(polled, (nfds_t)count + 1, -1) < 0 && errno == EINTR) {
  }
  eventfd_t ignored;
  bool woken = eventfd_read(wake, &ignored) == 0;
  for (jsize i = 0; i < count; i++) {
    jboolean is = polled[i].revents != 0;
    (*env)->SetBooleanArrayRegion(env, ready, i, 1, &is);
  }
  free(polled);
  return woken;
}

static const JNINativeMethod methods[] = {
    NATIVE(ackWakeOpen, "()I"),
    NATIVE(ackWake, "(I)V"),
    NATIVE(ackWatch, "(J)I"),
    NATIVE(ackForget, "(I)V"),
    NATIVE(ackPoll, "(I[I[Z)Z"),
};
const struct natives ack_natives = NATIVES(methods);
