/* SPDX-License-Identifier: MIT */
/* G08 to G11: who still comes to the old server, and what leads there.  Silence is said
 * of covered time only: a gap in the logs is no silence. */
#include "gate/work.h"

/* ---- G08, G09 ---- */

static bool counts(const struct gate_use *u, enum gate_use_kind kind)
{
	return u->kind == kind || (kind == GATE_USE_LOGIN && u->kind == GATE_USE_RELAY);
}

static void add_use(const struct gate_use *u, struct gate_result *out, const char *noun)
{
	const char *id = *u->account != '\0' ? u->account : u->name;
	struct gate_finding x = { .subject = id, .at = u->last };
	bool who = *u->account != '\0' && strcmp(u->account, u->name) != 0;

	x.text = arena_printf(out->arena, "%s%s%s%s%s%s%s%s, the last on %s",
			      gate_some(out, u->n, noun), *u->how != '\0' ? " by " : "",
			      u->how, who ? " as " : "", who ? u->name : "",
			      *u->from == '\0'		     ? ""
			      : u->kind == GATE_USE_DELIVERY ? " for "
							     : " from ",
			      u->from,
			      *u->account == '\0' ? ", and no account has it" : "",
			      gate_minute(out, u->last));
	x.command = *u->account != '\0' ? "mailmuster accounts still"
					: "mailmuster accounts unknown";
	gate_fingerprint(out->check->id, &x.fingerprint, u->account, u->name, u->how,
			 u->from);
	gate_add(out, &x);
}

static void add_gap(const struct gate_gap *g, struct gate_result *out)
{
	struct gate_finding x = { .subject = *g->host != '\0' ? g->host : "the old side",
				  .unknown = true,
				  .at = g->to,
				  .command = "mailmuster logs --side old FILE" };

	x.text = arena_printf(out->arena, "no log from %s to %s: %s",
			      gate_minute(out, g->from), gate_minute(out, g->to), g->why);
	gate_fingerprint(out->check->id, &x.fingerprint, "gap", g->host,
			 gate_minute(out, g->from));
	gate_add(out, &x);
}

/* Of a time: who came in it, and is it covered? */
static void silent(const struct gate_facts *f, const struct gate_cover *c,
		   enum gate_use_kind kind, int64_t limit, const char *noun,
		   struct gate_result *out)
{
	int64_t down = gate_down_since(f), end = down != 0 ? down : f->now;
	int64_t from = end - limit, last = 0, n = 0;
	const struct gate_use *newest = NULL;
	size_t uses;

	out->command = "mailmuster accounts still";
	for (size_t i = 0; i < f->use_n; i++) {
		const struct gate_use *u = &f->use[i];

		if (!counts(u, kind) || u->last < from)
			continue;
		add_use(u, out, noun);
		n += u->n;
		if (u->last > last) {
			last = u->last;
			newest = u;
		}
	}
	uses = out->n;
	gate_figure(out, "uses", n);
	gate_figure(out, "names", (int64_t)uses);
	gate_figure(out, "covered_from", c->any ? c->first : 0);
	gate_figure(out, "covered_until", c->any ? c->last : 0);
	if (newest != NULL)
		snprintf(out->sentence, sizeof out->sentence, "%s, the last on %s: %s",
			 gate_some(out, n, noun), gate_minute(out, last),
			 *newest->account != '\0' ? newest->account : newest->name);
	if (!f->logs || !c->any) {
		gate_blind(out, "no log of the old side tells of a %s", noun);
		out->command = "mailmuster logs --side old FILE";
		return;
	}
	gate_stands_on(out, c->last);
	if (down != 0 && c->last + LAG < down)
		gate_blind(out, "the logs end on %s, before the server was stopped",
			   gate_minute(out, c->last));
	else if (down == 0)
		gate_aged(f, out, c->last, "the newest line of the logs");
	if (c->first > from)
		gate_blind(out, "the logs go back to %s, and %s must be covered",
			   gate_day(out, c->first), gate_term(out, limit));
	for (size_t i = 0; i < c->gap_n; i++)
		if (c->gap[i].from < end && c->gap[i].to > from)
			add_gap(&c->gap[i], out);
	gate_passed(out, "none from %s to %s", gate_day(out, from),
		    gate_day(out, c->last < end ? c->last : end));
}

void gate_g08(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	silent(f, &f->delivery, GATE_USE_DELIVERY, l->v[LIMIT_NO_DELIVERY], "delivery",
	       out);
}

void gate_g09(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	silent(f, &f->login, GATE_USE_LOGIN, l->v[LIMIT_NO_LOGIN], "login", out);
}

/* ---- G10 ---- */

static void add_dns(const struct gate_dns *d, struct gate_result *out)
{
	struct gate_finding x = { .subject = arena_printf(out->arena, "%s %s", d->kind,
							  d->name),
				  .unknown = d->failed,
				  .at = d->at };

	x.text = d->failed ? arena_printf(out->arena, "no answer of the DNS: %s", d->says)
			   : arena_printf(out->arena, "leads to the old server: %s",
					  d->says);
	gate_fingerprint(GATE_NAMES, &x.fingerprint, "dns", d->kind, d->name, d->says);
	gate_add(out, &x);
}

static void add_forward(const struct gate_forward *v, struct gate_result *out)
{
	struct gate_finding x = { .subject = v->name,
				  .at = v->told,
				  .command = "mailmuster accounts forwarding" };

	x.text = arena_printf(out->arena, "is sent on to the old server: %s (%s)",
			      v->target, v->source);
	gate_fingerprint(GATE_NAMES, &x.fingerprint, "forward", v->name, v->target);
	gate_add(out, &x);
}

void gate_g10(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	const struct gate_record *said = gate_newest(f, GATE_RECORD_STATEMENT,
						     "forwards");
	int64_t at = 0, maps = said != NULL ? said->at : 0;

	if (f->maps_at > maps)
		maps = f->maps_at;
	out->command = "mailmuster dns";
	for (size_t i = 0; i < f->dns_n; i++) {
		if (f->dns[i].old || f->dns[i].failed)
			add_dns(&f->dns[i], out);
		if (at == 0 || f->dns[i].at < at)
			at = f->dns[i].at;
	}
	gate_figure(out, "names", (int64_t)f->dns_n);
	gate_figure(out, "forwards", (int64_t)f->forward_n);
	for (size_t i = 0; i < f->forward_n; i++)
		add_forward(&f->forward[i], out);
	if (f->dns_n == 0)
		gate_blind(out, "nobody looked into the DNS");
	else
		gate_aged(f, out, at, "the look into the DNS");
	/* files of the mail server change less often than the DNS is asked */
	if (maps == 0)
		gate_blind(out, "aliases and forwards were never read");
	else if (maps < f->now - l->max_age[GATE_RELAYS])
		gate_old(out, f->now - maps, l->max_age[GATE_RELAYS],
			 "what was read of aliases and forwards");
	gate_passed(out, "%s of the DNS, none leads there",
		    gate_some(out, (int64_t)f->dns_n, "answer"));
}

/* ---- G11 ---- */

void gate_g11(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	const struct gate_record *said = gate_newest(f, GATE_RECORD_STATEMENT, "relays");
	int64_t end = gate_down_since(f) != 0 ? gate_down_since(f) : f->now;
	int64_t from = end - l->max_age[GATE_RELAYS];

	out->command = "mailmuster event statement relays --role ROLE";
	for (size_t i = 0; i < f->use_n; i++) {
		const struct gate_use *u = &f->use[i];
		struct gate_finding x = { .at = u->last,
					  .command = "mailmuster accounts still" };

		if (u->kind != GATE_USE_RELAY || u->last < from)
			continue;
		x.subject = *u->from != '\0' ? u->from : u->name;
		x.text = arena_printf(out->arena, "sends mail as %s, the last on %s",
				      u->name, gate_minute(out, u->last));
		gate_fingerprint(GATE_RELAYS, &x.fingerprint, u->from, u->name);
		gate_add(out, &x);
	}
	gate_figure(out, "senders", (int64_t)out->n);
	if (said == NULL)
		gate_blind(out, "nobody said that devices and programs that send "
				"through it were moved");
	else
		gate_aged(f, out, said->at, "what was said of devices and programs");
	if (!f->logs || !f->login.any)
		gate_blind(out, "no log of the old side tells who sends");
	if (said != NULL)
		gate_passed(out, "none, says %s (%s) on %s", said->teller, said->role,
			    gate_day(out, said->at));
}
