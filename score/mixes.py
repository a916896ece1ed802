# SPDX-License-Identifier: MIT
"""Random mixes: three to six kinds of faults in one account, in folders of their own."""
import inspect
import random
import re

import faults_accounts  # noqa: F401: they register themselves
import faults_facts  # noqa: F401
import faults_folders  # noqa: F401
import faults_messages  # noqa: F401
from bed import KINDS, Kind, Trial

ALONE = ("extra", "transfers", "moved", "rules", "blind", "alone", "back")  # options of kinds that need an account to themselves


def fit():
    return [k for k in KINDS.values() if not any(o in k.options for o in ALONE) and k.options.get("seeded", True)
            and k.exit != 3]


def places(k):
    """Names that the planter writes down, so that no two of a mix touch the same folder."""
    return set(re.findall(r'"([A-Z][^"@<:]*)"', inspect.getsource(k.fn))) - {"INBOX", "COPY", "MOVE", "SELECT "}


def together(chosen):
    """One kind made of several.  Patterns over a set hold no longer in a mix, so no explanation is asked for."""
    def plant(t):
        subs = [Trial(k._replace(why=frozenset()), *t.servers, t.kind.name, t.name) for k in chosen]
        for sub in subs:
            sub.made = t.made
            sub.prepare()
        yield
        for sub in subs:
            sub.plant()
            t.expected += [e._replace(why=frozenset()) for e in sub.expected]
    return plant


def trials(seed, old, new, accounts):
    made = []
    for i in range(accounts):
        rng = random.Random("mix %d %d" % (seed, i))
        pool, chosen, taken = fit(), [], set()
        rng.shuffle(pool)
        wanted = rng.randrange(3, 7)
        for k in pool:
            if len(chosen) < wanted and not places(k) & taken:
                chosen.append(k)
                taken |= places(k)
        severe = any(k.exit for k in chosen)
        k = Kind("mix_%d_%d" % (seed, i + 1), together(chosen), "mixes", " + ".join(c.name for c in chosen), "", frozenset(),
                 1 if severe else 0, {})
        made.append(Trial(k, old, new, seed))
    return made
