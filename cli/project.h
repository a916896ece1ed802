/* SPDX-License-Identifier: MIT */
#ifndef CLI_PROJECT_H
#define CLI_PROJECT_H
/* One project is one directory: mailmuster.json, accounts.csv, mailmuster.db. */
#include "cli/config.h"
#include "cli/globals.h"
#include "store/store.h"
#include "store/store_lock.h"

#define STORE_NAME    "mailmuster.db"
#define LOCK_NAME     "mailmuster.lock"
#define ACCOUNTS_NAME "accounts.csv"

enum project_use {
	PROJECT_FILES, /* the config only: the store stays closed */
	PROJECT_READ,
	PROJECT_WRITE, /* takes the lock */
};

struct project {
	char *dir; /* "." or as found; never ends in a slash unless it is the root */
	struct config config;
	struct store *store;	 /* NULL with PROJECT_FILES */
	struct store_lock *lock; /* with PROJECT_WRITE */
};

/* -C, or the current folder or its nearest parent that holds a mailmuster.json.
 * ERR_NO_PROJECT when there is none. */
bool project_open(const struct globals *g, enum project_use use, struct project *out,
		  struct err *err) MUST_CHECK;
void project_close(struct project *p); /* also after a failure */
char *project_path(const struct project *p,
		   const char *name) MUST_CHECK; /* malloc; of a file in it */
bool project_one_sided(const struct project *p);
/* Warn of each of these servers that is spoken to in clear text.  Once a
 * command. */
void project_warn_clear(const struct globals *g, const struct project *p,
			const bool sides[SIDE_COUNT]);
/* Does a run's scope (cli/scope.c) say that it read this side from the server that the
 * config names now? */
bool project_names_server(const struct project *p, enum side side, const char *scope);
/* Who runs this, for the ledger: the login name; static. */
const char *project_operator(void);

#endif
