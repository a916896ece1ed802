/* SPDX-License-Identifier: MIT */
#include "model/log_event.h"

static const char *const kinds[] = { "other", "login", "fail", "logout", "delivery" };
_Static_assert(COUNT_OF(kinds) == LOG_KIND_COUNT, "a name for each kind");
static const char *const protocols[] = {
	"",	 "imap",    "pop3",    "sieve",	  "submission", "lmtp", "lda",
	"local", "virtual", "dovecot", "webmail", "activesync", "http",
};
_Static_assert(COUNT_OF(protocols) == LOG_PROTOCOL_COUNT, "a name for each protocol");
static const char *const programs[] = {
	"",	    "dovecot", "cyrus",	  "courier", "postfix",	 "zimbra",
	"exchange", "sun",     "exim",	  "uw",	     "sendmail", "hmailserver",
	"proxy",    "misc",    "pattern", "dbmail",
};
_Static_assert(COUNT_OF(programs) == LOG_PROGRAM_COUNT, "a name for each program");

static const char *const uses[] = { "login", "proxied-login", "twin-login", "logout",
				    "fail",  "limit",	      "delivery",   "handed" };
_Static_assert(COUNT_OF(uses) == LOG_USE_COUNT, "a name for each use");

const char *log_use_name(enum log_use u)
{
	return uses[u];
}

const char *log_kind_name(enum log_kind k)
{
	return kinds[k];
}

const char *log_protocol_name(enum log_protocol p)
{
	return protocols[p];
}

const char *log_program_name(enum log_program p)
{
	return programs[p];
}

bool log_kind_parse(struct span s, enum log_kind *out)
{
	for (int i = 0; i < LOG_KIND_COUNT; i++)
		if (span_eq_str(s, kinds[i])) {
			*out = (enum log_kind)i;
			return true;
		}
	return false;
}

bool log_protocol_parse(struct span s, enum log_protocol *out)
{
	for (int i = 1; i < LOG_PROTOCOL_COUNT; i++)
		if (span_eq_str(s, protocols[i])) {
			*out = (enum log_protocol)i;
			return true;
		}
	return false;
}
