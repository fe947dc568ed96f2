"""WebSockets over plain http: a request until the origin agrees, a tunnel from then on."""

import shutil
import socket
import subprocess
import threading

import pytest

from support import wire
from support.origin import Origin
from support.waiting import until
from support.websocket import EchoServer, WebSocket
from support.world import allow, deny, marker

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
OPENING = [
    ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Key", KEY),
    ("Sec-WebSocket-Version", "13"),
]
AGREED = [
    ("Upgrade", "websocket"), ("Connection", "Upgrade"),
    ("Sec-WebSocket-Accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="),
]


@pytest.fixture(scope="module")
def chat():
    server = EchoServer()
    yield server
    server.close()


@pytest.fixture
def opened(worlds, chat):
    """A world whose agent may ask the WebSocket server, but not on every path."""
    world = worlds()
    return world.policies(
        allow("allow-chat", [f"origin.test:{chat.port}"]),
        deny("deny-secret", {"path_prefix": ["/secret"]}),
    ).start()


@pytest.fixture
def scripted(worlds):
    """Makes an origin that does what a test says with each connection, and a world before it."""
    origins = []

    def make(page, **arguments):
        def answer(_origin, seen, reader, connection):
            seen.complete = True
            return page(seen, reader, connection)

        origins.append(Origin(pages=answer))
        world = worlds(**arguments)
        world.policies(allow("allow-origin", [f"origin.test:{origins[-1].port}"])).start()
        return world, origins[-1]

    yield make
    for origin in origins:
        origin.close()


def agree(behind=b""):
    """A page that agrees, sends bytes behind its answer, and then echoes."""
    def page(_seen, reader, connection):
        head = wire.message("HTTP/1.1 101 Switching Protocols", AGREED)
        connection.sendall(head + behind)
        for piece in reader.to_the_end():
            connection.sendall(piece)
        return False
    return page


def test_carries_a_conversation_and_records_it_once(opened, chat):
    mark = marker()
    socket_ = WebSocket(opened, f"origin.test:{chat.port}", f"/chat/{mark}")
    assert socket_.next() == "welcome"
    texts = ["", "a", "x" * 125, "y" * 126, "z" * 70_000, "é" * 1000]
    for text in texts:
        socket_.send(text)
        assert socket_.next() == text
    assert socket_.close() == 1000
    event = opened.gateway.event(mark)
    assert (event["outcome"], event["status"], event["reason"]) == (
        "completed", 101, "policy_allowed")
    assert (event["protocol"], event["scheme"], event["http_method"]) == ("http", "http", "GET")
    assert event["policy_id"] == "allow-chat"
    assert event["bytes_out"] > socket_.sent
    assert event["bytes_in"] > sum(len(text.encode()) for text in texts)
    assert opened.gateway.metric("clawgress_tunnels_opened_total") == 1
    until("its end", lambda: opened.gateway.metric("clawgress_tunnels_closed_total") == 1)


def test_carries_large_messages_in_both_directions_at_once(opened, chat):
    socket_ = WebSocket(opened, f"origin.test:{chat.port}")
    text = "0123456789abcdef" * (1 << 19)
    frames = socket_.rendered(text)
    sender = threading.Thread(target=socket_.client.send, args=(frames,), daemon=True)
    sender.start()
    assert socket_.next() == "welcome"
    assert socket_.next() == text
    sender.join()
    socket_.close()


def test_keeps_what_was_sent_too_early_for_the_tunnel(opened, chat):
    early = ["first", "second", "w" * 20_000]
    socket_ = WebSocket(opened, f"origin.test:{chat.port}", early=early)
    assert [socket_.next() for _ in range(4)] == ["welcome", *early]
    socket_.close()


def test_writes_the_hop_by_hop_fields_anew(scripted):
    world, origin = scripted(agree())
    mark = marker()
    with world.client() as client:
        fields = [
            ("connection", "keep-alive, UPGRADE, X-Hop"), ("upgrade", "WebSocket"), *OPENING[2:],
            ("X-Hop", "1"), ("Keep-Alive", "timeout=5"), ("Sec-WebSocket-Protocol", "chat"),
        ]
        client.ask("GET", f"http://origin.test:{origin.port}/{mark}", fields)
        answer = client.answer_head()
        assert answer.status == 101
        assert sorted(answer.head.fields) == sorted([*AGREED, ("Via", "1.1 gw-test")])
        client.send(b"ping")
        assert b"".join(client.reader.exactly(4)) == b"ping"
    head = origin.request(f"/{mark}").head
    assert head.fields == [
        ("Host", f"origin.test:{origin.port}"), *OPENING[2:], ("Sec-WebSocket-Protocol", "chat"),
        *OPENING[:2], ("Via", "1.1 gw-test"),
    ]


def test_counts_every_byte_and_passes_each_end_on(scripted):
    world, origin = scripted(agree(b"hello"))
    mark = marker()
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/{mark}", OPENING)
        assert client.answer_head().status == 101
        client.send(b"abc")
        client.socket.shutdown(socket.SHUT_WR)
        assert b"".join(client.reader.to_the_end()) == b"helloabc"
    event = world.gateway.event(mark)
    head = origin.request(f"/{mark}").head
    sent = "\r\n".join([head.start] + [f"{name}: {value}" for name, value in head.fields])
    answered = wire.message("HTTP/1.1 101 Switching Protocols", AGREED, b"helloabc")
    assert event["bytes_out"] == len(sent) + 4 + 3
    assert event["bytes_in"] == len(answered)
    assert event["outcome"] == "completed"


def test_takes_the_answer_in_any_number_of_pieces(scripted):
    def drip(_seen, reader, connection):
        for byte in wire.message("HTTP/1.1 101 Switching Protocols", AGREED, b"hello"):
            connection.sendall(bytes([byte]))
        for piece in reader.to_the_end():
            connection.sendall(piece)
        return False

    world, origin = scripted(drip)
    with world.client() as client:
        client.send(client.rendered("GET", f"http://origin.test:{origin.port}/", OPENING) + b"early")
        assert client.answer_head().status == 101
        assert b"".join(client.reader.exactly(10)) in (b"helloearly",)


def test_an_end_right_behind_the_answer_is_an_end_of_the_tunnel(scripted):
    def brief(_seen, _reader, connection):
        connection.sendall(wire.message("HTTP/1.1 101 Switching Protocols", AGREED, b"bye"))
        return False

    world, origin = scripted(brief)
    mark = marker()
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/{mark}", OPENING)
        assert client.answer_head().status == 101
        assert b"".join(client.reader.to_the_end()) == b"bye"
    assert world.gateway.event(mark)["outcome"] in ("completed", "client_closed")


@pytest.mark.parametrize("status", [200, 400, 403, 404, 426, 503])
def test_any_other_answer_is_an_ordinary_one(scripted, status):
    def other(seen, _reader, connection):
        body = b"no\n" if seen.head.get("upgrade") else b"yes\n"
        number = f"{status} Other" if seen.head.get("upgrade") else "200 OK"
        fields = [("Content-Length", str(len(body))), ("Connection", "upgrade"),
                  ("Upgrade", "websocket")]
        connection.sendall(wire.message(f"HTTP/1.1 {number}", fields, body))
        return True

    world, origin = scripted(other)
    mark = marker()
    with world.client() as client:
        url = f"http://origin.test:{origin.port}/{mark}"
        answer = client.fetch("GET", url, OPENING)
        assert (answer.status, answer.body, answer.get("upgrade")) == (status, b"no\n", None)
        again = client.fetch("GET", f"{url}-again")
        assert (again.status, again.body) == (200, b"yes\n")
    assert world.gateway.event(mark)["status"] == status
    assert world.gateway.metric("clawgress_tunnels_opened_total") == 0
    assert world.gateway.metric("clawgress_tunnels_closed_total") == 0


def test_interim_answers_may_come_first(scripted):
    def page(_seen, _reader, connection):
        connection.sendall(wire.message("HTTP/1.1 103 Early Hints", [("Link", "</a>")]))
        connection.sendall(wire.message("HTTP/1.1 101 Switching Protocols", AGREED))
        return False

    world, origin = scripted(page)
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/", OPENING)
        answer = client.answer_head()
        assert (answer.status, [status for status, _ in answer.interim]) == (101, [103])


@pytest.mark.parametrize("fields, answer", [
    ([], AGREED),
    (OPENING, [("Upgrade", "h2c"), ("Connection", "Upgrade")]),
    (OPENING, [("Upgrade", "websocket")]),
    (OPENING, []),
    (OPENING, [*AGREED, ("Transfer-Encoding", "chunked")]),
    ([("Connection", "Upgrade"), ("Upgrade", "h2c")], [("Upgrade", "h2c"), *AGREED[1:]]),
])
def test_refuses_a_101_that_nobody_asked_for(scripted, fields, answer):
    def page(_seen, _reader, connection):
        connection.sendall(wire.message("HTTP/1.1 101 Switching Protocols", answer))
        return False

    world, origin = scripted(page)
    mark = marker()
    with world.client() as client:
        got = client.fetch("GET", f"http://origin.test:{origin.port}/{mark}", fields)
        assert (got.status, got.get("clawgress-reason")) == (502, "upstream_malformed")
    assert world.gateway.event(mark)["outcome"] == "upstream_failed"


@pytest.mark.parametrize("accept", [
    [], [("Sec-WebSocket-Accept", "ICX+Yqv66kxgM0FcWaLWlFLwTAI=")], [AGREED[2], AGREED[2]],
    [("Sec-WebSocket-Accept", KEY)], [("Sec-WebSocket-Accept", AGREED[2][1].lower())],
])
def test_a_101_without_the_proof_opens_nothing(scripted, accept):
    def page(_seen, _reader, connection):
        connection.sendall(
            wire.message("HTTP/1.1 101 Switching Protocols", [*AGREED[:2], *accept], b"hello")
        )
        return False

    world, origin = scripted(page)
    mark = marker()
    with world.client() as client:
        got = client.fetch("GET", f"http://origin.test:{origin.port}/{mark}", OPENING)
        assert (got.status, got.get("clawgress-reason")) == (502, "websocket_accept_mismatch")
    event = world.gateway.event(mark)
    assert (event["outcome"], event["decision"]) == ("upstream_failed", "allow")
    assert world.gateway.metric("clawgress_tunnels_opened_total") == 0


@pytest.mark.parametrize("fields", [
    [OPENING[1], *OPENING[2:]],
    [OPENING[0], ("Upgrade", "websocket, h2c"), *OPENING[2:]],
    [OPENING[0], OPENING[1], OPENING[2]],
    [*OPENING[:3], ("Sec-WebSocket-Version", "8")],
    [*OPENING, ("Content-Length", "3")],
])
def test_refuses_an_opening_that_is_not_exactly_one(scripted, fields):
    world, origin = scripted(agree())
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/", fields)
        answer = client.answer()
        assert (answer.status, answer.get("clawgress-reason")) == (400, "upgrade_refused")
        assert client.closed()
    assert origin.connections == 0


def test_other_upgrades_are_passed_over(simple, origin):
    world = simple()
    mark = marker()
    with world.client() as client:
        fields = [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c"),
                  ("HTTP2-Settings", "AAMAAABkAAQAoAAAAAIAAAAA")]
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/{mark}", fields)
        assert answer.status == 200
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
    head = origin.request(f"/{mark}").head
    names = [name.lower() for name, _ in head.fields]
    assert not {"upgrade", "http2-settings", "connection"} & set(names)


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_curl_that_would_like_http_2_gets_its_answer(simple, origin):
    world = simple()
    done = subprocess.run(
        ["curl", "--silent", "--show-error", "--fail", "--http2", "--max-time", "20",
         "--proxy", world.proxy_url(), f"http://origin.test:{origin.port}/curl"],
        capture_output=True, text=True, check=False,
    )
    assert (done.returncode, done.stdout) == (0, "ok\n"), done.stderr


def test_policy_sees_the_path_of_the_opening(opened, chat):
    with opened.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{chat.port}/secret/chat", OPENING)
        assert (answer.status, answer.get("clawgress-policy")) == (403, "deny-secret")


def test_counts_against_the_tunnels_of_the_agent(scripted):
    world, origin = scripted(agree(), settings={"limits": {"tunnels_per_agent": 2}})
    url = f"http://origin.test:{origin.port}/"
    clients = [world.client() for _ in range(3)]
    for client in clients:
        client.ask("GET", url, OPENING)
    answers = [client.answer_head() for client in clients]
    assert sorted(answer.status for answer in answers) == [101, 101, 429]
    for client in clients:
        client.socket.close()
    until("both to end", lambda: world.gateway.metric("clawgress_exchanges") == 0)
    with world.client() as client:
        client.ask("GET", url, OPENING)
        assert client.answer_head().status == 101


def test_a_broken_side_breaks_the_other(scripted):
    ended = threading.Event()

    def page(_seen, reader, connection):
        connection.sendall(wire.message("HTTP/1.1 101 Switching Protocols", AGREED))
        try:
            b"".join(reader.to_the_end())
        finally:
            ended.set()
        return False

    world, origin = scripted(page)
    mark = marker()
    client = world.client()
    client.ask("GET", f"http://origin.test:{origin.port}/{mark}", OPENING)
    assert client.answer_head().status == 101
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    client.socket.close()
    until("the origin to learn it", ended.is_set)
    assert world.gateway.event(mark)["outcome"] == "client_closed"
