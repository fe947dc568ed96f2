"""The audit trail of operators' actions: kill the admin API while it works, and what it answered is in
the spool once, and what the API tells is what the spool has."""

import json
import os
import random
import signal
import sqlite3
import subprocess
import threading

import pytest

from support import programs
from support.api import Unanswered
from support.control_plane import ControlPlane
from support.waiting import until

SEED = int(os.environ.get("CLAWGRESS_SEED", random.randrange(1 << 32)))
LIMITS = {
    "requests_per_second": 10_000, "open_requests_per_second": 10_000, "tokens_per_user": 10_000,
}


@pytest.fixture(name="plane")
def fixture_plane():
    """A control plane without gateways."""
    plane = ControlPlane(admin={"limits": LIMITS})
    try:
        yield plane.start(gateways=0)
    finally:
        plane.close()


def spooled(plane):
    """The events of the spool, whatever their order."""
    done = subprocess.run(
        [
            programs.COMMAND, "events", "tail", "--json", "-n", "100000",
            "--spool", os.path.join(plane.folder, "admin-api", "state", "spool"),
        ],
        capture_output=True, text=True, timeout=60, check=True,
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


class Maker(threading.Thread):
    """Makes tokens until nobody answers any more; remembers the ids that were answered."""

    def __init__(self, plane):
        super().__init__()
        self._api = plane.api()
        self.made = []

    def run(self):
        try:
            while True:
                answer = self._api.must("POST", "/v1/tokens", {"name": "one of many"})
                self.made.append(answer["id"])
        except Unanswered:
            self._api.close()


def test_a_killed_admin_api_has_each_event_once(plane):
    print(f"CLAWGRESS_SEED={SEED}")
    dice = random.Random(SEED)
    answered = []
    for _ in range(8):
        makers = [Maker(plane) for _ in range(4)]
        for maker in makers:
            maker.start()
        enough = dice.randrange(1, 25)
        until("answers", lambda: sum(len(maker.made) for maker in makers) >= enough)
        plane.admin.kill()
        for maker in makers:
            maker.join(30)
            assert not maker.is_alive()
            answered += maker.made
        plane.admin.start()
    assert answered, "nothing was answered between the kills"
    api = plane.api()
    told = api.pages("/v1/events")
    in_spool = spooled(plane)
    ids = [event["event_id"] for event in in_spool]
    assert {event["event_id"]: event for event in told} == dict(zip(ids, in_spool))
    assert len(told) == len(in_spool)
    assert len(ids) == len(set(ids))
    created = [
        event["summary"].split()[0] for event in in_spool if event["action"] == "token.create"
    ]
    assert len(created) == len(set(created))
    # An action may have happened without its answer, and then it has its event, too.
    assert set(answered) <= set(created)
    assert {each["id"] for each in api.pages("/v1/tokens")} == set(created)


class Asker(threading.Thread):
    """Asks for one token of a gateway, and may get no answer."""

    def __init__(self, plane):
        super().__init__()
        self._api = plane.api()

    def run(self):
        try:
            self._api.ask("POST", "/v1/gateways/gw-1/enrolment-token", {})
        except Unanswered:
            self._api.close()


def test_what_the_policy_service_was_asked_for_has_an_event_whatever_became_of_it(plane):
    database = os.path.join(plane.folder, "admin-api", "state", "admin-api.sqlite")

    def intentions():
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            return connection.execute("SELECT count(*) FROM intention").fetchone()[0]

    plane.policy.process.send_signal(signal.SIGSTOP)
    try:
        asker = Asker(plane)
        asker.start()
        until("the intention", lambda: intentions() == 1)
        plane.admin.kill()
        asker.join(30)
        assert not asker.is_alive()
    finally:
        plane.policy.process.send_signal(signal.SIGCONT)
    plane.admin.start()

    def told():
        return [
            event for event in plane.api().pages("/v1/events")
            if event["action"] == "gateway.enrolment-token"
        ]

    # It is spooled when the policy service was asked, which may take a moment to wake up.
    asked = until("its event", told)
    assert [(each["result"], each["reason"]) for each in asked] == [("failed", "outcome_unknown")]
    assert asked[0]["actor"] == "admin" and asked[0]["subject"] == "gw-1"
    assert asked == [each for each in spooled(plane) if each["action"] == asked[0]["action"]]
    assert intentions() == 0
