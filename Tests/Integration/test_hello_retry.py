"""A server may ask for a second ClientHello, and that one must name the same server."""

import shutil
import socket
import ssl
import subprocess

import pytest

from support import hello, wire
from support.hello import alert
from support.origin import Origin
from support.waiting import until
from support.witness import Witness
from support.world import allow

RANDOM = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
ILLEGAL_PARAMETER = 47
CHANGE_CIPHER_SPEC = hello.record(b"\1", kind=20)
EARLY_DATA = hello.record(b"\x16" * 40, kind=23)


def server_hello(random):
    """The record of a ServerHello; a HelloRetryRequest with the one random that makes it one."""
    body = b"\x03\x03" + random + b"\0\x13\x01\0" + hello.counted(hello.extension(43, b"\3\4"))
    return hello.record(b"\2" + len(body).to_bytes(3, "big") + body)


RETRY = server_hello(RANDOM)


@pytest.fixture
def asking(worlds):
    """A server that asks every client for a second ClientHello, and a world before it."""
    server = Witness(RETRY)
    world = worlds(workers=1, settings={"limits": {"head_ms": 1500}})
    world.policies(
        allow("allow-server", [f"origin.test:{server.port}", f"127.0.0.1:{server.port}"])
    ).start()
    yield world, server
    server.close()


def begun(world, server, name="origin.test", host="origin.test"):
    """A client whose first ClientHello was answered, and its tunnel's id."""
    client = world.client()
    identifier = client.connect(f"{host}:{server.port}").get("clawgress-request-id")
    first = hello.hello(name)
    client.send(first)
    assert b"".join(client.reader.exactly(len(RETRY) + len(first))) == RETRY + first
    return client, identifier, first


def test_the_same_name_passes_and_all_that_follows(asking):
    world, server = asking
    client, identifier, first = begun(world, server)
    with client:
        second = CHANGE_CIPHER_SPEC + hello.in_records("ORIGIN.test", 50) + b"anything then"
        client.send(second)
        assert b"".join(client.reader.exactly(len(second))) == second
        client.socket.shutdown(socket.SHUT_WR)
    assert server.last().received == first + second
    event = world.gateway.event(identifier)
    assert (event["decision"], event["sni"]) == ("allow", "origin.test")


@pytest.mark.parametrize("second, name", [
    (hello.hello("evil.test"), "evil.test"),
    (hello.hello(None), "origin.test"),
    (hello.in_records("evil.test", 1), "evil.test"),
])
@pytest.mark.parametrize("size", [1, 4096])
def test_another_name_never_reaches_the_server(asking, second, name, size):
    world, server = asking
    client, identifier, first = begun(world, server)
    with client:
        sent = CHANGE_CIPHER_SPEC + second
        for start in range(0, len(sent), size):
            client.send(sent[start:start + size])
        assert b"".join(client.reader.to_the_end()).endswith(alert(ILLEGAL_PARAMETER))
    assert server.last().received == first + CHANGE_CIPHER_SPEC
    event = world.gateway.event(identifier)
    assert (event["decision"], event["reason"]) == ("deny", "sni_changed")
    assert (event["policy_id"], event["allowed_by"]) == ("blocked-address", "allow-server")
    assert event["sni"] == name


def test_a_second_hello_that_was_sent_before_it_was_asked_for_is_none_less(worlds):
    """Everything in one segment, early data between: what the server answers decides."""
    for answer, reason in [(RETRY, "sni_changed"), (server_hello(b"\x55" * 32), None)]:
        server = Witness(answer)
        world = worlds(workers=1)
        world.policies(allow("allow-server", [f"origin.test:{server.port}"])).start()
        with world.client() as client:
            identifier = client.connect(f"origin.test:{server.port}").get("clawgress-request-id")
            before = hello.hello("origin.test") + EARLY_DATA
            client.send(before + hello.hello("evil.test"))
            client.socket.shutdown(socket.SHUT_WR)
            b"".join(client.reader.to_the_end())
        received = server.last().received
        event = world.gateway.event(identifier)
        if reason:
            assert (event["reason"], received) == (reason, before)
        else:
            assert event["decision"] == "allow"
        server.close()


def test_a_tunnel_to_an_address_goes_on_naming_nobody(asking):
    world, server = asking
    client, identifier, _ = begun(world, server, name=None, host="127.0.0.1")
    with client:
        client.send(hello.hello("origin.test"))
        assert b"".join(client.reader.to_the_end()).endswith(alert(ILLEGAL_PARAMETER))
    assert world.gateway.event(identifier)["reason"] == "sni_changed"


def test_a_second_hello_is_not_waited_for_without_end(asking):
    world, server = asking
    client, identifier, _ = begun(world, server)
    with client:
        client.send(hello.hello("origin.test")[:20])
        assert b"".join(client.reader.to_the_end()).endswith(alert(hello.HANDSHAKE_FAILURE))
    assert world.gateway.event(identifier)["reason"] == "tls_hello_timed_out"


@pytest.mark.parametrize("rest, reason", [
    (b"GET / HTTP/1.1\r\n\r\n", "tls_hello_malformed"),
    (hello.record(hello.message(kind=2)), "tls_hello_malformed"),
])
def test_nothing_else_stands_in_its_place(asking, rest, reason):
    world, server = asking
    client, identifier, _ = begun(world, server)
    with client:
        client.send(rest)
        b"".join(client.reader.to_the_end())
    assert world.gateway.event(identifier)["reason"] == reason


@pytest.fixture
def picky(authority):
    """A real TLS server that takes one group only, so that it asks most clients again."""
    context = authority.server_context(["secure.test"])
    context.set_ecdh_curve("prime256v1")
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    server = Origin(tls=context)
    yield server
    server.close()


def test_python_is_asked_again_and_passes(worlds, picky, authority):
    world = worlds(workers=1)
    world.policies(allow("allow-secure", [f"secure.test:{picky.port}"])).start()
    with world.client() as client:
        client.connect(f"secure.test:{picky.port}")
        client.start_tls(authority.client_context(), "secure.test")
        client.send(wire.message("GET /x HTTP/1.1", [("Host", "secure.test")]))
        assert client.answer().status == 200


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl here")
def test_openssl_is_asked_again_and_passes(worlds, picky):
    world = worlds(workers=1)
    world.policies(allow("allow-secure", [f"secure.test:{picky.port}"])).start()
    done = subprocess.run(
        ["openssl", "s_client", "-msg", "-groups", "X25519:P-256",
         "-proxy", f"127.0.0.1:{world.gateway.port}",
         "-proxy_user", "crawler", "-proxy_pass", f"pass:{world.keys['crawler']}",
         "-connect", f"secure.test:{picky.port}", "-servername", "secure.test"],
        input="", capture_output=True, text=True, timeout=30, check=False,
    )
    # The client's own log: it was asked again.
    assert done.stdout.count("Handshake [length") >= 4
    assert done.stdout.count("ClientHello") == 2, done.stdout
    assert "BEGIN CERTIFICATE" in done.stdout
    event = until("the tunnel's event", world.gateway.events)[0]
    assert (event["decision"], event["sni"]) == ("allow", "secure.test")
