/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"

/* Records as one string: fields end in '|', records in '\n'. */
static enum csv_next read_all(const char *name, struct span text, struct strbuf *out,
			      struct err *err)
{
	struct csv csv;
	struct csv_record *r = mem_calloc(1, sizeof *r);
	enum csv_next next;

	csv_init(&csv, name, text);
	while ((next = csv_read(&csv, r, err)) == CSV_RECORD) {
		for (size_t i = 0; i < r->n; i++)
			strbuf_addf(out, "%s|", r->field[i]);
		strbuf_addc(out, '\n');
	}
	if (next == CSV_FAIL && csv_read(&csv, r, err) != CSV_FAIL)
		fail_msg("a failed file goes on");
	csv_done(&csv);
	free(r);
	return next;
}

static void reads_what_people_and_spreadsheets_write(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "", "" },
		{ "\xEF\xBB\xBF", "" },
		{ "\n\r\n  \n# only a comment", "" },
		{ "a,b\n1,2\n", "a|b|\n1|2|\n" },
		{ "a,b\n1,2", "a|b|\n1|2|\n" },
		{ "\xEF\xBB\xBF"
		  "a;b\r\n1;2\r\n",
		  "a|b|\n1|2|\n" },
		{ "a\tb\n1\t\n", "a|b|\n1||\n" },
		{ "a\tb\n\t\n",
		  "a|b|\n||\n" }, /* with tabs, a line of tabs is a record */
		{ "a,b\n\t\n", "a|b|\n" },
		{ "a;b,c;d\n", "a|b,c|d|\n" },
		{ "a,b;c\n1,2\n", "a|b;c|\n1|2|\n" }, /* a tie is the comma's */
		{ "account\nann;x\n", "account|\nann;x|\n" },
		{ "\"a,b,c\";d\n", "a,b,c|d|\n" },  /* quoted commas do not vote */
		{ "# a;b;c;d\n\na,b\n", "a|b|\n" }, /* nor do comments */
		{ "a,b\n#,x\n\"#\",x\n #,x\n", "a|b|\n#|x|\n #|x|\n" },
		{ "\"say \"\"hi\"\"\",\"\",\"\"\"\"\n", "say \"hi\"||\"|\n" },
		{ "\"two\nlines\",b\n", "two\nlines|b|\n" },
		{ "\"two\r\nlines\",b\r\n", "two\r\nlines|b|\n" },
		{ "\"a\rb\",c\n", "a\rb|c|\n" },
		{ " a , b \n", " a | b |\n" }, /* blanks belong to the field (RFC 4180) */
		{ ",\n,,\n", "||\n|||\n" },
		{ "\"\"\n", "|\n" },
		{ "J\xC3\xB6rg,\xE9\x83\xB5\n", "J\xC3\xB6rg|\xE9\x83\xB5|\n" },
		{ "a,b\n1\n1,2,3\n",
		  "a|b|\n1|\n1|2|3|\n" }, /* the reader of records counts */
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (read_all("x.csv", span_str(cases[i].in), &out, &err) != CSV_END)
			fail_msg("case %zu: %s", i, err.text);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		strbuf_done(&out);
	}
}

static void names_line_and_column_of_what_is_wrong(void **state)
{
	static const struct {
		struct span in;
		const char *text;
	} cases[] = {
		{ SPAN_INIT("a,b\nx,J\xF6rg\n"), "x.csv:2:4: this is not UTF-8" },
		{ SPAN_INIT("\xFF\xFE"
			    "a\0,\0"),
		  "x.csv:1:1: this is not UTF-8" },
		{ SPAN_INIT("a,b\n\xC3\xB6,\0\n"), "x.csv:2:3: a NUL" },
		{ SPAN_INIT("a,\"b\nc\n"), "x.csv:1:3: this quote is never closed" },
		{ SPAN_INIT("\""), "x.csv:1:1: this quote is never closed" },
		{ SPAN_INIT("\n\n\"a\nb\",c\"d\n"),
		  "x.csv:4:5: a quote inside a field that does not begin with one" },
		{ SPAN_INIT("a, \"b\"\n"),
		  "x.csv:1:4: a quote inside a field that does not begin with one" },
		{ SPAN_INIT("\"a\"b,c\n"), "x.csv:1:4: text after the closing quote" },
		{ SPAN_INIT("\"a\"\"\n"), "x.csv:1:1: this quote is never closed" },
		{ SPAN_INIT("a,b\rc,d\r"),
		  "x.csv:1:4: a carriage return that does not end a line" },
		{ SPAN_INIT("\"a\"\rb\n"), "x.csv:1:4: text after the closing quote" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (read_all("x.csv", cases[i].in, &out, &err) != CSV_FAIL ||
		    err.cls != ERR_CONFIG)
			fail_msg("case %zu: not refused", i);
		if (strcmp(err.text, cases[i].text) != 0)
			fail_msg("case %zu: %s", i, err.text);
		if ((strstr(err.hint, "UTF-16") != NULL) != (i == 1))
			fail_msg("case %zu: hint \"%s\"", i, err.hint);
		strbuf_done(&out);
	}
}

static void holds_its_limits(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < CSV_FIELDS_MAX - 1; i++)
		strbuf_addc(&text, ',');
	assert_int_equal(read_all("x", strbuf_span(&text), &out, &err), CSV_END);
	assert_int_equal(out.n, CSV_FIELDS_MAX + 1);
	strbuf_addc(&text, ',');
	assert_int_equal(read_all("x", strbuf_span(&text), &out, &err), CSV_FAIL);
	assert_string_equal(err.text, "x:1:257: the record has too many fields");
	strbuf_clear(&text);
	strbuf_clear(&out);
	strbuf_adds(&text, "#");
	for (unsigned i = 0; i < 2 * CSV_RECORD_MAX; i++) /* a comment may be long */
		strbuf_addc(&text, 'c');
	strbuf_addc(&text, '\n');
	for (unsigned i = 0; i < CSV_RECORD_MAX; i++)
		strbuf_addc(&text, 'x');
	assert_int_equal(read_all("x", strbuf_span(&text), &out, &err), CSV_END);
	assert_int_equal(out.n, CSV_RECORD_MAX + 2);
	strbuf_addc(&text, 'x');
	assert_int_equal(read_all("x", strbuf_span(&text), &out, &err), CSV_FAIL);
	assert_string_equal(err.text,
			    "x:2:1: the record is too long; is a closing quote missing?");
	strbuf_clear(&text);
	for (unsigned i = 0; i < 2 * CSV_RECORD_MAX; i++) /* of quotes alone, too */
		strbuf_adds(&text, "\"\"");
	assert_int_equal(read_all("x", strbuf_span(&text), &out, &err), CSV_FAIL);
	strbuf_done(&text);
	strbuf_done(&out);
}

static void tells_the_line_of_each_record(void **state)
{
	struct csv csv;
	struct csv_record *r = mem_calloc(1, sizeof *r);
	struct err err = ERR_INIT;
	const size_t lines[] = { 2, 4, 6 };

	(void)state;
	csv_init(&csv, "x", SPAN_LIT("#c\r\na,b\r\n\r\n\"1\n1\",2\n3,4"));
	for (size_t i = 0; i < COUNT_OF(lines); i++) {
		assert_int_equal(csv_read(&csv, r, &err), CSV_RECORD);
		assert_int_equal(csv.line, lines[i]);
		assert_int_equal(r->n, 2);
	}
	assert_int_equal(csv_read(&csv, r, &err), CSV_END);
	assert_int_equal(csv_read(&csv, r, &err), CSV_END);
	csv_done(&csv);
	free(r);
}

static void writes_fields_that_come_back(void **state)
{
	static const struct {
		const char *in, *out;
		bool first;
	} cases[] = {
		{ "plain", "plain", true },
		{ "plain", ",plain", false },
		{ "", "\"\"", true }, /* a blank line would be no record */
		{ "", ",", false },
		{ "a,b", ",\"a,b\"", false },
		{ "a;b", "\"a;b\"", true },
		{ "say \"hi\"", ",\"say \"\"hi\"\"\"", false },
		{ "\"", "\"\"\"\"", true },
		{ "two\nlines", ",\"two\nlines\"", false },
		{ " blank ", ",\" blank \"", false },
		{ "#1", "\"#1\"", true },
		{ "#1", ",#1", false },
		{ "\xEF\xBB\xBF", "\"\xEF\xBB\xBF\"", true },
		{ "=1+1", ",'=1+1", false },
		{ "+49", ",'+49", false },
		{ "-1", ",'-1", false },
		{ "@x", ",'@x", false },
		{ "\t=1", ",\"'\t=1\"", false },
		{ "\r=1", ",\"'\r=1\"", false },
		{ "a=b", ",a=b", false },
		{ "J\xF6rg", ",J\xEF\xBF\xBDrg", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT, back = STRBUF_INIT;
		struct err err = ERR_INIT;

		csv_put(&out, cases[i].in, cases[i].first);
		if (strcmp(strbuf_cstr(&out), cases[i].out) != 0)
			fail_msg("case %zu: %s", i, strbuf_cstr(&out));
		if (read_all("x", strbuf_span(&out), &back, &err) != CSV_END)
			fail_msg("case %zu: %s", i, err.text);
		strbuf_done(&out);
		strbuf_done(&back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_people_and_spreadsheets_write),
		cmocka_unit_test(names_line_and_column_of_what_is_wrong),
		cmocka_unit_test(holds_its_limits),
		cmocka_unit_test(tells_the_line_of_each_record),
		cmocka_unit_test(writes_fields_that_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
