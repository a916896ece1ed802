/* SPDX-License-Identifier: MIT */
/*
 * Fill a project's database as a migration would that is nearly over: N accounts that
 * were read, cut over and verified, K findings of loss among them.
 *
 *   fill_gate DATABASE N K
 */
#include <inttypes.h>

#include "base/clock.h"
#include "base/num.h"
#include "store/store_account.h"
#include "store/store_folder.h"
#include "store/store_run.h"
#include "store/store_seal.h"
#include "store/store_verify.h"

static bool add_account(struct store *st, uint64_t i, int64_t *transfer, struct err *err)
{
	struct account account[SIDE_COUNT] = { { .side = SIDE_OLD },
					       { .side = SIDE_NEW } };
	struct transfer t = { .new_prefix = "",
			      .decision = "migrate",
			      .owner = "p.ito",
			      .address = "",
			      .aliases = "",
			      .logins = "",
			      .addresses = "",
			      .wave = "",
			      .note = "" };
	enum store_put what;
	char name[32];

	snprintf(name, sizeof name, "user%06" PRIu64, i);
	t.name = name;
	for (int s = 0; s < SIDE_COUNT; s++) {
		account[s].user = name;
		if (!store_account_put(st, &account[s], &account[s].id, err) ||
		    !store_account_end(st,
				       &(struct account_end){ .account = account[s].id,
							      .outcome = ACCOUNT_READ,
							      .depth = DEPTH_FULL,
							      .messages = 1000,
							      .error = "",
							      .tls = "TLSv1.3" },
				       err))
			return false;
	}
	t.old_account = account[SIDE_OLD].id;
	t.new_account = account[SIDE_NEW].id;
	return store_transfer_put(st, &t, transfer, &what, err) &&
	       store_event_add(st, *transfer, "cutover", clock_now(), "bench", "", err);
}

static bool judge(struct store *st, int64_t transfer, int64_t audit, int64_t run,
		  uint64_t findings, struct err *err)
{
	struct judgement j = {
		.transfer = transfer,
		.run = run,
		.verdict = findings > 0 ? VERDICT_DIFFERS : VERDICT_CLEAN,
		.old_run = audit,
		.new_run = audit,
		.old_seen = clock_now(),
		.new_seen = clock_now(),
		.depth = DEPTH_FULL,
		.flags_compared = true,
		.count = { .old_messages = 1000, .new_messages = 1000, .same = 1000 },
		.loss = (int64_t)findings,
		.note = ""
	};

	for (uint64_t k = 0; k < findings; k++) {
		struct finding f = { .transfer = transfer,
				     .cls = FINDING_MESSAGE_MISSING,
				     .severity = SEVERITY_LOSS,
				     .folder = "INBOX",
				     .other = "",
				     .epoch = 1,
				     .uid = (uint32_t)(k + 1),
				     .octets = 5000,
				     .date = 1262304000,
				     .old_fact = "",
				     .new_fact = "",
				     .explanation = "nothing in the evidence tells why",
				     .count = 1 };
		struct sha256_ctx *sha = sha256_new();

		sha256_begin(sha);
		sha256_add_u64(sha, (uint64_t)transfer);
		sha256_add_u64(sha, k);
		sha256_end(sha, &f.fingerprint);
		sha256_free(sha);
		if (!store_finding_add(st, &f, err))
			return false;
	}
	return store_judgement_put(st, &j, err);
}

static bool fill(struct store *st, uint64_t n, uint64_t findings, struct err *err)
{
	struct run audit = { .command = "audit",
			     .scope = "{\"command\":\"audit\",\"old\":{\"host\":\"old\","
				      "\"port\":993,\"auth\":\"user\"},\"new\":{\"host\":"
				      "\"new\",\"port\":993,\"auth\":\"user\"}}",
			     .depth = DEPTH_FULL,
			     .operator_name = "bench" };
	struct run verify = { .command = "verify",
			      .scope = "{}",
			      .depth = DEPTH_FULL,
			      .operator_name = "bench" };
	int64_t *transfer = mem_calloc(n + 1, sizeof *transfer);
	bool ok = store_run_begin(st, &audit, &audit.id, err) && store_begin(st, err);

	for (uint64_t i = 0; ok && i < n; i++)
		ok = add_account(st, i, &transfer[i], err);
	ok = ok && store_commit(st, err) &&
	     store_run_end(st, audit.id, RUN_COMPLETE, NULL, "", err) &&
	     store_run_begin(st, &verify, &verify.id, err) && store_begin(st, err);
	for (uint64_t i = 0; ok && i < n; i++)
		ok = judge(st, transfer[i], audit.id, verify.id,
			   i % 10 == 0 ? findings * 10 / n : 0, err);
	ok = ok && store_commit(st, err) &&
	     store_run_end(st, verify.id, RUN_COMPLETE, NULL, "", err);
	free(transfer);
	return ok;
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;
	struct store *st = NULL;
	uint64_t n, findings;
	bool ok;

	if (argc != 4 || !num_u64(span_str(argv[2]), 10000000, &n) || n < 10 ||
	    !num_u64(span_str(argv[3]), 10000000, &findings)) {
		fputs("usage: fill_gate DATABASE N K\n", stderr);
		return 2;
	}
	ok = store_open(argv[1], STORE_WRITE, &st, &err) && fill(st, n, findings, &err);
	if (!ok)
		fprintf(stderr, "fill_gate: %s\n", err.text);
	store_close(st);
	return ok ? 0 : 1;
}
