"""A witness of transparency logs, whole: the add-checkpoint call of C2SP tlog-witness with a memory on the
disk. It shares no code with ours: its proofs are checked as RFC 9162 has it, openssl signs and checks."""

import base64
import binascii
import contextlib
import hashlib
import http.server
import json
import os
import re
import socket
import subprocess
import threading
import time

from support.tlog import Checkpoint, Key, check_consistency, sha256


class Refused(Exception):
    """An answer that is no cosignature."""

    def __init__(self, status, body=b"", kind="text/plain"):
        super().__init__(status)
        self.status, self.body, self.kind = status, body, kind


class WitnessKey:
    """A key of cosignatures (type 4), kept in a folder."""

    def __init__(self, folder, name):
        os.makedirs(folder, exist_ok=True)
        self.name, self._path = name, os.path.join(folder, "key.pem")
        self._message = os.path.join(folder, "message")
        if not os.path.exists(self._path):
            self._openssl("genpkey", "-algorithm", "ED25519", "-out", self._path)
        der = self._openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER")
        material = b"\x04" + der[-32:]
        self._id = sha256(name.encode() + b"\n" + material)[:4]
        self.text = f"{name}+{self._id.hex()}+{base64.b64encode(material).decode()}"

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout

    def cosign(self, text, moment):
        """The signature line of a checkpoint's text."""
        with open(self._message, "wb") as file:
            file.write(f"cosignature/v1\ntime {moment}\n{text}".encode())
        signature = self._openssl(
            "pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", self._message
        )
        material = self._id + moment.to_bytes(8, "big") + signature
        return f"\u2014 {self.name} {base64.b64encode(material).decode()}\n"


class LogWitness:
    """The server. `logs` are the verifier keys that it trusts; its memory is a file of the folder.

    A test may put another key in place of `signer`, or take logs away from those that it trusts.
    """

    def __init__(self, folder, logs, name="witness.test/w1", port=0):
        self.folder, self.key = folder, WitnessKey(folder, name)
        self.signer = self.key
        self.logs = {Key(text).name: Key(text) for text in logs}
        self._memory_path = os.path.join(folder, "memory.json")
        self._lock = threading.Lock()
        self.answers, self.connections = [], []
        witness = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self):
                super().setup()
                witness.connections.append(self.connection)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                status, kind, content = witness.answer(self.path, body)
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}/w"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self):
        """Ends as a process would: connections that are kept open end, too."""
        self._server.shutdown()
        self._server.server_close()
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def again(self):
        """Another life of the same witness, at the same address, after this one was closed."""
        logs = [key.text for key in self.logs.values()]
        return LogWitness(self.folder, logs, self.key.name, self.port)

    def memory(self):
        """What it has signed: origin to size and root."""
        try:
            with open(self._memory_path, encoding="utf-8") as file:
                return json.load(file)
        except FileNotFoundError:
            return {}

    def size(self, origin):
        return self.memory().get(origin, [0, None])[0]

    def _keep(self, memory):
        """Durable before anything is answered."""
        temporary = f"{self._memory_path}.new"
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(memory, file)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, self._memory_path)

    def answer(self, path, body):
        """Status, media type and body."""
        try:
            if path != "/w/add-checkpoint":
                raise Refused(404)
            with self._lock:
                found = 200, "text/plain", self._add(body).encode()
        except Refused as refusal:
            found = refusal.status, refusal.kind, refusal.body
        self.answers.append(found[0])
        return found

    def _add(self, body):
        old, proof, note = self._read(body)
        origin, size_line, root_line = note.split("\n")[:3]
        if origin not in self.logs:
            raise Refused(404)
        text = self._check_signature(note, self.logs[origin])
        size, root = int(size_line), base64.b64decode(root_line, validate=True)
        if old > size:
            raise Refused(400)
        memory = self.memory()
        held, held_root = memory.get(origin, [0, None])
        if old != held:
            raise Refused(409, f"{held}\n".encode(), "text/x.tlog.size")
        if size == 0 and root != hashlib.sha256(b"").digest():
            raise Refused(422)
        if held == 0 and proof:
            raise Refused(422)
        if held:
            self._check_proof(held, base64.b64decode(held_root), size, root, proof)
        memory[origin] = [size, root_line]
        self._keep(memory)
        return self.signer.cosign(text, int(time.time()))

    @staticmethod
    def _read(body):
        """The parts of a request."""
        try:
            head, note = body.decode("utf-8").split("\n\n", 1)
            first, *lines = head.split("\n")
            if not re.fullmatch(r"old (0|[1-9][0-9]*)", first) or len(lines) > 63:
                raise Refused(400)
            proof = [base64.b64decode(line, validate=True) for line in lines]
        except (ValueError, binascii.Error) as error:
            raise Refused(400) from error
        if any(len(each) != 32 for each in proof) or note.count("\n\n") != 1:
            raise Refused(400)
        return int(first[4:]), proof, note

    @staticmethod
    def _check_signature(note, key):
        """The signed text."""
        text, lines = note.split("\n\n")
        text += "\n"
        for line in lines.splitlines():
            dash, name, material = line.split(" ")
            material = base64.b64decode(material, validate=True)
            if dash == "\u2014" and name == key.name and material[:4] == key.id:
                try:
                    key.check(text.encode(), material[4:])
                    return text
                except subprocess.CalledProcessError as error:
                    raise Refused(403) from error
        raise Refused(403)

    @staticmethod
    def _check_proof(held, held_root, size, root, proof):
        old, new = Checkpoint.of(held, held_root), Checkpoint.of(size, root)
        try:
            check_consistency(old, new, proof)
        except (AssertionError, IndexError) as error:
            raise Refused(422) from error
