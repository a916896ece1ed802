/* SPDX-License-Identifier: MIT */
/* In which form messages are asked for: what is known of servers, and what times say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "audit/audit_form.h"

static void knows_servers_by_config_name_and_greeting(void **state)
{
	static const struct {
		const char *kind, *id, *greeting;
		enum audit_form want;
	} cases[] = {
		{ NULL, "Cyrus IMAPD 3.6.1", "* OK ready", AUDIT_FORM_ENVELOPE },
		{ "auto", "", "* OK mail Cyrus IMAP 3.6.1 server ready",
		  AUDIT_FORM_ENVELOPE },
		{ "auto", "Dovecot", "", AUDIT_FORM_HEADER },
		{ "auto", "", "* OK [CAPABILITY IMAP4rev1] Dovecot (Debian) ready.",
		  AUDIT_FORM_HEADER },
		{ "auto", "", "* OK Courier-IMAP ready.", AUDIT_FORM_HEADER },
		{ "cyrus", "Dovecot", "* OK Dovecot ready", AUDIT_FORM_ENVELOPE },
		{ "dovecot", "Cyrus", "", AUDIT_FORM_HEADER },
		{ "courier", "", "", AUDIT_FORM_HEADER },
		/* of these nothing is known, whatever they call themselves */
		{ "exchange", "Dovecot", "* OK Dovecot ready", AUDIT_FORM_UNKNOWN },
		{ "auto", "", "* OK IMAP4rev1", AUDIT_FORM_UNKNOWN },
		{ NULL, "Zimbra 8.8", "* OK Zimbra IMAP4rev1 server ready",
		  AUDIT_FORM_UNKNOWN },
		{ NULL, "", "", AUDIT_FORM_UNKNOWN },
		{ "auto", "Dovecote", "Cyru", AUDIT_FORM_HEADER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (audit_form_of(cases[i].kind, span_str(cases[i].id),
				  span_str(cases[i].greeting)) != cases[i].want)
			fail_msg("case %zu", i);
}

static void envelope_must_be_clearly_better(void **state)
{
	static const struct {
		struct audit_form_trial header, envelope;
		enum audit_form want;
	} cases[] = {
		{ { 200, 30 }, { 200, 3 }, AUDIT_FORM_ENVELOPE },
		{ { 200, 30 }, { 200, 15 }, AUDIT_FORM_ENVELOPE },
		{ { 200, 30 }, { 200, 16 }, AUDIT_FORM_HEADER },
		{ { 200, 10 }, { 200, 0 }, AUDIT_FORM_ENVELOPE },
		{ { 200, 9 }, { 200, 0 }, AUDIT_FORM_HEADER }, /* too little to matter */
		{ { 200, 0 }, { 200, 0 }, AUDIT_FORM_HEADER },
		{ { 200, 3 }, { 200, 30 }, AUDIT_FORM_HEADER },
		/* gaps among the UIDs: a message counts, not an answer's time */
		{ { 200, 100 }, { 50, 30 }, AUDIT_FORM_HEADER },
		{ { 50, 100 }, { 200, 80 }, AUDIT_FORM_ENVELOPE },
		{ { 49, 1000 }, { 200, 1 }, AUDIT_FORM_HEADER },
		{ { 200, 1000 }, { 49, 1 }, AUDIT_FORM_HEADER },
		{ { 0, 0 }, { 0, 0 }, AUDIT_FORM_HEADER },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (audit_form_judge(&cases[i].header, &cases[i].envelope) !=
		    cases[i].want)
			fail_msg("case %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_servers_by_config_name_and_greeting),
		cmocka_unit_test(envelope_must_be_clearly_better),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
