/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/num.h"
#include "cli/audits.h"
#include "cli/msg.h"
#include "cli/outlook.h"
#include "cli/report_setup.h"
#include "cli/verifies.h"
#include "cli/weekly.h"

static const struct {
	const char *suffix, *type;
} kinds[] = {
	{ "html", "text/html" },
	{ "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
};
_Static_assert(COUNT_OF(kinds) == WEEKLY_FILES, "a kind for each");

const char *weekly_type(size_t i)
{
	return kinds[i].type;
}

static void trouble(struct weekly_job *w, const char *text)
{
	if (w->trouble_n < WEEKLY_TROUBLE)
		w->trouble[w->trouble_n++] = text;
}

/* ---- evidence ---- */

static void side_trouble(struct weekly_job *w, enum side side,
			 const struct audit_side_sum *s)
{
	char a[32], b[32], part[64] = "";
	const char *first;

	if (s->failed + s->partly == 0)
		return;
	if (s->partly > 0)
		snprintf(part, sizeof part, ", and %s only in part",
			 num_group(s->partly, a, sizeof a));
	/* The first error may name an account. */
	first = w->o.redact || s->first_error == ERR_NONE
			? ""
			: arena_printf(&w->arena, ". The first: %s", s->first_error_text);
	trouble(w, arena_printf(&w->arena,
				"the %s server: %s of %s accounts could not be read%s%s",
				side_name(side), num_group(s->failed, a, sizeof a),
				num_group(s->accounts, b, sizeof b), part, first));
}

/* That the servers do not answer is news too: it is told, with what is known. */
static bool refresh(struct weekly_job *w, struct err *err)
{
	bool sides[SIDE_COUNT];
	struct err why = ERR_INIT;
	struct audit_result r;

	for (int s = 0; s < SIDE_COUNT; s++)
		sides[s] = w->p.config.present[s];
	if (audits_run(w->g, &w->p, &w->scope, sides, "audit", DEPTH_FULL, NULL, &r,
		       &why)) {
		audits_tell(w->g, &r);
		w->partly = audits_code(&r) != EXIT_CLEAN;
		for (int s = 0; s < SIDE_COUNT; s++) {
			side_trouble(w, (enum side)s, &r.side[s]);
			w->deaf |= r.side[s].failed > 0 &&
				   r.side[s].read + r.side[s].partly == 0;
		}
		return true;
	}
	if (why.cls != ERR_NET && why.cls != ERR_TLS && why.cls != ERR_LOGIN &&
	    why.cls != ERR_SERVER && why.cls != ERR_PROTO) {
		*err = why;
		return false;
	}
	w->partly = w->deaf = true;
	msg_warn(w->g, "%s", why.text);
	if (why.hint[0] != '\0')
		msg_hint(w->g, "%s", why.hint);
	trouble(w, w->o.redact ? "the servers could not be read"
			       : arena_strdup(&w->arena, why.text));
	return true;
}

static bool judge(struct weekly_job *w, struct err *err)
{
	struct verify_result r = { 0 };

	return project_one_sided(&w->p) ||
	       verifies_run(w->g, &w->p, &w->scope,
			    w->audit && !w->deaf ? VERIFIES_LOOK : VERIFIES_OFFLINE, &r,
			    err);
}

/* ---- files ---- */

static bool html_to(struct weekly_job *w, struct out_file *file, struct err *err)
{
	struct report_sink sink = out_file_sink(file);

	return report_html(w->p.store, &w->o, &w->look, &sink, err);
}

static bool write_file(struct weekly_job *w, size_t i, const char *path, struct err *err)
{
	struct out_file file;
	struct stat st;
	bool ok;

	if (!out_file_open(path, &file, err))
		return false;
	ok = (i == 0 ? html_to(w, &file, err)
		     : report_setup_book(&w->p, &w->o, &w->look, WEEKLY_ROWS, &file,
					 &w->arena, err)) &&
	     out_file_commit(&file, err);
	out_file_drop(&file);
	if (ok && stat(path, &st) != 0)
		ok = err_errno(err, ERR_LOCAL, errno, "%s", shown(path));
	if (ok)
		w->file[i].octets = st.st_size;
	return ok;
}

/* What fits goes along, the page before the workbook. */
static void attach(struct weekly_job *w)
{
	int64_t left = w->p.config.weekly.limit;
	char limit[32];

	for (size_t i = 0; i < WEEKLY_FILES; i++) {
		struct weekly_file *f = &w->file[i];

		f->attached = f->octets <= left;
		if (f->attached) {
			left -= f->octets;
			continue;
		}
		f->why = arena_printf(
			&w->arena,
			"attachments may have %s together; it lies in the folder of the "
			"project",
			num_octets(w->p.config.weekly.limit, limit, sizeof limit));
	}
}

static bool write_files(struct weekly_job *w, struct err *err)
{
	char *folder = project_path(&w->p, WEEKLY_FOLDER), iso[CLOCK_ISO_SIZE];
	bool ok = mkdir(folder, 0700) == 0 || errno == EEXIST;

	if (!ok)
		err_errno(err, ERR_LOCAL, errno, "cannot make %s", shown(folder));
	free(folder);
	clock_iso(clock_now(), iso);
	for (size_t i = 0; ok && i < WEEKLY_FILES; i++) {
		char *path;

		w->file[i].name = arena_printf(&w->arena, WEEKLY_FOLDER "/%.10s.%s", iso,
					       kinds[i].suffix);
		path = project_path(&w->p, w->file[i].name);
		ok = write_file(w, i, path, err);
		free(path);
	}
	if (ok)
		attach(w);
	return ok;
}

bool weekly_word(struct weekly_job *w, struct err *err)
{
	struct weekly_ask ask = {
		.last_at = w->past.last_at,
		.last = w->past.figures,
		.trouble = w->trouble,
		.trouble_n = w->trouble_n,
		.file = w->file,
		.file_n = WEEKLY_FILES,
	};

	return report_weekly(w->p.store, &w->o, &w->look, &ask, &w->arena, &w->words,
			     err);
}

bool weekly_make(struct weekly_job *w, struct err *err)
{
	report_setup(w->g, &w->p, &w->o);
	w->o.redact = w->p.config.weekly.redact;
	w->o.before = w->past.verify;
	if ((w->audit && !refresh(w, err)) || !judge(w, err))
		return false;
	w->o.stale = clock_now() - w->p.config.max_age;
	return report_setup_unseen(&w->p, &w->arena, &w->o, err) &&
	       outlook_gather(&w->p, &w->arena, &w->look, err) && write_files(w, err) &&
	       weekly_word(w, err);
}
