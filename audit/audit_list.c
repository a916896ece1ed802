/* SPDX-License-Identifier: MIT */
/* What an account holds: hello, LIST, LSUB, rights. */
#include "audit/audit_reader.h"

#include "base/clock.h"
#include "base/text.h"
#include "imap/imap_list.h"
#include "imap/imap_quota.h"
#include "map/map.h"

/* Octets that all answers to a listing may leave behind. */
#define TEXT_MAX (64u << 20)

bool audit_is_inbox(const char *wire)
{
	return span_ieq_str(span_str(wire), "INBOX");
}

bool audit_is_own(const struct folder *f)
{
	return (f->attrs & (FOLDER_NOSELECT | FOLDER_NONEXISTENT | FOLDER_FOREIGN)) == 0;
}

const char *audit_words(const struct imap_done *done, char buf[AUDIT_WORDS_SIZE])
{
	static const char *const word[] = {
		[IMAP_OK] = "OK", [IMAP_NO] = "NO", [IMAP_BAD] = "BAD"
	};

	snprintf(buf, AUDIT_WORDS_SIZE, "%s %s%s%s%s", word[done->status],
		 done->code[0] != '\0' ? "[" : "", done->code,
		 done->code[0] != '\0' ? "] " : "", done->text);
	return buf;
}

bool audit_passing(const struct imap_done *done)
{
	static const char *const codes[] = { "UNAVAILABLE", "INUSE",	 "LIMIT",
					     "THROTTLED",   "OVERQUOTA", "EXPIRED" };

	for (size_t i = 0; i < COUNT_OF(codes); i++)
		if (span_istarts(span_str(done->code), codes[i]))
			return true;
	return false;
}

/* INBOX is one name in any spelling (RFC 3501 section 5.1). */
static const char *plain_name(const char *wire)
{
	return audit_is_inbox(wire) ? "INBOX" : wire;
}

static int by_wire(const void *va, const void *vb)
{
	const struct folder *a = va, *b = vb;

	return strcmp(plain_name(a->wire), plain_name(b->wire));
}

/* Names as they come, before they are put in order. */
struct names {
	struct folder *f;
	size_t n, cap;
};

static bool names_add(struct names *names, const struct folder *f, struct err *err)
{
	if (names->n == AUDIT_FOLDERS_MAX)
		return err_set(err, ERR_LIMIT, "the account has more than %d folders",
			       AUDIT_FOLDERS_MAX);
	if (names->n == names->cap) {
		names->cap = names->cap == 0 ? 64 : names->cap * 2;
		names->f = mem_realloc(names->f, names->cap * sizeof *names->f);
	}
	names->f[names->n++] = *f;
	return true;
}

/* Sort, and keep one of each name. */
static void names_order(struct names *names)
{
	size_t n = 0;

	if (names->n == 0)
		return;
	qsort(names->f, names->n, sizeof *names->f, by_wire);
	for (size_t i = 1; i < names->n; i++) {
		if (by_wire(&names->f[n], &names->f[i]) == 0)
			names->f[n].attrs |= names->f[i].attrs;
		else
			names->f[++n] = names->f[i];
	}
	names->n = n + 1;
}

static struct folder *names_find(const struct names *names, const char *wire)
{
	const struct folder key = { .wire = wire };

	return names->n == 0
		       ? NULL
		       : bsearch(&key, names->f, names->n, sizeof *names->f, by_wire);
}

struct listing {
	struct arena *arena;
	bool rev2; /* imap_is_rev2 */
	struct names all, subscribed, counted;
	struct folder_state *counts; /* for each of counted, before it is put in order */
	struct imap_greet greet;
	const char *rights; /* NULL: not told */
	struct limit quota[AUDIT_QUOTA_MAX];
	size_t quota_n;
	bool rooted;	/* QUOTAROOT was answered */
	bool bad_quota; /* in a way that nobody understands, or with too much */
};

/* What an account may hold is no part of its mail: an answer that cannot be read leaves
 * it unknown. */
static void on_quota(struct listing *l, struct span text)
{
	struct limit found[IMAP_QUOTA_MAX];
	struct err why = ERR_INIT;
	size_t n = 0;

	if (l->bad_quota)
		return;
	if (!imap_quota_parse(text, l->arena, found, &n, &why) ||
	    n > COUNT_OF(l->quota) - l->quota_n) {
		l->bad_quota = true;
		return;
	}
	memcpy(l->quota + l->quota_n, found, n * sizeof *found);
	l->quota_n += n;
}

static bool on_status(struct listing *l, const struct imap_resp *resp, struct err *err)
{
	struct folder f = { .id = (int64_t)l->counted.n }; /* where its counts are */
	struct folder_state state;
	size_t cap = l->counted.cap;

	if (!imap_status_parse(resp->text, l->arena, &f.wire, &state, err) ||
	    !names_add(&l->counted, &f, err))
		return false;
	if (l->counted.cap != cap)
		l->counts = mem_realloc(l->counts, l->counted.cap * sizeof *l->counts);
	l->counts[f.id] = state;
	return true;
}

static bool on_list(void *ctx, const struct imap_resp *resp, bool more, struct err *err)
{
	struct listing *l = ctx;
	struct folder f = { 0 };

	(void)more;
	if (resp->kind == IMAP_RESP_MYRIGHTS)
		return l->rights != NULL ||
		       imap_myrights_parse(resp->text, l->arena, &l->rights, err);
	if (resp->kind == IMAP_RESP_QUOTA || resp->kind == IMAP_RESP_QUOTAROOT) {
		l->rooted |= resp->kind == IMAP_RESP_QUOTAROOT;
		if (resp->kind == IMAP_RESP_QUOTA)
			on_quota(l, resp->text);
		return true;
	}
	if (resp->kind != IMAP_RESP_STATUS && resp->kind != IMAP_RESP_LIST)
		return imap_greet_answer(&l->greet, resp, err);
	/* Also for names that are not kept. */
	if (l->arena->used > TEXT_MAX)
		return err_set(err, ERR_LIMIT,
			       "the names of the folders take more than %u octets",
			       TEXT_MAX);
	if (resp->kind == IMAP_RESP_STATUS)
		return on_status(l, resp, err);
	if (!imap_list_parse(resp->text, l->rev2, l->arena, &f, err))
		return false;
	if (span_ieq_str(resp->word, "LIST"))
		return names_add(&l->all, &f, err);
	/* Courier tells parents that nobody subscribed, as \Noselect. */
	if (span_ieq_str(resp->word, "LSUB") && (f.attrs & FOLDER_NOSELECT) == 0)
		return names_add(&l->subscribed, &f, err);
	return true;
}

/* One command with everything. */
static bool send_extended(struct audit_reader *r, struct imap_session *s,
			  bool with_status, uint64_t *cmd_out, struct err *err)
{
	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "LIST \"\" \"*\" RETURN (SUBSCRIBED");
	if (r->hello.caps & IMAP_CAP_SPECIAL_USE)
		strbuf_adds(&r->line, " SPECIAL-USE");
	if (with_status) {
		strbuf_adds(&r->line, " STATUS ");
		audit_status_items(r, &r->line);
	}
	strbuf_addc(&r->line, ')');
	return imap_session_send(s, strbuf_span(&r->line), cmd_out, err);
}

/* What is subscribed by a command of its own; of IMAP4rev2, which has none for that, in
 * the same one. */
static bool list_plain(struct audit_reader *r, struct imap_session *s, bool rev2,
		       struct err *err)
{
	struct span line = rev2 ? SPAN_LIT("LIST \"\" \"*\" RETURN (SUBSCRIBED)")
				: SPAN_LIT("LIST \"\" \"*\"");
	uint64_t list, lsub = 0;
	struct imap_done done;
	char words[AUDIT_WORDS_SIZE];

	if (!imap_session_send(s, line, &list, err) ||
	    (!rev2 && !imap_session_send(s, SPAN_LIT("LSUB \"\" \"*\""), &lsub, err)) ||
	    !imap_session_finish(s, list, &done, err))
		return false;
	if (done.status != IMAP_OK) {
		r->unseen = true;
		return err_set(err, ERR_SERVER, "the server refuses to list folders: %s",
			       audit_words(&done, words));
	}
	if (rev2)
		return true;
	if (!imap_session_finish(s, lsub, &done, err))
		return false;
	if (done.status != IMAP_OK)
		return err_set(err, ERR_SERVER,
			       "the server refuses to list subscriptions: %s",
			       audit_words(&done, words));
	return true;
}

/* Length of prefix when name begins with it, or is it without its last delimiter; else 0.
 */
static size_t below(const char *name, const char *prefix)
{
	size_t n = strlen(prefix);

	if (n == 0)
		return 0;
	return strncmp(name, prefix, n) == 0 || (strlen(name) == n - 1 &&
						 strncmp(name, prefix, n - 1) == 0)
		       ? n
		       : 0;
}

/* The longest prefix decides; what no prefix claims is the account's own, unless the root
 * is shared. */
static bool is_foreign(const struct imap_namespace *ns, const char *wire)
{
	size_t foreign = 0;

	if (audit_is_inbox(wire))
		return false;
	for (size_t i = 0; i < ns->foreign_n; i++) {
		size_t n = below(wire, ns->foreign[i]);

		if (n > foreign)
			foreign = n;
	}
	if (foreign == 0)
		return ns->foreign_root && (!ns->present || below(wire, ns->prefix) == 0);
	return !ns->present || foreign > below(wire, ns->prefix);
}

static bool has_tree(const struct audit_reader *r)
{
	return r->tree != NULL && *r->tree != '\0';
}

/* The wire name of the tree's own folder, from that of a folder in it: as many parts of
 * it as the tree has. */
static const char *root_of(struct arena *arena, const struct folder *f, struct span tree)
{
	struct span wire = span_str(f->wire);
	size_t left = 1, n = 0;

	for (size_t i = 0; i < tree.n; i++)
		left += tree.p[i] == '/';
	while (n < wire.n && (f->delim == '\0' || wire.p[n] != f->delim || --left > 0))
		n++;
	return arena_span(arena, (struct span){ wire.p, n });
}

/*
 * Of all that the login sees only what lies in the tree is the account's.  Its prefix is
 * the tree's own folder, without a delimiter behind it (map_common).  NULL: nothing lies
 * there.
 */
static const char *keep_tree(struct audit_reader *r, struct names *names)
{
	const struct map_names plain = { .prefix = "" };
	struct span tree = span_str(map_prefix(&r->arena, r->tree));
	const char *root = NULL;
	size_t n = 0;

	for (size_t i = 0; i < names->n; i++) {
		const struct folder *f = &names->f[i];
		const char *name = map_common(&r->arena, &plain, f->name, f->delim);

		if (!map_covers(tree, span_str(name)))
			continue;
		if (root == NULL)
			root = root_of(&r->arena, f, tree);
		names->f[n++] = *f;
	}
	names->n = n;
	return root;
}

/* Hand what was found over to the reader. */
static void take_over(struct audit_reader *r, struct listing *l, bool counts)
{
	for (size_t i = 0; i < l->subscribed.n; i++) {
		struct folder *f = names_find(&l->all, l->subscribed.f[i].wire);

		if (f != NULL)
			f->attrs |= FOLDER_SUBSCRIBED;
	}
	for (size_t i = 0; i < l->all.n; i++)
		if (!has_tree(r) && is_foreign(&r->hello.namespace, l->all.f[i].wire))
			l->all.f[i].attrs |= FOLDER_FOREIGN;
	r->folders = l->all.f;
	r->folder_n = l->all.n;
	l->all = (struct names){ 0 };
	r->at = r->folder_n;
	r->breaks = mem_calloc(r->folder_n, 1);
	r->marks = mem_calloc(r->folder_n, 1);
	r->asked = mem_calloc(r->folder_n, 1);
	r->witness = mem_calloc(r->folder_n, sizeof *r->witness);
	r->known = mem_calloc(r->folder_n, sizeof *r->known);
	if (!counts)
		return;
	r->counts = mem_calloc(r->folder_n, sizeof *r->counts);
	for (size_t i = 0; i < r->folder_n; i++) {
		const struct folder *c = names_find(&l->counted, r->folders[i].wire);

		r->counts[i].state.exists = -1;
		if (c == NULL)
			continue;
		r->counts[i].state = l->counts[c->id];
		/* Announced as a mere place, and yet mail is counted in it: tried, so
		 * that it is read, or named as what could not be. */
		if (r->counts[i].state.exists > 0)
			r->folders[i].attrs &= ~(unsigned)(FOLDER_NOSELECT |
							   FOLDER_NONEXISTENT);
	}
}

/*
 * A session that was opened by somebody else's password may see that person's flags: who
 * owns a mailbox may keep \\Seen in it ("s"), whoever only reads it may not.  A server
 * that does not tell is believed to do as it was asked.
 */
static bool asks_rights(const struct audit_reader *r)
{
	return r->borrowed && !has_tree(r) && (r->hello.caps & IMAP_CAP_ACL);
}

/* A shared tree belongs to nobody who logs in: who may keep \\Seen there is known when
 * its folders are. */
static bool ask_tree_rights(struct audit_reader *r, struct imap_session *s,
			    const char *root, struct err *err)
{
	struct imap_done done;
	uint64_t rights;

	if (!(r->hello.caps & IMAP_CAP_ACL))
		return true;
	strbuf_clear(&r->line);
	strbuf_adds(&r->line, "MYRIGHTS ");
	imap_put_mailbox(&r->line, root);
	return imap_session_send(s, strbuf_span(&r->line), &rights, err) &&
	       imap_session_finish(s, rights, &done, err);
}

/* Who the server is and what it holds, in one breath. */
static bool ask(struct audit_reader *r, struct imap_session *s, struct listing *l,
		bool list_status, struct err *err)
{
	bool extended = (r->hello.caps & IMAP_CAP_LIST_EXTENDED) != 0, took = false;
	uint64_t list = 0, rights = 0, quota = 0;
	struct imap_done done;

	imap_session_handler(s, on_list, l);
	if (!imap_greet_ask(s, &l->greet, err))
		return false;
	if ((r->hello.caps & IMAP_CAP_QUOTA) && !has_tree(r) &&
	    !imap_session_send(s, SPAN_LIT("GETQUOTAROOT INBOX"), &quota, err))
		return false;
	if (extended &&
	    !send_extended(r, s, list_status && (r->hello.caps & IMAP_CAP_LIST_STATUS),
			   &list, err))
		return false;
	if (extended && asks_rights(r) &&
	    !imap_session_send(s, SPAN_LIT("MYRIGHTS INBOX"), &rights, err))
		return false;
	if (!imap_greet_finish(s, &l->greet, err))
		return false;
	if (extended) {
		if (!imap_session_finish(s, list, &done, err))
			return false;
		took = done.status == IMAP_OK;
	}
	if (!took) { /* refused in spite of its capabilities, or never offered */
		l->all.n = l->counted.n = 0;
		if (!list_plain(r, s, l->rev2, err))
			return false;
	}
	if (rights == 0 && asks_rights(r) &&
	    !imap_session_send(s, SPAN_LIT("MYRIGHTS INBOX"), &rights, err))
		return false;
	if (rights != 0 && !imap_session_finish(s, rights, &done, err))
		return false;
	if (quota == 0)
		return true;
	if (!imap_session_finish(s, quota, &done, err))
		return false;
	r->quota_told = done.status == IMAP_OK && l->rooted && !l->bad_quota;
	return true;
}

static bool inquire(struct audit_reader *r, struct imap_session *s, bool counts,
		    bool list_status, const char **rights_out, struct err *err)
{
	struct listing l = { .arena = &r->arena };
	const char *root = NULL;
	int64_t began = clock_mono_ms();
	enum audit_form form;
	bool ok = false;

	arena_reset(&r->arena); /* of an earlier session that broke */
	r->quota_told = false;
	r->quota_n = 0;
	if (!imap_greet_capability(s, &r->arena, &r->hello, &l.greet, err))
		return false;
	r->far_ms = clock_mono_ms() - began;
	l.rev2 = imap_is_rev2(r->hello.caps);
	if (!ask(r, s, &l, list_status, err))
		goto out;
	form = audit_form_of(r->kind, span_str(r->hello.server_id), r->greeting);
	if (form != AUDIT_FORM_UNKNOWN)
		r->form = form;
	r->envelope = r->form == AUDIT_FORM_ENVELOPE;
	names_order(&l.all);
	names_order(&l.counted);
	if (has_tree(r)) {
		root = keep_tree(r, &l.all);
		if (root == NULL) {
			r->unseen = true;
			err_set(err, ERR_SERVER,
				"the login succeeded, but the server shows no folder of "
				"the tree %s",
				text_shown(&r->arena, span_str(r->tree)));
			err_hint(err, "is it called so there, and may this login see it? "
				      "old_tree and new_tree name it as this login sees "
				      "it, with / between its parts");
			goto out;
		}
		r->hello.namespace.prefix = root;
		if (!ask_tree_rights(r, s, root, err))
			goto out;
	} else if (names_find(&l.all, "INBOX") == NULL) {
		r->unseen = true;
		err_set(err, ERR_SERVER, "the login succeeded, but the server shows %s",
			l.all.n == 0 ? "no folder at all" : "folders without an INBOX");
		err_hint(err, "does the account exist there, and may this login see its "
			      "folders (ACLs of a master user)?");
		goto out;
	}
	take_over(r, &l, counts);
	memcpy(r->quota, l.quota, l.quota_n * sizeof *l.quota);
	r->quota_n = l.quota_n;
	*rights_out = l.rights != NULL ? l.rights : "";
	ok = true;
out:
	imap_session_handler(s, NULL, NULL);
	free(l.all.f);
	free(l.subscribed.f);
	free(l.counted.f);
	free(l.counts);
	return ok;
}

struct limit *audit_reader_limits(const struct audit_reader *r, size_t *n_out,
				  unsigned *known_out)
{
	struct limit *list = mem_calloc(r->quota_n + r->folder_n + 1, sizeof *list);
	size_t n = 0;

	*known_out = 0;
	if (r->quota_told) {
		*known_out = 1u << LIMIT_STORAGE | 1u << LIMIT_MESSAGES |
			     1u << LIMIT_FOLDERS;
		memcpy(list, r->quota, r->quota_n * sizeof *list);
		n = r->quota_n;
		if (n == 0) /* it has quota, and none for this account */
			list[n++] = (struct limit){ .kind = LIMIT_STORAGE,
						    .name = "",
						    .used = -1,
						    .allowed = -1 };
	}
	for (size_t i = 0; r->counts != NULL && i < r->folder_n; i++)
		if (r->counts[i].state.append_told) {
			*known_out |= 1u << LIMIT_APPEND;
			list[n++] = (struct limit){
				.kind = LIMIT_APPEND,
				.name = r->folders[i].wire,
				.used = -1,
				.allowed = r->counts[i].state.append
			};
		}
	*n_out = n;
	return list;
}

bool audit_reader_list(struct audit_reader *r, struct imap_session *s, struct err *err)
{
	bool counts = r->survey || r->depth == DEPTH_COUNTS;
	struct account_listing l;
	const char *rights = "";

	if (!inquire(r, s, counts, counts, &rights, err))
		return false;
	l = (struct account_listing){
		.rights = rights,
		.account = r->account,
		.prefix = r->hello.namespace.prefix != NULL ? r->hello.namespace.prefix
							    : "",
		.delim = r->hello.namespace.delim,
		.capability = r->hello.capability,
		.server_id = r->hello.server_id,
		.folders = r->folders,
		.folder_n = r->folder_n,
		.known = r->survey ? r->known : NULL,
	};
	for (size_t i = 0; i < r->folder_n; i++) {
		if (audit_is_own(&r->folders[i]))
			r->own++;
		/* Where NAMESPACE tells no delimiter LIST does (GNU imap4d, servers
		 * without NAMESPACE). */
		if (l.delim == '\0' && !(r->folders[i].attrs & FOLDER_FOREIGN))
			l.delim = r->folders[i].delim;
	}
	if (!r->sink->listing(r->sink->ctx, &l, err)) {
		r->fatal = true;
		return false;
	}
	r->listed = true;
	return true;
}

size_t audit_reader_find(const struct audit_reader *r, const char *wire)
{
	const struct names names = { .f = r->folders, .n = r->folder_n };
	const struct folder *f = names_find(&names, wire);

	return f == NULL ? SIZE_MAX : (size_t)(f - r->folders);
}

bool audit_reader_survey(struct audit_reader *r, struct imap_session *s,
			 size_t status_max, struct err *err)
{
	size_t to = 0, own = 0;
	const char *rights;

	if (!inquire(r, s, true, false, &rights, err))
		return false;
	while (to < r->folder_n && own < status_max)
		own += audit_is_own(&r->folders[to++]);
	r->own = 0;
	for (size_t i = 0; i < r->folder_n; i++)
		r->own += audit_is_own(&r->folders[i]);
	return audit_status(r, s, 0, to, err);
}
