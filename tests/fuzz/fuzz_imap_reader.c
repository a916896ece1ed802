/* SPDX-License-Identifier: MIT */
/* Framing: the same responses and the same end in chunks of any size. */
#include "base/err.h"
#include "imap/imap_reader.h"
#include "tests/fuzz/fuzz.h"

struct outcome {
	struct strbuf all; /* each response with its length before it */
	enum err_class cls;
	bool inside;
};

static void add_frame(struct outcome *o, const struct imap_frame_out *frame)
{
	strbuf_addf(&o->all, "%zu:", frame->text.n);
	strbuf_addspan(&o->all, frame->text);
}

static void run(const uint8_t *data, size_t size, size_t chunk, struct outcome *o)
{
	struct imap_reader r;
	struct imap_frame_out frame;
	struct err err = ERR_INIT;
	enum imap_frame next = IMAP_FRAME_MORE;

	imap_reader_init(&r);
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
			PROMISE(!frame.more || frame.text.n >= IMAP_SEARCH_PIECE / 2);
			add_frame(o, &frame);
		}
	}
	if (next == IMAP_FRAME_FAIL)
		PROMISE(err.cls == ERR_PROTO || err.cls == ERR_LIMIT);
	o->cls = next == IMAP_FRAME_FAIL ? err.cls : ERR_NONE;
	o->inside = next != IMAP_FRAME_FAIL && imap_reader_inside(&r);
	imap_reader_done(&r);
}

/* The first octet is the size of a chunk.  Input is shorter than a piece of a SEARCH, so
 * that none is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome whole = { .cls = ERR_NONE }, cut = { .cls = ERR_NONE };

	if (size < 2 || size > 32 << 10)
		return 0;
	run(data + 1, size - 1, SIZE_MAX, &whole);
	run(data + 1, size - 1, (size_t)data[0] + 1, &cut);
	PROMISE(whole.cls == cut.cls);
	PROMISE(whole.inside == cut.inside);
	PROMISE(span_eq(strbuf_span(&whole.all), strbuf_span(&cut.all)));
	strbuf_done(&whole.all);
	strbuf_done(&cut.all);
	return 0;
}
