"""Where records go beside the log: each kind of sink against the real thing on its other side, that
goes away and comes back; the service is killed in between, and nothing may be missing."""

import json
import os
import re
import signal
import time

import pytest

from support import privileges, tlog
from support.audit import AuditService, new_boot, record, secret
from support.hook import Hook
from support.journald import Journald
from support.rsyslog import Rsyslog
from support.small_disk import SmallDisk
from support.waiting import until

BOM = "\ufeff"


def event(number, boot, **fields):
    """A request's record; each third one is refused."""
    refused = {"decision": "deny", "policy_id": "default-deny", "status": 403} if number % 3 == 0 \
        else {"decision": "allow", "policy_id": "allow-pypi", "status": 200}
    return record(number, boot, **{
        "agent_id": "crawler", "client_address": "192.0.2.7", "destination_host": "pypi.org",
        "http_method": "GET", "outcome": "completed", "path": "/",
        "request_id": f"019ab3c1-7c4e-7d2a-9f00-{number:012x}",
        "timestamp": "2026-11-26T09:00:00.000171Z", **refused, **fields,
    })


class Bench:
    """The service with sinks, and a gateway that sends."""

    def __init__(self, authority, **settings):
        self.service = AuditService(authority, **settings)
        self.boot, self.sent = new_boot(), []

    def start(self):
        """Starts the service, again if need be, and waits until each sink knows its place."""
        daemon = self.service.daemon
        daemon.start()
        for sink in daemon.settings["sinks"]:
            cursor = os.path.join(self.service.state, "sinks", sink["name"])
            until(f"the cursor {cursor}", lambda path=cursor: os.path.exists(path))
        return self

    def send(self, count, **fields):
        """Sends so many more records and holds that they are acknowledged."""
        first = len(self.sent) + 1
        lines = [event(n, self.boot, **fields) for n in range(first, first + count)]
        for start in range(0, count, 1000):
            status, _ = self.service.peer("gateway/gw-1").send(lines[start:start + 1000])
            assert status == 200
        self.sent += lines

    def gauges(self):
        """The metrics of sinks, by name and sink."""
        text = self.service.peer("admin-api/admin-api").ask("GET", "/metrics")[2].decode()
        return {
            (name, sink): int(value) for name, sink, value in
            re.findall(r'^clawgress_audit_sink_(\w+)\{sink="([^"]+)"\} (\d+)$', text, re.M)
        }

    def until_up(self, sink, up=1):
        """Waits until the sink gets on, or does not."""
        until(f"`up` of {sink} to be {up}", lambda: self.gauges()[("up", sink)] == up)

    def until_caught_up(self, *sinks):
        """Waits until all that was sent was taken."""
        def done():
            gauges = self.gauges()
            return all(
                self.cursor(sink)["next"] >= len(self.sent) and gauges[("up", sink)]
                and gauges[("lag_entries", sink)] == 0 for sink in sinks)
        until(f"{sinks} to catch up", done, 60)

    def cursor(self, sink):
        """Where a sink is."""
        path = os.path.join(self.service.state, "sinks", sink)
        with open(path, encoding="ascii") as file:
            return json.load(file)

    def restart(self):
        """Kills the service and starts it."""
        self.service.daemon.kill()
        self.start()


@pytest.fixture
def benches(authority):
    made = []

    def make(*sinks, **settings):
        made.append(Bench(authority, sinks=list(sinks), **settings))
        return made[-1]

    yield make
    for each in made:
        each.service.close()


@pytest.fixture
def opened():
    """Closes what a test opened."""
    things = []

    def keep(thing):
        things.append(thing)
        return thing

    yield keep
    for thing in reversed(things):
        thing.close()


def syslog(server, authority, **more):
    return {
        "name": "siem", "kind": "syslog", "address": f"127.0.0.1:{server.port}",
        "ca": authority.certificate, "enterprise_number": 32473, "down_after_ms": 100, **more,
    }


MESSAGE = re.compile(
    r'<(\d+)>1 (\S+) gw-1 clawgress - request \[origin software="clawgress-audit" '
    r'swVersion="[^"]+"\]\[clawgress@32473 index="(\d+)" agent="crawler" decision="(\w+)" '
    r'policy="[^"]+" host="pypi.org" request_id="[-0-9a-f]{36}"\] ' + BOM + r'(\{.*\})')


def messages(server, sent):
    """The places of all messages in the order of their coming, each held against its record."""
    places = []
    for line in server.lines():
        found = MESSAGE.fullmatch(line.decode())
        assert found, line
        priority, stamp, place, decision, text = found.groups()
        assert text.encode() == sent[int(place)]
        assert stamp == "2026-11-26T09:00:00.000171Z"
        assert (decision == "deny") == (json.loads(text)["decision"] == "deny")
        assert int(priority) == 13 * 8 + (4 if decision == "deny" else 6)
        places.append(int(place))
    return places


def test_syslog_over_tls_has_everything_through_outages_and_kills(benches, opened, authority):
    server = opened(Rsyslog(authority)).start()
    bench = benches(syslog(server, authority, resend=50, batch_records=100)).start()
    bench.send(700, note="ä ] \" \\")
    bench.until_caught_up("siem")
    until("700 messages", lambda: len(server.lines()) == 700)
    assert messages(server, bench.sent) == list(range(700))
    # An outage delays nobody, and is told.
    server.stop()
    bench.until_up("siem", 0)
    bench.send(500)
    until("the alert", lambda: bench.gauges()[("alert", "siem")] == 1)
    until("all of them under a checkpoint", lambda: bench.gauges()[("lag_entries", "siem")] >= 500)
    assert "alert=sink_down" in bench.service.daemon.log()
    server.start()
    bench.until_caught_up("siem")
    bench.send(300)
    until("1500 messages", lambda: len(set(messages(server, bench.sent))) == 1500)
    # What came twice is the end of the lost connection, and no more than was asked for.
    again = places_again(messages(server, bench.sent))
    assert again and again <= set(range(650, 700))
    assert bench.gauges()[("alert", "siem")] == 0
    for _ in range(5):
        bench.send(200)
        bench.restart()
    bench.until_caught_up("siem")
    until("2500 messages", lambda: len(set(messages(server, bench.sent))) == 2500)


def places_again(places):
    """Those that stand in a list more than once."""
    seen = set()
    return {place for place in places if place in seen or seen.add(place)}


def test_syslog_goes_to_nobody_who_does_not_prove_its_name(benches, opened, authority):
    server = opened(Rsyslog(authority, name="syslog.example")).start()
    bench = benches(
        syslog(server, authority, name="address"),
        syslog(server, authority, name="other", server_name="logs.example"),
        {**syslog(server, authority, name="system", server_name="syslog.example"),
         "ca": "/etc/ssl/certs/ca-certificates.crt"},
        syslog(server, authority, name="right", server_name="syslog.example"),
    ).start()
    bench.send(10)
    for sink in ("address", "other", "system"):
        until(f"{sink} to fail", lambda sink=sink: bench.gauges()[("failures_total", sink)] > 1)
        assert bench.gauges()[("sent_records_total", sink)] == 0
    until("10 messages", lambda: messages(server, bench.sent) == list(range(10)))


def test_syslog_shows_a_certificate_where_one_is_asked_for(benches, opened, authority):
    server = opened(Rsyslog(authority, client_certificates=True)).start()
    certificate, key = authority.files(["sender.example"])
    privileges.give_away_file(key)
    bench = benches(
        syslog(server, authority, certificate=certificate, key=key),
        syslog(server, authority, name="nobody"),
    ).start()
    bench.send(20)
    until("20 messages", lambda: len(set(messages(server, bench.sent))) == 20)
    until("a failure", lambda: bench.gauges()[("failures_total", "nobody")] > 0)


def test_the_journal_has_every_record_with_its_fields(benches, opened):
    journal = opened(Journald()).start()
    bench = benches({
        "name": "journal", "kind": "journald", "socket": journal.socket, "down_after_ms": 100,
    }).start()
    bench.send(300, destination_host="a\nPRIORITY=0")
    bench.until_caught_up("journal")
    until("300 entries", lambda: len(journal.entries()) == 300)
    for place, entry in enumerate(journal.entries()):
        line = bench.sent[place]
        assert entry["MESSAGE"] == line.decode() and entry["CLAWGRESS_INDEX"] == str(place)
        assert entry["CLAWGRESS_HOST"] == "a\nPRIORITY=0"
        assert entry["PRIORITY"] == ("4" if (place + 1) % 3 == 0 else "6")
        assert entry["CLAWGRESS_REQUEST_ID"] == json.loads(line)["request_id"]
    # As long as a record may be.
    bench.send(3, path="/" + "ä" * 7800)
    until("long entries", lambda: len(journal.entries()) == 303)
    assert journal.entries()[-1]["MESSAGE"] == bench.sent[-1].decode()
    journal.stop()
    bench.send(100)
    bench.until_up("journal", 0)
    journal.start()
    bench.until_caught_up("journal")

    def all_there():
        return {int(entry["CLAWGRESS_INDEX"]) for entry in journal.entries()} == set(range(403))
    until("all entries", all_there)


class Lines:
    """A folder for the file of a sink."""

    def __init__(self, folder=None):
        self.folder = folder or privileges.reachable_folder("clawgress-sink-")
        privileges.give_away(self.folder)
        self.path = os.path.join(self.folder, "events.ndjson")

    def sink(self, **more):
        return {"name": "file", "kind": "file", "path": self.path, "down_after_ms": 100, **more}

    def read(self):
        """Every line of every file, the oldest file first; each must be whole."""
        names = [name for name in os.listdir(self.folder) if name.startswith("events")]
        names.sort(key=lambda name: -int(name.rsplit(".", 1)[1] if name[-1].isdigit() else 0))
        lines = []
        for name in names:
            with open(os.path.join(self.folder, name), "rb") as file:
                content = file.read()
            assert content.endswith(b"\n") or not content
            lines += content.splitlines()
        return lines

    def places(self, sent):
        """The places in their order, each line held against its record."""
        found = []
        for line in self.read():
            value = json.loads(line)
            assert line == b'{"index":%d,"record":%s}' % (value["index"], sent[value["index"]])
            found.append(value["index"])
        return found


def test_a_file_has_each_record_once_through_kills_and_torn_lines(benches):
    lines = Lines()
    bench = benches(lines.sink(batch_records=7)).start()
    for round_number in range(6):
        bench.send(300)
        if round_number % 2:
            until("some lines", lambda: len(lines.read()) > 300 * round_number)
        bench.service.daemon.kill()
        with open(lines.path, "ab") as file:
            file.write(b'{"index":99999,"rec')
        bench.start()
    bench.until_caught_up("file")
    assert lines.places(bench.sent) == list(range(1800))
    assert os.stat(lines.path).st_mode & 0o777 == 0o640


def test_a_file_is_followed_when_others_rename_it(benches):
    lines = Lines()
    bench = benches(lines.sink()).start()
    for number in range(5, 0, -1):
        bench.send(100)
        bench.until_caught_up("file")
        os.rename(lines.path, f"{lines.path}.{number}")
        if number % 2:
            bench.service.daemon.process.send_signal(signal.SIGHUP)
        # The name is there again although nothing more came.
        until("a new file", lambda: os.path.exists(lines.path))
    bench.send(100)
    bench.until_caught_up("file")
    assert lines.places(bench.sent) == list(range(600))


def test_a_file_is_put_aside_when_it_is_long(benches):
    lines = Lines()
    bench = benches(lines.sink(rotate_bytes=65536, keep=3, batch_records=50)).start()
    bench.send(1500)
    bench.until_caught_up("file")
    # The last batch may have filled the file.
    until("the name", lambda: os.path.exists(lines.path))
    names = sorted(os.listdir(lines.folder))
    assert names == ["events.ndjson"] + [f"events.ndjson.{n}" for n in (1, 2, 3)]
    assert all(os.path.getsize(f"{lines.path}.{n}") < 65536 + 50 * 1024 for n in (1, 2, 3))
    found = lines.places(bench.sent)
    assert found == list(range(found[0], 1500)) and found[0] > 0


def test_a_full_disk_loses_nothing(benches, opened):
    disk = opened(SmallDisk(4))
    folder = os.path.join(disk.folder, "lines")
    os.mkdir(folder)
    lines = Lines(folder)
    bench = benches(lines.sink()).start()
    bench.send(200)
    bench.until_caught_up("file")
    disk.fill()
    bench.send(2000)
    bench.until_up("file", 0)
    assert lines.places(bench.sent) == list(range(len(lines.read())))
    disk.relieve()
    bench.until_caught_up("file")
    assert lines.places(bench.sent) == list(range(2200))


def webhook(hook, **more):
    return {"name": "hook", "kind": "webhook", "url": hook.url, "down_after_ms": 100, **more}


def test_a_webhook_gets_signed_batches_and_says_how_they_went(benches, opened, authority, tls):
    hook = opened(Hook(tls))
    bench = benches(ca_file := webhook(
        hook, ca=authority.certificate, batch_records=100, filter={"decision": ["deny"]},
    ))
    ca_file["secret_file"] = secret(os.path.join(bench.service.folder, "hook.secret"))
    bench.service.daemon.configure(sinks=[ca_file])
    with open(ca_file["secret_file"], "rb") as file:
        key = file.read().strip()
    bench.start()
    hook.answers += [(503, {"Retry-After": "1"}), (500, {}), (429, {}), (204, {})]
    began = time.monotonic()
    bench.send(900)
    hook.waits_for(300)
    assert time.monotonic() - began > 1
    assert [post.status for post in hook.posts[:4]] == [503, 500, 429, 204]
    assert len({post.body for post in hook.posts[:4]}) == 1
    for post in hook.posts:
        assert post.is_signed(key) and post.fields["Clawgress-Sink"] == "hook"
        places = [line["index"] for line in post.lines()]
        assert len(places) <= 100
        assert post.fields["Clawgress-First-Index"] == str(places[0])
        assert post.fields["Clawgress-Last-Index"] == str(places[-1])
        assert post.fields["Content-Type"] == "application/x-ndjson"
    assert [line["index"] for line in hook.taken()] == list(range(2, 900, 3))
    assert all(
        line["record"] == json.loads(bench.sent[line["index"]]) for line in hook.taken())


def test_a_webhook_that_refuses_stops_the_sink_and_drops_nothing(benches, opened):
    hook, pager = opened(Hook()), opened(Hook())
    bench = benches(
        webhook(hook, down_after_ms=86400000), alerts={"webhook": {"url": pager.url}},
    ).start()
    hook.answers += [(400, {})]
    pager.answers += [(503, {}), (404, {})]
    bench.send(10)
    until("the alert", lambda: bench.gauges()[("alert", "hook")] == 1)
    bench.send(10)
    gauges = bench.gauges()
    assert gauges[("failures_total", "hook")] == 1 and gauges[("up", "hook")] == 0
    assert len(hook.posts) == 1
    bench.service.daemon.process.send_signal(signal.SIGHUP)
    hook.waits_for(20)
    bench.until_caught_up("hook")

    def told():
        return [(line["alert"], line["sink"], line["state"])
                for post in pager.posts if post.status < 300 for line in post.lines()]
    until("both notes", lambda: told() == [
        ("sink_down", "hook", "raised"), ("sink_down", "hook", "over")])
    assert [post.status for post in pager.posts] == [503, 404, 204, 204]


def test_a_webhook_has_every_record_through_kills_in_whole_batches(benches, opened):
    hook = opened(Hook())
    bench = benches(webhook(hook, batch_records=20)).start()
    for _ in range(8):
        bench.send(250)
        bench.restart()
    hook.waits_for(2000)
    places = [line["index"] for line in hook.taken()]
    assert set(places) == set(range(2000))
    # At each kill one batch was under way.
    assert len(places_again(places)) <= 8 * 20
    hook.stop()
    bench.send(100)
    bench.until_up("hook", 0)
    hook.start()
    hook.waits_for(2100)


def test_what_was_pruned_meanwhile_is_counted_and_said(benches, opened):
    hook = opened(Hook())
    bench = benches(webhook(hook)).start()
    bench.send(10)
    hook.waits_for(10)
    hook.stop()
    bench.service.daemon.stop()
    bench.service.daemon.configure(retention={"every_ms": 100, "entries": 300})
    bench.start()

    def minimum():
        notice = re.search(rb"^minimum (\d+)$", bench.service.file("retention"), re.M)
        return int(notice[1])

    def pruned():
        # The journal lets go of its files as new ones are needed.
        bench.send(200)
        until("a checkpoint of them", lambda: tlog.Checkpoint(
            bench.service.file("checkpoint").decode()).size >= len(bench.sent))
        return minimum() >= 512

    until("pruning", pruned, 60)
    bench.service.daemon.stop()
    # What was published is carried out, and nothing more goes.
    bench.service.daemon.configure(retention={"every_ms": 100})
    kept, before = minimum(), bench.cursor("hook")["next"]
    hook.start()
    bench.start()
    hook.waits_for(10 + len(bench.sent) - kept)
    indexes = {line["index"] for line in hook.taken()}
    assert indexes >= set(range(kept, len(bench.sent))) and not indexes & set(range(10, kept))
    # What the life before has passed over, it has counted.
    assert bench.gauges()[("skipped_entries_total", "hook")] == kept - before
    assert "pruned" in bench.service.daemon.log()


def test_a_new_sink_begins_now_or_at_the_start_and_an_odd_cursor_stops_it(benches, opened):
    hook = opened(Hook())
    bench = benches().start()
    bench.send(100)
    bench.service.covered(100)
    bench.service.daemon.stop()
    bench.service.daemon.configure(sinks=[
        webhook(hook, name="old", url=hook.url + "/old", **{"from": "start"}),
        webhook(hook, name="new", url=hook.url + "/new", format="ocsf"),
    ])
    bench.start()
    bench.until_caught_up("old", "new")
    bench.send(50)
    bench.until_caught_up("old", "new")

    def got(path):
        return [line for post in hook.posts if post.path == path for line in post.lines()]
    until("all of the old", lambda: len(got("/in/old")) == 150)
    until("all of the new", lambda: len(got("/in/new")) == 50)
    assert [line["metadata"]["sequence"] for line in got("/in/new")] == list(range(100, 150))
    assert {line["class_uid"] for line in got("/in/new")} == {4002}
    bench.service.daemon.stop()
    cursor = os.path.join(bench.service.state, "sinks", "old")
    with open(cursor, encoding="ascii") as file:
        value = json.load(file)
    with open(cursor, "w", encoding="ascii") as file:
        json.dump({**value, "next": 100000}, file)
    bench.start()
    until("the alert", lambda: bench.gauges()[("alert", "old")] == 1)
    assert bench.gauges()[("alert", "new")] == 0
