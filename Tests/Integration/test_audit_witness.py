"""Witnesses of the log: a full witness that shares no code with ours signs what goes on, refuses what does
not, and the auditor's command believes it and not the log's key alone."""

import os
import re
import subprocess
import urllib.request

import pytest

from support import programs, tlog
from support.audit import AuditService, new_boot, record
from support.log_witness import LogWitness, WitnessKey
from support.waiting import until

EVERY = 100


class Bench:
    """A service and its witnesses, whose settings are of both."""

    def __init__(self, authority, folder):
        self._authority, self._folder = authority, str(folder)
        self.witnesses, self.services = [], []

    def service(self, **settings):
        made = AuditService(self._authority, **settings)
        self.services.append(made)
        return made

    def witness(self, name, logs):
        made = LogWitness(os.path.join(self._folder, name), logs, f"witness.test/{name}")
        self.witnesses.append(made)
        return made

    def again(self, witness):
        """The next life of a witness that was closed."""
        self.witnesses.remove(witness)
        self.witnesses.append(witness.again())
        return self.witnesses[-1]

    def close(self):
        for each in self.services + self.witnesses:
            each.close()


@pytest.fixture
def bench(authority, tmp_path):
    bench = Bench(authority, tmp_path)
    yield bench
    bench.close()


def entry(witness):
    return {"url": witness.url, "key": witness.key.text}


def settings(*witnesses, **others):
    return {
        "list": [entry(each) for each in witnesses], "every_ms": EVERY, "alert_after_ms": 500,
        **others,
    }


def start(service, *witnesses, **others):
    """Starts, or starts again, with these witnesses."""
    service.daemon.stop()
    service.daemon.configure(witnesses=settings(*witnesses, **others))
    service.daemon.start()
    return service.peer("gateway/gw-1")


def witnessed(service, size):
    """Waits until a witnessed checkpoint of at least so many entries is shown; its text."""
    def enough():
        try:
            note = service.file("checkpoint.witnessed").decode()
        except FileNotFoundError:
            return None
        return note if int(note.split("\n")[1]) >= size else None
    return until(f"a witnessed checkpoint of {size}", enough)


def send(gateway, boot, first, last):
    status, _ = gateway.send([record(n, boot) for n in range(first, last + 1)])
    assert status == 200


def metrics(service):
    return service.peer("admin-api/admin-api").ask("GET", "/metrics")[2].decode()


def alert(service, name, value=1):
    line = f'clawgress_audit_alert{{alert="{name}"}} {value}\n'
    until(f"{name} {value}", lambda: line in metrics(service))


def verify(service, *witnesses, required=None):
    """Exit code and all words of the auditor's command."""
    command = [
        programs.COMMAND, "audit", "verify", os.path.join(service.state, "log"),
        "--log-key", service.key_path,
    ]
    for each in witnesses:
        command += ["--witness", each.key.text]
    if required:
        command += ["--require-witnesses", str(required)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout + done.stderr


def test_checkpoints_are_signed_by_all_witnesses_shown_and_kept(bench):
    service = bench.service(public_listen="127.0.0.1:0")
    first, second = [bench.witness(name, [service.key.text]) for name in ("w1", "w2")]
    gateway, boot = start(service, first, second), new_boot()
    for last in (1, 2, 256, 600):
        send(gateway, boot, 1, last)
        note = witnessed(service, last)
    text, lines = note.split("\n\n")
    names = [line.split(" ")[1] for line in lines.splitlines()]
    assert names == ["log.test/suite", first.key.name, second.key.name]
    assert first.size("log.test/suite") == second.size("log.test/suite") >= 600
    service.read_log().check_history(
        tlog.Checkpoint(f"{text}\n\n{lines.splitlines()[0]}\n", service.key)
    )
    for peer in (gateway, service.peer("policy/policy")):
        status, fields, body = peer.ask("GET", "/log/checkpoint.witnessed")
        assert (status, fields["Cache-Control"]) == (200, "no-cache")
        assert body.decode().split("\n\n")[1].count("\u2014") == 3
    assert service.stranger().ask("GET", "/log/checkpoint.witnessed")[0] == 401
    base = f"http://127.0.0.1:{service.daemon.ready['public_port']}/log"
    with urllib.request.urlopen(f"{base}/checkpoint.witnessed", timeout=10) as answer:
        assert answer.status == 200
    code, words = verify(service, first, second)
    assert code == 0, words
    assert re.search(r"memory: a checkpoint of \d+ entries that witness.test/w1, witness.test/w2", words)
    service.daemon.stop()
    with open(os.path.join(service.state, "witnessed"), encoding="utf-8") as file:
        kept = file.read()
    assert kept.endswith(service.file("checkpoint.witnessed").decode() + "\n")
    sizes = [int(text.split("\n")[1]) for text in kept.rstrip("\n").split("\n\n")[::2]]
    assert sizes == sorted(sizes) and sizes[-1] >= 600
    assert "entries under the newest checkpoint: 600\n" in service.daemon.run("check")


def test_a_witness_that_was_away_catches_up_and_both_may_start_again(bench):
    service = bench.service()
    witness = bench.witness("w1", [service.key.text])
    gateway, boot = start(service, witness), new_boot()
    send(gateway, boot, 1, 300)
    witnessed(service, 300)
    witness.close()
    # What the log does does not wait for a witness.
    send(gateway, boot, 301, 700)
    service.covered(700)
    alert(service, "witnesses_missing")
    assert int(service.file("checkpoint.witnessed").decode().split("\n")[1]) < 700
    witness = bench.again(witness)
    witnessed(service, 700)
    alert(service, "witnesses_missing", 0)
    # The service forgets what the witness said, and is told.
    service.daemon.kill()
    os.remove(os.path.join(service.state, "witnessed"))
    witness.answers.clear()
    service.daemon.start()
    send(gateway, boot, 701, 900)
    witnessed(service, 900)
    assert witness.answers[:2] == [409, 200]
    # The witness starts again, and remembers.
    witness.close()
    witness = bench.again(witness)
    send(gateway, boot, 901, 1000)
    witnessed(service, 1000)
    assert set(witness.answers) == {200}


def rewritten(bench, service, lines):
    """A service with the key of another one, and another log."""
    service.daemon.stop()
    for name in os.listdir(service.state):
        if name not in ("log-key.sealed", "log-key.pub"):
            path = os.path.join(service.state, name)
            subprocess.run(["rm", "-rf", path], check=True)
    service.daemon.start()
    status, _ = service.peer("gateway/gw-1").send(lines)
    assert status == 200
    return service


@pytest.mark.parametrize("count, answer", [(100, 409), (800, 422)])
def test_a_log_written_anew_with_the_true_key_is_refused_and_found(bench, count, answer):
    service = bench.service()
    witness = bench.witness("w1", [service.key.text])
    gateway, boot = start(service, witness), new_boot()
    send(gateway, boot, 1, 500)
    note = witnessed(service, 500)
    size = witness.size("log.test/suite")
    other = new_boot()
    rewritten(bench, service, [record(n, other) for n in range(1, count + 1)])
    service.covered(count)
    alert(service, "witness_inconsistent")
    alert(service, "witnesses_missing")
    until("an answer", lambda: answer in witness.answers)
    assert witness.size("log.test/suite") == size
    # The new log has no witnessed checkpoint, and the old one does not fit.
    code, words = verify(service, witness)
    assert code == 38 and "0 have signed" in words, words
    with open(os.path.join(service.state, "log", "checkpoint.witnessed"), "w", encoding="utf-8") \
            as file:
        file.write(note)
    code, words = verify(service, witness)
    assert code == 39, words
    assert ("rolled back" if count < 500 else "forked") in words
    # Its key alone vouches for it as for any other.
    assert verify(service)[0] == 0


def test_a_witness_with_another_key_or_another_opinion_is_not_counted(bench):
    service = bench.service()
    good, wrong, deaf = [bench.witness(name, [service.key.text]) for name in ("w1", "w2", "w3")]
    wrong.signer = WitnessKey(os.path.join(wrong.folder, "other"), wrong.key.name)
    deaf.logs.clear()
    gateway, boot = start(service, good, wrong, deaf, required=2), new_boot()
    send(gateway, boot, 1, 50)
    alert(service, "witnesses_missing")
    with pytest.raises(FileNotFoundError):
        service.file("checkpoint.witnessed")
    text = metrics(service)
    assert 'witness_up{witness="witness.test/w1"} 1\n' in text
    assert 'witness_up{witness="witness.test/w2"} 0\n' in text
    assert re.search(r'answers_total{witness="witness.test/w3",answer="refused"} [1-9]', text)
    log = service.daemon.log()
    assert "no signature of the witness' key" in log and "does not know the log" in log
    # With the key that it was known by, it counts.
    wrong.signer = wrong.key
    witnessed(service, 50)
    code, words = verify(service, good, wrong, deaf, required=2)
    assert code == 0, words
    code, words = verify(service, good, wrong, deaf)
    assert code == 38 and "2 have signed the witnessed checkpoint, and 3 must" in words


def test_settings_that_cannot_be_are_refused(bench):
    service = bench.service()
    witness = bench.witness("w1", [service.key.text])
    good = entry(witness)
    for change, words in [
        ({"list": [{**good, "url": "http://192.0.2.1/w"}]}, "must be https"),
        ({"list": [{**good, "url": "https:///w"}]}, "must be `https://host/prefix`"),
        ({"list": [{**good, "key": service.key.text}]}, "signs no cosignatures"),
        ({"list": [{**good, "key": "x"}]}, "no key of a witness"),
        ({"list": [good, good]}, "twice"),
        ({"list": [good], "required": 2}, "must be 1 to 1"),
        ({"list": [good], "every": 1}, "every"),
    ]:
        service.daemon.configure(witnesses={"every_ms": EVERY, **change})
        with pytest.raises(AssertionError, match=re.escape(words)):
            service.daemon.run("--check-config")
