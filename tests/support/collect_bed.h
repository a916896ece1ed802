/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_COLLECT_BED_H
#define TESTS_SUPPORT_COLLECT_BED_H
/* A store for the gate: one account of the old side, read and judged as often as a test
 * asks for. */
#include "gate/collect.h"
#include "store/store_accept.h"
#include "store/store_evidence.h"
#include "store/store_record.h"
#include "store/store_scan.h"
#include "store/store_seal.h"
#include "store/store_verify.h"
#include "tests/support/store_rig.h"

#define NOW ((int64_t)2000000000)

static struct gate_facts bed_see(struct rig *r)
{
	struct err err = ERR_INIT;
	struct gate_facts f;
	struct evidence e;

	gate_facts_init(&f);
	ok(store_evidence(r->st, NOW, false, &e, &err));
	ok(store_read_begin(r->st, &err));
	ok(gate_collect(r->st, &e, &r->arena, &f, &err));
	store_read_end(r->st);
	return f;
}

/* A transfer of the account that the rig reads. */
static int64_t bed_transfer(struct rig *r, const char *name, const char *decision)
{
	struct transfer t = { .name = name, .decision = decision, .owner = "ada" };
	struct err err = ERR_INIT;
	enum store_put what;
	int64_t id;

	t.old_account = r->account;
	ok(store_transfer_put(r->st, &t, &id, &what, &err));
	return id;
}

/* The folder holds messages 1 to n; the next one will have this UID. */
static void bed_read_up_to(struct rig *r, uint32_t n, uint32_t uidnext)
{
	struct folder_state s = rig_state((int64_t)n);
	struct store_row *rows;
	size_t row_n;
	int64_t epoch;

	s.uidnext = uidnext;
	rig_start(r, DEPTH_FULL);
	rows = rig_rows(1, n, 1, &row_n);
	epoch = rig_begin(r, &s);
	rig_put(r, epoch, 1, UINT32_MAX, rows, row_n, DEPTH_FULL);
	rig_end(r, epoch, &s, DEPTH_FULL);
	free(rows);
	rig_account_end(r, ACCOUNT_READ, DEPTH_FULL);
	rig_run_end(r);
}

static void bed_read(struct rig *r, uint32_t n)
{
	bed_read_up_to(r, n, n + 1);
}

static void bed_judge(struct rig *r, int64_t transfer, int64_t old_run)
{
	struct run run = { .command = "verify",
			   .scope = "{}",
			   .depth = DEPTH_FULL,
			   .operator_name = "t" };
	struct judgement j = { .transfer = transfer,
			       .verdict = VERDICT_DIFFERS,
			       .old_run = old_run,
			       .new_run = old_run,
			       .old_seen = 70,
			       .new_seen = 80,
			       .depth = DEPTH_FULL,
			       .flags_compared = true,
			       .count = { .old_messages = 9, .same = 5, .changed = 2 },
			       .note = "" };
	struct finding f = { .transfer = transfer,
			     .cls = FINDING_MESSAGE_MISSING,
			     .severity = SEVERITY_LOSS,
			     .folder = "INBOX",
			     .other = "",
			     .epoch = 1,
			     .uid = 7,
			     .octets = 5,
			     .date = 1000000000,
			     .old_fact = "",
			     .new_fact = "",
			     .explanation = "",
			     .count = 1,
			     .fingerprint = { .bytes = { 7 } } };
	struct err err = ERR_INIT;

	ok(store_run_begin(r->st, &run, &j.run, &err));
	ok(store_begin(r->st, &err));
	ok(store_verify_clear(r->st, transfer, &err));
	ok(store_finding_add(r->st, &f, &err));
	f.severity = SEVERITY_INFO;
	f.fingerprint.bytes[0] = 8;
	ok(store_finding_add(r->st, &f, &err));
	ok(store_judgement_put(r->st, &j, &err));
	ok(store_commit(r->st, &err));
	ok(store_run_end(r->st, j.run, RUN_COMPLETE, NULL, NULL, &err));
}

#endif
