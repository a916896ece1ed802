/* SPDX-License-Identifier: MIT */
#include "mime/mime_gmime.h"

#include <pthread.h>

#include "sonames.h"

static struct mime_gmime gmime;

#define SYMBOL(name) { #name, &gmime.at_##name },

static void load(void)
{
	static const struct lazy_symbol symbols[] = { MIME_GMIME(SYMBOL) };

	lazy_load(SONAME_GMIME, symbols, COUNT_OF(symbols));
	gmime.at_g_mime_init();
}

const struct mime_gmime *mime_gmime(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return &gmime;
}
