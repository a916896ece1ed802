/* SPDX-License-Identifier: MIT */
#include "model/body.h"

#include <assert.h>

/* A bias is believed when so many have it, and one in so many of those that were read. */
#define BIAS_LEAST 10
#define BIAS_SHARE 20
/* Estimates: one in so many is not explained. */
#define ESTIMATES_SHARE 3

static const struct {
	enum symptom_kind kind;
	const char *name, *sentence;
} table[] = {
	[SYMPTOM_REFUSED] = { SYMPTOM_OF_SERVER, "refused",
			      "the server refuses to give it out" },
	[SYMPTOM_NIL] = { SYMPTOM_OF_SERVER, "nil", "the server answers NIL" },
	[SYMPTOM_NOTHING] = { SYMPTOM_OF_SERVER, "nothing",
			      "the server says OK and answers nothing" },
	[SYMPTOM_BREAKS] = { SYMPTOM_OF_SERVER, "breaks",
			     "reading it ends the connection" },
	[SYMPTOM_TIMEOUT] = { SYMPTOM_OF_SERVER, "time-out", "it is not sent in time" },
	[SYMPTOM_GRAMMAR] = { SYMPTOM_OF_SERVER, "literal",
			      "more or fewer octets come than the server announces" },
	[SYMPTOM_SIZE] = { SYMPTOM_OF_INDEX, "size",
			   "its size in the index is not what comes" },
	[SYMPTOM_IDENTITY] = { SYMPTOM_OF_INDEX, "identity",
			       "the index has another Message-ID than the header" },
	[SYMPTOM_PADDED] = { SYMPTOM_OF_INDEX, "padded",
			     "it is filled up with blanks to its announced size" },
	[SYMPTOM_UNSTABLE] = { SYMPTOM_OF_READS, "unstable",
			       "two readings of it differ" },
	[SYMPTOM_NUL] = { SYMPTOM_OF_OCTETS, "nul", "NUL octets are in it" },
	[SYMPTOM_CONTROLS] = { SYMPTOM_OF_OCTETS, "controls",
			       "control characters are in its text" },
	[SYMPTOM_EMPTY] = { SYMPTOM_OF_SHAPE, "empty", "not one octet of it is left" },
	[SYMPTOM_NO_HEADER] = { SYMPTOM_OF_SHAPE, "no-header",
				"it does not begin with a header" },
	[SYMPTOM_HEADER_CUT] = { SYMPTOM_OF_SHAPE, "header-cut",
				 "it ends within its header" },
	[SYMPTOM_MULTIPART_CUT] = { SYMPTOM_OF_SHAPE, "multipart-cut",
				    "the end of a multipart is lacking" },
	[SYMPTOM_BASE64] = { SYMPTOM_OF_SHAPE, "base64",
			     "base64 in it cannot be decoded" },
	[SYMPTOM_CUT] = { SYMPTOM_OF_SHAPE, "cut",
			  "it is short, and ends where no message ends" },
	[SYMPTOM_BARE_LF] = { SYMPTOM_ODD, "bare-lf", "lines end with LF alone" },
	[SYMPTOM_BARE_CR] = { SYMPTOM_ODD, "bare-cr", "CR stands without LF" },
	[SYMPTOM_LONG_LINE] = { SYMPTOM_ODD, "long-line",
				"a line is longer than 998 octets" },
	[SYMPTOM_HEADER_8BIT] = { SYMPTOM_ODD, "header-8bit",
				  "8-bit octets stand in its header" },
	[SYMPTOM_HEADER_LARGE] = { SYMPTOM_ODD, "header-large",
				   "its header is larger than 256 KiB" },
	[SYMPTOM_HEADER_BAD] = { SYMPTOM_ODD, "header-bad",
				 "a line of its header is no field" },
	[SYMPTOM_HEADER_WORDS] = { SYMPTOM_ODD, "header-words",
				   "a header field breaks its grammar" },
	[SYMPTOM_FIELD_TWICE] = { SYMPTOM_ODD, "field-twice",
				  "a header field stands twice" },
	[SYMPTOM_DATE_MISSING] = { SYMPTOM_ODD, "date-missing", "it has no Date" },
	[SYMPTOM_DATE_BAD] = { SYMPTOM_ODD, "date-bad", "its Date is impossible" },
	[SYMPTOM_TYPE_BAD] = { SYMPTOM_ODD, "type-bad", "a Content-Type is unusable" },
	[SYMPTOM_MIME_BAD] = { SYMPTOM_ODD, "mime-bad", "its MIME parts are malformed" },
	[SYMPTOM_MIME_DEEP] = { SYMPTOM_ODD, "mime-deep",
				"its MIME parts are nested too deeply" },
	[SYMPTOM_QP] = { SYMPTOM_ODD, "quoted-printable",
			 "quoted-printable in it is none" },
	[SYMPTOM_CHARSET] = { SYMPTOM_ODD, "charset",
			      "a text is not in the charset that it names" },
	[SYMPTOM_TOO_LARGE] = { SYMPTOM_ODD, "too-large",
				"it is larger than the new server takes" },
};
_Static_assert(COUNT_OF(table) == SYMPTOM_COUNT, "every symptom has a name");
_Static_assert(SYMPTOM_COUNT <= 62, "symptoms are bits of a stored integer");

enum symptom_kind symptom_kind(enum symptom s)
{
	assert((size_t)s < COUNT_OF(table));
	return table[s].kind;
}

const char *symptom_name(enum symptom s)
{
	assert((size_t)s < COUNT_OF(table));
	return table[s].name;
}

bool symptom_parse(const char *s, enum symptom *out)
{
	for (size_t i = 0; i < COUNT_OF(table); i++)
		if (strcmp(s, table[i].name) == 0) {
			*out = (enum symptom)i;
			return true;
		}
	return false;
}

const char *symptom_sentence(enum symptom s)
{
	assert((size_t)s < COUNT_OF(table));
	return table[s].sentence;
}

static const char *const state_names[] = {
	[BODY_CLEAN] = "clean",		  [BODY_ODD] = "odd",
	[BODY_SUSPECT] = "suspect",	  [BODY_CORRUPT] = "corrupt",
	[BODY_UNREADABLE] = "unreadable",
};
_Static_assert(COUNT_OF(state_names) == BODY_STATE_COUNT, "every state has a name");

const char *body_state_name(enum body_state s)
{
	assert((size_t)s < COUNT_OF(state_names));
	return state_names[s];
}

bool body_size_by_lines(const struct body_facts *f)
{
	int64_t more = f->octets - f->announced;

	/* With three lines and fewer it could as well be chance. */
	return (f->lines > 3 && more == f->lines - f->bare_lf && more != 0) ||
	       (f->bare_lf > 0 && more == -f->bare_lf);
}

void body_size_learn(struct body_size_rule *r, const struct body_facts *f)
{
	int64_t more = f->octets - f->announced;

	if (!f->read || f->announced < 0)
		return;
	r->read++;
	if (more == 0) {
		r->equal++;
	} else if (body_size_by_lines(f)) {
		r->explained++;
	} else if (r->at_bias == 0 || more == r->bias) {
		r->bias = more;
		r->at_bias++;
	}
}

bool body_size_estimates(const struct body_size_rule *r)
{
	int64_t rest = r->read - r->equal - r->explained;

	if (r->at_bias >= BIAS_LEAST && r->at_bias >= r->read / BIAS_SHARE)
		rest -= r->at_bias;
	return r->read >= BODY_RULE_LEAST && rest >= r->read / ESTIMATES_SHARE;
}

bool body_size_fits(const struct body_size_rule *r, const struct body_facts *f)
{
	int64_t more = f->octets - f->announced;

	return more == 0 || body_size_by_lines(f) || body_size_estimates(r) ||
	       (more == r->bias && r->at_bias >= BIAS_LEAST &&
		r->at_bias >= r->read / BIAS_SHARE && r->read >= BODY_RULE_LEAST);
}

enum body_state body_judge(const struct body_facts *f, const struct body_size_rule *r,
			   int64_t max_octets, uint64_t *symptoms)
{
	unsigned kinds = 0, witnesses = 0;
	uint64_t all = f->symptoms;
	bool fits = !f->read || f->announced < 0 || body_size_fits(r, f);

	if (!fits)
		all |= SYMPTOM_BIT(SYMPTOM_SIZE);
	if (fits || f->octets >= f->announced)
		all &= ~SYMPTOM_BIT(SYMPTOM_CUT);
	if (max_octets > 0 && (f->octets > max_octets || f->announced > max_octets))
		all |= SYMPTOM_BIT(SYMPTOM_TOO_LARGE);
	*symptoms = all;
	if (!f->read)
		return BODY_UNREADABLE;
	for (int s = 0; s < SYMPTOM_COUNT; s++)
		if ((all & SYMPTOM_BIT(s)) != 0)
			kinds |= 1u << table[s].kind;
	for (int k = 0; k < SYMPTOM_ODD; k++)
		witnesses += kinds >> k & 1;
	return witnesses >= 2	? BODY_CORRUPT
	       : witnesses == 1 ? BODY_SUSPECT
	       : kinds != 0	? BODY_ODD
				: BODY_CLEAN;
}

bool body_differs(const struct body_facts *a, const struct body_facts *b)
{
	return a->read && b->read &&
	       (a->octets != b->octets ||
		memcmp(&a->header_key, &b->header_key, sizeof a->header_key) != 0 ||
		memcmp(&a->body_key, &b->body_key, sizeof a->body_key) != 0);
}
