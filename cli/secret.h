/* SPDX-License-Identifier: MIT */
#ifndef CLI_SECRET_H
#define CLI_SECRET_H
/*
 * Where passwords and tokens come from: a prompt, a command, a file, a systemd
 * credential.  Never argv, never the environment, never a log.  What is kept is kept
 * until secrets_free, which overwrites it.
 */
#include "base/strbuf.h"
#include "cli/config.h"
#include "cli/globals.h"

struct secrets;

/* Both are borrowed until secrets_free. */
struct secrets *secrets_new(const struct globals *g,
			    const struct config *config) MUST_CHECK;
void secrets_free(struct secrets *s);

/*
 * Before a run: get what holds for a whole side (the admin's password, the file of
 * users), so that a mistake shows before the first connection and a question before the
 * first progress line.
 */
bool secrets_prepare(struct secrets *s, enum side side, struct err *err) MUST_CHECK;

/* The password with which user is read on this side; the admin's own in the admin modes.
 * ctx is struct secrets.  Fits audit_options.secret.  ERR_LOGIN: there is none;
 * ERR_CONFIG: others can read the file. */
bool secrets_get(void *ctx, enum side side, const char *user, struct strbuf *out,
		 struct err *err) MUST_CHECK;

/* Fits audit_options.renew: get it again from a command or a file, and say whether it is
 * another one. Another thread may have done so since. */
bool secrets_renew(void *ctx, enum side side, const char *user, struct span refused,
		   struct strbuf *out, struct err *err) MUST_CHECK;
/*
 * The passphrase of the client's key, fetched once; NULL when there is none.  Also looks
 * whether others can read the key (ERR_CONFIG).  Borrowed until secrets_free.
 */
bool secrets_key(struct secrets *s, enum side side, const char **out,
		 struct err *err) MUST_CHECK;

/* One secret of a kind that asks nobody: from a command or a file. */
bool secret_alone(const struct secret_source *source, const char *user,
		  struct strbuf *out, struct err *err) MUST_CHECK;

#define SECRET_OCTETS_MAX 4096	      /* one password or token */
#define SECRET_USERS_MAX  (16u << 20) /* the file of users */
#define SECRET_KEY_MAX	  (64u << 10) /* a PEM file of certificates and a key */
#define SECRET_COMMAND_MS 30000
/*
 * Run argv (not by a shell; {user} and {side} replaced) and append the first line of its
 * output.  ERR_LOGIN when it cannot be run, fails, takes longer than SECRET_COMMAND_MS or
 * prints nothing.
 */
bool secret_command(const char *const *argv, enum side side, const char *user,
		    struct strbuf *out, struct err *err) MUST_CHECK;
/* The first line of text, without CR; ERR_LOGIN when it is empty, too long or holds a
 * NUL.  what stands in the message. */
bool secret_first_line(struct span text, const char *what, struct strbuf *out,
		       struct err *err) MUST_CHECK;

#endif
