"""A real `clawgress-gateway` process under an unprivileged user, started, killed and questioned."""

import calendar
import json
import os
import re
import resource
import signal
import subprocess
import time
import urllib.error
import urllib.request

from support import bundle, privileges, programs
from support.waiting import until

ERROR_LINE = re.compile(r'"level"\s*:\s*"(error|critical)"|^\S+ (error|critical)\b', re.IGNORECASE)
EVERY_EVENT = "100000000"
# Whatever proxy the machine's environment names is not for these pages.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Gateway:
    """One gateway with its own folders; may be started again and again on the same state."""

    def __init__(self, folder, source, spool=None, **settings):
        self.folder = folder
        self.spool = spool or os.path.join(folder, "spool")
        self.state = os.path.join(folder, "state")
        self.log_path = os.path.join(folder, "gateway.log")
        self.ready_path = os.path.join(folder, "run", "ready.json")
        self.config_path = os.path.join(folder, "gateway.yaml")
        self.process = None
        self.addresses = None
        self._expected_errors = []
        for each in (self.spool, self.state, os.path.dirname(self.ready_path)):
            os.makedirs(each, exist_ok=True)
            privileges.give_away(each)
        # A program that starts the gateway under conditions of its own, as `prlimit` does.
        self._wrapper = list(settings.pop("wrapper", ()))
        self.program = privileges.executable_for_all(programs.GATEWAY, folder)
        self._write_config(source, settings)

    def _write_config(self, source, settings):
        spool = {"folder": self.spool, "segment_bytes": 4 << 20, "bytes_max": 1 << 30}
        spool.update(settings.pop("spool_settings", {}))
        trusted = os.path.join(self.folder, "signing-key.pub.jwk")
        with open(source.public_key, encoding="utf-8") as key, \
                open(trusted, "w", encoding="utf-8") as copy:
            copy.write(key.read())
        config = {
            "gateway_id": "gw-test", "listeners": ["127.0.0.1:0"], "admin": "127.0.0.1:0",
            "workers": 2, "bundle_folder": source.target, "trusted_keys": [trusted],
            "state_folder": self.state, "spool": spool, "ready_file": self.ready_path,
            "log_level": "info", **settings,
        }
        self._config = {}
        self.reconfigure(**config)

    def reconfigure(self, **settings):
        """Changes keys of the configuration file for the next start; None removes one."""
        self._config.update(settings)
        config = {name: value for name, value in self._config.items() if value is not None}
        with open(self.config_path, "w", encoding="utf-8") as file:
            json.dump(config, file, indent=2)

    # Life.

    def start(self, wait_ready=True, environment=None):
        """Starts the process and waits until it listens (and, unless told, is ready)."""
        self._launch(environment)
        self.addresses = until("the gateway's ready file", self._read_addresses, 30)
        if wait_ready:
            until("readiness", lambda: self.admin("/readyz")[0] == 200, 30)
        return self

    def start_and_die(self, environment):
        """Starts the process in an environment in which it ends by itself, and waits for that."""
        self._launch(environment)
        assert self.wait() == -signal.SIGKILL

    def _launch(self, environment):
        if os.path.exists(self.ready_path):
            os.unlink(self.ready_path)
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                self._wrapper
                + privileges.unprivileged([self.program, "--config", self.config_path]),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/",
                env={**os.environ, **(environment or {})},
            )

    def _read_addresses(self):
        if self.process.poll() is not None:
            raise AssertionError(
                f"the gateway ended with {self.process.returncode} at start:\n{self.log()[-3000:]}"
            )
        try:
            with open(self.ready_path, encoding="utf-8") as file:
                return json.load(file)
        except (FileNotFoundError, json.JSONDecodeError):
            return None

    def kill(self):
        """Ends the process as a crash would: no handler runs, nothing is flushed."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def terminate(self):
        """Asks for a graceful end and returns at once."""
        self.process.send_signal(signal.SIGTERM)

    def wait(self, seconds=20):
        """Waits for the end of the process; its exit status."""
        return self.process.wait(seconds)

    def stop(self):
        """Ends the process gracefully, or fails if it does not end."""
        if self.process is None or self.process.poll() is not None:
            return
        self.terminate()
        try:
            self.wait()
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError("the gateway did not end within 20 s of SIGTERM") from None

    # Addresses.

    @property
    def port(self):
        """The port of the first listener."""
        return int(self.addresses["listeners"][0].rpartition(":")[2])

    def listener(self, index=0):
        """Host and port of a listener."""
        host, _, port = self.addresses["listeners"][index].rpartition(":")
        return host.strip("[]"), int(port)

    def proxy_url(self, user=None, password=None):
        """What `http_proxy` would be set to."""
        credentials = f"{user}:{password}@" if user else ""
        return f"http://{credentials}127.0.0.1:{self.port}"

    # What it says.

    def admin(self, path):
        """Status and text of an admin page."""
        try:
            url = f"http://{self.addresses['admin']}{path}"
            with DIRECT.open(url, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError as error:
            return 0, str(error)

    def page(self, path):
        """The text of an admin page that is there whenever the gateway runs.

        One that could not be read must not pass for a page on which every count is nought.
        """
        code, text = self.admin(path)
        assert code == 200, f"{path} of the gateway: {code} {text}"
        return text

    def status(self):
        """The admin status document."""
        return json.loads(self.page("/status"))

    def serves(self, serial):
        """Whether every worker serves the bundle with this serial."""
        status = self.status()
        return status["ready"] and status["bundle"]["serial"] == serial

    def refused_bundles(self):
        """How many bundles it has refused since its start."""
        return self.metric('clawgress_alerts_total{alert="bundle_refused"}')

    def metric(self, name):
        """The sum of a metric's samples."""
        lines = self.page("/metrics").splitlines()
        samples = [line for line in lines if re.match(rf"{re.escape(name)}(\{{.*\}})? ", line)]
        return sum(float(line.rpartition(" ")[2]) for line in samples)

    def records(self):
        """Every record on the spool, gaps included, oldest first."""
        output = bundle.run("events", "tail", "-n", EVERY_EVENT, "--spool", self.spool)
        return [json.loads(line) for line in output.splitlines() if line.strip()]

    def events(self, matching=None):
        """Every decision event so far; only those for which `matching` holds."""
        events = [record for record in self.records() if "decision" in record]
        return [event for event in events if matching is None or matching(event)]

    def event(self, marker, seconds=20):
        """Waits for the one event whose path, host or request id carries `marker`."""
        def found():
            return self.events(lambda event: carries(event, marker))
        events = until(f"an event for `{marker}`", found, seconds)
        assert len(events) == 1, f"{len(events)} events for `{marker}`: {events}"
        return events[0]

    def log(self):
        """Everything the process logged, over all its lives."""
        if not os.path.exists(self.log_path):
            return ""
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def expect_errors(self, *patterns):
        """Announces log lines at level error or critical that this test causes on purpose."""
        self._expected_errors += [re.compile(pattern) for pattern in patterns]

    def unexpected_log_lines(self):
        """Lines at level error or critical that nobody announced."""
        return [
            line for line in self.log().splitlines()
            if ERROR_LINE.search(line)
            and not any(pattern.search(line) for pattern in self._expected_errors)
        ]

    def last_words(self):
        """The end of the log and the last events, for the report of a failed test."""
        lines = self.log().splitlines()[-8:]
        try:
            lines += [json.dumps(record) for record in self.records()[-6:]]
        except AssertionError as error:
            lines.append(str(error))
        return "\n".join(lines)

    def descriptors(self):
        """How many file descriptors the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def memory(self):
        """The process's anonymous memory in KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="utf-8") as file:
            return next(int(line.split()[1]) for line in file if line.startswith("RssAnon"))


def carries(event, marker):
    """Whether an event is about the request with this marker."""
    return marker in (
        event.get("request_id"), event.get("destination_host"), event.get("path"),
    ) or (event.get("path") or "").endswith(f"/{marker}")


def raise_descriptor_limit():
    """Lets this process hold as many sockets as the machine allows."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def microseconds(event):
    """An event's timestamp as integer microseconds since the epoch."""
    text = event["timestamp"]
    if isinstance(text, int):
        return text
    seconds, _, fraction = text.rstrip("Z").partition(".")
    whole = time.strptime(seconds, "%Y-%m-%dT%H:%M:%S")
    return calendar.timegm(whole) * 1_000_000 + int(fraction.ljust(6, "0")[:6] or 0)
