"""A control plane with three gateways and traffic through them, on which commits are tried while
something dies, and what must be true of it afterwards."""

import os
import sqlite3
import time

from support.api import Unanswered
from support.arson import ADMIN, POLICY, is_connected
from support.control_plane import ControlPlane
from support.ledger import PAGES, Commit, Ledger, disagreement, first_lines, rule_lines, timeline
from support.load import events_by_marker
from support.origin import Origin
from support.traffic import Traffic
from support.waiting import until

# What is promised; on a busy machine four times as much passes for it.
CONVERGED_SECONDS = 5
DISAGREEING_SECONDS = 1
BUSY = 4
# Within which a gateway that is alive has concluded the record of an answer that the client has.
CONCLUDING_SECONDS = 1
GATEWAYS = 3
# Of each gateway, in a commit that nothing disturbs.
REQUESTS_UNDER_ONE = 5
# Each time it is not a new revision but the one before.
ROLLBACK_EACH = 7
# Shorter than usual, so that a commit that has to wait for it does not cost a test five seconds.
PREPARE_MS = 3000


class Field:
    """A control plane with three gateways, an origin, and a ledger of all that was committed."""

    def __init__(self):
        self.origin = Origin()
        self.plane = ControlPlane(
            policy={"allow_failpoints": True, "prepare_timeout_ms": PREPARE_MS},
            admin={"limits": {"requests_per_second": 10_000, "revisions_kept": 100_000}},
        )
        self.ledger = Ledger()
        self.url = f"http://origin.test:{self.origin.port}"
        self.number = 0
        self.traffic = None

    def start(self):
        """Starts everything, with a first revision in force."""
        self.plane.start(gateways=0)
        for number in range(1, GATEWAYS + 1):
            self.plane.add_gateway(f"gw-{number}", allow_failpoints=True)
        self.api = self.plane.api()
        self.api.load(first_lines() + rule_lines(self.origin.port, 0, PAGES[0]))
        first = self.api.commit()
        self.ledger.know(first["revision"], 0, PAGES[0])
        self.key = self.plane.agent_key("crawler")
        # The key made another revision of the same rules.
        active = self.api.must("GET", "/v1/commits?limit=1")["items"][0]
        self.ledger.know(active["revision"], 0, PAGES[0])
        until("the first revision", lambda: self.serials() == {active["serial"]})
        # Whoever rolls back by one must not come to the revision that had no key yet.
        assert self.commit().status == 200
        return self

    def serials(self):
        """What the gateways serve."""
        return {gateway.serial() for gateway in self.plane.gateways.values()}

    def run_traffic(self, per_second):
        """Lets agents ask until `check` ends it."""
        self.traffic = Traffic(self.plane, "crawler", self.key, self.url, PAGES, per_second)
        until("traffic everywhere", lambda: len(self.traffic.count()) == GATEWAYS)

    def stage(self):
        """Stages the next revision; its attempt, not yet asked for."""
        self.number += 1
        allowed = PAGES[self.number % 2]
        self.api.must("DELETE", "/v1/candidate")
        if self.number % ROLLBACK_EACH:
            away = [f"delete policy {page}" for page in PAGES]
            self.api.edit(away + rule_lines(self.origin.port, self.number, allowed))
        else:
            self.api.must("POST", "/v1/opmode/rollback", {"to": "1"})
        revision = self.api.must("POST", "/v1/opmode/configure", {})["revision"]
        if self.number % ROLLBACK_EACH:
            self.ledger.know(revision, self.number, allowed)
        return Commit(self.number, revision, time.time())

    def try_commit(self):
        """Commits the next revision, or finds out that it cannot be; the attempt, or None."""
        try:
            return self.commit()
        except (Unanswered, AssertionError):
            return None

    def commit(self, **body):
        """Stages and commits the next revision; the attempt with its answer, if there was one."""
        attempt = self.stage()
        self.ledger.commits.append(attempt)
        try:
            reply = self.api.ask("POST", "/v1/opmode/commit", body)
            attempt.status = reply.status
            if reply.status == 200:
                attempt.serial = reply.json["serial"]
        except Unanswered:
            pass
        attempt.ended = time.time()
        return attempt

    def commit_in_peace(self):
        """Commits while nothing burns, and waits until agents have asked everywhere after it."""
        assert self.commit().status == 200
        before = self.traffic.count()
        until("traffic under it", lambda: all(
            count >= before[name] + REQUESTS_UNDER_ONE for name, count in self.traffic.count().items()
        ))

    def preparing(self):
        """The serial that the policy service is preparing; None between two publications."""
        database = os.path.join(self.plane.policy.settings["state_folder"], "policy.db")
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=20) as connection:
            row = connection.execute(
                "SELECT serial FROM publications WHERE state = 'preparing'"
            ).fetchone()
        connection.close()
        return row and row[0]

    def connected(self):
        """Whether every gateway hears the policy service and is up to date."""
        return all(is_connected(gateway) for gateway in self.plane.gateways.values())

    def latest(self):
        """The decided commit with the highest serial, as the admin API has it."""
        commits = [each for each in self.api.pages("/v1/commits") if each["state"] == "decided"]
        return max(commits, key=lambda each: each["serial"])

    def converges(self):
        """Waits until all say the same; for how many seconds that was."""
        begun = time.monotonic()

        def agreed():
            try:
                if self.api.ask("GET", "/readyz").status != 200:
                    return False
                return self.serials() == {self.latest()["serial"]}
            except Unanswered:
                return False

        until("agreement", agreed, CONVERGED_SECONDS * BUSY)
        return time.monotonic() - begun

    def close(self):
        """Ends all of it."""
        try:
            if self.traffic:
                self.traffic.stop()
            self.plane.close()
        finally:
            self.origin.close()


def check_traffic(field, outages):
    """Nothing was lost but by a gateway that was down; every answer has its one event."""
    field.traffic.stop()
    # First, because a gateway that refuses somebody often enough takes no connection any more.
    strange = [each for each in field.traffic.asked if each.status not in (200, 403, None)]
    assert not strange, f"{len(strange)} strange answers, such as {strange[:3]}"
    lost = [
        each for each in field.traffic.asked
        if each.status is None and not outages.touch(each.gateway, each.begun, each.ended)
    ]
    assert not lost, f"{len(lost)} requests lost by gateways that were up, such as {lost[:3]}"


def check_events(field, outages):
    """The gateways' events; each names the one revision by which it was decided."""
    field.plane.policy.stop()
    events = {}
    for name, gateway in field.plane.gateways.items():
        gateway.stop()
        events[name] = [e for e in gateway.events() if e["path"] and e["path"].count("/") == 2]
        field.ledger.check_events(name, events[name])
    everything = [event for each in events.values() for event in each]
    counts = events_by_marker(everything)
    answered = {each.mark: each for each in field.traffic.asked if each.status}
    assert not answered.keys() - counts.keys(), "answers without an event"
    assert max(counts.values()) == 1, "a request with two events"
    said = {event["path"].rpartition("/")[2]: event for event in everything}
    wrong = [
        (each, said[mark]) for mark, each in answered.items()
        if not tells(said[mark], each, outages)
    ]
    assert not wrong, f"{len(wrong)} events tell of another answer, such as {wrong[:3]}"
    return events, field.ledger.serials(everything)


def tells(event, asked, outages):
    """Whether an event tells of the answer that the client got.

    One of a gateway that was killed after the answer and before its record was concluded is closed
    at the next start, which knows the decision and not what became of it.
    """
    if event["outcome"] == "aborted":
        return outages.touch(asked.gateway, asked.begun, asked.ended + CONCLUDING_SECONDS)
    return event["status"] == asked.status


def check_ledgers(field, serials):
    """The admin API, the policy service and the gateways know the same decided revisions."""
    admin = field.ledger.check_admin(field.api.pages("/v1/commits"))
    policy = field.ledger.check_policy(field.plane.policy.settings["state_folder"])
    assert admin == policy
    assert {serial: policy[serial] for serial in serials} == serials


def disagreements(field, events, outages):
    """For how long gateways differed in each commit that no outage touched, in seconds."""
    timelines = {name: timeline(each) for name, each in events.items()}
    found = []
    for commit in field.ledger.answered():
        ended = commit.ended + DISAGREEING_SECONDS
        if any(outages.touch(name, commit.begun, ended) for name in (POLICY, ADMIN)):
            continue
        whole = [
            line for name, line in timelines.items()
            if not outages.touch(name, commit.begun, ended)
        ]
        seconds = disagreement(whole, commit.serial) if len(whole) > 1 else None
        if seconds is not None:
            found.append(seconds)
    return found
