/* SPDX-License-Identifier: MIT */
#include "audit/audit_paces.h"

#include "base/clock.h"
#include "store/store_run.h"

bool audit_paces_init(struct audit_paces *p, const struct audit_options *o,
		      int64_t until_ms, struct net_wake *wake, struct err *err)
{
	*p = (struct audit_paces){ .now = "" };
	for (int side = 0; side < SIDE_COUNT; side++)
		if (o->server[side] != NULL &&
		    !audit_pace_init(&p->side[side], o->server[side], &o->rate, until_ms,
				     wake, err))
			return err_wrap(err, "%s server: \"not_during\"",
					side_name((enum side)side));
	return true;
}

void audit_paces_done(struct audit_paces *p)
{
	for (int side = 0; side < SIDE_COUNT; side++)
		audit_pace_done(&p->side[side]);
}

const char *audit_paces_tell(struct audit_paces *p)
{
	struct strbuf all = STRBUF_INIT, one = STRBUF_INIT;

	for (int side = 0; side < SIDE_COUNT; side++) {
		strbuf_clear(&one);
		if (p->side[side].server == NULL ||
		    !audit_pace_tell(&p->side[side], &one))
			continue;
		if (all.n > 0)
			strbuf_adds(&all, "; ");
		strbuf_adds(&all, strbuf_cstr(&one));
	}
	snprintf(p->now, sizeof p->now, "%s", strbuf_cstr(&all));
	strbuf_done(&one);
	strbuf_done(&all);
	return p->now;
}

int64_t audit_paces_idle(struct audit_paces *p)
{
	int64_t idle = INT64_MAX;

	for (int side = 0; side < SIDE_COUNT; side++) {
		struct run_pace count;

		if (p->side[side].server == NULL)
			continue;
		audit_pace_count(&p->side[side], &count);
		if (count.waited_ms[RUN_WAIT_HOURS] < idle)
			idle = count.waited_ms[RUN_WAIT_HOURS];
	}
	return idle == INT64_MAX ? 0 : idle;
}

bool audit_paces_end(struct audit_paces *p, struct store *st, struct audit_result *out,
		     struct err *err)
{
	for (int side = 0; side < SIDE_COUNT; side++) {
		struct audit_pace *pace = &p->side[side];

		if (pace->server == NULL)
			continue;
		audit_pace_count(pace, &out->pace[side]);
		if (pace->resume_at != 0 &&
		    (out->resume_at == 0 || pace->resume_at < out->resume_at)) {
			out->resume_at = pace->resume_at;
			audit_hours_show(pace->hours, pace->resume_at, clock_now(),
					 out->resume);
		}
		if (!store_run_pace_add(st, (enum side)side, &out->pace[side], err))
			return false;
	}
	return true;
}
