# SPDX-License-Identifier: MIT
"""Scenes over time: accounts that are moved, sealed and then lived in, each in a project of its own.

Each step of a scene is judged by itself: which findings stand then, and the exit code.
"""
import sys

import bed
from bed import DAY, NOW, Y2015, Kind, Trial, mail

SCENES = []


def scene(**options):
    def register(fn):
        k = Kind(fn.__name__, fn, "scenes", "message-missing", "loss", frozenset(), 1, dict({"seeded": False}, **options))
        SCENES.append(k)
        return fn
    return register


class Scene(Trial):
    """A trial whose function also drives the project."""
    project = Row = None

    def begin(self, config=None):
        self.rows_out = []
        self.project = bed.Project("scene-" + self.name, self.rows, *self.servers, config)

    def run(self, *argv, want=0):
        self.close()
        code, said = self.project.run(*argv)
        if want is not None and code != want:
            raise RuntimeError("mailmuster %s: exit %d, expected %d: %s" % (" ".join(argv), code, want, said[-400:].strip()))
        return code, said

    def seal(self, want=0):
        self.run("event", "last-pass", "--by", "mia")
        return self.run("seal", "--by", "mia", "--note", "after the last pass", want=want)[1]

    def check(self, step, exit, *argv, audit=True):
        """Audit, verify, compare with what is expected now."""
        self.close()
        lines, told = [], []
        if audit:
            self.project.run("audit")
        code = self.project.run("verify", *argv)[0]
        report = self.project.report()
        for a in self.accounts:
            told += [bed.found(a, f) for f in report[a]["findings"]]
        told = [f for f in told if not f.accepted or f.severity == "info"]
        result, lines = bed.compare(self.expected, told)
        if code != exit:
            lines.append("exit code: expected %d, found %d" % (exit, code))
        want = sorted({e.cls + "/" + e.severity for e in self.expected})
        row = self.Row("%s: %s" % (self.name, step), "scenes", ", ".join(want) or "nothing", result, lines, [(exit, code)])
        self.rows_out.append(row)
        row.print()

    def forget(self):
        self.expected = []


def life(s, folder, mails, week):
    """A week of a person at work: reads, flags, answers, refiles, deletes, empties the bin, gets mail."""
    s.new.store(folder, mails[:6], "+FLAGS.SILENT (\\Seen \\Answered)")
    s.new.store(folder, mails[6:8], "+FLAGS.SILENT (\\Flagged)")
    s.new.store(folder, mails[8:10], "-FLAGS.SILENT (\\Seen)")
    s.new.transfer("MOVE", folder, mails[10:12], "Trash")
    s.new.transfer("MOVE", folder, mails[12:13], "Filed")
    s.new.remove(folder, mails[13:14])
    bin = [m for m in s.new.read("Trash")]
    s.new.remove("Trash", bin)
    arrived = [s.new.append("INBOX", mail(date=NOW + (week * 7 + i) * 600), NOW + (week * 7 + i) * 600, "") for i in range(3)]
    return bin, arrived


@scene()
def four_weeks_of_life(s):
    """A perfect move, sealed; then four weeks in which the owner reads, flags, refiles, deletes and empties Trash: exit 0
    each week.  In the fourth a message that never arrived is told besides: it was lost on the way, before the seal."""
    mails = s.old.fill("INBOX", 80, flags="")
    for folder in "Filed", "Trash":
        s.old.fill(folder, 4)
    yield
    s.begin()
    s.seal()
    s.check("sealed", 0)
    # From the second week on, how many are away is told once for the account, whatever their number.
    removed = None
    for week in range(4):
        life(s, "INBOX", mails[week * 15:week * 15 + 15], week)
        s.forget()
        s.quiet = True
        removed = s.check_life("week %d" % (week + 1))
    assert removed


def check_life(self, step):
    """Life may be told as info in any form; nothing may be worse, and the exit code is 0."""
    self.close()
    self.project.run("audit")
    code = self.project.run("verify")[0]
    report = self.project.report()
    told = [bed.found(a, f) for a in self.accounts for f in report[a]["findings"]]
    loud = [f for f in told if f.severity != "info" and not f.accepted]
    result, lines = bed.compare([], loud)
    if not any(f.cls == "message-removed" for f in told):
        lines.append("missed: message-removed, one for the account")
    if code != 0:
        lines.append("exit code: expected 0, found %d" % code)
    row = self.Row("%s: %s" % (self.name, step), "scenes", "info only", result, lines, [(0, code)])
    self.rows_out.append(row)
    row.print()
    return told


Scene.check_life = check_life


@scene()
def loss_among_life(s):
    """As before, but one message had never arrived when the seal was taken: exit 1 and its name, from the first week on."""
    mails = s.old.fill("INBOX", 40, flags="")
    lost = s.old.fill("Deeds", 6)
    for folder in "Filed", "Trash":
        s.old.fill(folder, 4)
    yield
    s.new.remove("Deeds", lost[3:4])
    s.begin()
    s.seal(want=None)
    for week in range(2):
        life(s, "INBOX", mails[week * 15:week * 15 + 15], week)
        s.close()
        s.project.run("audit")
        code = s.project.run("verify")[0]
        told = [bed.found(a, f) for a in s.accounts for f in s.project.report()[a]["findings"]]
        s.forget()
        s.expect("Deeds", lost[3:4])
        result, lines = bed.compare(s.expected, [f for f in told if f.severity != "info"])
        if code != 1:
            lines.append("exit code: expected 1, found %d" % code)
        s.rows_out.append(s.Row("%s: week %d" % (s.name, week + 1), "scenes", "message-missing/loss", result, lines, [(1, code)]))
        s.rows_out[-1].print()


@scene()
def sealed_with_a_hole(s):
    """Two messages never arrived; the seal is taken all the same: without a baseline a doubt, with one a loss."""
    mails = s.old.fill("Contracts", 12)
    yield
    s.new.remove("Contracts", mails[4:6])
    s.begin()
    s.expect("Contracts", mails[4:6], severity="doubt", why="no-seal")
    s.check("before the seal", 1)
    s.seal(want=None)
    s.forget()
    s.expect("Contracts", mails[4:6], severity="loss", why="unexplained")
    s.check("after the seal", 1)


@scene()
def arrived_late(s):
    """After the last pass and the seal, two messages arrive on the old server and stay there."""
    s.old.fill("INBOX", 10)
    yield
    s.begin()
    s.seal()
    late = [s.old.append("INBOX", mail(date=NOW), NOW, "") for _ in range(2)]
    s.expect("INBOX", late, why="late")
    s.check("two arrived late", 1)


@scene()
def delivered_then_removed(s):
    """After the seal the owner deletes five messages on the new side: info, one finding for the account."""
    mails = s.old.fill("INBOX", 60)
    yield
    s.begin()
    s.seal()
    s.new.remove("INBOX", mails[10:15])
    s.expect("", cls="message-removed", severity="info", why="removed")
    s.check("five deleted", 0)


@scene()
def mover_run_again_with_deletion(s):
    """After the seal 90 new messages arrive; then the mover runs once more with its deletion of what is extra on the new
    side, and 80 of 120 sealed ones go too (the paper's --delete2)."""
    mails = s.old.fill("INBOX", 60)
    mails += s.old.fill("Work", 60)
    yield
    s.begin()
    s.seal()
    for i in range(30):
        s.new.append("INBOX", mail(date=NOW + i), NOW + i, "")
    s.run("audit")
    s.new.remove("INBOX", [m for m in s.new.read("INBOX") if m.date >= NOW] + mails[:40])
    s.new.remove("Work", mails[60:100])
    s.expect("", cls="mass-removal", severity="loss", why=())
    s.expect("", cls="message-removed", severity="info", why="removed")
    s.check("80 of 120 gone", 1)


@scene()
def mailbox_emptied(s):
    """After the seal the whole account is emptied on the new side."""
    mails = s.old.fill("INBOX", 70)
    yield
    s.begin()
    s.seal()
    s.new.remove("INBOX", s.new.read("INBOX"))
    s.expect("", cls="mass-removal", severity="loss", why=())
    s.expect("", cls="message-removed", severity="info", why="removed")
    s.check("all gone", 1)
    assert mails


@scene()
def seen_lost_after_the_seal(s):
    """After the seal all 70 read messages are unread at once."""
    s.old.fill("INBOX", 70)
    yield
    s.begin()
    s.seal()
    s.new.store("INBOX", None, "-FLAGS.SILENT (\\Seen)")
    s.expect("", cls="mass-flags", severity="loss", why="life")
    s.check("70 unread", 1)


@scene()
def flags_lost_through_a_borrowed_login(s):
    """The mover logged in as somebody else: everything had lost \\Seen when the seal was taken (the paper)."""
    mails = {f: s.old.fill(f, 15) for f in ("INBOX", "Work", "Home")}
    yield
    for folder in mails:
        s.new.store(folder, None, "-FLAGS.SILENT (\\Seen)")
    s.begin()
    for folder, those in mails.items():
        s.expect(folder, those, cls="flags", severity="doubt", why="login")
    s.check("before the seal", 1)
    s.seal(want=None)
    s.check("after the seal", 1)


@scene()
def resurrected_mail(s):
    """Between two passes the owner deleted three messages on the old server; on the new one they are back."""
    mails = s.old.fill("INBOX", 20)
    yield
    s.begin()
    s.run("audit")
    s.old.remove("INBOX", mails[5:8])
    s.expect("INBOX", mails[5:8], cls="message-extra", severity="info", why="resurrected")
    s.check("three are back", 0)


@scene()
def folder_made_anew_after_the_seal(s):
    """After the seal a new folder is deleted and made again with the same mail: another UIDVALIDITY, and no loss."""
    s.old.fill("Files", 12)
    yield
    s.begin()
    s.seal()
    held = [(s.new.body("Files", m), m) for m in s.new.read("Files")]
    s.new.delete_folder("Files")
    s.new.create("Files")
    for octets, m in held:
        s.new.append("Files", octets, m.date, " ".join(sorted(m.flags)))
    s.expect("Files", cls="seal-unsound", severity="info", why=())
    s.check("same mail, new UIDs", 0)


@scene()
def sealed_while_mail_flowed(s):
    """An audit read the old side, mail arrived there, the seal is taken offline from that evidence and later audits see it."""
    s.old.fill("INBOX", 10)
    yield
    s.begin()
    s.run("audit")
    late = [s.old.append("INBOX", mail(date=NOW), NOW, "")]
    s.run("audit", "--side", "new")
    code, said = s.project.run("seal", "--offline", "--by", "mia")
    s.expect("INBOX", late, why=("late", "unexplained"))
    s.check("mail behind the seal (seal said %d)" % code, 1)
    assert said


@scene(rules={"exclude": ["Viral"]})
def exclusion_accepted(s):
    """A rule left a folder out: a loss until somebody accepts it by name; a message that comes later is not covered."""
    mails = s.old.fill("Viral", 6)
    s.old.fill("INBOX", 6)
    yield
    s.new.delete_folder("Viral")
    s.begin({"map": {"exclude": ["Viral"]}})
    s.expect("Viral", mails, why="rule")
    s.expect("Viral", cls="folder-missing", severity="loss", why="rule")
    s.check("nobody accepted it", 1)
    s.run("accept", "--rule", "Viral", "--by", "Dora", "--reason", "old viruses", "--yes")
    s.forget()
    s.check("accepted", 0)
    more = [s.old.append("Viral", mail(date=NOW), NOW, "")]
    s.expect("Viral", more, why="rule")
    s.check("one more in it", 1)


@scene()
def accepted_by_class(s):
    """Three messages are missing; the owner accepts the class, and nothing fails any more."""
    mails = s.old.fill("Ads", 9)
    yield
    s.new.remove("Ads", mails[2:5])
    s.begin()
    s.expect("Ads", mails[2:5], severity="doubt", why="no-seal")
    s.check("three missing", 1)
    s.run("accept", "--class", "message-missing", "--by", "Dora", "--reason", "advertisements", "--yes")
    s.forget()
    s.check("accepted", 0)


@scene()
def rollback_list(s):
    """After the seal four messages arrive on the new side only: verify --rollback names them, for the night when mail goes
    back."""
    s.old.fill("INBOX", 10)
    yield
    s.begin()
    s.seal()
    new = [s.new.append("INBOX", mail(date=Y2015 + i * DAY), NOW, "") for i in range(4)]
    s.expect("INBOX", new, cls="message-extra", severity="info", why="life")
    s.check("four arrived", 0)
    said = s.run("verify", "--rollback", want=None)[1]
    for m in new:
        if m.message_id.strip("<>") not in said:
            s.rows_out[-1].lines.append("missed: verify --rollback does not name " + m.message_id)
            s.rows_out[-1].good = False


@scene()
def years_missing_after_cutover(s):
    """Archives deeper than the mover went lack the years before 2012, when the seal is taken (the paper)."""
    deep = {"Archive/%d/Reports/Monthly" % y: s.old.fill("Archive/%d/Reports/Monthly" % y, 6, start=Y2015 - (2015 - y) * 365 * DAY)
            for y in (2009, 2010, 2013, 2014)}
    yield
    for folder in sorted(deep):
        if folder < "Archive/2012":
            s.new.remove(folder, deep[folder])
    s.begin()
    s.seal(want=None)
    for folder in sorted(deep):
        if folder < "Archive/2012":
            s.expect(folder, deep[folder], why=("year", "folder"))
    s.check("2009 and 2010 missing", 1)


@scene()
def corrupt_message_stopped_the_copy(s):
    """A corrupt message stopped the copy of its folder; the seal is taken all the same."""
    mails = s.old.fill("Minutes", 30)
    yield
    s.new.remove("Minutes", mails[18:])
    s.begin()
    s.seal(want=None)
    s.expect("Minutes", mails[18:], why="stopped")
    s.check("the last twelve missing", 1)


IMAPSYNC_LOG = """\
Transfer started at Monday 23 November 2026-11-23 22:00:00 +0000 UTC
Host1: IMAP server [old.example.org] port [143] user [{user}]
Host2: IMAP server [new.example.org] port [143] user [{user}]
Folder     1/1 [{folder}]                             -> [INBOX]
{refused}
++++ Statistics
Transfer ended on                       : Monday 23 November 2026-11-23 22:05:00 +0000 UTC
Exiting with return value 111 (EXIT_WITH_ERRORS) 1/50 nb_errors/max_errors PID 4711
"""
APPEND_FAILED = ("- msg {folder}/{uid} {{468}} could not append ( Subject:[n], Date:[\"05-Mar-2007 09:00:00 +0000\"], Size:[468], "
                 "Flags:[\\Seen] ) to folder INBOX: Error sending '80 APPEND INBOX (\\Seen) {{468}}': 80 NO {said} (0.002 + 0.000 secs).")


@scene()
def movers_log(s):
    """The mover's log tells of each message why the new server refused it, and verify says so."""
    mails = s.old.fill("INBOX", 9)
    reasons = {"quota": "[OVERQUOTA] Quota exceeded (mailbox for user is full)", "too-large": "[LIMIT] Mail size is larger than the "
               "maximum size allowed by server configuration", "mover": "Message contains NUL characters"}
    yield
    folder = s.old.wire("INBOX").strip('"')
    for (why, said), m in zip(reasons.items(), mails[4:7]):
        s.new.remove("INBOX", [m])
        s.expect("INBOX", [m], severity="doubt", why=why)
    s.begin()
    uids = [m.uid for m in sorted(s.old.find("INBOX", mails[4:7]), key=lambda m: m.uid)]
    path = s.project.dir + "/imapsync.log"
    with open(path, "w") as f:
        f.write(IMAPSYNC_LOG.format(user=s.accounts[0], folder=folder, refused="\n".join(
            APPEND_FAILED.format(folder=folder, uid=u, said=said) for u, said in zip(uids, reasons.values()))))
    s.run("event", "import", path)
    s.check("three refused", 1)


@scene()
def letter_altered(s):
    """One letter of one body is another one, and no size tells it; a scan of both sides does."""
    mails = s.old.fill("Amounts", 6, body="The sum is 1000 euro.\r\n")
    yield
    s.new.replace("Amounts", mails[3:4], lambda o: o.replace(b"1000", b"9000"))
    s.begin()
    s.check("not scanned", 0)
    s.run("scan")
    s.expect("Amounts", mails[3:4], cls="content", severity="loss", why="body")
    s.check("scanned", 1)


# ---- evidence that is not enough ----------------------------------------------------------------

@scene()
def counts_only(s):
    """Only counts were read: a verdict is impossible, however equal the counts."""
    s.old.fill("INBOX", 10)
    yield
    s.begin()
    s.run("audit", "--depth", "counts")
    s.expect("", cls="evidence-stale", severity="doubt", side="old")
    s.expect("", cls="evidence-stale", severity="doubt", side="new")
    s.check("equal counts", 3, audit=False)


@scene()
def flags_not_read(s):
    """Identities were read without flags: flags are unknown, never equal."""
    s.old.fill("INBOX", 10)
    yield
    s.begin()
    s.run("audit", "--depth", "ids")
    s.expect("", cls="evidence-stale", severity="doubt")
    s.check("no flags", 3, audit=False)


@scene()
def evidence_too_old(s):
    """The evidence is older than "max_age" of the config."""
    s.old.fill("INBOX", 10)
    yield
    s.begin({"max_age": "1m"})
    s.run("audit")
    s.expect("", cls="evidence-stale", severity="doubt", side="old")
    s.expect("", cls="evidence-stale", severity="doubt", side="new")
    yield
    s.check("a minute later", 3, audit=False)


def run(options, old, new, Row):
    if options.only and "scene" not in options.only and not any(options.only in k.name for k in SCENES):
        return []
    wanted = [k for k in SCENES if options.only in ("", "scenes") or options.only in k.name]
    if options.quick:
        wanted = [k for k in wanted if k.name in ("sealed_with_a_hole", "mailbox_emptied", "counts_only")]
    Scene.Row = Row
    made = [Scene(k, old, new, options.seed, "s-" + k.name) for k in wanted]
    old.add([u for s in made for u in s.old_users])
    new.add([u for s in made for u in s.new_users])
    for s in made:
        s.prepare()
    bed.move(old, new, [p for s in made for p in s.moved])
    rows, waiting = [], []
    import time
    for s in made:
        s.rows_out = []
        try:
            next(s.steps, None)
            waiting.append((time.monotonic(), s))
        except Exception as e:  # noqa: BLE001: the other scenes are played all the same
            failed(s, e, Row)
    for began, s in waiting:
        if s.kind.name == "evidence_too_old":
            time.sleep(max(0, 62 - (time.monotonic() - began)))
            try:
                next(s.steps, None)
            except Exception as e:  # noqa: BLE001
                failed(s, e, Row)
    for s in made:
        s.close()
        rows += s.rows_out
    print("# scenes are played", file=sys.stderr)
    return rows


def failed(s, e, Row):
    s.rows_out.append(Row(s.name, "scenes", "", bed.Result(0, 0, 1, 0), ["broke off: %s" % e], [(0, -1)]))
    s.rows_out[-1].print()
