/* SPDX-License-Identifier: MIT */
#ifndef BASE_ERR_H
#define BASE_ERR_H
/*
 * The one error idiom.  What can fail returns bool and takes struct err *err last, never
 * NULL. On false, err holds a class, one English line and perhaps a hint; on true it is
 * untouched.
 */
#include "base/base.h"

enum err_class {
	ERR_NONE,
	ERR_USAGE, /* the command line is wrong */
	/* config, account list or another of the user's files is wrong */
	ERR_CONFIG,
	ERR_NO_PROJECT, /* there is no project here */
	ERR_LOCKED,	/* another run holds the project */
	/* this machine: disk full, file not readable, no descriptor left */
	ERR_LOCAL,
	ERR_NET,   /* resolution, connection, time-out, end of stream */
	ERR_TLS,   /* handshake or certificate */
	ERR_LOGIN, /* credential missing, or refused by the server */
	/* the server answered NO, BAD or BYE to something it should have done */
	ERR_SERVER,
	/* the server's octets break the grammar, or leave out what was asked for */
	ERR_PROTO,
	ERR_LIMIT, /* a size from outside is over a named limit */
	/* a person or the system asked us to stop; the state is saved */
	ERR_STOPPED,
	ERR_LEDGER, /* the ledger or the evidence under it was changed */
	ERR_BUG,    /* our own fault */
};
enum { ERR_CLASS_COUNT = ERR_BUG + 1 };

struct err {
	enum err_class cls;
	char text[480]; /* one line, no trailing newline, input in it already escaped */
	/* what to do; "" when there is nothing better to say than text */
	char hint[240];
};

#define ERR_INIT ((struct err){ .cls = ERR_NONE })

/* All three return false, so that detection and report are one line.  Over-long text is
 * cut. */
bool err_set(struct err *err, enum err_class cls, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Put context before the text: "context: text".  Class and hint stay. */
bool err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Set or replace the hint. */
bool err_hint(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* err_set with strerror(errnum) appended after ": ". */
bool err_errno(struct err *err, enum err_class cls, int errnum, const char *fmt, ...)
	PRINTF_LIKE(4, 5);

/* The analyser of clang looks at one source file at a time: this is what it cannot see.
 */
#ifdef __clang_analyzer__
#define err_set(...)   (err_set(__VA_ARGS__), false)
#define err_wrap(...)  (err_wrap(__VA_ARGS__), false)
#define err_hint(...)  (err_hint(__VA_ARGS__), false)
#define err_errno(...) (err_errno(__VA_ARGS__), false)
#endif

/* A short stable word for the class ("login", "network"), for JSON and logs. */
const char *err_class_name(enum err_class cls);

#endif
