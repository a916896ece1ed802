/* SPDX-License-Identifier: MIT */
/*
 * EVP takes six hundred instructions to begin a digest and three hundred to end it: twice
 * as long as the digest of a header field takes, of which a scan makes a dozen for each
 * message.  What stands below it in libcrypto takes a few dozen.  It is deprecated in
 * favour of EVP, where the algorithm may be chosen; ours is fixed.
 */
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/sha.h>

#include "base/sha256.h"

struct sha256_ctx {
	SHA256_CTX state;
};

static void need(int ok)
{
	if (!ok)
		base_die("libcrypto cannot compute SHA-256");
}

struct sha256_ctx *sha256_new(void)
{
	struct sha256_ctx *ctx = mem_alloc(sizeof *ctx);

	sha256_begin(ctx);
	return ctx;
}

void sha256_free(struct sha256_ctx *ctx)
{
	free(ctx);
}

void sha256_begin(struct sha256_ctx *ctx)
{
	need(SHA256_Init(&ctx->state));
}

void sha256_add(struct sha256_ctx *ctx, const void *p, size_t n)
{
	if (n > 0)
		need(SHA256_Update(&ctx->state, p, n));
}
void sha256_add_u64(struct sha256_ctx *ctx, uint64_t v)
{
	uint8_t octets[8];

	sha256_put_u64(octets, v);
	sha256_add(ctx, octets, sizeof octets);
}

void sha256_add_field(struct sha256_ctx *ctx, const void *p, size_t n)
{
	sha256_add_u64(ctx, n);
	sha256_add(ctx, p, n);
}

void sha256_end(struct sha256_ctx *ctx, struct sha256 *out)
{
	need(SHA256_Final(out->bytes, &ctx->state));
}

void sha256_of(const void *p, size_t n, struct sha256 *out)
{
	struct sha256_ctx ctx;

	sha256_begin(&ctx);
	sha256_add(&ctx, p, n);
	sha256_end(&ctx, out);
}

/* As FIPS 180-4 section 5.1.1 pads: a bit, zeros, and the length in bits. */
uint32_t sha256_start_of(const void *p, size_t n)
{
	const unsigned char *from = p;
	unsigned char last[2 * SHA256_CBLOCK] = { 0 };
	size_t rest = n % SHA256_CBLOCK;
	size_t end = rest < SHA256_CBLOCK - 8 ? SHA256_CBLOCK : 2 * SHA256_CBLOCK;
	SHA256_CTX c;

	need(SHA256_Init(&c));
	for (; n - rest > (size_t)(from - (const unsigned char *)p);
	     from += SHA256_CBLOCK)
		SHA256_Transform(&c, from);
	if (rest > 0)
		memcpy(last, from, rest);
	last[rest] = 0x80;
	sha256_put_u64(last + end - 8, (uint64_t)n * 8);
	for (size_t i = 0; i < end; i += SHA256_CBLOCK)
		SHA256_Transform(&c, last + i);
	return c.h[0];
}

void sha256_hex(const struct sha256 *d, char out[SHA256_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < sizeof d->bytes; i++) {
		out[2 * i] = digits[d->bytes[i] >> 4];
		out[2 * i + 1] = digits[d->bytes[i] & 15];
	}
	out[SHA256_HEX_SIZE - 1] = '\0';
}
