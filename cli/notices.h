/* SPDX-License-Identifier: MIT */
#ifndef CLI_NOTICES_H
#define CLI_NOTICES_H
/* What `accounts notices` and `plan notices` share. */
#include "plan/plan_dormant.h"
#include "plan/plan_notices.h"

#define NOTICE_OWNER "owner of this account"

/* Whom a text is for: the address, else the name of the account. */
const char *notices_address(const struct transfer *t);
/* dir/00001-ACCOUNT.txt, the name as a file's: letters, digits and few others.  The
 * caller frees. */
char *notices_path(const char *dir, const char *account, size_t number) MUST_CHECK;
/* The text for the owner of a dormant account.  file: of the template, for errors. */
bool notices_dormant(const char *file, struct span text, const struct dormant *d,
		     const struct plan_dormant *all, struct strbuf *out,
		     struct err *err) MUST_CHECK;

#endif
