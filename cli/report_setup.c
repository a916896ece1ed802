/* SPDX-License-Identifier: MIT */
#include "cli/report_setup.h"

#include <unistd.h>

#include "cli/out.h"

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
