# SPDX-License-Identifier: MIT
"""A small IMAP client for the scripts of the lab.  It shares nothing with the program that it helps to judge."""
import base64
import hashlib
import re
import shlex
import socket
import sys
from collections import namedtuple
from datetime import datetime

Server = namedtuple("Server", "dir host port users")
Message = namedtuple("Message", "uid flags keywords date octets whole header message_id ids body")


def server(directory):
    """Read what lab/lab left in DIR/ports, and the passwords of the users."""
    words = shlex.split(open(directory + "/ports").read())
    port = dict(w.split("=", 1) for w in words)
    lines = open(port["LAB_USERS"]).read().split()
    try:
        socket.create_connection((port["LAB_HOST"], int(port["LAB_IMAP"]))).close()
    except OSError as e:
        sys.exit("%s: the server does not answer: %s" % (directory, e))
    return Server(directory, port["LAB_HOST"], int(port["LAB_IMAP"]), dict(x.split(":", 1) for x in lines))


class No(Exception):
    """A command was answered with NO or BAD."""


class Imap:
    def __init__(self, srv, user):
        self.socket = socket.create_connection((srv.host, srv.port), timeout=120)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.socket.makefile("rwb", 1 << 18)
        self.tag, self.capable = 0, ()
        self.file.readline()
        self.cmd('LOGIN "%s" "%s"' % (user, srv.users[user]))
        # What is hidden is not asked for; Courier even refuses it.
        self.capable = next(t for t, _ in self.cmd("CAPABILITY") if t.startswith(b"* CAPABILITY")).upper().split()
        ns = next(t for t, _ in self.cmd("NAMESPACE") if t.startswith(b"* NAMESPACE"))
        m = re.match(rb'\* NAMESPACE \(\("(.*?)" "(.)"\)', ns)  # an administrator may have no namespace of his own
        self.prefix, self.delim = m.groups() if m else (b"", b".")

    def cmd(self, text, *literals):
        """Send; each %s stands for a literal.  Return the untagged answers as (text, [literals])."""
        self.tag += 1
        tag = b"k%d " % self.tag
        parts = text.split("%s") if literals else [text]
        out = tag + parts[0].encode()
        for lit, rest in zip(literals, parts[1:]):
            if b"LITERAL+" in self.capable:
                out += b"{%d+}\r\n" % len(lit) + lit + rest.encode()
                continue
            self.file.write(out + b"{%d}\r\n" % len(lit))
            self.file.flush()
            invited = self.file.readline()
            if not invited.startswith(b"+"):
                raise No(invited.decode(errors="replace").strip())
            out = lit + rest.encode()
        self.file.write(out + b"\r\n")
        self.file.flush()
        # Cyrus sends the end of a long answer when the start was acknowledged, and that takes 40 ms by default.
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        answers = []
        while True:
            line, held = self.file.readline(), []
            while (m := re.search(rb"\{(\d+)\}\r\n$", line)):
                held.append(self.file.read(int(m[1])))
                line = line[:m.start()] + b"%LITERAL" + self.file.readline()
            if not line:
                raise ConnectionError("the server closed the connection")
            if line.startswith(tag):
                if not line.startswith(tag + b"OK"):
                    raise No(line[len(tag):].decode(errors="replace").strip())
                return answers
            answers.append((line.rstrip(b"\r\n"), held))

    def logout(self):
        self.cmd("LOGOUT")
        self.file.close()
        self.socket.close()

    def wire(self, folder):
        """The quoted name of a folder, given in common form: "/" between its parts, no prefix."""
        name = folder.replace("/", self.delim.decode()).replace("%2F", "/").replace("%25", "%")
        if folder != "INBOX":
            name = self.prefix.decode() + name
        return '"%s"' % utf7(name).replace("\\", "\\\\").replace('"', '\\"')

    def common(self, wire):
        if wire.upper() == b"INBOX":
            return "INBOX"
        if self.prefix and wire.startswith(self.prefix):
            wire = wire[len(self.prefix):]
        return "/".join(un_utf7(p).replace("%", "%25").replace("/", "%2F") for p in wire.split(self.delim))

    def names(self, command):
        """{folder: attributes} of LIST or LSUB; those of LIST with special uses (RFC 6154) where there are any."""
        found = {}
        uses = " RETURN (SPECIAL-USE)" if command == "LIST" and b"SPECIAL-USE" in self.capable else ""
        for text, held in self.cmd(command + ' "" "*"' + uses):
            m = re.match(rb'\* L\w+ \((.*?)\) (?:NIL|"\\?.") (.*)$', text)
            if m:
                name = held[0] if held else re.sub(rb'\\(.)', rb'\1', m[2][1:-1]) if m[2][:1] == b'"' else m[2]
                found[self.common(name)] = set(m[1].decode().lower().split())
        return found

    def messages(self, folder):
        """Every message of a folder, read whole."""
        self.cmd("EXAMINE " + self.wire(folder))
        found = []
        for text, held in self.cmd("UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"):
            if b" FETCH (" not in text:
                continue
            flags = re.search(rb"FLAGS \((.*?)\)", text)[1].decode().lower().split()
            date = datetime.strptime(re.search(rb'INTERNALDATE "\s*(.*?)"', text)[1].decode(), "%d-%b-%Y %H:%M:%S %z")
            whole = re.sub(rb"\r*\n", b"\n", held[0]).rstrip(b"\r")
            # mbsync puts a line of its own into each message, so a header is known by what it was before.
            header, _, body = whole.partition(b"\n\n")
            header = re.sub(rb"\nX-TUID: .*", b"", header)
            found.append(Message(
                int(re.search(rb"UID (\d+)", text)[1]), frozenset(f for f in flags if f[0] == "\\" and f != "\\recent"),
                frozenset(f for f in flags if f[0] != "\\"), int(date.timestamp()),
                int(re.search(rb"RFC822.SIZE (\d+)", text)[1]), hashlib.sha256(whole).digest(),
                hashlib.sha256(header).digest(), message_id(header),
                len(re.findall(rb"^message-id:", header, re.I | re.M)), hashlib.sha256(body).digest()))
        return found


def message_id(header):
    m = re.search(rb"^message-id:(.*(?:\n[ \t].*)*)", header, re.I | re.M)
    return " ".join(m[1].decode(errors="replace").split()) if m else ""


def utf7(s):
    def shift(m):
        return "&" + base64.b64encode(m[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",") + "-"
    return re.sub("[^ -~]+", shift, s.replace("&", "&-"))


def un_utf7(b):
    def unshift(m):
        raw = m[1].replace(b",", b"/")
        return base64.b64decode(raw + b"=" * (-len(raw) % 4)).decode("utf-16-be").encode() if raw else b"&"
    return re.sub(rb"&([^-]*)-", unshift, b).decode()
