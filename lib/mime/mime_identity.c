/* SPDX-License-Identifier: MIT */
#include "mime/mime_identity.h"

#include "mime/mime_header.h"

#define ID_MAX 998 /* a line of RFC 5322 section 2.1.1 */

/* Index behind the comment that starts at i.  Comments nest (RFC 5322 section 3.2.2). */
static size_t skip_comment(struct span v, size_t i)
{
	size_t depth = 0;

	for (; i < v.n; i++) {
		if (v.p[i] == '\\')
			i++;
		else if (v.p[i] == '(')
			depth++;
		else if (v.p[i] == ')' && --depth == 0)
			return i + 1;
	}
	return v.n;
}

/* Names after the last '@' that only a mover writes: imapsync --addheader makes
 * <UID@imapsync>. */
static bool is_artefact(struct span domain)
{
	return span_eq_str(domain, "imapsync");
}

/*
 * Normalise what stands between '<' and '>' into out, brackets included.  Blanks go: a
 * server may have folded there.  Parentheses inside stay: software writes them as plain
 * characters, and two ids that differ only there must not become one.  False: not
 * left@right.
 */
static bool normal_id(struct span body, char *out, struct span *domain_out, size_t *n_out)
{
	size_t n = 0, at = 0;

	out[n++] = '<';
	for (size_t i = 0; i < body.n; i++) {
		char c = body.p[i];

		if ((signed char)c > ' ' && c != '@') { /* by far the most */
			out[n++] = c;
			continue;
		}
		if (mime_is_blank(c))
			continue;
		if (c == '@')
			at = n;
		out[n++] = mime_munged(c);
	}
	if (at <= 1 || at + 1 == n)
		return false;
	for (size_t i = at + 1; i < n; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	*domain_out = (struct span){ out + at + 1, n - at - 1 };
	out[n++] = '>';
	*n_out = n;
	return true;
}

/* The innermost <...> at i, which is a '<'.  Returns the index behind it, v.n for none.
 */
static size_t brackets(struct span v, size_t i, struct span *body_out)
{
	const char *open, *close = memchr(v.p + i, '>', v.n - i);

	*body_out = (struct span){ 0 };
	if (close == NULL)
		return v.n;
	open = memrchr(v.p + i, '<', (size_t)(close - v.p) - i);
	*body_out = (struct span){ open + 1, (size_t)(close - open) - 1 };
	return (size_t)(close - v.p) + 1;
}

/* v is trimmed; out has room for its octets. */
static enum mime_id_state find_id(struct span v, char *out, size_t *n_out)
{
	struct span body, domain = { 0 }, ignored;
	bool found = false;
	size_t n;

	if (v.n == 0)
		return MIME_ID_NONE;
	if (v.n > ID_MAX)
		return MIME_ID_MALFORMED;
	for (size_t i = 0; i < v.n;) {
		char again[ID_MAX];

		if (v.p[i] == '(') {
			i = skip_comment(v, i);
			continue;
		}
		if (v.p[i] != '<') {
			i++;
			continue;
		}
		i = brackets(v, i, &body);
		if (!found)
			found = normal_id(body, out, &domain, n_out);
		else if (normal_id(body, again, &ignored, &n))
			return MIME_ID_SEVERAL;
	}
	if (!found)
		return MIME_ID_MALFORMED;
	return is_artefact(domain) ? MIME_ID_ARTEFACT : MIME_ID_GOOD;
}

enum mime_id_state mime_message_id_value(struct span value, struct arena *arena,
					 struct span *id_out)
{
	struct span v = span_trim(value);
	enum mime_id_state state;
	size_t n = 0;
	char *out;

	*id_out = (struct span){ 0 };
	if (v.n == 0)
		return MIME_ID_NONE;
	out = arena_alloc(arena, v.n);
	state = find_id(v, out, &n);
	if (state != MIME_ID_GOOD)
		n = mime_unfold(v, out);
	*id_out = (struct span){ out, n };
	return state;
}

enum mime_id_state mime_message_id(struct span header, struct arena *arena,
				   struct span *id_out)
{
	struct span value = { 0 };
	struct mime_field f;
	size_t fields = 0;
	enum mime_id_state state;

	while (mime_field_next(&header, &f)) {
		if (!mime_field_is(&f, "message-id"))
			continue;
		if (fields++ == 0)
			value = f.value;
	}
	state = mime_message_id_value(value, arena, id_out);
	if (fields < 2)
		return state;
	if (state == MIME_ID_GOOD) { /* the raw value is owed, not the id */
		char *raw = arena_alloc(arena, value.n);

		*id_out = (struct span){ raw, mime_unfold(value, raw) };
	}
	return MIME_ID_SEVERAL;
}

static void key_end(struct sha256_ctx *ctx, struct msg_key *out)
{
	struct sha256 digest;

	sha256_end(ctx, &digest);
	memcpy(out->bytes, digest.bytes, sizeof out->bytes);
}

void mime_key_id(struct sha256_ctx *ctx, struct span id, struct msg_key *out)
{
	sha256_begin(ctx);
	sha256_add(ctx, "1\n",
		   2); /* the tier; short, so that most ids stay within one block */
	sha256_add(ctx, id.p, id.n);
	key_end(ctx, out);
}

/*
 * All values of one field in order, each followed by LF, then a NUL for the field:
 * neither stands in normalised text, so no two headers give the same octets.  Returns how
 * many octets of text there were.
 */
static size_t add_field(struct sha256_ctx *ctx, struct span header, const char *name,
			char *scratch)
{
	struct mime_field f;
	size_t text = 0;

	while (mime_field_next(&header, &f)) {
		size_t n;

		if (!mime_field_is(&f, name))
			continue;
		n = mime_unfold(f.value, scratch);
		if (n == 0) /* some servers drop empty fields */
			continue;
		for (size_t i = 0; i < n; i++)
			scratch[i] = mime_munged(scratch[i]);
		sha256_add(ctx, scratch, n);
		sha256_add(ctx, "\n", 1);
		text += n;
	}
	sha256_add(ctx, "", 1);
	return text;
}

bool mime_key_fields(struct sha256_ctx *ctx, struct span header, struct arena *arena,
		     struct msg_key *out)
{
	static const struct {
		const char *name;
		bool tells; /* a message can be recognised by it */
	} fields[] = {
		{ "date", true },	 { "from", true },    { "to", true },
		{ "cc", false },	 { "subject", true }, { "in-reply-to", false },
		{ "references", false },
	};
	char *scratch = arena_alloc(arena, header.n);
	size_t text = 0;

	sha256_begin(ctx);
	sha256_add(ctx, "2\n", 2);
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		size_t n = add_field(ctx, header, fields[i].name, scratch);

		if (fields[i].tells)
			text += n;
	}
	if (text == 0)
		return false;
	key_end(ctx, out);
	return true;
}
