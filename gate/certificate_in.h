/* SPDX-License-Identifier: MIT */
#ifndef GATE_CERTIFICATE_IN_H
#define GATE_CERTIFICATE_IN_H
/* Private to gate/certificate*.c: the fixed octets of a certificate, and how its JSON is
 * read. */
#include "base/json.h"
#include "gate/certificate.h"

#define CERTIFICATE_SCHEMA	"mailmuster/certificate/1"
#define CERTIFICATE_BODY_SCHEMA "mailmuster/certificate-body/1"
#define CERTIFICATE_HEAD	"{\"schema\":\"" CERTIFICATE_SCHEMA "\",\"octets\":"
#define CERTIFICATE_SEAL	",\"seal\":\""

/* What json.h says of a body, as an error of the certificate.  Returns false. */
bool certificate_refuse(struct err *err, const struct err *why);
/* An object, or a list, that must be there. */
bool certificate_part(struct json_obj *of, const char *key, struct json_obj *out,
		      struct err *err) MUST_CHECK;
bool certificate_list(struct json_obj *of, const char *key, const struct json_value **out,
		      struct err *err) MUST_CHECK;

#endif
