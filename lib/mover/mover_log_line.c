/* SPDX-License-Identifier: MIT */
#include "mover/mover_log_in.h"

#include "base/clock.h"
#include "base/num.h"

static bool eat(struct span *s, const char *text)
{
	size_t n = strlen(text);

	if (s->n < n || memcmp(s->p, text, n) != 0)
		return false;
	*s = span_from(*s, n);
	return true;
}

static void blanks(struct span *s)
{
	while (s->n > 0 && s->p[0] == ' ')
		*s = span_from(*s, 1);
}

/* Index of text in s, or -1. */
static ptrdiff_t find(struct span s, const char *text)
{
	const char *p = s.n > 0 ? memmem(s.p, s.n, text, strlen(text)) : NULL;

	return p != NULL ? p - s.p : -1;
}

static bool number(struct span *s, uint64_t max, uint64_t *out)
{
	size_t n = 0;

	while (n < s->n && s->p[n] >= '0' && s->p[n] <= '9')
		n++;
	if (!num_u64((struct span){ s->p, n }, max, out))
		return false;
	*s = span_from(*s, n);
	return true;
}

static bool number64(struct span *s, int64_t *out)
{
	uint64_t n;

	if (!number(s, INT64_MAX, &n))
		return false;
	*out = (int64_t)n;
	return true;
}

/* FOLDER/UID, then a blank, a colon or the end.  A folder's name may hold anything, so
 * the folder at hand is tried first. */
static bool place(struct span *s, struct span known, struct span *name, uint32_t *uid)
{
	uint64_t n;

	for (size_t i = 0; i < s->n; i++) {
		struct span rest;

		if (i == 0 && known.n > 0 && s->n > known.n && s->p[known.n] == '/' &&
		    memcmp(s->p, known.p, known.n) == 0)
			i = known.n;
		if (s->p[i] != '/')
			continue;
		rest = span_from(*s, i + 1);
		if (!number(&rest, UINT32_MAX, &n) || n == 0 ||
		    (rest.n > 0 && rest.p[0] != ' '))
			continue;
		*name = (struct span){ s->p, i };
		*uid = (uint32_t)n;
		*s = rest;
		blanks(s);
		return i > 0;
	}
	return false;
}

static bool two(struct span s, size_t at, int max, int *out)
{
	uint64_t n;

	if (at + 2 > s.n || !num_u64((struct span){ s.p + at, 2 }, (uint64_t)max, &n))
		return false;
	*out = (int)n;
	return true;
}

/* "... 2026-11-25 10:18:36 +0000 UTC"; older releases give no zone: -1. */
static int64_t when(struct span s)
{
	for (size_t i = 0; i + 25 <= s.n; i++) {
		struct clock_civil c = { 0 };
		struct span t = span_from(s, i);
		uint64_t year;
		int zone_hours, zone_minutes;
		int64_t offset;

		if (t.p[4] != '-' || t.p[7] != '-' || t.p[10] != ' ' || t.p[13] != ':' ||
		    t.p[16] != ':' || t.p[19] != ' ' ||
		    (t.p[20] != '+' && t.p[20] != '-'))
			continue;
		if (!num_u64((struct span){ t.p, 4 }, 9999, &year) ||
		    !two(t, 5, 12, &c.month) || !two(t, 8, 31, &c.day) ||
		    !two(t, 11, 23, &c.hour) || !two(t, 14, 59, &c.minute) ||
		    !two(t, 17, 60, &c.second) || !two(t, 21, 14, &zone_hours) ||
		    !two(t, 23, 59, &zone_minutes) || c.month == 0 || c.day == 0)
			continue;
		c.year = (int)year;
		offset = (zone_hours * 60 + zone_minutes) * 60;
		return clock_from_civil(&c) - (t.p[20] == '-' ? -offset : offset);
	}
	return -1;
}

/* "[host] port [n] user [u]" */
static enum log_line server(struct span s, enum side side, struct log_found *out)
{
	ptrdiff_t port = find(s, "] port ["), user;

	if (!eat(&s, "[") || port < 1)
		return LOG_MALFORMED;
	out->side = side;
	out->host = (struct span){ s.p, (size_t)port - 1 };
	s = span_from(s, (size_t)port - 1);
	user = find(s, "] user [");
	if (user < 0 || s.p[s.n - 1] != ']')
		return LOG_MALFORMED;
	s = span_from(s, (size_t)user + 8);
	out->user = (struct span){ s.p, s.n - 1 };
	return LOG_SERVER;
}

/* "[X]", or "[X] = [Y]" where X is modified UTF-7: X is the name that counts. */
static bool bracketed(struct span s, struct span *name)
{
	ptrdiff_t readable = find(s, "] = [");

	if (s.n < 2 || s.p[0] != '[' || s.p[s.n - 1] != ']')
		return false;
	*name = (struct span){ s.p + 1, s.n - 2 };
	if (readable > 0 && span_index((struct span){ s.p, (size_t)readable }, '&') > 0)
		name->n = (size_t)readable - 1;
	return true;
}

/* "[X]     -> [Y]"; a name that holds the arrow itself cannot be told apart. */
static enum log_line mapping(struct span s, struct log_found *out)
{
	ptrdiff_t arrow = find(s, " -> [");

	if (arrow < 1 || find(span_from(s, (size_t)arrow + 5), " -> [") >= 0)
		return LOG_MALFORMED;
	if (!bracketed(span_trim((struct span){ s.p, (size_t)arrow }), &out->old_name) ||
	    !bracketed(span_trim(span_from(s, (size_t)arrow + 4)), &out->new_name))
		return LOG_MALFORMED;
	return LOG_FOLDER;
}

/*
 * "... (Subject:[...] ...) to folder NAME: what the server said".  The subject may hold
 * anything: what counts follows the last that fits the folder at hand.
 */
static enum log_line not_appended(struct span s, struct span new_name,
				  struct log_found *out)
{
	static const char mark[] = ") to folder ";
	size_t n = sizeof mark - 1, to = 0;
	ptrdiff_t end;

	for (size_t i = 0; i + n < s.n; i++) {
		struct span name = span_from(s, i + n);

		if (memcmp(s.p + i, mark, n) == 0 &&
		    (new_name.n == 0 || to == 0 ||
		     (name.n > new_name.n && name.p[new_name.n] == ':' &&
		      memcmp(name.p, new_name.p, new_name.n) == 0)))
			to = i + n;
	}
	if (to == 0)
		return LOG_MALFORMED;
	s = span_from(s, to);
	end = new_name.n > 0 && s.n > new_name.n && s.p[new_name.n] == ':' &&
			      memcmp(s.p, new_name.p, new_name.n) == 0
		      ? (ptrdiff_t)new_name.n
		      : find(s, ": ");
	if (end < 1)
		return LOG_MALFORMED;
	out->new_name = (struct span){ s.p, (size_t)end };
	out->text = span_trim(span_from(s, (size_t)end + 1));
	out->refusal = mover_refusal_of(out->text);
	return LOG_REFUSED;
}

/* What follows "msg " or "- msg ". */
static enum log_line message(struct span s, struct span old_name, struct span new_name,
			     struct log_found *out)
{
	ptrdiff_t at;

	if (!place(&s, old_name, &out->old_name, &out->old_uid))
		return LOG_FOREIGN;
	if (eat(&s, "{")) {
		if (!number64(&s, &out->octets) || !eat(&s, "}"))
			return LOG_MALFORMED;
		blanks(&s);
	}
	if (eat(&s, "copied to "))
		return place(&s, new_name, &out->new_name, &out->new_uid) ? LOG_COPIED
									  : LOG_MALFORMED;
	if (eat(&s, "copying to ")) {
		out->skip = MOVER_TRIED;
		return find(s, "(not really since --dry mode)") >= 0 ? LOG_SKIPPED
								     : LOG_FOREIGN;
	}
	if (eat(&s, "could not append ") || eat(&s, "couldn't append ")) {
		return not_appended(s, new_name, out);
	}
	if ((at = find(s, "could not be fetched:")) >= 0 ||
	    (at = find(s, "Could not be fetched")) >= 0) {
		out->text = span_trim(span_from(s, (size_t)at + 21));
		out->refusal = MOVER_UNREADABLE;
		return LOG_REFUSED;
	}
	if (eat(&s, "marked \\Deleted")) {
		out->side = SIDE_NEW; /* 1.452 */
		return LOG_REMOVED;
	}
	if (eat(&s, "deleted on host1")) {
		out->side = SIDE_OLD;
		return LOG_REMOVED;
	}
	if (find(s, "skipped by --skipmess") >= 0) {
		out->skip = MOVER_BY_RULE;
		return LOG_SKIPPED;
	}
	if (!eat(&s, "skipped"))
		return LOG_FOREIGN;
	out->skip = find(s, "exceeds maxsize limit") >= 0    ? MOVER_LARGER
		    : find(s, "smaller than minsize") >= 0   ? MOVER_SMALLER
		    : find(s, "line length exceeds") >= 0    ? MOVER_LONG_LINE
		    : find(s, "under minmaxlinelength") >= 0 ? MOVER_LONG_LINE
							     : MOVER_UNSAID;
	blanks(&s);
	if (eat(&s, "("))
		(void)number64(&s, &out->octets);
	return LOG_SKIPPED;
}

/* Lines of 1.255, which numbers messages "#uid". */
static enum log_line old_message(struct span s, struct span new_name,
				 struct log_found *out)
{
	ptrdiff_t at;
	uint64_t uid;

	if (eat(&s, "Copied msg id [")) {
		if (!number(&s, UINT32_MAX, &uid) || !eat(&s, "] to folder ") ||
		    (at = find(s, " msg id [")) < 1)
			return LOG_MALFORMED;
		out->old_uid = (uint32_t)uid;
		out->new_name = (struct span){ s.p, (size_t)at };
		s = span_from(s, (size_t)at + 9);
		if (number(&s, UINT32_MAX, &uid))
			out->new_uid = (uint32_t)uid;
		return LOG_COPIED;
	}
	if (eat(&s, "+ Skipping msg #")) {
		if (!number(&s, UINT32_MAX, &uid) || !eat(&s, ":") ||
		    !number64(&s, &out->octets) || !eat(&s, " in folder ") ||
		    (at = find(s, " (exceeds maxsize limit")) < 1)
			return LOG_MALFORMED;
		out->old_uid = (uint32_t)uid;
		out->old_name = (struct span){ s.p, (size_t)at };
		out->skip = MOVER_LARGER;
		return LOG_SKIPPED;
	}
	if (eat(&s, "Couldn't append msg #")) {
		if (!number(&s, UINT32_MAX, &uid))
			return LOG_MALFORMED;
		out->old_uid = (uint32_t)uid;
		return not_appended(s, new_name, out);
	}
	if (eat(&s, "Deleting msg ")) {
		out->side = eat(&s, "f:") ? SIDE_NEW : SIDE_OLD;
		if (!eat(&s, "#") || !number(&s, UINT32_MAX, &uid) ||
		    !eat(&s, " in folder "))
			return LOG_MALFORMED;
		if (out->side == SIDE_OLD) {
			out->old_uid = (uint32_t)uid;
			out->old_name = s;
		} else {
			out->new_uid = (uint32_t)uid;
			out->new_name = s;
		}
		return LOG_REMOVED;
	}
	return LOG_FOREIGN;
}

/* A folder that could not be opened or made. */
static enum log_line no_folder(struct span s, struct log_found *out)
{
	ptrdiff_t at = find(s, "Could not select"), from;
	struct span name = s;

	out->refusal = MOVER_NO_FOLDER;
	if (eat(&s, "Could not create folder [")) {
		if ((from = find(s, "] from [")) < 1 || (at = find(s, "]: ")) < from)
			return LOG_MALFORMED;
		out->new_name = (struct span){ s.p, (size_t)from };
		out->old_name = (struct span){ s.p + from + 8, (size_t)(at - from) - 8 };
		out->text = span_trim(span_from(s, (size_t)at + 3));
		return LOG_REFUSED;
	}
	if (at < 0)
		return LOG_FOREIGN;
	if (eat(&name, "Host1: folder ") || eat(&name, "Host1 folder ") ||
	    eat(&name, "Host1 Folder ") || eat(&name, "Host1: Folder ") ||
	    eat(&name, "From Folder "))
		out->side = SIDE_OLD;
	else if (eat(&name, "Host2: folder ") || eat(&name, "Host2 folder ") ||
		 eat(&name, "Host2 Folder ") || eat(&name, "Host2: Folder ") ||
		 eat(&name, "To   Folder "))
		out->side = SIDE_NEW;
	else
		return LOG_FOREIGN;
	at -= name.p - s.p;
	if (at < 3)
		return LOG_MALFORMED;
	out->text = span_trim(span_from(name, (size_t)at + 16));
	if (out->text.n > 0 && out->text.p[0] == ':')
		out->text = span_trim(span_from(out->text, 1));
	name = span_trim((struct span){ name.p, (size_t)at });
	if (name.n > 0 && name.p[name.n - 1] == ':')
		name = span_trim((struct span){ name.p, name.n - 1 });
	if (name.n == 0)
		return LOG_MALFORMED;
	*(out->side == SIDE_OLD ? &out->old_name : &out->new_name) = name;
	return LOG_REFUSED;
}

/* "folder [X] has N messages in total ...", "folder [X] selected N messages, duplicates
 * M" */
static enum log_line counts(struct span s, struct log_found *out)
{
	ptrdiff_t at = find(s, "] selected "), has;
	struct span rest;

	if (at >= 0) {
		rest = span_from(s, (size_t)at + 11);
		if (number64(&rest, &out->number) &&
		    eat(&rest, " messages, duplicates ") && number64(&rest, &out->number))
			return LOG_DUPLICATES;
		return LOG_MALFORMED;
	}
	has = find(s, "] has ");
	if (has < 0 || find(s, "messages in total") < 0)
		return LOG_FOREIGN;
	rest = span_from(s, (size_t)has + 6);
	return number64(&rest, &out->number) ? LOG_MESSAGES : LOG_MALFORMED;
}

/* What follows "Host1" or "Host2" and a colon that older releases do not write. */
static enum log_line host(struct span s, enum side side, struct span line,
			  struct span old_name, struct span new_name,
			  struct log_found *out)
{
	ptrdiff_t at;

	if (eat(&s, "IMAP server ") || eat(&s, "imap server "))
		return server(s, side, out);
	if (find(line, "Could not select") >= 0)
		return no_folder(line, out);
	if (side == SIDE_OLD && eat(&s, "folder "))
		return counts(s, out);
	out->side = side;
	if (side == SIDE_NEW && eat(&s, "msg ")) {
		if (!place(&s, new_name, &out->new_name, &out->new_uid))
			return LOG_FOREIGN;
		return eat(&s, "marked \\Deleted") ? LOG_REMOVED : LOG_FOREIGN;
	}
	if (side == SIDE_OLD && find(s, " marking deleted") > 0)
		return place(&s, old_name, &out->old_name, &out->old_uid) ? LOG_REMOVED
									  : LOG_MALFORMED;
	at = find(s, " ignored (no ");
	if (side == SIDE_NEW || at < 0)
		return LOG_FOREIGN;
	if (!place(&s, old_name, &out->old_name, &out->old_uid) || !eat(&s, "size ") ||
	    !number64(&s, &out->octets))
		return LOG_MALFORMED;
	out->skip = MOVER_NO_HEADER;
	return LOG_SKIPPED;
}

static enum log_line verdict(struct span s, struct log_found *out)
{
	if (eat(&s, "The sync looks good, all ")) {
		out->verdict = MOVER_LOOKS_GOOD;
		out->number = 0;
		return LOG_VERDICT;
	}
	if (!eat(&s, "The sync is not finished, there are "))
		return LOG_FOREIGN;
	out->verdict = MOVER_NOT_FINISHED;
	return number64(&s, &out->number) ? LOG_VERDICT : LOG_MALFORMED;
}

static enum log_line excluding(struct span s, struct log_found *out)
{
	ptrdiff_t at = s.n > 0 && s.p[0] == '\'' ? find(s, "': ") : -1;

	out->text = s;
	if (at > 0) { /* up to 1.584: 'pattern': [a] [b] */
		out->text = (struct span){ s.p + 1, (size_t)at - 1 };
		out->old_name = span_from(s, (size_t)at + 3);
	}
	return LOG_EXCLUDING;
}

enum log_line log_line_read(struct span line, bool looping, struct span old_name,
			    struct span new_name, struct log_found *out)
{
	struct span s = line;
	uint64_t n;

	*out = (struct log_found){ .octets = -1, .when = -1, .number = -1 };
	if (span_trim(line).n == 0)
		return LOG_BLANK;
	switch (s.p[0]) {
	case 'm':
		return eat(&s, "msg ") ? message(s, old_name, new_name, out)
				       : LOG_FOREIGN;
	case '-':
		return eat(&s, "- msg ") ? message(s, old_name, new_name, out)
					 : LOG_FOREIGN;
	case '+':
		if (eat(&s, "++++ Looping") || eat(&s, "++++ From folders")) {
			out->number = 1;
			return LOG_LOOPING;
		}
		if (eat(&s, "++++ End looping") || eat(&s, "++++ Statistics")) {
			out->number = 0;
			return LOG_LOOPING;
		}
		return old_message(line, new_name, out);
	case 'C':
		if (find(line, "Could not create folder [") == 0)
			return no_folder(line, out);
		return old_message(line, new_name, out);
	case 'H':
		if (eat(&s, "Host1")) {
			eat(&s, ":");
			blanks(&s);
			return host(s, SIDE_OLD, line, old_name, new_name, out);
		}
		if (eat(&s, "Host2")) {
			eat(&s, ":");
			blanks(&s);
			return host(s, SIDE_NEW, line, old_name, new_name, out);
		}
		return LOG_FOREIGN;
	case 'F':
		if (eat(&s, "From imap server "))
			return server(s, SIDE_OLD, out);
		if (eat(&s, "From Folder [") && s.n > 0 && s.p[s.n - 1] == ']') {
			out->old_name = (struct span){ s.p, s.n - 1 };
			return LOG_FOLDER;
		}
		if (find(line, "From Folder ") == 0)
			return no_folder(line, out);
		if (!eat(&s, "Folder "))
			return LOG_FOREIGN;
		blanks(&s);
		if (!number(&s, UINT32_MAX, &n) || !eat(&s, "/") ||
		    !number(&s, UINT32_MAX, &n) || !eat(&s, " "))
			return LOG_FOREIGN; /* "Folder [X] already exists" */
		return mapping(s, out);
	case '[':
		if (looping && find(line, " -> [") > 0)
			return mapping(line, out);
		return bracketed(span_trim(line), &out->old_name) ? LOG_LISTED
								  : LOG_FOREIGN;
	case 'T':
		if (eat(&s, "To   imap server "))
			return server(s, SIDE_NEW, out);
		if (eat(&s, "To   Folder [") && s.n > 0 && s.p[s.n - 1] == ']') {
			out->new_name = (struct span){ s.p, s.n - 1 };
			return LOG_FOLDER;
		}
		if (find(line, "To   Folder ") == 0)
			return no_folder(line, out);
		out->when = when(s);
		if (eat(&s, "Transfer started at "))
			return LOG_STARTED;
		if (eat(&s, "Transfer ended on "))
			return LOG_ENDED;
		return verdict(line, out);
	case 'E':
		if (eat(&s, "Excluding folders matching pattern "))
			return excluding(s, out);
		if (!eat(&s, "Exiting with return value "))
			return LOG_FOREIGN;
		if (!number(&s, 255, &n))
			return LOG_MALFORMED;
		out->number = (int64_t)n;
		return LOG_EXIT;
	case 'D':
		if (eat(&s, "Detected ") && find(s, " errors") > 0)
			return number64(&s, &out->number) ? LOG_DETECTED : LOG_MALFORMED;
		return old_message(line, new_name, out);
	default:
		return LOG_FOREIGN;
	}
}

bool log_list_next(struct span *rest, struct span *name_out)
{
	ptrdiff_t end;

	blanks(rest);
	if (rest->n < 2 || rest->p[0] != '[')
		return false;
	end = find(*rest, "] [");
	if (end < 0 && rest->p[rest->n - 1] != ']')
		return false;
	*name_out = (struct span){ rest->p + 1,
				   (end < 0 ? rest->n - 1 : (size_t)end) - 1 };
	*rest = span_from(*rest, end < 0 ? rest->n : (size_t)end + 1);
	return true;
}
