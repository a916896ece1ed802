/* SPDX-License-Identifier: MIT */
/* The configs of mbsync (mbsync(1), CONFIGURATION) and of Dovecot, as findings. */
#include "base/strbuf.h"
#include "plan/plan_lint_in.h"

enum { WORDS = 64 };

/* One line taken apart: words, quoted or not. */
struct line {
	unsigned number;
	struct span word[WORDS];
	unsigned column[WORDS];
	size_t n;
	unsigned open; /* column of a quote that is never closed; 0 */
	bool more;     /* than WORDS */
};

static void take_apart(struct span text, struct line *out)
{
	size_t i = 0;

	out->n = 0;
	out->open = 0;
	out->more = false;
	while (i < text.n) {
		struct span w;
		bool quoted;

		while (i < text.n && strchr(" \t\r", text.p[i]) != NULL)
			i++;
		if (i == text.n || text.p[i] == '#')
			return;
		quoted = text.p[i] == '"';
		w.p = text.p + i + quoted;
		w.n = 0;
		if (quoted) {
			while (i + 1 + w.n < text.n && w.p[w.n] != '"')
				w.n += w.p[w.n] == '\\' && i + 2 + w.n < text.n ? 2 : 1;
			if (i + 1 + w.n >= text.n) {
				out->open = (unsigned)i + 1;
				w.n = text.n - i - 1;
			}
		} else {
			while (i + w.n < text.n && strchr(" \t\r", w.p[w.n]) == NULL)
				w.n++;
		}
		if (out->n == WORDS) {
			out->more = true;
			return;
		}
		out->column[out->n] = (unsigned)i + 1;
		out->word[out->n++] = w;
		i += w.n + (quoted ? 2 : 0);
	}
}

/* The next line; false: there is none. */
static bool next_line(struct span *rest, unsigned *number, struct span *out)
{
	ptrdiff_t lf = span_index(*rest, '\n');

	if (rest->n == 0)
		return false;
	*out = (struct span){ rest->p, lf >= 0 ? (size_t)lf : rest->n };
	*rest = span_from(*rest, out->n + 1);
	++*number;
	return true;
}

static bool is(const struct line *l, size_t i, const char *word)
{
	return i < l->n && span_ieq_str(l->word[i], word);
}

static bool begins_with_one(struct span text, const char *const *names, bool equals)
{
	unsigned number = 0;
	struct span one;
	struct line l;

	while (next_line(&text, &number, &one)) {
		take_apart(one, &l);
		for (size_t i = 0; l.n > 0 && names[i] != NULL; i++)
			if ((equals ? span_istarts(l.word[0], names[i]) && is(&l, 1, "=")
				    : is(&l, 0, names[i]) && l.n == 2))
				return true;
	}
	return false;
}

bool lint_is_mbsync(struct span text)
{
	static const char *const names[] = { "IMAPAccount", "IMAPStore", "MaildirStore",
					     "Channel",	    "Group",	 NULL };

	return begins_with_one(text, names, false);
}

bool lint_is_dovecot(struct span text)
{
	static const char *const names[] = { "imapc_", "mail_location", "mail_driver",
					     "dsync_", "doveadm_",	NULL };

	return begins_with_one(text, names, true);
}

static const char *joined(struct plan_lint *l, const struct line *in)
{
	struct strbuf sb = STRBUF_INIT;
	const char *out;

	for (size_t i = 0; i < in->n; i++) {
		if (i > 0)
			strbuf_addc(&sb, ' ');
		strbuf_addspan(&sb, in->word[i]);
	}
	out = arena_span(&l->arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return out;
}

static void found(struct plan_lint *l, const struct lint_rule *rule,
		  const struct line *in, const char *text, const struct lint_mail *mail)
{
	struct lint_at at = { .line = in->number,
			      .column = in->column[0],
			      .said = joined(l, in),
			      .text = text };

	if (mail != NULL)
		at.mail = *mail;
	lint_add(l, rule, &at);
}

/* ---- mbsync ---- */

struct mbsync {
	struct plan_lint *l;
	struct line at;		       /* of the section */
	bool channel;		       /* the section is one */
	bool sync, dates;	       /* said in it */
	bool all_sync, all_dates;      /* said for all */
	struct strbuf left_out, taken; /* its patterns */
	bool everything, odd;
	struct line patterns;
};

/* What is said of directions and kinds. */
static const char *sync_text(const struct line *in)
{
	static const char *const harmless[] = { "Pull", "New",	   "Flags", "ReNew",
						"Old",	"Upgrade", "None" };
	static const char *const kinds[] = { "New", "Flags", "ReNew", "Old", "Upgrade" };
	bool pull = is(in, 1, "None"), kind = is(in, 1, "None");

	for (size_t i = 1; i < in->n; i++) {
		bool known = false;

		for (size_t k = 0; k < COUNT_OF(harmless); k++)
			known = known || is(in, i, harmless[k]);
		for (size_t k = 0; k < COUNT_OF(kinds); k++)
			kind = kind || is(in, i, kinds[k]);
		pull = pull || is(in, i, "Pull");
		if (!known)
			return is(in, i, "Push")
				       ? "writes to the far side, too, which a move only "
					 "reads"
				       : "carries deletions from one side to the other";
	}
	if (!pull)
		return "goes both ways: without Pull or Push it writes to the far side, "
		       "too";
	return kind ? NULL
		    : "carries deletions from one side to the other, as no kind is named";
}

/* Patterns: later ones win; "* !a !b" leaves a and b out. */
static void pattern(struct mbsync *m, const struct line *in)
{
	m->patterns = *in;
	for (size_t i = 1; i < in->n; i++) {
		struct span p = in->word[i];
		bool out = p.n > 0 && p.p[0] == '!';
		struct strbuf *to = out ? &m->left_out : &m->taken;

		if (out)
			p = span_from(p, 1);
		if (!out && m->left_out.n > 0)
			m->odd = true; /* taken back in part */
		if (!out && span_eq_str(p, "*"))
			m->everything = true;
		strbuf_adds(to, to->n > 0 ? "|" : "");
		strbuf_adds(to, lint_wildcard(m->l, p, '/'));
	}
}

static void end_patterns(struct mbsync *m)
{
	struct lint_mail mail = { .what = LINT_FOLDERS_COMMON };

	if (m->patterns.n > 0 && (m->left_out.n > 0 || !m->everything)) {
		if (m->everything)
			mail.pattern = arena_printf(&m->l->arena, "^(?:%s)$",
						    strbuf_cstr(&m->left_out));
		else
			mail.pattern = arena_printf(
				&m->l->arena, "^(?:(?!(?:%s)$)%s%s%s)",
				strbuf_cstr(&m->taken), m->left_out.n > 0 ? "|(?:" : "",
				strbuf_cstr(&m->left_out), m->left_out.n > 0 ? ")$" : "");
		if (m->odd)
			mail.doubt = "a later pattern takes some of them in again";
		found(m->l, lint_rule_named("mbsync-patterns"), &m->patterns, NULL,
		      &mail);
	}
	strbuf_clear(&m->left_out);
	strbuf_clear(&m->taken);
	m->patterns.n = 0;
	m->everything = m->odd = false;
}

static void end_section(struct mbsync *m)
{
	if (m->channel && !m->sync && !m->all_sync)
		found(m->l, lint_rule_named("mbsync-sync"), &m->at,
		      "says nothing of Sync: the default is Full, both ways with "
		      "deletions",
		      NULL);
	if (m->channel && !m->dates && !m->all_dates)
		found(m->l, lint_rule_named("mbsync-dates"), &m->at,
		      "says nothing of CopyArrivalDate: every message gets the day of "
		      "the "
		      "move as its date of arrival",
		      NULL);
	end_patterns(m);
	m->channel = m->sync = m->dates = false;
	m->at.n = 0;
}

static void section(struct mbsync *m, const struct line *in)
{
	static const char *const names[] = { "IMAPAccount", "IMAPStore", "MaildirStore",
					     "Channel", "Group" };

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (is(in, 0, names[i])) {
			end_section(m);
			m->at = *in;
			m->channel = is(in, 0, "Channel");
		}
}

static void mbsync_line(struct mbsync *m, const struct line *in)
{
	struct plan_lint *l = m->l;
	const struct lint_rule *rule;
	struct lint_mail mail = { .what = LINT_LARGER };
	const char *text;
	int64_t n = 0;

	section(m, in);
	if (is(in, 0, "Sync")) {
		m->sync = m->sync || m->at.n > 0;
		m->all_sync = m->all_sync || m->at.n == 0;
		text = sync_text(in);
		if (text != NULL)
			found(l, lint_rule_named("mbsync-sync"), in, text, NULL);
		return;
	}
	if (is(in, 0, "CopyArrivalDate")) {
		m->dates = m->dates || m->at.n > 0;
		m->all_dates = m->all_dates || m->at.n == 0;
		if (!is(in, 1, "yes") && !is(in, 1, "true") && !is(in, 1, "on") &&
		    !is(in, 1, "1"))
			found(l, lint_rule_named("mbsync-dates"), in, NULL, NULL);
		return;
	}
	if (is(in, 0, "Pattern") || is(in, 0, "Patterns")) {
		pattern(m, in);
		return;
	}
	if (is(in, 0, "Pass")) {
		/* What stands behind it is not shown. */
		lint_say(l, "secret-config", in->number, in->column[0], "Pass", NULL);
		return;
	}
	if (in->n < 2)
		return;
	rule = lint_rule_of("mbsync", arena_span(&l->arena, in->word[0]));
	if (rule == NULL)
		return;
	if (is(in, 0, "Expunge") || is(in, 0, "Remove")) {
		if (!is(in, 1, "None"))
			found(l, rule, in, NULL, NULL);
	} else if (is(in, 0, "ExpungeSolo")) {
		if (!is(in, 1, "None"))
			found(l, rule, in, NULL, NULL);
	} else if (is(in, 0, "MaxSize")) {
		if (!lint_size(in->word[1], &mail.amount))
			found(l, rule, in, NULL, NULL);
		else if (mail.amount > 0)
			found(l, rule, in, NULL, &mail);
	} else if (is(in, 0, "MaxMessages")) {
		if (!lint_size(in->word[1], &n) || n > 0)
			found(l, rule, in, NULL, NULL);
	} else if (is(in, 0, "SSLType") || is(in, 0, "TLSType")) {
		if (is(in, 1, "None"))
			lint_say(l, "tls-unchecked", in->number, in->column[0],
				 joined(l, in), "goes without TLS");
	} else if (is(in, 0, "RequireSSL")) {
		if (is(in, 1, "no"))
			found(l, rule, in, NULL, NULL);
	} else if (is(in, 0, "Flatten")) {
		found(l, rule, in, NULL, NULL);
	}
}

static void broken(struct plan_lint *l, const struct line *in)
{
	if (in->open > 0)
		lint_say(l, "lint-broken", in->number, in->open, NULL,
			 "the quote \" that opens here is never closed; what follows is "
			 "judged");
	if (in->more)
		lint_say(l, "lint-limit", in->number, in->column[WORDS - 1], NULL,
			 "the line has more words than are looked at");
}

void lint_mbsync_config(struct plan_lint *l, struct span text, unsigned line)
{
	struct mbsync *m = mem_calloc(1, sizeof *m);
	unsigned number = line - 1;
	struct span one;
	struct line in;

	m->l = l;
	while (next_line(&text, &number, &one)) {
		take_apart(one, &in);
		in.number = number;
		broken(l, &in);
		/* An empty line ends a section; a comment does not. */
		if (span_trim(one).n == 0)
			end_section(m);
		else if (in.n > 0)
			mbsync_line(m, &in);
	}
	end_section(m);
	strbuf_done(&m->left_out);
	strbuf_done(&m->taken);
	free(m);
}

/* ---- Dovecot ---- */

static bool is_no(const struct line *in)
{
	return is(in, 2, "no") || is(in, 2, "none") || is(in, 2, "false");
}

void lint_dovecot_config(struct plan_lint *l, struct span text, unsigned line)
{
	unsigned number = line - 1;
	struct span one;
	struct line in;

	while (next_line(&text, &number, &one)) {
		take_apart(one, &in);
		in.number = number;
		broken(l, &in);
		if (in.n < 3 || !is(&in, 1, "="))
			continue;
		if (is(&in, 0, "imapc_password") || is(&in, 0, "pop3c_password") ||
		    is(&in, 0, "doveadm_password"))
			lint_say(l, "secret-config", in.number, in.column[0],
				 arena_span(&l->arena, in.word[0]), NULL);
		else if ((is(&in, 0, "imapc_ssl_verify") ||
			  is(&in, 0, "ssl_client_require_valid_cert") ||
			  is(&in, 0, "imapc_ssl")) &&
			 is_no(&in))
			found(l, lint_rule_named("tls-unchecked"), &in, NULL, NULL);
	}
}
