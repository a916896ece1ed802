/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "cli/gate_sign.h"
#include "cli/msg.h"
#include "store/store_account.h"
#include "store/store_approval.h"
#include "store/store_folder.h"
#include "store/store_waiver.h"

#define PROGRAM_MAX (512u << 20) /* octets of this program */

/* Which program said so: the digest of its own octets. */
static bool build_of(struct strbuf *out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct sha256 d;
	bool ok = fs_read("/proc/self/exe", PROGRAM_MAX, &text, err);

	if (ok) {
		sha256_of(text.p, text.n, &d);
		sha256_hex(&d, hex);
		strbuf_adds(out, hex);
	}
	strbuf_done(&text);
	return ok || err_wrap(err, "cannot read this program");
}

/* What the old server said of itself, in the newest reading that heard it. */
static bool software_of(const struct project *p, const struct gate_facts *f,
			struct arena *arena, const char **out, struct err *err)
{
	struct transfer *t;
	struct account_view v;
	size_t n;

	(void)f;
	*out = "";
	if (!store_transfers(p->store, false, arena, &t, &n, err))
		return false;
	for (size_t i = 0; i < n && **out == '\0'; i++) {
		if (t[i].old_account == 0)
			continue;
		if (!store_account_view(p->store, t[i].old_account, arena, &v, err))
			return false;
		if (v.found && v.server_id != NULL)
			*out = v.server_id;
	}
	return true;
}

static bool is_used(const struct gate_verdict *v, int64_t id)
{
	char name[32];

	snprintf(name, sizeof name, "W-%03lld", (long long)id);
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		for (size_t k = 0; k < v->result[i].n; k++)
			if (v->result[i].v[k].waiver != NULL &&
			    strcmp(v->result[i].v[k].waiver->id, name) == 0)
				return true;
	return false;
}

static bool waivers_of(const struct project *p, struct gate_seen *seen,
		       struct gate_certified *c, struct err *err)
{
	struct waiver *w;
	size_t n, keep = 0;

	if (!store_waivers(p->store, &seen->arena, &w, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (is_used(&seen->verdict, w[i].id))
			w[keep++] = w[i];
	c->waiver = w;
	c->waiver_n = keep;
	return true;
}

bool gate_certify_facts(const struct project *p, struct gate_seen *seen,
			struct gate_signed *out, struct err *err)
{
	struct gate_certified *c = &out->certified;
	struct acceptance *accepted;

	*c = (struct gate_certified){
		.project_id = store_project_id(p->store),
		.project = p->config.project,
		.old_host = p->config.server[SIDE_OLD].host,
		.new_host = p->config.present[SIDE_NEW] ? p->config.server[SIDE_NEW].host
							: "",
		.version = MAILMUSTER_VERSION,
		.made = clock_now(),
		.verdict = &seen->verdict,
		.facts = &seen->facts,
		.limits = &seen->limits,
		.loosened = seen->loosened,
		.loosened_n = seen->loosened_n,
		.ledger = &seen->ledger,
		.signers = &p->config.gate.who,
	};
	if (!build_of(&out->build, err) ||
	    !software_of(p, &seen->facts, &seen->arena, &c->old_software, err) ||
	    !waivers_of(p, seen, c, err) ||
	    !store_acceptances(p->store, &seen->arena, &accepted, &c->acceptance_n, err))
		return false;
	c->acceptance = accepted;
	c->build = strbuf_cstr(&out->build);
	return true;
}

/* Why the body that is there is no longer good; NULL: it is. */
static const char *why_void(const struct project *p, const struct gate_signed *s,
			    const struct gate_body *b)
{
	struct sha256 standing;

	gate_standing(&s->certified, &standing);
	if (strcmp(b->project_id, store_project_id(p->store)) != 0)
		return "it is of another project";
	if (clock_now() >= b->valid_until)
		return "its time is over";
	if (b->made > clock_now())
		return "it was made in the future";
	if (memcmp(&b->standing, &standing, sizeof standing) != 0)
		return "a check, a waiver, an acceptance or a limit has changed since";
	return NULL;
}

/* *why_out: why it cannot be used; NULL: it can.  False: this machine fails. */
static bool read_body(const struct project *p, const char *path, struct gate_seen *seen,
		      struct gate_signed *s, const char **why_out, struct err *err)
{
	struct err why = ERR_INIT;

	*why_out = "nobody has made one yet";
	if (!fs_exists(path))
		return true;
	if (!fs_read(path, CERTIFICATE_MAX, &s->text, err))
		return false;
	*why_out = "it was altered";
	if (gate_body_read(strbuf_span(&s->text), &seen->arena, &s->body, &why))
		*why_out = why_void(p, s, &s->body);
	return true;
}

static bool make_body(const char *path, struct gate_seen *seen, struct gate_signed *s,
		      struct err *err)
{
	strbuf_clear(&s->text);
	s->fresh = true;
	return gate_body_write(&s->certified, &s->text, err) &&
	       gate_body_read(strbuf_span(&s->text), &seen->arena, &s->body, err) &&
	       fs_write_atomic(path, strbuf_span(&s->text), 0600, err);
}

bool gate_body_open(const struct project *p, struct gate_seen *seen,
		    struct gate_signed *s, bool make, struct err *err)
{
	char *path = project_path(p, GATE_BODY_NAME);
	const char *why;
	bool ok = read_body(p, path, seen, s, &why, err);

	if (ok && why != NULL && make) {
		ok = make_body(path, seen, s, err);
	} else if (ok && why != NULL) {
		ok = err_set(err, ERR_CONFIG, "nothing is approved: %s", why);
		err_hint(err, "mailmuster gate approve");
	}
	free(path);
	return ok && store_approvals(p->store, &s->body.digest, &seen->arena,
				     &s->approval, &s->approval_n, err);
}

void gate_signed_done(struct gate_signed *s)
{
	strbuf_done(&s->text);
	strbuf_done(&s->build);
	*s = (struct gate_signed){ 0 };
}
