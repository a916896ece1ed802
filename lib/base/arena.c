/* SPDX-License-Identifier: MIT */
#include <stdalign.h>
#include <stdarg.h>

#include "base/arena.h"

/* AddressSanitizer sees into blocks: what is not handed out, or forgotten, is poison. */
#if defined __has_feature
#if __has_feature(address_sanitizer)
#define ARENA_ASAN
#endif
#elif defined __SANITIZE_ADDRESS__
#define ARENA_ASAN
#endif
#ifdef ARENA_ASAN
#include <sanitizer/asan_interface.h>
#define poison(p, n)   __asan_poison_memory_region(p, n)
#define unpoison(p, n) __asan_unpoison_memory_region(p, n)
#else
#define poison(p, n)   ((void)(p), (void)(n))
#define unpoison(p, n) ((void)(p), (void)(n))
#endif

/* A small arena must cost little (one per response), a big one few blocks. */
#define BLOCK_FIRST ((size_t)4 << 10)
#define BLOCK_MAX   ((size_t)256 << 10)

struct arena_block {
	struct arena_block *next; /* older */
	size_t size, used;	  /* of data */
	alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena)
{
	*arena = (struct arena){ 0 };
}

static void free_blocks(struct arena_block *b)
{
	while (b != NULL) {
		struct arena_block *next = b->next;

		free(b);
		b = next;
	}
}

void arena_done(struct arena *arena)
{
	free_blocks(arena->head);
	arena_init(arena);
}

/* The biggest ordinary block is kept; one made for a single big thing is not. */
void arena_reset(struct arena *arena)
{
	struct arena_block **best = NULL, *keep;

	for (struct arena_block **b = &arena->head; *b != NULL; b = &(*b)->next)
		if ((*b)->size <= BLOCK_MAX &&
		    (best == NULL || (*b)->size > (*best)->size))
			best = b;
	keep = best != NULL ? *best : NULL;
	if (keep != NULL)
		*best = keep->next;
	free_blocks(arena->head);
	if (keep != NULL) {
		keep->next = NULL;
		keep->used = 0;
		poison(keep->data, keep->size);
	}
	arena->head = keep;
	arena->used = 0;
}

static struct arena_block *block_new(size_t size)
{
	struct arena_block *b = mem_alloc(sizeof *b + size);

	b->next = NULL;
	b->size = size;
	b->used = 0;
	poison(b->data, size);
	return b;
}

/* A block with room for size octets.  A thing bigger than a block gets one of its own,
 * behind the newest, so that the room left in that is still used. */
static struct arena_block *block_for(struct arena *arena, size_t size)
{
	struct arena_block *head = arena->head, *b;
	size_t next = BLOCK_FIRST;

	if (head != NULL && head->size - head->used >= size)
		return head;
	if (head != NULL && head->size < BLOCK_MAX)
		next = head->size * 2;
	else if (head != NULL)
		next = BLOCK_MAX;
	if (head != NULL && size > next) {
		b = block_new(size);
		b->next = head->next;
		head->next = b;
		return b;
	}
	b = block_new(size > next ? size : next);
	b->next = head;
	arena->head = b;
	return b;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t unit = alignof(max_align_t);
	struct arena_block *b;
	size_t room;
	void *p;

	if (size > SIZE_MAX / 2)
		base_die("out of memory");
	room = (size > 0 ? size + unit - 1 : unit) / unit * unit;
	b = block_for(arena, room);
	p = b->data + b->used;
	b->used += room;
	arena->used += room;
	unpoison(p, size);
	return memset(p, 0, size);
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_span(arena, span_str(s));
}

char *arena_span(struct arena *arena, struct span s)
{
	char *p = arena_alloc(arena, s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return p;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list ap;
	char *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		base_die("a text is too long to be formatted");
	p = arena_alloc(arena, (size_t)n + 1);
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}
