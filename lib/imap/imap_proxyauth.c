/* SPDX-License-Identifier: MIT */
/* An administrator's session that becomes a user's (Sun, iPlanet, Oracle). */
#include "imap/imap_cmd.h"
#include "imap/imap_session.h"

static bool ask(struct imap_session *s, const char *user, struct err *err)
{
	struct strbuf line = STRBUF_INIT;
	struct imap_done done;
	uint64_t cmd;
	bool ok;

	strbuf_addf(&line, "%s ", imap_cmd_word(IMAP_CMD_PROXYAUTH));
	imap_put_mailbox(&line, user);
	ok = imap_session_send(s, strbuf_span(&line), &cmd, err) &&
	     imap_session_finish(s, cmd, &done, err);
	strbuf_done(&line);
	if (!ok || done.status == IMAP_OK)
		return ok;
	err_set(err, ERR_LOGIN, "PROXYAUTH refused: %s%s%s%s%s",
		done.status == IMAP_NO ? "NO " : "BAD ", done.code[0] != '\0' ? "[" : "",
		done.code, done.code[0] != '\0' ? "] " : "", done.text);
	return err_hint(err, "%s",
			done.status == IMAP_NO
				? "does the user exist, and may \"admin\" act for it?"
				: "the server may not know PROXYAUTH; others take "
				  "\"auth\": \"authzid\" or \"master\"");
}

bool imap_proxyauth(const struct imap_io *io, void *transcript, const char *user,
		    struct err *err)
{
	struct imap_session *s = imap_session_new(io, transcript);
	bool ok = ask(s, user, err);

	/* What came behind the answer would be lost with this session. */
	if (ok && !imap_session_at_rest(s))
		ok = err_set(err, ERR_PROTO,
			     "the server says more after PROXYAUTH than was asked");
	if (!ok && !imap_session_broken(s))
		imap_session_logout(s);
	imap_session_free(s);
	return ok;
}
