# SPDX-License-Identifier: MIT
"""site_logs.py hose|fountain: the log of an old server over 92 days, as that of the site would have been.  Nobody lives there."""
import datetime
import re
import sys

BEGIN = datetime.datetime(2025, 1, 24)
HOURS = 92 * 24


def spread(name, n):
    """n hours of the 92 days; every hour has somebody."""
    h = 0
    for c in name:
        h = (h * 131 + ord(c)) % 1000003
    return [(h * 7 + i * HOURS // n + (h >> i) % 31) % HOURS for i in range(n)]


def hose():
    """Cyrus: all active users; three of them by POP.  The dormant ones get no line."""
    users = ["a%03d" % i for i in range(1, 500)] + ["zhang"]
    lines = []
    for k, user in enumerate(users):
        pop = user in ("a010", "a020", "a030")
        for i, hour in enumerate(spread(user, 9) + [(k * 5 + j * 500) % HOURS for j in range(5)]):
            at = BEGIN + datetime.timedelta(hours=hour, minutes=(k + i) % 60, seconds=i)
            lines.append((at, "cliff cyrus/%s[%d]: login: host.example.org [192.0.2.%d] %s plaintext User logged in"
                          % ("pop3" if pop else "imap", 100 + k, 10 + k % 200, user)))
    lines += [(BEGIN + datetime.timedelta(hours=h, minutes=59), "cliff cyrus/ctl_cyrusdb[9]: checkpointing cyrus databases")
              for h in range(HOURS)]
    return [at.strftime("%Y-%m-%dT%H:%M:%S+00:00 ") + text for at, text in sorted(lines)]


def fountain():
    """Sun: users, programs that log in at fixed times, and two names that no list has."""
    users = (["adm%02d" % i for i in range(1, 6)] + ["director"] + ["m%03d" % i for i in range(1, 109)])
    lines = []
    for k, user in enumerate(users):
        for i, hour in enumerate(spread(user, 20)):
            at = BEGIN + datetime.timedelta(hours=hour, minutes=(k + i) % 60, seconds=i)
            lines.append((at, "imapd[4]: Account Information: login [192.0.2.%d] %s plaintext" % (10 + k, user)))
    for minute, name in enumerate(["svc-alarm", "svc-backup", "svc-orders", "labbook", "scopes"]):
        for day in range(92):
            at = BEGIN + datetime.timedelta(days=day, hours=3, minutes=minute)
            lines.append((at, "popd[4]: Account Information: login [192.0.2.250] %s plaintext" % name))
    lines += [(BEGIN + datetime.timedelta(hours=h, minutes=59), "imapd[4]: General Information: server is up")
              for h in range(HOURS)]
    return [at.strftime("[%d/%b/%Y:%H:%M:%S +0000] sun ") + text for at, text in sorted(lines)]


sys.stdout.write("\n".join({"hose": hose, "fountain": fountain}[sys.argv[1]]()) + "\n")
