/* Writes 1000 orders, each once, however often it is killed and run again:
 * cc resume.c -lpravega && ./a.out tcp://127.0.0.1:9090 my-scope */
#include <pravega.h>
#include <stdio.h>
#include <stdlib.h>

static pravega_error_t *err;

static void check(int64_t status) {
  if (status < 0) {
    fprintf(stderr, "%s\n", err != NULL ? pravega_error_message(err) : pravega_status_text((int)status));
    exit(1);
  }
}

int main(int argc, char **argv) {
  enum { MS = 10000 }; /* how long calls may take */
  pravega_config_t *config;
  pravega_client_t *client;
  pravega_writer_t *writer;
  int64_t durable;
  const char *scope = argc > 2 ? argv[2] : "examples";
  check(pravega_config_new(&config, &err));
  check(pravega_config_set(config, "controller.uri", argc > 1 ? argv[1] : "tcp://127.0.0.1:9090", &err));
  check(pravega_config_set(config, "stream.segments", "2", &err));
  check(pravega_config_set(config, "writer.id", "importer", &err));
  check(pravega_client_open(config, &client, &err));
  check(pravega_scope_create(client, scope, NULL, MS, &err));
  check(pravega_stream_create(client, scope, "orders", NULL, NULL, MS, &err));

  check(pravega_writer_open(client, scope, "orders", NULL, &writer, MS, &err));
  check(pravega_writer_durable(writer, &durable));
  printf("goes on after order %lld\n", (long long)durable);
  for (int64_t n = durable + 1; n <= 1000; n++) { /* order n is always the same, and gets number n */
    char order[40], customer[40];
    int len = snprintf(order, sizeof order, "order %lld", (long long)n);
    int key_len = snprintf(customer, sizeof customer, "customer %lld", (long long)(n % 10));
    check(pravega_writer_write(writer, customer, (size_t)key_len, order, (size_t)len, MS));
  }
  check(pravega_writer_close(writer, NULL, MS, &err));
  printf("1000 orders are stored\n");
  check(pravega_client_close(client, &err));
  pravega_config_free(config);
  return 0;
}
