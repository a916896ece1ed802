/* SPDX-License-Identifier: MIT */
#ifndef TESTS_SUPPORT_PEER_H
#define TESTS_SUPPORT_PEER_H
/* A running tests/support/scripted-imap. */
#include <sys/types.h>

struct peer {
	pid_t pid;
	unsigned port;
	char ca[512]; /* "" without TLS */
	char pin[128];
};

/*
 * Start it with these arguments, separated by single blanks ("" for none), and wait until
 * it listens.  Fails the running test when it does not.
 */
void peer_start(struct peer *p, const char *args);
void peer_stop(struct peer *p);

#endif
