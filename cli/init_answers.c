/* SPDX-License-Identifier: MIT */
#include "cli/init.h"

#include <errno.h>

#include "base/num.h"
#include "cli/ask.h"
#include "cli/config.h"
#include "cli/msg.h"

static const char *const names[] = {
	"host",
	"tls",
	"port",
	"ca",
	"tls-min",
	"pin",
	"auth",
	"admin",
	"secret-file",
	"users-file",
	"secret-command",
	"secret-prompt",
	"max-connections",
	"kind",
};
_Static_assert(COUNT_OF(names) == ANSWER_COUNT, "a name for each answer");

const char *answer_name(enum answer a)
{
	return names[a];
}

/* One answer being sought. */
struct seek {
	struct answers *a;
	enum side side;
	bool ask;
};

static const char **slot(const struct seek *s, enum answer what)
{
	return &s->a->side[s->side][what];
}

static bool wrong(const struct seek *s, enum answer what, struct err *err,
		  const char *want)
{
	return err_set(err, ERR_USAGE, "--%s-%s \"%s\": %s", side_name(s->side),
		       names[what], shown(*slot(s, what)), want);
}

static bool check(const struct seek *s, enum answer what, struct err *err)
{
	const char *v = *slot(s, what);
	enum tls_mode tls;
	enum auth_mode auth;
	uint64_t n;

	switch (what) {
	case A_HOST:
		return config_host(v) ||
		       wrong(s, what, err,
			     "a host name or an address is wanted, no URL and no port");
	case A_TLS:
		return config_tls_mode(v, &tls) ||
		       wrong(s, what, err, "implicit, starttls or none is wanted");
	case A_PORT:
		return (num_u64(span_str(v), 65535, &n) && n > 0) ||
		       wrong(s, what, err, "a number from 1 to 65535 is wanted");
	case A_TLS_MIN:
		return config_tls_min(v) ||
		       wrong(s, what, err, "1.0, 1.1, 1.2 or 1.3 is wanted");
	case A_PIN:
		return config_pin(v) ||
		       wrong(s, what, err,
			     "\"sha256//\" and 44 characters of base64 are wanted");
	case A_AUTH:
		return config_auth_mode(v, &auth) ||
		       wrong(s, what, err,
			     "user, authzid, master or proxyauth is wanted");
	case A_MAX_CONNECTIONS:
		return (num_u64(span_str(v), CONFIG_CONNECTIONS_MAX, &n) && n > 0) ||
		       wrong(s, what, err, "a number from 1 to 64 is wanted");
	case A_KIND:
		return config_kind(v) ||
		       wrong(s, what, err,
			     "auto, cyrus, dovecot, courier or generic is wanted");
	case A_ADMIN:
	case A_CA:
	case A_SECRET_FILE:
	case A_USERS_FILE:
		return *v != '\0' || wrong(s, what, err, "is empty");
	case A_SECRET_COMMAND: {
		char **words = init_split(v);
		bool ok = words != NULL;

		init_split_free(words);
		return ok || wrong(s, what, err, "is empty, or a quote is not closed");
	}
	case A_SECRET_PROMPT:
		break;
	}
	return true;
}

/* Fill in one answer: as given, as typed, or fallback.  NULL fallback: it must be said.
 */
static bool seek(const struct seek *s, enum answer what, const char *question,
		 const char *fallback, struct err *err)
{
	struct strbuf typed = STRBUF_INIT;
	const char **v = slot(s, what);
	bool ok = false;

	if (*v != NULL)
		return check(s, what, err);
	if (!s->ask && fallback == NULL) {
		err_set(err, ERR_USAGE, "--%s-%s is missing", side_name(s->side),
			names[what]);
		return err_hint(err, "%s", question);
	}
	if (!s->ask) {
		*v = fallback;
		return true;
	}
	for (;;) {
		strbuf_clear(&typed);
		if (!ask_line(question, fallback, &typed, err))
			goto out;
		*v = arena_span(s->a->arena, span_trim(strbuf_span(&typed)));
		if (check(s, what, err)) {
			ok = true;
			goto out;
		}
		fprintf(stderr, "%s\n", err->text);
		*err = ERR_INIT;
	}
out:
	strbuf_done(&typed);
	return ok;
}

static bool seek_secret(const struct seek *s, struct err *err)
{
	static const enum answer ways[] = { A_SECRET_FILE, A_USERS_FILE, A_SECRET_COMMAND,
					    A_SECRET_PROMPT };
	struct strbuf typed = STRBUF_INIT;
	const char *side = side_name(s->side);
	enum answer way = A_SECRET_PROMPT;
	size_t i, given = 0;
	bool ok = false;

	for (i = 0; i < COUNT_OF(ways); i++)
		if (*slot(s, ways[i]) != NULL) {
			given++;
			if (!check(s, ways[i], err))
				return false;
		}
	if (given == 1)
		return true;
	if (given > 1)
		return err_set(err, ERR_USAGE,
			       "say only one of --%s-secret-file, --%s-users-file, "
			       "--%s-secret-command, --%s-secret-prompt",
			       side, side, side, side);
	if (!s->ask) {
		err_set(err, ERR_USAGE,
			"--%s-secret-command is missing: where does the password come "
			"from?",
			side);
		return err_hint(
			err, "or --%s-secret-file, --%s-users-file, --%s-secret-prompt",
			side, side, side);
	}
	for (;;) {
		strbuf_clear(&typed);
		if (!ask_line("  Password from: prompt (asked at each run), command, "
			      "file (one password), users (file of user:password lines)",
			      "prompt", &typed, err))
			goto out;
		if (strcmp(strbuf_cstr(&typed), "prompt") == 0)
			*slot(s, way) = "yes";
		else if (strcmp(strbuf_cstr(&typed), "command") == 0)
			way = A_SECRET_COMMAND;
		else if (strcmp(strbuf_cstr(&typed), "file") == 0)
			way = A_SECRET_FILE;
		else if (strcmp(strbuf_cstr(&typed), "users") == 0)
			way = A_USERS_FILE;
		else
			continue;
		ok = way == A_SECRET_PROMPT ||
		     seek(s, way,
			  way == A_SECRET_COMMAND
				  ? "  Command ({user} and {side} are replaced; no shell)"
				  : "  File (only you may read it)",
			  NULL, err);
		goto out;
	}
out:
	strbuf_done(&typed);
	return ok;
}

/* Paths on the command line are seen from here, those in the config from the project's
 * folder. */
static bool make_absolute(const struct seek *s, enum answer what, struct err *err)
{
	const char **v = slot(s, what);
	char *real;

	if (*v == NULL || **v == '/' || strcmp(s->a->dir, ".") == 0)
		return true;
	real = realpath(*v, NULL);
	if (real == NULL)
		return err_errno(err, ERR_USAGE, errno, "--%s-%s %s", side_name(s->side),
				 names[what], shown(*v));
	*v = arena_strdup(s->a->arena, real);
	free(real);
	return true;
}

static bool complete_side(const struct seek *s, struct err *err)
{
	const char *port = "993";
	enum auth_mode auth = AUTH_USER;
	enum tls_mode tls = TLS_IMPLICIT;
	int i;

	if (!seek(s, A_HOST,
		  s->side == SIDE_OLD ? "Old server: host name" : "New server: host name",
		  NULL, err) ||
	    !seek(s, A_TLS, "  TLS: implicit, starttls or none (clear text)", "implicit",
		  err))
		return false;
	if (config_tls_mode(*slot(s, A_TLS), &tls))
		port = arena_printf(s->a->arena, "%u", config_default_port(tls));
	if (!seek(s, A_PORT, "  Port", port, err) ||
	    !seek(s, A_AUTH,
		  "  Who logs in: user (each account itself), authzid (an admin, by "
		  "SASL), master (Dovecot master user), proxyauth (an admin of "
		  "Sun, iPlanet or Oracle)",
		  "user", err))
		return false;
	if (!config_auth_mode(*slot(s, A_AUTH), &auth))
		return err_set(err, ERR_BUG, "auth was not checked");
	if (auth == AUTH_USER && *slot(s, A_ADMIN) != NULL)
		return err_set(err, ERR_USAGE,
			       "--%s-admin goes with --%s-auth authzid, master or "
			       "proxyauth",
			       side_name(s->side), side_name(s->side));
	if ((auth != AUTH_USER && !seek(s, A_ADMIN, "  Admin's login name", NULL, err)) ||
	    !seek_secret(s, err))
		return false;
	for (i = 0; i < ANSWER_COUNT; i++)
		if (*slot(s, (enum answer)i) != NULL && !check(s, (enum answer)i, err))
			return false;
	return make_absolute(s, A_CA, err) && make_absolute(s, A_SECRET_FILE, err) &&
	       make_absolute(s, A_USERS_FILE, err);
}

/* Is there a new server?  Said by any --new option, by --one-sided, or by an answer. */
static bool seek_new(struct answers *a, bool ask, bool *any, struct err *err)
{
	struct strbuf typed = STRBUF_INIT;
	int i;

	*any = false;
	for (i = 0; i < ANSWER_COUNT; i++)
		*any = *any || a->side[SIDE_NEW][i] != NULL;
	if (a->one_sided && *any)
		return err_set(err, ERR_USAGE,
			       "--one-sided and options of the new server contradict "
			       "each other");
	if (a->one_sided || *any)
		return true;
	if (!ask) {
		err_set(err, ERR_USAGE, "--new-host is missing");
		return err_hint(
			err, "--one-sided starts a project that has no new server yet");
	}
	if (!ask_line("New server: host name (empty: there is none yet)", "", &typed,
		      err)) {
		strbuf_done(&typed);
		return false;
	}
	*any = span_trim(strbuf_span(&typed)).n > 0;
	a->one_sided = !*any;
	if (*any)
		a->side[SIDE_NEW][A_HOST] = arena_span(a->arena,
						       span_trim(strbuf_span(&typed)));
	strbuf_done(&typed);
	return true;
}

static bool seek_project(struct answers *a, bool ask, struct err *err)
{
	struct strbuf typed = STRBUF_INIT;
	char *real;
	const char *name;

	if (a->project != NULL)
		return *a->project != '\0' ||
		       err_set(err, ERR_USAGE, "--project is empty");
	real = realpath(a->dir, NULL);
	name = real != NULL && strcmp(real, "/") != 0 ? strrchr(real, '/') + 1
						      : "mail migration";
	if (real == NULL && strcmp(a->dir, ".") != 0 && strrchr(a->dir, '/') == NULL)
		name = a->dir;
	a->project = arena_strdup(a->arena, name);
	free(real);
	if (!ask)
		return true;
	if (!ask_line("Name of the project", a->project, &typed, err)) {
		strbuf_done(&typed);
		return false;
	}
	a->project = arena_span(a->arena, strbuf_span(&typed));
	strbuf_done(&typed);
	return true;
}

bool init_complete(const struct globals *g, struct answers *a, struct err *err)
{
	bool ask = ask_allowed(g), two;
	struct seek old_side = { a, SIDE_OLD, ask }, new_side = { a, SIDE_NEW, ask };

	return seek_project(a, ask, err) && complete_side(&old_side, err) &&
	       seek_new(a, ask, &two, err) && (!two || complete_side(&new_side, err));
}
