/* SPDX-License-Identifier: MIT */
#include "lab/faultproxy/stream.h"

#include <ctype.h>

#include "base/num.h"

void stream_init(struct stream *s)
{
	memset(s, 0, sizeof *s);
}

void stream_done(struct stream *s)
{
	free(s->command);
}

/* The octets of a literal that this line announces (RFC 7888: "{5+}" too); 0: none. */
static uint64_t announced(const struct stream_lines *l)
{
	char tail[sizeof l->tail + 1] = "";
	size_t keep = l->tail_n < sizeof l->tail ? l->tail_n : sizeof l->tail, at;
	uint64_t n;

	for (size_t i = 0; i < keep; i++)
		tail[i] = l->tail[(l->tail_n - keep + i) % sizeof l->tail];
	while (keep > 0 && (tail[keep - 1] == '\r' || tail[keep - 1] == '\n'))
		keep--;
	if (keep < 3 || tail[keep - 1] != '}')
		return 0;
	keep--;
	keep -= tail[keep - 1] == '+' || tail[keep - 1] == '-';
	for (at = keep; at > 0 && isdigit((unsigned char)tail[at - 1]); at--)
		;
	return at > 0 && tail[at - 1] == '{' &&
			       num_u64((struct span){ tail + at, keep - at }, UINT32_MAX,
				       &n)
		       ? n
		       : 0;
}

/* True: this octet ends a line that stands for itself, or is the last one of a command
 * that had literals; l->start still holds how it began. */
static bool line_end(struct stream_lines *l, char c)
{
	if (l->literal > 0) {
		l->literal--;
		return false;
	}
	if (l->n == 0 && !l->inside)
		l->start[0] = '\0';
	if (!l->inside && l->n < sizeof l->start - 1) {
		l->start[l->n] = c;
		l->start[l->n + 1] = '\0';
	}
	l->n++;
	l->tail[l->tail_n++ % sizeof l->tail] = c;
	if (c != '\n')
		return false;
	l->literal = announced(l);
	l->inside = l->literal > 0;
	l->n = 0;
	l->tail_n = 0;
	return !l->inside;
}

static void copy_word(char out[STREAM_WORD], struct span w)
{
	size_t n = w.n < STREAM_WORD - 1 ? w.n : STREAM_WORD - 1;

	memcpy(out, w.p, n);
	out[n] = '\0';
}

static struct span word(struct span *rest)
{
	struct span w = { rest->p, 0 };

	while (w.n < rest->n && rest->p[w.n] != ' ' && rest->p[w.n] != '\r' &&
	       rest->p[w.n] != '\n')
		w.n++;
	*rest = span_from(*rest, w.n + 1);
	return w;
}

static bool letters(struct span w)
{
	for (size_t i = 0; i < w.n; i++)
		if (!isalpha((unsigned char)w.p[i]) && w.p[i] != ' ')
			return false;
	return w.n > 0;
}

static uint64_t count(struct stream *s, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(s->count); i++) {
		if (s->count[i].name[0] == '\0')
			snprintf(s->count[i].name, sizeof s->count[i].name, "%s", name);
		if (strcmp(s->count[i].name, name) == 0)
			return ++s->count[i].n;
	}
	return 0;
}

const struct stream_command *stream_up(struct stream *s, char c)
{
	struct stream_command *cmd;
	struct span rest, tag, name;

	if (!line_end(&s->up, c))
		return NULL;
	rest = span_str(s->up.start);
	tag = word(&rest);
	name = word(&rest);
	if (span_ieq_str(name, "UID"))
		name.n += 1 + word(&rest).n;
	/* An answer to "+" is no command, and nothing inside TLS is. */
	if (tag.n == 0 || !letters(name))
		return NULL;
	if (s->n == s->cap) {
		s->cap = s->cap == 0 ? 64 : s->cap * 2;
		s->command = mem_realloc(s->command, s->cap * sizeof *s->command);
	}
	cmd = &s->command[s->n++];
	copy_word(cmd->tag, tag);
	copy_word(cmd->name, name);
	for (char *p = cmd->name; *p != '\0'; p++)
		*p = (char)toupper((unsigned char)*p);
	cmd->nth = count(s, cmd->name);
	return cmd;
}

bool stream_down(struct stream *s, char c)
{
	struct span rest;

	if (!line_end(&s->down, c) || s->n == 0)
		return false;
	rest = span_str(s->down.start);
	if (!span_eq_str(word(&rest), s->command[0].tag))
		return false;
	memmove(s->command, s->command + 1, --s->n * sizeof *s->command);
	return true;
}

const struct stream_command *stream_now(const struct stream *s)
{
	return s->n > 0 ? &s->command[0] : NULL;
}
