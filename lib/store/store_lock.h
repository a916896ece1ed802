/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_LOCK_H
#define STORE_STORE_LOCK_H
/* One writing command at a time: an OFD lock on mailmuster.lock beside the database;
 * readers are free. */
#include "base/err.h"

struct store_lock;
/* ERR_LOCKED names pid, host and start time of the holder; a file left by a dead process
 * is no obstacle. */
bool store_lock_take(const char *path, struct store_lock **out,
		     struct err *err) MUST_CHECK;
void store_lock_free(struct store_lock *lock);

#endif
