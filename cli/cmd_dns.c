/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/args.h"
#include "cli/dns_names.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "net/net_dns.h"
#include "net/net_zone.h"
#include "store/store_run.h"

#define WORDS_MAX 64 /* of --zone, and of --domain */

enum { OPT_ALL = OPT_OWN, OPT_DOMAIN, OPT_RESOLVER, OPT_ZONE };
static const struct option options[] = {
	{ "all", no_argument, NULL, OPT_ALL },
	{ "domain", required_argument, NULL, OPT_DOMAIN },
	{ "resolver", required_argument, NULL, OPT_RESOLVER },
	{ "zone", required_argument, NULL, OPT_ZONE },
	{ NULL, 0, NULL, 0 },
};

struct request {
	bool all, show;
	const char *domain[WORDS_MAX], *zone[WORDS_MAX];
	size_t domain_n, zone_n;
	const char *resolver;
};

/* ---- who answers ---- */

/* "FILE", or "example.org=FILE". */
static bool read_zone(struct net_zone *z, const char *word, struct arena *arena,
		      struct err *err)
{
	const char *file = word, *origin = NULL, *mark = strchr(word, '=');
	struct strbuf text = STRBUF_INIT;
	bool ok;

	if (mark != NULL && memchr(word, '/', (size_t)(mark - word)) == NULL &&
	    (origin = dns_name((struct span){ word, (size_t)(mark - word) }, arena)) !=
		    NULL)
		file = mark + 1;
	ok = fs_read(file, ZONE_SIZE_MAX, &text, err) &&
	     net_zone_add(z, file, origin, strbuf_span(&text), err);
	strbuf_done(&text);
	return ok;
}

static bool open_answers(const struct request *rq, const struct config *c,
			 struct arena *arena, struct net_dns **dns, struct net_zone **z,
			 struct audit_dns_options *o, struct err *err)
{
	if (rq->zone_n == 0) {
		if (!net_dns_open(rq->resolver != NULL ? rq->resolver : c->dns.resolver,
				  dns, err))
			return false;
		o->ask = net_dns_ask;
		o->ask_ctx = *dns;
		return true;
	}
	*z = net_zone_new();
	for (size_t i = 0; i < rq->zone_n; i++)
		if (!read_zone(*z, rq->zone[i], arena, err))
			return false;
	o->ask = net_zone_ask;
	o->ask_ctx = *z;
	return true;
}

/* ---- what was seen ---- */

/* Where the answers came from belongs to the evidence. */
static const char *scope_of(const struct request *rq, const struct config *c,
			    const struct audit_dns_options *o, struct arena *arena)
{
	const char *resolver = rq->resolver != NULL ? rq->resolver : c->dns.resolver;
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	const char *scope;

	json_out_init(&j, &text, true);
	json_begin_object(&j);
	json_put_str(&j, "command", "dns");
	json_name(&j, "domains");
	json_begin_array(&j);
	for (size_t i = 0; i < o->domain_n; i++)
		json_str(&j, o->domain[i]);
	json_end_array(&j);
	json_name(&j, "names");
	json_begin_array(&j);
	for (size_t i = 0; i < o->name_n; i++)
		json_str(&j, o->name[i]);
	json_end_array(&j);
	json_name(&j, "old");
	json_begin_array(&j);
	for (size_t i = 0; i < o->old_n; i++)
		json_str(&j, o->old[i]);
	json_end_array(&j);
	if (rq->zone_n == 0) {
		json_put_str(&j, "resolver", resolver != NULL ? resolver : "");
	} else {
		json_name(&j, "zones");
		json_begin_array(&j);
		for (size_t i = 0; i < rq->zone_n; i++)
			json_str(&j, rq->zone[i]);
		json_end_array(&j);
	}
	json_end_object(&j);
	scope = arena_strdup(arena, strbuf_cstr(&text));
	strbuf_done(&text);
	return scope;
}

static void row_json(struct json_out *j, const struct dns_seen *s)
{
	char iso[CLOCK_ISO_SIZE];

	json_begin_object(j);
	json_put_str(j, "at", clock_iso(s->at, iso));
	json_put_str(j, "domain", s->domain);
	json_put_str(j, "use", dns_use_name(s->use));
	json_put_str(j, "via", s->via);
	json_put_str(j, "name", s->name);
	json_put_str(j, "type", dns_type_name(s->type));
	json_put_str(j, "outcome", dns_outcome_name(s->outcome));
	json_put_str(j, "value", s->value);
	json_name(j, "ttl");
	if (s->ttl < 0)
		json_null(j);
	else
		json_int(j, s->ttl);
	json_put_str(j, "points", dns_points_name(s->points));
	json_put_str(j, "words", s->words);
	json_end_object(j);
}

static void row_text(const struct dns_seen *s)
{
	char ttl[32];

	out_printf("  %-10s  ", dns_points_name(s->points));
	out_text(s->name);
	out_printf("  %s  ", dns_type_name(s->type));
	if (*s->value != '\0')
		out_text(s->value);
	else
		out_puts(dns_outcome_name(s->outcome));
	if (*s->via != '\0') {
		out_puts("  (");
		out_text(s->via);
		out_puts(")");
	}
	if (*s->words != '\0') {
		out_puts(": ");
		out_text(s->words);
	}
	if (s->ttl >= 0 && s->points == DNS_POINTS_OLD)
		out_printf("; may be remembered for %s",
			   num_seconds(s->ttl, ttl, sizeof ttl));
	out_puts("\n");
}

static void print_text(const struct request *rq, const struct dns_seen *row, size_t n,
		       int64_t run, const struct dns_sum *sum)
{
	out_printf("run %lld: %s\n", (long long)run, counted(sum->domains, "domain"));
	for (size_t i = 0; i < n; i++)
		if (rq->all || row[i].points != DNS_POINTS_NOT)
			row_text(&row[i]);
	out_printf("%s: %lld lead to the old server, %lld more cover its address, "
		   "%lld not known\n",
		   counted(sum->rows, "answer"), (long long)sum->old,
		   (long long)sum->covers, (long long)sum->unknown);
}

static void print_json(const struct dns_seen *row, size_t n, int64_t run,
		       const struct dns_sum *sum)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/dns/1");
	json_put_int(&j, "run", run);
	json_put_int(&j, "domains", sum->domains);
	json_put_int(&j, "old", sum->old);
	json_put_int(&j, "covers", sum->covers);
	json_put_int(&j, "unknown", sum->unknown);
	json_name(&j, "answers");
	json_begin_array(&j);
	for (size_t i = 0; i < n; i++)
		row_json(&j, &row[i]);
	json_end_array(&j);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool tell(const struct globals *g, const struct request *rq,
		 const struct project *p, int64_t run, struct arena *arena, int *code,
		 struct err *err)
{
	struct dns_seen *row;
	struct dns_sum sum;
	size_t n;

	if (!store_dns_sum(p->store, run, &sum, err) ||
	    !store_dns_rows(p->store, run, arena, &row, &n, err))
		return false;
	if (g->json)
		print_json(row, n, run, &sum);
	else
		print_text(rq, row, n, run, &sum);
	*code = sum.old > 0 ? EXIT_FINDINGS : EXIT_CLEAN;
	if (sum.unknown > 0)
		*code = exit_first(*code, EXIT_INCOMPLETE);
	return true;
}

static bool ask(struct globals *g, const struct request *rq, const struct project *p,
		struct arena *arena, int64_t *run_out, struct err *err)
{
	struct audit_dns_options o = { .wake = g->wake,
				       .operator_name = project_operator() };
	struct net_zone *z = NULL;
	struct net_dns *dns = NULL;
	struct audit_dns_sum sum;
	bool ok;

	ok = dns_names(p, rq->domain, rq->domain_n, arena, &o, err) &&
	     open_answers(rq, &p->config, arena, &dns, &z, &o, err);
	if (ok) {
		o.scope = scope_of(rq, &p->config, &o, arena);
		ok = audit_dns_run(p->store, &o, &sum, err);
	}
	if (ok)
		*run_out = sum.run;
	net_dns_close(dns);
	net_zone_free(z);
	return ok;
}

static bool newest(const struct project *p, struct arena *arena, int64_t *run_out,
		   struct err *err)
{
	struct run run;
	bool found;

	if (!store_run_last(p->store, "dns", arena, &run, &found, err))
		return false;
	if (!found) {
		err_set(err, ERR_CONFIG, "nobody has asked the DNS yet");
		return err_hint(err, "mailmuster dns");
	}
	*run_out = run.id;
	return true;
}

static int with_project(struct globals *g, const struct request *rq)
{
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct arena arena;
	struct project p;
	int64_t run = 0;

	arena_init(&arena);
	if (!project_open(g, rq->show ? PROJECT_READ : PROJECT_WRITE, &p, &err) ||
	    !(rq->show ? newest(&p, &arena, &run, &err)
		       : ask(g, rq, &p, &arena, &run, &err)) ||
	    !tell(g, rq, &p, run, &arena, &code, &err))
		code = msg_fail(g, &err);
	project_close(&p);
	arena_done(&arena);
	return code;
}

static bool put(struct args *a, const char *option, const char *value, const char **list,
		size_t *n)
{
	if (*n == WORDS_MAX) {
		a->exit = args_bad(a, "dns: more than %d times --%s", WORDS_MAX, option);
		return false;
	}
	list[(*n)++] = value;
	return true;
}

static bool take(struct args *a, struct request *rq, int opt, const char *value)
{
	switch (opt) {
	case OPT_ALL:
		rq->all = true;
		return true;
	case OPT_DOMAIN:
		return put(a, "domain", value, rq->domain, &rq->domain_n);
	case OPT_ZONE:
		return put(a, "zone", value, rq->zone, &rq->zone_n);
	case OPT_RESOLVER:
		rq->resolver = value;
		return true;
	}
	return false;
}

static int run(struct globals *g, int argc, char **argv)
{
	struct request rq = { 0 };
	const char *value;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_dns, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (!take(&a, &rq, opt, value))
			return a.exit;
	if (!args_count(&a, 0, 1))
		return a.exit;
	rq.show = a.rest_n == 1;
	if (rq.show && strcmp(a.rest[0], "show") != 0)
		return args_bad(&a, "dns: \"%s\" is not show", shown(a.rest[0]));
	if (rq.show && (rq.domain_n > 0 || rq.zone_n > 0 || rq.resolver != NULL))
		return args_bad(&a, "dns: show asks nobody: of these options it takes "
				    "--all");
	if (rq.zone_n > 0 && rq.resolver != NULL)
		return args_bad(&a, "dns: --zone and --resolver exclude each other");
	return with_project(g, &rq);
}

static const char help[] =
	"Asks the DNS of every domain of the project where its mail goes (each MX),\n"
	"who may send it (SPF, with what it includes), and where mail programs log in\n"
	"(SRV, autoconfig, autodiscover), and says what of it still leads to the old\n"
	"server, by its name or its address. The domains are those of the config and\n"
	"of the addresses in accounts.csv. No answer is never a clean one: exit code\n"
	"3. The answers are kept, for the gate. show tells the newest ones again.\n"
	"\n"
	"  --domain NAME     only this domain; may be given several times\n"
	"  --resolver ADDRESS  ask this server, \"192.0.2.1:53\", in place of the ones\n"
	"                    that this machine asks\n"
	"  --zone FILE       ask nobody, and read this zone file; several times for\n"
	"                    several; NAME=FILE when it does not name its zone\n"
	"  --all             show every answer, not only what leads to the old server\n"
	"                    or is not known\n";

const struct command cmd_dns = {
	.name = "dns",
	.summary = "ask what of the DNS still leads to the old server",
	.usage = "[--domain NAME] [--resolver ADDRESS | --zone FILE] [--all] | show "
		 "[--all]",
	.help = help,
	.options = options,
	.run = run,
};
