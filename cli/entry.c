/* SPDX-License-Identifier: MIT */
#include "cli/entry.h"

#include "base/json.h"
#include "base/sha256.h"
#include "base/text.h"

#define NAMES_IN_JSON 100 /* of more, only their number and digest */

bool entry_check(struct args *a, const char *option, const char *value, size_t most)
{
	struct span s = span_str(value);

	if (span_trim(s).n == 0)
		a->exit = args_bad(a, "%s: --%s is empty", a->name, option);
	else if (s.n > most)
		a->exit = args_bad(a, "%s: --%s is longer than %zu octets", a->name,
				   option, most);
	else if (!text_is_utf8(s))
		a->exit = args_bad(a, "%s: --%s is not UTF-8", a->name, option);
	else
		return true;
	return false;
}

void entry_put_scope(struct json_out *j, const struct scope *s)
{
	struct sha256_ctx *ctx;
	struct sha256 digest;
	char hex[SHA256_HEX_SIZE];
	size_t i;

	if (s->all)
		return;
	json_name(j, "only");
	if (s->n <= NAMES_IN_JSON) {
		json_begin_array(j);
		for (i = 0; i < s->n; i++)
			json_str(j, s->t[i].name);
		json_end_array(j);
		return;
	}
	ctx = sha256_new();
	for (i = 0; i < s->n; i++)
		sha256_add_field(ctx, s->t[i].name, strlen(s->t[i].name));
	sha256_end(ctx, &digest);
	sha256_free(ctx);
	sha256_hex(&digest, hex);
	json_begin_object(j);
	json_put_int(j, "n", (int64_t)s->n);
	json_put_str(j, "names", hex);
	json_end_object(j);
}
