/* SPDX-License-Identifier: MIT */
#include "cli/config.h"

#include "base/fs.h"
#include "base/json.h"
#include "base/num.h"
#include "checklists/checklist.h"
#include "cli/config_dns.h"
#include "cli/config_gate.h"
#include "cli/config_login.h"
#include "cli/config_logs.h"
#include "cli/config_map.h"
#include "cli/config_plan.h"
#include "cli/config_weekly.h"
#include "cli/gentle.h"
#include "cli/suggest.h"
#include "profile/profile.h"

#define SECOND		((int64_t)1)
#define DAY		(86400 * SECOND)
#define RETAIN_DEFAULT	((int64_t)90 * 86400)
#define AGE_DEFAULT	(7 * DAY)
#define TIMEOUT_DEFAULT 60
#define TIMEOUT_MAX	3600
#define MASS_MESSAGES	50
#define MASS_PERCENT	20
#define GAP_DEFAULT	(7200 * SECOND)

static bool config_compress(const char *s, enum compress_mode *out)
{
	for (int m = 0; m < COMPRESS_MODE_COUNT; m++)
		if (strcmp(s, compress_mode_name((enum compress_mode)m)) == 0) {
			*out = (enum compress_mode)m;
			return true;
		}
	return false;
}

static bool config_acl(const char *s, enum acl_mode *out)
{
	for (int m = 0; m < ACL_MODE_COUNT; m++)
		if (strcmp(s, acl_mode_name((enum acl_mode)m)) == 0) {
			*out = (enum acl_mode)m;
			return true;
		}
	return false;
}

bool config_tls_mode(const char *s, enum tls_mode *out)
{
	int m;

	for (m = 0; m < TLS_MODE_COUNT; m++)
		if (strcmp(s, tls_mode_name((enum tls_mode)m)) == 0) {
			*out = (enum tls_mode)m;
			return true;
		}
	return false;
}

bool config_auth_mode(const char *s, enum auth_mode *out)
{
	int m;

	for (m = 0; m < AUTH_MODE_COUNT; m++)
		if (strcmp(s, auth_mode_name((enum auth_mode)m)) == 0) {
			*out = (enum auth_mode)m;
			return true;
		}
	return false;
}

bool config_mechanism(const char *s, enum mechanism *out)
{
	int m;

	for (m = 0; m < MECHANISM_COUNT; m++)
		if (strcmp(s, mechanism_name((enum mechanism)m)) == 0) {
			*out = (enum mechanism)m;
			return true;
		}
	return false;
}

static bool one_of(const char *s, const char *const *words)
{
	for (; *words != NULL; words++)
		if (strcmp(s, *words) == 0)
			return true;
	return false;
}

bool config_tls_min(const char *s)
{
	static const char *const words[] = { "1.0", "1.1", "1.2", "1.3", NULL };

	return one_of(s, words);
}

bool config_kind(const char *s)
{
	static const char *const words[] = { "auto",	"cyrus",   "dovecot",
					     "courier", "generic", NULL };

	return one_of(s, words);
}

/* A name or an address literal, for it becomes a part of a URL. */
bool config_host(const char *s)
{
	size_t n = strlen(s), i;

	if (n == 0 || n > 255 || s[0] == '-' || s[0] == '.')
		return false;
	for (i = 0; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if (!(c >= 0x80 || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		      (c >= '0' && c <= '9') || strchr("-._:", c) != NULL))
			return false;
	}
	return true;
}

/* 32 octets of SHA-256 are 43 digits of base64 and one '='. */
bool config_pin(const char *s)
{
	return strncmp(s, "sha256//", 8) == 0 && strlen(s) == 8 + 44 && s[8 + 43] == '=';
}

bool config_reach(struct json_obj *o, const char *host, const char *tls_min,
		  const char *pin, struct err *err)
{
	if (host == NULL)
		return json_complain(o, NULL, err, "needs \"host\"");
	if (!config_host(host))
		return json_complain(
			o, "host", err,
			"is not a host name or an address (no URL, no port)");
	if (!config_tls_min(tls_min))
		return json_complain(o, "tls_min", err,
				     "is \"1.0\", \"1.1\", \"1.2\" or \"1.3\"");
	if (pin != NULL && !config_pin(pin))
		return json_complain(o, "pin", err,
				     "is \"sha256//\" and 44 characters of base64");
	return true;
}

unsigned config_default_port(enum tls_mode tls)
{
	return tls == TLS_IMPLICIT ? 993 : 143;
}

unsigned config_default_connections(enum side side)
{
	return side == SIDE_OLD ? 2 : 4;
}

const struct server *config_server(const struct config *c, enum side side)
{
	return c->present[side] ? &c->server[side] : NULL;
}

/* The name of one that is shipped, or a file. */
static bool read_profile(struct config *c, struct json_obj *o, const char *profile,
			 const char *dir, struct server *s, struct err *err)
{
	struct suggest near;

	if (profile_is_path(profile)) {
		s->profile = config_path(c, dir, profile);
		return true;
	}
	suggest_init(&near, profile);
	suggest_try(&near, PROFILE_AUTO);
	for (size_t i = 0; profile_name(i) != NULL; i++)
		suggest_try(&near, profile_name(i));
	s->profile = arena_strdup(&c->arena, profile);
	if (strcmp(profile, PROFILE_AUTO) == 0 || profile_is_shipped(profile))
		return true;
	json_complain(
		o, "profile", err,
		"is \"auto\", the name of a profile, or the path of one (it ends in "
		".json)");
	if (near.best != NULL)
		err_hint(err, "did you mean \"%s\"?", near.best);
	return false;
}

static bool read_server(struct config *c, struct json_doc *doc,
			const struct json_value *v, enum side side, const char *dir,
			struct err *err)
{
	struct server *s = &c->server[side];
	struct json_obj o;
	const char *host = NULL, *tls = "implicit", *tls_min = "1.2", *ca = NULL,
		   *pin = NULL, *auth = "user", *mechanism = "password";
	const char *admin = NULL, *separator = "*", *kind = "auto", *timeout = NULL,
		   *profile = PROFILE_AUTO;
	const struct json_value *secret, *key_secret, *not_during;
	const char *compress = "auto", *acl = "auto";
	int64_t port = 0, connections = config_default_connections(side),
		seconds = TIMEOUT_DEFAULT;

	*s = (struct server){ .side = side };
	if (!json_obj_begin(doc, v, side_name(side), &o, err) ||
	    !json_get_str(&o, "host", &host, err) ||
	    !json_get_int(&o, "port", 1, 65535, &port, err) ||
	    !json_get_str(&o, "tls", &tls, err) ||
	    !json_get_str(&o, "tls_min", &tls_min, err) ||
	    !json_get_str(&o, "ca_file", &ca, err) ||
	    !json_get_str(&o, "pin", &pin, err) ||
	    !json_get_str(&o, "auth", &auth, err) ||
	    !json_get_str(&o, "mechanism", &mechanism, err) ||
	    !json_get_str(&o, "client_cert", &s->client_cert, err) ||
	    !json_get_str(&o, "client_key", &s->client_key, err) ||
	    !json_get_object(&o, "client_key_secret", &key_secret, err) ||
	    !json_get_str(&o, "admin", &admin, err) ||
	    !json_get_str(&o, "master_separator", &separator, err) ||
	    !json_get_object(&o, "secret", &secret, err) ||
	    !json_get_str(&o, "kind", &kind, err) ||
	    !json_get_str(&o, "profile", &profile, err) ||
	    !json_get_int(&o, "max_connections", 1, CONFIG_CONNECTIONS_MAX, &connections,
			  err) ||
	    !json_get_str(&o, "compress", &compress, err) ||
	    !json_get_str(&o, "acl", &acl, err) ||
	    !json_get_str(&o, "timeout", &timeout, err) ||
	    !json_get_array(&o, "not_during", &not_during, err) || !json_obj_end(&o, err))
		return false;
	if (!config_reach(&o, host, tls_min, pin, err))
		return false;
	if (!config_tls_mode(tls, &s->tls))
		return json_complain(&o, "tls", err,
				     "is \"implicit\", \"starttls\" or \"none\"");
	if (!config_auth_mode(auth, &s->auth))
		return json_complain(&o, "auth", err,
				     "is \"user\", \"authzid\", \"master\" or "
				     "\"proxyauth\"");
	if (!config_mechanism(mechanism, &s->mechanism))
		return json_complain(&o, "mechanism", err,
				     "is \"password\", \"oauthbearer\", \"xoauth2\" or "
				     "\"external\"");
	if (!config_kind(kind))
		return json_complain(&o, "kind", err,
				     "is \"auto\", \"cyrus\", \"dovecot\", \"courier\" "
				     "or \"generic\"");
	if (!config_compress(compress, &s->compress))
		return json_complain(&o, "compress", err,
				     "is \"auto\", \"on\" or \"off\"");
	if (!config_acl(acl, &s->acl))
		return json_complain(&o, "acl", err, "is \"auto\", \"on\" or \"off\"");
	if (timeout != NULL && (!num_duration(span_str(timeout), &seconds) ||
				seconds < 1 || seconds > TIMEOUT_MAX))
		return json_complain(&o, "timeout", err,
				     "is a time from \"1s\" to \"1h\"");
	s->host = arena_strdup(&c->arena, host);
	s->port = port != 0 ? (unsigned)port : config_default_port(s->tls);
	s->tls_min = arena_strdup(&c->arena, tls_min);
	s->ca_file = ca != NULL ? config_path(c, dir, ca) : NULL;
	s->pin = pin != NULL ? arena_strdup(&c->arena, pin) : NULL;
	s->admin = admin != NULL ? arena_strdup(&c->arena, admin) : NULL;
	s->kind = arena_strdup(&c->arena, kind);
	if (!read_profile(c, &o, profile, dir, s, err))
		return false;
	s->max_connections = (unsigned)connections;
	s->timeout_ms = seconds * 1000;
	s->master_separator = separator[0];
	if (not_during != NULL && !gentle_config(c, &o, not_during, s, err))
		return false;
	c->present[side] = true;
	return config_check_login(&o, s, separator, secret != NULL, key_secret != NULL,
				  err) &&
	       config_read_secrets(c, doc, secret, key_secret, dir, s, err);
}

static size_t count(const struct json_value *v)
{
	size_t n = 0;

	for (v = json_first(v); v != NULL; v = json_next(v))
		n++;
	return n;
}

/* An atom of RFC 3501, as a flag keyword is; the system flags are not renamed. */
static bool is_keyword(const char *s)
{
	if (s == NULL || *s == '\0' || strlen(s) > 255)
		return false;
	for (; *s != '\0'; s++)
		if ((unsigned char)*s <= ' ' || (unsigned char)*s == 0x7F ||
		    strchr("(){%*\"\\]", *s) != NULL)
			return false;
	return true;
}

static bool read_keywords(struct config *c, struct json_doc *doc,
			  const struct json_value *v, struct err *err)
{
	const struct json_value *m;
	struct config_rename *rename;
	struct json_obj o;

	/* Every key is a name of the user's: none can be unknown. */
	if (!json_obj_begin(doc, v, "keywords", &o, err))
		return false;
	c->keyword_n = count(v);
	c->keywords = rename = arena_alloc(&c->arena,
					   (c->keyword_n + 1) * sizeof *rename);
	for (m = json_first(v); m != NULL; m = json_next(m)) {
		if (!is_keyword(json_key(m)) || !is_keyword(json_string(m)))
			return json_complain(&o, json_key(m), err,
					     "is written \"old keyword\": \"new "
					     "keyword\", both as servers show them");
		*rename++ = (struct config_rename){
			.old_name = arena_strdup(&c->arena, json_key(m)),
			.new_name = arena_strdup(&c->arena, json_string(m))
		};
	}
	return true;
}

static bool read_limits(struct config *c, struct json_doc *doc,
			const struct json_value *v, struct err *err)
{
	int64_t messages = c->mass_messages, percent = c->mass_percent;
	const struct json_value *mass;
	const char *gap = NULL;
	struct json_obj o, in;

	if (!json_obj_begin(doc, v, "limits", &o, err) ||
	    !json_get_object(&o, "mass_removal", &mass, err) ||
	    !json_get_str(&o, "seal_gap", &gap, err) || !json_obj_end(&o, err))
		return false;
	if (gap != NULL &&
	    (!num_duration(span_str(gap), &c->seal_gap) || c->seal_gap < 1))
		return json_complain(&o, "seal_gap", err,
				     "is a time such as \"30m\" or \"2h\"");
	if (mass == NULL)
		return true;
	if (!json_obj_begin(doc, mass, "limits.mass_removal", &in, err) ||
	    !json_get_int(&in, "messages", 1, INT32_MAX, &messages, err) ||
	    !json_get_int(&in, "percent", 1, 100, &percent, err) ||
	    !json_obj_end(&in, err))
		return false;
	c->mass_messages = messages;
	c->mass_percent = (unsigned)percent;
	return true;
}

static bool read_privacy(struct config *c, struct json_doc *doc,
			 const struct json_value *v, struct err *err)
{
	const char *retain = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, v, "privacy", &o, err) ||
	    !json_get_str(&o, "retain", &retain, err) || !json_obj_end(&o, err))
		return false;
	if (retain != NULL &&
	    (!num_duration(span_str(retain), &c->retain) || c->retain < 86400))
		return json_complain(&o, "retain", err,
				     "is a time of a day or more, such as \"90d\"");
	return true;
}

static bool read_all(struct config *c, struct json_doc *doc, const char *dir,
		     struct err *err)
{
	const struct json_value *old_side, *new_side, *map, *keywords, *limits, *logs,
		*plan, *dns, *gate, *weekly, *privacy;
	const char *project = NULL, *age = NULL, *between = NULL, *day = NULL;
	struct json_obj o;

	if (!json_obj_begin(doc, json_root(doc), "", &o, err) ||
	    !json_get_str(&o, "project", &project, err) ||
	    !json_get_object(&o, "old", &old_side, err) ||
	    !json_get_object(&o, "new", &new_side, err) ||
	    !json_get_object(&o, "map", &map, err) ||
	    !json_get_object(&o, "keywords", &keywords, err) ||
	    !json_get_object(&o, "limits", &limits, err) ||
	    !json_get_object(&o, "logs", &logs, err) ||
	    !json_get_object(&o, "plan", &plan, err) ||
	    !json_get_object(&o, "dns", &dns, err) ||
	    !json_get_object(&o, "gate", &gate, err) ||
	    !json_get_object(&o, "weekly", &weekly, err) ||
	    !json_get_object(&o, "privacy", &privacy, err) ||
	    !json_get_str(&o, "max_age", &age, err) ||
	    !json_get_str(&o, "max_gap", &between, err) ||
	    !json_get_str(&o, "service_date", &day, err) || !json_obj_end(&o, err))
		return false;
	if (old_side == NULL)
		return json_complain(&o, NULL, err,
				     "needs \"old\", the server that is moved away from");
	if (between != NULL &&
	    (!num_duration(span_str(between), &c->max_gap) || c->max_gap < 1))
		return json_complain(&o, "max_gap", err,
				     "is a time such as \"2h\" or \"1d\"");
	if (day != NULL && !checklist_day(span_str(day), &c->service_date))
		return json_complain(&o, "service_date", err,
				     "is a day such as \"2026-12-12\"");
	if (age != NULL && (!num_duration(span_str(age), &c->max_age) || c->max_age < 60))
		return json_complain(&o, "max_age", err,
				     "is a time such as \"12h\" or \"7d\"");
	c->project = arena_strdup(&c->arena,
				  project != NULL ? project : "mail migration");
	return read_server(c, doc, old_side, SIDE_OLD, dir, err) &&
	       (new_side == NULL || read_server(c, doc, new_side, SIDE_NEW, dir, err)) &&
	       (map == NULL || config_map(c, doc, map, err)) &&
	       (keywords == NULL || read_keywords(c, doc, keywords, err)) &&
	       (limits == NULL || read_limits(c, doc, limits, err)) &&
	       (logs == NULL || config_logs(c, doc, logs, err)) &&
	       (plan == NULL || config_plan(c, doc, plan, err)) &&
	       (dns == NULL || config_dns(c, doc, dns, err)) &&
	       (gate == NULL || config_gate(c, doc, gate, dir, err)) &&
	       (weekly == NULL || config_weekly(c, doc, weekly, dir, err)) &&
	       (privacy == NULL || read_privacy(c, doc, privacy, err));
}

bool config_parse(const char *name, struct span text, const char *dir, struct config *out,
		  struct err *err)
{
	struct json_doc *doc = NULL;
	bool ok;

	*out = (struct config){ .max_age = AGE_DEFAULT,
				.retain = RETAIN_DEFAULT,
				.mass_messages = MASS_MESSAGES,
				.mass_percent = MASS_PERCENT,
				.seal_gap = GAP_DEFAULT };
	arena_init(&out->arena);
	config_plan_defaults(out);
	gate_limits_standard(&out->gate.limits);
	out->path = arena_strdup(&out->arena, name);
	ok = json_parse(name, text, &doc, err) && read_all(out, doc, dir, err);
	json_free(doc);
	return ok;
}

bool config_read(const char *path, const char *dir, struct config *out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = false;

	*out = (struct config){ 0 };
	if (!fs_read(path, JSON_SIZE_MAX, &text, err)) {
		if (err->cls == ERR_LIMIT)
			err->cls = ERR_CONFIG;
		goto out;
	}
	ok = config_parse(path, strbuf_span(&text), dir, out, err);
out:
	strbuf_done(&text);
	return ok;
}

void config_done(struct config *c)
{
	arena_done(&c->arena);
	*c = (struct config){ 0 };
}
