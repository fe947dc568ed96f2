"""The log verified and proved through the admin API: its files byte for byte, for whoever may see records,
with one event for each reader and not one for each file."""

import functools
import http.server
import json
import os
import subprocess
import threading
import time

import pytest

from support import programs, roles, tlog
from support.audit import Peer, new_boot, record
from support.control_plane import ControlPlane, first_configuration
from support.operator import Refused
from support.origin import Origin
from support.tls_server import Handler, TLSServer
from support.waiting import until
from support.world import marker, wrong

pytestmark = pytest.mark.timeout(300)
ROOM = "/v1/log"
BULK = 1000
FOR_EVER, NEVER = "private, max-age=31536000, immutable", "private, no-cache"


@pytest.fixture(scope="module")
def site():
    """The origin that agents ask."""
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def plane(site, authority):
    """A control plane with a log into which a further gateway has sent much."""
    plane = ControlPlane(audit={"checkpoint_ms": 50, "journal_bytes": 65536})
    trust(plane, "audit", authority)
    try:
        plane.start(gateways=1)
        plane.root.load([*first_configuration(site.port), *roles.user_lines()])
        plane.root.commit()
        plane.key = plane.agent_key("crawler")
        service = type("Service", (), {"port": plane.audit.ready["port"]})
        trusted = os.path.join(plane.authority, "ca.pem")
        plane.bulk = Peer(service, authority.peer_context("clawgress://gateway/bulk", trusted))
        plane.boot = new_boot()
        send(plane, 1, BULK)
        yield plane
    finally:
        plane.close()


def trust(plane, daemon, authority):
    """Lets a daemon believe the suite's own authority, too."""
    mesh = os.path.join(plane.folder, daemon, "mesh", "ca.pem")
    with open(mesh, "a", encoding="ascii") as file, \
            open(authority.certificate, encoding="ascii") as other:
        file.write(other.read())


def send(plane, first, last):
    """Sends records of the further gateway, and waits for a checkpoint over them."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    lines = [
        record(n, plane.boot, gateway="bulk", request_id=f"bulk-{n}", timestamp=now, more="x" * 99)
        for n in range(first, last + 1)
    ]
    before = checkpoint(plane).size
    for start in range(0, len(lines), 250):
        assert plane.bulk.send(lines[start:start + 250])[0] == 200
    until("the checkpoint", lambda: checkpoint(plane).size >= before + len(lines))


def log_folder(plane):
    return os.path.join(plane.audit.settings["state_folder"], "log")


def log_key(plane):
    with open(plane.log_key, encoding="ascii") as file:
        return tlog.Key(file.read())


def checkpoint(plane):
    """The newest checkpoint on the disk."""
    with open(os.path.join(log_folder(plane), "checkpoint"), encoding="utf-8") as file:
        return tlog.Checkpoint(file.read(), log_key(plane))


@pytest.fixture(scope="module")
def tokens(plane):
    """A token for each role."""
    return {role: roles.token_for(plane, role)["token"] for role in roles.ROLES}


@pytest.fixture(scope="module")
def clients(plane, tokens):
    """A client of the API for each role."""
    return {role: plane.api(token) for role, token in tokens.items()}


@pytest.fixture(scope="module")
def people(plane, tokens):
    """The command for each role."""
    return {role: plane._operator_with(token) for role, token in tokens.items()}


def verify(person, plane, *options):
    return person.run("audit", "verify", "--log-key", plane.log_key, *options)


def refusal(work):
    """How a command ends that is refused."""
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code, refused.value.said


def readings(plane, client):
    """The events that this client's credential has left by reading entries."""
    own = client.must("GET", "/v1/whoami")["credential_id"]
    return [
        each for each in plane.api().pages("/v1/events")
        if (each["action"], each["subject"]) == ("log.export", "entries")
        and each["credential_id"] == own
    ]


def files(plane):
    """What is in the log's folder, but for the notes."""
    found = []
    for folder, _, names in os.walk(os.path.join(log_folder(plane), "tile")):
        found += [os.path.relpath(os.path.join(folder, name), log_folder(plane)) for name in names]
    return sorted(found)


def test_every_file_is_passed_on_byte_for_byte(plane, clients):
    auditor = clients["auditor"]
    paths = files(plane)
    assert {path.split("/")[1] for path in paths} == {"0", "1", "entries"}
    for path in paths:
        place = os.path.join(log_folder(plane), path)

        def answered(path=path, place=place):
            # One that is not full may give way to a full one, or wait for its checkpoint.
            reply = auditor.ask("GET", f"{ROOM}/{path}")
            return reply if reply.status == 200 or not os.path.exists(place) else None

        reply = until(path, answered)
        if reply.status != 200:
            continue
        with open(place, "rb") as file:
            assert reply.body == file.read(), path
        assert reply.fields["content-type"] == "application/octet-stream"
        assert reply.fields["cache-control"] == FOR_EVER
        assert auditor.ask("HEAD", f"{ROOM}/{path}").body == b""
    reply = auditor.ask("GET", f"{ROOM}/checkpoint")
    assert tlog.Checkpoint(reply.body.decode(), log_key(plane)).size >= BULK
    assert reply.fields["content-type"] == "text/plain; charset=utf-8"
    assert reply.fields["cache-control"] == NEVER
    for path in ("checkpoint.witnessed", "retention", "tile/entries/999", "tile/0/999.p/3"):
        reply = auditor.ask("GET", f"{ROOM}/{path}")
        assert (reply.status, reply.code) == (404, "not_found"), path


def test_auditors_and_admins_verify_the_log_and_leave_one_event_each(plane, clients, people):
    for role in ("auditor", "admin"):
        said = verify(people[role], plane)
        assert "good: " in said and "streams: " in said
        verify(people[role], plane, "--range", "300-700")
        assert '"request_id":"bulk-300"' in prove(people[role], "bulk-300", plane)
        # The test before has read some of them as the auditor.
        assert len(readings(plane, clients[role])) == 1


def prove(person, name, plane):
    """Proves a record, and checks the proof without a control plane; what that says."""
    proof = os.path.join(plane.room("proofs"), name)
    person.run("audit", "prove", name, "--log-key", plane.log_key, "--output", proof)
    done = subprocess.run(
        [programs.COMMAND, "audit", "check", proof, "--log-key", plane.log_key],
        capture_output=True, text=True, check=True, env={},
    )
    return done.stdout + done.stderr


def test_a_denied_request_is_proved_with_the_index_and_without(plane, clients, people, site):
    path = f"/{marker()}"
    url = f"http://other.test:{site.port}{path}"
    assert plane.gateways["gw-1"].fetch("crawler", plane.key, url) == 403
    auditor = clients["auditor"]

    def found():
        items = auditor.must("GET", f"{ROOM}/events?host=other.test")["items"]
        return next((each for each in items if each["record"]["path"] == path), None)

    item = until("the decision", found)
    name = item["record"]["request_id"]
    until("its checkpoint", lambda: checkpoint(plane).size > item["index"])
    said = prove(people["auditor"], name, plane)
    assert json.loads(said.splitlines()[0]) == item["record"]
    assert f"entry {item['index']} of " in said
    code, said = refusal(lambda: prove(people["auditor"], "nobody", plane))
    assert code == 1 and "entries has the id `nobody`" in said
    plane.audit.stop()
    plane.audit.configure(index={"enabled": False})
    plane.audit.start()
    assert f"entry {item['index']} of " in prove(people["auditor"], name, plane)


def test_who_may_not_see_records_is_told_which_role_may(plane, tokens, people):
    for role in ("operator", "read-only"):
        for work in (
            lambda: verify(people[role], plane), lambda: prove(people[role], "bulk-1", plane),
        ):
            code, said = refusal(work)
            assert code == 77 and f"the role `{role}` may not do this" in said
            assert "for the roles `auditor` and `admin`" in said
    limited = roles.token_for(plane, "auditor", scopes=["configuration:read"])
    code, said = refusal(lambda: verify(plane._operator_with(limited["token"]), plane))
    assert code == 77 and "scope `events:read`" in said
    stranger = plane._operator_with(wrong(tokens["auditor"]))
    code, said = refusal(lambda: verify(stranger, plane))
    assert code == 77 and "credential_refused" in said and "auditor" in said


def test_checkpoints_are_compared_and_hashes_leave_no_event(plane, tmp_path):
    made = roles.token_for(plane, "auditor")
    person, client = plane._operator_with(made["token"]), plane.api(made["token"])
    old, new = tmp_path / "old", tmp_path / "new"
    old.write_bytes(client.ask("GET", f"{ROOM}/checkpoint").body)
    client.must("POST", "/v1/tokens", {"name": "for one more record"})
    size = tlog.Checkpoint(old.read_text(), log_key(plane)).size

    def longer():
        new.write_bytes(client.ask("GET", f"{ROOM}/checkpoint").body)
        return tlog.Checkpoint(new.read_text(), log_key(plane)).size > size

    until("a longer log", longer)
    person.run("audit", "consistency", str(old), str(new), "--log-key", plane.log_key)
    assert readings(plane, client) == []
    assert "good: " in verify(person, plane, "--since", str(old))
    assert len(readings(plane, client)) == 1


def test_options_say_where_the_control_plane_is_and_a_log_is_named_once(plane, tokens, tmp_path):
    token = tmp_path / "token"
    token.write_text(tokens["auditor"] + "\n")
    access = [
        "--api", f"https://{plane.admin.address}", "--token-file", str(token), "--ca",
        os.path.join(plane.authority, "ca.pem"),
    ]

    def run(*more):
        done = subprocess.run(
            [programs.COMMAND, "audit", "verify", "--log-key", plane.log_key, *more],
            capture_output=True, text=True, timeout=60, check=False,
            env={"CLAWGRESS_RUNTIME": str(tmp_path / "run")},
        )
        return done.returncode, done.stdout + done.stderr

    code, said = run(*access)
    assert code == 0 and "good: " in said and " a second" in said
    code, said = run(*access, log_folder(plane))
    assert code == 64 and "--api, --ca and --token-file" in said
    code, said = run("--ca-file", "x", *access)
    assert code == 64 and "--ca" in said
    code, said = run()
    assert code == 64 and "which control plane?" in said
    # Nobody's token goes to an address that is given as one of a published log.
    code, said = run(f"https://{plane.admin.address}/v1/log", "--ca-file", access[-1])
    assert code == 69 and "status 401; for the control plane's own log leave its address" in said


class Published(http.server.SimpleHTTPRequestHandler):
    """A folder that is published, at times with a pause before."""

    def log_message(self, *_):
        pass

    def do_GET(self):
        """A file, or what the test wants."""
        self.server.asked.append((self.path, self.headers["authorization"]))
        status, pause = self.server.judge(self.path)
        if status == 200:
            super().do_GET()
            return
        self.send_response(status)
        self.send_header("Retry-After", pause)
        self.send_header("Content-Length", "0")
        self.end_headers()


def test_a_server_that_asks_for_a_pause_gets_it_a_few_times(plane, people):
    auditor = people["auditor"]
    handler = functools.partial(Published, directory=log_folder(plane))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"

        def run(judge):
            server.asked, server.judge = [], judge
            return verify(auditor, plane, url)

        def once(path):
            before = [asked for asked, _ in server.asked].count(path)
            return (429, "1") if before == 1 and path.endswith("checkpoint") else (200, "")

        began = time.monotonic()
        assert "good: " in run(once)
        assert 1 <= time.monotonic() - began
        assert {token for _, token in server.asked} == {None}
        code, said = refusal(lambda: run(lambda _: (503, "0")))
        assert code == 69 and "status 503" in said and "asked again in 1 s" in said
        assert [path for path, _ in server.asked] == ["/checkpoint"] * 6
        code, said = refusal(lambda: run(lambda _: (503, "3600")))
        assert code == 69 and len(server.asked) == 1
        server.shutdown()


def test_a_log_that_is_away_for_a_moment_is_waited_for(plane, clients, people):
    plane.audit.kill()
    reply = clients["auditor"].ask("GET", f"{ROOM}/tile/entries/000")
    assert (reply.status, reply.code) == (503, "audit_unreachable")
    assert int(reply.fields["retry-after"]) > 0
    running = people["auditor"].begin("audit", "verify", "--log-key", plane.log_key)
    try:
        while "is asked again in 5 s" not in (line := running.stderr.readline()):
            assert line, "it gave up"
        plane.audit.start()
        output, _ = running.communicate(timeout=60)
        assert running.returncode == 0 and "good: " in output
    finally:
        running.kill()


def test_a_small_budget_makes_it_slow_and_not_impossible(plane, clients, people):
    plane.admin.stop()
    plane.admin.configure(limits={"log_files_per_second": 2})
    plane.admin.start()
    auditor = clients["auditor"]
    until("the end of the budget", lambda: auditor.ask("GET", f"{ROOM}/checkpoint").status == 429)
    assert auditor.ask("GET", "/v1/whoami").status == 200
    began = time.monotonic()
    assert "good: " in verify(people["auditor"], plane, "--range", "0-255")
    assert time.monotonic() - began > 2
    plane.admin.stop()
    plane.admin.configure(limits={})
    plane.admin.start()


def test_a_pruned_log_verifies_too(plane, clients, people):
    plane.audit.stop()
    plane.audit.configure(retention={"entries": 256, "every_ms": 100}, index={})
    plane.audit.start()
    # The journal lets go of its files as new ones are needed.
    for first in range(BULK + 1, BULK + 1001, 250):
        send(plane, first, first + 249)
    auditor = clients["auditor"]
    until("a bundle's end", lambda: auditor.ask(
        "GET", f"{ROOM}/tile/entries/001").code == "entries_pruned")
    reply = auditor.ask("GET", f"{ROOM}/retention")
    assert reply.status == 200 and reply.body.startswith(b"clawgress-retention/v1\n")
    assert auditor.ask("GET", f"{ROOM}/tile/0/000").status == 200
    said = verify(people["auditor"], plane)
    assert "pruned: " in said and "(before the newest 256)" in said
    code, said = refusal(lambda: prove(people["auditor"], "bulk-7", plane))
    assert code == 1 and "may have been pruned" in said
    assert "entry " in prove(people["auditor"], f"bulk-{BULK + 1000}", plane)


class Odd(Handler):
    """An audit service that answers what the test wants."""

    def do_GET(self):
        """A file."""
        self.answer(*self.server.said)

    def do_POST(self):
        """A batch of the admin API's own events, which is not what this is about."""
        self.rfile.read(int(self.headers["content-length"]))
        self.answer(503, b"{}")


def test_what_no_audit_service_says_is_not_passed_on(authority):
    plane = ControlPlane(audit={})
    trust(plane, "admin-api", authority)
    tls = authority.server_context(["audit.clawgress.internal", "clawgress://audit/audit"])
    server = TLSServer(("127.0.0.1", 0), lambda: tls, Odd)
    try:
        plane.policy.start()
        plane.admin.configure(policy=plane.policy.address, audit={
            "address": f"127.0.0.1:{server.server_port}", "log_key": plane.log_key})
        plane.admin.start()
        bootstrap = plane.admin.take_printed().split()[0]
        client = plane.api(plane.api(bootstrap).must(
            "POST", "/v1/tokens", {"name": "first"})["token"])
        binary, problem = "application/octet-stream", "application/problem+json"
        pruned = json.dumps({"code": "entries_pruned", "status": 404}).encode()
        for said, status, code in (
            ((200, b"a tile", binary), 200, None), ((404, pruned, problem), 404, "entries_pruned"),
            ((200, b"<html>", "text/html"), 503, "audit_unreachable"),
            ((404, b"<html>", "text/html"), 503, "audit_unreachable"),
            ((410, pruned, problem), 503, "audit_unreachable"),
            ((302, b"", binary), 503, "audit_unreachable"),
            ((403, pruned, problem), 503, "audit_unreachable"),
            ((200, bytes((16 << 20) + 1), binary), 503, "audit_unreachable"),
        ):
            server.said = said
            reply = client.ask("GET", f"{ROOM}/tile/0/000")
            assert (reply.status, reply.code) == (status, code), said[0]
            assert (reply.body == said[1]) == (status != 503)
        plane.admin.stop()
        del plane.admin.settings["audit"]
        plane.admin.configure()
        plane.admin.start()
        code, said = refusal(lambda: verify(plane._operator_with(client.token), plane))
        assert code == 66 and "log_not_configured" in said
    finally:
        server.end()
        plane.close()
