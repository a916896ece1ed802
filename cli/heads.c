/* SPDX-License-Identifier: MIT */
#include "cli/heads.h"

#include "base/fs.h"
#include "cli/msg.h"

#define REPORT_MAX (256u << 20) /* octets of a report that holds a head */

bool heads_take(struct heads *h, const char *value, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	size_t at = 0, before = h->n;
	bool ok;

	if (h->n < HEADS_MAX && ledger_head_parse(span_str(value), &h->v[h->n])) {
		h->n++;
		return true;
	}
	ok = fs_read(value, REPORT_MAX, &text, err);
	if (!ok && err->cls == ERR_LOCAL)
		err_hint(err, "--against takes the 64 digits of a head, or a report");
	while (ok && h->n < HEADS_MAX &&
	       ledger_head_find(strbuf_span(&text), &at, &h->v[h->n]))
		h->n++;
	if (ok && h->n == HEADS_MAX)
		ok = err_set(err, ERR_CONFIG, "%s: more than %u heads", shown(value),
			     HEADS_MAX - 1);
	else if (ok && h->n == before)
		ok = err_set(err, ERR_CONFIG, "%s: no head of a ledger is in it",
			     shown(value));
	strbuf_done(&text);
	return ok;
}
