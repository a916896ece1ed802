# SPDX-License-Identifier: MIT
"""What a report must say of two sides, told by what was planted; and where it says otherwise."""
import collections

from mailboxes import BAD, fold

FACTS = ("flags", "keywords", "date", "octets")


class Expected:
    """What a report must say of two sides.  Knows texts by number, never by their headers."""

    def __init__(self, account, old_envelope, old_bad, new_bad, before=frozenset()):
        """before: seen_old of the time before, to tell what came back from what is a stranger."""
        self.count = collections.Counter()
        self.missing, self.extra = collections.Counter(), collections.Counter()
        self.kind = {}  # of old folders, by common name
        self.facts = collections.Counter()
        self.facts_sure = True
        self.doubt = False
        self.unknown = account.absent
        self.bad_fact = False
        if account.absent:
            return
        self.old_envelope = old_envelope
        self.seen_old = {self.key(m, 0) for f in account.old.folders if not (old_bad and f.name == (BAD,)) for m in f.mail
                         if not m.lost}
        deleted = {k for k in before - self.seen_old if k[0] != "none"}
        old = {f: None for f in account.old.folders}
        held = [g for g in account.new.folders]
        crowd = collections.Counter()
        for f in old:
            old[f] = next((g for g in held if g.name == f.name), None) or \
                next((g for g in held if fold(g.name) == fold(f.name)), None)
            if f.holds() and old[f]:
                crowd[old[f]] += 1
        absent = collections.Counter(f.name for f in old if f.holds() and old[f] is None)
        self.unread = set()
        for f, g in old.items():
            if (old_bad and f.name == (BAD,)) or (g is not None and g.name == (BAD,) and new_bad):
                self.unread |= {f, g}
        self.unread |= {g for g in held if g.name == (BAD,) and new_bad}
        self.unread.discard(None)
        self.lost = [[(side.common(f), m.uid) for f in side.folders if f not in self.unread for m in f.mail if m.lost]
                     for side in (account.old, account.new)]
        self.unknown |= bool(self.unread) or any(self.lost)
        self.judge_folders(account, old, crowd)
        left = self.pairs(account, old, held)
        left = self.across(left)
        left = self.retry(left)
        for side, places in enumerate(left):
            for _, mail in places.items():
                for m in mail:
                    key = m.text.field_key if not m.text.bare else m.primary(False)
                    (self.extra if side else self.missing)[key] += 1
                    self.count["extra" if side else "missing"] += 1
                    # Deleted on the old side after it was copied: told, and no doubt.
                    self.doubt |= side == 0 or (m.date < 1800000000 and self.key(m, 1) not in deleted)

    def judge_folders(self, account, old, crowd):
        for f, g in old.items():
            children = any(o.name[:len(f.name)] == f.name != o.name for o in old)
            if f in self.unread or g in self.unread:
                kind = "unreadable"
            elif not f.holds():
                kind = "unselectable"
            elif g is not None and crowd[g] > 1:
                kind, self.doubt = "collided", True
            elif g is None or not g.holds():
                kind = "missing"
                self.doubt |= not (children and not f.mail)
            elif f.name != g.name:
                kind = "renamed"
            else:
                kind = "paired"
            self.kind[account.old.common(f)] = kind

    def key(self, m, side):
        return m.primary(side == 0 and self.old_envelope)

    def match(self, olds, news, refiled, weak):
        """Two groups with one identity: as many as possible are the same, wholly equal ones first.
        Returns what is left."""
        olds, news = list(olds), list(news)
        n = min(len(olds), len(news))
        by_facts = collections.defaultdict(list)
        for m in news:
            by_facts[m.facts()].append(m)
        rest = []
        for m in olds:
            if by_facts[m.facts()]:
                news.remove(by_facts[m.facts()].pop())
                self.count["refiled" if refiled else "same_weak" if weak else "same"] += 1
                n -= 1
            else:
                rest.append(m)
        if n == 0:
            return rest, news
        self.count["refiled" if refiled else "changed"] += n
        if len(rest) == 1 and len(news) == 1:
            a, b = rest[0], news[0]
            for name, x, y in zip(("octets", "date", "flags", "keywords"), a.facts(), b.facts()):
                self.facts[name] += x != y
                if x == y:
                    continue
                # Both peers send the same message, whatever size they announce: that is no doubt.
                self.doubt |= name == "date" or name != "octets" and (bool(x - y) or name == "flags" and "\\Deleted" in y)
            return [], []
        self.facts_sure = False
        # The best partners go first: octets and date, octets, date.
        for agree in (lambda a, b: a.octets == b.octets and a.date == b.date,
                      lambda a, b: a.octets == b.octets, lambda a, b: a.date == b.date,
                      lambda a, b: True):
            for a in list(rest):
                b = next((b for b in news if agree(a, b)), None)
                if b is not None:
                    rest.remove(a)
                    news.remove(b)
        return rest, news

    def pairs(self, account, old, held):
        """Within each place; returns what is left by side and place."""
        left = (collections.defaultdict(list), collections.defaultdict(list))
        places = {g: ([], []) for g in held if g.holds()}
        for f, g in old.items():
            if f in self.unread:
                continue
            known = [m for m in f.mail if not m.lost]
            if g is None or not g.holds():
                left[0][f] += known
            elif g not in self.unread:
                places[g][0].extend(known)
        for g in held:
            if g.holds() and g not in self.unread:
                places[g][1].extend(m for m in g.mail if not m.lost)
        for g, sides in places.items():
            groups = [collections.defaultdict(list), collections.defaultdict(list)]
            for s in (0, 1):
                for m in sides[s]:
                    groups[s][self.key(m, s)].append(m)
            for k in set(groups[0]) | set(groups[1]):
                rest = self.match(groups[0][k], groups[1][k], False, k[0] != "id")
                for s in (0, 1):
                    left[s][g] += rest[s]
        return left

    def across(self, left):
        """Other folders, by the same identity.  Nothing is left twice in one place."""
        groups = (collections.defaultdict(list), collections.defaultdict(list))
        kept = (collections.defaultdict(list), collections.defaultdict(list))
        for s in (0, 1):
            for place, mail in left[s].items():
                for m in mail:
                    k = self.key(m, s)
                    if k[0] == "none":
                        kept[s][place].append(m)
                    else:
                        groups[s][k].append((place, m))
        for k in set(groups[0]) | set(groups[1]):
            where = [{id(m): p for p, m in groups[s][k]} for s in (0, 1)]
            rest = self.match([m for _, m in groups[0][k]], [m for _, m in groups[1][k]], True, False)
            for s in (0, 1):
                for m in rest[s]:
                    kept[s][where[s][id(m)]].append(m)
        return kept

    def retry(self, left):
        """By header fields, where not both have a Message-ID of their own."""
        if not any(left[0].values()) or not any(left[1].values()):
            return left
        for weak_side in (0, 1):
            kept = (collections.defaultdict(list), collections.defaultdict(list))
            groups = (collections.defaultdict(list), collections.defaultdict(list))
            for s in (0, 1):
                for place, mail in left[s].items():
                    for m in mail:
                        if m.text.bare or (s == weak_side and self.key(m, s)[0] == "id"):
                            kept[s][place].append(m)
                        else:
                            groups[s][m.text.field_key].append((place, m))
            for k in set(groups[0]) | set(groups[1]):
                rest = [groups[0][k], groups[1][k]]
                for place in {p for p, _ in rest[0]} & {p for p, _ in rest[1]}:
                    here = self.match([m for p, m in rest[0] if p is place],
                                      [m for p, m in rest[1] if p is place], False, True)
                    for s in (0, 1):
                        rest[s] = [x for x in rest[s] if x[0] is not place] + [(place, m) for m in here[s]]
                where = [{id(m): p for p, m in rest[s]} for s in (0, 1)]
                rest = self.match([m for _, m in rest[0]], [m for _, m in rest[1]], True, False)
                for s in (0, 1):
                    for m in rest[s]:
                        kept[s][where[s][id(m)]].append(m)
            left = kept
        return left

    def verdict(self):
        return "incomplete" if self.unknown else "differs" if self.doubt else "clean"


def compare(account, t, want):
    """What the report says otherwise than the oracle."""
    bad = []

    def same(what, said, expected):
        if said != expected:
            bad.append("%s: report %r, oracle %r" % (what, said, expected))
    # A header that a server writes otherwise is no difference; beside another size nobody can tell that it is not what
    # makes it, and verify may say so as a doubt.
    doubts = {f["class"] for f in t["findings"] if f["severity"] != "info"}
    header_doubt = want.count["changed"] > 0 and want.facts["octets"] > 0 and doubts == {"octets"}
    # Which facts differ, and with it how bad it is, is not determined among several candidates.
    if want.facts_sure or t["verdict"] == "incomplete" or want.unknown:
        expected = want.verdict()
        same("verdict", t["verdict"], "differs" if expected == "clean" and header_doubt else expected)
    elif t["verdict"] == "clean" and (want.count["missing"] or want.doubt):
        bad.append("verdict clean")
    c, cover = t["counts"], t["coverage"]
    same("old sum", cover["old_messages"], sum(c[k] for k in ("same", "same_weak", "changed", "refiled", "missing"))
         + cover["old_unverified"])
    same("new sum", cover["new_messages"], sum(c[k] for k in ("same", "same_weak", "changed", "refiled", "extra"))
         + cover["new_unverified"])
    if account.absent:
        return bad
    for k in ("same", "same_weak", "changed", "refiled", "missing", "extra"):
        same(k, c[k], want.count[k])
    if want.facts_sure:
        for k in FACTS:
            same(k, c[k], want.facts[k])
    if not want.unread:
        same("old_messages", cover["old_messages"], len(account.old.mail()))
        same("new_messages", cover["new_messages"], len(account.new.mail()))
        same("folders_unread", cover["folders_unread"], 0)
        for k, s in (("old", 0), ("new", 1)):
            same(k + "_unverified", cover[k + "_unverified"], len(want.lost[s]))
            named = sorted((f["folder"], f["uid"]) for f in t["findings"] if f["class"] == "message-unreadable" and f["side"] == k)
            same(k + " unreadable", named, sorted(want.lost[s]))
    same("folders", {f["old"]: f["kind"] for f in t["folders"] if f["old"] is not None}, want.kind)
    by_uid = [{(s.common(f), m.uid): m for f in s.folders for m in f.mail} for s in (account.old, account.new)]
    for cls, s, expected in (("message-missing", 0, want.missing), ("message-extra", 1, want.extra)):
        named = collections.Counter()
        for f in t["findings"]:
            if f["class"] == cls:
                m = by_uid[s].get((f["folder"], f["uid"]))
                if m is None:
                    bad.append("%s names uid %s of %s, which is not there" % (cls, f["uid"], f["folder"]))
                else:
                    named[m.text.field_key if not m.text.bare else m.primary(False)] += 1
        same(cls, dict(named), dict(expected))
    for f in t["findings"]:
        if f["class"] in ("flags", "keywords"):
            lost = f["old"] != "" or "\\Deleted" in f["new"].split()
            same("severity of %s [%s|%s]" % (f["class"], f["old"], f["new"]), f["severity"],
                 "doubt" if lost else "info")
    return bad
