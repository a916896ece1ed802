# SPDX-License-Identifier: MIT
"""Clean pairs: moved by real movers, nothing planted.  What each mover loses by itself stands here."""
import sys
from collections import Counter

import bed

# class -> severity and explanation of what it must be called.  Anything else that the oracle sees is a bug of the lab.
DOVEADM = {
    "octets": ("info", "line-ends"),  # CR CR LF becomes CR LF
}
MBSYNC = {
    "octets": ("info", ("header", "line-ends")),  # X-TUID in each message
    "keywords": ("doubt", ()),  # it knows the system flags only
    "subscription": ("info", ()),
}
IMAPCOPY = {
    "octets": ("info", "line-ends"),
    "subscription": ("info", ()),
    "folder-missing": ("doubt", ()),  # empty folders are not made; a place in the tree is info
}
MOVERS = {"doveadm": DOVEADM, "mbsync": MBSYNC, "imapcopy": IMAPCOPY}
REVERSE = {  # from Dovecot to Cyrus
    "octets": ("info", "header"),
    "keywords": ("doubt", ()),
    "subscription": ("info", ()),
    "special-use": ("info", ()),
}
ACCOUNTS = 3


def expected(name, facts, loses, places, mover):
    """What the oracle saw, as findings; and what it saw that this mover is not known to lose."""
    out, strange = [], []
    for fact in facts:
        cls = fact["class"]
        if cls not in loses:
            strange.append("oracle: %s in %s, which %s is not known to lose" % (cls, fact["folder"], mover))
            continue
        severity, why = loses[cls]
        if cls == "folder-missing" and fact["folder"] in places:
            severity = "info"
        if cls == "octets" and int(fact["new"]) < int(fact["old"]):
            why = "line-ends"
        words = frozenset([why] if isinstance(why, str) else why)
        mid = fact.get("message_id", "") if cls in bed.MESSAGE_FACTS else ""
        out.append(bed.Expected(name, cls, fact["folder"], bed.plain_id(mid), severity, words, "", ""))
    return out, strange


def one(mover, loses, names, seed, old, new, Row, label):
    """Accounts of one pair of servers, seeded, moved by one mover, audited."""
    pairs = [(n, "%s-%s" % (n, mover)) for n in names]
    new.add([b for _, b in pairs])
    bed.move(old, new, pairs, mover)
    rows = [{"account": b, "old_user": a, "new_user": b} for a, b in pairs]
    project = bed.Project(label, rows, old, new)
    project.run("audit", want=0)
    project.run("verify")
    report = project.report()
    out = []
    for row in rows:
        name = row["account"]
        facts = bed.ask_oracle((old.known(), new.known(), [row], {}))
        have = bed.oracle.read(old.known(), row["old_user"])[0]
        places = {f for f in have if not have[f] and any(g.startswith(f + "/") for g in have)}
        want, lines = expected(name, facts, loses, places, mover)
        result, differences = bed.compare(want, [bed.found(name, f) for f in report[name]["findings"]])
        code = 1 if any(e.severity != "info" for e in want) else 0
        exits = [(code, project.run("verify", "--offline", "--only", name)[0])]
        lines += differences
        kinds = Counter(e.cls for e in want)
        out.append(Row("%s %s" % (label, row["old_user"]), "moves", ", ".join("%d %s" % (n, c) for c, n in kinds.items())
                       or "nothing", result, lines, exits))
        out[-1].print()
    return out


def run(seed, old, new, Row):
    names = ["clean-%d" % i for i in range(ACCOUNTS)]
    old.add(names)
    old.seed(names, seed + 1000, 200)
    rows = []
    for mover, loses in MOVERS.items():
        rows += one(mover, loses, names, seed, old, new, Row, mover)
    back = ["back-%d" % i for i in range(ACCOUNTS - 1)]
    new.add(back)
    new.seed(back, seed + 2000, 120)
    rows += one("mbsync", REVERSE, back, seed, new, old, Row, "mbsync-to-cyrus")
    print("# clean pairs are done", file=sys.stderr)
    return rows
