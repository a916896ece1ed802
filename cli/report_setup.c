/* SPDX-License-Identifier: MIT */
#include "cli/report_setup.h"

#include <unistd.h>

#include "cli/out.h"
#include "profile/profile.h"
#include "store/store_folder.h"

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
	v = arena_alloc(arena, (cap + 1) * sizeof *v);
	out->unseen = v;
	for (int s = 0; s < SIDE_COUNT; s++)
		for (size_t i = 0; of[s] != NULL && i < of[s]->blind_spot_n; i++)
			v[out->unseen_n++] = (struct report_unseen){
				(enum side)s, of[s]->blind_spot[i].why,
				of[s]->blind_spot[i].source
			};
	return true;
}
