"""Requests in a tunnel that may carry anything: each is judged, counted and recorded by itself."""

import socket
import subprocess
import textwrap

import pytest

from support import wire
from support.echo import Echo
from support.held import published
from support.waiting import until
from support.websocket import EchoServer
from support.witness import Witness
from support.world import allow, deny, marker

GREETING = b"SSH-2.0-Witness\r\n"


@pytest.fixture
def opened(worlds, origin):
    """A world whose agent may tunnel anything to the origin, and ask it all but secrets."""
    world = worlds(workers=1)
    return world.policies(
        allow("allow-origin", [f"origin.test:{origin.port}"], tls="any"),
        deny("deny-secret", {"path_prefix": ["/secret"]}, tunnels="ignore"),
        deny("deny-delete", {"method": ["DELETE"]}, tunnels="ignore"),
    ).start()


def tunnel(world, origin, name="origin.test", **arguments):
    """A client in a tunnel, and the tunnel's id."""
    client = world.client(**arguments)
    answer = client.connect(f"{name}:{origin.port}")
    assert answer.status == 200
    return client, answer.get("clawgress-request-id")


def head(method, target, origin, *fields, name="origin.test", version="HTTP/1.1"):
    """A request as a client writes it that takes the tunnel for the origin."""
    lines = [("Host", f"{name}:{origin.port}"), *fields]
    return wire.message(f"{method} {target} {version}", lines)


def ask(client, *arguments, body=b"", **more):
    """One request and its answer."""
    client.send(head(*arguments, **more) + body)
    return client.answer(arguments[0])


def test_each_request_has_an_event_that_names_its_tunnel(opened, origin):
    client, outer = tunnel(opened, origin)
    marks = [marker() for _ in range(3)]
    with client:
        identifiers = []
        for mark in marks:
            answer = ask(client, "GET", f"/{mark}", origin)
            assert (answer.status, answer.body) == (200, b"ok\n")
            assert answer.get("via") == "1.1 gw-test"
    for mark in marks:
        event = opened.gateway.event(mark)
        identifiers.append(event["request_id"])
        assert event["tunnel_request_id"] == outer
        assert (event["protocol"], event["scheme"], event["http_method"]) == ("http", "http", "GET")
        assert (event["agent_id"], event["auth_type"]) == ("crawler", "api_key")
        assert (event["policy_id"], event["outcome"]) == ("allow-origin", "completed")
        assert event["credential_id"] == opened.gateway.event(outer)["credential_id"]
        assert event["bytes_out"] > 0
    around = opened.gateway.event(outer)
    assert (around["protocol"], around["outcome"], around["status"]) == (
        "connect", "completed", 200)
    assert (around["bytes_out"], around["bytes_in"]) == (0, 0)
    assert around["tunnel_request_id"] is None
    assert len({*identifiers, outer}) == 4
    assert len(opened.gateway.events()) == 4
    until("the end of all", lambda: opened.gateway.metric("clawgress_exchanges") == 0)
    # The connection that was made for the tunnel has carried all of them.
    assert origin.connections == 1
    assert all(seen.head.get("proxy-authorization") is None for seen in origin.seen)


def test_policy_looks_at_method_and_path_and_the_tunnel_goes_on(opened, origin):
    client, outer = tunnel(opened, origin)
    with client:
        for method, path in [("GET", "/secret/x"), ("DELETE", "/x"), ("GET", "/a/../secret/y")]:
            answer = ask(client, method, path, origin)
            assert answer.status == 403
            assert answer.get("clawgress-reason") == "policy_denied"
        assert ask(client, "GET", "/x", origin).status == 200
    assert origin.paths() == ["/x"]
    events = until("four events in the tunnel", lambda: four(opened, outer))
    assert [event["decision"] for event in events] == ["deny", "deny", "deny", "allow"]
    assert events[0]["policy_id"] == "deny-secret"


def four(world, outer):
    """The four events of a tunnel's requests, once they are there."""
    events = world.gateway.events(lambda event: event["tunnel_request_id"] == outer)
    return events if len(events) == 4 else None


@pytest.mark.parametrize("line, host, reason", [
    ("GET http://origin.test:{port}/ HTTP/1.1", "origin.test:{port}", "target_form_unsupported"),
    ("GET http://other.test/ HTTP/1.1", "other.test", "target_form_unsupported"),
    ("CONNECT origin.test:{port} HTTP/1.1", "origin.test:{port}", "target_form_unsupported"),
    ("OPTIONS * HTTP/1.1", "origin.test:{port}", "target_form_unsupported"),
    ("GET / HTTP/1.1", "other.test:{port}", "host_field_mismatch"),
    ("GET / HTTP/1.1", "origin.test", "host_field_mismatch"),
    ("GET  / HTTP/1.1", "origin.test:{port}", "request_line_malformed"),
    ("GET / HTTP/1.2", "origin.test:{port}", "version_unsupported"),
])
def test_another_authority_or_form_is_refused(opened, origin, line, host, reason):
    client, outer = tunnel(opened, origin)
    with client:
        text = f"{line}\r\nHost: {host}\r\n\r\n".format(port=origin.port)
        client.send(text.encode())
        answer = client.answer(line.split(" ")[0])
        assert answer.get("clawgress-reason") == reason
        assert client.closed()
    assert origin.seen == []
    events = until("both events", lambda: both(opened))
    assert {event["tunnel_request_id"] for event in events} == {None, outer}


def both(world):
    """Two events, once they are there."""
    events = world.gateway.events()
    return events if len(events) == 2 else None


def test_credentials_in_a_tunnel_count_nothing_and_reach_nobody(opened, origin):
    mark = marker()
    client, _ = tunnel(opened, origin)
    with client:
        assert ask(
            client, "GET", f"/{mark}", origin, ("Proxy-Authorization", "Basic bm9ib2R5OmtleQ=="),
            ("Clawgress-Reason", "mine"),
        ).status == 200
    seen = origin.request(f"/{mark}")
    assert not [name for name, _ in seen.head.fields if name.lower().startswith(("proxy", "claw"))]
    assert opened.gateway.event(mark)["agent_id"] == "crawler"


def test_pipelined_and_with_bodies_in_any_number_of_pieces(opened, origin):
    whole = (
        head("POST", "/echo", origin, ("Content-Length", "5")) + b"first"
        + head("POST", "/echo", origin, ("Transfer-Encoding", "chunked"))
        + b"3\r\nsec\r\n3;x=y\r\nond\r\n0\r\nX-Last: 1\r\n\r\n"
        + head("HEAD", "/x", origin) + head("GET", "/x", origin, ("Connection", "close"))
    )
    for size in (len(whole), 100, 7):
        client, _ = tunnel(opened, origin)
        with client:
            client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            # The first line at once: a part of one is not waited for.
            line = whole.index(b"\n") + 1
            client.send(whole[:line])
            for start in range(line, len(whole), size):
                client.send(whole[start:start + size])
            assert client.answer("POST").body == b"first"
            second = client.answer("POST")
            assert (second.body, second.trailers) == (b"second", [("X-Last", "1")])
            assert client.answer("HEAD").status == 200
            assert client.answer("GET").body == b"ok\n"
            assert client.closed()


def test_the_head_may_come_with_the_connect(opened, origin):
    mark = marker()
    with opened.client() as client:
        connect = client.rendered("CONNECT", f"origin.test:{origin.port}")
        client.send(connect + head("GET", f"/{mark}", origin))
        assert client.answer("CONNECT").status == 200
        assert client.answer("GET").body == b"ok\n"
    assert opened.gateway.event(mark)["tunnel_request_id"] is not None


def test_http_1_0_in_a_tunnel_ends_it(opened, origin):
    client, outer = tunnel(opened, origin)
    with client:
        client.send(b"GET /x HTTP/1.0\r\n\r\n")
        assert client.answer("GET").body == b"ok\n"
        assert client.closed()
    assert opened.gateway.event(outer)["outcome"] == "completed"


def test_a_slow_head_is_told_like_any_other(worlds, origin):
    world = worlds(workers=1, settings={"limits": {"head_ms": 1500}})
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"], tls="any")).start()
    client, outer = tunnel(world, origin)
    with client:
        client.send(b"GET /x HTTP/1.1\r\n")
        answer = client.answer("GET")
        assert (answer.status, answer.get("clawgress-reason")) == (408, "head_timed_out")
    events = until("both events", lambda: both(world))
    assert {event["tunnel_request_id"] for event in events} == {None, outer}


def test_each_request_counts_against_the_quota(worlds, origin):
    world = worlds(workers=1, quotas=[
        {"agent_id": "crawler", "rps_limit": 1000, "rpm_limit": 3, "mode": "hard_stop"},
    ])
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"], tls="any")).start()
    client, _ = tunnel(world, origin)
    with client:
        statuses = [ask(client, "GET", "/x", origin).status for _ in range(4)]
    assert statuses == [200, 200, 429, 429]


@pytest.mark.parametrize("first", [b"EHLO me\r\n", b"ping", b"\x16\x03\x01\0\0", b"GET /\r\n"])
def test_what_is_no_request_passes_as_it_is(worlds, first):
    echo = Echo()
    world = worlds(workers=1)
    world.policies(allow("allow-echo", [f"other.test:{echo.port}"], tls="any")).start()
    client, outer = tunnel(world, echo, "other.test")
    with client:
        client.send(first)
        assert b"".join(client.reader.exactly(len(first))) == first
        late = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        client.send(late)
        assert b"".join(client.reader.exactly(len(late))) == late
    event = world.gateway.event(outer)
    assert event["bytes_out"] == len(first + late)
    echo.close()


def test_whoever_speaks_first_may_be_the_origin(worlds):
    server = Witness(GREETING)
    world = worlds(workers=1)
    world.policies(allow("allow-ssh", [f"other.test:{server.port}"], tls="any")).start()
    client, outer = tunnel(world, server, "other.test")
    with client:
        assert b"".join(client.reader.exactly(len(GREETING))) == GREETING
        client.send(b"GET / HTTP/1.1\r\n")
        assert b"".join(client.reader.exactly(16)) == b"GET / HTTP/1.1\r\n"
    assert world.gateway.event(outer)["bytes_in"] == len(GREETING) + 16
    server.close()


def test_a_websocket_opens_in_a_tunnel(worlds):
    chat = EchoServer()
    world = worlds(workers=1)
    world.policies(allow("allow-chat", [f"origin.test:{chat.port}"], tls="any")).start()
    mark = marker()
    client, outer = tunnel(world, chat)
    with client:
        client.send(head(
            "GET", f"/{mark}", chat, ("Connection", "Upgrade"), ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ))
        assert client.answer_head().status == 101
        assert b"".join(client.reader.exactly(9)) == b"\x81\x07welcome"
    event = world.gateway.event(mark)
    assert (event["tunnel_request_id"], event["status"]) == (outer, 101)
    # Whether the client ends in order depends on what the server still says to it.
    assert world.gateway.event(outer)["outcome"] in ("completed", "client_closed")
    chat.close()


def test_a_revoked_key_ends_the_tunnel_between_its_requests(opened, origin):
    client, outer = tunnel(opened, origin)
    with client:
        assert ask(client, "GET", "/x", origin).status == 200
        opened.document["agents"][0]["status"] = "disabled"
        published(opened)
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1)
    event = opened.gateway.event(outer)
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "agent_disabled")


def test_a_policy_that_ends_closes_what_runs_in_the_tunnel(opened, origin):
    client, outer = tunnel(opened, origin)
    with client:
        client.send(head("GET", "/hold", origin))
        until("the request at the origin", lambda: origin.seen)
        opened.policies(deny("deny-all", {}))
        answer = client.answer("GET")
        assert (answer.status, answer.get("clawgress-reason")) == (403, "no_longer_allowed")
        assert client.closed()
    origin.gate.set()
    events = until("both events", lambda: both(opened))
    assert {event["outcome"] for event in events} == {"closed_by_policy"}
    assert {event["tunnel_request_id"] for event in events} == {None, outer}


def test_a_killed_gateway_has_recorded_both(opened, origin):
    client, outer = tunnel(opened, origin)
    with client:
        client.send(head("GET", "/hold", origin))
        until("the request at the origin", lambda: origin.seen)
        opened.gateway.kill()
    origin.gate.set()
    opened.gateway.start()
    events = until("both events", lambda: both(opened))
    assert {event["outcome"] for event in events} == {"aborted"}
    assert {event["tunnel_request_id"] for event in events} == {None, outer}


NODE = """
    const http = require('http');
    const [proxy, authority, credentials] = process.argv.slice(2);
    const [host, port] = proxy.split(':');
    const connect = http.request({host, port, method: 'CONNECT', path: authority,
      headers: {Host: authority, 'Proxy-Authorization': credentials}});
    connect.on('connect', (_, socket) => {
      const agent = new http.Agent({keepAlive: true, maxSockets: 1});
      agent.createConnection = () => socket;
      const ask = (path, then) => http.get(`http://${authority}${path}`, {agent}, answer => {
        let text = '';
        answer.on('data', piece => text += piece);
        answer.on('end', () => { console.log(answer.statusCode, text.trim()); then(); });
      });
      ask('/one', () => ask('/secret', () => ask('/two', () => process.exit(0))));
    });
    connect.end();
"""


@pytest.mark.skipif(
    subprocess.run(["which", "node"], capture_output=True, check=False).returncode != 0,
    reason="no node here",
)
def test_node_through_a_tunnel(opened, origin, tmp_path):
    script = tmp_path / "fetch.js"
    script.write_text(textwrap.dedent(NODE))
    done = subprocess.run(
        ["node", str(script), f"127.0.0.1:{opened.gateway.port}", f"origin.test:{origin.port}",
         opened.credentials()],
        capture_output=True, text=True, timeout=30, check=False,
    )
    lines = done.stdout.splitlines()
    assert (lines[0], lines[-1]) == ("200 ok", "200 ok"), done
    assert any(line.startswith("403 ") for line in lines)
    assert origin.paths() == ["/one", "/two"]
