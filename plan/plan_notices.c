/* SPDX-License-Identifier: MIT */
#include "plan/plan_notices.h"

#include "base/text.h"

#define GREETING                                                                         \
	"To: {address}\n"                                                                \
	"Subject: "
#define DEAR                                                                             \
	"\n"                                                                             \
	"\n"                                                                             \
	"Dear {owner},\n"                                                                \
	"\n"
#define LOGIN                                                                            \
	"Incoming mail: {new_server}, user name {login}. Your password and the name of " \
	"the\n"                                                                          \
	"server for outgoing mail are in the instructions of your administrators.\n"

static const struct {
	const char *name, *who, *text;
} stages[] = {
	[NOTICE_ANNOUNCEMENT] = { "announcement", "all accounts that move",
				  GREETING "Mail is moving to a new server" DEAR
					   "the mail account {account} will move from "
					   "{old_server} to {new_server}.\n"
					   "The new service begins: {service_date}. You "
					   "need not do anything yet. It "
					   "helps\n"
					   "to delete now what you do not need, and to "
					   "empty the trash.\n"
					   "\n"
					   "{missing}\n"
					   "You will hear of it again a week and a day "
					   "before your account moves.\n" },
	[NOTICE_WEEK] = { "week", "accounts that have a wave",
			  GREETING "Your mail account {account} moves on {day}" DEAR
				   "the mail account {account} moves to {new_server}; it "
				   "begins on {day} at "
				   "{time}.\n"
				   "It holds {messages} messages, {size}. You can use "
				   "your mail until then; "
				   "while it\n"
				   "moves please do not file or delete anything.\n"
				   "\n"
				   "{missing}\n" LOGIN },
	[NOTICE_DAY] = { "day", "accounts that have a wave",
			 GREETING
			 "Tomorrow, {day}, your mail account {account} moves" DEAR
			 "the mail account {account} moves tomorrow, {day}, from {time} "
			 "on. Please "
			 "close\n"
			 "your mail program before, and open it again when you hear from "
			 "us.\n"
			 "\n" LOGIN },
	[NOTICE_MOVED] = { "moved", "accounts that were cut over",
			   GREETING
			   "Your mail account {account} has moved" DEAR
			   "the mail account {account} is on {new_server} now, and new "
			   "mail arrives "
			   "there\n"
			   "only. Please change your mail program:\n"
			   "\n" LOGIN "\n"
			   "Programs that keep copies fetch all mail once more, because "
			   "messages have "
			   "new\n"
			   "numbers on the new server: {messages} messages, {size}. That "
			   "takes a "
			   "while.\n"
			   "\n"
			   "{missing}\n"
			   "If something is missing please tell us before {closes}.\n" },
	[NOTICE_POP] = { "pop", "accounts that fetch by POP3, as the logs tell",
			 GREETING "Before your mail account {account} moves: POP3" DEAR
				  "your program fetches the mail of {account} by POP3. "
				  "On {new_server} "
				  "messages have\n"
				  "new numbers, so it will fetch all that lies on the "
				  "server once more: "
				  "{messages}\n"
				  "messages, {size}. If your program leaves mail on the "
				  "server, please let it "
				  "delete\n"
				  "there what it has, or change it to IMAP, before the "
				  "account moves.\n" },
	[NOTICE_CLOSING] = { "closing", "all accounts that move",
			     GREETING "{old_server} is switched off on {closes}" DEAR
				      "the old mail server, {old_server}, is switched "
				      "off on {closes}. After that "
				      "nothing\n"
				      "can be fetched from it. Please look once more "
				      "whether all mail of "
				      "{account} is on\n"
				      "{new_server}, and that no program or device still "
				      "has the old name.\n" },
	[NOTICE_DORMANT] = { "dormant", "accounts that nobody uses, as the logs prove",
			     GREETING "Is the mail account {account} still needed?\n"
				      "\n"
				      "Dear {owner},\n"
				      "\n"
				      "the mail account {account} is to move to a new "
				      "server. According to the "
				      "logs from\n"
				      "{from} to {to} nobody has used it; the last use "
				      "that is known: {last}.\n"
				      "\n"
				      "Please tell us by reply whether it is to move, to "
				      "be archived, or to be "
				      "deleted.\n"
				      "Without an answer it will not be moved, and "
				      "nothing in it will be deleted "
				      "before\n"
				      "you have been asked again.\n" },
};
_Static_assert(COUNT_OF(stages) == NOTICE_STAGE_COUNT, "a text for each stage");

const char *notice_stage_name(enum notice_stage s)
{
	return stages[s].name;
}

const char *notice_stage_who(enum notice_stage s)
{
	return stages[s].who;
}

const char *notice_template(enum notice_stage s)
{
	return stages[s].text;
}

bool notice_stage_parse(const char *name, enum notice_stage *out)
{
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++)
		if (strcmp(stages[s].name, name) == 0) {
			*out = (enum notice_stage)s;
			return true;
		}
	return false;
}

/* {name} at the beginning of text: its octets with the braces; 0: there is none. */
static size_t braced(struct span text)
{
	size_t n = 1;

	if (text.n < 3 || text.p[0] != '{')
		return 0;
	while (n < text.n && ((text.p[n] >= 'a' && text.p[n] <= 'z') || text.p[n] == '_'))
		n++;
	return n > 1 && n < text.n && text.p[n] == '}' ? n + 1 : 0;
}

static const struct notice_word *find(const struct notice_word *word, size_t n,
				      struct span name)
{
	for (size_t i = 0; i < n; i++)
		if (span_eq_str(name, word[i].name))
			return &word[i];
	return NULL;
}

/* A line end in a name would begin another header, or another paragraph. */
static void put(struct strbuf *out, const struct notice_word *w)
{
	for (const char *v = w->value; *v != '\0'; v++)
		strbuf_addc(out, !w->lines && ((unsigned char)*v < 0x20 || *v == 0x7F)
					 ? ' '
					 : *v);
}

bool notice_fill(const char *file, struct span text, const struct notice_word *word,
		 size_t n, struct strbuf *out, struct err *err)
{

	for (size_t i = 0; i < text.n;) {
		struct span rest = span_from(text, i);
		size_t len = braced(rest), line, column;
		bool alone = (i == 0 || text.p[i - 1] == '\n') && len > 0 &&
			     (len == rest.n || rest.p[len] == '\n');
		const struct notice_word *w;

		if (len == 0) {
			strbuf_addc(out, text.p[i++]);
			continue;
		}
		w = find(word, n, (struct span){ rest.p + 1, len - 2 });
		if (w == NULL) {
			text_position(text, i, &line, &column);
			strbuf_clear(out);
			return err_set(err, ERR_CONFIG,
				       "%s:%zu:%zu: nothing stands for %.*s", file, line,
				       column, len < 80 ? (int)len : 80, rest.p);
		}
		i += len;
		if (alone && *w->value == '\0') {
			i += i < text.n; /* its line end */
			continue;
		}
		put(out, w);
	}
	return true;
}
