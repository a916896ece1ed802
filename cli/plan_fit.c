/* SPDX-License-Identifier: MIT */
/* `mailmuster plan fit`. */
#include "plan/plan_fit.h"

#include "base/num.h"
#include "cli/msg.h"
#include "cli/plan_ask.h"

static const char *const columns[] = { "fate", "class",	   "account", "folder", "new",
				       "uid",  "messages", "octets",  "detail", NULL };

static bool on_row(void *ctx, const struct plan_fit_row *row, struct err *err)
{
	struct plan_desk *d = ctx;
	struct sheet *s = &d->sheet;

	sheet_text(s, plan_fate_name(plan_fit_fate(row->cls)));
	sheet_text(s, plan_fit_name(row->cls));
	sheet_text(s, row->account);
	sheet_text(s, row->folder);
	sheet_text(s, row->new_folder);
	sheet_known(s, row->uid > 0 ? (int64_t)row->uid : -1);
	sheet_known(s, row->messages);
	sheet_known(s, row->octets);
	sheet_text(s, row->detail);
	return sheet_next(s, err);
}

static int64_t number(const struct plan_fit_result *r, enum plan_fit_class c)
{
	return plan_fit_of_messages(c) ? r->sum[c].messages : r->sum[c].rows;
}

static void put_class(struct lines *l, const struct plan_fit_result *r,
		      enum plan_fit_class c)
{
	static const char *const heads[] = { "UNKNOWN", "REFUSED", "SKIPPED",
					     "MERGED",	"RENAMED", "AGAIN" };
	const struct plan_fit_sum *s = &r->sum[c];
	enum plan_fate fate = plan_fit_fate(c);
	char digits[32];

	lines_add(l, "%s %s", num_group(number(r, c), digits, sizeof digits),
		  plan_fit_text(c, number(r, c)));
	if (s->detail != NULL && *s->detail != '\0' && s->rows == 1)
		lines_add(l, " (%s)", s->detail);
	lines_end_headed(l, heads[fate],
			 fate == FATE_UNKNOWN	  ? LINES_YELLOW
			 : plan_fit_is_problem(c) ? LINES_RED
						  : LINES_GREEN,
			 2);
	lines_add(l, "  in ");
	lines_count(l, s->accounts, "account", "accounts");
	if (s->messages > 0 && !plan_fit_of_messages(c)) {
		lines_add(l, ", ");
		lines_count(l, s->messages, "message", "messages");
	}
	if (s->octets > 0)
		lines_add(l, ", %s", num_octets(s->octets, digits, sizeof digits));
	for (size_t i = 0; i < PLAN_FIT_EXAMPLES && s->who[i] != NULL; i++) {
		lines_add(l, "%s%s", i == 0 ? ": " : ", ", s->who[i]);
		if (*s->what[i] != '\0')
			lines_add(l, " \"%s\"", s->what[i]);
	}
	if (s->accounts > PLAN_FIT_EXAMPLES)
		lines_add(l, ", ...");
	lines_wrap(l, 6);
	lines_add(l, "  -> %s", plan_fit_advice(c));
	lines_wrap(l, 6);
	lines_end(l);
}

static bool text(struct plan_desk *d, const struct plan_fit_result *r, struct err *err)
{
	char digits[32];
	struct strbuf out;
	struct lines l;
	bool any = false;

	plan_lines_open(d, &l, &out);
	for (int c = 0; c < PLAN_FIT_CLASS_COUNT; c++)
		if (r->sum[c].rows > 0) {
			put_class(&l, r, (enum plan_fit_class)c);
			any = true;
		}
	if (!any) {
		lines_add(&l, "all of it fits, as far as is known");
		lines_end_headed(&l, "CLEAN", LINES_GREEN, 2);
		lines_end(&l);
	}
	lines_count(&l, r->messages, "message", "messages");
	lines_add(&l, " in %s folders of ", num_group(r->folders, digits, sizeof digits));
	lines_count(&l, r->accounts, "account", "accounts");
	lines_add(&l, ", judged by what the new server says of itself");
	if (*r->profile != '\0')
		lines_add(&l, " and by what is known of %s", r->profile);
	lines_wrap(&l, 2);
	if (r->quotaless > 0) {
		lines_add(&l, "of ");
		lines_count(&l, r->quotaless, "account", "accounts");
		lines_add(&l, " the quota on the new side is not known: not examined");
		lines_wrap(&l, 2);
	}
	if (r->limit_each) {
		lines_add(&l, "the new server has an APPENDLIMIT for each folder, which "
			      "it did not tell: not examined");
		lines_wrap(&l, 2);
	}
	if (!r->logs) {
		lines_add(&l,
			  "no logs of the old side were read: who fetches by POP, and "
			  "will fetch all once more, is not known");
		lines_wrap(&l, 2);
	}
	if (r->unscanned > 0) {
		lines_add(&l, "of ");
		lines_count(&l, r->unscanned, "account", "accounts");
		lines_add(&l, " no message was read whole: mailmuster scan --side old "
			      "finds those in a form that servers refuse");
		lines_wrap(&l, 2);
	}
	return plan_lines_close(&l, &out, err);
}

static void summary(struct json_out *j, const struct plan_fit_result *r)
{
	json_begin_object(j);
	json_put_int(j, "accounts", r->accounts);
	json_name(j, "counts");
	json_begin_array(j);
	for (int c = 0; c < PLAN_FIT_CLASS_COUNT; c++) {
		if (r->sum[c].rows == 0)
			continue;
		json_begin_object(j);
		json_put_str(j, "class", plan_fit_name((enum plan_fit_class)c));
		json_put_int(j, "n", number(r, (enum plan_fit_class)c));
		json_end_object(j);
	}
	json_end_array(j);
	json_put_int(j, "folders", r->folders);
	json_put_str(j, "kind", "fit");
	json_put_bool(j, "logs", r->logs);
	json_put_int(j, "messages", r->messages);
	json_put_int(j, "octets", r->octets);
	json_put_int(j, "quota_unknown", r->quotaless);
	json_put_int(j, "unscanned", r->unscanned);
	json_end_object(j);
}

/* Of what is kept only the sums are worth it: the rows follow from the evidence. */
static bool keep(struct plan_desk *d, const struct plan_fit_result *r, struct err *err)
{
	struct strbuf sum = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &sum, true);
	summary(&j, r);
	ok = plan_keep(d, "fit", strbuf_cstr(&sum), err);
	strbuf_done(&sum);
	for (int c = 0; ok && c < PLAN_FIT_CLASS_COUNT; c++)
		if (r->sum[c].rows > 0)
			ok = plan_keep_item(
				d,
				&(struct plan_item){
					.cls = plan_fit_name((enum plan_fit_class)c),
					.amount = number(r, (enum plan_fit_class)c),
					.text = r->sum[c].detail },
				err);
	return plan_keep_end(d, ok, err);
}

static int code_of(const struct plan_fit_result *r)
{
	int code = EXIT_CLEAN;

	for (int c = 0; c < PLAN_FIT_CLASS_COUNT; c++) {
		if (r->sum[c].rows == 0)
			continue;
		if (plan_fit_fate((enum plan_fit_class)c) == FATE_UNKNOWN)
			return EXIT_INCOMPLETE;
		if (plan_fit_is_problem((enum plan_fit_class)c))
			code = EXIT_FINDINGS;
	}
	return code;
}

static bool end(struct plan_desk *d, const struct plan_fit_result *r, struct err *err)
{
	if (d->ask->form == SHEET_TEXT)
		return text(d, r, err);
	sheet_rows_end(&d->sheet);
	if (d->ask->form == SHEET_JSON) {
		json_name(&d->sheet.json, "summary");
		summary(&d->sheet.json, r);
	}
	return sheet_end(&d->sheet, err);
}

int plan_fit_run(struct globals *g, const struct plan_ask *ask)
{
	struct plan_fit_result *r = NULL;
	struct plan_fit_options o;
	struct err err = ERR_INIT;
	struct plan_use use = { 0 };
	struct plan_desk d;
	bool logs = false;
	int code;

	if (!plan_open(g, ask, &d, &err) || !plan_uses(&d, &use, &logs, &err)) {
		code = msg_fail(g, &err);
		goto out;
	}
	o = (struct plan_fit_options){
		.facts = plan_facts_asked(&d),
		.rules = &d.p.config.rules,
		.profile_old = plan_profile(&d.p.config, SIDE_OLD),
		.use = logs ? &use : NULL,
		.all = d.scope.all,
		.one_sided = project_one_sided(&d.p),
		.row = ask->form == SHEET_TEXT ? NULL : on_row,
		.ctx = &d,
	};
	sheet_begin(&d.sheet, "plan-fit", d.p.config.project);
	sheet_rows(&d.sheet, "rows", columns);
	if (!plan_fit(d.p.store, &o, &r, &err) || !keep(&d, r, &err) || !end(&d, r, &err))
		code = msg_fail(g, &err);
	else
		code = code_of(r);
out:
	plan_fit_free(r);
	plan_use_close(&use);
	plan_close(&d);
	return code;
}
