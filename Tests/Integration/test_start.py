"""What a gateway serves in its first milliseconds, when it starts on what happened meanwhile."""

import socket
import threading

from support import wire
from support.client import Client
from support.waiting import until
from support.world import allow


class Hammer:
    """Asks again and again from before the start of a gateway on, as fast as it answers."""

    def __init__(self, world, port, url):
        self.statuses = set()
        self._arguments = ("127.0.0.1", port), world.credentials(), url
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        address, credentials, url = self._arguments
        while not self._stop.is_set():
            try:
                with Client(address, credentials) as client:
                    self.statuses.add(client.fetch("GET", url).status)
            except (ConnectionError, wire.Closed):
                continue

    def stop(self):
        """Ends the questions; the statuses of all answers."""
        self._stop.set()
        self._thread.join(10)
        return self.statuses


def free_port():
    """A port that nobody listens on at this moment."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def restarted(worlds, origin, change):
    """Stops a gateway that allowed everything, lets `change` happen, and starts it under load."""
    port = free_port()
    world = worlds(listeners=[f"127.0.0.1:{port}"])
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    url = f"http://origin.test:{origin.port}/"
    with world.client() as client:
        assert client.fetch("GET", url).status == 200
    world.gateway.kill()
    world.gateway.expect_errors("bundle")
    change(world)
    hammer = Hammer(world, port, url)
    world.gateway.start()
    until("an answer", lambda: hammer.statuses)
    return world, hammer.stop()


def test_no_request_is_served_by_what_was_replaced_before_the_start(worlds, origin):
    for _ in range(3):
        _, statuses = restarted(worlds, origin, lambda world: world.policies())
        assert statuses == {403}


def test_no_request_is_refused_for_want_of_a_bundle_that_is_there(worlds, origin):
    world, statuses = restarted(worlds, origin, lambda world: None)
    assert statuses == {200}
    assert world.gateway.status()["bundle"]["from_last_known_good"]


def test_a_bad_bundle_at_the_start_leaves_the_last_known_good_one(worlds, origin):
    def spoil(world):
        with open(world.source.signed, "wb") as file:
            file.write(b"broken")

    world, statuses = restarted(worlds, origin, spoil)
    assert statuses == {200}
    status = world.gateway.status()
    assert status["bundle"]["from_last_known_good"]
    assert status["last_rejection"]["code"] == "bundle_malformed"


def test_an_older_bundle_at_the_start_is_refused(worlds, origin):
    old = {}

    def publish_twice(world):
        with open(world.source.signed, "rb") as file:
            old["bundle"] = file.read()
        world.policies()
        world.gateway.start()
        world.gateway.kill()
        with open(world.source.signed, "wb") as file:
            file.write(old["bundle"])

    world, statuses = restarted(worlds, origin, publish_twice)
    assert statuses == {403}
    assert world.gateway.status()["last_rejection"]["code"] == "bundle_not_newer"
