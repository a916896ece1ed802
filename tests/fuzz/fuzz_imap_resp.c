/* SPDX-License-Identifier: MIT */
/* What answers mean: every response of a stream goes to the parser of its kind, in a copy
 * of just its size. */
#include "base/text.h"
#include "imap/imap_acl.h"
#include "imap/imap_cmd.h"
#include "imap/imap_cur.h"
#include "imap/imap_fetch.h"
#include "imap/imap_list.h"
#include "imap/imap_quota.h"
#include "imap/imap_reader.h"
#include "imap/imap_search.h"
#include "imap/imap_session.h"
#include "model/message.h"
#include "tests/fuzz/fuzz.h"

static void promise_clean(bool ok, const struct err *err)
{
	PROMISE(ok ? err->cls == ERR_NONE
		   : err->cls == ERR_PROTO || err->cls == ERR_LIMIT);
	PROMISE(ok || err->text[0] != '\0');
}

static bool on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	(void)ctx, (void)err;
	PROMISE(lo >= 1 && lo <= hi);
	return true;
}

/* A name that a server tells can be asked for, and its shown form is text. */
static void check_name(const char *wire)
{
	struct strbuf line = STRBUF_INIT;
	struct err err = ERR_INIT;

	PROMISE(strpbrk(wire, "\r\n") == NULL && strlen(wire) <= IMAP_NAME_MAX);
	strbuf_adds(&line, "EXAMINE ");
	imap_put_mailbox(&line, wire);
	PROMISE(imap_cmd_allowed(strbuf_span(&line), &err));
	strbuf_done(&line);
}

/* As IMAP4rev1 and as IMAP4rev2: they differ in what a name is to people, and in nothing
 * else. */
static void check_list(struct span text, struct arena *arena)
{
	struct folder f[2];
	bool ok[2];

	for (int rev2 = 0; rev2 < 2; rev2++) {
		struct err err = ERR_INIT;

		ok[rev2] = imap_list_parse(text, rev2 != 0, arena, &f[rev2], &err);
		promise_clean(ok[rev2], &err);
	}
	PROMISE(ok[0] == ok[1]);
	if (!ok[0])
		return;
	check_name(f[0].wire);
	PROMISE(strcmp(f[0].wire, f[1].wire) == 0 && f[0].attrs == f[1].attrs &&
		f[0].delim == f[1].delim);
	for (int rev2 = 0; rev2 < 2; rev2++)
		PROMISE(text_is_utf8(span_str(f[rev2].name)));
}

static void check_status(struct span text, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct folder_state st;
	const char *wire;
	bool ok = imap_status_parse(text, arena, &wire, &st, &err);

	promise_clean(ok, &err);
	if (!ok)
		return;
	check_name(wire);
	PROMISE(st.exists >= -1 && st.octets >= -1 && (st.modseq == -1 || st.modseq > 0));
}

static void check_fetch(uint32_t seq, struct span text, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct imap_fetch f;
	bool ok = imap_fetch_parse(seq, text, arena, &f, &err);
	uint32_t sum = 0;

	promise_clean(ok, &err);
	if (!ok)
		return;
	PROMISE(f.seq == seq && f.has < 1 << 10 &&
		((f.has & IMAP_HAS_UID) != 0) == (f.uid != 0));
	PROMISE(f.keyword_n <= IMAP_KEYWORDS_MAX && f.flags < 1 << MSG_FLAG_COUNT);
	for (size_t i = 1; i < f.keyword_n; i++)
		PROMISE(span_cmp(f.keywords[i - 1], f.keywords[i]) < 0);
	for (size_t i = 0; i < f.header.n; i++)
		sum += (unsigned char)f.header.p[i];
	for (size_t i = 0; i < f.envelope_id.n; i++)
		sum += (unsigned char)f.envelope_id.p[i];
	PROMISE(f.label_n <= IMAP_LABELS_MAX);
	for (size_t k = 0; k < f.label_n; k++)
		for (size_t i = 0; i < f.labels[k].n; i++)
			sum += (unsigned char)f.labels[k].p[i];
	PROMISE(sum < UINT32_MAX); /* all of it was readable */
}

static void check_quota(struct span text, struct arena *arena)
{
	struct limit list[IMAP_QUOTA_MAX];
	struct err err = ERR_INIT;
	size_t n = 0;
	bool ok = imap_quota_parse(text, arena, list, &n, &err);

	promise_clean(ok, &err);
	PROMISE(n <= IMAP_QUOTA_MAX);
	for (size_t i = 0; i < n; i++)
		PROMISE(list[i].used >= 0 && list[i].allowed >= 0 &&
			text_is_utf8(span_str(list[i].name)));
}

static void check_acl(struct span text, struct arena *arena)
{
	const struct acl_entry *entry = NULL;
	struct err err = ERR_INIT;
	const char *wire;
	size_t n = 0;
	bool ok = imap_acl_parse(text, arena, &wire, &entry, &n, &err);

	promise_clean(ok, &err);
	if (!ok)
		return;
	check_name(wire);
	PROMISE(n <= ACL_ENTRIES_MAX);
	for (size_t i = 0; i < n; i++) {
		PROMISE(i == 0 || strcmp(entry[i - 1].who, entry[i].who) < 0);
		PROMISE(text_is_utf8(span_str(entry[i].who)) &&
			strlen(entry[i].who) <= ACL_WHO_MAX && *entry[i].who != '\0');
		for (const char *r = entry[i].rights; *r != '\0'; r++)
			PROMISE(r[1] == '\0' || r[0] < r[1]);
	}
}

static void check_other(const struct imap_resp *resp, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct imap_namespace ns;
	struct imap_esearch e;
	const char *rights;
	bool earlier;

	switch (resp->kind) {
	case IMAP_RESP_SEARCH:
		promise_clean(imap_search_parse(resp->text, on_range, NULL, &err), &err);
		break;
	case IMAP_RESP_ESEARCH:
		promise_clean(imap_esearch_parse(resp->text, &e, on_range, NULL, &err),
			      &err);
		break;
	case IMAP_RESP_VANISHED:
		promise_clean(
			imap_vanished_parse(resp->text, &earlier, on_range, NULL, &err),
			&err);
		break;
	case IMAP_RESP_NAMESPACE:
		promise_clean(imap_namespace_parse(resp->text, arena, &ns, &err), &err);
		break;
	case IMAP_RESP_MYRIGHTS:
		promise_clean(imap_myrights_parse(resp->text, arena, &rights, &err),
			      &err);
		break;
	case IMAP_RESP_ACL:
		check_acl(resp->text, arena);
		break;
	case IMAP_RESP_QUOTA:
		check_quota(resp->text, arena);
		break;
	default:
		break;
	}
}

static void check(struct span frame, struct arena *arena)
{
	struct err err = ERR_INIT;
	struct imap_resp resp;
	char *exact = mem_alloc(frame.n), words[64];
	bool ok;

	if (frame.n > 0)
		memcpy(exact, frame.p, frame.n);
	ok = imap_resp_parse((struct span){ exact, frame.n }, &resp, &err);
	promise_clean(ok, &err);
	if (ok) {
		PROMISE(text_is_utf8(
			span_str(imap_shown(words, sizeof words, resp.text))));
		imap_shown(words, sizeof words, resp.code);
		if (resp.kind == IMAP_RESP_LIST)
			check_list(resp.text, arena);
		else if (resp.kind == IMAP_RESP_STATUS)
			check_status(resp.text, arena);
		else if (resp.kind == IMAP_RESP_FETCH)
			check_fetch(resp.number, resp.text, arena);
		else
			check_other(&resp, arena);
	}
	free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	struct arena arena;
	size_t room;
	char *p;

	if (size == 0 || size > 32 << 10)
		return 0;
	arena_init(&arena);
	imap_reader_init(&r);
	p = imap_reader_space(&r, &room);
	memcpy(p, data, size);
	imap_reader_fed(&r, size);
	while (imap_reader_next(&r, &frame, &err) == IMAP_FRAME_WHOLE)
		check(frame.text, &arena);
	imap_reader_done(&r);
	arena_done(&arena);
	return 0;
}
