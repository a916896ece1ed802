#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lab/oracle.py OLD-DIR NEW-DIR [ACCOUNT...]

An independent second opinion: reads every folder of both servers of the lab, whole messages, and prints one JSON line
per difference.  Messages are the same when their octets are, apart from line ends; no identifier is trusted.  Whose body
or whose header alone is the same, in the same folder, was altered.
"""
import json
import sys
from collections import defaultdict
from multiprocessing import Pool

import labimap


def match(old, new, *keys):
    """Pair the messages of two lists that agree in all of keys.  Returns pairs and what is left."""
    pairs, left_old, index = [], [], defaultdict(list)
    for m in new:
        index[tuple(getattr(m, k) for k in keys)].append(m)
    for m in old:
        same = index[tuple(getattr(m, k) for k in keys)]
        if same:
            pairs.append((m, same.pop(0)))
        else:
            left_old.append(m)
    return pairs, left_old, [m for same in index.values() for m in same]


USES = {"\\all", "\\archive", "\\drafts", "\\flagged", "\\junk", "\\sent", "\\trash"}


def read(srv, user):
    """{folder: messages, None when it holds none, False when it cannot be opened}, subscribed folders, {folder: special uses}."""
    imap = labimap.Imap(srv, user)
    folders, uses = {}, {}
    for name, attributes in imap.names("LIST").items():
        uses[name] = attributes & USES
        try:
            holds = not attributes & {"\\noselect", "\\nonexistent"}
            folders[name] = imap.messages(name) if holds else None
        except labimap.No:
            folders[name] = False
    subscribed = {n for n, attributes in imap.names("LSUB").items() if "\\noselect" not in attributes}
    imap.logout()
    return folders, subscribed, uses


def differences(account, old_side, new_side):
    """All that differs between two sides, each as read() gives it."""
    found = []

    def tell(cls, folder, m=None, other="", old="", new=""):
        fact = {"account": account, "class": cls, "folder": folder, "other": other, "old": old, "new": new}
        if m:
            fact.update(whole=m.whole.hex(), uid=m.uid, message_id=m.message_id, octets=m.octets, internaldate=m.date)
        found.append(fact)

    def facts(folder, a, b):
        for cls, field in (("flags", "flags"), ("keywords", "keywords"), ("date", "date"), ("octets", "octets")):
            x, y = getattr(a, field), getattr(b, field)
            if cls == "octets" and x != y and a.body != b.body:
                cls = "content"
            if x != y:
                tell(cls, folder, a, old=str(x) if isinstance(x, int) else " ".join(sorted(x)),
                     new=str(y) if isinstance(y, int) else " ".join(sorted(y)))
        if a.octets == b.octets and a.body != b.body:
            tell("content", folder, a)

    (old, old_subscribed, old_uses), (new, new_subscribed, new_uses) = old_side, new_side
    left_old, left_new = [], []
    for folder in sorted(set(old) | set(new)):
        a, b = old.get(folder), new.get(folder)
        if a is False or b is False:
            tell("folder-unreadable", folder)
            continue
        if a is not None and b is None:
            tell("folder-missing", folder)
        # A place in the tree that becomes a folder is none that nobody asked for.
        if b is not None and folder not in old:
            tell("folder-extra", folder)
        a, b = a or [], b or []
        for keys in (("whole", "flags", "keywords", "date"), ("whole", "date"), ("whole",), ("header", "date"), ("header",),
                     ("message_id", "body", "date"), ("body", "date"), ("body",), ("message_id", "date")):
            pairs, a, b = match(a, b, *keys)
            for x, y in pairs:
                facts(folder, x, y)
        left_old += [(folder, m) for m in a]
        left_new += [(folder, m) for m in b]
    place = {id(m): f for f, m in left_old + left_new}
    pairs, a, b = match([m for _, m in left_old], [m for _, m in left_new], "whole")
    for x, y in pairs:
        tell("message-refiled", place[id(x)], x, other=place[id(y)])
        facts(place[id(x)], x, y)
    for m in a:
        tell("message-missing", place[id(m)], m)
    for m in b:
        tell("message-extra", place[id(m)], m)
    for folder in sorted((old_subscribed ^ new_subscribed) & set(old) & set(new)):
        tell("subscription", folder, old=str(folder in old_subscribed), new=str(folder in new_subscribed))
    for folder in sorted(set(old) & set(new)):
        if old_uses[folder] - new_uses[folder]:
            tell("special-use", folder, old=" ".join(sorted(old_uses[folder])), new=" ".join(sorted(new_uses[folder])))
    return found


def compare(account):
    old, new = read(OLD, account), read(NEW, account)
    return account, sum(map(len, filter(None, old[0].values()))), differences(account, old, new)


def misdelivered(facts):
    """What is missing in one account and extra in another went to the wrong person: said of both."""
    extra = defaultdict(list)
    for f in facts:
        if f["class"] == "message-extra":
            extra[f["whole"]].append(f)
    for f in facts:
        if f["class"] != "message-missing":
            continue
        for other in extra[f["whole"]]:
            if other["account"] != f["account"] and other["class"] == "message-extra":
                f.update({"class": "message-misdelivered", "other": "%s: %s" % (other["account"], other["folder"])})
                other.update({"class": "message-misdelivered", "other": "%s: %s" % (f["account"], f["folder"])})
                break


if __name__ == "__main__":
    OLD, NEW = labimap.server(sys.argv[1]), labimap.server(sys.argv[2])
    accounts = messages = 0
    facts = []
    with Pool(2) as pool:
        for name, n, found in pool.imap(compare, sys.argv[3:] or list(OLD.users)):
            accounts, messages = accounts + 1, messages + n
            facts += found
    misdelivered(facts)
    for fact in facts:
        fact.pop("whole", None)
        print(json.dumps(fact, ensure_ascii=False))
    sys.stdout.flush()  # both may go into one pipe
    print("oracle: %d accounts, %d messages on the old side, %d differences" % (accounts, messages, len(facts)),
          file=sys.stderr)
