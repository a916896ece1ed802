/* SPDX-License-Identifier: MIT */
#include "base/table.h"

#ifdef MAILMUSTER_SANITIZED /* the sanitizers know the ends of what malloc gives */

void *mem_table(size_t size)
{
	return mem_calloc(1, size);
}

void mem_table_empty(void *p, size_t size)
{
	memset(p, 0, size);
}

void mem_table_free(void *p, size_t size)
{
	(void)size;
	free(p);
}

#else

#include <sys/mman.h>

#define LARGE ((size_t)2 << 20)

void *mem_table(size_t size)
{
	size_t whole = (size + LARGE - 1) / LARGE * LARGE, before;
	char *p = mmap(NULL, whole + LARGE, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		base_die("out of memory");
	/* begin where a large page can; what is over goes back */
	before = (LARGE - (size_t)((uintptr_t)p % LARGE)) % LARGE;
	if (before > 0)
		munmap(p, before);
	if (before < LARGE)
		munmap(p + before + whole, LARGE - before);
	(void)madvise(p + before, whole, MADV_HUGEPAGE);
	return p + before;
}

void mem_table_empty(void *p, size_t size)
{
	if (madvise(p, (size + LARGE - 1) / LARGE * LARGE, MADV_DONTNEED) != 0)
		memset(p, 0, size);
}

void mem_table_free(void *p, size_t size)
{
	if (p != NULL)
		munmap(p, (size + LARGE - 1) / LARGE * LARGE);
}

#endif
