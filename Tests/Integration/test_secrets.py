"""No secret is where it need not be: every one that a control plane was given or made is sought in its
files, its databases' free pages, its logs, its spools and the memory of its daemons."""

import glob
import os
import subprocess

import pytest

from support import roles
from support.client import Client
from support.control_plane import ControlPlane, first_configuration
from support.origin import Origin
from support.seeking import PEM, Sought
from support.unsealing import opened, scalar
from support.waiting import until
from support.world import marker

# The day of many keys, which are slow to open on purpose.
pytestmark = pytest.mark.timeout(300)

# More than were ever open at one time.
CONNECTIONS = 8
PASSWORD = "a password of the suite, with blanks"


class House:
    """A control plane after a busy day: everything that has to do with a secret was done in it."""

    def __init__(self):
        self.origin = Origin()
        self.plane = ControlPlane(audit={})
        self.keys = {}

    def live(self):
        """The day."""
        plane = self.plane.start(gateways=1)
        root = plane.api()
        root.load(first_configuration(self.origin.port) + roles.user_lines())
        root.commit()
        self._use_keys(root)
        self._log_in(root)
        never = plane.root.run("gateway", "enrol-token", "gw-never").strip()
        plane.secrets["enrolment token that nobody uses"] = never
        gateway = plane.gateways["gw-1"]
        until("shipping", lambda: gateway.metric("clawgress_audit_acknowledged_total") > 0)
        self._overwrite(root)
        self._learn_keys()
        return self

    def _use_keys(self, root):
        """Two keys: one in use, one that was used and revoked."""
        gateway = self.plane.gateways["gw-1"]
        url = f"http://origin.test:{self.origin.port}/{marker()}"
        for name in ("kept", "revoked"):
            made = root.must("POST", "/v1/agents/crawler/keys?commit=true", {})
            self.plane.secrets[f"{name} key"] = made["key"]
            until("the key", lambda: gateway.fetch("crawler", made["key"], url) == 200)
        root.must("DELETE", f"/v1/agents/crawler/keys/{made['key_id']}")
        until("the revocation", lambda: gateway.fetch("crawler", made["key"], url) == 407)

    def _log_in(self, root):
        """A password that is set, used, mistyped and changed."""
        stranger = self.plane.api().with_token(None)
        for number in (1, 2):
            password = f"{PASSWORD} {number}"
            self.plane.secrets[f"password {number}"] = password
            root.must("PUT", "/v1/users/admin/password", {"password": password})
            body = {"user": "admin", "password": password}
            session = stranger.must("POST", "/v1/login", body)["token"]
            self.plane.secrets[f"session {number}"] = session
            assert stranger.ask("POST", "/v1/login", {**body, "user": "nobody"}).status == 401
            wrong = {**body, "password": password + " and more"}
            assert stranger.ask("POST", "/v1/login", wrong).status == 401
            assert self.plane.api(session).ask("POST", "/v1/logout").status == 204
        stranger.close()

    def drown_heads(self):
        """Asks without credentials, in heads longer than any before.

        The gateway does not clear its buffers: the last head in one is there until the next.
        """
        gateway = self.plane.gateways["gw-1"]
        clients = [Client(("127.0.0.1", gateway.port)) for _ in range(CONNECTIONS)]
        for client in clients:
            answer = client.fetch("GET", f"http://origin.test/{'x' * 4096}")
            assert answer.status == 407
        for client in clients:
            client.socket.close()

    def _overwrite(self, root):
        """What is deleted from a database must be gone from its free pages, too."""
        tokens = [roles.token_for(self.plane, "operator") for _ in range(20)]
        for each in tokens:
            root.must("DELETE", f"/v1/tokens/{each['id']}")

    def _learn_keys(self):
        """The secret numbers of all private keys, from their sealed files."""
        plane = self.plane
        folders = {
            "the authority": (plane.authority, "authority"),
            "policy's mesh key": (os.path.join(plane.folder, "policy", "mesh"), "policy"),
            "audit's mesh key": (os.path.join(plane.folder, "audit", "mesh"), "audit"),
            "admin-api's mesh key": (os.path.join(plane.folder, "admin-api", "mesh"), "admin-api"),
            "the gateway's mesh key": (os.path.join(plane.folder, "gw-1", "mesh"), "gw-1"),
            "the signing key": (os.path.join(plane.folder, "policy", "state", "keys"), "policy"),
            "the root key": (os.path.join(plane.folder, "root"), "root"),
        }
        for name, (folder, credential) in folders.items():
            (path,) = glob.glob(os.path.join(folder, "*.sealed"))
            self.keys[name] = scalar(path, plane.secrets[f"passphrase {credential}"])
        (path,) = glob.glob(os.path.join(plane.folder, "audit", "state", "*.sealed"))
        self.keys["the log's key"] = opened(path, plane.secrets["passphrase audit"])

    def processes(self):
        """The daemons by their names."""
        return {
            "policy": self.plane.policy.process.pid, "audit": self.plane.audit.process.pid,
            "admin-api": self.plane.admin.process.pid,
            "gateway": self.plane.gateways["gw-1"].process.pid,
        }

    def sought(self):
        """Everything that is secret here."""
        sought = self.plane.sought()
        for name, number in self.keys.items():
            sought.add(name, number)
            # Big numbers are in memory with their last byte first.
            sought.add(f"{name} (reversed)", number[::-1])
        sought.forms[PEM] = "the PEM header of a private key"
        return sought

    def close(self):
        """Ends it."""
        try:
            self.plane.close()
        finally:
            self.origin.close()


@pytest.fixture(scope="module")
def house():
    house = House()
    try:
        yield house.live()
    finally:
        house.close()


def test_no_secret_is_in_any_file(house):
    assert house.plane.found(house.sought()) == {}


# What a daemon works with is in its memory, and nothing can be done about that: the private keys with
# which it proves itself and signs, and the passphrase that opens a key that replaces one of them
# while it runs. Whoever has that passphrase and the file has no more than the key.
IN_USE = {
    "policy": ["policy's mesh key", "the signing key", "passphrase policy"],
    "audit": ["audit's mesh key", "the log's key", "passphrase audit"],
    "admin-api": ["admin-api's mesh key", "passphrase admin-api"],
    "gateway": ["the gateway's mesh key", "passphrase gw-1"],
}


@pytest.mark.parametrize("name", IN_USE)
def test_no_secret_is_in_a_core_dump_but_what_is_in_use(house, name):
    if name == "gateway":
        house.drown_heads()
    found = house.sought().in_process(house.processes()[name])
    needless = {each for each in found if not each.startswith(tuple(IN_USE[name]))}
    assert needless == set()
    # What has to be there is found, so the rest would be.
    assert {each.partition(",")[0].removesuffix(" (reversed)") for each in found} == set(
        IN_USE[name]
    )


def test_what_is_planted_is_found(house, tmp_path):
    secret = os.urandom(32)
    sought = Sought()
    sought.add("it", secret)
    sought.add_credential("a token", f"cgo_0011_{secret[::-1].hex()}")
    repository = tmp_path / "repository"
    subprocess.run(["git", "init", "--quiet", str(repository)], check=True)
    places = {
        "raw": secret, "hex": secret.hex().encode(), "database": b"\0" * 4096 + secret[::-1],
        "token": secret[::-1].hex().encode(),
    }
    for name, content in places.items():
        (tmp_path / name).write_bytes(b"\n\0before" + content + b"\xffbehind\n")
    subprocess.run(
        ["git", "-C", str(repository), "hash-object", "-w", "--stdin"], input=b"x" + secret,
        check=True, capture_output=True,
    )
    found = sought.in_folder(tmp_path)
    assert {os.path.basename(path) for path in found} >= places.keys()
    assert any("objects" in path for path in found)
    # This process has it in its memory, and so has its copy.
    holder = subprocess.Popen(
        ["python3", "-c", "import sys; it = sys.stdin.buffer.readline(); print(1, flush=True); input()",
         ], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )
    try:
        holder.stdin.write(secret.hex().encode() + b"\n")
        holder.stdin.flush()
        holder.stdout.readline()
        assert sought.in_process(holder.pid) == {"it, as hex"}
    finally:
        holder.kill()
        holder.wait()
        holder.stdin.close()
        holder.stdout.close()
