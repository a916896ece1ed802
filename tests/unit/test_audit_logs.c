/* SPDX-License-Identifier: MIT */
/* Logs into the store: the same by one thread as by three, nothing twice, our own logins
 * left out. */
#include "tests/support/store_fixture.h"

#include "audit/audit_logs.h"
#include "base/fs.h"
#include "store/store_uses.h"

struct bed {
	struct fx fx;
	struct logs_zone *zone;
	struct strbuf text;
	bool yearless; /* as syslog writes, with lines that say nothing among the others
			*/
};

static int make_bed(void **state)
{
	struct bed *b = mem_calloc(1, sizeof *b);
	struct err err = ERR_INIT;

	fx_open(&b->fx);
	fx_ok(logs_zone_open("UTC", &b->zone, &err));
	*state = b;
	return 0;
}

static int remove_bed(void **state)
{
	struct bed *b = *state;

	fx_close(&b->fx);
	logs_zone_free(b->zone);
	strbuf_done(&b->text);
	free(b);
	return 0;
}

static const char *put(struct bed *b, const char *name)
{
	char path[160];
	struct err err = ERR_INIT;

	snprintf(path, sizeof path, "%s/%s", b->fx.dir, name);
	fx_ok(fs_write_atomic(path, strbuf_span(&b->text), 0600, &err));
	strbuf_clear(&b->text);
	return arena_strdup(&b->fx.arena, path);
}

/* While other threads read. */
static void progress(void *ctx, const struct audit_logs_progress *p)
{
	struct audit_logs_progress *last = ctx;

	assert_in_range(p->octets_done, 0, p->octets_total);
	*last = *p;
}

static struct audit_logs_sum read_logs(struct bed *b, unsigned threads,
				       const char *const *paths, size_t n)
{
	struct audit_logs_progress last = { 0 };
	const struct audit_logs_options o = { .paths = paths,
					      .path_n = n,
					      .zone = b->zone,
					      .threads = threads,
					      .operator_name = "tester",
					      .progress = progress,
					      .progress_ctx = &last };
	struct audit_logs_sum sum;
	struct err err = ERR_INIT;

	fx_ok(audit_logs(b->fx.st, &o, &sum, &err));
	assert_int_equal(last.octets_done, last.octets_total);
	assert_int_equal(last.lines, sum.lines);
	return sum;
}

/* All uses as text, so that two stores can be held against each other. */
static char *uses(struct bed *b)
{
	struct strbuf out = STRBUF_INIT;
	struct store_uses *it = NULL;
	struct log_use_seen u;
	struct err err = ERR_INIT;
	enum next n;

	fx_ok(store_uses_open(b->fx.st, SIDE_OLD, &it, &err));
	while ((n = store_uses_next(it, &u, &err)) == NEXT_ITEM) {
		strbuf_addspan(&out, u.name);
		strbuf_addf(&out, " %s %s ", log_use_name(u.use),
			    log_protocol_name(u.protocol));
		strbuf_addspan(&out, u.address);
		strbuf_addc(&out, ' ');
		strbuf_addspan(&out, u.rcpt);
		strbuf_addc(&out, ' ');
		strbuf_addspan(&out, u.client);
		strbuf_addf(&out, " %lld %lld %lld %u", (long long)u.n,
			    (long long)u.first, (long long)u.last, u.traits);
		for (struct log_day d; store_log_day_next(&u.days, &d);)
			strbuf_addf(&out, " %u:%u", d.day, d.n);
		strbuf_addc(&out, '\n');
	}
	assert_int_equal(n, NEXT_END);
	store_uses_close(it);
	return strbuf_take(&out);
}

/* n lines of a busy day in 2026, from second at on: logins, ends of sessions,
 * deliveries with their sender, failures. */
static void busy(struct bed *b, int at, int n)
{
	for (int i = 0; i < n; i++) {
		int s = at + i / 4, user = i * 7 % 50;
		char stamp[40];

		snprintf(stamp, sizeof stamp, "%s%02d:%02d:%02d%s mx",
			 b->yearless ? "Mar  1 " : "2026-03-01T", s / 3600, s / 60 % 60,
			 s % 60, b->yearless ? "" : "Z");
		if (b->yearless && i % 4 == 1)
			strbuf_addf(
				&b->text,
				"%s postfix/qmgr[%d]: Q%07d: from=<list%d@example.org>, "
				"size=1, nrcpt=1 (queue active)\n"
				"%s postfix/smtpd[%d]: disconnect from unknown"
				"[198.51.100.%d]\n",
				stamp, i, i, i % 3, stamp, i, user);
		switch (i % 5) {
		case 0:
			strbuf_addf(&b->text,
				    "%s dovecot: imap-login: Login: user=<u%d>, "
				    "method=PLAIN, rip=192.0.2.%d, lip=192.0.2.250, "
				    "session=<%d>\n",
				    stamp, user, user % 9 + 1, i);
			break;
		case 1:
			strbuf_addf(&b->text,
				    "%s dovecot: imap(u%d)<1><%d>: Disconnected: Logged "
				    "out in=1 out=2\n",
				    stamp, user, i);
			break;
		case 2:
			strbuf_addf(&b->text,
				    "%s postfix/smtpd[2]: Q%07d: "
				    "client=h.example.net[198.51.100.%d]\n",
				    stamp, i, user);
			break;
		case 3:
			strbuf_addf(
				&b->text,
				"%s postfix/local[2]: Q%07d: to=<u%d@mx>, "
				"orig_to=<list%d@example.org>, relay=local, delay=1, "
				"delays=1/0/0/0, dsn=2.0.0, status=sent (delivered)\n",
				stamp, i - 1, user, user % 3);
			break;
		default:
			strbuf_addf(
				&b->text,
				"%s dovecot: imap-login: Aborted login (auth failed, 1 "
				"attempts): user=<u%d>, method=PLAIN, rip=203.0.113.9, "
				"lip=192.0.2.250, session=<%d>\n",
				stamp, user, i);
		}
	}
}

/* More files than threads besides the caller, by what is unpacked by one thread each. */
static void pack(struct bed *b, const char *const *plain, size_t n, const char **paths)
{
	static const char *const how[] = { "zstd -q", "xz", "zstd -q", "bzip2" };

	for (size_t i = 0; i < n; i++) {
		char line[400];

		snprintf(line, sizeof line, "%s -c <'%s' >'%s.packed'", how[i % 4],
			 plain[i], plain[i]);
		assert_int_equal(system(line), 0);
		snprintf(line, sizeof line, "%s.packed", plain[i]);
		paths[i] = arena_strdup(&b->fx.arena, line);
	}
}

static void one_and_three(struct bed *b, int64_t lines)
{
	struct bed *other = NULL;
	const char *paths[4];
	struct audit_logs_sum one, three;
	void *other_state = NULL;
	char *x, *y;

	for (int i = 0; i < 4; i++) {
		char name[20];

		busy(b, i * 9000, 30000);
		snprintf(name, sizeof name, "mail.log.%d", 4 - i);
		paths[i] = put(b, name);
	}
	one = read_logs(b, 1, paths, COUNT_OF(paths));
	make_bed(&other_state);
	other = other_state;
	three = read_logs(other, 3, paths, COUNT_OF(paths));
	assert_int_equal(one.lines, lines);
	assert_int_equal(one.fresh, 72000);
	assert_int_equal(three.lines, one.lines);
	assert_int_equal(three.fresh, one.fresh);
	x = uses(b);
	y = uses(other);
	assert_string_equal(x, y);
	assert_non_null(strstr(x, "u6@mx delivery local 198.51.100."));
	free(x);
	free(y);
	/* and again, nothing is new */
	assert_int_equal(read_logs(other, 3, paths, COUNT_OF(paths)).fresh, 0);
	x = uses(b);
	y = uses(other);
	assert_string_equal(x, y);
	free(x);
	free(y);
	remove_bed(&other_state);
}

static void one_thread_and_three_find_the_same(void **state)
{
	one_and_three(*state, 120000);
}

static void what_one_thread_unpacks_any_thread_scans(void **state)
{
	struct bed *b = *state, *other;
	const char *plain[4], *packed[4];
	void *other_state = NULL;
	struct audit_logs_sum sum;
	char *x, *y;

	for (int i = 0; i < 4; i++) {
		char name[20];

		busy(b, i * 9000, 30000);
		snprintf(name, sizeof name, "mail.log.%d", 4 - i);
		plain[i] = put(b, name);
	}
	pack(b, plain, COUNT_OF(plain), packed);
	assert_int_equal(read_logs(b, 1, plain, COUNT_OF(plain)).fresh, 72000);
	x = uses(b);
	make_bed(&other_state);
	other = other_state;
	sum = read_logs(other, 3, packed, 1);
	assert_int_equal(sum.lines, 30000);
	assert_int_equal(sum.fresh, 18000);
	sum = read_logs(other, 3, packed, COUNT_OF(packed));
	assert_int_equal(sum.lines, 120000);
	assert_int_equal(sum.fresh, 72000 - 18000);
	y = uses(other);
	assert_string_equal(x, y);
	free(x);
	free(y);
	remove_bed(&other_state);
}

static void few_words_of_a_line_are_as_good_by_any_thread(void **state)
{
	struct bed *b = *state;

	b->yearless = true;
	one_and_three(b, 180000);
}

static void overlapping_logs_count_once(void **state)
{
	struct bed *b = *state;
	const char *whole, *begin, *middle;
	const char *paths[2];

	busy(b, 0, 20000);
	begin = put(b, "begin");
	busy(b, 0, 40000);
	whole = put(b, "whole");
	busy(b, 0, 40000);
	strbuf_drop(&b->text, 2000000);
	middle = put(b, "middle");
	paths[0] = begin;
	assert_int_equal(read_logs(b, 2, paths, 1).fresh, 12000);
	paths[0] = middle;
	paths[1] = whole;
	assert_int_equal(read_logs(b, 2, paths, 2).fresh, 12000);
	assert_int_equal(read_logs(b, 2, paths, 2).fresh, 0);
}

/* Logins from..to-1 of those of one hour, 20 a second, each fourth written twice. */
static void burst(struct bed *b, int from, int to)
{
	for (int i = from; i < to; i++)
		for (int twice = 0; twice < 1 + (i % 4 == 0); twice++)
			strbuf_addf(&b->text,
				    "2026-03-01T10:%02d:%02dZ mx dovecot: imap-login: "
				    "Login: user=<u%d>, method=PLAIN, rip=192.0.2.%d, "
				    "lip=192.0.2.250, session=<%x>\n",
				    i / 20 / 60, i / 20 % 60, i % 500, i % 200, i);
}

/* More than are held at a time, and than an hour has before each minute has its own. */
static void an_hour_of_many_events_counts_each_once(void **state)
{
	enum { PART = 12000, ALL = 3 * PART };
	struct bed *b = *state;
	const char *part[3], *whole, *late;

	for (int i = 0; i < 3; i++) {
		burst(b, i * PART, (i + 1) * PART);
		part[i] = put(b, i == 0 ? "0" : i == 1 ? "1" : "2");
	}
	burst(b, 0, ALL);
	whole = put(b, "whole");
	burst(b, 2 * PART - 5000, ALL);
	late = put(b, "late");
	/* the last one first: it fills no hour, the next one does */
	assert_int_equal(read_logs(b, 1, &part[2], 1).fresh, PART / 4 * 5);
	assert_int_equal(read_logs(b, 2, &part[0], 1).fresh, PART / 4 * 5);
	assert_int_equal(read_logs(b, 1, &late, 1).fresh, 5000 / 4 * 5);
	assert_int_equal(read_logs(b, 2, &whole, 1).fresh, (PART - 5000) / 4 * 5);
	assert_int_equal(read_logs(b, 1, &whole, 1).fresh, 0);
	assert_int_equal(read_logs(b, 2, part, 3).fresh, 0);
	assert_int_equal(read_logs(b, 1, &late, 1).fresh, 0);
}

static void logins_of_our_own_are_left_out(void **state)
{
	struct bed *b = *state;
	struct own_login own = { .user = "u7",
				 .at = 1772323200,
				 .address = "192.0.2.77" };
	struct audit_logs_sum sum;
	struct err err = ERR_INIT;
	const char *path;
	char *x;

	fx_ok(store_own_login_add(b->fx.st, &own, &err));
	/* a minute off from our address; the user's own a moment later from elsewhere;
	 * and one of ours that nobody made */
	strbuf_adds(&b->text,
		    "2026-03-01T00:01:00Z mx dovecot: imap-login: Login: user=<u7>, "
		    "method=PLAIN, rip=192.0.2.77, lip=192.0.2.250, session=<a>\n"
		    "2026-03-01T00:01:02Z mx dovecot: imap-login: Login: user=<u7>, "
		    "method=PLAIN, rip=192.0.2.1, lip=192.0.2.250, session=<b>\n"
		    "2026-03-01T00:01:03Z mx dovecot: imap-login: Login: user=<u7>, "
		    "method=PLAIN, rip=192.0.2.77, lip=192.0.2.250, session=<c>\n"
		    "2026-03-01T00:01:04Z mx dovecot: imap(u7)<1><a>: Disconnected: "
		    "Logged out "
		    "in=1 out=2\n"
		    "2026-03-01T00:01:05Z mx dovecot: imap(u8)<1><d>: Disconnected: "
		    "Logged out "
		    "in=1 out=2\n");
	path = put(b, "mail.log");
	sum = read_logs(b, 1, &path, 1);
	assert_int_equal(sum.own, 1);
	x = uses(b);
	assert_null(strstr(x, "u7 logout"));
	assert_non_null(strstr(x, "u8 logout"));
	assert_non_null(strstr(x, "u7 login imap 192.0.2.1 "));
	assert_non_null(strstr(x, "u7 login imap 192.0.2.77   1 "));
	free(x);
	/* read again, the same one is ours */
	assert_int_equal(read_logs(b, 1, &path, 1).own, 0);
}

/* A log without years whose first guess is wrong is read again with the year before. */
static void a_year_that_was_guessed_wrong_is_taken_back(void **state)
{
	static const char *const months[] = { "Feb", "Mar", "Apr", "May", "Jun",
					      "Jul", "Aug", "Sep", "Oct", "Nov",
					      "Dec", "Jan", "Feb", "Mar" };
	struct bed *b = *state;
	struct audit_logs_sum sum;
	const char *path;
	char command[800];

	for (size_t m = 0; m < COUNT_OF(months); m++)
		for (int i = 0; i < 60; i++)
			strbuf_addf(&b->text,
				    "%s %2d %02d:00:00 mx dovecot: imap-login: Login: "
				    "user=<u%d>, method=PLAIN, rip=192.0.2.1, "
				    "session=<%zu.%d>\n",
				    months[m], i / 3 + 1, i % 24, i % 9, m, i);
	path = put(b, "mail.log");
	snprintf(command, sizeof command,
		 "gzip -f %s && touch -d '2025-03-25T00:00:00Z' %s.gz && "
		 "printf '\\0\\0\\0\\0' | dd of=%s.gz bs=1 seek=4 conv=notrunc "
		 "2>/dev/null && "
		 "touch -d '2025-03-25T00:00:00Z' %s.gz",
		 path, path, path, path);
	assert_int_equal(system(command), 0);
	snprintf(command, sizeof command, "%s.gz", path);
	path = arena_strdup(&b->fx.arena, command);
	sum = read_logs(b, 2, &path, 1);
	assert_int_equal(sum.logins, 60 * 14);
	assert_int_equal(sum.fresh, 60 * 14);
	assert_int_equal(sum.timeless, 0);
	assert_int_equal(sum.first, 1706745600);		/* 2024-02-01 */
	assert_int_equal(sum.last / 86400, 1742428800 / 86400); /* 2025-03-20 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_thread_and_three_find_the_same,
						make_bed, remove_bed),
		cmocka_unit_test_setup_teardown(what_one_thread_unpacks_any_thread_scans,
						make_bed, remove_bed),
		cmocka_unit_test_setup_teardown(
			few_words_of_a_line_are_as_good_by_any_thread, make_bed,
			remove_bed),
		cmocka_unit_test_setup_teardown(overlapping_logs_count_once, make_bed,
						remove_bed),
		cmocka_unit_test_setup_teardown(an_hour_of_many_events_counts_each_once,
						make_bed, remove_bed),
		cmocka_unit_test_setup_teardown(logins_of_our_own_are_left_out, make_bed,
						remove_bed),
		cmocka_unit_test_setup_teardown(
			a_year_that_was_guessed_wrong_is_taken_back, make_bed,
			remove_bed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
