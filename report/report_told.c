/* SPDX-License-Identifier: MIT */
#include "report/report_told.h"

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "store/store_count.h"

/* Worth a word: another number, a folder that was not seen, or nothing to compare. */
static bool is_told(const struct counted_part *c)
{
	return counted_differs(c) || !c->met || c->our_messages < 0;
}

static void put_number(struct json_out *j, const char *key, int64_t n)
{
	json_name(j, key);
	if (n >= 0)
		json_int(j, n);
	else
		json_null(j);
}

static void put_part(struct json_out *j, enum side side, const struct counted_part *c)
{
	char iso[CLOCK_ISO_SIZE];

	json_begin_object(j);
	json_put_str(j, "side", side_name(side));
	json_put_str(j, "folder", c->folder);
	put_number(j, "messages", c->messages);
	put_number(j, "octets", c->octets);
	put_number(j, "read_messages", c->our_messages);
	put_number(j, "read_octets", c->our_octets);
	json_put_str(j, "source", c->source);
	json_put_int(j, "line", c->line);
	json_put_str(j, "told", clock_iso(c->told, iso));
	json_put_str(j, "at", c->at != 0 ? clock_iso(c->at, iso) : NULL);
	json_end_object(j);
}

bool report_told_json(struct report_view *v, const struct transfer *t, struct json_out *j,
		      struct err *err)
{
	json_name(j, "server_counts");
	json_begin_array(j);
	for (int side = 0; side < SIDE_COUNT; side++) {
		int64_t account = side == SIDE_OLD ? t->old_account : t->new_account;
		struct counted_part *part;
		size_t n = 0;

		if (account != 0 &&
		    !store_counted_parts(v->st, account, &v->scratch, &part, &n, err))
			return false;
		for (size_t i = 0; i < n; i++)
			if (is_told(&part[i]))
				put_part(j, (enum side)side, &part[i]);
	}
	json_end_array(j);
	return true;
}

static bool is_of(const struct report_view *v, const struct counted_account *c)
{
	if (v->o->transfers == NULL)
		return true;
	for (size_t i = 0; i < v->n; i++)
		if (c->account == (c->side == SIDE_OLD ? v->transfer[i].old_account
						       : v->transfer[i].new_account))
			return true;
	return false;
}

bool report_told_text(struct report_view *v, struct lines *l, struct err *err)
{
	struct counted_account *c;
	int64_t known = 0, unlike = 0;
	char a[32], b[32];
	size_t n;

	arena_reset(&v->scratch);
	if (!store_counted(v->st, &v->scratch, &c, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (c[i].at == 0 || !is_of(v, &c[i]))
			continue;
		known++;
		if (c[i].server == c[i].ours || unlike++ >= REPORT_TOLD_NAMED)
			continue;
		if (unlike == 1)
			lines_end(l);
		lines_add(l,
			  unlike == 1 ? "counts of the servers' own tools: %s " : ", %s ",
			  side_name(c[i].side));
		lines_argument(l, c[i].user);
		lines_add(l, " %s told, %s read", num_group(c[i].server, a, sizeof a),
			  num_group(c[i].ours, b, sizeof b));
	}
	if (known == 0)
		return true;
	if (unlike == 0) {
		lines_end(l);
		lines_add(l, "counts of the servers' own tools: all of ");
	} else if (unlike > REPORT_TOLD_NAMED) {
		lines_add(l, ", and %s more; the others of ",
			  num_group(unlike - REPORT_TOLD_NAMED, a, sizeof a));
	} else {
		lines_add(l, "; the others of ");
	}
	lines_count(l, known, "account agrees", "accounts agree");
	lines_wrap(l, 4);
	return true;
}

static void say(struct strbuf *out, int64_t told, int64_t ours, const char *what)
{
	char a[32];

	if (told < 0 || ours < 0)
		return;
	strbuf_addf(out, ", %s ", num_group(told, a, sizeof a));
	strbuf_addf(out, "%s told and %s read", what, num_group(ours, a, sizeof a));
}

bool report_told_folders(struct store *st, int64_t account, struct strbuf *out,
			 struct err *err)
{
	struct counted_part *part = NULL;
	struct arena arena;
	size_t n = 0;
	bool ok;

	arena_init(&arena);
	ok = store_counted_parts(st, account, &arena, &part, &n, err);
	for (size_t i = 0; ok && i < n; i++) {
		const struct counted_part *c = &part[i];

		if (c->at == 0 || !is_told(c))
			continue;
		strbuf_adds(out, "  ");
		text_show(out, span_str(c->folder != NULL ? c->folder : "all folders"),
			  60);
		strbuf_adds(out, " (");
		text_show(out, span_str(c->source), 60);
		strbuf_addf(out, ":%lld)", (long long)c->line);
		if (!c->met)
			strbuf_adds(out, ", no such folder was listed");
		say(out, c->messages, c->our_messages, "messages");
		say(out, c->octets, c->our_octets, "octets");
		strbuf_addc(out, '\n');
	}
	arena_done(&arena);
	return ok;
}
