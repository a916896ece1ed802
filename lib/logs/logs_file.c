/* SPDX-License-Identifier: MIT */
#include "logs/logs_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/inflate.h"
#include "logs/logs_archive.h"
#include "logs/logs_series.h"

#define BLOCK	   (256u << 10) /* octets of one read of a packed file */
#define HEAD_MAX   (64u << 10)	/* octets in which a "#Fields:" line is looked for */
#define SAMPLE	   4096u
#define SAMPLE_MAX 512u

static const char *const packings[] = { "plain", "gzip", "bzip2", "xz", "zstd", "lz4" };

const char *logs_packing_name(enum logs_packing p)
{
	return packings[p];
}

struct logs_file {
	char *path;
	int fd;
	enum logs_packing packing;
	bool regular, ended, failed;
	int64_t size, mtime, in, out, garbage;
	char head[8]; /* first octets, given back before the rest */
	size_t head_n, head_at;
	struct archive *archive;
	struct inflate *inflate;
	char *block;
	const char *packed; /* of block, not yet unpacked */
	size_t packed_n;
	bool behind; /* the last member is complete */
	/* UTF-16 */
	bool utf16, big, utf16_known;
	unsigned char half[4];
	size_t half_n;
	/* behind the last whole line */
	char *carry;
	size_t carry_n;
	bool skipping; /* in a line that is too long, up to its end */
	char *fields;  /* the "#Fields:" line; NULL */
};

static ssize_t read_some(struct logs_file *f, char *p, size_t n)
{
	ssize_t got;

	if (f->head_at < f->head_n) {
		size_t have = f->head_n - f->head_at;

		n = n < have ? n : have;
		memcpy(p, f->head + f->head_at, n);
		f->head_at += n;
		return (ssize_t)n;
	}
	do
		got = read(f->fd, p, n);
	while (got < 0 && errno == EINTR);
	if (got > 0)
		f->in += got;
	return got;
}

static la_ssize_t feed(struct archive *a, void *ctx, const void **p)
{
	struct logs_file *f = ctx;
	ssize_t n = read_some(f, f->block, BLOCK);

	*p = f->block;
	if (n < 0)
		archive_set_error(a, errno, "cannot be read");
	return n;
}

static enum logs_packing packing_of(const char *p, size_t n)
{
	if (n >= 3 && memcmp(p, "\x1f\x8b\x08", 3) == 0)
		return LOGS_GZIP;
	if (n >= 4 && memcmp(p, "BZh", 3) == 0 && p[3] >= '1' && p[3] <= '9')
		return LOGS_BZIP2;
	if (n >= 6 && memcmp(p,
			     "\xfd"
			     "7zXZ\0",
			     6) == 0)
		return LOGS_XZ;
	if (n >= 4 && memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0)
		return LOGS_ZSTD;
	/* a frame that is skipped, as pzstd puts before each */
	if (n >= 4 && (p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0)
		return LOGS_ZSTD;
	if (n >= 4 && memcmp(p, "\x04\x22\x4d\x18", 4) == 0)
		return LOGS_LZ4;
	return LOGS_PLAIN;
}

/* What is packed in a way that is not read here; NULL. */
static const char *foreign_packing(const char *p, size_t n)
{
	static const struct {
		const char *front;
		size_t n;
		const char *name;
	} list[] = { { "PK\3\4", 4, "a ZIP archive: unpack it first" },
		     { "7z\xbc\xaf\x27\x1c", 6, "a 7z archive: unpack it first" },
		     { "Rar!\x1a\x07", 6, "a RAR archive: unpack it first" },
		     { "LZIP", 4, "packed by lzip: unpack it first" },
		     { "\x5d\0\0", 3, "packed by lzma: unpack it first" },
		     { "\x1f\x9d", 2, "packed by compress: unpack it first" },
		     { "SQLite f", 8, "a database of SQLite, not a log" },
		     { "LPKSHHRH", 8, "a journal: read journalctl --file FILE -o short-iso" } };

	for (size_t i = 0; i < COUNT_OF(list); i++)
		if (n >= list[i].n && memcmp(p, list[i].front, list[i].n) == 0)
			return list[i].name;
	return NULL;
}

static bool unpack_open(struct logs_file *f, struct err *err)
{
	struct archive *a = archive_read_new();
	struct archive_entry *entry;
	int rc;

	if (a == NULL)
		base_die("out of memory");
	f->archive = a;
	rc = f->packing == LOGS_BZIP2 ? archive_read_support_filter_bzip2(a)
	     : f->packing == LOGS_XZ  ? archive_read_support_filter_xz(a)
	     : f->packing == LOGS_LZ4 ? archive_read_support_filter_lz4(a)
				      : archive_read_support_filter_zstd(a);
	/* ARCHIVE_WARN: the library was built without, and would call a program. */
	if (rc != ARCHIVE_OK)
		return err_set(err, ERR_LOCAL, "%s: cannot unpack %s here", f->path,
			       packings[f->packing]);
	archive_read_support_format_raw(a);
	archive_read_support_format_empty(a);
	if (archive_read_open(a, f, NULL, feed, NULL) != ARCHIVE_OK)
		return err_set(err, ERR_LOCAL, "%s: %s", f->path,
			       archive_error_string(a));
	rc = archive_read_next_header(a, &entry);
	if (rc == ARCHIVE_EOF)
		f->ended = true;
	else if (rc < ARCHIVE_WARN)
		return err_set(err, ERR_LOCAL, "%s: %s", f->path,
			       archive_error_string(a));
	return true;
}

/* The first octets, without losing those of a pipe. */
static bool look_at_head(struct logs_file *f, struct err *err)
{
	const char *what;

	while (f->head_n < sizeof f->head) {
		ssize_t n;

		do
			n = read(f->fd, f->head + f->head_n, sizeof f->head - f->head_n);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_errno(err, ERR_LOCAL, errno, "cannot read %s",
					 f->path);
		if (n == 0)
			break;
		f->head_n += (size_t)n;
	}
	f->in = (int64_t)f->head_n;
	f->packing = packing_of(f->head, f->head_n);
	what = f->packing != LOGS_PLAIN ? NULL : foreign_packing(f->head, f->head_n);
	if (what != NULL)
		return err_set(err, ERR_LOCAL, "%s is %s", f->path,
			       what);
	if (f->packing == LOGS_GZIP && f->head_n == sizeof f->head) {
		const unsigned char *t = (const unsigned char *)f->head + 4;
		int64_t packed = (int64_t)t[0] | (int64_t)t[1] << 8 |
				 (int64_t)t[2] << 16 | (int64_t)t[3] << 24;

		if (packed != 0)
			f->mtime = packed;
	}
	return true;
}

/* A byte order mark, or none, and eight octets of ASCII with a nought beside each. */
static bool utf16_of(const struct logs_file *f, bool *big)
{
	size_t wide[2] = { 0, 0 };

	*big = f->head_n >= 2 && memcmp(f->head, "\xfe\xff", 2) == 0;
	if (*big || (f->head_n >= 2 && memcmp(f->head, "\xff\xfe", 2) == 0))
		return true;
	for (size_t i = 0; i + 1 < f->head_n; i += 2)
		for (size_t high = 0; high < 2; high++)
			wide[high] += f->head[i + high] == '\0' &&
				      f->head[i + 1 - high] >= '\t' &&
				      f->head[i + 1 - high] <= '~';
	*big = wide[0] == sizeof f->head / 2;
	return *big || wide[1] == sizeof f->head / 2;
}

/* The first "#Fields:" line: pieces that begin behind it are read by it. */
static void find_fields(struct logs_file *f, struct span text)
{
	while (f->fields == NULL && text.n > 0) {
		ptrdiff_t nl = span_index(text, '\n');
		struct span line = { text.p, nl < 0 ? text.n : (size_t)nl };

		if (span_istarts(line, "#Fields:"))
			f->fields = mem_strndup(line.p, line.n);
		else if (line.n > 0 && line.p[0] != '#')
			return;
		text = span_from(text, line.n + 1);
	}
}

bool logs_file_again(const char *path)
{
	struct stat st;

	return strcmp(path, "-") != 0 && (stat(path, &st) != 0 || S_ISREG(st.st_mode) ||
					  S_ISDIR(st.st_mode));
}

bool logs_file_open(const char *path, struct logs_file **out, struct err *err)
{
	struct logs_file *f = mem_calloc(1, sizeof *f);
	struct stat st;

	f->path = mem_strdup(path);
	f->size = f->mtime = -1;
	f->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
				       : open(path, O_RDONLY | O_CLOEXEC);
	if (f->fd < 0 || fstat(f->fd, &st) != 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot open %s", path);
		goto fail;
	}
	if (S_ISDIR(st.st_mode)) {
		err_set(err, ERR_LOCAL, "%s is a folder, not a log", path);
		goto fail;
	}
	f->regular = S_ISREG(st.st_mode);
	if (f->regular) {
		f->size = st.st_size;
		f->mtime = st.st_mtime;
	}
	if (!look_at_head(f, err))
		goto fail;
	f->carry = mem_alloc(LOGS_LINE_MAX + 1);
	if (f->packing != LOGS_PLAIN)
		f->block = mem_alloc(BLOCK);
	if (f->packing == LOGS_GZIP)
		inflate_new(&f->inflate);
	else if (f->packing != LOGS_PLAIN && !unpack_open(f, err))
		goto fail;
	*out = f;
	return true;
fail:
	logs_file_close(f);
	return false;
}

void logs_file_close(struct logs_file *f)
{
	if (f == NULL)
		return;
	if (f->archive != NULL)
		archive_read_free(f->archive);
	inflate_free(f->inflate);
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f->block);
	free(f->carry);
	free(f->fields);
	free(f);
}

/* The first whole line of a plain file at or behind at, whose time is yearless. */
static bool sample(const struct logs_file *f, int64_t at, bool last, int64_t *of_year)
{
	char buf[SAMPLE];
	ssize_t n = pread(f->fd, buf, sizeof buf, (off_t)at);
	struct span s = { buf, n > 0 ? (size_t)n : 0 }, text;
	struct log_stamp stamp;
	bool found = false;
	ptrdiff_t nl;

	if (at > 0) {
		nl = span_index(s, '\n');
		s = nl < 0 ? (struct span){ buf, 0 } : span_from(s, (size_t)nl + 1);
	}
	while (s.n > 0 && (last || !found)) {
		struct span line = s;

		if (log_stamp_take(&line, &text, &stamp) &&
		    stamp.kind == LOG_STAMP_YEARLESS) {
			*of_year = stamp.t;
			found = true;
		}
		nl = span_index(s, '\n');
		s = nl < 0 ? (struct span){ buf, 0 } : span_from(s, (size_t)nl + 1);
	}
	return found;
}

/* The year of the first line: count the New Years between samples, back from the end. */
static int year_of_first(const struct logs_file *f, int64_t bound,
			 const struct logs_zone *zone)
{
	int64_t step = f->size / SAMPLE_MAX, prev = -1, t = 0;
	int wraps = 0;

	if (!f->regular || f->packing != LOGS_PLAIN || f->size <= 0 || f->utf16)
		return 0;
	if (step < (int64_t)LOGS_PIECE)
		step = LOGS_PIECE;
	for (int64_t at = 0; at < f->size; at += step) {
		if (!sample(f, at, false, &t))
			continue;
		wraps += prev >= 0 && logs_year_wraps(prev, t);
		prev = t;
	}
	if (sample(f, f->size > (int64_t)SAMPLE ? f->size - (int64_t)SAMPLE : 0, true,
		   &t)) {
		wraps += prev >= 0 && logs_year_wraps(prev, t);
		prev = t;
	}
	return prev < 0 ? 0 : logs_year_of(prev, bound, zone) - wraps;
}

void logs_file_facts(struct logs_file *f, const struct logs_zone *zone, int64_t now,
		     struct logs_file_facts *out)
{
	char head[SAMPLE];
	int64_t by_name = logs_series_date(f->path);

	*out = (struct logs_file_facts){ .packing = f->packing,
					 .regular = f->regular,
					 .size = f->size,
					 .mtime = f->mtime,
					 .bound = now };
	if (f->mtime > 0 && f->mtime < now)
		out->bound = f->mtime;
	/* A date in the name is that of the rotation; a copy may be younger. */
	if (by_name > 0 && by_name + 2 * 86400 < out->bound)
		out->bound = by_name + 2 * 86400;
	if (f->packing == LOGS_PLAIN)
		f->utf16 = utf16_of(f, &f->big);
	out->utf16 = f->utf16;
	if (f->packing == LOGS_PLAIN && f->regular && !f->utf16) {
		ssize_t n = pread(f->fd, head, sizeof head, 0);

		find_fields(f, (struct span){ head, n > 0 ? (size_t)n : 0 });
	}
	out->header = span_str(f->fields);
	out->year = year_of_first(f, out->bound, zone);
}

/* Appends UTF-8 of the UTF-16 in raw; returns octets written. */
static size_t from_utf16(struct logs_file *f, const char *raw, size_t n, char *out)
{
	size_t w = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t c;

		f->half[f->half_n++] = (unsigned char)raw[i];
		if (f->half_n == 2) {
			c = f->big ? (uint32_t)f->half[0] << 8 | f->half[1]
				   : (uint32_t)f->half[1] << 8 | f->half[0];
			if (c >= 0xd800 && c < 0xdc00)
				continue; /* a pair */
		} else if (f->half_n == 4) {
			uint32_t a = f->big ? (uint32_t)f->half[0] << 8 | f->half[1]
					    : (uint32_t)f->half[1] << 8 | f->half[0];
			uint32_t b = f->big ? (uint32_t)f->half[2] << 8 | f->half[3]
					    : (uint32_t)f->half[3] << 8 | f->half[2];

			c = b >= 0xdc00 && b < 0xe000
				    ? 0x10000 + ((a - 0xd800) << 10) + (b - 0xdc00)
				    : 0xfffd;
		} else {
			continue;
		}
		f->half_n = 0;
		if (c == 0xfeff)
			continue;
		if (c < 0x80) {
			out[w++] = (char)c;
		} else if (c < 0x800) {
			out[w++] = (char)(0xc0 | c >> 6);
			out[w++] = (char)(0x80 | (c & 0x3f));
		} else if (c < 0x10000) {
			out[w++] = (char)(0xe0 | c >> 12);
			out[w++] = (char)(0x80 | (c >> 6 & 0x3f));
			out[w++] = (char)(0x80 | (c & 0x3f));
		} else {
			out[w++] = (char)(0xf0 | c >> 18);
			out[w++] = (char)(0x80 | (c >> 12 & 0x3f));
			out[w++] = (char)(0x80 | (c >> 6 & 0x3f));
			out[w++] = (char)(0x80 | (c & 0x3f));
		}
	}
	return w;
}

/* Likewise of gzip.  libarchive's filter does not verify checksums, and loses what it had
 * unpacked when the data are cut. */
static ssize_t gzip_some(struct logs_file *f, char *p, size_t n, struct err *err)
{
	size_t got = 0;

	for (;;) {
		enum inflate_next next;
		ssize_t more;

		next = inflate_run(f->inflate, &f->packed, &f->packed_n, p, n, &got);
		f->behind = next == INFLATE_DONE || next == INFLATE_GARBAGE;
		if (next == INFLATE_BAD)
			break;
		if (got > 0)
			return (ssize_t)got;
		if (next == INFLATE_GARBAGE) {
			f->garbage += (int64_t)f->packed_n;
			while ((more = read_some(f, f->block, BLOCK)) > 0)
				f->garbage += more;
			return 0;
		}
		more = read_some(f, f->block, BLOCK);
		if (more < 0) {
			err_errno(err, ERR_LOCAL, errno, "cannot read %s", f->path);
			return -1;
		}
		if (more == 0) {
			if (f->behind)
				return 0;
			err_set(err, ERR_LOCAL,
				"%s: the packed data are cut after %lld octets", f->path,
				(long long)f->in);
			return -1;
		}
		f->packed = f->block;
		f->packed_n = (size_t)more;
	}
	if (got > 0) { /* what came before the damage; the next call meets it again */
		f->packed_n = 0;
		return (ssize_t)got;
	}
	err_set(err, ERR_LOCAL, "%s: the packed data are damaged before octet %lld",
		f->path, (long long)f->in);
	return -1;
}

/* Octets of text into p; 0 at the end; -1: err says why. */
static ssize_t text_some(struct logs_file *f, char *p, size_t n, struct err *err)
{
	char raw[4096];
	ssize_t got;

	if (f->inflate != NULL)
		return gzip_some(f, p, n, err);
	if (f->archive != NULL) {
		got = archive_read_data(f->archive, p, n);
		if (got < 0) {
			err_set(err, ERR_LOCAL, "%s: %s", f->path,
				archive_error_string(f->archive));
			return -1;
		}
		if (got == 0) {
			int64_t used = archive_filter_bytes(f->archive, -1);

			f->garbage = f->in > used ? f->in - used : 0;
		}
		return got;
	}
	if (!f->utf16_known)
		f->utf16 = utf16_of(f, &f->big);
	f->utf16_known = true;
	if (!f->utf16) {
		got = read_some(f, p, n);
	} else {
		got = read_some(f, raw, n / 3 < sizeof raw ? n / 3 : sizeof raw);
		if (got > 0) {
			size_t w = from_utf16(f, raw, (size_t)got, p);

			return w > 0 ? (ssize_t)w : text_some(f, p, n, err);
		}
	}
	if (got < 0)
		err_errno(err, ERR_LOCAL, errno, "cannot read %s", f->path);
	return got;
}

/* Drop what is left of a line that is too long: its beginning was given. */
static void skip_line(struct logs_file *f, struct logs_piece *piece)
{
	char *nl = memchr(piece->p, '\n', piece->n);
	size_t drop = nl != NULL ? (size_t)(nl - piece->p) + 1 : piece->n;

	f->skipping = nl == NULL;
	memmove(piece->p, piece->p + drop, piece->n - drop);
	piece->n -= drop;
}

/* Keep what is behind the last line end for the next piece. */
static void cut(struct logs_file *f, struct logs_piece *piece)
{
	char *nl = memrchr(piece->p, '\n', piece->n);
	size_t whole = nl != NULL ? (size_t)(nl - piece->p) + 1 : 0;
	size_t rest = piece->n - whole;

	f->carry_n = 0;
	if (rest > LOGS_LINE_MAX) {
		/* too long: its beginning makes a line of it */
		piece->n = whole + LOGS_LINE_MAX + 1;
		piece->p[piece->n++] = '\n';
		f->skipping = true;
		return;
	}
	memcpy(f->carry, piece->p + whole, rest);
	f->carry_n = rest;
	piece->n = whole;
}

enum logs_next logs_file_read(struct logs_file *f, struct logs_piece *piece,
			      struct err *err)
{
	piece->unfinished = false;
	piece->n = 0;
	if (f->failed)
		return LOGS_END;
	memcpy(piece->p, f->carry, f->carry_n);
	piece->n = f->carry_n;
	f->carry_n = 0;
	/* One octet is kept for the line end that a line which is too long gets; an octet
	 * of UTF-16 may become three. */
	while (!f->ended && piece->n < LOGS_PIECE - 16) {
		ssize_t n = text_some(f, piece->p + piece->n, LOGS_PIECE - 1 - piece->n,
				      err);

		if (n < 0) {
			f->failed = true;
			if (piece->n > 0)
				cut(f, piece);
			return LOGS_FAIL;
		}
		if (n == 0) {
			f->ended = true;
			break;
		}
		f->out += n;
		piece->n += (size_t)n;
		if (f->skipping)
			skip_line(f, piece);
		/* a pipe gives little at a time; do not wait for a whole piece */
		if (!f->regular && f->block == NULL &&
		    memchr(piece->p, '\n', piece->n) != NULL)
			break;
	}
	if (!f->ended) {
		cut(f, piece);
		return LOGS_LINES;
	}
	if (piece->n == 0)
		return LOGS_END;
	piece->unfinished = piece->p[piece->n - 1] != '\n';
	return LOGS_LINES;
}

int64_t logs_file_octets_in(const struct logs_file *f)
{
	return f->in;
}

int64_t logs_file_octets_out(const struct logs_file *f)
{
	return f->out;
}

int64_t logs_file_garbage(const struct logs_file *f)
{
	return f->garbage;
}

const char *logs_versions(void)
{
	return archive_version_string();
}
