"""`clawgress up`: a control plane with a gateway in one command, supervised, gone without trace."""

import errno
import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile

import pytest

from support import privileges, programs, tlog
from support.client import Client
from support.waiting import until
from support.world import marker

# Some start everything twice, and each start makes keys that are slow to open on purpose.
pytestmark = pytest.mark.timeout(300)


# What appears one after the other while an `up` of a new folder goes on.
STEPS = [
    "state/clawgress-up",
    "runtime/up-*/policy/authority/ca-*.sealed",
    "runtime/up-*/policy/mesh/key.sealed",
    "runtime/up-*/audit/mesh/key.sealed",
    "runtime/up-*/policy/root/root.sealed",
    "state/audit/log-key.sealed",
    "state/log-key.pub",
    "runtime/up-*/audit/run/ready.json",
    "runtime/up-*/admin-api/run/ready.json",
    "runtime/up-*/operator.password",
    "runtime/up-*/operator.token",
    "runtime/up-*/gateway/mesh/root-key.jwk",
    "runtime/up-*/gateway/run/ready.json",
]
ANY_PORT = ["--listen", "127.0.0.1:0", "--api-listen", "127.0.0.1:0"]
ALL = ["policy", "audit", "admin-api", "gateway"]


class Up:
    """One control plane on this machine, with folders of its own."""

    def __init__(self):
        self.folder = privileges.reachable_folder("clawgress-up-")
        self.state = os.path.join(self.folder, "state")
        self.runtime = tempfile.mkdtemp(prefix="clawgress-up-", dir="/dev/shm")
        os.symlink(self.runtime, os.path.join(self.folder, "runtime"))
        names = ["CLAWGRESS_API", "CLAWGRESS_CA", "CLAWGRESS_TOKEN"]
        kept = {name: text for name, text in os.environ.items() if name not in names}
        self._environment = {**kept, "CLAWGRESS_RUNTIME": self.runtime}

    def run(self, *words, status=0):
        """Runs a command; its standard output, or what it complained of."""
        done = subprocess.run(
            [programs.COMMAND, *words], capture_output=True, text=True, timeout=110, check=False,
            env=self._environment,
        )
        assert done.returncode == status, done.stderr + done.stdout
        return done.stderr if status else done.stdout

    def up(self):
        """Starts it, on ports that nobody else has."""
        return self.run("up", "--detach", "--state", self.state, *ANY_PORT)

    def up_again(self):
        """Starts it where it was."""
        return self.run("up", "--detach", "--state", self.state)

    def begin(self, *launcher):
        """Starts it without waiting for anything; the process that will supervise."""
        with open(os.path.join(self.runtime, "said"), "ab") as said:
            return subprocess.Popen(
                [*launcher, programs.COMMAND, "up", "--state", self.state, *ANY_PORT],
                stdin=subprocess.DEVNULL, stdout=said, stderr=said, env=self._environment,
            )

    def said(self):
        """What `begin` printed."""
        with open(os.path.join(self.runtime, "said"), encoding="utf-8") as said:
            return said.read()

    def processes(self):
        """The command lines of everything that was started with a file of this control plane."""
        lines = []
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as file:
                    lines.append(file.read().replace(b"\0", b" ").decode())
            except (FileNotFoundError, ProcessLookupError):
                continue
        return [line for line in lines if self.runtime in line]

    def status(self):
        """What it says of itself; None if nothing runs."""
        done = subprocess.run(
            [programs.COMMAND, "status", "--json", "--state", self.state],
            capture_output=True, text=True, timeout=10, check=False, env=self._environment,
        )
        return json.loads(done.stdout) if done.stdout else None

    def daemon(self, name):
        """The status of one daemon."""
        return next(each for each in self.status()["daemons"] if each["name"] == name)

    def runtime_file(self, *names):
        """A file of the folder in memory; there must be one."""
        (path,) = glob.glob(os.path.join(self.runtime, "up-*", *names))
        return path

    def log(self):
        """The whole log, checked with the key that a user would copy."""
        with open(os.path.join(self.state, "log-key.pub"), encoding="ascii") as file:
            key = tlog.Key(file.read())

        def content(path):
            with open(os.path.join(self.state, "audit", "log", path), "rb") as file:
                return file.read()
        return tlog.Log(content, key)

    def ask_unknown(self):
        """A request of nobody, which is refused; waits until its record is in the log."""
        host, _, port = self.status()["addresses"]["proxy"].rpartition(":")
        path = f"/{marker()}"
        with Client((host, int(port))) as client:
            assert client.fetch("GET", f"http://origin.test{path}").status == 407
        until("the record", lambda: any(path.encode() in each for each in self.log().entries))

    def down(self, *words):
        """Ends it."""
        return self.run("down", "--state", self.state, *words)

    def close(self):
        """Ends what a failed test left, and removes the folders."""
        self.run("down", "--remove", "--state", self.state)
        shutil.rmtree(self.folder, ignore_errors=True)
        shutil.rmtree(self.runtime, ignore_errors=True)


@pytest.fixture
def machine():
    up = Up()
    yield up
    up.close()


def is_alive(pid):
    """Whether a process runs, and is no zombie that nobody waited for."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def check_root_key(machine):
    """Whoever takes a daemon over has no part of the root key."""
    for names in (["root"], ["root", "root.sealed"], ["root.credential"]):
        path = machine.runtime_file("policy", *names)
        status = os.stat(path)
        assert status.st_uid == os.getuid() and status.st_mode & 0o077 == 0
        if privileges.is_root:
            words = privileges.unprivileged(["test", "-r", path])
            assert subprocess.run(words, check=False).returncode == 1


def test_one_command_starts_supervises_and_leaves_nothing(machine):
    said = machine.up()
    assert "everything is up" in said
    status = machine.status()
    assert status["ready"]
    assert [(each["name"], each["state"]) for each in status["daemons"]] \
        == [(name, "ready") for name in ALL]
    check_root_key(machine)
    for each in status["daemons"]:
        with open(f"/proc/{each['pid']}/status", encoding="utf-8") as file:
            fields = dict(line.split(":", 1) for line in file)
        assert int(fields["CapEff"], 16) == 0
        user = privileges.NOBODY if privileges.is_root else os.getuid()
        assert int(fields["Uid"].split()[0]) == user
    assert machine.run("whoami").startswith("admin, admin")
    shown = machine.run("show", "--of", "active", "--commands")
    assert "set policy allow-package-registries action allow" in shown
    gateways = json.loads(machine.run("gateway", "list", "--json"))["gateways"]
    assert [(each["gateway_id"], each["state"]) for each in gateways] == [("gw-1", "connected")]

    log_key = os.path.join(machine.state, "log-key.pub")
    assert f"log key    {log_key}\n" in said
    key = os.stat(log_key)
    assert key.st_uid == os.getuid() and key.st_mode & 0o777 == 0o644
    machine.ask_unknown()
    until("what was done as an operator", lambda: any(
        b'"service_id":"admin-api"' in each for each in machine.log().entries
    ))
    seen = machine.status()["audit"]
    assert seen["log_key"] == log_key and seen["connected"] and "problem" not in seen
    assert 0 < seen["size"] <= len(machine.log().entries)
    assert 0 <= seen["checkpoint_age_seconds"] < 60 and 0 <= seen["lag_seconds"] < 60
    assert f" {log_key}\n" in machine.run("status", "--state", machine.state)

    for name in reversed(ALL):
        first = machine.daemon(name)
        os.kill(first["pid"], signal.SIGKILL)
        until("the restart", lambda: machine.daemon(name)["restarts"] == 1)
        until("readiness", lambda: machine.daemon(name)["state"] == "ready")
        again = machine.daemon(name)
        assert again["pid"] != first["pid"] and again["last_end"] == "was ended by signal 9"
    assert machine.run("whoami").startswith("admin, admin")
    machine.ask_unknown()

    pids = [each["pid"] for each in machine.status()["daemons"]] + [status["pid"]]
    machine.down("--remove")
    assert not any(is_alive(pid) for pid in pids)
    assert machine.status() is None
    assert os.listdir(machine.folder) == ["runtime"]
    assert os.listdir(machine.runtime) == []


def test_nobody_gets_the_port_of_a_daemon_that_is_down(machine):
    machine.up()
    status = machine.status()
    gateway = machine.daemon("gateway")["pid"]
    # Whoever is stopped starts nothing again.
    os.kill(status["pid"], signal.SIGSTOP)
    try:
        os.kill(gateway, signal.SIGKILL)
        until("the end of the gateway", lambda: not is_alive(gateway))
        for name in ("proxy", "gateway"):
            host, _, port = status["addresses"][name].rpartition(":")
            with pytest.raises(OSError) as refused, socket.socket() as other:
                other.bind((host, int(port)))
            assert refused.value.errno == errno.EADDRINUSE
    finally:
        os.kill(status["pid"], signal.SIGCONT)
    until("readiness", lambda: machine.daemon("gateway")["state"] == "ready")
    assert machine.status()["addresses"] == status["addresses"]
    machine.ask_unknown()


def test_daemons_end_with_a_supervisor_that_is_killed_and_go_on_with_the_next(machine):
    machine.up()
    machine.run("set", "quota", "builder", "rps-limit", "7")
    machine.run("configure")
    serial = json.loads(machine.run("commit", "--json"))["serial"]
    status = machine.status()
    os.kill(status["pid"], signal.SIGKILL)
    pids = [each["pid"] for each in status["daemons"]]
    until("the end of all daemons", lambda: not any(is_alive(pid) for pid in pids), 30)
    size = len(machine.log().entries)
    machine.up_again()
    assert machine.status()["addresses"] == status["addresses"]
    machine.ask_unknown()
    assert len(machine.log().entries) > size
    commits = json.loads(machine.run("commits", "--json"))["items"]
    assert commits[0]["serial"] == serial
    shown = machine.run("show", "quota", "builder", "--of", "active", "--commands")
    assert "rps-limit 7" in shown


def test_it_is_killed_wherever_it_is_and_the_next_one_finishes(machine):
    for place in STEPS:
        supervisor = machine.begin()

        def reached():
            assert supervisor.poll() is None, machine.said()
            return glob.glob(os.path.join(machine.folder, place))

        until(place, reached, 60)
        supervisor.kill()
        supervisor.wait()
        # It waits for what it knows of, so that nothing is in the way of the next one; one that was
        # begun in the last instant dies with its parent, which the kernel does in its own time.
        machine.down()
        until(f"the end of all after {place}", lambda: machine.processes() == [])
    machine.up_again()
    assert [each["state"] for each in machine.status()["daemons"]] == ["ready"] * 4
    check_root_key(machine)
    machine.ask_unknown()
    commits = json.loads(machine.run("commits", "--json"))["items"]
    assert [each["state"] for each in commits].count("decided") == 1


@pytest.mark.skipif(not privileges.is_root, reason="replacing a program needs root")
def test_a_daemon_begun_in_the_last_instant_ends_with_its_supervisor(machine):
    gate = os.path.join(machine.folder, "gate")
    os.mkfifo(gate)
    setpriv = shutil.copy(shutil.which("setpriv"), machine.folder)
    late = os.path.join(machine.folder, "late")
    with open(late, "w", encoding="ascii") as file:
        # The kernel is asked to tell of the supervisor's end only when that was long ago.
        file.write(f"""#!/bin/sh
case "$*" in
    *" init "*) ;;
    *--pdeathsig*) read -r _ < {gate} ;;
esac
exec {setpriv} "$@"
""")
    os.chmod(late, 0o755)
    replacing = 'mount --bind "$0" "$(command -v setpriv)" && exec "$@"'
    supervisor = machine.begin("unshare", "--mount", "sh", "-c", replacing, late)

    def waits():
        assert supervisor.poll() is None, machine.said()
        return any(
            "setpriv --no-new-privs" in line and line.startswith("/bin/sh ")
            and " init " not in line for line in machine.processes())

    until("a daemon that waits", waits, 60)
    supervisor.kill()
    supervisor.wait()
    with open(gate, "w", encoding="ascii") as file:
        file.write("go on\n")
    until("the end of the daemon", lambda: machine.processes() == [])


def test_a_folder_of_a_version_without_log_gets_one(machine):
    machine.up()
    machine.ask_unknown()
    machine.down()
    # What such a version had not made, or had left to the daemons.
    shutil.rmtree(machine.runtime_file("audit"))
    shutil.rmtree(os.path.join(machine.state, "audit"))
    os.unlink(os.path.join(machine.state, "log-key.pub"))
    for sender in ("gateway", "admin-api"):
        for name in ("shipped", "log-checkpoint"):
            os.unlink(os.path.join(machine.state, sender, name))
    privileges.give_away(machine.runtime_file("policy", "root"))
    privileges.give_away_file(machine.runtime_file("policy", "root.credential"))
    addresses = os.path.join(machine.state, "addresses.json")
    with open(addresses, encoding="utf-8") as file:
        known = json.load(file)
    del known["audit"]
    with open(addresses, "w", encoding="utf-8") as file:
        json.dump(known, file)

    machine.up_again()
    status = machine.status()
    assert [each["state"] for each in status["daemons"]] == ["ready"] * 4
    assert known.items() <= status["addresses"].items()
    check_root_key(machine)
    machine.ask_unknown()


def test_what_a_daemon_leaves_in_its_folder_holds_nobody_up(machine):
    machine.up()
    ready = machine.runtime_file("audit", "run", "ready.json")
    for make in (os.mkfifo, lambda path: os.symlink(__file__, path)):
        pid = stop_while_starting(machine, "audit")
        make(ready)
        first = machine.daemon("admin-api")
        os.kill(first["pid"], signal.SIGKILL)
        until("the restart", lambda: machine.daemon("admin-api")["restarts"] > first["restarts"])
        until("readiness", lambda: machine.daemon("admin-api")["state"] == "ready")
        assert machine.daemon("audit")["state"] == "starting"
        os.kill(pid, signal.SIGCONT)
        until("readiness", lambda: machine.daemon("audit")["state"] == "ready")
    machine.ask_unknown()


def stop_while_starting(machine, name):
    """Kills a daemon and stops the next one before it is ready; its number."""
    while True:
        first = machine.daemon(name)["pid"]
        os.kill(first, signal.SIGKILL)
        until("the restart", lambda: machine.daemon(name).get("pid") not in (None, first))
        pid = machine.daemon(name)["pid"]
        os.kill(pid, signal.SIGSTOP)
        if not glob.glob(machine.runtime + f"/up-*/{name}/run/ready.json"):
            return pid
        os.kill(pid, signal.SIGCONT)
        until("readiness", lambda: machine.daemon(name)["state"] == "ready")


def test_what_is_in_the_way_is_named_and_left_alone(machine):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = machine.run("up", "--state", machine.state, "--listen", address, status=69)
        assert f"cannot listen on {address}" in said
    machine.up()
    said = machine.run("up", "--state", machine.state, status=75)
    assert f"process {machine.status()['pid']}" in said
    machine.down()

    foreign = os.path.join(machine.folder, "foreign")
    os.makedirs(foreign)
    with open(os.path.join(foreign, "file"), "w", encoding="utf-8"):
        pass
    assert "was not made by" in machine.run("up", "--state", foreign, status=73)
    assert os.listdir(foreign) == ["file"]

    with open(os.path.join(machine.state, "clawgress-up"), "a", encoding="utf-8") as mark:
        mark.write("and more\n")
    assert "another version" in machine.run("up", "--state", machine.state, status=65)
