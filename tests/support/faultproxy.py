# SPDX-License-Identifier: MIT
"""A running lab/faultproxy."""
import os
import subprocess
import threading

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.environ.get("FAULTPROXY", os.path.join(ROOT, "build", "release", "lab", "faultproxy"))


class FaultProxy:
    def __init__(self, to, script, seed, path):
        with open(path, "w") as f:
            f.write(script)
        self.child = subprocess.Popen([PROGRAM, "--to", str(to), "--script", path, "--seed", str(seed)], stdout=subprocess.PIPE,
                                      text=True)
        first = self.child.stdout.readline()
        assert first.startswith("port "), first
        self.port, self.said = int(first.split()[1]), []
        self.listener = threading.Thread(target=self._listen, daemon=True)
        self.listener.start()

    def _listen(self):
        for line in self.child.stdout:
            self.said.append(line.rstrip("\n"))

    def close(self):
        """What it did, line by line.  It must have lived until now."""
        assert self.child.poll() is None, f"faultproxy ended by itself: {self.child.returncode}"
        self.child.terminate()
        self.child.wait()
        self.listener.join()
        self.child.stdout.close()
        return self.said
