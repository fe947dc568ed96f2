"""Connections without a certificate, however many and from however many addresses, and those who have one:
a gateway finds its policy service, and what is revoked is revoked."""

import collections
import contextlib
import socket
import ssl
import threading

import pytest

from support.control_plane import ControlPlane, first_configuration
from support.waiting import until

# So few files that few connections are too many: 32 places for strangers, 8 for one address.
FEW_FILES = "256:256"


class Crowd:
    """Connections from several addresses that end their handshake, prove nothing and go on coming."""

    def __init__(self, address, sources, each):
        host, _, port = address.rpartition(":")
        self._server, self._each = (host, int(port)), each
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._context.check_hostname = False
        self._context.verify_mode = ssl.CERT_NONE
        self._ended = threading.Event()
        self.count = collections.Counter()
        self._threads = [
            threading.Thread(target=self._come, args=(source,), daemon=True) for source in sources
        ]

    def _come(self, source):
        held = collections.deque()
        with contextlib.ExitStack() as stack:
            while not self._ended.wait(0.02):
                with contextlib.suppress(OSError):
                    link = socket.create_connection(
                        self._server, timeout=5, source_address=(source, 0)
                    )
                    stack.callback(link.close)
                    link = self._context.wrap_socket(link)
                    stack.callback(link.close)
                    held.append(link)
                    self.count[source] += 1
                if len(held) > self._each:
                    held.popleft().close()

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        until("the crowd", lambda: sum(self.count.values()) >= 32, 60)
        return self

    def __exit__(self, *_):
        self._ended.set()
        for thread in self._threads:
            thread.join()


@pytest.fixture
def plane():
    plane = ControlPlane()
    plane.policy.open_files = FEW_FILES
    yield plane
    plane.close()


def test_strangers_keep_no_gateway_from_its_policy_service(plane, origin):
    plane.start(gateways=1)
    api, gateway = plane.api(), plane.gateways["gw-1"]
    api.load(first_configuration(origin.port))
    api.commit()
    keys = [api.must("POST", "/v1/agents/crawler/keys?commit=true", {}) for _ in range(2)]
    url = f"http://origin.test:{origin.port}/"

    def fetch(key):
        return gateway.fetch("crawler", key["key"], url)

    def is_connected():
        return gateway.status()["control_plane"]["connected"]

    def revoke(key):
        path = f"/v1/agents/crawler/keys/{key['key_id']}"
        rollout = api.must("DELETE", path)["commit"]["rollout"]
        assert [each["state"] for each in rollout] == ["activated"]
        assert fetch(key) == 407

    until("the keys", lambda: all(fetch(key) == 200 for key in keys))
    gateway.expect_errors("")
    sources = [f"127.0.1.{number}" for number in range(1, 7)]
    with Crowd(plane.policy.address, sources, each=12):
        gateway.kill()
        gateway.start(wait_ready=False)
        until("the gateway's connection", is_connected)
        revoke(keys[0])
        # A service that has just begun knows nobody's address.
        plane.policy.kill()
        plane.policy.start()
        until("the gateway's next connection", is_connected)
        until("the admin API's", lambda: api.ask("GET", "/v1/gateways").status == 200)
        plane.wait_connected("gw-1")
        revoke(keys[1])
    assert "connections are refused or closed" in plane.policy.log()
