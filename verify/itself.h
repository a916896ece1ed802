/* SPDX-License-Identifier: MIT */
#ifndef VERIFY_ITSELF_H
#define VERIFY_ITSELF_H
/*
 * Whether an account was compared with itself: both sides were read from one server,
 * under one name, or because the old name leads to the new server by now.  What counts is
 * who answered when the sides were read, not what the config says today.
 *
 * Under one name it may also be the old server as it was and what took its place.  Of
 * these three, two have to tell them apart: another key; that nobody had read the new
 * side there when the old one was read; a cutover that was recorded between the readings.
 */
#include "model/account.h"
#include "store/store_folder.h"

struct itself;
/* Borrows st. */
bool itself_open(struct store *st, struct itself **out, struct err *err) MUST_CHECK;
/* Why the readings of the two sides say nothing of one another, in sentences; NULL: what
 * is known does not speak against them.  In arena. */
bool itself_judge(struct itself *x, const struct transfer *t,
		  const struct account_view *old, const struct account_view *new,
		  struct arena *arena, const char **why_out, struct err *err) MUST_CHECK;
void itself_close(struct itself *x);

#endif
