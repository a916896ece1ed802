/* SPDX-License-Identifier: MIT */
#include "audit/audit_login.h"

#include "audit/audit_queue.h"
#include "base/clock.h"
#include "imap/imap_session.h"
#include "store/store_logs.h"

void audit_doors_init(struct audit_doors *d, const struct audit_options *o,
		      struct net_wake *wake)
{
	*d = (struct audit_doors){ .o = o, .wake = wake };
	pthread_mutex_init(&d->secret, NULL);
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		pthread_mutex_init(&d->gate[i].lock, NULL);
		audit_cond_init(&d->gate[i].free);
	}
}

void audit_doors_done(struct audit_doors *d)
{
	for (size_t i = 0; i < d->made_n; i++) {
		free(d->made[i].user);
		free(d->made[i].seen);
	}
	free(d->made);
	for (size_t i = 0; i < SIDE_COUNT; i++) {
		pthread_cond_destroy(&d->gate[i].free);
		pthread_mutex_destroy(&d->gate[i].lock);
	}
	pthread_mutex_destroy(&d->secret);
}

/* Who the server was; NULL: the same as at the login before.  Under d->secret. */
static struct server_seen *met(struct audit_doors *d, enum side side, int64_t at,
			       const struct net_conn *conn)
{
	const struct server *server = d->o->server[side];
	const struct cert *cert = net_conn_cert(conn);
	struct server_seen s = { .side = side,
				 .at = at,
				 .host = server->host,
				 .port = server->port,
				 .has_cert = cert != NULL },
			   *out;

	snprintf(s.tls, sizeof s.tls, "%s", net_conn_tls(conn));
	if (cert != NULL)
		s.cert = *cert;
	if (d->seen_any[side] && server_seen_same(&d->seen[side], &s))
		return NULL;
	d->seen[side] = s;
	d->seen_any[side] = true;
	out = mem_alloc(sizeof *out);
	*out = s;
	return out;
}

/* The server's log will show this login as if it were the user's. */
static void made(struct audit_doors *d, enum side side, const char *user,
		 const struct net_conn *conn)
{
	struct audit_made *m;

	pthread_mutex_lock(&d->secret);
	if (d->made_n == d->made_cap) {
		d->made_cap = d->made_cap == 0 ? 16 : d->made_cap * 2;
		d->made = mem_realloc(d->made, d->made_cap * sizeof *d->made);
	}
	m = &d->made[d->made_n++];
	*m = (struct audit_made){ .side = side,
				  .user = mem_strdup(user),
				  .at = clock_now() };
	m->seen = met(d, side, m->at, conn);
	snprintf(m->address, sizeof m->address, "%s", net_conn_local(conn));
	pthread_mutex_unlock(&d->secret);
}

bool audit_doors_note(struct audit_doors *d, struct store *st, struct err *err)
{
	struct audit_made *list;
	bool ok = true;
	size_t n;

	pthread_mutex_lock(&d->secret);
	list = d->made;
	n = d->made_n;
	d->made = NULL;
	d->made_n = d->made_cap = 0;
	pthread_mutex_unlock(&d->secret);
	for (size_t i = 0; i < n; i++) {
		const struct own_login o = { .side = list[i].side,
					     .user = list[i].user,
					     .at = list[i].at,
					     .address = list[i].address };

		ok = ok && store_own_login_add(st, &o, err) &&
		     (list[i].seen == NULL ||
		      store_server_seen_add(st, list[i].seen, err));
		free(list[i].user);
		free(list[i].seen);
	}
	free(list);
	return ok;
}

bool audit_back_off(struct net_wake *wake, int64_t ms, uint64_t salt, struct err *err)
{
	/* Spread over accounts, so that connections that broke together do not come back
	 * together. */
	ms += (int64_t)(salt * 2654435761u % (uint64_t)(ms / 2 + 1));
	for (; ms > 0; ms -= 50) {
		if (net_wake_is_set(wake))
			return err_set(err, ERR_STOPPED,
				       "stopped while waiting to try again");
		clock_sleep_ms(ms < 50 ? ms : 50);
	}
	return true;
}

/* Wait before the next try.  [UNAVAILABLE] and [INUSE] are waited for as what they are.
 */
static bool before_next(struct audit_doors *d, enum side side, int tries,
			const char *user, struct err *err)
{
	int64_t ms = tries == 1 ? 1000 : 3000;

	if (d->pace != NULL && audit_hint_of_err(err).kind == AUDIT_HINT_BUSY)
		return audit_pace_moment(&d->pace[side], 2 * ms, err);
	return audit_back_off(d->wake, ms, (uint64_t)strlen(user) + (uint64_t)user[0],
			      err);
}

static bool shut(const struct audit_gate *g)
{
	return g->refused >= AUDIT_REFUSALS || g->dead >= AUDIT_REFUSALS;
}

/* Wait for a turn.  False: this side is stopped. */
static bool gate_enter(struct audit_gate *g)
{
	bool open;

	pthread_mutex_lock(&g->lock);
	while (!shut(g) && g->busy > 0 &&
	       g->busy + (g->refused > g->dead ? g->refused : g->dead) >= AUDIT_REFUSALS)
		pthread_cond_wait(&g->free, &g->lock);
	open = !shut(g);
	if (open)
		g->busy++;
	pthread_mutex_unlock(&g->lock);
	return open;
}

/* last_try: a failure of the network will not be tried again.  slow: it took about the
 * time-out. */
static void gate_leave(struct audit_gate *g, bool ok, const struct err *err,
		       bool last_try, bool slow)
{
	pthread_mutex_lock(&g->lock);
	g->busy--;
	if (ok) {
		g->refused = g->dead = 0;
		g->trouble = false;
	} else if (err->cls == ERR_LOGIN) {
		g->refused++;
		g->dead = 0;
		g->trouble = false;
		g->last = *err;
	} else if (last_try && (err->cls == ERR_NET || err->cls == ERR_TLS)) {
		g->trouble = true;
		/* Dovecot closes at once when a master asks for a user that does not
		 * exist: that says nothing about the next account, a server that does not
		 * answer at all does. */
		if (slow || err->cls == ERR_TLS)
			g->dead++;
		g->last = *err;
	}
	pthread_cond_broadcast(&g->free);
	pthread_mutex_unlock(&g->lock);
}

static enum audit_entry refuse_all(struct audit_gate *g, struct err *err)
{
	pthread_mutex_lock(&g->lock);
	if (g->refused >= AUDIT_REFUSALS) {
		err_set(err, ERR_LOGIN,
			"not tried: the server refused %u logins in a row, the last "
			"with: %s",
			g->refused, g->last.text);
		err_hint(err,
			 "check the password source; %u refusals in a row stop a side so "
			 "that nobody is locked out",
			 AUDIT_REFUSALS);
	} else {
		err_set(err, g->last.cls,
			"not tried: %u accounts in a row could not be reached, the last "
			"with: %s",
			g->dead, g->last.text);
		err_hint(err, "%s", g->last.hint);
	}
	pthread_mutex_unlock(&g->lock);
	return AUDIT_SHUT;
}

/* A refusal that was not counted when it came, and should have been. */
static void gate_refused(struct audit_gate *g, const struct err *err)
{
	pthread_mutex_lock(&g->lock);
	g->busy++;
	pthread_mutex_unlock(&g->lock);
	gate_leave(g, false, err, true, false);
}

/* Connect, and become the user. */
static bool open_door(struct audit_doors *d, const struct server *server,
		      const struct net_login *login, const char *user,
		      struct net_conn **out, struct err *err)
{
	struct net_conn *conn = NULL;
	struct imap_io io;

	if (!net_conn_open(server, login, d->wake, &conn, err))
		return false;
	if (server->auth == AUTH_PROXYAUTH) {
		imap_io_net(&io, conn);
		if (!imap_proxyauth(&io, d->o->transcript, user, err)) {
			net_conn_wait_end(conn);
			net_conn_close(conn);
			return false;
		}
	}
	*out = conn;
	return true;
}

/* What one attempt to log in needs and finds. */
struct attempt {
	enum side side;
	const char *user, *whose; /* account; name of the login that the secret is for */
	struct net_login login;
	struct strbuf secret;
	bool more;     /* besides one that was let in: its failure counts for nothing */
	bool last_try; /* in, out: the network will not be tried again */
	bool shut;     /* out: the side is stopped */
	bool ended;   /* out: the token was taken before, so its refusal is not counted */
	bool renewed; /* there was a new token already */
};

static bool enter_once(struct audit_doors *d, struct attempt *a, struct net_conn **out,
		       struct err *err)
{
	enum side side = a->side;
	const struct server *server = d->o->server[side];
	struct audit_gate *g = &d->gate[side];
	const struct err stopped = { .cls = ERR_STOPPED }, *why = err;
	int64_t began;
	bool ok;

	a->ended = false;
	a->shut = !gate_enter(g);
	if (a->shut)
		return false;
	pthread_mutex_lock(&g->lock);
	a->last_try |= g->trouble;
	pthread_mutex_unlock(&g->lock);
	began = clock_mono_ms();
	ok = open_door(d, server, &a->login, a->user, out, err);
	/* "Too many connections" says nothing about the password. */
	if (!ok && err->cls == ERR_LOGIN &&
	    audit_hint_of_err(err).kind != AUDIT_HINT_NONE)
		err->cls = ERR_SERVER;
	if (ok && d->pace != NULL)
		audit_pace_sample(&d->pace[side], AUDIT_GUARD_LOGIN,
				  clock_mono_ms() - began);
	if (mechanism_is_token(server->mechanism)) {
		struct span token = strbuf_span(&a->secret);

		pthread_mutex_lock(&d->secret);
		if (ok)
			audit_token_taken(&d->tokens[side], token);
		a->ended = !ok && err->cls == ERR_LOGIN && !a->renewed &&
			   d->o->renew != NULL &&
			   audit_token_was_taken(&d->tokens[side], token);
		pthread_mutex_unlock(&d->secret);
	}
	if (a->ended || a->more)
		why = &stopped;
	gate_leave(g, ok, why, a->last_try,
		   clock_mono_ms() - began >= server->timeout_ms / 2);
	return ok;
}

/* Another token instead of the one that has ended.  False: there is none, and the refusal
 * stands. */
static bool renew(struct audit_doors *d, struct attempt *a, struct err *err)
{
	struct strbuf other = STRBUF_INIT;
	struct err why = ERR_INIT;
	bool have;

	a->renewed = true;
	pthread_mutex_lock(&d->secret);
	have = d->o->renew(d->o->secret_ctx, a->side, a->whose, strbuf_span(&a->secret),
			   &other, &why);
	pthread_mutex_unlock(&d->secret);
	if (have) {
		strbuf_wipe(&a->secret);
		a->secret = other;
		a->login.password = strbuf_cstr(&a->secret);
		return true;
	}
	strbuf_wipe(&other);
	gate_refused(&d->gate[a->side], err);
	return why.cls == ERR_NONE ? false : err_wrap(err, "no new token (%s)", why.text);
}

/* The names for the login, and whose password it is.  joined holds the master form. */
static const char *name_login(const struct server *server, const char *user,
			      struct strbuf *joined, struct net_login *login)
{
	switch (server->auth) {
	case AUTH_USER:
		break;
	case AUTH_AUTHZID:
		*login = (struct net_login){ .user = server->admin, .authzid = user };
		return server->admin;
	case AUTH_PROXYAUTH:
		*login = (struct net_login){ .user = server->admin };
		return server->admin;
	case AUTH_MASTER:
		strbuf_addf(joined, "%s%c%s", user, server->master_separator,
			    server->admin);
		*login = (struct net_login){ .user = strbuf_cstr(joined) };
		return server->admin;
	}
	*login = (struct net_login){ .user = user };
	return user;
}

static enum audit_entry enter(struct audit_doors *d, enum side side, const char *user,
			      bool more, struct net_conn **out, struct err *err)
{
	const struct server *server = d->o->server[side];
	struct strbuf joined = STRBUF_INIT;
	enum audit_entry entry = AUDIT_REFUSED;
	struct attempt a = { .side = side, .user = user, .more = more };
	bool known;

	a.whose = name_login(server, user, &joined, &a.login);
	a.login.key_password = d->o->key_password[side];
	if (server->mechanism != MECHANISM_EXTERNAL) {
		pthread_mutex_lock(&d->secret);
		known = d->o->secret(d->o->secret_ctx, side, a.whose, &a.secret, err);
		pthread_mutex_unlock(&d->secret);
		if (!known)
			goto out;
		a.login.password = strbuf_cstr(&a.secret);
	}
	for (int tries = 1;; tries++) {
		a.last_try = more || tries >= AUDIT_TRIES;
		if (net_wake_is_set(d->wake)) {
			err_set(err, ERR_STOPPED, "stopped before the login");
			goto out;
		}
		if (enter_once(d, &a, out, err)) {
			made(d, side, user, *out);
			/* The log shows both. */
			if (server->auth == AUTH_PROXYAUTH)
				made(d, side, server->admin, *out);
			entry = AUDIT_ENTERED;
			goto out;
		}
		if (a.shut) {
			entry = refuse_all(&d->gate[side], err);
			goto out;
		}
		if (a.ended && renew(d, &a, err))
			continue;
		/* ERR_SERVER: BYE, [UNAVAILABLE], [INUSE]: nobody looked at the password.
		 */
		if (d->pace != NULL && audit_hint_of_err(err).kind > AUDIT_HINT_BUSY)
			goto out;
		if ((err->cls != ERR_NET && err->cls != ERR_SERVER) || a.last_try ||
		    !before_next(d, side, tries, user, err))
			goto out;
	}
out:
	strbuf_wipe(&a.secret);
	strbuf_done(&joined);
	return entry;
}

enum audit_entry audit_login(struct audit_doors *d, enum side side, const char *user,
			     struct net_conn **out, struct err *err)
{
	return enter(d, side, user, false, out, err);
}

enum audit_entry audit_login_more(struct audit_doors *d, enum side side, const char *user,
				  struct net_conn **out, struct err *err)
{
	return enter(d, side, user, true, out, err);
}
