/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_SHARED_H
#define STORE_STORE_SHARED_H
/* Folders of shared namespaces: each account lists those that it may see, and they are
 * read with the account that owns them, if there is one. */
#include "base/arena.h"
#include "model/side.h"
#include "store/store.h"

/*
 * Shared folders that are listed on this side, each name once and in their order, of
 * which no part is a login of the side (or what stands before its '@'), and which no
 * account of a tree has (struct account): nobody reads them.  In arena.
 */
bool store_shared_unread(struct store *st, enum side side, struct arena *arena,
			 const char ***out, size_t *n_out, struct err *err) MUST_CHECK;

#endif
