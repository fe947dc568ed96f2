"""A second opinion on our logs from code that is not ours: the Python package aics-tlog. It reads a
log's folder, and nothing else.

    verify.py log KEY SEED FOLDER...   checks each log, and that each goes on where smaller ones ended
    verify.py proof KEY FILE           checks a proof file with its entry in the extra line
"""

import base64
import pathlib
import random
import sys

import aics_tlog as tlog

# Up to this size every entry is proved; of larger logs as many as SAMPLED.
PROVED_WHOLE = 257
SAMPLED = 1000


def refuse(words):
    print(f"refused: {words}")
    sys.exit(1)


def checkpoint_of(content, key):
    """Size and root, if the key signed them."""
    note = tlog.parse_note(content)
    result = tlog.verify_checkpoint(note, key, expected_origin=key.name)
    if not result.ok:
        refuse(result.error)
    checkpoint = tlog.parse_checkpoint(note.text)
    return checkpoint.size, checkpoint.root


class Log:
    """A folder, every file of which leads to the signed root."""

    def __init__(self, folder, key):
        folder = pathlib.Path(folder)
        self.size, self.root = checkpoint_of((folder / "checkpoint").read_bytes(), key)
        files = tlog.FileSystemTileReader(folder)
        tlog.audit_tiles(files, self.size, self.root)
        self.tiles = tlog.VerifiedTileReader(files, self.size, self.root)

    def prove(self, chance):
        # A proof from the tiles hashes them anew each time, which takes half a second in a large log.
        entries = [self.tiles.entry(index) for index in range(self.size)]
        tree = tlog.MerkleTree(entries)
        indexes = range(self.size)
        if self.size > PROVED_WHOLE:
            indexes = chance.sample(indexes, min(SAMPLED, self.size))
        for index in indexes:
            proof = tree.inclusion_proof(index)
            if not tlog.verify_leaf_inclusion(entries[index], index, self.size, proof, self.root):
                refuse(f"entry {index} is not proved")
        return len(indexes)

    def follows(self, older):
        proof = tlog.consistency_proof_from_tiles(self.tiles, older.size, self.size)
        return tlog.verify_consistency(older.size, self.size, older.root, self.root, proof)


def check_logs(key, seed, folders):
    chance, logs, pairs = random.Random(seed), [], 0
    for folder in folders:
        log = Log(folder, key)
        root = base64.b64encode(log.root).decode()
        print(f"log {log.size} {root}: {log.prove(chance)} inclusion proofs")
        logs.append(log)
    for newer in logs:
        for older in logs:
            if 0 < older.size <= newer.size:
                if not newer.follows(older):
                    refuse(f"from {older.size} to {newer.size}: not consistent")
                pairs += 1
    print(f"{pairs} consistency proofs")


def check_proof(key, path):
    head, note = pathlib.Path(path).read_text("utf-8").split("\n\n", 1)
    title, extra, index, *path = head.split("\n")
    if title != "c2sp.org/tlog-proof@v1":
        refuse("this is no proof")
    size, root = checkpoint_of(note.encode(), key)
    entry = base64.b64decode(extra.removeprefix("extra "), validate=True)
    index = int(index.removeprefix("index "))
    path = [base64.b64decode(line, validate=True) for line in path]
    print(f"entry {index} of {size}: {entry.decode()}")
    if not tlog.verify_leaf_inclusion(entry, index, size, path, root):
        refuse("the record is not proved")


def main(what, key, *rest):
    key = tlog.parse_vkey(key)
    try:
        if what == "proof":
            check_proof(key, *rest)
        else:
            check_logs(key, int(rest[0]), rest[1:])
    except (tlog.TileMissingError, tlog.TileVerificationError, ValueError, OSError) as error:
        refuse(error)


main(*sys.argv[1:])
