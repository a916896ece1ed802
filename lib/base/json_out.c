/* SPDX-License-Identifier: MIT */
#include <assert.h>

#include "base/json.h"
#include "base/text.h"

void json_out_init(struct json_out *j, struct strbuf *out, bool compact)
{
	*j = (struct json_out){ .out = out, .compact = compact };
}

static void new_line(struct json_out *j)
{
	if (j->compact)
		return;
	strbuf_addc(j->out, '\n');
	for (unsigned i = 0; i < j->depth; i++)
		strbuf_adds(j->out, "  ");
}

/* What goes before a value in an array, or before a name. */
static void separate(struct json_out *j)
{
	if (j->depth == 0)
		return;
	if (!j->first[j->depth - 1])
		strbuf_addc(j->out, ',');
	j->first[j->depth - 1] = false;
	new_line(j);
}

static void before_value(struct json_out *j)
{
	if (!j->after_key)
		separate(j);
	j->after_key = false;
}

static void begin(struct json_out *j, char bracket)
{
	before_value(j);
	strbuf_addc(j->out, bracket);
	assert(j->depth < JSON_DEPTH_MAX);
	j->first[j->depth++] = true;
}

static void end(struct json_out *j, char bracket)
{
	assert(j->depth > 0 && !j->after_key);
	j->depth--;
	if (!j->first[j->depth])
		new_line(j);
	strbuf_addc(j->out, bracket);
}

void json_begin_object(struct json_out *j)
{
	begin(j, '{');
}

void json_end_object(struct json_out *j)
{
	end(j, '}');
}

void json_begin_array(struct json_out *j)
{
	begin(j, '[');
}

void json_end_array(struct json_out *j)
{
	end(j, ']');
}

static void put_char(struct strbuf *out, struct span c)
{
	switch (*c.p) {
	case '"':
	case '\\':
		strbuf_addc(out, '\\');
		strbuf_addc(out, *c.p);
		return;
	case '\n':
		strbuf_adds(out, "\\n");
		return;
	case '\r':
		strbuf_adds(out, "\\r");
		return;
	case '\t':
		strbuf_adds(out, "\\t");
		return;
	default:
		break;
	}
	if (c.n == 1 && ((unsigned char)*c.p < 0x20 || *c.p == 0x7F))
		strbuf_addf(out, "\\u%04x", (unsigned)(unsigned char)*c.p);
	else
		text_scrub(out, c);
}

static void put_string(struct strbuf *out, struct span s)
{
	uint32_t c;

	strbuf_addc(out, '"');
	while (s.n > 0) {
		size_t n = text_decode(s, &c);

		n = n > 0 ? n : 1;
		put_char(out, (struct span){ s.p, n });
		s = span_from(s, n);
	}
	strbuf_addc(out, '"');
}

void json_name(struct json_out *j, const char *key)
{
	assert(!j->after_key);
	separate(j);
	put_string(j->out, span_str(key));
	strbuf_adds(j->out, j->compact ? ":" : ": ");
	j->after_key = true;
}

void json_span(struct json_out *j, struct span s)
{
	before_value(j);
	put_string(j->out, s);
}

void json_str(struct json_out *j, const char *s)
{
	if (s == NULL)
		json_null(j);
	else
		json_span(j, span_str(s));
}

void json_int(struct json_out *j, int64_t v)
{
	before_value(j);
	strbuf_addf(j->out, "%lld", (long long)v);
}

void json_bool(struct json_out *j, bool v)
{
	before_value(j);
	strbuf_adds(j->out, v ? "true" : "false");
}

void json_null(struct json_out *j)
{
	before_value(j);
	strbuf_adds(j->out, "null");
}

void json_put_str(struct json_out *j, const char *key, const char *s)
{
	json_name(j, key);
	json_str(j, s);
}

void json_put_int(struct json_out *j, const char *key, int64_t v)
{
	json_name(j, key);
	json_int(j, v);
}

void json_put_bool(struct json_out *j, const char *key, bool v)
{
	json_name(j, key);
	json_bool(j, v);
}
