"""The same variants in the answers of a hostile origin: none may become an answer to a neighbour.

The origin sends each variant's lengths in an answer whose surplus bytes look like one more
answer. Whatever the gateway makes of it, the agent gets one answer or a broken one for the
attack, and the next request, over whichever connections, gets its own.
"""

import collections

import pytest

from support import origin_pages, wire
from support.origin import Origin
from support.smuggling import variants
from support.world import World, allow

POISON = b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison"
# A second length stands in these answers, or their only one is sound, so that the gateway knows
# where they end or refuses them: the origin leaves the connection open, to be reused in error.
KEPT = ("CL.TE ", "TE.CL ", "TE.TE ", "chunks ", "TE vanilla", "CL-vanilla")


def attacks(_origin, seen, reader, connection):
    """`/attack/N` is the answer of that variant; anything else says its own path."""
    origin_pages.read_body(seen, reader)
    word, number = seen.target.strip("/").split("/")
    if word != "attack":
        return origin_pages.send(connection, seen, seen.target.encode())
    variant = VARIANTS[int(number)]
    connection.sendall(b"HTTP/1.1 200 OK\r\n" + variant.behind + b"\r\n" + variant.body)
    return variant.name.startswith(KEPT)


VARIANTS = [each for each in variants(POISON) if each.method == "POST"]


@pytest.fixture(scope="module")
def outcomes():
    """By variant: the status of the attack's answer or None, and what the neighbour got."""
    origin = Origin(pages=attacks)
    world = World()
    world.policies(allow("allow-all", [f"origin.test:{origin.port}"])).start()
    found = {}
    for number, variant in enumerate(VARIANTS):
        base = f"http://origin.test:{origin.port}"
        client = world.client()
        client.ask("GET", f"{base}/attack/{number}")
        status, is_open = result(client)
        if not is_open:
            client.socket.close()
            client = world.client()
        client.ask("GET", f"{base}/victim/{number}", [("Connection", "close")])
        answer = client.answer()
        found[variant.name] = status, answer.status, answer.body, client.closed()
        client.socket.close()
    # Its end is the end of every exchange, so that no event is missing.
    world.gateway.stop()
    found["events"] = world.gateway.events()
    world.close()
    origin.close()
    return found


def result(client):
    """The status of an answer, None if it broke off, and whether another can follow it."""
    try:
        answer = client.answer()
    except (wire.Closed, ConnectionResetError):
        return None, False
    ends = answer.get("connection") == "close"
    return answer.status, not ends


def test_the_next_request_always_gets_its_own_answer(outcomes):
    strange = {
        variant.name: outcomes[variant.name] for number, variant in enumerate(VARIANTS)
        if outcomes[variant.name][1:] != (200, f"/victim/{number}".encode(), True)
    }
    assert strange == {}


def test_ambiguous_answers_are_refused(outcomes):
    counts = collections.Counter(outcomes[variant.name][0] for variant in VARIANTS)
    print(f"\nresponse variants: {len(VARIANTS)}, attack answers: {dict(counts)}")
    # Where chunks turn out malformed only after the head was passed on, the answer breaks off.
    assert {200, 502} <= set(counts) <= {200, 502, None}
    assert counts[502] > 1200
    for refused in ("CL.TE vanilla", "TE.CL vanilla", "TE.TE vanilla", "TE space1", "TE commaCow",
                    "CL-plus", "CL-dupe", "CL-commasuffix"):
        assert outcomes[refused][0] == 502, refused
    assert outcomes["TE vanilla"][0] == outcomes["CL-vanilla"][0] == 200
    assert outcomes["chunks plus"][0] in (502, None)


def test_each_request_has_one_event(outcomes):
    count = collections.Counter(event["path"] for event in outcomes["events"])
    assert len(count) == 2 * len(VARIANTS)
    assert set(count.values()) == {1}
