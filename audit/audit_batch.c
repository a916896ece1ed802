/* SPDX-License-Identifier: MIT */
#include "audit/audit_batch.h"

#include "base/clock.h"

enum {
	BATCH_MS = 100,
	BATCH_ITEMS = 256,
	BATCH_OCTETS = 1 << 20,
};

bool audit_batch_take(struct audit_batch *b, size_t octets, struct err *err)
{
	if (!b->open) {
		if (!store_begin(b->st, err))
			return false;
		b->open = true;
		b->items = b->octets = 0;
		b->began_ms = clock_mono_ms();
	}
	b->items++;
	b->octets += octets;
	return audit_doors_note(b->doors, b->st, err);
}

bool audit_batch_full(const struct audit_batch *b)
{
	return b->open && (b->items >= BATCH_ITEMS || b->octets >= BATCH_OCTETS ||
			   clock_mono_ms() - b->began_ms >= BATCH_MS);
}

bool audit_batch_end(struct audit_batch *b, struct err *err)
{
	bool open = b->open;

	b->open = false;
	return !open || store_commit(b->st, err);
}

void audit_batch_undo(struct audit_batch *b)
{
	if (b->open)
		store_rollback(b->st);
	b->open = false;
}
