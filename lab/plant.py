#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""lab/plant.py NEW-DIR MANIFEST [--seed N] [--with-unreadable]

Alters the new server as failed migrations do, each fault in a folder of its own, chosen by the seed number.  Writes one
JSON line per fault: what was done, where, and which findings must follow from it (expect).
"""
import argparse
import json
import random
import sys

import faults
import labimap


def main():
    p = argparse.ArgumentParser()
    p.add_argument("new")
    p.add_argument("manifest")
    p.add_argument("--seed", default="1")
    p.add_argument("--with-unreadable", action="store_true")
    o = p.parse_args()
    srv = labimap.server(o.new)
    people = list(srv.users)
    ordinary = people[4:]
    random.Random(o.seed).shuffle(ordinary)
    bystander = ordinary.pop()
    accounts = {}

    def plant(f, name):
        a = accounts.get(name) or accounts.setdefault(name, faults.Account(srv, name))
        other = [accounts.setdefault(bystander, faults.Account(srv, bystander))] if f is faults.delivered_to_another_account else []
        folder, expect, messages = f(a, random.Random(o.seed + f.__name__), *other)
        return {
            "account": name, "fault": f.__name__.replace("_", " "), "folder": folder,
            "expect": [{"account": (key + (name,))[2], "class": key[0], "folder": key[1], "count": n}
                       for key, n in expect.items()],
            "message_ids": [m.message_id for m in messages][:20]}

    rows = []
    for i, f in enumerate(faults.FAULTS + ([faults.folder_unreadable] if o.with_unreadable else [])):
        # The first account has the huge folder, the third its only message; the others take their turns, and whoever
        # has not got what the fault needs is passed over (nothing was changed then).
        turns = {faults.last_messages_deleted: people[:1], faults.only_message_deleted: people[2:3]}
        for name in turns.get(f, ordinary[i % len(ordinary):] + ordinary):
            try:
                rows.append(plant(f, name))
                break
            except (IndexError, ValueError):
                continue
        else:
            sys.exit("plant: no account to plant in: " + f.__name__)
    with open(o.manifest, "w") as out:
        for row in rows:
            print(json.dumps(row, ensure_ascii=False), file=out)
    print("plant: %d faults in %d accounts" % (len(rows), len({r["account"] for r in rows})))


if __name__ == "__main__":
    main()
