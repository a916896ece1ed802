/* SPDX-License-Identifier: MIT */
#ifndef NET_NET_TLS_H
#define NET_NET_TLS_H
/* What every handle of libcurl is told of TLS and of the server.  Inside lib/net only. */
#include <curl/curl.h>

#include "base/err.h"
#include "model/server.h"

/* All options that we set exist in libcurl 7.88.1; a refusal is out of memory or our own
 * fault.  Returns false from the function it stands in. */
#define NET_SET(curl, option, value)                                                     \
	do {                                                                             \
		if (curl_easy_setopt(curl, option, value) != CURLE_OK)                   \
			return err_set(err, ERR_BUG,                                     \
				       "libcurl refuses the option " #option);           \
	} while (0)

/* key_password: of server->client_key; NULL: none. */
bool net_tls_set(CURL *curl, const struct server *server, const char *key_password,
		 struct err *err) MUST_CHECK;
/* scheme ("imap"), to which TLS_IMPLICIT adds an 's', host, port and path; nothing else
 * can be reached by the handle.  *url is to be freed after it. */
bool net_url_set(CURL *curl, const struct server *server, const char *scheme,
		 const char *path, CURLU **url, struct err *err) MUST_CHECK;

#endif
