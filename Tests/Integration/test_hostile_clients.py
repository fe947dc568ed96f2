"""Clients that wait, stop reading, go away or come back in disguise: each was once a defect."""

import socket
import struct
import time

import pytest

from support.client import Client, bearer
from support.slow_reader import unread_answer
from support.tokens import Issuer
from support.waiting import until
from support.world import ISSUER, LOOPBACK, allow, marker


def bearing(world, token):
    """A connection that offers a token."""
    return Client(("127.0.0.1", world.gateway.port), bearer(token))


def test_answers_a_token_that_ended_within_the_allowed_skew_at_once(world, web):
    token = world.foreign.token("builder", exp=int(time.time()) - 5, iat=int(time.time()) - 600)
    before = world.gateway.metric("clawgress_tokens_verified_total")
    with bearing(world, token) as client:
        assert client.fetch("GET", f"http://origin.test:{web.port}/hello").status == 200
    assert world.gateway.metric("clawgress_tokens_verified_total") - before <= 2


def test_answers_every_new_token_that_comes_at_the_turn_of_a_second(world, web):
    tokens = [world.source.token("issuer", ISSUER, "builder") for _ in range(8)]
    clients = [bearing(world, token) for token in tokens]
    time_to_turn = 1 - time.time() % 1
    until("the turn of a second", lambda: time.time() % 1 > 0.985, time_to_turn + 30)
    for client in clients:
        client.ask("GET", f"http://origin.test:{web.port}/hello")
    assert [client.answer().status for client in clients] == [200] * len(clients)


def test_stops_answering_an_anonymous_client_that_does_not_read(simple, origin):
    world = simple()
    start = world.gateway.memory()
    head = f"POST http://origin.test:{origin.port}/ HTTP/1.1\r\nHost: origin.test:{origin.port}\r\n"
    request = (head + "Content-Length: 1\r\n\r\nx").encode()
    with socket.create_connection(world.gateway.listener()) as client:
        client.settimeout(1)
        try:
            for _ in range(200):
                client.sendall(request * 1000)
        except TimeoutError:
            pass
        assert world.gateway.memory() - start < 32 << 10


def test_a_slow_reader_gets_the_whole_of_a_last_answer(simple, origin):
    world = simple()
    client, size = unread_answer(world, origin, [("Connection", "close")])
    with client:
        until("more than the time to linger", elapsed(3), 10)
        assert client.answer().body_bytes == size


def elapsed(seconds):
    """Whether that much time has passed since this call."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


def reset(client):
    """Breaks a connection off."""
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


@pytest.fixture
def issued(worlds, origin):
    """A gateway, and an issuer whose tokens it has never seen."""
    world = worlds(workers=1)
    issuer = Issuer(world.folder, "https://foreign.test")
    world.document["issuers"] = [
        {"issuer": issuer.name, "audiences": ["clawgress"], "keys": [issuer.jwk()]},
    ]
    return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start(), issuer


def counted(world):
    """How many tokens were sent to be verified, and how many requests have their event."""
    names = ("clawgress_tokens_verified_total", "clawgress_requests_total")
    return tuple(world.gateway.metric(name) for name in names)


def test_whoever_leaves_while_a_token_is_verified_leaves_an_event(issued, origin):
    world, issuer = issued
    clients = [world.client(None) for _ in range(60)]
    for number, client in enumerate(clients):
        client.credentials = bearer(issuer.token("crawler", jti=str(number)))
        client.ask("GET", f"http://origin.test:{origin.port}/{number}")
        reset(client)

    # A reset may overtake the request, and then nothing was asked.
    def settled():
        return world.gateway.metric("clawgress_connections_closed_total") == len(clients)
    until("the end of each", settled)
    verified, recorded = counted(world)
    assert 0 < verified <= recorded
    events = world.gateway.events()
    assert len(events) == counted(world)[1]
    assert len({event["path"] for event in events}) == len(events)
    assert {event["destination_host"] for event in events} == {"origin.test"}


def test_leaving_does_not_save_a_guesser_from_the_budget(issued, origin):
    world, issuer = issued
    # Few enough for the ten seconds that a budget is for.
    world.document["settings"]["limits"] = {"failure_budget": 5}
    world.source.publish(world.document)
    until("the budget", lambda: world.gateway.serves(2))
    header, payload, _ = issuer.token("crawler").split(".")
    for number in range(20):
        before = counted(world)
        client = world.client(None)
        client.credentials = bearer(f"{header}.{payload}.{f'{number:02}' * 42}AA")
        client.ask("GET", f"http://origin.test:{origin.port}/{number}")
        until("a look at the token", lambda: counted(world) > before)
        reset(client)
        until("its event", lambda: counted(world)[1] == number + 1)
    # Some may be asked while a verdict is on its way, but never all.
    assert counted(world)[0] <= 10


def test_a_reset_ends_a_request_that_waits(simple, origin):
    world = simple()
    client = world.client()
    client.ask("GET", f"http://origin.test:{origin.port}/hold/{marker()}")
    until("the request", lambda: world.gateway.metric("clawgress_exchanges") == 1)
    linger = struct.pack("ii", 1, 0)
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    client.socket.close()
    until("its end", lambda: world.gateway.metric("clawgress_exchanges") == 0)
    assert world.gateway.events()[0]["outcome"] == "client_closed"


def test_the_time_for_an_answer_holds_for_requests_with_a_body(simple, origin):
    world = simple(settings={"limits": {"response_ms": 500, "idle_ms": 20_000}})
    with world.client() as client:
        url = f"http://origin.test:{origin.port}/hold/{marker()}"
        answer = client.fetch("POST", url, body=b"four")
        assert (answer.status, answer.get("clawgress-reason")) == (504, "upstream_timed_out")


def test_a_disguised_address_of_the_gateway_is_its_own(worlds):
    world = worlds()
    blocks = [*LOOPBACK, "::ffff:7f00:1/128"]
    policy = allow("too-much", ["127.0.0.0/8:1-65535", "[::ffff:127.0.0.1]:1-65535"])
    policy["resolves_to"] = blocks
    world.policies(policy).start()
    admin = world.gateway.addresses["admin"].rpartition(":")[2]
    for port in (admin, world.gateway.port):
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]"):
            with world.client() as client:
                answer = client.fetch("GET", f"http://{host}:{port}/status")
                assert (answer.status, answer.get("clawgress-reason")) == (
                    403, "address_protected")
