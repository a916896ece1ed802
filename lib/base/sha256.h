/* SPDX-License-Identifier: MIT */
#ifndef BASE_SHA256_H
#define BASE_SHA256_H
/* SHA-256 by libcrypto.  A failure of the library is our own fault and ends the program.
 */
#include <endian.h>
#include <string.h>

#include "base/base.h"

struct sha256 {
	uint8_t bytes[32];
};
#define SHA256_HEX_SIZE 65 /* 64 digits and a NUL */

struct sha256_ctx; /* one running digest; reusable, not shared between threads */
struct sha256_ctx *sha256_new(void) MUST_CHECK;
void sha256_free(struct sha256_ctx *ctx);
void sha256_begin(struct sha256_ctx *ctx); /* also after sha256_new */
void sha256_add(struct sha256_ctx *ctx, const void *p, size_t n);
void sha256_add_u64(struct sha256_ctx *ctx, uint64_t v); /* eight octets, big-endian */
/* The same eight octets, for those who put several things together first. */
static inline void sha256_put_u64(uint8_t *to, uint64_t v)
{
	v = htobe64(v);
	memcpy(to, &v, sizeof v);
}
/* A length-prefixed field (8 octets big-endian length, then the bytes): no two lists
 * collide. */
void sha256_add_field(struct sha256_ctx *ctx, const void *p, size_t n);
void sha256_end(struct sha256_ctx *ctx, struct sha256 *out);

void sha256_of(const void *p, size_t n, struct sha256 *out);
/* The first four octets of that, the first of them the highest: for short texts, in half
 * the time. */
uint32_t sha256_start_of(const void *p, size_t n);
void sha256_hex(const struct sha256 *d, char out[SHA256_HEX_SIZE]);

#endif
