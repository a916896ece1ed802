/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/fs.h"
#include "base/json.h"
#include "base/text.h"
#include "cli/checklists.h"
#include "cli/entry.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/suggest.h"

enum { OPT_BLANK = OPT_OWN, OPT_BY, OPT_FORMAT, OPT_NOTE, OPT_TO };
static const struct option options[] = {
	{ "blank", no_argument, NULL, OPT_BLANK },
	{ "by", required_argument, NULL, OPT_BY },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "note", required_argument, NULL, OPT_NOTE },
	{ "output", required_argument, NULL, 'o' },
	{ "to", required_argument, NULL, OPT_TO },
	{ NULL, 0, NULL, 0 },
};

static const char *const formats[] = { "text", "markdown", "csv" };
enum { FORMAT_TEXT, FORMAT_MARKDOWN, FORMAT_CSV };

struct request {
	const char *verb;
	const char *what; /* list or item; NULL */
	const char *by, *note, *to, *output;
	int format; /* -1: not said */
	bool blank;
};

/* ---- which list, which item ---- */

static bool no_list(const struct checklists_seen *c, const char *name, struct err *err)
{
	struct suggest s;

	suggest_init(&s, name);
	for (size_t i = 0; i < c->lists.n; i++)
		suggest_try(&s, c->lists.list[i]->name);
	err_set(err, ERR_USAGE, "there is no checklist \"%s\"", shown(name));
	if (s.best != NULL)
		err_hint(err, "did you mean %s?", s.best);
	return false;
}

static bool find_list(const struct checklists_seen *c, const char *name, size_t *out,
		      struct err *err)
{
	if (name == NULL)
		name = CHECKLISTS_FIRST;
	for (size_t i = 0; i < c->lists.n; i++)
		if (strcmp(c->lists.list[i]->name, name) == 0) {
			*out = i;
			return true;
		}
	return no_list(c, name, err);
}

/* "14", or "decommission:3". */
static bool find_item(const struct checklists_seen *c, const char *what, size_t *list_out,
		      const struct check_item **out, struct err *err)
{
	const char *colon = strchr(what, ':'), *id = colon != NULL ? colon + 1 : what;
	char name[CHECKLIST_NAME_MAX + 1] = CHECKLISTS_FIRST;

	if (colon != NULL)
		snprintf(name, sizeof name, "%.*s", (int)(colon - what), what);
	if (!find_list(c, name, list_out, err))
		return false;
	*out = checklist_item(c->lists.list[*list_out], id);
	if (*out != NULL)
		return true;
	err_set(err, ERR_USAGE, "the checklist %s has no item \"%s\"", name, shown(id));
	return err_hint(err, "items of other lists are written LIST:ITEM, such as "
			     "decommission:3");
}

/* ---- show, due ---- */

static void begin(struct json_out *j, struct strbuf *text, const char *schema,
		  const struct checklists_seen *c)
{
	char iso[CLOCK_ISO_SIZE];

	json_out_init(j, text, false);
	json_begin_object(j);
	json_put_str(j, "schema", schema);
	clock_iso(c->service, iso);
	iso[10] = '\0';
	json_put_str(j, "service_date", c->service != 0 ? iso : NULL);
}

static void name_others(const struct checklists_seen *c, size_t which)
{
	const char *before = "\nother lists: ";

	for (size_t i = 0; i < c->lists.n; i++) {
		if (i == which)
			continue;
		out_printf("%s%s (%zu of %zu done)", before, c->lists.list[i]->name,
			   c->view[i].done, c->view[i].n);
		before = ", ";
	}
	out_puts("\n");
}

static bool show(const struct globals *g, const struct checklists_seen *c,
		 const char *name, struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	struct json_out j;
	size_t which;

	if (!find_list(c, name, &which, err))
		return false;
	if (!g->json) {
		checklists_show(c, which, out_width(), &text);
		out_puts(strbuf_cstr(&text));
		name_others(c, which);
	} else {
		begin(&j, &text, "mailmuster/checklist/1", c);
		json_name(&j, "lists");
		json_begin_array(&j);
		for (size_t i = 0; i < c->lists.n; i++)
			if (name == NULL || i == which)
				checklists_json(c, i, &j);
		json_end_array(&j);
		json_end_object(&j);
		out_printf("%s\n", strbuf_cstr(&text));
	}
	strbuf_done(&text);
	return true;
}

static void show_due(const struct checklists_seen *c, const struct item_view *v,
		     struct arena *arena)
{
	const char *by = checklists_by(v, arena);
	struct strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "%s  %s:%s  ", *by != '\0' ? by : "-         ",
		    checklists_of(c, v)->name, v->item->id);
	text_show(&text, span_str(v->item->text), 0);
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_clear(&text);
	strbuf_addf(&text, "            %s%s", v->overdue ? "LATE, " : "",
		    item_state_name(v->state));
	if (*v->sentence != '\0') {
		strbuf_adds(&text, ": ");
		text_show(&text, span_str(v->sentence), 0);
	}
	if (*v->owner != '\0') {
		strbuf_adds(&text, "; owner: ");
		text_show(&text, span_str(v->owner), 0);
	}
	out_printf("%s\n", strbuf_cstr(&text));
	strbuf_done(&text);
}

static int due(const struct globals *g, struct checklists_seen *c)
{
	struct strbuf text = STRBUF_INIT;
	const struct item_view **v;
	struct json_out j;
	bool begun;
	size_t n;

	lists_due(c->view, c->lists.n, &c->arena, &v, &n, &begun);
	if (g->json) {
		begin(&j, &text, "mailmuster/checklist-due/1", c);
		json_put_bool(&j, "begun", n > 0 && begun);
		json_name(&j, "items");
		json_begin_array(&j);
		for (size_t i = 0; i < n; i++)
			checklists_put_item(c, v[i], &j);
		json_end_array(&j);
		json_end_object(&j);
		out_printf("%s\n", strbuf_cstr(&text));
	} else {
		if (n == 0)
			out_puts("every item of every list is done\n");
		else if (!begun)
			out_puts("nothing is due yet; next come:\n");
		for (size_t i = 0; i < n; i++)
			show_due(c, v[i], &c->arena);
	}
	strbuf_done(&text);
	return n > 0 && begun ? EXIT_FINDINGS : EXIT_CLEAN;
}

static int look(struct globals *g, const struct request *rq)
{
	struct checklists_seen c = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (!project_open(g, PROJECT_READ, &p, &err) || !checklists_see(&p, &c, &err))
		code = msg_fail(g, &err);
	else if (strcmp(rq->verb, "due") == 0)
		code = due(g, &c);
	else if (!show(g, &c, rq->what, &err))
		code = msg_fail(g, &err);
	checklists_forget(&c);
	project_close(&p);
	return code;
}

/* ---- export ---- */

static bool put(const struct request *rq, const struct strbuf *text, struct err *err)
{
	if (rq->output == NULL) {
		out_puts(strbuf_cstr(text));
		return true;
	}
	return fs_write_atomic(rq->output, strbuf_span(text), 0600, err);
}

static bool export(const struct request *rq, const struct checklists_seen *c,
		   struct err *err)
{
	struct strbuf text = STRBUF_INIT;
	size_t which;
	bool ok;

	if (!find_list(c, rq->what, &which, err))
		return false;
	if (rq->format == FORMAT_MARKDOWN)
		checklists_markdown(c, which, &text);
	else if (rq->format == FORMAT_CSV)
		checklists_csv(c, which, &text);
	else
		checklists_print(c, which, &text);
	ok = put(rq, &text, err);
	strbuf_done(&text);
	return ok;
}

/* A blank list needs no project. */
static bool see(struct globals *g, const struct request *rq, struct project *p,
		struct checklists_seen *c, struct err *err)
{
	if (!rq->blank)
		return project_open(g, PROJECT_READ, p, err) && checklists_see(p, c, err);
	if (project_open(g, PROJECT_FILES, p, err))
		return checklists_blank(p, c, err);
	if (err->cls != ERR_NO_PROJECT)
		return false;
	*err = ERR_INIT;
	return checklists_blank(NULL, c, err);
}

static int write_out(struct globals *g, const struct request *rq)
{
	struct checklists_seen c = { 0 };
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p = { 0 };

	if (!see(g, rq, &p, &c, &err) || !export(rq, &c, &err))
		code = msg_fail(g, &err);
	checklists_forget(&c);
	project_close(&p);
	return code;
}

/* ---- sign, reopen, assign ---- */

static const char *const said[] = { "signed", "reopened", "assigned" };
_Static_assert(COUNT_OF(said) == ITEM_WORD_COUNT, "one for each word");

static void tell(const struct globals *g, const struct checklists_seen *c, size_t which,
		 const struct item_said *w)
{
	struct strbuf text = STRBUF_INIT;
	const struct item_view *v = c->view[which].v;
	struct json_out j;

	while (strcmp(v->item->id, w->item) != 0)
		v++;
	if (g->json) {
		begin(&j, &text, "mailmuster/checklist-said/1", c);
		json_put_str(&j, "said", said[w->what]);
		json_put_int(&j, "ledger", w->ledger);
		json_name(&j, "item");
		checklists_put_item(c, v, &j);
		json_end_object(&j);
		out_printf("%s\n", strbuf_cstr(&text));
	} else {
		out_printf("%s:%s %s by %s; ledger entry %lld\n", w->list, w->item,
			   said[w->what], shown(w->teller), (long long)w->ledger);
		strbuf_addf(&text, "it is %s", item_state_name(v->state));
		if (*v->sentence != '\0') {
			strbuf_adds(&text, ": ");
			text_show(&text, span_str(v->sentence), 0);
		}
		out_printf("%s\n", strbuf_cstr(&text));
	}
	strbuf_done(&text);
}

static bool record(const struct globals *g, const struct project *p,
		   const struct request *rq, enum item_word what, struct err *err)
{
	struct item_said w = { .what = what,
			       .at = clock_now(),
			       .teller = rq->by,
			       .owner = rq->to != NULL ? rq->to : "",
			       .note = rq->note };
	struct checklists_seen before = { 0 }, after = { 0 };
	const struct check_item *item;
	size_t which;
	bool ok = false;

	if (!checklists_blank(p, &before, err) ||
	    !find_item(&before, rq->what, &which, &item, err))
		goto out;
	w.list = before.lists.list[which]->name;
	w.item = item->id;
	if (!store_item_say(p->store, &w, err) || !checklists_see(p, &after, err))
		goto out;
	tell(g, &after, which, &w);
	ok = true;
out:
	checklists_forget(&before);
	checklists_forget(&after);
	return ok;
}

static int say(struct globals *g, const struct request *rq, enum item_word what)
{
	struct err err = ERR_INIT;
	int code = EXIT_CLEAN;
	struct project p;

	if (!project_open(g, PROJECT_WRITE, &p, &err) || !record(g, &p, rq, what, &err))
		code = msg_fail(g, &err);
	project_close(&p);
	return code;
}

/* ---- options ---- */

static bool take_format(struct args *a, const char *value, int *out)
{
	for (size_t i = 0; i < COUNT_OF(formats); i++)
		if (strcmp(value, formats[i]) == 0) {
			*out = (int)i;
			return true;
		}
	a->exit = args_bad(a, "checklist: --format \"%s\" is not text, markdown or csv",
			   shown(value));
	return false;
}

static bool take(struct args *a, int opt, const char *value, struct request *rq)
{
	switch (opt) {
	case OPT_BLANK:
		rq->blank = true;
		return true;
	case OPT_BY:
		rq->by = value;
		return entry_check(a, "by", value, ENTRY_BY_MAX);
	case OPT_FORMAT:
		return take_format(a, value, &rq->format);
	case OPT_NOTE:
		rq->note = value;
		return entry_check(a, "note", value, ENTRY_TEXT_MAX);
	case OPT_TO:
		rq->to = value;
		return entry_check(a, "to", value, ENTRY_BY_MAX);
	case 'o':
		rq->output = value;
		return true;
	default:
		return false;
	}
}

/* What the verb does not take. */
static int refuse(struct args *a, const struct request *rq, bool writes, bool says,
		  bool assigns)
{
	if (!writes && (rq->blank || rq->format >= 0 || rq->output != NULL))
		return args_bad(a, "checklist: --blank, --format and --output are for "
				   "export");
	if (!says && (rq->by != NULL || rq->note != NULL))
		return args_bad(a, "checklist: --by and --note are for sign, reopen and "
				   "assign");
	if (assigns != (rq->to != NULL))
		return args_bad(a, assigns ? "checklist: assign it --to whom?"
					   : "checklist: --to is for assign");
	if (writes && a->g->json)
		return args_bad(a, "checklist: show has --json; export has --format");
	return EXIT_CLEAN;
}

static int run(struct globals *g, int argc, char **argv)
{
	static const char *const verbs[] = { "sign", "reopen", "assign" };
	struct request rq = { .verb = "show", .format = -1 };
	const char *value;
	struct args a;
	size_t v = 0;
	int opt, code;
	bool writes;

	args_init(&a, g, &cmd_checklist, argc, argv);
	while ((opt = args_next(&a, &value)) != ARGS_END)
		if (opt == ARGS_STOP || !take(&a, opt, value, &rq))
			return a.exit;
	if (!args_count(&a, 0, 2))
		return a.exit;
	if (a.rest_n > 0)
		rq.verb = a.rest[0];
	if (a.rest_n > 1)
		rq.what = a.rest[1];
	while (v < COUNT_OF(verbs) && strcmp(rq.verb, verbs[v]) != 0)
		v++;
	writes = strcmp(rq.verb, "export") == 0;
	if (v == COUNT_OF(verbs) && !writes && strcmp(rq.verb, "show") != 0 &&
	    strcmp(rq.verb, "due") != 0)
		return args_bad(&a,
				"checklist: \"%s\" is none of show, due, sign, reopen, "
				"assign and export",
				shown(rq.verb));
	code = refuse(&a, &rq, writes, v < COUNT_OF(verbs), v == ITEM_ASSIGNED);
	if (code != EXIT_CLEAN)
		return code;
	if (writes)
		return write_out(g, &rq);
	if (v == COUNT_OF(verbs))
		return strcmp(rq.verb, "due") == 0 && rq.what != NULL
			       ? args_bad(&a, "checklist: due looks at every list")
			       : look(g, &rq);
	if (rq.what == NULL)
		return args_bad(&a, "checklist: %s which item?", rq.verb);
	if (rq.by == NULL)
		rq.by = project_operator();
	if (rq.note == NULL)
		rq.note = "";
	return say(g, &rq, (enum item_word)v);
}

static const char help[] =
	"The lists premigration (20 items), cutover and decommission, and those of the\n"
	"project's folder checklists. An item is judged by evidence where that is\n"
	"possible; what evidence cannot tell a person signs. Evidence that is too old,\n"
	"or of an earlier stage, is stale; what was signed and evidence contradicts is\n"
	"shown as contradicted. Stages have dates when the config has \"service_date\".\n"
	"\n"
	"show, the default, lists the items of premigration or another list. due names "
	"what is to\n"
	"be done now, the latest first (exit code 1 when there is any). sign, reopen "
	"and\n"
	"assign are entries of the ledger; ITEM is a number of premigration, or\n"
	"LIST:ITEM. export is for paper and other programs.\n"
	"\n"
	"  --by NAME      who says so; your login name by default\n"
	"  --note TEXT    kept with it\n"
	"  --to NAME      who is to do it\n"
	"  --format F     text (the default), markdown or csv\n"
	"  --blank        without what is known; needs no project\n"
	"  -o, --output FILE  write to FILE\n";

static const struct command_words words[] = {
	{ NULL, "premigration cutover decommission" },
	{ NULL, NULL },
};

const struct command cmd_checklist = {
	.name = "checklist",
	.summary =
		"what is to be done before, during and after the move, and what is done",
	.usage = "show [LIST] | due | sign ITEM [--by NAME] [--note TEXT] | reopen ITEM "
		 "[--by NAME] [--note TEXT] | assign ITEM --to NAME [--by NAME] [--note "
		 "TEXT] | export [LIST] [--blank] [--format text | markdown | csv] [-o "
		 "FILE]",
	.help = help,
	.options = options,
	.words = words,
	.run = run,
};
