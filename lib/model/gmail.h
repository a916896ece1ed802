/* SPDX-License-Identifier: MIT */
#ifndef MODEL_GMAIL_H
#define MODEL_GMAIL_H
/* What a server with X-GM-EXT-1 (Gmail) tells of a message: its folders are labels, and
 * each shows the same message. */
#include "base/base.h"

struct gmail_row {
	uint32_t uid;
	uint64_t number; /* X-GM-MSGID: alike in all folders that show the message */
	const char
		*labels; /* X-GM-LABELS, decoded and shown, ascending, one a line; "" */
};

#define GMAIL_TEXT_MAX 65536 /* octets of all of them */

#endif
