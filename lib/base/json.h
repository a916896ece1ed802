/* SPDX-License-Identifier: MIT */
#ifndef BASE_JSON_H
#define BASE_JSON_H
/*
 * JSON with comments in, JSON out.  Parsing is cJSON's (behind this header: nobody else
 * includes it); writing is streamed here so that a list of a million rows needs no tree.
 *
 * Reading.  A document is at most JSON_SIZE_MAX octets and JSON_DEPTH_MAX deep.  C and
 * C++ comments are allowed.  Refused beyond the grammar: octets that are not UTF-8, a NUL
 * (also as an escape), one key twice in an object, anything after the document.
 * json_get_int takes whole numbers up to 2^53 - 1, which every JSON reader holds exactly.
 * Every getter of json_obj marks the key as known; json_obj_end then names the first key
 * nobody asked for, with line and column in the original text and, where one known key is
 * near (edit distance at most 2), "did you mean".  Errors are ERR_CONFIG and name
 * file:line:column.
 */
#include "base/arena.h"
#include "base/err.h"
#include "base/span.h"
#include "base/strbuf.h"

#define JSON_SIZE_MAX  (4u << 20)
#define JSON_DEPTH_MAX 64

struct json_doc;   /* owns text and tree */
struct json_value; /* borrowed from the document */

bool json_parse(const char *name, struct span text, struct json_doc **out,
		struct err *err) MUST_CHECK;
void json_free(struct json_doc *doc);
const struct json_value *json_root(const struct json_doc *doc);

/* An object being read.  path ("old.tls") stands in messages. */
struct json_obj {
	struct json_doc *doc;
	const struct json_value *v;
	const char *path;      /* borrowed, like the keys the getters are asked for */
	const char *known[64]; /* more distinct keys than that are a mistake of ours */
	size_t known_n;
};
/* False: v is not an object. */
bool json_obj_begin(struct json_doc *doc, const struct json_value *v, const char *path,
		    struct json_obj *out, struct err *err) MUST_CHECK;
/* Absent key: true, *out untouched.  Wrong type or out of range: false.  null counts as
 * absent. */
bool json_get_str(struct json_obj *o, const char *key, const char **out,
		  struct err *err) MUST_CHECK;
bool json_get_int(struct json_obj *o, const char *key, int64_t min, int64_t max,
		  int64_t *out, struct err *err) MUST_CHECK;
bool json_get_bool(struct json_obj *o, const char *key, bool *out,
		   struct err *err) MUST_CHECK;
/* Sub-object or array; *out is NULL when absent. */
bool json_get_object(struct json_obj *o, const char *key, const struct json_value **out,
		     struct err *err) MUST_CHECK;
bool json_get_array(struct json_obj *o, const char *key, const struct json_value **out,
		    struct err *err) MUST_CHECK;
bool json_obj_end(struct json_obj *o, struct err *err) MUST_CHECK;
/* An error at this key of the object (or at the object when key is NULL): "file:3:7:
 * old.tls: ...". */
bool json_complain(struct json_obj *o, const char *key, struct err *err, const char *fmt,
		   ...) PRINTF_LIKE(4, 5);
#ifdef __clang_analyzer__ /* as in err.h */
#define json_complain(...) (json_complain(__VA_ARGS__), false)
#endif

/* Members of arrays and objects in file order; NULL at the end. */
const struct json_value *json_first(const struct json_value *v);
const struct json_value *json_next(const struct json_value *v);
const char *json_key(const struct json_value *v);    /* NULL in arrays */
const char *json_string(const struct json_value *v); /* NULL unless a string */
bool json_is_object(const struct json_value *v);

/*
 * Writing: a small state machine that puts commas and indentation.  Strings that are not
 * valid UTF-8 are written with U+FFFD for each bad octet.  out grows; the caller flushes
 * and clears it when it likes.
 */
struct json_out {
	struct strbuf *out;
	bool compact; /* one line, no blanks: JSON lines and canonical payloads */
	unsigned depth;
	bool first[JSON_DEPTH_MAX];
	bool after_key;
};
void json_out_init(struct json_out *j, struct strbuf *out, bool compact);
void json_begin_object(struct json_out *j);
void json_end_object(struct json_out *j);
void json_begin_array(struct json_out *j);
void json_end_array(struct json_out *j);
void json_name(struct json_out *j, const char *key);
void json_str(struct json_out *j, const char *s); /* NULL writes null */
void json_span(struct json_out *j, struct span s);
void json_int(struct json_out *j, int64_t v);
void json_bool(struct json_out *j, bool v);
void json_null(struct json_out *j);
/* name and value together */
void json_put_str(struct json_out *j, const char *key, const char *s);
void json_put_int(struct json_out *j, const char *key, int64_t v);
void json_put_bool(struct json_out *j, const char *key, bool v);

#endif
