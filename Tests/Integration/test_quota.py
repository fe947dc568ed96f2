"""Rates hold exactly: over all workers, in every window, and without wasting what is allowed."""

import bisect
import threading

import pytest

from support.gateway import microseconds
from support.load import Load
from support.waiting import until
from support.world import allow, marker

SECOND = 1_000_000
CONNECTIONS = 64
LOAD_SECONDS = 10


@pytest.fixture
def limited(worlds, origin):
    """Makes a world whose agent `limited` has a quota."""
    def make(**quota):
        quota = {"agent_id": "limited", "mode": "hard_stop", **quota}
        world = worlds(agents=["limited", "crawler"], quotas=[quota])
        destination = [f"origin.test:{origin.port}"]
        return world.policies(allow("allow-origin", destination, tls="any")).start()

    return make


def at_once(client, url, count):
    """Asks in one write, so that a second holds all of it; the answers."""
    requests = [client.rendered("GET", f"{url}{number}") for number in range(count)]
    client.send(b"".join(requests))
    return [client.answer() for _ in requests]


def test_answers_429_and_says_when_to_come_back(limited, origin):
    world = limited(rps_limit=5)
    with world.client("limited") as client:
        answers = at_once(client, f"http://origin.test:{origin.port}/", 8)
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 3
    refused = answers[-1]
    assert 1 <= int(refused.get("retry-after")) <= 2
    assert refused.get("ratelimit") or refused.get("ratelimit-policy")
    assert refused.get("clawgress-decision") == "rate_limit"
    assert refused.get("clawgress-reason") == "quota_rps_exceeded"
    event = world.gateway.event(refused.get("clawgress-request-id"))
    assert (event["decision"], event["quota_applied"]) == ("rate_limit", "stop_rps")
    assert (event["policy_id"], event["status"]) == ("quota", 429)


def test_limits_the_minute_too(limited, origin):
    world = limited(rps_limit=1000, rpm_limit=20)
    with world.client("limited") as client:
        answers = [client.fetch("GET", f"http://origin.test:{origin.port}/{n}") for n in range(25)]
    assert [answer.status for answer in answers] == [200] * 20 + [429] * 5
    assert answers[-1].get("clawgress-reason") == "quota_rpm_exceeded"
    assert 50 <= int(answers[-1].get("retry-after")) <= 62


def test_counts_a_tunnel_once_and_a_denial_not_at_all(limited, origin):
    world = limited(rps_limit=1000, rpm_limit=5)
    with world.client("limited") as client:
        for _ in range(10):
            assert client.fetch("GET", "http://unknown.test/").status == 403
    statuses = []
    for _ in range(7):
        with world.client("limited") as client:
            statuses.append(client.connect(f"origin.test:{origin.port}").status)
    assert statuses == [200] * 5 + [429] * 2


def test_only_flags_where_the_mode_says_so(limited, origin):
    world = limited(rps_limit=3, mode="alert_only")
    mark = marker()
    with world.client("limited") as client:
        answers = at_once(client, f"http://origin.test:{origin.port}/{mark}/", 9)
    assert [answer.status for answer in answers] == [200] * 9
    events = until("all events", lambda: nine(world.gateway.events(lambda e: mark in e["path"])))
    applied = [event["quota_applied"] for event in events]
    assert applied.count("within") == 3
    assert applied.count("alert_rps") == 6


def nine(events):
    """The events if there are nine of them."""
    return events if len(events) == 9 else None


def test_leaves_other_agents_alone(limited, origin):
    world = limited(rps_limit=1)
    with world.client("limited") as client:
        while client.fetch("GET", f"http://origin.test:{origin.port}/").status != 429:
            pass
    with world.client("crawler") as client:
        for _ in range(50):
            assert client.fetch("GET", f"http://origin.test:{origin.port}/").status == 200


def test_keeps_its_counters_over_a_new_snapshot(limited, origin):
    world = limited(rps_limit=1000, rpm_limit=3)
    with world.client("limited") as client:
        url = f"http://origin.test:{origin.port}/"
        assert [client.fetch("GET", url).status for _ in range(4)] == [200, 200, 200, 429]
        world.policies(allow("renamed", [f"origin.test:{origin.port}"]))
        until("the new bundle", lambda: "renamed" in {
            e["policy_id"] for e in world.gateway.events()
        } or crawler_asks(world, url))
        assert client.fetch("GET", url).status == 429


def crawler_asks(world, url):
    """Makes an event under the current snapshot; always false."""
    with world.client("crawler") as client:
        client.fetch("GET", url)
    return False


@pytest.mark.parametrize("limit", [50, 200])
def test_no_window_of_a_second_holds_more_than_the_limit(limited, origin, limit):
    world = limited(rps_limit=limit)
    load = Load(world, origin.port, CONNECTIONS, "limited").start()
    threading.Event().wait(LOAD_SECONDS)
    load.stop()
    events = until("an event for each answer", lambda: complete(world, load))
    assert set(load.statuses.values()) == {200, 429}
    times = sorted(microseconds(e) for e in events if e["decision"] == "allow")
    assert len(times) == list(load.statuses.values()).count(200)
    worst = max(between(times, time, time + SECOND) for time in times)
    assert worst <= limit, f"{worst} requests in one second"
    refused = [microseconds(e) for e in events if e["quota_applied"] == "stop_rps"]
    early = [time for time in refused if not was_used_up(times, time, limit)]
    # Two workers that count at the same moment may each see the other's last refused request.
    assert len(early) <= len(refused) // 100, f"{len(early)} of {len(refused)} were refused early"


def complete(world, load):
    """All events, once there is one for each answer."""
    events = world.gateway.events()
    return events if len(events) == len(load.statuses) else None


def was_used_up(times, moment, limit):
    """Whether what was allowed around a refusal is as much as a second may hold, or nearly.

    A request's moment is that of its head, and others may be counted between the two.
    """
    return between(times, moment - 1.1 * SECOND, moment + 0.3 * SECOND) >= 0.9 * limit


def between(times, begin, end):
    """How many of these moments lie in a span of time."""
    return bisect.bisect_left(times, end) - bisect.bisect_left(times, begin)
