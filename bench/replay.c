/* SPDX-License-Identifier: MIT */
/*
 * What an audit said to a server, said again by a client that does nothing else: the
 * limit for many small accounts.  The same commands in the same bursts over the same
 * number of connections; answers are thrown away.
 *
 *   replay HOST PORT none|implicit CA_FILE USERS_FILE SCRIPT CONNECTIONS
 *
 * SCRIPT: "@USER" begins an account; a blank line ends a burst, whose last command is
 * waited for; other lines are commands without a tag.  USERS_FILE: user:password lines.
 * Prints the octets received.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/fs.h"
#include "base/num.h"
#include "net/net_conn.h"

enum { CONNECTIONS_MAX = 64, SCRIPT_MAX = 512 << 20 };

struct job {
	struct span user, script;
};
struct run {
	struct server server;
	struct span users;
	struct job *jobs;
	size_t job_n;
	atomic_size_t next;
	atomic_llong octets;
	atomic_bool failed;
	struct net_wake *wake;
};

static struct span line_of(struct span *rest)
{
	ptrdiff_t lf = span_index(*rest, '\n');
	size_t n = lf < 0 ? rest->n : (size_t)lf;
	struct span line = { rest->p, n };

	*rest = span_from(*rest, lf < 0 ? n : n + 1);
	return line;
}

/* "" when there is none. */
static void password_of(struct span users, struct span user, struct strbuf *out)
{
	while (users.n > 0) {
		struct span line = line_of(&users);

		if (line.n > user.n && line.p[user.n] == ':' &&
		    memcmp(line.p, user.p, user.n) == 0) {
			strbuf_addspan(out, span_from(line, user.n + 1));
			return;
		}
	}
}

static bool send_all(struct net_conn *c, const struct strbuf *text, struct err *err)
{
	size_t at = 0, put;
	bool block;

	while (at < text->n) {
		if (!net_conn_write(c, text->p + at, text->n - at, &put, &block, err) ||
		    (block && !net_conn_wait(c, true, err)))
			return false;
		at += block ? 0 : put;
	}
	return true;
}

/* Until the tagged answer to the last command of the burst has come. */
static bool drain(struct net_conn *c, unsigned tag, int64_t *total, struct err *err)
{
	char buf[1 << 13], tail[64 + 4] = "\n", want[24];
	size_t got, keep = 1;

	snprintf(want, sizeof want, "\nr%u ", tag);
	for (;;) {
		if (!net_conn_read(c, buf, sizeof buf, &got, err))
			return false;
		if (got == 0)
			return err_set(err, ERR_NET, "the connection was closed");
		*total += (int64_t)got;
		memcpy(tail + keep, buf, got < 32 ? got : 32);
		if (memmem(tail, keep + (got < 32 ? got : 32), want, strlen(want)) !=
			    NULL ||
		    memmem(buf, got, want, strlen(want)) != NULL)
			return true;
		keep = got < 32 ? got : 32;
		memmove(tail, buf + got - keep, keep);
	}
}

static bool one(struct run *r, const struct job *job, struct err *err)
{
	struct strbuf password = STRBUF_INIT, out = STRBUF_INIT, user = STRBUF_INIT;
	struct span rest = job->script;
	struct net_login login = { 0 };
	struct net_conn *c = NULL;
	int64_t total = 0;
	unsigned tag = 0;
	bool ok = false;

	strbuf_addspan(&user, job->user);
	password_of(r->users, job->user, &password);
	login.user = strbuf_cstr(&user);
	login.password = strbuf_cstr(&password);
	if (!net_conn_open(&r->server, &login, r->wake, &c, err))
		goto out;
	while (rest.n > 0) {
		struct span line = line_of(&rest);

		if (line.n > 0) {
			strbuf_addf(&out, "r%u ", ++tag);
			strbuf_addspan(&out, line);
			strbuf_adds(&out, "\r\n");
			if (rest.n > 0)
				continue;
		}
		if (out.n == 0)
			continue;
		if (!send_all(c, &out, err) || !drain(c, tag, &total, err))
			goto out;
		strbuf_clear(&out);
	}
	atomic_fetch_add(&r->octets, total);
	ok = true;
out:
	net_conn_close(c);
	strbuf_wipe(&password);
	strbuf_done(&out);
	strbuf_done(&user);
	return ok;
}

static void *work(void *arg)
{
	struct run *r = arg;
	struct err err = ERR_INIT;
	size_t i;

	while (!atomic_load(&r->failed) && (i = atomic_fetch_add(&r->next, 1)) < r->job_n)
		if (!one(r, &r->jobs[i], &err)) {
			fprintf(stderr, "replay: %.*s: %s\n", (int)r->jobs[i].user.n,
				r->jobs[i].user.p, err.text);
			atomic_store(&r->failed, true);
		}
	return NULL;
}

static void load(struct run *r, struct span script)
{
	size_t cap = 0;

	while (script.n > 0) {
		const char *begin = script.p;
		struct span line = line_of(&script);

		if (line.n > 0 && line.p[0] == '@') {
			if (r->job_n == cap) {
				cap = cap == 0 ? 64 : cap * 2;
				r->jobs = mem_realloc(r->jobs, cap * sizeof *r->jobs);
			}
			r->jobs[r->job_n++] = (struct job){
				.user = span_from(line, 1),
				.script = { script.p, 0 },
			};
		} else if (r->job_n > 0) {
			struct span *s = &r->jobs[r->job_n - 1].script;

			s->n = (size_t)(begin - s->p) + line.n + (script.n > 0);
		}
	}
}

int main(int argc, char **argv)
{
	struct run r = { .server = { .tls_min = "1.2", .timeout_ms = 60000 } };
	struct strbuf users = STRBUF_INIT, script = STRBUF_INIT;
	pthread_t thread[CONNECTIONS_MAX];
	uint32_t port, connections, started = 0;
	struct err err = ERR_INIT;

	if (argc != 8 || !num_u32(span_str(argv[2]), &port) ||
	    !num_u32(span_str(argv[7]), &connections) || connections == 0 ||
	    connections > CONNECTIONS_MAX) {
		fprintf(stderr, "usage: replay HOST PORT none|implicit CA USERS_FILE "
				"SCRIPT CONNECTIONS\n");
		return 2;
	}
	r.server.host = argv[1];
	r.server.port = port;
	r.server.tls = strcmp(argv[3], "none") == 0 ? TLS_NONE : TLS_IMPLICIT;
	r.server.ca_file = argv[4];
	r.server.max_connections = connections;
	if (!net_global_open(&err) || !fs_read(argv[5], 16 << 20, &users, &err) ||
	    !fs_read(argv[6], SCRIPT_MAX, &script, &err)) {
		fprintf(stderr, "replay: %s\n", err.text);
		return 1;
	}
	r.users = strbuf_span(&users);
	load(&r, strbuf_span(&script));
	r.wake = net_wake_new();
	while (started < connections &&
	       pthread_create(&thread[started], NULL, work, &r) == 0)
		started++;
	for (uint32_t i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
	printf("%lld\n", (long long)atomic_load(&r.octets));
	net_wake_free(r.wake);
	strbuf_wipe(&users);
	strbuf_done(&script);
	free(r.jobs);
	net_global_close();
	return atomic_load(&r.failed) || started < connections;
}
