/* SPDX-License-Identifier: MIT */
#include "cli/notices.h"

#include "base/fs.h"
#include "cli/accounts_use.h"

const char *notices_address(const struct transfer *t)
{
	return *t->address != '\0' ? t->address : t->name;
}

char *notices_path(const char *dir, const char *account, size_t number)
{
	struct strbuf sb = STRBUF_INIT;
	char *path, *name;

	strbuf_addf(&sb, "%05zu-", number);
	for (const char *s = account; *s != '\0' && sb.n < 80; s++)
		strbuf_addc(&sb, strchr("@.-_+", *s) != NULL ||
						 (*s >= 'a' && *s <= 'z') ||
						 (*s >= 'A' && *s <= 'Z') ||
						 (*s >= '0' && *s <= '9')
					 ? *s
					 : '_');
	strbuf_adds(&sb, ".txt");
	name = strbuf_take(&sb);
	path = fs_join(dir, name);
	free(name);
	return path;
}

bool notices_dormant(const char *file, struct span text, const struct dormant *d,
		     const struct plan_dormant *all, struct strbuf *out, struct err *err)
{
	const struct notice_word words[] = {
		{ "address", notices_address(d->t), false },
		{ "account", d->t->name, false },
		{ "owner", *d->t->owner != '\0' ? d->t->owner : NOTICE_OWNER, false },
		{ "from", accounts_day(all->from), false },
		{ "to", accounts_day(all->to), false },
		{ "last", accounts_day(d->use->last), false },
	};

	return notice_fill(file, text, words, COUNT_OF(words), out, err);
}
