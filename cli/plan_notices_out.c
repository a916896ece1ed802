/* SPDX-License-Identifier: MIT */
/* What `mailmuster plan notices` writes: rows, texts in files, a summary. */
#include <errno.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "cli/msg.h"
#include "cli/out.h"
#include "cli/plan_notices.h"

static const char *const columns[] = { "stage",	   "account",	 "address",	 "owner",
				       "login",	   "old_server", "new_server",	 "wave",
				       "day",	   "time",	 "service_date", "closes",
				       "messages", "octets",	 "missing",	 "text",
				       NULL };

static void row(struct notice_desk *k, struct sheet *s, const struct notice *n)
{
	const struct notice_who *w = n->who;
	const struct config *c = &k->d.p.config;
	const struct server *new_server = config_server(c, SIDE_NEW);

	sheet_text(s, notice_stage_name(n->stage));
	sheet_text(s, w->t->name);
	sheet_text(s, w->t->address);
	sheet_text(s, w->t->owner);
	sheet_text(s, w->t->new_user);
	sheet_text(s, config_server(c, SIDE_OLD)->host);
	sheet_text(s, new_server != NULL ? new_server->host : NULL);
	sheet_known(s, w->wave > 0 ? w->wave : -1);
	sheet_text(s, notice_day(k, w->begins, NULL));
	sheet_text(s, w->begins > 0 ? notice_hour(k, w->begins) : NULL);
	sheet_text(s, notice_day(k, c->service_date, NULL));
	sheet_text(s, notice_day(k, k->d.ask->closes, NULL));
	sheet_known(s, w->messages);
	sheet_known(s, w->octets);
	sheet_text(s, w->missing);
	sheet_text(s, n->text);
}

bool notice_rows(struct notice_desk *k, enum sheet_form form,
		 const struct report_sink *sink, struct err *err)
{
	struct sheet s;
	bool ok = true;

	sheet_init(&s, form, sink);
	sheet_begin(&s, "plan-notices", k->d.p.config.project);
	if (form == SHEET_JSON) {
		json_name(&s.json, "unknown");
		json_begin_array(&s.json);
		for (int i = 0; i < NOTICE_STAGE_COUNT; i++) {
			if (k->unknown[i] == NULL || !k->wanted[i])
				continue;
			json_begin_object(&s.json);
			json_put_str(&s.json, "stage",
				     notice_stage_name((enum notice_stage)i));
			json_put_str(&s.json, "reason", k->unknown[i]);
			json_end_object(&s.json);
		}
		json_end_array(&s.json);
	}
	sheet_rows(&s, "notices", columns);
	for (size_t i = 0; ok && i < k->n; i++) {
		row(k, &s, &k->v[i]);
		ok = sheet_next(&s, err);
	}
	sheet_rows_end(&s);
	ok = ok && sheet_end(&s, err);
	sheet_done(&s);
	return ok;
}

bool notice_text(struct notice_desk *k, struct err *err)
{
	struct strbuf out;
	struct lines l;

	plan_lines_open(&k->d, &l, &out);
	for (int s = 0; s < NOTICE_STAGE_COUNT; s++) {
		if (!k->wanted[s])
			continue;
		lines_add(&l, "%-13s", notice_stage_name((enum notice_stage)s));
		lines_count(&l, k->count[s], "notice", "notices");
		lines_add(&l, ": %s", notice_stage_who((enum notice_stage)s));
		lines_wrap(&l, 13);
		if (k->unknown[s] != NULL) {
			lines_add(&l, "%s", k->unknown[s]);
			lines_end_headed(&l, "UNKNOWN", LINES_YELLOW, 13);
		}
	}
	if (k->d.ask->to == NULL) {
		lines_add(&l, "-> --output DIR writes the texts and a CSV for a mail "
			      "merge; --csv and --json show them.");
		lines_wrap(&l, 3);
	}
	return plan_lines_close(&l, &out, err);
}

static bool make_dir(const char *path, struct err *err)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return true;
	return err_errno(err, ERR_LOCAL, errno, "cannot make the folder %s", shown(path));
}

bool notice_files(struct notice_desk *k, struct err *err)
{
	const char *dir = k->d.ask->to;
	struct report_sink sink;
	struct out_file f;
	char *csv, *path, *stage_dir;
	size_t number[NOTICE_STAGE_COUNT] = { 0 };
	bool ok = true;

	if (dir == NULL)
		return true;
	if (!make_dir(dir, err))
		return false;
	for (size_t i = 0; ok && i < k->n; i++) {
		const struct notice *n = &k->v[i];

		stage_dir = fs_join(dir, notice_stage_name(n->stage));
		path = notices_path(stage_dir, n->who->t->name, ++number[n->stage]);
		ok = make_dir(stage_dir, err) &&
		     fs_write_atomic(path, span_str(n->text), 0600, err);
		free(path);
		free(stage_dir);
	}
	csv = fs_join(dir, "notices.csv");
	if (ok && out_file_open(csv, &f, err)) {
		sink = out_file_sink(&f);
		ok = notice_rows(k, SHEET_CSV, &sink, err) && out_file_commit(&f, err);
		out_file_drop(&f);
	} else {
		ok = false;
	}
	free(csv);
	return ok;
}

bool notice_keep(struct notice_desk *k, struct err *err)
{
	struct strbuf summary = STRBUF_INIT;
	struct json_out j;
	bool ok;

	json_out_init(&j, &summary, true);
	json_begin_object(&j);
	json_put_str(&j, "kind", "notices");
	json_put_int(&j, "notices", (int64_t)k->n);
	json_end_object(&j);
	ok = plan_keep(&k->d, "notices", strbuf_cstr(&summary), err);
	strbuf_done(&summary);
	/* Which account was told what and when, not the words. */
	for (size_t i = 0; ok && i < k->n; i++)
		ok = plan_keep_item(
			&k->d,
			&(struct plan_item){ .transfer = k->v[i].who->t->id,
					     .cls = notice_stage_name(k->v[i].stage),
					     .wave = k->v[i].who->wave,
					     .amount = k->v[i].who->begins > 0
							       ? k->v[i].who->begins
							       : -1 },
			err);
	return plan_keep_end(&k->d, ok, err);
}
