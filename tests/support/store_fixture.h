/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_STORE_FIXTURE_H
#define TESTS_SUPPORT_STORE_FIXTURE_H
/*
 * A project store in a temporary folder, filled through lib/store as an audit would fill
 * it.  In a header, so that only the tests that need a store are linked with one.
 */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "base/sha256.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_objectid.h"
#include "store/store_run.h"
#include "store/store_seal.h"

struct fx {
	struct store *st;
	struct arena arena;
	char dir[64], path[96];
	int64_t run;
	int64_t start;	       /* when the first audit began */
	const char *rights[2]; /* of the login, by enum side; NULL: not told */
	const char *capability[2], *server_id[2]; /* of the server; NULL: what all say */
	bool killed; /* audits are, before an account is read to its end */
};

struct fx_message {
	const char
		*id; /* NULL: no key (TIER_NONE); "2:..." a key at tier 2; else tier 1 */
	int64_t octets;
	int64_t date;
	unsigned flags;
	const char *keywords; /* NULL: none */
	uint32_t uid;	      /* 0: one more than the one before */
};

struct fx_folder {
	const char *name;
	const struct fx_message *message;
	size_t n;
	unsigned attrs;
	enum folder_outcome outcome; /* 0 is FOLDER_READ */
	enum depth depth;
	const char *error;
	uint32_t uidvalidity; /* 0: 1 */
	bool no_uidnext;      /* the server does not tell UIDNEXT */
	bool unseen;	      /* listed, and not looked at */
	bool set_back;	      /* an older state was put back: UIDNEXT is that of it */
	/* FOLDER_HOLED: uids of messages that could not be read, ascending */
	const uint32_t *hole;
	size_t hole_n;
	const char *mailbox; /* MAILBOXID; NULL: none */
};

#define FX_BLANK_MAX   (4u << 20) /* octets of a new store */
#define FX_MESSAGES(v) .message = (v), .n = COUNT_OF(v), .depth = DEPTH_FULL
#define FX_EMPTY       .depth = DEPTH_FULL
#define FX_HOLES(v)    .outcome = FOLDER_HOLED, .hole = (v), .hole_n = COUNT_OF(v)

/* A call that must succeed; the message says why it did not. */
#define fx_ok(call)                                                                      \
	do {                                                                             \
		if (!(call))                                                             \
			fail_msg("%s: %s", #call, err.text);                             \
	} while (0)

/* A new store at path.  To make one takes longer than most tests: the first one is kept,
 * and the others are copies of it. */
static inline void fx_create(const char *path)
{
	static char *blank;
	static size_t n;
	struct err err = ERR_INIT;
	FILE *file;

	if (blank == NULL)
		fx_ok(store_create(path, &err));
	file = fopen(path, blank == NULL ? "rb" : "wb");
	assert_non_null(file);
	if (blank == NULL) {
		blank = mem_alloc(FX_BLANK_MAX);
		n = fread(blank, 1, FX_BLANK_MAX, file);
		assert_true(n > 0 && n < FX_BLANK_MAX);
	} else {
		assert_int_equal(fwrite(blank, 1, n, file), n);
	}
	assert_int_equal(fclose(file), 0);
}

static inline void fx_open(struct fx *f)
{
	struct err err = ERR_INIT;

	*f = (struct fx){ .start = clock_now() - 100 };
	arena_init(&f->arena);
	snprintf(f->dir, sizeof f->dir, "/tmp/mailmuster-test-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(f->path, sizeof f->path, "%s/mailmuster.db", f->dir);
	fx_create(f->path);
	fx_ok(store_open(f->path, STORE_WRITE, &f->st, &err));
}

static inline void fx_close(struct fx *f)
{
	DIR *d;

	store_close(f->st);
	arena_done(&f->arena);
	d = opendir(f->dir);
	assert_non_null(d);
	for (struct dirent *e; (e = readdir(d)) != NULL;)
		if (e->d_name[0] != '.')
			assert_int_equal(unlinkat(dirfd(d), e->d_name, 0), 0);
	closedir(d);
	rmdir(f->dir);
}

/* Start an audit run that began at f->start. */
static inline void fx_audit(struct fx *f, enum depth depth)
{
	struct run r = { .command = "audit",
			 .scope = "{}",
			 .depth = depth,
			 .started = f->start,
			 .operator_name = "tester" };
	struct err err = ERR_INIT;

	fx_ok(store_run_begin(f->st, &r, &f->run, &err));
}

static inline void fx_audit_end(struct fx *f)
{
	struct wire_count none = { 0 };
	struct err err = ERR_INIT;

	fx_ok(store_run_end(f->st, f->run, RUN_COMPLETE, &none, "", &err));
}

static inline int64_t fx_account(struct fx *f, enum side side, const char *user)
{
	struct account a = { .side = side, .user = user };
	struct err err = ERR_INIT;
	int64_t id = 0;

	fx_ok(store_account_put(f->st, &a, &id, &err));
	return id;
}

/* old or new NULL: no account on that side. */
static inline int64_t fx_transfer(struct fx *f, const char *name, const char *old,
				  const char *new, const char *prefix,
				  const char *decision)
{
	struct transfer t = { .name = name,
			      .old_user = old,
			      .new_user = new,
			      .new_prefix = prefix,
			      .decision = decision,
			      .owner = "",
			      .address = "",
			      .aliases = "",
			      .logins = "",
			      .addresses = "",
			      .wave = "",
			      .note = "" };
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id = 0;

	t.old_account = old != NULL ? fx_account(f, SIDE_OLD, old) : 0;
	t.new_account = new != NULL ? fx_account(f, SIDE_NEW, new) : 0;
	fx_ok(store_transfer_put(f->st, &t, &id, &what, &err));
	return id;
}

static inline struct msg_key fx_key(const char *id)
{
	struct msg_key key = { { 0 } };
	struct sha256 d;

	if (id != NULL) {
		sha256_of(id, strlen(id), &d);
		memcpy(key.bytes, d.bytes, sizeof key.bytes);
	}
	return key;
}

static inline uint8_t fx_tier(const char *id)
{
	if (id == NULL)
		return TIER_NONE;
	return strncmp(id, "2:", 2) == 0 ? TIER_FIELDS : TIER_ID;
}

static inline void fx_read_folder(struct fx *f, const struct fx_folder *v, int64_t folder)
{
	struct folder_state state = {
		.uidvalidity = v->uidvalidity != 0 ? v->uidvalidity : 1,
		.modseq = -1,
		.exists = v->outcome == FOLDER_UNREADABLE ? -1 : (int64_t)v->n,
		.octets = -1
	};
	struct folder_end end = { .folder = folder,
				  .outcome = v->outcome,
				  .depth = v->depth,
				  .error = v->error != NULL ? v->error : "" };
	struct store_row *rows = mem_calloc(v->n + 1, sizeof *rows);
	struct store_window w = {
		.rows = rows, .row_n = v->n, .lo = 1, .hi = UINT32_MAX
	};
	struct err err = ERR_INIT;
	struct folder_hole *hole = mem_calloc(v->hole_n + 1, sizeof *hole);
	uint32_t resume, last, uid = 0;

	for (size_t i = 0; i < v->hole_n; i++)
		hole[i] = (struct folder_hole){ .uid = v->hole[i],
						.octets = -1,
						.date = MSG_DATE_UNKNOWN,
						.words = "NO [SERVERBUG]" };
	for (size_t i = 0; i < v->n; i++) {
		const struct fx_message *m = &v->message[i];

		uid = m->uid != 0 ? m->uid : uid + 1;
		rows[i].m = (struct message){ .uid = uid,
					      .tier = fx_tier(m->id),
					      .flags = (uint8_t)m->flags,
					      .octets = m->octets,
					      .date = m->date,
					      .key = fx_key(m->id) };
		rows[i].keywords = m->keywords != NULL ? m->keywords : "";
		rows[i].message_id = fx_tier(m->id) == TIER_ID ? m->id : NULL;
		for (size_t k = 0; k < v->hole_n; k++)
			rows[i].later |= v->hole[k] == uid;
	}
	state.uidnext = v->no_uidnext ? 0 : uid + 1;
	if (folder_outcome_stored(v->outcome)) {
		fx_ok(store_folder_begin(f->st, folder, &state, false, &w.epoch, &resume, &err));
		if (v->mailbox != NULL)
			fx_ok(store_objectid_put(f->st, folder, w.epoch, v->mailbox,
						 &err));
		fx_ok(store_epoch_last(f->st, w.epoch, &last, &err));
		if (!v->no_uidnext && !v->set_back && last > uid)
			state.uidnext = last + 1;
		w.depth = v->depth;
		fx_ok(store_window_put(f->st, &w, &err));
		end.epoch = w.epoch;
		end.messages_read = (int64_t)(v->n - v->hole_n);
	}
	end.state = state;
	end.hole = hole;
	end.hole_n = v->hole_n;
	fx_ok(store_folder_end(f->st, &end, &err));
	free(hole);
	free(rows);
}

/* One account as this run saw it.  prefix and delim: how the server names folders. */
static inline void fx_read_as(struct fx *f, enum side side, const char *user,
			      const struct fx_folder *v, size_t n, const char *prefix,
			      char delim)
{
	struct account_listing l = {
		.account = fx_account(f, side, user),
		.prefix = prefix,
		.delim = delim,
		.capability = f->capability[side] != NULL ? f->capability[side]
							  : "IMAP4rev1",
		.rights = f->rights[side],
		.server_id = f->server_id[side] != NULL ? f->server_id[side] : "",
		.folder_n = n
	};
	struct account_end end = { .account = l.account,
				   .outcome = ACCOUNT_READ,
				   .depth = DEPTH_FULL,
				   .folders = (int64_t)n,
				   .error = "",
				   .tls = "TLSv1.3" };
	struct err err = ERR_INIT;

	l.folders = mem_calloc(n + 1, sizeof *l.folders);
	for (size_t i = 0; i < n; i++)
		l.folders[i] = (struct folder){ .wire = v[i].name,
						.name = v[i].name,
						.delim = delim,
						.attrs = v[i].attrs };
	fx_ok(store_listing(f->st, &l, &err));
	for (size_t i = 0; i < n; i++) {
		if ((v[i].attrs & (FOLDER_NOSELECT | FOLDER_FOREIGN)) != 0 || v[i].unseen)
			continue;
		fx_read_folder(f, &v[i], l.folders[i].id);
		if (v[i].outcome == FOLDER_UNREADABLE || v[i].outcome == FOLDER_HOLED)
			end.outcome = ACCOUNT_PARTLY;
		else
			end.folders_read++;
		end.messages += (int64_t)v[i].n;
		if (v[i].outcome != FOLDER_UNREADABLE && v[i].depth < end.depth)
			end.depth = v[i].depth;
	}
	if (!f->killed)
		fx_ok(store_account_end(f->st, &end, &err));
	free(l.folders);
}

static inline void fx_read(struct fx *f, enum side side, const char *user,
			   const struct fx_folder *v, size_t n)
{
	fx_read_as(f, side, user, v, n, "", '/');
}

static inline void fx_fail(struct fx *f, enum side side, const char *user,
			   enum account_outcome outcome, const char *error)
{
	struct account_end end = { .account = fx_account(f, side, user),
				   .outcome = outcome,
				   .depth = DEPTH_FULL,
				   .error = error,
				   .tls = "" };
	struct err err = ERR_INIT;

	fx_ok(store_account_end(f->st, &end, &err));
}

#endif
