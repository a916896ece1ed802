/* SPDX-License-Identifier: MIT */
#ifndef CLI_CHECKLISTS_H
#define CLI_CHECKLISTS_H
/* Checklists for the commands: the built-in ones and the project's, with what is known.
 */
#include "base/strbuf.h"
#include "checklists/judge.h"
#include "cli/project.h"

#define CHECKLISTS_DIR	 "checklists" /* of a project: *.json, in the order of names */
#define CHECKLISTS_FIRST "premigration"

struct checklists_seen {
	struct checklists lists;
	struct evidence evidence;
	struct item_said *words;
	size_t word_n;
	struct list_view *view; /* as in lists; NULL after checklists_blank */
	int64_t service;	/* 0: not known yet */
	struct arena arena;
};

/* The lists alone.  p may be NULL: those that are built in. */
bool checklists_blank(const struct project *p, struct checklists_seen *out,
		      struct err *err) MUST_CHECK;
/* Lists, evidence, words and states. */
bool checklists_see(const struct project *p, struct checklists_seen *out,
		    struct err *err) MUST_CHECK;
/* The same, and what was done once stays done, however old its evidence is. */
bool checklists_see_any_age(const struct project *p, struct checklists_seen *out,
			    struct err *err) MUST_CHECK;
void checklists_forget(struct checklists_seen *c); /* also after a failure */
/* "2026-12-12" of the last day on which it is not yet late; "" without a date. */
const char *checklists_by(const struct item_view *v, struct arena *arena);
/* The list that holds this item. */
const struct checklist *checklists_of(const struct checklists_seen *c,
				      const struct item_view *v);

/* What status says when there is a service date: what is due next, and how much more. */
struct checklists_next {
	const char *item; /* "premigration:6"; NULL: everything is done */
	const char *text, *due, *state;
	bool begun, late;
	size_t more;
};
/* Strings live in arena. */
bool checklists_next(const struct project *p, struct arena *arena,
		     struct checklists_next *out, struct err *err) MUST_CHECK;

/* ---- writing; which: index of a list ---- */

/* For a terminal, or paper: with lines to sign on. */
void checklists_show(const struct checklists_seen *c, size_t which, size_t width,
		     struct strbuf *out);
void checklists_print(const struct checklists_seen *c, size_t which, struct strbuf *out);
void checklists_markdown(const struct checklists_seen *c, size_t which,
			 struct strbuf *out);
void checklists_csv(const struct checklists_seen *c, size_t which, struct strbuf *out);
struct json_out;
void checklists_json(const struct checklists_seen *c, size_t which, struct json_out *j);
void checklists_put_item(const struct checklists_seen *c, const struct item_view *v,
			 struct json_out *j);
/* "[x]" of a state. */
const char *checklists_mark(enum item_state s);
/* Text in lines of at most width columns; the first begins where the line of out ends,
 * later ones after indent blanks. */
void checklists_wrap(struct strbuf *out, const char *text, size_t indent, size_t width);

#endif
