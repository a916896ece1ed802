/* SPDX-License-Identifier: MIT */
#include "model/finding.h"

void match_count_add(struct match_count *sum, const struct match_count *c)
{
	sum->old_messages += c->old_messages;
	sum->new_messages += c->new_messages;
	sum->same += c->same;
	sum->same_weak += c->same_weak;
	sum->changed += c->changed;
	sum->refiled += c->refiled;
	sum->missing += c->missing;
	sum->extra += c->extra;
	sum->old_unverified += c->old_unverified;
	sum->new_unverified += c->new_unverified;
	sum->flags += c->flags;
	sum->keywords += c->keywords;
	sum->date += c->date;
	sum->octets += c->octets;
	sum->removed += c->removed;
	sum->content += c->content;
}

int64_t match_count_matched(const struct match_count *c)
{
	return c->same + c->same_weak + c->changed + c->refiled;
}
