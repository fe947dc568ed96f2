"""Plain requests: what passes, what is added, what never passes, and how bodies are framed."""

import hashlib

import pytest

from support import wire
from support.world import allow, marker


@pytest.fixture
def url(web):
    return f"http://origin.test:{web.port}"


@pytest.fixture
def client(world):
    with world.client() as client:
        yield client


def test_keeps_the_client_connection_and_the_upstream_connection(world, web, client, url):
    mark = marker()
    for number in range(20):
        assert client.fetch("GET", f"{url}/{mark}-{number}").status == 200
    used = {seen.connection for seen in web.seen if mark in seen.target}
    assert len(used) == 1


def test_answers_pipelined_requests_in_order_with_one_event_each(world, client, url):
    marks = [marker() for _ in range(10)]
    client.send(b"".join(client.rendered("GET", f"{url}/{mark}") for mark in marks))
    assert [client.answer().status for _ in marks] == [200] * 10
    for mark in marks:
        assert world.gateway.event(mark)["decision"] == "allow"


def test_pipelines_denied_and_allowed_requests(world, client, url):
    targets = [f"{url}/a", f"{url}/secret", f"{url}/upload", "http://unknown.test/", f"{url}/b"]
    body = [b"", b"", b"x" * 3000, b"", b""]
    client.send(b"".join(
        client.rendered("POST" if data else "GET", target, body=data)
        for target, data in zip(targets, body)
    ))
    assert [client.answer().status for _ in targets] == [200, 403, 200, 403, 200]


def test_adds_via_and_hides_credentials_from_the_origin(web, client, url):
    mark = marker()
    fields = [
        ("Authorization", "Bearer for-the-origin"), ("Proxy-Connection", "keep-alive"),
        ("Clawgress-Decision", "allow"), ("X-End-To-End", "1"),
    ]
    assert client.fetch("GET", f"{url}/{mark}", fields).status == 200
    head = web.request(f"/{mark}").head
    assert head.get("via")
    assert head.get("x-end-to-end") == "1"
    assert head.get("authorization") == "Bearer for-the-origin"
    assert head.get("host") == url.removeprefix("http://")
    names = [name.lower() for name, _ in head.fields]
    assert not [n for n in names if n.startswith("proxy-") or n.startswith("clawgress-")]


def test_removes_fields_for_one_hop_in_both_directions(web, client, url):
    fields = [("Connection", "close-not, X-Hop, keep-alive"), ("X-Hop", "1"), ("TE", "trailers"),
              ("Keep-Alive", "timeout=9"), ("X-Stays", "1")]
    answer = client.fetch("GET", f"{url}/hop", fields)
    assert answer.status == 200
    assert answer.get("x-end-to-end") == "1"
    for name in ("x-for-one-hop", "keep-alive", "proxy-authenticate", "clawgress-decision"):
        assert answer.get(name) is None, name
    assert answer.get("via")
    head = web.request("/hop").head
    assert head.get("x-hop") is None and head.get("keep-alive") is None
    assert head.get("x-stays") == "1"


@pytest.mark.parametrize("named", ["Host", "Content-Length", "Transfer-Encoding", "Authorization"])
def test_refuses_a_connection_field_that_names_what_must_stay(client, url, named):
    answer = client.fetch("GET", f"{url}/", [("Connection", named)])
    assert (answer.status, answer.get("clawgress-reason")) == (400, "connection_field_refused")


@pytest.mark.parametrize("size", [0, 1, 4096, 65536, 3_000_000])
def test_carries_fixed_length_bodies_both_ways(client, url, size):
    body = (bytes(range(256)) * (size // 256 + 1))[:size]
    fields = [] if size else [("Content-Length", "0")]
    answer = client.fetch("POST", f"{url}/upload", fields, body)
    assert answer.body.decode() == f"{size} {hashlib.sha256(body).hexdigest()}\n"
    answer = client.fetch("GET", f"{url}/bytes/{size}")
    assert answer.body_bytes == size
    assert answer.digest == hashlib.sha256(body).hexdigest()


def test_carries_chunked_bodies_and_trailers_both_ways(web, client, url):
    pieces = [b"a", b"b" * 70_000, b"c" * 11]
    fields = [("Transfer-Encoding", "chunked"), ("Trailer", "Sum")]
    client.ask("POST", f"{url}/echo", fields)
    for piece in pieces:
        client.send(wire.chunk(piece, ";ext=1"))
    client.send(b"0\r\nSum: 12\r\n\r\n")
    answer = client.answer()
    assert answer.body == b"".join(pieces)
    assert ("Sum", "12") in answer.trailers
    assert web.request("/echo").trailers == [("Sum", "12")]
    assert client.fetch("GET", f"{url}/").status == 200


def test_carries_many_chunks_down_with_their_trailer(client, url):
    answer = client.fetch("GET", f"{url}/chunked/1000/977")
    assert answer.body_bytes == 977_000
    assert answer.trailers == [("Digest-Of-All", answer.digest)]


def test_carries_chunks_that_arrive_byte_by_byte(client, url):
    client.ask("POST", f"{url}/upload", [("Transfer-Encoding", "chunked")])
    for byte in wire.chunk(b"hello") + wire.chunk(b"world") + b"0\r\n\r\n":
        client.send(bytes([byte]))
    expected = hashlib.sha256(b"helloworld").hexdigest()
    assert client.answer().body.decode() == f"10 {expected}\n"


@pytest.mark.parametrize("broken", [b"zz\r\n", b"5\nhello\r\n", b"5\r\nhelloX\r\n", b"-1\r\n"])
def test_refuses_a_malformed_chunk_and_closes(client, url, broken):
    client.ask("POST", f"{url}/upload", [("Transfer-Encoding", "chunked")])
    client.send(broken)
    try:
        assert client.answer().status in (400, 502)
    except wire.Closed:
        return
    assert client.closed()


def test_passes_expect_continue_to_the_origin_and_back(web, client, url):
    fields = [("Expect", "100-continue"), ("Content-Length", "11")]
    client.ask("POST", f"{url}/asked", fields)
    interim = client.reader.head()
    assert interim.start.startswith("HTTP/1.1 100")
    client.send(b"hello world")
    answer = client.answer()
    assert (answer.status, answer.body) == (200, b"11\n")


def test_passes_a_refusal_of_an_expected_body(client, url):
    fields = [("Expect", "100-continue"), ("Content-Length", "1000000")]
    client.ask("POST", f"{url}/refuse-body", fields)
    answer = client.answer()
    assert (answer.status, answer.interim) == (417, [])


def test_passes_interim_answers_within_one_event(world, client, url):
    client.ask("GET", f"{url}/hints")
    answer = client.answer()
    assert [status for status, _ in answer.interim] == [103, 102]
    assert (answer.status, answer.body) == (200, b"final\n")
    assert world.gateway.event("/hints")["status"] == 200


def test_answers_head_without_a_body_and_keeps_the_connection(client, url):
    answer = client.fetch("HEAD", f"{url}/bytes/5000")
    assert (answer.status, answer.get("content-length"), answer.body) == (200, "5000", b"")
    assert client.fetch("GET", f"{url}/").body == b"ok\n"


@pytest.mark.parametrize("status", [204, 304, 404, 500, 301])
def test_passes_statuses_unchanged(client, url, status):
    assert client.fetch("GET", f"{url}/status/{status}").status == status
    assert client.fetch("GET", f"{url}/").status == 200


def test_passes_a_body_that_ends_with_the_connection(client, url):
    assert client.fetch("GET", f"{url}/until-close").body == b"to the end"


def test_serves_a_client_of_http_1_0(client, url):
    client.ask("GET", f"{url}/chunked/3/10", version="HTTP/1.0")
    answer = client.answer()
    assert answer.status == 200
    assert answer.get("transfer-encoding") is None
    assert answer.body == b"a" * 10 + b"b" * 10 + b"c" * 10
    assert client.closed()


def test_closes_when_the_client_asks_for_it(client, url):
    answer = client.fetch("GET", f"{url}/", [("Connection", "close")])
    assert answer.status == 200
    assert client.closed()


def test_tells_an_origin_that_closes_at_once_from_one_that_breaks_off(world, client, url):
    answer = client.fetch("GET", f"{url}/drop")
    assert (answer.status, answer.get("clawgress-reason")) == (502, "upstream_closed")
    assert world.gateway.event("/drop")["outcome"] == "upstream_failed"
    with world.client() as other:
        other.ask("GET", f"{url}/cut")
        with pytest.raises(ConnectionError):
            other.answer()
    assert world.gateway.event("/cut")["outcome"] == "upstream_failed"


def test_answers_502_to_an_origin_that_speaks_no_http(client, url):
    answer = client.fetch("GET", f"{url}/malformed")
    assert (answer.status, answer.get("clawgress-reason")) == (502, "upstream_malformed")


def test_answers_502_where_nobody_listens(worlds, origin):
    world = worlds()
    port = origin.port
    origin.close()
    world.policies(allow("allow-dead", [f"origin.test:{port}"])).start()
    mark = marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{port}/{mark}")
    assert (answer.status, answer.get("clawgress-reason")) == (502, "connect_refused")
    assert world.gateway.event(mark)["outcome"] == "upstream_failed"


def test_answers_502_to_a_name_that_does_not_exist(worlds, origin):
    world = worlds()
    world.policies(allow("allow-nowhere", ["nowhere.invalid"])).start()
    with world.client() as client:
        answer = client.fetch("GET", "http://nowhere.invalid/")
    assert answer.status in (502, 504)
    assert answer.get("clawgress-reason").startswith("name_")


@pytest.mark.parametrize("head, status", [
    (b"GET / HTTP/1.1\r\nHost: origin.test\r\n\r\n", 400),
    (b"GET http://a b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    (b"GET http://origin.test/ HTTP/1.1\r\n\r\n", 400),
    (b"GET http://origin.test/ HTTP/1.1\r\nHost: other.test\r\n\r\n", 400),
    (b"GET http://u:p@origin.test/ HTTP/1.1\r\nHost: origin.test\r\n\r\n", 400),
    (b"GET http://origin.test/ HTTP/1.1\nHost: origin.test\n\n", 400),
    (b"GET http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\n folded\r\n\r\n", 400),
    (b"POST http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\nContent-Length: 1\r\n"
     b"Transfer-Encoding: chunked\r\n\r\n", 400),
    (b"POST http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\nContent-Length: +1\r\n\r\n", 400),
    (b"POST http://origin.test/ HTTP/1.1\r\nHost: origin.test\r\nContent-Length: 1\r\n"
     b"Content-Length: 2\r\n\r\n", 400),
    (b"GET http://origin.test/ HTTP/2.0\r\nHost: origin.test\r\n\r\n", 505),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
])
def test_refuses_an_ambiguous_head_with_one_event_and_closes(world, client, head, status):
    before = len(world.gateway.events(lambda event: event["policy_id"] == "malformed-request"))
    client.send(head)
    assert client.answer().status == status
    assert client.closed()
    after = len(world.gateway.events(lambda event: event["policy_id"] == "malformed-request"))
    assert after == before + 1
