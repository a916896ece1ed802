/* SPDX-License-Identifier: MIT */
#include "base/regex.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/num.h"

#define NEST_MAX 50 /* parentheses in parentheses */

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	char *to; /* NULL: no replacement */
};

static const char *explain(int code, char *buf, size_t size)
{
	if (pcre2_get_error_message(code, (PCRE2_UCHAR *)buf, size) < 0)
		snprintf(buf, size, "error %d of PCRE2", code);
	return buf;
}

static bool compile(struct regex *re, const char *pattern, struct err *err)
{
	pcre2_compile_context *how = pcre2_compile_context_create(NULL);
	size_t at = 0;
	int code = 0;
	char why[160];

	if (how == NULL)
		base_die("out of memory");
	pcre2_set_max_pattern_length(how, REGEX_PATTERN_MAX);
	pcre2_set_parens_nest_limit(how, NEST_MAX);
	re->code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern),
				 PCRE2_UTF | PCRE2_MATCH_INVALID_UTF |
					 PCRE2_NEVER_BACKSLASH_C,
				 &code, &at, how);
	pcre2_compile_context_free(how);
	if (re->code == NULL)
		return err_set(err, ERR_CONFIG, "%s, at octet %zu",
			       explain(code, why, sizeof why), at + 1);
	/* Without JIT it is slower and as right. */
	(void)pcre2_jit_compile(re->code, PCRE2_JIT_COMPLETE);
	return true;
}

/* The name or number of a group is one of the pattern's. */
static bool has_group(const struct regex *re, struct span name)
{
	char text[64];
	uint32_t count = 0;
	uint64_t n;

	pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &count);
	if (num_u64(name, UINT32_MAX, &n))
		return n <= count;
	if (name.n == 0 || name.n >= sizeof text)
		return false;
	memcpy(text, name.p, name.n);
	text[name.n] = '\0';
	return pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)text) > 0;
}

static bool is_word(char c, bool digits_only)
{
	return (c >= '0' && c <= '9') ||
	       (!digits_only &&
		((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'));
}

/* pcre2_substitute would complain of an unknown group only at the first match, in the
 * middle of a run. */
static bool check_replacement(const struct regex *re, struct span to, struct err *err)
{
	for (size_t i = 0; i < to.n; i++) {
		bool braces;
		size_t from, n = 0;

		if (to.p[i] != '$')
			continue;
		if (++i < to.n && to.p[i] == '$')
			continue;
		braces = i < to.n && to.p[i] == '{';
		from = i + braces;
		while (from + n < to.n &&
		       is_word(to.p[from + n], n > 0 && is_word(to.p[from], true)))
			n++;
		if (n == 0 || (braces && (from + n == to.n || to.p[from + n] != '}')))
			return err_set(err, ERR_CONFIG,
				       "in the replacement, a $ without a group at octet "
				       "%zu; a dollar sign is $$",
				       i);
		if (!has_group(re, (struct span){ to.p + from, n }))
			return err_set(
				err, ERR_CONFIG,
				"in the replacement, $%.*s: the pattern has no such "
				"group",
				(int)(n < 60 ? n : 60), to.p + from);
		i = from + n - !braces;
	}
	return true;
}

bool regex_open(const char *pattern, const char *to, struct regex **out, struct err *err)
{
	struct regex *re = mem_calloc(1, sizeof *re);

	if (to != NULL && strlen(to) > REGEX_PATTERN_MAX) {
		err_set(err, ERR_CONFIG, "the replacement is longer than %d octets",
			REGEX_PATTERN_MAX);
		goto fail;
	}
	if (!compile(re, pattern, err))
		goto fail;
	if (to != NULL && !check_replacement(re, span_str(to), err))
		goto fail;
	re->to = to != NULL ? mem_strdup(to) : NULL;
	re->data = pcre2_match_data_create_from_pattern(re->code, NULL);
	re->limits = pcre2_match_context_create(NULL);
	if (re->data == NULL || re->limits == NULL)
		base_die("out of memory");
	pcre2_set_match_limit(re->limits, REGEX_MATCH_MAX);
	pcre2_set_depth_limit(re->limits, REGEX_DEPTH_MAX);
	pcre2_set_heap_limit(re->limits, REGEX_HEAP_MAX);
	*out = re;
	return true;
fail:
	regex_close(re);
	return false;
}

void regex_close(struct regex *re)
{
	if (re == NULL)
		return;
	pcre2_match_data_free(re->data);
	pcre2_match_context_free(re->limits);
	pcre2_code_free(re->code);
	free(re->to);
	free(re);
}

static bool failed(int code, struct err *err)
{
	char why[160];

	switch (code) {
	case PCRE2_ERROR_MATCHLIMIT:
	case PCRE2_ERROR_DEPTHLIMIT:
	case PCRE2_ERROR_HEAPLIMIT:
	case PCRE2_ERROR_JIT_STACKLIMIT:
		return err_set(err, ERR_LIMIT,
			       "the pattern explodes: no answer after %u steps",
			       REGEX_MATCH_MAX);
	case PCRE2_ERROR_NOMEMORY:
		return err_set(err, ERR_LIMIT, "the result is longer than %u octets",
			       REGEX_OUTPUT_MAX);
	default:
		return err_set(err, ERR_LIMIT, "%s", explain(code, why, sizeof why));
	}
}

static bool fits(struct span subject, struct err *err)
{
	if (subject.n <= REGEX_SUBJECT_MAX)
		return true;
	return err_set(err, ERR_LIMIT, "the name is longer than %u octets",
		       REGEX_SUBJECT_MAX);
}

static PCRE2_SPTR octets(struct span s)
{
	return (PCRE2_SPTR)(s.n > 0 ? s.p : "");
}

bool regex_match(struct regex *re, struct span subject, bool *matched_out,
		 struct err *err)
{
	int n;

	if (!fits(subject, err))
		return false;
	n = pcre2_match(re->code, octets(subject), subject.n, 0, 0, re->data, re->limits);
	/* JIT has a stack of its own, which an honest pattern may need more of. */
	if (n == PCRE2_ERROR_JIT_STACKLIMIT)
		n = pcre2_match(re->code, octets(subject), subject.n, 0, PCRE2_NO_JIT,
				re->data, re->limits);
	if (n < 0 && n != PCRE2_ERROR_NOMATCH)
		return failed(n, err);
	*matched_out = n >= 0;
	return true;
}

bool regex_replace(struct regex *re, struct span subject, bool all, struct strbuf *out,
		   bool *matched_out, struct err *err)
{
	uint32_t how = all ? PCRE2_SUBSTITUTE_GLOBAL : 0;
	size_t size = REGEX_OUTPUT_MAX + 1;
	int n = PCRE2_ERROR_JIT_STACKLIMIT;
	char *text;

	if (!fits(subject, err))
		return false;
	text = mem_alloc(size);
	for (int i = 0; i < 2 && n == PCRE2_ERROR_JIT_STACKLIMIT; i++) {
		size = REGEX_OUTPUT_MAX + 1;
		n = pcre2_substitute(re->code, octets(subject), subject.n, 0,
				     how | PCRE2_SUBSTITUTE_UNSET_EMPTY |
					     (i > 0 ? PCRE2_NO_JIT : 0),
				     re->data, re->limits, (PCRE2_SPTR)re->to,
				     strlen(re->to), (PCRE2_UCHAR *)text, &size);
	}
	if (n > 0)
		strbuf_add(out, text, size);
	free(text);
	if (n < 0)
		return failed(n, err);
	*matched_out = n > 0;
	return true;
}

bool regex_has_group(const struct regex *re, const char *name)
{
	return has_group(re, span_str(name));
}

bool regex_group(const struct regex *re, struct span subject, const char *name,
		 struct span *out)
{
	int n = pcre2_substring_number_from_name(re->code, (PCRE2_SPTR)name);
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(re->data);

	if (n <= 0 || (uint32_t)n >= pcre2_get_ovector_count(re->data) ||
	    at[2 * n] == PCRE2_UNSET || at[2 * n + 1] > subject.n ||
	    at[2 * n] > at[2 * n + 1])
		return false;
	*out = (struct span){ subject.p + at[2 * n], at[2 * n + 1] - at[2 * n] };
	return true;
}
