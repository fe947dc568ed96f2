// `free` and `realloc` for glibc, whose own ones are reached under their second names. A reallocation
// that moves leaves the old place behind, so it has to be ours as well.
#define _GNU_SOURCE 1

#include "CForget.h"

#include <malloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

extern void __libc_free(void *block);
extern void *__libc_malloc(size_t size);
extern void *__libc_realloc(void *block, size_t size);

static atomic_bool forgets;

void cf_forget_freed_memory(void) { atomic_store_explicit(&forgets, true, memory_order_relaxed); }

static bool is_forgetting(void) { return atomic_load_explicit(&forgets, memory_order_relaxed); }

void free(void *block) {
  if (block != NULL && is_forgetting()) explicit_bzero(block, malloc_usable_size(block));
  __libc_free(block);
}

void *realloc(void *block, size_t size) {
  if (block == NULL || !is_forgetting()) return __libc_realloc(block, size);
  size_t usable = malloc_usable_size(block);
  // Shrinking by half or more is worth a copy.
  if (size <= usable && size > usable / 2) return block;
  void *moved = NULL;
  if (size > 0) {
    moved = __libc_malloc(size);
    if (moved == NULL) return NULL;
    memcpy(moved, block, size < usable ? size : usable);
  }
  free(block);
  return moved;
}
