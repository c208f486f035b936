/*
 * pravega.h: a client for Pravega, for C99 and C++11 and anything that can call C.
 *
 * Link with -lpravega. `pkg-config pravega` knows the flags. The library is
 * written in Go; nothing of that shows here except in the rules on fork, signals
 * and processors below.
 *
 * RULES, said once for every function
 *
 * Handles. Every pravega_*_t pointer is a handle: its bits name an entry of a
 *   table inside the library, it points to nothing and is never dereferenced.
 *   NULL, a stale handle and a handle that was closed twice give
 *   PRAVEGA_E_BAD_HANDLE, a live handle of another kind gives
 *   PRAVEGA_E_WRONG_KIND. A handle ends when its close, free or release
 *   function is called, whatever that function returns. Closing while other
 *   threads are inside calls on the same handle is safe: a call that waits is
 *   woken and returns PRAVEGA_E_CLOSED, the memory goes when the last one left.
 *   Closing a client closes what was opened from it; the handles of those
 *   objects then answer PRAVEGA_E_CLOSED and are still to be closed.
 *
 * Memory. "Copied": the library is done with the buffer when the call returns,
 *   also on failure. "Borrowed until X": it belongs to the library, is not to be
 *   changed, and is valid until X. "Yours, Y": the caller ends it with Y.
 *   Strings going in are NUL-terminated UTF-8 unless a length goes with them,
 *   and are copied. Output parameters are set on success; on failure they hold
 *   NULL or 0. Where said that they may be NULL, they may.
 *
 * Errors. Functions return an int: PRAVEGA_OK, another value >= 0 where
 *   documented, or a PRAVEGA_E_ code, which is negative. Functions off the hot
 *   path also take `pravega_error_t **err`: it may be NULL; else it is set to
 *   NULL on success and on failure to an error, yours, pravega_error_free. No
 *   error can be made (it is NULL, and the code says it all) after fork and
 *   when memory ran out.
 *   Every function may return these, so they are not repeated:
 *     PRAVEGA_E_BAD_HANDLE, PRAVEGA_E_WRONG_KIND  see Handles
 *     PRAVEGA_E_CLOSED      the object, or the client it came from, was closed
 *     PRAVEGA_E_FORKED      see Fork
 *     PRAVEGA_E_NO_MEMORY   memory could not be had
 *     PRAVEGA_E_PANIC       an internal error was caught; the object answers
 *                           this from then on and is only good to be closed
 *     PRAVEGA_E_INVALID_ARGUMENT  an argument is out of its range, or NULL
 *                           where this is not allowed; the message, of functions
 *                           that give one, names it
 *   "Server codes" in a list of return codes stands for what every call that
 *   talks to servers may return besides:
 *     PRAVEGA_E_TIMED_OUT, PRAVEGA_E_CANCELLED, PRAVEGA_E_UNREACHABLE,
 *     PRAVEGA_E_PROTOCOL, PRAVEGA_E_UNAUTHENTICATED,
 *     PRAVEGA_E_PERMISSION_DENIED, PRAVEGA_E_TLS, PRAVEGA_E_CONFLICT,
 *     PRAVEGA_E_SERVER_ERROR, PRAVEGA_E_OUTAGE_TOO_LONG,
 *     PRAVEGA_E_FROM_CALLBACK (see Callbacks)
 *
 * Time limits. timeout_ms is in milliseconds; 0 never waits; -1
 *   (PRAVEGA_FOREVER) waits until the object is closed or its own limits end
 *   (option request.timeout for calls to the controller, max.outage for
 *   writers). Any other negative value is PRAVEGA_E_INVALID_ARGUMENT. A call to
 *   a server that is given 0 fails with PRAVEGA_E_TIMED_OUT.
 *
 * Threads. Every function may be called from any thread at any time, unless its
 *   "Threads" line says more.
 *
 * Callbacks. They run on threads of the library, one at a time per object. They
 *   must return soon, unless said otherwise, and must not throw, longjmp or end the thread. Inside a
 *   callback a call that may block returns PRAVEGA_E_FROM_CALLBACK at once;
 *   calls with timeout_ms 0 on the hot path (write, write_many, write_batch, wait,
 *   next), and calls that never block, are allowed; inside a log callback only functions
 *   that read tables are (version, status, error, list, bytes_data, slice_info,
 *   slice_index, slice_pointer). A callback never runs after the call that ended its object
 *   returned.
 *
 * Fork. A child made by fork() has none of the library's threads, so in it
 *   every function returns PRAVEGA_E_FORKED at once, and those that end a handle
 *   do nothing else: nothing hangs and nothing is sent twice. Functions that
 *   only read tables (see Callbacks, and debug_live) still work. Fork
 *   before the library is loaded, or load it with dlopen in the child.
 *   fork + exec and posix_spawn are not touched by this.
 *
 * Signals. On load, handlers are installed for SIGSEGV, SIGBUS, SIGFPE, SIGPIPE
 *   and SIGURG, and SA_ONSTACK is added to the handlers that exist; they are
 *   chained to. A handler that the program installs later must use SA_ONSTACK
 *   and pass synchronous signals on. Waits are not ended by signals.
 *
 * Processors. The library works on as many processors at once as the machine, or
 *   the container that the program is in, has when it is loaded, and two more for
 *   threads of C that wait for it. The environment variable GOMAXPROCS sets another
 *   number; GOGC and GOMEMLIMIT are heeded as by every program in Go.
 *
 * Unloading. dlclose leaves the library in memory. At exit nothing is flushed
 *   by itself: close the writers, or call pravega_shutdown.
 */
#ifndef PRAVEGA_H
#define PRAVEGA_H

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define PRAVEGA_API __attribute__((visibility("default")))
#else
#define PRAVEGA_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ------------------------------------------------------------- version -- */

/* Version of this header: 0xMMmmpp00 for MM.mm.pp. */
#define PRAVEGA_VERSION 0x00010000u
/* Changes when a program must be compiled again. */
#define PRAVEGA_ABI 1u

/* Handles; see the rules. */
typedef struct pravega_error pravega_error_t;
typedef struct pravega_list pravega_list_t;
typedef struct pravega_bytes pravega_bytes_t;
typedef struct pravega_config pravega_config_t;
typedef struct pravega_token_request pravega_token_request_t;
typedef struct pravega_client pravega_client_t;
typedef struct pravega_writer pravega_writer_t;
typedef struct pravega_txn_writer pravega_txn_writer_t;
typedef struct pravega_txn pravega_txn_t;
typedef struct pravega_reader_group pravega_reader_group_t;
typedef struct pravega_reader pravega_reader_t;
typedef struct pravega_slice pravega_slice_t;

/* Limits and special values. */
#define PRAVEGA_FOREVER (-1)                  /* as timeout_ms: no limit of the caller's own */
#define PRAVEGA_MAX_EVENT 8388608             /* bytes of the largest event of one append, 8 MiB; see pravega_writer_write */
#define PRAVEGA_NO_KEY UINT32_C(4294967295)   /* as a key length: this event has no key */
#define PRAVEGA_SLICE_END INT64_C(-1)         /* as next_offset: the whole slice was consumed */
#define PRAVEGA_POINTER_SIZE 640              /* bytes of an event pointer's text with the NUL behind it, at most */

/*
 * What:     The version of the loaded library, in the form of PRAVEGA_VERSION.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  The version.
 */
PRAVEGA_API uint32_t pravega_version(void);

/*
 * What:     The version of the loaded library as text, for example "0.1.0".
 * Memory:   Borrowed for ever.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  The text, never NULL.
 */
PRAVEGA_API const char *pravega_version_string(void);

/*
 * What:     Checks that the loaded library serves programs that were compiled
 *           against this header. Call it first, in the form pravega_check_abi().
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_ABI_MISMATCH: rebuild the program or install
 *           the library that fits.
 */
PRAVEGA_API int pravega_check_abi_of(uint32_t abi, uint32_t header_version);
#define pravega_check_abi() pravega_check_abi_of(PRAVEGA_ABI, PRAVEGA_VERSION)

/* -------------------------------------------------------------- status -- */

/* What the functions return. Values never change; new ones may be added, so
 * treat an unknown negative value as a failure. */
enum {
  PRAVEGA_OK = 0,
  PRAVEGA_CHECKPOINT = 1, /* pravega_reader_next: the reader came to a checkpoint */
  PRAVEGA_END = 2,        /* pravega_reader_next: everything was read, nothing more will come */

  /* found in the process itself */
  PRAVEGA_E_ABI_MISMATCH = -1,
  PRAVEGA_E_BAD_HANDLE = -2,
  PRAVEGA_E_WRONG_KIND = -3,
  PRAVEGA_E_CLOSED = -4,
  PRAVEGA_E_BUSY = -5,
  PRAVEGA_E_INVALID_ARGUMENT = -6,
  PRAVEGA_E_UNKNOWN_OPTION = -7,
  PRAVEGA_E_WINDOW_FULL = -8,
  PRAVEGA_E_TIMED_OUT = -9,
  PRAVEGA_E_CANCELLED = -10,
  PRAVEGA_E_FORKED = -11,
  PRAVEGA_E_FROM_CALLBACK = -12,
  PRAVEGA_E_EVENT_TOO_LARGE = -13,
  PRAVEGA_E_NO_MEMORY = -14,
  PRAVEGA_E_PANIC = -15,

  /* on the way to the servers */
  PRAVEGA_E_UNREACHABLE = -20,
  PRAVEGA_E_PROTOCOL = -21,
  PRAVEGA_E_UNAUTHENTICATED = -22,
  PRAVEGA_E_PERMISSION_DENIED = -23,
  PRAVEGA_E_TLS = -24,

  /* answers of the servers */
  PRAVEGA_E_NO_SUCH_SCOPE = -30,
  PRAVEGA_E_NO_SUCH_STREAM = -31,
  PRAVEGA_E_NO_SUCH_SEGMENT = -32,
  PRAVEGA_E_NO_SUCH_READER_GROUP = -33,
  PRAVEGA_E_ALREADY_EXISTS = -34,
  PRAVEGA_E_NOT_EMPTY = -35,
  PRAVEGA_E_STREAM_SEALED = -36,
  PRAVEGA_E_STREAM_NOT_SEALED = -37,
  PRAVEGA_E_SEGMENT_SEALED = -38,
  PRAVEGA_E_SEGMENT_TRUNCATED = -39,
  PRAVEGA_E_CONFLICT = -40,
  PRAVEGA_E_CONFIG_MISMATCH = -41,
  PRAVEGA_E_READER_NOT_IN_GROUP = -42,
  PRAVEGA_E_GROUP_REINITIALIZED = -43,
  PRAVEGA_E_WRONG_HOST = -44,
  PRAVEGA_E_SERVER_ERROR = -45,
  PRAVEGA_E_OUTAGE_TOO_LONG = -46,
  PRAVEGA_E_FENCED = -47,

  PRAVEGA_E_TRANSACTION_ABORTED = -48,
  PRAVEGA_E_TRANSACTION_COMMITTED = -49,
  PRAVEGA_E_NO_SUCH_TRANSACTION = -50
};

/* One kind of failure, the same in every language. */
typedef struct {
  int32_t code;         /* PRAVEGA_E_... */
  int32_t is_retriable; /* 1: the same call may succeed later by itself */
  int32_t is_final;     /* 1: the object that reported it will never work again */
  int32_t reserved;     /* 0 */
  const char *name;     /* "StreamSealed" */
  const char *text;     /* what happened and what can be done, one line */
} pravega_status_t;

/*
 * What:     The name of a status: "OK", "Checkpoint", "End", "StreamSealed", ...
 * Memory:   Borrowed for ever.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The name, "Unknown" for a number that is none; never NULL.
 */
PRAVEGA_API const char *pravega_status_name(int status);

/*
 * What:     One line saying what a status means and what can be done.
 * Memory:   Borrowed for ever.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The line; never NULL.
 */
PRAVEGA_API const char *pravega_status_text(int status);

/*
 * What:     All kinds of failure, for bindings that make exceptions of them.
 * Memory:   *list: borrowed for ever, *count entries.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  PRAVEGA_OK, or PRAVEGA_E_INVALID_ARGUMENT when list or count is NULL.
 */
PRAVEGA_API int pravega_status_list(const pravega_status_t **list, size_t *count);

/* -------------------------------------------------------------- errors -- */

/*
 * What:     The code of an error, a PRAVEGA_E_ value.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The code; PRAVEGA_OK for NULL; PRAVEGA_E_BAD_HANDLE or
 *           PRAVEGA_E_WRONG_KIND when it is no error.
 */
PRAVEGA_API int pravega_error_code(const pravega_error_t *error);

/*
 * What:     The message: what was done to what, what failed, what can be done; of
 *           a wait whose time is over, also which server stood in its way, at which
 *           address, or what the wait was for. In English, for people; programs look
 *           at the code.
 * Memory:   Borrowed until pravega_error_free(error).
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The message; the text of PRAVEGA_E_BAD_HANDLE when it is no error,
 *           "" for NULL; never NULL.
 */
PRAVEGA_API const char *pravega_error_message(const pravega_error_t *error);

/*
 * What:     Whether the same call may succeed later without any other change.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  1 or 0; 0 when it is no error.
 */
PRAVEGA_API int pravega_error_is_retriable(const pravega_error_t *error);

/*
 * What:     Whether the object that reported the error will never work again.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  1 or 0; 0 when it is no error.
 */
PRAVEGA_API int pravega_error_is_final(const pravega_error_t *error);

/*
 * What:     Whether what was asked for may have taken effect all the same, or may
 *           take effect later: for example when a connection was lost after
 *           "create stream" was sent, or when a wait for events ended and their
 *           writer goes on. 0: nothing of it was stored or recorded. Of a writer's
 *           final error, and of that of pravega_writer_close: whether events above
 *           the number acked may be stored.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  1 or 0; 0 when it is no error.
 */
PRAVEGA_API int pravega_error_may_be_stored(const pravega_error_t *error);

/*
 * What:     Ends an error. NULL is allowed.
 * Memory:   Messages borrowed from it end.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_error_free(pravega_error_t *error);

/* --------------------------------------------------------------- lists -- */

/*
 * What:     The number of strings in a list.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The number; 0 when it is no list.
 */
PRAVEGA_API size_t pravega_list_size(const pravega_list_t *list);

/*
 * What:     The string at a place, from 0.
 * Memory:   Borrowed until pravega_list_free(list).
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The string; NULL when the index is too large or it is no list.
 */
PRAVEGA_API const char *pravega_list_get(const pravega_list_t *list, size_t index);

/*
 * What:     In a list of pairs (name, value, name, value, ...): the value of the
 *           first pair with this name.
 * Memory:   Borrowed until pravega_list_free(list).
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The value; NULL when no pair has the name or it is no list.
 */
PRAVEGA_API const char *pravega_list_find(const pravega_list_t *list, const char *name);

/*
 * What:     Ends a list. NULL is allowed.
 * Memory:   Strings borrowed from it end.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_list_free(pravega_list_t *list);

/* --------------------------------------------------------------- bytes -- */

/*
 * What:     The bytes of a value, and with len not NULL how many they are.
 * Memory:   Borrowed until pravega_bytes_free(bytes).
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The bytes, not NULL also when there are none; NULL, with *len 0, when
 *           it is no such value.
 */
PRAVEGA_API const void *pravega_bytes_data(const pravega_bytes_t *bytes, size_t *len);

/*
 * What:     Ends a value of bytes. NULL is allowed.
 * Memory:   What was borrowed from it ends.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_bytes_free(pravega_bytes_t *bytes);

/* ------------------------------------------------------- configuration -- */

/*
 * What:     Makes a configuration in which every option has its default.
 *           Durations are written "250ms", "10s"; sizes "16777216", "16MiB";
 *           truth "true", "false". pravega_config_describe lists all options.
 * Memory:   *config: yours, pravega_config_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_config_new(pravega_config_t **config, pravega_error_t **err);

/*
 * What:     Copies a configuration, also which options were set; the two are
 *           independent.
 * Memory:   *copy: yours, pravega_config_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_config_dup(const pravega_config_t *config, pravega_config_t **copy, pravega_error_t **err);

/*
 * What:     Sets an option. Objects that were made from the configuration
 *           before do not change. Every option belongs to one kind of object. A
 *           client takes options of all kinds, as the defaults of what is opened
 *           from it. Any other object refuses a configuration in which an option of
 *           another kind was set, unless the client was made with the same value.
 * Memory:   name, value: copied.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_UNKNOWN_OPTION; PRAVEGA_E_INVALID_ARGUMENT: the
 *           value is outside the option's range. The message names the option,
 *           also where an object refuses one of another kind.
 */
PRAVEGA_API int pravega_config_set(pravega_config_t *config, const char *name, const char *value, pravega_error_t **err);

/*
 * What:     The value of an option, as a list that holds this one string.
 * Memory:   name: copied. *value: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_UNKNOWN_OPTION.
 */
PRAVEGA_API int pravega_config_get(const pravega_config_t *config, const char *name, pravega_list_t **value, pravega_error_t **err);

/*
 * What:     Every option there is: a list of PRAVEGA_CONFIG_COLUMNS strings for
 *           each: name, default, range, what it is for, and the kind of object
 *           that it belongs to: "client", "writer", "transactional writer",
 *           "reader", "reader group" or "stream".
 * Memory:   *list: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_config_describe(pravega_list_t **list, pravega_error_t **err);
#define PRAVEGA_CONFIG_COLUMNS 5

/* Called when a client needs a bearer token: when it first needs one, when about
 * half of a token's life is over, and after a server refused it. It answers with
 * pravega_token_set or pravega_token_fail, before it returns or later, from any
 * thread. It is called on a thread of the library, with no lock held, one call at a
 * time for each client, and not again before the request is answered or given up. */
typedef void (*pravega_token_fn)(void *user, pravega_token_request_t *request);

/*
 * What:     Sets the function that gets bearer tokens for the clients opened from
 *           this configuration; NULL: none. It is the only source of them then:
 *           options auth.token, auth.token.file and auth.token.env must be empty,
 *           and auth.method empty or "bearer".
 *           A request may take as long as option request.timeout; then it is given
 *           up, and made again when a token is needed. A failure is logged and ends
 *           nothing: a token that has not ended is used on, and the function is
 *           called again, with pauses, as long as a call needs a token. Calls that get none in time
 *           fail with PRAVEGA_E_TIMED_OUT or PRAVEGA_E_UNAUTHENTICATED, whose message
 *           holds the last failure.
 * Memory:   user is handed to fn as it is. Both must stay valid until
 *           pravega_client_close has returned for each client opened from the
 *           configuration or a copy of it: then fn is not called any more. It waits
 *           for a call that runs, up to request.timeout, but not for requests that are
 *           not answered.
 * Blocks:   Never.
 * Threads:  Any. fn may block; inside it, calls that may block return
 *           PRAVEGA_E_FROM_CALLBACK (see Callbacks).
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_config_set_token_provider(pravega_config_t *config, pravega_token_fn fn, void *user, pravega_error_t **err);

/*
 * What:     Answers a request with a token: len characters of printable ASCII, 1 to
 *           65536, without a NUL behind them. expiry_ms is when it ends, in
 *           milliseconds since 1970 UTC; 0: unknown, then it is what the token says
 *           itself if it is a JSON web token with the claim "exp", else the token is
 *           used until a server refuses it.
 * Memory:   value: copied. Ends the request, also on failure, which is one of the
 *           provider then; but not for PRAVEGA_E_FROM_CALLBACK.
 * Blocks:   Never.
 * Threads:  Any; not from a log callback.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_BAD_HANDLE: the request was answered or given up, or
 *           its client was closed; PRAVEGA_E_INVALID_ARGUMENT: this is no token.
 */
PRAVEGA_API int pravega_token_set(pravega_token_request_t *request, const char *value, size_t len, int64_t expiry_ms, pravega_error_t **err);

/*
 * What:     Answers a request with a failure: reason says in a line why there is no
 *           token, for logs and errors.
 * Memory:   reason: copied; NULL: none is given. Ends the request.
 * Blocks:   Never.
 * Threads:  Any; not from a log callback.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_BAD_HANDLE: as for pravega_token_set.
 */
PRAVEGA_API int pravega_token_fail(pravega_token_request_t *request, const char *reason, pravega_error_t **err);

/*
 * What:     Ends a configuration. NULL is allowed. Objects made from it stay.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_config_free(pravega_config_t *config);

/* -------------------------------------------------------------- client -- */

/*
 * What:     Makes a client: the connections to one Pravega, shared by all that
 *           is opened from it. Checks the configuration; connects on first use.
 *           Option controller.uri says where, for example
 *           "tcp://127.0.0.1:9090".
 * Memory:   config: copied. *client: yours, pravega_client_close.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: an option is wrong or does
 *           not fit the others, or the CA file cannot be used. At most one of the
 *           options auth.token, auth.token.file and auth.token.env and a token
 *           provider may be set.
 */
PRAVEGA_API int pravega_client_open(const pravega_config_t *config, pravega_client_t **client, pravega_error_t **err);

/*
 * What:     Closes a client and what was opened from it. Writers are not
 *           flushed: flush or close them before. Readers leave their groups, and
 *           transactional writers abort or keep their transactions, as option
 *           txn.close says. Slices that are out stay readable until they are
 *           released.
 * Memory:   None.
 * Blocks:   Until readers and transactional writers are closed, at most for option
 *           connect.timeout; and while the token provider's function runs, at most
 *           for option request.timeout.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; server codes: a reader may still be in its group, see
 *           pravega_reader_group_reader_offline, or a transaction be open until its
 *           lease ends; PRAVEGA_E_FROM_CALLBACK, then the handle lives on. In every
 *           other case it has ended.
 */
PRAVEGA_API int pravega_client_close(pravega_client_t *client, pravega_error_t **err);

/* -------------------------------------------------------------- scopes -- */

/*
 * What:     Creates a scope.
 * Memory:   scope: copied. created may be NULL.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *created 1, or 0 when it existed; server codes.
 */
PRAVEGA_API int pravega_scope_create(pravega_client_t *client, const char *scope, int *created, int timeout_ms, pravega_error_t **err);

/*
 * What:     Deletes an empty scope.
 * Memory:   scope: copied. deleted may be NULL.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *deleted 1, or 0 when there was none;
 *           PRAVEGA_E_NOT_EMPTY: the message says what is in it; server codes.
 */
PRAVEGA_API int pravega_scope_delete(pravega_client_t *client, const char *scope, int *deleted, int timeout_ms, pravega_error_t **err);

/*
 * What:     Deletes a scope with everything in it: reader groups, streams, which
 *           are sealed first, and key-value tables. Not one step: when it fails,
 *           what was deleted so far is gone, and calling it again goes on.
 * Memory:   scope: copied. deleted may be NULL.
 * Blocks:   Until the controller did it all, at most timeout_ms; PRAVEGA_FOREVER:
 *           option request.timeout limits each of its requests, not the whole.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *deleted 1, or 0 when there was none;
 *           PRAVEGA_E_NOT_EMPTY: something came in meanwhile, or cannot be
 *           deleted; server codes.
 */
PRAVEGA_API int pravega_scope_delete_recursive(pravega_client_t *client, const char *scope, int *deleted, int timeout_ms, pravega_error_t **err);

/*
 * What:     Asks whether a scope exists.
 * Memory:   scope: copied.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *exists 1 or 0; server codes.
 */
PRAVEGA_API int pravega_scope_exists(pravega_client_t *client, const char *scope, int *exists, int timeout_ms, pravega_error_t **err);

/*
 * What:     The names of all scopes.
 * Memory:   *names: yours, pravega_list_free.
 * Blocks:   Until the controller sent all pages, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; server codes.
 */
PRAVEGA_API int pravega_scope_list(pravega_client_t *client, pravega_list_t **names, int timeout_ms, pravega_error_t **err);

/* ------------------------------------------------------------- streams -- */

/*
 * What:     Creates a stream with the stream.* options of a configuration;
 *           config NULL: those that the client was made with.
 * Memory:   scope, stream, config: copied. created may be NULL.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *created 1, or 0 when it existed (its own
 *           configuration stays); PRAVEGA_E_NO_SUCH_SCOPE; server codes.
 */
PRAVEGA_API int pravega_stream_create(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, int *created, int timeout_ms, pravega_error_t **err);

/*
 * What:     Replaces the configuration of a stream by the stream.* options of a
 *           configuration; config NULL: those that the client was made with. A
 *           fixed number of segments that is another one scales the stream.
 * Memory:   scope, stream, config: copied.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM;
 *           PRAVEGA_E_STREAM_SEALED; server codes.
 */
PRAVEGA_API int pravega_stream_update(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, int timeout_ms, pravega_error_t **err);

/*
 * What:     Seals a stream: nothing can be written to it any more, and readers
 *           come to its end. Sealing a sealed stream succeeds.
 * Memory:   scope, stream: copied.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM; server
 *           codes.
 */
PRAVEGA_API int pravega_stream_seal(pravega_client_t *client, const char *scope, const char *stream, int timeout_ms, pravega_error_t **err);

/*
 * What:     Deletes a sealed stream with all its data.
 * Memory:   scope, stream: copied. deleted may be NULL.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *deleted 1, or 0 when there was none;
 *           PRAVEGA_E_STREAM_NOT_SEALED; server codes.
 */
PRAVEGA_API int pravega_stream_delete(pravega_client_t *client, const char *scope, const char *stream, int *deleted, int timeout_ms, pravega_error_t **err);

/*
 * What:     Asks whether a stream exists.
 * Memory:   scope, stream: copied.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *exists 1 or 0; server codes.
 */
PRAVEGA_API int pravega_stream_exists(pravega_client_t *client, const char *scope, const char *stream, int *exists, int timeout_ms, pravega_error_t **err);

/*
 * What:     The names of the streams of a scope; with tag not NULL only of those
 *           that carry this tag.
 * Memory:   scope, tag: copied. *names: yours, pravega_list_free.
 * Blocks:   Until the controller sent all pages, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; server codes.
 */
PRAVEGA_API int pravega_stream_list(pravega_client_t *client, const char *scope, const char *tag, pravega_list_t **names, int timeout_ms, pravega_error_t **err);

/*
 * What:     Truncates a stream at a cut: what lies before it is deleted.
 * Memory:   scope, stream, cut: copied. cut: the text form of a stream cut, as
 *           pravega_stream_info gives it.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM;
 *           PRAVEGA_E_INVALID_ARGUMENT: the text is no cut of this stream; server
 *           codes.
 */
PRAVEGA_API int pravega_stream_truncate(pravega_client_t *client, const char *scope, const char *stream, const char *cut, int timeout_ms, pravega_error_t **err);

/*
 * What:     What is known about a stream: a list of pairs, for pravega_list_find:
 *           "sealed" ("true" or "false"), "head" and "tail" (stream cuts in
 *           their text form), and the stream's own value of each stream.* option.
 * Memory:   scope, stream: copied. *info: yours, pravega_list_free.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM; server
 *           codes.
 */
PRAVEGA_API int pravega_stream_info(pravega_client_t *client, const char *scope, const char *stream, pravega_list_t **info, int timeout_ms, pravega_error_t **err);

/* A part of the key space, from low (included) to high (excluded), in 0..1. */
typedef struct {
  double low, high;
} pravega_key_range_t;

/* A segment that can be written to, and its part of the key space. */
typedef struct {
  int64_t id;
  pravega_key_range_t keys;
} pravega_segment_t;

/*
 * What:     The active segments of a stream. A sealed stream has none.
 * Memory:   scope, stream: copied. segments: an array of max entries of the
 *           caller's, filled with the first max of them; NULL when max is 0.
 *           *count is the number there are, which may be larger than max.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM; server
 *           codes.
 */
PRAVEGA_API int pravega_stream_segments(pravega_client_t *client, const char *scope, const char *stream, pravega_segment_t *segments, size_t max, size_t *count, int timeout_ms, pravega_error_t **err);

/*
 * What:     Scales a stream by hand: seals segments and puts others in their
 *           place that cover the same part of the key space. Returns when done.
 * Memory:   scope, stream, seal (seal_count ids), into (into_count ranges):
 *           copied.
 * Blocks:   Until the scaling is complete, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM;
 *           PRAVEGA_E_INVALID_ARGUMENT: the ranges do not cover the same part of
 *           the key space as the segments; PRAVEGA_E_CONFLICT: a segment is not
 *           active, another scaling runs, or fewer segments would be left than
 *           stream.segments asks for; server codes.
 */
PRAVEGA_API int pravega_stream_scale(pravega_client_t *client, const char *scope, const char *stream, const int64_t *seal, size_t seal_count, const pravega_key_range_t *into, size_t into_count, int timeout_ms, pravega_error_t **err);

/* -------------------------------------------------------------- writer -- */

/*
 * A writer numbers the events that it accepts 1, 2, 3, ... "Acked N" means that
 * every event up to N is stored, on whatever segment. Events of one routing key
 * stay in order. A rejected event takes no number.
 *
 * A writer that was opened with option writer.id can be continued after its
 * process has died: open one with the same id and write again, from event
 * pravega_writer_durable + 1 on, the same events with the same keys and batches
 * as before, as far as any had been written. They get the same numbers, and what
 * is stored already is not stored again. At most one writer of an id is alive:
 * opening the next one ends those before, wherever they run, with
 * PRAVEGA_E_FENCED, and nothing of them is stored from then on.
 */

/*
 * What:     Opens a writer on a stream, with the writer.* options of a
 *           configuration; config NULL: those that the client was made with.
 * Memory:   scope, stream, config: copied. *writer: yours, pravega_writer_close.
 * Blocks:   Until the stream's segments are known, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM;
 *           PRAVEGA_E_STREAM_SEALED; PRAVEGA_E_FENCED: another one of its id was
 *           opened meanwhile; server codes.
 */
PRAVEGA_API int pravega_writer_open(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, pravega_writer_t **writer, int timeout_ms, pravega_error_t **err);

/*
 * What:     The number through which everything was known to be stored when the
 *           writer was opened: its first event is the next one. 0 for a writer
 *           without option writer.id, and for the first one of an id. At least
 *           what an earlier one of the id was acked when pravega_writer_flush or
 *           pravega_writer_close succeeded, else up to a second behind its acks.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_writer_durable(pravega_writer_t *writer, int64_t *durable);

/*
 * What:     Writes one event; returns before it is acked. key NULL: no routing
 *           key. key_len 0 with key not NULL: the empty key. A key is UTF-8.
 *           An event has at most as many bytes as option writer.large.event.bytes
 *           says. Above PRAVEGA_MAX_EVENT it takes longer, and holds up what
 *           follows it on its segment; readers get it as one event.
 * Memory:   key, event: copied. event may be NULL when len is 0: the empty event.
 * Blocks:   While the window of unacked bytes (option writer.window.bytes; for
 *           events above PRAVEGA_MAX_EVENT writer.large.event.bytes) is full, at
 *           most timeout_ms; PRAVEGA_FOREVER: until the writer is closed or fails.
 * Threads:  Any; several may write, numbers follow the order of acceptance.
 * Returns:  > 0: the number of the event. PRAVEGA_E_WINDOW_FULL: no room and
 *           timeout_ms is 0; PRAVEGA_E_TIMED_OUT: no room until timeout_ms ended,
 *           see pravega_writer_trouble for why;
 *           PRAVEGA_E_EVENT_TOO_LARGE; PRAVEGA_E_INVALID_ARGUMENT: the key is not
 *           UTF-8; PRAVEGA_E_FROM_CALLBACK: timeout_ms is not 0;
 *           the writer's final error, see pravega_writer_error.
 */
PRAVEGA_API int64_t pravega_writer_write(pravega_writer_t *writer, const void *key, size_t key_len, const void *event, size_t len, int timeout_ms);

/*
 * What:     Writes count events in order. They lie back to back in `events`,
 *           lens[i] bytes each; their keys lie back to back in `keys`,
 *           key_lens[i] bytes each, PRAVEGA_NO_KEY for an event without key.
 *           keys and key_lens NULL: none has a key. Not atomic: the first ones
 *           may be accepted and the rest not; never others. Events above
 *           PRAVEGA_MAX_EVENT are refused: write them alone.
 * Memory:   keys, key_lens, events, lens: copied. last may be NULL.
 * Blocks:   As pravega_writer_write.
 * Threads:  As pravega_writer_write. The numbers of one call are consecutive
 *           when the call did not wait for room.
 * Returns:  >= 0: how many were accepted, *last is the number of the last of
 *           them (0 when none). Fewer than count: the next one failed; write it
 *           alone to see why, or write the rest again. < 0: none was accepted,
 *           with the codes of pravega_writer_write.
 */
PRAVEGA_API int64_t pravega_writer_write_many(pravega_writer_t *writer, const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, int timeout_ms, int64_t *last);

/*
 * What:     Writes count events as one: all of them are stored, one directly
 *           behind another, or none is, and an ack covers all or none. They lie
 *           back to back in `events`, lens[i] bytes each. key: as
 *           pravega_writer_write, for all of them; with NULL they go to one
 *           segment, which may be any.
 * Memory:   key, events, lens: copied.
 * Blocks:   As pravega_writer_write.
 * Threads:  As pravega_writer_write. The numbers are consecutive.
 * Returns:  > 0: the number of the last one. PRAVEGA_E_EVENT_TOO_LARGE: the bytes
 *           and 8 more for each event but one are more than PRAVEGA_MAX_EVENT;
 *           PRAVEGA_E_INVALID_ARGUMENT: also when count is 0; the other codes of
 *           pravega_writer_write. Then none was accepted.
 */
PRAVEGA_API int64_t pravega_writer_write_batch(pravega_writer_t *writer, const void *key, size_t key_len, const void *events, const uint32_t *lens, size_t count, int timeout_ms);

/*
 * What:     Waits until the event of this number, and so all before it, is acked.
 *           timeout_ms 0 only looks; number 0 succeeds at once, and INT64_MAX
 *           never, so it waits for the writer's end. Makes the descriptor of
 *           pravega_writer_ack_fd not readable until the next ack.
 * Memory:   *acked is set in any case to the number acked so far (0: none), also
 *           on failure; 0 for a bad handle. acked may be NULL.
 * Blocks:   At most timeout_ms. Never inside the Go runtime.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK: number <= *acked; PRAVEGA_E_TIMED_OUT: not yet, see
 *           pravega_writer_trouble for why; the event may be stored already and else
 *           will be, as the writer goes on;
 *           PRAVEGA_E_INVALID_ARGUMENT: the number is negative, such as what a
 *           write that failed returned, or was never given out;
 *           PRAVEGA_E_FROM_CALLBACK: timeout_ms is not 0; the writer's final
 *           error: then *acked is final, and pravega_error_may_be_stored of
 *           pravega_writer_error tells about the events above it.
 */
PRAVEGA_API int pravega_writer_wait(pravega_writer_t *writer, int64_t number, int timeout_ms, int64_t *acked);

/* Called with the highest number acked so far, once for each ack of a server,
 * not for each event. status 0, or the writer's final error (PRAVEGA_E_CLOSED
 * when it was closed): then it is the last call, which is made exactly once. */
typedef void (*pravega_ack_fn)(void *user, int64_t acked, int status);

/*
 * What:     Sets the function that is told of acks; NULL: none.
 * Memory:   user is handed to fn as it is.
 * Blocks:   Never.
 * Threads:  Before the first write. fn runs on a thread of the library, or for
 *           the last call on the one that closes the writer; see Callbacks.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_BUSY: something was written already.
 */
PRAVEGA_API int pravega_writer_set_ack(pravega_writer_t *writer, pravega_ack_fn fn, void *user);

/*
 * What:     A descriptor for event loops (poll, epoll, asyncio): readable from an
 *           ack, or the final error, until the next pravega_writer_wait. Made at
 *           the first call. Only watch it: never read, write or close it.
 * Memory:   *fd: borrowed until pravega_writer_close; take it out of the loop
 *           before.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_MEMORY: the process has no descriptor left.
 */
PRAVEGA_API int pravega_writer_ack_fd(pravega_writer_t *writer, int *fd);

/*
 * What:     The writer's final error, with its message.
 * Memory:   *err: yours, pravega_error_free; NULL while there is none.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK while there is none, else its code.
 */
PRAVEGA_API int pravega_writer_error(pravega_writer_t *writer, pravega_error_t **err);

/*
 * What:     What keeps the writer's events from being acked now, for people to read:
 *           which server, at which address, what it did and for how long. The writer
 *           goes on by itself when the trouble is over.
 * Memory:   *err: yours, pravega_error_free; NULL with PRAVEGA_OK.
 * Blocks:   Never; no server is asked.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK: all is acked; PRAVEGA_E_TIMED_OUT: nothing is in the way, and
 *           the message says what is waited for; else the code of the trouble.
 */
PRAVEGA_API int pravega_writer_trouble(pravega_writer_t *writer, pravega_error_t **err);

/*
 * What:     How many events were accepted and not acked yet.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  >= 0: the number, or a code of the rules.
 */
PRAVEGA_API int64_t pravega_writer_pending(pravega_writer_t *writer);

/*
 * What:     Waits until everything that was accepted before the call is acked,
 *           and, with option writer.id, until the next writer of the id will know
 *           (pravega_writer_durable).
 * Memory:   None.
 * Blocks:   At most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_TIMED_OUT, after which the events may be stored
 *           and else will be, as the writer goes on; PRAVEGA_E_FROM_CALLBACK; the
 *           writer's final error; with option writer.id server codes.
 */
PRAVEGA_API int pravega_writer_flush(pravega_writer_t *writer, int timeout_ms, pravega_error_t **err);

/*
 * What:     Tells the servers that everything that was accepted before the call
 *           has an event time up to the timestamp, in the application's own unit,
 *           after waiting until it is acked. Readers of the stream can know by it
 *           how far its event time has come; the writer counts there until it is
 *           closed. With option writer.time.mark.interval the wall clock is noted
 *           so by itself.
 * Memory:   None.
 * Blocks:   Until the events are acked and the servers answered, at most
 *           timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the timestamp is before the
 *           last one, or the option is set; the writer's final error; server
 *           codes.
 */
PRAVEGA_API int pravega_writer_note_time(pravega_writer_t *writer, int64_t timestamp, int timeout_ms, pravega_error_t **err);

/*
 * What:     Stops accepting, waits until all is acked, closes. Whether what was not
 *           acked when the time limit ended may be stored, the error tells
 *           (pravega_error_may_be_stored). Calls that wait for room or for acks
 *           return PRAVEGA_E_CLOSED, or PRAVEGA_OK if their event was acked
 *           meanwhile. For new calls the handle has ended when this one begins,
 *           also for those from its ack callback.
 * Memory:   *acked is set to the final number acked, also when the call times
 *           out; it may be NULL. The ack descriptor ends.
 * Blocks:   At most timeout_ms for the acks; then until a callback that runs has
 *           returned.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK: all is stored; PRAVEGA_E_TIMED_OUT; the writer's final
 *           error; with option writer.id server codes, as pravega_writer_flush;
 *           PRAVEGA_E_FROM_CALLBACK, then the handle lives on. In every other
 *           case it has ended.
 */
PRAVEGA_API int pravega_writer_close(pravega_writer_t *writer, int64_t *acked, int timeout_ms, pravega_error_t **err);

/* ------------------------------------------------------- transactions -- */

/*
 * A transaction collects events that readers see all at once, behind what is in
 * the stream when it is committed, or never. Each is stored exactly once in it,
 * those of one routing key in order. It is kept alive in the background until it
 * is committed or aborted, here or elsewhere, or its handle is closed. When its lease
 * (option txn.lease) ends without a sign of life, the servers abort it.
 *
 * Besides their own codes, calls on a transaction that ended return
 * PRAVEGA_E_TRANSACTION_ABORTED, PRAVEGA_E_TRANSACTION_COMMITTED or, more than a
 * day later, PRAVEGA_E_NO_SUCH_TRANSACTION.
 */

/* How far a transaction has come. COMMITTING and ABORTING are decided. UNKNOWN is
 * one that never was, or that ended more than a day ago. */
enum {
  PRAVEGA_TXN_UNKNOWN = 0,
  PRAVEGA_TXN_OPEN = 1,
  PRAVEGA_TXN_COMMITTING = 2,
  PRAVEGA_TXN_COMMITTED = 3,
  PRAVEGA_TXN_ABORTING = 4,
  PRAVEGA_TXN_ABORTED = 5
};

/* Bytes of a transaction's id with the NUL behind it. */
#define PRAVEGA_TXN_ID_SIZE 37

/*
 * What:     Opens a transactional writer on a stream, with the txn.* options of a
 *           configuration; config NULL: those that the client was made with.
 * Memory:   scope, stream, config: copied. *writer: yours,
 *           pravega_txn_writer_close.
 * Blocks:   Until the stream's segments are known, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM;
 *           PRAVEGA_E_STREAM_SEALED; server codes.
 */
PRAVEGA_API int pravega_txn_writer_open(pravega_client_t *client, const char *scope, const char *stream, const pravega_config_t *config, pravega_txn_writer_t **writer, int timeout_ms, pravega_error_t **err);

/*
 * What:     Closes a transactional writer and every transaction that is open with
 *           it: with option txn.close "abort" they are aborted, with "keep"
 *           flushed and left open for their leases. The handles of those
 *           transactions are still to be closed.
 * Memory:   None.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; server codes: the servers abort what could not be aborted
 *           when its lease ends; PRAVEGA_E_FROM_CALLBACK, then the handle lives on.
 */
PRAVEGA_API int pravega_txn_writer_close(pravega_txn_writer_t *writer, int timeout_ms, pravega_error_t **err);

/*
 * What:     Begins a transaction. Any number may be open at once.
 * Memory:   *txn: yours, pravega_txn_close.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_STREAM; PRAVEGA_E_STREAM_SEALED;
 *           PRAVEGA_E_INVALID_ARGUMENT: the servers do not allow this lease;
 *           server codes.
 */
PRAVEGA_API int pravega_txn_begin(pravega_txn_writer_t *writer, pravega_txn_t **txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     Opens a transaction that this or another process began, by its id, to
 *           write to it, commit or abort it. The handles of one transaction do
 *           not know of each other's events: flush before another one commits.
 *           Use one txn.lease for all: a sign of life of any makes the lease its
 *           own, also a shorter one.
 * Memory:   id: copied. *txn: yours, pravega_txn_close.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: it is no id; the codes of
 *           transactions that ended; server codes.
 */
PRAVEGA_API int pravega_txn_attach(pravega_txn_writer_t *writer, const char *id, pravega_txn_t **txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     The text by which any process can attach to a transaction.
 * Memory:   id: the caller's, PRAVEGA_TXN_ID_SIZE bytes.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_txn_id(pravega_txn_t *txn, char *id);

/*
 * What:     The ids of the transactions that were begun or attached to with a
 *           writer and have not ended, as far as is known without asking; one for
 *           each handle.
 * Memory:   *ids: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_txn_list(pravega_txn_writer_t *writer, pravega_list_t **ids, pravega_error_t **err);

/*
 * What:     Writes one event to a transaction. key: as pravega_writer_write.
 *           Events are numbered 1, 2, 3, ... within the handle.
 * Memory:   key, event: copied.
 * Blocks:   While the window (option txn.window.bytes) is full, at most
 *           timeout_ms.
 * Threads:  Any; several may write.
 * Returns:  > 0: the number of the event. PRAVEGA_E_WINDOW_FULL: no room and
 *           timeout_ms is 0; PRAVEGA_E_TIMED_OUT; PRAVEGA_E_EVENT_TOO_LARGE: above
 *           PRAVEGA_MAX_EVENT; PRAVEGA_E_INVALID_ARGUMENT: the key is not UTF-8;
 *           PRAVEGA_E_FROM_CALLBACK; the codes of transactions that ended. The
 *           event was not accepted then.
 */
PRAVEGA_API int64_t pravega_txn_write(pravega_txn_t *txn, const void *key, size_t key_len, const void *event, size_t len, int timeout_ms, pravega_error_t **err);

/*
 * What:     Writes count events to a transaction, laid out as for
 *           pravega_writer_write_many.
 * Memory:   keys, key_lens, events, lens: copied. accepted may be NULL; it is set
 *           in any case to how many of them were accepted, from the first on.
 * Blocks:   As pravega_txn_write.
 * Threads:  Any; several may write.
 * Returns:  PRAVEGA_OK: all were accepted; or why the next one was not, with the
 *           codes of pravega_txn_write.
 */
PRAVEGA_API int pravega_txn_write_many(pravega_txn_t *txn, const void *keys, const uint32_t *key_lens, const void *events, const uint32_t *lens, size_t count, size_t *accepted, int timeout_ms, pravega_error_t **err);

/*
 * What:     Writes count events as one: all of them are stored in the transaction,
 *           one directly behind another, or none is. They are laid out, and key
 *           means what it does, as for pravega_writer_write_batch.
 * Memory:   key, events, lens: copied.
 * Blocks:   As pravega_txn_write.
 * Threads:  Any; several may write. The numbers are consecutive.
 * Returns:  > 0: the number of the last one. PRAVEGA_E_EVENT_TOO_LARGE: the bytes
 *           and 8 more for each event but one are more than PRAVEGA_MAX_EVENT;
 *           PRAVEGA_E_INVALID_ARGUMENT: also when count is 0; the other codes of
 *           pravega_txn_write. Then none was accepted.
 */
PRAVEGA_API int64_t pravega_txn_write_batch(pravega_txn_t *txn, const void *key, size_t key_len, const void *events, const uint32_t *lens, size_t count, int timeout_ms, pravega_error_t **err);

/*
 * What:     The number through which every event of this handle is stored in the
 *           transaction; the last one of them when it takes no more.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, also when the transaction has ended, or a code of the rules.
 */
PRAVEGA_API int pravega_txn_acked(pravega_txn_t *txn, int64_t *acked);

/*
 * What:     Waits until every event that was accepted before the call is stored in
 *           the transaction: a commit by any process then commits them.
 * Memory:   None.
 * Blocks:   At most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_TIMED_OUT; PRAVEGA_E_FROM_CALLBACK; the codes of
 *           transactions that ended.
 */
PRAVEGA_API int pravega_txn_flush(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     Asks how far a transaction has come.
 * Memory:   *status: one of PRAVEGA_TXN_...
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; server codes.
 */
PRAVEGA_API int pravega_txn_status(pravega_txn_t *txn, int *status, int timeout_ms, pravega_error_t **err);

/*
 * What:     Waits until every event is stored in the transaction and commits it. It
 *           takes no more events, and the call returns when the commit is decided,
 *           a moment before readers see the events. timestamp not NULL: tells the
 *           stream's event time too, see pravega_writer_note_time.
 * Memory:   timestamp: copied.
 * Blocks:   Until the controller answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, also when it is committed already; the codes of transactions
 *           that ended: with PRAVEGA_E_TRANSACTION_ABORTED nothing was committed;
 *           others: it was not committed, neither by this call nor by one before,
 *           unless pravega_error_may_be_stored; unless they are final, it is kept
 *           alive, and the call can be repeated, which is safe. An abort at the
 *           same time, or a close that aborts, ends it with
 *           PRAVEGA_E_TRANSACTION_ABORTED as long as it waits for events to be
 *           stored; only the result of that call says whether the transaction is
 *           aborted, since another handle may commit it before.
 */
PRAVEGA_API int pravega_txn_commit(pravega_txn_t *txn, const int64_t *timestamp, int timeout_ms, pravega_error_t **err);

/*
 * What:     pravega_txn_commit without timestamp, then pravega_txn_wait_readable.
 * Memory:   None.
 * Blocks:   At most timeout_ms for both.
 * Threads:  Any.
 * Returns:  The codes of the two. If only the wait failed, the transaction is
 *           committed, as pravega_error_may_be_stored says.
 */
PRAVEGA_API int pravega_txn_commit_and_wait(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     Waits until the transaction is committed, here or elsewhere, and readers can
 *           see its events.
 * Memory:   None.
 * Blocks:   At most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_TRANSACTION_ABORTED;
 *           PRAVEGA_E_NO_SUCH_TRANSACTION; server codes.
 */
PRAVEGA_API int pravega_txn_wait_readable(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     Drops the transaction with all its events. It takes no more at once,
 *           and the call can be repeated, which is safe. A commit of another thread
 *           that still waits for events to be stored is ended; one that has asked
 *           the controller is waited for, and the transaction is aborted unless it
 *           succeeds.
 * Memory:   None.
 * Blocks:   Until the controller answered, at most timeout_ms; PRAVEGA_FOREVER:
 *           at most option request.timeout.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, also when it is aborted already;
 *           PRAVEGA_E_TRANSACTION_COMMITTED; PRAVEGA_E_NO_SUCH_TRANSACTION; server
 *           codes: with pravega_error_may_be_stored a commit is in doubt.
 */
PRAVEGA_API int pravega_txn_abort(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err);

/*
 * What:     Closes the handle. What has not ended is aborted, or flushed and left
 *           open, as option txn.close says. Calls that wait on it return
 *           PRAVEGA_E_CLOSED then.
 * Memory:   None.
 * Blocks:   Until the servers answered, at most timeout_ms, as pravega_txn_abort
 *           or pravega_txn_flush does.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; server codes: the servers abort it when its lease ends;
 *           PRAVEGA_E_FROM_CALLBACK, then the handle lives on.
 */
PRAVEGA_API int pravega_txn_close(pravega_txn_t *txn, int timeout_ms, pravega_error_t **err);

/* ------------------------------------------------------- reader groups -- */

/*
 * A reader group shares the segments of its streams among its readers, in any
 * language, official Java readers included: each event goes to one of them.
 *
 * A stream of a group is written "scope/stream", which is read from its head,
 * "scope/stream@tail", from where it ends when the group is created, or
 * "scope/stream@CUT", from a cut in its text form; with "@CUT" behind the start
 * ("scope/stream@head@CUT", "scope/stream@CUT@CUT") it is read up to that cut. The
 * streams may be of several scopes; none is named twice.
 */

/*
 * What:     Creates a reader group over streams, written as said above, with the
 *           group.* options of a configuration; config NULL: those that the client
 *           was made with. A creation that was interrupted is completed by the next
 *           one of the same configuration; until then the group cannot be opened,
 *           but deleted.
 * Memory:   scope, name, streams (count strings), config: copied. created may be
 *           NULL.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK, with *created 1, or 0 when it existed with the same
 *           configuration; PRAVEGA_E_CONFIG_MISMATCH: it exists with another, and
 *           the message says what differs;
 *           PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_STREAM; server codes.
 */
PRAVEGA_API int pravega_reader_group_create(pravega_client_t *client, const char *scope, const char *name, const char *const *streams, size_t count, const pravega_config_t *config, int *created, int timeout_ms, pravega_error_t **err);

/*
 * What:     Deletes a reader group, also one whose creation was not finished. Its
 *           readers, if any, fail.
 * Memory:   scope, name: copied.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_READER_GROUP;
 *           server codes.
 */
PRAVEGA_API int pravega_reader_group_delete(pravega_client_t *client, const char *scope, const char *name, int timeout_ms, pravega_error_t **err);

/*
 * What:     The names of the reader groups of a scope, those too whose creation was
 *           not finished.
 * Memory:   scope: copied. *names: yours, pravega_list_free.
 * Blocks:   Until the controller sent all pages, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; server codes.
 */
PRAVEGA_API int pravega_reader_group_list(pravega_client_t *client, const char *scope, pravega_list_t **names, int timeout_ms, pravega_error_t **err);

/*
 * What:     Opens a reader group that exists, and whose creation was finished.
 * Memory:   scope, name: copied. *group: yours, pravega_reader_group_close.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_SCOPE; PRAVEGA_E_NO_SUCH_READER_GROUP;
 *           server codes.
 */
PRAVEGA_API int pravega_reader_group_open(pravega_client_t *client, const char *scope, const char *name, pravega_reader_group_t **group, int timeout_ms, pravega_error_t **err);

/*
 * What:     The ids of the readers that are online in the group, on any machine.
 * Memory:   *ids: yours, pravega_list_free.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_readers(pravega_reader_group_t *group, pravega_list_t **ids, int timeout_ms, pravega_error_t **err);

/*
 * What:     Takes a dead reader out of the group; others go on from its last
 *           checkpoint, or from where it acquired its segments: nothing is lost,
 *           what it was handed since is delivered again. If it lives, it fails with
 *           PRAVEGA_E_READER_NOT_IN_GROUP. A reader that is not in the group
 *           is taken as gone already. Readers that were opened with option
 *           group.liveness.timeout do this by themselves to those that show no sign
 *           of life for so long.
 * Memory:   reader_id: copied.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_reader_offline(pravega_reader_group_t *group, const char *reader_id, int timeout_ms, pravega_error_t **err);

/*
 * What:     pravega_reader_group_reader_offline for a reader whose position is known,
 *           as the application kept it with what it made of the events before: others
 *           go on from there, so nothing is delivered again. Segments that the
 *           position lacks are handed over as without; what it says of segments that
 *           the reader does not have is ignored. It must be one of this reader, since
 *           it was opened last: what a wrong one skips is not read.
 * Memory:   reader_id, position: copied. Positions: see pravega_position_info.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no position;
 *           PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_reader_offline_at(pravega_reader_group_t *group, const char *reader_id, const char *position, int timeout_ms, pravega_error_t **err);

/*
 * What:     What is known about a group: a list of pairs, "stream" with the text
 *           form of each of its streams, and the group's own value of each group.*
 *           option (group.liveness.timeout, a reader's own, is not among them).
 *           pravega_reader_group_create and pravega_reader_group_reset take what
 *           it says. A stream starts at the cut where the group did or was reset to.
 * Memory:   *info: yours, pravega_list_free.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_info(pravega_reader_group_t *group, pravega_list_t **info, int timeout_ms, pravega_error_t **err);

/*
 * What:     Has every reader of the group pass a checkpoint, and waits until all
 *           have. Readers look for checkpoints every group.refresh.interval; those
 *           that asked to be told (option reader.checkpoints), and official Java
 *           ones, pass it when their application asks for the next events. A group
 *           without readers passes it at once. A call that ended early leaves the
 *           checkpoint under way: call again on the same handle with its name to
 *           wait on, also with the thread whose reader has passed it meanwhile, or
 *           pravega_reader_group_cancel_checkpoints to give it up.
 * Memory:   name: copied; any text but "", and without "_SILENT_". *cuts: where the
 *           group stood, one cut in its text form for each stream, sorted by
 *           stream; yours, pravega_list_free. A stream that had been read to its
 *           end has none.
 * Blocks:   Until all have passed it, at most timeout_ms, with -1 no longer than
 *           option request.timeout. Closing the group's handle ends it.
 * Threads:  Any, but not the one whose reader is to pass it.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_TIMED_OUT: it is under way, the message names the
 *           readers that are waited for; PRAVEGA_E_CONFLICT:
 *           group.checkpoints.outstanding are under way, or this one was given up
 *           or the group reset; PRAVEGA_E_ALREADY_EXISTS: the name is that of a past
 *           one; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_checkpoint(pravega_reader_group_t *group, const char *name, pravega_list_t **cuts, int timeout_ms, pravega_error_t **err);

/*
 * What:     Gives up all checkpoints of the group that are under way, whoever
 *           initiated them; not what pravega_reader_group_cuts waits for.
 * Memory:   None.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_cancel_checkpoints(pravega_reader_group_t *group, int timeout_ms, pravega_error_t **err);

/*
 * What:     Asks every reader of the group where it stands. Applications are not
 *           told: readers of this library answer in the background with what was
 *           given back, official Java ones with what they handed out. Each reader
 *           passes its checkpoints in turn, so one that its application has not
 *           passed yet is waited for.
 * Memory:   *cuts: as pravega_reader_group_checkpoint.
 * Blocks:   Until all have answered, at most timeout_ms, with -1 no longer than
 *           option request.timeout.
 * Threads:  Any.
 * Returns:  As pravega_reader_group_checkpoint.
 */
PRAVEGA_API int pravega_reader_group_cuts(pravega_reader_group_t *group, pravega_list_t **cuts, int timeout_ms, pravega_error_t **err);

/*
 * What:     Lets the group start anew with these streams and the group.* options of
 *           a configuration, as if it were created (config NULL: those that the
 *           client was made with). Every reader that is in the group is out of
 *           it: its next pravega_reader_next returns PRAVEGA_E_GROUP_REINITIALIZED,
 *           it is to be closed and may be opened again. Checkpoints are forgotten.
 *           Resets at the same time come one after the other.
 * Memory:   streams (count strings), config: copied.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_STREAM; PRAVEGA_E_NO_SUCH_READER_GROUP;
 *           server codes.
 */
PRAVEGA_API int pravega_reader_group_reset(pravega_reader_group_t *group, const char *const *streams, size_t count, const pravega_config_t *config, int timeout_ms, pravega_error_t **err);

/*
 * What:     Resets the group with the configuration that it has, but to start at
 *           these cuts: those of a checkpoint, of pravega_reader_group_cuts, or
 *           of the application's own records. A stream without a cut is not read
 *           any more; a checkpoint has none of a stream that was read to its end.
 * Memory:   cuts (count strings, text forms): copied.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  As pravega_reader_group_reset.
 */
PRAVEGA_API int pravega_reader_group_reset_to(pravega_reader_group_t *group, const char *const *cuts, size_t count, int timeout_ms, pravega_error_t **err);

/*
 * What:     Resets the group to the last checkpoint that all readers have passed,
 *           automatic ones (option group.checkpoint.interval) among them. If there
 *           was none since it was created or reset, it starts where it did then.
 * Memory:   None.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  As pravega_reader_group_reset; PRAVEGA_E_INVALID_ARGUMENT: the group has
 *           read everything.
 */
PRAVEGA_API int pravega_reader_group_reset_to_last_checkpoint(pravega_reader_group_t *group, int timeout_ms, pravega_error_t **err);

/*
 * What:     Tells the servers that the group does not need what lies before these
 *           cuts, one for a stream, any more: the streams' retention policies may
 *           truncate it. For a group whose option group.retention is "manual".
 * Memory:   cuts (count strings, text forms): copied.
 * Blocks:   Until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the group's retention is another,
 *           or the controller does not take a cut, for example because it lies
 *           before the previous one; PRAVEGA_E_CONFLICT: the group was reset
 *           meanwhile; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_update_retention_cut(pravega_reader_group_t *group, const char *const *cuts, size_t count, int timeout_ms, pravega_error_t **err);

/*
 * What:     How many bytes of what is in the streams now the group has left to
 *           read, the 8 bytes before each event included, up to the ends that it
 *           has. Readers tell how far they are every few seconds (one more than
 *           there are readers), so it is as old.
 * Memory:   *bytes is set.
 * Blocks:   Until the servers answered for every segment, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_group_unread_bytes(pravega_reader_group_t *group, int64_t *bytes, int timeout_ms, pravega_error_t **err);

/* How much there is to read for a group at a time, and for how many. */
typedef struct {
  int64_t segments;    /* being read, or free to be read; a scale of a stream changes it */
  int64_t readers;     /* in the group, in whatever process and language */
  int32_t end_of_data; /* 1: all was read that the group will ever have, as for PRAVEGA_END */
  int32_t reserved;    /* 0 */
} pravega_group_status_t;

/*
 * What:     Waits until the group's status is another one than *status, and stores
 *           it there: call it again and again with the same *status to be told of
 *           every change. With segments -1 any status is another one, so the first
 *           call returns what it is. From the first call on the library looks every
 *           group.refresh.interval until the handle is closed; changes in between
 *           show as one. While servers are away, there is no change.
 * Memory:   *status is read, and on success filled; size: pass sizeof(*status). On
 *           failure it stays as it was.
 * Blocks:   Until there is a change, at most timeout_ms; 0 tells what was seen by
 *           now. Closing the group's handle ends it.
 * Threads:  Any number, each with a *status of its own.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_TIMED_OUT: nothing has changed;
 *           PRAVEGA_E_NO_SUCH_READER_GROUP: it was deleted; server codes: why it
 *           could not be looked at, the next call tries again, and tells the same
 *           if its time is over before it knows better.
 */
PRAVEGA_API int pravega_reader_group_wait_change(pravega_reader_group_t *group, pravega_group_status_t *status, size_t size, int timeout_ms, pravega_error_t **err);

/*
 * What:     Closes the handle. The group itself and its readers, also those
 *           opened from this handle, stay.
 * Memory:   None.
 * Blocks:   Never long; no server is asked.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_FROM_CALLBACK, then the handle lives on.
 */
PRAVEGA_API int pravega_reader_group_close(pravega_reader_group_t *group, pravega_error_t **err);

/* -------------------------------------------------------------- reader -- */

/*
 * What:     Adds a reader to the group, with the reader.* options of a
 *           configuration; config NULL: those that the client was made with.
 *           reader.buffer.bytes bounds what is read ahead and the slices that are out,
 *           over all segments of the reader, of which each may take 16 KiB in any case.
 *           With group.liveness.timeout the reader takes others out of the group, as
 *           pravega_reader_group_reader_offline does, that show no sign of life for so
 *           long; less than 30 s, or than 10 s for each reader and one more, counts as
 *           that. Readers of this library give signs in the background, official Java
 *           ones only when their application asks for an event, so it must be longer
 *           than that ever takes.
 *           A stream that is deleted ends where it was read to, and the others are read
 *           on. If another one is made under its name, it is read after a reset only;
 *           pravega_reader_next fails with PRAVEGA_E_NO_SUCH_STREAM then, at the latest
 *           instead of PRAVEGA_END.
 * Memory:   reader_id, config: copied. *reader: yours, pravega_reader_close.
 * Blocks:   Until the group knows the reader, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_ALREADY_EXISTS: the group has a reader of this
 *           id; PRAVEGA_E_NO_SUCH_STREAM: somebody began a reset to streams of which one
 *           does not exist: reset the group again;
 *           PRAVEGA_E_NO_SUCH_READER_GROUP; server codes.
 */
PRAVEGA_API int pravega_reader_open(pravega_reader_group_t *group, const char *reader_id, const pravega_config_t *config, pravega_reader_t **reader, int timeout_ms, pravega_error_t **err);

/*
 * What:     The next slice: whole events of one segment, in order. One slice of
 *           a segment is out at a time; slices of several segments may be.
 *           A reader that was opened with option reader.checkpoints is told of the
 *           group's checkpoints, automatic ones (group.checkpoint.interval) among
 *           them: PRAVEGA_CHECKPOINT, when no slice is out; while one is, no other
 *           is handed out, so give back what is out. The next call, whatever its
 *           time limit, says that the application is done with the checkpoint, for
 *           example has stored what it made of the events before it; what was
 *           given back by then is the reader's place in the checkpoint.
 *           A reader that cannot read or write the group's state may have been taken
 *           out of the group. So nothing is handed out, and slices that are out may be
 *           released, once it has not read it, or not written to it, for 30 s, 10 s for
 *           each reader and one more, and its own group.liveness.timeout. It goes on
 *           when it has done both again and is still in the group.
 * Memory:   *slice: yours, pravega_slice_release. NULL unless PRAVEGA_OK.
 * Blocks:   Until there is one, at most timeout_ms. Never inside the Go runtime.
 * Threads:  Any; slices go to whichever asks first. One at a time with option
 *           reader.checkpoints, as a call of any of them passes the checkpoint.
 * Returns:  PRAVEGA_OK; PRAVEGA_CHECKPOINT: for its name pravega_reader_checkpoint;
 *           PRAVEGA_END: all was read, up to the ends that the group has or those of
 *           its streams, which are sealed; PRAVEGA_E_TIMED_OUT: nothing yet, see
 *           pravega_reader_trouble for why;
 *           PRAVEGA_E_READER_NOT_IN_GROUP: somebody took the reader out of the group;
 *           PRAVEGA_E_GROUP_REINITIALIZED: the group was reset; in both cases what
 *           was not given back is read again, what was given back may be, and the
 *           reader is to be closed and may be opened again;
 *           PRAVEGA_E_FROM_CALLBACK: timeout_ms is not 0; server codes. For the
 *           message: pravega_reader_error.
 */
PRAVEGA_API int pravega_reader_next(pravega_reader_t *reader, int timeout_ms, pravega_slice_t **slice);

/*
 * What:     The name of the checkpoint that pravega_reader_next came to last, as a
 *           list that holds this one string, or none while there was none. It is
 *           what its initiator called it; that of an automatic one is random.
 * Memory:   *name: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_reader_checkpoint(pravega_reader_t *reader, pravega_list_t **name, pravega_error_t **err);

/*
 * What:     A descriptor for event loops: readable when pravega_reader_next with
 *           timeout_ms 0 may return something else than PRAVEGA_E_TIMED_OUT; it
 *           stays readable until that was returned. Made at the first call, and
 *           readable then. Only watch it: never read, write or close it.
 * Memory:   *fd: borrowed until pravega_reader_close; take it out of the loop
 *           before.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_NO_MEMORY: the process has no descriptor left.
 */
PRAVEGA_API int pravega_reader_ready_fd(pravega_reader_t *reader, int *fd);

/*
 * What:     The failure that pravega_reader_next reported last (timing out is
 *           none), with its message.
 * Memory:   *err: yours, pravega_error_free; NULL while there was none.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK while there was none, else its code.
 */
PRAVEGA_API int pravega_reader_error(pravega_reader_t *reader, pravega_error_t **err);

/*
 * What:     What keeps the reader from events now, for people to read: which server,
 *           at which address, what it did and for how long; or that other readers
 *           have all segments. The reader goes on by itself when the trouble is over.
 * Memory:   *err: yours, pravega_error_free; NULL with PRAVEGA_OK.
 * Blocks:   Never; no server is asked.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK: a slice is there; PRAVEGA_E_TIMED_OUT: nothing is in the way,
 *           and the message says what is waited for; else the code of the trouble.
 */
PRAVEGA_API int pravega_reader_trouble(pravega_reader_t *reader, pravega_error_t **err);

/*
 * What:     Where the reader stands, by what was given back: see
 *           pravega_position_info.
 * Memory:   *position: its text, as a list that holds this one string; yours,
 *           pravega_list_free.
 * Blocks:   Never; no server is asked.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_reader_position(pravega_reader_t *reader, pravega_list_t **position, pravega_error_t **err);

/* The bounds of a time window that are not known. */
#define PRAVEGA_NO_LOWER_BOUND INT64_MIN
#define PRAVEGA_NO_UPPER_BOUND INT64_MAX

/*
 * What:     Between which event times, as writers told them with
 *           pravega_writer_note_time and in their unit, the reader's group is in one
 *           of its streams, by what this reader has given back and what the others
 *           told last, which is a few seconds old. What is read from now on has at
 *           least time *lower, PRAVEGA_NO_LOWER_BOUND near the head of the stream and
 *           if nobody told times; what was read so far has at most *upper,
 *           PRAVEGA_NO_UPPER_BOUND near the tail, that is behind the servers' last mark
 *           in any segment. The servers mark the times every ten seconds or so, when
 *           all writers have moved on.
 * Memory:   scope, stream: copied. *lower and *upper are set.
 * Blocks:   Mostly not. When the group has passed all marks that are known, and at
 *           most once a second, until the servers answered, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the group does not read such a
 *           stream; what pravega_reader_next returns for good; server codes.
 */
PRAVEGA_API int pravega_reader_time_window(pravega_reader_t *reader, const char *scope, const char *stream, int64_t *lower, int64_t *upper, int timeout_ms, pravega_error_t **err);

/*
 * What:     Gives back what is out as unread, leaves the group, closes. The next
 *           reader of a segment goes on where this one last gave back.
 * Memory:   Slices that are out stay readable until they are released. The
 *           descriptor ends.
 * Blocks:   Until the group knows, at most timeout_ms. When that fails, the
 *           reader is closed here but still in the group: see
 *           pravega_reader_group_reader_offline.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; server codes; PRAVEGA_E_FROM_CALLBACK, then the handle
 *           lives on. In every other case it has ended.
 */
PRAVEGA_API int pravega_reader_close(pravega_reader_t *reader, int timeout_ms, pravega_error_t **err);

/*
 * What:     pravega_reader_close for an application that is done with the events
 *           before a position, one of this reader, whatever it has given back: the
 *           next readers go on there. In segments that the position lacks they go on
 *           from the reader's last checkpoint, or from where it acquired them. What
 *           was given back to its end is done with, if the group knows already.
 * Memory:   position: copied; see pravega_position_info. Else as
 *           pravega_reader_close.
 * Blocks:   As pravega_reader_close.
 * Threads:  Any; not from a callback.
 * Returns:  As pravega_reader_close; PRAVEGA_E_INVALID_ARGUMENT: the text is no
 *           position, or it is ahead of what was handed out; then, and with
 *           PRAVEGA_E_PANIC, the handle lives on too.
 */
PRAVEGA_API int pravega_reader_close_at(pravega_reader_t *reader, const char *position, int timeout_ms, pravega_error_t **err);

/* -------------------------------------------------------------- slices -- */

/* What a slice holds. Offsets are those of the segment. */
typedef struct {
  const uint8_t *data;  /* events with their headers, see pravega_events_next */
  size_t len;           /* bytes of data */
  int64_t start_offset; /* of the first event in the segment */
  int64_t end_offset;   /* behind the last event: start_offset + len */
  int64_t skipped;      /* bytes before it that truncation had deleted unread */
  const char *scope;
  const char *stream;
  const char *segment; /* the segment's qualified name */
} pravega_slice_info_t;

/*
 * What:     What a slice holds and where it comes from.
 * Memory:   *info is filled, at most size bytes of it: pass sizeof(*info). What
 *           it points to is borrowed until pravega_slice_release.
 * Blocks:   Never; does not enter the Go runtime.
 * Threads:  Any; works after fork.
 * Returns:  PRAVEGA_OK or a code of the rules.
 */
PRAVEGA_API int pravega_slice_info(const pravega_slice_t *slice, pravega_slice_info_t *info, size_t size);

/*
 * What:     Finds many events at once, for bindings. From *cursor on (bytes from
 *           the slice's begin; start with 0) writes for each event the pair
 *           (bytes from data to its payload, bytes of its payload), and moves
 *           *cursor behind the last one. start_offset + *cursor is then the
 *           next_offset that gives back all of them. pairs NULL: only counts the
 *           rest, and *cursor stays.
 * Memory:   pairs: the caller's, room for 2 * max_pairs numbers. cursor may be
 *           NULL: from the begin.
 * Blocks:   Never; does not enter the Go runtime.
 * Threads:  Any; works after fork.
 * Returns:  >= 0: the number of events, 0 at the end; or a code of the rules.
 */
PRAVEGA_API int64_t pravega_slice_index(const pravega_slice_t *slice, size_t *cursor, uint32_t *pairs, size_t max_pairs);

/*
 * What:     Gives a slice back. next_offset is the offset of the first event
 *           that was not consumed: it and the events after it are delivered again.
 *           PRAVEGA_SLICE_END, or the slice's end_offset: all was consumed.
 * Memory:   The slice and what was borrowed from it end, whatever is returned
 *           (except PRAVEGA_E_FORKED).
 * Blocks:   Never; no server is asked.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK: noted, also when the reader or its client is being closed
 *           at the same time; PRAVEGA_E_INVALID_ARGUMENT: no event begins there,
 *           the slice was given back as unread; PRAVEGA_E_CLOSED: not noted, since
 *           the close of the reader or its client began before, or the reader had
 *           found out that it is not in its group any more. Its events are
 *           delivered again then; after pravega_reader_close_at, only the events after
 *           its position are.
 */
PRAVEGA_API int pravega_slice_release(pravega_slice_t *slice, int64_t next_offset);

/* One event of a slice. */
typedef struct {
  const uint8_t *data; /* borrowed until the slice is released */
  size_t len;
  int64_t offset; /* in the segment */
  int64_t next;   /* offset behind it: give the slice back here after consuming it */
} pravega_event_t;

/* Where an iteration over a slice stands. */
typedef struct {
  const uint8_t *pos, *end;
  int64_t offset;
} pravega_events_t;

/*
 * What:     Begins an iteration over the events of a slice:
 *             pravega_events_t it = pravega_events_begin(&info);
 *             while (pravega_events_next(&it, &event)) ...
 * Memory:   What info points to is borrowed.
 * Blocks:   Never; compiled into the caller.
 * Threads:  Each thread its own iteration.
 * Returns:  The iteration.
 */
static inline pravega_events_t pravega_events_begin(const pravega_slice_info_t *info) {
  pravega_events_t it;
  it.pos = info->data;
  it.end = info->data + info->len;
  it.offset = info->start_offset;
  return it;
}

/*
 * What:     The next event of the iteration.
 * Memory:   event->data: borrowed until the slice is released.
 * Blocks:   Never; compiled into the caller.
 * Threads:  Each thread its own iteration.
 * Returns:  1, or 0 at the end.
 */
static inline int pravega_events_next(pravega_events_t *it, pravega_event_t *event) {
  /* An event is: 4 bytes of type, 0; 4 bytes of length, big-endian; payload. */
  const uint8_t *p = it->pos;
  size_t left = p == NULL ? 0 : (size_t)(it->end - p);
  uint32_t len;
  if (left < 8) {
    return 0;
  }
  len = p[4];
  len = len << 8 | p[5];
  len = len << 8 | p[6];
  len = len << 8 | p[7];
  if (len > left - 8) {
    return 0;
  }
  event->data = p + 8;
  event->len = len;
  event->offset = it->offset;
  it->pos = p + 8 + len;
  it->offset += 8 + (int64_t)len;
  event->next = it->offset;
  return 1;
}

/*
 * What:     The pointer to an event of a slice, as text, by which
 *           pravega_event_fetch reads the event again later:
 *           "segment:offset-length", as Java's EventPointer.toString, where the
 *           length counts the 8 bytes before the payload.
 * Memory:   offset, len: those of the event, as pravega_events_next gives them.
 *           pointer: the caller's, PRAVEGA_POINTER_SIZE bytes.
 * Blocks:   Never; does not enter the Go runtime.
 * Threads:  Any; works after fork.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: no event of this length begins
 *           there in the slice; this is looked for from the event that was asked for
 *           last, or from the slice's begin.
 */
PRAVEGA_API int pravega_slice_pointer(const pravega_slice_t *slice, int64_t offset, size_t len, char *pointer);

/*
 * What:     Where the reader stands once the slice is given back with next_offset,
 *           which is what pravega_slice_release takes: see pravega_position_info. An
 *           application notes it with what it made of the events before.
 * Memory:   *position: its text, as a list that holds this one string; yours,
 *           pravega_list_free.
 * Blocks:   Never; no server is asked.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: no event begins there;
 *           PRAVEGA_E_CLOSED: the reader was closed.
 */
PRAVEGA_API int pravega_slice_position(const pravega_slice_t *slice, int64_t next_offset, pravega_list_t **position, pravega_error_t **err);

/*
 * What:     Reads one event by its pointer.
 * Memory:   pointer: copied. *event: yours, pravega_bytes_free.
 * Blocks:   Until the event is there, at most timeout_ms.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_SEGMENT_TRUNCATED, PRAVEGA_E_NO_SUCH_SEGMENT: it
 *           was truncated away, or its stream was deleted;
 *           PRAVEGA_E_INVALID_ARGUMENT: it is no pointer, or no event is at that
 *           place; server codes.
 */
PRAVEGA_API int pravega_event_fetch(pravega_client_t *client, const char *pointer, pravega_bytes_t **event, int timeout_ms, pravega_error_t **err);

/* --------------------------------------- forms of cuts and other places -- */

/*
 * Stream cuts, event pointers and positions are texts here, as Java's
 * StreamCut.asText, EventPointer.toString and Position.toString write them;
 * checkpoints are a name and cuts. As bytes they are what Java's toBytes writes and
 * fromBytes reads. These functions ask no server.
 */

/*
 * What:     What a cut says: a list of pairs, "scope" and "stream", then for each of
 *           its segments, in their order, the id in decimal (epoch << 32 | number)
 *           and the offset of the next event, -1 for the segment's end. An unbounded
 *           cut, text "UNBOUNDED", has empty names and no segments.
 * Memory:   cut: copied. *info: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no cut.
 */
PRAVEGA_API int pravega_cut_info(const char *cut, pravega_list_t **info, pravega_error_t **err);

/*
 * What:     A cut as bytes; none for an unbounded one.
 * Memory:   cut: copied. *bytes: yours, pravega_bytes_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no cut.
 */
PRAVEGA_API int pravega_cut_to_bytes(const char *cut, pravega_bytes_t **bytes, pravega_error_t **err);

/*
 * What:     The cut that is in bytes.
 * Memory:   bytes (len of them): copied. *cut: its text form, as a list that holds
 *           this one string; yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the bytes are no cut.
 */
PRAVEGA_API int pravega_cut_from_bytes(const void *bytes, size_t len, pravega_list_t **cut, pravega_error_t **err);

/*
 * What:     A checkpoint as bytes.
 * Memory:   name, cuts (count strings, text forms, one for a stream): copied.
 *           *bytes: yours, pravega_bytes_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the name is not UTF-8, a text is
 *           no cut, one is unbounded, or two are of one stream.
 */
PRAVEGA_API int pravega_checkpoint_to_bytes(const char *name, const char *const *cuts, size_t count, pravega_bytes_t **bytes, pravega_error_t **err);

/*
 * What:     The checkpoint that is in bytes.
 * Memory:   bytes (len of them): copied. *checkpoint: its name, and behind it the
 *           text form of each of its cuts, sorted by stream; yours,
 *           pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the bytes are no checkpoint, or
 *           there is a NUL in its name.
 */
PRAVEGA_API int pravega_checkpoint_from_bytes(const void *bytes, size_t len, pravega_list_t **checkpoint, pravega_error_t **err);

/*
 * What:     What an event pointer says: a list of pairs, "scope", "stream",
 *           "segment" (the qualified name), "offset" (that of the event's header in
 *           the segment) and "size" (that of the event in bytes, without its
 *           header), the last two in decimal.
 * Memory:   pointer: copied. *info: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no pointer.
 */
PRAVEGA_API int pravega_pointer_info(const char *pointer, pravega_list_t **info, pravega_error_t **err);

/*
 * What:     An event pointer as bytes.
 * Memory:   pointer: copied. *bytes: yours, pravega_bytes_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no pointer.
 */
PRAVEGA_API int pravega_pointer_to_bytes(const char *pointer, pravega_bytes_t **bytes, pravega_error_t **err);

/*
 * What:     The event pointer that is in bytes.
 * Memory:   bytes (len of them): copied. *pointer: its text, as a list that holds
 *           this one string; yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the bytes are no pointer.
 */
PRAVEGA_API int pravega_pointer_from_bytes(const void *bytes, size_t len, pravega_list_t **pointer, pravega_error_t **err);

/*
 * What:     What a position says, which is where a reader stands in the segments
 *           that it has: a list of pairs, sorted, of a segment's qualified name and
 *           the offset in decimal of the first event that is not done with, -1 for a
 *           segment that was read to its end. Its text is "segment=offset",
 *           separated by ", "; "" for a reader without segments.
 * Memory:   position: copied. *info: yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no position.
 */
PRAVEGA_API int pravega_position_info(const char *position, pravega_list_t **info, pravega_error_t **err);

/*
 * What:     A position as bytes.
 * Memory:   position: copied. *bytes: yours, pravega_bytes_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the text is no position.
 */
PRAVEGA_API int pravega_position_to_bytes(const char *position, pravega_bytes_t **bytes, pravega_error_t **err);

/*
 * What:     The position that is in bytes.
 * Memory:   bytes (len of them): copied. *position: its text, as a list that holds
 *           this one string; yours, pravega_list_free.
 * Blocks:   Never.
 * Threads:  Any.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_INVALID_ARGUMENT: the bytes are no position.
 */
PRAVEGA_API int pravega_position_from_bytes(const void *bytes, size_t len, pravega_list_t **position, pravega_error_t **err);

/* ------------------------------------------------------ log and process -- */

/* Levels of log messages. */
enum {
  PRAVEGA_LOG_OFF = 0,
  PRAVEGA_LOG_ERROR = 1,
  PRAVEGA_LOG_WARN = 2,
  PRAVEGA_LOG_INFO = 3,
  PRAVEGA_LOG_DEBUG = 4
};

/* Called with one message, a line without the line end. message: borrowed until
 * it returns. */
typedef void (*pravega_log_fn)(void *user, int level, const char *message);

/*
 * What:     Sets the function that gets the log of the whole library, up to a
 *           level. Off until then: the library never prints by itself. fn NULL
 *           or PRAVEGA_LOG_OFF: off again. Once a segment store, or all controllers,
 *           have been away for a second, there is a WARN with the address and the
 *           cause, further ones at growing intervals, and an INFO when the outage
 *           has ended. Single attempts are DEBUG.
 * Memory:   user is handed to fn as it is.
 * Blocks:   Until the function set before has returned, if it runs.
 * Threads:  Any; not from a callback. fn runs on threads of the library and on
 *           those of callers, one at a time.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_FROM_CALLBACK; PRAVEGA_E_INVALID_ARGUMENT: no
 *           such level.
 */
PRAVEGA_API int pravega_log_set(pravega_log_fn fn, void *user, int level);

/*
 * What:     Closes every writer, transaction and its writer, reader, reader group
 *           and client that is open, in this order, and turns the log off: for exit hooks of interpreters.
 *           Their handles have ended then. New clients may be opened later.
 * Memory:   Slices, errors, lists, bytes and configurations stay.
 * Blocks:   At most timeout_ms for acks and for readers to leave their groups, and
 *           for token providers as pravega_client_close does.
 * Threads:  Any; not from a callback.
 * Returns:  PRAVEGA_OK; PRAVEGA_E_FROM_CALLBACK; else the first failure, though
 *           all were closed.
 */
PRAVEGA_API int pravega_shutdown(int timeout_ms);

/*
 * What:     The number of handles that are open, of every kind, for tests that
 *           look for leaks.
 * Memory:   None.
 * Blocks:   Never.
 * Threads:  Any; works after fork.
 * Returns:  The number.
 */
PRAVEGA_API int64_t pravega_debug_live(void);

#ifdef __cplusplus
}
#endif

#endif
