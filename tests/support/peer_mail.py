# SPDX-License-Identifier: MIT
"""The mail that scripted-imap shows, and the words of the protocol around it."""
import bisect
import email.parser
import email.policy
import email.utils
import re


def octets(text):
    return text.encode("utf-8", "surrogateescape")


def default_model():
    def message(uid):
        return {"uid": uid, "flags": ["\\Seen"] if uid % 2 else [], "size": 500 + uid,
                "date": "%02d-Jan-2010 15:15:35 +0000" % uid,
                "header": "Date: %d Jan 2010 15:15:35 +0000\r\nFrom: anna@example.org\r\n"
                          "To: ben@example.org\r\nSubject: number %d\r\n"
                          "Message-ID: <%d@example.org>\r\n" % (uid, uid, uid)}
    return {"folders": [{"name": "INBOX", "messages": [message(u) for u in (1, 2, 3)]},
                        {"name": "Sent", "attrs": ["\\Sent"], "messages": [message(4)]}]}


class Folder:
    def __init__(self, spec):
        self.name = octets(spec["name"])
        self.uidvalidity = spec.get("uidvalidity", 1262358935)
        self.modseq = spec.get("modseq", 1)
        self.attrs = spec.get("attrs", [])
        self.subscribed = spec.get("subscribed", True)
        self.place = spec.get("place")
        self.acl = spec.get("acl", "owner lrswipkxtea")
        self.mailboxid = octets(spec["mailboxid"]) if "mailboxid" in spec else None
        self.messages = []
        for number, m in enumerate(spec.get("messages", []), 1):
            header, body = octets(m.get("header", "")), octets(m.get("body", ""))
            self.messages.append({
                "uid": m.get("uid", number), "flags": m.get("flags", []), "header": header,
                "body": body * m.get("times", 1), "lost": m.get("lost", False),
                "gmail": m.get("gmail", number), "labels": m.get("labels", []),
                "date": m.get("date", "01-Jan-2010 15:15:35 +0000"),
                "size": m.get("size", len(header) + 2)})
        self.messages.sort(key=lambda m: m["uid"])
        last = self.messages[-1]["uid"] if self.messages else 0
        self.uidnext = spec.get("uidnext", last + 1)


class Mail:
    def __init__(self, spec, args):
        self.delim = spec.get("delim", "/")
        self.prefix = spec.get("prefix", "")
        extra = []
        for n in range(1, args.folders + 1):
            header = "Subject: %d.%d\r\n" if args.nameless else "Message-ID: <%d.%d@generated.example.org>\r\n"
            extra.append({"name": "%sFolder %05d" % (self.prefix, n), "messages": [
                {"uid": u, "size": 1000 + u, "header": header % (n, u)}
                for u in range(1, args.messages + 1)]})
        if args.nul_name:
            extra.append({"name": self.prefix + "nul\0name"})
        self.folders = [Folder(f) for f in spec.get("folders", []) + extra]

    def find(self, name):
        for f in self.folders:
            if f.name == name or f.name.upper() == name.upper() == b"INBOX":
                return f
        return None


def quoted(raw):
    if re.search(rb'[\r\n]|[\x80-\xff]', raw):
        return b"{%d}\r\n" % len(raw) + raw
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def nstring(raw):
    return b"NIL" if raw is None else quoted(raw)


def words(line):
    """Atoms, quoted strings and balanced lists.  A quoted string comes back without its quotes, as
    bytes; the rest as str."""
    found = []
    at = 0
    while at < len(line):
        c = line[at:at + 1]
        if c == b" ":
            at += 1
        elif c == b'"':
            m = re.compile(rb'"((?:[^"\\]|\\.)*)"', re.S).match(line, at)
            if m is None:
                return None
            found.append(re.sub(rb"\\(.)", rb"\1", m.group(1)))
            at = m.end()
        elif c == b"(":
            depth, start = 0, at
            while at < len(line):
                depth += {b"(": 1, b")": -1}.get(line[at:at + 1], 0)
                at += 1
                if depth == 0:
                    break
            found.append(line[start:at].decode("latin-1"))
        else:
            m = re.compile(rb"(?:[^ \[(]|\[[^\]]*\])+").match(line, at)
            if m is None:
                return None
            found.append(m.group().decode("latin-1"))
            at = m.end()
    return found


def name_of(word):
    return word if isinstance(word, bytes) else word.encode("latin-1")


class UidSet:
    """A set as commands write it, read once: it is asked for each message of a folder."""

    def __init__(self, text, last):
        runs = []
        for part in text.split(","):
            ends = [last if e == "*" else int(e) for e in part.split(":")]
            runs.append((min(ends), max(ends)))
        self.low, self.high = [], []
        for low, high in sorted(runs):
            if self.high and low <= self.high[-1] + 1:
                self.high[-1] = max(self.high[-1], high)
            else:
                self.low.append(low), self.high.append(high)

    def __contains__(self, uid):
        at = bisect.bisect_right(self.low, uid)
        return at > 0 and uid <= self.high[at - 1]


def compact(uids):
    runs = []
    for u in uids:
        if runs and runs[-1][1] == u - 1:
            runs[-1][1] = u
        else:
            runs.append([u, u])
    return ",".join(str(a) if a == b else "%d:%d" % (a, b) for a, b in runs)


def fields_of(header, names):
    """The named fields of a header block, octet for octet."""
    out, keep = b"", False
    for line in header.split(b"\r\n"):
        if not line:
            break
        if line[:1] not in b" \t":
            keep = line.split(b":")[0].strip().upper().decode("latin-1") in names
        if keep:
            out += line + b"\r\n"
    return out + b"\r\n"


def envelope(header):
    parsed = email.parser.BytesParser(policy=email.policy.compat32).parsebytes(header, True)
    fields = {}
    for name, value in parsed.raw_items():  # as sent, 8-bit octets included
        fields.setdefault(name.lower(), []).append(value.replace("\r\n", ""))

    def text(name):
        return octets(fields[name][0]) if name in fields else None

    def people(name, otherwise="none"):
        out = b""
        values = fields.get(name, fields.get(otherwise, []))
        for real, address in email.utils.getaddresses(values):
            box, _, host = address.rpartition("@")
            out += b"(%s NIL %s %s)" % (nstring(octets(real) or None), quoted(octets(box)),
                                        quoted(octets(host)))
        return b"(%s)" % out if out else b"NIL"
    parts = [nstring(text("date")), nstring(text("subject")), people("from"),
             people("sender", "from"), people("reply-to", "from"), people("to"), people("cc"),
             people("bcc"), nstring(text("in-reply-to")), nstring(text("message-id"))]
    return b"ENVELOPE (" + b" ".join(parts) + b")"
