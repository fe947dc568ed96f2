"""Exports and the live tail of the log through the admin API: whole or seen to be broken off, for those
who may, for as long as they may, and with a trace of who took what."""

import contextlib
import csv
import http.client
import io
import json
import os
import subprocess
import threading
import time
import types

import pytest

from support import programs, roles
from support.audit import Peer, new_boot, record
from support.audit_peer import AuditPeer
from support.control_plane import ControlPlane, first_configuration
from support.operator import Refused
from support.origin import Origin
from support.waiting import until
from support.world import marker

ROOM = "/v1/log/events"
pytestmark = pytest.mark.timeout(300)

# So long that what is on its way in sockets is a part of it: 21 MB.
BULK, BULK_PATH = 2400, "/" + "x" * 9000
# When that happened: younger than what the index takes out.
HOUR = (int(time.time()) // 3600 - 4) * 3600
HOSTILE = "=cmd|'/c calc'!A0\x1b[2J\u202e\n"


@pytest.fixture(scope="module")
def site():
    """The origin that agents ask."""
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def plane(site, authority):
    """A control plane with a log into which a further gateway has sent much."""
    plane = ControlPlane(audit={})
    mesh = os.path.join(plane.folder, "audit", "mesh", "ca.pem")
    with open(mesh, "a", encoding="ascii") as file, \
            open(authority.certificate, encoding="ascii") as other:
        file.write(other.read())
    try:
        plane.start(gateways=1)
        plane.root.load([*first_configuration(site.port), *roles.user_lines()])
        plane.root.commit()
        plane.key = plane.agent_key("crawler")
        service = types.SimpleNamespace(port=plane.audit.ready["port"])
        trusted = os.path.join(plane.authority, "ca.pem")
        peer = Peer(service, authority.peer_context("clawgress://gateway/bulk", trusted))
        boot = new_boot()
        for start in range(1, BULK, 400):
            lines = [bulk(n, boot) for n in range(start, start + 400)]
            assert peer.send(lines)[0] == 200
        client = plane.api()
        until("the bulk in the index", lambda: count(client, "gateway=bulk") == BULK, 60)
        yield plane
    finally:
        plane.close()


def bulk(number, boot):
    """A long record of the further gateway."""
    return record(
        number, boot, gateway="bulk", agent_id="loader", decision="allow", destination_host="h.test",
        path=HOSTILE if number == 1 else BULK_PATH, timestamp=f"{stamp(HOUR)[:-1]}.000000Z",
    )


def stamp(seconds):
    """A time as parameters have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def count(client, query):
    """How many records match; None while nobody can say."""
    reply = client.ask("GET", f"{ROOM}/count?{query}")
    return reply.json["count"] if reply.status == 200 else None


@pytest.fixture(scope="module")
def clients(plane):
    """A client for each role."""
    return roles.clients(plane)


def exports(client):
    """The summaries of exports in the audit trail, newest first."""
    events = client.must("GET", "/v1/events?limit=50")["items"]
    return [
        (event["actor"], event["subject"], event["summary"])
        for event in events if event["action"] == "log.export"
    ]


def peak(plane):
    """The most memory that the admin API ever had, in bytes."""
    with open(f"/proc/{plane.admin.process.pid}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) << 10 for line in file if line.startswith("VmHWM"))


def test_an_export_is_everything_that_matches_and_never_in_memory(plane, clients):
    auditor, before = clients["auditor"], peak(plane)
    with auditor.open(f"{ROOM}/export?gateway=bulk") as answer:
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/x-ndjson"
        first = answer.readline()
        # Noted before the first byte, whatever happens to it.
        assert exports(auditor)[0] == (
            roles.user_of("auditor"), "begin", "gateway=bulk")
        rest = answer.read()
    items = [json.loads(line) for line in (first + rest).splitlines()]
    assert [item["record"]["sequence"] for item in items] == list(range(1, BULK + 1))
    assert items[0]["record"]["path"] == HOSTILE and b"\x1b" not in first
    length = len(first) + len(rest)
    assert length > 20 << 20 and peak(plane) - before < 16 << 20
    until("the end in the trail", lambda: exports(auditor)[0] == (
        roles.user_of("auditor"), "end", f"{length} bytes, whole; gateway=bulk"))
    with auditor.open(f"{ROOM}/export?gateway=bulk&format=csv&order=newest") as answer:
        assert answer.headers["content-type"].startswith("text/csv")
        sheet = answer.read().decode()
    rows = list(csv.DictReader(io.StringIO(sheet, newline="")))
    assert len(rows) == BULK and rows[-1]["path"].startswith("'=cmd|") and "\x1b" not in sheet


def test_streams_are_for_those_who_may_and_refusals_are_answers(clients):
    for below in ("/export", "/tail"):
        for role in ("operator", "read-only"):
            reply = clients[role].ask("GET", ROOM + below)
            assert (reply.status, reply.code) == (403, "role_insufficient")
        reply = clients["admin"].ask("GET", f"{ROOM}{below}?kind=none")
        assert (reply.status, reply.code) == (400, "malformed_request")
        reply = clients["admin"].ask("GET", f"{ROOM}{below}?limit=1")
        assert (reply.status, reply.code) == (400, "parameter_refused")
        reply = clients["admin"].ask("HEAD", ROOM + below)
        assert reply.status == 405 and reply.fields["allow"] == "GET"
        reply = clients["admin"].ask("GET", ROOM + below, b"{}")
        assert (reply.status, reply.code) == (400, "body_refused")


def test_a_client_that_goes_away_ends_its_export_and_frees_its_place(clients):
    auditor = clients["auditor"]
    ended = sum(kind == "end" for _, kind, _ in exports(auditor))
    for _ in range(6):
        # More than a user may have open, one after the other.
        with auditor.open(f"{ROOM}/export?gateway=bulk&agent=loader") as answer:
            assert answer.status == 200
            answer.read(1000)
            say_goodbye(answer)
        until("the end", lambda: sum(k == "end" for _, k, _ in exports(auditor)) > ended)
        ended += 1
    # The end of an export before these may have come late, and then the newest event is a beginning.
    summary = next(text for _, kind, text in exports(auditor) if kind == "end")
    assert summary.endswith("bytes, broken off; agent=loader gateway=bulk")
    assert int(summary.split()[0]) < 20 << 20


def say_goodbye(answer):
    """Ends TLS as it should be, before the socket: most programs of others do."""
    connection = answer.fp.raw._sock
    connection.settimeout(0)
    with contextlib.suppress(OSError):
        connection.unwrap()


def test_a_user_has_only_so_many_streams_open(clients):
    auditor = clients["auditor"]
    with auditor.open(f"{ROOM}/tail") as one, auditor.open(f"{ROOM}/tail") as two, \
            auditor.open(f"{ROOM}/tail") as three, auditor.open(f"{ROOM}/tail") as four:
        for each in (one, two, three, four):
            assert each.status == 200 and each.readline() == b": watching\n"
        reply = auditor.ask("GET", f"{ROOM}/tail")
        assert (reply.status, reply.code) == (429, "log_streams_too_many")
        # Another user has places of their own.
        with clients["admin"].open(f"{ROOM}/tail") as other:
            assert other.status == 200
        say_goodbye(four)

    def free():
        with auditor.open(f"{ROOM}/tail") as answer:
            return answer.status == 200
    until("a place again", free)


class Tail(threading.Thread):
    """Watches, and keeps each line when it comes."""

    def __init__(self, client, query=""):
        super().__init__(daemon=True)
        self.lines, self.begun, self.ended = [], threading.Event(), None
        self._client, self._path = client, f"{ROOM}/tail{query}"
        self.start()
        assert self.begun.wait(20)

    def run(self):
        with self._client.open(self._path) as answer:
            assert answer.readline() == b": watching\n"
            self.begun.set()
            while line := answer.readline():
                self.lines.append(line.decode().strip())
        self.ended = time.monotonic()

    def records(self):
        """The records so far."""
        return [json.loads(line[6:])["record"] for line in self.lines if line.startswith("data: {")]


def test_a_tail_hears_a_request_and_ends_with_the_token(plane, clients, site):
    made = roles.token_for(plane, "auditor")
    tail = Tail(plane.api(made["token"]), "?agent=crawler&decision=deny")
    path = f"/{marker()}"
    gateway = plane.gateways["gw-1"]
    assert gateway.fetch("crawler", plane.key, f"http://other.test:{site.port}{path}") == 403
    until("the denial", lambda: [each["path"] for each in tail.records()] == [path])
    revoked = time.monotonic()
    clients["admin"].must("DELETE", f"/v1/tokens/{made['id']}")
    tail.join(20)
    assert tail.lines[-3:-1] == ["event: end", 'data: {"reason":"access_ended"}']
    assert tail.ended - revoked < 3


def test_a_tail_ends_with_the_role_of_its_user(plane, clients):
    root = clients["admin"]
    root.must("PUT", "/v1/users/brief?commit=true", {"role": "auditor"})
    token = root.must("POST", "/v1/tokens", {"name": "brief", "user": "brief"})["token"]
    tail = Tail(plane.api(token))
    root.must("PUT", "/v1/users/brief?commit=true", {"role": "operator"})
    tail.join(20)
    assert 'data: {"reason":"access_ended"}' in tail.lines


def test_commands_find_count_draw_and_export(plane, clients, site, tmp_path):
    auditor = plane._operator_with(roles.token_for(plane, "auditor")["token"])
    gateway, path = plane.gateways["gw-1"], f"/{marker()}"
    assert gateway.fetch("crawler", plane.key, f"http://fourth.test:{site.port}{path}") == 403
    until("the denial", lambda: count(clients["auditor"], "host=fourth.test") == 1)
    found = json.loads(auditor.run(
        "events", "--agent", "crawler", "--decision", "deny", "--host", "fourth.test", "--since", "1h"
    ))
    assert (found["record"]["path"], found["record"]["gateway_id"]) == (path, "gw-1")
    assert len(auditor.run("events", "--gateway", "bulk", "--limit", "230").splitlines()) == 230
    assert auditor.run("events", "count", "--gateway", "bulk") == f"{BULK}\n"
    assert auditor.run("events", "top", "hosts", "--gateway", "bulk").splitlines() == [
        "COUNT  HOST", f"{BULK}   h.test"]
    chart = auditor.run("events", "buckets", "--since", stamp(HOUR - 3600), "--until",
                        stamp(HOUR + 3600), "--bucket", "1h", "--gateway", "bulk")
    begin = stamp(HOUR)[:-1].replace("T", " ")
    assert chart.splitlines()[-1].startswith(f"{begin} ####")
    assert chart.splitlines()[-1].endswith(f"# {BULK}")
    file = tmp_path / "out.csv"
    auditor.run("events", "export", "--gateway", "bulk", "--format", "csv", "--output", str(file))
    with open(file, encoding="utf-8", newline="") as sheet:
        assert len(list(csv.reader(sheet))) == BULK + 1
    lines = auditor.run("events", "export", "--kind", "admin").splitlines()
    assert {"log.export", "commit"} <= {json.loads(line)["record"]["action"] for line in lines}
    for words, code in (
        (["events", "count", "--status", "40x"], 65), (["events", "--since", "yesterday"], 64),
        (["events", "--agent", "nobody"], 1),
    ):
        with pytest.raises(Refused) as refused:
            auditor.run(*words)
        assert refused.value.code == code, refused.value
    with pytest.raises(Refused) as refused:
        plane._operator_with(roles.token_for(plane, "operator")["token"]).run("events")
    assert refused.value.code == 77 and "role_insufficient" in refused.value.said


def test_following_prints_what_comes_until_its_reader_goes(plane, clients, site):
    token = roles.token_for(plane, "auditor")["token"]
    operator = plane._operator_with(token)
    with subprocess.Popen(
        [programs.COMMAND, "events", "--follow", "--agent", "crawler"], text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=operator._environment,
    ) as process:
        line = []
        reader = threading.Thread(target=lambda: line.append(process.stdout.readline()))
        reader.start()
        path = f"/{marker()}"

        def heard():
            # It may not watch yet.
            plane.gateways["gw-1"].fetch(
                "crawler", plane.key, f"http://other.test:{site.port}{path}")
            return line
        until("a record", heard)
        assert json.loads(line[0])["record"]["path"] == path
        process.stdout.close()
        heard()
        assert process.wait(30) == 0, process.stderr.read()


def test_a_service_that_stops_ends_tails_and_does_not_wait_for_who_does_not_read(plane, clients):
    auditor = clients["auditor"]
    tail = Tail(auditor)
    with auditor.open(f"{ROOM}/export?gateway=bulk") as answer:
        answer.read(1000)
        plane.admin.stop()
        tail.join(20)
        assert tail.lines[-3:-1] == ["event: end", 'data: {"reason":"stopping"}']
        with pytest.raises((http.client.IncompleteRead, ConnectionError)):
            answer.read()
    plane.admin.start()
    until("the API", lambda: count(auditor, "gateway=bulk") == BULK)


def test_an_export_from_a_log_that_dies_is_seen_not_to_be_whole(plane, clients, tmp_path):
    auditor = clients["auditor"]
    with auditor.open(f"{ROOM}/export?gateway=bulk") as answer, \
            auditor.open(f"{ROOM}/tail") as tail:
        answer.read(1000)
        assert tail.readline() == b": watching\n"
        plane.audit.kill()
        for each in (answer, tail):
            with pytest.raises(http.client.IncompleteRead):
                each.read()
    until("its end", lambda: "broken off" in exports(auditor)[0][2])
    reply = auditor.ask("GET", f"{ROOM}/export")
    assert (reply.status, reply.code) == (503, "audit_unreachable")
    operator = plane._operator_with(roles.token_for(plane, "auditor")["token"])
    file = tmp_path / "out.ndjson"
    with pytest.raises(Refused) as refused:
        operator.run("events", "export", "--output", str(file))
    assert refused.value.code == 69 and os.listdir(tmp_path) == []


def test_batches_travel_packed_where_that_is_configured(authority):
    plane = ControlPlane()
    mesh = os.path.join(plane.folder, "admin-api", "mesh", "ca.pem")
    with open(mesh, "a", encoding="ascii") as file, \
            open(authority.certificate, encoding="ascii") as other:
        file.write(other.read())
    peer = AuditPeer(plane.room("log"), authority, os.path.join(plane.authority, "ca.pem")).up()
    try:
        plane.admin.configure(audit={
            "address": peer.address, "log_key": peer.key_path, "compression": "gzip"})
        plane.start(gateways=0)
        until("the first token's event", lambda: any(
            each["action"] == "token.create" for each in peer.of("admin")))
        assert peer.packed == peer.batches
    finally:
        peer.down()
        plane.close()
