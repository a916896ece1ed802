/* SPDX-License-Identifier: MIT */
#include "lab/faultproxy/link.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/strbuf.h"
#include "lab/faultproxy/stream.h"

enum {
	BLOCK = 8192,
	/* Octets that wait before no more are read: with a delay of 50 ms that is a link
	 * of 80 MB/s.  Less would be a rate that nobody asked for. */
	QUEUED_MAX = 4 << 20,
};
#define NEVER INT64_MAX

/* Octets with the time at which they may go on. */
struct block {
	struct block *next;
	int64_t due_us;
	size_t n, at;
	char p[];
};

enum ending { ENDING_NOT, ENDING_CUT, ENDING_RESET, ENDING_HALF_CLOSE };

/* A rule of this direction. */
struct armed {
	const struct fault_rule *rule; /* NULL: not for this connection */
	struct fault_random random;
	bool armed, spent;
	uint64_t left; /* octets until it takes effect */
	uint64_t number[FAULT_NUMBERS];
};

struct half {
	struct link *link;
	bool up;
	int from, to;
	struct armed armed[FAULT_RULES];
	struct fault_random jitter; /* of its own: it depends on how octets arrive */
	struct block *first, *last;
	size_t queued;
	struct strbuf run; /* octets that go on together */
	int64_t due_us;	   /* of the last block */

	/* what is being done */
	uint64_t delay_ms, jitter_ms, rate;
	uint64_t garble, drop, duplicate, slow, slow_ms; /* octets left, but slow_ms */
	struct strbuf twice;
	int64_t stalled_until_us; /* NEVER: for good */
	enum ending ending;	  /* once all that is queued is gone */

	bool eof;    /* nothing more comes */
	bool closed; /* the receiver was told so */
};

struct link {
	const struct link_job *job;
	struct stream stream;
	struct half up, down;
	struct fault_random garbage;
	bool over;
};

static int64_t now_us(void)
{
	return clock_mono_ms() * 1000;
}

static void say(struct half *h, const struct armed *a)
{
	const struct stream_command *cmd = stream_now(&h->link->stream);
	char line[200], numbers[80] = "";
	size_t n = 0;

	for (unsigned i = 0; i < a->rule->numbers; i++)
		n += (size_t)snprintf(numbers + n, sizeof numbers - n, " %llu",
				      (unsigned long long)a->number[i]);
	snprintf(line, sizeof line, "connection %llu%s: %s%s%s%s",
		 (unsigned long long)h->link->job->number, h->up ? " up" : "",
		 fault_act_name(a->rule->act), numbers, cmd != NULL ? " in " : "",
		 cmd != NULL ? cmd->name : "");
	h->link->job->say(h->link->job->say_ctx, line);
}

/* ---- what befalls octets ---- */

/* Queue what has run up. */
static void flush(struct half *h)
{
	struct block *b;
	int64_t due = now_us();

	if (h->run.n == 0)
		return;
	due += (int64_t)h->delay_ms * 1000;
	if (h->jitter_ms > 0)
		due += (int64_t)(fault_random_next(&h->jitter) % (h->jitter_ms * 1000));
	due = due > h->due_us ? due : h->due_us;
	if (h->rate > 0 && due != NEVER)
		due += (int64_t)(h->run.n * 1000000 / h->rate);
	b = mem_alloc(sizeof *b + h->run.n);
	*b = (struct block){ .due_us = due, .n = h->run.n };
	memcpy(b->p, h->run.p, h->run.n);
	h->due_us = due;
	h->queued += b->n;
	if (h->last != NULL)
		h->last->next = b;
	else
		h->first = b;
	h->last = b;
	strbuf_clear(&h->run);
}

static void arm(struct armed *a)
{
	for (size_t i = 0; i < FAULT_NUMBERS; i++)
		a->number[i] = fault_random_in(&a->random, a->rule->number[i]);
	a->armed = true;
	a->spent = true;
	a->left = a->rule->act == FAULT_DELAY || a->rule->act == FAULT_RATE
			  ? 0
			  : a->number[0];
}

/* A command has begun to be answered, or with up was read. */
static void command(struct half *h, const struct stream_command *cmd)
{
	for (size_t i = 0; cmd != NULL && i < FAULT_RULES; i++) {
		struct armed *a = &h->armed[i];
		const struct fault_rule *r = a->rule;

		if (r != NULL && r->command[0] != '\0' && !a->armed &&
		    (r->nth == 0 || (!a->spent && cmd->nth == r->nth)) &&
		    span_ieq_str(span_str(r->command), cmd->name))
			arm(a);
	}
}

static void strike(struct half *h, struct armed *a)
{
	a->armed = false;
	flush(h);
	say(h, a);
	switch (a->rule->act) {
	case FAULT_DELAY:
		h->delay_ms = a->number[0];
		h->jitter_ms = a->number[1];
		break;
	case FAULT_RATE:
		h->rate = a->number[0];
		break;
	case FAULT_CUT:
		h->ending = ENDING_CUT;
		break;
	case FAULT_RESET:
		h->ending = ENDING_RESET;
		break;
	case FAULT_HALF_CLOSE:
		h->ending = ENDING_HALF_CLOSE;
		break;
	case FAULT_STALL:
		h->stalled_until_us = a->rule->numbers < 2
					      ? NEVER
					      : now_us() + (int64_t)a->number[1] * 1000;
		/* What has come already waits as well. */
		if (h->due_us < h->stalled_until_us)
			h->due_us = h->stalled_until_us;
		break;
	case FAULT_GARBLE:
		h->garble = a->number[1];
		break;
	case FAULT_DROP:
		h->drop = a->number[1];
		break;
	case FAULT_DUPLICATE:
		h->duplicate = a->number[1];
		break;
	case FAULT_SLOW:
		h->slow = a->number[1];
		h->slow_ms = a->number[2];
		break;
	case FAULT_REFUSE:
		break;
	}
}

static void pass(struct half *h, char c)
{
	if (h->drop > 0) {
		h->drop--;
		return;
	}
	if (h->garble > 0) {
		h->garble--;
		/* Never the octet that it was. */
		c = (char)((unsigned char)c ^
			   (1 + fault_random_next(&h->link->garbage) % 255));
	}
	strbuf_addc(&h->run, c);
	if (h->duplicate > 0) {
		strbuf_addc(&h->twice, c);
		if (--h->duplicate == 0) {
			strbuf_addspan(&h->run, strbuf_span(&h->twice));
			strbuf_clear(&h->twice);
		}
	}
	if (h->slow > 0) {
		h->slow--;
		h->due_us = (h->due_us > now_us() ? h->due_us : now_us()) +
			    (int64_t)h->slow_ms * 1000;
		flush(h);
	} else if (h->run.n == BLOCK) {
		flush(h);
	}
}

static void feed(struct half *h, const char *p, size_t n)
{
	struct link *l = h->link;

	for (size_t i = 0;
	     i < n && h->ending == ENDING_NOT && h->stalled_until_us != NEVER; i++) {
		for (size_t k = 0; k < FAULT_RULES; k++) {
			struct armed *a = &h->armed[k];

			if (a->armed && a->left-- == 0)
				strike(h, a);
		}
		if (h->ending != ENDING_NOT)
			break;
		/* What the commands are is told by what was sent, not by what arrives. */
		pass(h, p[i]);
		if (h->up) {
			const struct stream_command *cmd = stream_up(&l->stream, p[i]);

			command(&l->up, cmd);
			if (cmd != NULL && stream_now(&l->stream) == cmd)
				command(&l->down, cmd);
		} else if (stream_down(&l->stream, p[i])) {
			command(&l->down, stream_now(&l->stream));
		}
	}
	flush(h);
}

/* ---- sockets ---- */

static void end(struct half *h)
{
	struct link *l = h->link;

	switch (h->ending) {
	case ENDING_RESET:
		/* Both hear a RST when they are closed. */
		setsockopt(l->up.from, SOL_SOCKET, SO_LINGER,
			   &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
		setsockopt(l->up.to, SOL_SOCKET, SO_LINGER,
			   &(struct linger){ .l_onoff = 1 }, sizeof(struct linger));
		l->over = true;
		break;
	case ENDING_CUT:
		l->over = true;
		break;
	case ENDING_HALF_CLOSE:
	case ENDING_NOT:
		if (!h->closed)
			shutdown(h->to, SHUT_WR);
		h->closed = true;
		break;
	}
}

static void take(struct half *h)
{
	char buf[BLOCK];
	ssize_t n = recv(h->from, buf, sizeof buf, MSG_DONTWAIT);

	/* Delays are for the script to make: without this a server that has no
	 * TCP_NODELAY (Cyrus) adds 40 ms to each answer. */
	setsockopt(h->from, IPPROTO_TCP, TCP_QUICKACK, &(int){ 1 }, sizeof(int));
	if (n > 0)
		feed(h, buf, (size_t)n);
	else if (n == 0)
		h->eof = true;
	else if (errno != EAGAIN && errno != EINTR)
		h->link->over = true;
}

static bool ready(const struct half *h)
{
	return h->first != NULL && h->first->due_us <= now_us();
}

static void give(struct half *h)
{
	while (ready(h)) {
		struct block *b = h->first;
		ssize_t n = send(h->to, b->p + b->at, b->n - b->at,
				 MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0) {
			if (errno != EAGAIN && errno != EINTR)
				h->link->over = true;
			return;
		}
		b->at += (size_t)n;
		h->queued -= (size_t)n;
		if (b->at < b->n)
			return;
		h->first = b->next;
		if (h->first == NULL)
			h->last = NULL;
		free(b);
	}
}

static bool stalled(const struct half *h)
{
	return h->stalled_until_us > now_us();
}

/* Nothing will pass this way any more. */
static bool spent(const struct half *h)
{
	return h->closed || h->stalled_until_us == NEVER;
}

static int64_t wait_ms(const struct half *h)
{
	int64_t at = NEVER;

	if (h->first != NULL && !ready(h))
		at = h->first->due_us;
	if (stalled(h) && h->stalled_until_us < at)
		at = h->stalled_until_us;
	return at == NEVER ? -1 : (at - now_us()) / 1000 + 1;
}

static void turn(struct link *l)
{
	struct half *half[2] = { &l->up, &l->down };
	struct pollfd fds[4];
	int64_t wait = -1;

	for (size_t i = 0; i < 2; i++) {
		struct half *h = half[i];
		bool reading = !h->eof && h->ending == ENDING_NOT && !stalled(h) &&
			       h->queued < QUEUED_MAX;
		int64_t ms = wait_ms(h);

		/* Behind a half-close the sender still talks, to nobody. */
		reading |= h->ending == ENDING_HALF_CLOSE && !h->eof;
		fds[2 * i] = (struct pollfd){ reading ? h->from : -1, POLLIN, 0 };
		fds[2 * i + 1] = (struct pollfd){ ready(h) ? h->to : -1, POLLOUT, 0 };
		if (ms >= 0 && (wait < 0 || ms < wait))
			wait = ms;
	}
	if (poll(fds, 4, (int)(wait > 60000 ? 60000 : wait)) < 0 && errno != EINTR)
		l->over = true;
	for (size_t i = 0; i < 2; i++) {
		if (fds[2 * i].revents != 0)
			take(half[i]);
		if (fds[2 * i + 1].revents != 0)
			give(half[i]);
	}
	for (size_t i = 0; i < 2; i++)
		if (half[i]->queued == 0 && half[i]->first == NULL && !half[i]->closed &&
		    (half[i]->eof || half[i]->ending != ENDING_NOT))
			end(half[i]);
	/* A direction that is stuck for good ends with the other. */
	if (spent(&l->up) && spent(&l->down) && (l->up.closed || l->down.closed))
		l->over = true;
}

/*
 * Both hear that nothing more comes, and what they still say is taken from them: a socket
 * that is closed over unread octets sends a RST, and whoever hears one may lose what was
 * sent to it before, which is another fault than the one that was asked for.
 */
static void part(const struct link *l)
{
	int64_t until = now_us() + 2000000;
	int fd[2] = { l->up.from, l->up.to };
	char buf[BLOCK];

	for (size_t i = 0; i < 2; i++)
		shutdown(fd[i], SHUT_WR);
	while ((fd[0] >= 0 || fd[1] >= 0) && now_us() < until) {
		struct pollfd fds[2] = { { fd[0], POLLIN, 0 }, { fd[1], POLLIN, 0 } };

		if (poll(fds, 2, (int)((until - now_us()) / 1000) + 1) < 0 &&
		    errno != EINTR)
			return;
		for (size_t i = 0; i < 2; i++)
			if (fds[i].revents != 0 &&
			    recv(fd[i], buf, sizeof buf, MSG_DONTWAIT) <= 0 &&
			    errno != EAGAIN && errno != EINTR)
				fd[i] = -1;
	}
}

static void half_init(struct half *h, struct link *l, bool up, int from, int to)
{
	const struct fault_rules *rules = l->job->rules;
	uint64_t number = l->job->number;

	*h = (struct half){ .link = l, .up = up, .from = from, .to = to };
	h->jitter = fault_random_of(l->job->seed, number, 1000 + up);
	for (size_t i = 0; i < rules->n; i++) {
		const struct fault_rule *r = &rules->rule[i];

		if (r->up != up || number < r->conn_lo || number > r->conn_hi)
			continue;
		h->armed[i].rule = r;
		h->armed[i].random = fault_random_of(l->job->seed, number, i);
		if (r->command[0] == '\0')
			arm(&h->armed[i]);
	}
}

static void half_done(struct half *h)
{
	for (struct block *b = h->first, *next; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	strbuf_done(&h->run);
	strbuf_done(&h->twice);
}

static const struct fault_rule *refusal(const struct link_job *job)
{
	for (size_t i = 0; i < job->rules->n; i++) {
		const struct fault_rule *r = &job->rules->rule[i];

		if (r->act == FAULT_REFUSE && job->number >= r->conn_lo &&
		    job->number <= r->conn_hi)
			return r;
	}
	return NULL;
}

void link_run(const struct link_job *job)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
				  .sin_port = htons((uint16_t)job->port),
				  .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct link *l = mem_calloc(1, sizeof *l);
	int server = -1;

	l->job = job;
	l->garbage = fault_random_of(job->seed, job->number, 2000);
	stream_init(&l->stream);
	if (refusal(job) != NULL) {
		half_init(&l->up, l, false, job->client, -1);
		say(&l->up, &(struct armed){ .rule = refusal(job) });
		goto out;
	}
	server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	half_init(&l->up, l, true, job->client, server);
	half_init(&l->down, l, false, server, job->client);
	if (server < 0 || connect(server, (struct sockaddr *)&to, sizeof to) != 0)
		goto out;
	setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	setsockopt(job->client, IPPROTO_TCP, TCP_NODELAY, &(int){ 1 }, sizeof(int));
	while (!l->over)
		turn(l);
	if (l->up.ending != ENDING_RESET && l->down.ending != ENDING_RESET)
		part(l);
out:
	if (server >= 0)
		close(server);
	close(job->client);
	half_done(&l->up);
	half_done(&l->down);
	stream_done(&l->stream);
	free(l);
}
