# SPDX-License-Identifier: MIT
"""Folders: missing, renamed, merged, under names that the new side does not take, unreadable."""

import labimap
from bed import kind
from faults_messages import lab  # noqa: F401
import faults


def gone(t, folder, messages, severity="doubt"):
    t.expect(folder, messages)
    t.expect_folder(folder, "folder-missing", severity)


@kind("message-missing", why="folder")
def folder_emptied(t):
    """All messages of a folder are expunged; the folder stays."""
    lab(t, faults.folder_emptied)


@kind("message-missing", why="folder")
def folder_deleted(t):
    """A folder is deleted with its messages."""
    folder, _ = lab(t, faults.folder_deleted)
    t.expect_folder(folder, "folder-missing")


@kind("folder-missing", why=())
def empty_folder_deleted(t):
    """An empty folder is deleted: its place is lost, though no mail."""
    folder, _, _ = faults.empty_folder_deleted(t.new.account, t.rng)
    t.expect(folder)


@kind("message-refiled", severity="info", why="refiled")
def folder_renamed(t):
    """A folder has another name on the new side, and no rule says so."""
    folder, messages = lab(t, faults.folder_renamed, other="Renamed by hand")
    t.expect_folder(folder, "folder-missing")
    t.expect_folder("Renamed by hand", "folder-extra", "info")


@kind("folder-extra", severity="info", why=(), exit=0)
def folder_added(t):
    """A folder that the old side never had, empty."""
    folder, _, _ = faults.folder_added(t.new.account, t.rng)
    t.expect(folder)


@kind("message-refiled", severity="info", why="refiled")
def folders_merged(t):
    """Two old folders became one new one, without a rule."""
    t.old.fill("Bills 2013", 7)
    mails = t.old.fill("Bills 2014", 7)
    yield
    t.new.transfer("MOVE", "Bills 2014", mails, "Bills 2013")
    t.new.delete_folder("Bills 2014")
    t.expect("Bills 2014", mails, other="Bills 2013")
    t.expect_folder("Bills 2014", "folder-missing")


@kind("folder-collided", why=(), rules={"pairs": {"Bills 2014": "Bills 2013"}})
def folders_merged_by_rule(t):
    """Two old folders became one new one by a rule of the config; no message is lost."""
    t.old.fill("Bills 2013", 7)
    mails = t.old.fill("Bills 2014", 7)
    yield
    t.new.transfer("MOVE", "Bills 2014", mails, "Bills 2013")
    t.new.delete_folder("Bills 2014")
    t.expect("Bills 2013", other="Bills 2013")
    t.expect("Bills 2014", other="Bills 2013")


@kind("folder-renamed", severity="info", why=(), exit=0, rules={"pairs": {"Sent Items old": "Sent/Before"}})
def folder_renamed_by_rule(t):
    """A folder has another name on the new side, as an exact pair of the config says."""
    t.old.fill("Sent Items old", 8)
    yield
    t.new.rename("Sent Items old", "Sent/Before")
    t.expect("Sent Items old", other="Sent/Before")


@kind("folder-renamed", severity="info", why=(), exit=0,
      rules={"regex": [{"match": "^Year (\\d{4})$", "to": "Years/$1"}]})
def folders_renamed_by_expression(t):
    """Folders "Year 2013" are "Years/2013" on the new side, as a regular expression of the config says."""
    for year in "2013", "2014":
        t.old.fill("Year " + year, 4)
    yield
    t.new.create("Years")
    for year in "2013", "2014":
        t.new.rename("Year " + year, "Years/" + year)
        t.expect("Year " + year, other="Years/" + year)
    t.expect_folder("Years", "folder-extra", "info")


@kind("message-missing", rules={"pairs": {"Sent Items old": "Sent/Before"}})
def message_lost_in_a_renamed_folder(t):
    """A folder was renamed by rule, and one of its messages is expunged."""
    mails = t.old.fill("Sent Items old", 8)
    yield
    t.new.rename("Sent Items old", "Sent/Before")
    t.new.remove("Sent/Before", mails[4:5])
    t.expect("Sent Items old", mails[4:5])
    t.expect_folder("Sent Items old", "folder-renamed", "info", other="Sent/Before")


@kind("message-missing", severity="loss", why="rule", rules={"exclude": ["Viral"]})
def folder_excluded_by_rule(t):
    """A rule of the mover left a folder out, and nobody has accepted what that costs."""
    mails = t.old.fill("Viral", 9)
    yield
    t.new.remove("Viral", mails)
    t.new.delete_folder("Viral")
    t.expect("Viral", mails)
    t.expect_folder("Viral", "folder-missing", why="rule", severity="loss")


@kind("message-missing", why="depth", alone=True)
def deep_folders_missing(t):
    """Everything deeper than five levels is missing."""
    for f in "L1/L2/L3/L4/L5/L6 a/L7", "L1/L2/L3/L4/L5/L6 b/L7":
        t.old.fill(f, 5)
    t.old.fill("L1/L2/L3", 6, create=False)
    yield
    have = t.new.folders()
    for folder in sorted(have, reverse=True):
        if folder.count("/") >= 5:
            place = not have[folder] and any(f.startswith(folder + "/") for f in have)
            t.new.delete_folder(folder)
            gone(t, folder, have[folder], "info" if place else "doubt")


@kind("message-missing", why="folder")
def folder_with_children_deleted(t):
    """A folder and the two below it are deleted."""
    mails = {f: t.old.fill(f, 5) for f in ("Court", "Court/Files", "Court/Files/Closed")}
    yield
    for folder in sorted(mails, reverse=True):
        t.new.delete_folder(folder)
        gone(t, folder, mails[folder])


# ---- names --------------------------------------------------------------------------------------

@kind("message-missing", why="name", back=True)
def delimiter_in_a_name(t):
    """A folder "Sales.2010" of a server that parts names by "/": the mover skipped it, for the new delimiter is a dot."""
    mails = t.old.fill("Sales.2010", 6)
    yield
    t.copy(skip=["Sales.2010"])
    t.expect("Sales.2010", mails)
    t.expect_folder("Sales.2010", "folder-missing", why="name")


@kind("message-refiled", severity="info", why=("refiled", "name"), back=True)
def delimiter_in_a_name_split(t):
    """A folder "Sales.2010" became "2010" below "Sales", for the new delimiter is a dot."""
    mails = t.old.fill("Sales.2010", 6)
    yield
    t.copy(skip=["Sales.2010"])
    t.new.create("Sales")
    t.new.create("Sales/2010")
    for m in t.old.read("Sales.2010"):
        t.new.append("Sales/2010", t.old.body("Sales.2010", m), m.date)
    t.expect("Sales.2010", mails, other="Sales/2010")
    t.expect_folder("Sales.2010", "folder-missing", why=("none", "name", "refiled", "no-seal"))
    t.expect_folder("Sales/2010", "folder-extra", "info")
    t.expect_folder("Sales", "folder-extra", "info")


@kind("message-refiled", severity="info", why=("refiled", "name"))
def trailing_space_lost(t):
    """A folder "Notes " lost its trailing space."""
    mails = t.old.fill("Notes ", 6)
    yield
    t.new.rename("Notes ", "Notes")
    t.expect("Notes ", mails, other="Notes")
    t.expect_folder("Notes ", "folder-missing", why=("none", "name", "refiled", "no-seal"))
    t.expect_folder("Notes", "folder-extra", "info")


def another_name(t, name, other):
    mails = t.old.fill(name, 6)
    yield
    t.new.rename(name, other)
    t.expect(name, mails, other=other)
    t.expect_folder(name, "folder-missing", why=("none", "name", "refiled", "no-seal"))
    t.expect_folder(other, "folder-extra", "info")


@kind("message-refiled", severity="info", why=("refiled", "name"))
def name_encoded_twice(t):
    """A mover took the name on the wire, modified UTF-7, for the name itself: "Gebühren" became "Geb&APw-hren"."""
    yield from another_name(t, "Geb\u00fchren", "Geb&APw-hren")


@kind("message-refiled", severity="info", why=("refiled", "name"))
def name_truncated(t):
    """A name was cut after 40 characters, as some targets do."""
    long = "Correspondence with the building authority of the county"
    yield from another_name(t, long, long[:40])


@kind("message-missing", why=("name", "folder"))
def leading_space_skipped(t):
    """A folder " Private" with a leading space was skipped."""
    mails = t.old.fill(" Private", 6)
    yield
    t.new.delete_folder(" Private")
    gone(t, " Private", mails)


@kind("folder-collided", why=(), oracle=False, alone=True)
def case_collision(t):
    """"Reports" and "REPORTS" became one folder on a side without regard to case: no message is lost."""
    t.old.fill("Reports", 6)
    mails = t.old.fill("REPORTS", 6)
    yield
    t.new.transfer("MOVE", "REPORTS", mails, "Reports")
    t.new.delete_folder("REPORTS")
    t.expect("REPORTS", other="Reports")
    t.expect("Reports", other="Reports")


@kind("folder-renamed", severity="info", why=(), exit=0, alone=True, oracle=False)
def case_changed(t):
    """A folder's name changed in case alone."""
    t.old.fill("Protocols", 6)
    yield
    t.new.rename("Protocols", "PROTOCOLS")
    t.expect("Protocols", other="PROTOCOLS")


@kind("(none)", severity="info", why=(), exit=0)
def unicode_form_changed(t):
    """A name with an umlaut is decomposed on the new side (NFD): the same name, so silence is expected."""
    t.old.fill("B\u00fcro", 6)
    yield
    t.new.rename("B\u00fcro", "Bu\u0308ro")


@kind("message-refiled", severity="info", why="refiled", seeded=False)
def prefix_unexpected(t):
    """All folders are below "Old mail" on the new side, and the account list has no new_prefix."""
    mails = {f: t.old.fill(f, 5) for f in ("Work", "Work/Plans", "Home")}
    t.old.fill("INBOX", 5)
    yield
    t.new.create("Old mail")
    t.new.rename("Work", "Old mail/Work")
    t.new.rename("Home", "Old mail/Home")
    t.expect_folder("Old mail", "folder-extra", "info")
    for folder, messages in mails.items():
        t.expect(folder, messages, other="Old mail/" + folder)
        t.expect_folder(folder, "folder-missing")
        t.expect_folder("Old mail/" + folder, "folder-extra", "info")


@kind("(none)", severity="info", why=(), exit=0, seeded=False, transfers=[{"account": "@", "new_prefix": "Old mail"}])
def prefix_expected(t):
    """All folders, INBOX too, are below "Old mail", and the account list says so: silence."""
    for folder in ("INBOX", "Work", "Work/Plans"):
        t.old.fill(folder, 5)
    yield
    inbox = t.new.read("INBOX")
    t.new.create("Old mail")
    t.new.rename("Work", "Old mail/Work")
    t.new.create("Old mail/INBOX")
    t.new.transfer("MOVE", "INBOX", inbox, "Old mail/INBOX")


@kind("subscription", severity="info", why=(), exit=0)
def subscription_lost(t):
    """A folder is no longer subscribed: some programs will not show it."""
    t.old.fill("Club", 3)
    t.old.cmd("SUBSCRIBE " + t.old.wire("Club"))
    yield
    t.new.cmd("UNSUBSCRIBE " + t.new.wire("Club"))
    t.expect("Club", other="Club")


@kind("special-use", severity="info", why=(), exit=0)
def special_use_lost(t):
    """A folder with the special use \\Archive has none on the new side."""
    t.old.create("Filed", use="\\Archive")
    t.old.fill("Filed", 4, create=False)
    yield
    t.expect("Filed", other="Filed")


# ---- unreadable ---------------------------------------------------------------------------------

@kind("folder-unreadable", why=(), exit=3)
def folder_unreadable_on_the_new_side(t):
    """An ACL keeps the owner from opening a folder on the new side."""
    folder, _, _ = faults.folder_unreadable(t.new.account, t.rng)
    t.expect(folder)


@kind("folder-unreadable", why=(), exit=3)
def folder_unreadable_on_the_old_side(t):
    """An ACL keeps the owner from opening a folder on the old side."""
    t.old.fill("Sealed by HR", 5)
    yield
    admin = t.servers[0].admin()
    box = "user.%s.%s" % (t.name, labimap.utf7("Sealed by HR"))
    admin.cmd('SETACL "%s" "%s" "l"' % (box, t.name))
    admin.logout()
    t.expect("Sealed by HR")


# ---- from Dovecot to Cyrus ----------------------------------------------------------------------

@kind("(none)", severity="info", why=(), exit=0, back=True)
def clean_to_cyrus(t):
    """All mail was moved faithfully to a Cyrus, which replaces 8-bit octets of headers by X: silence."""
    t.copy()


@kind("message-missing", back=True)
def message_lost_on_the_way_to_cyrus(t):
    """From Dovecot to Cyrus; one message is expunged."""
    t.copy()
    lab(t, faults.message_deleted)


@kind("flags", why=(), back=True)
def seen_lost_on_the_way_to_cyrus(t):
    """From Dovecot to Cyrus; three messages lost \\Seen."""
    t.copy()
    lab(t, faults.seen_lost)


@kind("date", severity="loss", why=(), back=True)
def date_changed_on_the_way_to_cyrus(t):
    """From Dovecot to Cyrus; one message has another INTERNALDATE."""
    t.copy()
    lab(t, faults.date_changed)


@kind("content", severity="loss", why=(), back=True)
def body_truncated_on_the_way_to_cyrus(t):
    """From Dovecot to Cyrus; half the body of one message is gone."""
    t.copy()
    lab(t, faults.body_truncated)


@kind("message-missing", why="folder", back=True)
def folder_lost_on_the_way_to_cyrus(t):
    """From Dovecot to Cyrus; a folder is deleted with its messages."""
    t.copy()
    t.new.account.used |= t.new.account.special  # Cyrus does not let them go
    folder, _ = lab(t, faults.folder_deleted)
    t.expect_folder(folder, "folder-missing")
