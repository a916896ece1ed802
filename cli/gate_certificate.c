/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/gate_sign.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/sign.h"

#define CERTIFICATE_NAME "certificate.json"

/* ---- making one ---- */

/* Every signature once more, against what the config allows now. */
static bool check_signatures(const struct project *p, const struct gate_signed *s,
			     struct err *err)
{
	char key[APPROVAL_PRINT_SIZE];

	if (p->config.gate.signers == NULL)
		return err_set(err, ERR_CONFIG,
			       "the config names no file of allowed signers");
	for (size_t i = 0; i < s->approval_n; i++) {
		const struct approval *a = &s->approval[i];

		if (!sign_check(p->config.gate.signers, a->name, s->body.text,
				a->signature, key, err))
			return err_wrap(err, "the approval of %s", shown(a->name));
		if (strcmp(key, a->key) != 0)
			return err_set(err, ERR_CONFIG,
				       "the approval of %s is signed by another key",
				       shown(a->name));
	}
	return true;
}

/* The entry comes first, so that the certificate can hold its hash. */
static bool tell_ledger(const struct project *p, const struct gate_signed *s,
			struct arena *arena, struct gate_certificate *c, struct err *err)
{
	char hex[SHA256_HEX_SIZE], payload[160];
	struct ledger_entry head;
	bool found;

	sha256_hex(&s->body.digest, hex);
	snprintf(payload, sizeof payload, "{\"approvals\":%zu,\"body\":\"%s\"}",
		 s->approval_n, hex);
	if (!store_ledger_append(p->store, project_operator(), "certificate", payload,
				 err) ||
	    !store_ledger_head(p->store, arena, &head, &found, err))
		return false;
	c->entries = head.seq;
	c->head = head.hash;
	return true;
}

/* certificate.json and certificate.html; each appears whole. */
static bool write_both(const char *path, const struct gate_certificate *c,
		       struct arena *arena, char **html_out, struct err *err)
{
	struct strbuf json = STRBUF_INIT, page = STRBUF_INIT;
	struct gate_certificate back;
	size_t n = strlen(path);
	bool ok;

	if (n > 5 && strcmp(path + n - 5, ".json") == 0)
		n -= 5;
	*html_out = arena_printf(arena, "%.*s.html", (int)n, path);
	ok = gate_certificate_write(c, &json, err) &&
	     gate_certificate_read(strbuf_span(&json), arena, &back, err) &&
	     gate_certificate_html(&back, &page, err) &&
	     fs_write_atomic(path, strbuf_span(&json), 0600, err) &&
	     fs_write_atomic(*html_out, strbuf_span(&page), 0600, err);
	strbuf_done(&json);
	strbuf_done(&page);
	return ok;
}

static void print_made(const struct globals *g, const struct gate_certificate *c,
		       const char *path, const char *html)
{
	char hex[SHA256_HEX_SIZE], body[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	sha256_hex(&c->head, hex);
	sha256_hex(&c->body.digest, body);
	clock_iso(c->body.valid_until, iso);
	if (!g->json) {
		out_puts("GO, certified: ");
		out_text(path);
		out_puts("\nfor print: ");
		out_text(html);
		out_printf("\nvalid until %s\nledger entry %lld, head %s\n"
			   "next: mailmuster gate verify-certificate FILE, on any "
			   "machine\n" CERTIFICATE_TEXT "\n",
			   iso, (long long)c->entries, hex);
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/gate-certificate/1");
	json_put_str(&j, "certificate", path);
	json_put_str(&j, "html", html);
	json_put_str(&j, "sha256", body);
	json_put_str(&j, "valid_until", iso);
	json_put_int(&j, "entry", c->entries);
	json_put_str(&j, "head", hex);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static bool certify(struct globals *g, const struct gate_signing *rq, struct project *p,
		    struct gate_seen *seen, struct gate_signed *s, int *code,
		    struct err *err)
{
	struct gate_certificate c = { .issued = clock_now() };
	const char *path = rq->output;
	char *own = NULL, *html;
	struct err why = ERR_INIT;
	bool ok;

	if (!project_open(g, PROJECT_WRITE, p, err) || !gate_see(p, true, seen, err))
		return false;
	*code = gate_code(seen);
	if (*code != EXIT_CLEAN) {
		out_puts("NO-GO: there is no certificate of that\n");
		msg_hint(g, "mailmuster gate check");
		return true;
	}
	if (!gate_certify_facts(p, seen, s, err) ||
	    !gate_body_open(p, seen, s, false, err))
		return false;
	if (!gate_approvals_hold(&s->body, s->approval, s->approval_n, c.issued, &why)) {
		*code = EXIT_FINDINGS;
		out_text(why.text);
		out_puts("\n");
		msg_hint(g, "mailmuster gate approve");
		return true;
	}
	if (!check_signatures(p, s, err) || !tell_ledger(p, s, &seen->arena, &c, err))
		return false;
	c.body = s->body;
	c.approval = s->approval;
	c.approval_n = s->approval_n;
	if (path == NULL)
		path = own = project_path(p, CERTIFICATE_NAME);
	ok = write_both(path, &c, &seen->arena, &html, err);
	if (ok)
		print_made(g, &c, path, html);
	free(own);
	return ok;
}

int gate_certify(struct globals *g, const struct gate_signing *rq, struct gate_seen *seen)
{
	struct gate_signed s = { 0 };
	struct project p = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;

	if (!certify(g, rq, &p, seen, &s, &code, &err))
		code = msg_fail(g, &err);
	gate_signed_done(&s);
	gate_forget(seen);
	project_close(&p);
	return code;
}

/* ---- verifying one: no project, no store, no network ---- */

/* signers NULL: whose keys they are is for people to compare. */
static bool verify_signatures(const struct gate_certificate *c, const char *signers,
			      struct err *err)
{
	char key[APPROVAL_PRINT_SIZE];

	for (size_t i = 0; i < c->approval_n; i++) {
		const struct approval *a = &c->approval[i];
		bool ok = signers != NULL
				  ? sign_check(signers, a->name, c->body.text,
					       a->signature, key, err)
				  : sign_look(c->body.text, a->signature, key, err);

		if (!ok && err->cls == ERR_CONFIG)
			err->cls = ERR_LEDGER;
		if (!ok)
			return err_wrap(err, "the approval of %s", shown(a->name));
		if (strcmp(key, a->key) != 0)
			return err_set(err, ERR_LEDGER,
				       "the approval of %s is signed by another key than "
				       "it says",
				       shown(a->name));
	}
	return true;
}

static void print_verified(const struct globals *g, const struct gate_certificate *c,
			   bool known, bool old)
{
	char hex[SHA256_HEX_SIZE], made[CLOCK_ISO_SIZE], until[CLOCK_ISO_SIZE];
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	sha256_hex(&c->head, hex);
	clock_iso(c->body.made, made);
	clock_iso(c->body.valid_until, until);
	if (!g->json) {
		out_puts("the certificate is whole: GO for ");
		out_text(c->body.old_host);
		out_printf(", examined %s, valid until %s\n", made, until);
		for (size_t i = 0; i < c->approval_n; i++) {
			out_printf("  %s: ", approval_role_name(c->approval[i].role));
			out_text(c->approval[i].name);
			out_printf(", %s\n", c->approval[i].key);
		}
		out_printf("ledger entry %lld, head %s\n", (long long)c->entries, hex);
		if (!known)
			out_puts("whose keys these are was not asked: --signers compares "
				 "them\n");
		if (old)
			out_puts("it is older than --max-age allows\n");
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/gate-verify-certificate/1");
	json_put_bool(&j, "whole", true);
	json_put_str(&j, "verdict", "GO");
	json_put_str(&j, "old", c->body.old_host);
	json_put_str(&j, "project", c->body.project_id);
	json_put_str(&j, "made", made);
	json_put_str(&j, "valid_until", until);
	json_put_bool(&j, "too_old", old);
	json_put_bool(&j, "signers_known", known);
	json_name(&j, "approvals");
	json_begin_array(&j);
	for (size_t i = 0; i < c->approval_n; i++) {
		const struct approval *a = &c->approval[i];

		json_begin_object(&j);
		json_put_str(&j, "role", approval_role_name(a->role));
		json_put_str(&j, "name", a->name);
		json_put_str(&j, "at", clock_iso(a->at, made));
		json_put_str(&j, "key", a->key);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_put_int(&j, "entry", c->entries);
	json_put_str(&j, "head", hex);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

int gate_verify_certificate(struct globals *g, const struct gate_signing *rq,
			    const char *path)
{
	struct strbuf text = STRBUF_INIT;
	struct gate_certificate c;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct arena arena;
	bool old;

	arena_init(&arena);
	if (!fs_read(path, CERTIFICATE_MAX, &text, &err) ||
	    !gate_certificate_read(strbuf_span(&text), &arena, &c, &err) ||
	    !verify_signatures(&c, rq->signers, &err)) {
		if (err.cls == ERR_LIMIT)
			err.cls = ERR_LEDGER;
		code = msg_fail(g, &err);
	} else {
		old = rq->max_age != 0 && (clock_now() - c.body.made > rq->max_age ||
					   c.body.made > clock_now());
		print_verified(g, &c, rq->signers != NULL, old);
		code = old ? EXIT_FINDINGS : EXIT_CLEAN;
	}
	strbuf_done(&text);
	arena_done(&arena);
	return code;
}
