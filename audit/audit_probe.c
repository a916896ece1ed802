/* SPDX-License-Identifier: MIT */
/* One login, to tell what a server is.  Nothing is stored. */
#include "audit/audit_login.h"
#include "audit/audit_reader.h"
#include "audit/audit_rows.h"

#include "base/clock.h"
#include "base/text.h"
#include "imap/imap_io.h"
#include "store/store_logs.h"

enum { STATUS_MAX = 1000, SAMPLE_MAX_UIDS = 2000 };

/* ---- how fast messages come ---- */

static bool count_fetch(void *ctx, const struct imap_resp *resp, bool more,
			struct err *err)
{
	(void)err;
	*(int64_t *)ctx += resp->kind == IMAP_RESP_FETCH && !more;
	return true;
}

/* The newest messages of the fullest folder, asked for as an audit does.  What goes wrong
 * here leaves the speed unknown, and is nobody's trouble. */
static void sample(struct audit_reader *r, struct imap_session *s,
		   struct audit_probe *out)
{
	const struct folder_state *most = NULL;
	struct imap_done done;
	struct err err = ERR_INIT;
	int64_t began, n = 0;
	uint64_t cmd;
	size_t at = 0;

	if (!audit_form_try(r, s, &err))
		return;
	for (size_t i = 0; i < r->folder_n; i++)
		if (audit_is_own(&r->folders[i]) && r->counts[i].state.uidnext > 1 &&
		    (most == NULL || r->counts[i].state.exists > most->exists)) {
			most = &r->counts[i].state;
			at = i;
		}
	if (most == NULL || most->exists <= 0)
		return;
	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "EXAMINE ");
	imap_put_mailbox(&r->line, r->folders[at].wire);
	if (!imap_session_do(s, strbuf_span(&r->line), &err))
		return;
	strbuf_clear(&r->line);
	strbuf_addf(&r->line, "UID FETCH %u:%u ",
		    most->uidnext > SAMPLE_MAX_UIDS ? most->uidnext - SAMPLE_MAX_UIDS : 1,
		    most->uidnext - 1);
	audit_rows_items(r, &r->line);
	began = clock_mono_ms();
	imap_session_handler(s, count_fetch, &n);
	if (imap_session_send(s, strbuf_span(&r->line), &cmd, &err) &&
	    imap_session_finish(s, cmd, &done, &err) && done.status == IMAP_OK) {
		out->sample = n;
		out->sample_ms = clock_mono_ms() - began;
	}
	imap_session_handler(s, NULL, NULL);
}

static void describe(struct audit_probe *out, const struct net_conn *conn,
		     const struct audit_reader *r)
{
	const struct imap_hello *h = &r->hello;
	struct strbuf sb = STRBUF_INIT;

	text_show(&sb, net_conn_greeting(conn), sizeof out->greeting / 4);
	snprintf(out->greeting, sizeof out->greeting, "%s", strbuf_cstr(&sb));
	strbuf_clear(&sb);
	text_show(&sb, span_str(h->namespace.prefix), sizeof out->namespace_prefix / 4);
	snprintf(out->namespace_prefix, sizeof out->namespace_prefix, "%s",
		 strbuf_cstr(&sb));
	strbuf_done(&sb);
	snprintf(out->server_id, sizeof out->server_id, "%s", h->server_id);
	snprintf(out->capability, sizeof out->capability, "%s", h->capability);
	out->caps = h->caps;
	out->delim = h->namespace.delim;
	out->envelope = r->envelope;
	out->sees_inbox = r->folder_n >
			  0; /* audit_reader_survey fails without an INBOX */
	out->folders = r->own;
	for (size_t i = 0; i < r->folder_n; i++)
		if (r->counts[i].state.exists > 0)
			out->messages += r->counts[i].state.exists;
}

bool audit_probe(const struct audit_options *o, enum side side, const char *user,
		 struct audit_probe *out, struct err *err)
{
	int64_t began = clock_mono_ms();
	struct imap_session *s = NULL;
	struct net_conn *conn = NULL;
	struct audit_doors doors;
	struct audit_reader r;
	struct imap_io io;
	bool ok = false;

	*out = (struct audit_probe){ 0 };
	audit_doors_init(&doors, o, o->wake);
	audit_reader_init(&r);
	r.side = side;
	r.depth = DEPTH_FULL;
	r.kind = o->server[side]->kind;
	if (audit_login(&doors, side, user, &conn, err) != AUDIT_ENTERED)
		goto out;
	out->login_ms = clock_mono_ms() - began;
	out->at = clock_now();
	snprintf(out->address, sizeof out->address, "%s", net_conn_local(conn));
	snprintf(out->tls, sizeof out->tls, "%s", net_conn_tls(conn));
	if (net_conn_cert(conn) != NULL)
		out->cert_expiry = net_conn_cert(conn)->not_after;
	imap_io_net(&io, conn);
	s = imap_session_new(&io, o->transcript);
	r.greeting = net_conn_greeting(conn);
	began = clock_mono_ms();
	ok = audit_reader_survey(&r, s, STATUS_MAX, err);
	out->list_ms = clock_mono_ms() - began;
	if (ok)
		sample(&r, s, out);
	describe(out, conn, &r);
	ok = ok || r.unseen; /* an answer too: the caller looks at sees_inbox */
	if (!imap_session_broken(s))
		imap_session_logout(s);
out:
	imap_session_free(s);
	net_conn_close(conn);
	audit_reader_done(&r);
	audit_doors_done(&doors);
	return ok;
}

bool audit_beat(struct store *st, const struct audit_options *o, enum side side,
		const char *user, struct err *err)
{
	struct imap_session *s = NULL;
	struct net_conn *conn = NULL;
	struct audit_doors doors;
	struct own_login own = { .side = side, .user = user, .beat = true };
	struct imap_io io;
	bool ok = false;

	audit_doors_init(&doors, o, o->wake);
	if (audit_login(&doors, side, user, &conn, err) == AUDIT_ENTERED) {
		own.at = clock_now();
		own.address = net_conn_local(conn);
		imap_io_net(&io, conn);
		s = imap_session_new(&io, o->transcript);
		ok = store_own_login_add(st, &own, err);
		imap_session_logout(s);
		imap_session_free(s);
	}
	net_conn_close(conn);
	audit_doors_done(&doors);
	return ok;
}
