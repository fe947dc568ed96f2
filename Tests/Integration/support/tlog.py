"""A reader of transparency logs that shares no code with ours: hashes everything again, from the
text of RFC 9162, C2SP tlog-tiles and C2SP signed-note; openssl checks the signature."""

import base64
import hashlib
import os
import subprocess
import tempfile


def sha256(data):
    return hashlib.sha256(data).digest()


def leaf_hash(entry):
    """RFC 9162 section 2.1.1."""
    return sha256(b"\x00" + entry)


def root_of(leaves):
    """The tree's hash over hashes of leaves, by the definition."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + root_of(leaves[:half]) + root_of(leaves[half:]))


class Key:
    """A verifier key: name, id, and Ed25519 key."""

    def __init__(self, text):
        self.text = text.strip()
        self.name, digits, material = self.text.split("+", 2)
        material = base64.b64decode(material, validate=True)
        assert material[0] == 1 and len(material) == 33
        self.id = bytes.fromhex(digits)
        assert self.id == sha256(self.name.encode() + b"\n" + material)[:4]
        self._der = bytes.fromhex("302a300506032b6570032100") + material[1:]

    def check(self, text, signature):
        """Fails unless the signature is this key's over the text."""
        with tempfile.TemporaryDirectory() as folder:
            paths = [os.path.join(folder, name) for name in ("key", "text", "signature")]
            for path, content in zip(paths, (self._der, text, signature)):
                with open(path, "wb") as file:
                    file.write(content)
            subprocess.run(
                [
                    "openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                    paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2],
                ],
                check=True, capture_output=True,
            )


class Checkpoint:
    """A signed note with origin, size and root."""

    @classmethod
    def of(cls, size, root):
        """A tree without its note."""
        made = cls.__new__(cls)
        made.size, made.root = size, root
        return made

    def __init__(self, note, key=None):
        text, signatures = note.split("\n\n")
        text += "\n"
        origin, size, root = text.splitlines()
        self.size, self.root = int(size), base64.b64decode(root, validate=True)
        if key is None:
            return
        assert origin == key.name
        dash, name, material = signatures.rstrip("\n").split(" ")
        material = base64.b64decode(material, validate=True)
        assert (dash, name, material[:4]) == ("\u2014", key.name, key.id)
        key.check(text.encode(), material[4:])


def path_of(index):
    """A tile's number as a path."""
    words = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        words.insert(0, f"x{index % 1000:03}")
    return "/".join(words)


def tile_path(level, index, width):
    return f"tile/{level}/{path_of(index)}" + (f".p/{width}" if width < 256 else "")


def entries_of(bundle):
    """The entries of a bundle."""
    found, place = [], 0
    while place < len(bundle):
        length = int.from_bytes(bundle[place:place + 2], "big")
        found.append(bundle[place + 2:place + 2 + length])
        assert len(found[-1]) == length
        place += 2 + length
    return found


class Log:
    """A whole log, read with `read(path)`; everything in it is checked."""

    def __init__(self, read, key):
        self.checkpoint = Checkpoint(read("checkpoint").decode(), key)
        self.entries, self._read = [], read
        for index in range(0, self.checkpoint.size, 256):
            width = min(256, self.checkpoint.size - index)
            bundle = entries_of(read(tile_path("entries", index // 256, width)))
            assert len(bundle) == width
            self.entries += bundle
        self.leaves = [leaf_hash(entry) for entry in self.entries]
        assert root_of(self.leaves) == self.checkpoint.root
        self._check_tiles()

    def _check_tiles(self):
        level, hashes = 0, self.leaves
        while hashes:
            for index in range(0, len(hashes), 256):
                part = hashes[index:index + 256]
                tile = self._read(tile_path(level, index // 256, len(part)))
                assert tile == b"".join(part), f"level {level}, tile {index // 256}"
            full = len(hashes) // 256
            hashes = [root_of(hashes[place * 256:(place + 1) * 256]) for place in range(full)]
            level += 1

    def check_history(self, checkpoint):
        """Fails unless this log goes on where an earlier checkpoint ended."""
        assert root_of(self.leaves[:checkpoint.size]) == checkpoint.root


def check_consistency(old, new, proof):
    """RFC 9162 section 2.1.4.2."""
    if old.size == new.size or old.size == 0:
        assert proof == [] and (old.size == 0 or old.root == new.root)
        return
    proof = list(proof)
    if old.size & (old.size - 1) == 0:
        proof.insert(0, old.root)
    first, second = old.size - 1, new.size - 1
    while first & 1:
        first, second = first >> 1, second >> 1
    left = right = proof[0]
    for each in proof[1:]:
        assert second != 0
        if first & 1 or first == second:
            left, right = sha256(b"\x01" + each + left), sha256(b"\x01" + each + right)
            while not first & 1 and first:
                first, second = first >> 1, second >> 1
        else:
            right = sha256(b"\x01" + right + each)
        first, second = first >> 1, second >> 1
    assert (left, right, second) == (old.root, new.root, 0)
