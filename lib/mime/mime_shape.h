/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_SHAPE_H
#define MIME_MIME_SHAPE_H
/*
 * The MIME structure of a message, as far as it is broken: what GMime's parser warns of,
 * and parts whose encoding or charset is not what they say.
 */
#include "base/err.h"
#include "base/span.h"
#include "base/spill.h"

struct mime_charsets;
struct mime_shape; /* one thread's; reusable */

struct mime_shape *mime_shape_new(void) MUST_CHECK;
void mime_shape_free(struct mime_shape *s);
/* The converters that it works with, for contents that it does not see. */
struct mime_charsets *mime_shape_charsets(struct mime_shape *s);

/* SYMPTOM_BIT of what is wrong with this message (model/body.h). */
uint64_t mime_shape_of(struct mime_shape *s, struct span message);
/* The same by GMime's parser, also where it has nothing to say (mime/mime_parts.h). */
uint64_t mime_shape_parsed(struct mime_shape *s, struct span message);
/* The same for one that lies in a temporary file: its parts are read from there, in
 * constant memory. */
bool mime_shape_of_file(struct mime_shape *s, const struct spill *file,
			uint64_t *symptoms_out, struct err *err) MUST_CHECK;

/* Is a Date (the value, unfolded or not) a date between 1970 and 2100? */
bool mime_date_possible(struct span value);

#endif
