/* SPDX-License-Identifier: MIT */
#include "gate/limits.h"

#include "base/num.h"
#include "gate/gate.h"

#define HOUR 3600
#define DAY  86400

const struct gate_limit_row gate_limit_rows[GATE_LIMIT_COUNT] = {
	[LIMIT_NO_DELIVERY] = { "no_delivery", "nothing was delivered to the old server",
				UNIT_SECONDS, 14 * DAY, DAY, 1000 * DAY, false },
	[LIMIT_NO_LOGIN] = { "no_login", "nobody logged in to the old server",
			     UNIT_SECONDS, 14 * DAY, DAY, 1000 * DAY, false },
	[LIMIT_FLAGS] = { "flags", "messages of an account whose flags agree",
			  UNIT_PERMILLE, 995, 1, 1000, false },
	[LIMIT_STOPPED] = { "stopped", "the old server was down, as a trial",
			    UNIT_SECONDS, 72 * HOUR, HOUR, 1000 * DAY, false },
	[LIMIT_NOTICE] = { "notice", "an owner had to answer", UNIT_SECONDS, 30 * DAY,
			   DAY, 1000 * DAY, false },
	[LIMIT_ANNOUNCED] = { "announced", "since the first announcement", UNIT_SECONDS,
			      30 * DAY, DAY, 1000 * DAY, false },
	[LIMIT_ANNOUNCEMENTS] = { "announcements", "announcements", UNIT_COUNT, 2, 1, 100,
				  false },
	[LIMIT_WAIVERS] = { "waivers", "waivers that may stand", UNIT_COUNT, 20, 0, 10000,
			    true },
	[LIMIT_WAIVER_TIME] = { "waiver_time", "for which a waiver may run", UNIT_SECONDS,
				90 * DAY, DAY, 1000 * DAY, true },
	[LIMIT_APPROVERS] = { "approvers", "persons who sign the certificate", UNIT_COUNT,
			      2, 1, 10, false },
	[LIMIT_VALID] = { "valid", "for which their signatures hold", UNIT_SECONDS,
			  72 * HOUR, HOUR, 1000 * DAY, true },
};

void gate_limits_standard(struct gate_limits *out)
{
	for (int i = 0; i < GATE_LIMIT_COUNT; i++)
		out->v[i] = gate_limit_rows[i].standard;
	for (int i = 0; i < GATE_CHECK_COUNT; i++)
		out->max_age[i] = gate_checks[i].max_age;
}

size_t gate_limits_loosened(const struct gate_limits *l,
			    struct gate_loosened out[GATE_LOOSENED_MAX])
{
	size_t n = 0;

	for (int i = 0; i < GATE_LIMIT_COUNT; i++) {
		const struct gate_limit_row *r = &gate_limit_rows[i];

		if (r->more_is_looser ? l->v[i] <= r->standard : l->v[i] >= r->standard)
			continue;
		out[n] = (struct gate_loosened){ "", r->unit, r->standard, l->v[i] };
		snprintf(out[n++].key, sizeof out[0].key, "%s", r->key);
	}
	for (int i = 0; i < GATE_CHECK_COUNT; i++) {
		int64_t standard = gate_checks[i].max_age;

		if (l->max_age[i] <= standard)
			continue;
		out[n] = (struct gate_loosened){ "", UNIT_SECONDS, standard,
						 l->max_age[i] };
		snprintf(out[n++].key, sizeof out[0].key, "ages.%s", gate_checks[i].name);
	}
	return n;
}

const char *gate_limit_text(enum gate_unit unit, int64_t value, char *buf, size_t size)
{
	if (unit == UNIT_SECONDS)
		return num_term(value, buf, size);
	if (unit == UNIT_PERMILLE)
		snprintf(buf, size, "%lld.%lld %%", (long long)value / 10,
			 (long long)value % 10);
	else
		snprintf(buf, size, "%lld", (long long)value);
	return buf;
}
