/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "cli/ask.h"
#include "cli/entry.h"
#include "cli/gate_sign.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/sign.h"
#include "store/store_approval.h"

/* ---- options ---- */

bool gate_sign_take(struct args *a, int opt, const char *value, struct gate_signing *out)
{
	out->any = true;
	switch (opt) {
	case OPT_SIGN_BY:
		out->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_SIGN_KEY:
		out->key = value;
		return true;
	case OPT_SIGN_SIGNATURE:
		out->signature = value;
		return true;
	case OPT_SIGN_SIGNERS:
		out->signers = value;
		return true;
	case OPT_SIGN_YES:
		return out->yes = true;
	case 'o':
		out->output = value;
		return true;
	case OPT_SIGN_ROLE:
		out->has_role = approval_role_parse(value, &out->role);
		if (!out->has_role)
			a->exit = args_bad(a, "gate: --role is technical or business");
		return out->has_role;
	case OPT_SIGN_MAX_AGE:
		if (num_duration(span_str(value), &out->max_age) && out->max_age > 0)
			return true;
		a->exit = args_bad(a, "gate: --max-age takes a time such as 72h");
		return false;
	default:
		return false;
	}
}

static int check_approve(const struct args *a, const struct gate_signing *rq)
{
	if (rq->output != NULL || rq->max_age != 0 || rq->signers != NULL)
		return args_bad(a, "gate: approve takes none of --output, --max-age and "
				   "--signers");
	if (rq->by == NULL && (rq->has_role || rq->key != NULL || rq->signature != NULL))
		return args_bad(a, "gate: --by says who approves");
	if (rq->by == NULL)
		return EXIT_CLEAN;
	if (!rq->has_role)
		return args_bad(a, "gate: --role says as what, technical or business");
	if ((rq->key == NULL) == (rq->signature == NULL))
		return args_bad(a, "gate: either --key signs now, or --signature names "
				   "what was signed elsewhere");
	return EXIT_CLEAN;
}

bool gate_sign_verb(const char *verb)
{
	return strcmp(verb, "approve") == 0 || strcmp(verb, "certificate") == 0 ||
	       strcmp(verb, "verify-certificate") == 0;
}

bool gate_sign_run(struct globals *g, struct args *a, const char *verb,
		   const struct gate_signing *rq, struct gate_seen *seen, int *code_out)
{
	bool own = rq->by != NULL || rq->has_role || rq->key != NULL ||
		   rq->signature != NULL || rq->yes;

	if (strcmp(verb, "approve") == 0) {
		*code_out = a->rest_n > 1
				    ? args_bad(a, "gate: approve takes no further word")
				    : check_approve(a, rq);
		if (*code_out == EXIT_CLEAN)
			*code_out = gate_approve(g, rq, seen);
	} else if (strcmp(verb, "certificate") == 0) {
		if (a->rest_n > 1 || own || rq->max_age != 0 || rq->signers != NULL)
			*code_out = args_bad(a, "gate: certificate takes --output alone");
		else
			*code_out = gate_certify(g, rq, seen);
	} else if (strcmp(verb, "verify-certificate") == 0) {
		if (a->rest_n != 2)
			*code_out = args_bad(a, "gate: verify which certificate?");
		else if (own || rq->output != NULL)
			*code_out = args_bad(a,
					     "gate: verify-certificate takes --max-age "
					     "and --signers");
		else
			*code_out = gate_verify_certificate(g, rq, a->rest[1]);
	} else {
		return false;
	}
	return true;
}

/* ---- approving ---- */

/* What is missing, in a line; "" when nothing is. */
static const char *missing(const struct gate_signed *s)
{
	static char text[sizeof((struct err *)0)->text];
	struct err err = ERR_INIT;

	if (gate_approvals_hold(&s->body, s->approval, s->approval_n, clock_now(), &err))
		return "";
	snprintf(text, sizeof text, "%s", err.text);
	return text;
}

static void put_approval(struct json_out *j, const struct approval *a)
{
	char iso[CLOCK_ISO_SIZE];

	json_begin_object(j);
	json_put_str(j, "role", approval_role_name(a->role));
	json_put_str(j, "name", a->name);
	json_put_str(j, "at", clock_iso(a->at, iso));
	json_put_str(j, "key", a->key);
	json_end_object(j);
}

static void print_json(const struct gate_signed *s, const char *path)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];
	struct strbuf text = STRBUF_INIT;
	struct json_out j;

	sha256_hex(&s->body.digest, hex);
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/gate-approve/1");
	json_put_str(&j, "body", path);
	json_put_str(&j, "sha256", hex);
	json_put_str(&j, "made", clock_iso(s->body.made, iso));
	json_put_str(&j, "valid_until", clock_iso(s->body.valid_until, iso));
	json_name(&j, "approvals");
	json_begin_array(&j);
	for (size_t i = 0; i < s->approval_n; i++)
		put_approval(&j, &s->approval[i]);
	json_end_array(&j);
	json_put_str(&j, "missing", *missing(s) != '\0' ? missing(s) : NULL);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static void print(const struct globals *g, const struct gate_signed *s, const char *path)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];

	if (g->json) {
		print_json(s, path);
		return;
	}
	sha256_hex(&s->body.digest, hex);
	out_printf("GO, to be signed: ");
	out_text(path);
	out_printf("\nSHA-256 %s\nvalid until %s\n", hex,
		   clock_iso(s->body.valid_until, iso));
	for (size_t i = 0; i < s->approval_n; i++) {
		out_printf("%s: ", approval_role_name(s->approval[i].role));
		out_text(s->approval[i].name);
		out_printf(", %s, key ", clock_iso(s->approval[i].at, iso));
		out_text(s->approval[i].key);
		out_puts("\n");
	}
	if (*missing(s) != '\0') {
		out_text(missing(s));
		out_puts("\n");
	} else {
		out_puts("next: mailmuster gate certificate\n");
	}
}

static bool signature_of(const struct gate_signing *rq, struct span body,
			 struct strbuf *out, struct err *err)
{
	if (rq->key != NULL)
		return sign_make(rq->key, body, out, err);
	return fs_read(rq->signature, APPROVAL_SIGN_MAX, out, err);
}

static bool confirm(const struct globals *g, const struct gate_signing *rq,
		    const struct project *p, struct err *err)
{
	struct strbuf answer = STRBUF_INIT;
	char question[160];
	bool ok, yes;

	if (rq->yes)
		return true;
	if (!ask_allowed(g))
		return err_set(err, ERR_USAGE,
			       "nobody can be asked whether to approve this: --yes says "
			       "so beforehand");
	snprintf(question, sizeof question,
		 "approve, as %s, that %.80s is shut down? yes "
		 "or no",
		 approval_role_name(rq->role), p->config.server[SIDE_OLD].host);
	ok = ask_line(question, "no", &answer, err);
	yes = ok && strcmp(strbuf_cstr(&answer), "yes") == 0;
	strbuf_done(&answer);
	return yes || (ok && err_set(err, ERR_USAGE, "nothing was approved"));
}

static bool approve(const struct globals *g, const struct gate_signing *rq,
		    const struct project *p, struct gate_signed *s, struct err *err)
{
	struct strbuf signature = STRBUF_INIT;
	char key[APPROVAL_PRINT_SIZE];
	struct approval a = { .at = clock_now(),
			      .body = s->body.digest,
			      .role = rq->role,
			      .name = rq->by,
			      .key = key };
	bool ok;

	if (p->config.gate.signers == NULL) {
		err_set(err, ERR_CONFIG, "the config names no file of allowed signers");
		return err_hint(err, "\"gate\": { \"signers\": \"allowed_signers\", "
				     "\"technical\": [...], \"business\": [...] }");
	}
	if (!gate_signer_is(&s->body.signers, rq->role, rq->by))
		return err_set(err, ERR_CONFIG,
			       "%s is not among those who may approve as %s",
			       shown(rq->by), approval_role_name(rq->role));
	if (!confirm(g, rq, p, err))
		return false;
	ok = signature_of(rq, s->body.text, &signature, err) &&
	     sign_check(p->config.gate.signers, rq->by, s->body.text,
			strbuf_cstr(&signature), key, err);
	a.signature = strbuf_cstr(&signature);
	ok = ok &&
	     gate_approval_may(&s->body, s->approval, s->approval_n, &a, a.at, err) &&
	     store_approval_add(p->store, &a, err);
	strbuf_done(&signature);
	return ok;
}

static bool work(struct globals *g, const struct gate_signing *rq, struct project *p,
		 struct gate_seen *seen, struct gate_signed *s, int *code,
		 struct err *err)
{
	char *path;

	if (!project_open(g, PROJECT_WRITE, p, err) || !gate_see(p, true, seen, err))
		return false;
	*code = gate_code(seen);
	if (*code != EXIT_CLEAN) {
		out_printf("NO-GO: there is nothing to approve\n");
		msg_hint(g, "mailmuster gate check");
		return true;
	}
	if (!gate_certify_facts(p, seen, s, err) ||
	    !gate_body_open(p, seen, s, true, err))
		return false;
	if (rq->by != NULL && (!approve(g, rq, p, s, err) ||
			       !store_approvals(p->store, &s->body.digest, &seen->arena,
						&s->approval, &s->approval_n, err)))
		return false;
	path = project_path(p, GATE_BODY_NAME);
	print(g, s, path);
	free(path);
	return true;
}

int gate_approve(struct globals *g, const struct gate_signing *rq, struct gate_seen *seen)
{
	struct gate_signed s = { 0 };
	struct project p = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;

	if (!work(g, rq, &p, seen, &s, &code, &err))
		code = msg_fail(g, &err);
	gate_signed_done(&s);
	gate_forget(seen);
	project_close(&p);
	return code;
}
