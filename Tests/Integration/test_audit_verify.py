"""The auditor's commands on logs that somebody changed: each kind of change has its own message and
its own exit code. The logs are written by code that is not ours."""

import functools
import http.server
import json
import os
import shutil
import subprocess
import threading
import time

import pytest

from support import log_writer, programs
from support.audit import record

BOOT = "00112233445566778899aabbccddeeff"
COUNT = 700


def now(offset=0):
    """A record's time."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(time.time() + offset))


def entries(count=COUNT, age=0):
    return [
        record(number, BOOT, request_id=f"request-{number}", timestamp=now(-age))
        for number in range(1, count + 1)
    ]


class Log:
    """A folder with a log, and the commands on it."""

    def __init__(self, folder):
        self.folder, self._scratch = str(folder / "log"), str(folder)
        self.signer = log_writer.Signer(self._scratch)
        self.entries = entries()
        self.rewrite(self.entries, self.signer)

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def rewrite(self, new, signer=None, only=lambda path: True):
        log_writer.write(self.folder, new, signer, only)

    def replace_entries(self, new):
        """Changes the entries, and neither hashes nor checkpoint."""
        shutil.rmtree(self.path("tile", "entries"))
        self.rewrite(new, only=lambda path: path.startswith("tile/entries/"))

    def keep(self, name="kept"):
        """Keeps the checkpoint as a memory."""
        place = os.path.join(self._scratch, name)
        shutil.copy(self.path("checkpoint"), place)
        return place

    def run(self, command, *arguments, place=None):
        done = subprocess.run(
            [programs.COMMAND, "audit", command, *arguments, *([place or self.folder])],
            capture_output=True, text=True, timeout=60, check=False,
        )
        return done.returncode, done.stdout, done.stderr

    def verify(self, *options, key=None, place=None):
        return self.run("verify", "--log-key", key or self.signer.key, *options, place=place)


@pytest.fixture
def log(tmp_path):
    return Log(tmp_path)


def expect(answer, status, *words):
    code, output, notes = answer
    assert code == status, output + notes
    for word in words:
        assert word in output + notes, output + notes
    assert (output == "") == (status not in (0, 36)), output


def test_a_sound_log_is_good_and_says_what_was_not_asked(log):
    code, output, notes = log.verify()
    assert code == 0, notes
    assert f"good: log.test/written, {COUNT} entries, root " in output
    assert "streams: 1" in output and "memory: none" in notes and " a second" in notes


def edit(log):
    log.entries[300] = log.entries[300].replace(b"request-301", b"request-310")
    log.replace_entries(log.entries)


def remove(log):
    del log.entries[300]
    log.replace_entries(log.entries)


def remove_a_file(log):
    os.remove(log.path("tile", "entries", "001"))


def add(log):
    with open(log.path("tile", "entries", "002.p", "188"), "ab") as file:
        file.write(b"\x00\x02{}")


def reorder(log):
    log.entries[3], log.entries[600] = log.entries[600], log.entries[3]
    log.replace_entries(log.entries)


def shorten(log):
    log.replace_entries(log.entries[:650])


def rewrite(log):
    log.entries[300] = log.entries[300].replace(b"request-301", b"request-310")
    log.rewrite(log.entries)


def damage_a_tile(log):
    with open(log.path("tile", "0", "001"), "r+b") as file:
        file.write(b"\x00" * 32)


def lose_the_checkpoint(log):
    os.remove(log.path("checkpoint"))


def forge(log):
    with open(log.path("checkpoint"), "r+", encoding="utf-8") as file:
        text = file.read().replace(f"\n{COUNT}\n", f"\n{COUNT - 1}\n")
        file.seek(0)
        file.write(text)


def sign_with_another_key(log):
    other = log_writer.Signer(os.path.dirname(log.folder))
    log.rewrite(log.entries, other)


def skip_a_record(log):
    log.rewrite(log.entries[:100] + log.entries[101:], log.signer)


def repeat_a_record(log):
    log.rewrite(log.entries + log.entries[5:6], log.signer)


def add_what_is_no_record(log):
    log.rewrite(log.entries + [b"hello"], log.signer)


KINDS = {
    edit: (20, "edited: 1 entries", "the first is entry 300"),
    remove: (21, "removed: 1 entries", "the first is entry 300"),
    remove_a_file: (21, "removed: 256 entries", "the first is entry 256"),
    add: (22, "added: 1 entries", "the first is entry 700"),
    reorder: (23, "reordered: 2 entries", "the first is entry 3"),
    shorten: (24, "says 700 entries", "only the first 650"),
    rewrite: (25, "neither the bytes nor the hashes"),
    damage_a_tile: (26, "`tile/0/001` is damaged"),
    lose_the_checkpoint: (27, "no checkpoint"),
    sign_with_another_key: (28, "not signed by this key, but by `log.test/written+"),
    forge: (29, "the signature of `log.test/written` is wrong"),
    skip_a_record: (33, "missing: 1 of gateway/gw-1", "worker 0: 101"),
    repeat_a_record: (34, "entry 700 is number 6 of gateway/gw-1", "again"),
    add_what_is_no_record: (35, "entry 700 is no record"),
}


@pytest.mark.parametrize("change", KINDS, ids=lambda change: change.__name__)
def test_each_kind_of_change_has_its_own_words_and_code(log, change):
    key = log.signer.key
    change(log)
    status, *words = KINDS[change]
    expect(log.verify(key=key), status, *words)


@pytest.mark.parametrize("size, status, words", [
    (2**62, 24, "says 4611686018427387904 entries"), (2**62 + 1, 29, "no checkpoint"),
    (2**63 - 1, 29, "no checkpoint"), (2**63, 29, "no checkpoint"),
])
def test_a_size_that_no_log_has_is_refused_and_ends_no_process(log, size, status, words):
    with open(log.path("checkpoint"), "w", encoding="utf-8") as file:
        file.write(log.signer.checkpoint(size, b"\0" * 32))
    expect(log.verify(), status, words)


@pytest.mark.parametrize("name", ["checkpoint", "retention", "tile/entries/000", "tile/0/000"])
def test_a_pipe_in_a_copied_folder_keeps_nobody_waiting(log, name):
    path = log.path(*name.split("/"))
    if os.path.exists(path):
        os.remove(path)
    os.mkfifo(path)
    code, output, notes = log.verify()
    assert code == 74 and output == "" and "read as a regular file" in notes, output + notes


def test_a_gateway_that_admits_losses_is_a_warning(log):
    gap = json.dumps({
        "allow": 5, "boot_id": BOOT, "deny": 2, "first": now(), "gateway_id": "gw-1",
        "last": now(), "rate_limit": 0, "record": "gap", "segment": 4, "worker": 0,
    }, sort_keys=True, separators=(",", ":")).encode()
    log.rewrite(log.entries + [gap], log.signer)
    expect(log.verify(), 36, "warning: admitted gap: gateway/gw-1", "lost 7 events", "good: ")


def test_a_memory_tells_a_rolled_back_log_and_a_fork(log):
    kept = log.keep()
    expect(log.verify("--since", kept), 0, "memory: a checkpoint of 700 entries")
    log.rewrite(log.entries + entries(900)[COUNT:], log.signer)
    expect(log.verify("--since", kept), 0)
    shutil.rmtree(log.folder)
    # Another history, truly signed.
    log.rewrite([record(number, BOOT, fork=1) for number in range(1, 801)], log.signer)
    expect(log.verify(), 0)
    expect(log.verify("--since", kept), 31, "forked: the first 700 entries")
    expect(log.verify("--since", kept, "--range", "0-9"), 31, "forked")
    shutil.rmtree(log.folder)
    log.rewrite(log.entries[:500], log.signer)
    expect(log.verify(), 0)
    expect(log.verify("--since", kept), 30, "had 700 entries, and its checkpoint says 500")


def test_the_age_of_the_newest_record_is_a_memory(log):
    log.rewrite(entries(age=7200), log.signer)
    expect(log.verify(), 0)
    expect(log.verify("--max-age", "3h"), 0, "no record for 3h would be noticed")
    expect(log.verify("--max-age", "1h"), 32, "too old: the newest record is of ")
    log.rewrite(entries(age=-7200), log.signer)
    expect(log.verify("--max-age", "1h"), 32)


def beat(number, gateway, phase, age):
    """A heartbeat that is so many seconds old."""
    return record(
        number, BOOT, gateway=gateway, record="heartbeat", phase=phase, last_sequences=[number],
        timestamp=now(-age),
    )


def test_a_silent_gateway_is_not_hidden_by_what_others_record(log):
    own = json.dumps({
        "boot_id": BOOT, "event_version": 1, "phase": "running", "record": "heartbeat",
        "sequence": 1, "service_id": "audit", "timestamp": now(), "worker": 0,
    }, sort_keys=True, separators=(",", ":")).encode()
    silent = beat(1, "gw-2", "start", 86_400)
    alive, ended = beat(1, "gw-1", "start", 30), beat(1, "gw-3", "drain", 86_400)

    def write(*lines):
        shutil.rmtree(log.folder)
        log.rewrite(list(lines), log.signer)
    write(silent, ended, alive, own)
    expect(log.verify(), 0)
    expect(log.verify("--max-age", "2m"), 32, "the newest heartbeat of gateway `gw-2` is of ")
    code, _, notes = log.verify("--max-age", "2m")
    assert code == 32 and "gw-1" not in notes and "gw-3" not in notes
    expect(log.verify("--max-age", "2m", "--retired", "gw-2"), 0)
    expect(log.verify("--max-age", "2d"), 0)
    # One that says that it ends, and one of the future.
    write(silent, ended, alive, own, beat(2, "gw-2", "drain", 3600))
    expect(log.verify("--max-age", "2m"), 0)
    write(alive, own, beat(1, "gw-2", "running", -3600))
    expect(log.verify("--max-age", "2m"), 32, "`gw-2`")


def test_a_range_is_checked_alone(log):
    edit(log)
    expect(log.verify("--range", "0-255"), 0, "checked: entries 0-255")
    expect(log.verify("--range", "256-400"), 20, "the first is entry 300")


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files as they are."""

    def log_message(self, *_):
        pass


def test_a_log_on_a_web_server_is_read_like_a_folder(log):
    handler = functools.partial(QuietHandler, directory=log.folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        expect(log.verify(place=url), 0, f"{COUNT} entries")
        code, proof, notes = log.run("prove", "request-500", place=url)
        assert code == 0 and "extra " in proof, notes
        edit(log)
        expect(log.verify(place=url), 20, "the first is entry 300")
        server.shutdown()
    expect(log.verify(place=url), 69, "cannot read")


def test_a_proof_stands_alone(log, tmp_path):
    proof = str(tmp_path / "proof")
    code, output, notes = log.run("prove", "request-500", "--output", proof)
    assert (code, output) == (0, "") and "entry 499 of 700" in notes
    with open(proof, encoding="utf-8") as file:
        text = file.read()
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    shutil.rmtree(log.folder)
    code, output, notes = log.run("check", "--log-key", log.signer.key, place=proof)
    assert code == 0 and output.encode() == log.entries[499] + b"\n" and "proved: entry 499" in notes

    other = log_writer.Signer(str(tmp_path)).key
    expect(log.run("check", "--log-key", other, place=proof), 28, "not signed by this key")
    for old, new, status in [("index 499", "index 498", 37), ("\n700\n", "\n701\n", 29),
                             ("c2sp.org", "example.org", 65)]:
        with open(proof, "w", encoding="utf-8") as file:
            file.write(text.replace(old, new))
        assert log.run("check", "--log-key", log.signer.key, place=proof)[0] == status, old


def test_a_proof_of_nothing_is_not_made(log):
    expect(log.run("prove", "request-5000"), 1, "none of the 700 entries has the id")
    damage_a_tile(log)
    code, _, notes = log.run("prove", "request-300")
    assert code == 26, notes


def test_two_checkpoints_are_held_against_each_other(log):
    old = log.keep("old")
    log.rewrite(log.entries + entries(900)[700:], log.signer)
    new = log.keep("new")
    code, output, notes = log.run("consistency", old, new, "--log-key", log.signer.key)
    assert code == 0 and output.count("\n") > 3 and "that of 700 ended" in notes
    expect(log.run("consistency", new, old, "--log-key", log.signer.key), 30, "rolled back")
    changed = [log.entries[0] + b" "] + log.entries[1:]
    log.rewrite(changed, log.signer)
    fork = log.keep("fork")
    expect(log.run("consistency", old, fork, "--log-key", log.signer.key), 31, "forked")
