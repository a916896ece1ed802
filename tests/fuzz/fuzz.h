/* SPDX-License-Identifier: MIT */
#ifndef FUZZ_H
#define FUZZ_H
/*
 * One fuzzer: it takes any octets, ends the program when something promised does not
 * hold, and returns 0.  libFuzzer calls it with invented input, replay.c with the corpus.
 */
#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* assert() with the name of what is broken in the report, whatever NDEBUG says. */
#define PROMISE(condition)                                                               \
	do {                                                                             \
		if (!(condition)) {                                                      \
			fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__,       \
				#condition);                                             \
			abort();                                                         \
		}                                                                        \
	} while (0)

#endif
