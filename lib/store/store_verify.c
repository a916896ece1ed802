/* SPDX-License-Identifier: MIT */
/* Judgements, pairs and findings.  Leftovers are in store_leftover.c, details in
 * store_detail.c. */
#include "store/store_verify.h"

#include "store/store_db.h"

/* Counts stand in this order in pair and judgement. */
#define COUNT_COLUMNS                                                                    \
	"old_messages, new_messages, same, same_weak, changed, refiled, missing, extra," \
	" old_unverified, new_unverified, flags, keywords, dates, octets, removed,"      \
	" content"
#define COUNT_FIELDS 16

static void count_fields(struct match_count *c, int64_t *out[COUNT_FIELDS])
{
	int64_t *list[] = { &c->old_messages,	&c->new_messages, &c->same,
			    &c->same_weak,	&c->changed,	  &c->refiled,
			    &c->missing,	&c->extra,	  &c->old_unverified,
			    &c->new_unverified, &c->flags,	  &c->keywords,
			    &c->date,		&c->octets,	  &c->removed,
			    &c->content };

	_Static_assert(sizeof list == COUNT_FIELDS * sizeof *list, "one column each");
	memcpy(out, list, sizeof list);
}

static void bind_count(sqlite3_stmt *q, int at, const struct match_count *count)
{
	struct match_count c = *count;
	int64_t *f[COUNT_FIELDS];

	count_fields(&c, f);
	for (int i = 0; i < COUNT_FIELDS; i++)
		sqlite3_bind_int64(q, at + i, *f[i]);
}

static void read_count(sqlite3_stmt *q, int at, struct match_count *out)
{
	int64_t *f[COUNT_FIELDS];

	count_fields(out, f);
	for (int i = 0; i < COUNT_FIELDS; i++)
		*f[i] = sqlite3_column_int64(q, at + i);
}

static const char *or_empty(const char *s)
{
	return s == NULL ? "" : s;
}

bool store_verify_clear(struct store *st, int64_t transfer, struct err *err)
{
	static const char *const sql[] = {
		"DELETE FROM leftover WHERE transfer = ?1",
		/* Judged together with others they stand under the first of those. */
		("DELETE FROM leftover WHERE pair IN"
		 " (SELECT p.id FROM pair p WHERE p.transfer = ?1)"),
		"DELETE FROM want WHERE transfer = ?1",
		"DELETE FROM finding WHERE transfer = ?1",
		"DELETE FROM pair WHERE transfer = ?1",
		"DELETE FROM judgement WHERE transfer = ?1",
	};
	bool ok = true;

	for (size_t i = 0; i < COUNT_OF(sql) && ok; i++) {
		sqlite3_stmt *q = NULL;

		if (!db_prepare(st, sql[i], &q, err))
			return false;
		sqlite3_bind_int64(q, 1, transfer);
		ok = db_run(st, q, err);
		db_return(st, q);
	}
	return ok;
}

static const char sql_pair_add[] =
	"INSERT INTO pair (transfer, kind, old_folder, new_folder, old_name, new_name,"
	" note, " COUNT_COLUMNS ")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
	" ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)";

bool store_pair_add(struct store *st, struct pair *p, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PAIR_ADD, sql_pair_add);

	sqlite3_bind_int64(q, 1, p->transfer);
	sqlite3_bind_int(q, 2, (int)p->kind);
	db_bind_id(q, 3, p->old_folder);
	db_bind_id(q, 4, p->new_folder);
	db_bind_str(q, 5, or_empty(p->old_name));
	db_bind_str(q, 6, or_empty(p->new_name));
	db_bind_str(q, 7, or_empty(p->note));
	bind_count(q, 8, &p->count);
	if (!db_run(st, q, err))
		return false;
	p->id = sqlite3_last_insert_rowid(st->db);
	return true;
}

static const char sql_pair_set[] =
	"UPDATE pair SET kind = ?2, note = ?3, bias = ?20, (" COUNT_COLUMNS
	") = (?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)"
	" WHERE id = ?1";

bool store_pair_update(struct store *st, const struct pair *p, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_PAIR_SET, sql_pair_set);

	sqlite3_bind_int64(q, 1, p->id);
	sqlite3_bind_int(q, 2, (int)p->kind);
	db_bind_str(q, 3, or_empty(p->note));
	bind_count(q, 4, &p->count);
	sqlite3_bind_int64(q, 20, p->bias);
	if (!db_run(st, q, err))
		return false;
	if (sqlite3_changes(st->db) != 1)
		return err_set(err, ERR_BUG, "there is no folder pair %lld",
			       (long long)p->id);
	return true;
}

static const char sql_pairs[] =
	"SELECT id, transfer, kind, coalesce(old_folder, 0), coalesce(new_folder, 0),"
	" old_name, new_name, note, bias, " COUNT_COLUMNS
	" FROM pair WHERE transfer = ?1 ORDER BY old_name, new_name, id";

static bool read_pair(struct store *st, sqlite3_stmt *q, struct arena *arena, void *item,
		      struct err *err)
{
	struct pair *out = item;
	int kind;

	if (!db_enum(st, q, 2, PAIR_KIND_COUNT, &kind, err))
		return false;
	*out = (struct pair){ .id = sqlite3_column_int64(q, 0),
			      .transfer = sqlite3_column_int64(q, 1),
			      .kind = (enum pair_kind)kind,
			      .old_folder = sqlite3_column_int64(q, 3),
			      .new_folder = sqlite3_column_int64(q, 4),
			      .old_name = db_text_in(q, 5, arena),
			      .new_name = db_text_in(q, 6, arena),
			      .note = db_text_in(q, 7, arena),
			      .bias = sqlite3_column_int64(q, 8) };
	read_count(q, 9, &out->count);
	return true;
}

bool store_pairs(struct store *st, int64_t transfer, struct arena *arena,
		 struct pair **out, size_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	void *list = NULL;

	if (!db_prepare(st, sql_pairs, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	if (!db_list(st, q, sizeof **out, read_pair, arena, &list, n_out, err))
		return false;
	*out = list;
	return true;
}

static const char sql_finding_add[] =
	"INSERT INTO finding (transfer, class, severity, side, folder, other, epoch,"
	" uid, tier, \"key\", octets, \"date\", old_fact, new_fact, explanation,"
	" fingerprint, why, n, fold, accepted)"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
	" ?16, ?17, ?18, ?19, ?20)";

bool store_finding_add(struct store *st, const struct finding *f, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FINDING_ADD, sql_finding_add);

	sqlite3_bind_int64(q, 1, f->transfer);
	sqlite3_bind_int(q, 2, (int)f->cls);
	sqlite3_bind_int(q, 3, (int)f->severity);
	sqlite3_bind_int(q, 4, (int)f->side);
	db_bind_str(q, 5, or_empty(f->folder));
	db_bind_str(q, 6, or_empty(f->other));
	sqlite3_bind_int64(q, 7, f->epoch);
	sqlite3_bind_int64(q, 8, f->uid);
	sqlite3_bind_int(q, 9, f->tier);
	db_bind_key(q, 10, &f->key);
	sqlite3_bind_int64(q, 11, f->octets);
	db_bind_date(q, 12, f->date);
	db_bind_str(q, 13, or_empty(f->old_fact));
	db_bind_str(q, 14, or_empty(f->new_fact));
	db_bind_str(q, 15, or_empty(f->explanation));
	db_bind_digest(q, 16, &f->fingerprint);
	sqlite3_bind_int(q, 17, (int)f->why);
	sqlite3_bind_int64(q, 18, f->count);
	sqlite3_bind_int64(q, 19, f->fold);
	sqlite3_bind_int64(q, 20, f->accepted);
	return db_run(st, q, err);
}

#define FINDING_COLUMNS                                                                  \
	"SELECT id, transfer, class, severity, side, folder, other, epoch, uid, tier,"   \
	" \"key\", octets, \"date\", old_fact, new_fact, explanation, fingerprint, why," \
	" n, fold, accepted FROM finding"

static const char sql_findings[] = FINDING_COLUMNS
	" WHERE transfer BETWEEN ?1 AND ?2"
	" ORDER BY transfer, severity DESC, class, folder, epoch, uid, id";

struct store_findings {
	struct store *st;
	sqlite3_stmt *q;
};

bool store_findings_open(struct store *st, int64_t transfer, struct store_findings **out,
			 struct err *err)
{
	struct store_findings *it = mem_calloc(1, sizeof *it);

	it->st = st;
	if (!db_prepare(st, sql_findings, &it->q, err)) {
		free(it);
		return false;
	}
	db_bind_transfers(it->q, transfer);
	*out = it;
	return true;
}

/* Strings are borrowed from q. */
static bool read_finding(struct store *st, sqlite3_stmt *q, struct finding *out,
			 struct err *err)
{
	int cls, severity, side, tier, why;
	struct finding f;

	if (!db_enum(st, q, 2, FINDING_CLASS_COUNT, &cls, err) ||
	    !db_enum(st, q, 3, SEVERITY_COUNT, &severity, err) ||
	    !db_enum(st, q, 4, SIDE_COUNT, &side, err) ||
	    !db_enum(st, q, 9, TIER_COUNT, &tier, err) ||
	    !db_enum(st, q, 17, WHY_COUNT, &why, err))
		return false;
	f = (struct finding){ .id = sqlite3_column_int64(q, 0),
			      .transfer = sqlite3_column_int64(q, 1),
			      .cls = (enum finding_class)cls,
			      .severity = (enum severity)severity,
			      .side = (enum side)side,
			      .folder = db_text(q, 5),
			      .other = db_text(q, 6),
			      .epoch = sqlite3_column_int64(q, 7),
			      .uid = (uint32_t)sqlite3_column_int64(q, 8),
			      .tier = (uint8_t)tier,
			      .octets = sqlite3_column_int64(q, 11),
			      .date = db_date(q, 12),
			      .old_fact = db_text(q, 13),
			      .new_fact = db_text(q, 14),
			      .explanation = db_text(q, 15),
			      .why = (enum why)why,
			      .count = sqlite3_column_int64(q, 18),
			      .fold = sqlite3_column_int64(q, 19),
			      .accepted = sqlite3_column_int64(q, 20) };
	if (!db_key(st, q, 10, &f.key, err) || !db_digest(st, q, 16, &f.fingerprint, err))
		return false;
	*out = f;
	return true;
}

enum next store_findings_next(struct store_findings *it, struct finding *out,
			      struct err *err)
{
	enum next n = db_next(it->st, it->q, err);

	if (n == NEXT_ITEM && !read_finding(it->st, it->q, out, err))
		return NEXT_FAIL;
	return n;
}

static bool keep_finding(struct store *st, sqlite3_stmt *q, struct arena *arena,
			 struct finding *out, struct err *err)
{
	if (!read_finding(st, q, out, err))
		return false;
	out->folder = arena_strdup(arena, out->folder);
	out->other = arena_strdup(arena, out->other);
	out->old_fact = arena_strdup(arena, out->old_fact);
	out->new_fact = arena_strdup(arena, out->new_fact);
	out->explanation = arena_strdup(arena, out->explanation);
	return true;
}

static const char sql_finding_get[] = FINDING_COLUMNS " WHERE id = ?1";

bool store_finding_get(struct store *st, int64_t id, struct arena *arena,
		       struct finding *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FINDING_GET, sql_finding_get);
	enum next n;
	bool ok;

	sqlite3_bind_int64(q, 1, id);
	n = db_next(st, q, err);
	ok = n == NEXT_END || (n == NEXT_ITEM && keep_finding(st, q, arena, out, err));
	sqlite3_reset(q);
	if (ok)
		*found_out = n == NEXT_ITEM;
	return ok;
}

static const char sql_finding_like[] = FINDING_COLUMNS
	" WHERE substr(hex(fingerprint), 1, length(?1)) = upper(?1)"
	" ORDER BY id LIMIT 2";

bool store_finding_like(struct store *st, const char *digits, struct arena *arena,
			struct finding *out, int *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum next next = NEXT_FAIL;
	int n = 0;

	if (!db_prepare(st, sql_finding_like, &q, err))
		return false;
	db_bind_str(q, 1, digits);
	while ((next = db_next(st, q, err)) == NEXT_ITEM)
		if (n++ == 0 && !keep_finding(st, q, arena, out, err)) {
			next = NEXT_FAIL;
			break;
		}
	db_return(st, q);
	if (next == NEXT_END)
		*n_out = n;
	return next == NEXT_END;
}

void store_findings_close(struct store_findings *it)
{
	if (it == NULL)
		return;
	db_return(it->st, it->q);
	free(it);
}

static const char sql_finding_sums[] =
	"SELECT class, severity, count(*) FROM finding WHERE transfer BETWEEN ?1 AND ?2"
	" GROUP BY class, severity ORDER BY class, severity";

bool store_finding_sums(struct store *st, int64_t transfer, struct finding_sum *out,
			struct err *err)
{
	struct finding_sum sum = { 0 };
	sqlite3_stmt *q = NULL;
	int cls, severity;
	enum next n;

	if (!db_prepare(st, sql_finding_sums, &q, err))
		return false;
	db_bind_transfers(q, transfer);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (!db_enum(st, q, 0, FINDING_CLASS_COUNT, &cls, err) ||
		    !db_enum(st, q, 1, SEVERITY_COUNT, &severity, err)) {
			n = NEXT_FAIL;
			break;
		}
		sum.n[cls][severity] = sqlite3_column_int64(q, 2);
	}
	db_return(st, q);
	if (n == NEXT_END)
		*out = sum;
	return n == NEXT_END;
}

#define JUDGEMENT_COLUMNS                                                                \
	"transfer, run, verdict, old_run, new_run, old_seen, new_seen, depth,"           \
	" flags_compared, loss, doubt, info, folders_old, folders_new, folders_unread,"  \
	" note, accepted, seal, bias, contents, sample_read, sample_unread,"             \
	" sample_differ, " COUNT_COLUMNS

static const char sql_judgement_put[] =
	"INSERT INTO judgement (" JUDGEMENT_COLUMNS ")"
	" VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,"
	" ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30,"
	" ?31, ?32, ?33, ?34, ?35, ?36, ?37, ?38, ?39)";
static const char sql_judgement_get[] = "SELECT " JUDGEMENT_COLUMNS ", " DB_RUN_WHOLE(
	"judgement.run") " FROM judgement WHERE transfer = ?1";

/* The row of the run before was dropped by store_verify_clear. */
bool store_judgement_put(struct store *st, const struct judgement *j, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_JUDGEMENT_PUT, sql_judgement_put);

	sqlite3_bind_int64(q, 1, j->transfer);
	sqlite3_bind_int64(q, 2, j->run);
	sqlite3_bind_int(q, 3, (int)j->verdict);
	db_bind_id(q, 4, j->old_run);
	db_bind_id(q, 5, j->new_run);
	sqlite3_bind_int64(q, 6, j->old_seen);
	sqlite3_bind_int64(q, 7, j->new_seen);
	sqlite3_bind_int(q, 8, (int)j->depth);
	sqlite3_bind_int(q, 9, j->flags_compared);
	sqlite3_bind_int64(q, 10, j->loss);
	sqlite3_bind_int64(q, 11, j->doubt);
	sqlite3_bind_int64(q, 12, j->info);
	sqlite3_bind_int64(q, 13, j->folders_old);
	sqlite3_bind_int64(q, 14, j->folders_new);
	sqlite3_bind_int64(q, 15, j->folders_unread);
	db_bind_str(q, 16, or_empty(j->note));
	sqlite3_bind_int64(q, 17, j->accepted);
	sqlite3_bind_int64(q, 18, j->seal);
	sqlite3_bind_int64(q, 19, j->bias);
	sqlite3_bind_int64(q, 20, j->contents);
	sqlite3_bind_int64(q, 21, j->sampled.read);
	sqlite3_bind_int64(q, 22, j->sampled.unread);
	sqlite3_bind_int64(q, 23, j->sampled.differ);
	bind_count(q, 24, &j->count);
	return db_run(st, q, err);
}

bool store_judgement(struct store *st, int64_t transfer, struct arena *arena,
		     struct judgement *out, bool *found_out, struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_JUDGEMENT_GET, sql_judgement_get);
	int verdict, depth;
	bool ok = false;
	enum next n;

	sqlite3_bind_int64(q, 1, transfer);
	n = db_next(st, q, err);
	if (n == NEXT_ITEM && db_enum(st, q, 2, VERDICT_COUNT, &verdict, err) &&
	    db_enum(st, q, 7, DEPTH_COUNT, &depth, err)) {
		*out = (struct judgement){ .transfer = transfer,
					   .run = sqlite3_column_int64(q, 1),
					   .verdict = (enum verdict)verdict,
					   .old_run = sqlite3_column_int64(q, 3),
					   .new_run = sqlite3_column_int64(q, 4),
					   .old_seen = sqlite3_column_int64(q, 5),
					   .new_seen = sqlite3_column_int64(q, 6),
					   .depth = (enum depth)depth,
					   .flags_compared = sqlite3_column_int(q, 8) !=
							     0,
					   .loss = sqlite3_column_int64(q, 9),
					   .doubt = sqlite3_column_int64(q, 10),
					   .info = sqlite3_column_int64(q, 11),
					   .folders_old = sqlite3_column_int64(q, 12),
					   .folders_new = sqlite3_column_int64(q, 13),
					   .folders_unread = sqlite3_column_int64(q, 14),
					   .note = db_text_in(q, 15, arena),
					   .accepted = sqlite3_column_int64(q, 16),
					   .seal = sqlite3_column_int64(q, 17),
					   .bias = sqlite3_column_int64(q, 18),
					   .contents = sqlite3_column_int64(q, 19) };
		out->sampled.read = sqlite3_column_int64(q, 20);
		out->sampled.unread = sqlite3_column_int64(q, 21);
		out->sampled.differ = sqlite3_column_int64(q, 22);
		read_count(q, 23, &out->count);
		out->ended = sqlite3_column_int(q, 39) != 0;
		ok = true;
	}
	sqlite3_reset(q);
	if (n == NEXT_END)
		ok = true;
	if (ok)
		*found_out = n == NEXT_ITEM;
	return ok;
}

static const char sql_finding_drop[] = "DELETE FROM finding WHERE transfer = ?1 AND "
				       "class = ?2 AND why = ?3 AND fold = ?4";

bool store_finding_drop(struct store *st, int64_t transfer, enum finding_class cls,
			enum why why, int64_t fold, int64_t *n_out, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_finding_drop, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, (int)cls);
	sqlite3_bind_int(q, 3, (int)why);
	sqlite3_bind_int64(q, 4, fold);
	ok = db_run(st, q, err);
	*n_out = sqlite3_changes(st->db);
	db_return(st, q);
	return ok;
}

static const char sql_finding_why[] =
	"UPDATE finding SET why = ?5 WHERE transfer = ?1 AND class = ?2 AND why = ?3"
	" AND (fold = ?4 OR ?4 = ?6) AND uid <> 0";

bool store_finding_why(struct store *st, int64_t transfer, enum finding_class cls,
		       enum why from, int64_t fold, enum why to, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_finding_why, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int(q, 2, (int)cls);
	sqlite3_bind_int(q, 3, (int)from);
	sqlite3_bind_int64(q, 4, fold);
	sqlite3_bind_int(q, 5, (int)to);
	sqlite3_bind_int64(q, 6, STORE_ANY_FOLD);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static const char sql_finding_count[] =
	"SELECT severity, accepted <> 0, count(*) FROM finding WHERE transfer = ?1"
	" GROUP BY 1, 2";

bool store_finding_count(struct store *st, int64_t transfer, int64_t out[SEVERITY_COUNT],
			 int64_t *accepted_out, struct err *err)
{
	int64_t sum[SEVERITY_COUNT] = { 0 }, accepted = 0;
	sqlite3_stmt *q = NULL;
	int severity;
	enum next n;

	if (!db_prepare(st, sql_finding_count, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	while ((n = db_next(st, q, err)) == NEXT_ITEM) {
		if (!db_enum(st, q, 0, SEVERITY_COUNT, &severity, err)) {
			n = NEXT_FAIL;
			break;
		}
		if (sqlite3_column_int(q, 1) != 0)
			accepted += sqlite3_column_int64(q, 2);
		else
			sum[severity] = sqlite3_column_int64(q, 2);
	}
	db_return(st, q);
	if (n != NEXT_END)
		return false;
	memcpy(out, sum, sizeof sum);
	*accepted_out = accepted;
	return true;
}

static const char sql_finding_life[] =
	"INSERT INTO finding_life (fingerprint, transfer, first_run, last_run)"
	" SELECT DISTINCT fingerprint, transfer, ?2, ?2 FROM finding WHERE transfer = ?1"
	" ON CONFLICT (fingerprint) DO UPDATE SET last_run = excluded.last_run";

bool store_finding_life(struct store *st, int64_t transfer, int64_t run, struct err *err)
{
	sqlite3_stmt *q = NULL;
	bool ok;

	if (!db_prepare(st, sql_finding_life, &q, err))
		return false;
	sqlite3_bind_int64(q, 1, transfer);
	sqlite3_bind_int64(q, 2, run);
	ok = db_run(st, q, err);
	db_return(st, q);
	return ok;
}

static const char sql_finding_first[] =
	"SELECT first_run FROM finding_life WHERE fingerprint = ?1";

bool store_finding_first(struct store *st, const struct sha256 *fingerprint, int64_t *out,
			 struct err *err)
{
	sqlite3_stmt *q = db_stmt(st, STMT_FINDING_FIRST, sql_finding_first);
	enum next n;

	db_bind_digest(q, 1, fingerprint);
	n = db_next(st, q, err);
	if (n != NEXT_FAIL)
		*out = n == NEXT_ITEM ? sqlite3_column_int64(q, 0) : 0;
	sqlite3_reset(q);
	return n != NEXT_FAIL;
}
