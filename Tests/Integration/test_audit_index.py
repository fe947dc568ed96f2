"""The index of the log: questions over the mesh, kills and damage, and what hostile agents wrote."""

import csv
import io
import json
import os
import sqlite3
import threading
import time

import pytest

from support.audit import new_boot, record
from support.waiting import until

HOSTILE = "\x1b[2J=cmd|'/c calc'!A0\n\u202egpj,\"x\""


BASE = time.time() // 86400 * 86400


def stamp(second):
    """A time of today, in the form of events."""
    text = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(BASE + second))
    return f"{text}.000000Z"


def event(number, boot, **fields):
    """A request's record."""
    return record(number, boot, **{
        "agent_id": "crawler", "decision": "allow", "destination_host": "pypi.org",
        "environment": "prod", "path": "/", "policy_id": "allow-pypi", "project_id": "p",
        "reason": "policy_allowed", "status": 200, "team_id": "data",
        "request_id": f"019ab3c1-7c4e-7d2a-9f00-{number:012x}", "timestamp": stamp(number),
        **fields,
    })


def denied(number, boot, **fields):
    return event(number, boot, **{
        "decision": "deny", "policy_id": "default-deny", "reason": "default_deny", "status": 403,
        "destination_host": f"h{number % 7}.evil.example", **fields,
    })


def gauges(admin):
    text = admin.ask("GET", "/metrics")[2].decode()
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {name.removeprefix("clawgress_audit_"): int(value) for name, value in lines}


def indexed(admin, count):
    """Waits until so many records can be found."""
    until(f"an index of {count}", lambda: gauges(admin)["index_entries"] >= count, 60)
    assert gauges(admin)["index_up"] == 1


def rows(path):
    """What an index says of each record, words as words."""
    names = ["agent", "team", "project", "environment", "policy", "reason", "gateway"]
    words = ", ".join(f"(SELECT text FROM word WHERE id = {name})" for name in names)
    with sqlite3.connect(f"file:{path}?immutable=1", uri=True) as base:
        return base.execute(f"""
            SELECT leaf, offset, length, time, kind, decision, status, hex(request_id),
            (SELECT text FROM host WHERE id = event.host), {words} FROM event ORDER BY leaf
        """).fetchall()


def test_questions_are_answered_from_the_log_and_for_nobody_else(services):
    service = services()
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    lines = [event(n, boot) if n % 3 else denied(n, boot) for n in range(1, 901)]
    assert gateway.send(lines)[0] == 200
    indexed(admin, 900)
    page = admin.get("/v1/events?agent=crawler&decision=deny&limit=7")
    assert [item["index"] for item in page["items"]] == [899 - 3 * n for n in range(7)]
    assert [item["record"] for item in page["items"]] == [
        json.loads(lines[item["index"]]) for item in page["items"]]
    seen = []
    while True:
        seen += [item["index"] for item in page["items"]]
        if "next_cursor" not in page:
            break
        page = admin.get(
            f"/v1/events?agent=crawler&decision=deny&limit=50&cursor={page['next_cursor']}")
    assert seen == list(range(899, 0, -3))
    below = admin.get("/v1/events/count?host_suffix=evil.example")
    assert below == {"count": 300, "indexed": 900}
    one = admin.get("/v1/events?request_id=019ab3c1-7c4e-7d2a-9f00-000000000064")
    assert [item["index"] for item in one["items"]] == [99]
    query = f"since={stamp(1)}&until={stamp(901)}&bucket_seconds=300"
    buckets = admin.get(f"/v1/events/buckets?{query}")["items"]
    assert [bucket["deny"] for bucket in buckets] == [100, 100, 100]
    assert buckets[0] == {
        "start": stamp(1), "allow": 200, "deny": 100, "rate_limit": 0, "other": 0}
    top = admin.get("/v1/events/top?by=host&limit=2")["items"]
    assert top[0] == {"value": "pypi.org", "count": 600} and top[1]["count"] == 43
    for path in ("", "/count", "/top?by=host", "/export", "/tail", f"/buckets?{query}"):
        path = f"/v1/events{path}"
        assert gateway.ask("GET", path)[0] == 403 and service.stranger().ask("GET", path)[0] == 401
    for query in ("?agnet=x", "?limit=0", "/count?decision=x", "/top", "/export?format=xml",
                  "/tail?since=now", "/buckets"):
        status, _, body = admin.ask("GET", f"/v1/events{query}")
        assert (status, json.loads(body)["code"]) == (400, "malformed_request"), query
        assert "`" in json.loads(body)["detail"]


def test_an_export_has_everything_and_nothing_that_a_terminal_or_a_sheet_obeys(services):
    service = services()
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    lines = [event(n, boot, path=HOSTILE if n % 2 else "=1+1") for n in range(1, 1201)]
    assert gateway.send(lines[:1000])[0] == gateway.send(lines[1000:])[0] == 200
    indexed(admin, 1200)
    status, fields, body = admin.ask("GET", "/v1/events/export?agent=crawler")
    assert status == 200 and fields["content-type"] == "application/x-ndjson"
    items = [json.loads(line) for line in body.decode().splitlines()]
    assert [item["record"] for item in items] == [json.loads(line) for line in lines]
    assert [item["index"] for item in items] == list(range(1200))
    status, fields, sheet = admin.ask("GET", "/v1/events/export?format=csv&order=newest")
    assert fields["content-type"].startswith("text/csv")
    table = list(csv.DictReader(io.StringIO(sheet.decode(), newline="")))
    assert [int(row["index"]) for row in table] == list(range(1199, -1, -1))
    assert {row["path"] for row in table} == {
        "'=1+1", "\\u{1b}[2J=cmd|'/c calc'!A0\\u{a}\\u{202e}gpj,\"x\""}
    for text in (body, sheet.replace(b"\r\n", b"")):
        assert not set(text.decode()) & set("\x1b\u202e\x9b\x00\x7f\r")


@pytest.mark.timeout(300)
def test_killed_while_it_is_made_it_goes_on_and_equals_one_made_at_once(services):
    service = services(index={"enabled": False})
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot, sent = new_boot(), 30_000
    for start in range(1, sent, 1000):
        lines = [
            (denied if n % 5 == 0 else event)(n, boot, agent_id=f"a{n % 9}")
            for n in range(start, start + 1000)
        ]
        assert gateway.send(lines)[0] == 200
    until("a checkpoint", lambda: gauges(admin)["checkpoint_size"] >= sent)
    assert admin.ask("GET", "/v1/events")[0] == 404
    service.daemon.stop()
    service.daemon.configure(index={})
    service.daemon.start()
    at, kills = 0, 0
    while True:
        before = at
        at = until("progress", lambda last=before: next(
            (each for each in [gauges(admin)["index_entries"]] if each > last), 0), 60)
        if at >= sent:
            break
        # In the middle of its next transaction.
        service.daemon.kill()
        service.daemon.start()
        kills += 1
    assert kills > 1
    # And while records come.
    for start in range(sent + 1, sent + 2001, 500):
        assert gateway.send([event(n, boot) for n in range(start, start + 500)])[0] == 200
        service.daemon.kill()
        service.daemon.start()
    sent += 2000
    indexed(admin, sent)
    assert admin.get("/v1/events/count?kind=request")["count"] == sent
    service.daemon.stop()
    path = os.path.join(service.state, "index", "events.sqlite")
    followed = rows(path)
    service.daemon.run("reindex")
    # The service's own signs of life may be among them.
    assert rows(path) == followed and len(followed) >= sent
    # Made anew, it is gone on with.
    service.daemon.start()
    assert gateway.send([event(sent + 1, boot)])[0] == 200
    indexed(admin, sent + 1)


@pytest.mark.parametrize("damage", ["removed", "overwritten", "of another log"])
def test_an_index_that_cannot_be_trusted_is_made_again(services, damage):
    service = services()
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    assert gateway.send([event(n, boot) for n in range(1, 701)])[0] == 200
    indexed(admin, 700)
    service.daemon.stop()
    path = os.path.join(service.state, "index", "events.sqlite")
    before = rows(path)
    if damage == "removed":
        os.unlink(path)
    elif damage == "overwritten":
        with open(path, "r+b") as file:
            file.write(b"\xa5" * 8192)
    else:
        with sqlite3.connect(path) as base:
            base.execute("UPDATE state SET mark = zeroblob(32)")
            base.execute("DELETE FROM event WHERE leaf < 5")
        base.close()
    service.daemon.start()
    indexed(admin, 700)
    assert admin.get("/v1/events/count")["count"] == 700
    service.daemon.stop()
    assert rows(path) == before
    assert ("is made again" in service.daemon.log()) == (damage != "removed")


def test_a_question_that_meets_damage_has_the_index_made_again(services):
    service = services()
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    for start in range(1, 5001, 1000):
        assert gateway.send([denied(n, boot) for n in range(start, start + 1000)])[0] == 200
    indexed(admin, 5000)
    service.daemon.stop()
    path = os.path.join(service.state, "index", "events.sqlite")
    with sqlite3.connect(path) as base:
        root = base.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'event_agent'").fetchone()[0]
    base.close()
    with open(path, "r+b") as file:
        file.seek((root - 1) * 4096)
        file.write(b"\xa5" * 4096)
    service.daemon.start()
    admin.ask("GET", "/v1/events?agent=crawler")

    def answered():
        status, _, body = admin.ask("GET", "/v1/events/count?agent=crawler")
        return status == 200 and json.loads(body)["count"] == 5000

    until("an index without damage", answered, 60)


class Tail(threading.Thread):
    """Reads the tail, or begins to and does not go on until it is told."""

    def __init__(self, peer, query="", is_slow=False):
        super().__init__(daemon=True)
        self.events, self.begun, self.go = [], threading.Event(), threading.Event()
        if not is_slow:
            self.go.set()
        self._peer, self._path = peer, f"/v1/events/tail{query}"

    def run(self):
        with self._peer.open(self._path) as answer:
            assert answer.status == 200
            assert answer.readline() == b": watching\n"
            self.begun.set()
            self.go.wait(60)
            event = {}
            for line in answer:
                name, _, value = line.rstrip(b"\n").decode().partition(": ")
                if name == ":":
                    continue
                if name:
                    event[name] = value
                elif event:
                    self.events.append(event)
                    event = {}


def test_a_tail_hears_what_it_asked_for_and_a_slow_one_is_let_go(services):
    service = services(index={"tail_records_max": 16, "tails_at_once": 2})
    service.daemon.start()
    gateway, admin = service.peer("gateway/gw-1"), service.peer("admin-api/admin-api")
    boot = new_boot()
    assert gateway.send([denied(n, boot) for n in range(1, 301)])[0] == 200
    indexed(admin, 300)
    tail, slow = Tail(admin, "?decision=deny"), Tail(admin, is_slow=True)
    for each in (tail, slow):
        each.start()
        assert each.begun.wait(20)
    status, _, body = admin.ask("GET", "/v1/events/tail")
    assert (status, json.loads(body)["code"]) == (503, "query_busy")
    assert gateway.send([event(301, boot), denied(302, boot)])[0] == 200
    until("a denial", lambda: tail.events)
    assert [event["id"] for event in tail.events] == ["301"]
    assert json.loads(tail.events[0]["data"])["record"]["decision"] == "deny"
    # More than its queue and all the sockets on the way can hold.
    for start in range(303, 3303, 100):
        lines = [event(n, boot, path="/" + "x" * 9000) for n in range(start, start + 100)]
        assert gateway.send(lines)[0] == 200
    indexed(admin, 3302)
    slow.go.set()
    slow.join(60)
    assert slow.events[-1] == {"event": "end", "data": '{"reason":"too_slow"}'}
    assert len(slow.events) < 3000
    service.daemon.stop()
    tail.join(20)
    assert tail.events[-1] == {"event": "end", "data": '{"reason":"stopping"}'}
    assert len(tail.events) == 2
