/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <cjson/cJSON.h>
#include <pthread.h>
#include <stdarg.h>

#include "base/json.h"
#include "base/json_scan.h"
#include "base/text.h"

#define BOM	       "\xEF\xBB\xBF"
#define INT_EXACT_MAX  ((INT64_C(1) << 53) - 1) /* above it doubles skip integers */
#define SUGGEST_LENGTH 40 /* keys longer than this get no suggestion */
#define SUGGEST_EDITS  2

struct json_doc {
	char *name;
	struct strbuf text; /* as read, comments included, without BOM */
	cJSON *tree;
};

/* Number of want in document order, added to *index; false when it is not below v. */
static bool value_index(const cJSON *v, const cJSON *want, size_t *index)
{
	if (v == want)
		return true;
	(*index)++;
	for (const cJSON *c = v->child; c != NULL; c = c->next)
		if (value_index(c, want, index))
			return true;
	return false;
}

static bool complain_at(const struct json_doc *doc, size_t at, struct err *err,
			const char *what)
{
	size_t line, column;

	text_position(strbuf_span(&doc->text), at, &line, &column);
	return err_set(err, ERR_CONFIG, "%s:%zu:%zu: %s", doc->name, line, column, what);
}

static bool complain_of(const struct json_doc *doc, const cJSON *v, struct err *err,
			const char *what)
{
	size_t index = 0;

	if (!value_index(doc->tree, v, &index))
		index = 0;
	return complain_at(doc, json_scan_position(strbuf_span(&doc->text), index), err,
			   what);
}

static int by_key(const void *a, const void *b)
{
	return strcmp((*(const cJSON *const *)a)->string,
		      (*(const cJSON *const *)b)->string);
}

/* The second member of obj that has the same key as another; NULL when there is none.
 * Sorted, because a list of half a million keys must not take the square of that. */
static const cJSON *doubled_member(const cJSON *obj)
{
	const cJSON **members, *doubled = NULL;
	const char *key = NULL;
	size_t n = 0, seen = 0;

	for (const cJSON *c = obj->child; c != NULL; c = c->next)
		n++;
	members = mem_calloc(n, sizeof *members);
	n = 0;
	for (const cJSON *c = obj->child; c != NULL; c = c->next)
		members[n++] = c;
	if (n > 1)
		qsort(members, n, sizeof *members, by_key);
	for (size_t i = 1; i < n && key == NULL; i++)
		if (by_key(&members[i - 1], &members[i]) == 0)
			key = members[i]->string;
	for (const cJSON *c = obj->child; c != NULL && key != NULL && seen < 2;
	     c = c->next) {
		if (strcmp(c->string, key) == 0) {
			doubled = c;
			seen++;
		}
	}
	free(members);
	return doubled;
}

static const cJSON *doubled_below(const cJSON *v)
{
	const cJSON *doubled = cJSON_IsObject(v) ? doubled_member(v) : NULL;

	for (const cJSON *c = v->child; c != NULL && doubled == NULL; c = c->next)
		doubled = doubled_below(c);
	return doubled;
}

static void use_own_memory(void)
{
	cJSON_Hooks hooks = { .malloc_fn = mem_alloc, .free_fn = free };

	cJSON_InitHooks(&hooks);
}

static bool parse(struct json_doc *doc, char *blanked, struct err *err)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct span text = strbuf_span(&doc->text);
	const char *end = blanked, *bad;
	const cJSON *doubled;
	size_t at;

	bad = json_scan_check(text, blanked, &at);
	if (bad != NULL)
		return complain_at(doc, at, err, bad);
	if (json_scan_blanks(text, 0) == text.n)
		return complain_at(doc, 0, err, "there is nothing in this file");
	pthread_once(&once, use_own_memory);
	doc->tree = cJSON_ParseWithLengthOpts(blanked, text.n, &end, false);
	if (doc->tree == NULL)
		return complain_at(
			doc, (size_t)(end - blanked), err,
			"no valid JSON (a comma or bracket too many or missing?)");
	at = json_scan_blanks(text, (size_t)(end - blanked));
	if (at < text.n)
		return complain_at(doc, at, err,
				   "there is something after the end of the document");
	doubled = doubled_below(doc->tree);
	return doubled == NULL ||
	       complain_of(doc, doubled, err, "this key stands twice in its object");
}

bool json_parse(const char *name, struct span text, struct json_doc **out,
		struct err *err)
{
	struct json_doc *doc;
	char *blanked;
	bool ok;

	if (text.n > JSON_SIZE_MAX)
		return err_set(err, ERR_CONFIG, "%s is larger than %u octets", name,
			       JSON_SIZE_MAX);
	if (span_istarts(text, BOM))
		text = span_from(text, strlen(BOM));
	doc = mem_calloc(1, sizeof *doc);
	doc->name = mem_strdup(name);
	strbuf_addspan(&doc->text, text);
	blanked = mem_strndup(text.p, text.n);
	ok = parse(doc, blanked, err);
	free(blanked);
	if (ok)
		*out = doc;
	else
		json_free(doc);
	return ok;
}

void json_free(struct json_doc *doc)
{
	if (doc == NULL)
		return;
	cJSON_Delete(doc->tree);
	strbuf_done(&doc->text);
	free(doc->name);
	free(doc);
}

static const struct json_value *to_value(const cJSON *v)
{
	return (const struct json_value *)v;
}

static const cJSON *to_cjson(const struct json_value *v)
{
	return (const cJSON *)v;
}

const struct json_value *json_root(const struct json_doc *doc)
{
	return to_value(doc->tree);
}

const struct json_value *json_first(const struct json_value *v)
{
	return to_value(to_cjson(v)->child);
}

const struct json_value *json_next(const struct json_value *v)
{
	return to_value(to_cjson(v)->next);
}

const char *json_key(const struct json_value *v)
{
	return to_cjson(v)->string;
}

const char *json_string(const struct json_value *v)
{
	return cJSON_IsString(to_cjson(v)) ? to_cjson(v)->valuestring : NULL;
}

bool json_is_object(const struct json_value *v)
{
	return cJSON_IsObject(to_cjson(v));
}

bool json_obj_begin(struct json_doc *doc, const struct json_value *v, const char *path,
		    struct json_obj *out, struct err *err)
{
	struct json_obj o = { .doc = doc, .v = v, .path = path };

	if (!json_is_object(v))
		return json_complain(&o, NULL, err, "must be an object { ... }");
	*out = o;
	return true;
}

/* The member, NULL when it is absent or null.  From now on the key is known. */
static const cJSON *member(struct json_obj *o, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(to_cjson(o->v), key);
	size_t i = 0;

	while (i < o->known_n && strcmp(o->known[i], key) != 0)
		i++;
	assert(i < COUNT_OF(o->known));
	if (i == o->known_n)
		o->known[o->known_n++] = key;
	return cJSON_IsNull(v) ? NULL : v;
}

bool json_get_str(struct json_obj *o, const char *key, const char **out, struct err *err)
{
	const cJSON *v = member(o, key);

	if (v == NULL)
		return true;
	if (!cJSON_IsString(v))
		return json_complain(o, key, err, "must be a string \"...\"");
	*out = v->valuestring;
	return true;
}

bool json_get_int(struct json_obj *o, const char *key, int64_t min, int64_t max,
		  int64_t *out, struct err *err)
{
	const cJSON *v = member(o, key);
	double d;

	if (v == NULL)
		return true;
	d = v->valuedouble;
	/* Asked this way round, infinity never reaches the conversion. */
	if (!cJSON_IsNumber(v) ||
	    !(d >= (double)-INT_EXACT_MAX && d <= (double)INT_EXACT_MAX) ||
	    (double)(int64_t)d != d)
		return json_complain(o, key, err,
				     "must be a whole number (at most 2^53 - 1)");
	if ((int64_t)d < min || (int64_t)d > max)
		return json_complain(o, key, err, "must be from %lld to %lld, not %lld",
				     (long long)min, (long long)max, (long long)d);
	*out = (int64_t)d;
	return true;
}

bool json_get_bool(struct json_obj *o, const char *key, bool *out, struct err *err)
{
	const cJSON *v = member(o, key);

	if (v == NULL)
		return true;
	if (!cJSON_IsBool(v))
		return json_complain(o, key, err, "must be true or false");
	*out = cJSON_IsTrue(v);
	return true;
}

bool json_get_object(struct json_obj *o, const char *key, const struct json_value **out,
		     struct err *err)
{
	const cJSON *v = member(o, key);

	if (v != NULL && !cJSON_IsObject(v))
		return json_complain(o, key, err, "must be an object { ... }");
	*out = to_value(v);
	return true;
}

bool json_get_array(struct json_obj *o, const char *key, const struct json_value **out,
		    struct err *err)
{
	const cJSON *v = member(o, key);

	if (v != NULL && !cJSON_IsArray(v))
		return json_complain(o, key, err, "must be an array [ ... ]");
	*out = to_value(v);
	return true;
}

bool(json_complain)(struct json_obj *o, const char *key, struct err *err, const char *fmt,
		    ...)
{
	const cJSON *v = to_cjson(o->v), *child = NULL;
	struct strbuf what = STRBUF_INIT;
	va_list ap;

	if (key != NULL)
		child = cJSON_GetObjectItemCaseSensitive(v, key);
	strbuf_adds(&what, o->path);
	if (key != NULL)
		strbuf_addf(&what, "%s%s", what.n > 0 ? "." : "", key);
	if (what.n > 0)
		strbuf_adds(&what, ": ");
	va_start(ap, fmt);
	strbuf_vaddf(&what, fmt, ap);
	va_end(ap);
	complain_of(o->doc, child != NULL ? child : v, err, strbuf_cstr(&what));
	strbuf_done(&what);
	return false;
}

/* Edits (insert, delete, replace, swap neighbours) between two keys without regard to
 * case. */
static size_t edits(const char *a, const char *b)
{
	size_t row[3][SUGGEST_LENGTH + 1], na = strlen(a), nb = strlen(b);

	if (na > SUGGEST_LENGTH || nb > SUGGEST_LENGTH)
		return SIZE_MAX;
	for (size_t k = 0; k <= nb; k++)
		row[0][k] = k;
	for (size_t i = 1; i <= na; i++) {
		size_t *now = row[i % 3], *last = row[(i + 2) % 3],
		       *older = row[(i + 1) % 3];

		now[0] = i;
		for (size_t k = 1; k <= nb; k++) {
			char x = span_lower(a[i - 1]), y = span_lower(b[k - 1]);
			size_t best = last[k - 1] + (x != y);

			if (last[k] + 1 < best)
				best = last[k] + 1;
			if (now[k - 1] + 1 < best)
				best = now[k - 1] + 1;
			if (i > 1 && k > 1 && x == span_lower(b[k - 2]) &&
			    y == span_lower(a[i - 2]) && older[k - 2] + 1 < best)
				best = older[k - 2] + 1;
			now[k] = best;
		}
	}
	return row[na % 3][nb];
}

bool json_obj_end(struct json_obj *o, struct err *err)
{
	for (const cJSON *v = to_cjson(o->v)->child; v != NULL; v = v->next) {
		const char *near = NULL;
		size_t i = 0, least = SUGGEST_EDITS + 1;

		while (i < o->known_n && strcmp(o->known[i], v->string) != 0)
			i++;
		if (i < o->known_n)
			continue;
		for (i = 0; i < o->known_n; i++) {
			size_t n = edits(v->string, o->known[i]);

			if (n < least && n < strlen(v->string)) {
				least = n;
				near = o->known[i];
			}
		}
		json_complain(o, v->string, err, "unknown key");
		if (near != NULL)
			err_hint(err, "did you mean \"%s\"?", near);
		return false;
	}
	return true;
}
