/* SPDX-License-Identifier: MIT */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H
/*
 * Many small things that die together: one response, one folder, one report.  A function
 * that takes `struct arena *arena` puts its result there; nothing in it is freed singly.
 */
#include "base/base.h"
#include "base/span.h"

struct arena_block;
struct arena {
	struct arena_block *head; /* newest block */
	size_t used;		  /* bytes handed out since init or the last reset */
};

void arena_init(struct arena *arena);
/* Frees everything; the arena may be used again. */
void arena_done(struct arena *arena);
/* Forgets everything, keeps one block for reuse. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type. */
void *arena_alloc(struct arena *arena, size_t size) NEVER_NULL;
char *arena_strdup(struct arena *arena, const char *s) NEVER_NULL;
/* A copy with a NUL added. */
char *arena_span(struct arena *arena, struct span s) NEVER_NULL;
char *arena_printf(struct arena *arena, const char *fmt, ...)
	PRINTF_LIKE(2, 3) NEVER_NULL;

#endif
