/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "mime/mime_gmime.h"
#include "mime/mime_header.h"
#include "mime/mime_identity.h"

/* Enough for MIME_DETAIL_MAX octets in the longest spelling, one encoded word per
 * character. */
#define RAW_MAX 8192

/* Cut s to max octets at a character's start. */
static struct span cut(struct span s, size_t max)
{
	if (s.n > max) {
		s.n = max;
		while (s.n > 0 && ((unsigned char)s.p[s.n] & 0xC0) == 0x80)
			s.n--;
	}
	return s;
}

static const char *shown(struct arena *arena, struct span value, bool decode)
{
	char raw[RAW_MAX + 1];
	char *decoded = NULL, *valid;
	const char *out;
	size_t n = 0;

	value = span_trim(value);
	if (value.n > RAW_MAX)
		value.n = RAW_MAX;
	value.n = mime_unfold(value, raw);
	for (size_t i = 0; i < value.n; i++)
		if (raw[i] != '\0')
			raw[n++] = raw[i];
	raw[n] = '\0';
	if (decode)
		decoded = g_mime_utils_header_decode_text(NULL, raw);
	/* GMime falls back to guessed charsets for raw 8-bit; make sure of the outcome.
	 */
	valid = g_utf8_make_valid(decoded != NULL ? decoded : raw, -1);
	out = arena_span(arena, cut(span_str(valid), MIME_DETAIL_MAX));
	g_free(valid);
	g_free(decoded);
	return out;
}

void mime_detail(struct span header, struct arena *arena, struct message_detail *out)
{
	struct mime_field f;

	*out = (struct message_detail){ 0 };
	while (mime_field_next(&header, &f)) {
		if (out->from == NULL && mime_field_is(&f, "from"))
			out->from = shown(arena, f.value, true);
		else if (out->date == NULL && mime_field_is(&f, "date"))
			out->date = shown(arena, f.value, false);
		else if (out->subject == NULL && mime_field_is(&f, "subject"))
			out->subject = shown(arena, f.value, true);
		else if (out->message_id == NULL && mime_field_is(&f, "message-id"))
			out->message_id = shown(arena, f.value, false);
	}
}

const char *mime_versions(void)
{
	static char text[64];

	snprintf(text, sizeof text, "GMime %u.%u.%u", gmime_major_version,
		 gmime_minor_version, gmime_micro_version);
	return text;
}
