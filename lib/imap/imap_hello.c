/* SPDX-License-Identifier: MIT */
/* What kind of server it is: CAPABILITY, ID, NAMESPACE. */
#include "imap/imap_cmd.h"
#include "imap/imap_cur.h"
#include "imap/imap_session.h"

#include "base/num.h"

static unsigned cap_of(struct span word)
{
	static const struct {
		const char *word;
		unsigned cap;
	} caps[] = {
		{ "IMAP4rev1", IMAP_CAP_IMAP4REV1 },
		{ "IMAP4rev2", IMAP_CAP_IMAP4REV2 },
		{ "ID", IMAP_CAP_ID },
		{ "NAMESPACE", IMAP_CAP_NAMESPACE },
		{ "ACL", IMAP_CAP_ACL },
		{ "QUOTA", IMAP_CAP_QUOTA },
		{ "X-GM-EXT-1", IMAP_CAP_GMAIL },
		{ "APPENDLIMIT", IMAP_CAP_APPENDLIMIT },
		{ "OBJECTID", IMAP_CAP_OBJECTID },
		{ "LIST-EXTENDED", IMAP_CAP_LIST_EXTENDED },
		{ "LIST-STATUS", IMAP_CAP_LIST_STATUS },
		{ "SPECIAL-USE", IMAP_CAP_SPECIAL_USE },
		{ "STATUS=SIZE", IMAP_CAP_STATUS_SIZE },
		{ "CONDSTORE", IMAP_CAP_CONDSTORE },
		/* RFC 7162 section 3.2.3: it includes the other */
		{ "QRESYNC", IMAP_CAP_QRESYNC | IMAP_CAP_CONDSTORE },
		{ "ESEARCH", IMAP_CAP_ESEARCH },
		{ "UIDPLUS", IMAP_CAP_UIDPLUS },
		{ "LITERAL+", IMAP_CAP_LITERAL_PLUS },
		{ "LITERAL-", IMAP_CAP_LITERAL_PLUS },
		{ "COMPRESS=DEFLATE", IMAP_CAP_COMPRESS },
	};

	for (size_t i = 0; i < COUNT_OF(caps); i++)
		if (span_ieq_str(word, caps[i].word))
			return caps[i].cap;
	return 0;
}

/* What it includes, of what we make use of (RFC 9051, appendix E); no server need name
 * it.  Of SPECIAL-USE only the attributes. */
#define REV2                                                                             \
	(IMAP_CAP_NAMESPACE | IMAP_CAP_LIST_EXTENDED | IMAP_CAP_LIST_STATUS |            \
	 IMAP_CAP_STATUS_SIZE | IMAP_CAP_ESEARCH | IMAP_CAP_UIDPLUS |                    \
	 IMAP_CAP_LITERAL_PLUS)

static const char enable_rev2[] = "ENABLE IMAP4rev2";

/* The last list counts. */
static void on_capability(struct imap_greet *h, struct span text)
{
	static const char limit[] = "APPENDLIMIT=";

	h->capability = true;
	h->out->caps = 0;
	h->out->appendlimit = -1;
	imap_shown(h->out->capability, sizeof h->out->capability, span_trim(text));
	while (text.n > 0) {
		ptrdiff_t blank = span_index(text, ' ');
		struct span word = { text.p, blank < 0 ? text.n : (size_t)blank };
		int64_t n;

		text = span_from(text, blank < 0 ? text.n : word.n + 1);
		h->out->caps |= cap_of(word);
		if (span_istarts(word, limit) &&
		    num_i64(span_from(word, sizeof limit - 1), 0, INT64_MAX, &n))
			h->out->appendlimit = n;
	}
	if (imap_is_rev2(h->out->caps))
		h->out->caps |= REV2;
}

/* RFC 2971: NIL, or pairs of a field and a value in parentheses. */
static bool on_id(struct imap_greet *h, struct span text, struct err *err)
{
	struct span name = { "", 0 }, version = { "", 0 };
	struct strbuf both = STRBUF_INIT;
	struct imap_cur c;

	imap_cur_init(&c, span_trim(text), h->arena);
	if (imap_cur_eat(&c, '(')) {
		while (c.bad == NULL && !imap_cur_eat(&c, ')')) {
			struct span field = imap_cur_string(&c), value;

			imap_cur_need(&c, ' ');
			value = imap_cur_nstring(&c, NULL);
			imap_cur_eat(&c, ' ');
			if (span_ieq_str(field, "name"))
				name = value;
			else if (span_ieq_str(field, "version"))
				version = value;
		}
	} else {
		imap_cur_skip_value(&c); /* NIL */
	}
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "more than the grammar allows");
	if (!imap_cur_ok(&c, "ID", err))
		return false;
	strbuf_addspan(&both, name);
	if (name.n > 0 && version.n > 0)
		strbuf_addc(&both, ' ');
	strbuf_addspan(&both, version);
	imap_shown(h->out->server_id, sizeof h->out->server_id, strbuf_span(&both));
	strbuf_done(&both);
	return true;
}

bool imap_greet_answer(struct imap_greet *h, const struct imap_resp *resp,
		       struct err *err)
{
	switch (resp->kind) {
	case IMAP_RESP_CAPABILITY:
		on_capability(h, resp->text);
		return true;
	case IMAP_RESP_ID: /* what else comes was not asked for, and would fill the arena
			    */
		if (h->id)
			return true;
		h->id = true;
		return on_id(h, resp->text, err);
	case IMAP_RESP_NAMESPACE:
		if (h->namespace)
			return true;
		h->namespace = true;
		return imap_namespace_parse(resp->text, h->arena, &h->out->namespace,
					    err);
	default:
		return true;
	}
}

static bool on_resp(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	(void)more;
	return imap_greet_answer(ctx, resp, err);
}

bool imap_greet_capability(struct imap_session *s, struct arena *arena,
			   struct imap_hello *out, struct imap_greet *g, struct err *err)
{
	bool ok;

	*out = (struct imap_hello){ .appendlimit = -1, .namespace.prefix = "" };
	*g = (struct imap_greet){ .arena = arena, .out = out };
	imap_session_handler(s, on_resp, g);
	ok = imap_session_do(s, span_str(imap_cmd_word(IMAP_CMD_CAPABILITY)), err);
	imap_session_handler(s, NULL, NULL);
	if (!ok)
		return false;
	if (!g->capability)
		return err_set(err, ERR_PROTO,
			       "the server answers CAPABILITY with OK but without a "
			       "CAPABILITY response");
	if (!(out->caps & (IMAP_CAP_IMAP4REV1 | IMAP_CAP_IMAP4REV2)))
		return err_set(err, ERR_PROTO,
			       "the server speaks neither IMAP4rev1 nor IMAP4rev2; it "
			       "offers: %.200s",
			       out->capability);
	return true;
}

/* Neither is worth an account: a server that offers them and then refuses is asked no
 * more. */
bool imap_greet_ask(struct imap_session *s, struct imap_greet *g, struct err *err)
{
	static const char id[] =
		"ID (\"name\" \"mailmuster\" \"version\" \"" MAILMUSTER_VERSION "\")";

	if (imap_is_rev2(g->out->caps) &&
	    !imap_session_send(s, span_str(enable_rev2), &g->asked_enable, err))
		return false;
	if ((g->out->caps & IMAP_CAP_ID) &&
	    !imap_session_send(s, span_str(id), &g->asked_id, err))
		return false;
	return !(g->out->caps & IMAP_CAP_NAMESPACE) ||
	       imap_session_send(s, span_str(imap_cmd_word(IMAP_CMD_NAMESPACE)),
				 &g->asked_namespace, err);
}

bool imap_greet_finish(struct imap_session *s, struct imap_greet *g, struct err *err)
{
	struct imap_done done;

	if (g->asked_enable != 0 && !imap_session_finish(s, g->asked_enable, &done, err))
		return false;
	if (g->asked_id != 0 && !imap_session_finish(s, g->asked_id, &done, err))
		return false;
	if (g->asked_namespace == 0)
		return true;
	if (!imap_session_finish(s, g->asked_namespace, &done, err))
		return false;
	if (done.status == IMAP_OK && !g->namespace)
		return err_set(err, ERR_PROTO,
			       "the server answers NAMESPACE with OK but without a "
			       "NAMESPACE response");
	return true;
}

bool imap_enable_rev2(struct imap_session *s, unsigned caps, struct err *err)
{
	struct imap_done done;
	uint64_t cmd;

	return !imap_is_rev2(caps) ||
	       (imap_session_send(s, span_str(enable_rev2), &cmd, err) &&
		imap_session_finish(s, cmd, &done, err));
}

bool imap_session_hello(struct imap_session *s, struct arena *arena,
			struct imap_hello *out, struct err *err)
{
	struct imap_hello hello;
	struct imap_greet g;
	bool ok;

	if (!imap_greet_capability(s, arena, &hello, &g, err))
		return false;
	imap_session_handler(s, on_resp, &g);
	ok = imap_greet_ask(s, &g, err) && imap_greet_finish(s, &g, err);
	imap_session_handler(s, NULL, NULL);
	if (ok)
		*out = hello;
	return ok;
}
