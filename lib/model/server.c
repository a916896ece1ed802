/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "model/server.h"

static const char *const tls_names[] = {
	[TLS_IMPLICIT] = "implicit",
	[TLS_STARTTLS] = "starttls",
	[TLS_NONE] = "none",
};
_Static_assert(COUNT_OF(tls_names) == TLS_MODE_COUNT, "every mode has a name");

const char *tls_mode_name(enum tls_mode m)
{
	assert((size_t)m < COUNT_OF(tls_names));
	return tls_names[m];
}

static const char *const compress_names[] = {
	[COMPRESS_AUTO] = "auto",
	[COMPRESS_ON] = "on",
	[COMPRESS_OFF] = "off",
};
_Static_assert(COUNT_OF(compress_names) == COMPRESS_MODE_COUNT, "every mode has a name");

const char *compress_mode_name(enum compress_mode m)
{
	assert((size_t)m < COUNT_OF(compress_names));
	return compress_names[m];
}

static const char *const acl_names[] = {
	[ACL_AUTO] = "auto",
	[ACL_ON] = "on",
	[ACL_OFF] = "off",
};
_Static_assert(COUNT_OF(acl_names) == ACL_MODE_COUNT, "every mode has a name");

const char *acl_mode_name(enum acl_mode m)
{
	assert((size_t)m < COUNT_OF(acl_names));
	return acl_names[m];
}

static const char *const auth_names[] = {
	[AUTH_USER] = "user",
	[AUTH_AUTHZID] = "authzid",
	[AUTH_MASTER] = "master",
	[AUTH_PROXYAUTH] = "proxyauth",
};
_Static_assert(COUNT_OF(auth_names) == AUTH_MODE_COUNT, "every mode has a name");

const char *auth_mode_name(enum auth_mode m)
{
	assert((size_t)m < COUNT_OF(auth_names));
	return auth_names[m];
}

static const char *const mechanism_names[] = {
	[MECHANISM_PASSWORD] = "password",
	[MECHANISM_OAUTHBEARER] = "oauthbearer",
	[MECHANISM_XOAUTH2] = "xoauth2",
	[MECHANISM_EXTERNAL] = "external",
};
_Static_assert(COUNT_OF(mechanism_names) == MECHANISM_COUNT, "every one has a name");

const char *mechanism_name(enum mechanism m)
{
	assert((size_t)m < COUNT_OF(mechanism_names));
	return mechanism_names[m];
}

bool mechanism_is_token(enum mechanism m)
{
	return m == MECHANISM_OAUTHBEARER || m == MECHANISM_XOAUTH2;
}
