"""Events leave the gateway: each once, whoever is killed or cut, and nothing goes before it is safe."""

import collections
import os
import time

import pytest

from support import privileges
from support.audit_peer import AuditPeer
from support.load import Load, markers
from support.losing_disk import LosingDisk
from support.policy_peer import Enrolment
from support.shipping import SEGMENTS_IN_USE, ShippingWorld
from support.waiting import until

SEGMENT_BYTES = 128 << 10


class Shipping(ShippingWorld):
    """A world whose gateway ships to a log of the suite's own."""

    def __init__(self, authority, origin, batch_events=1000, folder=None, **spool):
        super().__init__(
            origin, spool=folder, spool_settings={"segment_bytes": SEGMENT_BYTES, **spool}
        )
        self.enrolment = Enrolment(self.folder, authority)
        self.peer = AuditPeer(self.folder, authority, self.enrolment.client_authority)
        self.gateway.reconfigure(audit={
            "address": self.peer.address, "mesh_folder": self.enrolment.mesh,
            "credential": self.enrolment.credential, "log_key": self.peer.key_path,
            "batch_events": batch_events,
        })

    def arrives(self, *marks):
        """Waits until the log has these."""
        until(f"{len(marks)} events in the log", lambda: set(marks) <= set(self.peer.paths()), 60)

    def close(self):
        self.peer.down()
        super().close()


@pytest.fixture
def shippings(authority, origin):
    made = []

    def make(**changes):
        made.append(Shipping(authority, origin, **changes))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def disk():
    disk = LosingDisk()
    try:
        yield disk
    finally:
        disk.close()


def marks(word, count):
    """Markers."""
    return [f"{word}-{number:05d}" for number in range(count)]


def test_every_event_arrives_once_between_two_heartbeats(shippings):
    world = shippings()
    world.peer.up()
    world.start()
    asked = marks("plain", 500)
    world.ask(*asked)
    world.arrives(*asked)
    world.gateway.stop()
    assert sorted(world.peer.paths()) == asked
    beats = world.peer.of("heartbeat")
    assert [beat["phase"] for beat in beats] == ["start", "drain"]
    assert beats[0]["last_sequences"] == [0, 0]
    assert len(beats[1]["last_sequences"]) == 2 and sum(beats[1]["last_sequences"]) == 501
    # In each worker's numbers there is no hole, heartbeats with them.
    for worker in (0, 1):
        numbers = sorted(
            record["sequence"] for record in world.peer.records if record["worker"] == worker
        )
        assert numbers == list(range(1, len(numbers) + 1))
    assert len(world.segments()) <= SEGMENTS_IN_USE
    assert world.peer.known == 0
    # The next start finds nothing to ship but itself, and deletes the rest.
    world.start()
    until("its heartbeat", lambda: len(world.peer.of("heartbeat")) == 3)
    until("deletion", lambda: not world.holds("plain-00499"))
    assert world.peer.known == 0


def test_segments_go_as_soon_as_they_are_full_and_acknowledged_and_not_before(shippings):
    world = shippings()
    world.start()
    asked = marks("wait", 1500)
    world.ask(*asked)
    before = len(world.segments())
    assert before > SEGMENTS_IN_USE
    assert not world.peer.records
    world.peer.up()
    world.arrives(*asked)
    until("deletion", lambda: len(world.segments()) <= SEGMENTS_IN_USE)
    assert sorted(world.peer.paths()) == asked


def test_a_restart_goes_on_where_it_was(shippings):
    world = shippings()
    world.peer.up()
    world.start()
    world.ask(*marks("first", 300))
    world.arrives(*marks("first", 300))
    until("the position", lambda: os.path.exists(os.path.join(world.gateway.state, "shipped")))
    world.gateway.stop()
    world.start()
    world.ask(*marks("second", 10))
    world.arrives(*marks("second", 10))
    assert world.peer.known == 0


def test_an_outage_is_told_blocks_nobody_and_is_caught_up_with(shippings):
    # Small segments are used up faster than new ones are made.
    world = shippings(segment_bytes=4 << 20)
    world.start()
    load = Load(world, world.origin.port, 8).start()
    until("the alert", lambda: world.alerts("audit_unreachable") > 0, 30)
    assert world.gateway.metric("clawgress_audit_connected") == 0
    assert world.gateway.metric("clawgress_audit_lag_seconds") > 5
    answered = len(load.answered())
    until("traffic during the outage", lambda: len(load.answered()) > answered + 100)
    load.stop()
    expected = len(load.answered())
    world.peer.up()
    until("the first ones", lambda: world.peer.batches > 0, 60)
    begun, first = time.monotonic(), len(world.peer.records)
    until("the rest", lambda: len(world.peer.records) >= expected, 60)
    rate = (expected - first) / (time.monotonic() - begun)
    print(f"\n{expected} events of an outage are shipped at {rate:,.0f} a second")
    assert load.answered() <= set(world.peer.paths())
    until("the lag to end", lambda: world.gateway.metric("clawgress_audit_lag_seconds") < 1)
    assert world.gateway.metric("clawgress_audit_connected") == 1


def test_kills_and_cuts_under_load_lose_and_double_nothing(shippings):
    world = shippings()
    world.peer.up()
    cuts = iter(range(1_000_000))
    world.peer.cut = lambda: next(cuts) % 3 == 2
    world.start()
    load = Load(world, world.origin.port, 8).start()
    for number in range(6):
        answered = len(load.answered())
        until("traffic", lambda: len(load.answered()) > answered + 200, 20)
        if number % 2:
            world.peer.down()
        world.gateway.kill()
        world.gateway.start()
        if number % 2:
            world.peer.up()
    load.stop()
    world.peer.cut = None
    known = load.answered() | markers(world.origin)
    until("all of them", lambda: known <= set(world.peer.paths()), 60)
    world.gateway.stop()
    paths = world.peer.paths()
    assert len(paths) == len(set(paths))
    identifiers = [record["request_id"] for record in world.peer.of(None)]
    assert len(identifiers) == len(set(identifiers))
    assert world.peer.known > 0, "nothing was sent twice, so nothing was tried"
    assert len(world.segments()) <= SEGMENTS_IN_USE


def test_a_refused_record_holds_up_nobody_and_stays(shippings):
    # The batch behind the one that is refused has been read by then.
    world = shippings(batch_events=50)
    world.peer.judge = lambda lines: (
        (422, "record_refused") if any(b"/poison" in line for line in lines) else None
    )
    world.start()
    asked = marks("sound", 800)
    world.ask(*asked[:400], "poison", *asked[400:])
    world.peer.up()
    world.arrives(*asked)
    until("the alert", lambda: world.alerts("audit_refused") == 1)
    assert "record_refused" in world.gateway.log()
    assert world.gateway.metric("clawgress_audit_refused_total") == 1
    world.gateway.stop()
    assert world.holds("poison") and not world.holds("sound-00000")
    # Once the log takes it, the next start ships it.
    world.peer.judge = lambda lines: None
    world.start()
    world.arrives("poison")
    until("deletion", lambda: not world.holds("poison"))
    assert len(world.peer.paths()) == 801 == len(set(world.peer.paths()))


@pytest.mark.skipif(not privileges.is_root, reason="mounting a disk needs root")
@pytest.mark.parametrize("durability", ["process", "power"])
def test_a_loss_of_power_gives_no_number_twice_and_is_told(disk, shippings, durability):
    # Made after the disk, so that it is closed before: `shippings` is an argument behind it.
    world = shippings(folder=disk.spool, durability=durability)
    world.gateway.reconfigure(workers=1)
    world.peer.up()
    world.start()
    asked = marks("before", 20)
    world.ask(*asked)
    world.arrives(*asked)
    with world.client() as long, world.client() as short:
        for each in (long, short):
            assert each.connect(f"origin.test:{world.origin.port}").status == 200
        ports = [each.socket.getsockname()[1] for each in (long, short)]
        short.socket.close()
        until("the short one in the log", lambda: ports[1] in client_ports(world))
        disk.lose_power(world.gateway)
    boot = world.peer.records[0]["boot_id"]
    world.start()
    until("the long one in the log", lambda: ports[0] in client_ports(world))
    world.gateway.stop()
    assert [client_ports(world)[port] for port in ports] == [1, 1]
    assert sorted(path for path in world.peer.paths() if path) == asked
    starts = [beat for beat in world.peer.of("heartbeat") if beat["phase"] == "start"]
    assert [beat.get("unclean_shutdown") for beat in starts] == [None, boot]
    assert world.alerts_told("unclean_shutdown") == 1
    world.start()
    until("a third start", lambda: len(world.peer.of("heartbeat")) == 4)
    assert "unclean_shutdown" not in world.peer.of("heartbeat")[-1]


def client_ports(world):
    """How many events of the log there are for each port of a client."""
    return collections.Counter(event["client_port"] for event in world.peer.of(None))


@pytest.mark.parametrize("answer", [
    (401, "certificate_required"), (403, "identity_refused"), (403, "sender_refused"),
    (400, "unavailable"), (404, "not_found"), (408, "batch_too_slow"), (422, ""),
    (429, "unavailable"), (500, "unavailable"), (503, "unavailable"),
])
def test_a_service_that_fails_is_asked_again(shippings, answer):
    world = shippings()
    answers = iter([answer] * 3)
    world.peer.judge = lambda lines: next(answers, None)
    world.peer.up()
    world.start()
    world.ask("one")
    world.arrives("one")
    assert world.gateway.metric("clawgress_audit_failures_total") == 3
    assert world.gateway.metric("clawgress_audit_refused_total") == 0


@pytest.mark.parametrize("kind", ["rolled back", "written anew"])
def test_a_log_that_contradicts_itself_is_caught(shippings, kind):
    world = shippings(segment_bytes=1 << 20)
    world.peer.up()
    world.start()
    world.ask(*marks("before", 300))
    world.arrives(*marks("before", 300))
    until("a checkpoint", lambda: world.gateway.metric("clawgress_log_size") >= 100)
    world.peer.down()
    world.peer.forget()
    if kind == "written anew":
        for number in range(1000):
            world.peer.tree.append(b"%d" % number)
    world.peer.up()
    asked = marks("after", 900)
    world.ask(*asked)
    world.arrives(*asked)
    until("the alert", lambda: world.alerts("log_inconsistent") >= 1)
    until("the metric", lambda: world.gateway.metric("clawgress_log_inconsistent") == 1)
    assert os.path.exists(os.path.join(world.gateway.state, "log-refused"))
    assert world.holds("after-00000"), "what the log may have lost was deleted"
    # A restart changes nothing of that.
    world.gateway.stop()
    world.start()
    world.ask("later")
    world.arrives("later")
    assert world.gateway.status()["audit"]["inconsistent"] is True
    assert world.holds("after-00000") and world.holds("after-00899")


def test_a_spool_that_is_half_full_is_told(shippings):
    world = shippings(bytes_max=16 * SEGMENT_BYTES)
    world.start()
    world.ask(*marks("fill", 1300))
    until("the alert", lambda: world.alerts("spool_backlog") > 0)
    world.peer.up()
    until("room", lambda: world.gateway.metric("clawgress_spool_bytes") < 8 * SEGMENT_BYTES)
    assert world.alerts("audit_loss") == 0


def test_memory_with_and_without_shipping(shippings):
    world = shippings()
    world.start()
    shipping = world.gateway.memory()
    world.gateway.stop()
    world.gateway.reconfigure(audit=None)
    world.start()
    alone = world.gateway.memory()
    print(f"\nRssAnon at start: {alone} KiB, with `audit` {shipping} KiB")
    assert alone <= 12 * 1024
    assert "audit" in world.gateway.status() and world.gateway.status()["audit"] is None
