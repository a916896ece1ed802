/* SPDX-License-Identifier: MIT */
#ifndef BASE_CERT_H
#define BASE_CERT_H
/* What a server's certificate (X.509) says of it; by libcrypto.  Nothing is verified. */
#include "base/sha256.h"
#include "base/span.h"

#define CERT_NAME_SIZE 256

struct cert {
	struct sha256 fingerprint; /* of the whole certificate */
	struct sha256 key; /* of its public key (SubjectPublicKeyInfo): what "pin" names;
			      the same after a renewal that keeps the key */
	char subject[CERT_NAME_SIZE]; /* RFC 2253, ASCII, cut when longer */
	char issuer[CERT_NAME_SIZE];
	int64_t not_before, not_after; /* 0: no time that can be read */
};

/* A certificate in PEM form.  False: it is none, and out is untouched. */
bool cert_read(struct span pem, struct cert *out) MUST_CHECK;

#endif
