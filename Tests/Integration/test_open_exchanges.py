"""Answers, uploads, WebSockets and the time: what else is decided again while it is open."""

import time

import pytest

from support.echo import Echo
from support.held import (
    FAILING_SECONDS, Tunnel, assert_closed, published, redecided, tunnels,
)
from support.waiting import until
from support.websocket import EchoServer, WebSocket
from support.world import allow, deny


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.close()


def test_closes_what_a_key_opened_in_the_second_in_which_it_expires(worlds, echo):
    world = worlds()
    world.policies(tunnels("allow-echo", "other.test", echo)).start()
    kept = Tunnel(world, "other.test", echo)
    earliest = int(time.time()) + 6
    world.keys["crawler"] = world.source.create_key("crawler", "--expires", "6s")
    latest = time.time() + 6
    published(world)

    def opened():
        with world.client() as client:
            return client.connect(f"other.test:{echo.port}").status == 200

    until("the new key to hold", opened)
    mine = Tunnel(world, "other.test", echo)
    since = time.monotonic() + latest - time.time()
    event, _ = assert_closed(world, mine, "key_expired", since)
    assert time.time() >= earliest
    assert event["closing_serial"] == event["bundle_serial"] == 2
    assert kept.is_alive()


def test_closes_endless_answers(simple, origin):
    world = simple()
    url = f"http://origin.test:{origin.port}"
    client = world.client()
    client.ask("GET", f"{url}/events")
    identifier = client.answer_head()
    assert identifier.status == 200
    origin.ticks.release()
    assert client.reader.chunk() == b"data: 0\n\n"
    rule = allow("allow-origin", [f"origin.test:{origin.port}"], tls="any")
    rule["match"]["path_prefix"] = ["/events"]
    world.document["policies"] = [rule]
    published(world)
    until("the round", lambda: redecided(world) >= 1)
    origin.ticks.release()
    assert client.reader.chunk() == b"data: 1\n\n"
    rule["match"]["path_prefix"] = ["/other"]
    since = published(world)
    with pytest.raises(ConnectionResetError):
        client.socket.recv(1)
    assert time.monotonic() - since < FAILING_SECONDS
    event = world.gateway.event("/events")
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "default_deny")
    assert (event["closing_serial"], event["status"], event["decision"]) == (3, 200, "allow")
    until("the origin to learn it", origin.broken_off.is_set)


def test_tells_a_client_that_still_waits_for_its_answer(simple, origin):
    world = simple()
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/hold")
        origin.request("/hold")
        world.document["policies"] = []
        published(world)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (403, "no_longer_allowed")
    event = world.gateway.event("/hold")
    assert (event["outcome"], event["status"]) == ("closed_by_policy", 403)
    assert (event["closing_reason"], event["closing_serial"]) == ("default_deny", 2)


def test_closes_a_method_in_small_letters_that_is_denied_in_capitals(simple, origin):
    world = simple()
    with world.client() as client:
        client.ask("purge", f"http://origin.test:{origin.port}/hold")
        origin.request("/hold")
        world.document["policies"].append(deny("no-purge", {"method": ["PURGE"]}, tunnels="ignore"))
        published(world)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (403, "no_longer_allowed")
    event = world.gateway.event("/hold")
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "policy_denied")


def test_closes_an_upload_under_way(simple, origin):
    world = simple()
    with world.client() as client:
        length = [("Content-Length", "1000")]
        client.ask("PUT", f"http://origin.test:{origin.port}/upload", length)
        client.send(b"x" * 500)
        until("the origin to see it", lambda: "/upload" in origin.paths())
        world.source.revoke_key(world.keys["crawler"])
        published(world)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (403, "no_longer_allowed")
        assert client.closed()
    event = world.gateway.event("/upload")
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "key_revoked")
    assert event["bytes_out"] > 500


def test_closes_websockets(worlds):
    server = EchoServer()
    world = worlds()
    authority = f"origin.test:{server.port}"
    world.policies(allow("allow-chat", [authority], match={"path_prefix": ["/chat"]})).start()
    chat = WebSocket(world, authority)
    assert chat.next() == "welcome"
    world.document["policies"] = [allow("allow-chat", [authority], match={"method": ["POST"]})]
    since = published(world)
    with pytest.raises(ConnectionResetError):
        chat.next()
    assert time.monotonic() - since < FAILING_SECONDS
    event = world.gateway.event("/chat")
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "default_deny")
    assert (event["status"], event["protocol"]) == (101, "http")
    server.close()


def test_closes_at_the_end_of_a_time_window(worlds, origin, echo):
    world = worlds()
    now = time.time()
    # A window ends with a minute; one that leaves time to open what is to be closed.
    end = (int(now + 10) // 60 + 1) * 60
    window = {
        "from": time.strftime("%H:%M", time.gmtime(end - 3600)),
        "to": time.strftime("%H:%M", time.gmtime(end)), "zone": "UTC",
    }
    world.policies(
        tunnels("office-hours", "other.test", echo, match={"time": window}),
        allow("events", [f"origin.test:{origin.port}"], match={"time": window}),
        tunnels("always", "slow.test", echo),
    ).start()
    tunnel = Tunnel(world, "other.test", echo)
    kept = Tunnel(world, "slow.test", echo)
    client = world.client(seconds=80)
    client.ask("GET", f"http://origin.test:{origin.port}/events")
    assert client.answer_head().status == 200
    tunnel.client.socket.settimeout(80)
    until("most of the window to pass", lambda: time.time() > end - 2, 80)
    assert tunnel.is_alive()
    since = time.monotonic() + end - time.time()
    event, taken = assert_closed(world, tunnel, "default_deny", since)
    print(f"\nclosed {taken * 1000:.0f} ms after the end of the window")
    assert taken > -0.2
    assert event["closing_serial"] == event["bundle_serial"] == 1
    with pytest.raises(ConnectionResetError):
        client.socket.recv(1)
    assert world.gateway.event("/events")["outcome"] == "closed_by_policy"
    assert kept.is_alive()


def test_closes_what_could_not_be_recorded(worlds, echo, origin):
    world = worlds(workers=1, spool_settings={"segment_bytes": 65536, "bytes_max": 4 * 65536})
    world.gateway.expect_errors("spool", "record")
    rules = [tunnels("allow-echo", "other.test", echo),
             allow("allow-origin", [f"origin.test:{origin.port}"])]
    world.policies(*rules).start()
    recorded = Tunnel(world, "other.test", echo)

    def lost():
        with world.client() as client:
            for _ in range(100):
                client.fetch("GET", f"http://origin.test:{origin.port}/")
        return world.gateway.metric("clawgress_records_lost_total") > 0

    until("the spool to be full", lost, 60)
    unrecorded = Tunnel(world, "other.test", echo)
    assert unrecorded.is_alive()
    since = published(world)
    assert unrecorded.seconds_to_reset(since) < FAILING_SECONDS
    assert recorded.is_alive()
