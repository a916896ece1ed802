/* SPDX-License-Identifier: MIT */
#include "profile/profile_read.h"

#include "base/json.h"
#include "base/text.h"
#include "model/body.h"

struct reader {
	struct arena *arena;
	struct json_doc *doc;
	struct profile *p;
	struct err *err;
};

static const char *keep(struct reader *r, const char *s)
{
	return arena_strdup(r->arena, s);
}

static const char *path_of(struct reader *r, const struct json_obj *o, const char *key)
{
	return arena_printf(r->arena, "%s%s%s", o->path, *o->path != '\0' ? "." : "",
			    key);
}

/* A section of the profile; *there is false when it is absent. */
static bool section(struct reader *r, struct json_obj *o, const char *key,
		    struct json_obj *out, bool *there)
{
	const struct json_value *v;

	*there = true;
	if (!json_get_object(o, key, &v, r->err))
		return false;
	*there = v != NULL;
	return v == NULL || json_obj_begin(r->doc, v, path_of(r, o, key), out, r->err);
}

/* Where a value comes from; without that it is hearsay. */
static bool source(struct reader *r, struct json_obj *o, const char **out)
{
	const char *s = NULL;

	if (!json_get_str(o, "source", &s, r->err))
		return false;
	if (s == NULL || *s == '\0')
		return json_complain(o, NULL, r->err, "needs a \"source\"");
	*out = keep(r, s);
	return true;
}

static bool is_absent(struct reader *r, struct json_obj *o)
{
	return json_complain(o, NULL, r->err, "needs a \"value\"");
}

static bool read_limit(struct reader *r, struct json_obj *o, const char *key, bool unit,
		       struct profile_limit *out)
{
	static const char *const units[] = { "utf8", "utf7", "characters" };
	const char *in = "utf8";
	struct json_obj v;
	bool there;
	size_t i = 0;

	if (!section(r, o, key, &v, &there))
		return false;
	if (!there)
		return true;
	if (!json_get_int(&v, "value", 1, INT64_C(1) << 50, &out->value, r->err) ||
	    (unit && !json_get_str(&v, "in", &in, r->err)) ||
	    !source(r, &v, &out->source) || !json_obj_end(&v, r->err))
		return false;
	if (out->value == 0)
		return is_absent(r, &v);
	while (i < COUNT_OF(units) && strcmp(in, units[i]) != 0)
		i++;
	if (i == COUNT_OF(units))
		return json_complain(&v, "in", r->err,
				     "is \"utf8\", \"utf7\" or \"characters\"");
	out->unit = (enum profile_unit)i;
	return true;
}

static bool read_list(struct reader *r, struct json_obj *o, const char *key,
		      struct profile_words *out)
{
	const struct json_value *list, *v;
	const char **word;
	size_t n = 0;

	if (!json_get_array(o, key, &list, r->err))
		return false;
	if (list == NULL)
		return true;
	for (v = json_first(list); v != NULL; v = json_next(v), n++)
		if (json_string(v) == NULL || *json_string(v) == '\0')
			return json_complain(o, key, r->err,
					     "is a list of strings, none empty");
	if (n > PROFILE_WORDS_MAX)
		return json_complain(o, key, r->err, "has more than %u items",
				     PROFILE_WORDS_MAX);
	out->word = word = arena_alloc(r->arena, (n + 1) * sizeof *word);
	out->n = n;
	for (v = json_first(list); v != NULL; v = json_next(v))
		*word++ = keep(r, json_string(v));
	return true;
}

static bool read_words(struct reader *r, struct json_obj *o, const char *key,
		       struct profile_words *out)
{
	struct json_obj v;
	bool there;

	if (!section(r, o, key, &v, &there) || !there)
		return !there;
	if (!read_list(r, &v, "value", out) || !source(r, &v, &out->source) ||
	    !json_obj_end(&v, r->err))
		return false;
	return out->word != NULL || is_absent(r, &v);
}

static bool read_text(struct reader *r, struct json_obj *o, const char *key,
		      struct profile_text *out)
{
	const char *text = NULL;
	struct json_obj v;
	bool there;

	out->text = "";
	if (!section(r, o, key, &v, &there) || !there)
		return !there;
	if (!json_get_str(&v, "value", &text, r->err) || !source(r, &v, &out->source) ||
	    !json_obj_end(&v, r->err))
		return false;
	if (text == NULL)
		return is_absent(r, &v);
	out->text = keep(r, text);
	return true;
}

static bool read_switch(struct reader *r, struct json_obj *o, const char *key,
			struct profile_switch *out)
{
	bool yes = true, no = false;
	struct json_obj v;
	bool there;

	if (!section(r, o, key, &v, &there) || !there)
		return !there;
	/* Read with either default: where they differ nothing was said. */
	if (!json_get_bool(&v, "value", &yes, r->err) ||
	    !json_get_bool(&v, "value", &no, r->err) || !source(r, &v, &out->source) ||
	    !json_obj_end(&v, r->err))
		return false;
	out->on = yes;
	return yes == no || is_absent(r, &v);
}

/* A list of objects with a source, and a sentence or word under text_key. */
static bool read_facts(struct reader *r, struct json_obj *o, const char *key,
		       const char *text_key, const struct profile_fact **out,
		       size_t *n_out)
{
	const struct json_value *list, *v;
	struct profile_fact *fact;
	size_t n = 0;

	if (!json_get_array(o, key, &list, r->err))
		return false;
	if (list == NULL)
		return true;
	for (v = json_first(list); v != NULL; v = json_next(v))
		n++;
	if (n > PROFILE_WORDS_MAX)
		return json_complain(o, key, r->err, "has more than %u items",
				     PROFILE_WORDS_MAX);
	*out = fact = arena_alloc(r->arena, (n + 1) * sizeof *fact);
	*n_out = n;
	for (v = json_first(list); v != NULL; v = json_next(v), fact++) {
		const char *text = NULL;
		struct json_obj item;

		if (!json_obj_begin(r->doc, v, path_of(r, o, key), &item, r->err) ||
		    !json_get_str(&item, text_key, &text, r->err) ||
		    !source(r, &item, &fact->source) || !json_obj_end(&item, r->err))
			return false;
		if (text == NULL || *text == '\0')
			return json_complain(&item, NULL, r->err, "needs \"%s\"",
					     text_key);
		fact->why = keep(r, text);
	}
	return true;
}

static bool read_not_comparable(struct reader *r, struct json_obj *o)
{
	const struct json_value *list, *v;

	if (!json_get_array(o, "not_comparable", &list, r->err))
		return false;
	for (v = list != NULL ? json_first(list) : NULL; v != NULL; v = json_next(v)) {
		const char *fact = NULL, *why = NULL, *from;
		struct json_obj item;
		unsigned bit = 0;

		if (!json_obj_begin(r->doc, v, "not_comparable", &item, r->err) ||
		    !json_get_str(&item, "fact", &fact, r->err) ||
		    !json_get_str(&item, "why", &why, r->err) ||
		    !source(r, &item, &from) || !json_obj_end(&item, r->err))
			return false;
		if (fact == NULL || why == NULL || *why == '\0')
			return json_complain(&item, NULL, r->err,
					     "needs \"fact\" and \"why\"");
		while (bit < DIFF_COUNT && strcmp(fact, diff_name(bit)) != 0)
			bit++;
		if (bit == DIFF_COUNT)
			return json_complain(&item, "fact", r->err,
					     "is \"flags\", \"keywords\", \"date\", "
					     "\"octets\" or \"content\"");
		if ((r->p->not_comparable & 1u << bit) != 0)
			return json_complain(&item, "fact", r->err, "is there twice");
		r->p->not_comparable |= 1u << bit;
		r->p->not_comparable_why[bit] = (struct profile_fact){ keep(r, why),
								       from };
	}
	return true;
}

/* One of these words; *out is its index. */
static bool one_of(struct reader *r, struct json_obj *o, const char *key,
		   const char *const *words, size_t n, int *out)
{
	struct strbuf list = STRBUF_INIT;
	const char *s = NULL;
	bool ok = false;

	if (!json_get_str(o, key, &s, r->err))
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s != NULL && strcmp(s, words[i]) == 0) {
			*out = (int)i;
			ok = true;
		}
		strbuf_addf(&list, "%s\"%s\"", i > 0 ? ", " : "", words[i]);
	}
	if (!ok)
		json_complain(o, key, r->err, "is one of %s", strbuf_cstr(&list));
	strbuf_done(&list);
	return ok;
}

static bool read_dedup(struct reader *r, struct json_obj *o)
{
	static const char *const words[] = { "no", "folder", "account" };
	const char *by = "";
	struct json_obj v;
	bool there;
	int kind = 0;

	r->p->dedup_by = "";
	if (!section(r, o, "deduplicates", &v, &there) || !there)
		return !there;
	if (!one_of(r, &v, "value", words, COUNT_OF(words), &kind) ||
	    !json_get_str(&v, "by", &by, r->err) || !source(r, &v, &r->p->dedup_source) ||
	    !json_obj_end(&v, r->err))
		return false;
	r->p->dedup = (enum profile_dedup)kind;
	r->p->dedup_by = keep(r, by);
	return true;
}

static bool read_keywords(struct reader *r, struct json_obj *o)
{
	static const char *const words[] = { "kept", "limited", "dropped" };
	struct profile *p = r->p;
	const char *bad = "";
	struct json_obj v;
	bool there;
	int kind = 0;

	p->keywords_bad = "";
	if (!section(r, o, "keywords", &v, &there) || !there)
		return !there;
	if (!one_of(r, &v, "value", words, COUNT_OF(words), &kind) ||
	    !json_get_int(&v, "most", 1, 1000000, &p->keywords_most, r->err) ||
	    !json_get_int(&v, "longest", 1, 1000000, &p->keywords_longest, r->err) ||
	    !json_get_str(&v, "bad", &bad, r->err) ||
	    !source(r, &v, &p->keywords_source) || !json_obj_end(&v, r->err))
		return false;
	p->keywords = (enum profile_keywords)kind;
	p->keywords_bad = keep(r, bad);
	if ((p->keywords == PROFILE_KEYWORDS_LIMITED) != (p->keywords_most != 0))
		return json_complain(
			&v, NULL, r->err,
			"\"limited\" needs \"most\", and nothing else has it");
	return true;
}

static bool read_limits(struct reader *r, struct json_obj *o)
{
	struct profile *p = r->p;
	struct json_obj v;
	bool there;

	if (!section(r, o, "limits", &v, &there) || !there)
		return !there;
	return read_limit(r, &v, "message_octets", false, &p->message_octets) &&
	       read_limit(r, &v, "name_octets", true, &p->name_octets) &&
	       read_limit(r, &v, "part_octets", true, &p->part_octets) &&
	       read_limit(r, &v, "depth", false, &p->depth) &&
	       read_limit(r, &v, "folder_messages", false, &p->folder_messages) &&
	       read_limit(r, &v, "folders", false, &p->folders) &&
	       json_obj_end(&v, r->err);
}

static bool read_names(struct reader *r, struct json_obj *o)
{
	struct profile_text delimiter = { .text = "" };
	struct profile *p = r->p;
	struct json_obj v;
	bool there;

	p->refused.text = p->refused_by_some.text = p->refused_start.text = "";
	if (!section(r, o, "names", &v, &there) || !there)
		return !there;
	if (!read_text(r, &v, "delimiter", &delimiter) ||
	    !read_words(r, &v, "reserved", &p->reserved) ||
	    !read_text(r, &v, "refused", &p->refused) ||
	    !read_text(r, &v, "refused_by_some", &p->refused_by_some) ||
	    !read_text(r, &v, "refused_start", &p->refused_start) ||
	    !read_words(r, &v, "refused_parts", &p->refused_parts) ||
	    !read_switch(r, &v, "refuses_controls", &p->refuses_controls) ||
	    !read_switch(r, &v, "refuses_blanks", &p->refuses_blanks) ||
	    !read_switch(r, &v, "bmp_only", &p->bmp_only) ||
	    !read_switch(r, &v, "ignores_case", &p->ignores_case) ||
	    !read_switch(r, &v, "ignores_unicode_form", &p->ignores_unicode_form) ||
	    !read_switch(r, &v, "trims", &p->trims) || !json_obj_end(&v, r->err))
		return false;
	if (strlen(delimiter.text) > 1 || (unsigned char)delimiter.text[0] >= 0x80)
		return json_complain(&v, "delimiter", r->err, "is one ASCII character");
	p->delimiter = delimiter.text[0];
	return true;
}

static bool read_folders(struct reader *r, struct json_obj *o)
{
	struct json_obj v;
	bool there;

	if (!section(r, o, "folders", &v, &there) || !there)
		return !there;
	return read_words(r, &v, "virtual", &r->p->virtual_folders) &&
	       read_words(r, &v, "not_mail", &r->p->not_mail) && json_obj_end(&v, r->err);
}

static bool read_match(struct reader *r, struct json_obj *o, struct profile_match *out)
{
	const char *from;
	struct json_obj v;
	bool there;

	if (!section(r, o, "match", &v, &there) || !there)
		return !there;
	return read_list(r, &v, "server_id", &out->server_id) &&
	       read_list(r, &v, "capability", &out->capability) &&
	       read_list(r, &v, "greeting", &out->greeting) && source(r, &v, &from) &&
	       json_obj_end(&v, r->err);
}

/* Names of symptoms. */
static bool read_refuses(struct reader *r, struct json_obj *o)
{
	struct profile_words *w = &r->p->refuses_messages;
	enum symptom symptom;

	if (!read_words(r, o, "refuses_messages", w))
		return false;
	for (size_t i = 0; i < w->n; i++)
		if (!symptom_parse(w->word[i], &symptom))
			return json_complain(o, "refuses_messages", r->err,
					     "has \"%s\", which is no symptom",
					     w->word[i]);
	return true;
}

static bool read_all(struct reader *r, struct profile_match *match)
{
	struct profile *p = r->p;
	const char *name = NULL, *title = NULL;
	struct json_obj o;

	if (!json_obj_begin(r->doc, json_root(r->doc), "", &o, r->err) ||
	    !json_get_str(&o, "name", &name, r->err) ||
	    !json_get_str(&o, "title", &title, r->err) || !read_match(r, &o, match) ||
	    !read_limits(r, &o) || !read_names(r, &o) || !read_dedup(r, &o) ||
	    !read_folders(r, &o) || !read_keywords(r, &o) ||
	    !read_not_comparable(r, &o) ||
	    !read_facts(r, &o, "adds_fields", "field", &p->adds_field,
			&p->adds_field_n) ||
	    !read_refuses(r, &o) ||
	    !read_facts(r, &o, "alters", "text", &p->alters, &p->alters_n) ||
	    !read_facts(r, &o, "blind_spots", "text", &p->blind_spot, &p->blind_spot_n) ||
	    !json_obj_end(&o, r->err))
		return false;
	if (name == NULL || *name == '\0' || title == NULL || *title == '\0')
		return json_complain(&o, NULL, r->err, "needs \"name\" and \"title\"");
	p->name = keep(r, name);
	p->title = keep(r, title);
	return true;
}

bool profile_read(struct arena *arena, const char *name, struct span text,
		  struct profile *out, struct profile_match *match, struct err *err)
{
	struct reader r = { .arena = arena, .p = out, .err = err };
	bool ok;

	*out = (struct profile){ 0 };
	*match = (struct profile_match){ 0 };
	if (!json_parse(name, text, &r.doc, err))
		return false;
	ok = read_all(&r, match);
	json_free(r.doc);
	return ok;
}
