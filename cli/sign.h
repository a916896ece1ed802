/* SPDX-License-Identifier: MIT */
#ifndef CLI_SIGN_H
#define CLI_SIGN_H
/*
 * Signatures by ssh-keygen -Y (OpenSSH 8.2 and later): run by its full path, without a
 * shell, its output bounded.  Keys never come near this program: where one has a
 * passphrase, or lives in an agent or a token, ssh-keygen asks for it itself.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"
#include "model/approval.h"

#define SIGN_PROGRAM	 "/usr/bin/ssh-keygen"
#define SIGN_SIGNERS_MAX (1u << 20) /* octets of a file of allowed signers */

/* Sign what with a private key (or the public one of a key in the agent); the signature
 * in armour goes to out.  ERR_LOCAL: no program; ERR_CONFIG: it failed, in its words. */
bool sign_make(const char *key, struct span what, struct strbuf *out,
	       struct err *err) MUST_CHECK;

/*
 * Does the signature stand, by a key that `signers` (ssh-keygen(1), ALLOWED SIGNERS)
 * allows to name for APPROVAL_NAMESPACE?  print gets the key's fingerprint.  ERR_CONFIG:
 * no.
 */
bool sign_check(const char *signers, const char *name, struct span what,
		const char *signature, char print[APPROVAL_PRINT_SIZE],
		struct err *err) MUST_CHECK;
/* The same without asking who may: is it whole, and by which key? */
bool sign_look(struct span what, const char *signature, char print[APPROVAL_PRINT_SIZE],
	       struct err *err) MUST_CHECK;

#endif
