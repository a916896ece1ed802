/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"

#include <stdatomic.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/num.h"
#include "base/text.h"
#include "cli/msg.h"

#define LINE_MS	      200
#define PLAIN_LINE_MS 60000
#define RATE_MIN_MS   2000 /* no forecast from less */
#define KNOWN_MIN     10   /* accounts; nor from fewer, while others are unknown */

static struct {
	bool on, terminal;
	atomic_bool shown; /* a prompt clears the line from another thread */
	int64_t next_ms;
	int64_t began_ms;
	int64_t done;	   /* messages, when that line was looked at */
	char waiting[400]; /* the last line about it, where lines stay */
} state;

void progress_begin(const struct globals *g)
{
	state.terminal = isatty(STDERR_FILENO) == 1;
	state.on = !g->quiet;
	state.shown = false;
	state.waiting[0] = '\0';
	state.began_ms = clock_mono_ms();
	state.next_ms = state.began_ms + (state.terminal ? LINE_MS : PLAIN_LINE_MS);
}

void progress_clear(void)
{
	if (atomic_exchange(&state.shown, false))
		fputs("\r\033[K", stderr);
}

void progress_end(void)
{
	progress_clear();
	state.on = false;
}

static bool due(void)
{
	int64_t now = clock_mono_ms();

	if (!state.on || now < state.next_ms)
		return false;
	state.next_ms = now + (state.terminal ? LINE_MS : PLAIN_LINE_MS);
	return true;
}

static void show(const struct strbuf *line)
{
	struct strbuf cut = STRBUF_INIT;
	struct winsize ws;

	if (!state.terminal) {
		fprintf(stderr, "%s\n", strbuf_cstr(line));
		return;
	}
	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &ws) != 0 || ws.ws_col < 20)
		ws.ws_col = 80;
	text_show(&cut, strbuf_span(line), ws.ws_col - 1u);
	fprintf(stderr, "\r%s\033[K", strbuf_cstr(&cut));
	fflush(stderr);
	state.shown = true;
	strbuf_done(&cut);
}

/* Messages in all: those accounts of which nothing is known yet are taken to be like the
 * others. */
static int64_t all(const struct audit_progress *p)
{
	int64_t known = p->accounts_total - p->accounts_unknown;
	double more = known > 0 ? (double)p->messages_total / (double)known *
					  (double)p->accounts_unknown
				: 0;

	return p->messages_total + (more < 1e15 ? (int64_t)more : 0);
}

/* Time left, from the messages: accounts differ too much in size. */
static void add_rate(struct strbuf *line, const struct audit_progress *p)
{
	char buf[64];
	int64_t rate, left, ms = p->elapsed_ms - p->idle_ms;

	if (ms < RATE_MIN_MS || p->messages_done == 0)
		return;
	rate = p->messages_done * 1000 / ms;
	if (rate == 0)
		return;
	strbuf_addf(line, ", %s a second", num_group(rate, buf, sizeof buf));
	left = all(p) - p->messages_done;
	/* While next to nothing is known of how much there is, a time would be too good
	 * to be true. */
	if (left >= rate && (p->accounts_unknown == 0 || p->accounts_done >= KNOWN_MIN))
		strbuf_addf(line, ", %s %s left",
			    p->accounts_unknown == 0 ? "about" : "roughly",
			    num_seconds(left / rate, buf, sizeof buf));
}

/* Where lines are not written over, one when a server begins to be left alone, and one
 * when it no longer is; not one a minute of a whole day. */
static bool told_waiting(const struct audit_progress *p)
{
	bool hours = p->waiting != NULL && strstr(p->waiting, "waiting until") != NULL;

	if (!state.on || state.terminal || (!hours && state.waiting[0] == '\0'))
		return false;
	if (hours && strcmp(state.waiting, p->waiting) != 0)
		fprintf(stderr, "%s\n", p->waiting);
	else if (!hours)
		fputs("reading goes on\n", stderr);
	snprintf(state.waiting, sizeof state.waiting, "%s", hours ? p->waiting : "");
	hours &= p->messages_done == state.done; /* else the other server is read */
	state.done = p->messages_done;
	return hours;
}

void progress_audit(void *ctx, const struct audit_progress *p)
{
	struct strbuf line = STRBUF_INIT;
	char done[32], total[32];

	(void)ctx;
	if (told_waiting(p) || !due())
		return;
	strbuf_addf(&line, "accounts %s/%s",
		    num_group(p->accounts_done, done, sizeof done),
		    num_group(p->accounts_total, total, sizeof total));
	strbuf_addf(&line, ", messages %s/%s%s",
		    num_group(p->messages_done, done, sizeof done),
		    num_group(p->messages_total, total, sizeof total),
		    p->accounts_unknown > 0 ? "+" : "");
	add_rate(&line, p);
	if (p->errors > 0)
		strbuf_addf(&line, ", %s not read",
			    num_group(p->errors, done, sizeof done));
	if (p->waiting != NULL && p->waiting[0] != '\0')
		strbuf_addf(&line, "  %s", p->waiting);
	else if (p->now != NULL && p->now[0] != '\0')
		strbuf_addf(&line, "  %s", p->now);
	show(&line);
	strbuf_done(&line);
}

void progress_logs(void *ctx, const struct audit_logs_progress *p)
{
	struct strbuf line = STRBUF_INIT;
	char a[32], b[32], t[64];

	(void)ctx;
	if (!due())
		return;
	strbuf_addf(&line, "files %s/%s", num_group(p->files_done, a, sizeof a),
		    num_group(p->files_total, b, sizeof b));
	strbuf_addf(&line, ", %s", num_octets(p->octets_done, a, sizeof a));
	if (p->octets_total > 0)
		strbuf_addf(&line, " of %s", num_octets(p->octets_total, b, sizeof b));
	if (p->elapsed_ms >= RATE_MIN_MS) {
		int64_t rate = p->octets_done * 1000 / p->elapsed_ms;

		strbuf_addf(&line, ", %s a second", num_octets(rate, a, sizeof a));
		if (p->octets_total > p->octets_done && rate > 0)
			strbuf_addf(&line, ", about %s left",
				    num_seconds((p->octets_total - p->octets_done) / rate,
						t, sizeof t));
	}
	if (p->now != NULL && p->now[0] != '\0')
		strbuf_addf(&line, "  %s", p->now);
	show(&line);
	strbuf_done(&line);
}

void progress_verify(void *ctx, int64_t done, int64_t total)
{
	struct strbuf line = STRBUF_INIT;
	char a[32], b[32], t[64];
	int64_t ms = clock_mono_ms() - state.began_ms;

	(void)ctx;
	if (!due())
		return;
	strbuf_addf(&line, "judged %s/%s", num_group(done, a, sizeof a),
		    num_group(total, b, sizeof b));
	if (done > 0 && ms >= RATE_MIN_MS)
		strbuf_addf(&line, ", about %s left",
			    num_seconds(ms * (total - done) / done / 1000, t, sizeof t));
	show(&line);
	strbuf_done(&line);
}

void progress_say(void *ctx, const char *line)
{
	msg_warn(ctx, "%s", line);
}
