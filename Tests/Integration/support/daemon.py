"""One daemon of the control plane as a real process: started, killed, started again."""

import json
import os
import signal
import socket
import subprocess

from support import privileges
from support.waiting import until


class Daemon:
    """A process with a settings file and a ready file; its log survives its deaths."""

    def __init__(self, program, folder, settings):
        self.folder = folder
        self.log_path = os.path.join(folder, "daemon.log")
        self.ready_path = os.path.join(folder, "run", "ready.json")
        self.output_path = os.path.join(folder, "run", "printed")
        self.config_path = os.path.join(folder, "settings.yaml")
        self.settings = settings
        self.process = None
        self.ready = None
        # How many files the process may have open, as `soft:hard`; None for as many as we.
        self.open_files = None
        os.makedirs(os.path.dirname(self.ready_path), exist_ok=True)
        privileges.give_away(os.path.dirname(self.ready_path))
        self._program = privileges.executable_for_all(program, folder)
        # Bound and not listening, it keeps the port for every life of the process: nobody else is
        # given it, and a daemon reuses addresses.
        self._port = socket.socket()
        self._port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._port.bind(("127.0.0.1", 0))
        self.configure(listen=f"127.0.0.1:{self._port.getsockname()[1]}")

    def configure(self, **changes):
        """Changes the settings of the next start."""
        self.settings.update(changes)
        # JSON is YAML.
        with open(self.config_path, "w", encoding="utf-8") as file:
            json.dump({**self.settings, "ready_file": self.ready_path}, file, indent=2)

    @property
    def address(self):
        """Where it listens, in all of its lives."""
        return self.settings["listen"]

    def run(self, *arguments, timeout=60):
        """Runs a command of the program with its settings, such as to initialise its state."""
        command = [self._program, *arguments, "--config", self.config_path]
        done = subprocess.run(
            privileges.unprivileged(command),
            capture_output=True, text=True, timeout=timeout, check=False, cwd="/",
        )
        assert done.returncode == 0, done.stderr + done.stdout
        return done.stdout

    def start(self, environment=None):
        """Starts the process and waits until it serves."""
        if os.path.exists(self.ready_path):
            os.unlink(self.ready_path)
        command = [self._program, "--config", self.config_path]
        if self.open_files is not None:
            command = ["prlimit", f"--nofile={self.open_files}", *command]
        with open(self.log_path, "ab") as log, open(self.output_path, "wb") as output:
            self.process = subprocess.Popen(
                privileges.unprivileged(command),
                stdin=subprocess.DEVNULL, stdout=output, stderr=log, cwd="/",
                env={**os.environ, **(environment or {})},
            )
        self.ready = until(f"readiness of {self._program}", self._read_ready, 20)
        return self

    def _read_ready(self):
        assert self.process.poll() is None, (
            f"{self._program} ended with {self.process.returncode}:\n{self.log()[-3000:]}"
        )
        try:
            with open(self.ready_path, encoding="utf-8") as file:
                return json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def kill(self):
        """Ends the process as a crash would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def wait(self, seconds=20):
        """Waits for the end of the process; its exit status."""
        return self.process.wait(seconds)

    def stop(self):
        """Ends the process gracefully, or fails if it does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self._program} did not end within 20 s of SIGTERM") from None

    def take_printed(self):
        """What the process wrote to standard output in its last life; it is not kept."""
        with open(self.output_path, encoding="utf-8") as file:
            printed = file.read()
        os.unlink(self.output_path)
        return printed

    def log(self):
        """Everything the process logged, over all its lives."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()
