# SPDX-License-Identifier: MIT
"""Alterations of one account of a server, as failed migrations make them: what lab/plant.py and the score plant.

Each fault returns the folder, the findings that must follow as {(class, folder): count}, and what the messages were.  It
raises IndexError or ValueError, and has changed nothing, when the account has not got what it needs.
"""
import os
from collections import Counter
from datetime import datetime, timezone

import labimap

FLAGS = ("\\seen", "\\answered", "\\flagged", "\\deleted", "\\draft")


class Account:
    """One account of the new server, read whole before anything is changed."""

    def __init__(self, srv, name):
        self.name, self.srv = name, srv
        self.imap = labimap.Imap(srv, name)
        self.folders = {f: self.imap.messages(f) for f, a in self.imap.names("LIST").items() if "\\noselect" not in a}
        everything = [m for f in self.folders.values() for m in f]
        self.same_octets = Counter(m.whole for m in everything)
        self.same_id = Counter(m.message_id for m in everything)
        self.used = set()
        self.special = {f for f in self.folders if f in ("Drafts", "Junk", "Sent", "Trash")}

    def take(self, folder):
        self.used.add(folder)
        return folder, self.folders[folder]

    def folder(self, rng, least, leaf=False):
        """A folder that no other fault has touched."""
        return self.take(rng.choice([
            f for f, messages in sorted(self.folders.items()) if f not in self.used and f != "INBOX"
            and len(messages) >= least and not (leaf and any(x.startswith(f + "/") for x in self.folders))]))

    def one(self, rng, fits=lambda m: True):
        """A message that fits, from an untouched folder; the only one of its kind in the account."""
        folder, m = rng.choice([(f, m) for f, messages in sorted(self.folders.items()) if f not in self.used
                                for m in messages if fits(m) and self.same_octets[m.whole] == 1])
        return self.take(folder)[0], m

    def ordinary(self, m):
        return self.same_id[m.message_id] == 1 and m.message_id.startswith("<") and m.ids == 1

    def select(self, folder):
        self.imap.cmd("SELECT " + self.imap.wire(folder))

    def body(self, folder, m):
        self.select(folder)
        return self.imap.cmd("UID FETCH %d (BODY.PEEK[])" % m.uid)[0][1][0]

    def delete(self, folder, messages):
        self.select(folder)
        uids = ",".join(str(m.uid) for m in messages)
        self.imap.cmd("UID STORE %s +FLAGS.SILENT (\\Deleted)" % uids)
        self.imap.cmd("UID EXPUNGE %s" % uids)

    def append(self, folder, octets, m=None, date=None):
        flags = "(%s)" % " ".join(sorted(m.flags | m.keywords)) if m else "(\\Seen)"
        self.imap.cmd('APPEND %s %s "%s" %%s' % (self.imap.wire(folder), flags, date or imap_date(m.date)), octets)

    def store(self, folder, uids, change):
        self.select(folder)
        self.imap.cmd("UID STORE %s %s" % (uids, change))


def imap_date(seconds):
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%d-%b-%Y %H:%M:%S +0000")


FAULTS = []


def fault(f):
    FAULTS.append(f)
    return f


def deleted(a, rng, fits):
    folder, m = a.one(rng, fits)
    a.delete(folder, [m])
    return folder, {("message-missing", folder): 1}, [m]


@fault
def only_message_deleted(a, rng):
    return deleted(a, rng, lambda m: True)


@fault
def message_deleted(a, rng):
    return deleted(a, rng, a.ordinary)


@fault
def message_without_id_deleted(a, rng):
    return deleted(a, rng, lambda m: m.message_id == "")


@fault
def message_with_two_ids_deleted(a, rng):
    return deleted(a, rng, lambda m: m.ids == 2)


@fault
def identical_copy_deleted(a, rng):
    folder, m = rng.choice([(f, m) for f, messages in sorted(a.folders.items()) if f not in a.used
                            for m in messages if sum(x.whole == m.whole for x in messages) > 1])
    a.take(folder)
    a.delete(folder, [m])
    return folder, {("message-missing", folder): 1}, [m]


@fault
def message_under_shared_id_deleted(a, rng):
    folder, m = a.one(rng, lambda m: m.message_id.startswith("<") and a.same_id[m.message_id] > 1)
    a.delete(folder, [m])
    return folder, {("message-missing", folder): 1}, [m]


@fault
def last_messages_deleted(a, rng):
    folder, messages = a.folder(rng, 30)
    gone = messages[-max(5, len(messages) // 20):]
    a.delete(folder, gone)
    return folder, {("message-missing", folder): len(gone)}, gone


@fault
def early_years_missing(a, rng):
    folder, messages = a.folder(rng, 30)
    gone = [m for m in messages if m.date < 1325376000]  # before 2012
    a.delete(folder, gone)
    return folder, {("message-missing", folder): len(gone)}, gone


@fault
def folder_emptied(a, rng):
    folder, messages = a.folder(rng, 5)
    a.delete(folder, messages)
    return folder, {("message-missing", folder): len(messages)}, messages


@fault
def folder_deleted(a, rng):
    folder, messages = a.folder(rng, 5, leaf=True)
    a.imap.cmd("DELETE " + a.imap.wire(folder))
    return folder, {("folder-missing", folder): 1, ("message-missing", folder): len(messages)}, messages


@fault
def empty_folder_deleted(a, rng):
    folder, _ = a.take("Empty")
    a.imap.cmd("DELETE " + a.imap.wire(folder))
    return folder, {("folder-missing", folder): 1}, []


@fault
def folder_renamed(a, rng):
    folder, messages = a.folder(rng, 5, leaf=True)
    a.imap.cmd("RENAME %s %s" % (a.imap.wire(folder), a.imap.wire("Renamed by hand")))
    return folder, {("folder-missing", folder): 1, ("message-refiled", folder): len(messages),
                    ("folder-extra", "Renamed by hand"): 1}, messages


@fault
def folder_added(a, rng):
    a.imap.cmd("CREATE " + a.imap.wire("Made on the new server"))
    return "Made on the new server", {("folder-extra", "Made on the new server"): 1}, []


@fault
def seen_lost(a, rng):
    folder, messages = a.folder(rng, 20)
    lost = rng.sample([m for m in messages if "\\seen" in m.flags], 3)
    a.store(folder, ",".join(str(m.uid) for m in lost), "-FLAGS.SILENT (\\Seen)")
    return folder, {("flags", folder): 3}, lost


@fault
def all_flags_lost(a, rng):
    folder, messages = a.folder(rng, 10)
    lost = [m for m in messages if m.flags]
    a.store(folder, "1:*", "-FLAGS.SILENT (%s)" % " ".join(FLAGS))
    return folder, {("flags", folder): len(lost)}, lost


@fault
def marked_deleted(a, rng):
    folder, m = a.one(rng, lambda m: a.ordinary(m) and "\\deleted" not in m.flags)
    a.store(folder, m.uid, "+FLAGS.SILENT (\\Deleted)")
    return folder, {("flags", folder): 1}, [m]


@fault
def keyword_lost(a, rng):
    folder, m = a.one(rng, lambda m: a.ordinary(m) and m.keywords)
    a.store(folder, m.uid, "-FLAGS.SILENT (%s)" % " ".join(m.keywords))
    return folder, {("keywords", folder): 1}, [m]


@fault
def date_changed(a, rng):
    folder, m = a.one(rng, a.ordinary)
    octets = a.body(folder, m)
    a.delete(folder, [m])
    a.append(folder, octets, m, "07-Jun-2024 03:14:15 +0200")
    return folder, {("date", folder): 1}, [m]


@fault
def body_truncated(a, rng):
    folder, m = a.one(rng, lambda m: a.ordinary(m) and m.octets > 3000)
    octets = a.body(folder, m)
    a.delete(folder, [m])
    a.append(folder, octets[:(octets.index(b"\r\n\r\n") + 4 + len(octets)) // 2] + b"\r\n", m)
    return folder, {("content", folder): 1}, [m]


@fault
def message_refiled(a, rng):
    folder, m = a.one(rng, a.ordinary)
    target, _ = a.folder(rng, 1)
    a.select(folder)
    a.imap.cmd("UID MOVE %d %s" % (m.uid, a.imap.wire(target)))
    return folder, {("message-refiled", folder): 1}, [m]


@fault
def message_duplicated(a, rng):
    folder, m = a.one(rng, a.ordinary)
    a.select(folder)
    a.imap.cmd("UID COPY %d %s" % (m.uid, a.imap.wire(folder)))
    return folder, {("message-extra", folder): 1}, [m]


@fault
def foreign_message_added(a, rng):
    folder, _ = a.folder(rng, 1)
    a.append(folder, b"From: stranger@example.com\r\nSubject: not from the old server\r\n"
             b"Message-ID: <%d@stranger.example.com>\r\n\r\nHello.\r\n" % rng.randrange(10**9), date="01-Feb-2015 08:00:00 +0000")
    return folder, {("message-extra", folder): 1}, []


@fault
def delivered_to_another_account(a, rng, other):
    folder, m = a.one(rng, a.ordinary)
    other.take("INBOX")
    other.append("INBOX", a.body(folder, m), m)
    a.delete(folder, [m])
    return folder, {("message-misdelivered", folder): 1, ("message-misdelivered", "INBOX", other.name): 1}, [m]


def folder_unreadable(a, rng):
    """Nobody but the server may open it: an ACL that grants the owner no more than to see the name."""
    folder, _ = a.folder(rng, 5)
    box = os.path.join(a.srv.dir, "mail", a.name, "Maildir", "." + labimap.utf7(folder).replace("/", "."))
    with open(box + "/dovecot-acl", "w") as acl:
        acl.write("owner l\n")
    return folder, {("folder-unreadable", folder): 1}, []
