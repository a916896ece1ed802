/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_DATE_H
#define IMAP_IMAP_DATE_H
/* INTERNALDATE: "date-time" of RFC 3501 section 9, day with a leading blank or zero. */
#include "base/span.h"

/* text is the string's inside.  False: no date; *out untouched.  Second 60 is allowed. */
bool imap_date_parse(struct span text, int64_t *out) MUST_CHECK;

#endif
