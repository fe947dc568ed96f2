"""A policy service of the suite's own: real TLS, the contract's lines, and whatever a test wants said.

It shares no code with ours: openssl signs, Python writes the JSON and speaks HTTP.
"""

import base64
import hashlib
import json
import os
import queue
import socket
import ssl
import subprocess
import threading
import time

from support import bundle, privileges
from support.tls_server import Handler, TLSServer
from support.tokens import encoded
from support.waiting import until

HOUR = 3600


class Key:
    """An Ed25519 key that signs compact JWS of any type."""

    def __init__(self, folder, name):
        self.name = name
        self._path = os.path.join(folder, f"{name}.key")
        self._input = os.path.join(folder, f"{name}.to-sign")
        self._openssl("genpkey", "-algorithm", "ed25519", "-out", self._path)

    def jwk(self):
        """The public key (RFC 8037 section 2)."""
        der = self._openssl("pkey", "-in", self._path, "-pubout", "-outform", "DER")
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(der[-32:]), "kid": self.name}

    def sign(self, media_type, payload):
        """A compact JWS over an object."""
        header = {"alg": "EdDSA", "kid": self.name, "typ": media_type}
        text = ".".join(encoded(canonical(part)) for part in (header, payload))
        with open(self._input, "w", encoding="ascii") as file:
            file.write(text)
        signature = self._openssl(
            "pkeyutl", "-sign", "-inkey", self._path, "-rawin", "-in", self._input
        )
        return f"{text}.{encoded(signature)}"

    @staticmethod
    def _openssl(*arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def canonical(value):
    """RFC 8785 for what snapshots have."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


class Enrolment:
    """What makes a gateway an enrolled one: certificates, a root key, a key set."""

    def __init__(self, world_folder, authority, gateway_id="gw-test"):
        self.folder = os.path.join(world_folder, "enrolment")
        self.mesh = os.path.join(self.folder, "mesh")
        pki = os.path.join(self.folder, "pki")
        os.makedirs(self.folder)
        passphrase = self._secret("ca-passphrase")
        self.credential = self._secret("credential")
        bundle.run("pki", "init", pki, "--passphrase-file", passphrase)
        bundle.run(
            "pki", "issue", pki, f"gateway/{gateway_id}", "--to", self.mesh,
            "--credential", self.credential, "--passphrase-file", passphrase,
        )
        # The peer's certificate is of another authority: two may stand there.
        with open(os.path.join(self.mesh, "ca.pem"), "a", encoding="ascii") as file, \
                open(authority.certificate, encoding="ascii") as other:
            file.write(other.read())
        self.client_authority = os.path.join(pki, "ca.pem")
        self.root = Key(self.folder, "root")
        self.root_key = os.path.join(self.folder, "root.pub.jwk")
        with open(self.root_key, "w", encoding="ascii") as file:
            json.dump(self.root.jwk(), file)
        self.signer = Key(self.folder, "signer-1")
        for each in (self.credential, self.root_key):
            privileges.give_away_file(each)
        privileges.give_away(self.mesh)

    def key_set(self, version=1, epoch=1, keys=None):
        """A key set that the root key signed."""
        now = int(time.time())
        return self.root.sign("clawgress-key-set+jws", {
            "format": "clawgress-key-set-v1", "version": version, "epoch": epoch,
            "keys": [
                {"jwk": key.jwk(), "not_before": now - HOUR, "not_after": now + HOUR}
                for key in keys or [self.signer]
            ],
        })

    def settings(self, address, **changes):
        """The keys of the configuration file that replace those of a stand-alone gateway."""
        return {
            "bundle_folder": None, "trusted_keys": None,
            "control_plane": {
                "address": address, "mesh_folder": self.mesh, "credential": self.credential,
                "root_key": self.root_key, **changes,
            },
        }

    def _secret(self, name):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="ascii") as file:
            file.write(f"a secret of the suite: {name}\n")
        os.chmod(path, 0o600)
        return path


class PolicyPeer:
    """The policy service's side of the stream, on a port that stays the same over its lives."""

    def __init__(self, enrolment, authority):
        self.enrolment = enrolment
        self.key_set = enrolment.key_set()
        self.latest = None
        self.undecided = None
        self.aborted = []
        self.bundles = {}
        self.reports = []
        self.welcomed = 0
        self._streams = []
        self._lock = threading.Lock()
        self.tls = authority.server_context(
            ["policy.clawgress.internal", "clawgress://policy/policy"]
        )
        self.tls.minimum_version = ssl.TLSVersion.TLSv1_3
        self.tls.verify_mode = ssl.CERT_REQUIRED
        self.tls.load_verify_locations(enrolment.client_authority)
        self._server = None
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"

    # Its life.

    def up(self):
        """Begins to answer."""
        self._server = server(self.address, self.tls, self)
        return self

    @property
    def is_up(self):
        """Whether it answers."""
        return self._server is not None

    def down(self):
        """Ends, and every connection with it."""
        if self._server:
            self._server.end()
            self._server = None

    # What it publishes.

    def make(self, content, serial, signer=None, **changes):
        """A signed bundle to be fetched; its reference."""
        snapshot = {**content, **changes, "epoch": 1, "serial": serial}
        bare = {**snapshot, "epoch": 0, "serial": 0, "revision": "", "issued_at": 0}
        bare.pop("confirm_by", None)
        snapshot["revision"] = "sha256:" + hashlib.sha256(canonical(bare)).hexdigest()
        signed = (signer or self.enrolment.signer).sign("clawgress-bundle+jws", snapshot)
        self.bundles[f"/v1/bundles/1/{serial}"] = signed.encode()
        return {"epoch": 1, "serial": serial, "revision": snapshot["revision"]}

    def prepare(self, reference):
        """Offers a bundle."""
        self.undecided = reference
        self.say({"type": "prepare", **reference})

    def decide(self, reference):
        """The decision: from now on the bundle is the latest."""
        self.latest, self.undecided = reference, None
        self.say({"type": "activate", **reference})

    def abort(self, reference):
        """The other one."""
        self.undecided = None
        self.aborted.append(reference["serial"])
        self.say({"type": "abort", "epoch": 1, "serial": reference["serial"]})

    def publish(self, reference):
        """Both phases, as soon as the gateway agreed."""
        self.prepare(reference)
        self.wait("prepared", reference)
        self.decide(reference)
        self.wait("activated", reference)

    # What is heard and said.

    def say(self, line):
        """Sends a line to whoever listens."""
        with self._lock:
            for stream in self._streams:
                stream.put(line)

    def wait(self, kind, reference):
        """Waits for a report about a bundle."""
        def heard():
            return next((report for report in self.reports if report["type"] == kind
                         and report.get("serial") == reference["serial"]), None)
        return until(f"the report `{kind}` of {reference['serial']}", heard)

    def state(self, matching=lambda state: True):
        """Waits for a report of the state from now on."""
        begin = len(self.reports)

        def heard():
            return next((report for report in self.reports[begin:]
                         if report["type"] == "state" and matching(report)), None)
        return until("a report of the state", heard)

    def welcome(self):
        """Opens a stream for one gateway."""
        stream = queue.Queue()
        stream.put({"type": "welcome", "latest": self.latest, "key_set": self.key_set})
        with self._lock:
            self._streams.append(stream)
            self.welcomed += 1
        return stream

    def welcomes_after(self, before):
        """Waits for a stream behind the first `before` ones: what is said from now on is heard."""
        until("a new stream", lambda: self.welcomed > before)

    def leave(self, stream):
        """Forgets it."""
        with self._lock:
            self._streams.remove(stream)

    def take(self, report):
        """Takes a report, and answers a state as the contract says."""
        self.reports.append(report)
        if report["type"] != "state":
            return
        prepared, active = report["prepared"], report["active"]
        if prepared and prepared not in (self.undecided, self.latest):
            self.say({"type": "abort", "epoch": 1, "serial": prepared["serial"]})
        if self.latest and (active or {"serial": 0})["serial"] < self.latest["serial"]:
            self.say({"type": "activate", **self.latest})


def server(address, tls, peer):
    """A server that streams and takes for `peer`."""

    class Streams(Handler):
        """One gateway."""

        timeout_seconds = 10

        def do_GET(self):
            """A stream, or a bundle."""
            if self.path == "/v1/stream":
                self._stream()
                return
            body = peer.bundles.get(self.path)
            self.answer(200 if body else 404, body or b"{}")

        def do_POST(self):
            """A report."""
            length = int(self.headers["content-length"])
            peer.take(json.loads(self.rfile.read(length)))
            self.answer(200, b"{}")

        def _stream(self):
            self.send_response(200)
            self.send_header("transfer-encoding", "chunked")
            self.end_headers()
            stream = peer.welcome()
            try:
                while True:
                    try:
                        line = stream.get(timeout=1)
                    except queue.Empty:
                        line = {"type": "ping"}
                    text = (line if isinstance(line, str) else json.dumps(line)) + "\n"
                    self.wfile.write(f"{len(text):x}\r\n{text}\r\n".encode())
            finally:
                peer.leave(stream)

    host, _, port = address.rpartition(":")
    return TLSServer((host, int(port)), lambda: tls, Streams)


def content_of(source):
    """The content of the bundle that a source folder published, without its place."""
    with open(source.signed, "rb") as file:
        payload = file.read().split(b".")[1]
    snapshot = json.loads(base64.urlsafe_b64decode(payload + b"=" * (-len(payload) % 4)))
    return {name: value for name, value in snapshot.items()
            if name not in ("epoch", "serial", "revision")}
