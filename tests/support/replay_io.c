/* SPDX-License-Identifier: MIT */
#include "tests/support/replay_io.h"

#include "base/fs.h"
#include "base/num.h"
#include "base/strbuf.h"

enum { TRANSCRIPT_MAX = 64 << 20 };

/* From this server octet on, the client must have sent so many. */
struct gate {
	size_t server, client;
};

struct replay {
	char *name;
	struct strbuf client, server;
	struct gate *gate;
	size_t gate_n;
	struct replay_command *command;
	size_t command_n;
	size_t sent, got;
	size_t chunk, cut, slow, fail;
	bool blocked;
};

static int hex(char c)
{
	return c >= '0' && c <= '9'   ? c - '0'
	       : c >= 'a' && c <= 'f' ? c - 'a' + 10
	       : c >= 'A' && c <= 'F' ? c - 'A' + 10
				      : -1;
}

static void add_unescaped(struct strbuf *out, struct span s, bool client)
{
	static const char version[] = "@VERSION@";

	for (size_t i = 0; i < s.n; i++) {
		if (client && span_istarts(span_from(s, i), version)) {
			strbuf_adds(out, MAILMUSTER_VERSION);
			i += sizeof version - 2;
			continue;
		}
		if (s.p[i] == '\\' && i + 3 < s.n && s.p[i + 1] == 'x' &&
		    hex(s.p[i + 2]) >= 0 && hex(s.p[i + 3]) >= 0) {
			strbuf_addc(out, (char)(hex(s.p[i + 2]) * 16 + hex(s.p[i + 3])));
			i += 3;
		} else {
			strbuf_addc(out, s.p[i]);
		}
	}
}

static void add_client(struct replay *r, struct span s)
{
	size_t from = r->client.n;
	ptrdiff_t blank = span_index(s, ' ');

	add_unescaped(&r->client, s, true);
	strbuf_adds(&r->client, "\r\n");
	r->command = mem_realloc(r->command, (r->command_n + 1) * sizeof *r->command);
	r->command[r->command_n++] = (struct replay_command){
		/* p becomes a pointer when client grows no more */
		.line = { NULL,
			  blank < 0 ? 0 : r->client.n - 2 - from - (size_t)blank - 1 },
		.client_end = r->client.n,
		.ready = r->server.n,
		.answer_end = SIZE_MAX,
	};
}

static void add_server(struct replay *r, struct span s, bool whole, uint64_t times)
{
	size_t client = r->client.n;

	if (r->gate_n == 0 || r->gate[r->gate_n - 1].client != client) {
		r->gate = mem_realloc(r->gate, (r->gate_n + 1) * sizeof *r->gate);
		r->gate[r->gate_n++] = (struct gate){ r->server.n, client };
	}
	for (uint64_t i = 0; i < times; i++) {
		add_unescaped(&r->server, s, false);
		if (whole)
			strbuf_adds(&r->server, "\r\n");
	}
}

/* Where each command's tagged answer ends: at the first line that begins with its tag and
 * stands below it. */
static void find_answers(struct replay *r)
{
	for (size_t i = 0; i < r->command_n; i++) {
		struct replay_command *c = &r->command[i];
		size_t start = i == 0 ? 0 : r->command[i - 1].client_end;
		struct span line = { r->client.p + start, c->client_end - 2 - start },
			    tag, rest;
		ptrdiff_t end;

		c->line.p = r->client.p + c->client_end - 2 - c->line.n;
		tag = (struct span){ line.p, line.n - c->line.n }; /* with its blank */
		rest = span_from(strbuf_span(&r->server), c->ready);
		while (rest.n > tag.n && (end = span_index(rest, '\n')) >= 0) {
			if (memcmp(rest.p, tag.p, tag.n) == 0) {
				c->answer_end = (size_t)(rest.p - r->server.p) +
						(size_t)end + 1;
				break;
			}
			rest = span_from(rest, (size_t)end + 1);
		}
	}
}

static bool add_line(struct replay *r, struct span line)
{
	struct span text = span_from(line, 3);
	uint64_t times;
	ptrdiff_t blank;

	if (line.n == 0 || line.p[0] == '#')
		return true;
	if (line.n < 2 || (line.n > 2 && line.p[2] != ' '))
		return false;
	if (memcmp(line.p, "C:", 2) == 0)
		add_client(r, text);
	else if (memcmp(line.p, "S:", 2) == 0)
		add_server(r, text, true, 1);
	else if (memcmp(line.p, "S-", 2) == 0)
		add_server(r, text, false, 1);
	else if (memcmp(line.p, "S*", 2) == 0 && (blank = span_index(text, ' ')) > 0 &&
		 num_u64((struct span){ text.p, (size_t)blank }, 10000000, &times))
		add_server(r, span_from(text, (size_t)blank + 1), true, times);
	else
		return false;
	return true;
}

bool replay_parse(const char *name, struct span text, struct replay **out,
		  struct err *err)
{
	struct replay *r = mem_calloc(1, sizeof *r);
	size_t number = 0;

	r->name = mem_strdup(name);
	r->cut = r->fail = SIZE_MAX;
	while (text.n > 0) {
		ptrdiff_t lf = span_index(text, '\n');
		struct span line = { text.p, lf < 0 ? text.n : (size_t)lf };

		number++;
		text = span_from(text, lf < 0 ? text.n : (size_t)lf + 1);
		if (!add_line(r, line)) {
			err_set(err, ERR_CONFIG, "%s:%zu: not a line of a transcript",
				name, number);
			replay_free(r);
			return false;
		}
	}
	find_answers(r);
	*out = r;
	return true;
}

bool replay_open(const char *path, struct replay **out, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	bool ok = fs_read(path, TRANSCRIPT_MAX, &text, err) &&
		  replay_parse(path, strbuf_span(&text), out, err);

	strbuf_done(&text);
	return ok;
}

void replay_free(struct replay *r)
{
	if (r == NULL)
		return;
	strbuf_done(&r->client);
	strbuf_done(&r->server);
	free(r->gate);
	free(r->command);
	free(r->name);
	free(r);
}

void replay_rewind(struct replay *r)
{
	r->sent = r->got = 0;
	r->blocked = false;
}

void replay_chunk(struct replay *r, size_t octets)
{
	r->chunk = octets;
}

void replay_cut(struct replay *r, size_t octets)
{
	r->cut = octets;
}

void replay_slow_write(struct replay *r, size_t octets)
{
	r->slow = octets;
}

void replay_fail_write(struct replay *r, size_t octets)
{
	r->fail = octets;
}

/* Server octets that the client may have by now. */
static size_t open_to(const struct replay *r)
{
	for (size_t i = 0; i < r->gate_n; i++)
		if (r->gate[i].client > r->sent)
			return r->gate[i].server;
	return r->server.n;
}

static bool on_read(void *ctx, void *buf, size_t size, size_t *got_out, struct err *err)
{
	struct replay *r = ctx;
	size_t to = open_to(r), n;

	if (to > r->cut)
		to = r->cut;
	n = to - r->got;
	if (n == 0 && to < r->server.n && to < r->cut)
		return err_set(err, ERR_BUG,
			       "%s: the client waits, and so does the server", r->name);
	if (n > size)
		n = size;
	if (r->chunk > 0 && n > r->chunk)
		n = r->chunk;
	if (n > 0)
		memcpy(buf, r->server.p + r->got, n);
	r->got += n;
	*got_out = n;
	return true;
}

static bool on_write(void *ctx, const void *p, size_t n, size_t *put_out,
		     bool *would_block_out, struct err *err)
{
	struct replay *r = ctx;

	*would_block_out = false;
	*put_out = 0;
	if (r->sent >= r->fail)
		return err_set(err, ERR_NET, "%s: broken pipe", r->name);
	if (r->slow > 0) {
		r->blocked = !r->blocked;
		if (r->blocked) {
			*would_block_out = true;
			return true;
		}
		if (n > r->slow)
			n = r->slow;
	}
	if (n > r->fail - r->sent)
		n = r->fail - r->sent;
	if (n > r->client.n - r->sent || memcmp(p, r->client.p + r->sent, n) != 0)
		return err_set(err, ERR_BUG,
			       "%s: behind %zu octets the client sends: %.*s", r->name,
			       r->sent, n > 100 ? 100 : (int)n, (const char *)p);
	r->sent += n;
	*put_out = n;
	return true;
}

static bool on_wait(void *ctx, bool want_write, struct err *err)
{
	struct replay *r = ctx;

	if (want_write || open_to(r) > r->got || r->got == r->server.n)
		return true;
	return err_set(err, ERR_BUG, "%s: the client waits, and so does the server",
		       r->name);
}

void replay_io(struct replay *r, struct imap_io *out)
{
	*out = (struct imap_io){
		.ctx = r, .read = on_read, .write = on_write, .wait = on_wait
	};
}

size_t replay_server_octets(const struct replay *r)
{
	return r->server.n;
}

size_t replay_command_n(const struct replay *r)
{
	return r->command_n;
}

const struct replay_command *replay_command(const struct replay *r, size_t i)
{
	return &r->command[i];
}

size_t replay_sent(const struct replay *r)
{
	return r->sent;
}

size_t replay_read(const struct replay *r)
{
	return r->got;
}

bool replay_finished(const struct replay *r)
{
	return r->sent == r->client.n && r->got == r->server.n;
}
