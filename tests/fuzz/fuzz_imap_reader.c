/* SPDX-License-Identifier: MIT */
/* Framing: the same responses and the same end in chunks of any size. */
#include "base/err.h"
#include "imap/imap_reader.h"
#include "tests/fuzz/fuzz.h"

struct outcome {
	struct strbuf all;  /* each response with its length before it */
	struct strbuf sunk; /* each literal that went to the sink, its size before it */
	uint64_t left;	    /* octets that the sink was promised */
	enum err_class cls;
	bool inside;
};

static bool on_begin(void *ctx, struct span head, uint64_t octets, struct err *err)
{
	struct outcome *o = ctx;

	(void)err;
	PROMISE(o->left == 0 && octets <= IMAP_SUNK_MAX && head.n > 10);
	o->left = octets;
	strbuf_addf(&o->sunk, "%llu:", (unsigned long long)octets);
	return true;
}

static bool on_octets(void *ctx, struct span piece, struct err *err)
{
	struct outcome *o = ctx;

	(void)err;
	PROMISE(piece.n > 0 && piece.n <= o->left);
	o->left -= piece.n;
	strbuf_addspan(&o->sunk, piece);
	return true;
}

static void add_frame(struct outcome *o, const struct imap_frame_out *frame)
{
	strbuf_addf(&o->all, "%zu:", frame->text.n);
	strbuf_addspan(&o->all, frame->text);
}

static void run(const uint8_t *data, size_t size, size_t chunk, bool sinks,
		struct outcome *o)
{
	const struct imap_sink sink = { o, on_begin, on_octets };
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	enum imap_frame next = IMAP_FRAME_MORE;

	imap_reader_init(&r);
	if (sinks)
		imap_reader_sink(&r, &sink);
	while (size > 0 && next != IMAP_FRAME_FAIL) {
		size_t n = chunk < size ? chunk : size, room;
		char *p = imap_reader_space(&r, &room);

		PROMISE(room >= 4096);
		if (n > room)
			n = room;
		memcpy(p, data, n);
		imap_reader_fed(&r, n);
		data += n;
		size -= n;
		while ((next = imap_reader_next(&r, &frame, &err)) == IMAP_FRAME_WHOLE) {
			PROMISE(frame.text.n <= IMAP_RESP_MAX);
			PROMISE(o->left == 0);
			PROMISE(!frame.more || frame.text.n >= IMAP_SEARCH_PIECE / 2);
			add_frame(o, &frame);
		}
	}
	if (next == IMAP_FRAME_FAIL)
		PROMISE(err.cls == ERR_PROTO || err.cls == ERR_LIMIT);
	o->cls = next == IMAP_FRAME_FAIL ? err.cls : ERR_NONE;
	if (o->left > 0)
		PROMISE(next == IMAP_FRAME_MORE && imap_reader_inside(&r));
	o->inside = next != IMAP_FRAME_FAIL && imap_reader_inside(&r);
	imap_reader_done(&r);
}

static void compare(const uint8_t *data, size_t size, size_t chunk, bool sinks)
{
	struct outcome whole = { .cls = ERR_NONE }, cut = { .cls = ERR_NONE };

	run(data, size, SIZE_MAX, sinks, &whole);
	run(data, size, chunk, sinks, &cut);
	PROMISE(whole.cls == cut.cls);
	PROMISE(whole.inside == cut.inside);
	PROMISE(span_eq(strbuf_span(&whole.all), strbuf_span(&cut.all)));
	PROMISE(span_eq(strbuf_span(&whole.sunk), strbuf_span(&cut.sunk)));
	strbuf_done(&whole.all);
	strbuf_done(&cut.all);
	strbuf_done(&whole.sunk);
	strbuf_done(&cut.sunk);
}

/* The first octet is the size of a chunk.  Input is shorter than a piece of a SEARCH, so
 * that none is cut.  With and without a sink for whole messages. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 32 << 10)
		return 0;
	compare(data + 1, size - 1, (size_t)data[0] + 1, false);
	compare(data + 1, size - 1, (size_t)data[0] + 1, true);
	return 0;
}
