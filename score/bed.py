# SPDX-License-Identifier: MIT
"""What the score stands on: two servers of the lab, boxes on them, projects of mailmuster, and expectations."""
import inspect
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import unicodedata
from collections import defaultdict, namedtuple

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "lab"))
import faults  # noqa: E402
import labimap  # noqa: E402
import oracle  # noqa: E402

PROGRAM = os.environ.get("MAILMUSTER", os.path.join(ROOT, "build", "mailmuster"))
WORK = os.path.join(ROOT, "build", "score")
LAB = os.path.join(ROOT, "build", "lab", "score")
DAY = 86400
NOW = int(time.time())
Y2015 = 1420070400  # what the score itself files begins here
# Classes that a program sees which reads messages and folders, and knows of no config and no other account.
ORACLE = {"message-missing", "message-extra", "message-refiled", "flags", "keywords", "date", "octets", "content",
          "folder-missing", "folder-extra", "folder-unreadable", "subscription", "special-use"}
USES = {"Drafts": "\\Drafts", "Junk": "\\Junk", "Sent": "\\Sent", "Trash": "\\Trash"}  # of the lab's Dovecot
MESSAGE_FACTS = {"flags", "keywords", "date", "octets", "content"}


def sh(*argv, check=True, **kw):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if check and done.returncode != 0:
        raise RuntimeError("%s: exit %d\n%s" % (" ".join(argv), done.returncode, done.stdout[-3000:]))
    return done


def plain_id(text):
    """A Message-ID without what readers may drop: blanks, comments, brackets and letter case."""
    plain = re.sub(r"\(.*?\)|\s", "", text or "").strip("<>").lower()
    return plain if "@" in plain else ""  # what is not one is in no report as one


class Server:
    def __init__(self, kind, name, *options):
        self.kind, self.dir = kind, os.path.join(LAB, name)
        sh(ROOT + "/lab/lab", "start", kind, "--dir", self.dir, *options)
        self.facts = dict(re.findall(r"^LAB_(\w+)=(.*)$", open(self.dir + "/ports").read(), re.M))

    def add(self, names):
        if names:
            sh(ROOT + "/lab/lab", "users", self.kind, "--dir", self.dir, *names)

    def known(self):
        return labimap.server(self.dir)

    def admin(self):
        secret = open(self.facts["ADMIN_SECRET"]).read().strip()
        return labimap.Imap(self.known()._replace(users={self.facts["ADMIN"]: secret}), self.facts["ADMIN"])

    def seed(self, names, seed, messages):
        """Ordinary mail, the same for the same seed."""
        if not names:
            return
        passwords = self.known().users
        path = os.path.join(WORK, "seed-users")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.writelines("%s:%s\n" % (n, passwords[n]) for n in names)
        sh(ROOT + "/build/release/lab/seed", "--port", self.facts["IMAP"], "--users-file", path, "--messages", str(messages),
           "--even", "--seed", str(seed), "--jobs", "2")
        os.unlink(path)

    def stop(self):
        sh(ROOT + "/lab/lab", "stop", self.kind, "--dir", self.dir, check=False)


def move(old, new, pairs, mover="doveadm"):
    path = os.path.join(WORK, "moves")
    with open(path, "w") as f:
        f.writelines("%s %s\n" % p for p in pairs)
    sh(ROOT + "/lab/move", old.dir, new.dir, "--mover", mover, "--accounts", path)


# ---- mail ---------------------------------------------------------------------------------------

Mail = namedtuple("Mail", "message_id octets date")  # what the score itself filed
serial = 0


def mail(mid=None, subject="", size=0, date=Y2015, headers="", body=None, fields=True):
    """Octets of a message.  mid: None for one of its own, "" for none; size: at least so many octets."""
    global serial
    serial += 1
    stamp = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime(date))
    text = headers
    if fields:
        text += "From: Anna Berg <anna@example.org>\r\nTo: bert@example.org\r\nSubject: %s\r\nDate: %s\r\n" % (
            subject or "number %d" % serial, stamp)
    if mid is None:
        mid = "<score.%d@example.org>" % serial
    if mid:
        text += "Message-ID: %s\r\n" % mid
    text += "\r\n" + ("Hello, this is number %d.\r\n" % serial if body is None else body)
    if len(text) < size:
        text += ("x" * 76 + "\r\n") * ((size - len(text)) // 78 + 1)
    return text.encode("utf-8", "surrogateescape")


def id_of(octets):
    return labimap.message_id(octets.split(b"\r\n\r\n", 1)[0].replace(b"\r\n", b"\n"))


class Box:
    """One account of one server."""

    def __init__(self, server, user, made):
        self.server, self.user, self.made = server, user, made
        self._imap = self._account = None

    @property
    def imap(self):
        if self._imap is None:
            self._imap = labimap.Imap(self.server.known(), self.user)
        return self._imap

    @property
    def account(self):
        """All of it as it was read the first time: what the planters of the lab take."""
        if self._account is None:
            self._account = faults.Account(self.server.known(), self.user)
            self._account.used |= self.made  # what the score made itself is not for them
        return self._account

    def cmd(self, text, *literals):
        return self.imap.cmd(text, *literals)

    def wire(self, folder):
        return self.imap.wire(folder)

    def create(self, folder, use=""):
        self.made.add(folder)
        self.cmd("CREATE %s%s" % (self.wire(folder), " (USE (%s))" % use if use else ""))
        return folder

    def delete_folder(self, folder):
        self.cmd("EXAMINE INBOX")  # Dovecot hangs up when the open folder goes
        self.cmd("DELETE " + self.wire(folder))

    def rename(self, folder, name):
        self.made.add(name)
        self.cmd("EXAMINE INBOX")
        self.cmd("RENAME %s %s" % (self.wire(folder), self.wire(name)))

    def append(self, folder, octets, date=Y2015, flags="\\Seen"):
        self.cmd('APPEND %s (%s) "%s" %%s' % (self.wire(folder), flags, faults.imap_date(date)), octets)
        return Mail(id_of(octets), len(octets), date)

    def fill(self, folder, n=10, start=Y2015, step=DAY, flags="\\Seen", create=True, **shape):
        """Make a folder with n messages of one's own, a day apart."""
        if create and folder != "INBOX":
            self.create(folder)
        return [self.append(folder, mail(date=start + i * step, **shape), start + i * step, flags) for i in range(n)]

    def read(self, folder):
        return self.imap.messages(folder)

    def folders(self):
        return {f: self.read(f) for f, a in self.imap.names("LIST").items() if "\\noselect" not in a}

    def find(self, folder, mails):
        wanted = {m.message_id for m in mails}
        return [m for m in self.read(folder) if m.message_id in wanted]

    def body(self, folder, m):
        self.cmd("EXAMINE " + self.wire(folder))
        return self.cmd("UID FETCH %d (BODY.PEEK[])" % m.uid)[0][1][0]

    def remove(self, folder, mails):
        """By Message-ID or as read: gone for ever."""
        found = [m if hasattr(m, "uid") else self.find(folder, [m])[0] for m in mails]
        if not found:
            return
        self.cmd("SELECT " + self.wire(folder))
        uids = ",".join(str(m.uid) for m in found)
        self.cmd("UID STORE %s +FLAGS.SILENT (\\Deleted)" % uids)
        self.cmd("UID EXPUNGE %s" % uids)

    def store(self, folder, mails, change):
        """mails: a list, or None for the whole folder."""
        uids = "1:*" if mails is None else ",".join(str(m.uid) for m in self.find(folder, mails))
        self.cmd("SELECT " + self.wire(folder))
        self.cmd("UID STORE %s %s" % (uids, change))

    def transfer(self, verb, folder, mails, target):
        uids = ",".join(str(m.uid) for m in self.find(folder, mails))
        self.cmd("SELECT " + self.wire(folder))
        self.cmd("UID %s %s %s" % (verb, uids, self.wire(target)))

    def replace(self, folder, mails, change=lambda octets: octets, date=lambda d: d):
        """Each message again, altered, with its flags."""
        for m in self.find(folder, mails) if not hasattr(mails[0], "uid") else mails:
            octets = change(self.body(folder, m))
            self.remove(folder, [m])
            self.append(folder, octets, date(m.date), " ".join(sorted(m.flags | m.keywords)))

    def close(self):
        if self._account:
            self.made.update(self._account.used)
        for imap in (self._imap, self._account and self._account.imap):
            if imap:
                imap.logout()
        self._imap = self._account = None


# ---- projects -----------------------------------------------------------------------------------

class Project:
    """A project directory, and the program run in it as its operator would."""
    map_rules = None  # whether the program takes "map" rules for one transfer

    def __init__(self, name, rows, old, new, config=None):
        self.dir, self.name = os.path.join(WORK, name), name
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        columns = ["account", "old_user", "new_user", "new_prefix", "access", "access_reason", "wave"]
        with open(self.dir + "/list.csv", "w") as f:
            f.write(",".join(columns) + "\n")
            f.writelines(",".join(row.get(c, "") for c in columns) + "\n" for row in rows)
        options = []
        for side, server in (("old", old), ("new", new)):
            auth = "authzid" if server.kind == "cyrus" else "master"
            given = {"host": "localhost", "port": server.facts["IMAPS"], "tls": "implicit", "ca": server.facts["CA"],
                     "auth": auth, "admin": server.facts["ADMIN"], "secret-file": server.facts["ADMIN_SECRET"]}
            for key, value in given.items():
                options += ["--%s-%s" % (side, key), value]
        self.run("init", "--no-input", "--project", name, "--accounts", self.dir + "/list.csv", *options, want=0)
        if config:
            self.configure(config)

    def configure(self, more):
        """Add keys to mailmuster.json; what the program does not know yet is left out and told."""
        path = self.dir + "/mailmuster.json"
        text = open(path).read()
        given = json.loads(re.sub(r"^\s*//.*$", "", text, flags=re.M))
        left = []
        for key, value in more.items():
            trial = dict(given, **{key: value})
            with open(path, "w") as f:
                json.dump(trial, f, indent=1, ensure_ascii=False)
            if self.run("accounts", "list")[0] == 6:
                left.append(key)
            else:
                given = trial
        with open(path, "w") as f:
            json.dump(given, f, indent=1, ensure_ascii=False)
        self.refused = left
        return left

    def run(self, *argv, want=None):
        done = sh(PROGRAM, "-C", self.dir, "--no-input", *argv, check=False, stdin=subprocess.DEVNULL)
        with open(os.path.join(self.dir, "said.txt"), "a") as f:
            f.write("$ mailmuster %s\n%s-> exit %d\n\n" % (" ".join(argv), done.stdout, done.returncode))
        if want is not None and done.returncode != want:
            raise RuntimeError("mailmuster %s: exit %d, expected %d\n%s" % (
                " ".join(argv), done.returncode, want, done.stdout[-2000:]))
        return done.returncode, done.stdout

    def report(self):
        """{account: transfer of the report}."""
        path = os.path.join(self.dir, "report.json")
        self.run("report", "--json", "-o", path, want=0)
        with open(path) as f:
            return {t["account"]: t for t in json.load(f)["transfers"]}


# ---- expectations -------------------------------------------------------------------------------

class Expected(namedtuple("Expected", "account cls folder id severity why other side")):
    """One finding that must be reported.  why: a set of words that are right; empty when it does not matter."""

    def subject(self):
        return self.account, self.folder, self.id


class Found(namedtuple("Found", "account cls folder id severity why other side accepted count")):
    def subject(self):
        return self.account, self.folder, self.id


def found(account, finding):
    return Found(account, finding["class"], finding["folder"], plain_id(finding["message_id"]), finding["severity"],
                 finding.get("why"), finding["other"] or "", finding["side"], bool(finding.get("accepted")),
                 finding.get("count", 1))


Result = namedtuple("Result", "caught misnamed missed false")


def compare(expected, told):
    """Hold what was told against what was expected.  Returns counts, and a line for each difference."""
    lines, caught, misnamed = [], 0, 0

    def take(fits):
        nonlocal expected, told
        pairs, left = [], []
        index = defaultdict(list)
        for f in told:
            index[f.subject()].append(f)
        for e in expected:
            f = next((f for f in index[e.subject()] if fits(e, f)), None)
            if f is None:
                left.append(e)
            else:
                index[e.subject()].remove(f)
                pairs.append((e, f))
        expected, told = left, [f for same in index.values() for f in same]
        return pairs

    def sums():
        """A finding may speak for many messages of an account: as many must have been expected, each with its reason."""
        nonlocal expected, told
        n = 0
        for f in [f for f in told if f.count > 1 and f.cls == "date" and not f.folder]:
            meant = [e for e in expected if (e.account, e.cls, e.severity) == (f.account, f.cls, f.severity) and f.why in e.why]
            if len(meant) == f.count:
                n += len(meant)
                expected = [e for e in expected if e not in meant]
                told.remove(f)
        return n

    def whole(e, f):
        return e.cls == f.cls and e.severity == f.severity and (not e.why or f.why is None or f.why in e.why) and (
            not e.other or e.other == f.other) and (not e.side or e.side == f.side)

    caught += sums()
    caught += len(take(whole))
    for fits in (lambda e, f: e.cls == f.cls, lambda e, f: True):
        for e, f in take(fits):
            caught, misnamed = caught + 1, misnamed + 1
            lines.append("misnamed: %s in %s %s: expected %s, found %s" % (
                e.cls, e.account, e.folder or "(account)", said(e), said(f)))
    for e in expected:
        lines.append("missed: %s in %s %s %s (%s)" % (e.cls, e.account, e.folder or "(account)", e.id, said(e)))
    for f in told:
        lines.append("false alarm: %s in %s %s %s (%s)" % (f.cls, f.account, f.folder or "(account)", f.id, said(f)))
    return Result(caught, misnamed, len(expected), len(told)), lines


def said(e):
    why = e.why if isinstance(e.why, str) or e.why is None else "|".join(sorted(e.why))
    return "%s/%s/%s%s" % (e.cls, e.severity, why or "-", " -> " + e.other if e.other else "")


# ---- kinds --------------------------------------------------------------------------------------

Kind = namedtuple("Kind", "name fn group cls severity why exit options")
KINDS = {}


def kind(cls, severity="doubt", why="no-seal", exit=1, **options):
    """A kind of fault.  The function gets a Trial; what stands before its yield is done before the move.

    cls, severity and why are those of its main findings; exit is that of `verify --only ACCOUNT`.  The docstring says what
    is planted and how, and becomes a row of docs/score.md.  Options:
      extra      more accounts, by what follows the name
      transfers  rows of the account list, "@" standing for the name; default: one of the same name on both sides
      moved      pairs of users that the mover moves; default: old and new user of each transfer
      seeded     False: no ordinary mail beside what is planted
      rules      "map" rules of the transfer
      alone      True: it touches the whole account, so no mix has it
      oracle     False: the oracle would call it something else
      back       True: from Dovecot to Cyrus instead; moves by itself, with t.copy()
      blind      why nothing can be seen at this depth: planted and told, and not part of the 100 %
    """
    def register(fn):
        words = frozenset([why] if isinstance(why, str) else why or ())
        KINDS[fn.__name__] = Kind(fn.__name__, fn, fn.__module__, cls, severity, words, exit, options)
        return fn
    return register


class Trial:
    """One kind, planted in accounts of its own."""

    def __init__(self, k, old, new, seed, name=None):
        self.kind, self.name = k, (name or k.name)
        self.rng = random.Random("%s %s" % (seed, self.name))
        at = lambda text: text.replace("@", self.name)  # noqa: E731
        rows = k.options.get("transfers") or [{"account": "@" + x} for x in ("",) + tuple(k.options.get("extra", ()))]
        self.rows = [{key: at(value) for key, value in row.items()} for row in rows]
        for row in self.rows:
            for side in ("old_user", "new_user"):
                row.setdefault(side, row["account"])
        self.accounts = [row["account"] for row in self.rows]
        moved = [] if k.options.get("back") else k.options.get("moved")
        self.moved = [(r["old_user"], r["new_user"]) for r in self.rows] if moved is None else [
            tuple(at(u) for u in pair) for pair in moved]
        self.old_users = sorted({r["old_user"] for r in self.rows} - set(map(at, k.options.get("no_old", ()))) - {"-"})
        self.new_users = sorted({r["new_user"] for r in self.rows} - set(map(at, k.options.get("no_new", ()))) - {"-"})
        self.servers = old, new
        self.boxes, self.expected, self.made = {}, [], {"Renamed by hand", "Made on the new server"}
        self.steps = self.failed = None
        self.rules = k.options.get("rules", {})

    def box(self, side, suffix=""):
        key = side, self.name + suffix
        if key not in self.boxes:
            self.boxes[key] = Box(self.servers[side == "new"], key[1], self.made)
        return self.boxes[key]

    old = property(lambda self: self.box("old"))
    new = property(lambda self: self.box("new"))

    def expect(self, folder, messages=None, cls=None, severity=None, why=None, account=None, other="", side=""):
        """Findings that must be told; messages None: one that is about the folder or, with folder "", the account."""
        words = self.kind.why if why is None else frozenset([why] if isinstance(why, str) else why)
        make = lambda mid: Expected(account or self.accounts[0], cls or self.kind.cls, folder, plain_id(mid),  # noqa: E731
                                    severity or self.kind.severity, words, other, side)
        if messages is None:
            self.expected.append(make(""))
        else:
            self.expected += [make(m if isinstance(m, str) else m.message_id) for m in messages]

    def expect_folder(self, folder, cls, severity="doubt", why=(), **more):
        self.expect(folder, cls=cls, severity=severity, why=why, **more)

    def copy(self, source="", target="", prefix="", skip=()):
        """What a faithful mover does, by APPEND: all of an old account, below a prefix."""
        old, new = self.box("old", source), self.box("new", target)
        have = set(new.imap.names("LIST"))
        for folder, messages in sorted(old.folders().items()):
            name = prefix + "/" + folder if prefix else folder
            parts = name.split("/")
            for i in range(1, len(parts) + 1):
                parent = "/".join(parts[:i])
                if parent not in have and folder not in skip:
                    use = USES.get(parent, "") if new.server.kind == "cyrus" else ""
                    new.cmd("CREATE %s%s" % (new.wire(parent), " (USE (%s))" % use if use else ""))
                    have.add(parent)
            for m in messages if folder not in skip else ():
                new.append(name, old.body(folder, m), m.date, " ".join(sorted(m.flags | m.keywords)))
        for folder, attributes in old.imap.names("LSUB").items():
            if folder in have and "\\noselect" not in attributes:
                new.cmd("SUBSCRIBE " + new.wire(folder))

    def prepare(self):
        """What must be there before the move: all that stands before the yield."""
        if inspect.isgeneratorfunction(self.kind.fn):
            self.steps = self.kind.fn(self)
            next(self.steps)
            self.close()

    def plant(self):
        if self.steps is None:
            self.kind.fn(self)
        for _ in self.steps or ():
            raise RuntimeError(self.name + ": yields twice")
        self.close()

    def close(self):
        for box in self.boxes.values():
            box.close()


# ---- what the oracle says -----------------------------------------------------------------------

def target(folder, row, rules):
    """Where an old folder should be, by the rules that the kind gave to the config; Python's own reading of them."""
    for old, new in rules.get("pairs", {}).items():
        if folder == old or folder.startswith(old + "/"):
            folder = new + folder[len(old):]
            break
    else:
        for rule in rules.get("regex", ()):
            folder = re.sub(rule["match"], re.sub(r"\$(\d)", r"\\\1", rule["to"]), folder)
    folder = unicodedata.normalize("NFC", folder)
    return row["new_prefix"] + "/" + folder if row.get("new_prefix") else folder


def merged(parts):
    """Several accounts that end in one, as one side of the oracle."""
    folders, subscribed, uses = {}, set(), {}
    for rename, (have, subs, special) in parts:
        for name, messages in have.items():
            use, name = special[name], rename(name)
            both = folders.get(name), messages
            folders[name] = False if False in both else (both[0] or []) + (both[1] or []) if any(
                b is not None for b in both) else None
            uses[name] = uses.get(name, set()) | use
        subscribed |= set(map(rename, subs))
    return folders, subscribed, uses


def ask_oracle(job):
    """What differs in the accounts of a trial.  One list of facts; in a module, so that processes can share the work."""
    old, new, rows, rules = job
    by_new = defaultdict(list)
    for row in rows:
        by_new[row["new_user"]].append(row)
    said = []
    for user, those in by_new.items():
        parts = [((lambda f, row=row: target(f, row, rules)), oracle.read(old, row["old_user"])) for row in those]
        side = oracle.read(new, user)
        side = merged([((lambda f: unicodedata.normalize("NFC", f)), side)])
        if any(row.get("new_prefix") for row in those):  # the INBOX of the new account itself is nobody's
            wanted = {target(f, row, rules) for row, (_, (have, *_)) in zip(those, parts) for f in have}
            side = ({f: m for f, m in side[0].items() if f in wanted}, *side[1:])
        said += oracle.differences(those[0]["account"], merged(parts), side)
    return [f for f in said if f["class"] != "subscription" or f["old"] == "True"]


def oracle_key(cls, folder, mid):
    return "octets" if cls == "content" else cls, folder, plain_id(mid)


def fact_key(fact):
    return oracle_key(fact["class"], fact["folder"], fact.get("message_id", ""))
