/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fs.h"
#include "imap/imap_utf7.h"
#include "mover/mover_config.h"
#include "mover/mover_perl.h"

struct bed {
	struct arena arena;
	struct mover_script script;
	struct mover_plan plan;
	struct strbuf out;
};

static void begin(struct bed *b, const char *text)
{
	struct err err = ERR_INIT;

	memset(b, 0, sizeof *b);
	arena_init(&b->arena);
	if (!mover_imapsync_read("s", span_str(text), &b->arena, &b->script, &err))
		fail_msg("%s: %s", text, err.text);
	mover_plan_make(&b->script, imap_utf7_decode, &b->arena, &b->plan);
}

static void end(struct bed *b)
{
	strbuf_done(&b->out);
	arena_done(&b->arena);
}

/* Rules as "pair a>b", "s/a/b/g", "-a"; in doubt with a ? in front. */
static void show_rules(struct bed *b)
{
	for (size_t i = 0; i < b->plan.rule_n; i++) {
		const struct mover_rule *r = &b->plan.rule[i];

		strbuf_adds(&b->out, r->doubt != NULL ? "?" : "");
		if (r->kind == MOVER_RULE_PAIR)
			strbuf_addf(&b->out, "%s>%s ", r->match, r->to);
		else if (r->kind == MOVER_RULE_REGEX)
			strbuf_addf(&b->out, "s|%s|%s|%s ", r->match, r->to,
				    r->all ? "g" : "");
		else
			strbuf_addf(&b->out, "-%s ", r->match);
	}
	strbuf_addf(&b->out, "%s", b->plan.special_use ? "special " : "");
}

static const struct {
	const char *options, *rules;
	size_t gaps;
} rules[] = {
	{ "", "", 0 },
	/* pairs */
	{ "--f1f2 'Sent Items=Sent'", "Sent Items>Sent ", 0 },
	{ "--f1f2=a/b=c", "a/b>c ", 0 },
	{ "--f1f2 a=b --f1f2h c=d", "a>b c>d ", 0 },
	{ "--f1f2 a=b=c", "a>b=c ", 0 },
	{ "--f1f2 ab", "", 1 },
	{ "--f1f2 =b --f1f2 a=", "", 2 },
	{ "--f1f2 'Entw&APw-rfe=Drafts'", "Entw\xC3\xBCrfe>Drafts ", 0 },
	{ "--f1f2 'Entw&=Drafts'", "?Entw&>Drafts ", 0 },
	{ "--f1f2 'INBOX.Sent=Sent'", "?INBOX.Sent>Sent ", 0 },
	{ "--f1f2 'a.b=c'", "?a.b>c ", 0 },
	{ "--f1f2 'a.b/c=d'", "a.b/c>d ", 0 },
	{ "--sep1 . --f1f2 'a.b=c'", "a/b>c ", 0 },
	{ "--f1f2 'INBOX.a.b=c' --sep1 . --prefix1 INBOX.", "a/b>c ", 0 },
	{ "--sep1 . --prefix1 '' --f1f2 'INBOX.a/b=c'", "INBOX/a%2Fb>c ", 0 },
	{ "--sep2 . --prefix2 INBOX. --f1f2 'a=INBOX.b.c'", "a>b/c ", 0 },
	{ "--f1f2 '50%=Half'", "50%25>Half ", 0 },
	{ "--f1f2 a=b --f1f2 a=c", "?a>b a>c ", 0 },
	{ "--f1f2 \"$1\"", "", 1 },
	/* expressions */
	{ "--regextrans2 's/^Notes$/Notes-old/i'", "s|(?i)^Notes$|Notes-old| ", 0 },
	{ "--regextrans2 's{^Sent|^Gesendet}{Sent}'", "s|^Sent|^Gesendet|Sent| ", 0 },
	{ "--regextrans2 's,^mail/,,' --regextrans2 's, +$,,g'", "s|^mail/|| s| +$||g ",
	  0 },
	{ "--regextrans2 's,([^/]+),\\L$1\\E,g'", "", 1 },
	{ "--regextrans2 's,^INBOX\\.(.+),$1,'", "?s|^INBOX\\.(.+)|${1}| ", 0 },
	{ "--regextrans2 's/^INBOX$/Old/'", "s|^INBOX$|Old| ", 0 },
	{ "--regextrans2 's,\\.,_,g'", "?s|\\.|_|g ", 0 },
	{ "--sep2 / --regextrans2 's,\\.,_,g'", "s|\\.|_|g ", 0 },
	{ "--regextrans2 'tr,*%#,_,'", "s|\\*|_|g ?s|%|_|g s|#|_|g ", 0 },
	{ "--regextrans2 s/a/b/ --f1f2 x=y", "s|a|b| x>y ", 0 },
	/* what is left out */
	{ "--exclude 'Trash|Junk'", "-Trash|Junk ", 0 },
	{ "--exclude '^INBOX\\.Trash$'", "?-^INBOX\\.Trash$ ", 0 },
	{ "--exclude '^INBOX$'", "-^INBOX$ ", 0 },
	{ "--exclude '(?{x})'", "", 1 },
	{ "--exclude '[a'", "", 1 },
	{ "--exclude Trash*", "-Trash* ", 1 },
	{ "--folder INBOX --folder 'a+b'", "-^(?!INBOX$|a\\+b$) ", 0 },
	{ "--folderrec Work", "-^(?!Work(?:/|$)) ", 0 },
	{ "--include '^Sent' --exclude Old", "-Old -^(?!.*(?:^Sent)) ", 0 },
	{ "--folder INBOX --folder \"$1\"", "?-^(?!INBOX$) ", 1 },
	{ "--folder INBOX --subscribed", "?-^(?!INBOX$) ", 0 },
	/* subfolders, special use */
	{ "--subfolder2 Imported/2024", "s|^|Imported/2024/| ", 0 },
	{ "--subfolder2 'Im ported!$' --automap --regextrans2 s/a/b/",
	  "s|^|Im ported/| s|a|b| ", 0 },
	{ "--subfolder1 Back", "-^(?!Back(?:/|$)) s|^Back$|INBOX| s|^Back/|| ", 0 },
	{ "--automap", "special ", 0 },
	{ "--automap --noautomap", "", 0 },
	{ "--gmail1", "s|\\[Gmail\\].|| special ", 0 },
	{ "--gmail1 --no-automap", "s|\\[Gmail\\].|| ", 0 },
	{ "--gmail2 --noexclude",
	  "s|\\[Gmail\\].|| s|^ +| +$||g s|/ +| +/|/|g s|['\\^\"]|_|g special ", 0 },
	{ "--gmail1 --gmail2", "-\\[Gmail\\]$ special ", 0 },
	{ "--office1", "-^Files$ ", 0 },
	{ "--office2", "Files>Files_renamed_by_imapsync ", 0 },
	{ "--office2 --nof1f2", "", 0 },
	{ "--domino2", "?s|(?i)^Inbox\\\\(.*)|${1}| ", 0 },
	/* how Getopt::Long takes them */
	{ "-F1F2 a=b +f1f2=c=d", "a>b c>d ", 0 },
	{ "--regext s/a/b/ --excl x", "s|a|b| -x ", 0 },
	{ "--no-automap --noauto", "", 0 },
	{ "--e x", "", 2 }, /* several begin so; then x belongs to none */
	{ "--folder", "", 1 },
	{ "--maxsize ten", "", 1 },
	{ "--maxsize 10_000 --maxage 1.5", "", 0 },
	{ "--dry=1", "", 1 },
	{ "--nosuch --dry", "", 1 },
	{ "-- --dry --dry", "", 1 },
	{ "extra", "", 1 },
	{ "--dry extra ''", "", 1 },
	{ "--delete 2", "", 1 },
	{ "$EXTRA \"$@\"", "", 2 },
	{ "--host1=\"$H\" --user1 $1", "", 2 },
};

static void turns_options_into_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rules); i++) {
		struct bed b;
		char script[256];

		snprintf(script, sizeof script, "imapsync %s", rules[i].options);
		begin(&b, script);
		show_rules(&b);
		if (strcmp(strbuf_cstr(&b.out), rules[i].rules) != 0)
			fail_msg("%zu: %s\ngives %s\nnot   %s", i, script,
				 strbuf_cstr(&b.out), rules[i].rules);
		if (b.plan.gaps != rules[i].gaps)
			fail_msg("%zu: %s: %zu gaps, %s", i, script, b.plan.gaps,
				 b.script.n > 0 && b.script.call[0].gap_n > 0
					 ? b.script.call[0].gap[0].text
					 : "");
		end(&b);
	}
}

static const struct {
	const char *options, *remarks;
} remark[] = {
	{ "--delete2", "destroys --delete2; " },
	{ "--nodelete2 --no-delete1", "" },
	{ "--delete --expunge1", "destroys --delete1; destroys --expunge1; " },
	{ "--delete2folders --delete2dup --delete2f",
	  "destroys --delete2folders; destroys --delete2duplicates; " },
	{ "--delete2foldersonly x", "destroys --delete2foldersonly=x; " },
	{ "--nosyncinternaldates --syncint", "alters --nosyncinternaldates; " },
	{ "--noresyncflags", "alters --noresyncflags; " },
	{ "--maxsize 10_000 --minage 3", "skips --maxsize=10_000; skips --minage=3; " },
	{ "--useheader Message-Id --useuid",
	  "matches --useheader=Message-Id; matches --useuid; " },
	{ "--skipsize --noskipsize", "matches --noskipsize; " },
	{ "--gmail2", "destroys --expunge1<--gmail2; alters --addheader<--gmail2; " },
	{ "--gmail2 --noexpunge1 --noaddheader", "" },
	{ "--exchange2",
	  "skips --maxsize=10000000<--exchange2; alters "
	  "--disarmreadreceipts<--exchange2; "
	  "alters --regexflag=takes \\Flagged off<--exchange2; "
	  "alters --regexmess=wraps lines at 10,239 octets<--exchange2; " },
	{ "--exchange2 --maxsize 5 --nodisarmreadreceipts --noregexflag --noregexmess",
	  "skips --maxsize=5; " },
	{ "--prefix1 x --ssl1 --nofoldersizes --split1 3", "tells --prefix1=x; " },
	{ "--password1 geheim --passfile2 f --oauthdirect1 geheim", "" },
};

static void says_what_options_do(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(remark); i++) {
		struct bed b;
		char script[256];

		snprintf(script, sizeof script, "imapsync %s", remark[i].options);
		begin(&b, script);
		for (size_t k = 0; k < b.script.call[0].remark_n; k++) {
			const struct mover_remark *r = &b.script.call[0].remark[k];

			strbuf_addf(&b.out, "%s %s%s%s%s%s; ", mover_sort_name(r->sort),
				    r->option, r->value != NULL ? "=" : "",
				    r->value != NULL ? r->value : "",
				    r->implied != NULL ? "<" : "",
				    r->implied != NULL ? r->implied : "");
		}
		if (strcmp(strbuf_cstr(&b.out), remark[i].remarks) != 0)
			fail_msg("%zu: %s\ngives %s", i, script, strbuf_cstr(&b.out));
		end(&b);
	}
}

static const struct {
	const char *script;
	size_t calls, counted, gaps;
	const char *host; /* of the old server */
} finds[] = {
	{ "imapsync --host1 a", 1, 1, 0, "a" },
	{ "/opt/imapsync/imapsync --host1 a", 1, 1, 0, "a" },
	{ "perl ./imapsync --host1 a", 1, 1, 0, "a" },
	{ "sudo -u x nice timeout 3h ~/bin/imapsync.pl --host1 a", 1, 1, 0, "a" },
	{ "H=a; I=imapsync; $I --host1 $H", 1, 1, 0, "a" },
	{ "if ! imapsync --host1 a; then b; fi", 1, 1, 0, "a" },
	{ "x=$(imapsync --host1 a)", 1, 1, 0, "a" },
	{ "eval \"imapsync --host1 a\"; bash -c 'imapsync --host1 a'", 2, 2, 0, "a" },
	{ "f() { imapsync --host1 a --user1 \"$1\"; }; f x; f y", 2, 2, 0, "a" },
	{ "imapsync --host1 a; imapsync --host1 b", 2, 2, 0, NULL },
	{ "imapsync --dry --host1 b; imapsync --host1 a", 2, 1, 0, "a" },
	{ "echo imapsync --host1 b; imapsync --host1 a", 2, 1, 0, "a" },
	{ "echo imapsync --host1 b", 1, 1, 0, "b" },
	{ "\"$IMAPSYNC\" --host1 a --host2 b", 1, 1, 1, "a" },
	{ "imapsync --host1 a --exclude Trash|Junk", 1, 1, 1, "a" },
	{ "imapsync --host1 a | tee log", 1, 1, 0, "a" },
	{ "imapsync --host1 a \\ \n --delete2", 1, 1, 2, "a" },
	{ "imapsync --host1 a \\\n# --delete2 \\\n --dry", 1, 1, 1, "a" },
	{ "parallel imapsync --host1 {1} ::: a", 1, 1, 1, NULL },
	{ "imapsync --host1 ${H:-a}", 1, 1, 1, "a" },
	{ "grep imapsync --host1; which imapsync; man imapsync; cp imapsync -x", 0, 0, 0,
	  NULL },
	{ "echo 'imapsync --host1 a'; # imapsync --host1 a", 0, 0, 0, NULL },
	{ "cat <<X\nimapsync --host1 a\nX", 0, 0, 0, NULL },
	{ "imapsync", 0, 0, 0, NULL },
	{ "", 0, 0, 0, NULL },
};

static void finds_the_commands(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(finds); i++) {
		const char *host;
		struct bed b;

		begin(&b, finds[i].script);
		host = b.plan.host[SIDE_OLD];
		if (b.script.n != finds[i].calls || b.plan.counted != finds[i].counted ||
		    b.plan.gaps != finds[i].gaps)
			fail_msg("%zu: %s: %zu commands, %zu count, %zu gaps", i,
				 finds[i].script, b.script.n, b.plan.counted,
				 b.plan.gaps);
		if ((host == NULL) != (finds[i].host == NULL) ||
		    (host != NULL && strcmp(host, finds[i].host) != 0))
			fail_msg("%zu: %s: host %s", i, finds[i].script, host);
		end(&b);
	}
}

static void knows_who_logs_in(void **state)
{
	struct bed b;

	(void)state;
	begin(&b, "imapsync --user1 \"$u*master\" --authuser2 admin --user2 anna");
	assert_string_equal(b.plan.admin[SIDE_OLD], "master");
	assert_true(b.plan.master[SIDE_OLD]);
	assert_string_equal(b.plan.admin[SIDE_NEW], "admin");
	assert_false(b.plan.master[SIDE_NEW]);
	assert_string_equal(b.script.call[0].user[SIDE_NEW], "anna");
	assert_null(b.script.call[0].user[SIDE_OLD]);
	end(&b);
	begin(&b, "imapsync --user1 \"anna*$m\"");
	assert_null(b.plan.admin[SIDE_OLD]);
	end(&b);
}

static const struct {
	const char *perl, *rules, *why;
} perl[] = {
	{ "s/a/b/", "a>b", NULL },
	{ " s/a/b/ ; ", "a>b", NULL },
	{ "s/a\\/b/c\\/d/g", "a/b>c/d*", NULL },
	{ "s,a\\,b,c\\,d,", "a,b>c,d", NULL },
	{ "s{a{2}}{b}", "a{2}>b", NULL },
	{ "s{a} /b/", "a>b", NULL },
	{ "s(a)(b)xism", "(?xism)a>b", NULL },
	{ "s!^(a)(b)$!$2\\1$3!", "^(a)(b)$>${2}${1}${3}", NULL },
	{ "s/(?<x>a)/$+{x}${1}$&/", "(?<x>a)>${x}${1}${0}", NULL },
	{ "s/a/\\$1\\.\\@b/", "a>$$1.@b", NULL },
	{ "s/a@b.c$/x/", NULL, "variable" },
	{ "s/a\\@b$|c$/x/", "a\\@b$|c$>x", NULL },
	{ "s/a@/x/", "a@>x", NULL },
	{ "s/[a/]b/c/", NULL, "letter behind it" },
	{ "tr/ab/c/", "a>c* b>c*", NULL },
	{ "y/a-c/x-z/", "a>x* b>y* c>z*", NULL },
	{ "tr/a//d", "a>*", NULL },
	{ "tr/./$/", "\\.>$$*", NULL },
	{ "tr/ab/ba/", NULL, "change into each other" },
	{ "tr/a-z/A-Z/",
	  "a>A* b>B* c>C* d>D* e>E* f>F* g>G* h>H* i>I* j>J* k>K* l>L* m>M* n>N* "
	  "o>O* p>P* q>Q* r>R* s>S* t>T* u>U* v>V* w>W* x>X* y>Y* z>Z*",
	  NULL },
	{ "tr/a/b/c", NULL, "letters behind it" },
	{ "tr/z-a/b/", NULL, "range" },
	{ "tr/a/a/", NULL, "changes nothing" },
	{ "tr/a//", NULL, "changes nothing" },
	{ "tr/\\n/b/", NULL, "escape" },
	{ "s/$h2_prefix//", NULL, "variable" },
	{ "s/^a/$h2_prefix/", NULL, "variable" },
	{ "s/^a/@{x}/", NULL, "variable" },
	{ "s/[$]a/b/", NULL, "variable" },
	{ "s/a/\\U$1/", NULL, "case" },
	{ "s/\\la/b/", NULL, "case" },
	{ "s/a/lc($1)/e", NULL, "Perl code" },
	{ "s/(?{a})/b/", NULL, "Perl code" },
	{ "s/(??{a})/b/", NULL, "Perl code" },
	{ "s/(*UTF)a/b/", NULL, "VERB" },
	{ "s/a/b/r", NULL, "changes nothing" },
	{ "s/a/b/; unlink 'x'", NULL, "more Perl" },
	{ "s/a/b", NULL, "delimiters" },
	{ "s/a", NULL, "delimiters" },
	{ "s{a}b", NULL, "second part" },
	{ "s'a'b'", NULL, "delimiter" },
	{ "s|a\\|b|c|", NULL, "its delimiter means something" },
	{ "s//b/", NULL, "empty pattern" },
	{ "s/\\b{wb}a/b/", NULL, "Perl's own" },
	{ "s/\\N{U+41}/b/", NULL, "Perl's own" },
	{ "s/\\C/b/", NULL, "not allowed" },
	{ "s/a/\\x41/", NULL, "escape" },
	{ "s/\xC3\xBC/u/", NULL, "no ASCII" },
	{ "s/a/\xC3\xBC/", NULL, "no ASCII" },
	{ "m/a/", NULL, "neither" },
	{ "abc", NULL, "neither" },
	{ "", NULL, "neither" },
	{ "s", NULL, "delimiter" },
};

static void translates_what_means_the_same(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (size_t i = 0; i < COUNT_OF(perl); i++) {
		struct mover_substitution s[MOVER_TR_MAX];
		struct strbuf out = STRBUF_INIT;
		const char *why = NULL;
		size_t n = mover_perl_rules(&arena, span_str(perl[i].perl), s, &why);

		if ((n == 0) != (perl[i].rules == NULL))
			fail_msg("%zu: %s: %s", i, perl[i].perl,
				 n == 0 ? why : s[0].match);
		if (n == 0 && strstr(why, perl[i].why) == NULL)
			fail_msg("%zu: %s: %s", i, perl[i].perl, why);
		for (size_t k = 0; k < n; k++)
			strbuf_addf(&out, "%s%s>%s%s", k > 0 ? " " : "", s[k].match,
				    s[k].to, s[k].all ? "*" : "");
		if (n > 0 && strcmp(strbuf_cstr(&out), perl[i].rules) != 0)
			fail_msg("%zu: %s is %s", i, perl[i].perl, strbuf_cstr(&out));
		strbuf_done(&out);
	}
	arena_done(&arena);
}

static void commands_that_differ_leave_a_doubt(void **state)
{
	struct bed b;

	(void)state;
	begin(&b, "imapsync --exclude A --f1f2 x=y --automap\nimapsync --f1f2 x=y\n"
		  "imapsync --dry --exclude B");
	show_rules(&b);
	assert_string_equal(strbuf_cstr(&b.out), "?-A x>y ");
	assert_string_equal(b.plan.rule[0].doubt,
			    "the command on line 2 does not have it");
	assert_non_null(b.plan.special_doubt);
	end(&b);
}

static void too_much_is_an_error(void **state)
{
	struct strbuf s = STRBUF_INIT;
	struct mover_script script;
	struct err err = ERR_INIT;
	struct arena arena;

	(void)state;
	arena_init(&arena);
	for (int i = 0; i < 300; i++)
		strbuf_adds(&s, "imapsync --dry\n");
	assert_false(mover_imapsync_read("s", strbuf_span(&s), &arena, &script, &err));
	assert_string_equal(err.text, "s:257:1: more than 256 imapsync commands");
	assert_int_equal(err.cls, ERR_LIMIT);
	strbuf_clear(&s);
	err = ERR_INIT;
	for (int i = 0; i < 200; i++)
		strbuf_adds(&s,
			    "imapsync --x --x --x --x --x --x --x --x --x --x --x --x "
			    "--x --x --x --x --x --x --x --x --x --x --x --x --x --x\n");
	assert_false(mover_imapsync_read("s", strbuf_span(&s), &arena, &script, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	strbuf_done(&s);
	arena_done(&arena);
}

static void load(struct bed *b, const char *path)
{
	struct strbuf text = STRBUF_INIT;
	struct err err = ERR_INIT;

	if (!fs_read(path, MOVER_SCRIPT_MAX, &text, &err))
		fail_msg("%s", err.text);
	begin(b, strbuf_cstr(&text));
	strbuf_done(&text);
}

/* The night of the paper: the flag that destroyed is named, the borrowed login is named.
 */
static void understands_the_script_of_the_paper(void **state)
{
	struct bed b;
	const struct mover_call *c;

	(void)state;
	load(&b, "tests/data/mover/firehose.sh");
	assert_int_equal(b.script.n, 1);
	c = &b.script.call[0];
	assert_string_equal(b.plan.host[SIDE_OLD], "cyrus.example.org");
	assert_string_equal(b.plan.host[SIDE_NEW], "zimbra.example.org");
	assert_string_equal(c->user[SIDE_OLD], "linked01");
	assert_null(c->user[SIDE_NEW]);
	if (c->gap_n != 1)
		fail_msg("%s %u:%u; %s", c->gap[0].text, c->gap[0].line, c->gap[0].column,
			 c->gap[1].text);
	assert_string_equal(c->gap[0].text,
			    "--user2: $1 is given when the script is called (line 6)");
	assert_int_equal(c->remark_n, 1);
	assert_int_equal(c->remark[0].sort, MOVER_DESTROYS);
	assert_string_equal(c->remark[0].option, "--delete2");
	assert_int_equal(c->remark[0].line, 29);
	show_rules(&b);
	assert_string_equal(strbuf_cstr(&b.out),
			    "-Trash|Junk s|(?i)^Journal$|Journal-old| "
			    "s|(?i)^Briefcase$|Briefcase-old| "
			    "s|(?i)^Calendar$|Calendar-old| "
			    "s|(?i)^Contacts$|Contacts-old| "
			    "s|(?i)^Notes$|Notes-old| ");
	end(&b);
}

static void writes_the_section_of_the_config(void **state)
{
	struct bed b;

	(void)state;
	begin(&b, "imapsync --automap --exclude 'Trash' --exclude '^INBOX\\.x' \\\n"
		  "  --regextrans2 's/\"a/b/g' --f1f2 'INBOX.a=b' --f1f2 'c=d'");
	mover_config_map(&b.script, &b.plan, &b.out);
	assert_string_equal(
		strbuf_cstr(&b.out),
		"\t// How the mover named folders, from its script s.  Names as people "
		"see\n"
		"\t// them, with / between the levels.  Prefixes and separators of the "
		"two "
		"servers are converted\n"
		"\t// without a rule.\n"
		"\t\"map\": {\n"
		"\t\t// --automap: a folder that the old server marks as Sent, Trash, "
		"... "
		"goes to the one that the\n"
		"\t\t// new server marks so.  imapsync also guesses by names; say those "
		"as pairs.\n"
		"\t\t\"special_use\": true,\n"
		"\t\t// Folders by name.  imapsync moves only the folder that is named; "
		"here what is below it moves, too.\n"
		"\t\t\"pairs\": {\n"
		"\t\t\t// line 2: --f1f2 INBOX.a=b\n"
		"\t\t\t// Not in force: it begins with INBOX, which may be the server's "
		"prefix: then leave that off.\n"
		"\t\t\t// \"INBOX.a\": \"b\"\n"
		"\t\t\t// line 2: --f1f2 c=d\n"
		"\t\t\t\"c\": \"d\"\n"
		"\t\t},\n"
		"\t\t// Expressions (PCRE2), one after the other.\n"
		"\t\t\"regex\": [\n"
		"\t\t\t// line 2: --regextrans2 s/\"a/b/g\n"
		"\t\t\t{ \"match\": \"\\\"a\", \"to\": \"b\", \"all\": true }\n"
		"\t\t],\n"
		"\t\t// Folders that were not moved.  Their mail is missing until "
		"somebody "
		"accepts that.\n"
		"\t\t\"exclude_regex\": [\n"
		"\t\t\t// line 1: --exclude Trash\n"
		"\t\t\t\"Trash\"\n"
		"\t\t\t// line 1: --exclude ^INBOX\\.x\n"
		"\t\t\t// Not in force: it names something behind INBOX, which may be "
		"the "
		"server's prefix: mailmuster's names do not have that.\n"
		"\t\t\t// \"^INBOX\\\\.x\"\n"
		"\t\t]\n"
		"\t},\n\n");
	end(&b);
}

static void no_password_is_shown(void **state)
{
	struct bed b;

	(void)state;
	begin(&b, "P=geheim1\nimapsync --host1 a --password1 $P --password2=geheim2 "
		  "--passw geheim3 --nosuch=geheim4 geheim5 --user1 \"$U\" --folder x");
	mover_config_map(&b.script, &b.plan, &b.out);
	mover_config_summary(&b.script, &b.plan, &b.out);
	assert_null(strstr(strbuf_cstr(&b.out), "geheim"));
	for (size_t i = 0; i < b.script.call[0].option_n; i++)
		assert_true(b.script.call[0].option[i].value == NULL ||
			    strstr(b.script.call[0].option[i].value, "geheim") == NULL);
	end(&b);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(turns_options_into_rules),
		cmocka_unit_test(says_what_options_do),
		cmocka_unit_test(finds_the_commands),
		cmocka_unit_test(knows_who_logs_in),
		cmocka_unit_test(translates_what_means_the_same),
		cmocka_unit_test(commands_that_differ_leave_a_doubt),
		cmocka_unit_test(too_much_is_an_error),
		cmocka_unit_test(understands_the_script_of_the_paper),
		cmocka_unit_test(writes_the_section_of_the_config),
		cmocka_unit_test(no_password_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
