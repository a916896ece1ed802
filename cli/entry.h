/* SPDX-License-Identifier: MIT */
#ifndef CLI_ENTRY_H
#define CLI_ENTRY_H
/* What a person says for the record: who, and in which words. */
#include "cli/args.h"
#include "cli/scope.h"

#define ENTRY_BY_MAX   256u  /* octets of a name, as the ledger takes them */
#define ENTRY_TEXT_MAX 4000u /* octets of a note or a reason */

/* False: the value of this option is empty, too long, or no text; a->exit, and it was
 * said. */
bool entry_check(struct args *a, const char *option, const char *value,
		 size_t most) MUST_CHECK;

struct json_out;
/* "only": the names of a scope, or of many only how many and their digest; nothing when
 * the scope is all. */
void entry_put_scope(struct json_out *j, const struct scope *s);

#endif
