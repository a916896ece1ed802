/* SPDX-License-Identifier: MIT */
#include "base/lazy.h"

#include <dlfcn.h>
#include <string.h>

void lazy_load(const char *soname, const struct lazy_symbol *symbols, size_t n)
{
	/* Bound at once, as the program itself is. */
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);

	for (size_t i = 0; i < n; i++) {
		void *at = library != NULL ? dlsym(library, symbols[i].name) : NULL;

		if (at == NULL)
			base_die(dlerror());
		/* ISO C casts no object to a function; POSIX says that it is one here. */
		memcpy(symbols[i].field, &at, sizeof at);
	}
}
