/* SPDX-License-Identifier: MIT */
#include "base/json.h"
#include "base/text.h"
#include "tests/fuzz/fuzz.h"

/* Write v as far as its parts can be told apart through json.h; what else there is
 * becomes null. */
static void rewrite(const struct json_value *v, struct json_out *j)
{
	bool object = json_is_object(v);

	if (json_string(v) != NULL) {
		json_str(j, json_string(v));
		return;
	}
	if (!object && json_first(v) == NULL) {
		json_null(j);
		return;
	}
	if (object)
		json_begin_object(j);
	else
		json_begin_array(j);
	for (const struct json_value *c = json_first(v); c != NULL; c = json_next(c)) {
		PROMISE((json_key(c) != NULL) == object);
		if (object)
			json_name(j, json_key(c));
		rewrite(c, j);
	}
	if (object)
		json_end_object(j);
	else
		json_end_array(j);
}

static void promise_position(const struct err *err)
{
	unsigned line = 0, column = 0;

	PROMISE(err->cls == ERR_CONFIG);
	PROMISE(text_is_utf8(span_str(err->text)));
	PROMISE(sscanf(err->text, "fuzz:%u:%u: ", &line, &column) == 2);
	PROMISE(line > 0 && column > 0);
}

/* Read the root as a config would be read, and complain about its members. */
static void read_object(struct json_doc *doc)
{
	const struct json_value *v = json_first(json_root(doc)), *sub = NULL;
	const char *s = NULL;
	struct json_obj o;
	struct err err = ERR_INIT;
	int64_t n = 5;
	bool b = false;

	if (!json_obj_begin(doc, json_root(doc), "", &o, &err)) {
		promise_position(&err);
		return;
	}
	if (!json_get_str(&o, "host", &s, &err) ||
	    !json_get_int(&o, "port", 1, 9, &n, &err) ||
	    !json_get_bool(&o, "on", &b, &err) ||
	    !json_get_object(&o, "sub", &sub, &err) ||
	    !json_get_array(&o, "list", &sub, &err) || !json_obj_end(&o, &err))
		promise_position(&err);
	PROMISE(n >= 1 && n <= 9);
	for (int i = 0; i < 4 && v != NULL; i++, v = json_next(v)) {
		json_complain(&o, json_key(v), &err, "odd");
		promise_position(&err);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strbuf once = STRBUF_INIT, again = STRBUF_INIT;
	struct json_doc *doc = NULL, *back = NULL;
	struct err err = ERR_INIT;
	struct json_out j;

	if (!json_parse("fuzz", (struct span){ (const char *)data, size }, &doc, &err)) {
		if (size <= JSON_SIZE_MAX)
			promise_position(&err);
		return 0;
	}
	read_object(doc);
	json_out_init(&j, &once, size % 2 == 0);
	rewrite(json_root(doc), &j);
	if (once.n <= JSON_SIZE_MAX) {
		PROMISE(json_parse("fuzz", strbuf_span(&once), &back, &err));
		json_out_init(&j, &again, size % 2 == 0);
		rewrite(json_root(back), &j);
		PROMISE(span_eq(strbuf_span(&once), strbuf_span(&again)));
	}
	json_free(doc);
	json_free(back);
	strbuf_done(&once);
	strbuf_done(&again);
	return 0;
}
