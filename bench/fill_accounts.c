/* SPDX-License-Identifier: MIT */
/*
 * Fill a project's database as an audit and a scan of the old side would, from a list of
 * accounts: a site of any size without a server.
 *
 *   fill_accounts DATABASE < LIST
 *
 * Each line of the list, fields parted by '|', blanks around them ignored, '#' begins a
 * remark:
 *
 *   NAMES | FOLDER | MESSAGES | SIZE | YEAR | MARKS
 *   ran NAMES | TIME | SECONDS | MESSAGES | SIZE
 *   server SIDE | HOST | PORT | END OF ITS CERTIFICATE
 *   new NAME | CAPABILITY          its new account is there, and empty
 *
 * NAMES is an account of accounts.csv, or "u%03d 1 480" for many.  Lines of one account
 * follow each other.  SIZE is that of all messages together ("500M"), or "300M-900M": an
 * amount between that the name decides.  YEAR: of the oldest message; the others are
 * spread over the ten years that follow.  MARKS: "corrupt=3", "slow", "noid=5",
 * "copies=4", "8bit=2", "big=30M" (one message of that size), "foreign", "noselect".
 */
#include <inttypes.h>

#include "base/cert.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/sha256.h"
#include "base/strbuf.h"
#include "model/body.h"
#include "store/store_account.h"
#include "store/store_facts.h"
#include "store/store_folder.h"
#include "store/store_run.h"
#include "store/store_scan.h"
#include "store/store_server.h"

#define LINE_MAX_OCTETS 4096
#define FOLDERS_MAX	4096
#define YEAR		INT64_C(31556952)

struct spec {
	char *folder;
	int64_t messages, octets, spread, year;
	int64_t corrupt, noid, copies, bits8, big;
	bool slow, foreign, noselect;
	int64_t id, epoch; /* once it is stored */
};
struct fill {
	struct store *st;
	struct sha256_ctx *ctx;
	struct arena arena;
	char *name, *names; /* of the lines that are being gathered */
	int64_t from, to;
	struct spec spec[FOLDERS_MAX];
	size_t n, line;
	struct { /* for the scan, which is a run of its own */
		int64_t account;
		struct spec spec;
	} * scanned;
	size_t scanned_n, scanned_cap;
};

static bool wrong(const struct fill *f, struct err *err, const char *what)
{
	return err_set(err, ERR_CONFIG, "line %zu: %s", f->line, what);
}

static uint64_t mix(const char *name, uint64_t salt)
{
	uint64_t h = UINT64_C(1469598103934665603) ^ salt;

	for (; *name != '\0'; name++)
		h = (h ^ (uint8_t)*name) * UINT64_C(1099511628211);
	return (h ^ h >> 29) * UINT64_C(0x9e3779b97f4a7c15) >> 11;
}

/* ---- one account ---- */

static void make_row(struct fill *f, const char *account, const struct spec *s, int64_t i,
		     int64_t each, struct store_row *row)
{
	bool none = i < s->noid, copy = i >= s->noid && i < s->noid + s->copies;
	const char *id = arena_printf(&f->arena, "<%" PRId64 ".%" PRIx64 "@example.org>",
				      copy ? s->noid : i,
				      mix(s->folder, mix(account, 0)));
	struct sha256 d;

	sha256_begin(f->ctx);
	sha256_add(f->ctx, id, strlen(id));
	sha256_end(f->ctx, &d);
	*row = (struct store_row){ .keywords = "" };
	memcpy(row->m.key.bytes, d.bytes, sizeof row->m.key.bytes);
	row->m.uid = (uint32_t)(i + 1);
	row->m.tier = none ? TIER_FIELDS : TIER_ID;
	row->m.flags = MSG_SEEN;
	row->m.octets = i == 0 && s->big > 0 ? s->big : each;
	row->m.date = (s->year - 1970) * YEAR + 10 * YEAR / (s->messages + 1) * i + 86400;
	row->message_id = none ? NULL : id;
}

static bool fill_folder(struct fill *f, const char *account, struct spec *s,
			struct err *err)
{
	int64_t octets = s->octets, each;
	struct store_row *rows = mem_calloc((size_t)s->messages + 1, sizeof *rows);
	struct store_window w = { .lo = 1,
				  .hi = UINT32_MAX,
				  .rows = rows,
				  .row_n = (size_t)s->messages,
				  .depth = DEPTH_FULL };
	struct folder_state state = { .uidvalidity = 1,
				      .uidnext = (uint32_t)s->messages + 1,
				      .modseq = -1,
				      .exists = s->messages,
				      .octets = -1 };
	struct folder_end end = { .folder = s->id,
				  .outcome = FOLDER_READ,
				  .messages_read = s->messages,
				  .took_ms = 1 + s->messages / 2,
				  .depth = DEPTH_FULL,
				  .error = "" };
	uint32_t resume;
	bool ok;

	if (s->spread > 0)
		octets += (int64_t)(mix(account, (uint64_t)s->octets) %
				    (uint64_t)(s->spread + 1));
	s->octets = octets;
	s->spread = 0;
	each = s->messages > 0 ? octets / s->messages : 0;
	for (int64_t i = 0; i < s->messages; i++)
		make_row(f, account, s, i, each, &rows[i]);
	ok = store_folder_begin(f->st, s->id, &state, false, &s->epoch, &resume, err);
	w.epoch = end.epoch = s->epoch;
	end.state = state;
	ok = ok && store_window_put(f->st, &w, err) && store_folder_end(f->st, &end, err);
	free(rows);
	return ok;
}

static void remember(struct fill *f, const struct spec *s)
{
	if (s->corrupt == 0 && s->bits8 == 0 && !s->slow)
		return;
	if (f->scanned_n == f->scanned_cap) {
		f->scanned_cap = f->scanned_cap * 2 + 64;
		f->scanned = mem_realloc(f->scanned, f->scanned_cap * sizeof *f->scanned);
	}
	f->scanned[f->scanned_n++].spec = *s;
}

static bool old_account(struct fill *f, const char *name, int64_t *out, struct err *err)
{
	struct transfer t;
	bool found;

	if (!store_transfer_find(f->st, name, &f->arena, &t, &found, err))
		return false;
	*out = found ? t.old_account : 0;
	return *out != 0 ||
	       err_set(err, ERR_CONFIG, "line %zu: no old account is called %s", f->line,
		       name);
}

static bool fill_account(struct fill *f, const char *name, struct err *err)
{
	struct folder *folder = mem_calloc(f->n + 1, sizeof *folder);
	struct account_listing l = { .prefix = "",
				     .delim = '/',
				     .capability = "IMAP4rev1",
				     .server_id = "",
				     .rights = "",
				     .folders = folder,
				     .folder_n = f->n };
	struct account_end end = { .outcome = ACCOUNT_READ,
				   .depth = DEPTH_FULL,
				   .folders = (int64_t)f->n,
				   .error = "",
				   .tls = "TLSv1.2" };
	bool ok;

	arena_reset(&f->arena);
	for (size_t i = 0; i < f->n; i++)
		folder[i] = (struct folder){
			.wire = f->spec[i].folder,
			.name = f->spec[i].folder,
			.delim = '/',
			.attrs = (f->spec[i].noselect ? FOLDER_NOSELECT : 0u) |
				 (f->spec[i].foreign ? FOLDER_FOREIGN : 0u)
		};
	ok = old_account(f, name, &l.account, err) && store_listing(f->st, &l, err);
	for (size_t i = 0; ok && i < f->n; i++) {
		struct spec s = f->spec[i]; /* the next name begins anew */

		s.id = folder[i].id;
		if (s.noselect || s.foreign)
			continue;
		ok = fill_folder(f, name, &s, err);
		remember(f, &s);
		end.folders_read++;
		end.messages += s.messages;
	}
	end.account = l.account;
	free(folder);
	return ok && store_account_end(f->st, &end, err);
}

/* The lines that were gathered, for each of their names. */
static bool flush(struct fill *f, struct err *err)
{
	bool ok = true;

	for (int64_t i = f->from; ok && f->names != NULL && i <= f->to; i++) {
		const char *percent = strchr(f->name, '%');
		char name[300];

		if (percent == NULL) {
			snprintf(name, sizeof name, "%s", f->name);
		} else {
			int digits = percent[1] == '0' ? percent[2] - '0' : 1;
			const char *rest = strchr(percent, 'd');

			snprintf(name, sizeof name, "%.*s%0*" PRId64 "%s",
				 (int)(percent - f->name), f->name, digits, i,
				 rest != NULL ? rest + 1 : "");
		}
		ok = fill_account(f, name, err);
	}
	for (size_t i = 0; i < f->n; i++)
		free(f->spec[i].folder);
	f->n = 0;
	free(f->name);
	free(f->names);
	f->name = f->names = NULL;
	return ok;
}

/* ---- the list ---- */

static bool number(const char *text, int64_t *out)
{
	uint64_t n;

	if (text == NULL || !num_u64(span_str(text), INT64_MAX, &n))
		return false;
	*out = (int64_t)n;
	return true;
}

/* "u%03d 1 480"; another name than before ends the account before. */
static bool names(struct fill *f, char *text, struct err *err)
{
	char *save = NULL, *name, *from, *to;

	if (f->names != NULL && strcmp(f->names, text) == 0)
		return true;
	if (!flush(f, err))
		return false;
	f->names = mem_strdup(text);
	name = strtok_r(text, " ", &save);
	from = strtok_r(NULL, " ", &save);
	to = strtok_r(NULL, " ", &save);
	f->name = mem_strdup(name != NULL ? name : "");
	f->from = f->to = 0;
	if (from == NULL)
		return true;
	return (number(from, &f->from) && number(to, &f->to) && f->from <= f->to) ||
	       wrong(f, err, "this is no range of names");
}

static bool marks(struct fill *f, char *text, struct spec *s, struct err *err)
{
	char *save = NULL;

	for (char *m = strtok_r(text, " ", &save); m != NULL;
	     m = strtok_r(NULL, " ", &save)) {
		char *value = strchr(m, '=');
		int64_t *number_of = NULL;

		if (value != NULL)
			*value++ = '\0';
		if (strcmp(m, "slow") == 0)
			s->slow = true;
		else if (strcmp(m, "foreign") == 0)
			s->foreign = true;
		else if (strcmp(m, "noselect") == 0)
			s->noselect = true;
		else if (strcmp(m, "corrupt") == 0)
			number_of = &s->corrupt;
		else if (strcmp(m, "noid") == 0)
			number_of = &s->noid;
		else if (strcmp(m, "copies") == 0)
			number_of = &s->copies;
		else if (strcmp(m, "8bit") == 0)
			number_of = &s->bits8;
		else if (strcmp(m, "big") != 0 ||
			 !num_size(span_str(value != NULL ? value : ""), &s->big))
			return wrong(f, err, "this mark is not known");
		if (number_of != NULL && !number(value, number_of))
			return wrong(f, err, "this mark has no number");
	}
	return true;
}

static bool folder_line(struct fill *f, char **field, size_t n, struct err *err)
{
	struct spec s = { .messages = 0 };
	char *to;
	int64_t most;

	if (n < 5 || f->n == FOLDERS_MAX)
		return wrong(f, err, "this is no folder, or one too many");
	if (!names(f, field[0], err))
		return false;
	to = strchr(field[3], '-');
	if (to != NULL)
		*to++ = '\0';
	if (!number(field[2], &s.messages) || s.messages > 10000000 ||
	    !num_size(span_str(field[3]), &s.octets) || !number(field[4], &s.year))
		return wrong(f, err, "a number is wrong");
	if (to != NULL) {
		if (!num_size(span_str(to), &most) || most < s.octets)
			return wrong(f, err, "this is no range of sizes");
		s.spread = most - s.octets;
	}
	if (n > 5 && !marks(f, field[5], &s, err))
		return false;
	s.folder = mem_strdup(field[1]);
	f->spec[f->n++] = s;
	return true;
}

static bool server_line(struct fill *f, char **field, size_t n, struct err *err)
{
	struct server_seen s = { .at = clock_now(), .has_cert = true };
	int64_t port;

	if (n != 4 || !number(field[2], &port) || port > 65535 ||
	    !clock_parse_iso(span_str(field[3]), &s.cert.not_after))
		return wrong(f, err, "this is no server");
	s.side = strcmp(field[0], "server new") == 0 ? SIDE_NEW : SIDE_OLD;
	s.host = field[1];
	s.port = (unsigned)port;
	snprintf(s.tls, sizeof s.tls, "TLSv1.2");
	snprintf(s.cert.subject, sizeof s.cert.subject, "CN=%s", field[1]);
	sha256_of(field[1], strlen(field[1]), &s.cert.fingerprint);
	s.cert.key = s.cert.fingerprint;
	return store_server_seen_add(f->st, &s, err);
}

/* What the new server says of itself is known from one account. */
static bool new_line(struct fill *f, char **field, size_t n, struct err *err)
{
	struct folder inbox = { .wire = "INBOX", .name = "INBOX", .delim = '/' };
	struct spec s = { .folder = field[0] };
	struct account_listing l = { .prefix = "",
				     .delim = '/',
				     .server_id = "",
				     .rights = "",
				     .folders = &inbox,
				     .folder_n = 1 };
	struct account_end end = { .outcome = ACCOUNT_READ,
				   .depth = DEPTH_FULL,
				   .folders = 1,
				   .folders_read = 1,
				   .error = "",
				   .tls = "TLSv1.3" };
	struct transfer t;
	bool found;

	if (n != 2)
		return wrong(f, err, "this is no new account");
	arena_reset(&f->arena);
	if (!store_transfer_find(f->st, field[0] + 4, &f->arena, &t, &found, err))
		return false;
	if (!found)
		return wrong(f, err, "no account of that name");
	l.account = end.account = t.new_account;
	l.capability = field[1];
	if (!store_listing(f->st, &l, err))
		return false;
	s.id = inbox.id;
	return fill_folder(f, field[0], &s, err) && store_account_end(f->st, &end, err);
}

static bool ran_line(struct fill *f, char **field, size_t n, struct err *err)
{
	struct mover_ran r = { 0 };
	struct transfer t;
	int64_t seconds;
	bool found, is_new;

	if (n != 5 || !clock_parse_iso(span_str(field[1]), &r.began) ||
	    !number(field[2], &seconds) || !number(field[3], &r.messages) ||
	    !num_size(span_str(field[4]), &r.octets))
		return wrong(f, err, "this is no run of a mover");
	arena_reset(&f->arena);
	if (!store_transfer_find(f->st, field[0] + 4, &f->arena, &t, &found, err))
		return false;
	if (!found)
		return wrong(f, err, "no account of that name");
	r.transfer = t.id;
	r.ended = r.began + seconds;
	return store_mover_run_add(f->st, &r, &is_new, err);
}

static char *trimmed(char *s)
{
	size_t n;

	while (*s == ' ' || *s == '\t')
		s++;
	n = strlen(s);
	while (n > 0 && strchr(" \t\r\n", s[n - 1]) != NULL)
		s[--n] = '\0';
	return s;
}

static bool line(struct fill *f, char *text, struct err *err)
{
	char *field[6], *at, *hash = strchr(text, '#');
	size_t n = 0;

	f->line++;
	if (hash != NULL)
		*hash = '\0';
	if (*trimmed(text) == '\0')
		return true;
	for (at = text; at != NULL && n < COUNT_OF(field); n++) {
		char *bar = strchr(at, '|');

		if (bar != NULL)
			*bar++ = '\0';
		field[n] = trimmed(at);
		at = bar;
	}
	if (at != NULL)
		return wrong(f, err, "too many fields");
	if (strncmp(field[0], "server ", 7) == 0)
		return server_line(f, field, n, err);
	if (strncmp(field[0], "ran ", 4) == 0)
		return ran_line(f, field, n, err);
	if (strncmp(field[0], "new ", 4) == 0)
		return new_line(f, field, n, err);
	return folder_line(f, field, n, err);
}

/* ---- the scan ---- */

static bool scan_folder(struct fill *f, const struct spec *s, struct err *err)
{
	struct folder_scan scan = { .folder = s->id,
				    .messages = s->messages,
				    .octets = s->octets,
				    .took_ms = 1000 + s->octets / 1000,
				    .gap_ms = s->slow ? 45000 : 100,
				    .error = "" };

	for (int64_t i = 0; i < s->corrupt + s->bits8 && i < s->messages; i++) {
		int64_t octets = i == 0 && s->big > 0 ? s->big : s->octets / s->messages;
		struct body_facts b = {
			.read = true, .announced = octets, .octets = octets, .words = ""
		};

		b.symptoms = i < s->corrupt ? SYMPTOM_BIT(SYMPTOM_MULTIPART_CUT) |
						      SYMPTOM_BIT(SYMPTOM_NUL)
					    : SYMPTOM_BIT(SYMPTOM_HEADER_8BIT);
		if (!store_body_put(f->st, s->epoch, (uint32_t)(i + 1), &b, err))
			return false;
	}
	return store_folder_scan_put(f->st, &scan, err);
}

static bool whole_run(struct fill *f, const char *command,
		      bool (*fill)(struct fill *f, struct err *err), struct err *err)
{
	struct run r = { .command = command,
			 .scope = "{}",
			 .depth = DEPTH_FULL,
			 .started = clock_now(),
			 .operator_name = "fill_accounts" };
	struct wire_count count = { 0 };
	int64_t run;

	return store_run_begin(f->st, &r, &run, err) && fill(f, err) &&
	       store_run_end(f->st, run, RUN_COMPLETE, &count, "", err);
}

static bool audit(struct fill *f, struct err *err)
{
	char text[LINE_MAX_OCTETS];

	while (fgets(text, sizeof text, stdin) != NULL)
		if (!line(f, text, err))
			return false;
	return flush(f, err);
}

static bool scan(struct fill *f, struct err *err)
{
	for (size_t i = 0; i < f->scanned_n; i++)
		if (!scan_folder(f, &f->scanned[i].spec, err))
			return false;
	return true;
}

int main(int argc, char **argv)
{
	static struct fill f;
	struct err err = ERR_INIT;
	bool ok;

	if (argc != 2) {
		fprintf(stderr, "usage: fill_accounts DATABASE < LIST\n");
		return 2;
	}
	f.ctx = sha256_new();
	arena_init(&f.arena);
	ok = store_open(argv[1], STORE_WRITE, &f.st, &err) &&
	     whole_run(&f, "audit", audit, &err) &&
	     (f.scanned_n == 0 || whole_run(&f, "scan", scan, &err));
	if (!ok)
		fprintf(stderr, "fill_accounts: %s\n", err.text);
	store_close(f.st);
	free(f.scanned);
	arena_done(&f.arena);
	sha256_free(f.ctx);
	return ok ? 0 : 1;
}
