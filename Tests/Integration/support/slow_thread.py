"""One thread of a running gateway made slow, so that a test can act while its work waits."""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile

from support import privileges
from support.waiting import until


def can_trace():
    """Whether a process that runs already, as the gateway's user, can be traced here."""
    if shutil.which("strace") is None:
        return False
    victim = subprocess.Popen(privileges.unprivileged(["sleep", "60"]))
    tracer = subprocess.Popen(["strace", "-p", str(victim.pid)], stderr=subprocess.PIPE)
    try:
        return b"attached" in tracer.stderr.readline()
    finally:
        for each in (tracer, victim):
            each.kill()
            each.wait()


def thread_of(gateway, name):
    """The number of the gateway's thread with that name."""
    tasks = f"/proc/{gateway.process.pid}/task"
    for number in os.listdir(tasks):
        with open(f"{tasks}/{number}/comm", encoding="utf-8") as file:
            if file.read().strip() == name:
                return int(number)
    raise AssertionError(f"no thread `{name}`")


@contextlib.contextmanager
def slowed(gateway, name, call, seconds):
    """Each system call `call` of one thread takes that much longer before it does anything."""
    thread = thread_of(gateway, name)
    with tempfile.TemporaryFile("w+") as words:
        tracer = subprocess.Popen(
            ["strace", "-p", str(thread), "-o", "/dev/null", "-e", f"trace={call}",
             "-e", f"inject={call}:delay_enter={int(seconds * 1_000_000)}"],
            stderr=words, stdin=subprocess.DEVNULL,
        )
        try:
            def attached():
                assert tracer.poll() is None, "strace ended"
                words.seek(0)
                return "attached" in words.read()

            until("the tracer", attached)
            yield
        finally:
            if tracer.poll() is None:
                tracer.send_signal(signal.SIGINT)
            tracer.wait(20)
