/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_TRANSCRIPT_H
#define IMAP_IMAP_TRANSCRIPT_H
/*
 * Writes what passes over a connection in the form that the replay transport of the tests
 * reads: a line each, "C: " from us, "S: " from the server, "S- " when no CRLF followed.
 * Octets that are not printable ASCII, and a backslash that would look like the start of
 * an escape, are written as \xNN.
 */
#include <stdio.h>

#include "base/span.h"
#include "base/strbuf.h"

struct imap_transcript {
	FILE *file;	    /* borrowed; NULL: nothing is written */
	struct strbuf line; /* octets of the server behind its last CRLF */
};

void imap_transcript_init(struct imap_transcript *t, FILE *file);
void imap_transcript_done(
	struct imap_transcript *t); /* writes what is left, flushes; file stays open */
void imap_transcript_sent(
	struct imap_transcript *t,
	struct span line); /* one command line with its tag, without CRLF */
void imap_transcript_got(struct imap_transcript *t,
			 struct span octets); /* as they came in */

#endif
