"""The audit service as a process, and senders of records with certificates of their own."""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import ssl

from support import bundle, privileges, programs, tlog
from support.daemon import Daemon
from support.waiting import until

SERVER_NAME = "audit.clawgress.internal"


def record(number, boot, gateway="gw-1", worker=0, **fields):
    """The canonical line of a record."""
    value = {
        "boot_id": boot, "gateway_id": gateway, "sequence": number, "worker": worker, **fields,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def by_admin_api(boot, **fields):
    """What an operator did, as the admin API tells it."""
    value = {
        "action": "commit", "actor": "alice", "boot_id": boot, "record": "admin", "result": "ok",
        "sequence": 1, "service_id": "admin-api", "worker": 0, **fields,
    }
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def new_boot():
    return secrets.token_hex(16)


class Peer:
    """A service of the mesh that speaks to the audit service, a connection for each request."""

    def __init__(self, service, context):
        self._service, self._context = service, context

    def ask(self, method, path, body=None, **fields):
        """Status, fields and body of an answer."""
        connection = NamedConnection(self._service.port, self._context)
        try:
            connection.request(method, path, body, fields)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    @contextlib.contextmanager
    def open(self, path):
        """An answer to be read as it comes."""
        connection = NamedConnection(self._service.port, self._context)
        try:
            connection.request("GET", path)
            with connection.getresponse() as answer:
                yield answer
        finally:
            connection.close()

    def send(self, lines, since=0):
        """Sends a batch; status and the decoded answer."""
        status, _, body = self.ask(
            "POST", f"/v1/batches?since={since}", b"\n".join(lines) + b"\n",
            **{"Content-Type": "application/x-ndjson"},
        )
        return status, json.loads(body)

    def get(self, path):
        """A JSON answer."""
        status, _, body = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)


class NamedConnection(http.client.HTTPSConnection):
    """Connects to a port of this machine, and demands the service's name."""

    def __init__(self, port, context):
        super().__init__("127.0.0.1", port, timeout=30, context=context)
        self._named = context

    def connect(self):
        http.client.HTTPConnection.connect(self)
        self.sock = self._named.wrap_socket(self.sock, server_hostname=SERVER_NAME)


class Pki:
    """An authority of the mesh."""

    def __init__(self, folder, passphrase):
        """`passphrase` is the path of the file with it."""
        self.folder, self._passphrase = folder, passphrase
        self.certificate = os.path.join(folder, "ca.pem")

    @classmethod
    def new(cls, folder):
        """Makes one in a folder of its own."""
        made = cls(folder, secret(f"{folder}.passphrase"))
        bundle.run("pki", "init", folder, "--passphrase-file", made._passphrase)
        return made

    def issue(self, identity, mesh):
        """Makes a mesh folder; the settings that name it."""
        credential = secret(f"{mesh}.credential")
        bundle.run(
            "pki", "issue", self.folder, identity, "--to", mesh, "--credential", credential,
            "--passphrase-file", self._passphrase,
        )
        privileges.give_away(mesh)
        privileges.give_away(self.folder)
        return {"mesh_folder": mesh, "credential": credential}


def secret(path):
    """Makes a file with a passphrase, for the daemons' user."""
    with open(path, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(16) + "\n")
    os.chmod(path, 0o600)
    privileges.give_away_file(path)
    return path


class AuditService:
    """The daemon with a log of its own.

    `state` may be a folder on another disk, and `pki` the authority of other daemons, with which
    it is to speak.
    """

    def __init__(self, authority, state=None, pki=None, **settings):
        self.folder = privileges.reachable_folder("clawgress-audit-")
        self._authority = authority
        self.pki = pki or Pki.new(self._path("pki"))
        mesh = self.pki.issue("audit/audit", self._path("mesh"))
        self.trusted = self.pki.certificate
        # The peers' certificates are of another authority: two may stand there.
        with open(os.path.join(mesh["mesh_folder"], "ca.pem"), "a", encoding="ascii") as file, \
                open(authority.certificate, encoding="ascii") as other:
            file.write(other.read())
        self.state = state or self._path("state")
        os.makedirs(self.state, exist_ok=True)
        privileges.give_away(self.state)
        self.daemon = Daemon(programs.AUDIT, self.folder, {
            "state_folder": self.state, **mesh,
            "log_name": "log.test/suite", "checkpoint_ms": 50, "journal_bytes": 65536,
            "log_level": "info", **settings,
        })
        self.key_path = self._path("log-key")
        with open(self.key_path, "w", encoding="ascii") as file:
            file.write(self.daemon.run("init"))
        with open(self.key_path, encoding="ascii") as file:
            self.key = tlog.Key(file.read())

    def _path(self, *names):
        return os.path.join(self.folder, *names)

    @property
    def port(self):
        return self.daemon.ready["port"]

    def sender(self, identity):
        """The settings with which another daemon sends as `identity`, but for the address."""
        mesh = self._path(identity.replace("/", "-"))
        return {**self.pki.issue(identity, mesh), "log_key": self.key_path}

    def context(self, identity):
        """What a client with a certificate connects with."""
        return self._authority.peer_context(f"clawgress://{identity}", self.trusted)

    def peer(self, identity):
        """A client with a certificate, such as `gateway/gw-1`."""
        return Peer(self, self.context(identity))

    def stranger(self):
        """A client without a certificate."""
        return Peer(self, ssl.create_default_context(cafile=self.trusted))

    def file(self, path):
        """The content of one of the log's files."""
        with open(os.path.join(self.state, "log", path), "rb") as file:
            return file.read()

    def read_log(self):
        """The whole log from the folder, checked."""
        return tlog.Log(self.file, self.key)

    def covered(self, size):
        """Waits until a checkpoint covers `size` entries, and reads the log."""
        def enough():
            return tlog.Checkpoint(self.file("checkpoint").decode(), self.key).size >= size
        until(f"a checkpoint of {size}", enough)
        return self.read_log()

    def close(self):
        self.daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
