/* SPDX-License-Identifier: MIT */
/* Logs as they lie on disk: packed, cut, with garbage, in UTF-16, with endless lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fs.h"
#include "logs/logs_file.h"
#include "logs/logs_scan.h"

static char dir[] = "/tmp/mailmuster-logs-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	return path;
}

static void put(const char *name, struct span text)
{
	struct err err = ERR_INIT;

	assert_true(fs_write_atomic(path_of(name), text, 0600, &err));
}

/* 20,000 lines of 50 octets: more than a piece. */
static void put_lines(const char *name)
{
	struct strbuf sb = STRBUF_INIT;

	for (int i = 0; i < 30000; i++)
		strbuf_addf(&sb, "Nov 23 14:27:17 mx dovecot: line %06d of many\n", i);
	put(name, strbuf_span(&sb));
	strbuf_done(&sb);
}

static void shell(const char *command)
{
	char text[512];

	snprintf(text, sizeof text, "cd %s && %s", dir, command);
	assert_int_equal(system(text), 0);
}

struct seen {
	int64_t lines, longest, octets, garbage;
	bool unfinished, failed;
};

static struct seen read_all(const char *name)
{
	struct logs_file *f = NULL;
	struct logs_piece piece = { .p = mem_alloc(LOGS_PIECE) };
	struct seen s = { 0 };
	struct err err = ERR_INIT;
	enum logs_next next;

	if (!logs_file_open(path_of(name), &f, &err))
		fail_msg("%s", err.text);
	while ((next = logs_file_read(f, &piece, &err)) != LOGS_END) {
		struct span t = { piece.p, piece.n };

		while (t.n > 0) {
			ptrdiff_t nl = span_index(t, '\n');
			size_t n = nl < 0 ? t.n : (size_t)nl;

			s.lines++;
			s.longest = (int64_t)n > s.longest ? (int64_t)n : s.longest;
			s.octets += (int64_t)n;
			t = span_from(t, n + 1);
		}
		s.unfinished |= piece.unfinished;
		if (next == LOGS_FAIL) {
			s.failed = true;
			assert_int_equal(err.cls, ERR_LOCAL);
			break;
		}
	}
	s.garbage = logs_file_garbage(f);
	logs_file_close(f);
	free(piece.p);
	return s;
}

static void unpacks_by_content_whatever_the_name(void **state)
{
	static const char *const names[] = { "plain", "a", "b", "c", "d", "two" };

	(void)state;
	put_lines("plain");
	shell("gzip -c plain >a && bzip2 -c plain >b && xz -c plain >c && zstd -q -c "
	      "plain >d");
	shell("head -n 15000 plain | gzip -c >two && tail -n +15001 plain | gzip -c "
	      ">>two");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		struct seen s = read_all(names[i]);

		if (s.lines != 30000 || s.longest != 47 || s.failed || s.garbage != 0)
			fail_msg("%s: %lld lines", names[i], (long long)s.lines);
	}
}

static void unpacks_frames_that_are_rare(void **state)
{
	(void)state;
	put_lines("plain");
	shell("(printf '\\120\\052\\115\\030\\004\\0\\0\\0skip'; zstd -q -c plain) "
	      ">skipped");
	assert_int_equal(read_all("skipped").lines, 30000);
	put("four", SPAN_LIT("\004\042\115\030\140\100\202\015\000\000\200\157\156\145\040\154\151\156\145\012\164\167\157\012\000\000\000\000"));
	assert_int_equal(read_all("four").lines, 2);
	assert_int_equal(read_all("four").longest, 8);
}

static void refuses_packings_that_it_cannot_read(void **state)
{
	static const struct span fronts[] = { SPAN_INIT("PK\3\4rest of it\n"),
					      SPAN_INIT("7z\xbc\xaf\x27\x1crest\n"),
					      SPAN_INIT("LZIP\1rest of it\n"),
					      SPAN_INIT("\x1f\x9d\x90rest of it\n"),
					      SPAN_INIT("LPKSHHRH\n") };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(fronts); i++) {
		struct logs_file *f = NULL;
		struct err err = ERR_INIT;

		put("front", fronts[i]);
		assert_false(logs_file_open(path_of("front"), &f, &err));
		assert_non_null(strstr(err.text, "front is "));
	}
}

static void says_what_is_wrong_with_packed_data(void **state)
{
	struct seen s;

	(void)state;
	put_lines("plain");
	shell("gzip -c plain >a && (cat a; echo garbage) >garbage && "
	      "head -c 40000 a >cut && (head -c 30000 a; printf x; tail -c +30002 a) "
	      ">damaged");
	s = read_all("garbage");
	assert_int_equal(s.lines, 30000);
	assert_int_equal(s.garbage, 8);
	assert_false(s.failed);
	s = read_all("cut");
	assert_true(s.failed && s.lines > 0 && s.lines < 30000);
	shell("(zcat cut 2>/dev/null; true) | sed '$d' >cut.txt");
	assert_int_equal(s.lines, read_all("cut.txt").lines);
	s = read_all("damaged");
	assert_true(s.failed);
}

static void takes_empty_files_and_unfinished_lines(void **state)
{
	struct seen s;

	(void)state;
	put("empty", (struct span){ "", 0 });
	shell("gzip -c empty >packed");
	assert_int_equal(read_all("empty").lines, 0);
	assert_int_equal(read_all("packed").lines, 0);
	put("open", SPAN_LIT("one\ntwo"));
	s = read_all("open");
	assert_int_equal(s.lines, 2);
	assert_true(s.unfinished);
	put("short", SPAN_LIT("\x1f\x8b"));
	assert_int_equal(read_all("short").lines, 1);
}

static void bounds_a_line_without_end(void **state)
{
	struct seen s;

	(void)state;
	shell("head -c 5000000 /dev/zero | tr '\\0' x >long && "
	      "printf '\\nNov 23 14:27:17 mx a: b\\n' >>long");
	s = read_all("long");
	assert_int_equal(s.lines, 2);
	assert_int_equal(s.longest, LOGS_LINE_MAX + 1);
	shell("head -c 5000000 /dev/zero | tr '\\0' x >long");
	s = read_all("long");
	assert_true(s.lines <= 2);
	assert_int_equal(s.longest, LOGS_LINE_MAX + 1);
}

static void reads_utf16(void **state)
{
	(void)state;
	put_lines("plain");
	shell("iconv -t UTF-16LE plain | (printf '\\377\\376'; cat) >le && "
	      "iconv -t UTF-16BE plain | (printf '\\376\\377'; cat) >be");
	assert_int_equal(read_all("le").lines, 30000);
	assert_int_equal(read_all("be").longest, 47);
	shell("iconv -t UTF-16LE plain >le && iconv -t UTF-16BE plain >be");
	assert_int_equal(read_all("le").lines, 30000);
	assert_int_equal(read_all("le").longest, 47);
	assert_int_equal(read_all("be").lines, 30000);
	assert_int_equal(read_all("be").longest, 47);
}

static void refuses_what_is_no_file(void **state)
{
	struct logs_file *f = NULL;
	struct err err = ERR_INIT;

	(void)state;
	assert_false(logs_file_open(dir, &f, &err));
	assert_int_equal(err.cls, ERR_LOCAL);
	assert_false(logs_file_open(path_of("absent"), &f, &err));
}

/* A plain log over two New Years, as old as its last line: the year of the first. */
static void knows_the_year_of_the_first_line(void **state)
{
	static const char *const months[] = { "Nov", "Dec", "Jan", "Feb", "Mar", "Apr",
					      "May", "Jun", "Jul", "Aug", "Sep", "Oct",
					      "Nov", "Dec", "Jan", "Feb" };
	struct strbuf sb = STRBUF_INIT;
	struct logs_file_facts facts;
	struct logs_file *f = NULL;
	struct logs_zone *z;
	struct err err = ERR_INIT;

	(void)state;
	for (size_t m = 0; m < COUNT_OF(months); m++)
		for (int day = 1; day <= 28; day++)
			for (int i = 0; i < 500; i++)
				strbuf_addf(&sb, "%s %2d %02d:27:17 mx dovecot: a line\n",
					    months[m], day, i * 24 / 500);
	put("years", strbuf_span(&sb));
	strbuf_done(&sb);
	shell("touch -d '2024-03-01T00:00:00Z' years");
	assert_true(logs_zone_open("UTC", &z, &err));
	assert_true(logs_file_open(path_of("years"), &f, &err));
	logs_file_facts(f, z, INT64_C(1800000000), &facts);
	assert_int_equal(facts.year, 2022);
	logs_file_close(f);
	logs_zone_free(z);
}

static int make_dir(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int remove_dir(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof command, "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unpacks_by_content_whatever_the_name),
		cmocka_unit_test(unpacks_frames_that_are_rare),
		cmocka_unit_test(refuses_packings_that_it_cannot_read),
		cmocka_unit_test(says_what_is_wrong_with_packed_data),
		cmocka_unit_test(takes_empty_files_and_unfinished_lines),
		cmocka_unit_test(bounds_a_line_without_end),
		cmocka_unit_test(reads_utf16),
		cmocka_unit_test(refuses_what_is_no_file),
		cmocka_unit_test(knows_the_year_of_the_first_line),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
