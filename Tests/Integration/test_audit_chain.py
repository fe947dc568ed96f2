"""From a request to the log: gateway, admin API and audit service as processes under mutual TLS, and
whatever can happen to them on the way. A verifier that shares no code with them reads the log."""

import glob
import json
import os
import random
import shutil
import statistics
import time

import pytest

from support import privileges
from support.audit import AuditService, Pki, new_boot, record
from support.chain import SEGMENTS_IN_USE, Chain, Contents, check_nothing_hidden
from support.control_plane import ControlPlane
from support.load import Load
from support.small_disk import SmallDisk
from support.waiting import until

SEED = int(os.environ.get("CLAWGRESS_SEED", random.randrange(1 << 32)))
CLIENTS = 8
REQUESTS_PER_SECOND = 1000
ADMIN_LIMITS = {"requests_per_second": 10_000, "open_requests_per_second": 10_000}

needs_root = pytest.mark.skipif(not privileges.is_root, reason="mounting a small disk needs root")


@pytest.fixture
def chains(authority, origin):
    made = []

    def make(**changes):
        made.append(Chain(authority, origin, **changes))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def disks():
    made = []

    def make(mebibytes):
        made.append(SmallDisk(mebibytes))
        return made[-1]

    yield make
    for each in made:
        each.close()


def marks(word, count):
    """Markers."""
    return [f"{word}-{number:05d}" for number in range(count)]


def test_every_request_is_in_the_log_once_and_then_leaves_the_gateway(chains):
    chain = chains()
    chain.start()
    asked = marks("plain", 1200)
    chain.ask(*asked)
    chain.wait_acknowledged(1201)
    until("deletion", lambda: len(chain.segments()) <= SEGMENTS_IN_USE and
          not chain.holds(asked[0]))
    chain.gateway.stop()
    contents = Contents(chain.audit.covered(1202))
    contents.check_once()
    assert sorted(contents.marks) == asked
    assert [beat["phase"] for beat in contents.of("heartbeat")] == ["start", "drain"]
    assert {event["gateway_id"] for event in contents.events} == {"gw-test"}
    [*streams] = chain.audit.peer("admin-api/admin-api").get("/v1/streams")["streams"]
    assert [stream["missing"] for stream in streams] == [0] * len(streams)
    contents.log.check_history(chain.checkpoint())


def test_the_log_goes_on_where_the_gateway_was_cut_off(chains):
    chain = chains()
    chain.start()
    chain.ask(*marks("before", 300))
    chain.wait_acknowledged(301)
    chain.cable.cut()
    chain.ask(*marks("during", 900))
    until("the alert", lambda: chain.alerts("audit_unreachable") > 0, 40)
    assert chain.holds("during-00000") and chain.holds("during-00899")
    held = chain.checkpoint()
    chain.cable.mend()
    chain.ask(*marks("after", 10))
    chain.wait_acknowledged(1211)
    contents = Contents(chain.audit.covered(1211))
    contents.check_once()
    assert len(contents.marks) == 1210
    contents.log.check_history(held)
    assert chain.gateway.metric("clawgress_log_inconsistent") == 0


def test_a_log_that_is_written_anew_with_the_true_key_is_caught(chains):
    chain = chains()
    chain.start()
    chain.ask(*marks("before", 300))
    chain.wait_acknowledged(301)
    chain.ask(*marks("then", 300))
    until("a memory", lambda: chain.gateway.metric("clawgress_log_size") >= 300)
    chain.wait_acknowledged(601)
    chain.cable.cut()
    chain.audit.daemon.kill()
    # Whoever owns the machine has the key, and can sign another past.
    for name in os.listdir(chain.audit.state):
        if name.startswith("log-key"):
            continue
        path = os.path.join(chain.audit.state, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    chain.audit.daemon.start()
    other, boot = chain.audit.peer("gateway/gw-other"), new_boot()
    lines = [record(number, boot, gateway="gw-other") for number in range(1, 1001)]
    assert other.send(lines)[1]["added"] == 1000
    chain.audit.covered(1000)
    chain.cable.mend()
    asked = marks("after", 900)
    chain.ask(*asked)
    until("the alert", lambda: chain.alerts("log_inconsistent") >= 1, 60)
    chain.wait_acknowledged(1501)
    until("the metric", lambda: chain.gateway.metric("clawgress_log_inconsistent") == 1)
    assert os.path.exists(os.path.join(chain.gateway.state, "log-refused"))
    assert chain.holds("after-00000") and chain.holds("after-00899"), "something was deleted"
    # What is in the new log verifies by itself: only a memory tells.
    contents = Contents(chain.audit.covered(1900))
    assert set(asked) <= contents.marks.keys()


@pytest.fixture(name="plane")
def fixture_plane(authority):
    """A control plane and the audit service of its own mesh; nothing is started."""
    plane = ControlPlane(admin={"limits": ADMIN_LIMITS})
    audit = AuditService(authority, pki=plane.pki())
    try:
        yield plane, audit
    finally:
        plane.close()
        audit.close()


def test_what_operators_did_is_in_the_log_once_and_stays_readable(plane):
    plane, audit = plane
    audit.daemon.start()
    plane.admin.configure(audit={"address": audit.daemon.address, "log_key": audit.key_path})
    plane.start(gateways=0)
    spool = os.path.join(plane.folder, "admin-api", "state", "spool")
    api, made = plane.api(), []
    for number in range(1500):
        if number % 400 == 250:
            plane.admin.kill()
            plane.admin.start()
            api.close()
        made.append(api.must("POST", "/v1/tokens", {"name": f"token {number}"})["id"])
    first = made[0].encode()

    def is_spooled():
        files = [open(path, "rb") for path in glob.glob(f"{spool}/*.segment")]
        return any(first in file.read() for file in files)

    until("deletion", lambda: not is_spooled())
    told = api.pages("/v1/events")
    contents = Contents(audit.covered(len(told)))
    contents.check_once()
    assert contents.records == list(reversed(told))
    created = [each["summary"].split()[0] for each in told if each["action"] == "token.create"]
    assert len(created) == len(set(created)) and set(made) <= set(created)

    def metrics():
        return api.ask("GET", "/metrics").body.decode()

    assert "clawgress_audit_connected 1\n" in metrics()
    audit.daemon.stop()
    last = api.must("POST", "/v1/tokens", {"name": "during the outage"})["id"]
    alert = 'clawgress_alerts_total{alert="audit_unreachable"} 1\n'
    until("the alert", lambda: alert in metrics(), 40)
    assert "alert=audit_unreachable" in plane.admin.log()
    assert api.ask("GET", "/readyz").status == 200
    audit.daemon.start()
    contents = Contents(audit.covered(len(told) + 1))
    assert contents.records[-1]["summary"].split()[0] == last


class Campaign:
    """Faults at random under load, one after the other."""

    def __init__(self, chain, dice, spool_disk, log_disk):
        self.chain, self.dice = chain, dice
        self.spool_disk, self.log_disk = spool_disk, log_disk
        self.load = Load(chain, chain.origin.port, CLIENTS, rate=REQUESTS_PER_SECOND)
        self.held = []
        self.faults = [
            self.kill_gateway, self.kill_audit, self.kill_both, self.cut, self.fill_log,
            self.fill_spool,
        ]

    def run(self, rounds):
        """Each kind of fault as often as the others, in an order that the dice choose."""
        order = [self.faults[number % len(self.faults)] for number in range(rounds)]
        self.dice.shuffle(order)
        self.load.start()
        for fault in order:
            self.traffic(self.dice.randrange(20, 400))
            fault()
            # Half of the faults hit a sender that has not recovered from the one before.
            if self.dice.random() < 0.5:
                self.recover()
            if os.path.exists(os.path.join(self.chain.gateway.state, "log-checkpoint")):
                self.held.append(self.chain.checkpoint())
        self.traffic(200)
        self.load.stop()
        return order

    def traffic(self, count):
        """Waits until so many more requests were answered."""
        before = len(self.load.latencies)
        until("traffic", lambda: len(self.load.latencies) >= before + count, 30)

    def recover(self):
        """Waits until the log acknowledges again."""
        def acknowledged():
            return self.chain.gateway.metric("clawgress_audit_acknowledged_total")
        before = acknowledged()
        until("an acknowledgement", lambda: acknowledged() > before, 60)

    def kill_gateway(self):
        self.chain.gateway.kill()
        self.chain.gateway.start()

    def kill_audit(self):
        self.chain.audit.daemon.kill()
        self.traffic(self.dice.randrange(1, 200))
        self.chain.audit.daemon.start()

    def kill_both(self):
        self.chain.audit.daemon.kill()
        self.chain.gateway.kill()
        self.chain.gateway.start()
        self.chain.audit.daemon.start()

    def cut(self):
        self.chain.cable.cut()
        self.traffic(self.dice.randrange(1, 400))
        self.chain.cable.mend()

    def fill_log(self):
        failures = self.chain.gateway.metric("clawgress_audit_failures_total")
        self.log_disk.fill()
        until("a full log", lambda: self.chain.gateway.metric(
            "clawgress_audit_failures_total") > failures, 30)
        self.log_disk.relieve()

    def fill_spool(self):
        # What the log acknowledges makes room, so only an outage fills a disk for good.
        self.chain.cable.cut()
        lost = self.chain.gateway.metric("clawgress_records_lost_total")
        self.spool_disk.fill()
        until("losses", lambda: self.chain.gateway.metric(
            "clawgress_records_lost_total") > lost, 60)
        self.spool_disk.relieve()
        self.chain.cable.mend()


def run_campaign(chains, disks, rounds, mebibytes):
    """Runs one, and holds what the log has against what was asked."""
    print(f"\nCLAWGRESS_SEED={SEED}")
    spool_disk, log_disk = disks(24), disks(mebibytes)
    state = os.path.join(log_disk.folder, "state")
    os.mkdir(state)
    chain = chains(
        state=state, spool=spool_disk.spool, segment_bytes=256 << 10, bytes_max=256 << 20
    )
    chain.gateway.expect_errors("spool", "audit", "disk")
    chain.start()
    campaign = Campaign(chain, random.Random(SEED), spool_disk, log_disk)
    begun = time.monotonic()
    order = campaign.run(rounds)
    seconds = time.monotonic() - begun
    # A last life of the gateway ships what the one before it concluded at its end.
    chain.gateway.stop()
    chain.gateway.start()
    contents = check_nothing_hidden(chain, campaign.load)
    for held in campaign.held:
        contents.log.check_history(held)
    assert chain.gateway.metric("clawgress_log_inconsistent") == 0
    answered = len(campaign.load.answered())
    names = ", ".join(sorted({fault.__name__ for fault in order}))
    print(
        f"{rounds} faults ({names}) in {seconds:.0f} s under {answered / seconds:,.0f} requests/s: "
        f"{answered} answered, {len(contents.events)} events, {contents.lost()} in gap records, "
        f"{len(campaign.held)} checkpoints hold"
    )


@needs_root
def test_ten_faults_lose_double_and_hide_nothing(chains, disks):
    run_campaign(chains, disks, rounds=10, mebibytes=96)


def p99(seconds):
    """The 99th percentile, in milliseconds."""
    return statistics.quantiles(seconds, n=100)[98] * 1_000


def measure_outage(chain, count):
    """The 99th percentiles of answers before and during an outage of the log."""
    load = Load(chain, chain.origin.port, 2).start()
    figures = []
    for prepare in (lambda: None, chain.audit.daemon.kill):
        prepare()
        begin = len(load.latencies)
        until("answers", lambda: len(load.latencies) >= begin + count, 90)
        figures.append(p99(load.latencies[begin:]))
    load.stop()
    chain.audit.daemon.start()
    return figures


@pytest.mark.parametrize("count", [2000, pytest.param(60_000, marks=[
    pytest.mark.long, pytest.mark.timeout(300)])])
def test_an_outage_of_the_log_slows_nobody_down(chains, count):
    chain = chains(segment_bytes=8 << 20)
    chain.start()
    before, during = measure_outage(chain, count)
    print(f"\np99 before {before:.2f} ms, during an outage of the log {during:.2f} ms")
    # A few thousand answers on a busy machine say little.
    assert count < 10_000 or during <= 2 * before + 1


def processor_seconds(process):
    """What a process has used of processors so far."""
    with open(f"/proc/{process.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.mark.parametrize("count", [10_000, pytest.param(100_000, marks=[
    pytest.mark.long, pytest.mark.timeout(300)])])
def test_an_outage_is_caught_up_with_ten_times_faster_than_real_time(chains, count):
    chain = chains(segment_bytes=8 << 20)
    chain.start()
    chain.wait_acknowledged(1)
    chain.audit.daemon.stop()
    load = Load(chain, chain.origin.port, CLIENTS).start()
    until("events", lambda: len(load.latencies) >= count, 200)
    load.stop()
    chain.audit.daemon.start()
    chain.wait_acknowledged(1001)
    processes = [chain.gateway.process, chain.audit.daemon.process]
    used = [processor_seconds(each) for each in processes]
    begun, first = time.monotonic(), chain.gateway.metric("clawgress_audit_acknowledged_total")
    chain.wait_acknowledged(count)
    seconds, shipped = time.monotonic() - begun, count - first
    rate = shipped / seconds
    each = [
        (processor_seconds(process) - before) / shipped * 1e6
        for process, before in zip(processes, used)
    ]
    print(
        f"\n{shipped:,.0f} events are shipped at {rate:,.0f} a second; of processors each costs "
        f"the gateway {each[0]:.1f} and the log {each[1]:.1f} microseconds"
    )
    # Ten times what 1,000 requests a second leave behind; the target of 20,000 is printed.
    assert count < 100_000 or rate > 10_000


@needs_root
@pytest.mark.long
@pytest.mark.timeout(1500)
def test_a_hundred_faults_lose_double_and_hide_nothing(chains, disks):
    run_campaign(chains, disks, rounds=100, mebibytes=768)
