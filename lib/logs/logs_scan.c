/* SPDX-License-Identifier: MIT */
#include "logs/logs_scan.h"

#include "base/num.h"
#include "base/regex.h"
#include "base/strbuf.h"
#include "logs/logs_head.h"

static const char *const takes[] = { "foreign", "malformed", "taken" };
_Static_assert(COUNT_OF(takes) == LOG_TAKE_COUNT, "a name for each take");

const char *log_take_name(enum log_take t)
{
	return takes[t];
}

struct logs_scanner {
	struct logs_sessions *sessions;
	struct logs_columns columns;
	struct strbuf json;
	struct logs_export export;
	struct log_head_memo memo;
	bool no_sender;	   /* nobody asks from where a message came */
	struct span prev;  /* the last line that was an event; its octets still stand */
	const char *known; /* where a line begins that log_memo_knows knew; NULL */
	struct regex *regex[LOGS_PATTERNS_MAX];
	struct log_pattern pattern[LOGS_PATTERNS_MAX];
	size_t pattern_n;
};

bool logs_scanner_new(const struct log_pattern *patterns, size_t n,
		      struct logs_scanner **out, struct err *err)
{
	struct logs_scanner *s;

	if (n > LOGS_PATTERNS_MAX)
		return err_set(err, ERR_CONFIG, "more than %u patterns for logs",
			       LOGS_PATTERNS_MAX);
	s = mem_calloc(1, sizeof *s);
	s->sessions = logs_sessions_new();
	for (size_t i = 0; i < n; i++) {
		if (!regex_open(patterns[i].regex, NULL, &s->regex[i], err)) {
			err_wrap(err, "pattern %zu for logs", i + 1);
			goto fail;
		}
		s->pattern_n = i + 1;
		s->pattern[i] = patterns[i];
		if (!regex_has_group(s->regex[i], "user")) {
			err_set(err, ERR_CONFIG,
				"pattern %zu for logs has no group (?<user>...)", i + 1);
			goto fail;
		}
	}
	*out = s;
	return true;
fail:
	logs_scanner_free(s);
	return false;
}

void logs_scanner_free(struct logs_scanner *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->pattern_n; i++)
		regex_close(s->regex[i]);
	logs_sessions_free(s->sessions);
	strbuf_done(&s->json);
	strbuf_done(&s->export.text);
	free(s);
}

void logs_scanner_begin(struct logs_scanner *s, struct span header)
{
	logs_sessions_forget(s->sessions);
	s->columns = (struct logs_columns){ 0 };
	s->export.on = false;
	s->prev = (struct span){ NULL, 0 };
	s->known = NULL;
	s->memo.known = false;
	(void)logs_exchange_header(header, &s->columns);
}

void logs_scanner_no_sender(struct logs_scanner *s, bool none)
{
	s->no_sender = none;
}

void logs_scanner_moved(struct logs_scanner *s)
{
	s->prev = (struct span){ NULL, 0 };
}

static void clear(struct log_line *out)
{
	out->kind = LOG_OTHER;
	out->protocol = LOG_NO_PROTOCOL;
	out->program = LOG_PROGRAM_NONE;
	out->flags = 0;
	out->user.n = out->rip.n = out->from.n = out->rcpt.n = 0;
	out->session.n = out->client.n = 0;
	out->of = 0;
}

/* Programs that syslog names; text decides between those that share a name.  In this
 * order: some look at the last word of a tag alone, and would take dbmail/pop3d. */
static enum log_verdict by_tag(const struct log_head *h, struct log_line *out)
{
	static const struct {
		enum log_verdict (*scan)(const struct log_head *h, struct log_line *out);
		enum log_program program;
	} list[] = {
		{ logs_dbmail, LOG_DBMAIL },
		{ logs_postfix, LOG_POSTFIX },
		{ logs_dovecot, LOG_DOVECOT },
		{ logs_cyrus, LOG_CYRUS },
		{ logs_courier, LOG_COURIER },
		{ logs_uw, LOG_UW },
		{ logs_sendmail, LOG_SENDMAIL },
		{ logs_exim, LOG_EXIM },
		{ logs_proxy, LOG_PROXY_SERVER },
		{ logs_zimbra, LOG_ZIMBRA },
		{ logs_sun, LOG_SUN },
	};

	for (size_t i = 0; i < COUNT_OF(list); i++) {
		enum log_verdict v = list[i].scan(h, out);

		if (v != NOT_MINE) {
			out->program = list[i].program;
			return v;
		}
		clear(out);
	}
	return NOT_MINE;
}

/* The head decides most lines by the first octets of the tag. */
static enum log_verdict quick(const struct log_head *h, struct log_line *out)
{
	switch (h->known) {
	case LOG_TAG_OTHER:
		break;
	case LOG_TAG_POSTFIX:
		out->program = LOG_POSTFIX;
		return logs_postfix(h, out);
	case LOG_TAG_DOVECOT:
		out->program = LOG_DOVECOT;
		return logs_dovecot(h, out);
	case LOG_TAG_CYRUS:
		out->program = LOG_CYRUS;
		return logs_cyrus(h, out);
	}
	/* RFC 5424 */
	if (h->tag.n >= 7 && log_starts(h->tag, "postfix")) {
		out->program = LOG_POSTFIX;
		return logs_postfix(h, out);
	}
	if (h->tag.n == 7 && log_starts(h->tag, "dovecot")) {
		out->program = LOG_DOVECOT;
		return logs_dovecot(h, out);
	}
	if (h->tag.n > 6 && log_starts(h->tag, "cyrus/")) {
		out->program = LOG_CYRUS;
		return logs_cyrus(h, out);
	}
	return NOT_MINE;
}

/* "message repeated 3 times: [ text]" */
static unsigned repeated(struct span *text)
{
	struct span s = *text;
	uint64_t n;
	struct span digits;

	if (!log_eat(&s, "message repeated "))
		return 0;
	digits = log_word(&s);
	if (!num_u64(digits, 1000000, &n) || !log_eat(&s, "times: [ ") || s.n == 0 ||
	    s.p[s.n - 1] != ']')
		return 0;
	s.n--;
	*text = s;
	return (unsigned)n;
}

static enum log_verdict own_pattern(struct logs_scanner *s, const struct log_head *h,
				    struct log_line *out)
{
	for (size_t i = 0; i < s->pattern_n; i++) {
		struct err err = ERR_INIT;
		bool matched = false;

		if (h->text.n > REGEX_SUBJECT_MAX)
			return NOT_MINE;
		if (!regex_match(s->regex[i], h->text, &matched, &err))
			return BROKEN;
		if (!matched)
			continue;
		clear(out);
		out->program = LOG_PATTERN;
		out->kind = s->pattern[i].kind;
		out->protocol = s->pattern[i].protocol;
		if (!regex_group(s->regex[i], h->text, "user", &out->user))
			return BROKEN;
		if (regex_group(s->regex[i], h->text, "rip", &out->rip))
			out->rip = log_address(out->rip);
		return out->user.n > 0 ? MINE : BROKEN;
	}
	return NOT_MINE;
}

/* Every format whose lines have no head that syslog would know. */
static enum log_verdict odd(struct logs_scanner *s, const struct log_head *h,
			    struct log_line *out)
{
	enum log_verdict v;

	out->program = LOG_EXCHANGE;
	v = logs_exchange(h->line, &s->columns, out);
	if (v != NOT_MINE)
		return v;
	clear(out);
	out->program = LOG_HMAIL;
	v = logs_hmail(h->line, s->sessions, out);
	if (v != NOT_MINE)
		return v;
	v = by_tag(h, out);
	if (v != NOT_MINE)
		return v;
	clear(out);
	out->program = LOG_MISC;
	v = logs_misc(h, s->sessions, out);
	if (v == NOT_MINE)
		clear(out);
	return v;
}

/* Nothing is told, and it may be another line that tells it: what the servers that write
 * a time of their own do not know stays theirs. */
static bool tells_nothing(enum log_verdict v, const struct log_line *out)
{
	return v == NOT_MINE ||
	       (v == MINE && out->kind == LOG_OTHER && out->flags == 0 &&
		(out->program == LOG_DOVECOT || out->program == LOG_EXIM));
}

/* Of two times of a line, one that has a zone counts, then one that has a year. */
static void better_stamp(struct log_line *out, const struct log_line *outer)
{
	enum log_stamp_kind in = out->stamp.kind, around = outer->stamp.kind;

	if (around == LOG_STAMP_NONE || in == LOG_STAMP_UTC)
		return;
	if (in == LOG_STAMP_LOCAL && around != LOG_STAMP_UTC)
		return;
	out->stamp = outer->stamp;
	out->stamp_text = outer->stamp_text;
}

/* A line within a line, at most this deep. */
#define INNER_MAX 3

/* own: the time at the front of h->line. */
static enum log_verdict inside(struct logs_scanner *s, struct span own,
			       struct log_head *h, struct log_line *out)
{
	struct log_head at = *h;
	struct log_line around = *out;
	enum log_verdict found = NOT_MINE;

	for (int i = 0; i < INNER_MAX; i++) {
		struct log_line in;
		struct span line;
		enum log_verdict v;

		if (!log_peel(&at, own, &around, &line))
			break;
		in = around;
		log_head_take(line, NULL, &in, &at);
		own = in.stamp_text;
		clear(&in);
		at.no_sender = h->no_sender;
		in.host = at.host.n > 0 ? at.host : around.host;
		in.text = at.text;
		v = odd(s, &at, &in); /* by the time that stands in that line */
		better_stamp(&in, &around);
		if (v != NOT_MINE) {
			found = v;
			*out = in;
			*h = at;
			if (!tells_nothing(v, &in))
				break;
		}
		around.stamp = in.stamp;
		around.stamp_text = in.stamp_text;
		around.host = in.host;
	}
	return found;
}

/* journald's time is a number, that of others is written as in any log. */
static bool json_stamp(const struct log_json *j, struct log_line *out)
{
	struct span rest = j->timestamp;
	uint64_t usec;

	if (j->realtime.n == 0) {
		if (log_stamp_take(&rest, &out->stamp_text, &out->stamp))
			out->stamp_text = j->timestamp;
		return true;
	}
	out->stamp_text = j->realtime;
	if (!num_u64(j->realtime, UINT64_C(253402300799000000), &usec))
		return false;
	out->stamp = (struct log_stamp){ LOG_STAMP_UTC, (int64_t)(usec / 1000000) };
	return true;
}

/* What journald or another keeps apart of a line: its head in place of a written one. */
static enum log_verdict kept_apart(struct logs_scanner *s, const struct log_json *j,
				   struct log_line *out, struct log_head *h)
{
	/* who writes a line of its own may write what its clients say */
	bool whole = j->identifier.n == 0 || log_passes_on(j->identifier) ||
		     log_has(j->identifier, "dovecot");
	struct span text = j->message, own;
	struct log_line around;
	enum log_verdict v = NOT_MINE, in;

	*h = (struct log_head){ .line = h->line,
				.host = j->host,
				.tag = j->identifier,
				.pid = j->pid,
				.text = text,
				.rest = whole ? text : span_from(text, text.n),
				.no_sender = s->no_sender,
				.syslog = true };
	out->host = j->host;
	if (!json_stamp(j, out))
		return BROKEN;
	if (j->identifier.n > 0)
		v = by_tag(h, out);
	if (!tells_nothing(v, out) || (!whole && v == NOT_MINE))
		return v;
	around = *out;
	log_head_take(text, NULL, out, h);
	clear(out);
	own = out->stamp_text;
	h->no_sender = s->no_sender;
	out->host = h->host.n > 0 ? h->host : around.host;
	out->text = h->text;
	in = odd(s, h, out);
	better_stamp(out, &around);
	if (tells_nothing(in, out)) {
		enum log_verdict deep = inside(s, own, h, out);

		in = deep != NOT_MINE ? deep : in;
	}
	if (in != NOT_MINE)
		return in;
	*out = around;
	return v;
}

/* One object: journald's, James' own, or what docker and shippers of logs make. */
static enum log_verdict json_line(struct logs_scanner *s, struct span line,
				  struct log_line *out, struct log_head *h)
{
	struct log_json j;
	enum log_verdict v;

	if (!logs_json(line, &s->json, &j))
		return BROKEN;
	if (j.logger.n > 0) {
		out->program = LOG_MISC;
		v = logs_james(&j, out);
		if (v != NOT_MINE) {
			(void)json_stamp(&j, out);
			return v;
		}
		clear(out);
	}
	return j.message.n > 0 ? kept_apart(s, &j, out, h) : NOT_MINE;
}

/* A line of an entry of journalctl -o export, which is told by its last one. */
static bool export_line(struct logs_scanner *s, struct span line, struct log_line *out,
			struct log_head *h, enum log_verdict *v)
{
	struct log_json j;
	bool entry;

	if (!logs_export_line(&s->export, line, &j, &entry))
		return false;
	*v = MINE;
	out->stamp_text = out->host = out->text = (struct span){ line.p, 0 };
	out->stamp.kind = LOG_STAMP_NONE;
	*h = (struct log_head){ .line = line, .text = line, .rest = line };
	if (!entry) {
		out->flags = LOG_F_ORDERED;
		return true;
	}
	out->text = j.message;
	*v = kept_apart(s, &j, out, h);
	return true;
}

static bool too_long(const struct log_line *out)
{
	return (out->user.n > LOGS_NAME_MAX && (out->flags & LOG_F_MANY) == 0) ||
	       out->rcpt.n > LOGS_NAME_MAX || out->session.n > LOGS_NAME_MAX;
}

/* Most events are told by their shape. */
static bool shape(struct logs_scanner *s, struct span line, struct log_line *out)
{
	bool known = s->known == line.p;

	s->known = NULL;
	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	return line.n <= LOGS_LINE_MAX &&
	       (known || log_memo_knows(&s->memo, line.p, line.n)) &&
	       log_shape(&s->memo, line, out);
}

/* A line with its head in front. */
static inline enum log_verdict written(struct logs_scanner *s, struct span line,
				       struct log_line *out, struct log_head *h)
{
	enum log_verdict v;
	unsigned times;

	log_head_take(line, &s->memo, out, h);
	h->no_sender = s->no_sender;
	out->host = h->host;
	out->text = h->text;
	v = h->syslog ? quick(h, out) : NOT_MINE;
	if (v == NOT_MINE) {
		times = repeated(&h->text);
		if (times > 0) {
			out->repeated = times;
			h->rest = h->text;
		}
		v = h->syslog && !h->bracketed ? by_tag(h, out) : odd(s, h, out);
	} else if (out->kind == LOG_OTHER && out->flags == 0 && h->text.n > 0 &&
		   h->text.p[0] == 'm' && log_starts(h->text, "message repeated ")) {
		times = repeated(&h->text);
		if (times > 0) {
			out->repeated = times;
			v = quick(h, out);
		}
	}
	if (tells_nothing(v, out)) {
		enum log_verdict in = inside(s, out->stamp_text, h, out);

		v = in != NOT_MINE ? in : v;
		out->text = h->text;
	}
	return v;
}

static inline enum log_verdict read_line(struct logs_scanner *s, struct span line,
					 struct log_line *out, struct log_head *h)
{
	enum log_verdict v;

	if ((s->export.on || (line.n > 0 && line.p[0] == '_')) &&
	    export_line(s, line, out, h, &v))
		return v;
	if (line.n > 0 && line.p[0] == '\x1e') { /* journalctl -o json-seq */
		line = span_from(line, 1);
	} else if (line.n > 0 && line.p[0] == '\xef') { /* a byte order mark */
		(void)log_eat(&line, "\xEF\xBB\xBF");
	} else if (line.n > 6 && line.p[6] == '{') { /* -o json-sse */
		(void)log_eat(&line, "data: ");
	}
	if (line.n == 0 || line.p[0] != '{') {
		const char *nul;

		v = written(s, line, out, h);
		/* what a crash, or tar, left before it */
		if (v == NOT_MINE && line.n > 0 &&
		    (nul = memrchr(line.p, '\0', line.n)) != NULL) {
			line = span_from(line, (size_t)(nul - line.p) + 1);
			clear(out);
			v = written(s, line, out, h);
		}
		return v;
	}
	out->stamp_text = out->host = (struct span){ line.p, 0 };
	out->stamp.kind = LOG_STAMP_NONE;
	*h = (struct log_head){ .line = line, .text = line, .rest = line };
	v = json_line(s, line, out, h);
	out->text = h->text;
	return v;
}

static void scan(struct logs_scanner *s, struct span line, struct log_line *out)
{
	struct log_head h;
	enum log_verdict v;

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	out->take = LOG_FOREIGN;
	out->repeated = 1;
	clear(out);
	if (line.n > LOGS_LINE_MAX) {
		out->take = LOG_MALFORMED;
		out->host = out->text = out->stamp_text = (struct span){ line.p, 0 };
		out->stamp.kind = LOG_STAMP_NONE;
		return;
	}
	v = read_line(s, line, out, &h);
	if (s->pattern_n > 0 &&
	    (v == NOT_MINE || (v == MINE && out->kind == LOG_OTHER))) {
		enum log_verdict own = own_pattern(s, &h, out);

		v = own != NOT_MINE ? own : v;
	}
	if (v == MINE && too_long(out))
		v = BROKEN;
	if (v == BROKEN) {
		enum log_program program = out->program;

		clear(out);
		out->program = program;
		out->take = LOG_MALFORMED;
	} else if (v == MINE) {
		out->take = LOG_TAKEN;
	}
	if (out->take == LOG_TAKEN && out->kind != LOG_OTHER &&
	    out->stamp.kind == LOG_STAMP_NONE)
		out->flags |= LOG_F_NO_STAMP;
}

size_t logs_scan_quiet(struct logs_scanner *s, struct span *rest, struct log_quiet *out)
{
	bool known;
	size_t n;

	/* a pattern of the site's own may see something in any of them */
	if (s->pattern_n > 0)
		return 0;
	n = log_quiet(&s->memo, s->no_sender, rest, out, &known);
	if (n > 0)
		s->prev.n = 0;
	s->known = known ? rest->p : NULL;
	return n;
}

void logs_scan(struct logs_scanner *s, struct span line, struct log_line *out)
{
	static const char last[] = "last message repeated ";
	struct span text, times;
	uint64_t n;

	if (shape(s, line, out)) {
		s->prev = line;
		return;
	}
	scan(s, line, out);
	if (out->take == LOG_TAKEN && out->kind != LOG_OTHER) {
		s->prev = line;
		return;
	}
	if (s->prev.n == 0)
		return;
	if (out->take == LOG_TAKEN) { /* that line has no tag that we know */
		s->prev.n = 0;
		return;
	}
	text = out->text;
	if (!log_starts(text, last))
		(void)log_word(&text); /* host */
	if (log_eat(&text, last)) {
		struct log_stamp stamp = out->stamp;
		struct span stamp_text = out->stamp_text;

		times = log_word(&text);
		if (num_u64(times, 1000000, &n) && n > 0) {
			scan(s, s->prev, out);
			out->stamp = stamp;
			out->stamp_text = stamp_text;
			out->flags &= ~LOG_F_NO_STAMP;
			if (stamp.kind == LOG_STAMP_NONE)
				out->flags |= LOG_F_NO_STAMP;
			out->repeated = (unsigned)n;
			out->of = 0;
			return;
		}
	}
	s->prev.n = 0;
}
