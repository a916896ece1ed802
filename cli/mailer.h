/* SPDX-License-Identifier: MIT */
#ifndef CLI_MAILER_H
#define CLI_MAILER_H
/* Sends one mail as "weekly" of the config says: by SMTP over TLS, or by sendmail. */
#include "cli/config.h"
#include "cli/globals.h"

/*
 * Before anything else is done: not through the server that is being retired, for that
 * mail ends with it (ERR_CONFIG); the secret is there (ERR_LOGIN, ERR_CONFIG), or the
 * program (ERR_LOCAL).
 */
bool mailer_check(const struct config *c, struct err *err) MUST_CHECK;

struct mailer_result { /* of one recipient */
	bool sent;
	int reply; /* of the server that refused; 0: none */
	struct err err;
};
/*
 * message goes to each of `to`, with one result each.  False when it cannot be tried at
 * all, or must not go on (ERR_LOGIN, ERR_STOPPED, ...): results say whom it reached
 * before.
 */
bool mailer_send(const struct globals *g, const struct config *c,
		 const struct mail_address *to, size_t n, struct span message,
		 struct mailer_result *out, struct err *err) MUST_CHECK;

#endif
