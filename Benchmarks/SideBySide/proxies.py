"""The proxies of a run, each on processor 0, each with the same job and its best configuration."""

import json
import os
import pathlib
import shutil
import socket
import subprocess

import processes
from world import free_port

PEERS = pathlib.Path(__file__).resolve().parent.parent / "Peers"
SQUID_HELPER = "/usr/lib/squid/basic_ncsa_auth"


class Proxy:
    """One proxy: how it starts, what it costs."""

    name = "proxy"
    # The modes it takes part in; None for all.
    modes = None

    def __init__(self, world, binaries):
        self.world = world
        self.binaries = binaries
        self.port = free_port()
        self.process = None

    def command(self):
        """Its command line."""
        raise NotImplementedError

    def start(self):
        """Starts it; returns the seconds until the first request was answered with 200."""
        log = self.world.path(f"{self.name}.log")
        command = processes.pinned(processes.PROXY_CPU, self.command())
        self.process = processes.start(command, log)
        return processes.until(f"{self.name} to answer (see {log})", self._answers)

    def _answers(self):
        if self.process.poll() is not None:
            raise SystemExit(f"bench: {self.name} ended at start; see {self.world.folder}")
        agent, key = self.world.identities[0]
        target = f"{self.world.hosts[0]}:{self.world.origin_port}"
        request = (
            f"GET http://{target}/ HTTP/1.1\r\nHost: {target}\r\nConnection: close\r\n"
            f"Proxy-Authorization: Basic {self.world.basic(agent, key)}\r\n\r\n"
        )
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(request.encode())
                return connection.recv(64).startswith(b"HTTP/1.1 200")
        except OSError:
            return False

    def settle(self):
        """Waits for what a proxy starts after it can answer: its memory counts from then."""

    def stop(self):
        """Ends it."""
        if self.process:
            processes.stop(self.process)

    def filled(self, template, **values):
        """A configuration file made from a template of Benchmarks/Peers."""
        text = (PEERS / template).read_text()
        for name, value in values.items():
            text = text.replace(f"@{name}@", str(value))
        return self.world.write(f"{self.name}-{template}", text)


class Clawgress(Proxy):
    """The gateway with one worker, as an unprivileged user."""

    name = "clawgress"

    def command(self):
        folders = [self.world.path(f"clawgress-{kind}") for kind in ("spool", "state", "run")]
        spool, state, run = folders
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)
            os.makedirs(folder)
            if processes.is_root:
                os.chown(folder, processes.NOBODY, processes.NOBODY)
        config = {
            "gateway_id": "gw-bench", "listeners": [f"127.0.0.1:{self.port}"],
            "admin": "127.0.0.1:0", "workers": 1, "bundle_folder": self.world.path("bundle"),
            "trusted_keys": [self.world.trusted_key], "state_folder": state,
            "spool": {"folder": spool, "segment_bytes": 16 << 20, "bytes_max": 4 << 30},
            "ready_file": os.path.join(run, "ready.json"), "log_level": "warning",
        }
        path = self.world.write("gateway.yaml", json.dumps(config))
        program = os.path.join(self.binaries, "clawgress-gateway")
        return processes.unprivileged([program, "--config", path])

    def settle(self):
        # The admin port comes last, and then this file.
        ready = self.world.path("clawgress-run/ready.json")
        processes.until("the gateway's admin port", lambda: os.path.exists(ready))


class HAProxy(Proxy):
    """HAProxy with names and credentials in maps."""

    name = "haproxy"
    splice = "option splice-request\n    option splice-response"

    def command(self):
        credentials = self.world.write("haproxy-credentials", "".join(
            f"{self.world.basic(agent, key)} {agent}\n" for agent, key in self.world.identities
        ))
        hosts = self.world.write("haproxy-hosts", "".join(
            f"{host}:{self.world.origin_port} 127.0.0.1\n" for host in self.world.hosts
        ))
        config = self.filled(
            "haproxy.cfg", port=self.port, credentials=credentials, hosts=hosts,
            origin_port=self.world.origin_port, splice=self.splice,
        )
        return ["haproxy", "-db", "-f", config]


class CopyingHAProxy(HAProxy):
    """HAProxy as its manual's examples run it: bulk bytes are copied, not spliced."""

    name = "haproxy-copy"
    modes = ("bulk",)
    splice = "no option splice-auto"


class Squid(Proxy):
    """Squid with its own Basic helper, cached."""

    name = "squid"

    def command(self):
        secrets = "\n".join(key for _, key in self.world.identities)
        digests = subprocess.run(
            ["openssl", "passwd", "-apr1", "-stdin"], input=secrets, text=True,
            capture_output=True, check=True,
        ).stdout.split()
        credentials = self.world.write("squid-credentials", "".join(
            f"{agent}:{digest}\n" for (agent, _), digest in zip(self.world.identities, digests)
        ))
        names = self.world.hosts
        hosts = self.world.write("squid-hosts", "".join(f"127.0.0.1 {n}\n" for n in names))
        allowed = self.world.write("squid-allowed", "".join(f"{n}\n" for n in names))
        folder = self.world.path("squid")
        os.makedirs(folder, exist_ok=True)
        shutil.chown(folder, "proxy", "proxy")
        config = self.filled(
            "squid.conf", port=self.port, credentials=credentials, hosts=hosts, allowed=allowed,
            folder=folder, helper=SQUID_HELPER, user="proxy",
        )
        return ["squid", "-N", "-f", config]


ALL = {proxy.name: proxy for proxy in (Clawgress, HAProxy, CopyingHAProxy, Squid)}
