/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/message.h"

static const char *const names[] = { "\\Seen", "\\Answered", "\\Flagged", "\\Deleted",
				     "\\Draft" };
_Static_assert(COUNT_OF(names) == MSG_FLAG_COUNT, "every flag has a name");
_Static_assert(MSG_DRAFT == 1 << (MSG_FLAG_COUNT - 1), "flags are consecutive bits");

const char *msg_flag_name(unsigned bit_index)
{
	assert(bit_index < COUNT_OF(names));
	return names[bit_index];
}
