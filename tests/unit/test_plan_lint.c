/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fs.h"
#include "base/strbuf.h"
#include "mover/mover_option.h"
#include "plan/plan_lint.h"

/* Notes that nearly every script gets, left out of the cases below. */
static bool usual(const struct lint_finding *f)
{
	return strcmp(f->rule->id, "imapsync-tls") == 0 ||
	       strcmp(f->rule->id, "imapsync-dry") == 0 ||
	       strcmp(f->rule->id, "imapsync-noacls") == 0 ||
	       strcmp(f->rule->id, "mbsync-dry") == 0;
}

/* "rule@line ..." of a script. */
static void show(const char *script, struct strbuf *out)
{
	const struct lint_result *r;
	struct plan_lint *l;

	plan_lint_new(false, &l);
	plan_lint_text(l, "move.sh", span_str(script));
	r = plan_lint_finish(l);
	strbuf_adds(out, "");
	for (size_t i = 0; i < r->n; i++)
		if (!usual(&r->v[i]))
			strbuf_addf(out, "%s%s@%u", out->n > 0 ? " " : "",
				    r->v[i].rule->id, r->v[i].line);
	plan_lint_free(l);
}

#define I "imapsync --host1 a --host2 b "
static const struct {
	const char *script, *findings;
} cases[] = {
	/* what is harmless */
	{ I "--nosyncacls --syncinternaldates --split1 20 --dry", "" },
	{ I "--passfile1 p --regextrans2 's/^Sent$/Gesendet/'", "" },
	{ I "--regextrans2 's/^(.*)$/Old\\/$1/' --f1f2 a=b", "" },
	{ I "--nodelete2 --noexpunge1", "" },
	/* destroys */
	{ I "--delete2", "imapsync-delete2@1" },
	{ I "--delete1\n" I "\\\n  --delete2",
	  "imapsync-delete1@1 imapsync-delete2@3 shell-status@1" },
	{ "D=--delete2\n" I "$D", "imapsync-delete2@2" },
	{ "O=(--split1 3\n --delete2folders)\n" I "\"${O[@]}\"",
	  "imapsync-delete2folders@3" },
	{ I "--gmail2",
	  "imapsync-expunge1@1 imapsync-text@1 imapsync-preset@1 imapsync-preset@1" },
	{ "set -e\nf() {\n" I "\"$@\"\n}\nf --delete2\nf --expunge2",
	  "imapsync-delete2@3 imapsync-expunge2@3" },
	{ "ssh -t h '" I "--delete2; true'", "imapsync-delete2@1 shell-status@1" },
	{ "ssh h <<X\n" I "--delete2\nX", "imapsync-delete2@2" },
	{ "xargs -n1 " I "--delete2 --user1 <list", "imapsync-delete2@1" },
	{ "xargs -I{} sh -c '" I "--delete2 --user1 {}' <list", "imapsync-delete2@1" },
	{ "sudo -u x " I "--delete2", "imapsync-delete2@1" },
	{ "echo \"" I "--delete2\" >>jobs", "imapsync-delete2@1" },
	{ "echo " I "--delete2", "lint-nothing@0" },
	{ "echo \"it's imapsync for $1 --delete2\" >>log\n" I, "" },
	{ "echo \"--delete2 is set\" >>log\n" I, "" },
	{ "time " I "\nls", "shell-status@1" },
	{ "grep imapsync --delete2 x", "lint-nothing@0" },
	/* hides */
	{ I "--exclude 'Trash|Junk'", "imapsync-exclude@1" },
	{ I "--maxsize 100 --maxage 3 --search 'SMALLER 5'",
	  "imapsync-size@1 imapsync-age@1 imapsync-search@1" },
	{ I "--folder INBOX", "imapsync-select@1" },
	{ I "--exclude Trash|Junk",
	  "shell-pattern-pipe@1 imapsync-exclude@1 shell-pipe@1" },
	{ I "\\ \n  --delete2", "imapsync-refuses@1 imapsync-line@2 shell-status@1" },
	{ I "--justlogin", "imapsync-nothing@1" },
	/* alters */
	{ I "--nosyncinternaldates --regexmess s/a/b/",
	  "imapsync-dates@1 imapsync-text@1" },
	{ I "--regextrans2 's/.*/Archive/'", "imapsync-merge@1" },
	{ I "--f1f2 a=c --f1f2 b=c", "imapsync-merge@1 imapsync-merge@1" },
	{ I "--regextrans2 's/^INBOX\\.//'", "" },
	/* unknown */
	{ I "$OPTIONS", "lint-options@1" },
	{ I "\"$@\" --exclude \"$X\"", "lint-options@1 lint-value@1" },
	{ I "--delete2 --exclude 'Trash\n" I "--delete1",
	  "imapsync-delete2@1 imapsync-delete1@2 lint-broken@1" },
	{ "for u in a b; do\n" I "--delete1\necho 'x\ndone\n" I "--delete2",
	  "imapsync-delete1@2 imapsync-delete2@5 lint-broken@3 shell-status@2" },
	{ "done\n" I "--delete2", "imapsync-delete2@2 lint-broken@1" },
	{ "f() { " I "--delete2; fi; }\nf\n" I "--delete1",
	  "imapsync-delete2@1 imapsync-delete1@3 lint-broken@1 shell-status@1" },
	{ "eval 'a \"b'\n" I "--delete2", "imapsync-delete2@2 lint-broken@1" },
	{ "cat <<X\n" I "--delete2", "lint-nothing@0 lint-broken@2" },
	{ "a='x\ny'\n" I "--exclude 'z\n" I "--delete2\n",
	  "imapsync-delete2@4 lint-broken@3" },
	{ "ls", "lint-nothing@0" },
	{ "", "lint-nothing@0" },
	{ "#!/usr/bin/perl\nprint;", "lint-unread@0" },
	/* exit codes */
	{ "for u in a; do\n" I "\ndone", "shell-loop-goes-on@2" },
	{ "set -e\nfor u in a; do\n" I "\ndone", "" },
	{ "#!/bin/bash -e\n" I "\nls", "" },
	{ "set -e; set +e\n" I "\nls", "shell-status@2" },
	{ "set -o errexit\n" I "\nls", "" },
	{ "while read u; do\n" I " || echo $u >>failed\ndone <list", "" },
	{ I " || true\nls", "shell-status-dropped@1" },
	{ I " || :", "shell-status-dropped@1" },
	{ "if ! " I "; then ls; fi", "" },
	{ I "\nrc=$?\nls", "" },
	{ I "\n[ $? = 0 ] || ls", "" },
	{ I "\nif [[ $? != 0 ]]; then ls; fi", "" },
	{ I "\nif (( $? )); then ls; fi", "" },
	{ I "\nls", "shell-status@1" },
	{ I, "" },
	{ I "\nexit", "" },
	{ I "| tee log\nls", "shell-pipe@1" },
	{ I "| tee log\n[ ${PIPESTATUS[0]} = 0 ]", "" },
	{ "set -eo pipefail\n" I "| tee log\nls", "" },
	{ I "&\nwait", "shell-background@1" },
	{ I "&\np=$!\nwait $p", "" },
	{ "f() {\n" I "\n}\nf || ls", "" },
	{ "f() {\n" I "\n}\nif f; then ls; fi", "" },
	{ "f() {\n" I "\n}\nf\nls", "shell-status@2" },
	{ "f() {\n" I "\nls\n}\nf || ls", "shell-status@2" },
	{ "f() {\n" I "\n}\nfor u in a; do f; done", "shell-loop-goes-on@2" },
	{ "f() {\n" I "\nreturn $?\n}\nf || ls", "" },
	{ "set -e\nf() {\n" I "\nls\n}\nf || ls", "shell-status@3" },
	{ "while read u; do\nssh h " I "|| ls\ndone <list", "shell-loop-stdin@2" },
	{ "while read u; do\nssh -n h " I "|| ls\ndone <list", "" },
	{ I ">/dev/null", "shell-output@1" },
	{ I "2>/dev/null >log", "" },
	/* secrets, TLS */
	{ I "--password1 x --passfile2 y", "secret-argv@1" },
	{ I "--sslargs1 SSL_verify_mode=0", "tls-unchecked@1" },
	{ I "--nossl1 --notls1", "tls-off@1 tls-off@1" },
	{ I "--exclude \"$E\"", "lint-value@1" },
	{ "E='a|b'; " I "--exclude $E", "imapsync-exclude@1 shell-unquoted@1" },
	{ I "--exclude Tr*", "imapsync-exclude@1 shell-glob@1" },
	/* mbsync */
	{ "mbsync --pull-new --pull-flags all || exit", "" },
	{ "mbsync -a -X || exit", "mbsync-expunge@1" },
	{ "mbsync -F all", "mbsync-sync@1" },
	{ "Channel x\nFar :a:\nNear :b:\nSync Pull New Flags\nCopyArrivalDate "
	  "yes\nExpunge None\n",
	  "" },
	{ "Channel x\nFar :a:\n", "mbsync-sync@1 mbsync-dates@1" },
	{ "Sync Full\nCopyArrivalDate no\n\nChannel x\nExpunge Both\nRemove "
	  "Both\nMaxSize 10m\n",
	  "mbsync-sync@1 mbsync-expunge@5 mbsync-remove@6 mbsync-maxsize@7 "
	  "mbsync-dates@2" },
	{ "Sync Pull\nCopyArrivalDate yes\nChannel x\nPatterns * !Trash\nMaxMessages 0\n",
	  "mbsync-sync@1 mbsync-patterns@4" },
	{ "Sync New\nCopyArrivalDate yes\nChannel x\nPatterns *\n", "mbsync-sync@1" },
	{ "IMAPStore a\nPass geheim\nTLSType None\n", "secret-config@2 tls-unchecked@3" },
	{ "Channel \"x\nSync None\nCopyArrivalDate yes\n", "lint-broken@1" },
	{ "cat >rc <<'X'\nSync Pull New\nCopyArrivalDate yes\n\nChannel x\nExpunge "
	  "Far\nX\nmbsync -c rc x",
	  "mbsync-expunge@6" },
	/* doveadm */
	{ "doveadm sync -1 -R -u u imapc: || exit", "" },
	{ "doveadm -D backup -Ru u imapc: || exit", "doveadm-backup@1" },
	{ "doveadm backup -u u imapc: || exit", "doveadm-backup-away@1" },
	{ "doveadm sync -u u tcp:h:1 || exit", "doveadm-sync-both@1" },
	{ "doveadm sync -1R -x Trash -I 10M -u u imapc: || exit",
	  "doveadm-only@1 doveadm-only@1" },
	{ "doveadm -o imapc_password=geheim sync -1R -u u imapc: || exit",
	  "secret-argv@1" },
	{ "doveadm sync -1RP -u u imapc: || exit", "doveadm-background@1" },
	{ "doveadm expunge -u u mailbox x all || exit", "doveadm-expunge@1" },
	{ "doveadm user x", "" },
	{ "imapc_host = h\nimapc_password = geheim\nimapc_ssl_verify = no\n",
	  "secret-config@2 tls-unchecked@3" },
	/* rsync */
	{ "rsync -a --delete a b || exit", "rsync-delete@1" },
	{ "rsync -a --exclude=x a b || exit", "rsync-only@1" },
};

static void finds_what_destroys_and_hides(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;

		show(cases[i].script, &out);
		if (strcmp(strbuf_cstr(&out), cases[i].findings) != 0)
			print_error("%zu: %s\ngives %s\nnot   %s\n", i, cases[i].script,
				    strbuf_cstr(&out), cases[i].findings);
		wrong += strcmp(strbuf_cstr(&out), cases[i].findings) != 0;
		strbuf_done(&out);
	}
	assert_int_equal(wrong, 0);
}

static void the_rules_are_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < lint_rule_count; i++) {
		const struct lint_rule *r = &lint_rules[i];

		assert_true(lint_rule_named(r->id) == r);
		assert_true(*r->match != '\0' && *r->why != '\0' && *r->source != '\0' &&
			    *r->fix != '\0');
		assert_true(r->text != NULL || strncmp(r->id, "imapsync-", 9) == 0);
	}
}

/* An option that does something has a rule, on and negated. */
static void each_option_that_does_something_has_a_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < mover_option_count; i++) {
		const struct mover_option_def *d = &mover_options[i];
		char name[80];

		snprintf(name, sizeof name, "--%s", d->name);
		if (d->on != NULL && lint_rule_of("imapsync", name) == NULL)
			fail_msg("no rule for %s", name);
		snprintf(name, sizeof name, "--no%s", d->name);
		if (d->off != NULL && lint_rule_of("imapsync", name) == NULL &&
		    strcmp(name, "--nolog") != 0)
			fail_msg("no rule for %s", name);
		if (d->about == MOVER_PRESET) {
			snprintf(name, sizeof name, "--%s", d->name);
			assert_non_null(lint_rule_of("imapsync", name));
		}
		/* What removes something is never called less. */
		snprintf(name, sizeof name, "--%s", d->name);
		if (d->sort == MOVER_DESTROYS && d->on != NULL)
			assert_int_equal(lint_rule_of("imapsync", name)->weight,
					 LINT_DESTROYS);
	}
}

/* The script of the story: --delete2 first. */
static void the_story_begins_with_delete2(void **state)
{
	struct strbuf text = STRBUF_INIT;
	const struct lint_result *r;
	struct err err = ERR_INIT;
	struct plan_lint *l;

	(void)state;
	assert_true(fs_read("tests/data/mover/firehose.sh", 1 << 20, &text, &err));
	plan_lint_new(false, &l);
	plan_lint_text(l, "firehose.sh", strbuf_span(&text));
	r = plan_lint_finish(l);
	assert_true(r->n > 3);
	assert_string_equal(r->v[0].rule->id, "imapsync-delete2");
	assert_int_equal(r->v[0].line, 29);
	assert_string_equal(r->v[0].said, "--delete2");
	assert_string_equal(r->v[1].rule->id, "imapsync-exclude");
	assert_string_equal(r->v[1].said, "--exclude Trash|Junk");
	assert_int_equal(r->commands, 1);
	plan_lint_free(l);
	strbuf_done(&text);
}

static void no_secret_is_said(void **state)
{
	static const char *const scripts[] = {
		I "--password1 geheim --oauthaccesstoken2=geheim 'x geheim'",
		"P=geheim; " I "--password1 $P \"$P\" --user1 a",
		"doveadm -o imapc_password=geheim backup -o doveadm_password=geheim x",
		"IMAPStore a\nPass geheim\nPass \"geheim\n",
		"imapc_password = geheim\n",
		"ssh h '" I "--password1 geheim; true'",
		I "--password1 'geheim",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(scripts); i++) {
		const struct lint_result *r;
		struct plan_lint *l;

		plan_lint_new(false, &l);
		plan_lint_text(l, "x", span_str(scripts[i]));
		r = plan_lint_finish(l);
		for (size_t k = 0; k < r->n; k++)
			if (strstr(r->v[k].said, "geheim") != NULL ||
			    strstr(r->v[k].text, "geheim") != NULL)
				fail_msg("%zu: %s: %s", i, r->v[k].said, r->v[k].text);
		plan_lint_free(l);
	}
}

static void refuses_what_is_no_text(void **state)
{
	static const char utf16[] = "\xFF\xFEi\0m\0";
	static const char nul[] = "imapsync\n--x\0--delete2";
	struct strbuf big = STRBUF_INIT;
	const struct lint_result *r;
	struct plan_lint *l;

	(void)state;
	plan_lint_new(false, &l);
	plan_lint_text(l, "a", (struct span){ utf16, sizeof utf16 - 1 });
	plan_lint_text(l, "b", (struct span){ nul, sizeof nul - 1 });
	while (big.n <= 1 << 20)
		strbuf_adds(&big, "imapsync --delete2\n");
	plan_lint_text(l, "c", strbuf_span(&big));
	r = plan_lint_finish(l);
	assert_int_equal(r->n, 3);
	assert_non_null(strstr(r->v[0].text, "UTF-16"));
	assert_non_null(strstr(r->v[1].text, "a NUL, at 2:4"));
	assert_non_null(strstr(r->v[2].text, "more than 1048576"));
	assert_int_equal(r->count[LINT_UNKNOWN], 3);
	plan_lint_free(l);
	strbuf_done(&big);
}

/* More findings than are kept are told, and the memory stays bounded. */
static void the_number_of_findings_is_bounded(void **state)
{
	struct strbuf text = STRBUF_INIT;
	const struct lint_result *r;
	struct plan_lint *l;

	(void)state;
	plan_lint_new(false, &l);
	for (int file = 0; file < 3; file++) {
		strbuf_clear(&text);
		while (text.n < 900000)
			strbuf_adds(&text, "rsync --delete --delete-after a b\n");
		plan_lint_text(l,
			       file == 0   ? "a"
			       : file == 1 ? "b"
					   : "c",
			       strbuf_span(&text));
	}
	r = plan_lint_finish(l);
	assert_true(r->n <= LINT_FINDINGS_MAX);
	assert_int_equal(r->count[LINT_UNKNOWN], 1);
	plan_lint_free(l);
	strbuf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_destroys_and_hides),
		cmocka_unit_test(the_rules_are_whole),
		cmocka_unit_test(each_option_that_does_something_has_a_rule),
		cmocka_unit_test(the_story_begins_with_delete2),
		cmocka_unit_test(no_secret_is_said),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(the_number_of_findings_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
