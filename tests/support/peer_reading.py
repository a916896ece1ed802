# SPDX-License-Identifier: MIT
"""How scripted-imap shows folders and their mail: LIST, STATUS, EXAMINE, SEARCH, FETCH."""
import re
import time

from peer_mail import compact, envelope, fields_of, UidSet, name_of, octets, quoted
from peer_ways import Closed, Ways

SPECIAL = {"\\All", "\\Archive", "\\Drafts", "\\Flagged", "\\Junk", "\\Sent", "\\Trash"}


class Reading(Ways):
    """Mixed into the session."""

    def delimiter(self):
        return b"NIL" if self.mail.delim is None else quoted(octets(self.mail.delim))

    def c_namespace(self, _args, _line):
        prefix = quoted(octets(self.mail.prefix))
        self.line(b"* NAMESPACE ((%s %s)) NIL NIL" % (prefix, self.delimiter()))
        self.done("OK done")

    def c_list(self, args, line, lsub=False):
        options = args.pop(0) if isinstance(args[0], str) and args[0][:1] == "(" else "()"
        pattern = name_of(args[1])
        wants = ""
        if len(args) > 2:
            if lsub or args[2].upper() != "RETURN" or not self.can("LIST-EXTENDED"):
                return self.done("BAD Error in IMAP command LIST")
            wants = args[3].upper()
            if self.args.rev2 and "SPECIAL-USE" in wants and "SPECIAL-USE" not in self.caps():
                return self.done("BAD unknown RETURN")
        if pattern == b"":
            self.line(b'* LIST (\\Noselect) %s ""' % self.delimiter())
            return self.done("OK done")
        delim = octets(self.mail.delim or "")
        level = b"[^%s]*" % re.escape(delim) if delim else b".*"
        glob = re.escape(pattern).replace(b"\\*", b".*").replace(b"%", level)
        match = re.compile(glob, re.S | (re.I if pattern.upper() == b"INBOX" else 0))
        status = re.search(r"STATUS (\([^)]*\))", wants)
        for f in [] if self.args.no_folders else self.mail.folders:
            if not match.fullmatch(f.name):
                continue
            if (lsub or "SUBSCRIBED" in options.upper()) and not f.subscribed:
                continue
            attrs = [a for a in f.attrs if "SPECIAL-USE" in wants or a not in SPECIAL or
                     "SPECIAL-USE" in self.caps() or self.args.rev2]
            if not lsub and f.subscribed and "SUBSCRIBED" in wants + options.upper():
                attrs.append("\\Subscribed")
            self.line(b"* %s (%s) %s %s" % (b"LSUB" if lsub else b"LIST", octets(" ".join(attrs)),
                                            self.delimiter(), quoted(f.name)))
            if status and ("\\Noselect" not in attrs or f.place) and f.name not in self.server.no_open:
                self.line(self.status(f, status.group(1)))
        return self.done("OK done")

    def c_lsub(self, args, line):
        if self.args.rev2:
            return self.refuse(line)
        return self.c_list(args, line, lsub=True)

    def status(self, f, items):
        unseen = sum("\\Seen" not in m["flags"] for m in f.messages)
        value = {"MESSAGES": len(f.messages), "UIDNEXT": f.uidnext, "UIDVALIDITY": f.uidvalidity,
                 "UNSEEN": unseen, "RECENT": 0, "HIGHESTMODSEQ": f.modseq,
                 "SIZE": sum(m["size"] for m in f.messages)}
        told = " ".join("%s %d" % (i, value[i]) for i in items.strip("()").upper().split())
        return b"* STATUS %s (%s)" % (quoted(f.name), octets(told))

    def opened(self, word):
        f = self.mail.find(name_of(word))
        if f is not None and f.name in self.server.no_open:
            self.done("NO [SERVERBUG] Internal error occurred. Refer to server log.")
            return None
        if f is None or "\\Noselect" in f.attrs and f.place != "opens":
            self.done("NO [NONEXISTENT] Mailbox does not exist")
            return None
        return f

    def c_status(self, args, _line):
        f = self.opened(args[0])
        if f is not None:
            self.line(self.status(f, args[1]))
            self.done("OK done")

    def c_examine(self, args, _line):
        self.open = None
        f = self.opened(args[0])
        if f is None:
            return
        flags = sorted({g for m in f.messages for g in m["flags"]} |
                       {"\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft"})
        self.line("* FLAGS (%s)" % " ".join(flags))
        self.line("* OK [PERMANENTFLAGS ()] Read-only mailbox.")
        self.line("* %d EXISTS" % len(f.messages))
        if self.args.rev2:
            self.line(b'* LIST () %s %s ("OLDNAME" (%s))' % (self.delimiter(), quoted(f.name), quoted(f.name)))
        else:
            self.line("* 0 RECENT")
        self.line("* OK [UIDVALIDITY %d] UIDs valid" % f.uidvalidity)
        self.line("* OK [UIDNEXT %d] Predicted next UID" % f.uidnext)
        if "CONDSTORE" in self.caps():
            self.line("* OK [HIGHESTMODSEQ %d] Highest" % f.modseq)
        if "OBJECTID" in self.caps() and f.mailboxid is not None:
            self.line(b"* OK [MAILBOXID %s] Ok" % f.mailboxid)
        self.open = f
        self.done("OK [READ-ONLY] done")

    def c_search(self, args, line):
        if self.open is None:
            return self.done("BAD no mailbox is open")
        extended = isinstance(args[0], str) and args[0].upper() == "RETURN"
        if extended:
            if not self.can("ESEARCH") or args[1].upper() != "(ALL)":
                return self.done("BAD unknown RETURN")
            args = args[2:]
        uids = [m["uid"] for m in self.open.messages]
        last = uids[-1] if uids else 0
        while args:
            key = args.pop(0).upper()
            if key == "UID":
                key = args.pop(0)
            elif key != "ALL":
                return self.refuse(line)
            if key != "ALL":
                asked = UidSet(key, last)
                uids = [u for u in uids if u in asked]
        if extended or self.args.rev2:
            found = " ALL " + compact(uids) if uids else ""
            self.line(b'* ESEARCH (TAG "%s") UID%s' % (self.tag, octets(found)))
        else:
            self.line("* SEARCH" + "".join(" %d" % u for u in uids))
        return self.done("OK done")

    def omitted(self, item, uid):
        return any(o == item or o == "%s:%d" % (item, uid) for o in self.args.omit_item)

    def fetch_one(self, sequence, m, items):
        uid = m["uid"]
        out = [b"UID %d" % uid] if not self.omitted("UID", uid) else []
        for item in items:
            name = item.split("[")[0].replace(".PEEK", "")
            if name == "UID" or self.omitted(name, uid):
                continue
            if self.args.slow_item.split("=")[0] == name:
                time.sleep(float(self.args.slow_item.split("=")[1]) / 1000)
            if name == "FLAGS":
                out.append(b"FLAGS (%s)" % octets(" ".join(m["flags"])))
            elif name == "INTERNALDATE":
                out.append(b'INTERNALDATE "%s"' % octets(m["date"]))
            elif name == "RFC822.SIZE":
                out.append(b"RFC822.SIZE %d" % m["size"])
            elif name == "MODSEQ":
                out.append(b"MODSEQ (%d)" % self.open.modseq)
            elif name == "X-GM-MSGID":
                out.append(b"X-GM-MSGID %d" % m["gmail"])
            elif name == "X-GM-LABELS":
                out.append(b"X-GM-LABELS (%s)" % b" ".join(quoted(octets(n)) for n in m["labels"]))
            elif name == "ENVELOPE":
                out.append(envelope(m["header"]))
            else:
                section = item[item.index("["):].upper()
                asked = re.search(r"FIELDS \(([^)]*)\)", section)
                text = m["header"] + b"\r\n" if asked is None else \
                    fields_of(m["header"], asked.group(1).split())
                if section == "[]":
                    text += m["body"]
                start = b" ".join(out + [b"BODY" + octets(section)])
                if uid == self.args.break_fields and asked and "MESSAGE-ID" != asked.group(1):
                    raise Closed
                if uid == self.args.huge_literal:
                    self.send(b"* %d FETCH (%s {3221225472}\r\n" % (sequence, start) + b"x" * 64)
                    self.stall()
                if uid == self.args.break_body and section == "[]":
                    self.send(b"* %d FETCH (%s {%d}\r\n" % (sequence, start, len(text)) +
                              text[:len(text) // 2])
                    raise Closed
                out.append(b"BODY%s {%d}\r\n%s" % (octets(section), len(text), text))
        self.send(b"* %d FETCH (%s)\r\n" % (sequence, b" ".join(out)))

    def c_fetch(self, args, line):
        if self.open is None:
            return self.done("BAD no mailbox is open")
        items = re.findall(r"[^ \[]+(?:\[[^\]]*\])?", args[1].strip("()") if "[" not in args[1]
                           else re.sub(r"^\(|\)$", "", args[1]))
        for item in items:
            if not re.fullmatch(r"X-GM-MSGID|X-GM-LABELS|UID|FLAGS|INTERNALDATE|RFC822\.SIZE|ENVELOPE|MODSEQ|"
                                r"BODY\.PEEK\[(HEADER(\.FIELDS \([^)]*\))?)?\]", item, re.I):
                return self.refuse(line)
        items = [i.upper() for i in items]
        if any(i.startswith("X-GM-") for i in items) and "X-GM-EXT-1" not in self.caps():
            return self.refuse(line)
        last = self.open.messages[-1]["uid"] if self.open.messages else 0
        if len(self.open.messages) > 1000 and "RFC822.SIZE" in items:
            self.server.meet(self.number)
        asked = UidSet(args[0], last)
        if self.args.refuse_fetch and self.args.refuse_fetch in asked and any(
                m["uid"] == self.args.refuse_fetch for m in self.open.messages):
            return self.done("NO [SERVERBUG] Internal error occurred")
        for sequence, m in enumerate(self.open.messages, 1):
            if m["uid"] not in asked or m["uid"] in self.args.omit_message \
                    or m["lost"]:
                continue
            if m["uid"] == self.args.garbage_fetch:
                self.send(b"* %d FETCH (UID %d FLAGS )(((\xff\x00{9999999999999}} \"\r\n" %
                          (sequence, m["uid"]))
                continue
            self.fetch_one(sequence, m, items)
        return self.done("OK done")

    def c_getquotaroot(self, args, line):
        if not self.args.quota:
            return self.refuse(line)
        self.line(b'* QUOTAROOT INBOX "User quota"')
        self.line(b'* QUOTA "User quota" (%s)' % octets(self.args.quota.replace("_", " ")))
        return self.done("OK done")

    def c_myrights(self, args, line):
        if "ACL" not in self.caps():
            return self.refuse(line)
        self.line(b"* MYRIGHTS %s lrswipkxtea" % quoted(name_of(args[0])))
        return self.done("OK done")

    def c_getacl(self, args, line):
        if "ACL" not in self.caps():
            return self.refuse(line)
        f = self.opened(args[0])
        if f is None:
            return None
        if f.acl and f.acl.startswith(("NO ", "BAD ")):
            return self.done(f.acl)
        if f.acl is not None:
            self.line(b"* ACL %s %s" % (quoted(f.name), octets(f.acl)) if f.acl else b"* ACL %s" % quoted(f.name))
        return self.done("OK done")
