"""Deadlines and limits: each answers clearly, is recorded, and harms nobody else."""

import pytest

from support.waiting import until
from support.world import marker


def test_answers_408_to_a_head_that_does_not_end(simple, origin):
    world = simple(settings={"limits": {"head_ms": 1000}})
    with world.client() as client:
        client.send(b"GET http://origin.test/ HTTP/1.1\r\nHost: orig")
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (408, "head_timed_out")
        assert client.closed()
    until("the event", lambda: world.gateway.events(lambda e: e["reason"] == "head_timed_out"))


def test_closes_a_connection_that_never_says_anything_without_an_event(simple, origin):
    world = simple(settings={"limits": {"head_ms": 300, "keep_alive_ms": 300}})
    with world.client() as client:
        assert client.closed()
    assert world.gateway.events() == []


def test_closes_a_kept_connection_that_waits_too_long(simple, origin):
    world = simple(settings={"limits": {"keep_alive_ms": 1000}})
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
        assert client.closed()
    assert len(world.gateway.events()) == 1


def test_answers_431_to_a_head_that_is_too_large(simple, origin):
    world = simple(settings={"limits": {"head_bytes": 4096}})
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/", [("X-Large", "x" * 5000)])
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (431, "head_too_large")


def test_answers_431_to_too_many_fields(simple, origin):
    world = simple(settings={"limits": {"field_count": 20}})
    with world.client() as client:
        fields = [(f"X-{number}", "1") for number in range(30)]
        client.ask("GET", f"http://origin.test:{origin.port}/", fields)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (431, "too_many_fields")


def test_answers_504_to_an_origin_that_does_not_begin(simple, origin):
    world = simple(settings={"limits": {"response_ms": 1000}})
    mark = marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/hold/{mark}")
        assert (answer.status, answer.get("clawgress-reason")) == (504, "upstream_timed_out")
    assert world.gateway.event(mark)["outcome"] == "timed_out"


def test_ends_an_exchange_without_bytes_in_either_direction(simple, origin):
    world = simple(settings={"limits": {"idle_ms": 1000}})
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/events")
        client.answer_head()
        assert client.closed()
    assert world.gateway.event("/events")["outcome"] == "timed_out"


def test_ends_an_idle_tunnel(simple, origin):
    world = simple(settings={"limits": {"idle_ms": 1000}})
    with world.client() as client:
        identifier = client.connect(f"origin.test:{origin.port}").get("clawgress-request-id")
        assert client.closed()
    assert world.gateway.event(identifier)["outcome"] == "timed_out"


def test_ends_a_tunnel_at_its_longest_duration(simple, origin):
    world = simple(settings={"limits": {"tunnel_ms": 1000}})
    with world.client() as client:
        identifier = client.connect(f"origin.test:{origin.port}").get("clawgress-request-id")
        assert client.closed()
    assert world.gateway.event(identifier)["outcome"] == "timed_out"


def test_refuses_connections_over_the_limit_at_accept_without_an_event(simple, origin):
    world = simple(settings={"limits": {"connections": 8}}, workers=1)
    held = [world.client() for _ in range(8)]
    for client in held:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
    assert refused(world)
    held[0].socket.close()

    def served():
        try:
            with world.client() as client:
                return client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
        except OSError:
            return False

    until("a place to become free", served)
    for client in held[1:]:
        client.socket.close()
    assert {event["decision"] for event in world.gateway.events()} == {"allow"}


def refused(world):
    """Whether a new connection is ended by the gateway at once, before or after it is usable."""
    try:
        with world.client() as late:
            return late.closed()
    except ConnectionResetError:
        return True


@pytest.mark.parametrize("connections", [200])
def test_slow_clients_do_not_hold_up_others(simple, origin, connections):
    world = simple()
    slow = [world.client() for _ in range(connections)]
    for client in slow:
        client.send(b"GET http://orig")
    with world.client() as client:
        for _ in range(20):
            assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
    for client in slow:
        client.socket.close()
