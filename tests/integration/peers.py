# SPDX-License-Identifier: MIT
"""What the integration tests see of a server without mailmuster: a snapshot over IMAP, and a proxy that records."""
import imaplib
import re
import socket
import threading

imaplib._MAXLINE = 10_000_000


def snapshot(port, user, password):
    """{folder: (uidvalidity, uidnext, messages, {uid: flags})} by EXAMINE, as any client could see it."""
    m = imaplib.IMAP4("127.0.0.1", port)
    m.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    m.login(user, password)
    out = {}
    for line in m.list()[1]:
        if line is None:
            continue
        text = line if isinstance(line, bytes) else line[0]
        found = re.match(rb'\(([^)]*)\) (?:"[^"]*"|NIL) (.*)$', text)
        name = found.group(2)
        if isinstance(line, tuple):
            name = b'"' + line[1] + b'"'
        if rb"\noselect" in found.group(1).lower() or rb"\nonexistent" in found.group(1).lower():
            continue
        if not name.startswith(b'"'):
            name = b'"' + name + b'"'
        status = m.status(name.decode("ascii"), "(UIDVALIDITY UIDNEXT MESSAGES)")[1][0]
        numbers = {k: int(v) for k, v in re.findall(rb"(UIDVALIDITY|UIDNEXT|MESSAGES) (\d+)", status)}
        m.select(name.decode("ascii"), readonly=True)
        flags = {}
        if numbers[b"MESSAGES"]:
            for item in m.uid("FETCH", "1:*", "(FLAGS)")[1]:
                item = item if isinstance(item, bytes) else item[0]
                uid = int(re.search(rb"UID (\d+)", item).group(1))
                words = re.search(rb"FLAGS \(([^)]*)\)", item).group(1).split()
                flags[uid] = tuple(sorted(w for w in words if w.lower() != rb"\recent"))
        out[name] = (numbers[b"UIDVALIDITY"], numbers[b"UIDNEXT"], numbers[b"MESSAGES"], flags)
    m.logout()
    return out


class WireProxy:
    """Passes one port on to another and keeps every octet that the client sends."""

    def __init__(self, target):
        self.target = target
        self.sent = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            server = socket.create_connection(("127.0.0.1", self.target))
            for s in (client, server):
                s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            record = bytearray()
            self.sent.append(record)
            threading.Thread(target=self._pump, args=(client, server, record), daemon=True).start()
            threading.Thread(target=self._pump, args=(server, client, None), daemon=True).start()

    @staticmethod
    def _pump(source, sink, record):
        try:
            while True:
                octets = source.recv(65536)
                if not octets:
                    break
                if record is not None:
                    record += octets
                sink.sendall(octets)
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def commands(self):
        """Every command line of every connection, without its tag; SASL answers (no tag) are left out."""
        lines = []
        for record in self.sent:
            for line in bytes(record).split(b"\r\n"):
                words = line.split(b" ", 1)
                if len(words) == 2:
                    lines.append(words[1])
        return lines

    def close(self):
        self.listener.close()
