/* SPDX-License-Identifier: MIT */
#ifndef CLI_CONFIG_LOGIN_H
#define CLI_CONFIG_LOGIN_H
/* What the config says of logins: who, by which mechanism, with secrets from where. */
#include "base/json.h"
#include "cli/config.h"

/* Relative to dir, unless it is absolute; in c->arena. */
const char *config_path(struct config *c, const char *dir, const char *path) MUST_CHECK;

/* That what s holds belongs together.  o: the object, for the message. */
bool config_check_login(struct json_obj *o, const struct server *s, const char *separator,
			bool secret, bool key_secret, struct err *err) MUST_CHECK;

/*
 * "secret" and "client_key_secret" (either may be NULL), and the paths of client_cert
 * and client_key, which become relative to dir.
 */
bool config_read_secrets(struct config *c, struct json_doc *doc,
			 const struct json_value *secret,
			 const struct json_value *key_secret, const char *dir,
			 struct server *s, struct err *err) MUST_CHECK;

/* One secret, whose place in the file is path; of_key: it is asked for without a user,
 * and nobody is there to type it. */
bool config_secret(struct config *c, struct json_doc *doc, const struct json_value *v,
		   const char *path, bool of_key, const char *dir,
		   struct secret_source *s, struct err *err) MUST_CHECK;

#endif
