/* SPDX-License-Identifier: MIT */
#include "net/net_tls.h"

static long tls_min(const char *version)
{
	static const struct {
		const char *name;
		long value;
	} versions[] = {
		{ "1.0", CURL_SSLVERSION_TLSv1_0 },
		{ "1.1", CURL_SSLVERSION_TLSv1_1 },
		{ "1.3", CURL_SSLVERSION_TLSv1_3 },
	};

	for (size_t i = 0; version != NULL && i < COUNT_OF(versions); i++)
		if (strcmp(versions[i].name, version) == 0)
			return versions[i].value;
	return CURL_SSLVERSION_TLSv1_2;
}

bool net_tls_set(CURL *curl, const struct server *server, const char *key_password,
		 struct err *err)
{
	long min = tls_min(server->tls_min);
	/* The pin says more than chain and name, and is for servers whose certificates
	 * are past saving.  With a CA file beside it all three must hold. */
	bool pin_only = server->pin != NULL && server->ca_file == NULL;

	NET_SET(curl, CURLOPT_USE_SSL,
		server->tls == TLS_STARTTLS ? (long)CURLUSESSL_ALL
					    : (long)CURLUSESSL_NONE);
	NET_SET(curl, CURLOPT_SSL_VERIFYPEER, pin_only ? 0L : 1L);
	NET_SET(curl, CURLOPT_SSL_VERIFYHOST, pin_only ? 0L : 2L);
	NET_SET(curl, CURLOPT_SSLVERSION, min);
	/* OpenSSL 3 has no signature left for TLS 1.0 and 1.1 at the usual level. */
	if (min == CURL_SSLVERSION_TLSv1_0 || min == CURL_SSLVERSION_TLSv1_1)
		NET_SET(curl, CURLOPT_SSL_CIPHER_LIST, "DEFAULT:@SECLEVEL=0");
	if (server->ca_file != NULL) {
		NET_SET(curl, CURLOPT_CAINFO, server->ca_file);
		NET_SET(curl, CURLOPT_CAPATH,
			NULL); /* this CA, not the system's as well */
	}
	if (server->pin != NULL)
		NET_SET(curl, CURLOPT_PINNEDPUBLICKEY, server->pin);
	NET_SET(curl, CURLOPT_CERTINFO, 1L);
	if (server->client_cert == NULL)
		return true;
	NET_SET(curl, CURLOPT_SSLCERT, server->client_cert);
	NET_SET(curl, CURLOPT_SSLKEY, server->client_key);
	/* Without one OpenSSL would ask on the terminal. */
	NET_SET(curl, CURLOPT_KEYPASSWD, key_password != NULL ? key_password : "");
	return true;
}

bool net_url_set(CURL *curl, const struct server *server, const char *scheme,
		 const char *path, CURLU **url, struct err *err)
{
	bool v6 = strchr(server->host, ':') != NULL && server->host[0] != '[';
	char host[300], port[8], with[16], both[32];

	snprintf(host, sizeof host, v6 ? "[%s]" : "%s", server->host);
	snprintf(port, sizeof port, "%u", server->port);
	snprintf(with, sizeof with, "%s%s", scheme,
		 server->tls == TLS_IMPLICIT ? "s" : "");
	snprintf(both, sizeof both, "%s,%ss", scheme, scheme);
	*url = curl_url();
	if (*url == NULL || strlen(server->host) + 3 > sizeof host ||
	    curl_url_set(*url, CURLUPART_SCHEME, with, 0) ||
	    curl_url_set(*url, CURLUPART_HOST, host, 0) ||
	    curl_url_set(*url, CURLUPART_PORT, port, 0) ||
	    curl_url_set(*url, CURLUPART_PATH, path, 0)) {
		err_set(err, ERR_NET, "this is no host and port");
		return err_hint(err, "check \"host\" and \"port\"");
	}
	NET_SET(curl, CURLOPT_CURLU, *url);
	NET_SET(curl, CURLOPT_PROTOCOLS_STR, both);
	return true;
}
