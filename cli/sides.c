/* SPDX-License-Identifier: MIT */
#include "cli/sides.h"

bool sides_parse(const char *value, struct sides *out)
{
	out->asked = true;
	return side_parse(value, &out->side);
}

bool sides_choose(const struct sides *s, const struct project *p, const char *command,
		  bool out[SIDE_COUNT], struct err *err)
{
	if (s->asked && s->side == SIDE_NEW && project_one_sided(p)) {
		err_set(err, ERR_CONFIG, "no new server is configured");
		return err_hint(err,
				"add \"new\": { ... } to %s; mailmuster %s --side old "
				"reads what is there",
				p->config.path, command);
	}
	for (int side = 0; side < SIDE_COUNT; side++)
		out[side] = p->config.present[side] &&
			    (!s->asked || s->side == (enum side)side);
	return true;
}
