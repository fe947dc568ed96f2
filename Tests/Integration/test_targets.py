"""Every accepted spelling of a target drives policy, DNS, connection, Host and record as one text.

The spellings are those of the parser's own case files, so that no row of the page about targets
goes untried with a whole gateway.
"""

import pathlib
import re

import pytest

from support.client import Client
from support.name_server import NameServer
from support.origin import Origin
from support.waiting import until
from support.world import allow

CASES = pathlib.Path(__file__).parent.parent / "RequestPath/ForwardTests/Cases/Targets"
ESCAPE = re.compile(r"\\x(..)|\\(\d+)\{([^}]*)\}")
REACHABLE = ("127.0.0.1", "[::1]")


def unescaped(text):
    """The bytes that a case's text stands for."""
    def byte_or_run(match):
        if match.group(1):
            return chr(int(match.group(1), 16))
        return match.group(3) * int(match.group(2))
    return ESCAPE.sub(byte_or_run, text).encode("latin-1")


class Case:
    """One case file: a request, its fields, and what must come out."""

    def __init__(self, path):
        request, expected = path.read_text(encoding="ascii").split("----------\n")
        self.name = path.stem
        self.request, *self.fields = request.splitlines()
        self.expected = dict(line.split(": ", 1) for line in expected.splitlines())
        self.method, _, self.target = self.request.partition(" ")

    @property
    def authority(self):
        """The canonical authority, if the case is accepted."""
        return unescaped(self.expected.get("authority", "")).decode()

    @property
    def host(self):
        """The canonical host, as it stands in an authority."""
        return re.sub(r":\d+$", "", self.authority)

    def spelling(self):
        """Where in the target the spelling of the host stands: what is before, it, and behind."""
        pattern = r"^(?i:(http://)?)(\[[^]]*\]|[^:/?]*)(?::\d+)?(.*)$"
        before, host, behind = re.match(pattern, self.target).groups()
        return before or "", host, behind


ALL = [Case(path) for path in sorted(CASES.glob("*.case"))]
# A case with fields of its own is about Host alone, which belongs to the case's port.
ACCEPTED = [case for case in ALL if case.authority and not case.fields]
NAMES = [case for case in ACCEPTED if not re.match(r"^(\[|[\d.]+$)", case.host)]
LITERALS = [case for case in ACCEPTED if case.host in REACHABLE]
REFUSED = [case for case in ALL if "reason" in case.expected]


@pytest.fixture(scope="module")
def names():
    server = NameServer()
    for case in NAMES:
        server.zone[case.host] = {"A": ["127.0.0.1"], "ttl": 0}
    yield server
    server.close()


@pytest.fixture(scope="module")
def origins():
    """The same origin on both families of loopback."""
    pair = {"127.0.0.1": Origin(), "::1": Origin(host="::1")}
    yield pair
    for each in pair.values():
        each.close()


@pytest.fixture
def gateway(worlds, names, origins):
    """A gateway whose policy knows the canonical hosts only."""
    def make(**arguments):
        world = worlds(resolver={"servers": [names.address]}, workers=1, **arguments)
        port = origins["127.0.0.1"].port
        policies = [allow("allow-names", [f"{h}:{port}" for h in {c.host for c in NAMES}],
                          tls="any")]
        policies += [
            allow(f"allow-literal-{place}", [f"{host}:{each.port}"], tls="any")
            for place, (host, each) in enumerate(
                (f"[{h}]" if ":" in h else h, each) for h, each in origins.items())
        ]
        return world.policies(*policies).start()

    return make


def test_the_case_files_are_there():
    assert len(NAMES) >= 25 and len(LITERALS) >= 6 and len(REFUSED) >= 100


def send(world, case, origin):
    """Sends a case's spelling to `origin`'s port; the answer, or None for an open tunnel."""
    before, spelled, behind = case.spelling()
    target = unescaped(f"{before}{spelled}:{origin.port}{behind}")
    field = unescaped(spelled) + b":%d" % origin.port
    with world.client() as client:
        client.send(
            case.method.encode() + b" " + target + b" HTTP/1.1\r\nHost: " + field
            + b"\r\nConnection: close\r\nProxy-Authorization: " + client.credentials.encode()
            + b"\r\n\r\n"
        )
        answer = client.answer(case.method)
        if case.method == "CONNECT" and answer.status == 200:
            inside = f"{case.host}:{origin.port}".encode()
            client.send(
                b"GET /inside HTTP/1.1\r\nHost: " + inside + b"\r\nConnection: close\r\n\r\n"
            )
            assert client.answer().status == 200
        return answer


def new_events(world, known, count):
    """The events after the `known` first ones, once there are `count` of them."""
    def found():
        events = world.gateway.events()
        return events[known:] if len(events) == known + count else None
    return until("the events", found)


def test_every_accepted_spelling_is_one_text_from_policy_to_record(gateway, names, origins):
    world = gateway()
    addresses = {"[::1]": "::1"}
    known = 0
    for case in NAMES + LITERALS:
        address = addresses.get(case.host, "127.0.0.1")
        origin = origins[address]
        asked, seen = len(names.asked), len(origin.seen)
        answer = send(world, case, origin)
        assert answer.status == 200, (case.name, answer.get("clawgress-reason"))
        assert {name for name, _ in names.asked[asked:]} <= {case.host}, case.name
        authority = f"{case.host}:{origin.port}"
        (request,) = origin.seen[seen:]
        if case.method == "CONNECT":
            assert request.target == "/inside"
        else:
            assert request.head.all("host") == [authority], case.name
            sent = case.expected.get("sent") or case.expected["path"]
            assert (request.method, request.target) == (case.method, sent), case.name
        # A plain request in a tunnel has an event of its own.
        events = new_events(world, known, 2 if case.method == "CONNECT" else 1)
        known += len(events)
        assert {event["destination_host"] for event in events} == {case.host.strip("[]")}
        assert {event["destination_port"] for event in events} == {origin.port}
        assert {event["destination_address"] for event in events} == {address}, case.name
        paths = {None, "/inside"} if case.method == "CONNECT" else {case.expected["path"]}
        assert {event["path"] for event in events} == paths, case.name
    assert {name for name, _ in names.asked} == names.spellings == {case.host for case in NAMES}


def test_no_refused_spelling_is_looked_up_or_reaches_an_origin(gateway, names, origins):
    asked = len(names.asked)
    seen = {host: len(origin.seen) for host, origin in origins.items()}
    for place in range(0, len(REFUSED), 50):
        # A source that is refused a hundred times is not listened to for a while.
        world = gateway()
        for case in REFUSED[place:place + 50]:
            fields = case.fields or ["Host: example.com"]
            lines = [f"{case.request} HTTP/1.1", *fields,
                     f"Proxy-Authorization: {world.credentials()}"]
            with Client(world.gateway.listener()) as client:
                client.send(unescaped("".join(line + "\r\n" for line in lines) + "\r\n"))
                answer = client.answer()
                assert answer.get("clawgress-reason") == case.expected["reason"], case.name
                assert client.closed(), case.name
        world.gateway.stop()
        assert {event["decision"] for event in world.gateway.events()} == {"deny"}
    assert len(names.asked) == asked
    assert {host: len(origin.seen) for host, origin in origins.items()} == seen
