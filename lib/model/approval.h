/* SPDX-License-Identifier: MIT */
#ifndef MODEL_APPROVAL_H
#define MODEL_APPROVAL_H
/*
 * Two persons approve the shutdown, each with a key of ssh: by a signature over the body
 * of the certificate, octet by octet (DESIGN section 11).
 */
#include "base/sha256.h"

#define APPROVAL_NAMESPACE  "mailmuster-gate" /* of ssh-keygen -Y */
#define APPROVAL_SECONDS    (72 * 3600)	      /* after which it is void */
#define APPROVAL_SIGN_MAX   (16u << 10)	      /* octets of a signature in armour */
#define APPROVAL_PRINT_SIZE 128		      /* of a key's fingerprint, with NUL */

/* Values are stored. */
enum approval_role { APPROVAL_TECHNICAL, APPROVAL_BUSINESS };
enum { APPROVAL_ROLE_COUNT = APPROVAL_BUSINESS + 1 };
const char *approval_role_name(enum approval_role r); /* "technical", "business" */
bool approval_role_parse(const char *s, enum approval_role *out) MUST_CHECK;

struct approval {
	int64_t id, at;
	struct sha256 body; /* SHA-256 of the body */
	enum approval_role role;
	const char *name;      /* the principal in the file of allowed signers */
	const char *key;       /* "SHA256:..." */
	const char *signature; /* in armour, as ssh-keygen writes it */
	int64_t ledger;	       /* its entry "approve" */
};

/* "SHA256:" and 43 digits of base64. */
bool approval_is_print(const char *s);

#endif
