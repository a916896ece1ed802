/* SPDX-License-Identifier: MIT */
#include "cli/check.h"

#include <stdarg.h>
#include <unistd.h>

#include "base/json.h"
#include "cli/out.h"

static const char *const words[] = { "ok", "warn", "fail" };
_Static_assert(COUNT_OF(words) == CHECK_STATE_COUNT, "a word for each state");
static const char *const colors[] = { "32", "33", "31" };
_Static_assert(COUNT_OF(colors) == CHECK_STATE_COUNT, "a colour for each state");

void checks_add(struct checks *c, enum check_state state, int code, const char *name,
		const char *remedy, const char *fmt, ...)
{
	struct strbuf detail = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(&detail, fmt, ap);
	va_end(ap);
	c->v = mem_realloc(c->v, (c->n + 1) * sizeof *c->v);
	c->v[c->n++] = (struct check){ .state = state,
				       .code = code,
				       .name = name,
				       .detail = strbuf_take(&detail),
				       .remedy = remedy != NULL && *remedy != '\0'
							 ? mem_strdup(remedy)
							 : NULL };
}

static void print_json(const struct checks *c)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	size_t i;

	json_out_init(&j, &text, false);
	json_begin_object(&j);
	json_put_str(&j, "schema", "mailmuster/doctor/1");
	json_name(&j, "checks");
	json_begin_array(&j);
	for (i = 0; i < c->n; i++) {
		json_begin_object(&j);
		json_put_str(&j, "name", c->v[i].name);
		json_put_str(&j, "state", words[c->v[i].state]);
		json_put_str(&j, "detail", c->v[i].detail);
		json_put_str(&j, "remedy", c->v[i].remedy);
		json_end_object(&j);
	}
	json_end_array(&j);
	json_put_int(&j, "exit", checks_code(c));
	json_end_object(&j);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

void checks_print(const struct globals *g, const struct checks *c)
{
	bool color = globals_color(g, STDOUT_FILENO);
	size_t i;

	if (g->json) {
		print_json(c);
		return;
	}
	for (i = 0; i < c->n; i++) {
		const struct check *k = &c->v[i];

		if (color)
			out_printf("\033[%sm%-4s\033[0m  %-9s %s\n", colors[k->state],
				   words[k->state], k->name, k->detail);
		else
			out_printf("%-4s  %-9s %s\n", words[k->state], k->name,
				   k->detail);
		if (k->remedy != NULL)
			out_printf("                -> %s\n", k->remedy);
	}
}

int checks_code(const struct checks *c)
{
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].state == CHECK_FAIL)
			return c->v[i].code;
	return EXIT_CLEAN;
}

void checks_done(struct checks *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->v[i].detail);
		free(c->v[i].remedy);
	}
	free(c->v);
	*c = (struct checks){ 0 };
}
