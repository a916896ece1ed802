/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_HISTORY_H
#define STORE_STORE_HISTORY_H
/*
 * What an account held at other times.  Rows of `message` stay when a message goes, and
 * so do those of a folder that goes or gets another UIDVALIDITY; message_change tells
 * what they were before.
 */
#include "model/message.h"
#include "model/side.h"
#include "store/store.h"
#include "store/store_withdrawn.h"

/* One copy that the account held from first_run on. */
struct copy {
	struct msg_key key;
	uint8_t tier;
	int64_t octets, date; /* -1, MSG_DATE_UNKNOWN */
	int64_t first_run;
	int64_t gone_run; /* run that no longer saw it; INT64_MAX: it is there */
	int64_t epoch, folder_id;
	uint32_t uid;
	const char *folder; /* decoded name, borrowed until the next call */
	char delim;	    /* '\\0': none */
	unsigned attrs;	    /* FOLDER_* */
};

/*
 * Every copy in account, on either side, whose key is that of a leftover of that side of
 * transfer, and that was not gone by run since.  Ordered by tier, key, then those that
 * went last first.
 */
struct store_history;
bool store_history_open(struct store *st, int64_t transfer, enum side leftovers_of,
			int64_t account, int64_t since, struct store_history **out,
			struct err *err) MUST_CHECK;
/* The same of what was withdrawn; its account may be another one. */
bool store_history_withdrawn(struct store *st, const struct withdrawn_choice *c,
			     int64_t account, int64_t since, struct store_history **out,
			     struct err *err) MUST_CHECK;
enum next store_history_next(struct store_history *it, struct copy *out,
			     struct err *err) MUST_CHECK;
void store_history_close(struct store_history *it);

/* Private to lib/store: take the facts that a change holds (message_change.before);
 * false: it has another form. */
bool history_facts(const void *p, size_t n, struct message *m) MUST_CHECK;

/* The facts of a message as they were when run had ended; m holds those of now, and was
 * there then.  They stay those of now where its UID stood for another message. */
bool store_message_as_of(struct store *st, int64_t epoch, int64_t run, struct message *m,
			 struct err *err) MUST_CHECK;

#endif
