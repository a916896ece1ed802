/* SPDX-License-Identifier: MIT */
/* Whatever is taken for an address: the mail to it has the headers that we gave it, and
 * no other; every octet is ASCII, and no line is long. */
#include "mime/mime_identity.h"
#include "mime/mime_mail.h"
#include "tests/fuzz/fuzz.h"

static size_t headers(struct span s)
{
	size_t n = 0, line = 0;
	bool begins = true;

	for (size_t i = 0; i < s.n; i++) {
		PROMISE((unsigned char)s.p[i] < 0x80);
		PROMISE(++line <= 998);
		if (begins && s.p[i] == '\r')
			return n;
		n += begins && s.p[i] != ' ' && s.p[i] != '\t';
		begins = s.p[i] == '\n';
		if (begins)
			line = 0;
		PROMISE(!begins || (i > 0 && s.p[i - 1] == '\r'));
	}
	PROMISE(false); /* a header ends with an empty line */
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;
	struct mail_address to;
	struct arena arena;

	arena_init(&arena);
	if (mail_address((struct span){ (const char *)data, size }, &arena, &to)) {
		struct mail m = { .from = to,
				  .to = &to,
				  .to_n = 1,
				  .subject = to.name,
				  .id = "1@example.org",
				  .text = SPAN_LIT("x\n") };

		PROMISE(strchr(to.addr, '@') != NULL);
		PROMISE(mail_compose(&m, &out, &err));
		/* Date, From, Subject, To, Message-Id, Auto-Submitted, X-Mailer,
		 * MIME-Version, Content-Type */
		PROMISE(headers(strbuf_span(&out)) == 9);
	}
	strbuf_done(&out);
	arena_done(&arena);
	return 0;
}
