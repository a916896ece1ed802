/* SPDX-License-Identifier: MIT */
/* `mailmuster plan oversized`. */
#include "base/num.h"
#include "cli/msg.h"
#include "cli/plan_ask.h"
#include "plan/plan_big.h"

static const char *const columns[] = { "class", "account", "folder",   "uid", "amount",
				       "limit", "by",	   "messages", NULL };

static void amount(struct lines *l, const struct plan_big_row *r, int64_t n)
{
	char text[32];

	if (r->cls == PLAN_BIG_OLD) {
		lines_count(l, n, "year", "years");
		return;
	}
	lines_add(l, "%s",
		  plan_big_is_octets(r->cls) ? num_octets(n, text, sizeof text)
					     : num_group(n, text, sizeof text));
}

static void put_row(struct lines *l, const struct plan_big_row *r,
		    const struct plan_big_result *all)
{
	char text[32];

	lines_add(l, "  ");
	lines_argument(l, r->account);
	if (*r->folder != '\0')
		lines_add(l, " \"%s\"", r->folder);
	if (r->cls == PLAN_BIG_UNKNOWN) {
		lines_add(l, "%s%s", *r->by != '\0' ? ": " : ": never listed", r->by);
		lines_wrap(l, 6);
		return;
	}
	lines_add(l, ": ");
	amount(l, r, r->amount);
	switch (r->cls) {
	case PLAN_BIG_MEDIAN:
		lines_add(l, ", %s times the median; by name it comes ",
			  num_group(r->amount / (r->limit > 0 ? r->limit : 1), text,
				    sizeof text));
		lines_add(l, "%s of ", num_group(r->place, text, sizeof text));
		lines_add(l, "%s, after %lld %% of the mail",
			  num_group(all->accounts, text, sizeof text),
			  (long long)r->before_percent);
		break;
	case PLAN_BIG_MESSAGE_OCTETS:
		lines_add(l, " (UID %u); ", r->uid);
		lines_count(l, r->n, "message", "messages");
		lines_add(l, " over ");
		amount(l, r, r->limit);
		lines_add(l, ", %s", r->by);
		break;
	case PLAN_BIG_TRASH:
		lines_add(l, " in Trash and Junk");
		break;
	case PLAN_BIG_GROWTH:
		lines_add(l, " messages more than when it was read first");
		break;
	case PLAN_BIG_OLD:
		break;
	default:
		lines_add(l, "; limit ");
		amount(l, r, r->limit);
		lines_add(l, ", %s", r->by);
	}
	lines_wrap(l, 6);
}

/* All rows of one class; returns how many. */
static size_t put_class(struct lines *l, const struct plan_big_result *all, size_t from)
{
	enum plan_big_class cls = all->row[from].cls;
	size_t n = (size_t)all->count[cls];
	char digits[32];

	lines_add(l, "%s %s", num_group((int64_t)n, digits, sizeof digits),
		  plan_big_text(cls, (int64_t)n));
	lines_end_headed(l,
			 cls == PLAN_BIG_UNKNOWN ? "UNKNOWN"
			 : plan_big_is_note(cls) ? "NOTE"
						 : "LARGE",
			 cls == PLAN_BIG_UNKNOWN ? LINES_YELLOW
			 : plan_big_is_note(cls) ? LINES_GREEN
						 : LINES_RED,
			 2);
	for (size_t i = 0; i < n && i < PLAN_SHOWN; i++)
		put_row(l, &all->row[from + i], all);
	if (n > PLAN_SHOWN) {
		lines_add(l, "  and %s more: --csv names them all",
			  num_group((int64_t)(n - PLAN_SHOWN), digits, sizeof digits));
		lines_end(l);
	}
	lines_add(l, "  -> %s", plan_big_advice(cls));
	lines_wrap(l, 6);
	lines_end(l);
	return n;
}

static void put_sums(struct lines *l, const struct plan_big_result *r)
{
	char text[32];

	lines_count(l, r->accounts, "account", "accounts");
	lines_add(l, " to move: %s", num_octets(r->octets, text, sizeof text));
	lines_add(l, " in %s messages", num_group(r->messages, text, sizeof text));
	lines_add(l, ", the median is %s", num_octets(r->median, text, sizeof text));
	lines_wrap(l, 2);
	if (r->unsized > 0) {
		lines_add(l, "not all sizes of ");
		lines_count(l, r->unsized, "account are", "accounts are");
		lines_add(l, " known: they are judged by what is");
		lines_wrap(l, 2);
	}
	if (r->unread > 0) {
		lines_add(l, "single messages of ");
		lines_count(l, r->unread, "account were", "accounts were");
		lines_add(l, " not all read: mailmuster audit --side old does that");
		lines_wrap(l, 2);
	}
	if (r->stale > 0) {
		lines_add(l, "what is known of ");
		lines_count(l, r->stale, "account is", "accounts is");
		lines_add(l, " older than max_age allows");
		lines_wrap(l, 2);
	}
}

static bool text(struct plan_desk *d, const struct plan_big_result *r, struct err *err)
{
	struct strbuf out;
	struct lines l;

	plan_lines_open(d, &l, &out);
	if (r->n == 0) {
		lines_add(&l, "nothing is over a limit");
		lines_end_headed(&l, "CLEAN", LINES_GREEN, 2);
		lines_end(&l);
	}
	for (size_t i = 0; i < r->n;)
		i += put_class(&l, r, i);
	put_sums(&l, r);
	return plan_lines_close(&l, &out, err);
}

static bool rows(struct plan_desk *d, const struct plan_big_result *r, struct err *err)
{
	struct sheet *s = &d->sheet;

	sheet_begin(s, "plan-oversized", d->p.config.project);
	sheet_rows(s, "rows", columns);
	for (size_t i = 0; i < r->n; i++) {
		const struct plan_big_row *row = &r->row[i];

		sheet_text(s, plan_big_name(row->cls));
		sheet_text(s, row->account);
		sheet_text(s, row->folder);
		sheet_known(s, row->uid > 0 ? (int64_t)row->uid : -1);
		sheet_known(s, row->amount);
		sheet_known(s, row->limit);
		sheet_text(s, row->by);
		sheet_known(s, row->n > 0 ? row->n : -1);
		if (!sheet_next(s, err))
			return false;
	}
	sheet_rows_end(s);
	if (s->form == SHEET_JSON) {
		json_name(&s->json, "summary");
		json_begin_object(&s->json);
		json_put_int(&s->json, "accounts", r->accounts);
		json_put_int(&s->json, "octets", r->octets);
		json_put_int(&s->json, "messages", r->messages);
		json_put_int(&s->json, "median", r->median);
		json_put_int(&s->json, "unsized", r->unsized);
		json_put_int(&s->json, "unread", r->unread);
		json_put_int(&s->json, "stale", r->stale);
		json_end_object(&s->json);
	}
	return sheet_end(s, err);
}

static bool keep(struct plan_desk *d, const struct plan_big_result *r, struct err *err)
{
	struct strbuf summary = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &summary, true);
	json_begin_object(&j);
	json_put_int(&j, "accounts", r->accounts);
	json_put_str(&j, "kind", "oversized");
	json_put_int(&j, "octets", r->octets);
	json_put_int(&j, "rows", (int64_t)r->n);
	json_end_object(&j);
	ok = plan_keep(d, "oversized", strbuf_cstr(&summary), err);
	strbuf_done(&summary);
	for (size_t i = 0; ok && i < r->n; i++) {
		const struct plan_big_row *row = &r->row[i];

		ok = plan_keep_item(d,
				    &(struct plan_item){ .transfer = row->transfer,
							 .cls = plan_big_name(row->cls),
							 .folder = row->folder,
							 .amount = row->amount,
							 .text = row->by },
				    err);
	}
	return plan_keep_end(d, ok, err);
}

/* What is not known wins over what is large. */
static int code_of(const struct plan_big_result *r)
{
	if (r->count[PLAN_BIG_UNKNOWN] > 0)
		return EXIT_INCOMPLETE;
	for (int c = 0; c < PLAN_BIG_CLASS_COUNT; c++)
		if (r->count[c] > 0 && !plan_big_is_note((enum plan_big_class)c))
			return EXIT_FINDINGS;
	return EXIT_CLEAN;
}

int plan_oversized_run(struct globals *g, const struct plan_ask *ask)
{
	struct plan_big_result *r = NULL;
	struct plan_big_options o;
	struct err err = ERR_INIT;
	struct plan_desk d;
	int code;

	if (!plan_open(g, ask, &d, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	o = (struct plan_big_options){ .facts = plan_facts_asked(&d),
				       .rules = d.p.config.plan.big };
	if (!plan_big(d.p.store, &o, &r, &err) || !keep(&d, r, &err) ||
	    !(ask->form == SHEET_TEXT ? text(&d, r, &err) : rows(&d, r, &err)))
		code = msg_fail(g, &err);
	else
		code = code_of(r);
out:
	plan_big_free(r);
	plan_close(&d);
	return code;
}
