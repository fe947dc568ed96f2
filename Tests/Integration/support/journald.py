"""A real journal: systemd-journald as an instance of its own, whose folders are elsewhere."""

import json
import os
import shutil
import subprocess

from support import privileges
from support.waiting import until

PROGRAM = "/lib/systemd/systemd-journald"
NAME = "clawgress"


class Journald:
    """The daemon in a mount namespace; needs root. The socket is in a folder that all can enter."""

    def __init__(self):
        self.folder = privileges.reachable_folder("clawgress-journald-")
        for name in ("run", "log", "etc"):
            os.mkdir(self._path(name))
        with open(self._path("etc", f"journald@{NAME}.conf"), "w", encoding="ascii") as file:
            file.write("[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n")
        self.socket = self._path("run", "socket")
        self._process = None

    def _path(self, *names):
        return os.path.join(self.folder, *names)

    def start(self):
        """Starts it and waits for its socket."""
        run = f"/run/systemd/journal.{NAME}"
        script = f"""
            mount --make-rprivate / && mount -t tmpfs tmpfs /run &&
            mkdir -p {run} /run/log/journal &&
            mount --bind {self._path("run")} {run} &&
            mount --bind {self._path("log")} /run/log/journal &&
            mount --bind {self._path("etc")} /etc/systemd &&
            RUNTIME_DIRECTORY={run} exec {PROGRAM} {NAME}
        """
        if os.path.exists(self.socket):
            os.unlink(self.socket)
        with open(self._path("output"), "ab") as output:
            self._process = subprocess.Popen(
                ["unshare", "--mount", "sh", "-c", script], stdout=output, stderr=output,
            )
        until("the journal's socket", self._has_socket)
        os.chmod(self._path("run"), 0o755)
        return self

    def _has_socket(self):
        assert self._process.poll() is None
        return os.path.exists(self.socket)

    def entries(self):
        """The entries of the audit service, as the journal's own reader gives them."""
        folders = [self._path("log", name) for name in os.listdir(self._path("log"))]
        if not folders:
            return []
        done = subprocess.run(
            ["journalctl", f"--directory={folders[0]}", "--output=json", "--all",
             "SYSLOG_IDENTIFIER=clawgress"],
            capture_output=True, check=True, timeout=60,
        )
        return [json.loads(line) for line in done.stdout.splitlines()]

    def stop(self):
        """Ends it."""
        if self._process and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(20)

    def close(self):
        """Ends it and removes what it had."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
