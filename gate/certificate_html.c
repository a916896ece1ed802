/* SPDX-License-Identifier: MIT */
/* The certificate on paper.  It is made from the text of the certificate alone, so that
 * both say the same. */
#include "base/clock.h"
#include "base/html.h"
#include "base/json.h"
#include "gate/certificate_in.h"

static const char css[] =
	"@page{size:A4;margin:11mm}"
	"body{font:8.5pt/1.3 Calibri,Carlito,'Liberation Sans',sans-serif;color:#111;"
	"background:#fff;max-width:190mm;margin:0 auto}"
	"h1{font-size:15pt;margin:0;color:#14532D}h2{font-size:10pt;margin:6pt 0 2pt;"
	"color:#12355B}p{margin:2pt 0}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{border-bottom:.4pt solid #9AA5B1;padding:1pt 4pt 1pt 0;text-align:left;"
	"vertical-align:top}th{color:#12355B}thead{display:table-header-group}"
	"tr{break-inside:avoid}td.n{text-align:right}"
	"code{font:7pt 'Liberation Mono',monospace;overflow-wrap:anywhere}"
	".said{border:.8pt solid #14532D;padding:3pt 6pt;margin:4pt 0;font-weight:bold}";

/* ---- writing ---- */

static void text(struct strbuf *out, const char *s)
{
	html_text(out, span_str(s), 0);
}

static void cell(struct strbuf *out, const char *s)
{
	strbuf_adds(out, "<td><bdi>");
	text(out, s);
	strbuf_adds(out, "</bdi></td>");
}

static void number(struct strbuf *out, int64_t n)
{
	strbuf_addf(out, "<td class=\"n\">%lld</td>", (long long)n);
}

static void code(struct strbuf *out, const char *s)
{
	strbuf_adds(out, "<code>");
	text(out, s);
	strbuf_adds(out, "</code>");
}

/* The beginning of a digest. */
static void short_cell(struct strbuf *out, const char *digest)
{
	char some[17];

	snprintf(some, sizeof some, "%s", digest);
	strbuf_adds(out, "<td>");
	code(out, some);
	strbuf_adds(out, "</td>");
}

/* Base64 of a digest, for the policy. */
static void digest64(const struct sha256 *d, char out[45])
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	uint32_t v;
	size_t n = 0;

	for (size_t i = 0; i < sizeof d->bytes; i += 3) {
		v = (uint32_t)d->bytes[i] << 16;
		v |= (uint32_t)d->bytes[i + 1] << 8; /* 32 is 3 * 10 and 2 */
		v |= i + 2 < sizeof d->bytes ? (uint32_t)d->bytes[i + 2] : 0;
		for (int shift = 18; shift >= 0; shift -= 6)
			out[n++] = digits[v >> shift & 63];
	}
	out[43] = '=';
	out[44] = '\0';
}

/* ---- reading the body again ---- */

/* A page either says all that the body does, or there is none: whatever is of another
 * form stays in err.  What is null, such as a time that never was, shows as nothing. */
static const char *str(struct json_obj *o, const char *key, struct err *err)
{
	const char *s = "";

	(void)!json_get_str(o, key, &s, err);
	return s;
}

static int64_t num(struct json_obj *o, const char *key, struct err *err)
{
	int64_t n = INT64_MIN;

	if (json_get_int(o, key, -(INT64_C(1) << 53) + 1, (INT64_C(1) << 53) - 1, &n,
			 err) &&
	    n == INT64_MIN)
		json_complain(o, key, err, "is missing");
	return n;
}

typedef void row_fn(struct json_obj *o, struct strbuf *out, struct err *err);

/* Each object of a list as a row; false: the list is not there. */
static bool rows(struct json_obj *body, const char *key, const char *title,
		 const char *heads, row_fn *row, struct strbuf *out, struct err *err)
{
	const struct json_value *list = NULL;
	struct json_obj o;

	if (!certificate_list(body, key, &list, err))
		return false;
	strbuf_addf(out, "<h2>%s</h2>\n", title);
	if (json_first(list) == NULL) {
		strbuf_adds(out, "<p>None.</p>\n");
		return true;
	}
	strbuf_addf(out, "<table><thead><tr>%s</tr></thead><tbody>\n", heads);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (!json_obj_begin(body->doc, m, key, &o, err))
			return false;
		strbuf_adds(out, "<tr>");
		row(&o, out, err);
		strbuf_adds(out, "</tr>\n");
	}
	strbuf_adds(out, "</tbody></table>\n");
	return err->cls == ERR_NONE;
}

static void check_row(struct json_obj *o, struct strbuf *out, struct err *err)
{
	const struct json_value *figures = NULL;

	cell(out, str(o, "check", err));
	cell(out, str(o, "outcome", err));
	strbuf_adds(out, "<td><bdi>");
	text(out, str(o, "title", err));
	strbuf_adds(out, "</bdi>: <bdi>");
	text(out, str(o, "sentence", err));
	strbuf_adds(out, "</bdi>");
	if (!certificate_list(o, "figures", &figures, err))
		return;
	for (const struct json_value *m = json_first(figures); m != NULL;
	     m = json_next(m)) {
		struct json_obj f;

		if (!json_obj_begin(o->doc, m, "figures", &f, err))
			return;
		strbuf_adds(out, m == json_first(figures) ? " (" : ", ");
		text(out, str(&f, "name", err));
		strbuf_addf(out, " %lld", (long long)num(&f, "value", err));
		strbuf_adds(out, json_next(m) == NULL ? ")" : "");
	}
	strbuf_adds(out, "</td>");
	cell(out, str(o, "at", err));
	short_cell(out, str(o, "evidence", err));
}

static void waiver_row(struct json_obj *o, struct strbuf *out, struct err *err)
{
	strbuf_addf(out, "<td>W-%03lld</td>", (long long)num(o, "id", err));
	cell(out, str(o, "check", err));
	number(out, num(o, "findings", err));
	cell(out, str(o, "owner", err));
	cell(out, str(o, "requester", err));
	cell(out, str(o, "approver", err));
	cell(out, str(o, "expires", err));
	strbuf_adds(out, "<td><bdi>");
	text(out, str(o, "reason", err));
	strbuf_adds(out, "</bdi>; risk: <bdi>");
	text(out, str(o, "risk", err));
	strbuf_adds(out, "</bdi></td>");
	short_cell(out, str(o, "digest", err));
}

static void acceptance_row(struct json_obj *o, struct strbuf *out, struct err *err)
{
	number(out, num(o, "id", err));
	number(out, num(o, "findings", err));
	number(out, num(o, "messages", err));
	cell(out, str(o, "by", err));
	cell(out, str(o, "at", err));
	cell(out, str(o, "reason", err));
	short_cell(out, str(o, "digest", err));
}

static void limit_row(struct json_obj *o, struct strbuf *out, struct err *err)
{
	cell(out, str(o, "limit", err));
	cell(out, str(o, "value", err));
	cell(out, str(o, "standard", err));
}

/* ---- the page ---- */

static void put_head(const struct gate_certificate *c, struct strbuf *out)
{
	struct sha256 d;
	char hash[45];

	sha256_of(css, sizeof css - 1, &d);
	digest64(&d, hash);
	strbuf_addf(out,
		    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
		    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
		    "'none'; style-src 'sha256-%s'; base-uri 'none'; form-action "
		    "'none'\">\n<title>GO: ",
		    hash);
	text(out, c->body.old_host);
	strbuf_addf(out, "</title>\n<style>%s</style></head><body>\n", css);
}

static void put_top(const struct gate_certificate *c, struct json_obj *body,
		    struct strbuf *out, struct err *err)
{
	char iso[CLOCK_ISO_SIZE];
	struct json_obj o;

	strbuf_adds(out, "<h1>GO: <bdi>");
	text(out, c->body.old_host);
	strbuf_adds(out, "</bdi> may be shut down</h1>\n<p>Project <bdi>");
	text(out, c->body.project);
	strbuf_adds(out, "</bdi> (");
	code(out, c->body.project_id);
	strbuf_addf(out, "). Examined %s", clock_iso(c->body.made, iso));
	strbuf_addf(out, ", issued %s", clock_iso(c->issued, iso));
	strbuf_addf(out, ", valid until %s.", clock_iso(c->body.valid_until, iso));
	if (certificate_part(body, "old", &o, err) && *str(&o, "software", err) != '\0') {
		strbuf_adds(out, " Old server: <bdi>");
		text(out, str(&o, "software", err));
		strbuf_adds(out, "</bdi>.");
	}
	if (certificate_part(body, "new", &o, err)) {
		strbuf_adds(out, " New server: <bdi>");
		text(out, str(&o, "host", err));
		strbuf_adds(out, "</bdi>.");
	}
	if (certificate_part(body, "tool", &o, err)) {
		strbuf_adds(out, " Made by mailmuster ");
		text(out, str(&o, "version", err));
		strbuf_adds(out, ", build ");
		text(out, str(&o, "build", err));
		strbuf_adds(out, ".");
	}
	strbuf_adds(out, "</p>\n<p class=\"said\">" CERTIFICATE_TEXT "</p>\n");
}

static void put_accounts(struct json_obj *body, struct strbuf *out, struct err *err)
{
	static const char *const words[] = { "archive", "delete",  "forward",
					     "keep",	"migrate", "other" };
	struct json_obj o;

	if (!certificate_part(body, "accounts", &o, err))
		return;
	strbuf_adds(out, "<p>Accounts:");
	for (size_t i = 0; i < COUNT_OF(words); i++)
		strbuf_addf(out, "%s %s %lld", i > 0 ? "," : "", words[i],
			    (long long)num(&o, words[i], err));
	strbuf_adds(out, ".</p>\n");
}

static void put_ledger(const struct gate_certificate *c, struct json_obj *body,
		       struct strbuf *out, struct err *err)
{
	char hex[SHA256_HEX_SIZE];
	struct json_obj o;

	strbuf_adds(out, "<h2>Ledger</h2>\n");
	if (certificate_part(body, "ledger", &o, err)) {
		strbuf_addf(out,
			    "<p>%lld entries, %lld messages in %lld readings held "
			    "against them; head ",
			    (long long)num(&o, "entries", err),
			    (long long)num(&o, "messages", err),
			    (long long)num(&o, "readings", err));
		code(out, str(&o, "head", err));
		strbuf_adds(out, ".</p>\n");
	}
	sha256_hex(&c->head, hex);
	strbuf_addf(out, "<p>With this certificate: %lld entries, head ",
		    (long long)c->entries);
	code(out, hex);
	strbuf_adds(out, ".</p>\n");
}

static void put_approvals(const struct gate_certificate *c, struct strbuf *out)
{
	char hex[SHA256_HEX_SIZE], iso[CLOCK_ISO_SIZE];

	strbuf_adds(out, "<h2>Approved by</h2>\n<table><thead><tr><th>Role</th><th>Name"
			 "</th><th>At</th><th>Key</th></tr></thead><tbody>\n");
	for (size_t i = 0; i < c->approval_n; i++) {
		strbuf_adds(out, "<tr>");
		cell(out, approval_role_name(c->approval[i].role));
		cell(out, c->approval[i].name);
		cell(out, clock_iso(c->approval[i].at, iso));
		strbuf_adds(out, "<td>");
		code(out, c->approval[i].key);
		strbuf_adds(out, "</td></tr>\n");
	}
	strbuf_adds(out, "</tbody></table>\n");
	if (c->body.approvers == 1)
		strbuf_adds(out, "<p><strong>One approver alone was enough "
				 "(\"approvers\": 1).</strong></p>\n");
	sha256_hex(&c->body.digest, hex);
	strbuf_adds(out, "<p>They signed the octets with the SHA-256 ");
	code(out, hex);
	strbuf_adds(out, ". This page is not what they signed: "
			 "<code>mailmuster gate verify-certificate certificate.json"
			 "</code> checks that file, anywhere.</p>\n</body></html>\n");
}

static bool put_page(const struct gate_certificate *c, struct json_doc *doc,
		     struct strbuf *out, struct err *err)
{
	struct json_obj body;

	if (!json_obj_begin(doc, json_root(doc), "", &body, err))
		return false;
	put_head(c, out);
	put_top(c, &body, out, err);
	put_accounts(&body, out, err);
	if (!rows(&body, "checks", "Checks",
		  "<th>Check</th><th>Result</th><th>What was found</th><th>Evidence "
		  "of</th>"
		  "<th>Digest</th>",
		  check_row, out, err) ||
	    !rows(&body, "loosened", "Limits that were loosened",
		  "<th>Limit</th><th>Here</th><th>By default</th>", limit_row, out,
		  err) ||
	    !rows(&body, "waivers", "Waivers",
		  "<th>Waiver</th><th>Check</th><th>Findings</th><th>Owner</th>"
		  "<th>Asked for by</th><th>Approved by</th><th>Ends</th><th>Why</th>"
		  "<th>Digest</th>",
		  waiver_row, out, err) ||
	    !rows(&body, "acceptances", "Losses that were accepted",
		  "<th>No.</th><th>Findings</th><th>Messages</th><th>By</th><th>At</th>"
		  "<th>Why</th><th>Digest</th>",
		  acceptance_row, out, err))
		return false;
	put_ledger(c, &body, out, err);
	put_approvals(c, out);
	return err->cls == ERR_NONE;
}

bool gate_certificate_html(const struct gate_certificate *c, struct strbuf *out,
			   struct err *err)
{
	struct strbuf page = STRBUF_INIT;
	struct json_doc *doc = NULL;
	struct err why = ERR_INIT;
	bool ok = json_parse("body", c->body.text, &doc, &why) &&
		  put_page(c, doc, &page, &why);

	json_free(doc);
	if (ok)
		strbuf_addspan(out, strbuf_span(&page));
	else
		certificate_refuse(err, &why);
	strbuf_done(&page);
	return ok;
}
