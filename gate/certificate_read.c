/* SPDX-License-Identifier: MIT */
/* Reading a certificate as nobody would who trusts it. */
#include <assert.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/num.h"
#include "base/strbuf.h"
#include "base/text.h"
#include "gate/certificate_in.h"

#define LEDGER_MOST (INT64_C(1) << 52) /* entries */

static bool altered(struct err *err, const char *what)
{
	return err_set(err, ERR_LEDGER, "this is no certificate as it was issued: %s",
		       what);
}

/* ---- pieces ---- */

/* json.h names document, line and column: what stands there may be changed by hand. */
bool certificate_refuse(struct err *err, const struct err *why)
{
	return altered(err, why->text);
}

bool certificate_part(struct json_obj *of, const char *key, struct json_obj *out,
		      struct err *err)
{
	const struct json_value *v = NULL;

	if (!json_get_object(of, key, &v, err))
		return false;
	if (v == NULL)
		return json_complain(of, key, err, "is missing");
	return json_obj_begin(of->doc, v, key, out, err);
}

bool certificate_list(struct json_obj *of, const char *key, const struct json_value **out,
		      struct err *err)
{
	if (!json_get_array(of, key, out, err))
		return false;
	if (*out == NULL)
		return json_complain(of, key, err, "is missing");
	return true;
}

/* A string that must be there. */
static bool text_of(struct json_obj *o, const char *key, struct arena *arena,
		    const char **out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_str(o, key, &text, err))
		return false;
	if (text == NULL)
		return json_complain(o, key, err, "is missing");
	*out = arena_strdup(arena, text);
	return true;
}

/* A number from 1, likewise. */
static bool number_of(struct json_obj *o, const char *key, int64_t most, int64_t *out,
		      struct err *err)
{
	int64_t n = 0;

	if (!json_get_int(o, key, 1, most, &n, err))
		return false;
	if (n == 0)
		return json_complain(o, key, err, "is missing");
	*out = n;
	return true;
}

/* As this program writes it, and in no other way. */
static bool time_of(struct json_obj *o, const char *key, struct arena *arena,
		    int64_t *out, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];
	const char *text;

	if (!text_of(o, key, arena, &text, err))
		return false;
	if (!clock_parse_iso(span_str(text), out) ||
	    strcmp(clock_iso(*out, iso), text) != 0)
		return json_complain(o, key, err,
				     "must be a time \"2026-11-29T20:15:00Z\"");
	return true;
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

static bool digest_of(struct json_obj *o, const char *key, struct arena *arena,
		      struct sha256 *out, struct err *err)
{
	const char *text;

	if (!text_of(o, key, arena, &text, err))
		return false;
	if (!hex_of(span_str(text), out))
		return json_complain(o, key, err, "must be 64 hexadecimal digits");
	return true;
}

static bool names_of(struct json_obj *o, enum approval_role role, struct arena *arena,
		     struct gate_signers *out, struct err *err)
{
	const char *key = approval_role_name(role), **v;
	const struct json_value *list = NULL;

	if (!certificate_list(o, key, &list, err))
		return false;
	out->name[role] = v = arena_alloc(arena, SIGNERS_MAX * sizeof *v);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL || out->n[role] == SIGNERS_MAX)
			return json_complain(o, key, err, "must be at most %u names",
					     SIGNERS_MAX);
		v[out->n[role]++] = arena_strdup(arena, json_string(m));
	}
	return true;
}

/* ---- the body ---- */

static bool body_of(struct json_doc *doc, struct arena *arena, struct gate_body *out,
		    struct err *err)
{
	struct json_obj o, who, old, project;
	const char *schema, *verdict;

	if (!json_obj_begin(doc, json_root(doc), "", &o, err) ||
	    !text_of(&o, "schema", arena, &schema, err) ||
	    !text_of(&o, "verdict", arena, &verdict, err) ||
	    !number_of(&o, "approvers", APPROVAL_ROLE_COUNT, &out->approvers, err) ||
	    !time_of(&o, "made", arena, &out->made, err) ||
	    !time_of(&o, "valid_until", arena, &out->valid_until, err) ||
	    !digest_of(&o, "standing", arena, &out->standing, err) ||
	    !certificate_part(&o, "signers", &who, err) ||
	    !names_of(&who, APPROVAL_TECHNICAL, arena, &out->signers, err) ||
	    !names_of(&who, APPROVAL_BUSINESS, arena, &out->signers, err) ||
	    !json_obj_end(&who, err) || !certificate_part(&o, "old", &old, err) ||
	    !text_of(&old, "host", arena, &out->old_host, err) ||
	    !certificate_part(&o, "project", &project, err) ||
	    !text_of(&project, "id", arena, &out->project_id, err) ||
	    !text_of(&project, "name", arena, &out->project, err))
		return false;
	if (strcmp(schema, CERTIFICATE_BODY_SCHEMA) != 0)
		return json_complain(&o, "schema", err,
				     "must be \"" CERTIFICATE_BODY_SCHEMA "\"");
	if (strcmp(verdict, "GO") != 0)
		return json_complain(&o, "verdict", err, "does not say GO");
	if (out->valid_until <= out->made)
		return json_complain(&o, "valid_until", err, "must be after \"made\"");
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
		return certificate_refuse(err, &why);
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
			       CERTIFICATE_APPROVALS);
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
	if (memcmp(&told, &made, sizeof told) != 0)
		return altered(err, "its octets are not those that were sealed");
	return true;
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
	if (!eat(rest, "\""))
		return altered(err, "the digest of its body is broken");
	return true;
}

/* path: where it stands, for messages. */
static bool approval_of(struct json_doc *doc, const struct json_value *v,
			const char *path, struct arena *arena, struct approval *out,
			struct err *err)
{
	const char *role;
	struct json_obj o;

	*out = (struct approval){ 0 };
	if (!json_obj_begin(doc, v, path, &o, err) ||
	    !time_of(&o, "at", arena, &out->at, err) ||
	    !text_of(&o, "key", arena, &out->key, err) ||
	    !number_of(&o, "ledger", LEDGER_MOST, &out->ledger, err) ||
	    !text_of(&o, "name", arena, &out->name, err) ||
	    !text_of(&o, "role", arena, &role, err) ||
	    !text_of(&o, "signature", arena, &out->signature, err) ||
	    !json_obj_end(&o, err))
		return false;
	if (!approval_role_parse(role, &out->role))
		return json_complain(&o, "role", err,
				     "must be \"technical\" or \"business\"");
	return true;
}

static bool outer_of(struct json_doc *doc, struct arena *arena,
		     struct gate_certificate *out, struct err *err)
{
	const struct json_value *approvals = NULL;
	struct json_obj o, in;
	bool braced = json_obj_begin(doc, json_root(doc), "", &o, err);

	assert(braced); /* by gate_certificate_read */
	(void)braced;
	if (!certificate_list(&o, "approvals", &approvals, err) ||
	    !time_of(&o, "issued", arena, &out->issued, err) ||
	    !certificate_part(&o, "ledger", &in, err) || !json_obj_end(&o, err) ||
	    !number_of(&in, "entries", LEDGER_MOST, &out->entries, err) ||
	    !digest_of(&in, "head", arena, &out->head, err) || !json_obj_end(&in, err))
		return false;
	out->approval = arena_alloc(arena, CERTIFICATE_APPROVALS * sizeof *out->approval);
	for (const struct json_value *m = json_first(approvals); m != NULL;
	     m = json_next(m)) {
		size_t i = out->approval_n;

		if (i == CERTIFICATE_APPROVALS)
			return json_complain(&o, "approvals", err,
					     "there are more than %u",
					     CERTIFICATE_APPROVALS);
		if (!approval_of(doc, m, arena_printf(arena, "approvals[%zu]", i), arena,
				 &out->approval[i], err))
			return false;
		out->approval[i].body = out->body.digest;
		out->approval_n++;
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
	ok = json_parse("behind the body", strbuf_span(&outer), &doc, &why) &&
	     outer_of(doc, arena, &c, &why);
	json_free(doc);
	strbuf_done(&outer);
	if (!ok)
		return certificate_refuse(err, &why);
	if (!gate_approvals_hold(&c.body, c.approval, c.approval_n, c.issued, &why))
		return err_set(err, ERR_LEDGER, "this certificate was not approved: %s",
			       why.text);
	*out = c;
	return true;
}
