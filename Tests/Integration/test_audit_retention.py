"""Retention: old bundles of entries go by a published policy, below a published minimum index and nowhere
else; what remains is verified, asked for, copied and served as before; kills at each step."""

import base64
import json
import os
import subprocess
import time

import pytest

from support import log_writer, programs, tlog
from support.audit import AuditService, new_boot, record
from support.waiting import until

DAY = 86_400


def moment(age=0):
    """A record's time, so many seconds ago."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() - age))


def request_id(number):
    return f"019ab3c1-7c4e-7d2a-9f00-{number:012x}"


def lines(boot, first, last, age=0):
    return [
        record(n, boot, request_id=request_id(n), timestamp=moment(age), padding="x" * 150)
        for n in range(first, last + 1)
    ]


@pytest.fixture
def service(authority):
    # The index keeps what the log lets go.
    service = AuditService(authority, index={"days": 36_500})
    yield service
    service.close()


def came(service, bundles, age):
    """Lets the files of bundles look as if they were written so many seconds ago."""
    then = time.time() - age
    for index in bundles:
        path = os.path.join(service.state, "log", tlog.tile_path("entries", index, 256))
        os.utime(path, (then, then))


def retain(service, **policy):
    """The settings of the next start."""
    service.daemon.configure(retention={"every_ms": 100, **policy})


def bundle(service, index):
    return os.path.exists(os.path.join(service.state, "log", tlog.tile_path("entries", index, 256)))


def minimum(service):
    """The published minimum index, whose signature is checked; 0 without a notice."""
    try:
        note = service.file("retention").decode()
    except FileNotFoundError:
        return 0
    text, signature = note.split("\n\n")
    title, origin, line, *_ = text.split("\n")
    assert (title, origin) == ("clawgress-retention/v1", service.key.name)
    name, material = signature.rstrip("\n").split(" ")[1:]
    material = base64.b64decode(material, validate=True)
    assert (name, material[:4]) == (service.key.name, service.key.id)
    service.key.check(f"{text}\n".encode(), material[4:])
    return int(line.removeprefix("minimum "))


def signed(service, size):
    """Waits for a checkpoint; the log's entries may be going meanwhile."""
    def enough():
        return tlog.Checkpoint(service.file("checkpoint").decode(), service.key).size >= size
    until(f"a checkpoint of {size}", enough)


def pruned(service, index):
    """Waits until everything below a minimum index is gone."""
    def done():
        return minimum(service) >= index and not any(
            bundle(service, n) for n in range(minimum(service) // 256)
        )
    until(f"a minimum index of {index}", done)
    assert minimum(service) == index
    size = tlog.Checkpoint(service.file("checkpoint").decode(), service.key).size
    assert all(bundle(service, n) for n in range(index // 256, size // 256))


def audit(command, service, *arguments):
    """Exit code and all words of an auditor's command."""
    done = subprocess.run(
        [
            programs.COMMAND, "audit", command, *arguments, os.path.join(service.state, "log"),
            "--log-key", service.key_path,
        ],
        capture_output=True, text=True, timeout=60, check=False,
    )
    return done.returncode, done.stdout + done.stderr


def fill(service, age=100 * DAY, first=1, last=2000):
    """Sends old records and some new ones."""
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    sent = lines(boot, first, last - 300, age) + lines(boot, last - 299, last)
    for start in range(0, len(sent), 500):
        assert gateway.send(sent[start:start + 500])[0] == 200
        signed(service, start + len(sent[start:start + 500]))
    return gateway, boot, sent


def test_old_records_go_and_what_remains_is_proved(service):
    retain(service, days=90)
    service.daemon.start()
    gateway, boot, sent = fill(service)
    # The journal lets go of its files as new ones are needed.
    for start in range(2001, 2801, 200):
        assert gateway.send(lines(boot, start, start + 199))[0] == 200
        signed(service, start + 199)
    # A sender's clock may be wrong: what has come just now is kept, whatever time it tells.
    came(service, range(3), 90.5 * DAY)
    pruned(service, 768)
    came(service, range(3, 8), 90.5 * DAY)
    pruned(service, 1536)
    code, words = audit("verify", service)
    assert code == 0, words
    assert "pruned: 1536 entries before entry 1536 (older than 90 days)" in words
    # A record that is left is proved from it, one that is not is told from one that never was.
    proof = os.path.join(service.folder, "proof")
    assert audit("prove", service, request_id(1990), "--output", proof)[0] == 0
    done = subprocess.run(
        [programs.COMMAND, "audit", "check", proof, "--log-key", service.key_path],
        capture_output=True, check=True,
    )
    assert done.stdout.rstrip(b"\n") == sent[1989]
    code, words = audit("prove", service, request_id(7))
    assert code == 1 and "the first 1536 may have been pruned" in words
    admin = service.peer("admin-api/admin-api")
    status, _, body = admin.ask("GET", "/log/tile/entries/000")
    assert (status, json.loads(body)["code"]) == (404, "entries_pruned")
    assert admin.ask("GET", "/log/tile/entries/006")[0] == 200
    assert admin.ask("GET", "/log/tile/0/000")[0] == 200
    status, fields, body = gateway.ask("GET", "/log/retention")
    assert (status, body, fields["Cache-Control"]) == (200, service.file("retention"), "no-cache")
    assert "clawgress_audit_minimum_index 1536\n" in admin.ask("GET", "/metrics")[2].decode()
    # The index still finds it, and has nothing to show.
    found = admin.get(f"/v1/events?request_id={request_id(7)}")["items"]
    assert found == [{"index": 6, "record": None}]
    [found] = admin.get(f"/v1/events?request_id={request_id(1990)}")["items"]
    assert found["record"]["sequence"] == 1990
    # What is missing behind the minimum index is missed.
    os.remove(os.path.join(service.state, "log", "tile", "entries", "006"))
    code, words = audit("verify", service)
    assert code == 21 and "removed: 256 entries" in words


def test_a_record_that_tells_a_far_time_keeps_nothing_for_ever(service):
    retain(service, days=90)
    service.daemon.start()
    far = record(1, new_boot(), gateway="gw-2", timestamp="9999-12-31T23:59:59.999999Z")
    assert service.peer("gateway/gw-2").send([far])[0] == 200
    gateway, boot, _ = fill(service)
    for start in range(2001, 2801, 200):
        assert gateway.send(lines(boot, start, start + 199))[0] == 200
        signed(service, start + 200)
    came(service, range(1, 3), 91.5 * DAY)
    came(service, [0], 90.5 * DAY)
    came(service, [3], 1 * DAY)
    time.sleep(1)
    assert minimum(service) == 0
    came(service, [0], 91.5 * DAY)
    pruned(service, 768)


@pytest.mark.parametrize("step", ["retention_raised", "bundle_removed"])
def test_a_kill_while_entries_go_leaves_nothing_in_doubt(service, step):
    service.daemon.configure(allow_failpoints=True)
    service.daemon.start()
    _, _, sent = fill(service)
    service.daemon.stop()
    retain(service, entries=500)
    service.daemon.configure(idle_checkpoint_ms=3_600_000)
    try:
        service.daemon.start({"CLAWGRESS_STOP_AT": step})
    except AssertionError:
        pass
    service.daemon.wait()
    index = minimum(service)
    assert index > 0
    assert bundle(service, 0) == (step == "retention_raised") and bundle(service, 1)
    code, words = audit("verify", service)
    assert code == 0, words
    # Also without the policy, what was published is carried out.
    retain(service)
    service.daemon.start()
    pruned(service, index)
    service.daemon.stop()
    assert f"entries under the newest checkpoint: {len(sent)}\n" in service.daemon.run("check")
    # Records that are gone are known.
    service.daemon.start()
    status, answer = service.peer("gateway/gw-1").send(sent[:400])
    assert (status, answer["known"]) == (200, 400)


def test_a_pruned_log_is_copied_indexed_anew_and_goes_on(service):
    retain(service, entries=500)
    service.daemon.start()
    gateway, boot, sent = fill(service)
    for start in range(2001, 2801, 200):
        assert gateway.send(lines(boot, start, start + 199))[0] == 200
        signed(service, start + 199)
    pruned(service, 2048)
    copy = os.path.join(service.state, "copy")
    assert service.daemon.run("backup", copy) == "entries copied and checked: 2800\n"
    service.daemon.stop()
    service.daemon.run("reindex")
    service.daemon.configure(state_folder=copy)
    assert "entries under the newest checkpoint: 2800\n" in service.daemon.run("check")
    service.daemon.start()
    admin = service.peer("admin-api/admin-api")
    until(
        "the index",
        lambda: "clawgress_audit_index_entries 2800\n" in admin.ask("GET", "/metrics")[2].decode(),
    )
    assert admin.get("/v1/events/count")["count"] == 2800 - 2048
    assert gateway.send(sent[:300])[1]["known"] == 300


def test_what_is_too_old_for_the_index_is_counted(service):
    service.daemon.configure(index={"days": 30})
    service.daemon.start()
    _, _, sent = fill(service)
    admin = service.peer("admin-api/admin-api")

    def metrics():
        return admin.ask("GET", "/metrics")[2].decode()
    until("the index", lambda: f"clawgress_audit_index_entries {len(sent)}\n" in metrics())
    assert "clawgress_audit_index_passed_over_total 1700\n" in metrics()
    assert admin.get("/v1/events/count")["count"] == 300


def test_only_what_the_log_has_signed_is_a_reason_for_missing_entries(service, tmp_path):
    service.daemon.start()
    fill(service)
    service.daemon.stop()
    signer = log_writer.Signer(str(tmp_path), name=service.key.name)
    os.remove(os.path.join(service.state, "log", "tile", "entries", "000"))
    path = os.path.join(service.state, "log", "retention")
    with open(path, "w", encoding="utf-8") as file:
        file.write(signer.note(f"clawgress-retention/v1\n{signer.name}\nminimum 256\ndays 1\n"))
    code, words = audit("verify", service)
    assert code == 40 and "no known key has signed it" in words and "removed: 256" in words
    with pytest.raises(AssertionError, match="retention` cannot be true"):
        service.daemon.run("check")
