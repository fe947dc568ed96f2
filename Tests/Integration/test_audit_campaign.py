"""What can happen between gateway and log, at random and under load: kills, cuts, full disks; whom an
outage slows down, and how fast it is caught up with."""

import collections
import os
import random
import statistics
import time

import pytest

from support import privileges
from support.chain import check_nothing_hidden
from support.load import Load
from support.small_disk import SmallDisk
from support.waiting import until

SEED = int(os.environ.get("CLAWGRESS_SEED", random.randrange(1 << 32)))
CLIENTS = 8
REQUESTS_PER_SECOND = 1000

needs_root = pytest.mark.skipif(not privileges.is_root, reason="mounting a small disk needs root")


@pytest.fixture
def disks():
    made = []

    def make(mebibytes):
        made.append(SmallDisk(mebibytes))
        return made[-1]

    yield make
    for each in made:
        each.close()


class Campaign:
    """Faults at random under load, one after the other."""

    def __init__(self, chain, dice, spool_disk, log_disk):
        self.chain, self.dice = chain, dice
        self.spool_disk, self.log_disk = spool_disk, log_disk
        self.load = Load(chain, chain.origin.port, CLIENTS, rate=REQUESTS_PER_SECOND)
        self.held = []

    def order(self, kills):
        """So many kills of each process, half of them of both at once, and what else can happen, in an
        order that the dice choose."""
        alone = kills // 2
        often = {
            self.kill_gateway: alone, self.kill_audit: alone, self.kill_both: kills - alone,
            self.cut: kills // 5, self.fill_log: kills // 10, self.fill_spool: kills // 10,
        }
        order = [fault for fault, count in often.items() for _ in range(count)]
        self.dice.shuffle(order)
        return order

    def run(self, kills):
        """Lets it happen; what happened."""
        order = self.order(kills)
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


def run_campaign(chains, disks, kills, mebibytes):
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
    order = campaign.run(kills)
    seconds = time.monotonic() - begun
    # A last life of the gateway ships what the one before it concluded at its end.
    chain.gateway.stop()
    chain.gateway.start()
    contents = check_nothing_hidden(chain, campaign.load)
    for held in campaign.held:
        contents.log.check_history(held)
    assert chain.gateway.metric("clawgress_log_inconsistent") == 0
    answered = len(campaign.load.answered())
    counts = collections.Counter(fault.__name__ for fault in order)
    print(
        f"{len(order)} faults {dict(sorted(counts.items()))} in {seconds:.0f} s under {answered / seconds:,.0f} requests/s: "
        f"{answered} answered, {len(contents.events)} events, {contents.lost()} in gap records, "
        f"{len(campaign.held)} checkpoints hold"
    )


@needs_root
def test_ten_kills_of_each_lose_double_and_hide_nothing(chains, disks):
    run_campaign(chains, disks, kills=10, mebibytes=128)


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
@pytest.mark.timeout(2400)
def test_a_hundred_kills_of_each_lose_double_and_hide_nothing(chains, disks):
    run_campaign(chains, disks, kills=100, mebibytes=1280)
