"""Names are resolved once, after policy, off the worker's time; every answer is classified."""

import threading

import pytest

from support.name_server import NameServer
from support.waiting import until
from support.world import allow


@pytest.fixture
def names():
    server = NameServer()
    yield server
    server.close()


@pytest.fixture
def gate():
    """What a name server's answer waits for."""
    gate = threading.Event()
    yield gate
    gate.set()


@pytest.fixture
def resolving(worlds, names, origin):
    """A gateway that asks `names`, and whose policy allows everything below names.test."""
    def make(resolve_ms=10_000):
        world = worlds(
            resolver={"servers": [names.address]}, workers=1,
            settings={"limits": {"resolve_ms": resolve_ms}},
        )
        return world.policies(allow("allow-names", [f"*.names.test:{origin.port}"])).start()

    return make


def ask(world, name, port):
    """Status and reason of a request to a name."""
    with world.client() as client:
        answer = client.fetch("GET", f"http://{name}:{port}/hello")
        return answer.status, answer.get("clawgress-reason")


def test_asks_once_while_an_answer_is_valid(resolving, names, origin):
    names.zone["kept.names.test"] = {"A": ["127.0.0.1"], "ttl": 60}
    world = resolving()
    assert {ask(world, "kept.names.test", origin.port) for _ in range(5)} == {(200, None)}
    assert names.questions("kept.names.test") == 1


def test_asks_again_when_an_answer_has_expired(resolving, names, origin):
    names.zone["short.names.test"] = {"A": ["127.0.0.1"], "ttl": 1}
    world = resolving()

    def asked_again():
        assert ask(world, "short.names.test", origin.port) == (200, None)
        return names.questions("short.names.test") >= 2

    until("a second question", asked_again)


def test_asks_one_question_for_many_requests_at_once(resolving, names, origin, gate):
    names.zone["busy.names.test"] = {"A": ["127.0.0.1"], "gate": gate}
    world = resolving()
    answers = []
    threads = [
        threading.Thread(
            target=lambda: answers.append(ask(world, "busy.names.test", origin.port)))
        for _ in range(40)
    ]
    for thread in threads:
        thread.start()
    until("all of them", lambda: world.gateway.metric("clawgress_exchanges") == 40)
    gate.set()
    for thread in threads:
        thread.join()
    assert answers == [(200, None)] * 40
    assert world.gateway.metric("clawgress_name_questions_total") == 1


def test_a_request_that_waited_for_its_name_uses_a_kept_connection(resolving, names, origin):
    names.zone["first.names.test"] = {"A": ["127.0.0.1"], "ttl": 60}
    names.zone["second.names.test"] = {"A": ["127.0.0.1"], "ttl": 60}
    world = resolving()
    for name in ("first", "second"):
        assert ask(world, f"{name}.names.test", origin.port)[0] == 200
    assert names.questions("second.names.test") == 1
    assert origin.connections == 1
    assert world.gateway.metric("clawgress_upstream_reused_total") == 1


def test_a_kept_connection_after_a_wait_is_for_what_is_still_allowed(
    resolving, names, origin, gate
):
    names.zone["first.names.test"] = {"A": ["127.0.0.1"], "ttl": 60}
    names.zone["late.names.test"] = {"A": ["127.0.0.1"], "ttl": 60, "gate": gate}
    world = resolving()
    assert ask(world, "first.names.test", origin.port)[0] == 200
    with world.client() as client:
        client.ask("GET", f"http://late.names.test:{origin.port}/hold")
        until("the question", lambda: names.questions("late.names.test"))
        world.policies()
        until("the new bundle", lambda: world.gateway.serves(2))
        gate.set()
        answer = client.answer()
    assert (answer.status, answer.get("clawgress-reason")) == (403, "no_longer_allowed")
    event = world.gateway.events(lambda each: each["destination_host"] == "late.names.test")[0]
    assert (event["outcome"], event["bytes_out"]) == ("closed_by_policy", 0)
    # Asked before the connection that is kept got a byte of it, and not after.
    assert origin.paths() == ["/hello"]


def test_a_tunnel_that_waited_is_looked_into_if_policy_wants_that_by_then(
    resolving, names, origin, gate
):
    names.zone["late.names.test"] = {"A": ["127.0.0.1"], "ttl": 60, "gate": gate}
    world = resolving()
    destination = [f"*.names.test:{origin.port}"]
    world.policies(allow("allow-names", destination, tls="any"))
    until("the policy", lambda: world.gateway.serves(2))
    with world.client() as client:
        client.ask("CONNECT", f"late.names.test:{origin.port}")
        until("the question", lambda: names.questions("late.names.test"))
        world.policies(allow("allow-names", destination))
        until("the new policy", lambda: world.gateway.serves(3))
        gate.set()
        assert client.answer("CONNECT").status == 200
        client.send(b"GET / HTTP/1.1\r\n\r\n")
        assert client.closed()
    event = world.gateway.event("late.names.test")
    assert (event["outcome"], event["reason"]) == ("refused", "tunnel_not_tls")
    assert origin.paths() == []


def test_says_that_a_name_does_not_exist(resolving, origin):
    world = resolving()
    assert ask(world, "nothing.names.test", origin.port) == (502, "name_not_found")


def test_does_not_wait_for_ever_for_a_name_server(resolving, names, origin):
    names.zone["silent.names.test"] = {"silent": True}
    world = resolving(resolve_ms=500)
    assert ask(world, "silent.names.test", origin.port) == (504, "name_resolution_timed_out")


def test_never_asks_about_a_name_that_policy_does_not_allow(resolving, names, origin):
    names.zone["names.elsewhere.test"] = {"A": ["127.0.0.1"]}
    world = resolving()
    assert ask(world, "names.elsewhere.test", origin.port) == (403, "default_deny")
    assert names.asked == []


@pytest.mark.parametrize("address, reason", [
    ("10.1.2.3", "address_private"), ("169.254.169.254", "address_metadata"),
    ("100.64.0.1", "address_shared"), ("0.0.0.0", "address_unspecified"),
])
def test_refuses_a_name_that_leads_inside(resolving, names, origin, address, reason):
    names.zone["inside.names.test"] = {"A": [address]}
    world = resolving()
    assert ask(world, "inside.names.test", origin.port) == (403, reason)
    event = world.gateway.event("/hello")
    assert (event["policy_id"], event["allowed_by"]) == ("blocked-address", "allow-names")


def test_uses_the_allowed_part_of_a_mixed_answer(resolving, names, origin):
    names.zone["mixed.names.test"] = {"A": ["10.1.2.3", "127.0.0.1", "192.168.9.9"]}
    world = resolving()
    assert ask(world, "mixed.names.test", origin.port) == (200, None)
    assert world.gateway.event("/hello")["destination_address"] == "127.0.0.1"


def test_a_slow_name_costs_only_the_request_that_asked(resolving, names, origin, gate):
    names.zone["slow.names.test"] = {"A": ["127.0.0.1"], "gate": gate}
    names.zone["fast.names.test"] = {"A": ["127.0.0.1"]}
    world = resolving()
    slow = threading.Thread(target=ask, args=(world, "slow.names.test", origin.port))
    slow.start()
    until("the slow question", lambda: names.questions("slow.names.test"))
    assert {ask(world, "fast.names.test", origin.port) for _ in range(20)} == {(200, None)}
    assert slow.is_alive()
    gate.set()
    slow.join()
