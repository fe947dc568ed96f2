"""What every proxy of a run is given: the same 100 agents, 1,000 allowed names, one origin."""

import base64
import json
import os
import socket
import subprocess

AGENTS = 100
HOSTS = 1_000


def free_port():
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class World:
    """A folder with identities and targets, and the bundle made from them."""

    def __init__(self, folder, binaries, origin_port=None):
        self.folder = folder
        self.binaries = binaries
        self.origin_port = origin_port or free_port()
        self.hosts = [f"host-{number:04d}.test" for number in range(HOSTS)]
        self.identities = []
        self._write_bundle()
        self.write("targets", "".join(f"{host}:{self.origin_port}\n" for host in self.hosts))
        self.write("identities", "".join(f"{agent} {key}\n" for agent, key in self.identities))

    def path(self, name):
        """A file of the folder."""
        return os.path.join(self.folder, name)

    def write(self, name, text):
        """Writes a file that everyone may read."""
        with open(self.path(name), "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(self.path(name), 0o644)
        return self.path(name)

    def clawgress(self, *arguments):
        """Runs the `clawgress` command."""
        done = subprocess.run(
            [os.path.join(self.binaries, "clawgress"), *arguments],
            capture_output=True, text=True, check=False,
        )
        if done.returncode != 0:
            raise SystemExit(f"bench: `clawgress {' '.join(arguments)}`: {done.stderr}")
        return done.stdout

    def basic(self, agent, key):
        """The value behind `Basic `."""
        return base64.b64encode(f"{agent}:{key}".encode()).decode()

    def _write_bundle(self):
        source, target = self.path("source"), self.path("bundle")
        os.makedirs(target)
        passphrase = ["--passphrase-file", self.write("passphrase", "benchmark only\n")]
        os.chmod(self.path("passphrase"), 0o600)
        self.clawgress("bundle", "init", source, *passphrase)
        agents = [f"agent-{number:03d}" for number in range(AGENTS)]
        document = {
            "agents": [
                {"agent_id": agent, "team_id": "load", "project_id": "bench",
                 "environment": "test"} for agent in agents
            ],
            "policies": [
                {"policy_id": f"allow-{host}", "version": 1, "action": "allow",
                 "match": {"destination": [f"{host}:{self.origin_port}"]},
                 "resolves_to": ["127.0.0.0/8"], "tls": "any"} for host in self.hosts
            ],
            "default_quota": {
                "rps_limit": 1_000_000, "rpm_limit": 60_000_000, "mode": "hard_stop",
            },
            "settings": {
                "static_hosts": {host: ["127.0.0.1"] for host in self.hosts},
                "limits": {"tunnels_per_agent": 16_384},
            },
        }
        # Keys need the agents only, and reading a thousand policies a hundred times is slow.
        self._write_source(source, {"agents": document["agents"]})
        for agent in agents:
            output = self.clawgress("key", "create", agent, "--source", source)
            key = next(word for word in output.split() if word.startswith("cgk_"))
            self.identities.append((agent, key))
        self._write_source(source, document)
        self.clawgress("bundle", "publish", source, "--to", target, *passphrase)
        os.chmod(os.path.join(target, "bundle.jws"), 0o644)
        self.trusted_key = self.write(
            "signing-key.pub.jwk",
            open(os.path.join(source, "signing-key.pub.jwk"), encoding="utf-8").read(),
        )

    @staticmethod
    def _write_source(source, document):
        with open(os.path.join(source, "clawgress.yaml"), "w", encoding="utf-8") as file:
            json.dump(document, file)
