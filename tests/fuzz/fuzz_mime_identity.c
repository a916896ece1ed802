/* SPDX-License-Identifier: MIT */
/* Header blocks: no octets upset the walk, and a normalised Message-ID is normal. */
#include "base/text.h"
#include "mime/mime_identity.h"
#include "tests/fuzz/fuzz.h"

static void need_text(const char *s)
{
	PROMISE(s == NULL || (strlen(s) <= MIME_DETAIL_MAX && text_is_utf8(span_str(s))));
}

static void id_is_normal(enum mime_id_state state, struct span id, struct arena *arena)
{
	struct span again;

	if (state != MIME_ID_GOOD)
		return;
	PROMISE(id.n >= 5 && id.n <= 998);
	PROMISE(mime_message_id_value(id, arena, &again) == MIME_ID_GOOD &&
		span_eq(id, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sha256_ctx *ctx;
	struct span header = { (const char *)data, size }, id;
	struct message_detail d;
	struct msg_key a, b;
	struct arena arena;

	if (ctx == NULL)
		ctx = sha256_new();
	arena_init(&arena);
	id_is_normal(mime_message_id(header, &arena, &id), id, &arena);
	PROMISE(id.n <= size);
	id_is_normal(mime_message_id_value(header, &arena, &id), id, &arena);
	mime_key_id(ctx, id, &a);
	if (mime_key_fields(ctx, header, &arena, &a)) {
		PROMISE(mime_key_fields(ctx, header, &arena, &b));
		PROMISE(memcmp(&a, &b, sizeof a) == 0);
	}
	mime_detail(header, &arena, &d);
	need_text(d.from);
	need_text(d.date);
	need_text(d.subject);
	need_text(d.message_id);
	arena_done(&arena);
	return 0;
}
