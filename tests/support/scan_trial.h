/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_SCAN_TRIAL_H
#define TESTS_SUPPORT_SCAN_TRIAL_H
/* A scan of one folder by a transcript, for tests of it, which include this once each. */
#include "audit/audit_scan_folder.h"
#include "base/clock.h"
#include "mime/mime_identity.h"
#include "tests/support/replay_io.h"

/* Places for messages, by uid: a prime, so that multiples of 64 have one each. */
enum { UIDS = 61 };

/* A clock that stands still, but for what the transport below makes of it. */
static int64_t now_ms = 1000000;

int64_t clock_now(void)
{
	return now_ms / 1000;
}

int64_t clock_mono_ms(void)
{
	return now_ms;
}

void clock_sleep_ms(int64_t ms)
{
	now_ms += ms;
}

struct trial {
	struct audit_scan s;
	struct audit_scan_sink sink;
	struct audit_scan_item v[UIDS];
	size_t n;
	struct strbuf told[UIDS];    /* by uid % UIDS */
	int64_t seen, fail_at;	     /* the call of seen that fails; 0: none */
	struct imap_io inner;	     /* of the transcript */
	const struct witness *known; /* NULL */
	bool silent;		     /* at its end nothing comes, and nothing ends */
	int64_t drip_ms;	     /* so long each read takes */
	const uint32_t *later;	     /* uids that come one by one, when one was seen */
	size_t later_n, taken;	     /* still to come; away */
	struct strbuf why;
	struct err err;
};

static bool on_seen(void *ctx, const struct audit_scanned *m, struct err *err)
{
	struct trial *t = ctx;
	const struct body_facts *f = m->facts;
	struct strbuf *out = &t->told[m->item->uid % UIDS];

	if (++t->seen == t->fail_at)
		return err_set(err, ERR_LOCAL, "no space left");
	if (out->n > 0)
		fail_msg("uid %u comes twice: %s", m->item->uid, strbuf_cstr(out));
	strbuf_addf(out, "%s %lld/%lld", f->read ? "read" : "unread",
		    (long long)f->octets, (long long)f->announced);
	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((f->symptoms & SYMPTOM_BIT(s)) != 0)
			strbuf_addf(out, " %s", symptom_name((enum symptom)s));
	if (f->words[0] != '\0')
		strbuf_addf(out, ": %s", f->words);
	if (m->has_detail)
		strbuf_addf(out, " [%s]",
			    m->detail.subject != NULL ? m->detail.subject : "?");
	return true;
}

static bool on_settle(void *ctx, struct err *err)
{
	(void)ctx;
	(void)err;
	return true;
}

static bool on_pace(void *ctx, int64_t messages, int64_t octets, struct err *err)
{
	(void)ctx;
	(void)err;
	assert_true(messages > 0 && octets >= 0);
	return true;
}

static void trial_open(struct trial *t)
{
	*t = (struct trial){ .sink = { t, on_seen, on_settle, on_pace, NULL },
			     .err = ERR_INIT };
	audit_scan_init(&t->s);
	t->s.out = &t->sink;
	t->s.sha = sha256_new();
	t->s.timeout_ms = 60000;
	t->s.rule = (struct body_size_rule){ .read = 100, .equal = 100 };
}

static void trial_close(struct trial *t)
{
	for (size_t i = 0; i < UIDS; i++)
		strbuf_done(&t->told[i]);
	strbuf_done(&t->why);
	sha256_free(t->s.sha);
	audit_scan_done(&t->s);
}

/* id: of tier 1 in the index; NULL: none. */
static void want(struct trial *t, uint32_t uid, int64_t octets, const char *id)
{
	struct audit_scan_item *i = &t->v[t->n++];

	*i = (struct audit_scan_item){ .uid = uid, .octets = octets, .first = -1 };
	if (id != NULL) {
		i->tier = TIER_ID;
		mime_key_id(t->s.sha, span_str(id), &i->key);
	}
}

static bool on_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	struct trial *t = ctx;

	now_ms += t->drip_ms;
	if (!t->inner.read(t->inner.ctx, buf, size, got_out, err))
		return false;
	if (*got_out > 0 || !t->silent)
		return true;
	now_ms += t->s.timeout_ms;
	return err_set(err, ERR_NET, "the server has been silent for %lld s",
		       (long long)t->s.timeout_ms / 1000);
}

static bool on_write(void *ctx, const void *p, size_t n, size_t *put_out,
		     bool *would_block_out, struct err *err)
{
	struct trial *t = ctx;

	return t->inner.write(t->inner.ctx, p, n, put_out, would_block_out, err);
}

static bool on_wait(void *ctx, bool want_write, struct err *err)
{
	struct trial *t = ctx;

	return t->inner.wait(t->inner.ctx, want_write, err);
}

static enum audit_scan_end scan(struct trial *t, const char *text, size_t chunk)
{
	const struct imap_io io = { t, on_read, on_write, on_wait };
	struct imap_session *session;
	enum audit_scan_end end;
	struct replay *r = NULL;

	t->err = ERR_INIT;
	if (!replay_parse("test", span_str(text), &r, &t->err))
		fail_msg("%s", t->err.text);
	replay_chunk(r, chunk);
	replay_io(r, &t->inner);
	session = imap_session_new(&io, NULL);
	strbuf_clear(&t->why);
	end = audit_scan_folder(&t->s, session, "INBOX", 7, t->known, t->v, t->n, &t->why,
				&t->err);
	if (end == SCAN_ENDED && !replay_finished(r))
		fail_msg("the transcript is not finished");
	imap_session_free(session);
	replay_free(r);
	return end;
}

static void told(const struct trial *t, uint32_t uid, const char *text)
{
	const char *was = strbuf_cstr(&t->told[uid % UIDS]);

	if (strcmp(was, text) != 0)
		fail_msg("uid %u: \"%s\", not \"%s\"", uid, was, text);
}

#define EXAMINE                                                                          \
	"C: m1 EXAMINE INBOX\nS: * OK [UIDVALIDITY 7] Ok\nS: * 9 EXISTS\n"               \
	"S: m1 OK [READ-ONLY] Completed\n"
#define FETCH(tag, uids) "C: " tag " UID FETCH " uids " (UID RFC822.SIZE BODY.PEEK[])\n"
/* 59 octets: a header and a line. */
#define GOOD "S: Date: Fri, 1 Jan 2010 10:00:00 +0000\nS: Subject: s\nS:\nS: hello\n"
#define ANSWER(uid, size, literal, text)                                                 \
	"S: * " uid " FETCH (UID " uid " RFC822.SIZE " size " BODY[] {" literal          \
	"}\n" text "S: )\n"

#endif
