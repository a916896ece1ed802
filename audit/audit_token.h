/* SPDX-License-Identifier: MIT */
#ifndef AUDIT_AUDIT_TOKEN_H
#define AUDIT_AUDIT_TOKEN_H
/*
 * Tokens end by themselves.  One that was taken once and is refused later has ended, and
 * a new one is asked for, once per login; one that was never taken is wrong, and its
 * refusal counts as any other.
 */
#include "base/strbuf.h"
#include "model/side.h"

enum { AUDIT_TOKENS_KEPT = 256 };

/* What was taken last, as digests: one token may be for all accounts of a side, or each
 * has its own.  A ring: what falls out of it counts as never taken. */
struct audit_tokens {
	uint64_t digest[AUDIT_TOKENS_KEPT];
	size_t n; /* ever put in */
};
void audit_token_taken(struct audit_tokens *t, struct span token);
bool audit_token_was_taken(const struct audit_tokens *t, struct span token);

#endif
