/* SPDX-License-Identifier: MIT */
#ifndef CLI_STOP_H
#define CLI_STOP_H
/*
 * Signals.  INT, TERM and HUP are blocked in every thread and taken by one that waits for
 * them: the first wakes all connections, so that the run commits and ends; the second
 * leaves at once.
 */
#include "base/err.h"

struct net_wake;

/* Before any other thread starts.  Also ignores SIGPIPE, and keeps this process out of
 * core dumps and debuggers, for it holds passwords. */
bool stop_open(struct net_wake *wake, struct err *err) MUST_CHECK;
bool stop_asked(void);
int stop_exit_code(void); /* EXIT_INTERRUPTED, or EXIT_TERMINATED after TERM and HUP */

/* For posix_spawn: the child shall not inherit what is blocked or ignored here. */
void stop_child_signals(void *spawn_attr);

#endif
