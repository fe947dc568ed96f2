"""What operators committed, and whether the gateways' events, the admin API and the policy service
tell the same story of it.

Every revision has a number. Two policies carry it as their version and decide opposite things about
two pages, so an event that named one revision and was decided by another, or by half of each, would
show it.
"""

import bisect
import collections
import dataclasses
import os
import sqlite3

from support.gateway import microseconds
from support.world import LOOPBACK

PAGES = ["left", "right"]


@dataclasses.dataclass
class Commit:
    """One attempt: when it was asked for and answered, and what the answer was."""

    number: int
    revision: str
    begun: float
    ended: float = 0.0
    status: int | None = None
    serial: int | None = None


class Ledger:
    """Revisions by their ids, and every attempt to put one into force."""

    def __init__(self):
        self.rules = {}
        self.commits = []

    def know(self, revision, number, allowed):
        """Notes a revision: its number and the page that it allows."""
        self.rules[revision] = (number, allowed)

    def answered(self):
        """The attempts that were answered with success."""
        return [each for each in self.commits if each.status == 200]

    # The gateways' side.

    def check_events(self, gateway_id, events):
        """Each event was decided by the one revision that it names; revisions never go back."""
        highest = 0
        for event in sorted(events, key=microseconds):
            where = f"{gateway_id}: {event}"
            number, allowed = self.rules[event["bundle_revision"]]
            page = event["path"].split("/")[1]
            assert event["decision"] == ("allow" if page == allowed else "deny"), where
            assert (event["policy_id"], event["policy_version"]) == (page, number), where
            assert event["bundle_serial"] >= highest, f"went back from {highest}: {where}"
            highest = event["bundle_serial"]

    def serials(self, events):
        """Which revision each serial of the events is; no serial may be two."""
        revisions = {}
        for event in events:
            known = revisions.setdefault(event["bundle_serial"], event["bundle_revision"])
            assert known == event["bundle_revision"], f"serial {event['bundle_serial']} is two"
        return revisions

    # The control plane's side.

    def check_admin(self, commits):
        """What was answered as committed is there, as it was answered; nothing is pending."""
        by_serial = {each["serial"]: each for each in commits if each["state"] == "decided"}
        decided = [each for each in commits if each["state"] == "decided"]
        assert len(by_serial) == len(decided), "a serial was used twice"
        assert not [each for each in commits if each["state"] == "pending"]
        for each in self.answered():
            assert by_serial[each.serial]["revision"] == each.revision, each
        return {serial: each["revision"] for serial, each in by_serial.items()}

    def check_policy(self, state_folder):
        """The same in the policy service's database, aborted attempts included."""
        database = os.path.join(state_folder, "policy.db")
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
            rows = connection.execute(
                "SELECT serial, revision, state FROM publications WHERE epoch = 1"
            ).fetchall()
            (following,) = connection.execute(
                "SELECT next_serial FROM epochs WHERE epoch = 1"
            ).fetchone()
        connection.close()
        counts = collections.Counter(serial for serial, _, _ in rows)
        assert not [serial for serial, count in counts.items() if count > 1]
        assert max(counts, default=0) < following
        decided = {serial: revision for serial, revision, state in rows if state == "decided"}
        for each in self.answered():
            assert decided[each.serial] == each.revision, each
        return decided


def first_lines():
    """The configuration that all revisions share: an agent and its way out."""
    return [
        "set agent crawler team research", "set agent crawler project atlas",
        "set agent crawler environment test", "set default-quota rps-limit 100000",
        "set gateway static-host origin.test 127.0.0.1",
    ]


def rule_lines(origin_port, number, allowed):
    """The policies of the revision with a number, which allows one page and denies the other."""
    lines = []
    for page in PAGES:
        rule = f"set policy {page}"
        lines += [
            f"{rule} action {'allow' if page == allowed else 'deny'}", f"{rule} version {number}",
            f"{rule} match destination origin.test:{origin_port}",
            f"{rule} match path-prefix /{page}",
        ]
        if page == allowed:
            lines += [f"{rule} resolves-to {block}" for block in LOOPBACK]
    return lines


def timeline(events):
    """When each event was decided and by which serial, in order."""
    return sorted((microseconds(each), each["bundle_serial"]) for each in events)


def disagreement(timelines, serial):
    """For how many seconds some gateway decided by `serial` or later and another by an older one.

    None if one of them decided nothing by it, so that nothing can be said.
    """
    first_new, last_old = [], []
    for line in timelines:
        place = bisect.bisect_left(line, serial, key=lambda entry: entry[1])
        if place == len(line):
            return None
        first_new.append(line[place][0])
        last_old.append(line[place - 1][0] if place else 0)
    return max(0, max(last_old) - min(first_new)) / 1e6
