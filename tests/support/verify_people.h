/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_VERIFY_PEOPLE_H
#define TESTS_SUPPORT_VERIFY_PEOPLE_H
/*
 * Everything that verify knows, in one store: people whose mail moved well and badly, was
 * sealed, and went on living.  people_fill reads all of them twice, 60 seconds apart by
 * the_time, the clock of the program that includes this.
 */
#include "tests/support/verify_fixture.h"

#include "store/store_acl.h"
#include "store/store_gmail.h"
#include "store/store_mover.h"
#include "store/store_scan.h"

static int64_t the_time;

#define SEEN MSG_SEEN
#define M(id, uid, octets, flags, words)                                                 \
	{                                                                                \
		"<" id "@x>", octets, D0 + (uid), flags, words, uid                      \
	}
#define U(folder)                                                                        \
	{                                                                                \
		.name = folder, .outcome = FOLDER_UNREADABLE, .error = "NO broken"       \
	}
#define C(folder)                                                                        \
	{                                                                                \
		.name = folder, .outcome = FOLDER_COUNTED                                \
	}
#define H(folder, v)                                                                     \
	{                                                                                \
		.name = folder, FX_MESSAGES(v), FX_HOLES(at_2)                           \
	}
static const uint32_t at_2[] = { 2 };

static const struct fx_message
	six[] = { M("1", 1, 100, SEEN, "a"), M("2", 2, 100, SEEN, "b"),
		  M("3", 3, 100, 0, NULL),   M("4", 4, 100, 0, NULL),
		  M("5", 5, 100, SEEN, "f"), M("6", 6, 100, 0, NULL) },
	/* one had other words at the seal already */
	six_new[] = { M("1", 1, 100, SEEN, "a"), M("2", 2, 100, SEEN, "b"),
		      M("3", 3, 100, 0, NULL),	 M("4", 4, 100, 0, NULL),
		      M("5", 5, 100, SEEN, "e"), M("6", 6, 100, 0, NULL) },
	/* other flags and words; 3 and 4 were removed, 6 went to another folder */
	six_then[] = { M("1", 1, 100, 0, "c"), M("2", 2, 100, SEEN, NULL),
		       M("5", 5, 100, 0, NULL) },
	moved[] = { M("6", 6, 100, 0, NULL) },
	/* 2 was moved on the old side, 7 came late */
	six_old[] = { M("1", 1, 100, SEEN, "a"), M("3", 3, 100, 0, NULL),
		      M("4", 4, 100, 0, NULL),	 M("5", 5, 100, SEEN, "f"),
		      M("6", 6, 100, 0, NULL),	 M("7", 7, 100, 0, NULL) },
	moved_old[] = { M("2", 1, 100, SEEN, "b") },
	three[] = { M("k", 1, 10, 0, NULL), M("l", 2, 20, 0, NULL),
		    M("m", 3, 30, 0, NULL) },
	once_more[] = { M("k", 1, 10, 0, NULL), M("l", 2, 20, 0, NULL),
			M("m", 3, 30, 0, NULL), M("k", 4, 10, 0, NULL) },
	other[] = { M("n", 1, 10, 0, "$Work"), M("o", 2, 20, SEEN, NULL),
		    M("p", 3, 30, 0, NULL) },
	/* one of another size, words and date, one that is one more */
	facts[] = { M("n", 1, 11, SEEN, "$Play"),
		    { "<o@x>", 20, D0 + 7200, 0, NULL, 2 },
		    M("q", 3, 30, 0, NULL) },
	one[] = { M("z", 1, 10, 0, NULL) },
	shown[] = { M("u", 1, 10, 0, NULL), M("v", 2, 20, 0, NULL),
		    M("w", 3, 30, 0, NULL) },
	arrived[] = { M("u", 1, 10, 0, NULL) },
	two[] = { M("z", 1, 10, 0, NULL), M("y", 2, 10, 0, NULL) },
	no_id[] = { { NULL, 10, D0, 0, NULL, 1 }, { NULL, 11, D0, 0, NULL, 2 } },
	no_id_new[] = { { NULL, 12, D0, 0, NULL, 1 },
			{ "<made@x>", 13, D0, 0, NULL, 2 } };

/* For a pattern, for an alarm over all accounts, and for more keywords than are kept. */
static struct fx_message day[6], day_later[6], twenty[20], sixteen[16], marked[300],
	marked_otherwise[299];

static inline void make_many(void)
{
	static char id[300][12], words[300][12], others[300][12];

	for (size_t i = 0; i < COUNT_OF(marked); i++) {
		snprintf(id[i], sizeof id[i], "<%zu@m>", i);
		snprintf(words[i], sizeof words[i], "k%zu", i % 256);
		snprintf(others[i], sizeof others[i], "o%zu", i);
		marked[i] = (struct fx_message){ id[i], 10, D0, 0, words[i], 0 };
		if (i < COUNT_OF(marked_otherwise))
			marked_otherwise[i] = (struct fx_message){ id[i], 10,	     D0,
								   0,	  others[i], 0 };
		if (i < COUNT_OF(twenty))
			twenty[i] = (struct fx_message){ id[i], 10, D0, 0, NULL, 0 };
		if (i < COUNT_OF(sixteen))
			sixteen[i] = twenty[i];
		if (i < COUNT_OF(day)) {
			day[i] = (struct fx_message){ id[i], 10,   D0 + (int64_t)i * 1001,
						      SEEN,  NULL, 0 };
			day_later[i] = day[i];
			day_later[i].date += 7200;
			day_later[i].flags = 0;
		}
	}
}

#define FOLDERS 7
static const struct person {
	const char *name, *old, *new, *decision;
	struct fx_folder at_old[FOLDERS], at_new[FOLDERS];     /* read first */
	struct fx_folder then_old[FOLDERS], then_new[FOLDERS]; /* and later, or nothing */
	bool sealed, unsound;
} people[] = {
	{ "ann",
	  "ann",
	  "ann",
	  "",
	  { F("INBOX", six), F("Gone", one), F("Set", three), F("Anew", other),
	    FE("Work") },
	  { F("INBOX", six_new), F("Gone", one), F("Set", three), F("Anew", other),
	    FE("Work") },
	  { F("INBOX", six_old), F("Set", one), F("Anew", other), F("Work", moved_old) },
	  { F("INBOX", six_then),
	    { .name = "Set", FX_MESSAGES(one), .set_back = true },
	    { .name = "Anew", FX_MESSAGES(other), .uidvalidity = 9 },
	    F("Work", moved) },
	  true,
	  true },
	/* two whose mail arrives in the same folders, one with a seal */
	{ "bob",
	  "bob",
	  "both",
	  "",
	  { F("INBOX", three), F("Sent", one), F("Sent Items", other) },
	  { F("INBOX", three), F("Sent", one), FE("Old") },
	  { { 0 } },
	  { { 0 } },
	  true,
	  false },
	{ "cid",
	  "cid",
	  "both",
	  "",
	  { F("INBOX", other), F("Archive", two) },
	  { { 0 } },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* sides of which little or nothing is known */
	{ "dan",
	  "dan",
	  "dan",
	  "",
	  { F("INBOX", three) },
	  { { 0 } },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "eve",
	  "eve",
	  "eve",
	  "keep",
	  { F("INBOX", three) },
	  { { 0 } },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "fay",
	  "fay",
	  "fay",
	  "",
	  { C("INBOX") },
	  { C("INBOX") },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "gus",
	  "gus",
	  "gus",
	  "",
	  { { .name = "INBOX", .message = three, .n = 3, .depth = DEPTH_IDS } },
	  { F("INBOX", three) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* mail of one in the account of another */
	{ "hal",
	  "hal",
	  "hal",
	  "",
	  { F("INBOX", three), F("Private", two) },
	  { F("INBOX", three) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "ida",
	  "ida",
	  "ida",
	  "",
	  { F("INBOX", other) },
	  { F("INBOX", facts), F("Odd", two) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* folders of every kind */
	{ "jon",
	  "jon",
	  "jon",
	  "",
	  { F("INBOX", three), U("Bad"), H("Holes", other), F("Junk", one),
	    FA("Sent Items", FOLDER_SUBSCRIBED | FOLDER_SENT, six), F("Lost", two) },
	  { F("INBOX", other), U("Worse"), H("Holes", three), F("Sent", six_then),
	    FE("Drafts") },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* known by other things than their Message-ID */
	{ "kim",
	  "kim",
	  "kim",
	  "",
	  { F("INBOX", no_id), FE("Work") },
	  { FE("INBOX"), F("Work", no_id_new) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "lea",
	  "lea",
	  "lea",
	  "",
	  { F("INBOX", day) },
	  { F("INBOX", day_later) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	{ "nan",
	  "nan",
	  "nan",
	  "",
	  { { .name = "INBOX", FX_MESSAGES(three), .no_uidnext = true } },
	  { F("INBOX", once_more) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* sealed, and removed later: few each, many together */
	{ "oda",
	  "oda",
	  "oda",
	  "",
	  { F("INBOX", twenty) },
	  { F("INBOX", twenty) },
	  { { 0 } },
	  { F("INBOX", sixteen) },
	  true,
	  false },
	{ "pia",
	  "pia",
	  "pia",
	  "",
	  { F("INBOX", twenty) },
	  { F("INBOX", twenty) },
	  { { 0 } },
	  { F("INBOX", sixteen) },
	  true,
	  false },
	{ "rob",
	  "rob",
	  "rob",
	  "",
	  { F("INBOX", twenty) },
	  { F("INBOX", twenty) },
	  { { 0 } },
	  { F("INBOX", sixteen) },
	  true,
	  false },
	/* whose folders are labels (fill_labels) */
	{ "una",
	  "una",
	  "una",
	  "",
	  { F("INBOX", shown), F("Work", shown), FA("All", FOLDER_ALL, shown) },
	  { F("INBOX", arrived), FE("Work") },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
	/* whose words are more than are kept; last, as he takes time */
	{ "max",
	  "max",
	  "max",
	  "",
	  { F("INBOX", marked) },
	  { F("INBOX", marked_otherwise) },
	  { { 0 } },
	  { { 0 } },
	  false,
	  false },
};
enum { PEOPLE = COUNT_OF(people) };

static inline size_t count(const struct fx_folder *v)
{
	size_t n = 0;

	while (n < FOLDERS && v[n].name != NULL)
		n++;
	return n;
}

static inline int64_t epoch_of(struct fx *f, enum side side, const char *user,
			       const char *name)
{
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, user), false, &f->arena, &v, &n,
			    &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].folder.name, name) == 0)
			return v[i].epoch;
	fail_msg("no folder %s of %s", name, user);
	return 0;
}

static inline void read_side(struct fx *f, enum side side, const char *user,
			     const struct fx_folder *v)
{
	if (count(v) > 0)
		fx_read(f, side, user, v, count(v));
}

static inline void put_body(struct fx *f, enum side side, const char *user,
			    const char *folder, uint32_t uid, const char *body,
			    uint64_t symptoms)
{
	struct body_facts b = { .read = *body != '\0',
				.announced = -1,
				.octets = *body != '\0' ? 20 : -1,
				.header_key = fx_key("h"),
				.body_key = fx_key(body),
				.symptoms = symptoms,
				.words = *body != '\0' ? "" : "NO" };
	struct err err = ERR_INIT;

	fx_ok(store_body_put(f->st, epoch_of(f, side, user, folder), uid, &b, &err));
}

static inline void put_fields(struct fx *f, enum side side, const char *user,
			      const char *folder, uint32_t uid, const char *fields)
{
	struct detail_facts d = { .fields = fields,
				  .header_octets = 50,
				  .body_octets = -1,
				  .crlf = -1,
				  .bare_lf = -1,
				  .bare_cr = -1 };
	struct err err = ERR_INIT;

	fx_ok(store_detail_facts_put(f->st, epoch_of(f, side, user, folder), uid, &d,
				     &err));
}

static inline void put_detail(struct fx *f, enum side side, const char *user,
			      const char *folder, uint32_t uid, const char *subject)
{
	struct message_detail d = { .subject = subject };
	struct msg_key key = fx_key(subject);
	struct err err = ERR_INIT;

	fx_ok(store_detail_put(f->st, epoch_of(f, side, user, folder), uid, &d, &key,
			       &err));
}

/* What eve may do with a folder; NULL: the server did not tell. */
static inline void put_acl(struct fx *f, enum side side, const char *user,
			   const char *folder, const char *rights)
{
	const struct acl_entry eve = { "eve", rights };
	struct folder_acl a = { .entry = &eve, .n = rights != NULL, .words = "" };
	struct folder_view *v;
	struct err err = ERR_INIT;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, side, user), false, &f->arena, &v, &n,
			    &err));
	for (size_t i = 0; i < n; i++)
		if (strcmp(v[i].folder.name, folder) == 0)
			a.folder = v[i].folder.id;
	if (rights == NULL)
		a.words = "NO";
	fx_ok(store_acls_put(f->st, &a, 1, &err));
}

/* One who may do more in many folders, one in one, and of two nobody knows. */
static inline void put_acls(struct fx *f)
{
	static const char *const of_ann[] = { "INBOX", "Set", "Anew", "Work" };

	for (size_t i = 0; i < COUNT_OF(of_ann); i++) {
		put_acl(f, SIDE_OLD, "ann", of_ann[i], "l");
		put_acl(f, SIDE_NEW, "ann", of_ann[i], "lr");
	}
	put_acl(f, SIDE_OLD, "ida", "INBOX", "l");
	put_acl(f, SIDE_NEW, "ida", "INBOX", "lr");
	put_acl(f, SIDE_OLD, "hal", "INBOX", "l");
	put_acl(f, SIDE_OLD, "lea", "INBOX", NULL);
}

/* An audit of the new side's INBOX that was killed in the middle. */
static inline void cut_off(struct fx *f, const char *user)
{
	struct store_row row = {
		.m = { .uid = 1, .tier = TIER_ID, .octets = 1, .date = D0 },
		.keywords = ""
	};
	struct folder_state now = {
		.uidvalidity = 1, .uidnext = 9, .modseq = -1, .exists = 5
	};
	struct store_window w = {
		.rows = &row, .row_n = 1, .lo = 1, .hi = 1023, .depth = DEPTH_FULL
	};
	struct err err = ERR_INIT;
	struct folder_view *v;
	uint32_t resume;
	size_t n;

	fx_ok(store_folders(f->st, fx_account(f, SIDE_NEW, user), false, &f->arena, &v,
			    &n, &err));
	row.m.key = fx_key("<k@x>");
	fx_ok(store_folder_begin(f->st, v[0].folder.id, &now, false, &w.epoch, &resume, &err));
	fx_ok(store_window_put(f->st, &w, &err));
}

/* Gmail: which messages of hers are one and the same. */
static inline void fill_labels(struct fx *f)
{
	static const char *const folder[] = { "INBOX", "Work", "All" };
	static const struct gmail_row row[] = { { 1, 1, "Quiet" },
						{ 2, 2, "" },
						{ 3, 3, "" } };
	struct err err = ERR_INIT;

	for (size_t i = 0; i < COUNT_OF(folder); i++)
		fx_ok(store_gmail_put(f->st, epoch_of(f, SIDE_OLD, "una", folder[i]), row,
				      COUNT_OF(row), &err));
}

/* What a scan, a look-up and a mover's log tell. */
static inline void fill_more(struct fx *f, const int64_t *t)
{
	struct mover_note note = { .transfer = t[7],
				   .folder = "Private",
				   .uid = 1,
				   .at = 5,
				   .why = WHY_TOO_LARGE,
				   .text = "NO too large" };
	struct scan_sample sample = { .side = SIDE_OLD,
				      .seed = 7,
				      .rank = UINT64_MAX,
				      .messages = 6,
				      .chosen = 6 };
	struct err err = ERR_INIT;
	bool new;

	fx_ok(store_mover_note_add(f->st, &note, &new, &err));
	fx_ok(store_scan_sample_put(f->st, &sample, &err));
	put_body(f, SIDE_OLD, "ida", "INBOX", 2, "b",
		 SYMPTOM_BIT(SYMPTOM_NUL) | SYMPTOM_BIT(SYMPTOM_MULTIPART_CUT));
	put_body(f, SIDE_NEW, "ida", "INBOX", 2, "c", 0);
	put_body(f, SIDE_OLD, "ida", "INBOX", 3, "", 0);
	put_body(f, SIDE_NEW, "ida", "INBOX", 3, "", 0);
	put_fields(f, SIDE_OLD, "ida", "INBOX", 1, "Date:37:00000001\n");
	put_fields(f, SIDE_NEW, "ida", "INBOX", 1, "Date:37:00000001\n");
	put_detail(f, SIDE_OLD, "kim", "INBOX", 1, "one");
	put_detail(f, SIDE_NEW, "kim", "Work", 1, "one");
	put_detail(f, SIDE_OLD, "kim", "INBOX", 2, "two");
	put_detail(f, SIDE_NEW, "kim", "Work", 2, "two");
	fx_ok(store_detail_fail(f->st, epoch_of(f, SIDE_OLD, "hal", "Private"), 1, "NO",
				&err));
	fill_labels(f);
	put_acls(f);
	cut_off(f, "hal");
}

static inline void seal_as(struct fx *f, int64_t t, const struct person *p)
{
	struct seal s = { .transfer = t, .at = clock_now(), .teller = "tester" };
	struct seal_folder *v;
	struct err err = ERR_INIT;
	size_t n;
	bool found;

	seal(f, t, p->old, p->new);
	if (!p->unsound)
		return;
	fx_ok(store_seal_newest(f->st, t, &f->arena, &s, &v, &n, &found, &err));
	s.sound = false;
	s.note = "mail still flowed";
	fx_ok(store_seal_add(f->st, &s, v, n, &s.id, &err));
}

static inline void people_fill(struct fx *f, int64_t *t)
{
	make_many();
	for (size_t i = 0; i < PEOPLE; i++)
		t[i] = fx_transfer(f, people[i].name, people[i].old, people[i].new, "",
				   people[i].decision);
	fx_audit(f, DEPTH_FULL);
	for (size_t i = 0; i < PEOPLE; i++) {
		read_side(f, SIDE_OLD, people[i].old, people[i].at_old);
		read_side(f, SIDE_NEW, people[i].new, people[i].at_new);
	}
	fx_audit_end(f);
	for (size_t i = 0; i < PEOPLE; i++)
		if (people[i].sealed)
			seal_as(f, t[i], &people[i]);
	the_time += 60;
	fx_audit(f, DEPTH_FULL);
	for (size_t i = 0; i < PEOPLE; i++) {
		read_side(f, SIDE_OLD, people[i].old, people[i].then_old);
		read_side(f, SIDE_NEW, people[i].new, people[i].then_new);
	}
	fill_more(f, t);
	fx_audit_end(f);
}

#endif
