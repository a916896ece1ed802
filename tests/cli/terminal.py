#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Run a program on a terminal of its own and play a script from standard input.

    expect TEXT   wait until TEXT is on the screen behind what was expected before (20 s at most)
    absent TEXT   TEXT was never on the screen so far
    send TEXT     type TEXT and Return
    interrupt     type Ctrl-C
    exit CODE     wait for its end with this exit code
"""
import os
import pty
import select
import signal
import sys
import time


def main():
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(sys.argv[1], sys.argv[1:])
    screen, seen = b"", 0

    def fail(why):
        os.kill(pid, signal.SIGKILL)
        sys.stderr.write("%s; the screen was:\n%s\n" % (why, screen.decode("utf-8", "replace")))
        sys.exit(1)

    def read(until):
        """Read what comes until the condition holds; False at the end of the program."""
        nonlocal screen
        end = time.monotonic() + 20
        while not until():
            ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
            if not ready:
                return False
            try:
                more = os.read(fd, 65536)
            except OSError:
                more = b""
            if not more:
                return until()
            screen += more
        return True

    for line in sys.stdin.read().splitlines():
        word, _, text = line.strip().partition(" ")
        if word == "expect":
            at = [-1]

            def found():
                at[0] = screen.find(text.encode(), seen)
                return at[0] >= 0
            if not read(found):
                fail("never came: %s" % text)
            seen = at[0] + len(text.encode())
        elif word == "absent":
            if text.encode() in screen:
                fail("came, and should not: %s" % text)
        elif word == "send":
            os.write(fd, text.encode() + b"\n")
        elif word == "interrupt":
            os.write(fd, b"\x03")
        elif word == "exit":
            read(lambda: False)
            _, status = os.waitpid(pid, 0)
            sys.stdout.write(screen.decode("utf-8", "replace"))
            code = os.waitstatus_to_exitcode(status)
            if code != int(text):
                sys.stderr.write("exit code %d, not %s; the screen was:\n%s\n" % (code, text, screen.decode()))
                sys.exit(1)
            return
        elif word:
            fail("unknown word %s" % word)


main()
