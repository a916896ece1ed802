/* SPDX-License-Identifier: MIT */
#ifndef GATE_CERTIFICATE_IN_H
#define GATE_CERTIFICATE_IN_H
/* Private to gate/certificate*.c: the fixed octets of a certificate. */
#include "gate/certificate.h"

#define CERTIFICATE_SCHEMA	"mailmuster/certificate/1"
#define CERTIFICATE_BODY_SCHEMA "mailmuster/certificate-body/1"
#define CERTIFICATE_HEAD	"{\"schema\":\"" CERTIFICATE_SCHEMA "\",\"octets\":"
#define CERTIFICATE_SEAL	",\"seal\":\""

#endif
