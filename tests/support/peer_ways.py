# SPDX-License-Identifier: MIT
"""How one logs in to scripted-imap: passwords, tokens, certificates, PROXYAUTH."""
import base64
import json

from peer_mail import name_of


class Closed(Exception):
    """The connection is over."""


def add_options(p):
    p.add_argument("--login", default="ok",
                   choices=["ok", "authfailed", "inuse", "unavailable", "bye", "close", "echo"])
    for name in ("user", "token", "proxy-for", "cert-for"):
        p.add_argument("--" + name, action="append", default=[])
    p.add_argument("--token-answer", choices=["reason", "no", "echo"], default="reason")
    p.add_argument("--client-cert", action="store_true")


class Ways:
    """Mixed into the session."""

    def become(self, user):
        self.user = user
        self.mail = self.server.mail_of(user, self.number)

    def let_in(self, user):
        if self.put_off("LOGIN"):
            return
        if not self.server.enter():
            self.done(self.args.max_sessions.partition("=")[2].replace("_", " "))
            return
        self.entered = True
        self.become(user)
        self.done("OK [CAPABILITY %s] Logged in" % " ".join(self.caps()))
        first, _, count = (self.args.cut_later or "").partition("=")
        if first and self.number >= int(first):
            self.left = int(count)
        if self.args.cut_after_login is not None:
            self.left = self.args.cut_after_login
            self.send(b"")

    def login(self, user, password, authzid=""):
        outcome = self.args.login
        known = self.args.user
        if known and "%s:%s" % (user, password) not in known and outcome == "ok":
            outcome = "authfailed"
        if outcome == "close":
            raise Closed
        if outcome == "bye":
            self.line("* BYE [UNAVAILABLE] Shutting down for maintenance")
            raise Closed
        if self.args.limit is not None and self.number > self.args.limit:
            return self.done("NO [LIMIT] Maximum number of connections from user+IP exceeded")
        if outcome == "echo":
            raw = base64.b64encode(("\0%s\0%s" % (user, password)).encode()).decode()
            return self.done("NO %s is not the password, and %s no answer" % (password, raw))
        if outcome != "ok":
            return self.done({"authfailed": "NO [AUTHENTICATIONFAILED] Authentication failed.",
                              "inuse": "NO [INUSE] Mailbox is locked by another session",
                              "unavailable": "NO [UNAVAILABLE] User database is down"}[outcome])
        return self.let_in(authzid or user.partition("*")[0])

    def c_login(self, args, _line):
        user, password = (name_of(a).decode("utf-8", "replace") for a in args)
        if "LOGINDISABLED" in self.caps():
            return self.done("NO [PRIVACYREQUIRED] LOGIN is disabled")
        return self.login(user, password)

    def secret(self, prompt):
        self.line(b"+ " + base64.b64encode(prompt))
        answer = self.read_line()
        self.log(b"***")
        return base64.b64decode(answer)

    def takes(self, user, token):
        """Is this a token for this user, and has it not been used up?"""
        for rule in self.args.token:
            name, good, *uses = rule.split(":")
            if name not in ("*", user) or good != token:
                continue
            with self.server.lock:
                used = self.server.used[good] = self.server.used.get(good, 0) + 1
            return not uses or used <= int(uses[0])
        return False

    def token(self, user, token):
        if self.takes(user, token):
            self.log(b"TOKEN TAKEN")
            return self.let_in(user)
        self.log(b"TOKEN REFUSED")
        if self.args.token_answer == "echo":
            return self.done("NO %s in %s is not good" % (
                token, base64.b64encode(b"auth=Bearer " + token.encode()).decode()))
        if self.args.token_answer == "no":
            return self.done("NO [AUTHENTICATIONFAILED] Authentication failed.")
        reason = json.dumps({"status": "invalid_token", "scope": "mail"})
        self.line(b"+ " + base64.b64encode(reason.encode()))
        self.log(b"ANSWER " + self.read_line())
        return self.done("NO [AUTHENTICATIONFAILED] Token is not good.")

    def c_authenticate(self, args, line):
        mechanism = args[0].upper()
        if "AUTH=" + mechanism not in self.caps():
            return self.refuse(line)
        raw = base64.b64decode(args[1].strip("=") + "==") if len(args) > 1 else None
        if mechanism == "PLAIN":
            raw = self.secret(b"") if raw is None else raw
            authzid, user, password = (p.decode("utf-8", "replace") for p in raw.split(b"\0"))
            return self.login(user, password, authzid)
        if mechanism == "LOGIN":
            user = self.secret(b"User Name") if raw is None else raw
            password = self.secret(b"Password")
            return self.login(user.decode("utf-8", "replace"), password.decode("utf-8", "replace"))
        raw = (self.secret(b"") if raw is None else raw).decode("utf-8", "replace")
        if mechanism == "EXTERNAL":
            return self.external(raw)
        fields = raw.split("\1")
        bearer = [f[len("auth=Bearer "):] for f in fields if f.startswith("auth=Bearer ")]
        if mechanism == "XOAUTH2":
            return self.token(fields[0][len("user="):], bearer[0])
        if mechanism == "OAUTHBEARER":
            gs2, name = fields[0].split(",")[:2]
            if gs2 != "n":
                return self.done("BAD that is no GS2 header")
            return self.token(name[len("a="):], bearer[0])
        return self.done("NO no such mechanism")

    def external(self, authzid):
        """--cert-for CN:USER allows who shows the certificate CN to be USER."""
        shown = self.sock.getpeercert() if self.secure else None
        names = [v for part in (shown or {}).get("subject", ()) for k, v in part
                 if k == "commonName"]
        self.log(("CERTIFICATE %s AS %s" % (",".join(names) or "-", authzid)).encode())
        if any("%s:%s" % (n, authzid) in self.args.cert_for for n in names):
            return self.let_in(authzid)
        return self.done("NO [AUTHENTICATIONFAILED] This certificate is not yours.")

    def c_proxyauth(self, args, line):
        """--proxy-for ADMIN:USER allows it; without any there is no such command."""
        if not self.args.proxy_for:
            return self.refuse(line)
        user = name_of(args[0]).decode("utf-8", "replace")
        if "%s:%s" % (self.user, user) not in self.args.proxy_for:
            return self.done("NO [AUTHORIZATIONFAILED] You may not act for that user.")
        self.become(user)
        return self.done("OK done")
