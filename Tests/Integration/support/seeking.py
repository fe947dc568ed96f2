"""Seeks secrets in whatever a control plane leaves behind: files, Git objects, memory. A secret is
sought as it is and in the spellings in which one ends up somewhere by mistake."""

import base64
import os
import signal
import subprocess
import tempfile
import zlib

# Shorter than this a part of a secret could be there by chance.
LENGTH_MIN = 12
PEM = b"PRIVATE KEY-----"


class Sought:
    """Byte strings by what they are."""

    def __init__(self):
        self.forms = {}

    def add(self, name, secret):
        """Seeks a secret, text or bytes, in all of its forms."""
        raw = secret.encode() if isinstance(secret, str) else secret
        assert len(raw) >= LENGTH_MIN, f"{name} is too short to be told from chance"
        for form, content in _forms(raw):
            # A line feed would be two patterns for grep.
            part = max(content.split(b"\n"), key=len)
            if len(part) >= LENGTH_MIN:
                self.forms.setdefault(part, f"{name}, {form}")

    def add_credential(self, name, text):
        """Seeks a credential whose last part is the secret; its bytes, too, if that is hexadecimal."""
        secret = text.rpartition("_")[2]
        self.add(name, secret)
        try:
            self.add(f"{name} (bytes)", bytes.fromhex(secret))
        except ValueError:
            pass

    def _grep(self, *arguments):
        """What was found, a line each, and nothing of what stands around it."""
        with tempfile.NamedTemporaryFile() as patterns:
            patterns.write(b"\n".join(self.forms))
            patterns.flush()
            done = subprocess.run(
                ["grep", "--fixed-strings", "--text", "--only-matching",
                 "--file", patterns.name, *arguments],
                capture_output=True, check=False, env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
            )
        assert done.returncode in (0, 1), done.stderr
        return done.stdout.split(b"\n")

    def in_file(self, path):
        """What of it a file has, as a set of names."""
        lines = set(self._grep("--no-filename", path))
        return {self.forms[line] for line in lines if line in self.forms}

    def in_bytes(self, content):
        """The same for what is no file."""
        with tempfile.NamedTemporaryFile() as file:
            file.write(content)
            file.flush()
            return self.in_file(file.name)

    def in_folder(self, folder, but=()):
        """What of it is in which file of a folder; Git objects are looked into.

        `but` are names of folders in it that are passed over.
        """
        found = {}
        passed = [f"--exclude-dir={each}" for each in but]
        # A pipe or a socket would be waited for.
        for line in self._grep("--recursive", "--devices=skip", "--null", *passed, folder):
            path, _, match = line.partition(b"\0")
            if match in self.forms:
                found.setdefault(os.fsdecode(path), set()).add(self.forms[match])
        for path in _git_objects(folder):
            hits = self.in_bytes(_inflated(path))
            if hits:
                found.setdefault(path, set()).update(hits)
        return {path: sorted(hits) for path, hits in found.items()}

    def in_process(self, pid):
        """What of it is in what a core dump of a process would hold."""
        with tempfile.NamedTemporaryFile() as file:
            write_memory(pid, file)
            file.flush()
            return self.in_file(file.name)


def _forms(raw):
    yield "as it is", raw
    yield "as hex", raw.hex().encode()
    yield "as HEX", raw.hex().upper().encode()
    for shift in range(3):
        # Only the characters that depend on the secret alone, wherever it begins in a longer text.
        text = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0:-4]
        yield f"as base64 from {shift}", text
        yield f"as base64url from {shift}", text.replace(b"+", b"-").replace(b"/", b"_")


def _git_objects(folder):
    for parent, _, names in os.walk(folder):
        if f"{os.sep}objects{os.sep}" in f"{parent}{os.sep}":
            yield from (os.path.join(parent, name) for name in names)


def _inflated(path):
    """A loose Git object's content; nothing for what is none."""
    with open(path, "rb") as file:
        try:
            return zlib.decompress(file.read())
        except zlib.error:
            return b""


def write_memory(pid, file):
    """Writes what gcore would: every mapping that is not only the copy of a file."""
    os.kill(pid, signal.SIGSTOP)
    try:
        with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
                open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
            for line in maps:
                place, rights, _, _, inode, *_ = line.split()
                if rights[0] != "r" or "[v" in line or (inode != "0" and rights[1] != "w"):
                    continue
                begin, end = (int(number, 16) for number in place.split("-"))
                _copy(memory, begin, end, file)
    finally:
        os.kill(pid, signal.SIGCONT)


def _copy(memory, begin, end, file):
    while begin < end:
        memory.seek(begin)
        try:
            piece = memory.read(min(end - begin, 1 << 20))
        except OSError:
            # A page that was never touched, behind the end of its file.
            return
        if not piece:
            return
        if piece.strip(b"\0"):
            file.write(piece)
        begin += len(piece)
