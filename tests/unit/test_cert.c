/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cert.h"

/* Of a key that nobody has: a subject with a line end and beyond ASCII, an issuer that is
 * longer than we keep, an end after 2049, when the form of the time changes. */
static const char pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIICzDCCAnOgAwIBAgIBBTAKBggqhkjOPQQDAjCCAaoxRTBDBgNVBAMMPHh4eHh4\n"
	"eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4\n"
	"eHh4eHh4eDFFMEMGA1UECww8eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n"
	"eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5MUUwQwYDVQQLDDx5eXl5eXl5\n"
	"eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n"
	"eXl5eXkxRTBDBgNVBAsMPHl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n"
	"eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eTFFMEMGA1UECww8eXl5eXl5eXl5\n"
	"eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n"
	"eXl5MUUwQwYDVQQLDDx5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5\n"
	"eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXl5eXkwIBcNMjYwMTAxMDAwMDAwWhgPMjA1\n"
	"MTAyMDMwNDA1MDZaMDIxFTATBgNVBAoMDELDvGNoZXIKR21iSDEZMBcGA1UEAwwQ\n"
	"bWFpbC5leGFtcGxlLm9yZzBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABK+p8++U\n"
	"VrzUTLYehAiShb+6a+tjRLoNOFP+S2SCg/EC6Wb32mOMdM/xeRh0IZo01pxOicPG\n"
	"UJ6P5B4IOQUTLxgwCgYIKoZIzj0EAwIDRwAwRAIgLR++ZSVmI/0oRXNkS0/pFhVy\n"
	"hNzeeFGWaFG/0aJA/wECIGfKS/sCB/ah7ClS0D7zRCjXSIWwd2MwBGSd3gkEVckW\n"
	"-----END CERTIFICATE-----\n";

static void reads_who_it_is_and_how_long(void **state)
{
	char hex[SHA256_HEX_SIZE];
	struct cert c;

	(void)state;
	assert_true(cert_read(span_str(pem), &c));
	sha256_hex(&c.fingerprint, hex);
	assert_string_equal(
		hex, "023b335bc7b7954b6d3154e9d8786f31ffa4b6268a5ec22cb314268743daab07");
	sha256_hex(&c.key, hex);
	assert_string_equal(
		hex, "4a3bd5d21bf67198dbfcacaf873a87e7f30df5c647a406aea2ccfccd06e8d84e");
	assert_string_equal(c.subject, "CN=mail.example.org,O=B\\C3\\BCcher\\0AGmbH");
	assert_int_equal(strlen(c.issuer), CERT_NAME_SIZE - 1);
	assert_int_equal(c.not_before, 1767225600);
	assert_int_equal(c.not_after, 2559009906);
}

/* Cut anywhere it is none; and what is behind it does not matter. */
static void refuses_what_is_none(void **state)
{
	struct cert c = { .not_after = 7 };
	const char *end = strstr(pem, "-----END");

	(void)state;
	assert_false(cert_read(span_str(""), &c));
	assert_false(cert_read(span_str("-----BEGIN CERTIFICATE-----\nAAAA\n"
					"-----END CERTIFICATE-----\n"),
			       &c));
	for (size_t n = 0; n < (size_t)(end - pem); n++)
		if (cert_read((struct span){ pem, n }, &c))
			fail_msg("cut after %zu octets", n);
	assert_int_equal(c.not_after, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_who_it_is_and_how_long),
		cmocka_unit_test(refuses_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
