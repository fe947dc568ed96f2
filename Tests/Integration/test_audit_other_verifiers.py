"""Our log, written by the service, in the eyes of two verifiers that we did not write: they accept it
at every size, and refuse each kind of change that ours refuses."""

import os
import random
import re
import shutil
import subprocess

import pytest

from support import log_writer, programs, tlog, verifiers
from support.audit import AuditService, new_boot, record
from support.waiting import until

SIZES = [1, 2, 255, 256, 257, 65_535, 65_536, 65_537]
LINES_MAX = 1000


class GrowingLog:
    """The audit service, fed until its log has a size."""

    def __init__(self, authority):
        self.service = AuditService(authority)
        self.service.daemon.start()
        self._peer = self.service.peer("gateway/gw-1")
        self._boot, self._size = new_boot(), 0
        with open(os.path.join(self.service.state, "log-key.pub"), encoding="utf-8") as file:
            self.key = file.read().strip()

    def grow(self, size):
        while self._size < size:
            end = min(size, self._size + LINES_MAX)
            lines = [
                record(number, self._boot, request_id=f"request-{number}")
                for number in range(self._size + 1, end + 1)
            ]
            status, answer = self._peer.send(lines)
            assert status == 200 and answer["added"] == len(lines), answer
            self._size = end
        until(
            f"a checkpoint of {size} entries",
            lambda: tlog.Checkpoint(self.service.file("checkpoint").decode()).size == size,
        )

    def copy(self, folder):
        """Copies the log; what is full takes the place of its parts meanwhile, so maybe again."""
        def copied():
            try:
                return shutil.copytree(
                    os.path.join(self.service.state, "log"), folder, dirs_exist_ok=True
                )
            except shutil.Error:
                return None
        return until("a whole copy of the log", copied)


@pytest.fixture(scope="module")
def logs(authority, tmp_path_factory):
    """The key, and a copy of the log at each size."""
    log = GrowingLog(authority)
    copies = {}
    for size in SIZES:
        log.grow(size)
        copies[size] = log.copy(str(tmp_path_factory.mktemp("log") / str(size)))
    yield log.key, copies
    log.service.close()


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    return verifiers.both(str(tmp_path_factory.mktemp("verifiers")))


def ours(command, *arguments, status=0):
    done = subprocess.run(
        [programs.COMMAND, "audit", command, *arguments],
        capture_output=True, text=True, timeout=110, check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout


@pytest.mark.timeout(600)
def test_they_accept_every_size_with_our_root_and_every_step_between_two(logs, others):
    key, copies = logs
    roots = {
        size: re.search(r"root (\S+)", ours("verify", folder, "--log-key", key))[1]
        for size, folder in copies.items()
    }
    for each in others:
        accepted, said = each.run("log", key, str(random.randrange(1 << 30)), *copies.values())
        assert accepted, said
        assert roots == {
            int(size): root for size, root in re.findall(r"^log (\d+) (\S+):", said, re.M)
        }
        proofs = dict(re.findall(r"^log (\d+) \S+: (\d+) inclusion", said, re.M))
        assert proofs == {str(size): str(size if size <= 257 else 1000) for size in SIZES}
        assert f"{len(SIZES) * (len(SIZES) + 1) // 2} consistency proofs" in said


def test_all_call_the_same_hash_the_root_of_nothing(others, tmp_path):
    signer = log_writer.Signer(str(tmp_path))
    log_writer.write(str(tmp_path / "log"), [], signer)
    folder = str(tmp_path / "log")
    root = re.search(r"root (\S+)", ours("verify", folder, "--log-key", signer.key))[1]
    for each in others:
        assert f"log 0 {root}: 0" in each.run("log", signer.key, "1", folder)[1]


def test_they_accept_proofs_from_what_a_pruned_log_has_left(logs, others, tmp_path):
    key, copies = logs
    folder, path = str(tmp_path / "log"), str(tmp_path / "proof")
    shutil.copytree(copies[65_537], folder)
    for index in range(100):
        os.remove(os.path.join(folder, tlog.tile_path("entries", index, 256)))
    for number in (25_601, 65_537):
        ours("prove", f"request-{number}", folder, "--output", path)
        for each in others:
            accepted, said = each.run("proof", key, path)
            assert accepted and f"entry {number - 1} of 65537: " in said
    # The tree goes on where it was before it was pruned: hashes tell, entries are not asked.
    old, new = [os.path.join(copies[size], "checkpoint") for size in (256, 65_537)]
    ours("consistency", old, new, folder, "--log-key", key)


def test_they_accept_our_proofs_and_no_others(logs, others, tmp_path):
    key, copies = logs
    path = str(tmp_path / "proof")
    for size in (1, 2, 257, 65_537):
        for number in {1, size, (size + 1) // 2}:
            ours("prove", f"request-{number}", copies[size], "--output", path)
            for each in others:
                accepted, said = each.run("proof", key, path)
                assert accepted and f"entry {number - 1} of {size}: " in said
    with open(path, encoding="utf-8") as file:
        text = file.read()
    with open(path, "w", encoding="utf-8") as file:
        file.write(re.sub(r"^index (\d+)$", lambda found: f"index {int(found[1]) ^ 1}", text, flags=re.M))
    ours("check", path, "--log-key", key, status=37)
    for each in others:
        assert not each.run("proof", key, path)[0]


class Tampered:
    """A copy of the log of 257 entries, to be changed."""

    def __init__(self, source, folder):
        self.folder = shutil.copytree(source, folder)

    def path(self, path):
        return os.path.join(self.folder, path)

    def read(self, path):
        with open(self.path(path), "rb") as file:
            return file.read()

    def write(self, path, content):
        with open(self.path(path), "wb") as file:
            file.write(content)

    def entries(self):
        return tlog.entries_of(self.read("tile/entries/000"))

    def replace(self, entries):
        content = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
        self.write("tile/entries/000", content)


def edit(log):
    entries = log.entries()
    entries[7] = entries[7].replace(b"request-8", b"request-9")
    log.replace(entries)


def remove(log):
    log.replace(log.entries()[:9] + log.entries()[10:])


def remove_a_file(log):
    os.remove(log.path("tile/entries/000"))


def add(log):
    log.write("tile/entries/001.p/1", log.read("tile/entries/001.p/1") + b"\x00\x02{}")


def rewrite(log):
    entries = log.entries() + tlog.entries_of(log.read("tile/entries/001.p/1"))
    entries[7] = entries[7].replace(b"request-8", b"request-9")
    other = f"{log.folder}-rewritten"
    log_writer.write(other, entries, log_writer.Signer(os.path.dirname(log.folder)))
    # All but the checkpoint, which only the log's key can sign.
    shutil.rmtree(log.path("tile"))
    shutil.copytree(os.path.join(other, "tile"), log.path("tile"))


def reorder(log):
    entries = log.entries()
    entries[1], entries[200] = entries[200], entries[1]
    log.replace(entries)


def shorten(log):
    os.remove(log.path("tile/entries/001.p/1"))


def damage_a_tile(log):
    content = bytearray(log.read("tile/0/000"))
    content[40] ^= 1
    log.write("tile/0/000", content)


def lose_the_checkpoint(log):
    os.remove(log.path("checkpoint"))


def forge_the_checkpoint(log):
    log.write("checkpoint", log.read("checkpoint").replace(b"\n257\n", b"\n256\n"))


# A log that was rolled back is sound in itself: a memory finds it, which these have not. Of two
# that they are given, the fork below is refused.
CHANGES = {
    edit: 20, remove: 21, remove_a_file: 21, add: 22, reorder: 23, shorten: 24, rewrite: 25,
    damage_a_tile: 26, lose_the_checkpoint: 27, forge_the_checkpoint: 29,
}


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_they_refuse_what_ours_refuses(logs, others, tmp_path, change):
    key, copies = logs
    log = Tampered(copies[257], str(tmp_path / "log"))
    change(log)
    ours("verify", log.folder, "--log-key", key, status=CHANGES[change])
    for each in others:
        accepted, said = each.run("log", key, "1", log.folder)
        assert not accepted, f"{each.name}: {said}"


def test_they_refuse_another_key_and_a_fork(logs, others, tmp_path):
    key, copies = logs
    signer = log_writer.Signer(str(tmp_path), key.split("+", 1)[0])
    ours("verify", copies[257], "--log-key", signer.key, status=28)
    folders = []
    for size, fork in ((300, 0), (301, 1)):
        folders.append(str(tmp_path / str(size)))
        entries = [record(number, new_boot(), fork=fork) for number in range(size)]
        log_writer.write(folders[-1], entries, signer)
    checkpoint = os.path.join(folders[0], "checkpoint")
    ours("verify", folders[1], "--log-key", signer.key, "--since", checkpoint, status=31)
    for each in others:
        assert not each.run("log", signer.key, "1", copies[257])[0]
        accepted, said = each.run("log", signer.key, "1", *folders)
        assert not accepted and "300" in said


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_they_accept_a_million_entries(authority, others, tmp_path):
    log = GrowingLog(authority)
    try:
        log.grow(1_000_000)
        folder = log.copy(str(tmp_path / "log"))
        ours("verify", folder, "--log-key", log.key)
        for each in others:
            accepted, said = each.run("log", log.key, "1", folder)
            assert accepted and "1000 inclusion proofs" in said, said
    finally:
        log.service.close()
