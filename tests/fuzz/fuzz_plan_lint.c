/* SPDX-License-Identifier: MIT */
/* The linter on any octets: scripts and configs alike. */
#include "plan/plan_lint.h"
#include "tests/fuzz/fuzz.h"

static size_t lint(struct span text)
{
	const struct lint_result *r;
	struct plan_lint *l;
	int64_t sum = 0;
	size_t n;

	plan_lint_new(true, &l);
	plan_lint_text(l, "fuzz", text);
	r = plan_lint_finish(l);
	n = r->n;
	PROMISE(n <= LINT_FINDINGS_MAX && r->files == 1);
	for (size_t i = 0; i < n; i++) {
		const struct lint_finding *f = &r->v[i];

		PROMISE(f->rule != NULL && strcmp(f->file, "fuzz") == 0);
		PROMISE(*f->text != '\0' && strlen(f->said) <= 163);
		PROMISE((f->line == 0) == (f->column == 0));
		PROMISE(i == 0 || r->v[i - 1].rule->weight <= f->rule->weight);
		PROMISE(f->mail.what == LINT_NO_MAIL || f->mail.what >= LINT_LARGER ||
			f->mail.pattern != NULL);
	}
	for (int w = 0; w < LINT_WEIGHT_COUNT; w++)
		sum += r->count[w];
	PROMISE(sum == (int64_t)n);
	plan_lint_free(l);
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = { (const char *)data, size };

	PROMISE(lint(text) == lint(text));
	return 0;
}
