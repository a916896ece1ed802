/* SPDX-License-Identifier: MIT */
#ifndef CLI_GATE_SEE_H
#define CLI_GATE_SEE_H
/* The facts for the gate, from the store and from the other stages, and its verdict. */
#include "cli/checklists.h"
#include "cli/heads.h"
#include "cli/project.h"
#include "gate/gate.h"
#include "plan/plan_use.h"
#include "store/store_run.h"

struct gate_seen {
	struct gate_facts facts;
	struct gate_limits limits;
	struct gate_verdict verdict;
	struct ledger_facts ledger; /* as it was looked at */
	struct gate_loosened loosened[GATE_LOOSENED_MAX];
	size_t loosened_n;
	struct checklists_seen lists;
	struct plan_use use;
	struct heads heads; /* that were compared */
	struct arena arena;
};

/* One view of the store, and the verdict over it.  deep: the ledger is looked at with
 * every message (`ledger verify --deep`).  What the caller put into heads is compared,
 * and what the config names.  *out is large: not on a stack. */
bool gate_see(const struct project *p, bool deep, struct gate_seen *out,
	      struct err *err) MUST_CHECK;
void gate_forget(struct gate_seen *g); /* also after a failure, and when zeroed */

/* A limit that was loosened, or is no longer, since the ledger was told last: the new
 * entry of kind "gate-limits"; "" in *payload: it knows them. */
bool gate_limits_told(struct store *st, const struct gate_limits *l,
		      struct strbuf *payload, struct err *err) MUST_CHECK;

/* ---- cli/gate_uses.c: what logs and maps say ---- */
bool gate_see_uses(const struct project *p, struct gate_seen *out,
		   struct err *err) MUST_CHECK;

/* ---- cli/gate_out.c ---- */
/* most: names below a check that does not pass; 0: none.  all: passing ones as well. */
void gate_text(const struct gate_seen *g, const struct project *p, size_t most, bool all,
	       struct strbuf *out);
void gate_explain_text(const struct gate_result *r, struct strbuf *out);
void gate_csv(const struct gate_seen *g, struct strbuf *out);
void gate_explain_csv(const struct gate_result *r, struct strbuf *out);
struct json_out;
/* A check with its findings from `from` on, at most `most`. */
void gate_put_result(const struct gate_result *r, size_t from, size_t most,
		     struct json_out *j);
void gate_put_verdict(const struct gate_seen *g, const struct project *p, size_t most,
		      struct json_out *j);

#endif
