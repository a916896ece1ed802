/* SPDX-License-Identifier: MIT */
/* Forwards, accounts that no list knows, and notices to the owners of dormant ones. */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/csv.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/accounts_use.h"
#include "cli/msg.h"
#include "cli/notices.h"
#include "cli/out.h"
#include "cli/table.h"
#include "plan/plan_dormant.h"

/* ---- forwarding ---- */

/* A domain of a list, or below it. */
static bool in_domains(struct span address, const char *const *domains, size_t n)
{
	ptrdiff_t at = span_index(address, '@');
	struct span domain;

	if (at < 0)
		return false;
	domain = span_from(address, (size_t)at + 1);
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(domains[i]);

		if (span_ieq_str(domain, domains[i]) ||
		    (domain.n > len && domain.p[domain.n - len - 1] == '.' &&
		     span_ieq_str(span_from(domain, domain.n - len), domains[i])))
			return true;
	}
	return false;
}

struct forward_row {
	const struct transfer *t; /* NULL: no account claims the name */
	const struct use_of *use;
	struct forward f;
	bool only;    /* nothing stays, and nobody logs in */
	bool retired; /* name or target is on a domain that goes with the old server */
};

static void forwarding_json(const struct forward_row *v, size_t n, enum side side)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/forwarding/1");
	json_put_str(&j, "side", side_name(side));
	json_name(&j, "forwards");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		const struct forward_row *r = &v[i];

		json_begin_object(&j);
		json_put_str(&j, "name", r->f.name);
		json_put_str(&j, "account", r->t != NULL ? r->t->name : NULL);
		json_put_str(&j, "target", r->f.target);
		json_put_bool(&j, "keeps", r->f.keeps);
		json_put_bool(&j, "only", r->only);
		json_put_bool(&j, "retired", r->retired);
		json_put_str(&j, "kind", r->f.kind);
		json_put_str(&j, "source", r->f.source);
		json_put_str(&j, "last_use",
			     r->use != NULL && r->use->last > 0
				     ? clock_iso(r->use->last, iso)
				     : NULL);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void forwarding_text(const struct forward_row *v, size_t n)
{
	static const char *const head[] = { "name",	"account", "to",   "copy stays",
					    "last use", "",	   "from", NULL };
	struct table t;
	int64_t only = 0;

	table_init(&t, head);
	for (size_t i = 0; i < n; i++) {
		const struct forward_row *r = &v[i];

		only += r->only;
		table_row(&t, (const char *[]){
				      r->f.name, r->t != NULL ? r->t->name : "",
				      r->f.target, r->f.keeps ? "yes" : "no",
				      r->use != NULL ? accounts_day(r->use->last) : "",
				      r->retired ? "on a name that is retired"
				      : r->only	 ? "forwards only"
						 : "",
				      r->f.source });
	}
	table_print(&t);
	out_printf("%s, %lld of accounts that only forward\n",
		   counted((int64_t)n, "forward"), (long long)only);
}

int accounts_forwarding(struct args *a, const struct accounts_query *q)
{
	struct forward *f = NULL;
	struct forward_row *v;
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	size_t n = 0;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !store_forwards(p.store, q->side, &use.arena, &f, &n, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	if (n == 0)
		msg_note(a->g,
			 "no forwards are known: mailmuster logs forwards --side %s "
			 "--as alias FILE...",
			 side_name(q->side));
	v = arena_alloc(&use.arena, (n + 1) * sizeof *v);
	for (size_t i = 0; i < n; i++) {
		const struct config_logs *l = &p.config.logs;
		bool shared;

		v[i] = (struct forward_row){
			.f = f[i],
			.t = map_login_find(use.names, q->side, span_str(f[i].name),
					    &shared),
			.retired = in_domains(span_str(f[i].name), l->retired,
					      l->retired_n) ||
				   in_domains(span_str(f[i].target), l->retired,
					      l->retired_n),
		};
		if (v[i].t != NULL)
			v[i].use = &use.of[q->side][v[i].t - use.t];
		v[i].only = v[i].t != NULL && !f[i].keeps && v[i].use->last == 0;
	}
	if (a->g->json)
		forwarding_json(v, n, q->side);
	else
		forwarding_text(v, n);
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}

/* ---- seen but not listed ---- */

struct unlisted {
	const char *name, *where;
	int64_t at;
};

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct unlisted *)a)->name,
		      ((const struct unlisted *)b)->name);
}

/* Names of logs and lists that no account claims, and accounts that nothing knows. */
static bool gather(const struct project *p, struct plan_use *use, enum side side,
		   struct unlisted **out, size_t *n_out, struct err *err)
{
	struct witness *w = NULL;
	struct forward *f = NULL;
	struct unlisted *v;
	size_t w_n = 0, f_n = 0, n = 0;
	bool shared;

	if (!store_witnesses(p->store, side, &use->arena, &w, &w_n, err) ||
	    !store_forwards(p->store, side, &use->arena, &f, &f_n, err))
		return false;
	v = arena_alloc(&use->arena, (use->unknown_n[side] + w_n + f_n + 1) * sizeof *v);
	for (size_t i = 0; i < use->unknown_n[side]; i++) {
		const struct use_name *u = &use->unknown[side][i];

		v[n++] = (struct unlisted){
			u->name, u->of.last > 0 ? "logs: logged in" : "logs: gets mail",
			u->of.last > 0 ? u->of.last : u->of.last_delivery
		};
	}
	for (size_t i = 0; i < w_n; i++)
		if (map_login_find(use->names, side, span_str(w[i].name), &shared) ==
		    NULL)
			v[n++] = (struct unlisted){ w[i].name, w[i].source, w[i].at };
	for (size_t i = 0; i < f_n; i++)
		if (strcmp(f[i].kind, "forward") == 0 &&
		    map_login_find(use->names, side, span_str(f[i].name), &shared) ==
			    NULL)
			v[n++] = (struct unlisted){ f[i].name, f[i].source, 0 };
	if (n > 0)
		qsort(v, n, sizeof *v, by_name);
	*out = v;
	*n_out = n;
	return true;
}

static bool never_seen(const struct plan_use *use, enum side side, size_t i)
{
	const struct use_of *o = &use->of[side][i];
	int64_t account = side == SIDE_OLD ? use->t[i].old_account
					   : use->t[i].new_account;

	return account != 0 && o->last == 0 && o->deliveries == 0;
}

static void diff_json(const struct plan_use *use, const struct unlisted *v, size_t n,
		      enum side side)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE];
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/accounts-diff/1");
	json_put_str(&j, "side", side_name(side));
	json_name(&j, "not_listed");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++) {
		json_begin_object(&j);
		json_put_str(&j, "name", v[i].name);
		json_put_str(&j, "seen_in", v[i].where);
		json_put_str(&j, "last", v[i].at > 0 ? clock_iso(v[i].at, iso) : NULL);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_name(&j, "not_in_logs");
	json_begin_array(&j);
	for (size_t i = 0; i < use->n; i++)
		if (never_seen(use, side, i))
			json_str(&j, use->t[i].name);
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

int accounts_diff(struct args *a, const struct accounts_query *q)
{
	static const char *const head[] = { "not listed", "seen in", "last", NULL };
	struct unlisted *v = NULL;
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	struct table t;
	size_t n = 0;
	int64_t silent = 0;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !gather(&p, &use, q->side, &v, &n, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	for (size_t i = 0; i < use.n; i++)
		silent += never_seen(&use, q->side, i);
	code = n > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
	if (a->g->json) {
		diff_json(&use, v, n, q->side);
		goto out;
	}
	table_init(&t, head);
	for (size_t i = 0; i < n; i++)
		table_row(&t,
			  (const char *[]){ v[i].name, v[i].where,
					    v[i].at > 0 ? accounts_day(v[i].at) : "" });
	table_print(&t);
	out_printf("%s that the list does not have; ", counted((int64_t)n, "name"));
	out_printf("%s in the list and in no log\n", counted(silent, "account"));
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}

/* ---- notices ---- */

static const char notice_csv_head[] =
	"account,address,owner,last_use,last_delivery,mail_octets,messages,from,to\n";
static void csv_row(struct strbuf *out, const struct dormant *d,
		    const struct plan_dormant *all)
{
	char octets[32], messages[32];

	snprintf(octets, sizeof octets, "%lld", (long long)d->mail.octets);
	snprintf(messages, sizeof messages, "%lld", (long long)d->mail.messages);
	csv_put(out, d->t->name, true);
	csv_put(out, d->t->address, false);
	csv_put(out, d->t->owner, false);
	csv_put(out, accounts_day(d->use->last), false);
	csv_put(out, accounts_day(d->use->last_delivery), false);
	csv_put(out, octets, false);
	csv_put(out, messages, false);
	csv_put(out, accounts_day(all->from), false);
	csv_put(out, accounts_day(all->to), false);
	strbuf_addc(out, '\n');
}

static bool write_notices(const struct plan_dormant *d, const char *dir, int64_t *n_out,
			  struct err *err)
{
	struct strbuf csv = STRBUF_INIT, text = STRBUF_INIT;
	char *path = fs_join(dir, "notices.csv");
	bool ok = true;

	*n_out = 0;
	if (mkdir(dir, 0700) != 0 && errno != EEXIST)
		ok = err_errno(err, ERR_LOCAL, errno, "cannot make the folder %s", dir);
	strbuf_adds(&csv, notice_csv_head);
	for (size_t i = 0; ok && i < d->n; i++) {
		char *one;

		if (d->v[i].state != DORMANCY_DORMANT)
			continue;
		one = notices_path(dir, d->v[i].t->name, i + 1);
		strbuf_clear(&text);
		csv_row(&csv, &d->v[i], d);
		ok = notices_dormant("", span_str(notice_template(NOTICE_DORMANT)),
				     &d->v[i], d, &text, err) &&
		     fs_write_atomic(one, strbuf_span(&text), 0600, err);
		free(one);
		(*n_out)++;
	}
	ok = ok && fs_write_atomic(path, strbuf_span(&csv), 0600, err);
	free(path);
	strbuf_done(&csv);
	strbuf_done(&text);
	return ok;
}

int accounts_notices(struct args *a, const struct accounts_query *q)
{
	struct plan_dormant d = { 0 };
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	int64_t n = 0, unproven = 0;
	int code = EXIT_CLEAN;

	if (q->to == NULL)
		return args_bad(a, "accounts notices: --output FOLDER says where to");
	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !plan_dormant(&use, p.store, q->side, q->days, clock_now(), &d, &err) ||
	    !write_notices(&d, q->to, &n, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	for (size_t i = 0; i < d.n; i++)
		unproven += d.v[i].state == DORMANCY_UNPROVEN;
	if (unproven > 0) {
		msg_warn(a->g,
			 "%s: silence is not proven, and nobody is asked "
			 "(mailmuster accounts dormant says why)",
			 counted(unproven, "account"));
		code = EXIT_INCOMPLETE;
	}
	if (a->g->json)
		out_printf("{ \"schema\": \"mailmuster/notices/1\", \"notices\": %lld, "
			   "\"unproven\": %lld }\n",
			   (long long)n, (long long)unproven);
	else
		out_printf("%s and notices.csv in %s\n", counted(n, "notice"),
			   shown(q->to));
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}
