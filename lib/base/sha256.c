/* SPDX-License-Identifier: MIT */
#include <openssl/evp.h>
#include <pthread.h>

#include "base/sha256.h"

struct sha256_ctx {
	EVP_MD_CTX *evp;
};

/* Looked up once, since a fetch costs more than a short digest; held until the end. */
static EVP_MD *algorithm;

static void need(int ok)
{
	if (!ok)
		base_die("libcrypto cannot compute SHA-256");
}

static void fetch(void)
{
	algorithm = EVP_MD_fetch(NULL, "SHA256", NULL);
	need(algorithm != NULL);
}

static const EVP_MD *sha256_algorithm(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	need(pthread_once(&once, fetch) == 0);
	return algorithm;
}

struct sha256_ctx *sha256_new(void)
{
	struct sha256_ctx *ctx = mem_alloc(sizeof *ctx);

	ctx->evp = EVP_MD_CTX_new();
	need(ctx->evp != NULL);
	need(EVP_DigestInit_ex2(ctx->evp, sha256_algorithm(), NULL));
	return ctx;
}

void sha256_free(struct sha256_ctx *ctx)
{
	if (ctx == NULL)
		return;
	EVP_MD_CTX_free(ctx->evp);
	free(ctx);
}

void sha256_begin(struct sha256_ctx *ctx)
{
	/* No type: the algorithm and its state are used again, without allocation. */
	need(EVP_DigestInit_ex2(ctx->evp, NULL, NULL));
}

void sha256_add(struct sha256_ctx *ctx, const void *p, size_t n)
{
	if (n > 0)
		need(EVP_DigestUpdate(ctx->evp, p, n));
}

void sha256_add_u64(struct sha256_ctx *ctx, uint64_t v)
{
	uint8_t octets[8];

	for (int i = 0; i < 8; i++)
		octets[i] = (uint8_t)(v >> (56 - 8 * i));
	sha256_add(ctx, octets, sizeof octets);
}

void sha256_add_field(struct sha256_ctx *ctx, const void *p, size_t n)
{
	sha256_add_u64(ctx, n);
	sha256_add(ctx, p, n);
}

void sha256_end(struct sha256_ctx *ctx, struct sha256 *out)
{
	need(EVP_DigestFinal_ex(ctx->evp, out->bytes, NULL));
}

void sha256_of(const void *p, size_t n, struct sha256 *out)
{
	need(EVP_Digest(n > 0 ? p : "", n, out->bytes, NULL, sha256_algorithm(), NULL));
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
