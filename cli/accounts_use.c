/* SPDX-License-Identifier: MIT */
#include "cli/accounts_use.h"

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "cli/table.h"
#include "plan/plan_dormant.h"

const char *accounts_day(int64_t t)
{
	static char buf[4][CLOCK_ISO_SIZE];
	static unsigned next;
	char *b = buf[next++ % COUNT_OF(buf)];

	if (t <= 0)
		return "never";
	clock_iso(t, b);
	b[10] = '\0';
	return b;
}

const char *accounts_clients(unsigned clients)
{
	static char buf[4][96];
	static unsigned next;
	char *b = buf[next++ % COUNT_OF(buf)];
	size_t n = 0;

	b[0] = '\0';
	for (unsigned i = 0; i < CLIENT_COUNT; i++)
		if ((clients & 1u << i) != 0)
			n += (size_t)snprintf(b + n, sizeof buf[0] - n, "%s%s",
					      n > 0 ? ", " : "",
					      use_client_name(1u << i));
	return b;
}

bool accounts_use_open(const struct globals *g, struct project *p, struct plan_use *use,
		       struct err *err)
{
	struct plan_use_setup setup;

	*use = (struct plan_use){ 0 };
	if (!project_open(g, PROJECT_READ, p, err))
		return false;
	setup = (struct plan_use_setup){ .names = &p->config.logs.names,
					 .proxies = p->config.logs.proxies,
					 .proxy_n = p->config.logs.proxy_n,
					 .own = p->config.logs.own,
					 .own_n = p->config.logs.own_n };
	return plan_use_open(p->store, &setup, use, err);
}

/* A document with its schema; the caller goes on in the object. */
static void document(struct json_out *j, struct strbuf *text, const char *schema)
{
	json_out_init(j, text, false);
	json_begin_object(j);
	json_put_str(j, "schema", schema);
}

static void end_document(struct json_out *j, struct strbuf *text)
{
	json_end_object(j);
	out_printf("%s\n", strbuf_cstr(text));
	strbuf_done(text);
}

static void put_time(struct json_out *j, const char *key, int64_t t)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, t > 0 ? clock_iso(t, iso) : NULL);
}

static void put_use(struct json_out *j, const struct use_of *o)
{
	put_time(j, "last_use", o->last);
	put_time(j, "last_login", o->last_login);
	put_time(j, "last_use_without_bulk", o->last_alone);
	json_put_int(j, "logins", o->logins);
	json_name(j, "last_by_protocol");
	json_begin_object(j);
	for (int i = 0; i < LOG_PROTOCOL_COUNT; i++)
		if (o->last_by[i] > 0)
			put_time(j,
				 i == 0 ? "unknown"
					: log_protocol_name((enum log_protocol)i),
				 o->last_by[i]);
	json_end_object(j);
	put_time(j, "last_delivery", o->last_delivery);
	json_put_int(j, "deliveries", o->deliveries);
	put_time(j, "last_fail", o->last_fail);
	json_put_int(j, "fails", o->fails);
	json_put_str(j, "who", use_who_name(o->who));
	json_name(j, "clients");
	json_begin_array(j);
	for (unsigned i = 0; i < CLIENT_COUNT; i++)
		if ((o->clients & 1u << i) != 0)
			json_str(j, use_client_name(1u << i));
	json_end_array(j);
	json_put_str(j, "client", o->client);
	json_put_str(j, "address", o->address);
}

static void put_cover(struct json_out *j, const struct use_cover *c)
{
	json_name(j, "cover");
	json_begin_object(j);
	json_put_bool(j, "logins_seen", c->any);
	put_time(j, "first", c->first);
	put_time(j, "last", c->last);
	json_name(j, "gaps");
	json_begin_array(j);
	for (size_t i = 0; i < c->gap_n; i++) {
		json_begin_object(j);
		json_put_str(j, "host", c->gap[i].host);
		put_time(j, "from", c->gap[i].from);
		put_time(j, "to", c->gap[i].to);
		json_put_str(j, "why", c->gap[i].why);
		json_end_object(j);
	}
	json_end_array(j);
	json_end_object(j);
}

static void tell_cover(const struct globals *g, const struct use_cover *c, enum side side)
{
	if (!c->any) {
		msg_warn(
			g,
			"no log of the %s side shows a login yet: mailmuster logs --side "
			"%s FILE...",
			side_name(side), side_name(side));
		return;
	}
	for (size_t i = 0; i < c->gap_n && i < 5; i++)
		msg_warn(g, "not covered%s%s from %s to %s: %s",
			 *c->gap[i].host != '\0' ? " on " : "", shown(c->gap[i].host),
			 accounts_day(c->gap[i].from), accounts_day(c->gap[i].to),
			 c->gap[i].why);
	if (c->gap_n > 5)
		msg_warn(g, "and %s more", counted((int64_t)c->gap_n - 5, "gap"));
}

static void tell_bulk(const struct globals *g, const struct plan_use *use,
		      const struct plan_dormant *d, enum side side)
{
	for (size_t i = 0; i < use->bulk_n[side]; i++) {
		const struct use_bulk *b = &use->bulk[side][i];
		int64_t minutes = (b->to - b->from) / 60 + 1;

		msg_warn(g,
			 "%s %s alive only through %s, which logged in as %s in %s on "
			 "%s: when it is yours (a mover, a backup, monitoring), name it "
			 "in logs.own_addresses; when people come through it, in "
			 "logs.proxies",
			 counted(d->through[i], "account"),
			 d->through[i] == 1 ? "looks" : "look", shown(b->address),
			 counted(b->names, "name"), counted(minutes, "minute"),
			 accounts_day(b->from));
	}
}

/* ---- dormant ---- */

static void dormant_json(const struct plan_dormant *d, const struct accounts_query *q,
			 const struct plan_use *use)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	document(&j, &text, "mailmuster/dormant/1");
	json_put_str(&j, "side", side_name(q->side));
	json_put_int(&j, "days", q->days);
	put_time(&j, "from", d->from);
	put_time(&j, "to", d->to);
	put_cover(&j, &d->cover);
	json_put_int(&j, "blocking_names", (int64_t)d->blockers);
	json_name(&j, "bulk");
	json_begin_array(&j);
	for (size_t i = 0; i < use->bulk_n[q->side]; i++) {
		json_begin_object(&j);
		json_put_str(&j, "address", use->bulk[q->side][i].address);
		json_put_int(&j, "names", use->bulk[q->side][i].names);
		json_put_int(&j, "alive_only_through_it", d->through[i]);
		put_time(&j, "from", use->bulk[q->side][i].from);
		put_time(&j, "to", use->bulk[q->side][i].to);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_name(&j, "accounts");
	json_begin_array(&j);
	for (size_t i = 0; i < d->n; i++) {
		const struct dormant *v = &d->v[i];

		json_begin_object(&j);
		json_put_str(&j, "account", v->t->name);
		json_put_str(&j, "state", dormancy_name(v->state));
		json_put_str(&j, "decision", v->t->decision);
		json_put_str(&j, "owner", v->t->owner);
		put_time(&j, "leave_until", v->leave_until);
		put_use(&j, v->use);
		put_time(&j, "witness", v->witness);
		json_put_str(&j, "witness_source", v->witness_source);
		put_time(&j, "newest_sent", v->mail.sent);
		put_time(&j, "newest_answered", v->mail.answered);
		put_time(&j, "newest_read", v->mail.seen);
		json_put_int(&j, "messages", v->mail.messages);
		json_put_int(&j, "octets", v->mail.octets);
		json_end_object(&j);
	}
	json_end_array(&j);
	end_document(&j, &text);
}

static void dormant_text(const struct plan_dormant *d, const int64_t *sum)
{
	static const char *const head[] = { "account",	 "state",    "last login",
					    "last mail", "by list",  "by mail",
					    "mail",	 "decision", "owner",
					    NULL };
	struct table t;
	char octets[32], bulk[80];

	table_init(&t, head);
	for (size_t i = 0; i < d->n; i++) {
		const struct dormant *v = &d->v[i];
		int64_t mail = v->mail.sent > v->mail.answered ? v->mail.sent
							       : v->mail.answered;

		if (v->state == DORMANCY_ACTIVE)
			continue;
		if (v->mail.seen > mail)
			mail = v->mail.seen;
		table_row(&t,
			  (const char *[]){
				  v->t->name, dormancy_name(v->state),
				  accounts_day(v->use->last_alone),
				  accounts_day(v->use->last_delivery),
				  *v->witness_source != '\0' ? accounts_day(v->witness)
							     : "",
				  mail > 0 ? accounts_day(mail) : "",
				  v->mail.messages > 0 ? num_octets(v->mail.octets,
								    octets, sizeof octets)
						       : "",
				  *v->t->decision != '\0' ? v->t->decision : "open",
				  v->t->owner });
	}
	table_print(&t);
	snprintf(bulk, sizeof bulk, ", %lld only through an address of very many",
		 (long long)sum[DORMANCY_BULK]);
	out_printf("%s used since %s; ", counted(sum[DORMANCY_ACTIVE], "account"),
		   accounts_day(d->from));
	out_printf(
		"%lld by other witnesses, %lld dormant, %lld dormant but left for now, "
		"%lld not proven%s\n",
		(long long)sum[DORMANCY_WITNESS], (long long)sum[DORMANCY_DORMANT],
		(long long)sum[DORMANCY_LEFT], (long long)sum[DORMANCY_UNPROVEN],
		sum[DORMANCY_BULK] == 0 ? "" : bulk);
}

int accounts_dormant(struct args *a, const struct accounts_query *q)
{
	int64_t sum[DORMANCY_COUNT] = { 0 };
	struct plan_dormant d = { 0 };
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !plan_dormant(&use, p.store, q->side, q->days, clock_now(), &d, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	for (size_t i = 0; i < d.n; i++)
		sum[d.v[i].state]++;
	tell_cover(a->g, &d.cover, q->side);
	tell_bulk(a->g, &use, &d, q->side);
	if (d.blocked)
		msg_warn(a->g,
			 "%s that no account claims logged in: one of these accounts "
			 "may be theirs, so nobody is called dormant (mailmuster "
			 "accounts unknown)",
			 counted((int64_t)d.blockers, "name"));
	if (a->g->json)
		dormant_json(&d, q, &use);
	else
		dormant_text(&d, sum);
	code = sum[DORMANCY_UNPROVEN] + sum[DORMANCY_BULK] > 0 ? EXIT_INCOMPLETE
	       : sum[DORMANCY_DORMANT] > 0		       ? EXIT_FINDINGS
							       : EXIT_CLEAN;
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}

/* ---- names that no account claims ---- */

static const char *nearest(const struct plan_use *use, const char *name)
{
	struct suggest s;

	suggest_init(&s, name);
	for (size_t i = 0; i < use->n; i++)
		suggest_try(&s, use->t[i].name);
	return s.best;
}

static void unknown_json(const struct plan_use *use, enum side side)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	document(&j, &text, "mailmuster/unknown/1");
	json_put_str(&j, "side", side_name(side));
	json_name(&j, "names");
	json_begin_array(&j);
	for (size_t i = 0; i < use->unknown_n[side]; i++) {
		const struct use_name *n = &use->unknown[side][i];

		json_begin_object(&j);
		json_put_str(&j, "name", n->name);
		json_put_bool(&j, "shared", n->shared);
		json_put_str(&j, "nearest", nearest(use, n->name));
		put_use(&j, &n->of);
		json_end_object(&j);
	}
	json_end_array(&j);
	end_document(&j, &text);
}

static void unknown_text(const struct plan_use *use, enum side side)
{
	static const char *const head[] = { "name",	 "last login", "logins",
					    "last mail", "deliveries", "who",
					    "clients",	 "address",    "nearest",
					    NULL };
	struct table t;

	table_init(&t, head);
	for (size_t i = 0; i < use->unknown_n[side]; i++) {
		const struct use_name *n = &use->unknown[side][i];
		char logins[32], deliveries[32];

		table_row(&t, (const char *[]){
				      n->name, accounts_day(n->of.last),
				      num_group(n->of.logins, logins, sizeof logins),
				      accounts_day(n->of.last_delivery),
				      num_group(n->of.deliveries, deliveries,
						sizeof deliveries),
				      use_who_name(n->of.who),
				      accounts_clients(n->of.clients), n->of.address,
				      n->shared ? "several claim it"
						: nearest(use, n->name) });
	}
	table_print(&t);
}

int accounts_unknown(struct args *a, const struct accounts_query *q)
{
	struct use_cover logins, deliveries;
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !plan_use_cover(p.store, q->side, 0, &use.arena, &logins, &err) ||
	    !plan_use_cover_deliveries(p.store, q->side, 0, &use.arena, &deliveries,
				       &err)) {
		code = msg_fail(a->g, &err);
	} else {
		bool none = !logins.any && !deliveries.any;

		if (none)
			tell_cover(a->g, &logins, q->side);
		if (a->g->json)
			unknown_json(&use, q->side);
		else if (use.unknown_n[q->side] > 0)
			unknown_text(&use, q->side);
		else if (!none)
			out_puts("every name in the logs belongs to an account\n");
		code = use.unknown_n[q->side] > 0 ? EXIT_FINDINGS
		       : none			  ? EXIT_INCOMPLETE
						  : EXIT_CLEAN;
	}
	plan_use_close(&use);
	project_close(&p);
	return code;
}

/* ---- not arrived ---- */

static void absent_json(const struct plan_absent *v)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	document(&j, &text, "mailmuster/absent/1");
	json_put_int(&j, "moved", v->moved);
	json_put_int(&j, "arrived", v->arrived);
	json_name(&j, "accounts");
	json_begin_array(&j);
	for (size_t i = 0; i < v->n; i++) {
		json_begin_object(&j);
		json_put_str(&j, "account", v->v[i].t->name);
		json_put_str(&j, "owner", v->v[i].t->owner);
		put_time(&j, "cutover", v->v[i].cutover);
		put_time(&j, "last_old", v->v[i].last_old);
		put_time(&j, "last_new", v->v[i].last_new);
		json_put_bool(&j, "unknown", v->v[i].unknown);
		json_end_object(&j);
	}
	json_end_array(&j);
	end_document(&j, &text);
}

static void absent_text(const struct plan_absent *v)
{
	static const char *const head[] = { "account",	   "cutover", "last on old",
					    "last on new", "owner",   "",
					    NULL };
	struct table t;

	table_init(&t, head);
	for (size_t i = 0; i < v->n; i++)
		table_row(&t,
			  (const char *[]){
				  v->v[i].t->name, accounts_day(v->v[i].cutover),
				  accounts_day(v->v[i].last_old),
				  accounts_day(v->v[i].last_new), v->v[i].t->owner,
				  v->v[i].unknown ? "not known: no log of the new side"
						  : "absent" });
	table_print(&t);
	out_printf("%lld of %s with a cutover have logged in since\n",
		   (long long)v->arrived, counted(v->moved, "account"));
}

int accounts_absent(struct args *a, const struct accounts_query *q)
{
	struct plan_absent v = { 0 };
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !plan_absent(&use, p.store, q->days, &v, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	if (v.no_cutover)
		msg_warn(a->g, "no account has a cutover: mailmuster event cutover");
	if (a->g->json)
		absent_json(&v);
	else
		absent_text(&v);
	for (size_t i = 0; i < v.n; i++)
		code = exit_first(code, v.v[i].unknown ? EXIT_INCOMPLETE : EXIT_FINDINGS);
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}

/* ---- still on the old side ---- */

static const char *what(const struct still *s)
{
	switch (s->use) {
	case USE_LOGIN:
	case USE_LOGIN_PROXY:
	case USE_LOGIN_TWIN:
		return "login";
	case USE_LOGOUT:
	case USE_FAIL:
	case USE_LIMIT:
	case USE_DELIVERY:
	case USE_HANDED:
		break;
	}
	return s->use == USE_HANDED ? "handed on" : "delivery";
}

static void still_json(const struct plan_still *v)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	document(&j, &text, "mailmuster/still/1");
	json_put_int(&j, "accounts", v->accounts);
	json_put_int(&j, "logins", v->logins);
	json_put_int(&j, "deliveries", v->deliveries);
	put_cover(&j, &v->cover);
	json_name(&j, "uses");
	json_begin_array(&j);
	for (size_t i = 0; i < v->n; i++) {
		const struct still *s = &v->v[i];

		json_begin_object(&j);
		json_put_str(&j, "account", *s->account != '\0' ? s->account : NULL);
		json_put_str(&j, "name", s->name);
		json_put_str(&j, "use", log_use_name(s->use));
		json_put_str(&j, "protocol", log_protocol_name(s->protocol));
		json_put_str(&j, "address", s->address);
		json_put_str(&j, "rcpt", s->rcpt);
		json_put_str(&j, "client", s->client);
		json_put_str(&j, "who", use_who_name(s->who));
		json_put_int(&j, "n", s->n);
		put_time(&j, "last", s->last);
		put_time(&j, "cutover", s->cutover);
		json_end_object(&j);
	}
	json_end_array(&j);
	end_document(&j, &text);
}

static void still_text(const struct plan_still *v)
{
	static const char *const head[] = { "account", "name",	  "what", "protocol",
					    "times",   "last",	  "from", "who",
					    "client",  "sent to", NULL };
	struct table t;

	table_init(&t, head);
	for (size_t i = 0; i < v->n; i++) {
		const struct still *s = &v->v[i];
		char n[32];

		table_row(&t, (const char *[]){
				      s->account, s->name, what(s),
				      log_protocol_name(s->protocol),
				      num_group(s->n, n, sizeof n), accounts_day(s->last),
				      s->address, use_who_name(s->who),
				      *s->client != '\0' ? s->client
							 : accounts_clients(s->clients),
				      s->rcpt });
	}
	table_print(&t);
	out_printf("%s, ", counted(v->logins, "login"));
	out_printf("%lld deliveries on the old side after cutover\n",
		   (long long)v->deliveries);
}

int accounts_still(struct args *a, const struct accounts_query *q)
{
	struct plan_still v = { 0 };
	struct plan_use use;
	struct err err = ERR_INIT;
	struct project p;
	int code = EXIT_CLEAN;

	if (!accounts_use_open(a->g, &p, &use, &err) ||
	    !plan_still(&use, p.store, q->grace, &v, &err)) {
		code = msg_fail(a->g, &err);
		goto out;
	}
	if (v.no_cutover)
		msg_warn(a->g, "no account has a cutover: mailmuster event cutover");
	else
		tell_cover(a->g, &v.cover, SIDE_OLD);
	if (a->g->json)
		still_json(&v);
	else
		still_text(&v);
	code = v.n > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
	if (!v.no_cutover && (!v.cover.any || v.cover.gap_n > 0))
		code = EXIT_INCOMPLETE;
out:
	plan_use_close(&use);
	project_close(&p);
	return code;
}
