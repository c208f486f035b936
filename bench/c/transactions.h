#ifndef TRANSACTIONS_H
#define TRANSACTIONS_H

#include "measure.h"

#include <pravega.h>

/* Writes all events in transactions, as many at once as the work's name says:
 * "txn-10". Each is begun, written, committed and waited for until it can be read,
 * before the next one. */
struct result transactions(pravega_client_t *client, const struct task *t);

#endif
