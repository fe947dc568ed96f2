"""Requests that wait inside the gateway: for a verdict on their token, or for the disk.

One thread of the gateway is made slow, the one that is waited for, and no other.
"""

import socket
import threading
import time

import pytest

from support import slow_thread
from support.client import bearer
from support.waiting import until
from support.world import ISSUER, allow, marker

pytestmark = pytest.mark.skipif(
    not slow_thread.can_trace(), reason="processes cannot be traced here"
)
WAITS_MAX = 1024


def with_issuer(world):
    """Lets a world take tokens."""
    world.document["issuers"] = [{
        "issuer": ISSUER, "audiences": ["clawgress"], "life_seconds_max": 86400,
        "key_files": [world.source.create_issuer("issuer", "EdDSA")],
    }]
    return world


def ask_with_token(world, origin, path, token=None):
    """A client that has asked with a token that nobody has seen."""
    client = world.client(None)
    client.credentials = bearer(token or new_token(world))
    client.ask("GET", f"http://origin.test:{origin.port}/{path}")
    return client


def new_token(world):
    """A token of the agent; making one takes a while."""
    return world.source.token("issuer", ISSUER, "crawler")


def test_a_window_that_ends_while_a_token_is_verified_has_ended(worlds, origin):
    world = with_issuer(worlds(workers=1))
    now = time.time()
    end = (int(now + 10) // 60 + 1) * 60
    window = {
        "from": time.strftime("%H:%M", time.gmtime(end - 3600)),
        "to": time.strftime("%H:%M", time.gmtime(end)), "zone": "UTC",
    }
    destination = [f"origin.test:{origin.port}"]
    world.policies(allow("office-hours", destination, match={"time": window})).start()
    with ask_with_token(world, origin, "before") as client:
        assert client.answer().status == 200
    mark, token = marker(), new_token(world)
    # After five seconds the gateway would give up on the verdict.
    with slow_thread.slowed(world.gateway, "tokens", "write", 4):
        until("most of the window to pass", lambda: time.time() > end - 2.5, 80)
        client = ask_with_token(world, origin, mark, token)
        until("the question", lambda: world.gateway.metric("clawgress_tokens_verified_total") == 2)
        assert time.time() < end, "too slow to ask within the window"
        answer = client.answer()
    assert (answer.status, answer.get("clawgress-reason")) == (403, "default_deny")
    event = world.gateway.event(mark)
    # It began in the window, and was decided after it.
    assert event["timestamp"] < time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(end))
    assert event["agent_id"] == "crawler"
    assert origin.paths() == ["/before"]


def test_a_verdict_and_the_order_to_drain_that_come_together(worlds, origin):
    """The verdict is in the inbox and its bell has not rung when the order comes behind it."""
    world = with_issuer(worlds(workers=1))
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    mark = marker()
    with slow_thread.slowed(world.gateway, "tokens", "write", 4):
        client = ask_with_token(world, origin, mark)
        until("the question", lambda: world.gateway.metric("clawgress_tokens_verified_total") == 1)
        idle = socket.create_connection(world.gateway.listener())
        world.gateway.terminate()
        until("draining", lambda: "draining" in world.gateway.log())
        assert client.answer().status == 200
        idle.close()
    assert world.gateway.wait() == 0
    event = world.gateway.event(mark)
    assert (event["outcome"], event["status"], event["auth_type"]) == ("completed", 200, "jwt")


@pytest.fixture
def durable(worlds, origin):
    """A gateway whose requests wait for the disk, and are refused where it does not answer."""
    world = worlds(
        workers=1, spool_settings={"durability": "power"},
        settings={"audit_on_failure": "refuse", "limits": {"connections": 4096}},
    )
    return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()


def ask_all(world, origin, count):
    """As many clients, each of which has asked."""
    clients = [world.client(seconds=30) for _ in range(count)]
    request = clients[0].rendered("GET", f"http://origin.test:{origin.port}/x")
    for client in clients:
        client.send(request)
    return clients


def answers_of(clients):
    """Status and reason of each, and the seconds between the first and the last."""
    answers, times = [], []
    for client in clients:
        answer = client.answer()
        times.append(time.monotonic())
        answers.append((answer.status, answer.get("clawgress-reason")))
        client.socket.close()
    return answers, times[-1] - times[0]


def open_exchanges(world):
    """How many requests have not ended."""
    return world.gateway.metric("clawgress_exchanges")


def test_a_bounded_number_waits_for_the_disk(durable, origin):
    with slow_thread.slowed(durable.gateway, "spool-sync", "fdatasync", 2):
        clients = ask_all(durable, origin, WAITS_MAX + 20)
        until("all that may wait", lambda: open_exchanges(durable) == WAITS_MAX, 2)
        answers, _ = answers_of(clients)
    refused = [answer for answer in answers if answer[0] != 200]
    assert refused == [(503, "overloaded")] * 20
    events = durable.gateway.events(lambda event: event["reason"] == "overloaded")
    assert len(events) == 20
    assert {event["decision"] for event in events} == {"deny"}


def test_all_that_wait_may_give_up_together(durable, origin):
    durable.gateway.expect_errors("spool")
    slowest, statuses = 0, set()
    done = threading.Event()

    def others():
        nonlocal slowest
        while not done.is_set():
            began = time.monotonic()
            with durable.client(agent_id=None) as client:
                answer = client.fetch("GET", f"http://origin.test:{origin.port}/")
            statuses.add(answer.status)
            slowest = max(slowest, time.monotonic() - began)

    with slow_thread.slowed(durable.gateway, "spool-sync", "fdatasync", 7):
        clients = ask_all(durable, origin, WAITS_MAX)
        thread = threading.Thread(target=others)
        thread.start()
        answers, spread = answers_of(clients)
        done.set()
        thread.join()
    print(f"\n{len(answers)} gave up within {spread * 1000:.0f} ms; "
          f"slowest answer meanwhile {slowest * 1000:.0f} ms")
    assert set(answers) == {(503, "audit_unavailable")}
    assert origin.seen == []
    assert statuses == {407} and slowest < 2
