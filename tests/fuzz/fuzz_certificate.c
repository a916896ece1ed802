/* SPDX-License-Identifier: MIT */
#include "gate/certificate.h"
#include "tests/fuzz/fuzz.h"

/* As it comes; and under a seal that holds, for whoever can make one anew. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct strbuf sealed = STRBUF_INIT, page = STRBUF_INIT;
	char hex[SHA256_HEX_SIZE];
	struct gate_certificate c;
	struct gate_body body;
	struct err err = ERR_INIT;
	struct sha256 d;
	struct arena arena;

	arena_init(&arena);
	(void)!gate_certificate_read(text, &arena, &c, &err);
	err = ERR_INIT;
	if (!gate_body_read(text, &arena, &body, &err))
		PROMISE(err.cls == ERR_LEDGER);
	sha256_of(data, size, &d);
	sha256_hex(&d, hex);
	strbuf_addspan(&sealed, text);
	strbuf_addf(&sealed, ",\"seal\":\"%s\"}\n", hex);
	err = ERR_INIT;
	if (gate_certificate_read(strbuf_span(&sealed), &arena, &c, &err)) {
		PROMISE(c.body.text.n < size && c.approval_n > 0);
		(void)!gate_certificate_html(&c, &page, &err);
		PROMISE(page.n == 0 || strstr(strbuf_cstr(&page), "<script") == NULL);
	} else {
		PROMISE(err.cls == ERR_LEDGER);
	}
	strbuf_done(&sealed);
	strbuf_done(&page);
	arena_done(&arena);
	return 0;
}
