"""Processes on a processor of their own, and what they cost.

CPU time comes from the scheduler's own account of every thread (nanoseconds), not from sampling,
so that a difference of a microsecond a request is seen in runs of a few seconds.
"""

import os
import pathlib
import shutil
import signal
import subprocess
import time

PROXY_CPU, LOAD_CPU = "0", "1"
NOBODY = 65534
is_root = os.geteuid() == 0


def pinned(cpu, command):
    """The command line that runs `command` on one processor."""
    return ["taskset", "--cpu-list", cpu, *command]


def unprivileged(command):
    """The command line that runs `command` without rights, as a service runs."""
    if not is_root:
        return command
    return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", *command]


def start(command, log, **arguments):
    """Starts a process whose output goes to a file."""
    with open(log, "ab") as output:
        return subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **arguments
        )


def stop(process):
    """Ends a process that this program started, and waits for it."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family(pid):
    """A process and all its descendants."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        for children in pathlib.Path(f"/proc/{each}/task").glob("*/children"):
            try:
                waiting += [int(child) for child in children.read_text().split()]
            except OSError:
                continue
    return found


def cpu_nanoseconds(pid):
    """CPU time that a process and its descendants have used."""
    total = 0
    for each in family(pid):
        for task in pathlib.Path(f"/proc/{each}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text().split()[0])
            except OSError:
                continue
    return total


def ticks(pid):
    """User and kernel time of a process and its descendants, in the scheduler's coarse ticks."""
    user = kernel = 0
    for each in family(pid):
        try:
            fields = pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        user, kernel = user + int(fields[11]), kernel + int(fields[12])
    return user, kernel


def anonymous_kib(pid):
    """Anonymous memory of a process and its descendants: its own, without mapped files."""
    total = 0
    for each in family(pid):
        try:
            lines = pathlib.Path(f"/proc/{each}/status").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("RssAnon"))
    return total


def prefer(pids, real_time):
    """Puts processes before everything else on the machine for a latency run, or back."""
    if not is_root or shutil.which("chrt") is None:
        return
    kind, priority = ("--fifo", "20") if real_time else ("--other", "0")
    for pid in pids:
        for each in family(pid):
            command = ["chrt", kind, "--all-tasks", "--pid", priority, str(each)]
            subprocess.run(command, capture_output=True, check=False)


def until(what, probe, seconds=20, interval=0.0005):
    """Polls until `probe()` is true; returns the seconds it took."""
    began = time.perf_counter()
    while not probe():
        if time.perf_counter() - began > seconds:
            raise SystemExit(f"bench: {what} did not happen within {seconds} s")
        time.sleep(interval)
    return time.perf_counter() - began
