/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_SCAN_H
#define BASE_JSON_SCAN_H
/*
 * What cJSON does not do, for json.c alone: it gives values without positions, knows no
 * comments, and is lenient about strings and numbers.  So this token scan goes over the
 * text first, and again when an error needs the position of a value.
 */
#include "base/base.h"
#include "base/span.h"

/* Check octets, tokens and depth of text, and turn each comment in blanked, a copy of
 * text, into as many blanks.  Returns NULL, or what is wrong at octet *bad_at. */
const char *json_scan_check(struct span text, char *blanked, size_t *bad_at);
/* The first octet from at on that is neither blank nor comment; text.n when there is
 * none. */
size_t json_scan_blanks(struct span text, size_t at);
/* Position of the value that is number index (from 0) of all values in document order, a
 * member's at its key.  text has passed the check; 0 when there are fewer. */
size_t json_scan_position(struct span text, size_t index);

#endif
