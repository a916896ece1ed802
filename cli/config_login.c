/* SPDX-License-Identifier: MIT */
#include "cli/config_login.h"

#define ARGV_MAX       64
#define CREDENTIAL_MAX 255

const char *config_path(struct config *c, const char *dir, const char *path)
{
	if (path[0] == '/' || strcmp(dir, ".") == 0)
		return arena_strdup(&c->arena, path);
	return arena_printf(&c->arena, "%s/%s", dir, path);
}

static bool read_argv(struct config *c, struct json_obj *o, const struct json_value *list,
		      struct secret_source *s, struct err *err)
{
	const char **argv = arena_alloc(&c->arena, (ARGV_MAX + 1) * sizeof *argv);
	const struct json_value *v;
	size_t n = 0;

	for (v = json_first(list); v != NULL; v = json_next(v)) {
		if (json_string(v) == NULL)
			return json_complain(
				o, "command", err,
				"is a list of strings: the program and its arguments");
		if (n == ARGV_MAX)
			return json_complain(o, "command", err, "has more than %d words",
					     ARGV_MAX);
		argv[n++] = arena_strdup(&c->arena, json_string(v));
	}
	if (n == 0 || argv[0][0] == '\0')
		return json_complain(o, "command", err, "names no program");
	*s = (struct secret_source){ .kind = SECRET_COMMAND, .argv = argv };
	return true;
}

/* What systemd allows for the name of a credential. */
static bool is_credential(const char *s)
{
	if (*s == '\0' || strlen(s) > CREDENTIAL_MAX || strcmp(s, ".") == 0 ||
	    strcmp(s, "..") == 0)
		return false;
	for (; *s != '\0'; s++)
		if (*s == '/' || *s == ':' || (unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	return true;
}

/* The folder is systemd's to name, for the time of a service. */
static bool read_credential(struct config *c, struct json_obj *o, const char *key,
			    const char *name, enum secret_kind kind,
			    struct secret_source *s, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (!is_credential(name))
		return json_complain(
			o, key, err,
			"is the name of a credential, as in "
			"LoadCredential=NAME:PATH of the unit; it has no '/'");
	*s = (struct secret_source){ .kind = kind,
				     .credential = arena_strdup(&c->arena, name) };
	if (dir != NULL && *dir == '/')
		s->path = arena_printf(&c->arena, "%s/%s", dir, name);
	return true;
}

bool config_secret(struct config *c, struct json_doc *doc, const struct json_value *v,
		   const char *path, bool of_key, const char *dir,
		   struct secret_source *s, struct err *err)
{
	struct json_obj o;
	const struct json_value *command;
	const char *file = NULL, *users = NULL, *credential = NULL,
		   *users_credential = NULL;
	bool prompt = false;

	if (!json_obj_begin(doc, v, path, &o, err) ||
	    !json_get_array(&o, "command", &command, err) ||
	    !json_get_str(&o, "file", &file, err) ||
	    !json_get_str(&o, "credential", &credential, err) ||
	    (!of_key && (!json_get_str(&o, "users_file", &users, err) ||
			 !json_get_str(&o, "users_credential", &users_credential, err) ||
			 !json_get_bool(&o, "prompt", &prompt, err))) ||
	    !json_obj_end(&o, err))
		return false;
	if ((command != NULL) + (file != NULL) + (users != NULL) + (credential != NULL) +
		    (users_credential != NULL) + prompt !=
	    1)
		return json_complain(&o, NULL, err,
				     of_key ? "needs exactly one of \"command\", "
					      "\"file\" and \"credential\""
					    : "needs exactly one of \"command\", "
					      "\"file\", \"users_file\", "
					      "\"credential\", \"users_credential\" "
					      "and \"prompt\": true");
	if (command != NULL)
		return read_argv(c, &o, command, s, err);
	if (credential != NULL)
		return read_credential(c, &o, "credential", credential, SECRET_FILE, s,
				       err);
	if (users_credential != NULL)
		return read_credential(c, &o, "users_credential", users_credential,
				       SECRET_USERS_FILE, s, err);
	*s = (struct secret_source){ .kind = SECRET_PROMPT };
	if (prompt)
		return true;
	if (*(file != NULL ? file : users) == '\0')
		return json_complain(&o, file != NULL ? "file" : "users_file", err,
				     "is empty");
	s->kind = file != NULL ? SECRET_FILE : SECRET_USERS_FILE;
	s->path = config_path(c, dir, file != NULL ? file : users);
	return true;
}

bool config_read_secrets(struct config *c, struct json_doc *doc,
			 const struct json_value *secret,
			 const struct json_value *key_secret, const char *dir,
			 struct server *s, struct err *err)
{
	const char *side = side_name(s->side);

	if (s->client_cert != NULL) {
		s->client_cert = config_path(c, dir, s->client_cert);
		s->client_key = s->client_key == NULL
					? s->client_cert
					: config_path(c, dir, s->client_key);
	}
	if (secret != NULL &&
	    !config_secret(c, doc, secret, arena_printf(&c->arena, "%s.secret", side),
			   false, dir, &s->secret, err))
		return false;
	return key_secret == NULL ||
	       config_secret(c, doc, key_secret,
			     arena_printf(&c->arena, "%s.client_key_secret", side), true,
			     dir, &s->key_secret, err);
}

static bool check_certificate(struct json_obj *o, const struct server *s, bool key_secret,
			      struct err *err)
{
	if (s->client_cert != NULL && *s->client_cert == '\0')
		return json_complain(o, "client_cert", err, "is empty");
	if (s->client_key != NULL && *s->client_key == '\0')
		return json_complain(o, "client_key", err, "is empty");
	if (s->client_cert == NULL && s->client_key != NULL)
		return json_complain(o, "client_key", err,
				     "is the key of \"client_cert\", which is missing");
	if (s->client_cert == NULL && key_secret)
		return json_complain(
			o, "client_key_secret", err,
			"is for the key of \"client_cert\", which is missing");
	if (s->client_cert != NULL && s->tls == TLS_NONE)
		return json_complain(o, "client_cert", err,
				     "is shown over TLS only, and \"tls\" is \"none\"");
	return true;
}

static bool check_mechanism(struct json_obj *o, const struct server *s, bool secret,
			    struct err *err)
{
	if (s->mechanism == MECHANISM_PASSWORD)
		return true;
	if (s->auth == AUTH_MASTER)
		return json_complain(o, "mechanism", err,
				     "\"%s\" does not go with \"auth\" \"master\", which "
				     "is a login by password; \"authzid\" does",
				     mechanism_name(s->mechanism));
	if (s->mechanism != MECHANISM_EXTERNAL)
		return true;
	if (s->client_cert == NULL)
		return json_complain(o, "mechanism", err,
				     "\"external\" needs \"client_cert\"");
	if (secret)
		return json_complain(o, "secret", err,
				     "is not for \"external\", which has none; the "
				     "passphrase of the key is \"client_key_secret\"");
	return true;
}

/* What belongs together: who logs in, as whom. */
bool config_check_login(struct json_obj *o, const struct server *s, const char *separator,
			bool secret, bool key_secret, struct err *err)
{
	if (s->auth == AUTH_USER && s->admin != NULL)
		return json_complain(o, "admin", err,
				     "is only for \"auth\" \"authzid\", \"master\" and "
				     "\"proxyauth\"; with \"user\" each account logs in "
				     "itself");
	if (s->auth != AUTH_USER && s->admin == NULL)
		return json_complain(o, "auth", err,
				     "\"%s\" needs \"admin\", the name that logs in",
				     auth_mode_name(s->auth));
	if (s->admin != NULL && (*s->admin == '\0' || strpbrk(s->admin, "\r\n") != NULL))
		return json_complain(o, "admin", err, "is not a login name");
	if (strlen(separator) != 1)
		return json_complain(
			o, "master_separator", err,
			"is one character, \"*\" unless the server was set up otherwise");
	return check_certificate(o, s, key_secret, err) &&
	       check_mechanism(o, s, secret, err);
}
