/* SPDX-License-Identifier: MIT */
/* Reading a certificate as nobody would who trusts it. */
#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "gate/certificate_in.h"

static bool altered(struct err *err, const char *what)
{
	return err_set(err, ERR_LEDGER, "this is no certificate as it was issued: %s",
		       what);
}

/* ---- pieces ---- */

/* json.h speaks of a file and a line of it; a certificate has one line. */
static bool not_json(struct err *err, const struct err *why)
{
	const char *text = strrchr(why->text, ':');

	return err_set(err, ERR_LEDGER, "this is no certificate as it was issued:%s",
		       text != NULL ? text + 1 : " it is no JSON");
}

static bool time_of(struct json_obj *o, const char *key, int64_t *out, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	return (text != NULL && clock_parse_iso(span_str(text), out) &&
		strcmp(clock_iso(*out, iso), text) == 0) ||
	       json_complain(o, key, err, "a time that is none");
}

static bool hex_of(struct span s, struct sha256 *out)
{
	static const char digits[] = "0123456789abcdef";

	if (s.n != 64)
		return false;
	for (size_t i = 0; i < 32; i++) {
		const char *hi = memchr(digits, s.p[2 * i], 16),
			   *lo = memchr(digits, s.p[2 * i + 1], 16);

		if (hi == NULL || lo == NULL)
			return false;
		out->bytes[i] = (uint8_t)((hi - digits) << 4 | (lo - digits));
	}
	return true;
}

static bool digest_of(struct json_obj *o, const char *key, struct sha256 *out,
		      struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	return (text != NULL && hex_of(span_str(text), out)) ||
	       json_complain(o, key, err, "a digest that is none");
}

/* A string that must be there. */
static bool text_of(struct json_obj *o, const char *key, struct arena *arena,
		    const char **out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	if (text == NULL)
		return json_complain(o, key, err, "a text is missing");
	*out = arena_strdup(arena, text);
	return true;
}

static bool names_of(struct json_obj *o, enum approval_role role, struct arena *arena,
		     struct gate_signers *out, struct err *err)
{
	const char *key = approval_role_name(role), **v;
	const struct json_value *list = NULL;

	if (!json_get_array(o, key, &list, err))
		return false;
	if (list == NULL)
		return json_complain(o, key, err, "a list is missing");
	out->name[role] = v = arena_alloc(arena, SIGNERS_MAX * sizeof *v);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || out->n[role] == SIGNERS_MAX)
			return json_complain(o, key, err, "a list that is none");
		v[out->n[role]++] = arena_strdup(arena, json_string(m));
	}
	return true;
}

/* ---- the body ---- */

static bool signers_of(struct json_doc *doc, struct json_obj *body, struct arena *arena,
		       struct gate_signers *out, struct err *err)
{
	const struct json_value *v = NULL;
	struct json_obj o;

	return json_get_object(body, "signers", &v, err) && v != NULL &&
	       json_obj_begin(doc, v, "signers", &o, err) &&
	       names_of(&o, APPROVAL_TECHNICAL, arena, out, err) &&
	       names_of(&o, APPROVAL_BUSINESS, arena, out, err) && json_obj_end(&o, err);
}

static bool host_of(struct json_doc *doc, struct json_obj *body, const char *of,
		    const char *key, struct arena *arena, const char **out,
		    struct err *err)
{
	const struct json_value *v = NULL;
	struct json_obj o;

	return json_get_object(body, of, &v, err) && v != NULL &&
	       json_obj_begin(doc, v, of, &o, err) && text_of(&o, key, arena, out, err);
}

static bool body_of(struct json_doc *doc, struct arena *arena, struct gate_body *out,
		    struct err *err)
{
	const char *schema = NULL, *verdict = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, json_root(doc), "", &o, err) ||
	    !json_get_str(&o, "schema", &schema, err) ||
	    !json_get_str(&o, "verdict", &verdict, err) ||
	    !json_get_int(&o, "approvers", 1, APPROVAL_ROLE_COUNT, &out->approvers,
			  err) ||
	    !time_of(&o, "made", &out->made, err) ||
	    !time_of(&o, "valid_until", &out->valid_until, err) ||
	    !digest_of(&o, "standing", &out->standing, err) ||
	    !signers_of(doc, &o, arena, &out->signers, err) ||
	    !host_of(doc, &o, "old", "host", arena, &out->old_host, err) ||
	    !host_of(doc, &o, "project", "id", arena, &out->project_id, err) ||
	    !host_of(doc, &o, "project", "name", arena, &out->project, err))
		return false;
	if (schema == NULL || strcmp(schema, CERTIFICATE_BODY_SCHEMA) != 0 ||
	    verdict == NULL || strcmp(verdict, "GO") != 0 || out->approvers == 0 ||
	    out->valid_until <= out->made)
		return json_complain(&o, NULL, err, "it does not say GO");
	return true;
}

bool gate_body_read(struct span text, struct arena *arena, struct gate_body *out,
		    struct err *err)
{
	struct gate_body b = { .text = text };
	struct json_doc *doc = NULL;
	struct err why = ERR_INIT;
	bool ok;

	if (text.n > CERTIFICATE_MAX)
		return altered(err, "it is too large");
	sha256_of(text.p, text.n, &b.digest);
	ok = json_parse("body", text, &doc, &why) && body_of(doc, arena, &b, &why);
	json_free(doc);
	if (!ok)
		return not_json(err, &why);
	*out = b;
	return true;
}

/* ---- approvals ---- */

/* A certificate is anybody's file. */
static const char *shown(const char *name, char buf[100])
{
	return text_show_buf(buf, 100, span_str(name));
}

static bool one_holds(const struct gate_body *b, const struct approval *a, int64_t now,
		      struct err *err)
{
	char buf[100];

	if (!gate_signer_is(&b->signers, a->role, a->name))
		return err_set(err, ERR_CONFIG, "%s may not approve as %s",
			       shown(a->name, buf), approval_role_name(a->role));
	if (!approval_is_print(a->key))
		return err_set(err, ERR_CONFIG, "the approval of %s names no key",
			       shown(a->name, buf));
	if (a->at < b->made || a->at > now || now >= b->valid_until)
		return err_set(err, ERR_CONFIG,
			       "the approval of %s is void: what was approved held for "
			       "%lld hours",
			       shown(a->name, buf),
			       (long long)((b->valid_until - b->made) / 3600));
	return true;
}

static bool pair_holds(const struct approval *a, const struct approval *b,
		       struct err *err)
{
	char one[100], other[100];

	if (waiver_same_person(a->name, b->name))
		return err_set(err, ERR_CONFIG, "%s cannot approve twice",
			       shown(a->name, one));
	if (strcmp(a->key, b->key) == 0)
		return err_set(err, ERR_CONFIG, "one key has signed as %s and as %s",
			       shown(a->name, one), shown(b->name, other));
	return true;
}

bool gate_approval_may(const struct gate_body *b, const struct approval *a, size_t n,
		       const struct approval *more, int64_t now, struct err *err)
{
	if (n >= CERTIFICATE_APPROVALS)
		return err_set(err, ERR_CONFIG, "more than %u approvals",
			       CERTIFICATE_APPROVALS - 1);
	for (size_t i = 0; i < n; i++)
		if (!pair_holds(&a[i], more, err))
			return false;
	return one_holds(b, more, now, err);
}

bool gate_approvals_hold(const struct gate_body *b, const struct approval *a, size_t n,
			 int64_t now, struct err *err)
{
	bool role[APPROVAL_ROLE_COUNT] = { false };
	size_t roles = 0;

	for (size_t i = 0; i < n; i++) {
		if (!gate_approval_may(b, a, i, &a[i], now, err))
			return false;
		role[a[i].role] = true;
	}
	for (int r = 0; r < APPROVAL_ROLE_COUNT; r++)
		roles += role[r];
	if ((int64_t)roles >= b->approvers)
		return true;
	return err_set(err, ERR_CONFIG, "not approved yet: %s",
		       b->approvers == 1	  ? "by anybody"
		       : roles == 0		  ? "technical and business"
		       : role[APPROVAL_TECHNICAL] ? "business"
						  : "technical");
}

/* ---- the certificate ---- */

static bool eat(struct span *rest, const char *word)
{
	size_t n = strlen(word);

	if (rest->n < n || memcmp(rest->p, word, n) != 0)
		return false;
	*rest = span_from(*rest, n);
	return true;
}

/* The last octets hold the digest of all before them. */
static bool seal_holds(struct span *text, struct err *err)
{
	size_t tail = strlen(CERTIFICATE_SEAL) + 64 + strlen("\"}\n");
	struct sha256 told, made;
	struct span rest;

	if (text->n > CERTIFICATE_MAX || text->n < tail)
		return altered(err, "its length is wrong");
	rest = span_from(*text, text->n - tail);
	text->n -= tail;
	if (!eat(&rest, CERTIFICATE_SEAL) ||
	    !hex_of((struct span){ rest.p, 64 }, &told) ||
	    memcmp(rest.p + 64, "\"}\n", 3) != 0)
		return altered(err, "its seal is broken");
	sha256_of(text->p, text->n, &made);
	return memcmp(&told, &made, sizeof told) == 0 ||
	       altered(err, "its octets are not those that were sealed");
}

/* The body's octets as they were signed, without asking a parser. */
static bool cut_body(struct span *rest, struct span *out, struct sha256 *digest,
		     struct err *err)
{
	uint64_t n;
	ptrdiff_t end;

	if (!eat(rest, CERTIFICATE_HEAD) || (end = span_index(*rest, ',')) < 0 ||
	    !num_u64((struct span){ rest->p, (size_t)end }, CERTIFICATE_MAX, &n))
		return altered(err, "its head is another");
	*rest = span_from(*rest, (size_t)end);
	if (!eat(rest, ",\"body\":") || rest->n < n)
		return altered(err, "its body is not whole");
	*out = (struct span){ rest->p, (size_t)n };
	*rest = span_from(*rest, (size_t)n);
	if (!eat(rest, ",\"sha256\":\"") || rest->n < 64 ||
	    !hex_of((struct span){ rest->p, 64 }, digest))
		return altered(err, "the digest of its body is missing");
	*rest = span_from(*rest, 64);
	return eat(rest, "\"") || altered(err, "the digest of its body is broken");
}

static bool approval_of(struct json_doc *doc, const struct json_value *v,
			struct arena *arena, struct approval *out, struct err *err)
{
	const char *role = NULL;
	struct json_obj o;

	*out = (struct approval){ 0 };
	if (!json_obj_begin(doc, v, "approvals", &o, err) ||
	    !time_of(&o, "at", &out->at, err) ||
	    !text_of(&o, "key", arena, &out->key, err) ||
	    !json_get_int(&o, "ledger", 1, INT64_C(1) << 52, &out->ledger, err) ||
	    !text_of(&o, "name", arena, &out->name, err) ||
	    !json_get_str(&o, "role", &role, err) ||
	    !text_of(&o, "signature", arena, &out->signature, err) ||
	    !json_obj_end(&o, err))
		return false;
	return (role != NULL && approval_role_parse(role, &out->role)) ||
	       json_complain(&o, "role", err, "a role that is none");
}

static bool outer_of(struct json_doc *doc, struct arena *arena,
		     struct gate_certificate *out, struct err *err)
{
	const struct json_value *approvals = NULL, *ledger = NULL;
	struct json_obj o, in;

	if (!json_obj_begin(doc, json_root(doc), "", &o, err) ||
	    !json_get_array(&o, "approvals", &approvals, err) ||
	    !time_of(&o, "issued", &out->issued, err) ||
	    !json_get_object(&o, "ledger", &ledger, err) || !json_obj_end(&o, err))
		return false;
	if (ledger == NULL || approvals == NULL)
		return json_complain(&o, NULL, err, "it names no ledger, or nobody");
	if (!json_obj_begin(doc, ledger, "ledger", &in, err) ||
	    !json_get_int(&in, "entries", 1, INT64_C(1) << 52, &out->entries, err) ||
	    !digest_of(&in, "head", &out->head, err) || !json_obj_end(&in, err))
		return false;
	out->approval = arena_alloc(arena, CERTIFICATE_APPROVALS * sizeof *out->approval);
	for (const struct json_value *m = json_first(approvals); m != NULL;
	     m = json_next(m)) {
		if (out->approval_n == CERTIFICATE_APPROVALS)
			return json_complain(&o, "approvals", err, "there are too many");
		if (!approval_of(doc, m, arena, &out->approval[out->approval_n++], err))
			return false;
		out->approval[out->approval_n - 1].body = out->body.digest;
	}
	return true;
}

bool gate_certificate_read(struct span text, struct arena *arena,
			   struct gate_certificate *out, struct err *err)
{
	struct gate_certificate c = { 0 };
	struct strbuf outer = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err why = ERR_INIT;
	struct span rest, body;
	struct sha256 told;
	bool ok;

	if (!seal_holds(&text, err))
		return false;
	rest = text;
	if (!cut_body(&rest, &body, &told, err) ||
	    !gate_body_read(body, arena, &c.body, err))
		return false;
	if (memcmp(&told, &c.body.digest, sizeof told) != 0)
		return altered(err, "its body is not the one that was signed");
	/* What stands behind the body, as a document of its own. */
	if (!eat(&rest, ","))
		return altered(err, "nothing follows its body");
	strbuf_addc(&outer, '{');
	strbuf_addspan(&outer, rest);
	strbuf_addc(&outer, '}');
	ok = json_parse("certificate", strbuf_span(&outer), &doc, &why) &&
	     outer_of(doc, arena, &c, &why);
	json_free(doc);
	strbuf_done(&outer);
	if (!ok)
		return not_json(err, &why);
	if (!gate_approvals_hold(&c.body, c.approval, c.approval_n, c.issued, &why))
		return err_set(err, ERR_LEDGER, "this certificate was not approved: %s",
			       why.text);
	*out = c;
	return true;
}
