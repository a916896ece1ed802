# SPDX-License-Identifier: MIT
"""Messages that are missing, extra, elsewhere or in another account."""
import os

import faults
from bed import DAY, NOW, Y2015, kind, mail

NEW_DAY = NOW - NOW % DAY - DAY  # a day after the move, as far as dates can tell


def lab(t, planter, **more):
    """A planter of lab/faults.py, whose messages are the main findings."""
    folder, _, messages = planter(t.new.account, t.rng)
    t.expect(folder, messages, **more)
    return folder, messages


# ---- missing ------------------------------------------------------------------------------------

@kind("message-missing")
def message_deleted(t):
    """One ordinary message of a folder is expunged."""
    lab(t, faults.message_deleted)


@kind("message-missing", why=("no-seal", "folder"))
def only_message_deleted(t):
    """The only message of a folder is expunged; the folder stays."""
    mails = t.old.fill("Contract", 1)
    yield
    t.new.remove("Contract", mails)
    t.expect("Contract", mails)


@kind("message-missing")
def first_message_deleted(t):
    """The first message of a folder is expunged."""
    mails = t.old.fill("Order", 12)
    yield
    t.new.remove("Order", mails[:1])
    t.expect("Order", mails[:1])


@kind("message-missing", why=("no-seal", "stopped"))
def last_message_deleted(t):
    """The last message of a folder is expunged."""
    mails = t.old.fill("Order", 12)
    yield
    t.new.remove("Order", mails[-1:])
    t.expect("Order", mails[-1:])


@kind("message-missing")
def middle_messages_deleted(t):
    """Every fourth message of a folder is expunged."""
    mails = t.old.fill("Order", 16)
    yield
    t.new.remove("Order", mails[2::4])
    t.expect("Order", mails[2::4])


@kind("message-missing")
def message_without_id_deleted(t):
    """A message without Message-ID, among others that have one, is expunged."""
    mails = t.old.fill("Faxes", 9)
    t.old.append("Faxes", mail("", "fax", date=Y2015 + 40 * DAY), Y2015 + 40 * DAY)
    yield
    fax = [m for m in t.new.read("Faxes") if not m.message_id]
    t.new.remove("Faxes", fax)
    t.expect("Faxes", fax)
    assert len(mails) == 9 and len(fax) == 1


@kind("message-missing", why="no-id", alone=True)
def all_without_id_missing(t):
    """A mover that knows messages by Message-ID skips all that have none: every one of the account is expunged."""
    t.old.fill("Scanner", 6, mid="")
    yield
    for folder, messages in sorted(t.new.folders().items()):
        gone = [m for m in messages if not m.message_id]
        t.new.remove(folder, gone)
        t.expect(folder, gone)


@kind("message-missing", why=("no-id", "no-seal"))
def bare_message_deleted(t):
    """A message with no header field that could name it (no Message-ID, From, Date, Subject): known by body and date."""
    t.old.fill("Drafts 2", 5)
    t.old.fill("Drafts 2", 3, start=Y2015 + 60 * DAY, create=False, mid="", fields=False, headers="X-Kept: yes\r\n")
    yield
    bare = [m for m in t.new.read("Drafts 2") if not m.message_id]
    t.new.remove("Drafts 2", bare[1:2])
    t.expect("Drafts 2", bare[1:2])


@kind("message-missing")
def message_with_two_ids_deleted(t):
    """A message with two Message-ID fields is expunged."""
    lab(t, faults.message_with_two_ids_deleted)


@kind("message-missing", why="duplicate")
def identical_copy_deleted(t):
    """One of several identical copies in one folder is expunged: two copies are two messages."""
    lab(t, faults.identical_copy_deleted)


@kind("message-missing", why="duplicate")
def duplicates_collapsed(t):
    """A folder holds ten messages twice each; the new side keeps one of each, as de-duplicating servers do."""
    octets = [mail(date=Y2015 + i * DAY) for i in range(10)]
    t.old.create("Twice")
    mails = [t.old.append("Twice", o, Y2015 + i % 10 * DAY) for i, o in enumerate(octets * 2)]
    yield
    t.new.remove("Twice", t.new.read("Twice")[10:])
    t.expect("Twice", mails[10:])


@kind("message-missing", why=("no-seal", "folder"))
def message_under_shared_id_deleted(t):
    """Two different messages share a Message-ID; one is expunged."""
    lab(t, faults.message_under_shared_id_deleted)


@kind("message-missing")
def same_headers_other_body_deleted(t):
    """Two messages agree in every header field, Message-ID and date, and differ in the body; one is expunged."""
    t.old.fill("Forms", 4)
    pair = [mail("<form.1@example.org>", "form", body=body) for body in ("Yes.\r\n", "No, and I take back all I said.\r\n")]
    for octets in pair:
        t.old.append("Forms", octets)
    yield
    gone = [m for m in t.new.read("Forms") if m.message_id == "<form.1@example.org>"][1:]
    t.new.remove("Forms", gone)
    t.expect("Forms", gone)


@kind("message-missing", why=("no-seal", "duplicate"))
def copy_in_another_folder_lost(t):
    """The same message is in two folders, as after a reply to a list; the copy in one of them is lost."""
    t.old.fill("Committee", 6)
    octets = mail(date=Y2015 + 9 * DAY)
    m = t.old.append("Committee", octets, Y2015 + 9 * DAY)
    t.old.append("INBOX", octets, Y2015 + 9 * DAY)
    yield
    t.new.remove("Committee", [m])
    t.expect("Committee", [m])


@kind("message-missing", why=("unreadable-old", "no-seal"), oracle=False, alone=True)
def unreadable_on_the_old_side(t):
    """The old server still lists a message and cannot give it out, for its file is gone; the mover could not copy it."""
    mails = t.old.fill("Damaged", 7)
    yield
    t.new.remove("Damaged", mails[3:4])
    gone = 0
    for path, _, files in os.walk(t.servers[0].dir + "/spool"):  # its folders are named by ids
        if "4." in files:
            with open(path + "/4.", "rb") as f:
                if mails[3].message_id.encode() in f.read(4096):
                    gone += 1
        if gone == 1:
            os.unlink(path + "/4.")
            break
    else:
        raise ValueError("no file of message 4")
    t.expect("Damaged", mails[3:4])


@kind("message-unreadable", why=(), exit=3, oracle=False, alone=True)
def unreadable_on_the_new_side(t):
    """The new server lists a message whose file it may not open: nobody knows what it is, so one of the old side is missing."""
    mails = t.old.fill("Locked", 7)
    yield
    box = "%s/mail/%s/Maildir/.Locked" % (t.servers[1].dir, t.new.account.name)
    locked, = [p for p in (os.path.join(d, f) for d, _, files in os.walk(box) for f in files if not f.startswith("dovecot"))
               if mails[3].message_id.encode() in open(p, "rb").read()]
    os.chmod(locked, 0)
    t.expect("Locked", side="new")
    t.expect("Locked", mails[3:4], cls="message-missing", why="no-seal")


@kind("message-missing", why="too-large")
def too_large_for_the_new_side(t):
    """All messages above 500,000 octets are missing, as with a limit of the new server or mover."""
    t.old.fill("Plans", 6)
    big = t.old.fill("Scans", 4, size=600000)
    big2 = [t.old.append("Plans", mail(size=700000, date=Y2015 + 20 * DAY), Y2015 + 20 * DAY)]
    yield
    t.new.remove("Scans", big)
    t.new.remove("Plans", big2)
    t.expect("Scans", big)
    t.expect("Plans", big2)


@kind("message-missing", why="stopped")
def copy_stopped_in_a_folder(t):
    """The last third of a folder's UIDs is missing: the copy stopped there."""
    mails = t.old.fill("Ledger", 45)
    yield
    t.new.remove("Ledger", mails[30:])
    t.expect("Ledger", mails[30:])


@kind("message-missing", why="stopped")
def corrupt_message_stopped_the_copy(t):
    """From one message with broken MIME on, all later ones of the folder are missing (the paper's corrupt message)."""
    mails = t.old.fill("Announcements", 20)
    mails.append(t.old.append("Announcements", mail(date=Y2015 + 30 * DAY, headers=
        "Content-Type: multipart/mixed; boundary=\"=_never\"\r\nContent-Transfer-Encoding: base64\r\n", body="!!!"),
        Y2015 + 30 * DAY))
    mails += t.old.fill("Announcements", 9, start=Y2015 + 40 * DAY, create=False)
    yield
    t.new.remove("Announcements", mails[20:])
    t.expect("Announcements", mails[20:])


@kind("message-missing", why=("quota", "stopped", "folder"))
def quota_full_half_way(t):
    """The quota was full half-way: of the later folders the last UIDs are missing, the last two folders hold nothing."""
    mails = {f: t.old.fill(f, 14) for f in ("Quota 1", "Quota 2", "Quota 3", "Quota 4")}
    yield
    for folder, kept in (("Quota 2", 8), ("Quota 3", 0), ("Quota 4", 0)):
        t.new.remove(folder, mails[folder][kept:])
        t.expect(folder, mails[folder][kept:])


@kind("message-missing", why="year", alone=True)
def whole_years_missing(t):
    """Everything before 2012 is missing, in all folders (the paper's archives)."""
    for folder, messages in sorted(t.new.folders().items()):
        gone = [m for m in messages if m.date < 1325376000]
        t.new.remove(folder, gone)
        t.expect(folder, gone)


@kind("message-missing", why=("no-seal", "year", "unexplained"))
def early_messages_of_a_folder_missing(t):
    """In one folder everything before 2012 is missing; other folders have theirs."""
    lab(t, faults.early_years_missing)


@kind("message-missing", why="folder", alone=True)
def nothing_was_moved(t):
    """The account exists on the new side and its INBOX is empty; the mover said that all was well."""
    have = t.old.folders()
    for folder, messages in sorted(have.items()):
        t.expect(folder, messages)
        place = not messages and any(f.startswith(folder + "/") for f in have)
        if folder != "INBOX":
            t.expect_folder(folder, "folder-missing", "info" if place else "doubt")
    for folder in sorted(t.new.imap.names("LIST"), reverse=True):
        if folder == "INBOX":
            t.new.store(folder, None, "+FLAGS.SILENT (\\Deleted)")
            t.new.cmd("EXPUNGE")
        else:
            t.new.delete_folder(folder)


# ---- extra --------------------------------------------------------------------------------------

@kind("message-extra", why="duplicate")
def message_duplicated(t):
    """One message is there twice on the new side: the mover ran twice."""
    lab(t, faults.message_duplicated)


@kind("message-extra", why="duplicate")
def folder_duplicated(t):
    """A whole folder was copied twice into the same new folder."""
    mails = t.old.fill("Tickets", 12)
    yield
    t.new.transfer("COPY", "Tickets", mails, "Tickets")
    t.expect("Tickets", mails)


@kind("message-extra", why=("no-seal", "unexplained"))
def foreign_message_added(t):
    """A message dated 2015 that the old server never had."""
    folder, messages = lab(t, faults.foreign_message_added)
    added = [m for m in t.new.read(folder) if "stranger.example.com" in m.message_id]
    assert not messages and len(added) == 1
    t.expect(folder, added)


@kind("message-extra", severity="info", why="new-mail", exit=0)
def new_mail_on_the_new_side(t):
    """Mail that arrived on the new side only, after the old one was read."""
    m = t.new.append("INBOX", mail(date=NOW + 90 * 60), NOW + 90 * 60, flags="")
    t.expect("INBOX", [m])


@kind("message-extra", severity="info", why="artefact", exit=0)
def report_mail_of_the_mover(t):
    """The mover left a report of its own in INBOX (imapsync does)."""
    octets = mail("<imapsync.4711.1@imapsync.tk>", "[imapsync] report", date=Y2015 + 9 * DAY,
                  headers="X-Mailer: imapsync 2.229\r\n")
    t.expect("INBOX", [t.new.append("INBOX", octets, Y2015 + 9 * DAY)])


@kind("message-missing", why=("late", "no-seal"))
def new_mail_on_the_old_side(t):
    """Mail that arrived on the old server after the move."""
    t.expect("INBOX", [t.old.append("INBOX", mail(date=NOW), NOW, flags="")])


# ---- elsewhere in the account -------------------------------------------------------------------

@kind("message-refiled", severity="info", why="refiled", exit=0)
def message_refiled(t):
    """One message is moved to another folder on the new side."""
    lab(t, faults.message_refiled)


@kind("message-refiled", severity="info", why="refiled", exit=0)
def messages_moved_to_trash(t):
    """Eight messages of a folder are in Trash on the new side: what a mail program does with deleted mail."""
    mails = t.old.fill("Newsletter", 20)
    t.made.add("Trash")
    yield
    t.new.transfer("MOVE", "Newsletter", mails[4:12], "Trash")
    t.expect("Newsletter", mails[4:12], other="Trash")


@kind("message-refiled", severity="info", why="refiled", exit=1)
def message_refiled_without_flags(t):
    """One message was refiled and lost \\Flagged on the way."""
    mails = t.old.fill("Claims", 6, flags="\\Seen \\Flagged")
    t.old.create("Done")
    yield
    t.new.store("Claims", mails[2:3], "-FLAGS.SILENT (\\Flagged)")
    t.new.transfer("MOVE", "Claims", mails[2:3], "Done")
    t.expect("Claims", mails[2:3], other="Done")
    t.expect("Claims", mails[2:3], cls="flags", severity="doubt", why=())


@kind("message-refiled", severity="info", why="refiled", exit=1)
def everything_in_inbox(t):
    """The mover had put all folders into INBOX: no message is lost, all folders are."""
    t.old.fill("Years/2013", 5)
    t.old.fill("Years/2014", 5)
    yield
    for folder in ("Years/2013", "Years/2014"):
        mails = t.new.read(folder)
        t.new.transfer("MOVE", folder, mails, "INBOX")
        t.expect(folder, mails, other="INBOX")
        t.new.delete_folder(folder)
        t.expect_folder(folder, "folder-missing")
    t.new.delete_folder("Years")
    t.expect_folder("Years", "folder-missing", "info")


# ---- another account ----------------------------------------------------------------------------

def misdelivered(t, folder, mails, to, target):
    t.expect(folder, mails, side="old")
    t.expect(target, mails, account=to, side="new")


@kind("message-misdelivered", severity="loss", why="other-account", extra=["-b"])
def delivered_to_another_account(t):
    """One message is in another person's INBOX instead."""
    folder, m = t.new.account.one(t.rng, t.new.account.ordinary)
    other = t.box("new", "-b")
    other.append("INBOX", t.new.body(folder, m), m.date, " ".join(sorted(m.flags | m.keywords)))
    t.new.remove(folder, [m])
    misdelivered(t, folder, [m], t.name + "-b", "INBOX")


@kind("message-misdelivered", severity="loss", why="other-account", extra=["-b"])
def folder_delivered_to_another_account(t):
    """A whole folder is in another person's account instead."""
    mails = t.old.fill("Medical", 9)
    yield
    other = t.box("new", "-b")
    other.create("Medical")
    for m in t.new.read("Medical"):
        other.append("Medical", t.new.body("Medical", m), m.date)
    t.new.delete_folder("Medical")
    misdelivered(t, "Medical", mails, t.name + "-b", "Medical")
    t.expect_folder("Medical", "folder-missing")
    t.expect_folder("Medical", "folder-extra", "info", account=t.name + "-b")


@kind("message-misdelivered", severity="loss", why="other-account", extra=["-b"], seeded=False,
      moved=[("@", "@-b"), ("@-b", "@")])
def two_accounts_exchanged(t):
    """Two people got each other's mail: a slip in the list of the mover."""
    mails = {x: t.box("old", x).fill("INBOX", 14) for x in ("", "-b")}
    yield
    b, a = t.name + "-b", t.name
    misdelivered(t, "INBOX", mails[""], b, "INBOX")
    t.expect("INBOX", mails["-b"], account=b, side="old")
    t.expect("INBOX", mails["-b"], account=a, side="new")


@kind("message-missing", extra=["-b"])
def list_copy_missing(t):
    """Both people had a copy of the same mail of a list; one copy is expunged.  The other's is his own."""
    octets = mail(headers="List-Id: <staff.example.org>\r\n")
    m = t.old.append("INBOX", octets)
    t.box("old", "-b").append("INBOX", octets)
    yield
    t.new.remove("INBOX", [m])
    t.expect("INBOX", [m])


@kind("message-misdelivered", severity="loss", why="other-account", extra=["-b"])
def list_copy_delivered_twice(t):
    """Both had a copy of the same list mail; now one has both: only counts can tell."""
    octets = mail(headers="List-Id: <staff.example.org>\r\n")
    m = t.old.append("INBOX", octets)
    t.box("old", "-b").append("INBOX", octets)
    yield
    t.new.remove("INBOX", [m])
    t.box("new", "-b").append("INBOX", octets)
    misdelivered(t, "INBOX", [m], t.name + "-b", "INBOX")
