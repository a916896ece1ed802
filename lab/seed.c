/* SPDX-License-Identifier: MIT */
/*
 * seed: fill mail accounts of a lab server with realistic mail, the same for the same
 * seed number.
 *
 * Writes by pipelined MULTIAPPEND (RFC 3502) with non-synchronising literals (RFC 7888)
 * where the server has them, else message by message; over plain IMAP, several accounts
 * at once.  Accounts come from a users file, and some have a part to play: the first
 * holds one huge folder, the second very many folders, the third a single message, the
 * fourth none; all others are ordinary people.  With --even all are ordinary, with as
 * many messages each as --messages says.
 */
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "base/err.h"
#include "base/fs.h"
#include "base/num.h"
#include "lab/seed/conn.h"
#include "lab/seed/mail.h"

#define USERS_FILE_MAX (1u << 20)
#define UNSENT_MAX     (256u << 10)

struct account {
	char *user, *password;
	int64_t messages;
};

struct options {
	const char *host, *users, *folder;
	uint32_t port, accounts, jobs;
	uint64_t seed, messages, huge, folders, plain;
	enum mail_style style; /* of plain */
	bool even;	  /* every account is an ordinary one with messages messages */
	bool no_keywords; /* system flags only: what every mover keeps */
};

struct work {
	const struct options *o;
	struct account *account;
	size_t n;
	atomic_size_t next;
	atomic_bool failed;
	atomic_llong messages, folders, octets;
};

/* ---- folders ---- */

struct seeder {
	struct work *w;
	struct conn conn;
	struct mail_writer mail;
	char box[512];	   /* wire name of the open folder */
	unsigned in_batch; /* messages of the APPEND that is being written */
	int64_t messages, folders, octets;
};

/* Start a folder: path has '/' between its parts, each part in modified UTF-7. */
static void folder_begin(struct seeder *s, const char *path, const char *use,
			 bool subscribe)
{
	size_t n;

	if (strcmp(path, "INBOX") == 0)
		snprintf(s->box, sizeof s->box, "INBOX");
	else
		snprintf(s->box, sizeof s->box, "%s%s", s->conn.prefix, path);
	n = strlen(s->conn.prefix);
	for (char *p = s->box + (strlen(s->box) > n ? n : 0); *p != '\0'; p++)
		if (*p == '/')
			*p = s->conn.delim;
	s->folders++;
	if (strcmp(path, "INBOX") != 0) {
		if (use != NULL && s->conn.special_use)
			conn_command(&s->conn, "CREATE \"%s\" (USE (%s))\r\n", s->box,
				     use);
		else
			conn_command(&s->conn, "CREATE \"%s\"\r\n", s->box);
	}
	if (subscribe)
		conn_command(&s->conn, "SUBSCRIBE \"%s\"\r\n", s->box);
}

static bool folder_end(struct seeder *s, struct err *err)
{
	if (s->in_batch > 0)
		strbuf_adds(&s->conn.out, "\r\n");
	s->in_batch = 0;
	return conn_pump(&s->conn, UNSENT_MAX, 64, err);
}

/* The octets of a list of flags without the keywords, which come last. */
static size_t system_flags(const char *flags)
{
	const char *p = flags;

	while (*p == '\\') {
		p += strcspn(p, " ");
		p += p[0] == ' ' && p[1] == '\\';
	}
	return (size_t)(p - flags);
}

static bool append(struct seeder *s, const struct mail *m, struct err *err)
{
	size_t flags = s->w->o->no_keywords ? system_flags(m->flags) : strlen(m->flags);
	char date[40];

	if (s->in_batch == 0)
		conn_command(&s->conn, "APPEND \"%s\"", s->box);
	strbuf_addf(&s->conn.out, " (%.*s) \"%s\" {%zu%s}\r\n", (int)flags, m->flags,
		    mail_imap_date(m, date), m->text.n, s->conn.literal_plus ? "+" : "");
	if (!s->conn.literal_plus) {
		s->conn.invited = false;
		if (!conn_pump(&s->conn, 0, ~0u, err))
			return false;
	}
	strbuf_addspan(&s->conn.out, strbuf_span(&m->text));
	s->messages++;
	s->octets += (int64_t)m->text.n;
	if (++s->in_batch == s->conn.batch) {
		strbuf_adds(&s->conn.out, "\r\n");
		s->in_batch = 0;
	}
	return s->conn.out.n < UNSENT_MAX || conn_pump(&s->conn, UNSENT_MAX / 2, 64, err);
}

/* count messages, spread over fifteen years. */
static bool fill(struct seeder *s, int64_t count, enum mail_style style, struct err *err)
{
	for (int64_t i = 0; i < count; i++)
		if (!append(s, mail_next(&s->mail, style, i, count), err))
			return false;
	return folder_end(s, err);
}

/* ---- accounts ---- */

/* The first six and the empty ones every ordinary account has; of the others about half.
 */
static const struct {
	const char *path, *use;
	unsigned share; /* of the mail of an ordinary account; 0: an empty folder */
} pool[] = {
	{ "INBOX", NULL, 30 },
	{ "Sent", "\\Sent", 20 },
	{ "Drafts", "\\Drafts", 1 },
	{ "Trash", "\\Trash", 4 },
	{ "Junk", "\\Junk", 3 },
	{ "Archive/2009", NULL, 6 },
	{ "Archive/2010", NULL, 6 },
	{ "Archive/2011/Q1", NULL, 3 },
	{ "Archive/2011/Q2", NULL, 3 },
	{ "Archive/2012", NULL, 5 },
	{ "Empty", NULL, 0 },
	{ "Entw&APw-rfe", NULL, 2 },
	{ "Gr&APYA3w-e &- Ma&AN8-", NULL, 2 },
	{ "&ZeVnLIqe-", NULL, 3 },
	{ "&ZeVnLIqe-/&TxqLcA- 2012", NULL, 2 },
	{ "R&-D", NULL, 4 },
	{ "R&-D/&ANw-bersicht", NULL, 2 },
	{ "Old mail with spaces", NULL, 4 },
	{ "&2D3cwQ- Dokumente", NULL, 2 },
	{ "&A5UDuwO7A7cDvQO5A7oDrA-", NULL, 1 },
	{ "&BB8EQAQ4BDIENQRC-", NULL, 1 },
	{ "Lists/cyrus-devel", NULL, 8 },
	{ "Lists/debian", NULL, 6 },
	{ "Projects/Atlas/Design/Reviews/Round 2", NULL, 2 },
	{ "Projects/Atlas/Budget", NULL, 2 },
	{ "Projects/Boreas", NULL, 3 },
	{ "Projects/Boreas/Kept empty", NULL, 0 },
	{ "a/b/c/d/e/f/g/h", NULL, 1 },
	{ "&AUEA8w-d&AXo-", NULL, 1 },
	{ "Tom's papers (private) [old]", NULL, 1 },
};
#define POOL_ALWAYS 6

static bool seed_ordinary(struct seeder *s, int64_t messages, struct err *err)
{
	bool chosen[COUNT_OF(pool)];
	int64_t shares = 0, left = messages;

	for (size_t i = 0; i < COUNT_OF(pool); i++) {
		chosen[i] = i < POOL_ALWAYS || pool[i].share == 0 ||
			    rng_below(&s->mail.rng, 2) == 0;
		shares += chosen[i] ? pool[i].share : 0;
	}
	/* From the last to the first, so that INBOX takes what rounding leaves. */
	for (size_t i = COUNT_OF(pool); i-- > 0;) {
		int64_t n = i == 0 ? left : messages * pool[i].share / shares;

		if (!chosen[i] ||
		    (s->conn.courier && strncmp(pool[i].path, "&2D3cwQ-", 8) == 0))
			continue;
		left -= n;
		folder_begin(s, pool[i].path, pool[i].use,
			     rng_below(&s->mail.rng, 10) != 0);
		if (!fill(s, n,
			  strcmp(pool[i].path, "Drafts") == 0 ? MAIL_STYLE_DRAFTS
							      : MAIL_STYLE_MIXED,
			  err))
			return false;
	}
	return true;
}

static bool seed_many_folders(struct seeder *s, uint64_t folders, struct err *err)
{
	char path[64];

	for (uint64_t i = 0; i < folders; i++) {
		snprintf(path, sizeof path, "Customers/%c/Customer %04u",
			 'A' + (int)(i % 26), (unsigned)i);
		folder_begin(s, path, NULL, i % 3 != 0);
		if (!fill(s, rng_below(&s->mail.rng, 5), MAIL_STYLE_SMALL, err))
			return false;
	}
	return true;
}

static bool seed_account(struct seeder *s, size_t index, struct err *err)
{
	const struct options *o = s->w->o;
	const struct account *a = &s->w->account[index];

	mail_writer_init(&s->mail, o->seed, a->user);
	if (o->plain > 0) {
		folder_begin(s, o->folder, NULL, true);
		return fill(s, (int64_t)o->plain, o->style, err);
	}
	switch (o->even ? SIZE_MAX : index) {
	case 0:
		folder_begin(s, "Archive/Everything", NULL, true);
		return fill(s, (int64_t)o->huge, MAIL_STYLE_SMALL, err) &&
		       seed_ordinary(s, a->messages, err);
	case 1:
		return seed_many_folders(s, o->folders, err) &&
		       seed_ordinary(s, a->messages, err);
	case 2:
		folder_begin(s, "INBOX", NULL, true);
		return fill(s, 1, MAIL_STYLE_SMALL, err);
	case 3:
		return true;
	default:
		return seed_ordinary(s, a->messages, err);
	}
}

static void *worker(void *arg)
{
	struct work *w = arg;
	size_t i;

	while (!w->failed && (i = atomic_fetch_add(&w->next, 1)) < w->n) {
		struct seeder s = { .w = w };
		struct err err = ERR_INIT;

		if (!conn_login(&s.conn, w->o->host, w->o->port, w->account[i].user,
				w->account[i].password, &err) ||
		    !seed_account(&s, i, &err) || !conn_pump(&s.conn, 0, 0, &err)) {
			w->failed = true;
			fprintf(stderr, "seed: %s%s%s: %s\n", w->account[i].user,
				s.box[0] ? ": " : "", s.box, err.text);
		}
		conn_close(&s.conn);
		mail_writer_done(&s.mail);
		atomic_fetch_add(&w->messages, s.messages);
		atomic_fetch_add(&w->folders, s.folders);
		atomic_fetch_add(&w->octets, s.octets);
	}
	return NULL;
}

/* Lines "user:password". */
static bool read_users(struct work *w, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct span rest;
	bool ok = false;

	if (!fs_read_secret(w->o->users, USERS_FILE_MAX, &text, err))
		goto out;
	rest = strbuf_span(&text);
	while (rest.n > 0 && w->n < w->o->accounts) {
		ptrdiff_t eol = span_index(rest, '\n');
		struct span line = { rest.p, eol >= 0 ? (size_t)eol : rest.n };
		ptrdiff_t colon = span_index(line, ':');

		rest = span_from(rest, line.n + (eol >= 0));
		if (colon <= 0)
			continue;
		w->account = mem_realloc(w->account, (w->n + 1) * sizeof *w->account);
		w->account[w->n++] = (struct account){
			.user = mem_strndup(line.p, (size_t)colon),
			.password = mem_strndup(line.p + colon + 1,
						line.n - (size_t)colon - 1),
		};
	}
	ok = w->n > 0 || err_set(err, ERR_CONFIG, "%s names no account", w->o->users);
out:
	strbuf_wipe(&text);
	return ok;
}

/* Share out the mail: a few people have most of it. */
static void share_out(struct work *w)
{
	const struct options *o = w->o;
	struct rng rng = { o->seed };
	int64_t *weight = mem_calloc(w->n, sizeof *weight), sum = 0;
	int64_t total = (int64_t)o->messages - (int64_t)o->huge - (int64_t)o->folders * 2;

	for (size_t i = 0; o->even && i < w->n; i++)
		w->account[i].messages = (int64_t)o->messages;
	for (size_t i = 0; !o->even && i < w->n; i++) {
		int64_t r = 4 + rng_below(&rng, 16);

		weight[i] = i == 2 || i == 3 ? 0 : i < 2 ? 20 : r * r;
		sum += weight[i];
	}
	for (size_t i = 0; i < w->n && sum > 0 && total > 0; i++)
		w->account[i].messages = total * weight[i] / sum;
	free(weight);
}

static bool number(const char *s, uint64_t max, uint64_t *out)
{
	return num_u64(span_str(s), max, out);
}

static bool style_of(const char *s, enum mail_style *out)
{
	static const struct {
		const char *name;
		enum mail_style style;
	} styles[] = {
		{ "uniform", MAIL_STYLE_UNIFORM },
		{ "mixed", MAIL_STYLE_MIXED },
		{ "large", MAIL_STYLE_LARGE },
	};

	for (size_t i = 0; i < COUNT_OF(styles); i++)
		if (strcmp(s, styles[i].name) == 0) {
			*out = styles[i].style;
			return true;
		}
	return false;
}

static bool parse_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "host", required_argument, NULL, 'h' },
		{ "port", required_argument, NULL, 'p' },
		{ "users-file", required_argument, NULL, 'u' },
		{ "accounts", required_argument, NULL, 'a' },
		{ "messages", required_argument, NULL, 'm' },
		{ "huge", required_argument, NULL, 'k' },
		{ "folders", required_argument, NULL, 'f' },
		{ "seed", required_argument, NULL, 's' },
		{ "jobs", required_argument, NULL, 'j' },
		{ "plain-folder", required_argument, NULL, 'n' },
		{ "folder", required_argument, NULL, 'b' },
		{ "style", required_argument, NULL, 't' },
		{ "even", no_argument, NULL, 'e' },
		{ "no-keywords", no_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	uint64_t port = 0, accounts = 1000000, jobs = 3;
	bool ok = true;
	int c;

	while (ok && (c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		switch (c) {
		case 'h':
			o->host = optarg;
			break;
		case 'u':
			o->users = optarg;
			break;
		case 'b':
			o->folder = optarg;
			break;
		case 't':
			ok = style_of(optarg, &o->style);
			break;
		case 'e':
			o->even = true;
			break;
		case 'w':
			o->no_keywords = true;
			break;
		case 'p':
			ok = number(optarg, 65535, &port);
			break;
		case 'a':
			ok = number(optarg, 1000000, &accounts);
			break;
		case 'm':
			ok = number(optarg, 100000000, &o->messages);
			break;
		case 'k':
			ok = number(optarg, 100000000, &o->huge);
			break;
		case 'f':
			ok = number(optarg, 100000, &o->folders);
			break;
		case 's':
			ok = number(optarg, UINT64_MAX, &o->seed);
			break;
		case 'j':
			ok = number(optarg, 64, &jobs) && jobs > 0;
			break;
		case 'n':
			ok = number(optarg, 100000000, &o->plain);
			break;
		default:
			return false;
		}
	}
	if (o->plain > 0)
		accounts = 1;
	o->port = (uint32_t)port;
	o->accounts = (uint32_t)accounts;
	o->jobs = (uint32_t)jobs;
	return ok && optind == argc && port != 0 && o->users != NULL;
}

int main(int argc, char **argv)
{
	struct options o = { .host = "127.0.0.1",
			     .folder = "INBOX",
			     .seed = 1,
			     .messages = 20500,
			     .huge = 6000,
			     .folders = 300,
			     .style = MAIL_STYLE_UNIFORM };
	struct work w = { .o = &o };
	struct err err = ERR_INIT;
	pthread_t thread[64];
	int64_t began = clock_mono_ms();

	if (!parse_options(argc, argv, &o)) {
		fprintf(stderr, "usage: seed --port PORT --users-file FILE [--host "
				"ADDRESS] [--seed N] [--jobs N]\n"
				"            [--accounts N] [--messages N] [--huge N] "
				"[--folders N] [--even] [--no-keywords]\n"
				"       seed --port PORT --users-file FILE "
				"--plain-folder N [--folder NAME] [--style "
				"uniform|mixed|large]\n");
		return 2;
	}
	if (!read_users(&w, &err)) {
		fprintf(stderr, "seed: %s\n", err.text);
		return 1;
	}
	share_out(&w);
	for (uint32_t i = 0; i < o.jobs; i++)
		if (pthread_create(&thread[i], NULL, worker, &w) != 0) {
			fprintf(stderr, "seed: no thread\n");
			return 1;
		}
	for (uint32_t i = 0; i < o.jobs; i++)
		pthread_join(thread[i], NULL);
	for (size_t i = 0; i < w.n; i++) {
		free(w.account[i].user);
		free(w.account[i].password);
	}
	free(w.account);
	if (w.failed)
		return 1;
	printf("seed: %zu accounts, %lld folders, %lld messages, %lld MB in %.1f s\n",
	       w.n, (long long)w.folders, (long long)w.messages,
	       (long long)(w.octets / 1000000), (double)(clock_mono_ms() - began) / 1000);
	return 0;
}
