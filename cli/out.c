/* SPDX-License-Identifier: MIT */
#include "cli/out.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/progress.h"
#include "cli/stop.h"

static bool begun, told;
static int failed; /* errno of the first failed write; 0: none */

static void note_failure(bool ok)
{
	if (!ok && failed == 0)
		failed = errno != 0 ? errno : EIO;
}

void out_puts(const char *s)
{
	progress_clear();
	begun = true;
	errno = 0;
	note_failure(fputs(s, stdout) >= 0);
}

void out_printf(const char *fmt, ...)
{
	va_list ap;

	progress_clear();
	begun = true;
	errno = 0;
	va_start(ap, fmt);
	note_failure(vfprintf(stdout, fmt, ap) >= 0);
	va_end(ap);
}

void out_text(const char *s)
{
	struct strbuf text = STRBUF_INIT;

	text_show(&text, span_str(s), 0);
	out_puts(strbuf_cstr(&text));
	strbuf_done(&text);
}

bool out_begun(void)
{
	return begun;
}

bool out_finish(struct err *err)
{
	errno = 0;
	note_failure(fflush(stdout) == 0);
	if (failed == 0)
		return true;
	err_errno(err, ERR_LOCAL, failed, "cannot write the result to standard output");
	return false;
}

bool out_told(void)
{
	return told;
}

bool out_reader_left(void)
{
	return failed == EPIPE;
}

size_t out_width(void)
{
	struct winsize ws;

	if (isatty(STDOUT_FILENO) != 1 || ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) != 0)
		return 0;
	return ws.ws_col;
}

static bool sink_write(void *ctx, struct span piece, struct err *err)
{
	(void)ctx;
	if (stop_asked())
		return err_set(err, ERR_STOPPED, "the output was cut short");
	progress_clear();
	begun = begun || piece.n > 0;
	errno = 0;
	note_failure(fwrite(piece.p, 1, piece.n, stdout) == piece.n);
	if (failed == 0)
		return true;
	told = true;
	return err_errno(err, ERR_LOCAL, failed,
			 "cannot write the result to standard output");
}
const struct report_sink out_sink = { .ctx = NULL, .write = sink_write };

bool out_file_open(const char *path, struct out_file *out, struct err *err)
{
	size_t n = strlen(path) + sizeof ".XXXXXX";
	char *tmp = mem_alloc(n);
	int fd;

	snprintf(tmp, n, "%s.XXXXXX", path);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0) {
		err_errno(err, ERR_LOCAL, errno, "cannot make a file beside %s", path);
		free(tmp);
		return false;
	}
	*out = (struct out_file){ .f = fdopen(fd, "w"), .path = path, .tmp = tmp };
	if (out->f == NULL) {
		err_errno(err, ERR_LOCAL, errno, "cannot open %s", tmp);
		close(fd);
		out_file_drop(out);
		return false;
	}
	return true;
}

static bool file_write(void *ctx, struct span piece, struct err *err)
{
	struct out_file *o = ctx;

	if (stop_asked())
		return err_set(err, ERR_STOPPED, "%s was not written", o->path);
	errno = 0;
	if (fwrite(piece.p, 1, piece.n, o->f) == piece.n)
		return true;
	return err_errno(err, ERR_LOCAL, errno, "cannot write %s", o->path);
}

struct report_sink out_file_sink(struct out_file *o)
{
	return (struct report_sink){ .ctx = o, .write = file_write };
}

bool out_file_commit(struct out_file *o, struct err *err)
{
	bool ok;

	errno = 0;
	ok = fflush(o->f) == 0 && fsync(fileno(o->f)) == 0;
	ok = fclose(o->f) == 0 && ok;
	o->f = NULL;
	if (ok && rename(o->tmp, o->path) == 0) {
		free(o->tmp);
		o->tmp = NULL;
		return true;
	}
	return err_errno(err, ERR_LOCAL, errno, "cannot write %s", o->path);
}

void out_file_drop(struct out_file *o)
{
	if (o->f != NULL)
		fclose(o->f);
	if (o->tmp != NULL)
		unlink(o->tmp);
	free(o->tmp);
	*o = (struct out_file){ 0 };
}
