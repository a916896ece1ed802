/* SPDX-License-Identifier: MIT */
/* Histories at random of one Message-ID after one seal, or several: whatever users do on
 * both sides, a message that never was on the new one is not called clean. */
#include "tests/support/verify_time.h"

/* Among these are some in which a loss was once called clean. */
#define FIRST	600
#define ROUNDS	200
#define FOLDERS 3
#define MOST	48
#define NOBODY	(-1)

struct box {
	struct fx_message v[MOST];
	int mail[MOST]; /* which of the round's it is a copy of; NOBODY */
	size_t n;
	uint32_t next;
};

static struct round {
	struct box box[SIDE_COUNT][FOLDERS];
	bool was[SIDE_COUNT][MOST]; /* an audit saw that mail there */
	int mails, odd;
	uint64_t seed;
	struct strbuf log;
} r;

static const char *const names[FOLDERS] = { "INBOX", "Work", "Sub" };

static unsigned any(unsigned n)
{
	r.seed = r.seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(r.seed >> 33) % n;
}

static void put(struct box *b, int64_t octets, int64_t date, int mail)
{
	if (b->n == MOST)
		return;
	b->mail[b->n] = mail;
	b->v[b->n++] = (struct fx_message){ "<a@x>", octets, date, 0, NULL, ++b->next };
}

/* As it is on the old side. */
static void put_plain(struct box *b, int mail)
{
	put(b, 100 * (mail + 1), D0 + mail, mail);
}

static void drop(struct box *b, size_t i)
{
	b->n--;
	memmove(&b->v[i], &b->v[i + 1], (b->n - i) * sizeof *b->v);
	memmove(&b->mail[i], &b->mail[i + 1], (b->n - i) * sizeof *b->mail);
}

static void look(struct fx *f, bool old, bool new)
{
	const bool sides[SIDE_COUNT] = { old, new };

	the_time += 60;
	fx_audit(f, DEPTH_FULL);
	for (int s = 0; s < SIDE_COUNT; s++) {
		struct fx_folder v[FOLDERS];

		if (!sides[s])
			continue;
		for (int k = 0; k < FOLDERS; k++) {
			const struct box *b = &r.box[s][k];

			v[k] = (struct fx_folder){
				.name = names[k], .message = b->v, .n = b->n, FX_EMPTY
			};
			for (size_t i = 0; i < b->n; i++)
				if (b->mail[i] != NOBODY)
					r.was[s][b->mail[i]] = true;
		}
		fx_read(f, (enum side)s, "ann", v, FOLDERS);
	}
	fx_audit_end(f);
	strbuf_addf(&r.log, "audit %d %d; ", old, new);
}

/* Some arrive, some in another size, some twice, and some do not. */
static void move_all(void)
{
	for (int n = 2 + (int)any(3); n > 0; n--) {
		unsigned k = any(FOLDERS), fate = any(8);
		struct box *new = &r.box[SIDE_NEW][k];
		int mail = r.mails++;

		put_plain(&r.box[SIDE_OLD][k], mail);
		if (fate == 0)
			put(new, 5000 + r.odd++, D0 + mail, mail);
		else if (fate > 2)
			put_plain(new, mail);
		if (fate != 1 && fate != 2 && any(4) == 0)
			put_plain(&r.box[SIDE_NEW][any(FOLDERS)], mail);
		strbuf_addf(&r.log, "%d in %s, fate %u; ", mail, names[k], fate);
	}
}

static void live(void)
{
	enum side side = any(4) == 0 ? SIDE_OLD : SIDE_NEW;
	unsigned k = any(FOLDERS), to = any(FOLDERS), what = any(6);
	struct box *b = &r.box[side][k], *other = &r.box[side][to];
	size_t i = b->n > 0 ? any((unsigned)b->n) : 0;

	strbuf_addf(&r.log, "%s %u of %s to %s (%zu); ", side_name(side), what, names[k],
		    names[to], i);
	if (what == 5 && side == SIDE_OLD) { /* late mail */
		put_plain(b, r.mails++);
	} else if (what == 5) { /* of the same Message-ID, from elsewhere */
		put(b, 9000 + r.odd, D0 + 5000 + r.odd, NOBODY);
		r.odd++;
	} else if (b->n == 0) {
		return;
	} else if (what <= 1) {
		drop(b, i);
	} else if (what == 4 && side == SIDE_NEW) { /* stored again */
		put(other, 5000 + r.odd, D0 + 700 + r.odd, b->mail[i]);
		r.odd++;
		drop(b, i);
	} else {
		put(other, b->v[i].octets, b->v[i].date, b->mail[i]);
		if (what == 2)
			drop(b, i);
	}
}

static bool some_are_lost(void)
{
	for (int i = 0; i < r.mails; i++)
		if (r.was[SIDE_OLD][i] && !r.was[SIDE_NEW][i])
			return true;
	return false;
}

/* again: now and then a new seal is taken, too. */
static void live_and_judge(bool again)
{
	int clean = 0, lost = 0;

	for (int round = FIRST; round < FIRST + ROUNDS; round++) {
		enum verdict got;
		struct fx f;
		int64_t t;

		r = (struct round){ .seed = (uint64_t)round * 7919, .log = STRBUF_INIT };
		fx_open(&f);
		t = fx_transfer(&f, "ann", "ann", "ann", "", "");
		move_all();
		look(&f, true, true);
		seal(&f, t, "ann", "ann");
		for (unsigned audits = 1 + any(4); audits > 0; audits--) {
			unsigned which = 1 + any(3);

			for (unsigned n = 1 + any(4); n > 0; n--)
				live();
			look(&f, (which & 1) != 0, (which & 2) != 0);
			if (!again || any(2) != 0)
				continue;
			look(&f, true, true);
			seal(&f, t, "ann", "ann");
			strbuf_adds(&r.log, "seal; ");
		}
		look(&f, true, true);
		got = judged(&f, t).verdict;
		if (some_are_lost() && got == VERDICT_CLEAN)
			fail_msg("round %d: %s\n%s", round, strbuf_cstr(&r.log),
				 reasons(&f, t));
		lost += some_are_lost();
		clean += got == VERDICT_CLEAN;
		strbuf_done(&r.log);
		fx_close(&f);
	}
	/* Both happen, or nothing was tried. */
	assert_true(lost > ROUNDS / 4 && clean > 0);
}

static void what_never_arrived_is_never_clean(void **state)
{
	(void)state;
	live_and_judge(false);
}

static void nor_is_it_after_a_new_seal(void **state)
{
	(void)state;
	live_and_judge(true);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_never_arrived_is_never_clean),
		cmocka_unit_test(nor_is_it_after_a_new_seal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
