"""An audit service of the suite's own: real TLS, a real log in memory, and whatever goes wrong.

It shares no code with ours: Python hashes the tree (RFC 9162 section 2.1), openssl signs the
checkpoints (C2SP signed-note, tlog-checkpoint).
"""

import base64
import gzip
import hashlib
import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.parse

from support.tls_server import Handler, TLSServer

NAME = "clawgress.test/log"


class Tree:
    """A Merkle tree that keeps the roots of its full subtrees."""

    def __init__(self):
        self.levels = [[]]

    @property
    def size(self):
        """How many entries it has."""
        return len(self.levels[0])

    def append(self, entry):
        """Adds an entry."""
        self.levels[0].append(hashlib.sha256(b"\0" + entry).digest())
        level = 0
        while len(self.levels[level]) % 2 == 0:
            if level + 1 == len(self.levels):
                self.levels.append([])
            self.levels[level + 1].append(node(*self.levels[level][-2:]))
            level += 1

    def root(self, begin, end):
        """The root over a range of entries that the algorithm of the RFC asks for."""
        count = end - begin
        if count == 0:
            return hashlib.sha256(b"").digest()
        level = count.bit_length() - 1
        if count == 1 << level and begin % count == 0:
            return self.levels[level][begin >> level]
        middle = begin + split(count)
        return node(self.root(begin, middle), self.root(middle, end))

    def consistency(self, old, new):
        """The proof that the tree of size `new` goes on from that of size `old`."""
        if not 0 < old < new:
            return []
        return self._subproof(old, 0, new, True)

    def _subproof(self, old, begin, end, is_whole):
        count = end - begin
        if old == count:
            return [] if is_whole else [self.root(begin, end)]
        middle = begin + split(count)
        if old <= middle - begin:
            return self._subproof(old, begin, middle, is_whole) + [self.root(middle, end)]
        return self._subproof(old - (middle - begin), middle, end, False) + [
            self.root(begin, middle)
        ]


def node(left, right):
    """The hash of two hashes."""
    return hashlib.sha256(b"\1" + left + right).digest()


def split(count):
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


class LogKey:
    """An Ed25519 key that signs notes."""

    def __init__(self, folder, name=NAME):
        self.name = name
        self._path = os.path.join(folder, "log.key")
        self._input = os.path.join(folder, "log.to-sign")
        self._openssl("genpkey", "-algorithm", "ed25519", "-out", self._path)
        public = self._openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER")[-32:]
        material = b"\x01" + public
        self._id = hashlib.sha256(name.encode() + b"\n" + material).digest()[:4]
        self.verifier = f"{name}+{self._id.hex()}+{base64.b64encode(material).decode()}"

    def checkpoint(self, size, root):
        """A signed checkpoint."""
        text = f"{self.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        with open(self._input, "w", encoding="utf-8") as file:
            file.write(text)
        signature = self._openssl(
            "pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", self._input
        )
        return f"{text}\n— {self.name} {base64.b64encode(self._id + signature).decode()}\n"

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


class AuditPeer:
    """The audit service, on a port that stays the same over its lives; what it took stays too."""

    def __init__(self, folder, authority, client_authority):
        self.folder = folder
        self.key = LogKey(folder)
        self.key_path = os.path.join(folder, "log-key")
        with open(self.key_path, "w", encoding="ascii") as file:
            file.write(self.key.verifier + "\n")
        self.lock = threading.Lock()
        self.forget()
        # What goes wrong: the status for a batch (or None), what is cut and after how many bytes.
        self.judge = lambda lines: None
        self.cut = None
        self.batches = self.packed = 0
        self.tls = authority.server_context(["audit.clawgress.internal", "clawgress://audit/audit"])
        self.tls.minimum_version = ssl.TLSVersion.TLSv1_3
        self.tls.verify_mode = ssl.CERT_REQUIRED
        self.tls.load_verify_locations(client_authority)
        self._server = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"

    def forget(self):
        """Begins the log anew, with the same key."""
        self.tree = Tree()
        self.records = []
        self.keys = set()
        self.known = 0
        self._signed = (0.0, -1, "")

    def up(self):
        """Begins to answer."""
        self._server = server(self)
        return self

    def down(self):
        """Ends, and every connection with it."""
        if self._server:
            self._server.end()
            self._server = None

    def of(self, kind):
        """The records of one kind; `None` for events."""
        return [record for record in list(self.records) if record.get("record") == kind]

    def paths(self):
        """The last part of each event's path."""
        return [(record["path"] or "").rpartition("/")[2] for record in self.of(None)]

    def take(self, lines, since):
        """Adds what is new."""
        with self.lock:
            self.batches += 1
            added = 0
            for line in lines:
                record = json.loads(line)
                kind = "gap" if record.get("record") == "gap" else None
                number = record["segment" if kind else "sequence"]
                key = (kind, record["boot_id"], record["worker"], number)
                if key in self.keys:
                    continue
                self.keys.add(key)
                self.tree.append(line)
                self.records.append(record)
                added += 1
            self.known += len(lines) - added
            size, note = self._checkpoint()
            proof = self.tree.consistency(since, size) if since else []
            return {
                "added": added, "known": len(lines) - added, "checkpoint": note,
                "consistency": [base64.b64encode(each).decode() for each in proof],
            }

    def _checkpoint(self):
        """The newest checkpoint, signed at most five times a second."""
        at, size, note = self._signed
        if size < 0 or (size != self.tree.size and time.monotonic() - at > 0.2):
            size = self.tree.size
            note = self.key.checkpoint(size, self.tree.root(0, size))
            self._signed = (time.monotonic(), size, note)
        return size, note


def server(peer):
    """A server that hands batches to `peer`."""

    class Batches(Handler):
        """One sender."""

        def do_POST(self):
            """A batch."""
            path = urllib.parse.urlsplit(self.path)
            since = int(urllib.parse.parse_qs(path.query)["since"][0])
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers["content-encoding"] == "gzip":
                peer.packed += 1
                body = gzip.decompress(body)
            assert path.path == "/v1/batches" and body.endswith(b"\n")
            assert self.headers["content-type"] == "application/x-ndjson"
            lines = body[:-1].split(b"\n")
            refusal = peer.judge(lines)
            if refusal:
                status, code = refusal
                self._say(status, {"code": code})
            else:
                self._say(200, peer.take(lines, since))

        def _say(self, status, said):
            body = json.dumps(said).encode()
            if peer.cut is not None and peer.cut():
                head = f"HTTP/1.1 {status} Said\r\ncontent-length: {len(body)}\r\n\r\n".encode()
                self.wfile.write(head + body[: len(body) // 2])
                self.close_connection = True
                return
            self.answer(status, body)

    return TLSServer(("127.0.0.1", peer.port), lambda: peer.tls, Batches)
