/* SPDX-License-Identifier: MIT */
/* G12 to G17: what persons did and said. */
#include "gate/work.h"

/* ---- G12 ---- */

/* NULL: it is dealt with. */
static const char *not_dealt_with(const struct gate_facts *f,
				  const struct gate_account *a,
				  const struct gate_limits *l, struct gate_result *out,
				  const char **command)
{
	int64_t until = a->asked + l->v[LIMIT_NOTICE];

	*command = arena_printf(out->arena, "mailmuster event asked --only %s", a->name);
	if (a->asked == 0 && a->answered == 0)
		return "its owner was never asked";
	*command = arena_printf(out->arena, "mailmuster event answered --only %s",
				a->name);
	if (a->answered == 0 && until > f->now)
		return arena_printf(out->arena, "its owner may answer until %s",
				    gate_day(out, until));
	*command = arena_printf(
		out->arena, "mailmuster event archive --file FILE --only %s", a->name);
	if (a->archived != 0)
		return NULL;
	if (strcmp(a->decision, "delete") != 0)
		return "no archive of it was recorded";
	return a->answered != 0 ? NULL
				: "to be deleted without an answer, and without an "
				  "archive";
}

void gate_g12(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t n = 0;

	out->command = "mailmuster accounts dormant";
	for (size_t i = 0; i < f->account_n; i++) {
		const struct gate_account *a = &f->account[i];
		struct gate_finding x = { .subject = a->name };

		if (!a->old_side || strcmp(a->decision, "keep") == 0 ||
		    (a->moves && (*a->decision != '\0' || !a->dormant)))
			continue;
		n++;
		x.text = not_dealt_with(f, a, l, out, &x.command);
		if (x.text == NULL)
			continue;
		gate_fingerprint(GATE_DORMANT, &x.fingerprint, "account", a->name);
		gate_add(out, &x);
	}
	gate_figure(out, "accounts", n);
	if (!f->logs)
		gate_blind(out, "no log of the old side was read: who is unused is not "
				"known");
	else if (gate_down_since(f) != 0)
		gate_stands_on(out, f->logs_until);
	else
		gate_aged(f, out, f->logs_until, "the newest line of the logs");
	gate_passed(out, "%s that do not move, each asked and kept",
		    gate_some(out, n, "account"));
}

/* ---- statements ---- */

static void stated(const struct gate_facts *f, const char *topic, const char *what,
		   struct gate_result *out)
{
	const struct gate_record *said = gate_newest(f, GATE_RECORD_STATEMENT, topic);

	out->command = arena_printf(out->arena,
				    "mailmuster event statement %s --role ROLE", topic);
	gate_figure(out, "statements", said != NULL);
	if (said == NULL) {
		gate_blind(out, "nobody said that %s", what);
		return;
	}
	if (*said->role == '\0')
		gate_blind(out, "%s said so, but not as what", said->teller);
	gate_aged(f, out, said->at, "what was said");
	gate_passed(out, "said by %s (%s) on %s", said->teller, said->role,
		    gate_day(out, said->at));
}

void gate_g13(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	(void)l;
	stated(f, "new-accounts", "new accounts are made on the new server only", out);
}

void gate_g17(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	(void)l;
	stated(f, "retention", "retention and legal hold are cleared", out);
}

/* ---- G14 ---- */

static void fail(struct gate_result *out, const char *subject, const char *text,
		 int64_t at)
{
	struct gate_finding x = { .subject = subject, .text = text, .at = at };

	gate_fingerprint(out->check->id, &x.fingerprint, subject);
	gate_add(out, &x);
}

void gate_g14(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	const struct gate_record *archive = gate_newest(f, GATE_RECORD_ARCHIVE, NULL);
	const struct gate_record *restore = NULL;
	int64_t last = gate_last_use(f);

	(void)l;
	out->command = "mailmuster event archive --file FILE";
	gate_figure(out, "last_use", last);
	gate_figure(out, "archived_at", archive != NULL ? archive->at : 0);
	if (archive == NULL) {
		gate_blind(out, "no archive of the old server was recorded");
		return;
	}
	if (!archive->has_digest) {
		gate_blind(out,
			   "the archive of %s was recorded without the digest by "
			   "which to know it",
			   gate_day(out, archive->at));
		return;
	}
	gate_stands_on(out, archive->at);
	if (archive->at < last)
		fail(out, "the archive",
		     arena_printf(out->arena,
				  "it is of %s, and the old server was used until %s",
				  gate_minute(out, archive->at), gate_minute(out, last)),
		     archive->at);
	out->command = "mailmuster event restore --file FILE --by NAME";
	for (size_t i = 0; i < f->record_n; i++) {
		const struct gate_record *r = &f->record[i];

		if (r->kind == GATE_RECORD_RESTORE && r->has_digest &&
		    r->at >= archive->at &&
		    memcmp(&r->digest, &archive->digest, sizeof r->digest) == 0)
			restore = r;
	}
	if (!f->logs)
		gate_blind(out, "no log of the old side was read: when it was last used "
				"is not known");
	if (restore == NULL) {
		gate_blind(out, "nobody restored a mailbox of that archive as a test");
		return;
	}
	gate_aged(f, out, restore->at, "the test");
	gate_passed(out, "archive of %s, restored by %s on %s",
		    gate_day(out, archive->at), restore->teller,
		    gate_day(out, restore->at));
}

/* ---- G15 ---- */

void gate_g15(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	const struct gate_record *said = gate_newest(f, GATE_RECORD_STATEMENT,
						     "soft-shutdown");
	int64_t down = gate_down_since(f), end = down != 0 ? f->now : f->started_at;
	int64_t limit = l->v[LIMIT_STOPPED], seen = 0;

	out->command = "mailmuster event stop";
	gate_figure(out, "stopped_at", f->stopped_at);
	gate_figure(out, "started_at", f->started_at);
	if (f->stopped_at == 0) {
		gate_blind(out, "nobody told that the old server was stopped");
		return;
	}
	if (end - f->stopped_at < limit)
		fail(out, "the old server",
		     down != 0 ? arena_printf(
					 out->arena, "down since %s, and must be for %s",
					 gate_minute(out, down), gate_term(out, limit))
			       : arena_printf(out->arena,
					      "was started again on %s, after %s",
					      gate_minute(out, f->started_at),
					      gate_long(out, end - f->stopped_at)),
		     f->stopped_at);
	for (size_t i = 0; i < f->account_n; i++)
		if (f->account[i].old_read > seen)
			seen = f->account[i].old_read;
	if (f->logs_until > seen)
		seen = f->logs_until;
	if (down != 0 && seen > down + LAG)
		fail(out, "the old server",
		     arena_printf(out->arena, "it was alive on %s, after it was stopped",
				  gate_minute(out, seen)),
		     seen);
	if (down == 0)
		gate_aged(f, out, f->started_at, "the trial");
	else
		gate_stands_on(out, down);
	if (said == NULL || said->at < f->stopped_at + limit) {
		gate_blind(out, "nobody said that nothing was asked for in that time");
		out->command = "mailmuster event statement soft-shutdown --role ROLE";
		return;
	}
	gate_passed(out, "down %s%s, nothing asked for, says %s",
		    down != 0 ? "since " : "for ",
		    down != 0 ? gate_day(out, down) : gate_long(out, end - f->stopped_at),
		    said->teller);
}

/* ---- G16 ---- */

void gate_g16(const struct gate_facts *f, const struct gate_limits *l,
	      struct gate_result *out)
{
	int64_t n = 0, first = 0;

	out->command = "mailmuster event announce MESSAGE-ID";
	for (size_t i = 0; i < f->record_n; i++) {
		bool again = false;

		if (f->record[i].kind != GATE_RECORD_ANNOUNCE)
			continue;
		for (size_t k = 0; k < i; k++)
			again |= f->record[k].kind == GATE_RECORD_ANNOUNCE &&
				 strcmp(f->record[k].topic, f->record[i].topic) == 0;
		if (again)
			continue;
		if (first == 0)
			first = f->record[i].at;
		n++;
	}
	gate_figure(out, "announcements", n);
	gate_figure(out, "first", first);
	gate_stands_on(out, first);
	if (n < l->v[LIMIT_ANNOUNCEMENTS])
		fail(out, "the shutdown",
		     arena_printf(out->arena, "%s recorded, %lld are wanted",
				  gate_some(out, n, "announcement"),
				  (long long)l->v[LIMIT_ANNOUNCEMENTS]),
		     first);
	else if (f->now - first < l->v[LIMIT_ANNOUNCED])
		fail(out, "the shutdown",
		     arena_printf(out->arena, "first announced on %s, %s must pass",
				  gate_day(out, first),
				  gate_term(out, l->v[LIMIT_ANNOUNCED])),
		     first);
	gate_passed(out, "%s, the first on %s", gate_some(out, n, "announcement"),
		    gate_day(out, first));
}
