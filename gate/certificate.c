/* SPDX-License-Identifier: MIT */
#include "gate/certificate.h"

#include "base/clock.h"
#include "base/json.h"
#include "gate/certificate_in.h"

bool gate_signer_is(const struct gate_signers *s, enum approval_role role,
		    const char *name)
{
	for (size_t i = 0; i < s->n[role]; i++)
		if (strcmp(s->name[role][i], name) == 0)
			return true;
	return false;
}

/* ---- the body ---- */

static void put_time(struct json_out *j, const char *key, int64_t at)
{
	char iso[CLOCK_ISO_SIZE];

	json_put_str(j, key, at != 0 ? clock_iso(at, iso) : NULL);
}

static void put_digest(struct json_out *j, const char *key, const struct sha256 *d)
{
	char hex[SHA256_HEX_SIZE];

	sha256_hex(d, hex);
	json_put_str(j, key, hex);
}

static void put_acceptances(const struct gate_certified *c, struct json_out *j)
{
	json_name(j, "acceptances");
	json_begin_array(j);
	for (size_t i = 0; i < c->acceptance_n; i++) {
		const struct acceptance *a = &c->acceptance[i];

		json_begin_object(j);
		put_time(j, "at", a->at);
		json_put_str(j, "by", a->teller);
		put_digest(j, "digest", &a->digest);
		json_put_int(j, "findings", a->findings);
		json_put_int(j, "id", a->id);
		json_put_int(j, "ledger", a->ledger);
		json_put_int(j, "messages", a->messages);
		json_put_int(j, "octets", a->octets);
		json_put_str(j, "reason", a->reason);
		json_put_str(j, "what", a->what);
		json_end_object(j);
	}
	json_end_array(j);
}

static const char *const decisions[] = { "archive", "delete", "forward", "keep",
					 "migrate" };

/* How many accounts were decided how, and the messages of the old side that were proven
 * on the new one. */
static void put_accounts(const struct gate_certified *c, struct json_out *j)
{
	const struct gate_facts *f = c->facts;
	int64_t n[COUNT_OF(decisions)] = { 0 }, other = 0;

	for (size_t i = 0; i < f->account_n; i++) {
		size_t d = 0;

		while (d < COUNT_OF(decisions) &&
		       strcmp(decisions[d], f->account[i].decision) != 0)
			d++;
		if (d < COUNT_OF(decisions))
			n[d]++;
		else
			other++;
	}
	json_name(j, "accounts");
	json_begin_object(j);
	for (size_t d = 0; d < COUNT_OF(decisions); d++)
		json_put_int(j, decisions[d], n[d]);
	json_put_int(j, "other", other);
	json_end_object(j);
}

static void put_check(const struct gate_result *r, struct json_out *j)
{
	json_begin_object(j);
	put_time(j, "at", r->at);
	json_put_str(j, "check", r->check->name);
	json_put_int(j, "covered", (int64_t)r->covered);
	put_digest(j, "evidence", &r->evidence);
	json_name(j, "figures");
	json_begin_array(j);
	for (int i = 0; i < r->figure_n; i++) {
		json_begin_object(j);
		json_put_str(j, "name", r->figure[i].name);
		json_put_int(j, "value", r->figure[i].value);
		json_end_object(j);
	}
	json_end_array(j);
	json_put_int(j, "findings", (int64_t)r->n);
	json_put_int(j, "max_age", r->max_age);
	json_put_str(j, "outcome", gate_outcome_name(r->outcome));
	json_put_str(j, "sentence", r->sentence);
	json_put_str(j, "severity", r->check->warns ? "warning" : "blocking");
	json_put_str(j, "title", r->check->title);
	json_end_object(j);
}

static void put_ledger(const struct gate_certified *c, struct json_out *j)
{
	json_name(j, "ledger");
	json_begin_object(j);
	json_put_int(j, "entries", c->ledger->entries);
	put_digest(j, "head", &c->ledger->head);
	json_put_int(j, "messages", c->ledger->messages);
	json_put_int(j, "readings", c->ledger->readings);
	json_end_object(j);
}

static void put_loosened(const struct gate_certified *c, struct json_out *j)
{
	json_name(j, "loosened");
	json_begin_array(j);
	for (size_t i = 0; i < c->loosened_n; i++) {
		const struct gate_loosened *l = &c->loosened[i];
		char standard[32], value[32];

		json_begin_object(j);
		json_put_str(j, "limit", l->key);
		json_put_str(
			j, "standard",
			gate_limit_text(l->unit, l->standard, standard, sizeof standard));
		json_put_str(j, "value",
			     gate_limit_text(l->unit, l->value, value, sizeof value));
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_signers(const struct gate_signers *s, struct json_out *j)
{
	/* ascending by name, like all keys */
	static const enum approval_role order[] = { APPROVAL_BUSINESS,
						    APPROVAL_TECHNICAL };

	json_name(j, "signers");
	json_begin_object(j);
	for (size_t i = 0; i < COUNT_OF(order); i++) {
		json_name(j, approval_role_name(order[i]));
		json_begin_array(j);
		for (size_t k = 0; k < s->n[order[i]]; k++)
			json_str(j, s->name[order[i]][k]);
		json_end_array(j);
	}
	json_end_object(j);
}

static void put_waivers(const struct gate_certified *c, struct json_out *j)
{
	json_name(j, "waivers");
	json_begin_array(j);
	for (size_t i = 0; i < c->waiver_n; i++) {
		const struct waiver *w = &c->waiver[i];

		json_begin_object(j);
		put_time(j, "approved_at", w->approved_at);
		json_put_str(j, "approver", w->approver);
		json_put_str(j, "check", w->check);
		put_digest(j, "digest", &w->digest);
		put_time(j, "expires", w->expires);
		json_put_int(j, "findings", w->findings);
		json_put_int(j, "id", w->id);
		json_put_int(j, "ledger", w->ledger);
		json_put_str(j, "owner", w->owner);
		json_put_str(j, "reason", w->reason);
		put_time(j, "requested_at", w->at);
		json_put_str(j, "requester", w->teller);
		json_put_str(j, "risk", w->risk);
		json_put_str(j, "ticket", w->ticket);
		json_put_str(j, "what", w->what);
		json_end_object(j);
	}
	json_end_array(j);
}

static void put_hosts(const struct gate_certified *c, struct json_out *j)
{
	json_name(j, "new");
	json_begin_object(j);
	json_put_str(j, "host", c->new_host);
	json_end_object(j);
	json_name(j, "old");
	json_begin_object(j);
	json_put_str(j, "host", c->old_host);
	json_put_str(j, "software", c->old_software);
	json_end_object(j);
	json_name(j, "project");
	json_begin_object(j);
	json_put_str(j, "id", c->project_id);
	json_put_str(j, "name", c->project);
	json_end_object(j);
}

void gate_standing(const struct gate_certified *c, struct sha256 *out)
{
	struct sha256_ctx *sha = sha256_new();

	sha256_begin(sha);
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		const struct gate_result *r = &c->verdict->result[i];

		sha256_add_field(sha, r->check->name, strlen(r->check->name));
		sha256_add_u64(sha, (uint64_t)r->outcome);
		sha256_add_u64(sha, (uint64_t)r->covered);
		for (size_t k = 0; k < r->n; k++)
			if (r->v[k].waiver != NULL)
				sha256_add_field(sha, r->v[k].waiver->id,
						 strlen(r->v[k].waiver->id));
	}
	sha256_add_u64(sha, (uint64_t)c->loosened_n);
	for (size_t i = 0; i < c->loosened_n; i++) {
		sha256_add_field(sha, c->loosened[i].key, strlen(c->loosened[i].key));
		sha256_add_u64(sha, (uint64_t)c->loosened[i].value);
	}
	sha256_add_u64(sha, (uint64_t)c->limits->v[LIMIT_APPROVERS]);
	sha256_add_u64(sha, (uint64_t)c->acceptance_n);
	for (size_t i = 0; i < c->acceptance_n; i++)
		sha256_add_u64(sha, (uint64_t)c->acceptance[i].id);
	for (int r = 0; r < APPROVAL_ROLE_COUNT; r++) {
		sha256_add_u64(sha, (uint64_t)c->signers->n[r]);
		for (size_t k = 0; k < c->signers->n[r]; k++)
			sha256_add_field(sha, c->signers->name[r][k],
					 strlen(c->signers->name[r][k]));
	}
	sha256_end(sha, out);
	sha256_free(sha);
}

static void put_body(const struct gate_certified *c, struct json_out *j)
{
	struct sha256 standing;

	gate_standing(c, &standing);
	json_begin_object(j);
	put_acceptances(c, j);
	put_accounts(c, j);
	json_put_int(j, "approvers", c->limits->v[LIMIT_APPROVERS]);
	json_name(j, "checks");
	json_begin_array(j);
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		put_check(&c->verdict->result[i], j);
	json_end_array(j);
	put_ledger(c, j);
	put_loosened(c, j);
	put_time(j, "made", c->made);
	put_hosts(c, j);
	json_put_str(j, "schema", CERTIFICATE_BODY_SCHEMA);
	put_signers(c->signers, j);
	put_digest(j, "standing", &standing);
	json_put_str(j, "text", CERTIFICATE_TEXT);
	json_name(j, "tool");
	json_begin_object(j);
	json_put_str(j, "build", c->build);
	json_put_str(j, "version", c->version);
	json_end_object(j);
	put_time(j, "valid_until", c->made + c->limits->v[LIMIT_VALID]);
	json_put_str(j, "verdict", "GO");
	put_waivers(c, j);
	json_end_object(j);
}

bool gate_body_write(const struct gate_certified *c, struct strbuf *out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	bool ok = true;

	if (!c->verdict->go)
		return err_set(err, ERR_BUG, "a certificate of what is NO-GO");
	json_out_init(&j, &text, true);
	put_body(c, &j);
	if (text.n > CERTIFICATE_MAX / 2)
		ok = err_set(err, ERR_LIMIT,
			     "the body of the certificate is larger than %u octets: it "
			     "names too many acceptances and waivers",
			     CERTIFICATE_MAX / 2);
	else
		strbuf_addspan(out, strbuf_span(&text));
	strbuf_done(&text);
	return ok;
}

/* ---- the certificate ---- */

static void put_approvals(const struct gate_certificate *c, struct strbuf *out)
{
	struct json_out j;

	json_out_init(&j, out, true);
	json_begin_array(&j);
	for (size_t i = 0; i < c->approval_n; i++) {
		const struct approval *a = &c->approval[i];

		json_begin_object(&j);
		put_time(&j, "at", a->at);
		json_put_str(&j, "key", a->key);
		json_put_int(&j, "ledger", a->ledger);
		json_put_str(&j, "name", a->name);
		json_put_str(&j, "role", approval_role_name(a->role));
		json_put_str(&j, "signature", a->signature);
		json_end_object(&j);
	}
	json_end_array(&j);
}

bool gate_certificate_write(const struct gate_certificate *c, struct strbuf *out,
			    struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct sha256 seal;

	sha256_hex(&c->body.digest, hex);
	strbuf_addf(&text, CERTIFICATE_HEAD "%zu,\"body\":", c->body.text.n);
	strbuf_addspan(&text, c->body.text);
	strbuf_addf(&text, ",\"sha256\":\"%s\",\"approvals\":", hex);
	put_approvals(c, &text);
	sha256_hex(&c->head, hex);
	strbuf_addf(&text,
		    ",\"issued\":\"%s\",\"ledger\":{\"entries\":%lld,\"head\":\"%s\"}",
		    clock_iso(c->issued, iso), (long long)c->entries, hex);
	sha256_of(text.p, text.n, &seal);
	sha256_hex(&seal, hex);
	strbuf_addf(&text, CERTIFICATE_SEAL "%s\"}\n", hex);
	if (text.n > CERTIFICATE_MAX) {
		strbuf_done(&text);
		return err_set(err, ERR_LIMIT, "the certificate is larger than %u octets",
			       CERTIFICATE_MAX);
	}
	strbuf_addspan(out, strbuf_span(&text));
	strbuf_done(&text);
	return true;
}
