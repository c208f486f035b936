/* The table of handles. A handle is kind (8 bits), generation (32), slot (24);
 * a slot's generation changes each time it is used again, so that a stale
 * handle never meets another object. Slots are never given back to malloc, so
 * that looking at one is always safe. */
#include "handle.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>

enum { CHUNK_BITS = 10, CHUNK = 1 << CHUNK_BITS, CHUNKS = (1 << 24) / CHUNK };

/* state: generation in the upper half, LIVE, and the number of uses. The live
 * handle itself counts as one use. */
#define LIVE (UINT64_C(1) << 31)
#define USES (LIVE - 1)

struct shim_slot {
  _Atomic uint64_t state;
  _Atomic int kind;
  uint32_t index;
  struct shim_object *object;
  struct shim_slot *next_free;
};

static struct shim_slot *_Atomic chunks[CHUNKS];
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER; /* guards the four below and adds chunks */
static struct shim_slot *first_free;
static _Atomic uint32_t slots;
static _Atomic int64_t live;

_Thread_local int shim_callback;

static _Atomic bool forked;

static void child(void) { atomic_store(&forked, true); }

__attribute__((constructor)) static void guard_fork(void) { pthread_atfork(NULL, NULL, child); }

bool shim_forked(void) { return atomic_load_explicit(&forked, memory_order_relaxed); }

int64_t pravega_debug_live(void) { return atomic_load(&live); }

static struct shim_slot *slot_at(uint32_t index) {
  struct shim_slot *chunk = atomic_load(&chunks[index >> CHUNK_BITS]);
  return chunk == NULL ? NULL : &chunk[index & (CHUNK - 1)];
}

/* Takes a free slot, or makes one; the table is locked. */
static struct shim_slot *take(void) {
  struct shim_slot *slot = first_free;
  if (slot != NULL) {
    first_free = slot->next_free;
    return slot;
  }
  uint32_t index = atomic_load(&slots);
  if (index >= (uint32_t)CHUNKS * CHUNK) {
    return NULL;
  }
  if (index % CHUNK == 0) {
    struct shim_slot *chunk = calloc(CHUNK, sizeof *chunk);
    if (chunk == NULL) {
      return NULL;
    }
    atomic_store(&chunks[index >> CHUNK_BITS], chunk);
  }
  slot = slot_at(index);
  slot->index = index;
  atomic_store(&slot->state, UINT64_C(1) << 32); /* generation 1: a handle is never 0 */
  atomic_store(&slots, index + 1);
  return slot;
}

static void *handle_of(const struct shim_slot *slot, int kind, uint64_t generation) {
  uint64_t bits = (uint64_t)kind << 56 | generation << 24 | slot->index;
  return (void *)(uintptr_t)bits;
}

void *shim_adopt(enum shim_kind kind, struct shim_object *object) {
  pthread_mutex_lock(&table);
  struct shim_slot *slot = take();
  pthread_mutex_unlock(&table);
  if (slot == NULL) {
    return NULL;
  }
  slot->object = object;
  atomic_store(&slot->kind, (int)kind);
  uint64_t generation = atomic_load(&slot->state) >> 32;
  atomic_fetch_add(&live, 1);
  atomic_store(&slot->state, generation << 32 | LIVE | 1);
  return handle_of(slot, (int)kind, generation);
}

/* Changes the state of a live handle's slot: adds a use, or ends the handle and
 * keeps its use. */
static int change(const void *handle, enum shim_kind kind, struct shim_ref *ref, bool retire) {
  uint64_t bits = (uint64_t)(uintptr_t)handle;
  uint64_t generation = bits >> 24 & UINT32_MAX;
  struct shim_slot *slot = slot_at((uint32_t)(bits & 0xffffff));
  if (slot == NULL) {
    return PRAVEGA_E_BAD_HANDLE;
  }
  uint64_t state = atomic_load_explicit(&slot->state, memory_order_acquire);
  uint64_t next;
  do {
    if (state >> 32 != generation || (state & LIVE) == 0 || (bits >> 56) != (uint64_t)atomic_load(&slot->kind)) {
      return PRAVEGA_E_BAD_HANDLE;
    }
    if (bits >> 56 != (uint64_t)kind) {
      return PRAVEGA_E_WRONG_KIND;
    }
    next = retire ? state & ~LIVE : state + 1;
  } while (!atomic_compare_exchange_weak(&slot->state, &state, next));
  ref->slot = slot;
  ref->object = slot->object;
  return PRAVEGA_OK;
}

int shim_enter(const void *handle, enum shim_kind kind, struct shim_ref *ref) { return change(handle, kind, ref, false); }

int shim_retire(const void *handle, enum shim_kind kind, struct shim_ref *ref) { return change(handle, kind, ref, true); }

void shim_alone(struct shim_ref *ref) {
  while ((atomic_load(&ref->slot->state) & USES) > 1) {
    sched_yield();
  }
}

void shim_leave(struct shim_ref *ref) {
  struct shim_slot *slot = ref->slot;
  uint64_t before = atomic_fetch_sub(&slot->state, 1);
  if ((before & USES) > 1) {
    return;
  }
  struct shim_object *object = slot->object;
  slot->object = NULL;
  object->destroy(object);
  uint64_t generation = ((before >> 32) + 1) & UINT32_MAX;
  atomic_store(&slot->state, (generation == 0 ? 1 : generation) << 32);
  pthread_mutex_lock(&table);
  slot->next_free = first_free;
  first_free = slot;
  pthread_mutex_unlock(&table);
  atomic_fetch_sub(&live, 1);
}

int shim_free(const void *handle, enum shim_kind kind) {
  struct shim_ref ref;
  if (shim_forked()) {
    return PRAVEGA_E_FORKED;
  }
  if (handle == NULL) {
    return PRAVEGA_OK;
  }
  int status = shim_retire(handle, kind, &ref);
  if (status == PRAVEGA_OK) {
    shim_leave(&ref);
  }
  return status;
}

void *shim_each(enum shim_kind kind, size_t *place) {
  uint32_t count = atomic_load(&slots);
  while (*place < count) {
    struct shim_slot *slot = slot_at((uint32_t)(*place)++);
    uint64_t state = atomic_load(&slot->state);
    if ((state & LIVE) != 0 && atomic_load(&slot->kind) == (int)kind) {
      return handle_of(slot, (int)kind, state >> 32);
    }
  }
  return NULL;
}
