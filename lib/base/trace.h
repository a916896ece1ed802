/* SPDX-License-Identifier: MIT */
#ifndef BASE_TRACE_H
#define BASE_TRACE_H
/*
 * MAILMUSTER_TRACE=imap,store explains a run on stderr, one line an event with time and
 * thread.  Never pass a secret here.  Cheap when off.
 */
#include "base/base.h"

enum trace_area {
	TRACE_IMAP = 1 << 0,
	TRACE_STORE = 1 << 1,
	TRACE_AUDIT = 1 << 2,
	TRACE_VERIFY = 1 << 3,
};
/* value of the variable; NULL is off; unknown words are ignored */
void trace_init(const char *spec);
bool trace_on(enum trace_area area);
void trace(enum trace_area area, const char *fmt, ...) PRINTF_LIKE(2, 3);

#endif
