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

static const char *const auth_names[] = {
	[AUTH_USER] = "user",
	[AUTH_AUTHZID] = "authzid",
	[AUTH_MASTER] = "master",
};
_Static_assert(COUNT_OF(auth_names) == AUTH_MODE_COUNT, "every mode has a name");

const char *auth_mode_name(enum auth_mode m)
{
	assert((size_t)m < COUNT_OF(auth_names));
	return auth_names[m];
}
