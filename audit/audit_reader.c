/* SPDX-License-Identifier: MIT */
#include "audit/audit_reader.h"

#include "base/sha256.h"
#include "base/text.h"

void audit_reader_init(struct audit_reader *r)
{
	*r = (struct audit_reader){ 0 };
	arena_init(&r->arena);
	arena_init(&r->scratch);
	r->sha = sha256_new();
}

void audit_reader_done(struct audit_reader *r)
{
	free(r->folders);
	free(r->counts);
	free(r->breaks);
	strbuf_done(&r->line);
	strbuf_done(&r->joined);
	sha256_free(r->sha);
	audit_uids_done(&r->set);
	audit_uids_done(&r->found);
	audit_uids_done(&r->dropped);
	audit_uids_done(&r->blocks);
	arena_done(&r->scratch);
	arena_done(&r->arena);
}

/* The next folder is finished. */
static void step(struct audit_reader *r)
{
	r->next++;
	r->water = 0;
}

bool audit_reader_end(struct audit_reader *r, const struct folder_end *e, struct err *err)
{
	const struct folder *f = &r->folders[r->next];
	struct folder_end end = *e;
	struct err why = ERR_INIT;

	if (!r->sink->end(r->sink->ctx, f, &end, &why)) {
		/* What is stored does not add up with what the server told: that spoils
		 * this folder only. */
		if (why.cls == ERR_PROTO && end.outcome == FOLDER_READ) {
			end.outcome = FOLDER_UNREADABLE;
			end.error_class = why.cls;
			end.error = why.text;
			end.messages_read = 0;
		} else {
			r->fatal = true;
			*err = why;
			return false;
		}
		if (!r->sink->end(r->sink->ctx, f, &end, err)) {
			r->fatal = true;
			return false;
		}
	}
	if (end.outcome == FOLDER_READ || end.outcome == FOLDER_COUNTED) {
		r->own_read++;
		r->messages += end.outcome == FOLDER_READ ? end.messages_read
							  : end.state.exists;
		r->progress = true;
	} else if (end.outcome == FOLDER_UNREADABLE && r->first_bad.cls == ERR_NONE) {
		r->first_bad.cls = end.error_class;
		snprintf(r->first_bad.text, sizeof r->first_bad.text, "%s", end.error);
	}
	step(r);
	return true;
}

/* Close the next folder without having opened it. */
static bool pass(struct audit_reader *r, enum folder_outcome outcome, enum err_class cls,
		 const char *why, struct err *err)
{
	struct folder_end end = {
		.folder = r->folders[r->next].id,
		.outcome = outcome,
		.state = { .modseq = -1, .exists = -1, .octets = -1 },
		.depth = r->depth,
		.error_class = cls,
		.error = why,
	};

	if (outcome == FOLDER_COUNTED)
		end.state = r->counts[r->next].state;
	return audit_reader_end(r, &end, err);
}

/* The session broke in this folder.  Twice is enough: the folder is named, and the rest
 * goes on. */
static bool broke(struct audit_reader *r, struct err *err)
{
	struct err why = *err;

	if (why.cls == ERR_STOPPED || r->fatal || r->next == r->folder_n)
		return false;
	/* A server that ends long sessions is borne with as long as each gets further
	 * than the last. */
	if (r->progress)
		r->breaks[r->next] = 0;
	if (++r->breaks[r->next] < 2)
		return false;
	err_wrap(&why, "twice the connection broke while it was read");
	if (!pass(r, FOLDER_UNREADABLE, why.cls, why.text, err))
		return false;
	return false; /* the session is broken all the same, and err still says why */
}

static bool count_next(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	const struct audit_count *c = &r->counts[r->next];

	if (c->state.exists < 0 && c->bad == NULL &&
	    !audit_status(r, s, r->next, r->folder_n, err))
		return broke(r, err);
	if (c->bad != NULL)
		return pass(r, FOLDER_UNREADABLE, ERR_SERVER, c->bad, err);
	return pass(r, FOLDER_COUNTED, ERR_NONE, "", err);
}

bool audit_reader_folders(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	while (r->next < r->folder_n) {
		const struct folder *f = &r->folders[r->next];

		if (f->attrs & FOLDER_FOREIGN) {
			step(r); /* listed, and read with the account that owns it */
		} else if (!audit_is_own(f)) {
			if (!pass(r, FOLDER_UNSELECTABLE, ERR_NONE, "", err))
				return false;
		} else if (r->depth == DEPTH_COUNTS) {
			if (!count_next(r, s, err))
				return false;
		} else if (!audit_folder_read(r, s, f, err)) {
			return broke(r, err);
		}
	}
	return true;
}

bool audit_reader_give_up(struct audit_reader *r, const struct err *why, struct err *err)
{
	while (r->next < r->folder_n) {
		const struct folder *f = &r->folders[r->next];

		if (f->attrs & FOLDER_FOREIGN)
			step(r);
		else if (!pass(r,
			       audit_is_own(f) ? FOLDER_UNREADABLE : FOLDER_UNSELECTABLE,
			       why->cls, audit_is_own(f) ? why->text : "", err))
			return false;
	}
	return true;
}
