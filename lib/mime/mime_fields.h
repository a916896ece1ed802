/* SPDX-License-Identifier: MIT */
#ifndef MIME_MIME_FIELDS_H
#define MIME_MIME_FIELDS_H
/*
 * What a header block is made of, told without its words: one line of text per field, in
 * order,
 *
 *   Name:OCTETS:HASH
 *
 * Name is the field's as it was sent, cut at MIME_FIELD_NAME_MAX octets; "" for a line
 * that is no field.  OCTETS counts the raw field with its folds and line ends.  HASH is 8
 * hex digits of SHA-256 over the value as identity sees it: unfolded (mime_unfold), each
 * 8-bit octet and NUL munged (mime_munged); of a line that is no field over all of the
 * line.  The text holds at most MIME_FIELDS_MAX octets: what is longer is cut behind a
 * field and ends with the line "...".
 *
 * Two such texts, of the same message on two servers, tell which header made the one
 * longer than the other.
 */
#include "base/arena.h"
#include "base/sha256.h"
#include "base/span.h"
#include "base/strbuf.h"

#define MIME_FIELDS_MAX	    (64u << 10)
#define MIME_FIELD_NAME_MAX 256

/*
 * A header block as it comes, in pieces of any size, in constant memory.  The fields that
 * make identity (MIME_IDENTITY_FIELDS of mime_identity.h) are kept as they stand, up to
 * MIME_IDENTITY_MAX octets, so that the same keys come from the whole header as from
 * BODY[HEADER.FIELDS (...)].
 */
#define MIME_IDENTITY_MAX (1u << 20)

struct mime_lister {
	/* set by the caller, before begin */
	bool canon_only; /* text is not made; where it would be cut, canon is */
	/* results */
	struct strbuf text; /* the lines above */
	/* The same for a digest of the whole header: of each line the length of its name,
	 * the name in small letters, and HASH, numbers as sha256_put_u64 puts them. */
	struct strbuf canon;
	int64_t fields,
		strays;	  /* in the text: lines that are fields, and that are none */
	bool stray_first; /* the first of all is none */
	struct strbuf identity; /* raw fields */
	bool identity_cut;	/* there was more: no key can be made from it */
	/* Values in it, raw: of the last Date and the last Message-ID, and how many there
	 * were of each. */
	struct mime_kept {
		size_t from, to, n;
	} date, id;
	int64_t octets; /* of the block, the empty line among them */
	bool ended;	/* by the empty line, not by the end of what there was */
	/* Of the octets fed last: they are whole lines, and nothing but text with CRLF
	 * (mime_text_run); how many, and how many octets the longest of them has before
	 * its CRLF. */
	bool text_lines;
	int64_t lines;
	size_t longest;

	/* private */
	struct sha256_ctx *sha;
	int at;
	bool open;		/* a line is in hand */
	bool blank;		/* a blank is owed before the next octet of the value */
	bool begun;		/* the value has had an octet that is no blank */
	bool field;		/* the line in hand is a field: its colon came */
	bool keep;		/* ... one of identity */
	bool full;		/* the text is cut */
	size_t text_n;		/* octets of it, made or not */
	struct mime_kept *kept; /* what the line in hand is, if it is one of these */
	size_t name_n;		/* octets of the name, also of those that were not kept */
	int64_t field_n;	/* octets of the line in hand */
	size_t start_n;		/* ... of its name and colon, if its value begins here */
	bool fresh;		/* none of the value is digested yet */
	size_t run_n;
	char name[MIME_FIELD_NAME_MAX + 16]; /* with room for sixteen at a time */
	char run[1536]; /* from the front, normalised octets that are not digested yet */
};

/* sha is scratch, and the lister's alone until mime_lister_end.  A lister in zeroed
 * memory may be begun again and again; mime_lister_done frees what it holds. */
void mime_lister_begin(struct mime_lister *l, struct sha256_ctx *sha);
/* Takes octets up to the end of the header and returns how many those were; what follows
 * belongs to the body. */
size_t mime_lister_feed(struct mime_lister *l, struct span octets);
void mime_lister_end(struct mime_lister *l); /* no more octets; the results stand */
void mime_lister_done(struct mime_lister *l);

/* The text of a header block that lies in memory, appended to out. */
void mime_fields(struct sha256_ctx *sha, struct span header, struct strbuf *out);

/* ---- reading it ---- */

struct mime_field_line {
	struct span name; /* borrowed from the text */
	int64_t octets;
	uint32_t hash;
};
enum mime_fields_next {
	MIME_FIELDS_LINE,
	MIME_FIELDS_END,
	MIME_FIELDS_CUT, /* the line "...": what follows is not known */
	MIME_FIELDS_BAD, /* not a text of ours */
};
/* Take the next line off the front of *rest. */
enum mime_fields_next mime_fields_next(struct span *rest, struct mime_field_line *out);

/* What became of one field from the old side to the new. */
enum mime_field_change {
	MIME_FIELD_ADDED,    /* on the new side only */
	MIME_FIELD_DROPPED,  /* on the old side only */
	MIME_FIELD_REFOLDED, /* the same value in another number of octets */
	MIME_FIELD_CHANGED,  /* the same name, another value; the count may be the same */
};
enum { MIME_FIELD_CHANGE_COUNT = MIME_FIELD_CHANGED + 1 };

struct mime_field_diff {
	enum mime_field_change what;
	struct span name; /* as it stands on the side that has it; borrowed */
	int64_t old_octets, new_octets; /* 0 on the side that lacks it */
};
struct mime_fields_diff {
	struct mime_field_diff
		*v; /* in arena; by kind, then in the order of the header */
	size_t n;
	size_t count[MIME_FIELD_CHANGE_COUNT];
	int64_t balance; /* octets that these add to the new side; negative: take away */
	bool whole;	 /* neither text was cut: nothing else differs */
};
/*
 * Compare two texts.  Order does not count: a server that sorts fields has changed none.
 * Fields of one name are matched by value and octets first, then by value, then in their
 * order.  False: one of them is no text of ours; *out is untouched.
 */
bool mime_fields_diff(struct span old, struct span new, struct arena *arena,
		      struct mime_fields_diff *out) MUST_CHECK;

#endif
