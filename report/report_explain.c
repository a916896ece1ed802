/* SPDX-License-Identifier: MIT */
/* The whole story of one transfer, for somebody who is tired: what was read, what
 * differs, what to do. */
#include "report/report_explain.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_scan_walk.h"
#include "report/report_why.h"
#include "store/store_acl.h"
#include "store/store_limit.h"

#define FOLDER_MAX 40 /* folders that differ and are listed */
#define ACCESS_MAX 10 /* folders that others may use and that are listed */
#define GRANT_MAX  20 /* persons of one of them */

struct story {
	struct report_view v;
	struct report_out out;
	struct lines l;
	const struct transfer *t;
	struct judgement j;
	bool judged;
	bool unread; /* a side that has an account was never tried */
};

static void blank(struct story *s)
{
	strbuf_addc(&s->out.buf, '\n');
}

/* ---- what was read ---- */

/* What its server lets the account hold: quota, where it has any. */
static bool put_limits(struct story *s, int64_t account, struct err *err)
{
	struct limit_view *v;
	char a[32];
	size_t n;

	if (!store_limits(s->v.st, account, &s->v.arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		const struct limit *m = &v[i].limit;

		if (m->kind == LIMIT_APPEND || m->allowed < 0)
			continue;
		lines_add(&s->l, "       quota %s: ", limit_kind_name(m->kind));
		if (m->used >= 0)
			lines_add(&s->l, "%s of ", num_group(m->used, a, sizeof a));
		lines_add(&s->l, "%s%s used", num_group(m->allowed, a, sizeof a),
			  m->kind == LIMIT_STORAGE ? " octets" : "");
		lines_wrap(&s->l, 9);
	}
	return true;
}

/* Not the owner, nor whoever runs the server. */
static bool is_other(const struct acl_entry *e, const char *user)
{
	return *e->rights != '\0' && strcmp(e->who, "owner") != 0 &&
	       strcmp(e->who, "administrators") != 0 &&
	       !span_ieq_str(span_str(e->who), user);
}

static void put_grants(struct story *s, const struct acl_view *v, const char *name,
		       const char *user)
{
	struct lines *l = &s->l;
	size_t told = 0;

	lines_add(l, "       others may use \"%s\": ", name);
	for (size_t i = 0; i < v->acl.n; i++) {
		const struct acl_entry *e = &v->acl.entry[i];

		if (!is_other(e, user) || told++ >= GRANT_MAX)
			continue;
		lines_add(l, "%s%s %s", told > 1 ? ", " : "", e->who, e->rights);
	}
	if (told > GRANT_MAX)
		lines_add(l, " and %zu more", told - GRANT_MAX);
	lines_wrap(l, 9);
}

/* Who else may do what, as its server told. */
static bool put_access(struct story *s, int64_t account, const char *user,
		       struct err *err)
{
	struct folder_view *f;
	struct acl_view *v;
	size_t n, f_n, told = 0;

	if (!store_acls(s->v.st, account, &s->v.arena, &v, &n, err))
		return false;
	if (n == 0)
		return true;
	if (!store_folders(s->v.st, account, false, &s->v.arena, &f, &f_n, err))
		return false;
	for (size_t i = 0; i < f_n; i++) {
		const struct acl_view *one = NULL;
		bool others = false;

		for (size_t lo = 0, hi = n; lo < hi && one == NULL;) {
			size_t mid = lo + (hi - lo) / 2;

			if (v[mid].acl.folder == f[i].folder.id)
				one = &v[mid];
			else if (v[mid].acl.folder < f[i].folder.id)
				lo = mid + 1;
			else
				hi = mid;
		}
		for (size_t k = 0; one != NULL && k < one->acl.n && !others; k++)
			others = is_other(&one->acl.entry[k], user);
		if (others && told++ < ACCESS_MAX)
			put_grants(s, one, f[i].folder.name, user);
	}
	if (told > ACCESS_MAX) {
		lines_add(&s->l, "       and ");
		lines_count(&s->l, (int64_t)(told - ACCESS_MAX), "more folder",
			    "more folders");
		lines_wrap(&s->l, 9);
	}
	return true;
}

static bool put_side(struct story *s, enum side side, struct err *err)
{
	int64_t account = side == SIDE_OLD ? s->t->old_account : s->t->new_account;
	const char *user = side == SIDE_OLD ? s->t->old_user : s->t->new_user;
	struct account_view a;
	struct lines *l = &s->l;
	char iso[CLOCK_ISO_SIZE];

	lines_add(l, "  %s  ", side_name(side));
	if (account == 0) {
		lines_add(l, "no account on this side");
		lines_end(l);
		return true;
	}
	if (!store_account_view(s->v.st, account, &s->v.arena, &a, err))
		return false;
	lines_add(l, "%s: ", user);
	if (!a.found) {
		lines_add(l, "never read");
		lines_wrap(l, 7);
		s->unread = true;
		return true;
	}
	lines_add(l, "%s on %s",
		  a.outcome == ACCOUNT_READ && a.depth == DEPTH_COUNTS
			  ? "counted"
			  : account_outcome_text(a.outcome),
		  clock_iso(a.at, iso));
	if (*a.error != '\0')
		lines_add(l, " (%s)", a.error);
	if (a.outcome == ACCOUNT_READ || a.outcome == ACCOUNT_PARTLY) {
		lines_add(l, ", ");
		lines_count(l, a.messages, "message", "messages");
		lines_add(l, " in %lld of ", (long long)a.folders_read);
		lines_count(l, a.folders, "folder", "folders");
		lines_add(l, ", depth %s", depth_name(a.depth));
		if (a.depth == DEPTH_COUNTS && a.deep_at != 0)
			lines_add(l, "; the messages were read on %s",
				  clock_iso(a.deep_at, iso));
		if (strcmp(a.tls, "none") == 0)
			lines_add(l, ", in clear text");
	} else if (a.good_at != 0) {
		lines_add(l, "; last read on %s", clock_iso(a.good_at, iso));
	}
	lines_wrap(l, 7);
	return put_limits(s, account, err) && put_access(s, account, user, err);
}

static void put_counts(struct lines *l, const struct match_count *c)
{
	char a[32];

	lines_add(l, "  on the old side: %s as they were",
		  num_group(c->same, a, sizeof a));
	lines_add(l, ", %s recognised by weaker signs",
		  num_group(c->same_weak, a, sizeof a));
	lines_add(l, ", %s changed", num_group(c->changed, a, sizeof a));
	lines_add(l, ", %s in another folder", num_group(c->refiled, a, sizeof a));
	lines_add(l, ", %s missing", num_group(c->missing, a, sizeof a));
	if (c->removed > 0)
		lines_add(l, ", %s delivered and removed since",
			  num_group(c->removed, a, sizeof a));
	lines_add(l, "; %s on the new side only", num_group(c->extra, a, sizeof a));
	lines_wrap(l, 4);
}

static void put_verdict(struct story *s)
{
	static const char *const words[] = {
		[VERDICT_CLEAN] = "CLEAN",
		[VERDICT_DIFFERS] = "DIFFERS",
		[VERDICT_INCOMPLETE] = "INCOMPLETE",
		[VERDICT_NOT_JUDGED] = "NOT JUDGED",
	};
	static const enum lines_color colors[] = {
		[VERDICT_CLEAN] = LINES_GREEN,
		[VERDICT_DIFFERS] = LINES_RED,
		[VERDICT_INCOMPLETE] = LINES_YELLOW,
		[VERDICT_NOT_JUDGED] = LINES_YELLOW,
	};
	_Static_assert(COUNT_OF(words) == VERDICT_COUNT, "a word for every verdict");
	enum verdict verdict = s->judged ? s->j.verdict : VERDICT_NOT_JUDGED;
	const struct match_count *c = &s->j.count;
	struct lines *l = &s->l;
	int64_t folders = s->j.folders_old + s->j.folders_new;
	char a[32], b[32], iso[CLOCK_ISO_SIZE];

	lines_add(l, "%s", s->t->name);
	if (verdict != VERDICT_NOT_JUDGED) {
		lines_add(l, ": %s of %s old and ",
			  num_group(c->old_messages - c->old_unverified, a, sizeof a),
			  num_group(c->old_messages, b, sizeof b));
		lines_add(l, "%s of ",
			  num_group(c->new_messages - c->new_unverified, a, sizeof a));
		lines_count(l, c->new_messages, "new message was", "new messages were");
		lines_add(l, " examined");
		if (s->j.folders_unread > 0) {
			lines_add(l, "; %s of ",
				  num_group(s->j.folders_unread, a, sizeof a));
			lines_count(l, folders, "folder", "folders");
			lines_add(l, " could not be compared");
		}
	} else if (!s->judged) {
		lines_add(l, ": never verified");
	}
	lines_end_headed(l, words[verdict], colors[verdict], strlen(words[verdict]) + 2);
	if (verdict == VERDICT_NOT_JUDGED)
		return;
	if (c->old_messages + c->new_messages > c->old_unverified + c->new_unverified)
		put_counts(l, c);
	if (s->v.has_run) {
		lines_add(l, "  verified by run %lld", (long long)s->j.run);
		if (s->j.run == s->v.run.id)
			lines_add(l, " on %s", clock_iso(s->v.run.ended, iso));
		lines_wrap(l, 4);
	}
}

/* ---- the seal, and what happened ---- */

static bool put_seal(struct story *s, struct err *err)
{
	struct lines *l = &s->l;
	struct seal seal;
	char iso[CLOCK_ISO_SIZE];
	bool found;

	if (!store_seal_head(s->v.st, s->t->id, &s->v.arena, &seal, &found, err))
		return false;
	lines_add(l, "  ");
	if (found) {
		lines_add(l, "sealed on %s by %s", clock_iso(seal.at, iso), seal.teller);
		if (!seal.sound)
			lines_add(l, ", but unsound");
		if (*seal.note != '\0')
			lines_add(l, ": %s", seal.note);
		if (s->judged && s->j.seal != seal.id &&
		    s->j.verdict != VERDICT_NOT_JUDGED)
			lines_add(l, " (it was verified before that seal)");
	} else {
		lines_add(l, "no seal: loss cannot be told from what the owner removed");
	}
	lines_wrap(l, 4);
	return true;
}

static bool put_baseline(struct story *s, struct err *err)
{
	struct lines *l = &s->l;
	struct event *v;
	char iso[CLOCK_ISO_SIZE];
	size_t n;

	if (s->v.o->one_sided)
		return true;
	blank(s);
	strbuf_adds(&s->out.buf, "What happened\n");
	if (!put_seal(s, err) ||
	    !store_events(s->v.st, s->t->id, &s->v.arena, &v, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (strcmp(v[i].kind, "seal") == 0)
			continue;
		lines_add(l, "  %s on %s, told by %s", v[i].kind, clock_iso(v[i].at, iso),
			  v[i].teller);
		if (*v[i].note != '\0')
			lines_add(l, ": %s", v[i].note);
		lines_wrap(l, 4);
	}
	return true;
}

static void put_note(struct story *s)
{
	const struct purged *gone = report_purged(&s->v, s->t->id);
	bool details = gone != NULL && gone->what == PURGE_DETAILS;
	char iso[CLOCK_ISO_SIZE];

	if ((!s->judged || *s->j.note == '\0') && !details)
		return;
	blank(s);
	strbuf_adds(&s->out.buf, "What stands out\n");
	if (s->judged && *s->j.note != '\0') {
		lines_add(&s->l, "  %s", s->j.note);
		lines_wrap(&s->l, 2);
	}
	if (details) {
		lines_add(
			&s->l,
			"  Senders, subjects and Message-IDs were purged on %.10s by %s "
			"(ledger entry %lld).",
			clock_iso(gone->at, iso), gone->by, (long long)gone->ledger);
		lines_wrap(&s->l, 2);
	}
}

/* ---- folders ---- */

static bool is_dull(const struct pair *p)
{
	const struct match_count *c = &p->count;

	return (p->kind == PAIR_PAIRED || p->kind == PAIR_UNSELECTABLE ||
		p->kind == PAIR_RENAMED) &&
	       c->changed == 0 && c->refiled == 0 && c->missing == 0 && c->extra == 0 &&
	       c->old_unverified == 0 && c->new_unverified == 0 && *p->note == '\0';
}

#define NUMBERS 58 /* columns before and behind the name */

static void put_pair(struct story *s, const struct pair *p)
{
	const struct match_count *c = &p->count;
	struct lines *l = &s->l;
	int64_t unverified = c->old_unverified + c->new_unverified;

	lines_add(l, "  ");
	lines_cell(l, *p->old_name != '\0' ? p->old_name : p->new_name,
		   lines_rest(l, NUMBERS, 40));
	lines_add(l, " %-12s", pair_kind_name(p->kind));
	lines_number(l, c->old_messages, 10);
	lines_number(l, c->new_messages, 10);
	lines_number(l, c->missing, 8);
	lines_number(l, c->extra, 7);
	lines_number(l, c->changed, 8);
	lines_end(l);
	lines_add(l, "     ");
	if (*p->old_name != '\0' && *p->new_name != '\0' &&
	    strcmp(p->old_name, p->new_name) != 0)
		lines_add(l, " It is \"%s\" on the new side.", p->new_name);
	if (unverified > 0) {
		lines_add(l, " ");
		lines_count(l, unverified, "message", "messages");
		lines_add(l, " of both sides unverified.");
	}
	if (c->refiled > 0) {
		lines_add(l, " ");
		lines_count(l, c->refiled, "message is", "messages are");
		lines_add(l, " in another folder.");
	}
	if (*p->note != '\0')
		lines_add(l, " %s", p->note);
	if (l->raw.n > 5)
		lines_wrap(l, 6);
	else
		strbuf_clear(&l->raw);
}

static bool put_folders(struct story *s, struct err *err)
{
	struct pair *pair;
	size_t n, differ = 0;

	if (!store_pairs(s->v.st, s->t->id, &s->v.arena, &pair, &n, err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (is_dull(&pair[i]) || differ++ >= FOLDER_MAX)
			continue;
		if (differ == 1) {
			blank(s);
			strbuf_adds(&s->out.buf, "Folders that differ\n  ");
			lines_cell(&s->l, "folder", lines_rest(&s->l, NUMBERS, 40));
			lines_add(&s->l, " %-12s%10s%10s%8s%7s%8s", "kind", "old", "new",
				  "missing", "extra", "changed");
			lines_end(&s->l);
		}
		put_pair(s, &pair[i]);
		if (!report_flush(&s->out, false, err))
			return false;
	}
	if (differ > FOLDER_MAX) {
		lines_add(&s->l, "  and %zu more: mailmuster report --json",
			  differ - FOLDER_MAX);
		lines_end(&s->l);
	}
	if (n > differ && n > 0) {
		blank(s);
		lines_count(&s->l, (int64_t)(n - differ), "folder agrees",
			    "folders agree");
		lines_add(&s->l, " on both sides.");
		lines_end(&s->l);
	}
	return true;
}

/* ---- what to do ---- */

static bool has(const struct story *s, enum finding_class c)
{
	return s->v.sum.cls[c][SEVERITY_DOUBT].n > 0 ||
	       s->v.sum.cls[c][SEVERITY_LOSS].n > 0;
}

static void advise(struct story *s, const char *text)
{
	lines_add(&s->l, "  - %s", text);
	lines_wrap(&s->l, 4);
}

/* Once for each reason, however many groups have it; the whole side was dealt with. */
static void put_reasons(struct story *s)
{
	const struct report_sum *sum = &s->v.sum;

	for (size_t i = 0; i < sum->group_n; i++) {
		const struct report_group *g = &sum->group[i];
		const char *text = report_why_advice(g->cls, g->why);
		bool said = g->severity == SEVERITY_INFO ||
			    g->cls == FINDING_ACCOUNT_UNREADABLE;

		for (size_t k = 0; k < i && !said; k++)
			said = sum->group[k].severity != SEVERITY_INFO &&
			       report_why_advice(sum->group[k].cls, sum->group[k].why) ==
				       text;
		if (!said)
			advise(s, text);
	}
}

static void put_advice(struct story *s)
{
	blank(s);
	strbuf_adds(&s->out.buf, "What to do next\n");
	if (!s->judged && s->v.o->one_sided) {
		advise(s, "There is no new server yet, so nothing can be compared.");
		return;
	}
	if (!s->judged) {
		advise(s,
		       "Read both sides and compare them, with the two commands below.");
	} else if (s->j.verdict == VERDICT_NOT_JUDGED) {
		advise(s, "Nothing, unless what was decided changes.");
		return;
	} else if (s->j.verdict == VERDICT_CLEAN) {
		advise(s, "Nothing. Verify again after the last change on the old side.");
		return;
	}
	if (s->judged && (s->t->old_account == 0 || s->t->new_account == 0))
		advise(s, "The account is on one server only. If that is right, say so "
			  "in accounts.csv (decision archive, delete or keep); if not, "
			  "name its login on the other one. Then: mailmuster accounts "
			  "import");
	else if (s->unread && s->judged)
		advise(s, "Read what was never read.");
	else if (has(s, FINDING_ACCOUNT_UNREADABLE))
		advise(s, report_why_advice(FINDING_ACCOUNT_UNREADABLE, WHY_NONE));
	put_reasons(s);
	lines_add(&s->l, "  - Then: mailmuster audit --only ");
	lines_argument(&s->l, s->t->name);
	lines_add(&s->l, " && mailmuster verify --only ");
	lines_argument(&s->l, s->t->name);
	lines_wrap(&s->l, 4);
}

static bool put_damage(struct story *s, struct err *err)
{
	int64_t account[SIDE_COUNT];
	size_t n = 0;

	if (s->t->old_account != 0)
		account[n++] = s->t->old_account;
	if (s->t->new_account != 0)
		account[n++] = s->t->new_account;
	return report_scan_owner(s->v.st, s->v.o, account, n, &s->out, &s->l, err);
}

static bool put_story(struct story *s, struct err *err)
{
	if (!report_judgement(&s->v, s->t, &s->v.arena, &s->j, &s->judged, err))
		return false;
	put_verdict(s);
	blank(s);
	strbuf_adds(&s->out.buf, "What was read\n");
	if (!put_side(s, SIDE_OLD, err) || !put_side(s, SIDE_NEW, err))
		return false;
	if (!put_baseline(s, err))
		return false;
	put_note(s);
	if (!put_folders(s, err) || !explain_findings(&s->v, &s->out, &s->l, err) ||
	    !put_damage(s, err))
		return false;
	put_advice(s);
	return report_flush(&s->out, true, err);
}

bool report_explain(struct store *st, int64_t transfer, const struct report_options *o,
		    const struct report_sink *sink, struct err *err)
{
	struct story s = { .out = { .sink = sink, .buf = STRBUF_INIT } };
	struct report_options only = *o;
	bool ok = false;

	only.transfers = &transfer;
	only.transfer_n = 1;
	lines_init(&s.l, &s.out.buf, o);
	if (!report_view_open(&s.v, st, &only, err))
		goto out;
	if (s.v.n != 1) {
		err_set(err, ERR_BUG, "transfer %lld is not there", (long long)transfer);
		goto out;
	}
	s.t = &s.v.transfer[0];
	ok = put_story(&s, err);
out:
	report_view_done(&s.v);
	lines_done(&s.l);
	strbuf_done(&s.out.buf);
	return ok;
}
