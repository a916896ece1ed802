/* SPDX-License-Identifier: MIT */
/* Checklists for people: on a terminal, on paper, as Markdown. */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/checklists.h"

#define PAPER	 78
#define MARKDOWN 99
#define DAY	 86400

const char *checklists_mark(enum item_state s)
{
	static const char *const marks[] = { "[ ]", "[x]", "[x]", "[~]", "[?]", "[!]" };

	_Static_assert(COUNT_OF(marks) == ITEM_STATE_COUNT, "one for each");
	return marks[s];
}

static size_t column(const struct strbuf *out)
{
	size_t at = out->n;

	while (at > 0 && out->p[at - 1] != '\n')
		at--;
	return text_width((struct span){ out->p + at, out->n - at });
}

/* Octets up to the next blank that is not part of a `command`. */
static size_t word(const char *text)
{
	bool code = false;
	size_t n = 0;

	for (; text[n] != '\0' && (code || text[n] != ' '); n++)
		code ^= text[n] == '`';
	return n;
}

void checklists_wrap(struct strbuf *out, const char *text, size_t indent, size_t width)
{
	size_t at = column(out);
	bool first = true;

	while (*text != '\0') {
		size_t n = word(text);
		size_t w = text_width((struct span){ text, n });

		if (!first && at + 1 + w > width) {
			strbuf_addf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			strbuf_addc(out, ' ');
			at++;
		}
		strbuf_add(out, text, n);
		at += w;
		first = false;
		text += n;
		text += strspn(text, " ");
	}
	strbuf_addc(out, '\n');
}

/* Fit for a terminal and without backquotes. */
static const char *plain(const char *text, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *kept;

	for (; *text != '\0'; text++)
		if (*text != '`')
			strbuf_addc(&sb, *text);
	kept = text_shown(arena, strbuf_span(&sb));
	strbuf_done(&sb);
	return kept;
}

static void put_indented(struct strbuf *out, const char *text, size_t indent,
			 size_t width)
{
	strbuf_addf(out, "%*s", (int)indent, "");
	checklists_wrap(out, text, indent, width);
}

static void put_service(const struct checklists_seen *c, struct strbuf *out)
{
	char iso[CLOCK_ISO_SIZE], n[32];
	int64_t days;

	if (c->service == 0) {
		strbuf_adds(out, "the service date is not known: \"service_date\" in "
				 "mailmuster.json");
		return;
	}
	days = (c->service - (c->evidence.now - c->evidence.now % DAY)) / DAY;
	strbuf_addf(out, "the new service begins on %.10s", clock_iso(c->service, iso));
	if (days >= 0)
		strbuf_addf(out, ", in %s day%s", num_group(days, n, sizeof n),
			    days == 1 ? "" : "s");
	else
		strbuf_addf(out, ", %s day%s ago", num_group(-days, n, sizeof n),
			    days == -1 ? "" : "s");
}

static const char *stage_title(const struct checklists_seen *c, size_t which,
			       size_t stage, struct arena *arena)
{
	const struct check_stage *s = c->lists.list[which]->stage[stage];
	const char *by = "";

	for (size_t i = 0; c->view != NULL && i < c->view[which].n; i++)
		if (c->view[which].v[i].stage == s)
			by = checklists_by(&c->view[which].v[i], arena);
	return arena_printf(arena, "%s%s%s", s->title, *by != '\0' ? ", by " : "", by);
}

static void show_item(const struct item_view *v, size_t width, struct arena *arena,
		      struct strbuf *out)
{
	const char *more = plain(v->sentence, arena);

	strbuf_addf(out, "  %s %3s  ", checklists_mark(v->state), v->item->id);
	checklists_wrap(out, plain(v->item->text, arena), 11, width);
	if (v->state != ITEM_OPEN && v->state != ITEM_DONE && v->state != ITEM_SIGNED_OFF)
		more = arena_printf(arena, "%s: %s", item_state_name(v->state), more);
	if (v->overdue)
		more = arena_printf(arena, "LATE, was due by %s%s%s",
				    checklists_by(v, arena), *more != '\0' ? "; " : "",
				    more);
	if (*more != '\0')
		put_indented(out, more, 11, width);
	if (item_is_done(v->state))
		return;
	if (*v->owner != '\0')
		put_indented(out,
			     arena_printf(arena, "owner: %s", plain(v->owner, arena)), 11,
			     width);
	if (*v->item->hint != '\0')
		put_indented(out,
			     arena_printf(arena, "see: %s", plain(v->item->hint, arena)),
			     11, width);
}

void checklists_show(const struct checklists_seen *c, size_t which, size_t width,
		     struct strbuf *out)
{
	const struct list_view *l = &c->view[which];
	struct arena arena;

	if (width == 0 || width > PAPER)
		width = PAPER;
	if (width < 40)
		width = 40;
	arena_init(&arena);
	strbuf_addf(out, "%s: %zu of %zu done\n", plain(l->list->title, &arena), l->done,
		    l->n);
	put_service(c, out);
	strbuf_addc(out, '\n');
	for (size_t s = 0, i = 0; s < l->list->stage_n; s++) {
		strbuf_addf(out, "\n%s\n",
			    plain(stage_title(c, which, s, &arena), &arena));
		for (size_t k = 0; k < l->list->stage[s]->item_n; k++, i++)
			show_item(&l->v[i], width, &arena, out);
	}
	arena_done(&arena);
}

/* ---- paper ---- */

static void print_item(const struct check_item *item, const struct item_view *v,
		       struct arena *arena, struct strbuf *out)
{
	const char *owner = plain(v != NULL ? v->owner : item->owner, arena);
	char iso[CLOCK_ISO_SIZE];

	strbuf_addf(out, "  %s %3s  ", checklists_mark(v != NULL ? v->state : ITEM_OPEN),
		    item->id);
	checklists_wrap(out, plain(item->text, arena), 11, PAPER);
	if (*item->hint != '\0')
		put_indented(out,
			     arena_printf(arena, "see: %s", plain(item->hint, arena)), 11,
			     PAPER);
	if (v != NULL && v->judged && *v->result.sentence != '\0')
		put_indented(out,
			     arena_printf(arena, "%s: %s",
					  check_state_name(v->result.state),
					  plain(v->result.sentence, arena)),
			     11, PAPER);
	if (v != NULL && v->sign != NULL)
		put_indented(out,
			     arena_printf(arena, "signed: %s, %.10s%s%s",
					  plain(v->sign->teller, arena),
					  clock_iso(v->sign->at, iso),
					  *v->sign->note != '\0' ? ": " : "",
					  plain(v->sign->note, arena)),
			     11, PAPER);
	else
		strbuf_addf(out, "%11s%-22s signed: ________________  date: __________\n",
			    "", owner);
	strbuf_addc(out, '\n');
}

void checklists_print(const struct checklists_seen *c, size_t which, struct strbuf *out)
{
	const struct checklist *l = c->lists.list[which];
	struct arena arena;

	arena_init(&arena);
	strbuf_addf(out, "%s\n", plain(l->title, &arena));
	if (c->view != NULL) {
		char iso[CLOCK_ISO_SIZE];

		strbuf_addf(out, "%zu of %zu done on %s; ", c->view[which].done,
			    c->view[which].n, clock_iso(c->evidence.now, iso));
		put_service(c, out);
		strbuf_addc(out, '\n');
	}
	for (size_t i = 0; i < l->text_n; i++) {
		strbuf_addc(out, '\n');
		checklists_wrap(out, plain(l->text[i], &arena), 0, PAPER);
	}
	for (size_t s = 0, i = 0; s < l->stage_n; s++) {
		strbuf_addf(out, "\n%s\n\n",
			    plain(stage_title(c, which, s, &arena), &arena));
		for (size_t k = 0; k < l->stage[s]->item_n; k++, i++)
			print_item(l->stage[s]->item[k],
				   c->view != NULL ? &c->view[which].v[i] : NULL, &arena,
				   out);
	}
	arena_done(&arena);
}

/* ---- Markdown ---- */

/* Words of a list: only what would begin HTML is escaped, for backquotes mean what they
 * mean. */
static const char *markup(const char *text, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *kept;

	for (text = text_shown(arena, span_str(text)); *text != '\0'; text++)
		if (*text == '<')
			strbuf_adds(&sb, "&lt;");
		else if (*text == '&')
			strbuf_adds(&sb, "&amp;");
		else
			strbuf_addc(&sb, *text);
	kept = arena_strdup(arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return kept;
}

/* Words of people and names: no character means anything. */
static const char *literal(const char *text, struct arena *arena)
{
	struct strbuf sb = STRBUF_INIT;
	const char *kept;

	for (text = text_shown(arena, span_str(text)); *text != '\0'; text++) {
		if (strchr("\\`*_{}[]<>()#+!|~&", *text) != NULL)
			strbuf_addc(&sb, '\\');
		strbuf_addc(&sb, *text);
	}
	kept = arena_strdup(arena, strbuf_cstr(&sb));
	strbuf_done(&sb);
	return kept;
}

static void markdown_item(const struct check_item *item, const struct item_view *v,
			  struct arena *arena, struct strbuf *out)
{
	bool hint = *item->hint != '\0';

	strbuf_adds(out, v != NULL && item_is_done(v->state) ? "- [x] " : "- [ ] ");
	checklists_wrap(out,
			arena_printf(arena, "%s. %s%s%s%s", item->id,
				     markup(item->text, arena), hint ? " (" : "",
				     markup(item->hint, arena), hint ? ")" : ""),
			6, MARKDOWN);
	if (v == NULL || (*v->sentence == '\0' && !v->overdue))
		return;
	put_indented(out,
		     arena_printf(arena, "**%s**%s%s%s", item_state_name(v->state),
				  v->overdue ? ", late" : "",
				  *v->sentence != '\0' ? ": " : "",
				  literal(v->sentence, arena)),
		     6, MARKDOWN);
}

void checklists_markdown(const struct checklists_seen *c, size_t which,
			 struct strbuf *out)
{
	const struct checklist *l = c->lists.list[which];
	struct arena arena;

	arena_init(&arena);
	strbuf_addf(out, "# %s\n", markup(l->title, &arena));
	for (size_t i = 0; i < l->text_n; i++) {
		strbuf_addc(out, '\n');
		checklists_wrap(out, markup(l->text[i], &arena), 0, MARKDOWN);
	}
	if (c->view != NULL) {
		strbuf_addf(out, "\n%zu of %zu done; ", c->view[which].done,
			    c->view[which].n);
		put_service(c, out);
		strbuf_adds(out, ".\n");
	}
	for (size_t s = 0, i = 0; s < l->stage_n; s++) {
		strbuf_addf(out, "\n## %s\n\n",
			    markup(stage_title(c, which, s, &arena), &arena));
		for (size_t k = 0; k < l->stage[s]->item_n; k++, i++)
			markdown_item(l->stage[s]->item[k],
				      c->view != NULL ? &c->view[which].v[i] : NULL,
				      &arena, out);
	}
	arena_done(&arena);
}
