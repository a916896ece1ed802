/* SPDX-License-Identifier: MIT */
#include "logs/logs_zone.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const int64_t times[] = { INT64_C(-2208988800), 0, INT64_C(1774742400),
					 INT64_C(1792891800), INT64_C(7258118400) };
	struct span text = { (const char *)data, size };
	struct logs_zone *z = NULL;
	struct err err = ERR_INIT;

	if (!logs_zone_parse("fuzz", text, &z, &err)) {
		PROMISE(err.cls == ERR_CONFIG);
		return 0;
	}
	for (size_t i = 0; i < COUNT_OF(times); i++) {
		int64_t east = logs_zone_offset(z, times[i]);
		int64_t utc = logs_zone_utc(z, times[i], INT64_MIN);

		PROMISE(east >= -26 * 3600 && east <= 26 * 3600);
		PROMISE(utc - times[i] >= -26 * 3600 && utc - times[i] <= 26 * 3600);
	}
	logs_zone_free(z);
	return 0;
}
