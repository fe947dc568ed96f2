"""What a tunnel begins with: nothing flows before its ClientHello fits the name of the CONNECT."""

import socket
import ssl
import subprocess

import pytest

from support import clients, hello
from support.hello import ENCRYPTED, HYBRID_SHARE
from support.waiting import until
from support.witness import Witness
from support.world import World, allow

GREETING = b"220 mail.test ready\r\n"


@pytest.fixture(scope="module")
def witness():
    witness = Witness()
    yield witness
    witness.close()


@pytest.fixture(scope="module")
def talker():
    """An origin that speaks first."""
    talker = Witness(GREETING)
    yield talker
    talker.close()


@pytest.fixture(scope="module")
def opened(witness, talker, secure):
    """A gateway whose agent may open tunnels to the witnesses and to a real TLS server."""
    world = World()
    world.policies(
        allow("allow-secure", [f"secure.test:{secure.port}"]),
        allow("allow-witness", [f"origin.test:{witness.port}", f"origin.test:{talker.port}"]),
        allow("allow-strict", [f"slow.test:{witness.port}"], ech="refuse"),
        allow("allow-address", [f"127.0.0.1:{secure.port}"]),
        allow("allow-any", [f"other.test:{talker.port}"], tls="any"),
    ).start()
    yield world
    world.close()


def refused(world, client, identifier, reason, policy="blocked-address"):
    """The event of a tunnel that was closed for what it begins with."""
    client.socket.close()
    event = world.gateway.event(identifier)
    assert (event["decision"], event["outcome"], event["reason"]) == ("deny", "refused", reason)
    assert (event["policy_id"], event["status"]) == (policy, 200)
    assert event["allowed_by"].startswith("allow-")
    assert (event["bytes_out"], event["bytes_in"]) == (0, 0)
    return event


def tunnel(client, authority):
    """Opens a tunnel; its request id."""
    answer = client.connect(authority)
    assert answer.status == 200
    return answer.get("clawgress-request-id")


def rest(client):
    """Everything that still comes."""
    return b"".join(client.reader.to_the_end())


# Real clients.


def test_python_passes_with_the_right_name(opened, secure, authority):
    with opened.client() as client:
        identifier = tunnel(client, f"secure.test:{secure.port}")
        client.start_tls(authority.client_context(), "secure.test")
        client.ask("GET", "http://secure.test/x")
        assert client.answer().status == 200
    event = opened.gateway.event(identifier)
    # A client that has not read the server's last record resets the connection.
    assert event["decision"] == "allow"
    assert event["reason"] in ("policy_allowed", "client_closed")
    assert (event["sni"], event["destination_host"]) == ("secure.test", "secure.test")
    assert event["allowed_by"] is None


def test_python_with_another_name_is_told_by_an_alert(opened, secure, authority):
    with opened.client() as client:
        identifier = tunnel(client, f"secure.test:{secure.port}")
        with pytest.raises(ssl.SSLError) as error:
            client.start_tls(authority.client_context(), "other.test")
        assert error.value.reason == "TLSV1_UNRECOGNIZED_NAME"
        event = refused(opened, client, identifier, "sni_mismatch")
    assert (event["sni"], event["destination_host"]) == ("other.test", "secure.test")
    assert event["allowed_by"] == "allow-secure"


@pytest.mark.parametrize("options, alert, reason", [
    (["-servername", "secure.test"], None, None),
    (["-servername", "SECURE.test"], None, None),
    (["-servername", "other.test"], "unrecognized name", "sni_mismatch"),
    (["-noservername"], "missing extension", "sni_missing"),
])
def test_openssl(opened, secure, options, alert, reason):
    before = {event["request_id"] for event in opened.gateway.events()}
    done = subprocess.run(
        ["openssl", "s_client", "-proxy", f"127.0.0.1:{opened.gateway.port}",
         "-proxy_user", "crawler", "-proxy_pass", f"pass:{opened.keys['crawler']}",
         "-connect", f"secure.test:{secure.port}", *options],
        input="", capture_output=True, text=True, timeout=30, check=False,
    )
    if alert:
        assert alert in done.stderr.lower().replace("_", " "), done.stderr
    else:
        assert "BEGIN CERTIFICATE" in done.stdout, done.stderr
    events = until("the tunnel's event", lambda: opened.gateway.events(
        lambda event: event["request_id"] not in before
    ))
    assert [event["decision"] for event in events] == ["deny" if reason else "allow"]
    assert reason in (None, events[0]["reason"])


HYBRID_GROUP = "X25519MLKEM768"


def has_hybrid_group():
    """Whether this system's OpenSSL knows the post-quantum group."""
    listed = subprocess.run(
        ["openssl", "list", "-tls-groups"], capture_output=True, text=True, check=False
    )
    return HYBRID_GROUP in listed.stdout


@pytest.mark.skipif(not has_hybrid_group(), reason="this OpenSSL knows no post-quantum group")
def test_curl_passes_with_a_post_quantum_hello(opened, secure, authority):
    proxy = opened.proxy_url()
    url = f"https://secure.test:{secure.port}/"
    body, code, _, done = clients.curl(
        url, proxy, "--curves", HYBRID_GROUP, authority=authority
    )
    assert (body, code) == ("ok\n", 200), done


def test_a_hello_of_post_quantum_size_passes_whole_and_in_pieces(opened, witness):
    sent = hello.hello("origin.test", HYBRID_SHARE, ENCRYPTED)
    assert len(sent) > 1500
    for size in (len(sent), 700):
        before = len(witness.connections)
        with opened.client() as client:
            identifier = tunnel(client, f"origin.test:{witness.port}")
            for at in range(0, len(sent), size):
                client.send(sent[at:at + size])
            assert b"".join(client.reader.exactly(len(sent))) == sent
        assert bytes(witness.last(before).received) == sent
        event = opened.gateway.event(identifier)
        assert (event["bytes_out"], event["bytes_in"]) == (len(sent), len(sent))


# Pieces.


def test_a_hello_may_be_cut_anywhere(opened, witness):
    sent = hello.hello("origin.test")
    for cut in range(1, len(sent)):
        with opened.client() as client:
            tunnel(client, f"origin.test:{witness.port}")
            client.send(sent[:cut])
            client.send(sent[cut:])
            assert b"".join(client.reader.exactly(len(sent))) == sent, f"cut at {cut}"


@pytest.mark.parametrize("size", [1, 3, 50])
def test_a_hello_may_be_split_over_records(opened, witness, size):
    sent = hello.in_records("origin.test", size)
    with opened.client() as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        client.send(sent)
        assert b"".join(client.reader.exactly(len(sent))) == sent
    assert opened.gateway.event(identifier)["sni"] == "origin.test"


def test_a_hello_may_come_byte_by_byte(opened, witness):
    sent = hello.in_records("origin.test", 1)
    with opened.client() as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        for byte in sent:
            client.send(bytes([byte]))
        assert b"".join(client.reader.exactly(len(sent))) == sent
    assert opened.gateway.event(identifier)["bytes_out"] == len(sent)


def test_a_hello_may_come_with_the_connect_and_with_data_behind_it(opened, witness):
    authority = f"origin.test:{witness.port}"
    sent = hello.hello("origin.test") + b"early data"
    with opened.client() as client:
        client.send(client.rendered("CONNECT", authority) + sent)
        identifier = client.answer("CONNECT").get("clawgress-request-id")
        assert b"".join(client.reader.exactly(len(sent))) == sent
        client.socket.shutdown(socket.SHUT_WR)
        assert rest(client) == b""
    event = opened.gateway.event(identifier)
    assert (event["outcome"], event["bytes_out"]) == ("completed", len(sent))


def test_bulk_behind_the_hello_is_whole_and_counted(opened, witness):
    first = hello.hello("origin.test")
    size = 8 << 20
    with opened.client(seconds=60) as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        client.send(first)
        assert b"".join(client.reader.exactly(len(first))) == first
        for _ in range(size >> 20):
            client.send(bytes(1 << 20))
            assert sum(len(piece) for piece in client.reader.exactly(1 << 20)) == 1 << 20
        client.socket.shutdown(socket.SHUT_WR)
        assert rest(client) == b""
    event = opened.gateway.event(identifier)
    assert (event["bytes_out"], event["bytes_in"]) == (size + len(first), size + len(first))


# What is refused.


WRONG = {
    "http": (b"GET / HTTP/1.1\r\nHost: origin.test\r\n\r\n", "tunnel_not_tls", None),
    "ssh": (b"SSH-2.0-OpenSSH_9.2\r\n", "tunnel_not_tls", None),
    "ssl 2": (b"\x80\x2e\x01\x03\x01\x00\x15\x00\x00\x00\x10", "tunnel_not_tls", None),
    "alert": (hello.record(b"\x02\x28", 21), "tls_hello_malformed", hello.DECODE_ERROR),
    "server hello": (
        hello.record(hello.message(kind=2)), "tls_hello_malformed", hello.DECODE_ERROR,
    ),
    "two names": (
        hello.hello("origin.test", hello.server_name("other.test")),
        "tls_hello_malformed", hello.DECODE_ERROR,
    ),
    "no name": (hello.hello(None), "sni_missing", hello.MISSING_EXTENSION),
    "other name": (hello.hello("other.test"), "sni_mismatch", hello.UNRECOGNIZED_NAME),
    "trailing dot": (hello.hello("origin.test."), "sni_mismatch", hello.UNRECOGNIZED_NAME),
    "too large": (
        hello.record(b"\x01\x00\x80\x00" + bytes(400)), "tls_hello_too_large",
        hello.HANDSHAKE_FAILURE,
    ),
}
RESERVED = {
    "tunnel_not_tls": "malformed-request", "tls_hello_malformed": "malformed-request",
    "tls_hello_too_large": "limits",
}


@pytest.mark.parametrize("name", WRONG)
def test_the_origin_gets_no_byte_and_a_tls_client_an_alert(opened, witness, name):
    sent, reason, description = WRONG[name]
    before = len(witness.connections)
    with opened.client() as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        client.send(sent)
        assert rest(client) == (hello.alert(description) if description else b"")
        refused(opened, client, identifier, reason, RESERVED.get(reason, "blocked-address"))
    assert witness.last(before).received == b""


def test_an_origin_that_speaks_first_is_not_heard_before_the_hello(opened, talker):
    authority = f"origin.test:{talker.port}"
    with opened.client() as client:
        identifier = tunnel(client, authority)
        client.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            client.socket.recv(1)
        client.socket.settimeout(15)
        sent = hello.hello("origin.test")
        client.send(sent)
        expected = GREETING + sent
        assert b"".join(client.reader.exactly(len(expected))) == expected
    assert opened.gateway.event(identifier)["bytes_in"] == len(GREETING) + len(sent)
    with opened.client() as client:
        identifier = tunnel(client, authority)
        client.send(hello.hello("other.test"))
        assert rest(client) == hello.alert(hello.UNRECOGNIZED_NAME)
        refused(opened, client, identifier, "sni_mismatch")


def test_a_tunnel_to_an_address_names_no_server(opened, secure, authority):
    target = f"127.0.0.1:{secure.port}"
    with opened.client() as client:
        identifier = tunnel(client, target)
        client.start_tls(authority.client_context(), "127.0.0.1")
        client.ask("GET", "http://127.0.0.1/x")
        assert client.answer().status == 200
    event = opened.gateway.event(identifier)
    assert (event["decision"], event["sni"]) == ("allow", None)
    with opened.client() as client:
        identifier = tunnel(client, target)
        with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
            client.start_tls(authority.client_context(), "secure.test")
        event = refused(opened, client, identifier, "sni_unexpected")
    assert event["sni"] == "secure.test"


def test_a_policy_may_refuse_encrypted_hellos(opened, witness):
    with opened.client() as client:
        identifier = tunnel(client, f"slow.test:{witness.port}")
        client.send(hello.hello("slow.test", ENCRYPTED))
        assert rest(client) == hello.alert(hello.HANDSHAKE_FAILURE)
        event = refused(opened, client, identifier, "ech_refused")
    assert (event["allowed_by"], event["sni"]) == ("allow-strict", "slow.test")
    with opened.client() as client:
        tunnel(client, f"slow.test:{witness.port}")
        sent = hello.hello("slow.test")
        client.send(sent)
        assert b"".join(client.reader.exactly(len(sent))) == sent


def test_a_hello_is_judged_by_the_policy_that_is_in_force_when_it_comes(worlds, witness):
    world = worlds()
    target = f"origin.test:{witness.port}"
    world.policies(allow("allow-witness", [target])).start()
    before = len(witness.connections)
    with world.client() as client:
        identifier = tunnel(client, target)
        world.policies(allow("allow-witness", [target], ech="refuse"))
        redecided = "clawgress_exchanges_redecided_total"
        until("a decision about the open tunnel", lambda: world.gateway.metric(redecided) >= 1)
        client.send(hello.hello("origin.test", ENCRYPTED))
        assert rest(client) == hello.alert(hello.HANDSHAKE_FAILURE)
        refused(world, client, identifier, "ech_refused")
    assert witness.last(before).received == b""


@pytest.mark.parametrize("sent", [b"EHLO x\r\n", hello.hello("elsewhere.test"), b"\x15\x03"])
def test_anything_passes_where_the_policy_says_any(opened, talker, sent):
    with opened.client() as client:
        identifier = tunnel(client, f"other.test:{talker.port}")
        assert b"".join(client.reader.exactly(len(GREETING))) == GREETING
        client.send(sent)
        assert b"".join(client.reader.exactly(len(sent))) == sent
    event = opened.gateway.event(identifier)
    assert (event["decision"], event["sni"]) == ("allow", None)
    assert event["bytes_out"] == len(sent)


# Time, size and ends.


def test_a_hello_must_be_complete_in_time(worlds, witness):
    world = worlds(settings={"limits": {"head_ms": 1000}})
    world.policies(allow("allow-witness", [f"origin.test:{witness.port}"])).start()
    for sent, told in ((b"", b""), (hello.hello("origin.test")[:-1], hello.alert(40))):
        before = len(witness.connections)
        with world.client() as client:
            identifier = tunnel(client, f"origin.test:{witness.port}")
            client.send(sent)
            assert rest(client) == told
            refused(world, client, identifier, "tls_hello_timed_out", "limits")
        assert witness.last(before).received == b""


def test_a_hello_has_a_greatest_size_that_can_be_set(worlds, witness):
    world = worlds(settings={"limits": {"hello_bytes": 512}})
    world.policies(allow("allow-witness", [f"origin.test:{witness.port}"])).start()
    before = len(witness.connections)
    with world.client() as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        client.send(hello.hello("origin.test", HYBRID_SHARE)[:20])
        assert rest(client) == hello.alert(hello.HANDSHAKE_FAILURE)
        refused(world, client, identifier, "tls_hello_too_large", "limits")
    assert witness.last(before).received == b""


@pytest.mark.parametrize("sent", [b"", hello.hello("origin.test")[:30]])
@pytest.mark.parametrize("half", [False, True])
def test_an_agent_that_ends_before_its_hello_has_used_nothing(opened, witness, sent, half):
    before = len(witness.connections)
    with opened.client() as client:
        identifier = tunnel(client, f"origin.test:{witness.port}")
        client.send(sent)
        if half:
            client.socket.shutdown(socket.SHUT_WR)
            assert client.closed()
    event = opened.gateway.event(identifier)
    assert (event["outcome"], event["reason"]) == ("client_closed", "client_closed")
    assert (event["decision"], event["bytes_out"], event["bytes_in"]) == ("allow", 0, 0)
    assert witness.last(before).received == b""


def test_open_tunnels_are_counted_down_when_they_are_refused(worlds, witness):
    world = worlds(settings={"limits": {"tunnels_per_agent": 1}})
    world.policies(allow("allow-witness", [f"origin.test:{witness.port}"])).start()
    for _ in range(3):
        with world.client() as client:
            tunnel(client, f"origin.test:{witness.port}")
            client.send(b"no TLS")
            assert rest(client) == b""
    assert world.gateway.metric("clawgress_tunnels_opened_total") == 3
    until("their end", lambda: world.gateway.metric("clawgress_tunnels_closed_total") == 3)
