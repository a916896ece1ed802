/* SPDX-License-Identifier: MIT */
#include "cli/report_setup.h"

#include <unistd.h>

#include "base/num.h"
#include "base/text.h"
#include "profile/profile.h"
#include "store/store_folder.h"
#include "store/store_shared.h"

static bool clear(const struct project *p, enum side side)
{
	return p->config.present[side] && p->config.server[side].tls == TLS_NONE;
}

void report_setup(const struct globals *g, const struct project *p,
		  struct report_options *out)
{
	*out = (struct report_options){
		.project = p->config.project,
		.width = out_width(),
		.color = globals_color(g, STDOUT_FILENO),
		.one_sided = project_one_sided(p),
		.clear_old = clear(p, SIDE_OLD),
		.clear_new = clear(p, SIDE_NEW),
	};
}

/* Folders of shared trees that nobody reads: their mail is not examined. */
static bool shared_unseen(const struct project *p, enum side side, struct arena *arena,
			  struct report_unseen *out, bool *any_out, struct err *err)
{
	char count[32];
	const char **name;
	size_t n;

	if (!store_shared_unread(p->store, side, arena, &name, &n, err))
		return false;
	*any_out = n > 0;
	*out = (struct report_unseen){
		side,
		arena_printf(arena,
			     "%s %s listed and read with no account, the first is %s; "
			     "give the tree an account of its own (columns old_tree and "
			     "new_tree of the list; mailmuster help accounts)",
			     num_group((int64_t)n, count, sizeof count),
			     n == 1 ? "shared folder is" : "shared folders are",
			     text_shown(arena, span_str(n > 0 ? name[0] : ""))),
		"NAMESPACE (RFC 2342)"
	};
	return true;
}

bool report_setup_unseen(const struct project *p, struct arena *arena,
			 struct report_options *out, struct err *err)
{
	const struct profile *of[SIDE_COUNT] = { NULL, NULL };
	struct report_unseen *v;
	size_t cap = 0;

	for (int s = 0; s < SIDE_COUNT; s++) {
		struct profile_signs signs = { NULL, NULL, NULL };

		if (!p->config.present[s])
			continue;
		if (!store_server_said(p->store, (enum side)s, arena, &signs.server_id,
				       &signs.capability, err) ||
		    !profile_find(arena, config_server(&p->config, (enum side)s)->profile,
				  &signs, &of[s], err))
			return false;
		cap += of[s]->blind_spot_n;
	}
	v = arena_alloc(arena, (cap + SIDE_COUNT) * sizeof *v);
	out->unseen = v;
	for (int s = 0; s < SIDE_COUNT; s++) {
		bool any = false;

		if (p->config.present[s] &&
		    !shared_unseen(p, (enum side)s, arena, &v[out->unseen_n], &any, err))
			return false;
		out->unseen_n += any;
	}
	for (int s = 0; s < SIDE_COUNT; s++)
		for (size_t i = 0; of[s] != NULL && i < of[s]->blind_spot_n; i++)
			v[out->unseen_n++] = (struct report_unseen){
				(enum side)s, of[s]->blind_spot[i].why,
				of[s]->blind_spot[i].source
			};
	return true;
}

bool report_setup_book(const struct project *p, const struct report_options *o,
		       const struct outlook *look, int64_t rows, struct out_file *file,
		       struct arena *arena, struct err *err)
{
	const char *slash = strrchr(file->tmp, '/');
	const char *folder =
		slash == NULL
			? "."
			: arena_span(arena, (struct span){ file->tmp,
							   (size_t)(slash - file->tmp) });

	return report_xlsx(p->store, o, look, file->tmp, *folder != '\0' ? folder : "/",
			   rows, err);
}
