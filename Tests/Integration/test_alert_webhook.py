"""What must be noticed is told to a webhook, signed: each kind by the daemon that raises it, and never
at the cost of a request."""

import json
import os
import signal
import statistics
import subprocess
import time

import pytest

from support import privileges, programs
from support.audit import AuditService, new_boot, record
from support.control_plane import ControlPlane
from support.hook import ENDLESS, Hook
from support.pager import Pager
from support.shipping import ShippingWorld
from support.waiting import until
from support.world import World, allow

SEGMENT_BYTES = 128 << 10
ALERT_ONLY = [{"agent_id": "crawler", "rps_limit": 3, "rpm_limit": 100000, "mode": "alert_only"}]


@pytest.fixture
def pager():
    pager = Pager()
    yield pager
    pager.close()


@pytest.fixture
def paged(worlds, origin, pager):
    """Makes a running world that tells `pager`, and whose `crawler` may ask `origin`."""
    def make(**arguments):
        world = worlds(**arguments)
        world.gateway.reconfigure(alerts=pager.settings(world.folder))
        return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()

    return make


def ask(world, origin, times):
    """Asks so many times; how many seconds each answer took."""
    taken = []
    with world.client() as client:
        for _ in range(times):
            begun = time.monotonic()
            assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
            taken.append(time.monotonic() - begun)
    return taken


def failures(world):
    """How often the gateway told in vain."""
    return world.gateway.metric("clawgress_alert_webhook_failures_total")


def test_an_agent_above_a_limit_that_only_alerts(paged, pager, origin):
    world = paged(quotas=ALERT_ONLY)
    ask(world, origin, 60)
    note = pager.told("quota_alert", "happened")
    assert note["service"] == "clawgress-gateway" and note["gateway_id"] == "gw-test"
    assert "alert-only" in note["message"] and "details" not in note
    # As often as it is said in the log, and not as often as it happened.
    assert world.gateway.metric('clawgress_alerts_total{alert="quota_alert"}') > 1
    assert len(pager.notes("quota_alert")) == 1 and failures(world) == 0


def test_a_full_spool_and_what_is_lost_by_it(paged, pager, origin):
    world = paged(spool_settings={"segment_bytes": 65536, "bytes_max": 6 * 65536})
    world.gateway.expect_errors("spool")
    ask(world, origin, 2000)
    note = pager.told("spool_full", "raised")
    assert set(note["details"]) == {"problem"}
    pager.told("audit_loss", "happened")


@pytest.fixture
def unshipped(authority, origin, pager):
    """A gateway whose log is not there, with little room for what waits."""
    service = AuditService(authority)
    service.daemon.start()
    world = ShippingWorld(
        origin, spool_settings={"segment_bytes": SEGMENT_BYTES, "bytes_max": 16 * SEGMENT_BYTES},
        settings={"alert": {"audit_unreachable_seconds": 1}},
    )
    world.gateway.reconfigure(
        audit={"address": service.daemon.address, **service.sender("gateway/gw-test")},
        alerts=pager.settings(world.folder),
    )
    service.daemon.stop()
    try:
        world.start()
        yield world, service.daemon
    finally:
        world.close()
        service.close()


def test_a_log_that_is_away_and_a_spool_that_fills_until_it_is_back(unshipped, pager):
    world, log = unshipped
    world.ask(*(f"fill-{number:05d}" for number in range(1300)))
    note = pager.told("audit_unreachable", "raised")
    assert int(note["details"]["milliseconds"]) >= 1000
    note = pager.told("spool_backlog", "raised")
    assert int(note["details"]["bytes"]) > 8 * SEGMENT_BYTES
    log.start()
    pager.told("audit_unreachable", "raised", "over")
    note = pager.told("spool_backlog", "raised", "over")
    assert "message" not in note and note["gateway_id"] == "gw-test"


@pytest.mark.parametrize("better", ["the same", "a newer one"])
def test_a_start_from_the_last_known_good_bundle_until_there_is_a_better_one(
    paged, pager, origin, better,
):
    world = paged()
    world.gateway.stop()
    world.gateway.expect_errors("bundle")
    aside = world.source.signed + ".aside"
    os.rename(world.source.signed, aside)
    world.start()
    note = pager.told("last_known_good", "raised")
    assert set(note["details"]) == {"bundle.serial"}
    ask(world, origin, 1)
    os.rename(aside, world.source.signed)
    if better == "a newer one":
        world.policies(allow("allow-origin", [f"origin.test:{origin.port}"], priority=7))
    pager.told("last_known_good", "raised", "over")


def test_records_that_are_missing_in_the_log_and_a_sink_that_is_down(authority, pager):
    sink = Hook()
    service = AuditService(authority, sinks=[{
        "name": "lake", "kind": "webhook", "url": sink.url, "down_after_ms": 100,
    }])
    try:
        service.daemon.configure(alerts=pager.settings(service.folder))
        service.daemon.start()
        sink.stop()
        sender, boot = service.peer("gateway/gw-1"), new_boot()
        assert sender.send([record(number, boot) for number in (1, 2, 5)])[0] == 200
        note = pager.told("sink_down", "raised")
        assert note == {
            "alert": "sink_down", "log": "log.test/suite", "service": "clawgress-audit",
            "sink": "lake", "state": "raised", "timestamp": note["timestamp"],
        }
        # It has the patience of half a minute.
        note = pager.told("records_missing", "raised", seconds=60)
        assert note == {
            "alert": "records_missing", "log": "log.test/suite", "service": "clawgress-audit",
            "state": "raised", "timestamp": note["timestamp"],
        }
        assert sender.send([record(number, boot) for number in (3, 4)])[0] == 200
        pager.told("records_missing", "raised", "over")
        sink.start()
        # It would be tried again within a minute.
        service.daemon.process.send_signal(signal.SIGHUP)
        pager.told("sink_down", "raised", "over")
    finally:
        service.close()
        sink.close()


@pytest.fixture
def watched(authority, pager):
    """An audit service that misses gateways soon, hands on to a hook, and tells `pager`."""
    class Watched(AuditService):
        def __init__(self):
            self.sink, self.boot, self.beats = Hook(), new_boot(), 0
            super().__init__(authority, gateway_silent_ms=500, idle_checkpoint_ms=200, sinks=[{
                "name": "lake", "kind": "webhook", "url": self.sink.url, "down_after_ms": 100,
                "timeout_ms": 500,
            }])
            self.daemon.configure(alerts=pager.settings(self.folder, timeout_ms=500))

        def beat(self, phase):
            """The gateway gives a sign of life."""
            self.beats += 1
            line = record(self.beats, self.boot, record="heartbeat", phase=phase,
                          last_sequences=[self.beats])
            assert self.peer("gateway/gw-1").send([line])[0] == 200

        def metric(self, name):
            """A number of the service's own."""
            text = self.peer("admin-api/admin-api").ask("GET", "/metrics")[2].decode()
            [value] = [line.split()[-1] for line in text.splitlines() if line.startswith(f"{name} ")]
            return float(value)

    service = Watched()
    yield service
    service.close()
    service.sink.close()


def test_an_answer_that_never_ends_is_none(watched, pager):
    pager.hook.answers = [(200, ENDLESS)] * 3
    watched.sink.chosen = lambda lines: (200, ENDLESS)
    watched.daemon.start()
    watched.beat("drain")
    # The sink is down, and that is told until it is answered.
    until("an answer", lambda: len(pager.notes("sink_down")) == 4)
    assert watched.metric("clawgress_audit_alert_webhook_failures_total") == 3
    assert "no whole answer in 500 ms" in watched.daemon.log()
    watched.sink.chosen = lambda lines: None
    pager.told("sink_down", *["raised"] * 4, "over", seconds=90)


def test_a_note_that_is_refused_holds_back_no_other(watched, pager):
    pager.hook.chosen = lambda lines: (400, {}) if lines[0]["alert"] == "sink_down" else None
    watched.daemon.start()
    watched.sink.stop()
    watched.beat("start")
    until("a refusal", lambda: [post.status for post in pager.hook.posts].count(400) >= 3)
    watched.beat("drain")
    watched.beat("start")
    pager.told("gateway_silent", "raised", "over", "raised")
    assert pager.notes("sink_down") == []
    assert watched.daemon.log().count("an alert could not be told") == 1
    pager.hook.chosen = lambda lines: None
    pager.told("sink_down", "raised", seconds=90)


def test_what_comes_and_goes_while_the_webhook_is_away_is_told_as_it_is(watched, pager):
    pager.hook.stop()
    watched.daemon.start()
    is_silent = 'clawgress_audit_alert{alert="gateway_silent"}'
    for _ in range(4):
        watched.beat("start")
        until("the alert", lambda: watched.metric(is_silent) == 1)
        watched.beat("drain")
        until("its end", lambda: watched.metric(is_silent) == 0)
    watched.beat("start")
    until("the alert", lambda: watched.metric(is_silent) == 1)
    pager.hook.start()
    back = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
    pager.told("gateway_silent", "raised", seconds=90)
    watched.beat("drain")
    # Of all that was before, nobody is told any more.
    assert pager.told("gateway_silent", "raised", "over")["timestamp"] > back
    assert watched.metric("clawgress_audit_alert_webhook_dropped_total") == 0


def test_what_operators_did_and_the_log_does_not_get(pager):
    plane = ControlPlane(audit={})
    try:
        plane.admin.configure(alerts=pager.settings(plane.room("pager")))
        plane.start(gateways=0)
        plane.audit.stop()
        api = plane.api()
        api.must("POST", "/v1/tokens", {"name": "during the outage"})
        note = pager.told("audit_unreachable", "raised")
        assert note["service"] == "clawgress-admin-api" and note["service_id"] == "admin-api"
        text = api.ask("GET", "/metrics").body.decode()
        assert "\nclawgress_admin_alert_webhook_failures_total 0\n" in text
        assert "\nclawgress_admin_alert_webhook_dropped_total 0\n" in text
        plane.audit.start()
        pager.told("audit_unreachable", "raised", "over")
    finally:
        plane.close()


def test_an_enrolled_gateway_that_serves_its_last_bundle_until_it_is_connected(pager):
    plane = ControlPlane()
    try:
        plane.start(gateways=0)
        plane.add_gateway("gw-1", alerts=pager.settings(plane.room("pager")))
        plane.policy.kill()
        note = pager.told("policy_disconnected", "raised")
        assert note["gateway_id"] == "gw-1" and set(note["details"]) == {"problem"}
        plane.policy.start()
        pager.told("policy_disconnected", "raised", "over")
    finally:
        plane.close()


def test_a_webhook_that_is_away_slows_nobody_and_is_told_later(paged, pager, origin):
    world = paged(quotas=[{**ALERT_ONLY[0], "rps_limit": 100000, "rpm_limit": 100}])
    before = statistics.median(ask(world, origin, 90))
    pager.hook.stop()
    during = ask(world, origin, 300)
    until("attempts in vain", lambda: failures(world) >= 2)
    during += ask(world, origin, 300)
    assert statistics.median(during) < 2 * before + 0.001
    assert "an alert could not be told" in world.gateway.log()
    pager.hook.start()
    pager.told("quota_alert", "happened", seconds=60)


def test_a_webhook_that_does_not_answer_slows_nobody_nor_the_end(paged, pager, origin):
    world = paged(quotas=ALERT_ONLY)
    held = pager.hook.hold()
    ask(world, origin, 60)
    until("a post", held.is_set)
    # Whoever waited for it would wait for its ten seconds.
    assert max(ask(world, origin, 300)) < 5
    begun = time.monotonic()
    world.gateway.stop()
    assert time.monotonic() - begun < 5
    assert pager.notes() == []


def test_it_is_told_over_tls_to_whom_the_authority_certifies_only(worlds, origin, authority, tls):
    pager = Pager(tls)
    world = worlds(quotas=ALERT_ONLY)
    try:
        world.gateway.reconfigure(alerts=pager.settings(world.folder))
        world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
        ask(world, origin, 60)
        until("attempts in vain", lambda: failures(world) >= 1)
        assert pager.hook.posts == []
        world.gateway.stop()
        world.gateway.reconfigure(alerts=pager.settings(world.folder, ca=authority.certificate))
        world.start()
        ask(world, origin, 60)
        pager.told("quota_alert", "happened")
    finally:
        pager.close()


def test_an_agent_cannot_reach_the_webhook(worlds, pager):
    world = worlds()
    world.gateway.reconfigure(alerts=pager.settings(world.folder))
    other = Hook()
    try:
        ports = (pager.hook.port, other.port)
        world.policies(allow("allow-both", [f"origin.test:{port}" for port in ports])).start()
        with world.client() as client:
            for port, status in ((other.port, 204), (pager.hook.port, 403)):
                answer = client.fetch("POST", f"http://origin.test:{port}/in", body=b"{}\n")
                assert answer.status == status
        [event] = world.gateway.events(lambda event: event["destination_port"] == pager.hook.port)
        assert event["reason"] == "address_protected"
        assert pager.hook.posts == []
    finally:
        other.close()


@pytest.fixture
def refused():
    """How a gateway refuses its configuration file; the lines that it says."""
    world = World()

    def ask_for(check, **alerts):
        world.gateway.reconfigure(alerts=alerts)
        done = subprocess.run(
            privileges.unprivileged(
                [world.gateway.program, "--config", world.gateway.config_path]
                + ["--check-config"] * check
            ),
            capture_output=True, text=True, timeout=30, check=False, cwd="/",
        )
        assert done.returncode == 1, done.stderr
        return done.stderr

    yield world, ask_for
    world.close()


@pytest.mark.parametrize("webhook, sentence", [
    ({"url": "http://pager.example/hook"}, "`alerts.webhook`: `url` must be `https://…`"),
    ({"url": "http://localhost:1/hook"}, "`alerts.webhook`: `url` must be `https://…`"),
    ({"url": "https://pager.example/", "timeout_ms": 1},
     "`alerts.webhook`: `timeout_ms` must be 100 to 600000"),
    ({"url": "https://pager.example/", "key": "/k"},
     "`alerts.webhook`: `certificate` and `key` belong together"),
    ({"url": "https://pager.example/", "secret": "x"}, "unknown key `secret`"),
    ({}, "the key `url` is missing"),
])
def test_settings_that_say_nonsense_are_refused(refused, webhook, sentence):
    _, ask_for = refused
    assert sentence in ask_for(True, webhook=webhook)


def test_a_secret_that_others_can_read_or_guess_is_refused(refused, pager):
    world, ask_for = refused
    block = pager.settings(world.folder)
    path = block["webhook"]["secret_file"]
    os.chmod(path, 0o644)
    assert "the secret of the webhook" in ask_for(False, **block)
    with open(path, "wb") as file:
        file.write(b"short\n")
    os.chmod(path, 0o600)
    assert f"`{path}` must hold 16 to 1024 bytes" in ask_for(False, **block)
    os.unlink(path)
    assert "the secret of the webhook" in ask_for(False, **block)


SERVICE = {"state_folder": "/s", "mesh_folder": "/m", "credential": "/c"}


@pytest.mark.parametrize("program, settings", [
    (programs.AUDIT, SERVICE),
    (programs.ADMIN_API, {**SERVICE, "policy": "127.0.0.1:1"}),
    (programs.GATEWAY, {"gateway_id": "gw-1", "trusted_keys": ["/k"], "spool": {"folder": "/p"}}),
], ids=["audit", "admin-api", "gateway"])
def test_every_daemon_that_tells_takes_the_block_and_refuses_it_alike(tmp_path, program, settings):
    path = tmp_path / "settings.yaml"

    def check(webhook):
        path.write_text(json.dumps({**settings, "alerts": {"webhook": webhook}}))
        done = subprocess.run(
            [program, "--config", path, "--check-config"],
            capture_output=True, text=True, timeout=30, check=False,
        )
        return done.returncode, done.stderr

    everything = {
        "url": "https://pager.example/hook", "secret_file": "/s", "ca": "/a", "certificate": "/c",
        "key": "/k", "timeout_ms": 600000,
    }
    assert check(everything) == (0, "")
    code, said = check({"url": "http://192.0.2.7/", "timeout_ms": 600001, "key": "/k"})
    assert code == 1
    for sentence in (
        "`url` must be `https://…`, or `http://…` of a loopback address, without user and fragment",
        "`certificate` and `key` belong together", "`timeout_ms` must be 100 to 600000",
    ):
        assert f"{path}: `alerts.webhook`: {sentence}\n" in said
