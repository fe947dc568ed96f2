"""Origins that answer with anything: what is not sound HTTP is not passed on, and harms nobody.

The origin here sends the bytes of a script as they are and never closes by itself, so that it is
the gateway that decides.
"""

import pytest

from support import wire
from support.origin import Origin
from support.origin_pages import read_body
from support.waiting import until
from support.world import allow

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
# In a script: what follows is sent when the test opens the origin's gate.
GATE = None
GOOD = OK + b"Content-Length: 3\r\n\r\nok\n"

UNSOUND = {
    "both-lengths": OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two-lengths": OK + b"Content-Length: 3\r\nContent-Length: 5\r\n\r\nok\n",
    "equal-lengths": OK + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nok\n",
    "list-of-lengths": OK + b"Content-Length: 3, 3\r\n\r\nok\n",
    "signed-length": OK + b"Content-Length: +3\r\n\r\nok\n",
    "hex-length": OK + b"Content-Length: 0x3\r\n\r\nok\n",
    "empty-length": OK + b"Content-Length: \r\n\r\n",
    "great-length": OK + b"Content-Length: 18446744073709551619\r\n\r\nok\n",
    "unknown-coding": OK + b"Transfer-Encoding: gzip\r\n\r\n",
    "stacked-codings": OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "chunked-twice": OK + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n",
    "chunked-in-1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "coding-with-blank": OK + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "folded": OK + b"A: b\r\n c\r\nContent-Length: 0\r\n\r\n",
    "folded-first": OK + b" A: b\r\nContent-Length: 0\r\n\r\n",
    "bare-feeds": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
    "bare-feed": OK + b"A: b\nContent-Length: 0\r\n\r\n",
    "bare-return": OK + b"A: b\rContent-Length: 3\r\n\r\nok\n",
    "zero-byte": OK + b"A: b\0c\r\nContent-Length: 0\r\n\r\n",
    "no-colon": OK + b"Content-Length 0\r\n\r\n",
    "connection-names-length": OK + b"Connection: content-length\r\nContent-Length: 3\r\n\r\nok\n",
    "no-head": b"hello, I have no head\n",
    "html": b"<html>no head either</html>",
    "another-protocol": b"SSH-2.0-OpenSSH_9.6\r\n",
    "almost-http": b"HTTP/2 200\r\n",
    "empty-line-first": b"\r\n" + GOOD,
    "version-2": b"HTTP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n",
    "version-0.9": b"HTTP/0.9 200 OK\r\nContent-Length: 0\r\n\r\n",
    "lower-case-version": b"http/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "status-of-two-digits": b"HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
    "status-of-four-digits": b"HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n",
    "status-below-100": b"HTTP/1.1 099 OK\r\nContent-Length: 0\r\n\r\n",
    "unasked-101": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nnow what",
    "too-many-interims": CONTINUE * 33 + GOOD,
    "interim-with-content": b"HTTP/1.1 103 Early Hints\r\nContent-Length: 5\r\n\r\nhello" + GOOD,
    "bad-chunk-at-once": CHUNKED + b"zz\r\n",
    "chunk-too-great": CHUNKED + b"ffffffffffffffff\r\nx",
    "chunk-with-blank": CHUNKED + b"3 \r\nok\n\r\n0\r\n\r\n",
    "chunk-extension-too-long": CHUNKED + b"3;" + b"x" * 300 + b"\r\nok\n\r\n0\r\n\r\n",
    "trailer-with-length": CHUNKED + b"3\r\nok\n\r\n0\r\nContent-Length: 5\r\n\r\n",
}

CUT_OFF = {
    "fixed": OK + b"Content-Length: 1000\r\n\r\n0123456789",
    "chunked": CHUNKED + b"3\r\nok\n\r\n",
    "within-a-chunk": CHUNKED + b"ff\r\nok\n",
    "within-the-trailers": CHUNKED + b"3\r\nok\n\r\n0\r\nA: b\r\n",
}

SOUND = {
    "plain": GOOD,
    "chunked": CHUNKED + b"2;a=b\r\nok\r\n1\r\n\n\r\n0\r\nA: b\r\n\r\n",
    "no-reason": b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nok\n",
    "blanks-around": OK + b"Content-Length: \t 3 \r\n\r\nok\n",
    "as-many-interims-as-may-be": CONTINUE * 32 + GOOD,
}


class Script:
    """Pages that send what a test told them to."""

    def __init__(self):
        self.pieces = [GOOD]
        self.closes = False

    def page(self, origin, seen, reader, connection):
        read_body(seen, reader)
        for piece in self.pieces:
            if piece is GATE:
                origin.gate.wait(10)
            else:
                connection.sendall(piece)
        return not self.closes


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def hostile(script):
    origin = Origin(pages=script.page)
    yield origin
    origin.close()


@pytest.fixture
def make(worlds, hostile):
    """Makes a world in which `crawler` may ask the hostile origin."""
    def world(**limits):
        world = worlds(workers=1, settings={"limits": limits})
        return world.policies(allow("allow-hostile", [f"origin.test:{hostile.port}"])).start()

    return world


def test_passes_on_no_unsound_answer(make, hostile, script):
    world = make()
    for name, answer in UNSOUND.items():
        script.pieces = [answer]
        with world.client() as client:
            said = client.fetch("GET", f"http://origin.test:{hostile.port}/{name}")
            assert (said.status, said.get("clawgress-reason")) == (502, "upstream_malformed"), name
            assert len(said.interim) <= 32
        event = world.gateway.event(f"/{name}")
        assert (event["outcome"], event["reason"]) == ("upstream_failed", "upstream_malformed")
    until("the end of every connection", lambda: hostile.open_connections == 0)


def test_reads_a_sound_answer_however_it_is_cut(make, hostile, script):
    world = make()
    for name, answer in SOUND.items():
        script.pieces = [bytes([byte]) for byte in answer]
        with world.client() as client:
            said = client.fetch("GET", f"http://origin.test:{hostile.port}/{name}")
            assert (said.status, said.body) == (200, b"ok\n"), name


def test_reads_a_sound_answer_cut_in_two_at_every_place(make, hostile, script):
    world = make()
    with world.client() as client:
        for cut in range(1, len(SOUND["chunked"])):
            script.pieces = [SOUND["chunked"][:cut], SOUND["chunked"][cut:]]
            said = client.fetch("GET", f"http://origin.test:{hostile.port}/{cut}")
            assert (said.status, said.body, said.trailers) == (200, b"ok\n", [("A", "b")]), cut
    assert hostile.connections == 1


@pytest.mark.parametrize("name", CUT_OFF)
def test_never_lets_a_cut_off_answer_look_complete(make, hostile, script, name):
    world = make()
    script.pieces, script.closes = [CUT_OFF[name]], True
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{hostile.port}/{name}")
        with pytest.raises(ConnectionError):
            client.answer()
    event = world.gateway.event(f"/{name}")
    assert (event["outcome"], event["reason"]) == ("upstream_failed", "upstream_closed")


def test_breaks_off_an_answer_that_turns_unsound(make, hostile, script):
    world = make()
    script.pieces = [CHUNKED + b"3\r\nok\n\r\n", GATE, b"x" * 100_000]
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{hostile.port}/turns")
        assert client.answer_head().status == 200
        assert client.reader.chunk() == b"ok\n"
        hostile.gate.set()
        with pytest.raises(ConnectionError):
            client.reader.chunk()
    assert world.gateway.event("/turns")["reason"] == "upstream_malformed"


def test_takes_no_head_without_end(make, hostile, script):
    world = make(head_bytes=8192)
    before = world.gateway.memory()
    script.pieces = [OK] + [b"A: " + b"x" * 1000 + b"\r\n"] * 1000
    with world.client() as client:
        said = client.fetch("GET", f"http://origin.test:{hostile.port}/endless")
        assert (said.status, said.get("clawgress-reason")) == (502, "upstream_malformed")
    assert world.gateway.memory() - before < 2048


def test_does_not_wait_for_ever_for_the_rest_of_a_head(make, hostile, script):
    world = make(response_ms=400)
    script.pieces = [CONTINUE, OK, b"A: b\r\n"]
    with world.client() as client:
        said = client.fetch("GET", f"http://origin.test:{hostile.port}/slow")
        assert (said.status, said.get("clawgress-reason")) == (504, "upstream_timed_out")


@pytest.mark.parametrize("method, answer", [
    ("HEAD", OK + b"Content-Length: 5\r\n\r\n"),
    ("GET", b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n"),
    ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
])
def test_content_where_there_can_be_none_is_nobodys_answer(make, hostile, script, method, answer):
    world = make()
    with world.client() as client:
        script.pieces = [answer + wire.message("HTTP/1.1 200 Forged", [], b"forged")]
        said = client.fetch(method, f"http://origin.test:{hostile.port}/first")
        assert said.body == b""
        script.pieces = [GOOD]
        said = client.fetch("GET", f"http://origin.test:{hostile.port}/second")
        assert (said.head.start, said.body) == ("HTTP/1.1 200 OK", b"ok\n")
    assert hostile.connections == 2
