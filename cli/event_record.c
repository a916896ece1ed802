/* SPDX-License-Identifier: MIT */
#include "cli/event_record.h"

#include <errno.h>

#include "base/clock.h"
#include "base/json.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"
#include "store/store_record.h"

#define READ_SIZE (256u << 10)

/* What a statement may be about: each is what a check of the gate waits for. */
static const struct {
	const char *name, *text;
} topics[] = {
	{ "relays", "devices and programs that sent through the old server were moved" },
	{ "forwards", "no alias, list or forward leads to the old server" },
	{ "new-accounts", "new accounts are made on the new server only" },
	{ "soft-shutdown", "nothing was asked for while the old server was down" },
	{ "retention", "retention and legal hold are cleared" },
	{ "clock", "why the clock of this machine was set back" },
};

static bool kind_of(const char *word, enum record_kind *out)
{
	for (int k = 0; k < RECORD_KIND_COUNT; k++)
		if (strcmp(word, record_kind_name((enum record_kind)k)) == 0) {
			*out = (enum record_kind)k;
			return true;
		}
	return false;
}

bool event_is_record(const char *word)
{
	enum record_kind k;

	return kind_of(word, &k);
}

static bool is_topic(const char *word)
{
	for (size_t i = 0; i < COUNT_OF(topics); i++)
		if (strcmp(topics[i].name, word) == 0)
			return true;
	return false;
}

static int bad_topic(struct args *a, const char *word)
{
	struct suggest s;

	suggest_init(&s, word);
	for (size_t i = 0; i < COUNT_OF(topics); i++)
		suggest_try(&s, topics[i].name);
	return args_bad(a,
			"event: a statement is about relays, forwards, new-accounts, "
			"soft-shutdown, retention or clock, not \"%s\"%s%s",
			shown(word), s.best != NULL ? ": did you mean " : "",
			s.best != NULL ? s.best : "");
}

/* ---- the digest of a file ---- */

static bool digest_file(const char *path, struct record *r, struct err *err)
{
	struct sha256_ctx *sha;
	FILE *f = fopen(path, "rb");
	unsigned char *buf;
	size_t n;
	bool ok;

	if (f == NULL)
		return err_errno(err, ERR_LOCAL, errno, "%s", shown(path));
	buf = mem_alloc(READ_SIZE);
	sha = sha256_new();
	sha256_begin(sha);
	while ((n = fread(buf, 1, READ_SIZE, f)) > 0) {
		sha256_add(sha, buf, n);
		r->octets += (int64_t)n;
	}
	ok = ferror(f) == 0;
	if (!ok)
		err_errno(err, ERR_LOCAL, errno, "cannot read %s", shown(path));
	else if (r->octets == 0)
		ok = err_set(err, ERR_CONFIG, "%s is empty: that is no archive",
			     shown(path));
	sha256_end(sha, &r->digest);
	r->has_digest = true;
	sha256_free(sha);
	free(buf);
	fclose(f);
	return ok;
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool parse_digest(const char *s, struct sha256 *out)
{
	if (strlen(s) != SHA256_HEX_SIZE - 1)
		return false;
	for (size_t i = 0; i < sizeof out->bytes; i++) {
		int hi = digit(s[2 * i]), lo = digit(s[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out->bytes[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}

/* ---- recording ---- */

static void print_recorded(const struct globals *g, const struct record *r, size_t n)
{
	struct strbuf text = STRBUF_INIT;
	char iso[CLOCK_ISO_SIZE], hex[SHA256_HEX_SIZE];
	struct json_out j;

	clock_iso(r->at, iso);
	sha256_hex(&r->digest, hex);
	if (!g->json) {
		out_printf("%s on %s, by ", record_kind_name(r->kind), iso);
		out_text(r->teller);
		if (r->has_digest)
			out_printf(", SHA-256 %s", hex);
		if (n > 0)
			out_printf(", of %s", counted((int64_t)n, "account"));
		out_printf("; ledger entry %lld\n", (long long)r->ledger);
		return;
	}
	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/event-record/1");
	json_put_str(&j, "kind", record_kind_name(r->kind));
	json_put_str(&j, "at", iso);
	json_put_str(&j, "by", r->teller);
	json_put_str(&j, "role", *r->role != '\0' ? r->role : NULL);
	json_put_str(&j, "topic", *r->topic != '\0' ? r->topic : NULL);
	json_put_str(&j, "digest", r->has_digest ? hex : NULL);
	json_put_int(&j, "accounts", (int64_t)n);
	json_put_int(&j, "ledger", r->ledger);
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

/* One of the old server as a whole, or one of each account of the scope. */
static bool add(const struct project *p, const struct scope *scope, struct record *r,
		struct err *err)
{
	bool ok = true;

	if (!store_begin(p->store, err))
		return false;
	if (scope->all)
		ok = store_record_add(p->store, r, err);
	for (size_t i = 0; ok && !scope->all && i < scope->n; i++) {
		r->transfer = scope->ids[i];
		ok = store_record_add(p->store, r, err);
	}
	ok = ok && store_commit(p->store, err);
	if (!ok)
		store_rollback(p->store);
	return ok;
}

static int record(struct globals *g, const struct event_record *asked, struct record *r)
{
	struct scope scope = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p = { 0 };

	if ((asked->file != NULL && !digest_file(asked->file, r, &err)) ||
	    !project_open(g, PROJECT_WRITE, &p, &err) ||
	    !scope_open(g, &p, &scope, &err) || !add(&p, &scope, r, &err))
		code = msg_fail(g, &err);
	else
		print_recorded(g, r, scope.all ? 0 : scope.n);
	scope_close(&scope);
	project_close(&p);
	return code;
}

int event_record(struct args *a, const struct event_record *asked)
{
	struct record r = { .at = asked->at,
			    .told = clock_now(),
			    .teller = asked->by,
			    .role = asked->role != NULL ? asked->role : "",
			    .topic = asked->topic != NULL ? asked->topic : "",
			    .note = asked->note };
	bool of_file;

	if (!kind_of(asked->kind, &r.kind))
		return args_bad(a, "event: \"%s\" is no record", shown(asked->kind));
	if (r.at == 0)
		r.at = r.told;
	of_file = r.kind == RECORD_ARCHIVE || r.kind == RECORD_RESTORE;
	if (of_file != ((asked->file != NULL) + (asked->digest != NULL) == 1))
		return args_bad(a,
				of_file ? "event: %s which one? --file FILE, or "
					  "--digest with its SHA-256"
					: "event: %s takes neither --file nor --digest",
				asked->kind);
	if (of_file != (asked->topic == NULL))
		return args_bad(a,
				of_file ? "event: %s takes no word behind it"
				: r.kind == RECORD_STATEMENT
					? "event: %s about what?"
					: "event: %s where? a Message-ID, or a place",
				asked->kind);
	if (r.kind == RECORD_STATEMENT && !is_topic(asked->topic))
		return bad_topic(a, asked->topic);
	if ((r.kind == RECORD_STATEMENT) != (asked->role != NULL))
		return args_bad(a,
				r.kind == RECORD_STATEMENT
					? "event: --role says as what somebody states it"
					: "event: --role is for a statement");
	if (r.kind != RECORD_ARCHIVE && a->g->only_n > 0)
		return args_bad(a, "event: %s is about the old server as a whole",
				asked->kind);
	if (asked->digest != NULL) {
		if (!parse_digest(asked->digest, &r.digest))
			return args_bad(a, "event: --digest is 64 hexadecimal digits");
		r.has_digest = true;
	}
	return record(a->g, asked, &r);
}
