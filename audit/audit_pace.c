/* SPDX-License-Identifier: MIT */
#include "audit/audit_pace.h"

#include "base/clock.h"
#include "base/num.h"
#include "net/net_conn.h"

enum { SLICE_MS = 50, HOURS_SLICE_MS = 500, NOTHING = -1 };

static int64_t at_most(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

bool audit_pace_init(struct audit_pace *p, const struct server *server,
		     const struct audit_rate *rate, int64_t until_ms,
		     struct net_wake *wake, struct err *err)
{
	*p = (struct audit_pace){ .server = server,
				  .wake = wake,
				  .until_ms = until_ms,
				  .allowed = server->max_connections,
				  .more_ms = AUDIT_PACE_MORE_MS,
				  .last = ERR_INIT };
	pthread_mutex_init(&p->lock, NULL);
	audit_guard_init(&p->guard);
	if (rate != NULL)
		p->rate = *rate;
	return server->not_during_n == 0 ||
	       audit_hours_open(server->not_during, server->not_during_n, &p->hours, err);
}

void audit_pace_done(struct audit_pace *p)
{
	if (p->server == NULL)
		return;
	audit_hours_close(p->hours);
	pthread_mutex_destroy(&p->lock);
	p->server = NULL;
}

/* ---- waiting; the lock is held, and let go while time passes ---- */

static void wait_begin(struct audit_pace *p, int why)
{
	if (p->waiting[why]++ == 0)
		p->began[why] = clock_mono_ms();
}

static void wait_end(struct audit_pace *p, int why)
{
	if (--p->waiting[why] == 0)
		p->count.waited_ms[why] += clock_mono_ms() - p->began[why];
}

static bool stopped(struct err *err)
{
	return err_set(err, ERR_STOPPED, "stopped while the server was left alone");
}

static void pass(struct audit_pace *p, int64_t ms)
{
	pthread_mutex_unlock(&p->lock);
	clock_sleep_ms(ms);
	pthread_mutex_lock(&p->lock);
}

/* False: ERR_STOPPED. */
static bool wait_for(struct audit_pace *p, enum run_wait why, int64_t ms, struct err *err)
{
	if (ms <= 0)
		return true;
	wait_begin(p, (int)why);
	for (; ms > 0 && !net_wake_is_set(p->wake); ms -= SLICE_MS)
		pass(p, at_most(ms, SLICE_MS));
	wait_end(p, (int)why);
	return !net_wake_is_set(p->wake) || stopped(err);
}

/* ---- a connection more ---- */

static bool shut(const struct audit_pace *p, struct err *err)
{
	err_set(err, ERR_SERVER,
		"not tried: for %lld minutes the server has done nothing but ask for "
		"patience, the last time: %s",
		(long long)(AUDIT_PACE_PATIENCE_MS / 60000), p->last.text);
	return err_hint(err, "lower \"max_connections\", set hours in \"not_during\", or "
			     "have its limits raised for this login");
}

/* What must be waited for before an account may be begun (enum run_wait); NOTHING. */
static int obstacle(struct audit_pace *p, const struct audit_patience *who,
		    int64_t hours_end)
{
	struct audit_guard_say say = audit_guard_decide(&p->guard,
							p->server->max_connections);
	int64_t now = clock_mono_ms();

	if (hours_end != 0)
		return RUN_WAIT_HOURS;
	if (now < p->hold_ms || now < who->until_ms)
		return RUN_WAIT_HINT;
	if (p->allowed < p->server->max_connections && now >= p->more_at) {
		p->allowed++;
		p->more_at = now + p->more_ms;
	}
	if (p->in_use >= p->allowed)
		return RUN_WAIT_HINT;
	return p->in_use >= say.connections ? RUN_WAIT_GUARD : NOTHING;
}

/* The hours end only after the budget has. */
static bool outlast(const struct audit_pace *p, int64_t hours_end, int64_t now)
{
	return hours_end != 0 && p->until_ms != 0 &&
	       (hours_end == INT64_MAX ||
		(hours_end - now) * 1000 > p->until_ms - clock_mono_ms());
}

enum audit_pace_entry audit_pace_enter(struct audit_pace *p,
				       const struct audit_patience *who, struct err *err)
{
	enum audit_pace_entry entry = AUDIT_PACE_STOP;
	int why = NOTHING;

	pthread_mutex_lock(&p->lock);
	for (;;) {
		int64_t now = clock_now(), hours_end = audit_hours_until(p->hours, now);
		int next = obstacle(p, who, hours_end);

		if (net_wake_is_set(p->wake)) {
			stopped(err);
			break;
		}
		if (p->shut) {
			shut(p, err);
			entry = AUDIT_PACE_SHUT;
			break;
		}
		if (outlast(p, hours_end, now)) {
			p->resume_at = hours_end;
			entry = AUDIT_PACE_OVER;
			break;
		}
		if (next == NOTHING) {
			p->in_use++;
			entry = AUDIT_PACE_GO;
			break;
		}
		if (next != why) {
			if (why != NOTHING)
				wait_end(p, why);
			wait_begin(p, next);
			why = next;
		}
		p->hours_end = hours_end;
		pass(p, why == RUN_WAIT_HOURS ? HOURS_SLICE_MS : SLICE_MS);
	}
	if (why != NOTHING)
		wait_end(p, why);
	pthread_mutex_unlock(&p->lock);
	return entry;
}

bool audit_pace_try(struct audit_pace *p, const struct audit_patience *who)
{
	bool go;

	pthread_mutex_lock(&p->lock);
	go = !p->shut &&
	     obstacle(p, who, audit_hours_until(p->hours, clock_now())) == NOTHING;
	p->in_use += go;
	pthread_mutex_unlock(&p->lock);
	return go;
}

void audit_pace_inside(struct audit_pace *p, struct audit_patience *who)
{
	pthread_mutex_lock(&p->lock);
	who->inside = true;
	p->inside++;
	if (p->inside > p->count.peak)
		p->count.peak = p->inside;
	pthread_mutex_unlock(&p->lock);
}

void audit_pace_leave(struct audit_pace *p, struct audit_patience *who, bool well)
{
	pthread_mutex_lock(&p->lock);
	p->in_use--;
	p->inside -= who->inside;
	who->inside = false;
	if (well)
		p->since_ms = 0;
	pthread_mutex_unlock(&p->lock);
}

static void sample(struct audit_pace *p, enum audit_guard_kind kind, int64_t us)
{
	audit_guard_sample(&p->guard, kind, us, clock_mono_ms());
	if (p->guard.level > p->count.slowed)
		p->count.slowed = p->guard.level;
}

void audit_pace_sample(struct audit_pace *p, enum audit_guard_kind kind, int64_t ms)
{
	pthread_mutex_lock(&p->lock);
	sample(p, kind, ms * 1000);
	pthread_mutex_unlock(&p->lock);
}

/* ---- what the server asks for ---- */

static void obey(struct audit_pace *p, const struct audit_hint *hint,
		 struct audit_patience *who, int64_t now)
{
	unsigned again = who->tries < 16 ? who->tries - 1 : 15;
	int64_t ms = hint->wait_ms > 0
			     ? hint->wait_ms
			     : at_most(AUDIT_PACE_FIRST_MS << again, AUDIT_PACE_LAST_MS);

	who->until_ms = now + ms;
	if (hint->kind != AUDIT_HINT_BUSY &&
	    (hint->kind == AUDIT_HINT_SLOW || hint->wait_ms > 0) && p->hold_ms < now + ms)
		p->hold_ms = now + ms;
	if (hint->kind != AUDIT_HINT_FEWER)
		return;
	/* As many as are in now, without the one that was too many. */
	if (p->inside > 0 && p->inside < p->allowed) {
		p->allowed = p->inside;
		if (p->more_at != 0)
			p->more_ms = at_most(p->more_ms * 2, AUDIT_PACE_MORE_MAX_MS);
	}
	p->more_at = now + p->more_ms;
}

bool audit_pace_hinted(struct audit_pace *p, const struct err *err, bool entered,
		       struct audit_patience *who)
{
	struct audit_hint hint = audit_hint_of_err(err);
	int64_t now = clock_mono_ms();
	bool patient;

	if (hint.kind == AUDIT_HINT_NONE || (hint.kind == AUDIT_HINT_BUSY && !entered))
		return false;
	pthread_mutex_lock(&p->lock);
	p->count.hints++;
	p->last = *err;
	if (p->since_ms == 0)
		p->since_ms = now;
	p->shut |= now - p->since_ms >= AUDIT_PACE_PATIENCE_MS;
	patient = !p->shut && who->tries < AUDIT_PACE_TRIES;
	if (patient) {
		who->tries++;
		obey(p, &hint, who, now);
	}
	pthread_mutex_unlock(&p->lock);
	return patient;
}

bool audit_pace_moment(struct audit_pace *p, int64_t ms, struct err *err)
{
	bool ok;

	pthread_mutex_lock(&p->lock);
	p->count.hints++;
	ok = wait_for(p, RUN_WAIT_HINT, ms, err);
	pthread_mutex_unlock(&p->lock);
	return ok;
}

/* ---- between two windows ---- */

enum audit_pace_step audit_pace_step(struct audit_pace *p, struct audit_meter *m,
				     int64_t messages, int64_t octets, struct err *err)
{
	enum audit_pace_step step = AUDIT_STEP_LEAVE;
	int64_t now = clock_mono_ms(), rest, held;
	struct audit_guard_say say;

	pthread_mutex_lock(&p->lock);
	if (messages > 0)
		p->since_ms = 0;
	/* Answers that were there already are no sign of anything. */
	if (m->longest_ms > 0 || messages >= AUDIT_GUARD_WINDOW)
		sample(p, AUDIT_GUARD_SILENCE, m->longest_ms * 1000);
	if (messages >= AUDIT_GUARD_WINDOW)
		sample(p, AUDIT_GUARD_MESSAGE, m->waited_ms * 1000 / messages);
	say = audit_guard_decide(&p->guard, p->server->max_connections);
	rest = at_most(m->waited_ms * say.rest / 100, AUDIT_GUARD_REST_MS);
	held = p->hold_ms - now;
	/* Paid for also when the connection is left now: the next one waits for it. */
	now = audit_rate_take(&p->rate, messages, octets >= 0 ? octets : m->octets, now);
	m->waited_ms = m->longest_ms = m->octets = 0;
	if (net_wake_is_set(p->wake)) {
		stopped(err);
		step = AUDIT_STEP_STOP;
	} else if (held <= AUDIT_PACE_STAY_MS &&
		   audit_hours_until(p->hours, clock_now()) == 0) {
		step = wait_for(p, RUN_WAIT_RATE, now, err) &&
				       wait_for(p, RUN_WAIT_GUARD, rest, err) &&
				       wait_for(p, RUN_WAIT_HINT, held, err)
			       ? AUDIT_STEP_GO
			       : AUDIT_STEP_STOP;
	}
	pthread_mutex_unlock(&p->lock);
	return step;
}

/* ---- the measuring io ---- */

static bool meter_read(void *ctx, void *buf, size_t size, size_t *got_out,
		       struct err *err)
{
	struct audit_meter *m = ctx;
	int64_t began = clock_mono_ms(), took;
	bool ok = m->inner.read(m->inner.ctx, buf, size, got_out, err);

	took = clock_mono_ms() - began;
	m->waited_ms += took;
	if (took > m->longest_ms)
		m->longest_ms = took;
	if (ok)
		m->octets += (int64_t)*got_out;
	return ok;
}

static bool meter_write(void *ctx, const void *p, size_t n, size_t *put_out,
			bool *would_block_out, struct err *err)
{
	struct audit_meter *m = ctx;

	return m->inner.write(m->inner.ctx, p, n, put_out, would_block_out, err);
}

static bool meter_wait(void *ctx, bool want_write, struct err *err)
{
	struct audit_meter *m = ctx;

	return m->inner.wait(m->inner.ctx, want_write, err);
}

void audit_meter_wrap(struct audit_meter *m, struct imap_io *io)
{
	*m = (struct audit_meter){ .inner = *io };
	*io = (struct imap_io){
		.ctx = m, .read = meter_read, .write = meter_write, .wait = meter_wait
	};
}

/* ---- for people ---- */

bool audit_pace_tell(struct audit_pace *p, struct strbuf *out)
{
	char until[AUDIT_HOURS_SHOWN], buf[64];
	bool telling = true;

	pthread_mutex_lock(&p->lock);
	if (p->waiting[RUN_WAIT_HOURS] > 0) {
		strbuf_addf(out, "%s server: waiting until %s (\"not_during\")",
			    side_name(p->server->side),
			    audit_hours_show(p->hours, p->hours_end, clock_now(), until));
	} else if (p->waiting[RUN_WAIT_HINT] > 0) {
		int64_t ms = p->hold_ms - clock_mono_ms();

		strbuf_addf(out, "%s server: waiting, it asks for patience",
			    side_name(p->server->side));
		if (ms > 1000)
			strbuf_addf(out, " (%s)",
				    num_seconds(ms / 1000, buf, sizeof buf));
	} else if (p->guard.level > 0) {
		struct audit_guard_say say = audit_guard_decide(
			&p->guard, p->server->max_connections);

		strbuf_addf(out,
			    "%s server: slowed down, its answers take longer (%s: %lld "
			    "ms, were %lld ms)",
			    side_name(p->server->side), audit_guard_kind_name(say.why),
			    (long long)(say.now_us / 1000),
			    (long long)(say.baseline_us / 1000));
	} else {
		telling = false;
	}
	pthread_mutex_unlock(&p->lock);
	return telling;
}

void audit_pace_count(struct audit_pace *p, struct run_pace *out)
{
	pthread_mutex_lock(&p->lock);
	*out = p->count;
	for (size_t i = 0; i < RUN_WAIT_COUNT; i++)
		if (p->waiting[i] > 0)
			out->waited_ms[i] += clock_mono_ms() - p->began[i];
	pthread_mutex_unlock(&p->lock);
}
