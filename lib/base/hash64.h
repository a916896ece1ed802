/* SPDX-License-Identifier: MIT */
#ifndef BASE_HASH64_H
#define BASE_HASH64_H
/*
 * 64 bits over octets, fast (about four octets a cycle), the same on every machine, and
 * keyed: whoever does not know the key cannot choose octets that collide.  No
 * cryptographic digest: for tables and for telling lines apart, not for the ledger.
 */
#include "base/span.h"

uint64_t hash64(uint64_t key, struct span s);
/* Bring two together. */
uint64_t hash64_mix(uint64_t a, uint64_t b);

#endif
