/* SPDX-License-Identifier: MIT */
#include "imap/imap_search.h"

#include "imap/imap_cur.h"

static uint32_t take_number(struct imap_cur *c)
{
	uint32_t n = imap_cur_u32(c);

	if (c->bad == NULL && n == 0)
		imap_cur_bad(c, "message number 0");
	return n;
}

/* False: fn stopped it, err is fn's.  A mistake of the server is in c. */
static bool take_set(struct imap_cur *c, imap_on_range *fn, void *ctx, struct err *err)
{
	do {
		uint32_t lo = take_number(c),
			 hi = imap_cur_eat(c, ':') ? take_number(c) : lo;

		if (c->bad == NULL &&
		    !(lo <= hi ? fn(ctx, lo, hi, err) : fn(ctx, hi, lo, err)))
			return false;
	} while (imap_cur_eat(c, ','));
	return true;
}

bool imap_set_parse(struct span set, imap_on_range *fn, void *ctx, struct err *err)
{
	struct imap_cur c;

	imap_cur_init(&c, set, NULL);
	if (!take_set(&c, fn, ctx, err))
		return false;
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "something else in a set of numbers");
	return imap_cur_ok(&c, "sequence set", err);
}

bool imap_vanished_parse(struct span text, bool *earlier_out, imap_on_range *fn,
			 void *ctx, struct err *err)
{
	static const char earlier[] = "(EARLIER) ";

	text = span_trim(text);
	*earlier_out = span_istarts(text, earlier);
	return imap_set_parse(*earlier_out ? span_from(text, sizeof earlier - 1) : text,
			      fn, ctx, err);
}

bool imap_search_parse(struct span text, imap_on_range *fn, void *ctx, struct err *err)
{
	uint32_t lo = 0, hi = 0; /* the range being joined; 0: none */
	struct imap_cur c;

	imap_cur_init(&c, text, NULL);
	for (;;) {
		uint32_t n;

		while (imap_cur_eat(&c, ' '))
			;
		if (imap_cur_end(&c) || imap_cur_peek(&c, '('))
			break;
		n = take_number(&c);
		if (!imap_cur_end(&c) && !imap_cur_peek(&c, ' '))
			imap_cur_bad(&c, "something else than a number");
		if (c.bad != NULL)
			break;
		if (lo != 0 && n == hi + 1) {
			hi = n;
			continue;
		}
		if (lo != 0 && !fn(ctx, lo, hi, err))
			return false;
		lo = hi = n;
	}
	if (imap_cur_peek(&c, '('))
		imap_cur_skip_value(&c); /* (MODSEQ 917), RFC 7162 section 3.1.5 */
	while (imap_cur_eat(&c, ' '))
		;
	if (!imap_cur_end(&c))
		imap_cur_bad(&c, "something behind the numbers");
	if (!imap_cur_ok(&c, "SEARCH", err))
		return false;
	return lo == 0 || fn(ctx, lo, hi, err);
}

bool imap_esearch_parse(struct span text, struct imap_esearch *out, imap_on_range *fn,
			void *ctx, struct err *err)
{
	struct imap_esearch e = { .count = -1 };
	struct imap_cur c;
	bool first = true;

	imap_cur_init(&c, text, NULL);
	imap_cur_eat(&c, ' ');
	if (imap_cur_eat(&c, '(')) {
		if (!span_ieq_str(imap_cur_atom(&c), "TAG"))
			imap_cur_bad(&c, "something else than the tag of a command");
		imap_cur_need(&c, ' ');
		e.tag = imap_cur_astring(&c);
		imap_cur_need(&c, ')');
		first = false;
	}
	while (!imap_cur_end(&c)) {
		struct span name;

		if (!first)
			imap_cur_need(&c, ' ');
		first = false;
		if (imap_cur_end(&c))
			break;
		name = imap_cur_atom(&c);
		if (span_ieq_str(name, "UID")) {
			e.uid = true;
			continue;
		}
		imap_cur_need(&c, ' ');
		if (span_ieq_str(name, "ALL")) {
			if (e.all)
				imap_cur_bad(&c, "ALL comes twice");
			e.all = true;
			if (!take_set(&c, fn, ctx, err))
				return false;
		} else if (span_ieq_str(name, "COUNT")) {
			e.count = imap_cur_u32(&c);
		} else {
			imap_cur_skip_value(&c);
		}
	}
	if (!imap_cur_ok(&c, "ESEARCH", err))
		return false;
	*out = e;
	return true;
}
