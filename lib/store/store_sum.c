/* SPDX-License-Identifier: MIT */
#include "store/store_sum.h"

#include <string.h>

#include "store/store_db.h"

static struct sum_slot *slot_of(struct store *st, int64_t epoch)
{
	struct sum_slot *s = &st->sum[(uint64_t)epoch % SUM_SLOTS];

	return s->epoch == epoch && s->run == st->run ? s : NULL;
}

void sum_begin(struct store *st, int64_t epoch)
{
	st->sum[(uint64_t)epoch % SUM_SLOTS] = (struct sum_slot){ .epoch = epoch,
								  .run = st->run };
}

void sum_add(struct store *st, int64_t epoch, const struct message *m, size_t n)
{
	struct sum_slot *s = slot_of(st, epoch);

	if (s == NULL)
		return;
	s->messages += (int64_t)n;
	for (size_t i = 0; i < n; i++) {
		if (m[i].octets < 0) {
			s->unknown = true;
		} else if (m[i].octets > INT64_MAX - s->octets) {
			s->epoch = 0; /* SQLite tells that it is too much */
			return;
		} else {
			s->octets += m[i].octets;
		}
	}
}

void sum_drop(struct store *st, int64_t epoch)
{
	struct sum_slot *s = slot_of(st, epoch);

	if (s != NULL)
		s->epoch = 0;
}

void sum_drop_all(struct store *st)
{
	memset(st->sum, 0, sizeof st->sum);
}

bool sum_get(const struct store *st, int64_t epoch, int64_t *messages_out,
	     int64_t *octets_out)
{
	const struct sum_slot *s = &st->sum[(uint64_t)epoch % SUM_SLOTS];

	if (epoch == 0 || s->epoch != epoch || s->run != st->run)
		return false;
	*messages_out = s->messages;
	*octets_out = s->unknown ? -1 : s->octets;
	return true;
}
