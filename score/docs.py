# SPDX-License-Identifier: MIT
"""docs/score.md: written from the docstrings of the kinds and the figures of the last whole run, never by hand."""
import json
import os
import re
import sys

import bed
import scenes

PAGE = os.path.join(bed.ROOT, "docs", "score.md")
FIGURES = os.path.join(bed.ROOT, "score", "figures.json")
GROUPS = (
    ("faults_messages", "Messages missing, extra, elsewhere"),
    ("faults_facts", "Messages that arrived and differ"),
    ("faults_folders", "Folders and their names"),
    ("faults_accounts", "Accounts and transfers"),
)
HEAD = """# The score

`make score` plants faults of every kind on real servers, lets `mailmuster audit` and `mailmuster verify` loose on them,
and holds what they report against what was planted. A finding counts as right only when class, severity, folder,
Message-ID and explanation are right; whatever else is reported is a false alarm; and the exit code of `verify --only
ACCOUNT` must be the one below. A program that shares no line with mailmuster reads all mail of both servers, whole, before
and after the planting, and must see the same differences.

Old is a Cyrus 3.6 and new a Dovecot 2.3, filled with invented mail that is odd in every way that old mail is, moved by
doveadm; kinds that need the other direction go from Dovecot to Cyrus. Each kind has an account of its own. The mixes put
three to six kinds into one account, by a seed that is printed; the scenes live through weeks, before and after a seal; the
clean pairs are moved by doveadm, mbsync and imapcopy with nothing planted.

    make score                          # all of it, about ten minutes on two cores; exit 1 unless everything is right
    make score ARGS="--seed 7"          # another seed: other mail, other places, other mixes
    make score ARGS="--only duplicate"  # kinds whose name contains this
    score/score --quick                 # a few, below a minute
    score/score --write-docs            # this page, from the docstrings and the figures of the last whole run

A row shows what is expected, and what came out in the last whole run: caught / misnamed / missed / false alarms. *Exit* is
that of `mailmuster verify --only ACCOUNT`. An explanation with several words means that any of them is right.
"""
BLIND = """
## Not examined

Without `mailmuster scan`, which reads bodies, nobody can see these: they are planted, told here, and no part of the 100 %.
"""


def cell(text):
    return re.sub(r"\s+", " ", text or "").strip().replace("|", "\\|")


def figure(name, figures):
    f = figures["rows"].get(name)
    return "-" if f is None else "%d / %d / %d / %d" % tuple(f)


def keep(rows, seed, rounds):
    """The figures of a whole run, for the page."""
    total = [sum(r.result[i] for r in rows if not r.blind) for i in range(4)]
    with open(FIGURES, "w") as f:
        json.dump({"seed": seed, "rounds": rounds, "total": total, "right": sum(r.good for r in rows if not r.blind),
                   "of": sum(not r.blind for r in rows), "rows": {r.name: list(r.result) for r in rows},
                   "wanted": {r.name: r.want for r in rows if r.group in ("moves", "scenes", "mixes")},
                   "exits": {r.name: r.exit_want for r in rows}}, f, indent=0, sort_keys=True)
        f.write("\n")


def page():
    with open(FIGURES) as f:
        figures = json.load(f)
    caught, misnamed, missed, false = figures["total"]
    out = [HEAD, "Last whole run: seed %d, %d rounds of mixes; %d of %d rows right; of %d findings expected %d were caught, %d "
           "misnamed, %d missed; %d false alarms.\n" % (figures["seed"], figures["rounds"], figures["right"], figures["of"],
                                                        caught + missed, caught, misnamed, missed, false)]
    blind = []
    for group, title in GROUPS:
        out += ["\n## %s\n" % title, "| kind | planted | class | severity | why | exit | last run |",
                "| --- | --- | --- | --- | --- | --- | --- |"]
        for k in bed.KINDS.values():
            if k.group != group:
                continue
            if "blind" in k.options:
                blind.append("| %s | %s | %s |" % (k.name, cell(k.fn.__doc__), k.options["blind"]))
                continue
            out.append("| %s | %s | %s | %s | %s | %d | %s |" % (
                k.name.replace("_", " "), cell(k.fn.__doc__), k.cls.replace("(none)", "nothing"),
                k.severity if k.cls != "(none)" else "-", ", ".join(sorted(k.why)) or "-", k.exit, figure(k.name, figures)))
    out += ["\n## Scenes over time\n", "| scene and step | what happens | expected | exit | last run |",
            "| --- | --- | --- | --- | --- |"]
    for k in scenes.SCENES:
        steps = [n for n in figures["rows"] if n == "s-" + k.name or n.startswith("s-" + k.name + ":")]
        for i, step in enumerate(steps):
            out.append("| %s | %s | %s | %d | %s |" % (
                step[2:].replace("_", " "), cell(k.fn.__doc__) if i == 0 else "", cell(figures["wanted"].get(step)) or "-",
                figures["exits"][step], figure(step, figures)))
    out += ["\n## Random mixes\n", "| mix (seed, number) | kinds in one account | exit | last run |", "| --- | --- | --- | --- |"]
    for name in sorted(n for n in figures["rows"] if n.startswith("mix_")):
        out.append("| %s | %s | %d | %s |" % (name[4:].replace("_", ", "), cell(figures["wanted"][name].replace("_", " ")),
                                             figures["exits"][name], figure(name, figures)))
    movers = [n for n in figures["wanted"] if not n.startswith(("mix_", "s-"))]
    out += ["\n## Clean pairs\n", "What each mover loses by itself, as the other program sees it, and nothing beyond.\n",
            "| mover and account | what the mover loses | exit | last run |", "| --- | --- | --- | --- |"]
    for name in sorted(movers):
        out.append("| %s | %s | %d | %s |" % (name, cell(figures["wanted"][name]), figures["exits"][name],
                                             figure(name, figures)))
    out += [BLIND, "| kind | planted | why nobody sees it |", "| --- | --- | --- |"] + blind
    return "\n".join(out) + "\n"


def write():
    with open(PAGE, "w") as f:
        f.write(page())
    return 0


def check():
    """Each kind and scene in the figures, and the page as it would be written now."""
    with open(FIGURES) as f:
        have = json.load(f)["rows"]
    gone = [k.name for k in bed.KINDS.values() if k.name not in have]
    gone += [k.name for k in scenes.SCENES if not any(n.startswith("s-" + k.name) for n in have)]
    if gone:
        print("score: no figures yet for %s: run make score" % ", ".join(gone), file=sys.stderr)
        return 1
    with open(PAGE) as f:
        if f.read() != page():
            print("score: docs/score.md is out of date: score/score --write-docs", file=sys.stderr)
            return 1
    return 0
