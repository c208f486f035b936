/* Token providers, well behaved and not, against a Pravega in memory that admits one
 * bearer token. Argument: the program faulty. */
#include "faulty.h"

#include <limits.h>
#include <pthread.h>
#include <stdatomic.h>

enum { LONG = 60000, LONGEST = 65536 };

/* A provider, and what a test has it do. */
struct provider {
  struct faulty *f;
  void (*answer)(struct provider *, pravega_token_request_t *);
  atomic_int asked, running, overlaps;
  pravega_client_t *client;
  pthread_mutex_t lock;
  pthread_cond_t moved;
  pravega_token_request_t *request; /* that somebody else is to answer */
  bool held;
};

static void token_needed(void *user, pravega_token_request_t *request) {
  struct provider *p = user;
  if (atomic_fetch_add(&p->running, 1) > 0) {
    atomic_fetch_add(&p->overlaps, 1);
  }
  atomic_fetch_add(&p->asked, 1);
  p->answer(p, request);
  atomic_fetch_sub(&p->running, 1);
}

static pravega_config_t *config_of(struct provider *p, const char *timeout) {
  pravega_config_t *config;
  CHECK_OK(pravega_config_new(&config, &error));
  CHECK_OK(pravega_config_set(config, "controller.uri", p->f->uri, &error));
  CHECK_OK(pravega_config_set(config, "request.timeout", timeout, &error));
  CHECK_OK(pravega_config_set_token_provider(config, token_needed, p, &error));
  return config;
}

static void provider_start(struct provider *p, struct faulty *f, const char *timeout, void (*answer)(struct provider *, pravega_token_request_t *)) {
  *p = (struct provider){.f = f, .answer = answer};
  CHECK_INT(0, pthread_mutex_init(&p->lock, NULL));
  CHECK_INT(0, pthread_cond_init(&p->moved, NULL));
  faulty_start(f);
  faulty_tell(f, "admit token-1");
  pravega_config_t *config = config_of(p, timeout);
  CHECK_OK(pravega_client_open(config, &p->client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
}

static void provider_stop(struct provider *p) {
  if (p->client != NULL) {
    CHECK_OK(pravega_client_close(p->client, &error));
  }
  int asked = atomic_load(&p->asked);
  CHECK_INT(0, atomic_load(&p->running));
  CHECK_INT(0, atomic_load(&p->overlaps));
  faulty_stop(p->f);
  CHECK_INT(asked, atomic_load(&p->asked));
}

static void numbered(struct provider *p, pravega_token_request_t *request) {
  char token[32];
  int n = snprintf(token, sizeof token, "token-%d", atomic_load(&p->asked));
  CHECK_OK(pravega_token_set(request, token, (size_t)n, 0, &error));
}

static void works(struct provider *p) {
  int exists;
  CHECK_OK(pravega_scope_exists(p->client, "scope", &exists, LONG, &error));
  CHECK_INT(1, exists);
}

static void refused_tokens_are_replaced(void) {
  struct faulty f;
  struct provider p;
  provider_start(&p, &f, "60s", numbered);
  works(&p);
  works(&p);
  CHECK_INT(1, atomic_load(&p.asked));
  faulty_tell(&f, "admit token-3");
  works(&p);
  works(&p);
  CHECK_INT(3, atomic_load(&p.asked));
  /* A program that writes notices nothing. */
  pravega_writer_t *w;
  CHECK_OK(pravega_writer_open(p.client, "scope", "stream", NULL, &w, LONG, &error));
  char all[256] = "";
  for (int i = 0; i < 5; i++) {
    char id[8], admit[32];
    snprintf(id, sizeof id, "%s%02d", i == 0 ? "" : " ", i);
    strcat(all, id);
    snprintf(admit, sizeof admit, "admit token-%d", 4 + i);
    faulty_tell(&f, admit);
    faulty_tell(&f, "cut");
    CHECK_INT(i + 1, pravega_writer_write(w, NULL, 0, id + (i > 0), 2, LONG));
    CHECK_OK(pravega_writer_flush(w, LONG, &error));
    works(&p);
  }
  CHECK_OK(pravega_writer_close(w, NULL, LONG, &error));
  CHECK(strcmp(all, faulty_ask(&f, "stored")) == 0);
  CHECK_INT(8, atomic_load(&p.asked));
  provider_stop(&p);
}

/* Half of its life over, a token is asked for again, while the old one is used. */
static void ending(struct provider *p, pravega_token_request_t *request) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  int64_t end = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + 2000;
  (void)p;
  CHECK_OK(pravega_token_set(request, "token-1", 7, end, &error));
}

static void tokens_are_renewed(void) {
  struct faulty f;
  struct provider p;
  provider_start(&p, &f, "60s", ending);
  while (atomic_load(&p.asked) < 3) {
    works(&p);
  }
  provider_stop(&p);
}

static void unwilling(struct provider *p, pravega_token_request_t *request) {
  static const char *const reasons[] = {"the office is closed", NULL, ""};
  int n = atomic_load(&p->asked) - 1;
  CHECK_OK(pravega_token_fail(request, reasons[n < 3 ? n : 0], &error));
}

static void then_willing(struct provider *p, pravega_token_request_t *request) {
  if (atomic_load(&p->asked) < 4) {
    unwilling(p, request);
  } else {
    CHECK_OK(pravega_token_set(request, "token-1", 7, 0, &error));
  }
}

static void failures_are_borne(void) {
  struct faulty f;
  struct provider p;
  int exists;
  provider_start(&p, &f, "60s", then_willing);
  works(&p);
  CHECK_INT(4, atomic_load(&p.asked));
  provider_stop(&p);
  provider_start(&p, &f, "1s", unwilling);
  CHECK_FAILS(PRAVEGA_E_UNAUTHENTICATED, "the office is closed", pravega_scope_exists(p.client, "scope", &exists, PRAVEGA_FOREVER, &error));
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "the office is closed", pravega_scope_exists(p.client, "scope", &exists, 1000, &error));
  provider_stop(&p);
}

/* What is no token. The request has ended then, and the next one comes. */
static void garbled(struct provider *p, pravega_token_request_t *request) {
  static char big[1 << 20];
  static const struct {
    const char *value;
    size_t len;
    const char *part;
  } bad[] = {
      {NULL, 0, "empty"}, {NULL, 7, "empty"}, {"", 0, "empty"}, {"token-1\n", 8, "0xa"}, {"token-1", 8, "0x0"}, {"t\xc3\xb6ken", 6, "0xc3"}, {big, sizeof big, "1048576"}, {big, LONGEST + 1, "65537"}, {big, SIZE_MAX, "the most"}, {big, (size_t)INT_MAX + 2, "the most"},
  };
  memset(big, 'x', sizeof big);
  size_t n = (size_t)atomic_load(&p->asked) - 1;
  if (n < sizeof bad / sizeof *bad) {
    CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, bad[n].part, pravega_token_set(request, bad[n].value, bad[n].len, 0, &error));
    CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_set(request, "token-1", 7, 0, NULL));
    return;
  }
  CHECK_OK(pravega_token_set(request, "token-1", 7, INT64_MIN, &error)); /* ended long ago, as a wrong clock would have it */
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_set(request, "token-1", 7, 0, NULL));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_fail(request, "no", NULL));
}

static void what_is_no_token_is_refused(void) {
  struct faulty f;
  struct provider p;
  provider_start(&p, &f, "60s", garbled);
  works(&p);
  provider_stop(&p);
}

static void silent(struct provider *p, pravega_token_request_t *request) {
  pthread_mutex_lock(&p->lock);
  p->request = request;
  pthread_cond_broadcast(&p->moved);
  pthread_mutex_unlock(&p->lock);
}

static pravega_token_request_t *request_of(struct provider *p) {
  pthread_mutex_lock(&p->lock);
  while (p->request == NULL) {
    pthread_cond_wait(&p->moved, &p->lock);
  }
  pravega_token_request_t *request = p->request;
  p->request = NULL;
  pthread_mutex_unlock(&p->lock);
  return request;
}

static void *use(void *arg) {
  works(arg);
  return NULL;
}

/* Requests may be answered later, by any thread, once. */
static void answers_may_come_later(void) {
  struct faulty f;
  struct provider p;
  pthread_t users[4];
  provider_start(&p, &f, "60s", silent);
  for (int i = 0; i < 4; i++) {
    CHECK_INT(0, pthread_create(&users[i], NULL, use, &p));
  }
  pravega_token_request_t *first = request_of(&p);
  CHECK_OK(pravega_token_fail(first, "not yet", &error));
  pravega_token_request_t *second = request_of(&p);
  CHECK(second != first);
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_set(first, "token-1", 7, 0, NULL));
  CHECK_OK(pravega_token_set(second, "token-1", 7, 0, &error));
  for (int i = 0; i < 4; i++) {
    CHECK_INT(0, pthread_join(users[i], NULL));
  }
  CHECK_INT(2, atomic_load(&p.asked));
  provider_stop(&p);
}

/* A request without an answer is given up, and made again. */
static void requests_without_an_answer(void) {
  struct faulty f;
  struct provider p;
  int exists;
  provider_start(&p, &f, "200ms", silent);
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "no answer within 200ms", pravega_scope_exists(p.client, "scope", &exists, 2000, &error));
  CHECK(atomic_load(&p.asked) > 1);
  provider_stop(&p); /* which waits for none */
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_set(p.request, "token-1", 7, 0, NULL));
}

static void hold(struct provider *p, pravega_token_request_t *request) {
  int exists;
  /* Nothing that may block works here. */
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_scope_exists(p->client, "scope", &exists, LONG, NULL));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_client_close(p->client, NULL));
  CHECK_INT(PRAVEGA_E_FROM_CALLBACK, pravega_shutdown(0));
  pthread_mutex_lock(&p->lock);
  p->held = true;
  p->request = request;
  pthread_cond_broadcast(&p->moved);
  while (p->held) {
    pthread_cond_wait(&p->moved, &p->lock);
  }
  pthread_mutex_unlock(&p->lock);
  int status = pravega_token_set(request, "token-1", 7, 0, NULL); /* in time, or late */
  CHECK(status == PRAVEGA_OK || status == PRAVEGA_E_BAD_HANDLE);
}

static void let_go(struct provider *p) {
  pthread_mutex_lock(&p->lock);
  p->held = false;
  pthread_cond_broadcast(&p->moved);
  pthread_mutex_unlock(&p->lock);
}

static void *close_client(void *arg) {
  struct provider *p = arg;
  CHECK_OK(pravega_client_close(p->client, &error));
  CHECK_INT(0, atomic_load(&p->running));
  return NULL;
}

/* While a provider blocks, calls have their own limits, and closing the client waits. */
static void providers_that_block(void) {
  struct faulty f;
  struct provider p;
  pthread_t closer;
  int exists;
  provider_start(&p, &f, "60s", hold);
  for (int i = 0; i < 3; i++) {
    CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "the token provider: the credentials are missing, wrong or expired: no answer for", pravega_scope_exists(p.client, "scope", &exists, 100, &error));
  }
  request_of(&p);
  CHECK_INT(1, atomic_load(&p.asked));
  let_go(&p);
  works(&p); /* the answer came late for those, not for this one */
  faulty_tell(&f, "admit token-2");
  CHECK_FAILS(PRAVEGA_E_TIMED_OUT, "the token provider", pravega_scope_exists(p.client, "scope", &exists, 100, &error));
  request_of(&p);
  CHECK_INT(0, pthread_create(&closer, NULL, close_client, &p));
  while (pravega_scope_exists(p.client, "scope", &exists, 0, NULL) != PRAVEGA_E_BAD_HANDLE) {
  }
  CHECK_INT(1, atomic_load(&p.running));
  let_go(&p);
  CHECK_INT(0, pthread_join(closer, NULL));
  p.client = NULL;
  provider_stop(&p);
}

static void configurations(void) {
  struct faulty f;
  struct provider p;
  pravega_client_t *client;
  pravega_writer_t *w;
  provider_start(&p, &f, "60s", numbered);
  pravega_config_t *config = config_of(&p, "60s"), *copy;
  /* It is copied, and belongs to clients. */
  CHECK_OK(pravega_config_dup(config, &copy, &error));
  CHECK_OK(pravega_client_open(copy, &client, &error));
  CHECK_OK(pravega_writer_open(client, "scope", "stream", copy, &w, LONG, &error));
  CHECK_OK(pravega_writer_close(w, NULL, LONG, &error));
  CHECK_OK(pravega_config_set_token_provider(config, token_needed, NULL, &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "a token provider belongs to a client, and was given to a writer", pravega_writer_open(client, "scope", "stream", config, &w, LONG, &error));
  CHECK_OK(pravega_client_close(client, &error));
  /* It is the only source. */
  CHECK_OK(pravega_config_set(copy, "auth.token", "token-1", &error));
  CHECK_FAILS(PRAVEGA_E_INVALID_ARGUMENT, "auth.token and the token provider", pravega_client_open(copy, &client, &error));
  CHECK_OK(pravega_config_set_token_provider(copy, NULL, NULL, &error));
  CHECK_OK(pravega_client_open(copy, &client, &error));
  CHECK_OK(pravega_client_close(client, &error));
  /* The environment is that of now. */
  CHECK_OK(pravega_config_set(copy, "auth.token", "", &error));
  CHECK_OK(pravega_config_set(copy, "auth.token.env", "PRAVEGA_TEST_TOKEN", &error));
  CHECK_INT(0, setenv("PRAVEGA_TEST_TOKEN", "token-1", 1));
  CHECK_OK(pravega_client_open(copy, &client, &error));
  CHECK_OK(pravega_writer_open(client, "scope", "stream", NULL, &w, LONG, &error));
  CHECK_OK(pravega_writer_close(w, NULL, LONG, &error));
  CHECK_OK(pravega_client_close(client, &error));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(copy));
  CHECK_INT(PRAVEGA_OK, pravega_config_free(config));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_config_set_token_provider(NULL, token_needed, NULL, NULL));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_set(NULL, "token-1", 7, 0, NULL));
  CHECK_INT(PRAVEGA_E_BAD_HANDLE, pravega_token_fail(NULL, "no", NULL));
  provider_stop(&p);
}

int main(int argc, char **argv) {
  CHECK_INT(2, argc);
  faulty_program = argv[1];
  RUN(refused_tokens_are_replaced);
  RUN(tokens_are_renewed);
  RUN(failures_are_borne);
  RUN(what_is_no_token_is_refused);
  RUN(answers_may_come_later);
  RUN(requests_without_an_answer);
  RUN(providers_that_block);
  RUN(configurations);
  return 0;
}
