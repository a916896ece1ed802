/* SPDX-License-Identifier: MIT */
#include "logs/logs_archive.h"

#include <pthread.h>

#include "sonames.h"

static struct logs_archive library;

#define SYMBOL(name) { #name, &library.at_##name },

static void load(void)
{
	static const struct lazy_symbol symbols[] = { LOGS_ARCHIVE(SYMBOL) };

	lazy_load(SONAME_ARCHIVE, symbols, COUNT_OF(symbols));
}

const struct logs_archive *logs_archive(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return &library;
}
