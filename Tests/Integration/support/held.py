"""What is open through the gateway, and whether a later decision closes it in time.

Times are measured from the moment at which the new bundle is in its folder, so they hold the
gateway's look at the folder (every 200 ms), verification and compilation, too. The promise is one
second; what fails a test is far more, because the machine may be busy.
"""

import socket
import threading
import time

import pytest

from support.waiting import until
from support.world import allow

FAILING_SECONDS = 4


def tunnels(policy_id, name, echo, **changes):
    """A policy that allows any kind of tunnel to a service."""
    return allow(policy_id, [f"{name}:{echo.port}"], tls="any", **changes)


class Tunnel:
    """An open tunnel to an echo service, and the id of its request."""

    def __init__(self, world, name, echo, agent_id="crawler", credentials=None):
        self.client = world.client(agent_id)
        if credentials:
            self.client.credentials = credentials
        answer = self.client.connect(f"{name}:{echo.port}")
        assert answer.status == 200, answer.head
        self.request_id = answer.get("clawgress-request-id")
        self.is_alive()

    def is_alive(self):
        """Whether a message comes back."""
        self.client.send(b"ping")
        return b"".join(self.client.reader.exactly(4)) == b"ping"

    def seconds_to_reset(self, since):
        """Waits for the connection to be reset; the time since `since`."""
        with pytest.raises(ConnectionResetError):
            self.client.socket.recv(1)
        taken = time.monotonic() - since
        self.client.socket.close()
        return taken


def published(world):
    """Publishes the document as it is now; the moment at which it lay in the folder."""
    world.source.publish(world.document)
    return time.monotonic()


def assert_closed(world, tunnel, reason, since):
    """The tunnel is reset in time and has one event that says why."""
    taken = tunnel.seconds_to_reset(since)
    assert taken < FAILING_SECONDS
    event = world.gateway.event(tunnel.request_id)
    assert (event["outcome"], event["reason"]) == ("closed_by_policy", "no_longer_allowed")
    assert (event["closing_reason"], event["decision"]) == (reason, "allow")
    until("the bundle", lambda: world.gateway.serves(event["closing_serial"]))
    return event, taken


class Stream:
    """Numbers that go through a tunnel and come back, one after the other, until it is stopped."""

    def __init__(self, tunnel):
        self._tunnel = tunnel
        self._stop = threading.Event()
        self.count = 0
        self.problem = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        try:
            while not self._stop.is_set():
                data = b"%08d" % self.count
                self._tunnel.client.send(data)
                got = b"".join(self._tunnel.client.reader.exactly(8))
                assert got == data, f"{got!r} came back for {data!r}"
                self.count += 1
        except (OSError, AssertionError) as error:
            self.problem = error

    def stop(self):
        """Ends it, or fails with what was wrong on the way."""
        self._stop.set()
        self._thread.join(10)
        assert self.problem is None, self.problem
        return self.count


def redecided(world):
    """How many exchanges were decided again so far."""
    return world.gateway.metric("clawgress_exchanges_redecided_total")


class Holder:
    """A TCP service that accepts and holds any number of connections without a thread for each."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=4096)
        self.port = self._listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                self.held.append(self._listener.accept()[0])
            except OSError:
                return

    def close(self):
        """Stops listening and lets everything go."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for each in self.held:
            each.close()
