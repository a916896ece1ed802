/* SPDX-License-Identifier: MIT */
#include "imap/imap_resp.h"

#include "base/num.h"
#include "imap/imap_cur.h"

static bool refuse(struct span resp, const char *why, struct err *err)
{
	char shown[80];

	if (resp.n > 60)
		resp.n = 60;
	return err_set(err, ERR_PROTO, "response from the server: %s: \"%s\"", why,
		       imap_shown(shown, sizeof shown, resp));
}

/* Cut the next word off *rest, and the one blank behind it. */
static struct span take_word(struct span *rest)
{
	ptrdiff_t blank = span_index(*rest, ' ');
	struct span word = *rest;

	if (blank >= 0)
		word.n = (size_t)blank;
	*rest = span_from(*rest, blank < 0 ? rest->n : word.n + 1);
	return word;
}

/* resp-text: "[CODE] words".  A code without its ']' is words. */
static void take_text(struct span rest, struct imap_resp *out)
{
	ptrdiff_t end = rest.n > 0 && rest.p[0] == '[' ? span_index(rest, ']') : -1;

	if (end > 0) {
		out->code = (struct span){ rest.p + 1, (size_t)end - 1 };
		rest = span_from(rest, (size_t)end + 1);
		if (rest.n > 0 && rest.p[0] == ' ')
			rest = span_from(rest, 1);
	}
	out->text = rest;
}

/* OK, NO, BAD: the same words in tagged lines and behind "*". */
static bool take_status(struct span word, enum imap_status *out)
{
	if (span_ieq_str(word, "OK"))
		*out = IMAP_OK;
	else if (span_ieq_str(word, "NO"))
		*out = IMAP_NO;
	else if (span_ieq_str(word, "BAD"))
		*out = IMAP_BAD;
	else
		return false;
	return true;
}

static bool parse_tagged(struct span resp, struct imap_resp *out, struct err *err)
{
	struct span rest = resp, word;

	out->kind = IMAP_RESP_TAGGED;
	out->tag = take_word(&rest);
	for (size_t i = 0; i < out->tag.n; i++)
		if (out->tag.p[i] <= ' ' || out->tag.p[i] == 0x7f ||
		    strchr("(){%*\"\\+", out->tag.p[i]) != NULL)
			return refuse(resp, "neither tagged nor untagged", err);
	word = take_word(&rest);
	if (out->tag.n == 0 || !take_status(word, &out->status))
		return refuse(resp, "neither tagged nor untagged", err);
	take_text(rest, out);
	return true;
}

/* "* 12 FETCH (...)" */
static bool parse_numbered(struct span resp, struct span digits, struct span rest,
			   struct imap_resp *out, struct err *err)
{
	static const struct {
		const char *word;
		enum imap_resp_kind kind;
	} kinds[] = {
		{ "FETCH", IMAP_RESP_FETCH },
		{ "EXISTS", IMAP_RESP_EXISTS },
		{ "RECENT", IMAP_RESP_RECENT },
		{ "EXPUNGE", IMAP_RESP_EXPUNGE },
	};

	if (!num_u32(digits, &out->number))
		return refuse(resp, "no number of 32 bits where one must be", err);
	out->word = take_word(&rest);
	if (out->word.n == 0)
		return refuse(resp, "nothing behind its number", err);
	out->kind = IMAP_RESP_OTHER;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!span_ieq_str(out->word, kinds[i].word))
			continue;
		out->kind = kinds[i].kind;
		break;
	}
	if ((out->kind == IMAP_RESP_EXISTS || out->kind == IMAP_RESP_RECENT ||
	     out->kind == IMAP_RESP_EXPUNGE) &&
	    span_trim(rest).n > 0)
		return refuse(resp, "more than the grammar allows", err);
	if ((out->kind == IMAP_RESP_FETCH || out->kind == IMAP_RESP_EXPUNGE) &&
	    out->number == 0)
		return refuse(resp, "message number 0", err);
	out->text = rest;
	return true;
}

static bool parse_untagged(struct span resp, struct imap_resp *out, struct err *err)
{
	static const struct {
		const char *word;
		enum imap_resp_kind kind;
		bool words; /* free text with perhaps a code */
	} kinds[] = {
		{ "OK", IMAP_RESP_STATUS_OK, true },
		{ "NO", IMAP_RESP_STATUS_NO, true },
		{ "BAD", IMAP_RESP_STATUS_BAD, true },
		{ "BYE", IMAP_RESP_BYE, true },
		{ "PREAUTH", IMAP_RESP_PREAUTH, true },
		{ "CAPABILITY", IMAP_RESP_CAPABILITY, false },
		{ "LIST", IMAP_RESP_LIST, false },
		{ "LSUB", IMAP_RESP_LIST, false },
		{ "XLIST", IMAP_RESP_LIST, false },
		{ "STATUS", IMAP_RESP_STATUS, false },
		{ "SEARCH", IMAP_RESP_SEARCH, false },
		{ "ESEARCH", IMAP_RESP_ESEARCH, false },
		{ "FLAGS", IMAP_RESP_FLAGS, false },
		{ "NAMESPACE", IMAP_RESP_NAMESPACE, false },
		{ "MYRIGHTS", IMAP_RESP_MYRIGHTS, false },
		{ "ACL", IMAP_RESP_ACL, false },
		{ "QUOTA", IMAP_RESP_QUOTA, false },
		{ "QUOTAROOT", IMAP_RESP_QUOTAROOT, false },
		{ "ID", IMAP_RESP_ID, false },
		{ "VANISHED", IMAP_RESP_VANISHED, false },
	};
	struct span rest = span_from(resp, 2), word = take_word(&rest);

	if (word.n > 0 && word.p[0] >= '0' && word.p[0] <= '9')
		return parse_numbered(resp, word, rest, out, err);
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] <= ' ' || word.p[i] == 0x7f)
			return refuse(resp, "no keyword", err);
	if (word.n == 0)
		return refuse(resp, "no keyword", err);
	out->word = word;
	out->kind = IMAP_RESP_OTHER;
	out->text = rest;
	for (size_t i = 0; i < COUNT_OF(kinds); i++) {
		if (!span_ieq_str(word, kinds[i].word))
			continue;
		out->kind = kinds[i].kind;
		if (kinds[i].words)
			take_text(rest, out);
		break;
	}
	return true;
}

bool imap_resp_parse(struct span resp, struct imap_resp *out, struct err *err)
{
	struct imap_resp r = { 0 };

	if (resp.n >= 2 && resp.p[0] == '*' && resp.p[1] == ' ') {
		if (!parse_untagged(resp, &r, err))
			return false;
	} else if (resp.n >= 1 && resp.p[0] == '+' && (resp.n == 1 || resp.p[1] == ' ')) {
		r.kind = IMAP_RESP_CONTINUE;
		take_text(span_from(resp, 2), &r);
	} else if (!parse_tagged(resp, &r, err)) {
		return false;
	}
	*out = r;
	return true;
}

/* ---- NAMESPACE ---- */

/* A string that becomes a C string. */
static const char *take_prefix(struct imap_cur *c)
{
	struct span s = imap_cur_string(c);

	if (span_index(s, '\0') >= 0 || span_index(s, '\r') >= 0 ||
	    span_index(s, '\n') >= 0)
		imap_cur_bad(c, "NUL, CR or LF in a prefix");
	return c->bad == NULL ? arena_span(c->arena, s) : "";
}

/* One namespace: "INBOX." and "." and perhaps extensions. */
static const char *take_entry(struct imap_cur *c, char *delim_out)
{
	const char *prefix;
	struct span delim;
	bool nil;

	imap_cur_need(c, '(');
	prefix = take_prefix(c);
	imap_cur_need(c, ' ');
	delim = imap_cur_nstring(c, &nil);
	if (!nil && delim.n != 1)
		imap_cur_bad(c, "a separator that is not one character");
	*delim_out = nil || delim.n != 1 ? '\0' : delim.p[0];
	while (c->bad == NULL && !imap_cur_eat(c, ')')) {
		imap_cur_need(c, ' ');
		imap_cur_skip_value(c);
	}
	return prefix;
}

/* A group: NIL or a list of namespaces, with or without blanks between them (Courier:
 * without). */
static void take_group(struct imap_cur *c, bool personal, bool *root_is_own,
		       struct imap_namespace *ns)
{
	if (!imap_cur_peek(c, '(')) {
		bool nil = false;

		imap_cur_nstring(c, &nil);
		if (!nil)
			imap_cur_bad(c, "neither NIL nor a list of namespaces");
		return;
	}
	imap_cur_need(c, '(');
	do {
		char delim;
		const char *prefix = take_entry(c, &delim);

		if (c->bad != NULL)
			return;
		if (personal) {
			*root_is_own |= ns->present || prefix[0] == '\0';
			if (!ns->present) {
				ns->present = true;
				ns->prefix = prefix;
				ns->delim = delim;
			}
		} else if (prefix[0] == '\0') {
			ns->foreign_root = !*root_is_own;
		} else if (ns->foreign_n < COUNT_OF(ns->foreign)) {
			ns->foreign[ns->foreign_n++] = prefix;
		}
		imap_cur_eat(c, ' ');
	} while (!imap_cur_eat(c, ')') && c->bad == NULL);
}

bool imap_namespace_parse(struct span text, struct arena *arena,
			  struct imap_namespace *out, struct err *err)
{
	struct imap_namespace ns = { .prefix = "" };
	bool root_is_own = false;
	struct imap_cur c;

	imap_cur_init(&c, span_trim(text), arena);
	take_group(&c, true, &root_is_own, &ns);
	imap_cur_need(&c, ' ');
	take_group(&c, false, &root_is_own, &ns);
	imap_cur_need(&c, ' ');
	take_group(&c, false, &root_is_own, &ns);
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than three groups");
	if (!imap_cur_ok(&c, "NAMESPACE", err))
		return false;
	*out = ns;
	return true;
}

bool imap_myrights_parse(struct span text, struct arena *arena, const char **rights_out,
			 struct err *err)
{
	struct imap_cur c;
	struct span rights;

	imap_cur_init(&c, span_trim(text), arena);
	imap_cur_astring(&c);
	imap_cur_need(&c, ' ');
	rights = imap_cur_astring(&c);
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (rights.n > IMAP_RIGHTS_MAX)
		imap_cur_bad(&c, "more rights than there are letters");
	for (size_t i = 0; i < rights.n && c.bad == NULL; i++)
		if (!((rights.p[i] >= 'a' && rights.p[i] <= 'z') ||
		      (rights.p[i] >= '0' && rights.p[i] <= '9')))
			imap_cur_bad(&c, "a right that is no letter");
	if (!imap_cur_ok(&c, "MYRIGHTS", err))
		return false;
	*rights_out = arena_span(arena, rights);
	return true;
}
