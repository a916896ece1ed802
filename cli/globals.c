/* SPDX-License-Identifier: MIT */
#include "cli/globals.h"

#include <unistd.h>

#include "base/num.h"
#include "base/span.h"

const struct option globals_options[] = {
	{ "json", no_argument, NULL, OPT_JSON },
	{ "color", required_argument, NULL, OPT_COLOR },
	{ "no-color", no_argument, NULL, OPT_NO_COLOR },
	{ "no-input", no_argument, NULL, OPT_NO_INPUT },
	{ "only", required_argument, NULL, OPT_ONLY },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, 'h' },
	{ NULL, 0, NULL, 0 },
};

void globals_init(struct globals *g)
{
	*g = (struct globals){ .color = COLOR_AUTO };
}

void globals_done(struct globals *g)
{
	size_t i;

	for (i = 0; i < g->only_n; i++)
		free((char *)(uintptr_t)g->only[i]);
	free(g->only);
	g->only = NULL;
	g->only_n = 0;
}

/* "a,b" is two items; "@FILE" is taken whole, for a file's name may hold a comma. */
static bool take_only(struct globals *g, const char *value, struct err *err)
{
	const char *end;

	if (*value == '\0')
		return err_set(err, ERR_USAGE,
			       "--only needs the name of an account, or @FILE");
	for (;; value = end + 1) {
		end = *value == '@' ? NULL : strchr(value, ',');
		if (end == NULL)
			end = value + strlen(value);
		if (end == value)
			return err_set(err, ERR_USAGE,
				       "--only has an empty name in its list");
		g->only = mem_realloc(g->only, (g->only_n + 1) * sizeof *g->only);
		g->only[g->only_n++] = mem_strndup(value, (size_t)(end - value));
		if (*end == '\0')
			return true;
	}
}

bool globals_take(struct globals *g, int opt, const char *value, struct err *err)
{
	uint64_t n;

	switch (opt) {
	case 'C':
		g->dir = value;
		return true;
	case 'c':
		g->config = value;
		return true;
	case 'q':
		g->quiet = true;
		return true;
	case 'v':
		g->verbose++;
		return true;
	case OPT_JSON:
		g->json = true;
		return true;
	case OPT_NO_COLOR:
		g->color = COLOR_NEVER;
		return true;
	case OPT_NO_INPUT:
		g->no_input = true;
		return true;
	case OPT_ONLY:
		return take_only(g, value, err);
	case OPT_JOBS:
		if (!num_u64(span_str(value), 64, &n) || n == 0)
			return err_set(err, ERR_USAGE,
				       "--jobs takes a number from 1 to 64");
		g->jobs = (unsigned)n;
		return true;
	case OPT_COLOR:
		if (strcmp(value, "auto") == 0)
			g->color = COLOR_AUTO;
		else if (strcmp(value, "always") == 0)
			g->color = COLOR_ALWAYS;
		else if (strcmp(value, "never") == 0)
			g->color = COLOR_NEVER;
		else
			return err_set(err, ERR_USAGE,
				       "--color is auto, always or never");
		return true;
	}
	return err_set(err, ERR_BUG, "option %d is not handled", opt);
}

bool globals_color(const struct globals *g, int fd)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	if (g->color != COLOR_AUTO)
		return g->color == COLOR_ALWAYS;
	if ((no != NULL && *no != '\0') || (term != NULL && strcmp(term, "dumb") == 0))
		return false;
	return isatty(fd) == 1;
}
