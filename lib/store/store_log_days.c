/* SPDX-License-Identifier: MIT */
#include "store/store_log_days.h"

#define MORE	 0x80u /* the day holds more than one event */
#define STEP_MAX 0x7fu
#define MANY	 255u

static uint16_t two(const unsigned char *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static unsigned char *put_two(unsigned char *p, uint16_t v)
{
	p[0] = (unsigned char)(v >> 8);
	p[1] = (unsigned char)(v & 255);
	return p + 2;
}

bool store_log_day_next(struct log_days *d, struct log_day *out)
{
	const unsigned char *p = d->p;
	size_t need = 3;
	unsigned tag;

	if (d->n < need)
		return false;
	tag = *p++;
	out->day = (uint16_t)(d->day + (tag & STEP_MAX));
	if ((tag & STEP_MAX) == 0) {
		need += 2;
		out->day = two(p);
		p += 2;
	}
	need += (tag & MORE) != 0 ? 3 : 0;
	if (d->n < need)
		return false;
	out->n = d->alone;
	if ((tag & MORE) != 0) {
		out->n = *p++;
		if (out->n == MANY) {
			need += 2;
			if (d->n < need)
				return false;
			out->n = two(p);
			p += 2;
		}
	}
	out->first = out->last = two(p);
	if ((tag & MORE) != 0)
		out->last = two(p + 2);
	d->day = out->day;
	d->p += need;
	d->n -= need;
	return true;
}

size_t store_log_day_put(unsigned char *p, const struct log_day *d, uint16_t before,
			 uint16_t alone)
{
	unsigned step = d->day > before && d->day - before <= (int)STEP_MAX
				? (unsigned)(d->day - before)
				: 0;
	bool more = d->n != alone || d->first != d->last;
	unsigned char *to = p;

	*to++ = (unsigned char)(step | (more ? MORE : 0));
	if (step == 0)
		to = put_two(to, d->day);
	if (more) {
		*to++ = (unsigned char)(d->n < MANY ? d->n : MANY);
		if (d->n >= MANY)
			to = put_two(to, d->n);
	}
	to = put_two(to, d->first);
	if (more)
		to = put_two(to, d->last);
	return (size_t)(to - p);
}

bool store_log_days_are(struct log_days d, size_t n)
{
	struct log_day day;
	int before = -1;

	for (size_t i = 0; i < n; i++) {
		if (!store_log_day_next(&d, &day) || day.day <= before)
			return false;
		before = day.day;
	}
	return d.n == 0;
}
