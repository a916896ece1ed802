/* SPDX-License-Identifier: MIT */
#ifndef MODEL_DNS_H
#define MODEL_DNS_H
/* What the DNS says of a domain's mail, and what of it still names the old server. */
#include "base/arena.h"
#include "base/err.h"

/* Types of records that are asked for; their numbers are those of the wire. */
enum dns_type {
	DNS_A = 1,
	DNS_CNAME = 5,
	DNS_MX = 15,
	DNS_TXT = 16,
	DNS_AAAA = 28,
	DNS_SRV = 33,
};
const char *dns_type_name(unsigned type); /* "MX"; "" for others */

/* How a question ended.  Values are stored. */
enum dns_outcome {
	DNS_ANSWERED,  /* with at least one record of the type */
	DNS_NO_DATA,   /* the name is there, and has none of them */
	DNS_NO_NAME,   /* there is no such name */
	DNS_NO_ANSWER, /* time-out, server failure, refusal: nothing is known */
	DNS_BROKEN,    /* an answer that cannot be: nothing is known */
	DNS_NOT_ASKED, /* a limit, or something that cannot be followed: not known */
};
enum { DNS_OUTCOME_COUNT = DNS_NOT_ASKED + 1 };
const char *dns_outcome_name(enum dns_outcome o);
bool dns_outcome_known(enum dns_outcome o); /* one of the first three */

/* Why it was asked.  Values are stored. */
enum dns_use {
	DNS_USE_OLD,	    /* where the old server itself is */
	DNS_USE_MX,	    /* RFC 5321 section 5: where mail goes */
	DNS_USE_SPF,	    /* RFC 7208: who may send it */
	DNS_USE_SRV,	    /* RFC 6186, RFC 8314: where programs log in */
	DNS_USE_AUTOCONFIG, /* autoconfig and autodiscover: the same */
	DNS_USE_NAME,	    /* a name that the config lists */
};
enum { DNS_USE_COUNT = DNS_USE_NAME + 1 };
const char *dns_use_name(enum dns_use u);

/* What a record has to do with the old server.  Values are stored. */
enum dns_points {
	DNS_POINTS_NOT,
	DNS_POINTS_OLD,	    /* names it, or its address */
	DNS_POINTS_COVERS,  /* a range of addresses among which is its own */
	DNS_POINTS_UNKNOWN, /* nobody could tell */
};
enum { DNS_POINTS_COUNT = DNS_POINTS_UNKNOWN + 1 };
const char *dns_points_name(enum dns_points p);

/*
 * Names are in the form that people write: lower case, no dot at the end (the root is
 * "."), octets that are no letter, digit, '-' or '_' as \DDD.
 */
struct dns_record {
	const char *owner;
	unsigned type;
	uint32_t ttl;			   /* seconds */
	unsigned preference, weight, port; /* of MX, SRV; preference is the priority */
	/* MX, SRV, CNAME: a name; A, AAAA: an address; TXT: its strings joined, octets
	 * other than printable ASCII as \DDD */
	const char *data;
};

struct dns_answer {
	enum dns_outcome outcome;
	const char *why; /* of all but the first three outcomes; "" */
	bool silent;	 /* of DNS_NO_ANSWER: nobody answered at all */
	/* The aliases on the way, in their order, then the records that were asked for.
	 */
	struct dns_record *record;
	size_t n;
};
#define DNS_ALIASES_MAX 16
#define DNS_RECORDS_MAX 4096u

/* Who answers: a resolver, or zone files.  False only when this machine fails, or when we
 * were asked to stop. */
typedef bool dns_ask_fn(void *ctx, const char *name, unsigned type, struct arena *arena,
			struct dns_answer *out, struct err *err);

/*
 * The answer in records that may hold others, too, and in any order: the aliases from
 * name on, then what the last of them has of this type.  known: the name itself exists,
 * even without a record.
 */
void dns_answer_pick(const struct dns_record *all, size_t n, const char *name,
		     unsigned type, bool known, struct arena *arena,
		     struct dns_answer *out);

/* A name as struct dns_record has it, from what a person wrote; NULL when it is none
 * (RFC 1035: 63 octets a label, 255 in all; ASCII). */
const char *dns_name(struct span s, struct arena *arena);

/* An address as four or sixteen octets. */
struct dns_address {
	uint8_t bytes[16];
	unsigned bits; /* 32 or 128 */
};
bool dns_address(const char *s, struct dns_address *out) MUST_CHECK;
/* Whether a network of so many bits holds it. */
bool dns_address_in(const struct dns_address *a, const struct dns_address *net,
		    unsigned bits);

/* A row of the store: one record, or a question that has none. */
struct dns_seen {
	int64_t at;
	const char *domain; /* for whose sake; "" for DNS_USE_OLD */
	enum dns_use use;
	const char *via; /* what led here: "MX of example.org"; "" (of the old server: its
			    name) */
	const char *name; /* that was asked for */
	unsigned type;	  /* of the record, else of the question */
	enum dns_outcome outcome;
	const char *value; /* the record as people write it; "" */
	int64_t ttl;	   /* -1: no record */
	enum dns_points points;
	const char *words; /* why it points there, or why nothing is known; "" */
};

#endif
