/* SPDX-License-Identifier: MIT */
#include "imap/imap_transcript.h"

#define LINE_KEPT_MAX (64u << 10) /* a longer line of the server is written in pieces */

void imap_transcript_init(struct imap_transcript *t, FILE *file)
{
	*t = (struct imap_transcript){ .file = file };
}

static bool is_hex(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static void write_line(struct imap_transcript *t, const char *who, struct span s)
{
	flockfile(t->file);
	fputs(who, t->file);
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c < ' ' || c > '~' ||
		    (c == '\\' && i + 3 < s.n && s.p[i + 1] == 'x' &&
		     is_hex(s.p[i + 2]) && is_hex(s.p[i + 3])))
			fprintf(t->file, "\\x%02x", c);
		else
			fputc(c, t->file);
	}
	fputc('\n', t->file);
	funlockfile(t->file);
}

static void write_rest(struct imap_transcript *t)
{
	if (t->line.n > 0)
		write_line(t, "S- ", strbuf_span(&t->line));
	strbuf_clear(&t->line);
}

void imap_transcript_done(struct imap_transcript *t)
{
	if (t->file != NULL) {
		write_rest(t);
		fflush(t->file);
	}
	strbuf_done(&t->line);
}

void imap_transcript_sent(struct imap_transcript *t, struct span line)
{
	if (t->file == NULL)
		return;
	write_rest(t);
	write_line(t, "C: ", line);
}

void imap_transcript_got(struct imap_transcript *t, struct span octets)
{
	ptrdiff_t lf;

	if (t->file == NULL)
		return;
	while ((lf = span_index(octets, '\n')) >= 0) {
		strbuf_add(&t->line, octets.p, (size_t)lf + 1);
		octets = span_from(octets, (size_t)lf + 1);
		if (t->line.n < 2 || t->line.p[t->line.n - 2] != '\r')
			continue;
		write_line(t, "S: ", (struct span){ t->line.p, t->line.n - 2 });
		strbuf_clear(&t->line);
	}
	strbuf_addspan(&t->line, octets);
	if (t->line.n > LINE_KEPT_MAX && t->line.p[t->line.n - 1] != '\r')
		write_rest(t);
}
