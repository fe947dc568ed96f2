"""Power loss: with `spool.durability: power` nothing goes out before its intent is on the disk.

The gateway runs under strace, which makes every fdatasync slow, or fail, and tells when it was.
"""

import shutil
import socket
import struct
import subprocess
import threading
import time

import pytest

from support import hello
from support.waiting import until
from support.witness import Witness
from support.world import allow, marker

SLOW_SECONDS = 0.4
# Where a test does something while the disk is slow: time enough for it on a busy machine.
VERY_SLOW_SECONDS = 2

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None
    or subprocess.run(["strace", "-D", "true"], capture_output=True, check=False).returncode != 0,
    reason="processes cannot be traced here",
)


def traced(inject):
    """The command that starts a gateway whose calls of fdatasync are tampered with.

    The tracer is a grandchild, so that the process that was started is still the gateway.
    """
    return ["strace", "-D", "-f", "-qq", "-o", "/dev/null",
            "-e", "trace=fdatasync", "-e", f"inject=fdatasync:{inject}"]


@pytest.fixture
def tampered(worlds, origin):
    """Makes a running gateway with a tampered disk."""
    def make(inject, durability="power", on_failure="continue"):
        world = worlds(
            workers=1, wrapper=traced(inject), settings={"audit_on_failure": on_failure},
            spool_settings={"durability": durability},
        )
        return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()

    return make


def timed(world, origin):
    """Seconds until the answer to one request, and the answer."""
    with world.client() as client:
        began = time.monotonic()
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/{marker()}")
        return time.monotonic() - began, answer


def slow(seconds=SLOW_SECONDS):
    """Every fdatasync takes that much longer before it does anything."""
    return f"delay_enter={int(seconds * 1_000_000)}"


def test_nothing_goes_out_before_its_intent_is_on_the_disk(tampered, origin):
    world = tampered(slow())
    for _ in range(3):
        with world.client() as client:
            began, seen = time.monotonic(), len(origin.seen)
            client.ask("GET", f"http://origin.test:{origin.port}/{marker()}")
            until("the request at the origin", lambda: len(origin.seen) > seen)
            assert time.monotonic() - began >= SLOW_SECONDS
            assert client.answer().status == 200


def test_by_default_no_request_waits_for_the_disk(tampered, origin):
    world = tampered(slow(), durability="process")
    assert min(timed(world, origin)[0] for _ in range(5)) < SLOW_SECONDS


def test_requests_wait_for_the_disk_in_groups_and_others_go_on(tampered, origin):
    world = tampered(slow(VERY_SLOW_SECONDS))
    took = []

    def ask():
        seconds, answer = timed(world, origin)
        took.append(seconds)
        assert answer.status == 200

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    # The worker answers while twenty of its requests wait.
    with world.client(agent_id=None) as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 407
    assert len(took) == 0
    for thread in threads:
        thread.join(20)
    assert len(took) == len(threads)
    assert min(took) >= VERY_SLOW_SECONDS
    # One at a time would take twenty turns of the disk.
    assert max(took) < 5 * VERY_SLOW_SECONDS


@pytest.mark.parametrize("on_failure, status", [("continue", 200), ("refuse", 503)])
def test_the_operator_decides_what_a_failing_disk_does(tampered, origin, on_failure, status):
    # The first calls make the segments of the start.
    world = tampered("error=EIO:when=3+", on_failure=on_failure)
    world.gateway.expect_errors("spool")

    def failed():
        seen = len(origin.seen)
        answer = timed(world, origin)[1]
        if answer.status == 200:
            return status == 200 and "spool_failed" in world.gateway.log()
        assert (answer.status, answer.get("clawgress-reason")) == (503, "audit_unavailable")
        assert answer.get("clawgress-decision") == "deny"
        assert len(origin.seen) == seen
        return status == 503

    until("the failure", failed)
    if status == 503:
        event = until("its event", lambda: world.gateway.events(lambda e: e["status"] == 503))[0]
        assert (event["decision"], event["policy_id"]) == ("deny", "limits")
        assert event["allowed_by"] == "allow-origin"


@pytest.fixture
def server():
    """An origin of tunnels that speaks first."""
    server = Witness(b"220 ready\r\n")
    yield server
    server.close()


def test_a_tunnel_that_waited_for_the_disk_has_what_its_policy_says_of_its_content(worlds, server):
    world = worlds(workers=1, spool_settings={"durability": "power"})
    world.policies(
        allow("allow-any", [f"other.test:{server.port}"], tls="any"),
        allow("allow-tls", [f"origin.test:{server.port}"]),
        allow("allow-open", [f"secure.test:{server.port}"], ech="refuse"),
    ).start()
    with world.client() as client:
        client.connect(f"other.test:{server.port}")
        client.send(b"HELO me\r\n")
        assert b"".join(client.reader.exactly(11)) == b"220 ready\r\n"
    with world.client() as client:
        client.connect(f"origin.test:{server.port}")
        client.send(hello.hello("origin.test", hello.ENCRYPTED))
        assert b"".join(client.reader.exactly(11)) == b"220 ready\r\n"
    with world.client() as client:
        client.connect(f"secure.test:{server.port}")
        client.send(hello.hello("secure.test", hello.ENCRYPTED))
        assert client.reader.to_the_end()
    until("the refusal", lambda: [
        event for event in world.gateway.events() if event["reason"] == "ech_refused"
    ])


def test_a_request_whose_agent_left_while_the_disk_was_slow_goes_nowhere(tampered, origin):
    world = tampered(slow(VERY_SLOW_SECONDS))
    client = world.client()
    client.ask("GET", f"http://origin.test:{origin.port}/{marker()}")
    until("the request", lambda: world.gateway.metric("clawgress_exchanges") == 1)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()
    event = until("its end", world.gateway.events)[0]
    assert (event["outcome"], event["bytes_out"]) == ("client_closed", 0)
    # The next one's answer comes after the disk's answer for the first.
    assert timed(world, origin)[1].status == 200
    assert len(origin.seen) == 1
