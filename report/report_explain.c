/* SPDX-License-Identifier: MIT */
/* The whole story of one transfer, for somebody who is tired: what was read, what
 * differs, what to do. */
#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "report/report_lines.h"
#include "report/report_view.h"

#define SHOWN_MAX  20 /* messages of one group that are named */
#define FOLDER_MAX 40 /* folders that differ and are listed */

struct story {
	struct report_view v;
	struct report_out out;
	struct lines l;
	const struct transfer *t;
	struct judgement j;
	bool judged;
	bool unread; /* a side that has an account was never tried */
	struct finding_sum sum;
};

static void blank(struct story *s)
{
	strbuf_addc(&s->out.buf, '\n');
}

/* ---- what was read ---- */

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
		if (strcmp(a.tls, "none") == 0)
			lines_add(l, ", in clear text");
	} else if (a.good_at != 0) {
		lines_add(l, "; last read on %s", clock_iso(a.good_at, iso));
	}
	lines_wrap(l, 7);
	return true;
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
	char a[32], b[32], iso[CLOCK_ISO_SIZE];

	lines_add(l, "%s", s->t->name);
	if (verdict != VERDICT_NOT_JUDGED) {
		lines_add(l, ": %s of %s old and ",
			  num_group(c->old_messages - c->old_unverified, a, sizeof a),
			  num_group(c->old_messages, b, sizeof b));
		lines_add(l, "%s of %s new messages were examined",
			  num_group(c->new_messages - c->new_unverified, a, sizeof a),
			  num_group(c->new_messages, b, sizeof b));
		if (s->j.folders_unread > 0)
			lines_add(l, "; %lld of %lld folders could not be compared",
				  (long long)s->j.folders_unread,
				  (long long)(s->j.folders_old + s->j.folders_new));
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

static void put_note(struct story *s)
{
	if (!s->judged || *s->j.note == '\0')
		return;
	blank(s);
	strbuf_adds(&s->out.buf, "What stands out\n");
	lines_add(&s->l, "  %s", s->j.note);
	lines_wrap(&s->l, 2);
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

/* ---- findings ---- */

/* Who it is from, when, what about: whatever is known of the message. */
static bool put_message(struct story *s, const struct finding *f, struct err *err)
{
	struct message_detail d = { 0 };
	struct lines *l = &s->l;
	char iso[CLOCK_ISO_SIZE], buf[32];
	bool found;

	if (!store_detail_get(s->v.st, f->epoch, f->uid, &s->v.scratch, &d, &found, err))
		return false;
	if (d.message_id == NULL && f->side == SIDE_OLD &&
	    !store_message_id(s->v.st, f->epoch, f->uid, &s->v.scratch, &d.message_id,
			      err))
		return false;
	lines_add(l, "    uid %u, %s", (unsigned)f->uid,
		  d.date != NULL		? d.date
		  : f->date != MSG_DATE_UNKNOWN ? clock_iso(f->date, iso)
						: "no date");
	if (d.from != NULL)
		lines_add(l, ", from %s", d.from);
	if (d.subject != NULL)
		lines_add(l, ", \"%s\"", d.subject);
	if (d.message_id != NULL)
		lines_add(l, ", %s", d.message_id);
	if (f->octets >= 0)
		lines_add(l, ", %s", num_octets(f->octets, buf, sizeof buf));
	lines_wrap(l, 8);
	return true;
}

static void put_facts(struct story *s, const struct finding *f)
{
	const char *old = f->old_fact, *new = f->new_fact;

	if (*old == '\0' && *new == '\0')
		return;
	if (f->cls != FINDING_FLAGS && f->cls != FINDING_KEYWORDS)
		lines_add(&s->l, "        old %s, new %s", old, new);
	else if (*new == '\0')
		lines_add(&s->l, "        lost: %s", old);
	else if (*old == '\0')
		lines_add(&s->l, "        added: %s", new);
	else
		lines_add(&s->l, "        lost: %s; added: %s", old, new);
	lines_wrap(&s->l, 8);
}

/* What the last message said need not be said again for the next one. */
struct said {
	struct strbuf folder, explanation;
	int64_t n;
	int cls, severity; /* -1: none yet */
};

static bool is_new(struct strbuf *last, const char *text, bool fresh)
{
	if (!fresh && strcmp(strbuf_cstr(last), text) == 0)
		return false;
	strbuf_clear(last);
	strbuf_adds(last, text);
	return true;
}

static void put_more(struct story *s, const struct said *said)
{
	if (said->n <= SHOWN_MAX)
		return;
	lines_add(&s->l, "    and ");
	lines_count(&s->l, said->n - SHOWN_MAX, "more: mailmuster report --csv --only ",
		    "more: mailmuster report --csv --only ");
	lines_argument(&s->l, s->t->name);
	lines_end(&s->l);
}

static void put_group(struct story *s, const struct finding *f)
{
	char a[32];

	blank(s);
	lines_add(&s->l, "%s: %s", finding_class_text(f->cls),
		  num_group(s->sum.n[f->cls][f->severity], a, sizeof a));
	lines_end_headed(&s->l,
			 f->cls == FINDING_MESSAGE_MISSING ? "MISSING"
							   : severity_name(f->severity),
			 f->severity == SEVERITY_INFO ? LINES_GREEN
			 : f->severity == SEVERITY_DOUBT &&
					 f->cls != FINDING_MESSAGE_MISSING
				 ? LINES_YELLOW
				 : LINES_RED,
			 4);
}

static bool put_finding(struct story *s, const struct finding *f, struct said *said,
			struct err *err)
{
	bool fresh = said->cls != (int)f->cls || said->severity != (int)f->severity;

	if (fresh) {
		put_more(s, said);
		said->cls = (int)f->cls;
		said->severity = (int)f->severity;
		said->n = 0;
		put_group(s, f);
	}
	if (said->n++ >= SHOWN_MAX)
		return true;
	arena_reset(&s->v.scratch);
	if (is_new(&said->folder, f->folder, fresh) || f->uid == 0) {
		fresh = true;
		lines_add(&s->l, "  in %s folder \"%s\"", side_name(f->side), f->folder);
		if (*f->folder == '\0') {
			strbuf_clear(&s->l.raw);
			lines_add(&s->l, "  the whole %s side", side_name(f->side));
		}
		if (*f->other != '\0')
			lines_add(&s->l, ", new folder \"%s\"", f->other);
		lines_wrap(&s->l, 4);
	}
	if (is_new(&said->explanation, f->explanation, fresh) &&
	    *f->explanation != '\0') {
		lines_add(&s->l, "    %s", f->explanation);
		lines_wrap(&s->l, 4);
	}
	if (f->uid == 0)
		return true;
	if (!put_message(s, f, err))
		return false;
	put_facts(s, f);
	return report_flush(&s->out, false, err);
}

/* One way through the findings; missing mail has its own, so that it comes first. */
static bool put_findings(struct story *s, bool missing, struct err *err)
{
	struct store_findings *it = NULL;
	struct said said = { .cls = -1, .severity = -1 };
	struct finding f;
	enum next next;
	bool ok = false;

	if (!store_findings_open(s->v.st, s->t->id, &it, err))
		return false;
	while ((next = store_findings_next(it, &f, err)) == NEXT_ITEM)
		if ((f.cls == FINDING_MESSAGE_MISSING) == missing &&
		    !put_finding(s, &f, &said, err))
			goto out;
	put_more(s, &said);
	ok = next == NEXT_END;
out:
	strbuf_done(&said.folder);
	strbuf_done(&said.explanation);
	store_findings_close(it);
	return ok;
}

/* ---- what to do ---- */

static bool has(const struct story *s, enum finding_class c)
{
	return s->sum.n[c][SEVERITY_DOUBT] > 0 || s->sum.n[c][SEVERITY_LOSS] > 0;
}

static void advise(struct story *s, const char *text)
{
	lines_add(&s->l, "  - %s", text);
	lines_wrap(&s->l, 4);
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
		advise(s, "A side could not be read: put right what its error says "
			  "(mailmuster doctor "
			  "tries the login), or nothing can be said about this account.");
	if (has(s, FINDING_FOLDER_UNREADABLE))
		advise(s, "Have the folders named above repaired on their server "
			  "(reconstruct, "
			  "force-resync), then read them again.");
	if (has(s, FINDING_EVIDENCE_STALE))
		advise(s, "What is known is too old or not deep enough: read the account "
			  "again.");
	if (has(s, FINDING_MESSAGE_MISSING) || has(s, FINDING_FOLDER_MISSING))
		advise(s, "Find one of the missing messages on the old server. If its "
			  "owner did not "
			  "delete it on the new one, copy that folder again with your "
			  "mover, without any "
			  "option that deletes.");
	if (has(s, FINDING_FOLDER_COLLIDED))
		advise(s, "Give the old folders that collided different targets and move "
			  "them again, or "
			  "have their owner agree to one folder.");
	if (has(s, FINDING_DATE))
		advise(s, "The mover did not keep the arrival dates: mail programs will "
			  "sort wrongly. Copy "
			  "again with the option that keeps INTERNALDATE.");
	if (has(s, FINDING_FLAGS) || has(s, FINDING_KEYWORDS))
		advise(s, "Let the mover copy flags once more, before the owner works on "
			  "the new side.");
	if (has(s, FINDING_OCTETS))
		advise(s, "Open one of the messages of another size on both sides and "
			  "compare: a header "
			  "that was added is harmless, a cut attachment is not.");
	if (has(s, FINDING_MESSAGE_EXTRA))
		advise(s, "Look at the messages that only the new side has: copied "
			  "twice, or delivered to "
			  "the wrong person?");
	lines_add(&s->l, "  - Then: mailmuster audit --only ");
	lines_argument(&s->l, s->t->name);
	lines_add(&s->l, " && mailmuster verify --only ");
	lines_argument(&s->l, s->t->name);
	lines_wrap(&s->l, 4);
}

static bool put_story(struct story *s, struct err *err)
{
	if (!report_judgement(&s->v, s->t, &s->v.arena, &s->j, &s->judged, err) ||
	    !store_finding_sums(s->v.st, s->t->id, &s->sum, err))
		return false;
	put_verdict(s);
	blank(s);
	strbuf_adds(&s->out.buf, "What was read\n");
	if (!put_side(s, SIDE_OLD, err) || !put_side(s, SIDE_NEW, err))
		return false;
	put_note(s);
	if (!put_folders(s, err) || !put_findings(s, true, err) ||
	    !put_findings(s, false, err))
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
