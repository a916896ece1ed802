/* SPDX-License-Identifier: MIT */
#include "cli/logs_explain.h"

#include "base/clock.h"
#include "base/json.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "logs/logs_file.h"

static const struct {
	unsigned flag;
	const char *name;
} flags[] = {
	{ LOG_F_AUTHLAYER, "authlayer" }, { LOG_F_MTA, "mta" },
	{ LOG_F_NOAUTH, "noauth" },	  { LOG_F_LIMIT, "limit" },
	{ LOG_F_PROXY, "proxy" },	  { LOG_F_MASTER, "master" },
	{ LOG_F_CLIENT, "client" },	  { LOG_F_SENDER, "sender" },
	{ LOG_F_MANY, "many" },		  { LOG_F_TWIN, "twin" },
	{ LOG_F_RETR, "retr" },		  { LOG_F_EMPTIED, "emptied" },
	{ LOG_F_HEADER, "header" },	  { LOG_F_NO_STAMP, "no-time" },
};

struct walk {
	struct logs_scanner *scanner;
	struct logs_clock clock;
	struct logs_piece piece;
	int64_t line;
	struct strbuf text;
	const struct globals *g;
	bool print;
};

static void put_span(struct json_out *j, const char *key, struct span s)
{
	json_name(j, key);
	json_span(j, s);
}

static void put_json(struct walk *w, const struct log_line *l, const char *time)
{
	struct json_out j;

	strbuf_clear(&w->text);
	json_out_init(&j, &w->text, true);
	json_begin_object(&j);
	json_put_int(&j, "line", w->line);
	put_span(&j, "ts", l->stamp_text);
	json_put_str(&j, "event", log_kind_name(l->kind));
	put_span(&j, "user", l->user);
	json_put_str(&j, "protocol", log_protocol_name(l->protocol));
	put_span(&j, "rip", l->rip);
	json_put_str(&j, "taken", log_take_name(l->take));
	json_put_str(&j, "program", log_program_name(l->program));
	json_put_str(&j, "time", time);
	if (l->repeated > 1)
		json_put_int(&j, "repeated", l->repeated);
	if (l->client.n > 0)
		put_span(&j, "client", l->client);
	if (l->rcpt.n > 0)
		put_span(&j, "rcpt", l->rcpt);
	if (l->from.n > 0)
		put_span(&j, "from", l->from);
	json_name(&j, "flags");
	json_begin_array(&j);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if ((l->flags & flags[i].flag) != 0)
			json_str(&j, flags[i].name);
	json_end_array(&j);
	json_end_object(&j);
	strbuf_addc(&w->text, '\n');
	out_puts(strbuf_cstr(&w->text));
}

static void put_part(struct walk *w, struct span s)
{
	strbuf_addspan(&w->text, s.n > 0 ? s : SPAN_LIT("-"));
	strbuf_addc(&w->text, ' ');
}

static void put_text(struct walk *w, const struct log_line *l, const char *time)
{
	strbuf_clear(&w->text);
	put_part(w, span_str(time));
	put_part(w, span_str(l->take == LOG_TAKEN ? log_kind_name(l->kind)
						  : log_take_name(l->take)));
	put_part(w, span_str(log_protocol_name(l->protocol)));
	put_part(w, l->rip);
	put_part(w, l->user);
	w->text.n--;
	out_printf("%lld ", (long long)w->line);
	strbuf_addc(&w->text, '\0');
	w->text.n--;
	out_text(strbuf_cstr(&w->text));
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		if ((l->flags & flags[i].flag) != 0)
			out_printf(" %s", flags[i].name);
	out_puts("\n");
}

static void take_line(struct walk *w, struct span line)
{
	char iso[CLOCK_ISO_SIZE] = "";
	struct log_line l;
	int64_t t;

	w->line++;
	logs_scan(w->scanner, line, &l);
	if (logs_clock_time(&w->clock, &l.stamp, &t))
		clock_iso(t, iso);
	if (!w->print)
		return;
	if (w->g->json)
		put_json(w, &l, iso);
	else
		put_text(w, &l, iso);
}

static bool walk(struct walk *w, const struct logs_explain *how, const char *path,
		 int *year, struct err *err)
{
	struct logs_file_facts facts;
	struct logs_file *f = NULL;
	enum logs_next next;

	if (!logs_file_open(path, &f, err))
		return false;
	logs_file_facts(f, how->zone, clock_now(), &facts);
	if (*year == 0)
		*year = facts.year;
	logs_clock_begin(&w->clock, how->zone, facts.bound, *year);
	logs_scanner_begin(w->scanner, facts.header);
	w->line = 0;
	do {
		struct span s;

		next = logs_file_read(f, &w->piece, err);
		s = (struct span){ w->piece.p, w->piece.n };
		logs_scanner_moved(w->scanner);
		while (s.n > 0) {
			ptrdiff_t nl = span_index(s, '\n');
			struct span line = { s.p, nl < 0 ? s.n : (size_t)nl };

			take_line(w, line);
			s = span_from(s, line.n + 1);
		}
	} while (next == LOGS_LINES);
	logs_clock_end(&w->clock);
	if (w->print && logs_file_garbage(f) > 0)
		msg_warn(w->g, "%s: %lld octets behind the packed data are none", path,
			 (long long)logs_file_garbage(f));
	logs_file_close(f);
	return next != LOGS_FAIL;
}

bool logs_explain_file(const struct globals *g, const struct logs_explain *how,
		       const char *path, struct err *err)
{
	struct walk w = { .g = g };
	int year = how->year;
	bool ok = false;

	if (!logs_scanner_new(how->patterns, how->pattern_n, &w.scanner, err))
		return false;
	w.piece.p = mem_alloc(LOGS_PIECE);
	/* A first time for the year alone, unless it cannot be read twice. */
	for (int i = 0; logs_file_again(path) && i < LOGS_YEAR_TRIES; i++) {
		struct err unused = ERR_INIT;

		(void)!walk(&w, how, path, &year, &unused);
		if (!w.clock.contradicted || w.clock.first == 0 || how->year != 0)
			break;
		year = w.clock.first - 1;
	}
	w.print = true;
	ok = walk(&w, how, path, &year, err);
	free(w.piece.p);
	strbuf_done(&w.text);
	logs_scanner_free(w.scanner);
	return ok;
}
