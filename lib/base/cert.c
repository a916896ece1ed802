/* SPDX-License-Identifier: MIT */
#include "base/cert.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "base/clock.h"

#define PEM_MAX (1u << 20) /* no certificate is as large */

/* Escaped to ASCII, so that it can be cut anywhere. */
static void name_of(const X509_NAME *name, char out[CERT_NAME_SIZE])
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n = 0;

	if (bio != NULL && X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253) >= 0)
		n = BIO_read(bio, out, CERT_NAME_SIZE - 1);
	out[n > 0 ? n : 0] = '\0';
	BIO_free(bio);
}

static int64_t time_of(const ASN1_TIME *t)
{
	struct tm tm;

	if (t == NULL || ASN1_TIME_to_tm(t, &tm) != 1)
		return 0;
	return clock_from_civil(&(struct clock_civil){ .year = tm.tm_year + 1900,
						       .month = tm.tm_mon + 1,
						       .day = tm.tm_mday,
						       .hour = tm.tm_hour,
						       .minute = tm.tm_min,
						       .second = tm.tm_sec });
}

/* Of n octets that libcrypto allocated; n below 1: it could not. */
static bool digest(unsigned char *der, int n, struct sha256 *out)
{
	if (n <= 0)
		return false;
	sha256_of(der, (size_t)n, out);
	OPENSSL_free(der);
	return true;
}

bool cert_read(struct span pem, struct cert *out)
{
	unsigned char *whole = NULL, *key = NULL;
	struct cert c = { 0 };
	X509 *x = NULL;
	BIO *bio;
	int n;
	bool ok;

	if (pem.n == 0 || pem.n > PEM_MAX)
		return false;
	bio = BIO_new_mem_buf(pem.p, (int)pem.n);
	if (bio != NULL)
		x = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (x == NULL)
		return false;
	n = i2d_X509(x, &whole);
	ok = digest(whole, n, &c.fingerprint);
	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &key);
	ok = digest(key, n, &c.key) && ok;
	name_of(X509_get_subject_name(x), c.subject);
	name_of(X509_get_issuer_name(x), c.issuer);
	c.not_before = time_of(X509_get0_notBefore(x));
	c.not_after = time_of(X509_get0_notAfter(x));
	X509_free(x);
	if (ok)
		*out = c;
	return ok;
}
