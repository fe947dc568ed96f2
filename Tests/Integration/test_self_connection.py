"""A gateway never connects to itself, by whatever name or address the way back is spelled."""

import socket

import pytest

from support.world import LOOPBACK, allow

PROTECTED = (403, "address_protected")
WIDE = [*LOOPBACK, "0.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]


def outer_address():
    """The address of this machine that leads to the outside, or None if nothing does."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # Connecting a datagram socket sends nothing.
        except OSError:
            return None
        return probe.getsockname()[0]


@pytest.fixture
def everywhere(worlds):
    """A gateway that listens on every address and whose policy forgets to protect it."""
    outer = outer_address()
    names = {"own.test": ["127.0.0.1"], "own-too.test": ["127.0.0.2"], "own-six.test": ["::1"],
             "nowhere.test": ["0.0.0.0"]}
    if outer:
        names["own-outside.test"] = [outer]
    world = worlds(listeners=["0.0.0.0:0", "[::]:0"], settings={"static_hosts": names})
    blocks = WIDE + ([f"{outer}/32"] if outer else [])
    literals = ["127.0.0.0/8:1-65535", "[::1]:1-65535", "0.0.0.0/8:1-65535"]
    literals += [f"{outer}:1-65535"] if outer else []
    policy = allow("too-much", [f"{name}:1-65535" for name in names] + literals)
    policy["resolves_to"] = blocks
    world.policies(policy).start()
    world.hosts = [*names, "127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0"]
    world.hosts += [outer] if outer else []
    return world


def answers(world, target, method="GET"):
    """Status and reason of a request."""
    with world.client() as client:
        answer = client.fetch(method, target)
        return answer.status, answer.get("clawgress-reason")


def test_never_connects_to_a_listener_of_its_own(everywhere):
    port = everywhere.gateway.port
    for host in everywhere.hosts:
        if host == "own-six.test":
            continue
        assert answers(everywhere, f"http://{host}:{port}/") == PROTECTED, host
        assert answers(everywhere, f"{host}:{port}", "CONNECT") == PROTECTED, host
    six = everywhere.gateway.listener(1)[1]
    for host in ("own-six.test", "[::1]"):
        assert answers(everywhere, f"http://{host}:{six}/") == PROTECTED, host


def test_never_connects_to_its_admin_port(everywhere):
    port = everywhere.gateway.addresses["admin"].rpartition(":")[2]
    for host in ("own.test", "127.0.0.1", "0.0.0.0", "nowhere.test", "[::1]"):
        assert answers(everywhere, f"http://{host}:{port}/status") == PROTECTED, host


def test_leaves_other_ports_of_the_machine_to_policy(everywhere, origin):
    assert answers(everywhere, f"http://own.test:{origin.port}/") == (200, None)
    assert answers(everywhere, f"http://127.0.0.1:{origin.port}/") == (200, None)
