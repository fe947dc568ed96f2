"""kill -9 under load: exactly one event for each request that anybody saw anything of."""

import threading

import pytest

from support.load import Load, events_by_marker, markers
from support.waiting import until

WORKERS = 16
SECONDS_BETWEEN_KILLS = 0.7


def crash_under_load(world, origin, kills):
    """Kills and restarts the gateway again and again while clients ask."""
    load = Load(world, origin.port, WORKERS).start()
    for _ in range(kills):
        answered = len(load.answered())
        until("traffic", lambda: len(load.answered()) > answered + 50, 20)
        threading.Event().wait(SECONDS_BETWEEN_KILLS)
        world.gateway.kill()
        world.gateway.start()
    answered = len(load.answered())
    until("traffic after the last crash", lambda: len(load.answered()) > answered + 50, 20)
    load.stop()
    world.gateway.stop()
    return load


def check_one_event_each(world, origin, load):
    """No marker twice; none missing that the origin saw or that got any status."""
    events = world.gateway.events()
    counts = events_by_marker(events)
    twice = [mark for mark, count in counts.items() if count > 1]
    assert not twice, f"{len(twice)} markers have two events, such as {twice[:5]}"
    known = load.answered() | markers(origin)
    missing = known - counts.keys()
    examples = sorted(missing)[:5]
    assert not missing, f"{len(missing)} of {len(known)} markers have no event: {examples}"
    identifiers = [event["request_id"] for event in events]
    assert len(set(identifiers)) == len(identifiers)
    return events


def test_three_crashes_lose_and_double_nothing(simple, origin):
    world = simple()
    load = crash_under_load(world, origin, kills=3)
    events = check_one_event_each(world, origin, load)
    assert len({event["boot_id"] for event in events}) == 4


def test_a_running_exchange_becomes_an_aborted_event(simple, origin):
    world = simple()
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/hold/orphan")
        until("the request at the origin", lambda: "/hold/orphan" in origin.paths())
        world.gateway.kill()
    origin.gate.set()
    world.gateway.start()
    event = world.gateway.event("orphan")
    assert (event["decision"], event["outcome"]) == ("allow", "aborted")
    assert event["agent_id"] == "crawler"
    world.gateway.kill()
    world.gateway.start()
    assert world.gateway.event("orphan")["outcome"] == "aborted"


@pytest.mark.long
@pytest.mark.timeout(300)
def test_twenty_crashes_lose_and_double_nothing(simple, origin):
    world = simple()
    load = crash_under_load(world, origin, kills=20)
    events = check_one_event_each(world, origin, load)
    assert len({event["boot_id"] for event in events}) == 21
