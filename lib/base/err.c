/* SPDX-License-Identifier: MIT */
#include <stdarg.h>

#include "base/err.h"
#include "base/text.h"

/* Formatted text before it is escaped.  Escaping never shortens, so nothing that would be
 * kept is lost when this overflows. */
enum { RAW_SIZE = 1024 };

/* Names in parentheses, for the analyser has macros of them (err.h). */

bool(err_set)(struct err *err, enum err_class cls, const char *fmt, ...)
{
	char raw[RAW_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	err->cls = cls;
	text_show_buf(err->text, sizeof err->text, span_str(raw));
	err->hint[0] = '\0';
	return false;
}

bool(err_wrap)(struct err *err, const char *fmt, ...)
{
	char raw[RAW_SIZE];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	n = strlen(raw);
	snprintf(raw + n, sizeof raw - n, ": %s", err->text);
	text_show_buf(err->text, sizeof err->text, span_str(raw));
	return false;
}

bool(err_hint)(struct err *err, const char *fmt, ...)
{
	char raw[RAW_SIZE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	text_show_buf(err->hint, sizeof err->hint, span_str(raw));
	return false;
}

bool(err_errno)(struct err *err, enum err_class cls, int errnum, const char *fmt, ...)
{
	char raw[RAW_SIZE], room[128];
	va_list ap;
	size_t n;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof raw, fmt, ap);
	va_end(ap);
	n = strlen(raw);
	snprintf(raw + n, sizeof raw - n, ": %s", strerror_r(errnum, room, sizeof room));
	return err_set(err, cls, "%s", raw);
}

static const char *const class_names[] = {
	[ERR_NONE] = "none",	   [ERR_USAGE] = "usage",
	[ERR_CONFIG] = "config",   [ERR_NO_PROJECT] = "no-project",
	[ERR_LOCKED] = "locked",   [ERR_LOCAL] = "local",
	[ERR_NET] = "network",	   [ERR_TLS] = "tls",
	[ERR_LOGIN] = "login",	   [ERR_SERVER] = "server",
	[ERR_PROTO] = "protocol",  [ERR_LIMIT] = "limit",
	[ERR_STOPPED] = "stopped", [ERR_LEDGER] = "ledger",
	[ERR_BUG] = "bug",
};
_Static_assert(COUNT_OF(class_names) == ERR_CLASS_COUNT, "every class has a name");

const char *err_class_name(enum err_class cls)
{
	return class_names[cls];
}
