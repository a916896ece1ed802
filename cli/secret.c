/* SPDX-License-Identifier: MIT */
#include "cli/secret.h"

#include "base/fs.h"
#include "cli/ask.h"
#include "cli/msg.h"

/* One line of a users file, or one answer to a prompt. */
struct entry {
	struct span user, password; /* point into the side's text, or are owned by the
				       answers list */
	size_t line;
};

struct side_secrets {
	bool have;
	struct strbuf
		one; /* have, and not a users file: the password of the whole side */
	struct strbuf key;   /* passphrase of the client's key */
	struct strbuf users; /* text of the users file */
	struct entry *entry; /* sorted by user */
	size_t entry_n;
	struct answer {
		char *user;
		struct strbuf password;
	} * answer; /* what was typed for single accounts: a reconnect does not ask again
		     */
	size_t answer_n;
};

struct secrets {
	const struct globals *g;
	const struct config *config;
	struct side_secrets side[SIDE_COUNT];
};

struct secrets *secrets_new(const struct globals *g, const struct config *config)
{
	struct secrets *s = mem_calloc(1, sizeof *s);

	s->g = g;
	s->config = config;
	return s;
}

void secrets_free(struct secrets *s)
{
	size_t i, k;

	if (s == NULL)
		return;
	for (i = 0; i < SIDE_COUNT; i++) {
		strbuf_wipe(&s->side[i].one);
		strbuf_wipe(&s->side[i].key);
		strbuf_wipe(&s->side[i].users);
		free(s->side[i].entry);
		for (k = 0; k < s->side[i].answer_n; k++) {
			strbuf_wipe(&s->side[i].answer[k].password);
			free(s->side[i].answer[k].user);
		}
		free(s->side[i].answer);
	}
	free(s);
}

/* What editors of Windows put before a text.  It is in no password, and a password with it
 * is refused by the server: a few of these lock an account. */
static struct span without_bom(struct span text)
{
	static const char bom[] = "\xEF\xBB\xBF";

	return text.n >= strlen(bom) && memcmp(text.p, bom, strlen(bom)) == 0
		       ? span_from(text, strlen(bom))
		       : text;
}

bool secret_first_line(struct span text, const char *what, struct strbuf *out,
		       struct err *err)
{
	struct span rest = without_bom(text);
	ptrdiff_t end = span_index(rest, '\n');
	struct span line = { rest.p, end < 0 ? rest.n : (size_t)end };

	if (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	if (line.n == 0)
		return err_set(err, ERR_LOGIN, "%s: the password is empty", what);
	if (line.n > SECRET_OCTETS_MAX)
		return err_set(err, ERR_LOGIN,
			       "%s: the password is longer than %d octets", what,
			       SECRET_OCTETS_MAX);
	if (span_index(line, '\0') >= 0 || span_index(line, '\r') >= 0)
		return err_set(err, ERR_LOGIN,
			       "%s: the password holds a NUL or a carriage return", what);
	strbuf_reserve(out, line.n + 1);
	strbuf_addspan(out, line);
	return true;
}

/* A whole file of secrets, at most max octets. */
static bool read_file(const struct secret_source *source, size_t max, struct strbuf *out,
		      struct err *err)
{
	bool ok;

	if (source->path == NULL) {
		err_set(err, ERR_LOGIN,
			"there is no credential %s: CREDENTIALS_DIRECTORY is not set",
			shown(source->credential));
		return err_hint(
			err,
			"it is systemd that sets it, for a service whose unit says "
			"LoadCredential=%s:PATH",
			shown(source->credential));
	}
	ok = source->credential != NULL ? fs_read_credential(source->path, max, out, err)
					: fs_read_secret(source->path, max, out, err);
	if (!ok && (err->cls == ERR_LOCAL || err->cls == ERR_LIMIT))
		err->cls = ERR_LOGIN;
	return ok;
}

static bool from_file(const struct secret_source *source, struct strbuf *out,
		      struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = false;

	strbuf_reserve(
		&text,
		2 * SECRET_OCTETS_MAX); /* never moved, so never left behind uncleared */
	ok = read_file(source, SECRET_OCTETS_MAX, &text, err) &&
	     secret_first_line(strbuf_span(&text), source->path, out, err);
	strbuf_wipe(&text);
	return ok;
}

bool secret_alone(const struct secret_source *source, const char *user,
		  struct strbuf *out, struct err *err)
{
	if (source->kind == SECRET_COMMAND)
		return secret_command(source->argv, SIDE_OLD, user, out, err);
	return from_file(source, out, err);
}

static int by_user(const void *a, const void *b)
{
	return span_cmp(((const struct entry *)a)->user, ((const struct entry *)b)->user);
}

/* "user:password" lines; blank lines and those that begin with '#' do not count. */
static bool parse_users(const char *path, struct side_secrets *s, struct err *err)
{
	struct span rest = without_bom(strbuf_span(&s->users)), line;
	size_t number = 0, cap = 0, i;
	ptrdiff_t end, colon;

	for (; rest.n > 0; rest = span_from(rest, line.n + 1)) {
		number++;
		end = span_index(rest, '\n');
		line = (struct span){ rest.p, end < 0 ? rest.n : (size_t)end };
		if (span_trim(line).n == 0 || line.p[0] == '#')
			continue;
		colon = span_index(line, ':');
		if (colon <= 0)
			return err_set(err, ERR_CONFIG,
				       "%s:%zu: is not of the form user:password", path,
				       number);
		if (s->entry_n == cap) {
			cap = cap == 0 ? 64 : cap * 2;
			s->entry = mem_realloc(s->entry, cap * sizeof *s->entry);
		}
		s->entry[s->entry_n++] = (struct entry){
			.user = { line.p, (size_t)colon },
			.password = span_from(line, (size_t)colon + 1),
			.line = number
		};
	}
	if (s->entry_n > 0)
		qsort(s->entry, s->entry_n, sizeof *s->entry, by_user);
	for (i = 1; i < s->entry_n; i++)
		if (by_user(&s->entry[i - 1], &s->entry[i]) == 0)
			return err_set(err, ERR_CONFIG,
				       "%s: lines %zu and %zu are for the same user",
				       path, s->entry[i - 1].line, s->entry[i].line);
	return true;
}

static bool load_users(const struct server *server, struct side_secrets *s,
		       struct err *err)
{
	if (s->have)
		return true;
	s->have = read_file(&server->secret, SECRET_USERS_MAX, &s->users, err) &&
		  parse_users(server->secret.path, s, err);
	return s->have;
}

static bool from_users(const struct server *server, struct side_secrets *s,
		       const char *user, struct strbuf *out, struct err *err)
{
	struct entry want = { .user = span_str(user) };
	const struct entry *found;

	if (!load_users(server, s, err))
		return false;
	found = s->entry_n == 0
			? NULL
			: bsearch(&want, s->entry, s->entry_n, sizeof want, by_user);
	if (found == NULL)
		return err_set(err, ERR_LOGIN, "%s has no line for %s",
			       server->secret.path, shown(user));
	return secret_first_line(found->password, server->secret.path, out, err);
}

static bool from_prompt(struct secrets *s, const struct server *server, const char *user,
			struct strbuf *out, struct err *err)
{
	struct side_secrets *mine = &s->side[server->side];
	struct strbuf question = STRBUF_INIT, typed = STRBUF_INIT;
	bool ok = false;
	size_t i;

	for (i = 0; i < mine->answer_n; i++)
		if (strcmp(mine->answer[i].user, user) == 0) {
			strbuf_addspan(out, strbuf_span(&mine->answer[i].password));
			return true;
		}
	if (s->g->no_input) {
		err_set(err, ERR_LOGIN,
			"the password of %s on the %s server is asked for on a terminal, "
			"and --no-input is given",
			shown(user), side_name(server->side));
		return err_hint(err,
				"set \"%s\": { \"secret\": { \"command\" or \"file\" ... "
				"} } in " CONFIG_NAME,
				side_name(server->side));
	}
	strbuf_addf(&question, "Password of %s on the %s server, %s", shown(user),
		    side_name(server->side), shown(server->host));
	if (!ask_secret(strbuf_cstr(&question), &typed, err) ||
	    !secret_first_line(strbuf_span(&typed), "the answer", out, err))
		goto out;
	mine->answer = mem_realloc(mine->answer,
				   (mine->answer_n + 1) * sizeof *mine->answer);
	mine->answer[mine->answer_n++] = (struct answer){ .user = mem_strdup(user),
							  .password = typed };
	typed = STRBUF_INIT;
	ok = true;
out:
	strbuf_wipe(&typed);
	strbuf_done(&question);
	return ok;
}

static bool fetch(struct secrets *s, const struct server *server, const char *user,
		  struct strbuf *out, struct err *err)
{
	switch (server->secret.kind) {
	case SECRET_PROMPT:
		return from_prompt(s, server, user, out, err);
	case SECRET_COMMAND:
		return secret_command(server->secret.argv, server->side, user, out, err);
	case SECRET_FILE:
		return from_file(&server->secret, out, err);
	case SECRET_USERS_FILE:
		return from_users(server, &s->side[server->side], user, out, err);
	}
	return err_set(err, ERR_BUG, "unknown kind of secret");
}

/* One secret is for all accounts. */
static bool whole_side(const struct server *server)
{
	return server->auth != AUTH_USER || server->secret.kind == SECRET_FILE;
}

bool secrets_prepare(struct secrets *s, enum side side, struct err *err)
{
	const struct server *server = &s->config->server[side];
	struct strbuf out = STRBUF_INIT;
	bool ok;

	if (server->mechanism == MECHANISM_EXTERNAL)
		return true;
	if (server->auth == AUTH_USER && server->secret.kind == SECRET_USERS_FILE)
		return load_users(server, &s->side[side], err) ||
		       err_wrap(err, "%s server", side_name(side));
	if (!whole_side(server))
		return true; /* each account's own, when its turn comes */
	ok = secrets_get(s, side, "", &out, err) ||
	     err_wrap(err, "%s server", side_name(side));
	strbuf_wipe(&out);
	return ok;
}

bool secrets_get(void *ctx, enum side side, const char *user, struct strbuf *out,
		 struct err *err)
{
	struct secrets *s = ctx;
	const struct server *server = &s->config->server[side];
	struct side_secrets *mine = &s->side[side];

	if (server->auth != AUTH_USER)
		user = server->admin;
	if (!whole_side(server) || server->secret.kind == SECRET_USERS_FILE)
		return fetch(s, server, user, out, err);
	if (!mine->have && !fetch(s, server, user, &mine->one, err))
		return false;
	mine->have = true;
	strbuf_reserve(out, mine->one.n + 1);
	strbuf_addspan(out, strbuf_span(&mine->one));
	return true;
}

/* Forget what is kept of files and commands. */
static void forget(struct side_secrets *s)
{
	strbuf_wipe(&s->one);
	strbuf_wipe(&s->users);
	s->one = s->users = STRBUF_INIT;
	free(s->entry);
	s->entry = NULL;
	s->entry_n = 0;
	s->have = false;
}

bool secrets_renew(void *ctx, enum side side, const char *user, struct span refused,
		   struct strbuf *out, struct err *err)
{
	struct secrets *s = ctx;
	struct side_secrets *mine = &s->side[side];
	struct strbuf other = STRBUF_INIT;
	bool ok;

	if (s->config->server[side].secret.kind == SECRET_PROMPT)
		return false; /* nobody is asked in the middle of a run */
	ok = mine->have && secrets_get(s, side, user, &other, err);
	if (!ok || span_eq(strbuf_span(&other), refused)) {
		strbuf_wipe(&other);
		other = STRBUF_INIT;
		forget(mine);
		*err = ERR_INIT;
		ok = secrets_get(s, side, user, &other, err);
	}
	ok = ok && !span_eq(strbuf_span(&other), refused);
	if (ok) {
		strbuf_reserve(out, other.n + 1);
		strbuf_addspan(out, strbuf_span(&other));
	}
	strbuf_wipe(&other);
	return ok;
}

bool secrets_key(struct secrets *s, enum side side, const char **out, struct err *err)
{
	const struct server *server = &s->config->server[side];
	struct strbuf *key = &s->side[side].key, text = STRBUF_INIT;
	bool ok = true;

	*out = NULL;
	if (server->client_cert == NULL)
		return true;
	/* libcurl reads it again, and says less when it cannot. */
	if (!fs_read_secret(server->client_key, SECRET_KEY_MAX, &text, err))
		ok = err_wrap(err, "%s server, \"client_key\"", side_name(side));
	strbuf_wipe(&text);
	if (!ok || server->key_secret.kind == SECRET_PROMPT)
		return ok;
	if (server->key_secret.kind == SECRET_COMMAND)
		ok = secret_command(server->key_secret.argv, side, "", key, err);
	else
		ok = from_file(&server->key_secret, key, err);
	if (!ok)
		return err_wrap(err, "%s server, \"client_key_secret\"", side_name(side));
	*out = strbuf_cstr(key);
	return true;
}
