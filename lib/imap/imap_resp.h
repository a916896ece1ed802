/* SPDX-License-Identifier: MIT */
#ifndef IMAP_IMAP_RESP_H
#define IMAP_IMAP_RESP_H
/* What kind of response it is, and the response codes (RFC 3501 section 7.1, RFC 5530,
 * RFC 7162) that matter to a reader. */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"

enum imap_resp_kind {
	IMAP_RESP_TAGGED,    /* tag OK/NO/BAD */
	IMAP_RESP_STATUS_OK, /* "* OK", with perhaps a code */
	IMAP_RESP_STATUS_NO,
	IMAP_RESP_STATUS_BAD,
	IMAP_RESP_BYE,
	IMAP_RESP_PREAUTH,
	IMAP_RESP_CONTINUE, /* "+ ..." */
	IMAP_RESP_CAPABILITY,
	IMAP_RESP_LIST, /* also LSUB and XLIST: the keyword is in word */
	IMAP_RESP_STATUS,
	IMAP_RESP_SEARCH,
	IMAP_RESP_ESEARCH,
	IMAP_RESP_FLAGS,
	IMAP_RESP_NAMESPACE,
	IMAP_RESP_MYRIGHTS,
	IMAP_RESP_ACL,
	IMAP_RESP_QUOTA,
	IMAP_RESP_QUOTAROOT,
	IMAP_RESP_ID,
	IMAP_RESP_EXISTS, /* number set */
	IMAP_RESP_RECENT,
	IMAP_RESP_EXPUNGE, /* number set */
	IMAP_RESP_VANISHED,
	IMAP_RESP_FETCH, /* number set */
	IMAP_RESP_OTHER, /* untagged data we do not know: ignored, counted */
};

enum imap_status { IMAP_OK, IMAP_NO, IMAP_BAD };

struct imap_resp {
	enum imap_resp_kind kind;
	struct span tag;	 /* tagged only */
	enum imap_status status; /* tagged only */
	struct span word;	 /* the keyword as sent, for untagged data */
	uint32_t number;	 /* EXISTS, RECENT, EXPUNGE, FETCH */
	struct span code; /* inside [ ]: "UIDVALIDITY 1795444660"; empty when none */
	struct span text; /* what follows the keyword, or the human-readable text after a
			     code */
};

/* Split one response of the reader.  Everything borrows from resp.  ERR_PROTO on anything
 * outside the grammar. */
bool imap_resp_parse(struct span resp, struct imap_resp *out, struct err *err) MUST_CHECK;

/* The parenthesised list of a NAMESPACE response (RFC 2342): the first personal namespace
 * only. */
struct imap_namespace {
	const char *prefix; /* wire form; "" */
	char delim;	    /* '\0': NIL */
	bool present;	    /* false: personal is NIL (an admin on Cyrus) */
	/* prefixes of the other two groups, at most 16 kept */
	size_t foreign_n;
	const char *foreign[16];
	/* One of them is empty (Cyrus, for shared): whatever lies below no other prefix
	 * is not the user's.  Not believed of a server that tells several personal
	 * prefixes, of which only the first is kept, or an empty one. */
	bool foreign_root;
};
bool imap_namespace_parse(struct span text, struct arena *arena,
			  struct imap_namespace *out, struct err *err) MUST_CHECK;

/*
 * MYRIGHTS (RFC 4314 section 3.8): the letters of the rights on a mailbox, in arena.
 * ERR_PROTO also for more than IMAP_RIGHTS_MAX of them, or one that is no letter or
 * digit.
 */
#define IMAP_RIGHTS_MAX 64
bool imap_myrights_parse(struct span text, struct arena *arena, const char **rights_out,
			 struct err *err) MUST_CHECK;

#endif
