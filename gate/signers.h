/* SPDX-License-Identifier: MIT */
#ifndef GATE_SIGNERS_H
#define GATE_SIGNERS_H
/* Who may approve, as which: the principals of ssh-keygen, as the config names them. */
#include "model/approval.h"

#define SIGNERS_MAX 64u /* of one role */

struct gate_signers {
	const char *const *name[APPROVAL_ROLE_COUNT];
	size_t n[APPROVAL_ROLE_COUNT];
};
bool gate_signer_is(const struct gate_signers *s, enum approval_role role,
		    const char *name);

#endif
