/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SERVER_H
#define MODEL_SERVER_H
/* How one server is reached and logged in to, as the config says. */
#include "model/side.h"

#include "base/base.h"

enum tls_mode {
	TLS_IMPLICIT, /* TLS from the first octet (port 993) */
	TLS_STARTTLS, /* required: no STARTTLS is an error, never clear text */
	TLS_NONE,     /* clear text; must be written down, and reports say so */
};
enum { TLS_MODE_COUNT = TLS_NONE + 1 };
const char *tls_mode_name(enum tls_mode m); /* "implicit", "starttls", "none" */

enum auth_mode {
	AUTH_USER, /* each account with its own password */
	/* SASL PLAIN: admin's name and password, the account as authorization identity */
	AUTH_AUTHZID,
	/* Dovecot master user: logs in as user*admin with the admin's password */
	AUTH_MASTER,
};
enum { AUTH_MODE_COUNT = AUTH_MASTER + 1 };
const char *auth_mode_name(enum auth_mode m); /* "user", "authzid", "master" */

/* COMPRESS=DEFLATE (RFC 4978), where the server offers it. */
enum compress_mode {
	COMPRESS_AUTO, /* over links that are far away, for more than a little */
	COMPRESS_ON,
	COMPRESS_OFF,
};
enum { COMPRESS_MODE_COUNT = COMPRESS_OFF + 1 };
const char *compress_mode_name(enum compress_mode m); /* "auto", "on", "off" */

enum secret_kind { SECRET_PROMPT, SECRET_COMMAND, SECRET_FILE, SECRET_USERS_FILE };

struct server {
	enum side side;
	const char *host; /* name or address literal */
	unsigned port;
	enum tls_mode tls;
	const char *tls_min; /* "1.0" to "1.3" */
	const char *ca_file; /* NULL: the system's */
	const char *pin;     /* "sha256//BASE64" of the public key; NULL: none */
	enum auth_mode auth;
	const char *admin;     /* for AUTH_AUTHZID and AUTH_MASTER */
	char master_separator; /* '*' */
	enum secret_kind secret;
	const char *secret_path; /* SECRET_FILE, SECRET_USERS_FILE */
	/* SECRET_COMMAND, NULL-terminated; {user} and {side} are replaced */
	const char *const *secret_argv;
	const char *kind;	  /* "auto", "cyrus", "dovecot", "courier", "generic" */
	const char *profile;	  /* "auto", a name, or a path (lib/profile) */
	unsigned max_connections; /* 1 to 64 */
	enum compress_mode compress;
	int64_t timeout_ms; /* silence after which a connection counts as dead */
};

#endif
