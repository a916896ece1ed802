/* SPDX-License-Identifier: MIT */
#include "base/lazy.h"

#include <dlfcn.h>
#include <string.h>

#ifdef MAILMUSTER_SANITIZED
/* Of libraries that are loaded later the leak checker of gcc 12 takes the memory of
 * threads for what it is not, and reads where nothing is ("DTLS 9 at 0x48"). */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "intercept_tls_get_addr=0";
}
#endif

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
