"""A small company: agents with keys, policies, origins, and the gateway between them."""

import os
import shutil
import uuid

from support import privileges
from support.bundle import BundleSource
from support.client import Client, basic
from support.gateway import Gateway

ISSUER = "https://issuer.test"
LOOPBACK = ["127.0.0.0/8", "::1/128"]
NAMES = ["origin.test", "secure.test", "git.test", "secure-git.test", "other.test", "slow.test"]


def agent(agent_id, **changes):
    """A registered agent of the suite's one team."""
    return {
        "agent_id": agent_id, "team_id": "research", "project_id": "atlas",
        "environment": "test", **changes,
    }


def allow(policy_id, destination, **changes):
    """A policy that allows destinations on loopback."""
    return {
        "policy_id": policy_id, "version": 1, "action": "allow",
        "match": {"destination": destination, **changes.pop("match", {})},
        "resolves_to": LOOPBACK, **changes,
    }


def deny(policy_id, match, **changes):
    """A policy that denies, before every allow of the same priority."""
    return {"policy_id": policy_id, "version": 1, "action": "deny", "match": match, **changes}


class World:
    """Folders, a bundle source and a gateway; everything goes when it is closed."""

    opened = []

    def __init__(self, agents=("crawler",), quotas=(), settings=None, **gateway_settings):
        self.folder = privileges.reachable_folder("clawgress-test-")
        self.source = BundleSource(self.folder)
        self.agents = [a if isinstance(a, dict) else agent(a) for a in agents]
        self.document = {
            "agents": self.agents,
            "policies": [],
            "quotas": list(quotas),
            "default_quota": {"rps_limit": 100000, "rpm_limit": 6000000, "mode": "hard_stop"},
            "settings": {
                "static_hosts": {name: ["127.0.0.1"] for name in NAMES}, **(settings or {}),
            },
        }
        self.source.write(self.document)
        names = [each["agent_id"] for each in self.agents]
        self.keys = {name: self.source.create_key(name) for name in names}
        self.gateway = Gateway(self.folder, self.source, **gateway_settings)
        World.opened.append(self)

    def policies(self, *policies):
        """Replaces the policies and publishes them."""
        self.document["policies"] = list(policies)
        self.source.publish(self.document)
        return self

    def start(self):
        """Starts the gateway."""
        self.gateway.start()
        return self

    def credentials(self, agent_id="crawler"):
        """The Basic credentials of an agent."""
        return basic(agent_id, self.keys[agent_id])

    def client(self, agent_id="crawler", **arguments):
        """A connection to the proxy with an agent's credentials; None for none."""
        credentials = self.credentials(agent_id) if agent_id else None
        return Client(("127.0.0.1", self.gateway.port), credentials, **arguments)

    def proxy_url(self, agent_id="crawler"):
        """The proxy address with an agent's credentials."""
        return self.gateway.proxy_url(agent_id, self.keys[agent_id])

    def close(self):
        """Stops the gateway, removes the folders, and fails on an error nobody announced."""
        World.opened.remove(self)
        try:
            self.gateway.stop()
            lines = self.gateway.unexpected_log_lines()
            assert not lines, "the gateway logged errors:\n" + "\n".join(lines)
        finally:
            if self.gateway.process and self.gateway.process.poll() is None:
                self.gateway.kill()
            keep = os.environ.get("CLAWGRESS_KEEP")
            if not keep:
                shutil.rmtree(self.folder, ignore_errors=True)


def marker():
    """A word that no other request carries."""
    return f"m{uuid.uuid4().hex[:16]}"


def wrong(key):
    """A key of the same form whose secret is another."""
    return key[:-1] + ("0" if key[-1] != "0" else "1")
