"""A writer of transparency logs that shares no code with ours, from the text of C2SP tlog-tiles and
signed-note; openssl signs. With it a test makes logs that no honest service would write."""

import base64
import os
import subprocess

from support.tlog import leaf_hash, root_of, sha256, tile_path


class Signer:
    """An Ed25519 key that signs checkpoints."""

    def __init__(self, folder, name="log.test/written"):
        self.name, self._folder = name, folder
        self._path = os.path.join(folder, "key.pem")
        self._openssl("genpkey", "-algorithm", "ED25519", "-out", self._path)
        der = self._openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER")
        material = b"\x01" + der[-32:]
        self._id = sha256(name.encode() + b"\n" + material)[:4]
        self.key = f"{name}+{self._id.hex()}+{base64.b64encode(material).decode()}"

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout

    def checkpoint(self, size, root):
        """A signed note."""
        return self.note(f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n")

    def note(self, text):
        """A signed note with this text."""
        path = os.path.join(self._folder, "note")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        signature = self._openssl("pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", path)
        signed = base64.b64encode(self._id + signature).decode()
        return f"{text}\n\u2014 {self.name} {signed}\n"


def files(entries):
    """All files of a log but the checkpoint, by their paths."""
    found, level = {}, 0
    row = [leaf_hash(entry) for entry in entries]
    for start in range(0, len(entries), 256):
        part = entries[start:start + 256]
        found[tile_path("entries", start // 256, len(part))] = b"".join(
            len(entry).to_bytes(2, "big") + entry for entry in part
        )
    while row:
        for start in range(0, len(row), 256):
            part = row[start:start + 256]
            found[tile_path(level, start // 256, len(part))] = b"".join(part)
        full = len(row) // 256
        row = [root_of(row[place * 256:(place + 1) * 256]) for place in range(full)]
        level += 1
    return found


def write(folder, entries, signer, only=lambda path: True):
    """Writes a log into a folder, or those of its files that `only` takes."""
    leaves = [leaf_hash(entry) for entry in entries]
    content = {path: data for path, data in files(entries).items() if only(path)}
    if signer is not None:
        content["checkpoint"] = signer.checkpoint(len(entries), root_of(leaves)).encode()
    for path, data in content.items():
        place = os.path.join(folder, path)
        os.makedirs(os.path.dirname(place), exist_ok=True)
        with open(place, "wb") as file:
            file.write(data)
