/* SPDX-License-Identifier: MIT */
#include "cli/config_weekly.h"

#include "base/num.h"
#include "cli/config_login.h"

#define TIMEOUT_MS 60000

static const char address_form[] = "is one address, \"name@example.org\" or \"Name "
				   "<name@example.org>\" (its host in "
				   "ASCII, as xn--...)";

static bool recipients(struct config *c, struct json_obj *o,
		       const struct json_value *list, struct err *err)
{
	struct config_weekly *w = &c->weekly;
	struct mail_address *to;
	size_t n = 0;

	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m))
		n++;
	if (n == 0 || n > WEEKLY_TO_MAX)
		return json_complain(o, "to", err, "is a list of 1 to %u addresses",
				     WEEKLY_TO_MAX);
	w->to = to = arena_alloc(&c->arena, n * sizeof *to);
	for (const struct json_value *m = json_first(list); m != NULL; m = json_next(m)) {
		if (json_string(m) == NULL ||
		    !mail_address(span_str(json_string(m)), &c->arena, &to[w->to_n]))
			return json_complain(o, "to", err, "number %zu %s", w->to_n + 1,
					     address_form);
		for (size_t i = 0; i < w->to_n; i++)
			if (strcmp(to[i].addr, to[w->to_n].addr) == 0)
				return json_complain(o, "to", err, "names \"%s\" twice",
						     to[i].addr);
		w->to_n++;
	}
	return true;
}

/* A login name goes to the server in base64: what it may not hold is what no server
 * takes. */
static bool is_user(const char *s)
{
	for (const char *p = s; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return false;
	return *s != '\0' && strlen(s) <= 255;
}

static bool secret_of(struct config *c, struct json_doc *doc, struct json_obj *o,
		      const struct json_value *v, const char *dir,
		      struct secret_source *s, struct err *err)
{
	if (v == NULL)
		return true;
	if (!config_secret(c, doc, v, "weekly.smtp.secret", true, dir, s, err))
		return false;
	for (size_t i = 0; s->kind == SECRET_COMMAND && s->argv[i] != NULL; i++)
		if (strstr(s->argv[i], "{side}") != NULL)
			return json_complain(o, "secret", err,
					     "has no {side}: it is of neither server");
	return true;
}

static bool check_login(struct json_obj *o, const struct config_weekly *w,
			const struct server *s, const char *mechanism, bool secret,
			struct err *err)
{
	if (s->mechanism == MECHANISM_EXTERNAL)
		return json_complain(o, "mechanism", err,
				     "is \"password\", \"oauthbearer\" or \"xoauth2\"");
	if (w->user != NULL && !is_user(w->user))
		return json_complain(o, "user", err, "is not a login name");
	if (w->user == NULL && (secret || mechanism != NULL))
		return json_complain(o, secret ? "secret" : "mechanism", err,
				     "needs \"user\", the name that logs in");
	if (w->user != NULL && !secret)
		return json_complain(o, "user", err,
				     "needs \"secret\": { \"command\", \"file\" or "
				     "\"credential\" ... }; nobody is there to be asked");
	return true;
}

static bool server(struct config *c, struct json_doc *doc, const struct json_value *v,
		   const char *dir, struct err *err)
{
	const char *host = NULL, *tls = "starttls", *tls_min = "1.2", *ca = NULL,
		   *pin = NULL, *user = NULL, *mechanism = NULL;
	const struct json_value *secret;
	struct server *s = arena_alloc(&c->arena, sizeof *s);
	struct json_obj o;
	int64_t port = 0;

	s->timeout_ms = TIMEOUT_MS;
	if (!json_obj_begin(doc, v, "weekly.smtp", &o, err) ||
	    !json_get_str(&o, "host", &host, err) ||
	    !json_get_int(&o, "port", 1, 65535, &port, err) ||
	    !json_get_str(&o, "tls", &tls, err) ||
	    !json_get_str(&o, "tls_min", &tls_min, err) ||
	    !json_get_str(&o, "ca_file", &ca, err) ||
	    !json_get_str(&o, "pin", &pin, err) ||
	    !json_get_str(&o, "user", &user, err) ||
	    !json_get_str(&o, "mechanism", &mechanism, err) ||
	    !json_get_object(&o, "secret", &secret, err) || !json_obj_end(&o, err))
		return false;
	if (!config_reach(&o, host, tls_min, pin, err))
		return false;
	if (!config_tls_mode(tls, &s->tls) || s->tls == TLS_NONE)
		return json_complain(&o, "tls", err,
				     "is \"implicit\" or \"starttls\": the mail names "
				     "people, and does not go in clear text");
	if (mechanism != NULL && !config_mechanism(mechanism, &s->mechanism))
		return json_complain(&o, "mechanism", err,
				     "is \"password\", \"oauthbearer\" or \"xoauth2\"");
	s->host = arena_strdup(&c->arena, host);
	s->port = port != 0 ? (unsigned)port : s->tls == TLS_IMPLICIT ? 465 : 587;
	s->tls_min = arena_strdup(&c->arena, tls_min);
	s->ca_file = ca != NULL ? config_path(c, dir, ca) : NULL;
	s->pin = pin != NULL ? arena_strdup(&c->arena, pin) : NULL;
	c->weekly.user = user != NULL ? arena_strdup(&c->arena, user) : NULL;
	c->weekly.smtp = s;
	return check_login(&o, &c->weekly, s, mechanism, secret != NULL, err) &&
	       secret_of(c, doc, &o, secret, dir, &s->secret, err);
}

/* Run as it is, with options of ours: a program, not a line for a shell. */
static bool is_program(const char *s)
{
	if (*s != '/')
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || *s == 0x7f)
			return false;
	return true;
}

bool config_weekly(struct config *c, struct json_doc *doc, const struct json_value *v,
		   const char *dir, struct err *err)
{
	struct config_weekly *w = &c->weekly;
	const char *from = NULL, *program = NULL, *limit = NULL;
	const struct json_value *to, *smtp;
	struct json_obj o;

	w->limit = WEEKLY_LIMIT;
	if (!json_obj_begin(doc, v, "weekly", &o, err) ||
	    !json_get_str(&o, "from", &from, err) ||
	    !json_get_array(&o, "to", &to, err) ||
	    !json_get_object(&o, "smtp", &smtp, err) ||
	    !json_get_str(&o, "sendmail", &program, err) ||
	    !json_get_str(&o, "attachment_limit", &limit, err) ||
	    !json_get_bool(&o, "redact", &w->redact, err) || !json_obj_end(&o, err))
		return false;
	if (from == NULL || to == NULL)
		return json_complain(&o, NULL, err, "needs \"from\" and \"to\"");
	if (!mail_address(span_str(from), &c->arena, &w->from))
		return json_complain(&o, "from", err, "%s", address_form);
	if (!recipients(c, &o, to, err))
		return false;
	if ((smtp != NULL) == (program != NULL))
		return json_complain(&o, NULL, err,
				     "needs one of \"smtp\" and \"sendmail\", by which "
				     "the mail leaves");
	if (program != NULL && !is_program(program))
		return json_complain(&o, "sendmail", err,
				     "is the path of the program alone, such as "
				     "\"/usr/sbin/sendmail\"");
	if (limit != NULL &&
	    (!num_size(span_str(limit), &w->limit) || w->limit > WEEKLY_LIMIT_MAX))
		return json_complain(&o, "attachment_limit", err,
				     "is a size up to \"100M\", such as \"10M\"");
	w->sendmail = program != NULL ? arena_strdup(&c->arena, program) : NULL;
	w->present = true;
	return smtp == NULL || server(c, doc, smtp, dir, err);
}
