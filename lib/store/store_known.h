/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_KNOWN_H
#define STORE_STORE_KNOWN_H
/* Private to lib/store: what is known of the folders of a listing. */
#include "store/store_folder.h"

/* Fill in known of each folder, whose id is set. */
bool known_fill(struct store *st, struct account_listing *l, struct err *err) MUST_CHECK;

#endif
