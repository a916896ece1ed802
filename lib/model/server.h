/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SERVER_H
#define MODEL_SERVER_H
/* How one server is reached and logged in to, as the config says. */
#include "model/hours.h"
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
	/* Sun, iPlanet, Oracle: logs in as admin, then PROXYAUTH makes it the account */
	AUTH_PROXYAUTH,
};
enum { AUTH_MODE_COUNT = AUTH_PROXYAUTH + 1 };
/* "user", "authzid", "master", "proxyauth" */
const char *auth_mode_name(enum auth_mode m);

/* How it is shown who logs in. */
enum mechanism {
	MECHANISM_PASSWORD, /* SASL PLAIN or LOGIN, or the LOGIN command */
	/* RFC 7628; the secret is an access token */
	MECHANISM_OAUTHBEARER,
	/* what came before it, of Google and Microsoft; likewise */
	MECHANISM_XOAUTH2,
	/* RFC 4422 appendix A: the client certificate says it, and there is no secret */
	MECHANISM_EXTERNAL,
};
enum { MECHANISM_COUNT = MECHANISM_EXTERNAL + 1 };
/* "password", "oauthbearer", "xoauth2", "external" */
const char *mechanism_name(enum mechanism m);
/* The secret is a token, which ends by itself and is then replaced by another. */
bool mechanism_is_token(enum mechanism m);

/* COMPRESS=DEFLATE (RFC 4978), where the server offers it. */
enum compress_mode {
	COMPRESS_AUTO, /* over links that are far away, for more than a little */
	COMPRESS_ON,
	COMPRESS_OFF,
};
enum { COMPRESS_MODE_COUNT = COMPRESS_OFF + 1 };
const char *compress_mode_name(enum compress_mode m); /* "auto", "on", "off" */

/* Who may do what with each folder (GETACL, RFC 4314), where the server tells it. */
enum acl_mode {
	ACL_AUTO, /* once, and again of folders that are read anyway */
	ACL_ON,	  /* of every folder, each time */
	ACL_OFF,
};
enum { ACL_MODE_COUNT = ACL_OFF + 1 };
const char *acl_mode_name(enum acl_mode m); /* "auto", "on", "off" */

enum secret_kind { SECRET_PROMPT, SECRET_COMMAND, SECRET_FILE, SECRET_USERS_FILE };

/* Where one secret comes from. */
struct secret_source {
	enum secret_kind kind;
	const char *path; /* SECRET_FILE, SECRET_USERS_FILE */
	/* path is a systemd credential: NULL without CREDENTIALS_DIRECTORY, and the name
	 * then stands here alone */
	const char *credential;
	/* SECRET_COMMAND, NULL-terminated; {user} and {side} are replaced */
	const char *const *argv;
};

struct server {
	enum side side;
	const char *host; /* name or address literal */
	unsigned port;
	enum tls_mode tls;
	const char *tls_min; /* "1.0" to "1.3" */
	const char *ca_file; /* NULL: the system's */
	const char *pin;     /* "sha256//BASE64" of the public key; NULL: none */
	/* PEM files of the certificate that we show, and of its key; NULL: none */
	const char *client_cert, *client_key;
	struct secret_source key_secret; /* of client_key; SECRET_PROMPT: there is none */
	enum auth_mode auth;
	enum mechanism mechanism;
	const char *admin;     /* for all but AUTH_USER */
	char master_separator; /* '*' */
	struct secret_source secret;
	const char *kind;	  /* "auto", "cyrus", "dovecot", "courier", "generic" */
	const char *profile;	  /* "auto", a name, or a path (lib/profile) */
	unsigned max_connections; /* 1 to 64 */
	enum compress_mode compress;
	enum acl_mode acl;
	int64_t timeout_ms; /* silence after which a connection counts as dead */
	const struct hours *not_during; /* when nothing is read from it */
	size_t not_during_n;
};

#endif
