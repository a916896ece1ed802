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
#ifdef MAILMUSTER_ISAL
#include <isa-l.h>
#endif

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
#ifdef MAILMUSTER_ISAL /* it tells no other version than its headers' */
	snprintf(text + strlen(text), sizeof text - strlen(text), ", ISA-L %d.%d.%d",
		 ISAL_MAJOR_VERSION, ISAL_MINOR_VERSION, ISAL_PATCH_VERSION);
#endif
	return text;
}
