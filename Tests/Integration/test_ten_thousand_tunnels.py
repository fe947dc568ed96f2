"""Ten thousand open tunnels are decided again: how long that takes, and whom it makes wait.

A tunnel takes two descriptors in the gateway, so where a process may have only 20,000 there are a
few tunnels less. The services live in a process of their own for the same reason.
"""

import multiprocessing
import resource
import select
import socket
import time

import pytest

from support.gateway import raise_descriptor_limit
from support.held import published, redecided, tunnels
from support.waiting import until
from support.world import allow

TUNNELS = 10_000
OTHER_DESCRIPTORS = 200
FAILING_SECONDS = 15


def hold(ports):
    """Accepts and holds connections on two ports until the process is ended."""
    raise_descriptor_limit()
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=4096) for _ in range(2)]
    ports.send([listener.getsockname()[1] for listener in listeners])
    held = []
    while True:
        for listener in select.select(listeners, [], [])[0]:
            held.append(listener.accept()[0])


class Service:
    """Where a tunnel leads."""

    def __init__(self, port):
        self.port = port


@pytest.fixture
def services():
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=hold, args=(there,), daemon=True)
    process.start()
    yield [Service(port) for port in here.recv()]
    process.kill()
    process.join()


@pytest.mark.long
def test_decides_ten_thousand_tunnels_again_within_a_second(worlds, origin, services):
    count = min(TUNNELS, (resource.getrlimit(resource.RLIMIT_NOFILE)[1] - OTHER_DESCRIPTORS) // 2)
    count -= count % 2
    names = ["other.test", "slow.test"]
    world = worlds(settings={"limits": {"tunnels_per_agent": TUNNELS, "connections": 65536}})
    rules = [tunnels(f"allow-{name}", name, each) for name, each in zip(names, services)]
    web = allow("allow-origin", [f"origin.test:{origin.port}"])
    world.policies(*rules, web).start()
    clients = [[], []]
    for number in range(count):
        client = world.client(seconds=60)
        assert client.connect(f"{names[number % 2]}:{services[number % 2].port}").status == 200
        clients[number % 2].append(client)
    # One round in which everything stays, and one in which one half goes.
    kept = round_of(world, origin, clients[0], closes=False)
    print(f"\n{count} tunnels asked and kept after {kept[0] * 1000:.0f} ms; "
          f"slowest of {kept[2]} requests meanwhile {kept[1] * 1000:.1f} ms")
    world.document["policies"] = [rules[1], web]
    closed = round_of(world, origin, clients[0], closes=True)
    print(f"{count // 2} of {count} closed after {closed[0] * 1000:.0f} ms; "
          f"slowest of {closed[2]} requests meanwhile {closed[1] * 1000:.1f} ms")
    assert redecided(world) >= 2 * count
    assert world.gateway.metric("clawgress_tunnels_closed_total") == count // 2
    quiet = select.poll()
    for client in clients[1]:
        quiet.register(client.socket, select.POLLIN)
    assert quiet.poll(0) == []
    for client in clients[0] + clients[1]:
        client.socket.close()
    closed = until("the events of those that were closed", lambda: half(world, count), 60)
    assert {event["destination_host"] for event in closed} == {"other.test"}


def half(world, count):
    """The events of what policy closed, once they are there."""
    events = world.gateway.events(lambda event: event["outcome"] == "closed_by_policy")
    return events if len(events) == count // 2 else None


def round_of(world, origin, going, closes):
    """Publishes, and asks meanwhile: seconds to the end, the slowest answer, how many answers."""
    before = redecided(world)
    open_now = world.gateway.metric("clawgress_exchanges")
    poller = select.poll()
    for client in going:
        poller.register(client.socket, select.POLLIN)
    left = len(going)
    since = published(world)
    slowest, answers = 0, 0
    with world.client() as probe:
        while left if closes else redecided(world) < before + open_now:
            assert time.monotonic() - since < FAILING_SECONDS, f"{left} are open still"
            began = time.monotonic()
            assert probe.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
            slowest, answers = max(slowest, time.monotonic() - began), answers + 1
            for number, _ in poller.poll(0):
                poller.unregister(number)
                left -= 1
    return time.monotonic() - since, slowest, answers
