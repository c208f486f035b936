/* The frame of a call off the hot path. */
#include "binding.h"

#include <stdlib.h>
#include <string.h>

bool request_begin(struct request *r, JNIEnv *env, jbyteArray first, jbyteArray second, jbyteArray third, jobjectArray options) {
  memset(r, 0, sizeof *r);
  r->env = env;
  return text_in(env, first, &r->texts[0]) && text_in(env, second, &r->texts[1]) && text_in(env, third, &r->texts[2]) && config_in(env, options, &r->config);
}

bool request_end(struct request *r, int status) {
  for (size_t i = 0; i < sizeof r->texts / sizeof *r->texts; i++) {
    free(r->texts[i]);
  }
  pravega_config_free(r->config);
  return succeeded(r->env, status, r->err);
}
