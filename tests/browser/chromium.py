# SPDX-License-Identifier: MIT
"""A headless Chromium over a pipe (--remote-debugging-pipe): no port, no library."""
import json
import os
import select
import shutil
import subprocess
import tempfile
import time


class Chromium:
    def __init__(self, width=1240, height=1000):
        self.dir = tempfile.mkdtemp(prefix="mailmuster-chromium-")
        down_r, down_w = os.pipe()
        up_r, up_w = os.pipe()
        self.write_fd, self.read_fd = down_w, up_r

        def place():
            # Descriptors 3 and 4 are what Chromium reads and writes.
            keep = [os.dup(down_r), os.dup(up_w)]
            keep = [os.dup(fd) if fd in (3, 4) else fd for fd in keep]
            os.dup2(keep[0], 3)
            os.dup2(keep[1], 4)

        program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        if program is None:
            raise SystemExit("not ok 1 - there is no chromium")
        self.process = subprocess.Popen(
            [program, "--headless=new", "--remote-debugging-pipe", "--no-sandbox", "--disable-gpu",
             "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--hide-scrollbars", f"--window-size={width},{height}", "--user-data-dir=" + self.dir, "about:blank"],
            close_fds=False, preexec_fn=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(down_r)
        os.close(up_w)
        self.n, self.buffer, self.events = 0, b"", []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self.session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]

    def call(self, method, params=None, seconds=120):
        self.n += 1
        message = {"id": self.n, "method": method, "params": params or {}}
        if getattr(self, "session", None):
            message["sessionId"] = self.session
        os.write(self.write_fd, json.dumps(message).encode() + b"\0")
        wanted = self.n
        end = time.monotonic() + seconds
        while True:
            got = self.receive(end)
            if got.get("id") == wanted:
                if "error" in got:
                    raise RuntimeError(f"{method}: {got['error']}")
                return got["result"]
            if "method" in got:
                self.events.append(got)

    def receive(self, end):
        while b"\0" not in self.buffer:
            left = end - time.monotonic()
            if left <= 0 or not select.select([self.read_fd], [], [], left)[0]:
                raise RuntimeError("chromium does not answer")
            piece = os.read(self.read_fd, 1 << 16)
            if not piece:
                raise RuntimeError("chromium has ended")
            self.buffer += piece
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def wait(self, method, seconds=120):
        end = time.monotonic() + seconds
        while True:
            for e in self.events:
                if e["method"] == method:
                    self.events.remove(e)
                    return e["params"]
            got = self.receive(end)
            if "method" in got:
                self.events.append(got)

    def js(self, expression):
        r = self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True, "awaitPromise": True})
        if "exceptionDetails" in r:
            raise RuntimeError(r["exceptionDetails"])
        return r["result"].get("value")

    def close(self):
        try:
            self.process.terminate()
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.write_fd)
        os.close(self.read_fd)
        shutil.rmtree(self.dir, ignore_errors=True)
