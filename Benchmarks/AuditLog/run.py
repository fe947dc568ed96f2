"""How many events a second the audit service takes, durable and under signed checkpoints.

The service is a real process on a disk of this machine; the senders share its processors, speak
mutual TLS to it and send the next batch when the last one was acknowledged.
"""

import argparse
import http.client
import json
import multiprocessing
import pathlib
import shutil
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
# The process is started as the integration tests start it.
sys.path.insert(0, str(REPOSITORY / "Tests" / "Integration"))

from support import privileges, programs
from support.audit import AuditService, NamedConnection, new_boot
from support.certificates import Authority
from support.waiting import until

EVENTS_A_SECOND = 50_000
VERIFIED_A_SECOND = 200_000
# So many times a target is a defect and not only missed, as on a machine that has other things to do.
DEFECT = 2
LINES = 1_000


def parsed():
    """The command line."""
    parser = argparse.ArgumentParser(prog="Scripts/bench-audit", description=__doc__)
    parser.add_argument("--seconds", type=int, default=60, help="how long")
    parser.add_argument("--senders", type=int, default=4, help="how many gateways send at once")
    return parser.parse_args()


def event(boot, gateway, worker):
    """A usual event's bytes before and after its number."""
    value = {
        "agent_id": "crawler", "agent_to_gateway": {"address": "10.2.0.17", "port": 51234},
        "boot_id": boot, "bytes_from_client": 412, "bytes_to_client": 18_231,
        "credential_id": "key-7f3a", "decision": "allow", "dial_address": "140.82.121.6",
        "duration_us": 48_211, "environment": "production", "event_version": 1,
        "gateway_id": gateway, "host": "api.github.com", "method": "GET",
        "path": "/repos/clawgress/clawgress/pulls", "policy_id": "allow-github", "port": 443,
        "project": "search", "protocol": "http/1.1", "reason": None,
        "request_id": "019ab3c1-7c4e-7d2a-9f00-1f2e3d4c5b6a", "scheme": "https",
        "sequence": 0, "serial": 12, "sni": "api.github.com", "status": 200, "team": "research",
        "timestamp": "2026-11-23T21:00:00.000171Z", "truncated": [], "worker": worker,
    }
    text = json.dumps(value, sort_keys=True, separators=(",", ":"))
    before, after = text.split('"sequence":0', 1)
    return f'{before}"sequence":'.encode(), after.encode() + b"\n"


def send(service_port, context, gateway, end, results):
    """Sends batches until the end, and says how many events were acknowledged in which second."""
    before, after = event(new_boot(), gateway, 0)
    connection = NamedConnection(service_port, context)
    acknowledged, size, number = [], 0, 0
    begun = time.monotonic()
    while time.monotonic() < end:
        body = b"".join(
            before + b"%d" % each + after for each in range(number + 1, number + LINES + 1)
        )
        connection.request(
            "POST", f"/v1/batches?since={size}", body, {"Content-Type": "application/x-ndjson"},
        )
        answer = connection.getresponse()
        taken = json.loads(answer.read())
        if answer.status != 200:
            raise http.client.HTTPException(f"{answer.status}: {taken}")
        assert taken["added"] == LINES, taken
        number += LINES
        size = int(taken["checkpoint"].split("\n")[1])
        acknowledged.append(time.monotonic() - begun)
    results.put((acknowledged, len(before) + len(after)))


def memory(pid):
    """Peak of the resident memory and what of it is anonymous now, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    return [int(fields[name].split()[0]) / 1024 for name in ("VmHWM", "RssAnon")]


def seconds_of(pid):
    """Processor time of a process."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def metric(admin, name):
    """A metric of the service."""
    for line in admin.ask("GET", "/metrics")[2].decode().splitlines():
        if line.startswith(f"clawgress_audit_{name} "):
            return int(line.split()[1])
    raise KeyError(name)


def measure(service, arguments):
    """Runs the senders, and prints what came of it; events a second."""
    admin = service.peer("admin-api/admin-api")
    results = multiprocessing.get_context("fork").Queue()
    contexts = [
        service.context(f"gateway/gw-{number}") for number in range(arguments.senders)
    ]
    cpu, begun = seconds_of(service.daemon.process.pid), time.monotonic()
    senders = [
        multiprocessing.get_context("fork").Process(
            target=send,
            args=(service.port, context, f"gw-{place}", begun + arguments.seconds, results),
        )
        for place, context in enumerate(contexts)
    ]
    for each in senders:
        each.start()
    behind = 0
    while any(each.is_alive() for each in senders) and results.qsize() < len(senders):
        time.sleep(1)
        behind = max(behind, metric(admin, "entries") - metric(admin, "checkpoint_size"))
    found = [results.get(timeout=30) for _ in senders]
    elapsed = time.monotonic() - begun
    for each in senders:
        each.join()
    cpu = seconds_of(service.daemon.process.pid) - cpu
    total = sum(len(acknowledged) for acknowledged, _ in found) * LINES
    rate = total / elapsed
    slowest = min(
        sum(LINES for acknowledged, _ in found for at in acknowledged if second <= at < second + 1)
        for second in range(1, max(2, arguments.seconds - 1))
    )
    peak, anonymous = memory(service.daemon.process.pid)
    print(f"events of {found[0][1]} bytes, acknowledged: {total:,} in {elapsed:.1f} s")
    print(f"events a second: {rate:,.0f}; in the slowest second {slowest:,}")
    print(f"processor time for each event: {cpu / total * 1e6:.1f} us")
    print(f"most events that waited for a checkpoint: {behind:,}")
    print(f"memory: peak {peak:.0f} MiB, anonymous at the end {anonymous:.0f} MiB")
    until("the last checkpoint", lambda: metric(admin, "checkpoint_size") >= total, 60)
    return rate, total


def seconds_to_verify(service):
    """How long an auditor's command takes for the whole log."""
    command = [
        programs.COMMAND, "audit", "verify", f"{service.state}/log",
        "--log-key", f"{service.state}/log-key.pub",
    ]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    return time.monotonic() - begun


def main():
    """Measures, checks the log, and fails if a target is far away."""
    arguments = parsed()
    folder = privileges.reachable_folder("clawgress-authority-")
    service = AuditService(
        Authority(folder), checkpoint_ms=1_000, journal_bytes=64 << 20, log_level="warning",
    )
    try:
        service.daemon.start()
        rate, total = measure(service, arguments)
        service.daemon.stop()
        begun = time.monotonic()
        checked = service.daemon.run("check", timeout=600)
        print(f"the log checked: {total / (time.monotonic() - begun):,.0f} entries a second")
        assert f"checkpoint: {total}\n" in checked, checked
        verified = total / seconds_to_verify(service)
        print(f"the log verified: {verified:,.0f} entries a second")
    finally:
        service.close()
        shutil.rmtree(folder, ignore_errors=True)
    for target, found, what in (
        (EVENTS_A_SECOND, rate, "events"), (VERIFIED_A_SECOND, verified, "verified entries"),
    ):
        print(f"target: {target:,} {what} a second, {'met' if found >= target else 'missed'}")
    return 1 if rate * DEFECT < EVENTS_A_SECOND or verified * DEFECT < VERIFIED_A_SECOND else 0


if __name__ == "__main__":
    sys.exit(main())
