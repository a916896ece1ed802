/* SPDX-License-Identifier: MIT */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H
/*
 * report/: tell.  Every writer reads the store in one read transaction, so that two
 * numbers for one thing cannot differ. Output goes through report_sink in pieces: a list
 * of any length needs no memory.  Time comes from the runs: the same store gives the same
 * octets.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "model/outlook.h"
#include "model/side.h"
#include "store/store.h"

struct report_sink {
	void *ctx;
	bool (*write)(void *ctx, struct span piece, struct err *err);
};

/* What IMAP does not show of a kind of server (DESIGN section 5): never clean, not
 * examined. */
struct report_unseen {
	enum side side;
	const char *text, *source; /* a sentence, and who says so */
};

struct report_options {
	const char *project;	  /* its name */
	const int64_t *transfers; /* NULL: all that are listed */
	size_t transfer_n;
	int64_t since; /* run: tell only findings that it had not made; 0: all */
	size_t width;  /* columns of the terminal, 0: do not cut */
	bool color;
	bool one_sided;
	bool clear_old, clear_new; /* clear-text login is configured: reports say so */
	const struct report_unseen *unseen;
	size_t unseen_n;
	/* Reports with a history compare with this verification, or the last one before
	 * it; 0: with one of a week ago. */
	int64_t before;
	/* Names of accounts, persons and folders are replaced by short ids. */
	bool redact;
	/* Nobody recorded that somebody looks: senders and subjects are left out. */
	bool withhold;
	/* What was read before this moment is too old to be relied on; 0: any age will
	 * do. */
	int64_t stale;
};

/* The verification: JSON document (schema "mailmuster/report/1", docs/json.md), CSV of
 * findings, text for people. */
bool report_json(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err) MUST_CHECK;
bool report_csv(struct store *st, const struct report_options *o,
		const struct report_sink *sink, struct err *err) MUST_CHECK;
bool report_text(struct store *st, const struct report_options *o,
		 const struct report_sink *sink, struct err *err) MUST_CHECK;

/* The same for management and whoever comes after, as one self-contained HTML file
 * (report_html.h).  look NULL: the other stages were not asked. */
bool report_html(struct store *st, const struct report_options *o,
		 const struct outlook *look, const struct report_sink *sink,
		 struct err *err) MUST_CHECK;

/* For the owner of one account, which is the only one in options: what of theirs is at
 * risk, by subject and sender where these were looked up.  Whoever calls records it. */
bool report_html_account(struct store *st, const struct report_options *o,
			 const struct report_sink *sink, struct err *err) MUST_CHECK;

/*
 * The same as a workbook (report_xlsx.h), written to path, which is there then whether
 * whole or not; folder: where the library may put its temporary files.  rows: of the list
 * of findings at most; 0: all.
 */
bool report_xlsx(struct store *st, const struct report_options *o,
		 const struct outlook *look, const char *path, const char *folder,
		 int64_t rows, struct err *err) MUST_CHECK;

/* "libxlsxwriter 1.1.4", as it is loaded.  Static. */
const char *report_versions(void);

/* The summary that `mailmuster verify` prints: under 60 lines whatever was found; and its
 * JSON ("mailmuster/verify/1"). */
bool report_verify_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err) MUST_CHECK;
bool report_verify_json(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err) MUST_CHECK;

/* The name of the transfer to look at first, which is what report_verify_text says; NULL
 * when nothing is worse than info. */
bool report_first(struct store *st, const struct report_options *o, struct arena *arena,
		  const char **out, struct err *err) MUST_CHECK;

/* Everything known about one transfer in plain words: what happened and what to do
 * (`mailmuster explain`). */
bool report_explain(struct store *st, int64_t transfer, const struct report_options *o,
		    const struct report_sink *sink, struct err *err) MUST_CHECK;
/* One finding wholly, by the first digits of its fingerprint (text, or JSON
 * "mailmuster/finding/1").  ERR_CONFIG when none or several have them. */
bool report_finding(struct store *st, const char *digits, const struct report_options *o,
		    bool json, const struct report_sink *sink,
		    struct err *err) MUST_CHECK;
/* What arrived on the new side only since the seal, for the night when mail goes back to
 * the old one (text, or JSON "mailmuster/rollback/1"). */
bool report_rollback(struct store *st, const struct report_options *o, bool json,
		     const struct report_sink *sink, struct err *err) MUST_CHECK;
/* What is known, what is not (`mailmuster status`); the next command is cli's to add. */
bool report_status_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err) MUST_CHECK;
bool report_status_json(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err) MUST_CHECK;
/* After `audit --depth counts`: per-folder message counts of both sides side by side (old
 * as is, new as is). */
bool report_counts_text(struct store *st, const struct report_options *o,
			const struct report_sink *sink, struct err *err) MUST_CHECK;

#endif
