/* SPDX-License-Identifier: MIT */
/* What a server says when it wants to be left alone; and hours of a config. */
#include "audit/audit_hint.h"
#include "model/hours.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };
	struct err err = ERR_INIT;
	struct hours h;

	for (int connecting = 0; connecting < 2; connecting++) {
		struct audit_hint hint = audit_hint_find(text, connecting != 0);

		PROMISE(hint.wait_ms == 0 || (hint.wait_ms >= AUDIT_HINT_MIN_MS &&
					      hint.wait_ms <= AUDIT_HINT_MAX_MS));
		PROMISE(hint.kind != AUDIT_HINT_NONE || hint.wait_ms == 0);
	}
	if (!hours_parse(text, &h, &err)) {
		PROMISE(err.cls == ERR_CONFIG);
		return 0;
	}
	PROMISE(h.days > 0 && h.days < 1 << 7 && h.from != h.to);
	PROMISE(h.from >= 0 && h.from < 1440 && h.to >= 0 && h.to <= 1440);
	PROMISE(strlen(h.text) == size && strlen(h.zone) < HOURS_ZONE_SIZE);
	{
		int minute = h.from;

		while ((h.days >> minute / 1440 & 1) == 0)
			minute += 1440;
		PROMISE(hours_cover(&h, minute));
	}
	return 0;
}
