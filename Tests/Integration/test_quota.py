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


def test_answers_429_and_says_when_to_come_back(limited, origin):
    world = limited(rps_limit=5)
    with world.client("limited") as client:
        answers = [client.fetch("GET", f"http://origin.test:{origin.port}/{n}") for n in range(8)]
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
        for number in range(9):
            url = f"http://origin.test:{origin.port}/{mark}/{number}"
            assert client.fetch("GET", url).status == 200
    applied = [e["quota_applied"] for e in world.gateway.events(lambda e: mark in e["path"])]
    assert applied.count("within") == 3
    assert applied.count("alert_rps") == 6


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


@pytest.mark.parametrize("limit", [50, 400])
def test_no_window_of_a_second_holds_more_than_the_limit(limited, origin, limit):
    world = limited(rps_limit=limit)
    load = Load(world, origin.port, CONNECTIONS, "limited").start()
    threading.Event().wait(LOAD_SECONDS)
    load.stop()
    events = world.gateway.events()
    times = sorted(microseconds(e) for e in events if e["decision"] == "allow")
    worst = max(
        times_in_window(times, index) for index in range(len(times))
    )
    assert worst <= limit, f"{worst} requests in one second"
    seconds = (times[-1] - times[0]) / SECOND
    assert len(times) >= 0.9 * limit * seconds, f"{len(times)} in {seconds:.1f} s"
    assert len(times) == len([s for s in load.statuses.values() if s == 200])
    assert {e["quota_applied"] for e in events} == {"within", "stop_rps"}


def times_in_window(times, index):
    """How many moments lie in the second that begins with `times[index]`."""
    return bisect.bisect_left(times, times[index] + SECOND) - index
