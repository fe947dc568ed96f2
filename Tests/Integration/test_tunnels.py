"""CONNECT: bytes both ways, half-close, exact counts, one event at the end."""

import hashlib
import socket
import threading

import pytest

from support import wire
from support.echo import Echo
from support.waiting import until
from support.world import allow, marker


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def opened(worlds, echo):
    """A world whose agent may open any kind of tunnel to the echo service."""
    world = worlds()
    return world.policies(allow("allow-echo", [f"other.test:{echo.port}"], tls="any")).start()


def test_answers_200_with_a_request_id_and_no_length(opened, echo):
    with opened.client() as client:
        answer = client.connect(f"other.test:{echo.port}")
        assert answer.status == 200
        assert answer.get("content-length") is None
        assert answer.get("transfer-encoding") is None
        identifier = answer.get("clawgress-request-id")
    event = opened.gateway.event(identifier)
    assert (event["protocol"], event["destination_port"]) == ("connect", echo.port)


def test_keeps_the_other_direction_open_after_a_half_close(opened, echo):
    with opened.client() as client:
        client.connect(f"other.test:{echo.port}")
        client.send(b"hello")
        client.socket.shutdown(socket.SHUT_WR)
        assert b"".join(client.reader.to_the_end()) == b"hello<end>"
    event = opened.gateway.event("other.test")
    assert event["outcome"] == "completed"
    assert (event["bytes_out"], event["bytes_in"]) == (5, 10)


def test_passes_bytes_sent_together_with_the_connect(opened, echo):
    with opened.client() as client:
        authority = f"other.test:{echo.port}"
        client.send(client.rendered("CONNECT", authority) + b"early")
        assert client.answer("CONNECT").status == 200
        assert b"".join(client.reader.exactly(5)) == b"early"


@pytest.mark.parametrize("size", [1, 100_000, 32 << 20])
def test_counts_tunnel_bytes_exactly(opened, echo, size):
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    with opened.client(seconds=60) as client:
        identifier = client.connect(f"other.test:{echo.port}").get("clawgress-request-id")
        sender = threading.Thread(target=client.send, args=(data,), daemon=True)
        sender.start()
        digest = hashlib.sha256()
        for piece in client.reader.exactly(size):
            digest.update(piece)
        sender.join()
        client.socket.shutdown(socket.SHUT_WR)
        assert b"".join(client.reader.to_the_end()) == b"<end>"
    assert digest.digest() == hashlib.sha256(data).digest()
    event = opened.gateway.event(identifier)
    assert (event["bytes_out"], event["bytes_in"]) == (size, size + 5)


def test_closes_the_origin_side_when_the_client_breaks_off(opened, echo):
    with opened.client() as client:
        client.connect(f"other.test:{echo.port}")
        client.send(b"x")
        assert b"".join(client.reader.exactly(1)) == b"x"
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    until("the origin side to close", echo.ended.is_set)
    assert opened.gateway.event("other.test")["outcome"] in ("client_closed", "completed")


def test_carries_tls_end_to_end(world, secure, authority):
    mark = marker()
    with world.client() as client:
        identifier = client.connect(f"secure.test:{secure.port}").get("clawgress-request-id")
        client.start_tls(authority.client_context(), "secure.test")
        for number in range(3):
            client.send(wire.message(f"GET /{mark}-{number} HTTP/1.1", [("Host", "secure.test")]))
            assert client.answer().status == 200
    event = world.gateway.event(identifier)
    assert event["outcome"] in ("completed", "client_closed")
    assert event["bytes_out"] > 500


def test_accepts_connect_of_http_1_0_without_host(opened, echo):
    with opened.client() as client:
        client.send(
            f"CONNECT other.test:{echo.port} HTTP/1.0\r\n"
            f"Proxy-Authorization: {client.credentials}\r\n\r\n".encode()
        )
        assert client.answer("CONNECT").status == 200
        client.send(b"ping")
        assert b"".join(client.reader.exactly(4)) == b"ping"


def test_holds_many_tunnels_at_once(opened, echo):
    clients = [opened.client() for _ in range(300)]
    for client in clients:
        client.ask("CONNECT", f"other.test:{echo.port}")
    for client in clients:
        assert client.answer("CONNECT").status == 200
    for number, client in enumerate(clients):
        client.send(b"%04d" % number)
    for number, client in enumerate(clients):
        assert b"".join(client.reader.exactly(4)) == b"%04d" % number
        client.socket.close()
    until("an event for each tunnel", lambda: len(opened.gateway.events()) == 300)


def test_limits_the_tunnels_of_one_agent(worlds, echo):
    world = worlds(settings={"limits": {"tunnels_per_agent": 3}})
    world.policies(allow("allow-echo", [f"other.test:{echo.port}"], tls="any")).start()
    held = [world.client() for _ in range(4)]
    statuses = [client.connect(f"other.test:{echo.port}").status for client in held]
    assert statuses == [200, 200, 200, 429]
    for client in held:
        client.socket.close()
