/* SPDX-License-Identifier: MIT */
/*
 * Lines of real servers, and what each of them says.  NAME.log stands beside
 * NAME.expected.tsv: line, ts, event, user, protocol, rip, note.  Our own are below
 * tests/data/logs; a larger collection beside the source tree is read in place when it is
 * there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>

#include "base/fs.h"
#include "logs/logs_scan.h"

struct row {
	struct span col[7];
};

static struct span next_line(struct span *s)
{
	ptrdiff_t nl = span_index(*s, '\n');
	struct span line = { s->p, nl < 0 ? s->n : (size_t)nl };

	*s = span_from(*s, line.n + (nl >= 0));
	return line;
}

static struct row row_of(struct span line)
{
	struct row r = { { { NULL, 0 } } };

	for (size_t i = 0; i < COUNT_OF(r.col); i++) {
		ptrdiff_t tab = span_index(line, '\t');

		r.col[i] = (struct span){ line.p, tab < 0 ? line.n : (size_t)tab };
		line = tab < 0 ? (struct span){ line.p, 0 }
			       : span_from(line, (size_t)tab + 1);
	}
	return r;
}

static bool has_flag(const struct row *r, const char *word)
{
	return r->col[6].n > 0 &&
	       memmem(r->col[6].p, r->col[6].n, word, strlen(word)) != NULL;
}

static bool same(struct span want, struct span got)
{
	return span_eq(want, got);
}

/* A line that only repeats an attempt may be a failure or nothing; what stands on another
 * line of the session may be left out. */
static bool agrees(const struct row *r, const struct log_line *l)
{
	bool loose = has_flag(r, "authlayer") || has_flag(r, "dup");
	bool joined = has_flag(r, "joined");
	const char *event = l->take == LOG_TAKEN ? log_kind_name(l->kind) : "other";

	if (!same(r->col[1], l->stamp_text))
		return false;
	if (!span_eq_str(r->col[2], event) &&
	    !(loose && (l->kind == LOG_OTHER || l->kind == LOG_FAIL)))
		return false;
	return (same(r->col[3], l->user) || (joined && l->user.n == 0)) &&
	       span_eq_str(r->col[4], log_protocol_name(l->protocol)) &&
	       (same(r->col[5], l->rip) || (joined && l->rip.n == 0));
}

/* A file that has the name of a program holds events of no other one. */
static bool of_program(const char *name, const struct log_line *l)
{
	const char *said = log_program_name(l->program);

	for (int i = 1; i < LOG_PROGRAM_COUNT; i++)
		if (strcmp(name, log_program_name((enum log_program)i)) == 0)
			return l->kind == LOG_OTHER || strcmp(name, said) == 0;
	return true;
}

static size_t check_file(const char *dir, const char *name, size_t *lines)
{
	struct strbuf log = STRBUF_INIT, tsv = STRBUF_INIT;
	char path[600];
	struct span text, table, line;
	struct logs_scanner *s;
	struct err err = ERR_INIT;
	size_t n = 0, bad = 0;

	snprintf(path, sizeof path, "%s/%s.log", dir, name);
	assert_true(fs_read(path, 16u << 20, &log, &err));
	snprintf(path, sizeof path, "%s/%s.expected.tsv", dir, name);
	assert_true(fs_read(path, 16u << 20, &tsv, &err));
	text = strbuf_span(&log);
	table = strbuf_span(&tsv);
	assert_true(logs_scanner_new(NULL, 0, &s, &err));
	logs_scanner_begin(s, (struct span){ "", 0 });
	(void)next_line(&table);
	while (text.n > 0) {
		struct log_line l;
		struct row r;

		line = next_line(&text);
		n++;
		assert_true(table.n > 0);
		r = row_of(next_line(&table));
		logs_scan(s, line, &l);
		if (agrees(&r, &l) && of_program(name, &l))
			continue;
		bad++;
		print_error("%s:%zu: %.*s\n  got %s %s of %s \"%.*s\" user \"%.*s\" %s "
			    "rip \"%.*s\"\n",
			    name, n, (int)line.n, line.p, log_take_name(l.take),
			    log_kind_name(l.kind), log_program_name(l.program),
			    (int)l.stamp_text.n, l.stamp_text.p, (int)l.user.n, l.user.p,
			    log_protocol_name(l.protocol), (int)l.rip.n, l.rip.p);
	}
	assert_int_equal(table.n, 0);
	logs_scanner_free(s);
	strbuf_done(&log);
	strbuf_done(&tsv);
	*lines += n;
	return bad;
}

static int is_log(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 4 && strcmp(d->d_name + n - 4, ".log") == 0;
}

static void check_folder(const char *dir, size_t least)
{
	struct dirent **v = NULL;
	size_t bad = 0, lines = 0;
	int n = scandir(dir, &v, is_log, alphasort);

	assert_true(n > 0);
	for (int i = 0; i < n; i++) {
		char name[256];

		snprintf(name, sizeof name, "%.*s", (int)strlen(v[i]->d_name) - 4,
			 v[i]->d_name);
		bad += check_file(dir, name, &lines);
		free(v[i]);
	}
	free(v);
	assert_true(lines >= least);
	assert_int_equal(bad, 0);
}

static void own_lines_say_what_they_should(void **state)
{
	(void)state;
	check_folder("tests/data/logs", 40);
}

static void collected_lines_say_what_they_should(void **state)
{
	static const char *const places[] = { "../shared/data/logs",
					      "../../shared/data/logs" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(places); i++)
		if (fs_exists(places[i])) {
			check_folder(places[i], 400);
			return;
		}
	skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_lines_say_what_they_should),
		cmocka_unit_test(collected_lines_say_what_they_should),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
