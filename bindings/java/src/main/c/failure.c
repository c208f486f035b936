/* Failures become exceptions of io.pravega.jni.PravegaException. */
#include "binding.h"

#include <string.h>

static jclass kind;
static jmethodID failure;

bool failure_init(JNIEnv *env) {
  jclass local = (*env)->FindClass(env, "io/pravega/jni/Kind");
  if (local == NULL) {
    return false;
  }
  kind = (*env)->NewGlobalRef(env, local);
  failure = (*env)->GetStaticMethodID(env, local, "failure", "(I[BZZZ)Lio/pravega/jni/PravegaException;");
  (*env)->DeleteLocalRef(env, local);
  return kind != NULL && failure != NULL;
}

/* The flags of a status that came without an error. */
static const pravega_status_t *describe(int status) {
  const pravega_status_t *list;
  size_t count;
  if (pravega_status_list(&list, &count) == PRAVEGA_OK) {
    for (size_t i = 0; i < count; i++) {
      if (list[i].code == status) {
        return &list[i];
      }
    }
  }
  return NULL;
}

bool succeeded(JNIEnv *env, int status, pravega_error_t *err) {
  if (status >= 0) {
    return true;
  }
  const pravega_status_t *about = describe(status);
  bool retriable = err != NULL ? pravega_error_is_retriable(err) : about != NULL && about->is_retriable;
  bool final = err != NULL ? pravega_error_is_final(err) : about != NULL && about->is_final;
  bool stored = err != NULL && pravega_error_may_be_stored(err);
  jbyteArray message = text_out(env, err != NULL ? pravega_error_message(err) : pravega_status_text(status));
  pravega_error_free(err);
  if (message == NULL) {
    return false;
  }
  jthrowable exception = (*env)->CallStaticObjectMethod(env, kind, failure, (jint)status, message, (jboolean)retriable, (jboolean)final, (jboolean)stored);
  if (exception != NULL && !(*env)->ExceptionCheck(env)) {
    (*env)->Throw(env, exception);
  }
  return false;
}
