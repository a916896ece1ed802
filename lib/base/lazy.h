/* SPDX-License-Identifier: MIT */
#ifndef BASE_LAZY_H
#define BASE_LAZY_H
/*
 * Libraries that few runs need, loaded when one of them asks: to load GMime and
 * libarchive with all that they bring took half of the time that any command needed to
 * start.
 *
 * Who uses one lists the names it calls in an X macro, and from that has a struct of
 * LAZY_FIELD(name) and the table of symbols for lazy_load.  The library is the one that a
 * linker would have taken: the Makefile asks it for the name (gen/sonames.h).
 */
#include "base/base.h"

#define LAZY_FIELD(name) __typeof__(name) *at_##name;

struct lazy_symbol {
	const char *name;
	void *field; /* where its address goes */
};

/* Fill all fields.  The library stays loaded.  One that is not there, or lacks a name,
 * ends the program with a line that says so, as it would have before main had it been
 * linked. */
void lazy_load(const char *soname, const struct lazy_symbol *symbols, size_t n);

#endif
