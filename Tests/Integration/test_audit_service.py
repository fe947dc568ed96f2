"""The audit service: batches over the mesh, kills at every step and at random, a full disk; the log
is read by a verifier that shares no code with it."""

import base64
import gzip
import json
import os
import random
import subprocess
import threading
import time
import urllib.error
import urllib.request
import zlib

import pytest

from support import privileges, tlog
from support.audit import by_admin_api, new_boot, record
from support.small_disk import SmallDisk
from support.waiting import until

STEPS = [
    "journal_written", "journal_synchronised", "tiles_written", "checkpoint_kept",
    "checkpoint_written", "streams_written", "before_answer",
]


@pytest.fixture
def service(services):
    service = services()
    service.daemon.start()
    return service


def covered(service, size):
    """Waits until a checkpoint covers `size` entries, and reads the log."""
    def enough():
        checkpoint = tlog.Checkpoint(service.file("checkpoint").decode(), service.key)
        return checkpoint.size >= size
    until(f"a checkpoint of {size}", enough)
    return service.read_log()


def test_each_record_is_in_the_log_once_and_what_is_missing_has_a_name(service):
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    lines = {number: record(number, boot, text=f"é {number}") for number in range(1, 1001)}
    status, answer = gateway.send([lines[n] for n in range(1, 401)])
    assert (status, answer["added"], answer["known"]) == (200, 400, 0)
    status, answer = gateway.send([lines[n] for n in range(301, 1001)])
    assert (status, answer["added"], answer["known"]) == (200, 600, 100)
    status, answer = gateway.send([record(number, boot, worker=1) for number in (1, 2, 7, 9)])
    assert answer["added"] == 4
    [_, other] = admin.get("/v1/streams")["streams"]
    assert other["have"] == [{"first": a, "last": b} for a, b in ((1, 2), (7, 7), (9, 9))]
    assert (other["sender"], other["worker"], other["missing"]) == ("gateway/gw-1", 1, 5)
    assert admin.get("/v1/streams?missing=true")["streams"] == [other]
    gateway.send([record(number, boot, worker=1) for number in range(1, 10)])
    assert admin.get("/v1/streams?missing=true")["streams"] == []
    gap = {"record": "gap", "segment": 4}
    line = record(0, boot, **gap).replace(b',"sequence":0', b"")
    assert gateway.send([line])[1]["added"] == 1
    assert gateway.send([line])[1]["known"] == 1
    log = covered(service, 1010)
    assert log.entries[:1000] == [lines[n] for n in range(1, 1001)]
    assert len(set(log.entries)) == len(log.entries) == 1010
    status, _, metrics = admin.ask("GET", "/metrics")
    assert status == 200
    for line in (
        "entries 1010", "checkpoint_size 1010", "streams 3", "missing_records 0",
        "batches_total 6", "added_records_total 1010", "known_records_total 105",
        'alert{alert="records_missing"} 0',
    ):
        assert f"clawgress_audit_{line}\n".encode() in metrics


def test_what_a_heartbeat_spoke_of_is_missed_after_a_restart(service):
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    beat = {"record": "heartbeat", "phase": "running", "last_sequences": [6, 2]}
    assert gateway.send([record(1, boot), record(2, boot, **beat)])[1]["added"] == 2

    def missing():
        page = admin.get("/v1/streams?missing=true")["streams"]
        gauge = b"clawgress_audit_missing_records %d\n" % sum(each["missing"] for each in page)
        assert gauge in admin.ask("GET", "/metrics")[2]
        return [(each["worker"], each["missing"]) for each in page]

    # From the journal, and when its file is full and gone from what is kept of it.
    for fill in ([], [record(n, boot, worker=9, padding="x" * 900) for n in range(1, 200)]):
        if fill:
            assert gateway.send(fill[:100])[0] == 200
            covered(service, 102)
            assert gateway.send(fill[100:])[0] == 200
            until("kept streams", lambda: os.path.exists(os.path.join(service.state, "streams")))
        assert missing() == [(0, 4), (1, 2)]
        service.daemon.kill()
        service.daemon.start()
        assert missing() == [(0, 4), (1, 2)]
    gateway.send([record(n, boot) for n in range(3, 7)])
    assert missing() == [(1, 2)]


def test_each_answer_proves_that_the_log_goes_on(service):
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    held = tlog.Checkpoint(gateway.send([record(1, boot)])[1]["checkpoint"], service.key)
    for number in range(2, 40):
        lines = [record(number * 50 + each, boot) for each in range(number)]
        _, answer = gateway.send(lines, since=held.size)
        new = tlog.Checkpoint(answer["checkpoint"], service.key)
        proof = [base64.b64decode(each, validate=True) for each in answer["consistency"]]
        tlog.check_consistency(held, new, proof)
        held = new
        covered(service, sum(range(number + 1)))
    status, answer = gateway.send([record(2, boot)], since=10**9)
    assert (status, answer["added"], answer["consistency"]) == (200, 1, [])


def test_nobody_sends_for_somebody_else_or_reads_what_is_not_for_them(service):
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    admin, policy = service.peer("admin-api/admin-api"), service.peer("policy/policy")
    admin_line = by_admin_api(boot)
    other = record(1, boot, gateway="gw-2")
    for peer, lines, code in [
        (gateway, [record(1, boot), other], "sender_refused"),
        (gateway, [admin_line], "sender_refused"), (admin, [other], "sender_refused"),
        (policy, [other], "identity_refused"),
    ]:
        status, answer = peer.send(lines)
        assert (status, answer["code"]) == (403, code)
    assert service.stranger().send([other])[0] == 401
    assert admin.send([admin_line])[1]["added"] == 1
    bad = record(2, boot).replace(b'":', b'": ', 1)
    status, answer = gateway.send([record(1, boot), bad])
    assert (status, answer["code"], answer["errors"][0]["line"]) == (422, "record_refused", 2)
    for coding in ("zstd", "gzip, gzip", "identity", ""):
        status, _, _ = gateway.ask("POST", "/v1/batches", b"x", **{
            "Content-Type": "application/x-ndjson", "Content-Encoding": coding})
        assert status == 415
    assert gateway.send([record(n, boot) for n in range(1001)])[0] == 413
    # Nothing of the refused batches is there.
    gateway.send([record(n, boot) for n in range(1, 300)])
    log = covered(service, 300)
    assert len(log.entries) == 300
    for path in ("checkpoint", "tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"):
        status, fields, body = gateway.ask("GET", f"/log/{path}")
        assert (status, body) == (200, service.file(path))
        immutable = "no-cache" if path == "checkpoint" else "max-age=31536000, immutable"
        assert fields["Cache-Control"] == immutable
    for path in ("tile/entries/000", "tile/entries/001.p/44"):
        assert gateway.ask("GET", f"/log/{path}")[0] == 403
        assert service.stranger().ask("GET", f"/log/{path}")[0] == 401
        assert admin.ask("GET", f"/log/{path}")[2] == service.file(path)
    for path in ("tile/0/001", "tile/0/001.p/45", "tile/0/1", "tile/9/000", "tile/0/000.p/0"):
        assert admin.ask("GET", f"/log/{path}")[0] == 404
    for path in ("/v1/streams", "/metrics"):
        assert gateway.ask("GET", path)[0] == 403 and service.stranger().ask("GET", path)[0] == 401


@pytest.mark.parametrize("step", STEPS)
def test_a_kill_at_any_step_loses_and_repeats_nothing(services, step):
    service = services(allow_failpoints=True)
    service.daemon.start()
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    lines = [record(number, boot, padding="x" * 200) for number in range(1, 1201)]
    assert gateway.send(lines[:300])[0] == 200
    covered(service, 300)
    service.daemon.kill()
    # It dies at the first step of that name, which for some steps is before it is ready.
    try:
        service.daemon.start({"CLAWGRESS_STOP_AT": step})
        for start in range(300, 1200, 100):
            gateway.send(lines[start:start + 200])
    except (AssertionError, OSError):
        pass
    service.daemon.wait()
    service.daemon.start()
    for start in range(0, 1200, 300):
        assert gateway.send(lines[start:start + 300])[0] == 200
    assert covered(service, 1200).entries == lines


class Sender(threading.Thread):
    """Sends its records until each batch was acknowledged, whatever becomes of the service."""

    def __init__(self, service, worker, batches):
        super().__init__()
        self.peer, self.boot, self.worker = service.peer("gateway/gw-1"), new_boot(), worker
        self.batches, self.seen, self.lines = batches, [], []
        self.problem = None

    def run(self):
        try:
            for batch in range(self.batches):
                lines = [
                    record(batch * 20 + n, self.boot, worker=self.worker) for n in range(1, 21)
                ]
                self.lines += lines
                # A sender that was not answered does not know, and sends again.
                until("an answer", lambda sent=lines: self._send(sent), 180)
        except AssertionError as problem:
            self.problem = problem

    def _send(self, lines):
        try:
            status, answer = self.peer.send(lines)
        except OSError:
            return False
        if status == 200:
            self.seen.append(answer["checkpoint"])
        return status == 200


# Ten starts, each of which opens keys on purpose slowly, beside senders that wait for them.
@pytest.mark.timeout(300)
def test_killed_at_random_while_batches_arrive_it_continues_one_tree(service):
    senders = [Sender(service, worker, 40) for worker in range(4)]
    for each in senders:
        each.start()
    generator = random.Random(5)
    for _ in range(10):
        size = os.path.getsize(os.path.join(service.state, "checkpoints"))
        wait = generator.random() * 3000
        until(
            "work", lambda at=size + wait: not any(each.is_alive() for each in senders)
            or os.path.getsize(os.path.join(service.state, "checkpoints")) > at,
        )
        service.daemon.kill()
        service.daemon.start()
    for each in senders:
        each.join()
        assert each.problem is None
    log = covered(service, 4 * 40 * 20)
    for each in senders:
        mine = [entry for entry in log.entries if each.boot.encode() in entry]
        assert mine == each.lines
    notes = [note for each in senders for note in each.seen]
    for note in generator.sample(notes, min(30, len(notes))):
        log.check_history(tlog.Checkpoint(note, service.key))
    with open(os.path.join(service.state, "checkpoints"), encoding="utf-8") as file:
        kept = file.read()
    sizes = [int(text.split("\n")[1]) for text in kept.rstrip("\n").split("\n\n")[::2]]
    assert sizes == sorted(set(sizes))
    assert kept.endswith(service.file("checkpoint").decode() + "\n")


def test_a_stop_while_batches_arrive_is_in_order(services):
    service = services(checkpoint_ms=10)
    for _ in range(8):
        service.daemon.start()
        gateway, boot, began = service.peer("gateway/gw-1"), new_boot(), threading.Event()

        def send():
            for first in range(1, 10**6, 100):
                lines = [record(n, boot, padding="x" * 300) for n in range(first, first + 100)]
                try:
                    if gateway.send(lines)[0] != 200:
                        return
                except OSError:
                    return
                if first > 1000:
                    began.set()
        sender = threading.Thread(target=send)
        sender.start()
        assert began.wait(30)
        service.daemon.process.terminate()
        assert service.daemon.wait() == 0, service.daemon.log()[-2000:]
        sender.join()
    service.read_log()


def test_old_checkpoints_become_fewer_and_the_log_proves_as_before(services):
    service = services(checkpoint_ms=10, checkpoints_bytes_max=65536)
    service.daemon.start()
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    book = os.path.join(service.state, "checkpoints")
    numbers, lengths = iter(range(1, 10**6)), [0]
    gateway.send([record(next(numbers), boot)])
    covered(service, 1)
    held = tlog.Checkpoint(service.file("checkpoint").decode(), service.key)

    def shorter():
        assert gateway.send([record(next(numbers), boot)])[0] == 200
        lengths.append(os.path.getsize(book))
        return lengths[-1] < lengths[-2]

    until("fewer checkpoints", shorter, 90)
    assert max(lengths) < 65536 + 4096 and 32000 < lengths[-1] < 36000
    service.daemon.kill()
    service.daemon.start()
    last = next(numbers)
    _, answer = gateway.send([record(last, boot)], since=held.size)
    proof = [base64.b64decode(each, validate=True) for each in answer["consistency"]]
    tlog.check_consistency(held, tlog.Checkpoint(answer["checkpoint"], service.key), proof)
    assert len(covered(service, last).entries) == last
    service.daemon.stop()
    assert f"entries under the newest checkpoint: {last}\n" in service.daemon.run("check")


@pytest.mark.skipif(not privileges.is_root, reason="mounting a disk needs root")
def test_a_full_disk_refuses_and_loses_nothing(services):
    disk = SmallDisk(8)
    try:
        state = os.path.join(disk.folder, "state")
        os.mkdir(state)
        service = services(state=state, pending_bytes_max=200_000)
        service.daemon.start()
        gateway, boot = service.peer("gateway/gw-1"), new_boot()
        numbers = iter(range(1, 10**6))
        kept = []

        def send():
            lines = [record(next(numbers), boot, padding="y" * 300) for _ in range(100)]
            status, answer = gateway.send(lines)
            kept.extend(lines if status == 200 else [])
            return status, answer

        send()
        disk.fill()

        def refused():
            status, answer = until("a refusal", lambda: next(
                (each for each in [send()] if each[0] != 200), None))
            assert (status, answer["code"]) == (503, "audit_disk_full")

        refused()
        # Also a start on a full disk loses nothing.
        service.daemon.kill()
        service.daemon.start()
        refused()
        disk.relieve()
        until("room", lambda: send()[0] == 200)
        log = covered(service, len(kept))
        assert [entry for entry in log.entries if entry in set(kept)] == kept
        assert len(set(log.entries)) == len(log.entries)
        service.daemon.stop()
    finally:
        disk.close()


def test_a_silent_log_says_that_it_lives(services):
    service = services(idle_checkpoint_ms=100)
    service.daemon.start()
    service.peer("gateway/gw-1").send([record(1, new_boot())])
    log = covered(service, 4)
    own = [json.loads(entry) for entry in log.entries if b'"service_id":"audit"' in entry]
    assert [each["sequence"] for each in own] == list(range(1, len(own) + 1)) and len(own) >= 3
    assert {each["record"] for each in own} == {"heartbeat"}
    assert len({each["boot_id"] for each in own}) == 1
    times = [each["timestamp"] for each in own]
    assert times == sorted(times)


def test_a_copy_of_a_running_log_goes_on_and_the_folder_is_checked(service):
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    lines = [record(number, boot) for number in range(1, 401)]
    assert gateway.send(lines)[0] == 200
    covered(service, 400)
    copy = os.path.join(service.state, "copy")
    assert service.daemon.run("backup", copy) == "entries copied and checked: 400\n"
    service.daemon.stop()
    found = service.daemon.run("check")
    assert "entries under the newest checkpoint: 400\n" in found
    assert "records known to be missing: 0\n" in found
    # The folder is lost, and its copy takes its place.
    service.daemon.configure(state_folder=copy)
    service.daemon.start()
    status, answer = gateway.send(lines)
    assert (status, answer["added"], answer["known"]) == (200, 0, 400)


def test_a_second_process_on_the_folder_does_not_start(service):
    command = [service.daemon._program, "--config", service.daemon.config_path]
    done = subprocess.run(
        privileges.unprivileged(command), capture_output=True, text=True, timeout=20, check=False,
    )
    assert done.returncode != 0
    assert "another process writes to this log" in done.stderr


def test_checkpoint_and_hashes_are_public_where_that_is_wanted(services):
    service = services(public_listen="127.0.0.1:0")
    service.daemon.start()
    service.peer("gateway/gw-1").send([record(1, new_boot())])
    covered(service, 1)
    base = f"http://127.0.0.1:{service.daemon.ready['public_port']}/log"
    for path in ("checkpoint", "tile/0/000.p/1"):
        with urllib.request.urlopen(f"{base}/{path}", timeout=10) as answer:
            assert answer.read() == service.file(path)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(f"{base}/tile/entries/000.p/1", timeout=10)


def test_a_batch_may_be_packed_and_what_is_not_one_whole_gzip_is_refused(service):
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    lines = [record(n, boot, path="/" + "x" * 900) for n in range(1, 1001)]
    packed = gzip.compress(b"\n".join(lines) + b"\n")

    def send(body):
        status, _, answer = gateway.ask("POST", "/v1/batches", body, **{
            "Content-Type": "application/x-ndjson", "Content-Encoding": "gzip"})
        return status, json.loads(answer)

    def memory():
        with open(f"/proc/{service.daemon.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))

    damaged = bytearray(packed)
    damaged[-6] ^= 1
    for body in (b"x", packed[:-1], packed + b"\n", packed + packed, bytes(damaged),
                 packed[:10], zlib.compress(lines[0])):
        assert (send(body)[0], send(body)[1]["code"]) == (400, "malformed_request")
    # 256 MiB: it is refused at the bound of what it stands for.
    bomb = gzip.compress(b"\n" * (1 << 28), 9)
    before, began = memory(), time.monotonic()
    status, answer = send(bomb)
    assert (status, answer["code"]) == (413, "batch_too_large")
    assert memory() - before < 64 << 20 and time.monotonic() - began < 5
    assert send(gzip.compress(b"\n".join(record(n, boot) for n in range(1001))))[0] == 413
    status, answer = send(packed)
    assert (status, answer["added"], answer["known"]) == (200, 1000, 0)
    assert gateway.send(lines)[1]["known"] == 1000
    assert covered(service, 1000).entries == lines
