/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/strbuf.h"
#include "mover/mover_shell.h"

/* Each command as "[word][word]", what is not known with ?reason, marks in front. */
static bool show(void *ctx, const struct mover_command *cmd, struct err *err)
{
	static const char reason[] = "arlboex";
	struct strbuf *out = ctx;

	(void)err;
	for (size_t i = 0; i < cmd->n; i++) {
		const struct mover_word *w = &cmd->word[i];

		strbuf_addf(out, "[%s%s%s%s%s", w->glob ? "*" : "", w->many ? "~" : "",
			    w->secret ? "!" : "", w->assumed != NULL ? "=" : "", w->text);
		if (w->unknown != NULL)
			strbuf_addf(out, "?%c", reason[w->unknown->why]);
		strbuf_adds(out, "]");
	}
	strbuf_adds(out, cmd->end == MOVER_END_PIPE	    ? "|"
			 : cmd->end == MOVER_END_AND	    ? "&&"
			 : cmd->end == MOVER_END_OR	    ? "||"
			 : cmd->end == MOVER_END_BACKGROUND ? "&"
							    : ";");
	return true;
}

static const struct {
	const char *script, *commands;
} cases[] = {
	/* quoting */
	{ "a 'b c' \"d e\" f\\ g", "[a][b c][d e][f g];" },
	{ "a 'it'\\''s' \"a\\\"b\\$c\\d\"", "[a][it's][a\"b$c\\d];" },
	{ "a $'x\\ty\\x41\\101\\'' $\"loc\"", "[a][x\tyAA'][loc];" },
	{ "a $'\\x00b'", "[a][b?x];" },
	{ "a '' \"\"", "[a][][];" },
	{ "a \\\n  b \\\n c # no \\\nd", "[a][b][c];[d];" },
	{ "a \\\r\n b\r\nc\r\n", "[a][b];[c];" },
	{ "a \"x\\\ny\" 'p\\\nq'", "[a][xy][p\\\nq];" },
	{ "a b#c #d", "[a][b#c];" },
	{ "a *.c '*.c' x?[y]", "[a][**.c][*.c][*x?[y]];" },
	{ "a ?(b|c) d", "[a][*?(b|c)][d];" },
	{ "a {b,c} {d} '{e,f}' {1..3}", "[a][{b,c}?x][{d}][{e,f}][{1..3}?x];" },
	/* a line that ends in backslash and blank does not go on */
	{ "a \\ \n--b c", "[a][ ];[--b][c];" },
	/* operators and redirections */
	{ "a | b && c || d & e; f", "[a]|[b]&&[c]||[d]&[e];[f];" },
	{ "a >x 2>&1 <y >>z b &>w", "[a][b];" },
	{ "a 2>/dev/null 3", "[a][3];" },
	{ "a |& b", "[a]|[b];" },
	{ "--exclude Trash|Viral", "[--exclude][Trash]|[Viral];" },
	{ "a <<X b\nnot me\nX\nc", "[a][b];[c];" },
	{ "a <<-'X Y'; b\n\tnot\n\tX Y\nc", "[a];[b];[c];" },
	{ "a <<X <<Y\n1\nX\n2\nY\nb", "[a];[b];" },
	{ "a <<<'b c' d", "[a][d];" },
	{ "cat <<X | b\n$(imapsync)\nX\nc", "[cat]|[b];[c];" },
	/* variables */
	{ "A=x; a $A \"$A\" '$A' ${A}y \"$A\"z", "[a][x][x][$A][xy][xz];" },
	{ "A='x y'; a $A \"$A\" b$A", "[a][x][y][x y][bx][y];" },
	{ "A='Trash|Viral'; a --exclude $A", "[a][--exclude][Trash|Viral];" },
	{ "A='x*'; a $A \"$A\"", "[a][*x*][x*];" },
	{ "A=; a $A b \"$A\"", "[a][b][];" },
	{ "A=x B=$A; a $B$B", "[a][xx];" },
	{ "A=x; A=$A$A; A+=y; a $A", "[a][xxy];" },
	{ "a $A \"$B\" c$D", "[a][~${A}?e][${B}?e][c${D}?e];" },
	{ "U=$1@x; a $U \"$2\" \"$@\" $*", "[a][${1}@x?a][${2}?a][~${@}?a][~${@}?a];" },
	{ "A=x b; a $A", "[b];[a][~${A}?e];" },
	{ "export A=x B; readonly C=y; a $A$C", "[export][B];[readonly];[a][xy];" },
	{ "A=x; unset A; a $A", "[unset][A];[a][~${A}?e];" },
	{ "A=1; a \"$A$\" $ \"$\" $%", "[a][1$][$][$][$%];" },
	{ "IFS=,; A=x,y; a $A; B=z; a $B", "[a][x,y?x];[a][z];" },
	/* defaults */
	{ "A=x; a ${A:-y} ${A-y} ${A:+z} ${A:=y}", "[a][x][x][z][x];" },
	{ "A=; a ${A:-y} ${A-y} ${A:+z} \"${A:=y}\" $A", "[a][y][y][y];" },
	{ "a ${A:-x} ${B:=y} $B", "[a][=x][=y][=y];" },
	{ "A=${A:-x}; a $A", "[a][=x];" },
	{ "a ${1:-x} \"${2-y}\"", "[a][~${1}?a][${2}?a];" },
	{ "a ${A:?say it} ${A:+x}", "[a][~${A}?e];" },
	{ "a ${X:---dry --x} \"${X:-p q}\"", "[a][=--dry][=--x][=p q];" },
	{ "B=z; a ${A:-$B'}'q}", "[a][=z}q];" },
	{ "A=x.y; a ${A%.*} \"${A#x}\" ${#A} ${!A}",
	  "[a][~${A}?x][${A}?x][~${A}?x][~${A}?x];" },
	/* arrays */
	{ "A=(x 'y z'\n # no\n w); a \"${A[@]}\" ${A[1]} $A",
	  "[a][x][y z][w][y][z][x];" },
	{ "A=(x); A+=(y z); a p\"${A[@]}\"q \"${A[*]}\"", "[a][px][y][zq][x y z];" },
	{ "A=(); a \"${A[@]}\" b", "[a][b];" },
	{ "A=(x $1); a \"${A[@]}\"", "[a][x][~${1}?a];" },
	{ "A=([k]=x); a \"${A[@]}\"", "[a][~${[key]=}?x];" },
	{ "A[0]=x; A[1]=y; a \"${A[@]}\"", "[a][x][y];" },
	{ "declare -a A=(x y); a \"${A[@]}\"", "[declare][-a];[a][x][y];" },
	{ "a \"${B[@]}\"", "[a][~${B}?e];" },
	/* command output, and the commands in it */
	{ "a $(b c) \"$(d \"$(e)\")\" x",
	  "[b][c];[e];[d][${$(e ...)}?o];[a][~${$(b ...)}?o][${$(d ...)}?o][x];" },
	{ "A=`b \\`c\\``; a \"$A\"", "[c];[b][~${$(c ...)}?o];[a][${$(b ...)}?o];" },
	{ "a <(b) >(c)", "[b];[c];[a][${<(b ...)}?o][${>(c ...)}?o];" },
	{ "a $((1 + (2))) b", "[a][~${$((...))}?x][b];" },
	{ "a $(case x in x) b;; esac)", "[b];[a][~${$(case ...)}?o];" },
	{ "A=x; B=$(A=y; b $A); a $A", "[b][y];[a][x];" },
	/* read and loops */
	{ "while IFS=';' read -r u p; do a $u \"$p\"; done <f",
	  "[read][-r][u][p];[a][~${u}?r][${p}?r];" },
	{ "read -p 'x y' u; a \"$u\"", "[read][-p][x y][u];[a][${u}?r];" },
	{ "for u in x y; do a \"$u\"; done", "[a][${u}?l];" },
	{ "for ((i=0;i<3;i++)); do a; done; b", "[a];[b];" },
	{ "X=; for f in p q; do X=\"$X --f $f\"; done; a $X", "[a][~${X}?l];" },
	{ "D=1; while b; do a $D; D=2; done", "[b];[a][~${D}?l];" },
	{ "while b; do D=1; a $D; done; a $D", "[b];[a][1];[a][~${D}?l];" },
	{ "until a; do b; done; c", "[a];[b];[c];" },
	{ "A=x; while b; do a $A; done; a $A", "[b];[a][x];[a][x];" },
	{ "getopts ab o; a $o$OPTARG", "[getopts][ab][o];[a][~${o}${OPTARG}?r];" },
	/* branches */
	{ "if a; then H=x; b $H; else H=y; fi; c $H", "[a];[b][x];[c][~${H}?b];" },
	{ "H=x; if a; then H=x; fi; c $H", "[a];[c][x];" },
	{ "H=x; a && H=y; c $H", "[a]&&[c][~${H}?b];" },
	{ "if ! a; then b; elif c; then d; else e; fi", "[a];[b];[c];[d];[e];" },
	{ "case $1 in x|y) a;; (z) b;& *) c; esac; d", "[a];[b];[c];[d];" },
	{ "[[ a && b > c ]] && d", "[d];" },
	{ "((x++)); a", "[a];" },
	{ "( A=x; a $A ); a \"$A\"", "[a][x];[a][${A}?e];" },
	{ "A=x; { A=y; }; a $A; { A=z; } | b; a $A", "[a][y];[b];[a][y];" },
	{ "if a; then\n\tb\nfi >x 2>&1\nc", "[a];[b];[c];" },
	{ "echo done; echo if", "[echo][done];[echo][if];" },
	/* functions are followed where they are called */
	{ "f() { a \"$1\" $2; }; f x 'y z'; f", "[f][x][y z];[a][x][y][z];[f];[a][];" },
	{ "function f { a \"$@\"; }\nf x y", "[f][x][y];[a][x][y];" },
	{ "f() { local A=y; a $A; }; A=x; f; a $A", "[f];[local];[a][y];[a][x];" },
	{ "f() { A=y; }; A=x; f; a $A", "[f];[a][y];" },
	{ "f() { a $A; }; A=x; f", "[f];[a][x];" },
	{ "f() { shift; a \"$@\"; }; f x y z", "[f][x][y][z];[shift];[a][y][z];" },
	{ "f() { f; }; f; b",
	  "[f];[f];[f];[f];[f];[f];[f];[f];[f];[f];[f];[f];[f];[b];" },
	{ "f() { a \"$1\" $A$B; }; A=x; B=y; B=z", "[a][${1}?a][x${B}?b];" },
	{ "while r; do f; a $A; A=x; done\nf() { A=y; }", "[r];[f];[a][~${A}?l];" },
	{ "f() { A=y; }; A=x; while r; do a $A; f; done", "[r];[a][~${A}?l];[f];" },
	{ "set -- x y; a \"$@\" $1", "[set][--][x][y];[a][x][y][x];" },
	/* strings that are commands */
	{ "A=x; eval \"a $A 'b c'\"", "[eval][a x 'b c'];[a][x][b c];" },
	{ "A=x; bash -c 'a $A \"b c\"'", "[bash][-c][a $A \"b c\"];[a][~${A}?e][b c];" },
	{ "A=x; . ./conf; a $A", "[.][./conf];[a][=x];" },
	/* passwords */
	{ "P=geheim; a --password1 $P --password2='geheim' --passfile1 p",
	  "[a][--password1][!][!--password2=][--passfile1][p];" },
	{ "a -passw geheim --PASSWORD1 \"$x geheim\" b",
	  "[a][-passw][!][--PASSWORD1][!?e][b];" },
	{ "env IMAPSYNC_PASSWORD1=geheim a --oauthaccesstoken1 geheim",
	  "[env][!IMAPSYNC_PASSWORD1=][a][--oauthaccesstoken1][!];" },
	{ "a --noauthmd5 b --showpasswords c Password=d --f1f2 Passwords=x",
	  "[a][--noauthmd5][b][--showpasswords][c][Password=d][--f1f2][Passwords=x];" },
	{ "IMAPSYNC_PASSWORD1=geheim a", "[a];" },
	{ "", "" },
	{ "#!/bin/sh\n# only a comment", "" },
};

static void reads_commands_as_a_shell_does(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (!mover_shell_read("s", span_str(cases[i].script), show, &out, &err))
			fail_msg("%zu: %s: %s", i, cases[i].script, err.text);
		if (strcmp(strbuf_cstr(&out), cases[i].commands) != 0)
			fail_msg("%zu: %s\ngives %s\nnot   %s", i, cases[i].script,
				 strbuf_cstr(&out), cases[i].commands);
		assert_null(strstr(strbuf_cstr(&out), "geheim"));
		strbuf_done(&out);
	}
}

static const struct {
	const char *script, *error;
} bad[] = {
	{ "a\n b 'c", "s:2:4: the quote ' that opens here is never closed" },
	{ "a \"c", "s:1:3: the quote \" that opens here is never closed" },
	{ "a $'c\\'", "s:1:3: the quote $' that opens here is never closed" },
	{ "a `c", "s:1:3: the quote ` that opens here is never closed" },
	{ "a $(c", "a ( is not closed before this" },
	{ "a ${c", "s:1:3: the ${ that opens here is never closed" },
	{ "a ${}", "s:1:3: no name stands after this ${" },
	{ "a $((c)", "that opens here is never closed" },
	{ "A=(b", "the list of an array is not closed here" },
	{ "( a", "a ( is not closed before this" },
	{ "{ a", "a { is not closed before this" },
	{ "a; }", "this closes nothing that is open" },
	{ "a )", "this closes nothing that is open" },
	{ "fi", "this closes nothing that is open" },
	{ "if a; then b", "an if without its fi" },
	{ "if a; b; fi", "an if without its then" },
	{ "while a; b; done", "a loop without its do" },
	{ "while a; do b", "a loop without its done" },
	{ "for u in a; b", "a loop without its do" },
	{ "for 1 in a; do b; done", "a for without the name" },
	{ "case a b) c;; esac", "a case without its in" },
	{ "case a in b c;; esac", "a pattern of a case without its )" },
	{ "case a in b) c", "a case without its esac" },
	{ "[[ a", "a [[ without its ]]" },
	{ "f() b", "a function without a body" },
	{ "a >", "this redirection names no file" },
	{ "((a)", "that opens here is never closed" },
};

static void names_line_and_column_of_what_no_shell_reads(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct strbuf out = STRBUF_INIT;
		struct err err = ERR_INIT;

		if (mover_shell_read("s", span_str(bad[i].script), show, &out, &err))
			fail_msg("%zu: %s is taken: %s", i, bad[i].script,
				 strbuf_cstr(&out));
		assert_int_equal(err.cls, ERR_CONFIG);
		if (strstr(err.text, bad[i].error) == NULL)
			fail_msg("%zu: %s: %s", i, bad[i].script, err.text);
		strbuf_done(&out);
	}
}

static void refuse(const char *script, size_t n, const char *error)
{
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	if (mover_shell_read("s", (struct span){ script, n }, show, &out, &err))
		fail_msg("%.40s is taken", script);
	if (strstr(err.text, error) == NULL)
		fail_msg("%.40s: %s", script, err.text);
	strbuf_done(&out);
}

static void a_script_that_explodes_is_an_error(void **state)
{
	struct strbuf s = STRBUF_INIT;

	(void)state;
	/* a word that doubles */
	strbuf_adds(&s, "A=aaaaaaaa\n");
	for (int i = 0; i < 40; i++)
		strbuf_adds(&s, "A=$A$A\n");
	refuse(s.p, s.n, "s:15:3: a word is longer than 65536 octets");
	strbuf_clear(&s);
	/* an array that doubles */
	strbuf_adds(&s, "A=(a b)\n");
	for (int i = 0; i < 40; i++)
		strbuf_adds(&s, "A+=(\"${A[@]}\")\n");
	refuse(s.p, s.n, "more than 4096 words");
	strbuf_clear(&s);
	/* functions that call each other twice */
	strbuf_adds(&s, "f0() { x; }\n");
	for (int i = 1; i < 12; i++)
		strbuf_addf(&s, "f%d() { f%d;f%d;f%d;f%d;f%d;f%d;f%d;f%d; }\n", i, i - 1,
			    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	strbuf_adds(&s, "f11\n");
	refuse(s.p, s.n, "the script grows over 16 MiB");
	strbuf_clear(&s);
	/* many that are open inside each other */
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&s, "$(");
	refuse(s.p, s.n, "more than 64 things are open");
	strbuf_clear(&s);
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&s, "${a:-");
	refuse(s.p, s.n, "more than 64 things are open");
	strbuf_clear(&s);
	for (int i = 0; i < 5000; i++)
		strbuf_adds(&s, "while ");
	refuse(s.p, s.n, "more than 64 things are open");
	strbuf_clear(&s);
	for (int i = 0; i < 5000; i++)
		strbuf_addf(&s, "V%d=x\n", i);
	refuse(s.p, s.n, "more than 4096 variables");
	strbuf_clear(&s);
	strbuf_adds(&s, "eval eval");
	for (int i = 0; i < 100; i++)
		strbuf_adds(&s, " eval");
	refuse(s.p, s.n, "more than 64 things are open");
	strbuf_done(&s);
	refuse("a\0b", 3, "is no script: it holds a NUL");
}

static bool places(void *ctx, const struct mover_command *cmd, struct err *err)
{
	struct strbuf *out = ctx;

	(void)err;
	strbuf_addf(out, "%s%s%s%s%s%u:", cmd->loop ? "L" : "", cmd->branch ? "B" : "",
		    cmd->condition ? "C" : "", cmd->negated ? "!" : "",
		    cmd->called > 0 ? "F" : "", cmd->called);
	for (size_t i = 0; i < cmd->n; i++)
		strbuf_addf(out, " %u.%u", cmd->word[i].line, cmd->word[i].column);
	strbuf_adds(out, "\n");
	return true;
}

static void tells_where_a_command_stands(void **state)
{
	static const char script[] = "f() {\n"
				     "\timapsync --host1 \\\n"
				     "\t  \"$1\"\n"
				     "}\n"
				     "if ! a; then b; fi\n"
				     "while c; do d && e; done\n"
				     "f x\n"
				     "X=$(g 'h\n"
				     "i' j)\n";
	struct strbuf out = STRBUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(mover_shell_read("s", span_str(script), places, &out, &err));
	assert_string_equal(strbuf_cstr(&out), "C!0: 5.6\n"
					       "B0: 5.14\n"
					       "LC0: 6.7\n"
					       "LBC0: 6.13\n"
					       "LB0: 6.18\n"
					       "0: 7.1 7.3\n"
					       "F7: 2.2 2.11 3.4\n"
					       "0: 8.5 8.7 9.4\n");
	strbuf_done(&out);
}

static bool stop(void *ctx, const struct mover_command *cmd, struct err *err)
{
	int *left = ctx;

	(void)cmd;
	return --*left > 0 || err_set(err, ERR_STOPPED, "enough");
}

static void the_caller_can_stop(void **state)
{
	struct err err = ERR_INIT;
	int left = 2;

	(void)state;
	assert_false(mover_shell_read("s", SPAN_LIT("a; b; c"), stop, &left, &err));
	assert_int_equal(err.cls, ERR_STOPPED);
	assert_int_equal(left, 0);
}

/* ---- all of a script, its mistakes too ---- */

static void tell(void *ctx, unsigned line, unsigned column, const char *text)
{
	assert_true(*text != '\0');
	strbuf_addf(ctx, "!%u:%u;", line, column);
}

static void look_at_status(void *ctx)
{
	strbuf_adds(ctx, "?;");
}

static bool document(void *ctx, struct span text, unsigned line, struct err *err)
{
	(void)err;
	strbuf_addf(ctx, "<%u %.*s>;", line, (int)text.n, text.p);
	return true;
}

static const struct {
	const char *script, *commands;
} walks[] = {
	{ "a; b 'c\nd", "[a];[b];!1:6;[d];" },
	{ "while a; do b; c 'd\ndone\ne", "!1:18;[a];[b];[c];[e];" },
	{ "f() { a\nb \"c\n}\nd", "!2:3;[a];[b];[d];" },
	{ "fi; a; done; b", "!1:3;[a];[b];" },
	{ "if a; then b", "[a];[b];!1:13;" },
	{ "a; rc=$?; b $? \"${PIPESTATUS[0]}\"",
	  "[a];?;?;?;[b][~${?}?x][${PIPESTATUS}?e];" },
	{ "cat <<X\n$y z\nX\na", "[cat];<2 $y z\n>;[a];" },
	{ "sh <<X\na b\nX\nc", "[sh];[a][b];[c];" },
	{ "A=x; ssh h <<X\na $A\nX\nssh h <<'X'\na $A\nX",
	  "[ssh][h];[a][x];[ssh][h];[a][~${A}?e];" },
	{ "ssh -p 1 h 'a; b' c", "[ssh][-p][1][h][a; b][c];[a];[b];" },
	{ "ssh h a b", "[ssh][h][a][b];" },
	{ "xargs -I{} sh -c 'a {}; b'", "[xargs][-I{}][sh][-c][a {}; b];[a][{}];[b];" },
	{ "echo 'imapsync --x' | sh", "[echo][imapsync --x]|[imapsync][--x];[sh];" },
	{ "echo 'imapsync --x'", "[echo][imapsync --x];" },
	{ "echo \"it's imapsync --x\" >>f", "[echo][it's imapsync --x];" },
	{ "time a; ! b", "[a];[b];" },
};

static void goes_on_behind_mistakes(void **state)
{
	size_t wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(walks); i++) {
		struct strbuf out = STRBUF_INIT;
		const struct mover_reader reader = { .command = show,
						     .broken = tell,
						     .status = look_at_status,
						     .document = document,
						     .ctx = &out };
		struct err err = ERR_INIT;

		if (!mover_shell_walk("x", span_str(walks[i].script), &reader, &err))
			fail_msg("%zu: %s", i, err.text);
		if (strcmp(strbuf_cstr(&out), walks[i].commands) != 0) {
			wrong++;
			print_error("%zu: %s\ngives %s\nnot   %s\n", i, walks[i].script,
				    strbuf_cstr(&out), walks[i].commands);
		}
		strbuf_done(&out);
	}
	assert_int_equal(wrong, 0);
}

static void ends_after_too_many_mistakes(void **state)
{
	struct strbuf text = STRBUF_INIT, out = STRBUF_INIT;
	const struct mover_reader reader = { .command = show,
					     .broken = tell,
					     .ctx = &out };
	struct err err = ERR_INIT;

	(void)state;
	for (int i = 0; i < 1000; i++)
		strbuf_adds(&text, "for\n");
	assert_false(mover_shell_walk("x", strbuf_span(&text), &reader, &err));
	assert_int_equal(err.cls, ERR_LIMIT);
	strbuf_done(&text);
	strbuf_done(&out);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_commands_as_a_shell_does),
		cmocka_unit_test(names_line_and_column_of_what_no_shell_reads),
		cmocka_unit_test(a_script_that_explodes_is_an_error),
		cmocka_unit_test(tells_where_a_command_stands),
		cmocka_unit_test(the_caller_can_stop),
		cmocka_unit_test(goes_on_behind_mistakes),
		cmocka_unit_test(ends_after_too_many_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
