-- SPDX-License-Identifier: MIT
-- The evidence of one project, schema 2.
--
-- Times are Unix seconds UTC.  Ids are rows of this file and mean nothing outside it.
-- Texts are '' when there is nothing to say; NULL means not known or not there.  Digests
-- are SHA-256 (32 octets), keys the first 16 octets of one.  Values of side, outcome,
-- depth, tier, flags, kind, class, severity and verdict are those of the enums in
-- lib/model, whose order is fixed.  Append-only tables have triggers at the end of this
-- file.

-- What this file is.  Written at creation and by migrations; never loses its form.
CREATE TABLE meta (
	name  TEXT PRIMARY KEY, -- 'schema': a number; 'project': 32 random hex digits
	value TEXT NOT NULL
) STRICT;

-- One execution that gathered evidence or judged it.  Append-only; every stage.
CREATE TABLE run (
	id         INTEGER PRIMARY KEY,
	command    TEXT NOT NULL,    -- 'audit', 'details', 'scan', 'verify'
	scope      TEXT NOT NULL,    -- what was asked for, canonical JSON
	depth      INTEGER NOT NULL,
	started    INTEGER NOT NULL,
	clock_back INTEGER NOT NULL, -- seconds the clock stood before the newest run
	operator   TEXT NOT NULL,    -- who called it; person.code, like every teller
	program    TEXT NOT NULL     -- version of mailmuster
) STRICT;

-- How it ended; no row: still running, stopped or killed.  Append-only; every stage.
CREATE TABLE run_end (
	run        INTEGER PRIMARY KEY REFERENCES run (id),
	at         INTEGER NOT NULL,
	outcome    INTEGER NOT NULL,
	logins     INTEGER NOT NULL, -- counts of the wire, all connections together
	commands   INTEGER NOT NULL,
	waits      INTEGER NOT NULL,
	octets_in  INTEGER NOT NULL,
	octets_out INTEGER NOT NULL,
	reconnects INTEGER NOT NULL,
	note       TEXT NOT NULL,
	digest     BLOB NOT NULL,    -- of what was found: no ids, no times (store_digest.c)
	seen_upto  INTEGER NOT NULL, -- folder_seen.id up to which digest looks
	ledger     INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- How a run treated one server: why and for how long it left it alone, and how many
-- connections it had at most.  One row for each stretch of the run.  Append-only; audit,
-- scan, details.
CREATE TABLE run_pace (
	id       INTEGER PRIMARY KEY,
	run      INTEGER NOT NULL REFERENCES run (id),
	side     INTEGER NOT NULL,
	guard_ms INTEGER NOT NULL, -- at least one connection waited: for the load guard
	hours_ms INTEGER NOT NULL, -- for the end of "not_during"
	rate_ms  INTEGER NOT NULL, -- for --rate
	hint_ms  INTEGER NOT NULL, -- because the server asked for patience
	hints    INTEGER NOT NULL, -- how often it did
	peak     INTEGER NOT NULL, -- connections in use at once
	slowed   INTEGER NOT NULL  -- highest level of the load guard; 0: none
) STRICT;
CREATE INDEX run_pace_run ON run_pace (run);

-- The hash chain over runs and what persons said.  Append-only; store_ledger.c alone.
CREATE TABLE ledger (
	seq     INTEGER PRIMARY KEY, -- from 1, without a gap
	time    INTEGER NOT NULL,
	actor   TEXT NOT NULL,       -- person.code of who did it; a name in old entries
	kind    TEXT NOT NULL,       -- 'run', 'run-resumed', 'accept', ...
	payload TEXT NOT NULL,       -- canonical JSON
	prev    BLOB NOT NULL,       -- hash of the entry before; 32 zeros in the first
	hash    BLOB NOT NULL        -- of all of these and the project id
) STRICT;

-- One login with its mail on one side.  Current state; accounts import.
CREATE TABLE account (
	id            INTEGER PRIMARY KEY,
	side          INTEGER NOT NULL,
	"user"        TEXT NOT NULL,    -- login name
	access        INTEGER NOT NULL, -- 0 normal, 1 nobody may open it
	access_reason TEXT,
	tree          TEXT NOT NULL DEFAULT '', -- of a shared tree: only what lies there is its mail
	seen_from     INTEGER NOT NULL DEFAULT 0, -- rows of account_seen up to this one are of another tree
	UNIQUE (side, "user")
) STRICT;

-- What is to move where.  Current state; accounts import.
CREATE TABLE transfer (
	id          INTEGER PRIMARY KEY,
	name        TEXT NOT NULL,        -- as in accounts.csv
	name_fold   TEXT NOT NULL UNIQUE, -- case folded
	old_account INTEGER REFERENCES account (id),
	new_account INTEGER REFERENCES account (id),
	new_prefix  TEXT NOT NULL,        -- folder below which the mail arrives
	kind        TEXT NOT NULL,        -- 'user', 'service', ...
	decision    TEXT NOT NULL,        -- 'migrate', 'archive', ...; '' is open
	owner       TEXT NOT NULL,
	address     TEXT NOT NULL,
	aliases     TEXT NOT NULL,
	logins      TEXT NOT NULL,
	addresses   TEXT NOT NULL,
	wave        TEXT NOT NULL,
	note        TEXT NOT NULL,
	gone        INTEGER NOT NULL      -- 1: no longer in accounts.csv
) STRICT;

-- What happened to a transfer.  Append-only; people and movers' logs.
CREATE TABLE event (
	id       INTEGER PRIMARY KEY,
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	kind     TEXT NOT NULL,    -- 'presync', 'freeze', 'cutover', 'seal', ...
	at       INTEGER NOT NULL, -- when it happened
	told     INTEGER NOT NULL, -- when it was recorded
	teller   TEXT NOT NULL,    -- who said so
	note     TEXT NOT NULL
) STRICT;
CREATE INDEX event_transfer ON event (transfer, kind);

-- What servers say of themselves; kept once, for thousands of accounts say the same.
-- Audit.
CREATE TABLE banner (
	id         INTEGER PRIMARY KEY,
	capability TEXT NOT NULL, -- after login
	server_id  TEXT NOT NULL, -- answer to ID
	UNIQUE (capability, server_id)
) STRICT;

-- Newest listing of an account.  Current state; audit.
CREATE TABLE account_listing (
	account INTEGER PRIMARY KEY REFERENCES account (id),
	run     INTEGER NOT NULL REFERENCES run (id),
	at      INTEGER NOT NULL,
	folders INTEGER NOT NULL,
	digest  BLOB NOT NULL,    -- of prefix, delim; wire, delim, attrs of each folder
	prefix  TEXT NOT NULL,    -- personal namespace, wire form
	delim   INTEGER NOT NULL, -- octet; 0 for NIL
	banner  INTEGER NOT NULL REFERENCES banner (id),
	rights  TEXT NOT NULL DEFAULT '' -- of the login on INBOX (MYRIGHTS); '': not told
) STRICT;

-- How the reading of an account ended.  Append-only; audit, one row per account and run
-- (another when a continued run tries an account again; the newest counts).
CREATE TABLE account_seen (
	id           INTEGER PRIMARY KEY,
	run          INTEGER NOT NULL REFERENCES run (id),
	account      INTEGER NOT NULL REFERENCES account (id),
	at           INTEGER NOT NULL,
	outcome      INTEGER NOT NULL,
	depth        INTEGER NOT NULL,
	folders      INTEGER NOT NULL, -- listed
	folders_read INTEGER NOT NULL,
	messages     INTEGER NOT NULL,
	listing      BLOB,             -- account_listing.digest; NULL: not listed to the end
	tls          TEXT NOT NULL,    -- 'TLSv1.3', 'none'
	error        TEXT NOT NULL
) STRICT;
CREATE INDEX account_seen_account ON account_seen (account);
CREATE INDEX account_seen_run ON account_seen (run, account);

-- What an account may hold, as its server told when it was listed: quota of its INBOX,
-- and the largest message that each folder takes.  A row when something differs from the
-- last row of the same kind and name.  Append-only; audit.
CREATE TABLE account_limit (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES run (id),
	account INTEGER NOT NULL REFERENCES account (id),
	at      INTEGER NOT NULL,
	kind    INTEGER NOT NULL, -- enum limit_kind
	name    TEXT NOT NULL,    -- quota root, or folder.wire; '': no root at all
	used    INTEGER NOT NULL, -- octets, messages or folders; -1: not told
	"limit" INTEGER NOT NULL  -- likewise; -1: none
) STRICT;
CREATE INDEX account_limit_account ON account_limit (account, kind, name);
CREATE INDEX account_limit_run ON account_limit (run);

-- A mailbox.  Current state, history in folder_change; audit.
CREATE TABLE folder (
	id         INTEGER PRIMARY KEY,
	account    INTEGER NOT NULL REFERENCES account (id),
	wire       BLOB NOT NULL,    -- name as the server sends it
	name       TEXT NOT NULL,    -- decoded, NFC
	delim      INTEGER NOT NULL, -- octet; 0 for NIL
	attrs      INTEGER NOT NULL, -- FOLDER_STABLE_MASK of FOLDER_*
	first_run  INTEGER NOT NULL, -- run that saw it first
	gone_run   INTEGER,          -- run whose listing no longer had it
	proven_run INTEGER,          -- newest run that found it as the newest
	proven_at  INTEGER,          -- folder_seen deeper than counts says
	UNIQUE (account, wire)
) STRICT;
CREATE INDEX folder_foreign ON folder (account) WHERE attrs & 128 <> 0;

-- Before and after of a folder: attrs + delim << 32; NULL: not there.  Append-only;
-- audit.
CREATE TABLE folder_change (
	id     INTEGER PRIMARY KEY,
	run    INTEGER NOT NULL REFERENCES run (id),
	folder INTEGER NOT NULL REFERENCES folder (id),
	before INTEGER,
	after  INTEGER
) STRICT;
CREATE INDEX folder_change_run ON folder_change (run);

-- A folder under one UIDVALIDITY: as long as it stands, a UID is one message, unless
-- another folder with it takes the name (store_witness.h).
-- Append-only; audit.
CREATE TABLE folder_epoch (
	id          INTEGER PRIMARY KEY,
	folder      INTEGER NOT NULL REFERENCES folder (id),
	uidvalidity INTEGER NOT NULL,
	first_run   INTEGER NOT NULL,
	UNIQUE (folder, uidvalidity)
) STRICT;

-- How the reading of a folder ended, when something differs from the row before.
-- Append-only; audit.
CREATE TABLE folder_seen (
	id            INTEGER PRIMARY KEY,
	run           INTEGER NOT NULL REFERENCES run (id),
	folder        INTEGER NOT NULL REFERENCES folder (id),
	epoch         INTEGER REFERENCES folder_epoch (id), -- NULL: never opened
	at            INTEGER NOT NULL,
	outcome       INTEGER NOT NULL,
	depth         INTEGER NOT NULL,
	uidvalidity   INTEGER NOT NULL, -- 0: not told
	uidnext       INTEGER NOT NULL, -- 0: not told
	modseq        INTEGER NOT NULL, -- HIGHESTMODSEQ; -1: not told
	messages      INTEGER NOT NULL, -- EXISTS; -1: not told
	octets        INTEGER NOT NULL, -- sum of RFC822.SIZE; -1: not known
	messages_read INTEGER NOT NULL, -- really read by that run
	took_ms       INTEGER NOT NULL,
	digest        BLOB,             -- of block numbers and digests; NULL unless read
	error_class   INTEGER NOT NULL, -- enum err_class
	error         TEXT NOT NULL
) STRICT;
CREATE INDEX folder_seen_folder ON folder_seen (folder);
CREATE INDEX folder_seen_run ON folder_seen (run);

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

-- How far a run has come in a folder; a killed run goes on from here.  Dropped at its
-- end; audit.
CREATE TABLE folder_progress (
	epoch    INTEGER PRIMARY KEY REFERENCES folder_epoch (id),
	run      INTEGER NOT NULL REFERENCES run (id),
	modseq   INTEGER NOT NULL, -- HIGHESTMODSEQ when it began; -1: not told
	done_uid INTEGER NOT NULL  -- every message up to this UID is stored
) STRICT;

-- Messages as they were last read.  Current state, history in message_change; audit.  No
-- foreign keys: they would cost as much as the insert, and no parent row is ever
-- deleted.
CREATE TABLE message (
	id          INTEGER PRIMARY KEY, -- folder_epoch.id << 32 | UID
	"key"       BLOB NOT NULL,       -- identity
	tier        INTEGER NOT NULL,    -- how key was made
	octets      INTEGER NOT NULL,    -- RFC822.SIZE; -1: not read
	"date"      INTEGER,             -- INTERNALDATE; NULL: none, or no date
	flags       INTEGER NOT NULL,    -- MSG_*
	keyword_set INTEGER NOT NULL,    -- keyword_set.id; 0: none
	first_run   INTEGER NOT NULL,    -- run that saw it first
	gone_run    INTEGER              -- run that no longer saw it
) STRICT;

-- What changed in a known message.  Append-only; audit.  before and after hold the facts
-- that differ: one octet of bits, then each fact whose bit is set, big-endian: 1 tier
-- and key (17 octets), 2 octets (8), 4 date (8; the least number for none), 8 flags
-- (1), 16 keyword set (8).  NULL: not there.
CREATE TABLE message_change (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL,
	message INTEGER NOT NULL, -- message.id
	before  BLOB,
	after   BLOB
) STRICT;
CREATE INDEX message_change_run ON message_change (run);
CREATE INDEX message_change_message ON message_change (message);

-- Digest over the present messages of 1,024 UIDs; no row when there are none.  Audit.
-- Canonical form: uid (4 octets), key (16), tier (1), octets (8), date (8), flags (1),
-- length (4) and text of the keywords, sorted and joined with blanks; big-endian,
-- ascending by uid.
CREATE TABLE message_block (
	epoch  INTEGER NOT NULL, -- folder_epoch.id
	block  INTEGER NOT NULL, -- uid >> 10
	digest BLOB NOT NULL,
	PRIMARY KEY (epoch, block)
) STRICT, WITHOUT ROWID;

-- Message-ID of messages on the old side; it finds a lost message in a backup.  Audit.
CREATE TABLE message_id (
	message INTEGER PRIMARY KEY, -- message.id
	text    TEXT NOT NULL        -- normalised
) STRICT;

-- Sets of keywords.  Append-only; audit.
CREATE TABLE keyword_set (
	id    INTEGER PRIMARY KEY,
	names BLOB NOT NULL UNIQUE -- sorted by octets, joined with one blank
) STRICT;

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

-- What was looked up of a message that a finding may name: header fields, decoded; then,
-- where more was wanted, what its header and body are made of.  Audit, when verify wants
-- it.
CREATE TABLE message_detail (
	message       INTEGER PRIMARY KEY, -- message.id
	run           INTEGER NOT NULL REFERENCES run (id),
	sender        TEXT,    -- From
	sent          TEXT,    -- Date
	subject       TEXT,
	message_id    TEXT,
	retry_key     BLOB,    -- tier 2 key; NULL: the fields give none
	fields        TEXT,    -- "Name:OCTETS:HASH" a line (mime_fields.h)
	header_octets INTEGER, -- with the empty line, as sent
	body_octets   INTEGER, -- as sent
	body_key      BLOB,    -- of the canonical body (mime_body.h)
	crlf          INTEGER, -- line ends of the body, as sent
	bare_lf       INTEGER,
	bare_cr       INTEGER,
	failed        TEXT NOT NULL DEFAULT '' -- why the newest look failed
) STRICT;

-- Verdict of the newest verify run on a transfer.  Replaced; verify.
CREATE TABLE judgement (
	transfer       INTEGER PRIMARY KEY REFERENCES transfer (id),
	run            INTEGER NOT NULL REFERENCES run (id),
	verdict        INTEGER NOT NULL,
	old_run        INTEGER REFERENCES run (id), -- audit runs used; NULL: none
	new_run        INTEGER REFERENCES run (id),
	old_seen       INTEGER NOT NULL, -- when they read the account
	new_seen       INTEGER NOT NULL,
	depth          INTEGER NOT NULL, -- the lesser of both sides
	flags_compared INTEGER NOT NULL, -- 0: no flags, or another identity's
	old_messages   INTEGER NOT NULL, -- counts as in pair, all pairs together
	new_messages   INTEGER NOT NULL,
	same           INTEGER NOT NULL,
	same_weak      INTEGER NOT NULL,
	changed        INTEGER NOT NULL,
	refiled        INTEGER NOT NULL,
	missing        INTEGER NOT NULL,
	extra          INTEGER NOT NULL,
	old_unverified INTEGER NOT NULL,
	new_unverified INTEGER NOT NULL,
	flags          INTEGER NOT NULL,
	keywords       INTEGER NOT NULL,
	dates          INTEGER NOT NULL,
	octets         INTEGER NOT NULL,
	loss           INTEGER NOT NULL, -- findings by severity
	doubt          INTEGER NOT NULL,
	info           INTEGER NOT NULL,
	folders_old    INTEGER NOT NULL,
	folders_new    INTEGER NOT NULL,
	folders_unread INTEGER NOT NULL,
	note           TEXT NOT NULL,
	removed        INTEGER NOT NULL DEFAULT 0, -- as in pair
	content        INTEGER NOT NULL DEFAULT 0,
	accepted       INTEGER NOT NULL DEFAULT 0, -- findings of loss or doubt, accepted
	seal           INTEGER NOT NULL DEFAULT 0, -- seal.id of the baseline; 0: none
	bias           INTEGER NOT NULL DEFAULT 0, -- as in pair
	contents       INTEGER NOT NULL DEFAULT 0, -- messages compared as a whole
	sample_read    INTEGER NOT NULL DEFAULT 0, -- of a sample: compared
	sample_unread  INTEGER NOT NULL DEFAULT 0, -- of a sample: could not be compared
	sample_differ  INTEGER NOT NULL DEFAULT 0  -- of sample_read
) STRICT;

-- Figures of a judgement as each verify left them, where one is another than in the row
-- before of the same transfer: how things came to be as they are.  Append-only; verify.
CREATE TABLE judgement_past (
	transfer     INTEGER NOT NULL REFERENCES transfer (id),
	run          INTEGER NOT NULL REFERENCES run (id),
	verdict      INTEGER NOT NULL,
	old_messages INTEGER NOT NULL, -- as in judgement
	arrived      INTEGER NOT NULL, -- of them: with a partner, or with one that was removed
	missing      INTEGER NOT NULL,
	unverified   INTEGER NOT NULL,
	loss         INTEGER NOT NULL,
	doubt        INTEGER NOT NULL,
	PRIMARY KEY (transfer, run)
) STRICT, WITHOUT ROWID;

-- Which folder was compared with which.  Replaced; verify.
CREATE TABLE pair (
	id             INTEGER PRIMARY KEY,
	transfer       INTEGER NOT NULL REFERENCES transfer (id),
	kind           INTEGER NOT NULL,
	old_folder     INTEGER REFERENCES folder (id),
	new_folder     INTEGER REFERENCES folder (id),
	old_name       TEXT NOT NULL,    -- common form
	new_name       TEXT NOT NULL,
	old_messages   INTEGER NOT NULL, -- present on that side
	new_messages   INTEGER NOT NULL,
	same           INTEGER NOT NULL, -- messages by verdict
	same_weak      INTEGER NOT NULL,
	changed        INTEGER NOT NULL,
	refiled        INTEGER NOT NULL,
	missing        INTEGER NOT NULL,
	extra          INTEGER NOT NULL,
	old_unverified INTEGER NOT NULL,
	new_unverified INTEGER NOT NULL,
	flags          INTEGER NOT NULL, -- of changed: how many differ in that fact
	keywords       INTEGER NOT NULL,
	dates          INTEGER NOT NULL,
	octets         INTEGER NOT NULL,
	note           TEXT NOT NULL,
	removed        INTEGER NOT NULL DEFAULT 0, -- old side: delivered, gone since
	content        INTEGER NOT NULL DEFAULT 0, -- a fact, like flags
	bias           INTEGER NOT NULL DEFAULT 0  -- octets by which most messages grew
) STRICT;
CREATE INDEX pair_transfer ON pair (transfer);

-- One judged fact.  Replaced; verify.
CREATE TABLE finding (
	id          INTEGER PRIMARY KEY,
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	class       INTEGER NOT NULL,
	severity    INTEGER NOT NULL,
	side        INTEGER NOT NULL,
	folder      TEXT NOT NULL,    -- common form; '' for the whole account
	other       TEXT NOT NULL,    -- the other folder, when there is one
	epoch       INTEGER NOT NULL, -- folder_epoch.id; 0: not a message
	uid         INTEGER NOT NULL,
	tier        INTEGER NOT NULL,
	"key"       BLOB NOT NULL,
	octets      INTEGER NOT NULL, -- -1: not known
	"date"      INTEGER,          -- NULL: not known
	old_fact    TEXT NOT NULL,    -- what differs, for people
	new_fact    TEXT NOT NULL,
	explanation TEXT NOT NULL,    -- sentences
	fingerprint BLOB NOT NULL,    -- the same next week
	why         INTEGER NOT NULL DEFAULT 0, -- enum why
	n           INTEGER NOT NULL DEFAULT 1, -- messages that it speaks for
	fold        INTEGER NOT NULL DEFAULT 0, -- equal ones may be summed up
	accepted    INTEGER NOT NULL DEFAULT 0  -- acceptance.id; 0: none
) STRICT;
CREATE INDEX finding_transfer ON finding (transfer);

-- A message that found no partner in its folder pair.  Replaced; verify.
CREATE TABLE leftover (
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	side        INTEGER NOT NULL,
	message     INTEGER NOT NULL, -- message.id
	pair        INTEGER NOT NULL REFERENCES pair (id),
	"key"       BLOB NOT NULL,    -- as in message when it was judged
	tier        INTEGER NOT NULL,
	octets      INTEGER NOT NULL,
	"date"      INTEGER,
	flags       INTEGER NOT NULL,
	keyword_set INTEGER NOT NULL,
	PRIMARY KEY (transfer, side, message)
) STRICT, WITHOUT ROWID;
CREATE INDEX leftover_pair ON leftover (pair);

-- Messages of which verify wants to know more than that they are left over.  Replaced;
-- verify.
CREATE TABLE want (
	transfer INTEGER NOT NULL,
	side     INTEGER NOT NULL,
	message  INTEGER NOT NULL, -- message.id
	what     INTEGER NOT NULL, -- enum want
	PRIMARY KEY (transfer, side, message, what)
) STRICT, WITHOUT ROWID;

-- A leftover whose partner is left over in another transfer: it was delivered to the
-- wrong account.  Replaced; verify, after all transfers were judged.
CREATE TABLE elsewhere (
	transfer INTEGER NOT NULL, -- as in leftover
	side     INTEGER NOT NULL,
	message  INTEGER NOT NULL, -- message.id
	other    TEXT NOT NULL,    -- name of the other transfer
	folder   TEXT NOT NULL,    -- common form, there
	PRIMARY KEY (transfer, side, message)
) STRICT, WITHOUT ROWID;

-- When a finding was first and last made; a finding is known by its fingerprint.  Never
-- emptied: what is new since last week, and what is over.  Verify.
CREATE TABLE finding_life (
	fingerprint BLOB PRIMARY KEY,
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	first_run   INTEGER NOT NULL REFERENCES run (id),
	last_run    INTEGER NOT NULL REFERENCES run (id)
) STRICT, WITHOUT ROWID;

-- The baseline of a transfer: both sides as they were after the last pass, before users
-- enter.  The newest counts.  Append-only; cli, after an audit.
CREATE TABLE seal (
	id       INTEGER PRIMARY KEY,
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	at       INTEGER NOT NULL,
	old_run  INTEGER NOT NULL REFERENCES run (id), -- newest run of either side that the
	new_run  INTEGER NOT NULL REFERENCES run (id), -- baseline shows; later ones do not
	sound    INTEGER NOT NULL, -- 0: note says what is wrong with it
	teller   TEXT NOT NULL,
	note     TEXT NOT NULL
) STRICT;
CREATE INDEX seal_transfer ON seal (transfer);

-- A folder at the seal.  UIDs at or above uidnext arrived afterwards.  Append-only.
CREATE TABLE seal_folder (
	seal     INTEGER NOT NULL REFERENCES seal (id),
	folder   INTEGER NOT NULL REFERENCES folder (id),
	epoch    INTEGER NOT NULL, -- folder_epoch.id; 0: holds no mail
	uidnext  INTEGER NOT NULL, -- 0: not told; then the highest UID counts
	messages INTEGER NOT NULL,
	PRIMARY KEY (seal, folder)
) STRICT, WITHOUT ROWID;

-- A loss that a person took, for good.  It covers the findings that stood at the moment,
-- and no other.  Append-only.
CREATE TABLE acceptance (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	teller   TEXT NOT NULL,    -- who accepts
	reason   TEXT NOT NULL,
	what     TEXT NOT NULL,    -- canonical JSON: how they were chosen
	findings INTEGER NOT NULL,
	messages INTEGER NOT NULL, -- measured size
	octets   INTEGER NOT NULL,
	digest   BLOB NOT NULL,    -- SHA-256 over their fingerprints, ascending
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- The findings of an acceptance.  Append-only.
CREATE TABLE accepted (
	fingerprint BLOB PRIMARY KEY,
	acceptance  INTEGER NOT NULL REFERENCES acceptance (id)
) STRICT, WITHOUT ROWID;

-- What a mover's log says that it did not copy.  Append-only; event import.
CREATE TABLE mover_note (
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	folder   BLOB NOT NULL,    -- old folder, as the server sends its name
	uid      INTEGER NOT NULL, -- 0: the whole folder
	at       INTEGER NOT NULL, -- when that run began; 0: the log does not say
	why      INTEGER NOT NULL, -- enum why
	text     TEXT NOT NULL,    -- what the server said, or the pattern
	PRIMARY KEY (transfer, folder, uid, at, why)
) STRICT, WITHOUT ROWID;

-- A message that was read as a whole: what was seen of it (struct body_facts of
-- lib/model/body.h).  Append-only; audit, when it scans.  The newest row of a message
-- counts.
CREATE TABLE body_seen (
	message    INTEGER NOT NULL, -- message.id
	run        INTEGER NOT NULL, -- run.id; not looked up, a tenth of the row's time
	read       INTEGER NOT NULL, -- 1: all of it came; 0: words says why not
	announced  INTEGER NOT NULL, -- RFC822.SIZE; -1: not told
	octets     INTEGER NOT NULL, -- that came; -1: none
	lines      INTEGER NOT NULL, -- LFs
	bare_lf    INTEGER NOT NULL, -- without CR
	symptoms   INTEGER NOT NULL, -- bits: 1 << enum symptom
	header_key BLOB NOT NULL,    -- of the canonical header
	body_key   BLOB NOT NULL,    -- of the canonical body
	words      TEXT NOT NULL,
	PRIMARY KEY (message, run)
) STRICT, WITHOUT ROWID;
CREATE INDEX body_seen_run ON body_seen (run);
CREATE INDEX body_seen_bad ON body_seen (message)
	WHERE symptoms <> 0 OR read = 0 OR octets <> announced;

-- How a folder answered while it was scanned.  Append-only; audit, when it scans.
CREATE TABLE folder_scan (
	id         INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL REFERENCES run (id),
	folder     INTEGER NOT NULL REFERENCES folder (id),
	examine_ms INTEGER NOT NULL, -- -1: it could not be opened
	messages   INTEGER NOT NULL, -- that were asked for
	octets     INTEGER NOT NULL, -- that came
	took_ms    INTEGER NOT NULL, -- for all of them
	gap_ms     INTEGER NOT NULL, -- the longest time without an octet
	gap_uid    INTEGER NOT NULL, -- the message that came behind it; 0: none
	error      TEXT NOT NULL     -- why it was not scanned to its end; ''
) STRICT;
CREATE INDEX folder_scan_folder ON folder_scan (folder);
CREATE INDEX folder_scan_run ON folder_scan (run);

-- A random sample of a side that a scan chose: the messages whose rank (sample_rank of
-- lib/model/sample.h) is no higher.  Append-only; audit, when it scans.
CREATE TABLE scan_sample (
	run      INTEGER NOT NULL REFERENCES run (id),
	side     INTEGER NOT NULL,
	seed     INTEGER NOT NULL,
	rank     INTEGER NOT NULL, -- an unsigned number of 64 bits
	messages INTEGER NOT NULL, -- that the side held
	chosen   INTEGER NOT NULL,
	PRIMARY KEY (run, side)
) STRICT, WITHOUT ROWID;

-- Words of logs, as they were written: names, addresses, hosts, client programs; each
-- once.  Append-only; audit of logs.
CREATE TABLE log_text (
	id   INTEGER PRIMARY KEY, -- 1: the empty text
	text BLOB NOT NULL UNIQUE
) STRICT;

-- One reading of one log.  Append-only; audit of logs.
CREATE TABLE log_file (
	id         INTEGER PRIMARY KEY,
	run        INTEGER NOT NULL REFERENCES run (id),
	side       INTEGER NOT NULL,
	path       TEXT NOT NULL,
	packing    TEXT NOT NULL,    -- 'plain', 'gzip', ...
	octets     INTEGER NOT NULL, -- unpacked
	lines      INTEGER NOT NULL,
	events     INTEGER NOT NULL, -- logins, failures, deliveries, ends of sessions
	other      INTEGER NOT NULL, -- of a mail server, and no event
	not_ours   INTEGER NOT NULL,
	malformed  INTEGER NOT NULL,
	timeless   INTEGER NOT NULL, -- events whose time is none or cannot be
	logins     INTEGER NOT NULL,
	deliveries INTEGER NOT NULL,
	fresh      INTEGER NOT NULL, -- events that no earlier reading had counted
	own        INTEGER NOT NULL, -- logins that were ours
	first      INTEGER,          -- time of its first and last line
	last       INTEGER,
	year       INTEGER NOT NULL, -- inferred for the first line without one; 0: none
	follows    INTEGER NOT NULL, -- 1: on the file read before, by rotation
	note       TEXT NOT NULL     -- cut, damaged, garbage behind it
) STRICT;
CREATE INDEX log_file_run ON log_file (run);

-- Who wrote lines: a host, and which program.  Current state; audit of logs.
CREATE TABLE log_source (
	id         INTEGER PRIMARY KEY,
	side       INTEGER NOT NULL,
	host       INTEGER NOT NULL REFERENCES log_text (id),
	program    INTEGER NOT NULL, -- enum log_program; 0: none we know
	first      INTEGER NOT NULL,
	last       INTEGER NOT NULL,
	logins     INTEGER NOT NULL, -- lines of it that were logins, also read again
	deliveries INTEGER NOT NULL,
	UNIQUE (side, host, program)
) STRICT;

-- From when to when the log of a host is whole: from its first line to its last, over
-- rotations that follow each other.  Current state, disjoint; audit of logs.
CREATE TABLE log_span (
	side  INTEGER NOT NULL,
	host  INTEGER NOT NULL REFERENCES log_text (id),
	first INTEGER NOT NULL,
	last  INTEGER NOT NULL,
	PRIMARY KEY (side, host, first)
) STRICT, WITHOUT ROWID;

-- Lines of a source in an hour; of several readings the one that saw most.  Audit of
-- logs.
CREATE TABLE log_hour (
	source INTEGER NOT NULL REFERENCES log_source (id),
	hour   INTEGER NOT NULL, -- since 1970
	lines  INTEGER NOT NULL,
	PRIMARY KEY (source, hour)
) STRICT, WITHOUT ROWID;

-- Which events are counted, so that none counts twice: hours one behind the other, 48
-- bits of a keyed hash for each event, the same one as often as it happened
-- (lib/store/store_log_hashes.h).  Behind the hours stand minutes of those that are full
-- (audit/audit_logs_hours.c).  Audit of logs.
CREATE TABLE log_seen (
	side   INTEGER NOT NULL,
	hour   INTEGER NOT NULL, -- since 1970; the first one of the row
	hashes BLOB NOT NULL,
	PRIMARY KEY (side, hour)
) STRICT;

-- What a name of the logs did, by day; a name with many uses has several rows.  Current
-- state; audit of logs.
CREATE TABLE log_use (
	side   INTEGER NOT NULL,
	name   INTEGER NOT NULL REFERENCES log_text (id),
	"from" BLOB NOT NULL, -- empty: its first row; else the key of the first use in it
	-- Ascending by key, big-endian.  The key: octet of enum log_use, octet of enum
	-- log_protocol, then log_text.id in 4 octets each of the client's address or of
	-- who sent the message, of the address it was first sent to, of the client's
	-- program.  Behind it an octet of LOG_TRAIT_*, 8 octets of how often, 4 each of
	-- its first and last time, of the number of days and of their octets, and the
	-- days (lib/store/store_log_days.h).
	uses   BLOB NOT NULL,
	PRIMARY KEY (side, name, "from")
) STRICT;

-- Logins that we made ourselves: by an audit, a look, a beat.  Append-only; audit.
CREATE TABLE own_login (
	id      INTEGER PRIMARY KEY,
	side    INTEGER NOT NULL,
	"user"  TEXT NOT NULL,    -- whose mail was opened
	at      INTEGER NOT NULL,
	address TEXT NOT NULL,    -- ours, as this machine sees it; '': not known
	beat    INTEGER NOT NULL  -- 1: to prove that the log is written
) STRICT;
CREATE INDEX own_login_at ON own_login (side, at);

-- Which lines of logs they were.  Append-only; audit of logs.
CREATE TABLE log_own (
	login   INTEGER NOT NULL REFERENCES own_login (id),
	"use"   INTEGER NOT NULL, -- enum log_use
	at      INTEGER NOT NULL, -- as the log says
	address INTEGER NOT NULL REFERENCES log_text (id),
	PRIMARY KEY (login, "use")
) STRICT, WITHOUT ROWID;

-- What others know of an account's last use: lists of servers and directories.
-- Append-only; logs import.
CREATE TABLE witness (
	id     INTEGER PRIMARY KEY,
	side   INTEGER NOT NULL,
	name   TEXT NOT NULL,    -- login or address, as in the list
	at     INTEGER NOT NULL, -- last login; 0: never, says the list
	source TEXT NOT NULL,    -- which list
	told   INTEGER NOT NULL
) STRICT;
CREATE INDEX witness_name ON witness (side, name);

-- How much an account or folder holds, as the server's own tools told it: a witness of
-- how much there was to read.  Append-only; import counts.
CREATE TABLE server_count (
	id       INTEGER PRIMARY KEY,
	batch    INTEGER NOT NULL, -- which import: of a name only the last one counts
	side     INTEGER NOT NULL,
	name     TEXT NOT NULL,    -- login or address, as in the list
	folder   TEXT NOT NULL,    -- as in the list; '': the whole account
	messages INTEGER NOT NULL, -- -1: not told
	octets   INTEGER NOT NULL, -- -1: not told
	source   TEXT NOT NULL,    -- which list
	line     INTEGER NOT NULL, -- of it, from 1
	told     INTEGER NOT NULL
) STRICT;
CREATE INDEX server_count_name ON server_count (side, lower(name), batch);

-- Where mail to a name goes: .forward, sieve, alias and virtual maps.  Replaced by
-- source; logs import.
CREATE TABLE forward (
	id     INTEGER PRIMARY KEY,
	side   INTEGER NOT NULL,
	name   TEXT NOT NULL,
	target TEXT NOT NULL,
	keeps  INTEGER NOT NULL, -- 1: a copy stays in the mailbox
	source TEXT NOT NULL,    -- the file
	kind   TEXT NOT NULL,    -- 'forward', 'sieve', 'alias', 'virtual'
	told   INTEGER NOT NULL
) STRICT;
CREATE INDEX forward_name ON forward (side, name);

-- What a person decided of an account; the newest counts, over accounts.csv.
-- Append-only; cli.
CREATE TABLE transfer_said (
	id          INTEGER PRIMARY KEY,
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	at          INTEGER NOT NULL,
	teller      TEXT NOT NULL,
	decision    TEXT,    -- NULL: not said
	owner       TEXT,
	leave_until INTEGER, -- until when it may still use the old side
	note        TEXT NOT NULL,
	ledger      INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE INDEX transfer_said_transfer ON transfer_said (transfer);

-- Names whose use is expected and says nothing of people: monitoring, canary, cron to
-- root.  Append-only, a later one of the same name may take it back; cli.
CREATE TABLE expected (
	id     INTEGER PRIMARY KEY,
	name   TEXT NOT NULL,    -- as in logs; may end in *
	active INTEGER NOT NULL, -- 0: taken back
	at     INTEGER NOT NULL,
	teller TEXT NOT NULL,
	reason TEXT NOT NULL,
	ledger INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- Who is meant where the ledger and rows that nobody can edit name a code: the only place
-- where those names stand.  A name that is forgotten leaves its code, and the chain is
-- whole all the same.  Current state; store_person.c alone.
CREATE TABLE person (
	code TEXT PRIMARY KEY, -- 'p' and 16 random hex digits
	name TEXT UNIQUE       -- NULL: forgotten
) STRICT, WITHOUT ROWID;

-- What a person said of an item of a checklist; the newest of a kind counts.
-- Append-only; cli.
CREATE TABLE item_said (
	id     INTEGER PRIMARY KEY,
	list   TEXT NOT NULL,
	item   TEXT NOT NULL,
	what   INTEGER NOT NULL, -- enum item_word
	at     INTEGER NOT NULL,
	teller TEXT NOT NULL,    -- person.code
	owner  TEXT NOT NULL,    -- person.code of whom it was given to; ''
	note   TEXT NOT NULL,
	ledger INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- One execution of a mover for a transfer, as its log tells; how fast it went.
-- Append-only; event import.
CREATE TABLE mover_run (
	transfer INTEGER NOT NULL REFERENCES transfer (id),
	began    INTEGER NOT NULL,
	ended    INTEGER NOT NULL,
	messages INTEGER NOT NULL, -- copied
	octets   INTEGER NOT NULL, -- of them
	refused  INTEGER NOT NULL,
	PRIMARY KEY (transfer, began)
) STRICT, WITHOUT ROWID;

-- A plan that was kept; of each kind the newest counts.  Append-only; plan.
CREATE TABLE plan (
	id      INTEGER PRIMARY KEY,
	kind    TEXT NOT NULL,    -- 'oversized', 'fit', 'pilot', 'waves', 'notices', 'lint'
	at      INTEGER NOT NULL,
	teller  TEXT NOT NULL,    -- person.code of who kept it
	summary TEXT NOT NULL,    -- canonical JSON: what was asked for, and the sums
	ledger  INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- What a plan says, a line each, in its order.  Append-only; plan.
CREATE TABLE plan_item (
	plan     INTEGER NOT NULL REFERENCES plan (id),
	seq      INTEGER NOT NULL,                 -- from 1
	transfer INTEGER REFERENCES transfer (id), -- NULL: of none
	class    TEXT NOT NULL,                    -- name of what is said
	folder   TEXT NOT NULL,                    -- common form; '' for the whole account
	wave     INTEGER NOT NULL,                 -- from 1; 0: none
	amount   INTEGER NOT NULL,                 -- in the unit of its class; -1: none
	text     TEXT NOT NULL,
	PRIMARY KEY (plan, seq)
) STRICT, WITHOUT ROWID;

-- What somebody did or said on the way to the shutdown: an archive, a restore from it, a
-- statement, an announcement.  Append-only; cli.
CREATE TABLE record (
	id       INTEGER PRIMARY KEY,
	transfer INTEGER REFERENCES transfer (id), -- NULL: the old server as a whole
	kind     INTEGER NOT NULL,                 -- enum record_kind
	at       INTEGER NOT NULL,                 -- when it was done or said
	told     INTEGER NOT NULL,                 -- when it was recorded
	teller   TEXT NOT NULL,                    -- person.code
	role     TEXT NOT NULL,                    -- as what he says it; ''
	topic    TEXT NOT NULL,                    -- what about, or where; ''
	digest   BLOB,                             -- of the file; NULL: none was given
	octets   INTEGER NOT NULL,                 -- of the file; 0
	note     TEXT NOT NULL,
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- As what a server showed itself at logins: a row for each run and each certificate.
-- Append-only; audit, scan, details.
CREATE TABLE server_seen (
	id          INTEGER PRIMARY KEY,
	run         INTEGER NOT NULL REFERENCES run (id),
	side        INTEGER NOT NULL,
	at          INTEGER NOT NULL,    -- when it was met first by that run
	host        TEXT NOT NULL,    -- as the config had it
	port        INTEGER NOT NULL,
	tls         TEXT NOT NULL,    -- 'TLSv1.3', 'none'
	fingerprint BLOB NOT NULL,    -- of the certificate; empty: it showed none
	"key"       BLOB NOT NULL,    -- digest of its public key; empty: none
	subject     TEXT NOT NULL,
	issuer      TEXT NOT NULL,
	not_before  INTEGER NOT NULL,    -- 0: not known
	not_after   INTEGER NOT NULL,
	UNIQUE (run, side, host, port, fingerprint)
) STRICT;

-- What the DNS said of the domains of the project: a row for each record, and one for each
-- question that has none.  Append-only; audit, when it asks.
CREATE TABLE dns_seen (
	id      INTEGER PRIMARY KEY,
	run     INTEGER NOT NULL REFERENCES run (id),
	at      INTEGER NOT NULL,
	domain  TEXT NOT NULL,    -- for whose sake; '': to know where the old server is
	purpose INTEGER NOT NULL, -- enum dns_use
	via     TEXT NOT NULL,    -- what led here; ''
	name    TEXT NOT NULL,    -- that was asked for
	type    INTEGER NOT NULL, -- of the record, else of the question
	outcome INTEGER NOT NULL, -- enum dns_outcome
	value   TEXT NOT NULL,    -- the record as people write it; '': none
	ttl     INTEGER NOT NULL, -- seconds; -1: no record
	points  INTEGER NOT NULL, -- enum dns_points: what it has to do with the old server
	words   TEXT NOT NULL     -- why it does, or why nothing is known; ''
) STRICT;
CREATE INDEX dns_seen_run ON dns_seen (run);

-- Findings of one check of the gate that need not be settled until a day.  It counts when
-- somebody else approved it.  Append-only; cli.
CREATE TABLE waiver (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	of_check TEXT NOT NULL,    -- 'G07'
	teller   TEXT NOT NULL,    -- person.code of who asked for it
	owner    TEXT NOT NULL,    -- person.code of who answers for it
	reason   TEXT NOT NULL,
	risk     TEXT NOT NULL,    -- what may come of it
	ticket   TEXT NOT NULL,
	what     TEXT NOT NULL,    -- canonical JSON: how they were chosen
	expires  INTEGER NOT NULL, -- from this second on it counts no more
	findings INTEGER NOT NULL,
	digest   BLOB NOT NULL,    -- SHA-256 over their fingerprints, ascending
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- The findings of a waiver.  Append-only.
CREATE TABLE waived (
	waiver      INTEGER NOT NULL REFERENCES waiver (id),
	fingerprint BLOB NOT NULL,
	PRIMARY KEY (waiver, fingerprint)
) STRICT, WITHOUT ROWID;

-- What was said of a waiver; the first word of a kind counts.  Append-only; cli.
CREATE TABLE waiver_said (
	id        INTEGER PRIMARY KEY,
	waiver    INTEGER NOT NULL REFERENCES waiver (id),
	what      INTEGER NOT NULL, -- enum waiver_word
	at        INTEGER NOT NULL,
	teller    TEXT NOT NULL,    -- person.code
	key_print TEXT NOT NULL,    -- of the key that signed it, 'SHA256:...'; ''
	note      TEXT NOT NULL,
	ledger    INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;
CREATE INDEX waiver_said_waiver ON waiver_said (waiver);

-- Who approved the body of a certificate.  Append-only; cli.
CREATE TABLE approval (
	id        INTEGER PRIMARY KEY,
	at        INTEGER NOT NULL,
	body      BLOB NOT NULL,    -- SHA-256 of it
	role      INTEGER NOT NULL, -- enum approval_role
	teller    TEXT NOT NULL,    -- person.code
	key_print TEXT NOT NULL,    -- of the key, 'SHA256:...'
	signature TEXT NOT NULL,    -- in armour, as ssh-keygen writes it
	ledger    INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- What was erased for good, because somebody wished it or its time was over.  Rows that
-- nobody can edit were changed for it, once, in one transaction: purged_row holds what
-- their digests had been and are since.  Append-only; store_purge.c.
CREATE TABLE purge (
	id       INTEGER PRIMARY KEY,
	at       INTEGER NOT NULL,
	teller   TEXT NOT NULL,    -- person.code
	reason   TEXT NOT NULL,
	what     INTEGER NOT NULL, -- enum purge_what
	accounts INTEGER NOT NULL, -- rows of purged
	digest   BLOB NOT NULL,    -- SHA-256 over its rows of purged and purged_row
	ledger   INTEGER NOT NULL REFERENCES ledger (seq)
) STRICT;

-- Of whom.  Append-only; store_purge.c.
CREATE TABLE purged (
	purge       INTEGER NOT NULL REFERENCES purge (id),
	transfer    INTEGER NOT NULL REFERENCES transfer (id),
	old_account INTEGER REFERENCES account (id), -- whose evidence is gone; NULL: another
	new_account INTEGER REFERENCES account (id), -- transfer needs it, or there is none
	verdict     INTEGER,                         -- that it had; NULL: it was never judged
	PRIMARY KEY (purge, transfer)
) STRICT, WITHOUT ROWID;

-- Digests that ledger entries hold, of rows that are no longer as they were.
-- Append-only; store_purge.c.
CREATE TABLE purged_row (
	purge INTEGER NOT NULL REFERENCES purge (id),
	kind  INTEGER NOT NULL, -- enum purged_kind
	"row" INTEGER NOT NULL, -- run.id, acceptance.id, waiver.id
	was   BLOB NOT NULL,
	now   BLOB NOT NULL,
	PRIMARY KEY (purge, kind, "row")
) STRICT, WITHOUT ROWID;

-- What was observed is never edited.
CREATE TRIGGER run_no_update BEFORE UPDATE ON run BEGIN
	SELECT RAISE(ABORT, 'run is append-only');
END;
CREATE TRIGGER run_no_delete BEFORE DELETE ON run BEGIN
	SELECT RAISE(ABORT, 'run is append-only');
END;
CREATE TRIGGER run_end_no_update BEFORE UPDATE ON run_end BEGIN
	SELECT RAISE(ABORT, 'run_end is append-only');
END;
CREATE TRIGGER run_end_no_delete BEFORE DELETE ON run_end BEGIN
	SELECT RAISE(ABORT, 'run_end is append-only');
END;
CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger BEGIN
	SELECT RAISE(ABORT, 'ledger is append-only');
END;
CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger BEGIN
	SELECT RAISE(ABORT, 'ledger is append-only');
END;
CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN
	SELECT RAISE(ABORT, 'event is append-only');
END;
CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN
	SELECT RAISE(ABORT, 'event is append-only');
END;
CREATE TRIGGER account_seen_no_update BEFORE UPDATE ON account_seen BEGIN
	SELECT RAISE(ABORT, 'account_seen is append-only');
END;
CREATE TRIGGER account_seen_no_delete BEFORE DELETE ON account_seen BEGIN
	SELECT RAISE(ABORT, 'account_seen is append-only');
END;
CREATE TRIGGER folder_change_no_update BEFORE UPDATE ON folder_change BEGIN
	SELECT RAISE(ABORT, 'folder_change is append-only');
END;
CREATE TRIGGER folder_change_no_delete BEFORE DELETE ON folder_change BEGIN
	SELECT RAISE(ABORT, 'folder_change is append-only');
END;
CREATE TRIGGER folder_epoch_no_update BEFORE UPDATE ON folder_epoch BEGIN
	SELECT RAISE(ABORT, 'folder_epoch is append-only');
END;
CREATE TRIGGER folder_epoch_no_delete BEFORE DELETE ON folder_epoch BEGIN
	SELECT RAISE(ABORT, 'folder_epoch is append-only');
END;
CREATE TRIGGER folder_seen_no_update BEFORE UPDATE ON folder_seen BEGIN
	SELECT RAISE(ABORT, 'folder_seen is append-only');
END;
CREATE TRIGGER folder_seen_no_delete BEFORE DELETE ON folder_seen BEGIN
	SELECT RAISE(ABORT, 'folder_seen is append-only');
END;
CREATE TRIGGER message_change_no_update BEFORE UPDATE ON message_change BEGIN
	SELECT RAISE(ABORT, 'message_change is append-only');
END;
CREATE TRIGGER message_change_no_delete BEFORE DELETE ON message_change BEGIN
	SELECT RAISE(ABORT, 'message_change is append-only');
END;
CREATE TRIGGER keyword_set_no_update BEFORE UPDATE ON keyword_set BEGIN
	SELECT RAISE(ABORT, 'keyword_set is append-only');
END;
CREATE TRIGGER keyword_set_no_delete BEFORE DELETE ON keyword_set BEGIN
	SELECT RAISE(ABORT, 'keyword_set is append-only');
END;
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
CREATE TRIGGER scan_sample_no_update BEFORE UPDATE ON scan_sample BEGIN
	SELECT RAISE(ABORT, 'scan_sample is append-only');
END;
CREATE TRIGGER scan_sample_no_delete BEFORE DELETE ON scan_sample BEGIN
	SELECT RAISE(ABORT, 'scan_sample is append-only');
END;
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
CREATE TRIGGER account_limit_no_update BEFORE UPDATE ON account_limit BEGIN
	SELECT RAISE(ABORT, 'account_limit is append-only');
END;
CREATE TRIGGER account_limit_no_delete BEFORE DELETE ON account_limit BEGIN
	SELECT RAISE(ABORT, 'account_limit is append-only');
END;
CREATE TRIGGER judgement_past_no_update BEFORE UPDATE ON judgement_past BEGIN
	SELECT RAISE(ABORT, 'judgement_past is append-only');
END;
CREATE TRIGGER judgement_past_no_delete BEFORE DELETE ON judgement_past BEGIN
	SELECT RAISE(ABORT, 'judgement_past is append-only');
END;
CREATE TRIGGER record_no_update BEFORE UPDATE ON record BEGIN
	SELECT RAISE(ABORT, 'record is append-only');
END;
CREATE TRIGGER record_no_delete BEFORE DELETE ON record BEGIN
	SELECT RAISE(ABORT, 'record is append-only');
END;
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
CREATE TRIGGER folder_hole_no_update BEFORE UPDATE ON folder_hole BEGIN
	SELECT RAISE(ABORT, 'folder_hole is append-only');
END;
CREATE TRIGGER folder_hole_no_delete BEFORE DELETE ON folder_hole BEGIN
	SELECT RAISE(ABORT, 'folder_hole is append-only');
END;
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
CREATE TRIGGER folder_objectid_no_update BEFORE UPDATE ON folder_objectid BEGIN
	SELECT RAISE(ABORT, 'folder_objectid is append-only');
END;
CREATE TRIGGER folder_objectid_no_delete BEFORE DELETE ON folder_objectid BEGIN
	SELECT RAISE(ABORT, 'folder_objectid is append-only');
END;
