/* SPDX-License-Identifier: MIT */
#ifndef LOGS_LOGS_FILE_H
#define LOGS_LOGS_FILE_H
/*
 * The octets of one log: plain, or packed by gzip, bzip2, xz, zstd or lz4, told by its
 * first octets whatever its name says; several members one after the other are one file.  They
 * come in pieces of whole lines.  UTF-16 becomes UTF-8.
 *
 * A reader belongs to one thread at a time.  Memory is LOGS_PIECE and what the packing
 * needs (xz: as much as its dictionary, at most 64 MiB more).
 */
#include "base/err.h"
#include "base/span.h"
#include "logs/logs_line.h"
#include "logs/logs_year.h"

#define LOGS_PIECE (1u << 18) /* octets of a piece, at most */

enum logs_packing { LOGS_PLAIN, LOGS_GZIP, LOGS_BZIP2, LOGS_XZ, LOGS_ZSTD, LOGS_LZ4 };
const char *logs_packing_name(enum logs_packing p); /* "plain", "gzip", ... */
const char *logs_versions(void); /* "libarchive 3.6.2", as it is loaded.  Static. */

struct logs_file;
/* path "-" is standard input.  ERR_LOCAL.  A directory is an error. */
bool logs_file_open(const char *path, struct logs_file **out, struct err *err) MUST_CHECK;
/* May it be opened more than once?  A pipe gives what it has to who comes first. */
bool logs_file_again(const char *path);
void logs_file_close(struct logs_file *f); /* NULL is fine */

struct logs_file_facts {
	enum logs_packing packing;
	bool utf16;
	bool regular;	    /* size and mtime are those of a file */
	int64_t size;	    /* octets on disk; -1 */
	int64_t mtime;	    /* of what was packed, where gzip tells it */
	int64_t bound;	    /* no line is younger: mtime, a date in the name, or now */
	struct span header; /* its first "#Fields:" line; "" */
	/* Plain files: of the first line without a year; 0: not known before reading. */
	int year;
};
/* Known after open.  zone is needed for the year. */
void logs_file_facts(struct logs_file *f, const struct logs_zone *zone, int64_t now,
		     struct logs_file_facts *out);

enum logs_next { LOGS_LINES, LOGS_END, LOGS_FAIL };
struct logs_piece {
	char *p;  /* LOGS_PIECE octets of the caller's; lines end in LF, but perhaps the
		     last */
	size_t n; /* octets that were read */
	bool unfinished; /* the last line of the file has no end */
};
/*
 * The next lines.  A line over LOGS_LINE_MAX comes with its first LOGS_LINE_MAX + 1
 * octets.  LOGS_FAIL: I/O, or the packed data are damaged or cut; what could be unpacked
 * came before (ERR_LOCAL, with the octet).
 */
enum logs_next logs_file_read(struct logs_file *f, struct logs_piece *piece,
			      struct err *err) MUST_CHECK;
/* Octets read from disk so far, and unpacked. */
int64_t logs_file_octets_in(const struct logs_file *f);
int64_t logs_file_octets_out(const struct logs_file *f);
/* Octets behind the packed data that are none; known at the end. */
int64_t logs_file_garbage(const struct logs_file *f);

#endif
