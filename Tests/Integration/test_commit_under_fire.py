"""Two hundred commits while requests flow and services are killed at random: every decision is by one
whole revision, what was answered as committed stays committed, and only a killed gateway loses a
request."""

import os
import random
import statistics
import time

import pytest

from support.arson import Arsonist
from support.field import (
    BUSY, CONVERGED_SECONDS, DISAGREEING_SECONDS, Field, check_events, check_ledgers,
    check_traffic, disagreements,
)
from support.waiting import until


@pytest.fixture
def field():
    field = Field()
    try:
        yield field.start()
    finally:
        field.close()


# Commits after the fire, so that there are some of which it is known how long gateways differed.
PEACEFUL = 3
# What of the rate that was asked for has to be reached.
RATE_LEAST = 0.97


def under_fire(field, seed, commits, kills, per_second, pause):
    """Commits again and again while everything burns, and checks what is left; prints figures."""
    print(f"seed {seed}: CLAWGRESS_FIRE_SEED={seed} repeats the order of kills")
    field.run_traffic(per_second)
    begun = time.time()
    arsonist = Arsonist(field.plane, random.Random(seed), pause).start()
    until(
        f"{commits} commits and {kills} kills",
        lambda: field.try_commit() and len(field.ledger.answered()) >= commits
        and len(arsonist.kills) >= kills,
        commits * 10,
    )
    arsonist.stop()
    ended = time.time()
    seconds = field.converges()
    # On a busy machine every commit so far may have been disturbed.
    for _ in range(PEACEFUL):
        field.commit_in_peace()
    check_traffic(field, arsonist.outages)
    check_rate(field.traffic, begun, ended)
    events, serials = check_events(field, arsonist.outages)
    check_ledgers(field, serials)
    differed = disagreements(field, events, arsonist.outages)
    answered = len(field.ledger.answered())
    requests = sum(field.traffic.count().values())
    print(
        f"{answered} of {len(field.ledger.commits)} commits answered 200, "
        f"{len(arsonist.kills)} kills {arsonist.outages.count()}, {requests} requests, "
        f"{len(serials)} serials in events; converged in {seconds:.2f} s; gateways differed in "
        f"{len(differed)} undisturbed commits by median {statistics.median(differed):.3f} s, "
        f"at most {max(differed):.3f} s"
    )
    assert seconds < CONVERGED_SECONDS * BUSY
    assert statistics.median(differed) < DISAGREEING_SECONDS
    assert max(differed) < DISAGREEING_SECONDS * BUSY


def check_rate(traffic, begun, ended):
    """Those who ask did so as often as they were told to, also where nobody answered."""
    mean, seconds = traffic.achieved(begun, ended)
    print(
        f"{mean:.1f} of {traffic.per_second} requests a second for {ended - begun:.1f} s; "
        f"in the median second {statistics.median(seconds)}, in the worst {min(seconds)}"
    )
    assert mean >= RATE_LEAST * traffic.per_second


def seed():
    """The seed of this run."""
    return int(os.environ.get("CLAWGRESS_FIRE_SEED") or random.randrange(1 << 32))


def test_twenty_commits_under_fire(field):
    under_fire(field, seed(), commits=20, kills=8, per_second=150, pause=0.2)


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_two_hundred_commits_under_fire(field):
    under_fire(field, seed(), commits=200, kills=100, per_second=500, pause=1.0)
