"""The variants of the known request smuggling tools, each against a real gateway.

A connection carries the attack and, behind it, an honest request: the one that a smuggled prefix
would poison. Whatever the gateway makes of the attack, the origin gets only requests that every
reader understands alike, the poison is never one of them, and each answer has its one event.
"""

import collections
import socket

import pytest

from support import wire
from support.recording_origin import Ambiguous, RecordingOrigin, read
from support.smuggling import variants
from support.waiting import until
from support.world import World, allow, marker


@pytest.fixture(scope="module")
def recorder():
    origin = RecordingOrigin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def barrier(recorder):
    """A gateway whose one agent may ask everything of the recording origin."""
    world = World()
    world.policies(allow("allow-all", [f"origin.test:{recorder.port}"])).start()
    yield world
    world.close()


@pytest.fixture(scope="module")
def exchanges(barrier, recorder):
    """What came back for each variant: the statuses, in order, and whence they were asked.

    Each comes from an address of its own. That tells their events apart, and a source that is
    refused a hundred times in ten seconds is refused at accept, by design.
    """
    found = {}
    host = f"origin.test:{recorder.port}"
    fields = f"Host: {host}\r\nProxy-Authorization: {barrier.credentials()}\r\n".encode()
    poison = f"GET http://{host}/poison HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()
    for number, variant in enumerate(variants(poison)):
        attack = variant.request(f"http://{host}/attack/{number}", fields)
        victim = f"GET http://{host}/victim/{number} HTTP/1.1\r\n".encode()
        source = f"127.1.{number >> 8}.{number & 255}"
        with socket.create_connection(barrier.gateway.listener(), 10, (source, 0)) as client:
            client.sendall(attack + victim + fields + b"Connection: close\r\n\r\n")
            found[variant.name] = source, statuses(client)
    return found


def statuses(client):
    """The status of every final answer until the gateway closes."""
    reader, found = wire.Reader(client), []
    try:
        while True:
            head = reader.head()
            status = int(head.start.split(" ")[1])
            if status >= 200:
                found.append(status)
                collections.deque(reader.exactly(int(head.get("content-length"))), maxlen=0)
    except (wire.Closed, ConnectionResetError):
        return found


def test_every_attack_is_answered(exchanges):
    counts = collections.Counter(answered[0] if answered else None for _, answered in
                                 exchanges.values())
    print(f"\nsmuggling variants: {len(exchanges)}, first answers: {dict(counts)}")
    assert len(exchanges) > 1500
    assert None not in counts, [name for name, (_, all_) in exchanges.items() if not all_]
    assert set(counts) <= {200, 400, 417, 501}, [
        (name, all_) for name, (_, all_) in exchanges.items()
        if all_[0] not in (200, 400, 417, 501)
    ]
    assert counts[200] > 50 and counts[400] > 1000


def test_known_variants_are_read_as_the_standard_says(exchanges):
    def answers(name):
        return exchanges[name][1]

    # The attack and its honest neighbour; between them the poison that stands behind the end of
    # the content, as a request of its own, whose sender proved nothing.
    assert answers("TE vanilla") == [200, 407, 200]
    assert answers("CL-vanilla") == answers("CL-vanilla with GET") == [200, 200]
    assert answers("chunks vanilla") == [200, 407, 200]
    for refused in ("CL.TE vanilla", "TE.CL vanilla", "TE space1", "CL-plus", "CL-dupe",
                    "chunks EXT.TERM-lf", "chunks plus"):
        assert answers(refused) == [400], refused
    # RFC 9112 section 6.1: a coding that is not understood is answered with 501.
    assert answers("TE.TE vanilla") == answers("TE commaCow") == [501]


def test_the_origin_never_sees_the_poison_as_a_request(exchanges, recorder):
    messages = recorder.messages()
    words = [message.target.split(b"/")[1] for message in messages]
    assert set(words) == {b"attack", b"victim"}
    accepted = sum(status == 200 for _, all_ in exchanges.values() for status in all_)
    finished = [m for m in messages if m.target.startswith((b"/attack/", b"/victim/"))]
    assert len(finished) == accepted
    assert len({message.target for message in messages}) == len(messages)


def test_an_attack_that_is_cut_short_leaves_nothing_to_continue(exchanges, recorder):
    # Content whose chunks turn out malformed had begun to flow: its connection is closed and
    # never carries another request, so nothing can complete it.
    for rest in recorder.unfinished():
        assert rest.startswith(b"POST /attack/"), rest[:200]
        assert b"/victim/" not in rest


def test_every_answer_has_one_event(exchanges, barrier):
    answered = {source: (name, sorted(all_)) for name, (source, all_) in exchanges.items()}
    total = sum(len(all_) for _, all_ in answered.values())

    def recorded():
        events = barrier.gateway.events(lambda event: event["client_address"] in answered)
        return events if len(events) >= total else None
    found = collections.defaultdict(list)
    for event in until("as many events as answers", recorded, 15):
        found[event["client_address"]].append(event["status"])
    assert [(name, all_, sorted(found[source])) for source, (name, all_) in answered.items()
            if all_ != sorted(found[source])] == []


def test_a_chunk_beyond_32_bits_is_as_long_as_it_says(barrier, recorder):
    # A reader that keeps 32 bits of the size finds the poison behind five bytes; for us, and for
    # the origin, it is content of a chunk that the client never finishes.
    host, mark = f"origin.test:{recorder.port}", marker()
    with barrier.client() as client:
        client.ask("POST", f"http://{host}/attack/{mark}", [("Transfer-Encoding", "chunked")])
        client.send(b"100000005\r\nabcde\r\n0\r\n\r\nGET /poison HTTP/1.1\r\n\r\n")
        until("the content", lambda: any(
            mark.encode() in each and each.endswith(b"/poison HTTP/1.1\r\n\r\n")
            for each in recorder.streams
        ))
    assert barrier.gateway.event(mark)["outcome"] == "client_closed"
    assert b"/poison" not in {message.target for message in recorder.messages()}


def test_the_recorder_tells_ambiguity_from_a_request():
    whole = b"POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhiGET"
    message, rest = read(whole)
    assert (message.body, rest) == (b"hi", b"GET")
    assert read(whole[:-4]) is None
    for spoiled in (
        whole.replace(b"Host: a", b"Host : a"), whole.replace(b"h: 2", b"h: +2"),
        whole.replace(b"Host: a", b"Transfer-Encoding: chunked\r\nHost: a"),
        whole.replace(b"Content-Length: 2", b"Transfer-Encoding: x"),
        whole.replace(b"Host: a\r\n", b"X: a\nHost: b\r\n"),
    ):
        with pytest.raises(Ambiguous):
            read(spoiled)
