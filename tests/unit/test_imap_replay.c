/* SPDX-License-Identifier: MIT */
/*
 * Recorded sessions, whole and spoilt: each is played at once, in chunks of one octet,
 * with a connection that takes little at a time, and cut after every octet.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>

#include "imap/imap_fetch.h"
#include "imap/imap_list.h"
#include "imap/imap_reader.h"
#include "imap/imap_search.h"
#include "imap/imap_session.h"
#include "tests/support/replay_io.h"

/* What a client made of all answers. */
struct sums {
	int lists, statuses, fetches, flags, exists, refused;
	int64_t messages;  /* of STATUS */
	int64_t uids;	   /* sum of those fetched */
	int64_t found;	   /* numbers of SEARCH and ESEARCH */
	int64_t id_octets; /* of headers and message-ids */
	int64_t sunk;	   /* octets of whole messages and headers */
};

struct client {
	struct imap_session *s;
	struct arena arena;
	struct sums sums;
	size_t completed; /* commands with a tagged answer */
	uint64_t left;	  /* octets that the sink was promised */
};

static bool on_begin(void *ctx, struct span head, uint64_t octets, struct err *err)
{
	struct client *c = ctx;

	(void)err;
	assert_int_equal(c->left, 0);
	assert_true(span_istarts(head, "* ") && head.p[head.n - 1] == ' ');
	c->left = octets;
	return true;
}

static bool on_octets(void *ctx, struct span piece, struct err *err)
{
	struct client *c = ctx;

	(void)err;
	assert_true(piece.n > 0 && piece.n <= c->left);
	c->left -= piece.n;
	c->sums.sunk += (int64_t)piece.n;
	return true;
}

static bool on_range(void *ctx, uint32_t lo, uint32_t hi, struct err *err)
{
	struct client *c = ctx;

	(void)err;
	c->sums.found += (int64_t)hi - lo + 1;
	return true;
}

static bool on_fetch(struct client *c, const struct imap_resp *resp, struct err *err)
{
	struct imap_fetch f;

	if (!imap_fetch_parse(resp->number, resp->text, &c->arena, &f, err))
		return false;
	c->sums.fetches++;
	c->sums.uids += f.uid;
	c->sums.id_octets += (int64_t)(f.header.n + f.envelope_id.n + f.body.n);
	assert_int_equal(c->left, 0); /* a response comes behind all of its literal */
	return true;
}

static bool on_status(struct client *c, const struct imap_resp *resp, struct err *err)
{
	struct folder_state st;
	const char *wire;

	if (!imap_status_parse(resp->text, &c->arena, &wire, &st, err))
		return false;
	c->sums.statuses++;
	c->sums.messages += st.exists;
	return true;
}

static bool on_resp(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct client *c = ctx;
	struct imap_esearch e;
	struct folder f;

	(void)more;
	switch (resp->kind) {
	case IMAP_RESP_LIST:
		c->sums.lists++;
		return imap_list_parse(resp->text, false, &c->arena, &f, err);
	case IMAP_RESP_STATUS:
		return on_status(c, resp, err);
	case IMAP_RESP_FETCH:
		return on_fetch(c, resp, err);
	case IMAP_RESP_SEARCH:
		return imap_search_parse(resp->text, on_range, c, err);
	case IMAP_RESP_ESEARCH:
		return imap_esearch_parse(resp->text, &e, on_range, c, err);
	case IMAP_RESP_EXISTS:
		c->sums.exists++;
		return true;
	case IMAP_RESP_FLAGS:
		c->sums.flags++;
		return true;
	default:
		return true;
	}
}

/* Send what the transcript wants sent before the next answer, then finish each. */
static bool burst(struct client *c, const struct replay *r, size_t *next, struct err *err)
{
	uint64_t cmd[IMAP_PIPELINE_MAX];
	size_t n = 0, first = *next;

	for (; *next < replay_command_n(r) &&
	       replay_command(r, *next)->ready == replay_command(r, first)->ready;
	     ++*next)
		if (!imap_session_send(c->s, replay_command(r, *next)->line, &cmd[n++],
				       err))
			return false;
	for (size_t i = 0; i < n; i++) {
		struct imap_done done;

		if (!imap_session_finish(c->s, cmd[i], &done, err))
			return false;
		c->completed++;
		c->sums.refused += done.status != IMAP_OK;
	}
	return true;
}

/* The whole transcript.  False: broken off, and it is clean: class, text, a session that
 * takes no more. */
static bool converse(struct replay *r, struct client *c, struct err *err)
{
	const struct imap_sink sink = { c, on_begin, on_octets };
	struct imap_hello hello;
	struct imap_io io;
	size_t next = 0;
	bool ok;

	*c = (struct client){ 0 };
	replay_rewind(r);
	replay_io(r, &io);
	arena_init(&c->arena);
	c->s = imap_session_new(&io, NULL);
	imap_session_sink(c->s, &sink);
	ok = imap_session_hello(c->s, &c->arena, &hello, err);
	if (ok)
		while (next < replay_command_n(r) &&
		       replay_command(r, next)->client_end <= replay_sent(r))
			next++;
	c->completed = next;
	imap_session_handler(c->s, on_resp, c);
	while (ok && next < replay_command_n(r))
		ok = burst(c, r, &next, err);
	if (!ok) {
		assert_true(err->cls != ERR_NONE && err->cls != ERR_BUG);
		assert_true(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
	}
	imap_session_free(c->s);
	arena_done(&c->arena);
	return ok;
}

static struct replay *open_transcript(const char *name)
{
	struct err err = ERR_INIT;
	struct replay *r;
	char path[100];

	snprintf(path, sizeof path, "tests/replay/%s.imap", name);
	if (!replay_open(path, &r, &err))
		fail_msg("%s", err.text);
	return r;
}

static const struct {
	const char *name;
	struct sums sums;
} whole[] = {
	{ "dovecot",
	  { .lists = 6,
	    .statuses = 5,
	    .fetches = 5,
	    .flags = 1,
	    .exists = 2,
	    .messages = 107,
	    .uids = 15,
	    .found = 4,
	    .id_octets = 112 } },
	{ "dovecot-old",
	  { .lists = 3,
	    .statuses = 2,
	    .fetches = 1,
	    .flags = 1,
	    .exists = 1,
	    .refused = 1,
	    .messages = 313,
	    .uids = 1,
	    .found = 1,
	    .id_octets = 31 } },
	{ "cyrus",
	  { .lists = 3,
	    .statuses = 3,
	    .fetches = 3,
	    .flags = 1,
	    .exists = 1,
	    .messages = 203,
	    .uids = 6,
	    .found = 3,
	    .id_octets = 47 } },
	{ "courier",
	  { .lists = 6,
	    .statuses = 1,
	    .fetches = 2,
	    .flags = 1,
	    .exists = 1,
	    .refused = 1,
	    .messages = 312,
	    .uids = 10,
	    .found = 2,
	    .id_octets = 73 } },
	{ "imap4d", { .lists = 1, .flags = 1, .exists = 1 } },
	{ "bodies",
	  { .fetches = 7, .exists = 1, .uids = 28, .id_octets = 6, .sunk = 154 } },
	{ "rev2",
	  { .lists = 5,
	    .statuses = 2,
	    .fetches = 3,
	    .flags = 1,
	    .exists = 1,
	    .messages = 3,
	    .uids = 13,
	    .found = 3,
	    .id_octets = 21,
	    .sunk = 7 } },
	{ "pipelined", { .fetches = 31, .exists = 7, .refused = 2, .uids = 1050 } },
};

static const struct {
	const char *name;
	enum err_class cls;
	const char *text;
} broken[] = {
	{ "broken-bye-in-fetch", ERR_SERVER,
	  "BYE FETCH failed: Internal error occurred." },
	{ "broken-closed-between", ERR_NET, "before its answer was complete" },
	{ "broken-closed-in-literal", ERR_NET, "in the middle of a response" },
	{ "broken-literal-3gb", ERR_LIMIT, "3221225472 octets" },
	{ "broken-short-literal", ERR_PROTO, "FETCH" },
	{ "broken-long-literal", ERR_NET, "in the middle of a response" },
	{ "broken-body-large", ERR_LIMIT, "8589934593 octets" },
	{ "broken-body-short", ERR_NET, "in the middle of a response" },
	{ "broken-body-twice", ERR_PROTO, "comes twice" },
	{ "broken-body-long", ERR_PROTO, "FETCH" },
	{ "broken-lf", ERR_PROTO, "LF alone" },
	{ "broken-nul", ERR_PROTO, "NUL" },
	{ "broken-tag", ERR_PROTO, "m7" },
	{ "broken-continuation", ERR_PROTO, "literal that nobody announced" },
	{ "broken-twice", ERR_PROTO, "comes twice" },
	{ "broken-parentheses", ERR_PROTO, "FETCH" },
	{ "broken-binary", ERR_PROTO, "NUL" },
	{ "broken-list-crlf", ERR_PROTO, "NUL, CR or LF in a mailbox name" },
	{ "broken-list-nul", ERR_PROTO, "NUL, CR or LF in a mailbox name" },
	{ "broken-search-star", ERR_PROTO, "ESEARCH" },
	{ "broken-search-zero", ERR_PROTO, "SEARCH" },
	{ "broken-deep", ERR_PROTO, "nested too deep" },
	{ "broken-rev0", ERR_PROTO, "neither IMAP4rev1 nor IMAP4rev2" },
	{ "broken-namespace", ERR_PROTO, "without a NAMESPACE" },
};

static bool same_sums(const struct sums *a, const struct sums *b)
{
	return a->lists == b->lists && a->statuses == b->statuses &&
	       a->fetches == b->fetches && a->flags == b->flags &&
	       a->exists == b->exists && a->refused == b->refused &&
	       a->messages == b->messages && a->uids == b->uids && a->found == b->found &&
	       a->id_octets == b->id_octets && a->sunk == b->sunk;
}

static void plays_whole_sessions_at_any_speed(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(whole); i++) {
		struct replay *r = open_transcript(whole[i].name);

		for (size_t chunk = 0; chunk < 20; chunk++) {
			for (size_t slow = 0; slow < 20; slow += 19) {
				const struct sums *got;
				struct err err = ERR_INIT;
				struct client c;

				replay_chunk(r, chunk);
				replay_slow_write(r, slow);
				if (!converse(r, &c, &err))
					fail_msg("%s in chunks of %zu: %s", whole[i].name,
						 chunk, err.text);
				got = &c.sums;
				if (!same_sums(got, &whole[i].sums))
					fail_msg("%s in chunks of %zu: %d lists, %d "
						 "status, %d fetches, %d flags, %d "
						 "exists, "
						 "%d refused, %lld messages, %lld uids, "
						 "%lld found, %lld id octets, %lld sunk",
						 whole[i].name, chunk, got->lists,
						 got->statuses, got->fetches, got->flags,
						 got->exists, got->refused,
						 (long long)got->messages,
						 (long long)got->uids,
						 (long long)got->found,
						 (long long)got->id_octets,
						 (long long)got->sunk);
				assert_true(replay_finished(r));
				assert_int_equal(c.completed, replay_command_n(r));
			}
		}
		replay_free(r);
	}
}

/* Commands whose tagged answer is whole within n octets of the server. */
static size_t answered_within(const struct replay *r, size_t n)
{
	size_t count = 0;

	for (size_t i = 0; i < replay_command_n(r); i++)
		count += replay_command(r, i)->answer_end <= n;
	return count;
}

/* Cut after every octet: an error each time, and no command counts as answered that was
 * not. */
static void cut_everywhere(const char *name, bool good)
{
	struct replay *r = open_transcript(name);
	size_t octets = replay_server_octets(r);

	if (octets > 8192)
		fail_msg("%s is too long to be cut everywhere", name);
	for (size_t chunk = 0; chunk < 2; chunk++) {
		replay_chunk(r, chunk);
		for (size_t n = 0; n < octets; n++) {
			struct err err = ERR_INIT;
			struct client c;

			replay_cut(r, n);
			if (converse(r, &c, &err))
				fail_msg("%s cut after %zu octets passes", name, n);
			if (good && err.cls != ERR_NET)
				fail_msg("%s cut after %zu octets: %s", name, n,
					 err.text);
			if (c.completed > answered_within(r, n))
				fail_msg("%s cut after %zu octets: %zu commands", name, n,
					 c.completed);
		}
	}
	replay_free(r);
}

static void refuses_whole_sessions_cut_after_every_octet(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(whole); i++)
		cut_everywhere(whole[i].name, true);
}

static void names_what_is_broken(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(broken); i++) {
		struct replay *r = open_transcript(broken[i].name);

		for (size_t chunk = 0; chunk < 20; chunk++) {
			struct err err = ERR_INIT;
			struct client c;

			replay_chunk(r, chunk);
			if (converse(r, &c, &err) || err.cls != broken[i].cls ||
			    strstr(err.text, broken[i].text) == NULL)
				fail_msg("%s in chunks of %zu: %s: %s", broken[i].name,
					 chunk, err_class_name(err.cls), err.text);
		}
		replay_free(r);
		cut_everywhere(broken[i].name, false);
	}
}

/* A transcript that nobody plays proves nothing.  Those of the audit are played by its
 * own tests. */
static void plays_every_transcript(void **state)
{
	struct dirent *e;
	DIR *dir = opendir("tests/replay");
	size_t n = 0;

	(void)state;
	assert_non_null(dir);
	while ((e = readdir(dir)) != NULL) {
		bool known = strncmp(e->d_name, "audit_", 6) == 0 || e->d_name[0] == '.';

		for (size_t i = 0; i < COUNT_OF(whole) + COUNT_OF(broken); i++) {
			const char *name = i < COUNT_OF(whole)
						   ? whole[i].name
						   : broken[i - COUNT_OF(whole)].name;
			size_t len = strlen(name);

			known = known || (strncmp(e->d_name, name, len) == 0 &&
					  strcmp(e->d_name + len, ".imap") == 0);
		}
		if (!known)
			fail_msg("nobody plays tests/replay/%s", e->d_name);
		n++;
	}
	closedir(dir);
	assert_true(n > COUNT_OF(whole) + COUNT_OF(broken));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plays_whole_sessions_at_any_speed),
		cmocka_unit_test(refuses_whole_sessions_cut_after_every_octet),
		cmocka_unit_test(names_what_is_broken),
		cmocka_unit_test(plays_every_transcript),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
