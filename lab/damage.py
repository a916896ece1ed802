# SPDX-License-Identifier: MIT
"""Damage on disk: what disks, crashes, restores and people do to mail that an index still shows.

A kind takes a Victim, the place of one message in the spool of a server, and harms it.  Messages are found by a line that
stands in them once, so that one file a message and many messages in a file are the same here.
"""
import os
import random
import re

# A server that keeps one file for each message, and what may be done to that.
FILES = ("cyrus", "maildir", "sdbox", "courier")
ALL = FILES + ("mdbox",)


class Victim:
    """path, start, end: where the octets of the message lie; storage: how the server keeps mail."""

    def __init__(self, storage, path, start, end):
        self.storage, self.path, self.start, self.end = storage, path, start, end

    def read(self):
        with open(self.path, "rb") as f:
            f.seek(self.start)
            return f.read(self.end - self.start)

    def over(self, at, octets):
        """Write over what stands there; the file keeps its length."""
        assert 0 <= at and at + len(octets) <= self.end - self.start, (at, len(octets), self.end - self.start)
        with open(self.path, "r+b") as f:
            f.seek(self.start + at)
            f.write(octets)

    def cut(self, size):
        """The file ends behind so many octets of the message."""
        os.truncate(self.path, self.start + size)

    def splice(self, at, drop, octets=b""):
        """Take octets out, put others in; what follows moves."""
        whole = open(self.path, "rb").read()
        at += self.start
        with open(self.path, "r+b") as f:
            f.truncate(0)
            f.write(whole[:at] + octets + whole[at + drop:])

    def body(self):
        """Where the body begins."""
        text = self.read()
        return re.search(rb"\r?\n\r?\n", text).end()

    def within(self, pattern, group=0):
        return re.search(pattern, self.read()).start(group)


KINDS = {}


def kind(name, where=ALL, text="multi", hidden=()):
    """text: which message is harmed; hidden: of which servers a scan of one side cannot see it, for what they show is whole or
    gone."""
    def add(fn):
        KINDS[name] = (fn, where, text, hidden, fn.__doc__)
        return fn
    return add


@kind("cut-text", FILES, "text")
def cut_text(v):
    """The file ends in the middle of a plain text."""
    v.cut((v.body() + v.end - v.start) // 2)


@kind("cut-multipart", FILES)
def cut_multipart(v):
    """The file ends in the middle of an attachment."""
    v.cut((v.body() + v.end - v.start) // 2)


@kind("half-header", FILES)
def half_header(v):
    """The file ends within a line of the header."""
    v.cut(v.within(rb"Subject: ") + 12)


@kind("no-body", FILES)
def no_body(v):
    """The file ends behind the header."""
    v.cut(v.body())


@kind("emptied", FILES)
def emptied(v):
    """The file has no octet left."""
    os.truncate(v.path, 0)


@kind("removed", FILES, hidden=("maildir", "courier"))
def removed(v):
    """The file is gone, the index has it still."""
    os.remove(v.path)


@kind("no-permission", FILES)
def no_permission(v):
    """The server may not read the file."""
    os.chmod(v.path, 0)


@kind("directory", FILES)
def directory(v):
    """A directory stands where the file was."""
    os.remove(v.path)
    os.mkdir(v.path)


@kind("head-lost", FILES)
def head_lost(v):
    """The first half of the header is gone: the file begins within it."""
    v.splice(0, v.within(rb"Subject: ") + 3)


@kind("grown", FILES, hidden=("cyrus", "sdbox"))
def grown(v):
    """Two kB of another file stand behind the message."""
    v.splice(v.end - v.start, 0, b"this is of another file\n" * 90)


@kind("swapped", FILES)
def swapped(v):
    """Another message lies under its name, of another size."""
    other = (b"Date: Tue, 5 Jan 2010 10:00:00 +0000\nFrom: nobody@example.org\nSubject: another one\n"
             b"Message-ID: <swapped@example.org>\n\nThis is another message.\n")
    if v.storage == "cyrus":
        other = other.replace(b"\n", b"\r\n")
    v.splice(0, v.end - v.start, other)


@kind("other-identity")
def other_identity(v):
    """Another message of the same size: its Message-ID is not that of the index."""
    v.over(v.within(rb"Message-ID: <(\w)", 1), b"Q")


@kind("zero-block")
def zero_block(v):
    """512 octets of the body are NUL."""
    v.over(v.body() + 300, b"\0" * 512)


@kind("zero-page")
def zero_page(v):
    """A page of 4096 octets is NUL, with the end of the message."""
    v.over(v.end - v.start - 4096, b"\0" * 4096)


@kind("all-zero")
def all_zero(v):
    """Every octet is NUL."""
    v.over(0, b"\0" * (v.end - v.start))


@kind("zero-header")
def zero_header(v):
    """The header is NUL."""
    v.over(0, b"\0" * v.within(rb"Content-Type: "))


@kind("binary")
def binary(v):
    """512 octets of the body are of a picture or a program."""
    v.over(v.body() + 300, random.Random(7).randbytes(512))


@kind("binary-header")
def binary_header(v):
    """The first 256 octets of the header are of a picture or a program."""
    v.over(0, random.Random(8).randbytes(256))


@kind("binary-attachment")
def binary_attachment(v):
    """Eight octets within base64 are no base64."""
    v.over(v.within(rb"base64\r?\n\r?\n") + 500, bytes(range(1, 9)))


@kind("base64-short", FILES)
def base64_short(v):
    """Three octets of base64 are lost."""
    v.splice(v.end - v.start - 200, 3)


@kind("boundary-lost")
def boundary_lost(v):
    """The last boundary of the multipart is blank."""
    at = v.within(rb"--=_part--")
    v.over(at, b" " * 10)


@kind("other-block")
def other_block(v):
    """A block of another message stands over its end."""
    v.over(v.end - v.start - 1024, (b"Yes, I think that we should meet on Monday.\n" * 30)[:1023] + b"\n")


@kind("wrong-size-name", ("maildir",))
def wrong_size_name(v):
    """S= and W= in the name of the file are too large."""
    wrong = re.sub(r",S=(\d+),W=(\d+)", lambda m: ",S=%d,W=%d" % (int(m[1]) + 1000, int(m[2]) + 1000), v.path)
    os.rename(v.path, wrong)
    # Or it would be another file, and that another message.
    for name in ("dovecot-uidlist", "../dovecot-uidlist"):
        path = os.path.join(os.path.dirname(v.path), name)
        if os.path.exists(path):
            text = open(path).read()
            with open(path, "r+") as f:
                f.write(text.replace(os.path.basename(v.path).split(":")[0], os.path.basename(wrong).split(":")[0]))


@kind("header-of-mail-lost", ("sdbox", "mdbox"))
def dbox_magic(v):
    """The mark of Dovecot before the message is overwritten."""
    _before(v, b"XXXX", 32)


@kind("wrong-size-inside", ("sdbox", "mdbox"), hidden=("mdbox",))
def dbox_size(v):
    """The size that Dovecot wrote before the message is too small."""
    with open(v.path, "r+b") as f:
        f.seek(max(0, v.start - 40))
        head = f.read(min(40, v.start))
        m = list(re.finditer(rb"[0-9a-fA-F]{16}", head))
        assert m, head
        f.seek(max(0, v.start - 40) + m[-1].start())
        f.write(b"%016x" % ((v.end - v.start) // 2))


def _before(v, octets, back):
    with open(v.path, "r+b") as f:
        f.seek(max(0, v.start - back))
        f.write(octets)


@kind("letter", ALL, "text", hidden=ALL)
def letter(v):
    """One letter of the text is another one."""
    v.over(v.end - v.start - 300, b"Z")


# ---- messages and where they lie -----------------------------------------------------------------

def message(name, n, text):
    """A message that can be found again in a spool: its first line and its last one are its own."""
    rng = random.Random(f"{name} {n}")
    head = (f"X-Start: {name}-{n}-\r\nReceived: from a.example.org by b.example.org; Mon, 4 Jan 2010 10:00:00 +0000\r\n"
            f"Date: Mon, 4 Jan 2010 10:{n:02d}:00 +0000\r\nFrom: Anna Berg <anna@example.org>\r\nTo: ben@example.org\r\n"
            f"Subject: number {n} of {name}\r\nMessage-ID: <{name}-{n}@example.org>\r\nMIME-Version: 1.0\r\n")
    words = "the server of the week was moved before we lost the table with a new budget".split()
    lines = "".join(" ".join(rng.choice(words) for _ in range(10)) + "\r\n" for _ in range(120))
    if text == "text":
        return (head + "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + lines).encode()
    import base64
    b64 = base64.b64encode(rng.randbytes(6000)).decode()
    b64 = "\r\n".join(b64[i:i + 76] for i in range(0, len(b64), 76))
    return (head + 'Content-Type: multipart/mixed; boundary="=_part"\r\n\r\n--=_part\r\n'
            "Content-Type: text/plain; charset=us-ascii\r\n\r\n" + lines[:2000].rsplit("\r\n", 1)[0] + "\r\n--=_part\r\n"
            "Content-Type: image/png; name=a.png\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b64 +
            "\r\n--=_part--\r\n").encode()


def find(storage, directory, raw):
    """The victim for a message that was stored below a directory."""
    first = raw[:raw.index(b"\r\n")]
    last = raw.rstrip(b"\r\n").rsplit(b"\r\n", 1)[1]
    for where, _, names in os.walk(directory):
        for name in names:
            if not re.search(r"^\d+\.$|^u\.\d+$|^m\.\d+$|,S=\d+|^\d+\.M\d+P", name):
                continue
            path = os.path.join(where, name)
            with open(path, "rb") as f:
                octets = f.read()
            at = octets.find(first + b"\r\n")
            if at < 0:
                at = octets.find(first + b"\n")
            if at < 0:
                continue
            end = octets.index(last, at) + len(last)
            end = octets.index(b"\n", end) + 1
            return Victim(storage, path, at, end)
    raise LookupError(f"{first!r} is nowhere below {directory}")
