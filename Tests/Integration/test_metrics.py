"""The metrics say what the events say."""

import collections
import re
import socket

from support.waiting import until
from support.world import allow, deny

SAMPLE = re.compile(
    r'^clawgress_decisions_total\{decision="(?P<decision>\w+)",reason="(?P<reason>\w+)"\} (?P<count>\d+)$'
)


def counted(world):
    """The metric of decisions as a counter by decision and reason."""
    found = collections.Counter()
    for line in world.gateway.page("/metrics").splitlines():
        if sample := SAMPLE.match(line):
            found[sample["decision"], sample["reason"]] = int(sample["count"])
    return found


def recorded(world):
    """The same from the events."""
    return collections.Counter(
        (event["decision"], event["reason"]) for event in world.gateway.events()
    )


def test_decisions_are_counted_as_they_are_recorded(worlds, origin):
    world = worlds()
    world.policies(
        allow("allow-origin", [f"origin.test:{origin.port}"]),
        allow("allow-inside", ["slow.test:1"], resolves_to=["192.0.2.0/24"]),
        deny("deny-secret", {
            "destination": [f"origin.test:{origin.port}"], "path_prefix": ["/secret"],
        }),
    ).start()
    url = f"http://origin.test:{origin.port}"
    chunked = [("Transfer-Encoding", "chunked")]
    requests = [
        ("GET", f"{url}/", [], b""),
        ("GET", f"{url}/secret", [], b""),
        ("GET", f"{url}/malformed", [], b""),
        ("GET", f"{url}/a%2fb", [], b""),
        ("GET", "http://slow.test:1/", [], b""),
        ("POST", f"{url}/upload", chunked, b"5\r\nhello\r\nno chunk\r\n"),
        ("POST", f"{url}/upload", chunked, b"0\r\nContent-Length: 1\r\n\r\n"),
    ]
    for method, target, fields, body in requests:
        with world.client() as client:
            client.ask(method, target, fields, body)
            client.answer()
    with world.client(agent_id=None) as client:
        assert client.fetch("GET", f"{url}/").status == 407
    until("an event for each", lambda: len(world.gateway.events()) == len(requests) + 1)
    expected = recorded(world)
    assert ("allow", "chunk_malformed") in expected
    assert ("deny", "address_loopback") in expected
    until("the last one to be counted", lambda: sum(counted(world).values()) == len(requests) + 1)
    assert counted(world) == expected


def test_a_head_that_its_agent_did_not_complete_is_answered_and_recorded(simple, origin):
    world = simple()
    with world.client() as client:
        client.send(b"GET http://origin.test/ HTTP/1.1\r\nHost: orig")
        client.socket.shutdown(socket.SHUT_WR)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (400, "head_incomplete")
        assert client.closed()
    assert world.gateway.events()[0]["reason"] == "head_incomplete"
    assert world.gateway.metric("clawgress_heads_abandoned_total") == 0


def test_refused_connections_are_counted_by_reason(simple, origin):
    world = simple(settings={"limits": {"connections": 1}}, workers=1)
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
        try:
            with world.client() as late:
                assert late.closed()
        except ConnectionResetError:
            pass
        name = 'clawgress_connections_refused_total{reason="overloaded"}'
        assert f"{name} 1\n" in world.gateway.page("/metrics")
