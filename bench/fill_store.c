/* SPDX-License-Identifier: MIT */
/*
 * Fill a project's database as audits of both sides would: one account, one folder, N
 * messages a side, in another order on the new side (a mover that copies in parallel does
 * that), K of them missing there.
 *
 *   fill_store DATABASE N K
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/sha256.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_run.h"

enum { WINDOW = 2048 };

static void make_row(struct sha256_ctx *ctx, struct arena *arena, enum side side,
		     uint64_t serial, uint32_t uid, struct store_row *row)
{
	struct sha256 d;
	const char *id = arena_printf(arena, "<%016" PRIx64 ".bench@example.org>",
				      serial * 0x9e3779b97f4a7c15u);

	sha256_begin(ctx);
	sha256_add(ctx, id, strlen(id));
	sha256_end(ctx, &d);
	memcpy(row->m.key.bytes, d.bytes, sizeof row->m.key.bytes);
	row->m.uid = uid;
	row->m.tier = TIER_ID;
	row->m.flags = serial % 3 == 0 ? 0 : MSG_SEEN;
	row->m.octets = 800 + (int64_t)(serial * 7919 % 60000);
	row->m.date = 1262304000 + (int64_t)serial * 97;
	row->keywords = "";
	row->message_id = side == SIDE_OLD ? id : NULL;
}

/* Message uid of this side; the new side is a fixed permutation in blocks of 4,096. */
static uint64_t serial_of(enum side side, uint64_t n, uint64_t i)
{
	uint64_t block = i / 4096 * 4096, size = n - block < 4096 ? n - block : 4096;

	return side == SIDE_OLD ? i : block + (size - 1 - (i - block));
}

static bool fill_side(struct store *st, enum side side, int64_t account, uint64_t n,
		      uint64_t missing, struct err *err)
{
	struct folder folder = { .wire = "INBOX", .name = "INBOX", .delim = '/' };
	struct account_listing listing = { .account = account,
					   .prefix = "",
					   .delim = '/',
					   .capability = "",
					   .server_id = "",
					   .folders = &folder,
					   .folder_n = 1 };
	struct folder_state state = {
		.uidvalidity = 1, .uidnext = (uint32_t)n + 1, .modseq = -1, .octets = -1
	};
	static struct store_row rows[WINDOW + 1024];
	struct sha256_ctx *ctx = sha256_new();
	struct arena arena;
	int64_t epoch, stored = 0;
	uint32_t resume;
	bool ok = false;

	arena_init(&arena);
	if (!store_listing(st, &listing, err) ||
	    !store_folder_begin(st, folder.id, &state, false, &epoch, &resume, err))
		goto out;
	for (uint64_t lo = 1; lo <= n;) {
		uint64_t hi = lo / 1024 * 1024 + WINDOW - 1;
		struct store_window w = { .epoch = epoch,
					  .lo = (uint32_t)lo,
					  .rows = rows,
					  .depth = DEPTH_FULL };

		w.hi = hi >= n ? UINT32_MAX : (uint32_t)hi;
		arena_reset(&arena);
		for (uint64_t uid = lo; uid <= hi && uid <= n; uid++) {
			uint64_t serial = serial_of(side, n, uid - 1);

			if (side == SIDE_NEW && missing > 0 &&
			    serial % (n / missing) == 0)
				continue;
			make_row(ctx, &arena, side, serial, (uint32_t)uid,
				 &rows[w.row_n++]);
		}
		if (!store_window_put(st, &w, err))
			goto out;
		stored += (int64_t)w.row_n;
		lo = hi + 1;
	}
	state.exists = stored;
	ok = store_folder_end(st,
			      &(struct folder_end){ .folder = folder.id,
						    .epoch = epoch,
						    .outcome = FOLDER_READ,
						    .state = state,
						    .messages_read = stored,
						    .depth = DEPTH_FULL,
						    .error = "" },
			      err) &&
	     store_account_end(st,
			       &(struct account_end){ .account = account,
						      .outcome = ACCOUNT_READ,
						      .depth = DEPTH_FULL,
						      .folders = 1,
						      .folders_read = 1,
						      .messages = stored,
						      .error = "",
						      .tls = "none" },
			       err);
out:
	arena_done(&arena);
	sha256_free(ctx);
	return ok;
}

int main(int argc, char **argv)
{
	struct account account[SIDE_COUNT] = { { .side = SIDE_OLD, .user = "bench" },
					       { .side = SIDE_NEW, .user = "bench" } };
	struct transfer t = { .name = "bench",
			      .old_user = "bench",
			      .new_user = "bench",
			      .new_prefix = "",
			      .decision = "",
			      .owner = "",
			      .address = "",
			      .aliases = "",
			      .logins = "",
			      .addresses = "",
			      .wave = "",
			      .note = "" };
	struct run r = { .command = "audit",
			 .scope = "{}",
			 .depth = DEPTH_FULL,
			 .operator_name = "bench" };
	struct wire_count count = { 0 };
	struct store *st = NULL;
	struct err err = ERR_INIT;
	enum store_put put;
	uint64_t n, missing;
	int64_t run, id;
	int code = 1;

	if (argc != 4 || !num_u64(span_str(argv[2]), 100000000, &n) ||
	    !num_u64(span_str(argv[3]), n, &missing)) {
		fprintf(stderr, "usage: fill_store DATABASE MESSAGES MISSING\n");
		return 2;
	}
	r.started = clock_now();
	if (!store_open(argv[1], STORE_WRITE, &st, &err) ||
	    !store_account_put(st, &account[SIDE_OLD], &t.old_account, &err) ||
	    !store_account_put(st, &account[SIDE_NEW], &t.new_account, &err) ||
	    !store_transfer_put(st, &t, &id, &put, &err) ||
	    !store_run_begin(st, &r, &run, &err) ||
	    !fill_side(st, SIDE_OLD, t.old_account, n, missing, &err) ||
	    !fill_side(st, SIDE_NEW, t.new_account, n, missing, &err) ||
	    !store_run_end(st, run, RUN_COMPLETE, &count, "", &err)) {
		fprintf(stderr, "fill_store: %s\n", err.text);
		goto out;
	}
	code = 0;
out:
	store_close(st);
	return code;
}
