/* SPDX-License-Identifier: MIT */
/* Single messages are looked up: what comes, what does not, and what breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit/audit_lookup.h"
#include "mime/mime_identity.h"
#include "model/objectid.h"
#include "tests/support/replay_io.h"

enum { UIDS = 64 };

/* What the sink was told of each uid. */
struct trial {
	struct audit_lookup l;
	struct audit_lookup_sink sink;
	struct audit_sought v[UIDS];
	size_t n;
	struct strbuf told[UIDS]; /* by uid */
	int64_t founds, settles;
	int64_t fail_at; /* the call of found that fails; 0: none */
	struct witness known;
	struct replay *replay;
	size_t sent[UIDS]; /* octets the client had sent by then, by uid */
	struct strbuf why;
	struct err err;
};

static bool on_found(void *ctx, const struct audit_found *f, struct err *err)
{
	struct trial *t = ctx;
	struct strbuf *out;

	assert_true(f->uid < UIDS);
	out = &t->told[f->uid];
	t->sent[f->uid] = replay_sent(t->replay);
	if (++t->founds == t->fail_at)
		return err_set(err, ERR_LOCAL, "no space left");
	if (out->n > 0)
		fail_msg("uid %u comes twice: %s", f->uid, strbuf_cstr(out));
	if (f->failed != NULL) {
		strbuf_addf(out, "- %s", f->failed);
		return true;
	}
	strbuf_addf(out, "%d subject=%s%s", (int)f->what,
		    f->detail.subject != NULL ? f->detail.subject : "?",
		    f->has_key ? " key" : "");
	if (f->what == WANT_FIELDS)
		return true;
	strbuf_addf(out, " fields=%zu header=%lld", strlen(f->facts.fields),
		    (long long)f->facts.header_octets);
	if (f->what == WANT_BODY)
		strbuf_addf(out, " body=%lld crlf=%lld", (long long)f->facts.body_octets,
			    (long long)f->facts.crlf);
	return true;
}

static bool on_settle(void *ctx, struct err *err)
{
	struct trial *t = ctx;

	(void)err;
	t->settles++;
	return true;
}

static void trial_open(struct trial *t)
{
	*t = (struct trial){ .sink = { t, on_found, on_settle }, .err = ERR_INIT };
	audit_lookup_init(&t->l);
	t->l.out = &t->sink;
	t->l.sha = sha256_new();
}

static void trial_close(struct trial *t)
{
	for (size_t i = 0; i < UIDS; i++)
		strbuf_done(&t->told[i]);
	strbuf_done(&t->why);
	sha256_free(t->l.sha);
	audit_lookup_done(&t->l);
}

static void seek(struct trial *t, uint32_t uid, enum want what, int64_t octets)
{
	t->v[t->n++] = (struct audit_sought){ .uid = uid,
					      .what = (uint8_t)what,
					      .octets = octets };
}

static enum audit_looked look(struct trial *t, struct replay *r, uint32_t uidvalidity)
{
	struct imap_session *s;
	enum audit_looked looked;
	struct imap_io io;

	t->replay = r;
	replay_rewind(r);
	replay_io(r, &io);
	s = imap_session_new(&io, NULL);
	t->err = ERR_INIT;
	strbuf_clear(&t->why);
	looked = audit_lookup_folder(&t->l, s, "INBOX", uidvalidity, &t->known, t->v,
				     t->n, &t->why, &t->err);
	if (looked == AUDIT_BROKE)
		assert_true(t->err.cls != ERR_NONE && t->err.text[0] != '\0');
	else
		assert_int_equal(t->err.cls, ERR_NONE);
	imap_session_free(s);
	return looked;
}

static void told(const struct trial *t, uint32_t uid, const char *want)
{
	if (strcmp(strbuf_cstr(&t->told[uid]), want) != 0)
		fail_msg("uid %u: %s", uid, strbuf_cstr(&t->told[uid]));
}

static struct replay *parse(const char *text)
{
	struct err err = ERR_INIT;
	struct replay *r = NULL;

	if (!replay_parse("test", span_str(text), &r, &err))
		fail_msg("%s", err.text);
	return r;
}

static struct replay *open_bodies(void)
{
	struct err err = ERR_INIT;
	struct replay *r = NULL;

	if (!replay_open("tests/replay/audit_bodies.imap", &r, &err))
		fail_msg("%s", err.text);
	return r;
}

static void seek_bodies(struct trial *t)
{
	for (uint32_t uid = 1; uid <= 3; uid++)
		seek(t, uid, WANT_FIELDS, 100);
	for (uint32_t uid = 4; uid <= 6; uid++)
		seek(t, uid, WANT_HEADER, 100);
	seek(t, 7, WANT_BODY, 4 << 19);
	seek(t, 8, WANT_BODY, 4 << 19); /* the two fill what may be under way */
	seek(t, 9, WANT_BODY, -1);	/* unknown: on its own */
	seek(t, 10, WANT_BODY, (int64_t)9 << 30);
	seek(t, 11, WANT_BODY, 5);
	seek(t, 12, WANT_BODY, 5);
}

static const char *const bodies[] = {
	[1] = "0 subject=one key",
	[2] = "- the server says OK and answers nothing: it is gone, or cannot be read",
	[3] = "- the server answers NIL for its header",
	[4] = "1 subject=four key fields=35 header=25",
	[5] = "- NO [SERVERBUG] Internal error",
	[6] = "1 subject=six key fields=20 header=16",
	[7] = "2 subject=seven key fields=20 header=18 body=18 crlf=3",
	[8] = "2 subject=? fields=0 header=0 body=0 crlf=0",
	[9] = "- the server says OK and answers nothing: it is gone, or cannot be read",
	[10] = "2 subject=ten key fields=20 header=12 body=0 crlf=0",
	[11] = "",
	[12] = "- the server answers NIL for the message",
};

static void looks_up_in_three_rounds(void **state)
{
	struct replay *r = open_bodies();

	(void)state;
	for (size_t chunk = 0; chunk < 30; chunk++) {
		struct trial t;

		trial_open(&t);
		seek_bodies(&t);
		replay_chunk(r, chunk);
		if (look(&t, r, 7) != AUDIT_LOOKED)
			fail_msg("in chunks of %zu: %s", chunk, t.err.text);
		assert_true(replay_finished(r));
		for (uint32_t uid = 1; uid < COUNT_OF(bodies); uid++)
			told(&t, uid, bodies[uid]);
		for (size_t i = 0; i < t.n; i++)
			assert_int_equal(t.v[i].state,
					 t.v[i].uid == 11 ? SOUGHT_LEFT : SOUGHT_DONE);
		assert_true(t.settles > 5);
		/* 7 and 8 fill what may be under way; 9 and 10 go alone; 11 and 12
		 * together. */
		assert_int_equal(t.sent[7], replay_command(r, 6)->client_end);
		assert_int_equal(t.sent[9], replay_command(r, 7)->client_end);
		assert_int_equal(t.sent[10], replay_command(r, 8)->client_end);
		assert_int_equal(t.sent[12], replay_command(r, 10)->client_end);
		trial_close(&t);
	}
	replay_free(r);
}

/* Whatever came before the cut was told as it was; of the rest nothing was. */
static void a_cut_anywhere_breaks_cleanly(void **state)
{
	struct replay *r = open_bodies();
	size_t octets = replay_server_octets(r);

	(void)state;
	for (size_t n = 0; n < octets; n++) {
		struct trial t;

		trial_open(&t);
		seek_bodies(&t);
		replay_chunk(r, n % 2);
		replay_cut(r, n);
		if (look(&t, r, 7) != AUDIT_BROKE)
			fail_msg("cut after %zu octets passes", n);
		assert_false(t.l.fatal);
		for (uint32_t uid = 1; uid < COUNT_OF(bodies); uid++) {
			if (t.told[uid].n > 0)
				told(&t, uid, bodies[uid]);
			else
				assert_true(t.v[uid - 1].state != SOUGHT_DONE);
		}
		trial_close(&t);
	}
	replay_free(r);
}

#define EXAMINED                                                                         \
	"C: m1 EXAMINE INBOX\n"                                                          \
	"S: * OK [UIDVALIDITY 7] ok\n"                                                   \
	"S: m1 OK [READ-ONLY] done\n"

/* The one that breaks the connection is found and named, the others are looked up. */
static void names_the_message_that_breaks_the_connection(void **state)
{
	struct replay *both = parse(EXAMINED "C: m2 UID FETCH 1 (UID BODY.PEEK[])\n"
					     "C: m3 UID FETCH 2 (UID BODY.PEEK[])\n"
					     "C: m4 UID FETCH 3 (UID BODY.PEEK[])\n"
					     "S: * 1 FETCH (UID 1 BODY[] {2}\n"
					     "S: \n"
					     "S: )\n"
					     "S: m2 OK done\n"
					     "S: * 2 FETCH (UID 2 BODY[] {500}\n"
					     "S: Subject: x\n");
	/* Alone, each one; it breaks again. */
	struct replay *first = parse(EXAMINED "C: m2 UID FETCH 2 (UID BODY.PEEK[])\n"
					      "S: * 2 FETCH (UID 2 BODY[] {500}\n"
					      "S: Subject: x\n");
	struct replay *rest = parse(EXAMINED "C: m2 UID FETCH 3 (UID BODY.PEEK[])\n"
					     "S: * 3 FETCH (UID 3 BODY[] {2}\n"
					     "S: \n"
					     "S: )\n"
					     "S: m2 OK done\n");
	struct trial t;

	(void)state;
	trial_open(&t);
	for (uint32_t uid = 1; uid <= 3; uid++)
		seek(&t, uid, WANT_BODY, 10);
	assert_int_equal(look(&t, both, 7), AUDIT_BROKE);
	told(&t, 1, "2 subject=? fields=0 header=2 body=0 crlf=0");
	assert_int_equal(t.v[1].state, SOUGHT_ALONE);
	assert_int_equal(t.v[2].state, SOUGHT_ALONE);
	t.l.progress = false;
	assert_int_equal(look(&t, first, 7), AUDIT_BROKE);
	assert_true(t.l.progress);
	told(&t, 2,
	     "- twice the connection broke while it was read: connection closed in the "
	     "middle of a response");
	assert_int_equal(look(&t, rest, 7), AUDIT_LOOKED);
	told(&t, 3, "2 subject=? fields=0 header=2 body=0 crlf=0");
	trial_close(&t);
	replay_free(both);
	replay_free(first);
	replay_free(rest);
}

static void does_not_believe_another_folder(void **state)
{
	struct replay *other = parse("C: m1 EXAMINE INBOX\n"
				     "S: * OK [UIDVALIDITY 8] ok\n"
				     "S: * 1 FETCH (UID 1 BODY[] {2}\n"
				     "S: \n"
				     "S: )\n"
				     "S: m1 OK [READ-ONLY] done\n");
	struct replay *closed = parse("C: m1 EXAMINE INBOX\n"
				      "S: m1 NO [NONEXISTENT] gone\n");
	struct replay *renewed = parse(EXAMINED "C: m2 UID FETCH 1 (UID BODY.PEEK[])\n"
						"S: * OK [UIDVALIDITY 9] new\n"
						"S: * 1 FETCH (UID 1 BODY[] {2}\n"
						"S: \n"
						"S: )\n"
						"S: m2 OK done\n");
	struct trial t;

	(void)state;
	trial_open(&t);
	seek(&t, 1, WANT_BODY, 10);
	assert_int_equal(look(&t, other, 7), AUDIT_CLOSED);
	assert_string_equal(strbuf_cstr(&t.why), "its UIDVALIDITY has changed");
	assert_int_equal(look(&t, closed, 7), AUDIT_CLOSED);
	assert_string_equal(strbuf_cstr(&t.why), "NO [NONEXISTENT] gone");
	assert_int_equal(look(&t, renewed, 7), AUDIT_BROKE);
	assert_int_equal(t.err.cls, ERR_PROTO);
	told(&t, 1, "");
	trial_close(&t);
	replay_free(other);
	replay_free(closed);
	replay_free(renewed);
}

/* UIDVALIDITY stands, and so do the UIDs: two folders have changed names. */
static void does_not_believe_a_folder_of_that_uidvalidity(void **state)
{
#define PROOF                                                                            \
	"C: m2 UID FETCH 1 (UID INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS "       \
	"(MESSAGE-ID)])\n"                                                               \
	"S: * 1 FETCH (UID 1 INTERNALDATE \"01-Jan-2010 15:15:35 +0000\" RFC822.SIZE 4 " \
	"BODY[HEADER.FIELDS (MESSAGE-ID)] {21}\n"
#define WITH_ID                                                                          \
	"C: m1 EXAMINE INBOX\nS: * OK [UIDVALIDITY 7] ok\n"                              \
	"S: * OK [MAILBOXID (fi)] ok\nS: m1 OK done\n"
	static const struct {
		const char *text, *mailbox; /* what is known of it; NULL */
		bool by_messages;
		enum audit_looked looked;
	} cases[] = {
		{ EXAMINED PROOF
		  "S: Message-ID: <4@a>\nS:\nS: )\nS: m2 OK\n"
		  "C: m3 UID FETCH 1 (UID BODY.PEEK[])\n"
		  "S: * 1 FETCH (UID 1 BODY[] {2}\nS: \nS: )\nS: m3 OK done\n",
		  NULL, true, AUDIT_LOOKED },
		{ EXAMINED PROOF "S: Message-ID: <5@a>\nS:\nS: )\nS: m2 OK\n", NULL, true,
		  AUDIT_CLOSED },
		/* What is damaged is to be looked at, too. */
		{ EXAMINED "C: m2 UID FETCH 1 (UID INTERNALDATE RFC822.SIZE "
			   "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\nS: m2 NO\n"
			   "C: m3 UID FETCH 1 (UID BODY.PEEK[])\n"
			   "S: * 1 FETCH (UID 1 BODY[] {2}\nS: \nS: )\nS: m3 OK done\n",
		  NULL, true, AUDIT_LOOKED },
		{ WITH_ID "C: m2 UID FETCH 1 (UID BODY.PEEK[])\n"
			  "S: * 1 FETCH (UID 1 BODY[] {2}\nS: \nS: )\nS: m2 OK done\n",
		  "fi", true, AUDIT_LOOKED },
		{ WITH_ID, "fo", true, AUDIT_CLOSED },
		{ WITH_ID, "fo", false, AUDIT_CLOSED },
		/* It was told, and is not now. */
		{ EXAMINED PROOF "S: Message-ID: <5@a>\nS:\nS: )\nS: m2 OK\n", "fi", true,
		  AUDIT_CLOSED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct replay *r = parse(cases[i].text);
		struct trial t;

		trial_open(&t);
		seek(&t, 1, WANT_BODY, 10);
		t.known.shared = true;
		t.known.mailbox = cases[i].mailbox != NULL
					  ? objectid_mark(cases[i].mailbox)
					  : 0;
		t.known.n = cases[i].by_messages;
		t.known.m[0] = (struct message){
			.uid = 1, .tier = TIER_ID, .octets = 4, .date = 1262358935
		};
		mime_key_id(t.l.sha, SPAN_LIT("<4@a>"), &t.known.m[0].key);
		if (look(&t, r, 7) != cases[i].looked || !replay_finished(r))
			fail_msg("case %zu: %s%s", i, t.err.text, strbuf_cstr(&t.why));
		told(&t, 1,
		     cases[i].looked == AUDIT_LOOKED
			     ? "2 subject=? fields=0 header=2 body=0 crlf=0"
			     : "");
		if (cases[i].looked == AUDIT_CLOSED)
			assert_string_equal(strbuf_cstr(&t.why), AUDIT_PROOF_OTHER);
		trial_close(&t);
		replay_free(r);
	}
}

static void takes_only_what_was_asked_for(void **state)
{
	struct replay *r = parse(EXAMINED
				 "C: m2 UID FETCH 1 (UID BODY.PEEK[HEADER.FIELDS (DATE "
				 "FROM TO CC SUBJECT IN-REPLY-TO REFERENCES "
				 "MESSAGE-ID)])\n"
				 "S: * 9 FETCH (UID 9 BODY[] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: * 1 FETCH (UID 1 BODY[] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: * 1 FETCH (UID 1 BODY[HEADER] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: * 1 FETCH (BODY[HEADER] \"Subject: no uid\")\n"
				 "S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] "
				 "\"Subject: a\")\n"
				 "S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] "
				 "\"Subject: b\")\n"
				 "S: m2 OK done\n");
	struct trial t;

	(void)state;
	trial_open(&t);
	seek(&t, 1, WANT_FIELDS, 10);
	assert_int_equal(look(&t, r, 7), AUDIT_LOOKED);
	told(&t, 1, "0 subject=a key");
	assert_int_equal(t.founds, 1);
	trial_close(&t);
	replay_free(r);
}

/* Cyrus finds no field with blanks before its colon; the header as a whole has it. */
static void looks_at_the_whole_header_where_fields_give_no_key(void **state)
{
	struct replay *r = parse(EXAMINED
				 "C: m2 UID FETCH 1,2 (UID BODY.PEEK[HEADER.FIELDS (DATE "
				 "FROM TO CC SUBJECT IN-REPLY-TO REFERENCES "
				 "MESSAGE-ID)])\n"
				 "S: * 1 FETCH (UID 1 BODY[HEADER.FIELDS (SUBJECT)] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: * 2 FETCH (UID 2 BODY[HEADER.FIELDS (SUBJECT)] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: m2 OK done\n"
				 "C: m3 UID FETCH 1,2 (UID BODY.PEEK[HEADER])\n"
				 "S: * 1 FETCH (UID 1 BODY[HEADER] {13}\n"
				 "S: Subject : a\n"
				 "S: )\n"
				 "S: * 2 FETCH (UID 2 BODY[HEADER] {2}\n"
				 "S: \n"
				 "S: )\n"
				 "S: m3 OK done\n");
	struct trial t;

	(void)state;
	trial_open(&t);
	seek(&t, 1, WANT_FIELDS, 10);
	seek(&t, 2, WANT_FIELDS, 10);
	if (look(&t, r, 7) != AUDIT_LOOKED)
		fail_msg("%s", t.err.text);
	told(&t, 1, "1 subject=a key fields=20 header=13");
	told(&t, 2, "1 subject=? fields=0 header=2");
	trial_close(&t);
	replay_free(r);
}

static void ends_when_the_sink_fails(void **state)
{
	struct replay *r = open_bodies();

	(void)state;
	for (int64_t at = 1; at <= 11; at++) {
		struct trial t;

		trial_open(&t);
		seek_bodies(&t);
		t.fail_at = at;
		assert_int_equal(look(&t, r, 7), AUDIT_BROKE);
		assert_true(t.l.fatal);
		assert_int_equal(t.err.cls, ERR_LOCAL);
		assert_int_equal(t.founds, at); /* and nothing behind it */
		trial_close(&t);
	}
	replay_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_up_in_three_rounds),
		cmocka_unit_test(a_cut_anywhere_breaks_cleanly),
		cmocka_unit_test(names_the_message_that_breaks_the_connection),
		cmocka_unit_test(does_not_believe_another_folder),
		cmocka_unit_test(does_not_believe_a_folder_of_that_uidvalidity),
		cmocka_unit_test(takes_only_what_was_asked_for),
		cmocka_unit_test(looks_at_the_whole_header_where_fields_give_no_key),
		cmocka_unit_test(ends_when_the_sink_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
