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
