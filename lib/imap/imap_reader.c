/* SPDX-License-Identifier: MIT */
#include "imap/imap_reader.h"

#include "base/num.h"

#define READ_SIZE (64u << 10)
/* '* ESEARCH (TAG "m7") UID COUNT 3 ALL ' and what else may stand there. */
#define HEAD_MAX 256
/* A piece is cut so near to the end of what has come: numbers and ranges are shorter. */
#define TAIL 64

void imap_reader_init(struct imap_reader *r)
{
	*r = (struct imap_reader){ 0 };
}

void imap_reader_done(struct imap_reader *r)
{
	strbuf_done(&r->buf);
	imap_reader_init(r);
}

void imap_reader_sink(struct imap_reader *r, const struct imap_sink *sink)
{
	r->sink = sink;
}

/* The piece handed out last is done with: what follows it gets the same head. */
static void settle(struct imap_reader *r)
{
	if (r->head_from == r->done)
		return;
	memmove(r->buf.p + r->done, r->buf.p + r->head_from, r->head);
	r->head_from = r->done;
}

char *imap_reader_space(struct imap_reader *r, size_t *size_out)
{
	if (r->head > 0)
		settle(r);
	if (r->done > 0 &&
	    (r->done == r->buf.n || r->buf.cap - r->buf.n < READ_SIZE + 1)) {
		strbuf_drop(&r->buf, r->done);
		r->scan -= r->done;
		r->line -= r->done;
		r->head_from = 0;
		r->done = 0;
	}
	strbuf_reserve(&r->buf, READ_SIZE);
	/* Not all the room there is: a long SEARCH is cut between reads. */
	*size_out = READ_SIZE;
	return r->buf.p + r->buf.n;
}

void imap_reader_fed(struct imap_reader *r, size_t n)
{
	r->buf.n += n;
	r->buf.p[r->buf.n] = '\0';
}

struct span imap_reader_rest(struct imap_reader *r)
{
	struct span rest = span_from(strbuf_span(&r->buf), r->done);

	r->done = r->scan = r->line = r->buf.n;
	return rest;
}

bool imap_reader_inside(const struct imap_reader *r)
{
	return r->buf.n > r->done;
}

/* Is the first word of a line (behind "* ") this one? */
static bool word_is(struct span s, const char *word)
{
	size_t n = strlen(word);

	return span_istarts(s, word) && (s.n == n || s.p[n] == ' ');
}

/* Untagged data, as opposed to status responses, tagged lines and "+", whose end is free
 * text. */
static bool is_data(struct span line)
{
	static const char *const status[] = { "OK", "NO", "BAD", "BYE", "PREAUTH" };

	if (line.n < 2 || line.p[0] != '*' || line.p[1] != ' ')
		return false;
	line = span_from(line, 2);
	if (line.n > 0 && line.p[0] <= '9') /* "* 12 FETCH", by far the most */
		return true;
	for (size_t i = 0; i < COUNT_OF(status); i++)
		if (word_is(line, status[i]))
			return false;
	return true;
}

/* "{65}" or "~{65}" at the end of a line: its digits; empty when there is no literal. */
static struct span literal_digits(struct span line, bool *literal8_out)
{
	size_t at = line.n - 1;

	while (at > 0 && line.p[at - 1] >= '0' && line.p[at - 1] <= '9')
		at--;
	if (at == 0 || line.p[at - 1] != '{')
		return (struct span){ NULL, 0 };
	*literal8_out = at > 1 && line.p[at - 2] == '~';
	return (struct span){ line.p + at, line.n - 1 - at };
}

/* A response of this many octets would be too long. */
static bool is_over(const struct imap_reader *r, size_t end)
{
	return end - r->done > IMAP_RESP_MAX;
}

/* The sink has failed; its error is kept, for it cannot be asked again. */
static bool sink_failed(struct imap_reader *r, struct err *err)
{
	r->why = *err;
	return false;
}

/* "* 12 FETCH (... BODY[] " or "... BODY[HEADER] ", the first literal of a response. */
static bool is_for_sink(const struct imap_reader *r, struct span head)
{
	static const char *const items[] = { "BODY[] ", "BODY[HEADER] " };
	size_t at = 2;

	if (r->sink == NULL || r->line != r->done)
		return false;
	while (at < head.n && head.p[at] >= '0' && head.p[at] <= '9')
		at++;
	if (at == 2 || !span_istarts(span_from(head, at), " FETCH ("))
		return false;
	for (size_t i = 0; i < COUNT_OF(items); i++) {
		size_t n = strlen(items[i]);

		if (head.n > n && span_istarts(span_from(head, head.n - n), items[i]) &&
		    (head.p[head.n - n - 1] == ' ' || head.p[head.n - n - 1] == '('))
			return true;
	}
	return false;
}

/* Take n octets at `at` out of the response in hand.  What stands before them moves and
 * not what follows, which are many messages. */
static void close_up(struct imap_reader *r, size_t at, size_t n)
{
	memmove(r->buf.p + r->done + n, r->buf.p + r->done, at - r->done);
	r->done += n;
}

/* The literal goes elsewhere: in the response stands "{0}" for it. */
static bool start_sunk(struct imap_reader *r, struct span head, struct span digits,
		       struct err *err)
{
	size_t at = (size_t)(digits.p - r->buf.p), drop;

	if (!num_u64(digits, IMAP_SUNK_MAX, &r->literal))
		return err_set(
			err, ERR_LIMIT,
			"the server announces a message of %.*s octets; it may have "
			"%llu",
			digits.n > 20 ? 20 : (int)digits.n, digits.p,
			(unsigned long long)IMAP_SUNK_MAX);
	if (!r->sink->begin(r->sink->ctx, head, r->literal, err))
		return sink_failed(r, err);
	drop = digits.n - 1;
	close_up(r, at, drop);
	r->buf.p[at + drop] = '0';
	r->sunk = true;
	return true;
}

/*
 * A line that ends at r->scan: does it announce a literal?  *on_out is set when it does,
 * and the response goes on.
 */
static bool start_literal(struct imap_reader *r, size_t line_end, bool *on_out,
			  struct err *err)
{
	struct span line = { r->buf.p + r->line, line_end - r->line }, digits, head;
	uint64_t size;

	r->sunk = false;
	if (!r->data || line.n < 3 || line.p[line.n - 1] != '}')
		return true;
	digits = literal_digits(line, &r->literal8);
	if (digits.n == 0)
		return true;
	head = (struct span){ line.p, (size_t)(digits.p - line.p) - 1 - r->literal8 };
	if (is_for_sink(r, head)) {
		if (!start_sunk(r, head, digits, err))
			return false;
		r->line = r->scan;
		*on_out = true;
		return true;
	}
	if (!num_u64(digits, IMAP_RESP_MAX, &size) || is_over(r, r->scan + size))
		return err_set(err, ERR_LIMIT,
			       "the server announces a literal of %.*s octets; a "
			       "response may have %u in all",
			       digits.n > 20 ? 20 : (int)digits.n, digits.p,
			       IMAP_RESP_MAX);
	r->literal = size;
	r->line = r->scan;
	*on_out = true;
	return true;
}

/* Past the octets of a literal, as far as they are here. */
static bool pass_literal(struct imap_reader *r, struct err *err)
{
	size_t n = r->buf.n - r->scan;

	if (n > r->literal)
		n = (size_t)r->literal;
	if (r->sunk) {
		if (!r->sink->octets(r->sink->ctx, (struct span){ r->buf.p + r->scan, n },
				     err))
			return sink_failed(r, err);
		close_up(r, r->scan, n);
		r->literal -= n;
		r->scan += n;
		r->line = r->scan;
		return true;
	}
	if (!r->literal8 && memchr(r->buf.p + r->scan, '\0', n) != NULL)
		return err_set(err, ERR_PROTO, "the server sends a NUL inside a literal");
	r->scan += n;
	r->literal -= n;
	r->line = r->scan;
	return true;
}

/* The head that each piece of a long answer needs; 0 when this is no such answer. */
static size_t head_of(struct span text)
{
	static const char all[] = " ALL ";

	if (span_istarts(text, "* SEARCH "))
		return sizeof "* SEARCH" - 1;
	if (!span_istarts(text, "* ESEARCH "))
		return 0;
	for (size_t i = 0; i < HEAD_MAX && i + sizeof all <= text.n; i++)
		if (span_istarts(span_from(text, i), all))
			return i + sizeof all - 1;
	return 0;
}

/*
 * Hand out what there is of a long SEARCH or of the set of a long ESEARCH, up to a blank
 * or comma.  False: this is not the place or not such an answer.  What stands behind the
 * numbers, "(MODSEQ 917)", stays in one piece.
 */
static bool take_piece(struct imap_reader *r, struct imap_frame_out *out)
{
	struct span text = { r->buf.p + r->done, r->buf.n - r->done };
	size_t cut = 0;
	bool search;

	if (text.n < IMAP_SEARCH_PIECE)
		return false;
	if (r->head == 0)
		r->head = head_of(text);
	if (r->head == 0)
		return false;
	r->head_from = r->done;
	search = text.p[2] == 'S' || text.p[2] == 's';
	for (size_t i = text.n - TAIL; i < text.n; i++) {
		if (text.p[i] == (search ? ' ' : ','))
			cut = i;
		if (text.p[i] == (search ? '(' : ' '))
			break;
	}
	if (cut == 0)
		return false;
	*out = (struct imap_frame_out){ .text = { text.p, cut }, .more = true };
	/* The blank stands before the next number of SEARCH; the head of ESEARCH brings
	 * its own. */
	r->done += cut + (search ? 0 : 1) - r->head;
	r->line = r->done;
	return true;
}

enum imap_frame imap_reader_next(struct imap_reader *r, struct imap_frame_out *out,
				 struct err *err)
{
	if (r->why.cls != ERR_NONE) {
		*err = r->why;
		return IMAP_FRAME_FAIL;
	}
	if (r->head > 0)
		settle(r);
	for (;;) {
		const char *from, *lf;
		size_t n;
		bool on = false;

		if (r->scan == r->buf.n && !is_over(r, r->buf.n))
			return IMAP_FRAME_MORE;
		if (r->literal > 0) {
			if (!pass_literal(r, err))
				return IMAP_FRAME_FAIL;
			if (r->literal > 0)
				return IMAP_FRAME_MORE;
		}
		n = r->buf.n - r->scan;
		from = r->buf.p + r->scan;
		lf = memchr(from, '\n', n);
		if (lf != NULL)
			n = (size_t)(lf - from);
		if (memchr(from, '\0', n) != NULL) {
			err_set(err, ERR_PROTO, "the server sends a NUL");
			return IMAP_FRAME_FAIL;
		}
		if (lf == NULL) {
			r->scan += n;
			if (take_piece(r, out))
				return IMAP_FRAME_WHOLE;
			if (!is_over(r, r->buf.n))
				return IMAP_FRAME_MORE;
			err_set(err, ERR_LIMIT,
				"the server sends a response of more than %u octets",
				IMAP_RESP_MAX);
			return IMAP_FRAME_FAIL;
		}
		n = (size_t)(lf - r->buf.p); /* offset of LF */
		if (n == r->line || r->buf.p[n - 1] != '\r') {
			err_set(err, ERR_PROTO, "the server ends a line with LF alone");
			return IMAP_FRAME_FAIL;
		}
		if (is_over(r, n)) {
			err_set(err, ERR_LIMIT,
				"the server sends a response of %zu octets; it may have "
				"%u",
				n - r->done, IMAP_RESP_MAX);
			return IMAP_FRAME_FAIL;
		}
		if (r->line == r->done)
			r->data = is_data(
				(struct span){ r->buf.p + r->done, n - 1 - r->done });
		r->scan = n + 1;
		if (!start_literal(r, n - 1, &on, err)) {
			r->scan = r->line;
			return IMAP_FRAME_FAIL;
		}
		if (on)
			continue;
		*out = (struct imap_frame_out){ .text = { r->buf.p + r->done,
							  n - 1 - r->done } };
		r->done = r->line = r->scan;
		r->head = 0;
		return IMAP_FRAME_WHOLE;
	}
}
