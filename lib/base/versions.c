/* SPDX-License-Identifier: MIT */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "base/versions.h"

#include <cjson/cJSON.h>
#include <openssl/crypto.h>
#include <pcre2.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>
#include <zlib.h>

const char *base_versions(void)
{
	static char text[200];
	char pcre[64];

	if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > (int)sizeof pcre ||
	    pcre2_config(PCRE2_CONFIG_VERSION, pcre) < 0)
		snprintf(pcre, sizeof pcre, "?");
	pcre[strcspn(pcre, " ")] = '\0'; /* its date follows */
	snprintf(text, sizeof text,
		 "libcrypto %s, cJSON %s, PCRE2 %s, utf8proc %s, zlib %s",
		 OpenSSL_version(OPENSSL_VERSION_STRING), cJSON_Version(), pcre,
		 utf8proc_version(), zlibVersion());
	return text;
}
