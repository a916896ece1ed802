# SPDX-License-Identifier: MIT
"""What tests with real servers stand on: servers of the lab, and projects of mailmuster.

Whoever imports this calls begin(name) first: servers live below build/lab/NAME, projects below build/NAME.  MAILMUSTER
names the program, MAILMUSTER_ASAN the one built with sanitizers.
"""
import imaplib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("MAILMUSTER", os.path.join(ROOT, "build", "mailmuster"))
ASAN = os.environ.get("MAILMUSTER_ASAN", PROGRAM)
WORK = LAB = ""


def begin(name):
    """Start from nothing."""
    global WORK, LAB
    WORK, LAB = os.path.join(ROOT, "build", name), os.path.join(ROOT, "build", "lab", name)
    if os.path.isdir(LAB):  # what a run that was killed left running
        stop(*(Server.__new__(Server).at(e.path) for e in os.scandir(LAB) if os.path.exists(e.path + "/ports")))
    for path in (WORK, LAB):
        shutil.rmtree(path, ignore_errors=True)
    os.makedirs(WORK)


def sh(*argv, check=True, **kw):
    done = subprocess.run(argv, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **kw)
    if check and done.returncode != 0:
        raise AssertionError(f"{' '.join(argv)}: exit {done.returncode}\n{done.stdout[-3000:]}")
    return done


class Server:
    def __init__(self, kind, name=None, *options):
        where = os.path.join(LAB, name or kind)
        sh(f"{ROOT}/lab/lab", "start", kind, "--dir", where, *options)
        self.at(where)

    def at(self, where):
        self.dir = where
        self.facts = dict(re.findall(r"^LAB_(\w+)=(.*)$", open(f"{self.dir}/ports").read(), re.M))
        self.kind, self.imap, self.imaps = self.facts["KIND"], int(self.facts["IMAP"]), int(self.facts["IMAPS"])
        return self

    def add(self, *names):
        sh(f"{ROOT}/lab/lab", "users", self.kind, "--dir", self.dir, *names)

    def password(self, user):
        return dict(l.rstrip("\n").split(":", 1) for l in open(self.facts["USERS"]))[user]

    def client(self, user):
        m = imaplib.IMAP4("127.0.0.1", self.imap)
        m.login(user, self.password(user))
        return m

    def seed(self, names, messages, seed=7, *options):
        """Ordinary mail, as much in each account, the same for the same seed."""
        path = os.path.join(WORK, "seed-users")
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as f:
            f.writelines(f"{n}:{self.password(n)}\n" for n in names)
        sh(f"{ROOT}/build/release/lab/seed", "--port", str(self.imap), "--users-file", path, "--messages", str(messages), "--even",
           "--seed", str(seed), "--jobs", "2", *options)
        os.unlink(path)

    def stop(self):
        sh(f"{ROOT}/lab/lab", "stop", self.kind, "--dir", self.dir, check=False)


def stop(*servers):
    """All at once: each needs its time."""
    with ThreadPoolExecutor(max(1, len(servers))) as pool:
        list(pool.map(Server.stop, servers))


class Project:
    """A project directory and the program run in it."""

    def __init__(self, name, accounts, old=None, new=None, program=None, columns="account"):
        """accounts: the lines of the list below its columns."""
        self.dir, self.program, self.said = os.path.join(WORK, name), program or PROGRAM, ""
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.dir)
        with open(f"{self.dir}/list.csv", "w") as f:
            f.write(columns + "\n" + "".join(f"{a}\n" for a in accounts))
        options = []
        for side, given in (("old", old), ("new", new)):
            for key, value in (given or {}).items():
                options += [f"--{side}-{key}", str(value)]
        if not new:
            options.append("--one-sided")
        self.run("init", "--no-input", "--project", name, "--accounts", f"{self.dir}/list.csv", *options, want=0)

    def run(self, *argv, want=None, **kw):
        done = sh(self.program, "-C", self.dir, *argv, check=False, **kw)
        self.said += done.stdout
        if want is not None and done.returncode != want:
            raise AssertionError(f"mailmuster {' '.join(argv)}: exit {done.returncode}, expected {want}\n{done.stdout[-3000:]}")
        return done.stdout

    def report(self):
        path = os.path.join(self.dir, "report.json")
        self.run("report", "--json", "-o", path, want=0)
        return json.load(open(path))

    def findings(self):
        return [(t["account"], f["class"], f) for t in self.report()["transfers"] for f in t["findings"]]

    def loud(self):
        """What is worse than info, as the oracle would write it."""
        return sorted((a, c, f["folder"], f["uid"]) for a, c, f in self.findings() if f["severity"] != "info")

    def evidence(self):
        """Every digest that stands for what was read, without row numbers, runs, times and the pains that reading took."""
        db = sqlite3.connect(f"file:{self.dir}/mailmuster.db?mode=ro", uri=True)
        rows = db.execute(
            "SELECT a.side, a.user, f.wire, e.uidvalidity, b.block, hex(b.digest) FROM message_block b"
            " JOIN folder_epoch e ON e.id = b.epoch JOIN folder f ON f.id = e.folder JOIN account a ON a.id = f.account"
            " ORDER BY 1, 2, 3, 4, 5").fetchall()
        rows += db.execute(
            "SELECT a.side, a.user, f.wire, s.outcome, hex(s.digest), s.messages FROM folder_seen s"
            " JOIN folder f ON f.id = s.folder JOIN account a ON a.id = f.account"
            " WHERE s.id = (SELECT max(id) FROM folder_seen x WHERE x.folder = s.folder) ORDER BY 1, 2, 3").fetchall()
        rows += db.execute("SELECT count(*) FROM message WHERE gone_run IS NULL").fetchall()
        db.close()
        return rows


def reach(server, auth="authzid", tls="implicit", **more):
    """Options of init for one side."""
    out = {"host": "localhost", "port": server.imaps if tls == "implicit" else server.imap, "tls": tls, "auth": auth}
    if tls != "none":
        out["ca"] = server.facts["CA"]
    if auth == "user":
        out["users-file"] = server.facts["USERS"]
    else:
        out["admin"], out["secret-file"] = server.facts["ADMIN"], server.facts["ADMIN_SECRET"]
    out.update(more)
    return out


def run_tests(tests, cx):
    """Run each as one line of TAP; every failure is told, and the rest still runs.  The exit code."""
    failed = 0
    for i, fn in enumerate(tests, 1):
        name = fn.__name__.replace("_", " ")
        began = time.monotonic()
        try:
            fn(cx)
            print(f"ok {i} - {name} ({time.monotonic() - began:.1f} s)", flush=True)
        except Exception as e:  # noqa: BLE001
            failed += 1
            print(f"not ok {i} - {name}", flush=True)
            for line in f"{type(e).__name__}: {e}".splitlines():
                print(f"#   {line}", flush=True)
    return 1 if failed else 0
