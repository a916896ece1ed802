/* SPDX-License-Identifier: MIT */
#ifndef MOVER_MOVER_LOG_IN_H
#define MOVER_MOVER_LOG_IN_H
/* Shared by mover_log.c (runs and folders) and mover_log_line.c (what a line says). */
#include "mover/mover_log.h"

/* One line of a log. */
enum log_line {
	LOG_FOREIGN,
	LOG_MALFORMED,
	LOG_STARTED,  /* when */
	LOG_ENDED,    /* when */
	LOG_SERVER,   /* side, host, user */
	LOG_LOOPING,  /* on: folders come */
	LOG_FOLDER,   /* old_name, new_name; "" for what another line says */
	LOG_MESSAGES, /* of the old folder */
	LOG_DUPLICATES,
	LOG_EXCLUDING, /* pattern in text; its folders come on lines, or in names */
	LOG_LISTED,    /* [folder] */
	LOG_BLANK,
	LOG_COPIED,
	LOG_REFUSED,
	LOG_SKIPPED,
	LOG_REMOVED,
	LOG_VERDICT,  /* verdict, missing */
	LOG_DETECTED, /* errors */
	LOG_EXIT,     /* code */
};
struct log_found {
	struct span host, user, old_name, new_name, text;
	uint32_t old_uid, new_uid;
	int64_t octets, when, number;
	enum side side;
	enum mover_refusal refusal;
	enum mover_skip skip;
	enum mover_verdict verdict;
};
/* looping: inside of the folders; the names are those of the folder at hand, which may be
 * "". */
enum log_line log_line_read(struct span line, bool looping, struct span old_name,
			    struct span new_name, struct log_found *out);
/* The next "[name]" of a list in one line; false at the end. */
bool log_list_next(struct span *rest, struct span *name_out);

#endif
