"""What must reach an operator does: each alert is a line of the log with its word, and a count in the
metrics. Those about shipping are in test_shipping.py and test_audit_chain.py."""

import os

import pytest

from support.waiting import until
from support.world import allow

SEGMENT_BYTES = 65536


@pytest.fixture
def guarded(worlds, origin):
    """Makes a running world whose `crawler` may ask `origin`."""
    def make(**arguments):
        world = worlds(**arguments)
        return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()

    return make


def count(world, kind):
    """How often an alert was raised."""
    return world.gateway.metric(f'clawgress_alerts_total{{alert="{kind}"}}')


def raised(world, kind):
    """Waits until an alert was raised, and holds that the log says so."""
    until(f"the alert {kind}", lambda: count(world, kind) > 0)
    lines = [line for line in world.gateway.log().splitlines() if f"alert={kind}" in line]
    assert lines and all("warning" in line for line in lines)
    # Said at most once a minute, however often it happened.
    assert len(lines) == 1


def ask(world, origin, times):
    """The statuses of so many requests."""
    with world.client() as client:
        url = f"http://origin.test:{origin.port}/"
        return [client.fetch("GET", url).status for _ in range(times)]


def test_an_agent_above_a_limit_that_only_alerts(guarded, origin):
    world = guarded(quotas=[{
        "agent_id": "crawler", "rps_limit": 3, "rpm_limit": 1000, "mode": "alert_only",
    }])
    assert ask(world, origin, 3) == [200] * 3 and count(world, "quota_alert") == 0
    assert ask(world, origin, 60) == [200] * 60
    raised(world, "quota_alert")
    applied = {event["quota_applied"] for event in world.gateway.events()}
    assert "alert_rps" in applied and applied <= {"within", "alert_rps"}


def test_a_full_spool_and_the_gap_that_it_leaves(guarded, origin):
    world = guarded(spool_settings={
        "segment_bytes": SEGMENT_BYTES, "bytes_max": 6 * SEGMENT_BYTES,
    })
    world.gateway.expect_errors("spool")
    assert set(ask(world, origin, 2000)) == {200}
    raised(world, "spool_full")
    raised(world, "audit_loss")
    lost = sum(
        record["allow"] for record in world.gateway.records() if record.get("record") == "gap"
    )
    assert lost == world.gateway.metric("clawgress_records_lost_total") > 0


@pytest.mark.parametrize("folder", ["as it was", "empty", "spoiled"])
def test_a_start_from_the_last_known_good_bundle(guarded, origin, folder):
    world = guarded()
    assert count(world, "last_known_good") == 0
    world.gateway.kill()
    world.gateway.expect_errors("bundle")
    if folder == "empty":
        os.unlink(world.source.signed)
    elif folder == "spoiled":
        with open(world.source.signed, "wb") as file:
            file.write(b"broken")
    world.start()
    assert ask(world, origin, 1) == [200]
    assert world.gateway.status()["bundle"]["from_last_known_good"]
    if folder == "as it was":
        assert count(world, "last_known_good") == 0
    else:
        raised(world, "last_known_good")
