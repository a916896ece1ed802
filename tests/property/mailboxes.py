# SPDX-License-Identifier: MIT
"""Accounts with random mail on two sides, random differences between them, and random things that are no difference."""
import base64
import random
import re
import unicodedata

SYSTEM = ["\\Seen", "\\Answered", "\\Flagged", "\\Deleted", "\\Draft"]
KEYWORDS = ["$Forwarded", "$Junk", "work", "Label1", "$MDNSent"]
PARTS = ["Archive", "2009", "Entwürfe", "日本語", "A&B", "Reise nach Köln", "deep", "Sent Items",
         "50% off", "tilde~x", "Zoë"]
BAD = "cannot be opened"  # every folder of this name is refused by one peer
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


# ---- mail ---------------------------------------------------------------------------------------

class Text:
    """What one message is: its header as it was written, and by what it can be recognised."""

    def __init__(self, number, seed):
        self.subject = "number %d of %d" % (number, seed)
        self.id = "<%d.%d.Local@Example.org>" % (number, seed)
        self.id_key = self.field_key = (number, seed)
        self.kind = "good"
        self.eight_bit = False
        self.bare = False
        self.octets = 400 + number * 7


class Mail:
    """A message on one side.  Facts are compared as they stand here."""

    def __init__(self, text, rng):
        self.text, self.folder, self.uid = text, None, 0
        self.added_id = False  # this server put a Message-ID where there was none
        self.lost = False  # this server lists it, and gives nothing of it out
        self.octets = text.octets
        self.date = rng.randrange(946684800, 1700000000)
        self.flags = frozenset(f for f in SYSTEM[:3] if rng.random() < 0.4)
        self.keywords = frozenset(k for k in KEYWORDS if rng.random() < 0.15)
        self.zone = 0

    def copy(self):
        m = Mail.__new__(Mail)
        m.__dict__.update(self.__dict__)
        m.lost = False
        return m

    def facts(self):
        return (self.octets, self.date, self.flags, frozenset(k.lower() for k in self.keywords))

    def primary(self, envelope):
        """The identity that one look at the index gives; ENVELOPE has room for one Message-ID."""
        t = self.text
        if self.added_id or t.kind == "good" or (t.kind == "doubled" and envelope):
            return ("id",) + ((t.field_key, "added") if self.added_id else (t.id_key,))
        if t.bare:
            return ("none", self.octets, self.date)
        return ("fields", t.field_key)

    def header(self, rng, munge):
        """As this server shows it: folded, spelt and munged at will, which changes nothing."""
        t = self.text
        fields = []
        mid = t.id
        if self.added_id:
            mid = "<made.up.%s@server.example.org>" % re.sub(r"\D", "", str(t.field_key))
        elif rng.random() < 0.3:
            mid = mid.replace("Example.org", rng.choice(["EXAMPLE.ORG", "example.org"]))
        if not t.bare:
            subject = t.subject + (" Gr\udcfc\udcdfe" if t.eight_bit else "")
            if munge:
                subject = subject.replace("\udcfc", "X").replace("\udcdf", "X")
            if rng.random() < 0.4:
                subject = subject.replace(" ", rng.choice(["\r\n ", "\r\n\t", "  "]), 1)
            fields += ["From: Anna <anna@example.org>", "To: ben@example.org,\r\n carl@example.org",
                       "Date: Fri, 1 Jan 2010 15:15:35 +0000", "Subject: " + subject]
        name = rng.choice(["Message-ID", "Message-Id", "MESSAGE-ID"])
        if t.kind in ("good", "doubled", "malformed", "artefact") or self.added_id:
            fields.append("%s:%s%s%s" % (name, rng.choice([" ", "\r\n ", "\t"]), mid,
                                         rng.choice(["", " ", " (a comment)"])))
        if t.kind == "doubled" and not self.added_id:
            fields.append("Message-ID: <second.%s" % mid[1:])
        return "".join(f + "\r\n" for f in fields)


class Folder:
    def __init__(self, name, attrs=()):
        self.name = name  # common form: a tuple of parts
        self.attrs = list(attrs)
        self.uidvalidity = 1000
        self.mail = []
        self.last = 0
        self.subscribed = True

    def add(self, m, rng):
        self.last += rng.choice([1, 1, 1, 2, 7, 600])
        m.folder, m.uid = self, self.last
        self.mail.append(m)

    def renew(self, rng):
        """Another UIDVALIDITY: every message has another UID."""
        self.uidvalidity += 1
        mail, self.mail, self.last = self.mail, [], 0
        rng.shuffle(mail)
        for m in mail:
            self.add(m, rng)

    def holds(self):
        return "\\Noselect" not in self.attrs


def encode(part):
    """Modified UTF-7 (RFC 3501 section 5.1.3)."""
    out, run = "", ""
    for c in part + "\0":
        if " " <= c <= "~" or c == "\0":
            if run:
                raw = base64.b64encode(run.encode("utf-16-be")).decode().rstrip("=")
                out += "&" + raw.replace("/", ",") + "-"
                run = ""
            out += "&-" if c == "&" else c.rstrip("\0")
        else:
            run += c
    return out


class Side:
    def __init__(self, delim, prefix):
        self.delim, self.prefix = delim, prefix
        self.folders = []
        self.inbox = "INBOX"
        self.form = "NFC"

    def wire(self, folder):
        if folder.name == ("INBOX",):
            return self.inbox
        parts = [encode(unicodedata.normalize(self.form, p)) for p in folder.name]
        return self.prefix + self.delim.join(parts)

    def common(self, folder):
        return "/".join(p.replace("%", "%25").replace("/", "%2F") for p in folder.name)

    def mail(self):
        return [m for f in self.folders for m in f.mail]

    def model(self, rng, munge, modseq):
        out = []
        for f in self.folders:
            out.append({"name": self.wire(f), "uidvalidity": f.uidvalidity, "attrs": f.attrs,
                        "uidnext": f.last + 1, "modseq": modseq, "subscribed": f.subscribed,
                        "messages": [{"uid": m.uid, "size": m.octets, "header": m.header(rng, munge),
                                      "flags": sorted(m.flags | m.keywords), "date": date(m), "lost": m.lost}
                                     for m in sorted(f.mail, key=lambda m: m.uid)]})
        rng.shuffle(out)
        return {"delim": self.delim, "prefix": self.prefix, "folders": out}


def date(m):
    days, seconds = divmod(m.date + m.zone * 3600, 86400)
    z = days + 719468
    era = z // 146097
    doe = z - era * 146097
    yoe = (doe - doe // 1460 + doe // 36524 - doe // 146096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    day, month = doy - (153 * mp + 2) // 5 + 1, mp + 3 if mp < 10 else mp - 9
    year = yoe + era * 400 + (month <= 2)
    return "%02d-%s-%04d %02d:%02d:%02d %s%02d00" % (
        day, MONTHS[month - 1], year, seconds // 3600, seconds // 60 % 60, seconds % 60,
        "-" if m.zone < 0 else "+", abs(m.zone))


# ---- one account --------------------------------------------------------------------------------

class Account:
    def __init__(self, seed):
        self.seed, self.rng, self.name = seed, random.Random(seed), "u%d" % seed
        rng = self.rng
        self.rate = rng.choice([0, 0, 0.04, 0.3])  # how much goes wrong
        self.numbers = 0
        self.planted = []
        self.old, self.new = (Side(*rng.choice([("/", ""), (".", ""), (".", "INBOX."), ("/", "INBOX/")]))
                              for _ in range(2))
        self.new.inbox = rng.choice(["INBOX", "INBOX", "Inbox", "inbox"])
        self.new.form = rng.choice(["NFC", "NFC", "NFD"])
        self.absent = rng.random() < 0.04  # the new side has no such account
        self.make_old()
        self.make_new()

    def said(self, what):
        self.planted.append(what)

    def text(self, kind="good"):
        self.numbers += 1
        t = Text(self.numbers, self.seed)
        t.kind = kind
        t.eight_bit = self.rng.random() < 0.2
        if kind == "malformed":
            t.id = self.rng.choice(["<no-domain>", "nothing in brackets@example.org", "<@example.org>"])
        elif kind == "artefact":
            t.id = "<%d@imapsync>" % self.numbers
        elif kind == "bare":
            t.bare = True
        return t

    def make_old(self):
        rng, side = self.rng, self.old
        names = {("INBOX",)}
        for _ in range(rng.randrange(1, 7)):
            parent = rng.choice(sorted(names - {("INBOX",)}) + [()])
            part = rng.choice(PARTS)
            if self.old.delim == self.new.delim and rng.random() < 0.2:
                part += "." if self.old.delim == "/" else "/"
                part += "x"
            names.add(parent + (part,))
        if rng.random() < 0.25:
            names |= {("Case",), ("CASE",)}
        if rng.random() < 0.2:
            names.add(("INBOX", "below"))
        if rng.random() < 0.06:
            names.add((BAD,))
        for name in sorted(names):
            parent = any(n[:len(name)] == name != n for n in names)
            attrs = []
            if parent and name != ("INBOX",) and rng.random() < 0.4:
                attrs = ["\\Noselect"]
            elif rng.random() < 0.1:
                attrs = [rng.choice(["\\Sent", "\\Trash", "\\Junk"])]
            f = Folder(name, attrs)
            f.subscribed = rng.random() < 0.8
            side.folders.append(f)
            if f.holds():
                self.fill(f, rng.choice([0, 1, 3, 8, 20]))

    def fill(self, folder, n):
        rng = self.rng
        kinds = ["good"] * 10 + ["none", "doubled", "malformed", "artefact", "bare", "shared", "copies",
                                 "alike"]
        for _ in range(n):
            kind = rng.choice(kinds)
            if kind == "shared":  # two messages, one Message-ID
                a, b = self.text(), self.text()
                b.id, b.id_key = a.id, a.id_key
                made = [Mail(a, rng), Mail(b, rng)]
            elif kind == "copies":
                made = [Mail(self.text(rng.choice(["good", "none", "bare"])), rng)]
                made += [made[0].copy() for _ in range(rng.randrange(1, 4))]
                if rng.random() < 0.3:
                    made[-1].flags = frozenset(["\\Flagged"])
            elif kind == "alike":  # two Message-IDs, all else the same
                a, b = self.text(), self.text()
                b.subject, b.field_key, b.octets, b.eight_bit = a.subject, a.field_key, a.octets, a.eight_bit
                made = [Mail(a, rng)]
                made.append(made[0].copy())
                made[1].text = b
            else:
                made = [Mail(self.text(kind), rng)]
            for m in made:
                folder.add(m, rng)

    def wrong(self):
        return self.rng.random() < self.rate

    def benign(self, m):
        """What is no difference."""
        m.zone = self.rng.choice([0, 0, 2, -11])
        if self.rng.random() < 0.1:
            m.keywords = frozenset(k.upper() for k in m.keywords)
        if m.text.kind in ("none", "malformed", "artefact", "doubled") and self.rng.random() < 0.3:
            m.added_id = not m.added_id

    def spoil(self, m):
        """One fact changes; returns what."""
        rng = self.rng
        what = rng.choice(["flags", "flags", "keywords", "date", "octets", "deleted"])
        if what == "flags":
            m.flags = frozenset() if m.flags else frozenset(["\\Seen"])
        elif what == "deleted":
            m.flags |= {"\\Deleted"}
        elif what == "keywords":
            m.keywords = frozenset() if m.keywords else frozenset(["$Junk"])
        elif what == "date":
            m.date += rng.choice([3600, -7200, 86400 * 900, 1])
        else:
            m.octets += rng.choice([-1, 1, 57])
        self.said("%s of %s" % (what, m.text.subject))

    def make_new(self):
        rng, new = self.rng, self.new
        new.folders = []
        for f in self.old.folders:
            if f.name not in (("INBOX",), (BAD,)) and self.wrong():
                self.said("folder %s dropped" % (f.name,))
                continue
            name = f.name
            others = {g.name for g in self.old.folders if g is not f}
            if len(name) == 1 and name[0] not in ("INBOX", BAD) and self.wrong() and rng.random() < 0.5 \
                    and name[0].swapcase() != name[0] and not any(o[0] == name[0] for o in others):
                name = (name[0].swapcase(),)
                if any(o[0].casefold() == name[0].casefold() for o in others):
                    name = f.name
            g = Folder(name, ["\\Noselect"] if not f.holds() and rng.random() < 0.5 else [])
            g.subscribed = rng.random() < 0.8
            new.folders.append(g)
        if self.wrong() or rng.random() < 0.1:
            new.folders.append(Folder(("Only new",)))
        if self.wrong() and rng.random() < 0.2 and all(f.name != (BAD,) for f in new.folders):
            new.folders.append(Folder((BAD,)))
        self.copy_mail()

    def copy_mail(self):
        rng = self.rng
        taking = [g for g in self.new.folders if g.holds()]
        moved = []
        for f in self.old.folders:
            target = next((g for g in taking if g.name == f.name), None) or \
                next((g for g in taking if fold(g.name) == fold(f.name)), None)
            for m in f.mail:
                moved.append((m.copy(), target))
        rng.shuffle(moved)
        for m, g in moved:
            self.benign(m)
            if g is None:  # its folder was dropped
                if self.wrong():
                    g = rng.choice(taking)
                else:
                    continue
            if self.wrong():
                what = rng.choice(["drop", "twice", "move", "spoil", "spoil", "other"])
                if what == "drop":
                    self.said("dropped " + m.text.subject)
                    continue
                if what == "twice":
                    self.said("twice " + m.text.subject)
                    g.add(m.copy(), rng)
                elif what == "move":
                    self.said("moved " + m.text.subject)
                    g = rng.choice(taking)
                elif what == "other" and m.text.kind == "good" and not m.added_id:
                    # Another message in its place that only the Message-ID tells apart.
                    self.said("replaced " + m.text.subject)
                    t = self.text()
                    t.subject, t.field_key = m.text.subject, m.text.field_key
                    t.octets, t.eight_bit = m.text.octets, m.text.eight_bit
                    m.text = t
                else:
                    self.spoil(m)
            g.add(m, rng)
        if self.wrong() or rng.random() < 0.1:
            m = Mail(self.text(), rng)
            if rng.random() < 0.5:
                m.date = 2050000000  # new mail
            rng.choice(taking).add(m, rng)
            self.said("extra " + m.text.subject)

    def lose(self, again):
        """Messages that a server lists and does not give out; never all of a folder, which is another trouble.  Later some
        can be read again.  None that was read before: of that the evidence tells which it is."""
        rng = random.Random(self.seed * 2 + again)
        often = rng.choice([0, 0, 0.5])
        for side in (self.old, self.new):
            for f in side.folders:
                for m in f.mail:
                    m.lost = m.lost and rng.random() < 0.5
                if f.name != (BAD,) and not again and rng.random() < often:
                    for m in rng.sample(f.mail, min(len(f.mail), rng.choice([1, 1, 3]))):
                        m.lost = True
                        self.said("unreadable " + m.text.subject)
                if all(m.lost for m in f.mail):
                    for m in f.mail:
                        m.lost = False

    def live_on(self):
        """What happens between two audits."""
        rng = self.rng
        self.rate = rng.choice([0, self.rate, 0.2])
        self.planted.append("-- later --")
        for f in self.old.folders:
            if not f.holds():
                continue
            f.mail = [m for m in f.mail if rng.random() > 0.1]
            for m in f.mail:
                if rng.random() < 0.1:
                    m.flags ^= {"\\Seen"}
            self.fill(f, rng.choice([0, 0, 2]))
            if rng.random() < 0.2:
                f.renew(rng)
        if rng.random() < 0.6:  # copied once more
            validity = {g.name: g.uidvalidity + 1 for g in self.new.folders}
            self.make_new()
            for g in self.new.folders:
                g.uidvalidity = validity.get(g.name, g.uidvalidity)
            return
        for g in self.new.folders:
            g.mail = [m for m in g.mail if not self.wrong()]
            for m in list(g.mail):
                was = m.octets, m.date
                if self.wrong():
                    self.spoil(m)
                if was != (m.octets, m.date):  # a UID stands for one size and one date for good
                    g.mail.remove(m)
                    g.add(m, rng)
            if rng.random() < 0.2:
                g.renew(rng)


def fold(name):
    return tuple(unicodedata.normalize("NFC", p).casefold() for p in name)
