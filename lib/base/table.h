/* SPDX-License-Identifier: MIT */
#ifndef BASE_TABLE_H
#define BASE_TABLE_H
/*
 * A table of megabytes, zeroed, that takes memory only where it is touched, and in large
 * pages where the kernel gives them: entries that are met at random then cost one miss
 * instead of two or three.  Out of memory ends the program, as with mem_alloc.
 */
#include "base/base.h"

void *mem_table(size_t size) MUST_CHECK;
/* Zeroed again; its memory goes back. */
void mem_table_empty(void *p, size_t size);
void mem_table_free(void *p, size_t size); /* NULL is fine */

#endif
