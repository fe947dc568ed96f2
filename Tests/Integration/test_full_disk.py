"""A full disk loses no request and hides no loss: what has no event is counted in a gap record."""

import signal

import pytest

from support import privileges
from support.load import Load, events_by_marker, markers
from support.small_disk import SmallDisk
from support.waiting import until
from support.world import marker

MEBIBYTE = 1 << 20
SEGMENT_BYTES = MEBIBYTE
WORKERS = 8

needs_root = pytest.mark.skipif(not privileges.is_root, reason="mounting a small disk needs root")


@pytest.fixture
def disk():
    disk = SmallDisk(mebibytes=24)
    yield disk
    disk.close()


@pytest.fixture
def small(simple, disk):
    """Makes a running world whose spool is on the small disk."""
    def make(mode):
        world = simple(
            spool=disk.spool, settings={"audit_on_failure": mode},
            spool_settings={"segment_bytes": SEGMENT_BYTES, "bytes_max": 256 * MEBIBYTE},
        )
        world.gateway.expect_errors("spool", "audit", "disk")
        return world

    return make


def gaps(world):
    """How many events the gap records say are missing."""
    return sum(
        record["allow"] + record["deny"] + record["rate_limit"]
        for record in world.gateway.records() if record.get("record") == "gap"
    )


def check_nothing_hidden(world, origin, load):
    """Markers without an event are exactly as many as the gap records say."""
    assert world.gateway.process.poll() is None, "the gateway died"
    world.gateway.stop()
    assert world.gateway.process.returncode not in (-signal.SIGBUS, -signal.SIGSEGV)
    counts = events_by_marker(world.gateway.events())
    assert not [mark for mark, count in counts.items() if count > 1]
    known = load.answered() | markers(origin)
    missing = known - counts.keys()
    assert len(missing) == gaps(world)
    return missing


@needs_root
@pytest.mark.parametrize("left", [0, 1, 3])
def test_goes_on_and_counts_what_it_could_not_record(small, disk, origin, left):
    world = small("continue")
    load = Load(world, origin.port, WORKERS).start()
    until("traffic", lambda: len(load.answered()) > 100, 20)
    disk.fill(leave=left * SEGMENT_BYTES)
    until("more traffic than the disk can hold", lambda: world.gateway.metric(
        "clawgress_records_lost_total") > 500, 60)
    load.stop()
    assert set(load.statuses.values()) == {200}
    assert check_nothing_hidden(world, origin, load)


@needs_root
def test_records_again_when_there_is_room_again(small, disk, origin):
    world = small("continue")
    load = Load(world, origin.port, WORKERS).start()
    until("traffic", lambda: len(load.answered()) > 100, 20)
    disk.fill()
    until("losses", lambda: world.gateway.metric("clawgress_records_lost_total") > 100, 60)
    disk.relieve()
    load.stop()
    mark = marker()

    def recorded():
        with world.client() as client:
            url = f"http://origin.test:{origin.port}/hello/{mark}"
            assert client.fetch("GET", url).status == 200
        return [e for e in world.gateway.events() if e["path"] == f"/hello/{mark}"]

    until("a recorded request", recorded, 10)
    assert set(load.statuses.values()) == {200}


@needs_root
def test_refuses_traffic_on_a_full_disk_where_the_operator_chose_so(small, disk, origin):
    world = small("refuse")
    load = Load(world, origin.port, WORKERS).start()
    until("traffic", lambda: len(load.answered()) > 100, 20)
    disk.fill()
    until("a refusal", lambda: 503 in load.statuses.values(), 60)
    load.stop()
    assert set(load.statuses.values()) <= {200, 503}
    served = {mark for mark, status in load.statuses.items() if status == 200}
    asked = served | markers(origin)
    until("an event for each", lambda: asked <= events_by_marker(world.gateway.events()).keys())
    disk.relieve()

    def served_again():
        with world.client() as client:
            return client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200

    until("service after there is room again", served_again, 10)


@needs_root
def test_survives_crashes_on_a_full_disk(small, disk, origin):
    world = small("continue")
    load = Load(world, origin.port, WORKERS).start()
    until("traffic", lambda: len(load.answered()) > 100, 20)
    disk.fill(leave=2 * SEGMENT_BYTES)
    load.stop()
    world.gateway.kill()
    world.gateway.start()
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
