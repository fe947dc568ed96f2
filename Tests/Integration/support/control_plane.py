"""A whole control plane of real processes with real certificates: policy service, admin API, an
audit service if a test wants it, and as many gateways as it wants."""

import os
import secrets
import shutil
import subprocess

from support import bundle, privileges, programs
from support.api import Api
from support.audit import Pki
from support.client import Client, basic
from support.daemon import Daemon
from support.gateway import Gateway
from support.operator import Operator
from support.seeking import Sought
from support.waiting import until
from support.world import LOOPBACK


class EnrolledGateway(Gateway):
    """A gateway that gets its bundles from the policy service."""

    def __init__(self, folder, gateway_id, control_plane, **settings):
        self.gateway_id = gateway_id
        self._control_plane = control_plane
        super().__init__(folder, None, **settings)

    def _write_config(self, _source, settings):
        spool = {"folder": self.spool, "segment_bytes": 4 << 20, "bytes_max": 1 << 30}
        config = {
            "gateway_id": self.gateway_id, "listeners": ["127.0.0.1:0"], "admin": "127.0.0.1:0",
            "workers": 1, "control_plane": self._control_plane, "state_folder": self.state,
            "spool": spool, "ready_file": self.ready_path, "log_level": "info", **settings,
        }
        self._config = {}
        self.reconfigure(**config)

    def serial(self):
        """The serial of the bundle in force; None without one."""
        return (self.status().get("bundle") or {}).get("serial")

    def fetch(self, agent, key, url):
        """The status of one request through this gateway."""
        with Client(("127.0.0.1", self.port), basic(agent, key)) as client:
            return client.fetch("GET", url).status


class ControlPlane:
    """Policy service, admin API and gateways; everything goes when it is closed."""

    def __init__(self, policy=None, admin=None, audit=None):
        """`policy`, `admin` and `audit` are settings of the daemons beside the usual ones; without
        `audit` there is no audit service."""
        self._policy_settings, self._admin_settings = policy or {}, admin or {}
        self.folder = privileges.reachable_folder("clawgress-plane-")
        # Every secret that this harness knows, for the test that seeks them on disk.
        self.secrets = {}
        self.gateways = {}
        self.operators = 0
        self.audit = None
        self._make_policy()
        if audit is not None:
            self._make_audit(audit)
        self._make_admin()

    # Making it.

    def _folder(self, *names):
        """A folder of the daemons' user, whatever is in it."""
        path = os.path.join(self.folder, *names)
        os.makedirs(path, exist_ok=True)
        os.chmod(path, 0o700)
        privileges.give_away(path)
        return path

    def _credential(self, name):
        """A new passphrase in a file of the daemons' user."""
        path = os.path.join(self._folder("credentials"), name)
        text = secrets.token_hex(16)
        self.secrets[f"passphrase {name}"] = text
        with open(path, "w", encoding="utf-8") as file:
            file.write(text + "\n")
        os.chmod(path, 0o600)
        privileges.give_away(os.path.dirname(path))
        return path

    def _issue(self, identity, folder, credential, *names):
        bundle.run(
            "pki", "issue", self.authority, identity, "--to", folder, "--credential", credential,
            *names, "--passphrase-file", self._authority_credential,
        )
        privileges.give_away(folder)
        privileges.give_away(self.authority)

    def _make_policy(self):
        self.authority = self._folder("authority")
        self._authority_credential = self._credential("authority")
        said = bundle.run(
            "pki", "init", self.authority, "--passphrase-file", self._authority_credential
        )
        self.authority_digest = next(
            word for word in said.split() if word.startswith("sha256:")
        )
        credential = self._credential("policy")
        self._issue("policy/policy", self._folder("policy", "mesh"), credential)
        self.policy = Daemon(programs.POLICY, self._path("policy"), {
            "state_folder": self._folder("policy", "state"),
            "mesh_folder": self._path("policy", "mesh"), "credential": credential,
            "authority": {"folder": self.authority, "credential": self._authority_credential},
            "log_level": "debug", **self._policy_settings,
        })
        self._root_credential = self._credential("root")
        self.policy.run(
            "init", "--root-key", os.path.join(self._folder("root"), "root.sealed"),
            "--root-passphrase", self._root_credential,
        )

    def raise_epoch(self):
        """Allows the policy service to publish again after a restore, with the root key."""
        self.policy.run(
            "raise-epoch", "--root-key", os.path.join(self._folder("root"), "root.sealed"),
            "--root-passphrase", self._root_credential,
        )

    def passphrase(self, name):
        """A file with the passphrase that seals a gateway's key, for one that `enrol` makes."""
        return self._credential(name)

    def room(self, name):
        """A folder into which the daemons' user may write."""
        return self._folder(name)

    def _make_audit(self, settings):
        credential = self._credential("audit")
        self._issue("audit/audit", self._folder("audit", "mesh"), credential)
        self.audit = Daemon(programs.AUDIT, self._path("audit"), {
            "state_folder": self._folder("audit", "state"),
            "mesh_folder": self._path("audit", "mesh"), "credential": credential,
            "log_level": "debug", **settings,
        })
        self.log_key = self._path("log-key.pub")
        with open(self.log_key, "w", encoding="ascii") as file:
            file.write(self.audit.run("init"))

    def _shipping(self):
        """The settings of who sends records to the log."""
        if self.audit is None:
            return {}
        return {"audit": {"address": self.audit.address, "log_key": self.log_key}}

    def _make_admin(self):
        credential = self._credential("admin-api")
        self._issue(
            "admin-api/admin-api", self._folder("admin-api", "mesh"), credential,
            "--dns", "localhost", "--address", "127.0.0.1",
        )
        self.admin = Daemon(programs.ADMIN_API, self._path("admin-api"), {
            "state_folder": self._folder("admin-api", "state"),
            "mesh_folder": self._path("admin-api", "mesh"), "credential": credential,
            "log_level": "debug", "openapi_file": self._document(), **self._admin_settings,
        })

    def _document(self):
        """The API's document, where the daemons' user can read it."""
        copy = self._path("openapi.yaml")
        shutil.copy(os.path.join(programs.REPOSITORY, "Documentation", "openapi.yaml"), copy)
        os.chmod(copy, 0o644)
        return copy

    def _path(self, *names):
        return os.path.join(self.folder, *names)

    # Life.

    def start(self, gateways=1):
        """Starts everything; afterwards `root` is an admin, and the gateways are connected."""
        self.policy.start()
        if self.audit:
            self.audit.start()
        self.admin.configure(policy=self.policy.address, **self._shipping())
        self.admin.start()
        bootstrap = self.admin.take_printed().split()[0]
        self.secrets["bootstrap token"] = bootstrap
        founder = self._operator_with(bootstrap)
        self.root = self._operator_with(founder.run("operator-token", "create", "suite").strip())
        for number in range(1, gateways + 1):
            self.add_gateway(f"gw-{number}")
        return self

    def add_gateway(self, gateway_id, **settings):
        """Enrols a gateway as an operator would, and starts it."""
        token = self.root.run("gateway", "enrol-token", gateway_id).strip()
        self.secrets[f"enrolment token {gateway_id}"] = token
        folder = self._folder(gateway_id)
        os.chmod(folder, 0o755)
        credential = self._credential(gateway_id)
        self.enrol(gateway_id, token, os.path.join(folder, "mesh"), credential)
        privileges.give_away(folder)
        gateway = EnrolledGateway(folder, gateway_id, {
            "address": self.policy.address, "credential": credential,
            "mesh_folder": os.path.join(folder, "mesh"),
            "root_key": os.path.join(folder, "mesh", "root-key.jwk"),
        }, **self._shipping(), **settings)
        self.gateways[gateway_id] = gateway
        gateway.start(wait_ready=False)
        self.wait_connected(gateway_id)
        return gateway

    def enrol(self, gateway_id, token, folder, credential, status=0):
        """Runs `gateway enrol` as on the gateway's machine; its standard error."""
        token_file = self._path(f"{gateway_id}.token")
        with open(token_file, "w", encoding="utf-8") as file:
            file.write(token + "\n")
        done = subprocess.run(
            [
                programs.COMMAND, "gateway", "enrol", gateway_id, "--url",
                self.policy.address, "--token-file", token_file, "--ca-digest",
                self.authority_digest, "--to", folder, "--passphrase-file", credential,
            ],
            capture_output=True, text=True, timeout=60, check=False,
        )
        os.unlink(token_file)
        assert done.returncode == status, done.stderr
        return done.stderr

    def wait_connected(self, gateway_id):
        """Waits until the policy service hears a gateway."""
        def streaming():
            gateways = self.root.ask("gateway", "list")["gateways"]
            return any(g["gateway_id"] == gateway_id and g["streaming"] for g in gateways)
        until(f"the connection of {gateway_id}", streaming)

    def operator(self, name="operator"):
        """A further operator with a token, and so with a candidate, of their own."""
        token = self.root.run("operator-token", "create", name).strip()
        return self._operator_with(token)

    def pki(self):
        """The authority of this control plane, for daemons beside it."""
        return Pki(self.authority, self._authority_credential)

    def api(self, token=None):
        """A client of the admin API without our command; an admin unless `token` says else."""
        return Api(
            self.admin.address, os.path.join(self.authority, "ca.pem"),
            token or self.root.token,
        )

    def stranger(self):
        """Somebody who has no token, and may log in."""
        return self._operator_with(None)

    def _operator_with(self, token):
        self.operators += 1
        if token:
            self.secrets[f"operator token {self.operators}"] = token
        return Operator(
            self.admin.address, os.path.join(self.authority, "ca.pem"), token,
            self._path(f"operator-{self.operators}"),
        )

    def agent_key(self, agent):
        """A new key of an agent, in force."""
        key = self.root.run("agent-key", "create", agent, "--commit").strip()
        self.secrets[f"key of {agent}"] = key
        return key

    def lasting(self):
        """The folders of all that outlives a process: databases, keys, bundles, spools, logs."""
        gateways = [each.folder for each in self.gateways.values()]
        daemons = [self._path("policy"), self._path("admin-api")]
        return [*daemons, *gateways, self.authority, self._path("root")]

    def sought(self):
        """All secrets that this harness knows."""
        sought = Sought()
        for name, text in self.secrets.items():
            (sought.add if " " in text else sought.add_credential)(name, text)
        return sought

    def found(self, sought):
        """What of it is in which file."""
        # Credentials are the one place for passphrases: systemd's, or a folder in memory.
        return sought.in_folder(self.folder, but=["credentials"])

    def close(self):
        """Ends all processes, holds that no file of theirs has a secret, and removes the folders."""
        daemons = [self.admin, self.audit, self.policy]
        processes = [*self.gateways.values(), *(each for each in daemons if each)]
        try:
            for each in processes:
                each.stop()
            assert self.found(self.sought()) == {}
        finally:
            for each in processes:
                if each.process and each.process.poll() is None:
                    each.kill()
            if not os.environ.get("CLAWGRESS_KEEP"):
                shutil.rmtree(self.folder, ignore_errors=True)


def first_configuration(origin_port):
    """Lines for an agent `crawler` that may ask origin.test on a port."""
    allow = "set policy allow-origin"
    return [
        "set agent crawler team research", "set agent crawler project atlas",
        "set agent crawler environment test",
        f"{allow} action allow", f"{allow} match destination origin.test:{origin_port}",
        *(f"{allow} resolves-to {block}" for block in LOOPBACK),
        "set default-quota rps-limit 100000", "set gateway static-host origin.test 127.0.0.1",
    ]
