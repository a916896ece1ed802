# SPDX-License-Identifier: MIT
"""Messages that arrived, and differ in a fact."""
import faults
from bed import DAY, NOW, Y2015, kind
from faults_messages import lab



# ---- flags and keywords -------------------------------------------------------------------------

@kind("flags", why=())
def seen_lost(t):
    """Three messages of a folder lost \\Seen."""
    lab(t, faults.seen_lost)


def one_flag(t, folder, flag):
    mails = t.old.fill(folder, 12, flags="\\Seen \\Answered \\Flagged \\Draft")
    yield
    t.new.store(folder, mails[3:6], "-FLAGS.SILENT (%s)" % flag)
    t.expect(folder, mails[3:6])


@kind("flags", why=())
def answered_lost(t):
    """Three messages lost \\Answered."""
    yield from one_flag(t, "Support", "\\Answered")


@kind("flags", why=())
def flagged_lost(t):
    """Three messages lost \\Flagged (Exchange does that)."""
    yield from one_flag(t, "Starred", "\\Flagged")


@kind("flags", why=())
def draft_lost(t):
    """Three messages lost \\Draft."""
    yield from one_flag(t, "Half-written", "\\Draft")


@kind("flags", why=())
def deleted_lost(t):
    """Three messages were marked \\Deleted, and no longer are: deleted mail comes back."""
    t.old.fill("Bin", 9)
    marked = t.old.fill("Bin", 3, start=Y2015 + 20 * DAY, flags="\\Seen \\Deleted", create=False)
    yield
    t.new.store("Bin", marked, "-FLAGS.SILENT (\\Deleted)")
    t.expect("Bin", marked)


@kind("flags", why=())
def deleted_added(t):
    """One message is marked \\Deleted on the new side only: the next EXPUNGE removes it."""
    lab(t, faults.marked_deleted)


@kind("flags", severity="info", why=(), exit=0)
def seen_added(t):
    """Unread mail became read."""
    mails = t.old.fill("Unread", 10, flags="")
    yield
    t.new.store("Unread", mails[:4], "+FLAGS.SILENT (\\Seen)")
    t.expect("Unread", mails[:4])


@kind("flags", why=())
def all_flags_of_a_folder_lost(t):
    """All flags of all messages of one folder are lost."""
    lab(t, faults.all_flags_lost)


@kind("flags", why="login", alone=True)
def seen_lost_everywhere(t):
    """Everything in the account lost \\Seen, as when the mover logged in as somebody else (the paper's borrowed login)."""
    for folder, messages in sorted(t.new.folders().items()):
        seen = [m for m in messages if "\\seen" in m.flags]
        if seen:
            t.new.cmd("SELECT " + t.new.wire(folder))
            t.new.cmd("UID STORE 1:* -FLAGS.SILENT (\\Seen)")
            t.expect(folder, seen)


@kind("flags", why=("login", "unexplained"), alone=True)
def all_flags_lost_everywhere(t):
    """Everything in the account lost every system flag; a mover without flags."""
    for folder, messages in sorted(t.new.folders().items()):
        lost = [m for m in messages if m.flags]
        if lost:
            t.new.cmd("SELECT " + t.new.wire(folder))
            t.new.cmd("UID STORE 1:* -FLAGS.SILENT (%s)" % " ".join(faults.FLAGS))
            t.expect(folder, lost)


@kind("keywords", why=())
def keyword_lost(t):
    """One message lost its keywords."""
    lab(t, faults.keyword_lost)


@kind("keywords", why=(), alone=True)
def all_keywords_lost(t):
    """The account lost all keywords: a mover or server that has none."""
    for folder, messages in sorted(t.new.folders().items()):
        have = [m for m in messages if m.keywords]
        if have:
            words = sorted({k for m in have for k in m.keywords})
            t.new.cmd("SELECT " + t.new.wire(folder))
            t.new.cmd("UID STORE 1:* -FLAGS.SILENT (%s)" % " ".join(words))
            t.expect(folder, have)


@kind("keywords", severity="info", why=(), exit=0)
def keyword_added(t):
    """The new side put keywords on mail that had none."""
    mails = t.old.fill("Inquiries", 10)
    yield
    t.new.store("Inquiries", mails[:3], "+FLAGS.SILENT (NotJunk)")
    t.expect("Inquiries", mails[:3])


@kind("keywords", severity="info", why=(), exit=0, oracle=False, alone=True)
def keyword_renamed(t):
    """The mover renames a keyword, and the config says so, "keywords": {"OldWork": "NewWork"}: silence."""
    mails = t.old.fill("Tasks", 8, flags="\\Seen OldWork")
    yield
    t.new.store("Tasks", mails, "+FLAGS.SILENT (NewWork)")
    t.new.store("Tasks", mails, "-FLAGS.SILENT (OldWork)")


@kind("keywords", why=())
def keyword_renamed_unknown(t):
    """A keyword was replaced by another one that no config speaks of."""
    mails = t.old.fill("Tasks", 8, flags="\\Seen ToDo")
    yield
    t.new.store("Tasks", mails[:5], "+FLAGS.SILENT (Undone)")
    t.new.store("Tasks", mails[:5], "-FLAGS.SILENT (ToDo)")
    t.expect("Tasks", mails[:5])


# ---- dates --------------------------------------------------------------------------------------

@kind("date", severity="loss", why=())
def date_changed(t):
    """One message has another INTERNALDATE."""
    lab(t, faults.date_changed)


@kind("date", severity="loss", why=())
def date_one_second_off(t):
    """One message's INTERNALDATE is a second off."""
    mails = t.old.fill("Clock", 8)
    yield
    t.new.replace("Clock", mails[4:5], date=lambda d: d + 1)
    t.expect("Clock", mails[4:5])


@kind("date", severity="loss", why="moved-day", seeded=False)
def dates_are_the_day_of_the_move(t):
    """All messages are dated on the day of the move: a mover that sets no INTERNALDATE."""
    mails = {f: t.old.fill(f, 12) for f in ("INBOX", "Past", "Past/Further")}
    yield
    for i, (folder, those) in enumerate(mails.items()):
        t.new.replace(folder, those, date=lambda d: NOW - 3600 + (d // DAY) % 300 + i)
        t.expect(folder, those)


def shifted(t, by):
    mails = {f: t.old.fill(f, 12, start=Y2015, step=30 * DAY) for f in ("INBOX", "Zone", "Zone/Far")}
    yield
    for folder, those in mails.items():
        t.new.replace(folder, those, date=lambda d: d + by(d))
        t.expect(folder, those)


@kind("date", severity="loss", why="zone", seeded=False)
def dates_shifted_by_a_constant(t):
    """All dates are two hours late: the mover dropped the time zone."""
    yield from shifted(t, lambda d: 7200)


@kind("date", severity="loss", why="zone", seeded=False)
def dates_shifted_by_daylight_saving(t):
    """All dates are one hour late in winter and two in summer: the mover dropped a zone that has daylight saving."""
    yield from shifted(t, lambda d: 7200 if 1427587200 <= d < 1445731200 else 3600)


# ---- octets and content -------------------------------------------------------------------------

def half(octets):
    return octets[:(octets.index(b"\r\n\r\n") + 4 + len(octets)) // 2] + b"\r\n"


@kind("content", severity="loss", why=())
def body_truncated(t):
    """Half the body of one message is gone."""
    lab(t, faults.body_truncated)


@kind("content", severity="loss", why=())
def body_gone(t):
    """Three messages have their header and no body (imapsync issues 241 and 469)."""
    mails = t.old.fill("Hollow", 8, size=2000)
    yield
    t.new.replace("Hollow", mails[2:5], lambda o: o[:o.index(b"\r\n\r\n") + 4])
    t.expect("Hollow", mails[2:5])


@kind("content", severity="loss", why=())
def body_grown(t):
    """Something was put behind the text of one message: a scanner's disclaimer."""
    mails = t.old.fill("Legal", 8)
    yield
    t.new.replace("Legal", mails[5:6], lambda o: o + b"-- \r\nThis message was checked by a scanner.\r\n")
    t.expect("Legal", mails[5:6])


TUID = b"X-TUID: HJ9+dkU2/0aB\r\n"


def with_header(octets):
    return octets.replace(b"\r\n\r\n", b"\r\n" + TUID + b"\r\n", 1)


@kind("octets", severity="info", why="header", exit=0)
def header_added_by_the_mover(t):
    """The mover puts a field of its own into each message (mbsync's X-TUID)."""
    mails = t.old.fill("Synced", 14)
    yield
    t.new.replace("Synced", mails, with_header)
    t.expect("Synced", mails)


@kind("octets", severity="info", why="header", exit=0)
def header_added_by_the_new_server(t):
    """The new server puts Received and a spam score into each message."""
    mails = t.old.fill("Scored", 12)
    yield
    t.new.replace("Scored", mails, lambda o: b"Received: from mover.example.org by mx.example.org;\r\n\tSun, 1 Feb 2015 "
                  b"08:00:00 +0000\r\nX-Spam-Score: 0.%d\r\n" % (len(o) % 7) + o)
    t.expect("Scored", mails)


@kind("octets", severity="info", why="header", exit=0)
def header_refolded(t):
    """The new server folds long fields in another way: sizes differ, nothing is lost."""
    ids = " ".join("<%d.reference@example.org>" % i for i in range(8))
    mails = t.old.fill("Threads", 6, headers="References: %s\r\n" % ids)
    yield
    t.new.replace("Threads", mails, lambda o: o.replace(b".org> <", b".org>\r\n\t<"))
    t.expect("Threads", mails)


@kind("content", severity="loss", why=(), exit=1)
def truncation_hidden_by_an_added_header(t):
    """The mover puts a field of 22 octets into each message; one message also lost the last 22 octets of its body."""
    mails = t.old.fill("Hidden", 12, size=900)
    yield
    t.new.replace("Hidden", mails[:7] + mails[8:], with_header)
    t.new.replace("Hidden", mails[7:8], lambda o: with_header(o[:-len(TUID)]))
    t.expect("Hidden", mails[7:8])
    t.expect("Hidden", mails[:7] + mails[8:], cls="octets", severity="info", why="header")


@kind("octets", severity="info", why="line-ends", exit=0)
def line_ends_changed(t):
    """Lines that end in CR CR LF on the old server end in CR LF on the new one."""
    mails = t.old.fill("Broken lines", 6, body="One line.\r\r\nAnother line.\r\r\n")
    yield
    for m in t.new.find("Broken lines", mails):
        octets = t.new.body("Broken lines", m)
        if b"\r\r\n" in octets:
            t.new.replace("Broken lines", [m], lambda o: o.replace(b"\r\r\n", b"\r\n"))
    t.expect("Broken lines", mails)


@kind("octets", severity="info", why="header", exit=0)
def id_added_by_the_mover(t):
    """Messages without Message-ID got one, <UID@imapsync>, so that the mover knows them again."""
    t.old.fill("No id", 7, mid="")
    yield
    mails = t.new.read("No id")
    for i, m in enumerate(mails):
        t.new.replace("No id", [m], lambda o: b"Message-Id: <%d@imapsync>\r\n" % (i + 1) + o)
    t.expect("No id", mails)


@kind("octets", severity="info", why="header", exit=0)
def id_added_by_the_new_server(t):
    """Messages without Message-ID got one from the new server."""
    t.old.fill("Also none", 5, mid="")
    yield
    mails = t.new.read("Also none")
    for i, m in enumerate(mails):
        t.new.replace("Also none", [m], lambda o: o.replace(
            b"\r\n\r\n", b"\r\nMessage-ID: <2015.%d.AA@mx.example.org>\r\n\r\n" % i, 1))
    t.expect("Also none", mails)


@kind("octets", severity="info", why="header", exit=0)
def id_doubled(t):
    """The new server put a second Message-ID beside the first."""
    mails = t.old.fill("Doubled", 5)
    yield
    t.new.replace("Doubled", mails, lambda o: o.replace(
        b"\r\n\r\n", b"\r\nMessage-ID: <2nd.%d@mx.example.org>\r\n\r\n" % (hash(o) % 10**9), 1))
    t.expect("Doubled", mails)


@kind("(none)", severity="info", why=(), exit=0, blind="equal sizes: only a scan that reads bodies can tell")
def body_altered_with_equal_size(t):
    """One letter of one body is another one."""
    mails = t.old.fill("Amounts", 6, body="The sum is 1000 euro.\r\n")
    yield
    t.new.replace("Amounts", mails[3:4], lambda o: o.replace(b"1000", b"9000"))
