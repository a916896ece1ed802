-- SPDX-License-Identifier: MIT
-- From schema 1 to 2: baselines, acceptances, reasons.  Frozen: never edited once released.
ALTER TABLE judgement ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN content INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN seal INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN bias INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pair ADD COLUMN removed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE pair ADD COLUMN content INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account_listing ADD COLUMN rights TEXT NOT NULL DEFAULT '';
ALTER TABLE pair ADD COLUMN bias INTEGER NOT NULL DEFAULT 0;
ALTER TABLE account ADD COLUMN tree TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN seen_from INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN why INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN n INTEGER NOT NULL DEFAULT 1;
ALTER TABLE finding ADD COLUMN fold INTEGER NOT NULL DEFAULT 0;
ALTER TABLE finding ADD COLUMN accepted INTEGER NOT NULL DEFAULT 0;
CREATE TABLE elsewhere (
	transfer INTEGER NOT NULL,
	side     INTEGER NOT NULL,
	message  INTEGER NOT NULL,
	other    TEXT NOT NULL,
	folder   TEXT NOT NULL,
	PRIMARY KEY (transfer, side, message)
) STRICT, WITHOUT ROWID;
CREATE TABLE finding_life (
	fingerprint BLOB PRIMARY KEY,
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	first_run   INTEGER NOT NULL REFERENCES run (id),
	last_run    INTEGER NOT NULL REFERENCES run (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE seal (
	id       INTEGER PRIMARY KEY,
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	at       INTEGER NOT NULL,
	old_run  INTEGER NOT NULL REFERENCES run (id),
	new_run  INTEGER NOT NULL REFERENCES run (id),
	sound    INTEGER NOT NULL,
	teller   TEXT NOT NULL,
	note     TEXT NOT NULL
) STRICT;
CREATE INDEX seal_transfer ON seal (transfer);
CREATE TABLE seal_folder (
	seal     INTEGER NOT NULL REFERENCES seal (id),
	folder   INTEGER NOT NULL REFERENCES folder (id),
	epoch    INTEGER NOT NULL,
	uidnext  INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	PRIMARY KEY (seal, folder)
) STRICT, WITHOUT ROWID;
CREATE TABLE mover_note (
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	folder   BLOB NOT NULL,
	uid      INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	why      INTEGER NOT NULL,
	text     TEXT NOT NULL,
	PRIMARY KEY (transfer, folder, uid, at, why)
) STRICT, WITHOUT ROWID;
CREATE TABLE acceptance (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	teller   TEXT NOT NULL,
	reason   TEXT NOT NULL,
	what     TEXT NOT NULL,
	findings INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	octets   INTEGER NOT NULL,
	digest   BLOB NOT NULL,
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE accepted (
	fingerprint BLOB PRIMARY KEY,
	acceptance  INTEGER NOT NULL REFERENCES acceptance (id)
) STRICT, WITHOUT ROWID;
CREATE TABLE dns_seen (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES run (id),
	at      INTEGER NOT NULL,
	domain  TEXT NOT NULL,
	purpose INTEGER NOT NULL,
	via     TEXT NOT NULL,
	name    TEXT NOT NULL,
	type    INTEGER NOT NULL,
	outcome INTEGER NOT NULL,
	value   TEXT NOT NULL,
	ttl     INTEGER NOT NULL,
	points  INTEGER NOT NULL,
	words   TEXT NOT NULL
) STRICT;
CREATE INDEX dns_seen_run ON dns_seen (run);
CREATE TABLE waiver (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	of_check TEXT NOT NULL,
	teller   TEXT NOT NULL,
	owner    TEXT NOT NULL,
	reason   TEXT NOT NULL,
	risk     TEXT NOT NULL,
	ticket   TEXT NOT NULL,
	what     TEXT NOT NULL,
	expires  INTEGER NOT NULL,
	findings INTEGER NOT NULL,
	digest   BLOB NOT NULL,
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE waived (
	waiver      INTEGER NOT NULL REFERENCES waiver (id),
	fingerprint BLOB NOT NULL,
	PRIMARY KEY (waiver, fingerprint)
) STRICT, WITHOUT ROWID;
CREATE TABLE waiver_said (
	id        INTEGER PRIMARY KEY,
	waiver    INTEGER NOT NULL REFERENCES waiver (id),
	what      INTEGER NOT NULL,
	at        INTEGER NOT NULL,
	teller    TEXT NOT NULL,
	key_print TEXT NOT NULL,
	note      TEXT NOT NULL,
	ledger    INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE INDEX waiver_said_waiver ON waiver_said (waiver);
CREATE TABLE approval (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	body      BLOB NOT NULL,
	role      INTEGER NOT NULL,
	teller    TEXT NOT NULL,
	key_print TEXT NOT NULL,
	signature TEXT NOT NULL,
	ledger    INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TRIGGER seal_no_update BEFORE UPDATE ON seal BEGIN
	SELECT RAISE(ABORT, 'seal is append-only');
END;
CREATE TRIGGER seal_no_delete BEFORE DELETE ON seal BEGIN
	SELECT RAISE(ABORT, 'seal is append-only');
END;
CREATE TRIGGER seal_folder_no_update BEFORE UPDATE ON seal_folder BEGIN
	SELECT RAISE(ABORT, 'seal_folder is append-only');
END;
CREATE TRIGGER seal_folder_no_delete BEFORE DELETE ON seal_folder BEGIN
	SELECT RAISE(ABORT, 'seal_folder is append-only');
END;
CREATE TRIGGER mover_note_no_update BEFORE UPDATE ON mover_note BEGIN
	SELECT RAISE(ABORT, 'mover_note is append-only');
END;
CREATE TRIGGER mover_note_no_delete BEFORE DELETE ON mover_note BEGIN
	SELECT RAISE(ABORT, 'mover_note is append-only');
END;
CREATE TRIGGER acceptance_no_update BEFORE UPDATE ON acceptance BEGIN
	SELECT RAISE(ABORT, 'acceptance is append-only');
END;
CREATE TRIGGER acceptance_no_delete BEFORE DELETE ON acceptance BEGIN
	SELECT RAISE(ABORT, 'acceptance is append-only');
END;
CREATE TRIGGER accepted_no_update BEFORE UPDATE ON accepted BEGIN
	SELECT RAISE(ABORT, 'accepted is append-only');
END;
CREATE TRIGGER accepted_no_delete BEFORE DELETE ON accepted BEGIN
	SELECT RAISE(ABORT, 'accepted is append-only');
END;
-- Headers and bodies that were looked up.
ALTER TABLE message_detail ADD COLUMN fields TEXT;
ALTER TABLE message_detail ADD COLUMN header_octets INTEGER;
ALTER TABLE message_detail ADD COLUMN body_octets INTEGER;
ALTER TABLE message_detail ADD COLUMN body_key BLOB;
ALTER TABLE message_detail ADD COLUMN crlf INTEGER;
ALTER TABLE message_detail ADD COLUMN bare_lf INTEGER;
ALTER TABLE message_detail ADD COLUMN bare_cr INTEGER;
ALTER TABLE message_detail ADD COLUMN failed TEXT NOT NULL DEFAULT '';
CREATE TABLE want (
	transfer INTEGER NOT NULL,
	side     INTEGER NOT NULL,
	message  INTEGER NOT NULL,
	what     INTEGER NOT NULL,
	PRIMARY KEY (transfer, side, message, what)
) STRICT, WITHOUT ROWID;
-- Whole messages.
ALTER TABLE judgement ADD COLUMN contents INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN sample_read INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN sample_unread INTEGER NOT NULL DEFAULT 0;
ALTER TABLE judgement ADD COLUMN sample_differ INTEGER NOT NULL DEFAULT 0;
CREATE TABLE body_seen (
	message    INTEGER NOT NULL,
	run        INTEGER NOT NULL,
	read       INTEGER NOT NULL,
	announced  INTEGER NOT NULL,
	octets     INTEGER NOT NULL,
	lines      INTEGER NOT NULL,
	bare_lf    INTEGER NOT NULL,
	symptoms   INTEGER NOT NULL,
	header_key BLOB NOT NULL,
	body_key   BLOB NOT NULL,
	words      TEXT NOT NULL,
	PRIMARY KEY (message, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX body_seen_run ON body_seen (run);
CREATE INDEX body_seen_bad ON body_seen (message)
	WHERE symptoms <> 0 OR read = 0 OR octets <> announced;
CREATE TABLE folder_scan (
	id         INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL REFERENCES run (id),
	folder     INTEGER NOT NULL REFERENCES folder (id),
	examine_ms INTEGER NOT NULL,
	messages   INTEGER NOT NULL,
	octets     INTEGER NOT NULL,
	took_ms    INTEGER NOT NULL,
	gap_ms     INTEGER NOT NULL,
	gap_uid    INTEGER NOT NULL,
	error      TEXT NOT NULL
) STRICT;
CREATE INDEX folder_scan_folder ON folder_scan (folder);
CREATE INDEX folder_scan_run ON folder_scan (run);
CREATE TRIGGER body_seen_no_update BEFORE UPDATE ON body_seen BEGIN
	SELECT RAISE(ABORT, 'body_seen is append-only');
END;
CREATE TRIGGER body_seen_no_delete BEFORE DELETE ON body_seen BEGIN
	SELECT RAISE(ABORT, 'body_seen is append-only');
END;
CREATE TRIGGER folder_scan_no_update BEFORE UPDATE ON folder_scan BEGIN
	SELECT RAISE(ABORT, 'folder_scan is append-only');
END;
CREATE TRIGGER folder_scan_no_delete BEFORE DELETE ON folder_scan BEGIN
	SELECT RAISE(ABORT, 'folder_scan is append-only');
END;
CREATE TABLE scan_sample (
	run      INTEGER NOT NULL REFERENCES run (id),
	side     INTEGER NOT NULL,
	seed     INTEGER NOT NULL,
	rank     INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	chosen   INTEGER NOT NULL,
	PRIMARY KEY (run, side)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER scan_sample_no_update BEFORE UPDATE ON scan_sample BEGIN
	SELECT RAISE(ABORT, 'scan_sample is append-only');
END;
CREATE TRIGGER scan_sample_no_delete BEFORE DELETE ON scan_sample BEGIN
	SELECT RAISE(ABORT, 'scan_sample is append-only');
END;
CREATE TABLE log_text (
	id   INTEGER PRIMARY KEY,
	text BLOB NOT NULL UNIQUE
) STRICT;
CREATE TABLE log_file (
	id         INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL REFERENCES run (id),
	side       INTEGER NOT NULL,
	path       TEXT NOT NULL,
	packing    TEXT NOT NULL,
	octets     INTEGER NOT NULL,
	lines      INTEGER NOT NULL,
	events     INTEGER NOT NULL,
	other      INTEGER NOT NULL,
	not_ours   INTEGER NOT NULL,
	malformed  INTEGER NOT NULL,
	timeless   INTEGER NOT NULL,
	logins     INTEGER NOT NULL,
	deliveries INTEGER NOT NULL,
	fresh      INTEGER NOT NULL,
	own        INTEGER NOT NULL,
	first      INTEGER,
	last       INTEGER,
	year       INTEGER NOT NULL,
	follows    INTEGER NOT NULL,
	note       TEXT NOT NULL
) STRICT;
CREATE INDEX log_file_run ON log_file (run);
CREATE TABLE log_source (
	id         INTEGER PRIMARY KEY,
	side       INTEGER NOT NULL,
	host       INTEGER NOT NULL REFERENCES log_text (id),
	program    INTEGER NOT NULL,
	first      INTEGER NOT NULL,
	last       INTEGER NOT NULL,
	logins     INTEGER NOT NULL,
	deliveries INTEGER NOT NULL,
	UNIQUE (side, host, program)
) STRICT;
CREATE TABLE log_span (
	side  INTEGER NOT NULL,
	host  INTEGER NOT NULL REFERENCES log_text (id),
	first INTEGER NOT NULL,
	last  INTEGER NOT NULL,
	PRIMARY KEY (side, host, first)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_hour (
	source INTEGER NOT NULL REFERENCES log_source (id),
	hour   INTEGER NOT NULL,
	lines  INTEGER NOT NULL,
	PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;
CREATE TABLE log_seen (
	side   INTEGER NOT NULL,
	hour   INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (side, hour)
) STRICT;
CREATE TABLE log_use (
	side   INTEGER NOT NULL,
	name   INTEGER NOT NULL REFERENCES log_text (id),
	"from" BLOB NOT NULL,
	uses   BLOB NOT NULL,
	PRIMARY KEY (side, name, "from")
) STRICT;
CREATE TABLE own_login (
	id      INTEGER PRIMARY KEY,
	side    INTEGER NOT NULL,
	"user"  TEXT NOT NULL,
	at      INTEGER NOT NULL,
	address TEXT NOT NULL,
	beat    INTEGER NOT NULL
) STRICT;
CREATE INDEX own_login_at ON own_login (side, at);
CREATE TABLE log_own (
	login   INTEGER NOT NULL REFERENCES own_login (id),
	"use"   INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	address INTEGER NOT NULL REFERENCES log_text (id),
	PRIMARY KEY (login, "use")
) STRICT, WITHOUT ROWID;
CREATE TABLE witness (
	id     INTEGER PRIMARY KEY,
	side   INTEGER NOT NULL,
	name   TEXT NOT NULL,
	at     INTEGER NOT NULL,
	source TEXT NOT NULL,
	told   INTEGER NOT NULL
) STRICT;
CREATE INDEX witness_name ON witness (side, name);
CREATE TABLE server_count (
	id       INTEGER PRIMARY KEY,
	batch    INTEGER NOT NULL,
	side     INTEGER NOT NULL,
	name     TEXT NOT NULL,
	folder   TEXT NOT NULL,
	messages INTEGER NOT NULL,
	octets   INTEGER NOT NULL,
	source   TEXT NOT NULL,
	line     INTEGER NOT NULL,
	told     INTEGER NOT NULL
) STRICT;
CREATE INDEX server_count_name ON server_count (side, lower(name), batch);
CREATE TABLE forward (
	id     INTEGER PRIMARY KEY,
	side   INTEGER NOT NULL,
	name   TEXT NOT NULL,
	target TEXT NOT NULL,
	keeps  INTEGER NOT NULL,
	source TEXT NOT NULL,
	kind   TEXT NOT NULL,
	told   INTEGER NOT NULL
) STRICT;
CREATE INDEX forward_name ON forward (side, name);
CREATE TABLE transfer_said (
	id          INTEGER PRIMARY KEY,
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	at          INTEGER NOT NULL,
	teller      TEXT NOT NULL,
	decision    TEXT,
	owner       TEXT,
	leave_until INTEGER,
	note        TEXT NOT NULL,
	ledger      INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE INDEX transfer_said_transfer ON transfer_said (transfer);
CREATE TABLE expected (
	id     INTEGER PRIMARY KEY,
	name   TEXT NOT NULL,
	active INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	teller TEXT NOT NULL,
	reason TEXT NOT NULL,
	ledger INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE person (
	code TEXT PRIMARY KEY,
	name TEXT UNIQUE
) STRICT, WITHOUT ROWID;
CREATE TABLE item_said (
	id     INTEGER PRIMARY KEY,
	list   TEXT NOT NULL,
	item   TEXT NOT NULL,
	what   INTEGER NOT NULL,
	at     INTEGER NOT NULL,
	teller TEXT NOT NULL,
	owner  TEXT NOT NULL,
	note   TEXT NOT NULL,
	ledger INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE mover_run (
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	began    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	messages INTEGER NOT NULL,
	octets   INTEGER NOT NULL,
	refused  INTEGER NOT NULL,
	PRIMARY KEY (transfer, began)
) STRICT, WITHOUT ROWID;
CREATE TABLE server_seen (
	id          INTEGER PRIMARY KEY,
	run         INTEGER NOT NULL REFERENCES run (id),
	side        INTEGER NOT NULL,
	at          INTEGER NOT NULL,
	host        TEXT NOT NULL,
	port        INTEGER NOT NULL,
	tls         TEXT NOT NULL,
	fingerprint BLOB NOT NULL,
	"key"       BLOB NOT NULL,
	subject     TEXT NOT NULL,
	issuer      TEXT NOT NULL,
	not_before  INTEGER NOT NULL,
	not_after   INTEGER NOT NULL,
	UNIQUE (run, side, host, port, fingerprint)
) STRICT;
CREATE TABLE plan (
	id      INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,
	at      INTEGER NOT NULL,
	teller  TEXT NOT NULL,
	summary TEXT NOT NULL,
	ledger  INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE plan_item (
	plan     INTEGER NOT NULL REFERENCES plan (id),
	seq      INTEGER NOT NULL,
	transfer INTEGER REFERENCES transfer (id),
	class    TEXT NOT NULL,
	folder   TEXT NOT NULL,
	wave     INTEGER NOT NULL,
	amount   INTEGER NOT NULL,
	text     TEXT NOT NULL,
	PRIMARY KEY (plan, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER log_text_no_update BEFORE UPDATE ON log_text BEGIN
	SELECT RAISE(ABORT, 'log_text is append-only');
END;
CREATE TRIGGER log_text_no_delete BEFORE DELETE ON log_text BEGIN
	SELECT RAISE(ABORT, 'log_text is append-only');
END;
CREATE TRIGGER log_file_no_update BEFORE UPDATE ON log_file BEGIN
	SELECT RAISE(ABORT, 'log_file is append-only');
END;
CREATE TRIGGER log_file_no_delete BEFORE DELETE ON log_file BEGIN
	SELECT RAISE(ABORT, 'log_file is append-only');
END;
CREATE TRIGGER own_login_no_update BEFORE UPDATE ON own_login BEGIN
	SELECT RAISE(ABORT, 'own_login is append-only');
END;
CREATE TRIGGER own_login_no_delete BEFORE DELETE ON own_login BEGIN
	SELECT RAISE(ABORT, 'own_login is append-only');
END;
CREATE TRIGGER log_own_no_update BEFORE UPDATE ON log_own BEGIN
	SELECT RAISE(ABORT, 'log_own is append-only');
END;
CREATE TRIGGER log_own_no_delete BEFORE DELETE ON log_own BEGIN
	SELECT RAISE(ABORT, 'log_own is append-only');
END;
CREATE TRIGGER witness_no_update BEFORE UPDATE ON witness BEGIN
	SELECT RAISE(ABORT, 'witness is append-only');
END;
CREATE TRIGGER witness_no_delete BEFORE DELETE ON witness BEGIN
	SELECT RAISE(ABORT, 'witness is append-only');
END;
CREATE TRIGGER server_count_no_update BEFORE UPDATE ON server_count BEGIN
	SELECT RAISE(ABORT, 'server_count is append-only');
END;
CREATE TRIGGER server_count_no_delete BEFORE DELETE ON server_count BEGIN
	SELECT RAISE(ABORT, 'server_count is append-only');
END;
CREATE TRIGGER transfer_said_no_update BEFORE UPDATE ON transfer_said BEGIN
	SELECT RAISE(ABORT, 'transfer_said is append-only');
END;
CREATE TRIGGER transfer_said_no_delete BEFORE DELETE ON transfer_said BEGIN
	SELECT RAISE(ABORT, 'transfer_said is append-only');
END;
CREATE TRIGGER expected_no_update BEFORE UPDATE ON expected BEGIN
	SELECT RAISE(ABORT, 'expected is append-only');
END;
CREATE TRIGGER expected_no_delete BEFORE DELETE ON expected BEGIN
	SELECT RAISE(ABORT, 'expected is append-only');
END;
CREATE TABLE run_pace (
	id       INTEGER PRIMARY KEY,
	run      INTEGER NOT NULL REFERENCES run (id),
	side     INTEGER NOT NULL,
	guard_ms INTEGER NOT NULL,
	hours_ms INTEGER NOT NULL,
	rate_ms  INTEGER NOT NULL,
	hint_ms  INTEGER NOT NULL,
	hints    INTEGER NOT NULL,
	peak     INTEGER NOT NULL,
	slowed   INTEGER NOT NULL
) STRICT;
CREATE INDEX run_pace_run ON run_pace (run);
CREATE TRIGGER run_pace_no_update BEFORE UPDATE ON run_pace BEGIN
	SELECT RAISE(ABORT, 'run_pace is append-only');
END;
CREATE TRIGGER run_pace_no_delete BEFORE DELETE ON run_pace BEGIN
	SELECT RAISE(ABORT, 'run_pace is append-only');
END;
CREATE TRIGGER item_said_no_update BEFORE UPDATE ON item_said BEGIN
	SELECT RAISE(ABORT, 'item_said is append-only');
END;
CREATE TRIGGER item_said_no_delete BEFORE DELETE ON item_said BEGIN
	SELECT RAISE(ABORT, 'item_said is append-only');
END;
CREATE TRIGGER mover_run_no_update BEFORE UPDATE ON mover_run BEGIN
	SELECT RAISE(ABORT, 'mover_run is append-only');
END;
CREATE TRIGGER mover_run_no_delete BEFORE DELETE ON mover_run BEGIN
	SELECT RAISE(ABORT, 'mover_run is append-only');
END;
CREATE TRIGGER plan_no_update BEFORE UPDATE ON plan BEGIN
	SELECT RAISE(ABORT, 'plan is append-only');
END;
CREATE TRIGGER plan_no_delete BEFORE DELETE ON plan BEGIN
	SELECT RAISE(ABORT, 'plan is append-only');
END;
CREATE TRIGGER plan_item_no_update BEFORE UPDATE ON plan_item BEGIN
	SELECT RAISE(ABORT, 'plan_item is append-only');
END;
CREATE TRIGGER plan_item_no_delete BEFORE DELETE ON plan_item BEGIN
	SELECT RAISE(ABORT, 'plan_item is append-only');
END;
CREATE TABLE account_limit (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES run (id),
	account INTEGER NOT NULL REFERENCES account (id),
	at      INTEGER NOT NULL,
	kind    INTEGER NOT NULL,
	name    TEXT NOT NULL,
	used    INTEGER NOT NULL,
	"limit" INTEGER NOT NULL
) STRICT;
CREATE INDEX account_limit_account ON account_limit (account, kind, name);
CREATE INDEX account_limit_run ON account_limit (run);
CREATE TRIGGER account_limit_no_update BEFORE UPDATE ON account_limit BEGIN
	SELECT RAISE(ABORT, 'account_limit is append-only');
END;
CREATE TRIGGER account_limit_no_delete BEFORE DELETE ON account_limit BEGIN
	SELECT RAISE(ABORT, 'account_limit is append-only');
END;
CREATE INDEX folder_foreign ON folder (account) WHERE attrs & 128 <> 0;
CREATE TABLE judgement_past (
	transfer     INTEGER NOT NULL REFERENCES transfer (id),
	run          INTEGER NOT NULL REFERENCES run (id),
	verdict      INTEGER NOT NULL,
	old_messages INTEGER NOT NULL,
	arrived      INTEGER NOT NULL,
	missing      INTEGER NOT NULL,
	unverified   INTEGER NOT NULL,
	loss         INTEGER NOT NULL,
	doubt        INTEGER NOT NULL,
	PRIMARY KEY (transfer, run)
) STRICT, WITHOUT ROWID;
INSERT INTO judgement_past (transfer, run, verdict, old_messages, arrived, missing, unverified,
	loss, doubt) SELECT transfer, run, verdict, old_messages, same + same_weak + changed + refiled,
	missing, old_unverified, loss, doubt FROM judgement;
CREATE TRIGGER judgement_past_no_update BEFORE UPDATE ON judgement_past BEGIN
	SELECT RAISE(ABORT, 'judgement_past is append-only');
END;
CREATE TRIGGER judgement_past_no_delete BEFORE DELETE ON judgement_past BEGIN
	SELECT RAISE(ABORT, 'judgement_past is append-only');
END;
CREATE TABLE record (
	id       INTEGER PRIMARY KEY,
	transfer INTEGER REFERENCES transfer (id),
	kind     INTEGER NOT NULL,
	at       INTEGER NOT NULL,
	told     INTEGER NOT NULL,
	teller   TEXT NOT NULL,
	role     TEXT NOT NULL,
	topic    TEXT NOT NULL,
	digest   BLOB,
	octets   INTEGER NOT NULL,
	note     TEXT NOT NULL,
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN
	SELECT RAISE(ABORT, 'record is append-only');
END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN
	SELECT RAISE(ABORT, 'record is append-only');
END;
CREATE INDEX event_transfer ON event (transfer, kind);
CREATE TRIGGER server_seen_no_update BEFORE UPDATE ON server_seen BEGIN
	SELECT RAISE(ABORT, 'server_seen is append-only');
END;
CREATE TRIGGER server_seen_no_delete BEFORE DELETE ON server_seen BEGIN
	SELECT RAISE(ABORT, 'server_seen is append-only');
END;
CREATE TRIGGER dns_seen_no_update BEFORE UPDATE ON dns_seen BEGIN
	SELECT RAISE(ABORT, 'dns_seen is append-only');
END;
CREATE TRIGGER dns_seen_no_delete BEFORE DELETE ON dns_seen BEGIN
	SELECT RAISE(ABORT, 'dns_seen is append-only');
END;
CREATE TRIGGER waiver_no_update BEFORE UPDATE ON waiver BEGIN
	SELECT RAISE(ABORT, 'waiver is append-only');
END;
CREATE TRIGGER waiver_no_delete BEFORE DELETE ON waiver BEGIN
	SELECT RAISE(ABORT, 'waiver is append-only');
END;
CREATE TRIGGER waived_no_update BEFORE UPDATE ON waived BEGIN
	SELECT RAISE(ABORT, 'waived is append-only');
END;
CREATE TRIGGER waived_no_delete BEFORE DELETE ON waived BEGIN
	SELECT RAISE(ABORT, 'waived is append-only');
END;
CREATE TRIGGER waiver_said_no_update BEFORE UPDATE ON waiver_said BEGIN
	SELECT RAISE(ABORT, 'waiver_said is append-only');
END;
CREATE TRIGGER waiver_said_no_delete BEFORE DELETE ON waiver_said BEGIN
	SELECT RAISE(ABORT, 'waiver_said is append-only');
END;
CREATE TRIGGER approval_no_update BEFORE UPDATE ON approval BEGIN
	SELECT RAISE(ABORT, 'approval is append-only');
END;
CREATE TRIGGER approval_no_delete BEFORE DELETE ON approval BEGIN
	SELECT RAISE(ABORT, 'approval is append-only');
END;
CREATE TABLE purge (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	teller   TEXT NOT NULL,
	reason   TEXT NOT NULL,
	what     INTEGER NOT NULL,
	accounts INTEGER NOT NULL,
	digest   BLOB NOT NULL,
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE TABLE purged (
	purge       INTEGER NOT NULL REFERENCES purge (id),
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	old_account INTEGER REFERENCES account (id),
	new_account INTEGER REFERENCES account (id),
	verdict     INTEGER,
	PRIMARY KEY (purge, transfer)
) STRICT, WITHOUT ROWID;
CREATE TABLE purged_row (
	purge INTEGER NOT NULL REFERENCES purge (id),
	kind  INTEGER NOT NULL,
	"row" INTEGER NOT NULL,
	was   BLOB NOT NULL,
	now   BLOB NOT NULL,
	PRIMARY KEY (purge, kind, "row")
) STRICT, WITHOUT ROWID;
CREATE TRIGGER purge_no_update BEFORE UPDATE ON purge BEGIN
	SELECT RAISE(ABORT, 'purge is append-only');
END;
CREATE TRIGGER purge_no_delete BEFORE DELETE ON purge BEGIN
	SELECT RAISE(ABORT, 'purge is append-only');
END;
CREATE TRIGGER purged_no_update BEFORE UPDATE ON purged BEGIN
	SELECT RAISE(ABORT, 'purged is append-only');
END;
CREATE TRIGGER purged_no_delete BEFORE DELETE ON purged BEGIN
	SELECT RAISE(ABORT, 'purged is append-only');
END;
CREATE TRIGGER purged_row_no_update BEFORE UPDATE ON purged_row BEGIN
	SELECT RAISE(ABORT, 'purged_row is append-only');
END;
CREATE TRIGGER purged_row_no_delete BEFORE DELETE ON purged_row BEGIN
	SELECT RAISE(ABORT, 'purged_row is append-only');
END;

-- Messages that a reading of a folder could not read (folder_seen.outcome 5): they are
-- there, and whoever judges the folder must not take them for known.  Append-only; audit.
CREATE TABLE folder_hole (
	seen   INTEGER NOT NULL REFERENCES folder_seen (id),
	uid    INTEGER NOT NULL,
	octets INTEGER NOT NULL, -- RFC822.SIZE, where that much was told; -1
	"date" INTEGER,          -- INTERNALDATE, likewise; NULL
	words  TEXT NOT NULL,    -- what came instead of it
	PRIMARY KEY (seen, uid)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER folder_hole_no_update BEFORE UPDATE ON folder_hole BEGIN
	SELECT RAISE(ABORT, 'folder_hole is append-only');
END;
CREATE TRIGGER folder_hole_no_delete BEFORE DELETE ON folder_hole BEGIN
	SELECT RAISE(ABORT, 'folder_hole is append-only');
END;

-- Who may do what with a folder, as its server told it (GETACL, RFC 4314), when it differs
-- from the folder's last row.  Append-only; audit.
CREATE TABLE folder_acl (
	id     INTEGER PRIMARY KEY,
	run    INTEGER NOT NULL REFERENCES run (id),
	folder INTEGER NOT NULL REFERENCES folder (id),
	at     INTEGER NOT NULL,
	words  TEXT NOT NULL -- why it is not known, in the server's words; '': it is
) STRICT;
CREATE INDEX folder_acl_folder ON folder_acl (folder);
CREATE INDEX folder_acl_run ON folder_acl (run);

-- The entries of such a list.  Append-only; audit.
CREATE TABLE folder_grant (
	acl    INTEGER NOT NULL REFERENCES folder_acl (id),
	who    TEXT NOT NULL, -- identifier as the server writes it; '-' in front: taken away
	rights TEXT NOT NULL, -- letters, ascending, each once
	PRIMARY KEY (acl, who)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER folder_acl_no_update BEFORE UPDATE ON folder_acl BEGIN
	SELECT RAISE(ABORT, 'folder_acl is append-only');
END;
CREATE TRIGGER folder_acl_no_delete BEFORE DELETE ON folder_acl BEGIN
	SELECT RAISE(ABORT, 'folder_acl is append-only');
END;
CREATE TRIGGER folder_grant_no_update BEFORE UPDATE ON folder_grant BEGIN
	SELECT RAISE(ABORT, 'folder_grant is append-only');
END;
CREATE TRIGGER folder_grant_no_delete BEFORE DELETE ON folder_grant BEGIN
	SELECT RAISE(ABORT, 'folder_grant is append-only');
END;

-- Sets of labels of a server with X-GM-EXT-1 (Gmail).  Append-only; audit.
CREATE TABLE label_set (
	id    INTEGER PRIMARY KEY,
	names BLOB NOT NULL UNIQUE -- decoded, ascending, one a line
) STRICT;

-- Which messages of such a server are one and the same, shown by several folders.  A row
-- for each message when it is known first.  Append-only; audit.
CREATE TABLE message_gmail (
	message INTEGER PRIMARY KEY, -- message.id
	run     INTEGER NOT NULL REFERENCES run (id),
	number  INTEGER NOT NULL,    -- X-GM-MSGID, an unsigned number of 64 bits
	labels  INTEGER NOT NULL REFERENCES label_set (id)
) STRICT;
CREATE INDEX message_gmail_number ON message_gmail (number);
CREATE INDEX message_gmail_run ON message_gmail (run);
CREATE TRIGGER label_set_no_update BEFORE UPDATE ON label_set BEGIN
	SELECT RAISE(ABORT, 'label_set is append-only');
END;
CREATE TRIGGER label_set_no_delete BEFORE DELETE ON label_set BEGIN
	SELECT RAISE(ABORT, 'label_set is append-only');
END;
CREATE TRIGGER message_gmail_no_update BEFORE UPDATE ON message_gmail BEGIN
	SELECT RAISE(ABORT, 'message_gmail is append-only');
END;
CREATE TRIGGER message_gmail_no_delete BEFORE DELETE ON message_gmail BEGIN
	SELECT RAISE(ABORT, 'message_gmail is append-only');
END;

-- Which id a folder has that it keeps when it is renamed (RFC 8474, MAILBOXID), as EXAMINE
-- told it when its messages were read to their end.  A row when it, or UIDVALIDITY, differs
-- from the folder's last row, or when the folder was gone since.  Append-only; audit.
CREATE TABLE folder_objectid (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES run (id),
	folder  INTEGER NOT NULL REFERENCES folder (id),
	epoch   INTEGER NOT NULL REFERENCES folder_epoch (id),
	at      INTEGER NOT NULL,
	mailbox TEXT NOT NULL -- letters, digits, '-' and '_'
) STRICT;
CREATE INDEX folder_objectid_folder ON folder_objectid (folder);
CREATE INDEX folder_objectid_run ON folder_objectid (run);
CREATE TRIGGER folder_objectid_no_update BEFORE UPDATE ON folder_objectid BEGIN
	SELECT RAISE(ABORT, 'folder_objectid is append-only');
END;
CREATE TRIGGER folder_objectid_no_delete BEFORE DELETE ON folder_objectid BEGIN
	SELECT RAISE(ABORT, 'folder_objectid is append-only');
END;
