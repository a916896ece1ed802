/* SPDX-License-Identifier: MIT */
#include "audit/audit_token.h"

#include "base/sha256.h"

static uint64_t digest_of(struct span token)
{
	struct sha256 d;
	uint64_t out;

	sha256_of(token.p, token.n, &d);
	memcpy(&out, d.bytes, sizeof out);
	return out;
}

bool audit_token_was_taken(const struct audit_tokens *t, struct span token)
{
	size_t n = t->n < AUDIT_TOKENS_KEPT ? t->n : AUDIT_TOKENS_KEPT;
	uint64_t digest = digest_of(token);

	for (size_t i = 0; i < n; i++)
		if (t->digest[i] == digest)
			return true;
	return false;
}

void audit_token_taken(struct audit_tokens *t, struct span token)
{
	if (!audit_token_was_taken(t, token))
		t->digest[t->n++ % AUDIT_TOKENS_KEPT] = digest_of(token);
}
