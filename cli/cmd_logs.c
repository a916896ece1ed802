/* SPDX-License-Identifier: MIT */
#include "base/num.h"
#include "cli/args.h"
#include "cli/logs_explain.h"
#include "cli/msg.h"

enum { OPT_EXPLAIN = OPT_OWN, OPT_ZONE, OPT_YEAR };
static const struct option options[] = {
	{ "explain", no_argument, NULL, OPT_EXPLAIN },
	{ "zone", required_argument, NULL, OPT_ZONE },
	{ "year", required_argument, NULL, OPT_YEAR },
	{ NULL, 0, NULL, 0 },
};

static int explain(struct globals *g, const char *zone, int year, char **files, int n)
{
	struct logs_zone *z = NULL;
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;

	if (!logs_zone_open(zone, &z, &err))
		return msg_fail(g, &err);
	for (int i = 0; i < n && code == EXIT_CLEAN; i++) {
		struct logs_explain how = { .zone = z, .year = year };

		if (!logs_explain_file(g, &how, files[i], &err))
			code = msg_fail(g, &err);
	}
	logs_zone_free(z);
	return code;
}

static int run(struct globals *g, int argc, char **argv)
{
	const char *value, *zone = NULL;
	bool explaining = false;
	uint64_t year = 0;
	struct args a;
	int opt;

	args_init(&a, g, &cmd_logs, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END) {
		switch (opt) {
		case OPT_EXPLAIN:
			explaining = true;
			break;
		case OPT_ZONE:
			zone = value;
			break;
		case OPT_YEAR:
			if (!num_u64(span_str(value), 9999, &year) || year < 1970)
				return args_bad(&a, "logs: --year \"%s\" is no year",
						shown(value));
			break;
		default:
			return a.exit;
		}
	}
	if (!args_count(&a, 1, INT32_MAX))
		return a.exit;
	if (!explaining)
		return args_bad(&a, "logs: needs --explain");
	return explain(g, zone, (int)year, a.rest, a.rest_n);
}

static const char help[] =
	"Reads logs of mail servers.\n"
	"\n"
	"  --explain      show how each line was taken; nothing is stored\n"
	"  --zone ZONE    where a log gives local time: UTC, +02:00, Europe/Berlin; "
	"this\n"
	"                 machine's by default\n"
	"  --year YEAR    of the first line, where lines have none; inferred by "
	"default\n";

const struct command cmd_logs = {
	.name = "logs",
	.summary = "read the logs of mail servers",
	.usage = "--explain [--zone ZONE] [--year YEAR] FILE...",
	.help = help,
	.options = options,
	.run = run,
};
