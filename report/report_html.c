/* SPDX-License-Identifier: MIT */
#include "report/report_html.h"

#include "base/num.h"

/* Longer than ISO C asks compilers to support, which gcc and clang both do. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverlength-strings"
#include "report_assets.h"
#pragma GCC diagnostic pop

/* frame-ancestors, sandbox and report-uri do nothing in a meta element. */
void html_begin(struct html *h, const char *title)
{
	html_puts(
		h,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"Content-Security-Policy\" content=\""
		"default-src 'none'; style-src 'sha256-" REPORT_CSS_HASH
		"'; script-src 'sha256-" REPORT_JS_HASH
		"'; base-uri 'none'; form-action 'none'\">\n"
		"<meta name=\"viewport\" content=\"width=device-width, "
		"initial-scale=1\">\n"
		"<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
	html_text(&h->out.buf, span_str(title), 200);
	html_puts(h, "</title>\n<style>");
	html_puts(h, report_css);
	html_puts(h, "</style>\n</head>\n<body>\n"
		     "<a class=\"skip\" href=\"#answers\">To the answers</a>\n");
}

void html_end(struct html *h)
{
	html_puts(h, "Made by mailmuster " MAILMUSTER_VERSION ".</p></footer>\n<script>");
	html_puts(h, report_js);
	html_puts(h, "</script>\n</body>\n</html>\n");
}

static void put_meta(struct html *h)
{
	struct page *p = h->p;
	char hex[SHA256_HEX_SIZE];

	html_puts(h, "<p class=\"meta\">");
	if (p->at == 0) {
		html_puts(h, "Nothing was read yet.");
	} else {
		html_puts(h, "As known on ");
		html_say(h, page_minute(p, p->at));
	}
	if (p->v.has_run)
		html_putf(h, " \u00b7 verification %lld", (long long)p->v.run.id);
	if (p->v.has_head && !p->v.o->redact) {
		sha256_hex(&p->v.head.hash, hex);
		html_putf(h, " \u00b7 ledger entry %lld, <code>%.16s</code>",
			  (long long)p->v.head.seq, hex);
	}
	html_puts(h, "</p>\n");
}

static void put_answers(struct html *h)
{
	html_puts(h, "<div class=\"answers\" id=\"answers\">\n");
	for (int i = 0; i < PAGE_QUESTION_COUNT; i++) {
		const struct page_answer *a = &h->p->answer[i];

		html_puts(h, "<div class=\"is-");
		html_puts(h, html_mark_class(a->mark));
		html_puts(h, "\"><dl><dt>");
		html_say(h, a->question);
		html_puts(h, "</dt><dd class=\"big\">");
		html_say(h, a->answer);
		html_puts(h, "</dd><dd class=\"why\">");
		html_say(h, a->detail);
		html_puts(h, "</dd></dl></div>\n");
	}
	html_puts(h, "</div>\n");
}

static void tile(struct html *h, const char *name)
{
	html_puts(h, "<div><dt>");
	html_puts(h, name);
	html_puts(h, "</dt><dd>");
}

static void tile_end(struct html *h, const char *note)
{
	html_puts(h, "<small>");
	html_say(h, note);
	html_puts(h, "</small></dd></div>\n");
}

/* A size, or nothing where nothing is known: never 0. */
static void size_tile(struct html *h, enum side side)
{
	struct page *p = h->p;
	char note[96];

	tile(h, side == SIDE_OLD ? "Mail on the old server" : "Mail on the new server");
	if (p->octets[side] > 0)
		html_octets(h, p->octets[side]);
	else
		html_puts(h, "?");
	if (p->unsized[side] == 0)
		snprintf(note, sizeof note, "as it was read last");
	else
		snprintf(note, sizeof note, "at least: %lld not known in full",
			 (long long)p->unsized[side]);
	tile_end(h, note);
}

static void put_tiles(struct html *h)
{
	struct page *p = h->p;
	const struct report_sum *s = &p->v.sum;
	int64_t proven = p->n[PAGE_CLEAN] + p->n[PAGE_STAYS];
	int64_t arrived = match_count_matched(&s->count) + s->count.removed;
	char share[16], a[32], note[128];

	html_puts(h, "<dl class=\"tiles\">\n");
	tile(h, "Accounts proven");
	html_num(h, proven);
	html_puts(h, " of ");
	html_num(h, (int64_t)p->v.n);
	tile_end(h, page_share(proven, (int64_t)p->v.n, share, sizeof share));
	tile(h, "Messages that arrived");
	html_num(h, arrived);
	snprintf(note, sizeof note, "%s of %s examined",
		 page_share(arrived, s->count.old_messages, share, sizeof share),
		 num_group(s->count.old_messages, a, sizeof a));
	tile_end(h, s->judged == 0 ? "nothing was verified yet" : note);
	tile(h, "Not examined");
	html_num(h, s->count.old_unverified);
	snprintf(note, sizeof note, "%s in at least %s %s",
		 s->count.old_unverified == 1 ? "message" : "messages",
		 num_group(s->folders_unread, a, sizeof a),
		 s->folders_unread == 1 ? "folder" : "folders");
	tile_end(h, s->folders_unread == 0 && s->count.old_unverified == 0
			    ? "messages of accounts that were verified"
			    : note);
	tile(h, "Sealed before entry");
	html_num(h, s->sealed);
	snprintf(note, sizeof note, "%s not, %s unsound",
		 num_group(s->unsealed, a, sizeof a),
		 num_group(s->unsound, share, sizeof share));
	tile_end(h, note);
	size_tile(h, SIDE_OLD);
	size_tile(h, SIDE_NEW);
	html_puts(h, "</dl>\n");
}

static void put_top(struct html *h)
{
	struct page *p = h->p;

	html_puts(h, "<header>\n<h1>Mail migration: ");
	html_name(h, page_name(p, "project", p->v.o->project));
	html_puts(h, "</h1>\n");
	put_meta(h);
	html_puts(h, "<div class=\"banner ");
	html_puts(h, html_mark_class(p->mark));
	html_puts(h, "\" role=\"status\"><b><span aria-hidden=\"true\">");
	html_puts(h, outlook_mark_sign(p->mark));
	html_puts(h, "</span> ");
	html_say(h, p->word);
	html_puts(h, "</b><span>");
	html_say(h, p->sentence);
	html_puts(h, "</span></div>\n");
	put_answers(h);
	put_tiles(h);
	html_puts(h, "<nav aria-label=\"Sections\"><a href=\"#turn\">Whose turn</a>"
		     "<a href=\"#gate\">Gate</a><a href=\"#progress\">Progress</a>"
		     "<a href=\"#differs\">What differs</a><a href=\"#years\">Years</a>"
		     "<a href=\"#waves\">Waves</a><a href=\"#logs\">Logs</a>"
		     "<a href=\"#use\">Use</a><a href=\"#checklist\">Checklists</a>"
		     "<a href=\"#accounts\">Accounts</a><a href=\"#about\">About</a>"
		     "</nav>\n</header>\n<main>\n");
}

static void put_unseen(struct html *h)
{
	const struct report_options *o = h->p->v.o;
	const struct report_sum *s = &h->p->v.sum;

	if (s->contents == 0 && match_count_matched(&s->count) > 0)
		html_puts(h,
			  "<p>Contents were not compared: what differs in a body alone "
			  "is seen when <code>mailmuster scan</code> has read both "
			  "sides.</p>\n");
	if (o->unseen_n == 0)
		return;
	html_puts(h, "<h3>Not examined, because IMAP does not show it</h3><ul>\n");
	for (size_t i = 0; i < o->unseen_n; i++) {
		html_puts(h, o->unseen[i].side == SIDE_OLD ? "<li>Old server: "
							   : "<li>New server: ");
		html_say(h, o->unseen[i].text);
		html_puts(h, "</li>\n");
	}
	html_puts(h, "</ul>\n");
}

/* As ledger verify --against finds it in a file (model/ledger_head.h). */
static void put_ledger(struct html *h)
{
	const struct report_view *v = &h->p->v;
	char hex[SHA256_HEX_SIZE];

	if (!v->has_head || v->o->redact)
		return;
	sha256_hex(&v->head.hash, hex);
	html_puts(h, "<p>The record of all runs and of what persons said ends with this "
		     "entry; <code>mailmuster ledger verify --against</code> with this "
		     "file proves that nothing before it was changed since.</p>\n"
		     "<p><code>");
	html_putf(h, "\nledger: entry %lld, %s</code></p>\n", (long long)v->head.seq,
		  hex);
}

static void put_about(struct html *h)
{
	static const char *const words[][2] = {
		{ "clean", "every message of the old side was examined and is on the new "
			   "side as it was, or its loss was accepted" },
		{ "differs", "everything was examined, and something is lost or in "
			     "doubt" },
		{ "incomplete", "something could not be examined, so what is missing is "
				"not known" },
		{ "never verified", "both sides were not compared yet" },
		{ "not to move", "by decision nothing of it is to arrive" },
		{ "loss", "mail, or what users see of it, is gone" },
		{ "doubt", "the evidence does not tell whether it is" },
		{ "sealed", "both sides were read after the last copy and before the "
			    "user entered: without it nobody can tell loss from "
			    "deletion" },
	};

	html_head(h, "about", "About this report", NULL);
	html_puts(h, "<p>Numbers are of one moment: they were read from the evidence in "
		     "one transaction, and percentages are rounded down. The same "
		     "evidence gives the same file. What nobody observed is unknown and "
		     "never counts as good.</p>\n<table><tbody>\n");
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		html_puts(h, "<tr><th scope=\"row\">");
		html_say(h, words[i][0]);
		html_puts(h, "</th><td>");
		html_say(h, words[i][1]);
		html_puts(h, "</td></tr>\n");
	}
	html_puts(h, "</tbody></table>\n");
	if (report_purged_n(&h->p->v) > 0) {
		html_puts(h, "<p>");
		html_say(h, report_purged_sum(&h->p->v, &h->p->v.arena));
		html_puts(h, ".</p>\n");
	}
	put_ledger(h);
	put_unseen(h);
	html_puts(h, "</main>\n<footer><p>");
	html_puts(h,
		  h->p->v.o->redact
			  ? "Names are replaced by short ids, the same in every report "
			    "of this project."
			  : "This file holds names of accounts and persons: keep it "
			    "in the house, or make one with --redact.");
	html_puts(h, " It holds no subjects, no addresses of clients and no times of "
		     "logins. ");
	html_end(h);
}

static bool put_all(struct html *h, struct err *err)
{
	struct page *p = h->p;

	html_begin(h, arena_printf(&p->v.arena, "%s: mail migration %s", p->word,
				   page_name(p, "project", p->v.o->project)));
	put_top(h);
	html_tasks(h);
	html_gate(h);
	html_head(h, "progress", "Progress", NULL);
	html_states(h);
	html_progress(h);
	html_puts(h, "<p>");
	html_say(h, h->p->answer[PAGE_WHEN].answer);
	html_puts(h, ". ");
	html_say(h, h->p->answer[PAGE_WHEN].detail);
	html_puts(h, "</p>\n");
	html_absent(h);
	html_changes(h);
	html_groups(h);
	html_years(h);
	html_waves(h);
	if (!html_coverage(h, err))
		return false;
	html_idle(h);
	html_items(h);
	if (!html_accounts(h, err))
		return false;
	put_about(h);
	return report_flush(&h->out, true, err);
}

bool report_html(struct store *st, const struct report_options *o,
		 const struct outlook *look, const struct report_sink *sink,
		 struct err *err)
{
	struct page page;
	struct html h = { .p = &page, .out = { .sink = sink, .buf = STRBUF_INIT } };
	bool ok = page_open(&page, st, o, look, err) && put_all(&h, err);

	page_done(&page);
	strbuf_done(&h.out.buf);
	return ok;
}
