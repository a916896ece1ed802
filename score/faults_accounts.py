# SPDX-License-Identifier: MIT
"""Accounts: renamed, shared out, missing on one side; and evidence that is not enough."""
from bed import Y2015, DAY, kind, mail


@kind("message-missing", transfers=[{"account": "@", "new_user": "@-new"}])
def renamed_user(t):
    """The login has another name on the new side; one message is expunged there."""
    mails = t.old.fill("Own", 6)
    yield
    box = t.box("new", "-new")
    box.remove("Own", mails[2:3])
    t.expect("Own", mails[2:3])


@kind("(none)", severity="info", why=(), exit=0, seeded=False, moved=[],
      transfers=[{"account": "@-a", "new_user": "@-all"}, {"account": "@-b", "new_user": "@-all", "new_prefix": "From b"}])
def many_to_one(t):
    """Two old accounts end in one new account, the second below a prefix: silence."""
    for x in "-a", "-b":
        t.box("old", x).fill("INBOX", 4)
        t.box("old", x).fill("Shared", 6)
    yield
    t.copy("-a", "-all")
    t.copy("-b", "-all", "From b")


@kind("message-missing", why=("no-seal", "duplicate", "shared"), seeded=False, moved=[],
      transfers=[{"account": "@-a", "new_user": "@-all"}, {"account": "@-b", "new_user": "@-all"}])
def many_to_one_copy_lost(t):
    """Two old accounts end in the same folders of one new account; of two identical messages, one in each, one is lost."""
    octets = mail(date=Y2015 + 20 * DAY)
    for x in "-a", "-b":
        t.box("old", x).fill("INBOX", 5)
        m = t.box("old", x).append("INBOX", octets, Y2015 + 20 * DAY)
    yield
    t.copy("-a", "-all")
    t.copy("-b", "-all")
    box = t.box("new", "-all")
    box.remove("INBOX", box.find("INBOX", [m])[1:])
    t.expect("INBOX", [m], account=t.name + "-b")


@kind("message-missing", seeded=False, moved=[],
      transfers=[{"account": "@-a", "new_user": "@-all"}, {"account": "@-b", "new_user": "@-all"}])
def many_to_one_message_lost(t):
    """Two old accounts end in the same folders of one new account; a message of the second is lost."""
    for x in "-a", "-b":
        mails = t.box("old", x).fill("INBOX", 6)
    yield
    t.copy("-a", "-all")
    t.copy("-b", "-all")
    t.box("new", "-all").remove("INBOX", mails[3:4])
    t.expect("INBOX", mails[3:4], account=t.name + "-b")


@kind("message-missing", seeded=False, moved=[],
      transfers=[{"account": "@-x", "old_user": "@", "new_user": "@-x"}, {"account": "@-y", "old_user": "@", "new_user": "@-y"}])
def one_to_many(t):
    """One old account was moved to two new ones, whole; the second lost a message."""
    mails = t.old.fill("INBOX", 8)
    yield
    t.copy("", "-x")
    t.copy("", "-y")
    t.box("new", "-y").remove("INBOX", mails[5:6])
    t.expect("INBOX", mails[5:6], account=t.name + "-y")


@kind("account-unreadable", why=(), exit=3, moved=[], no_new=["@"], oracle=False)
def account_missing_on_the_new_side(t):
    """The new server has no such account."""
    t.expect("")


@kind("account-unreadable", why=(), exit=3, moved=[], no_old=["@"], oracle=False)
def login_shows_nothing(t):
    """The administrator may act as the user, and the old server shows no folder at all: it has no such account."""
    t.expect("")


@kind("account-unreadable", why=(), exit=3, moved=[], transfers=[{"account": "@", "new_user": "-"}], oracle=False)
def no_new_account_planned(t):
    """The account list has "-" for the new side: nothing is judged, and that is not clean."""
    t.expect("", side="new")


@kind("account-unreadable", why=(), exit=3, seeded=False,
      transfers=[{"account": "@", "access": "none", "access_reason": "legal hold"}])
def nobody_may_open_it(t):
    """The account list says that nobody may open the account: unknown, never clean."""
    t.old.fill("INBOX", 3)
    yield
    t.expect("", side="old")
    t.expect("", side="new")
