"""A gateway, the audit service as a process of its own, and a cable between them."""

import collections
import json
import os

from support.audit import AuditService
from support.cable import Cable
from support.load import markers
from support.shipping import ShippingWorld
from support.tlog import Checkpoint
from support.waiting import Overdue, until

SEGMENT_BYTES = 256 << 10


class Chain(ShippingWorld):
    """A world whose gateway ships to the product's log."""

    def __init__(self, authority, origin, state=None, spool=None, **spool_settings):
        """`state` and `spool` may be folders on other disks than the usual one."""
        super().__init__(
            origin, spool=spool,
            spool_settings={"segment_bytes": SEGMENT_BYTES, **spool_settings},
        )
        self.audit = AuditService(authority, state=state)
        self.audit.daemon.start()
        self.cable = Cable(self.audit.port)
        self.gateway.reconfigure(
            audit={"address": self.cable.address, **self.audit.sender("gateway/gw-test")}
        )

    def checkpoint(self):
        """The newest checkpoint that the gateway believed."""
        path = os.path.join(self.gateway.state, "log-checkpoint")
        with open(path, encoding="utf-8") as file:
            return Checkpoint(file.read(), self.audit.key)

    def wait_acknowledged(self, count):
        """Waits until the log acknowledged so many records of this life of the gateway."""
        until(f"{count} acknowledged records", lambda: self.gateway.metric(
            "clawgress_audit_acknowledged_total") >= count, 60)

    def close(self):
        self.cable.close()
        try:
            super().close()
        finally:
            self.audit.close()


class Contents:
    """What a log has, sorted."""

    def __init__(self, log):
        self.log = log
        self.records = [json.loads(entry) for entry in log.entries]
        self.events = [record for record in self.records if "record" not in record]
        self.marks = collections.Counter(
            event["path"].rpartition("/")[2] for event in self.events if event.get("path")
        )

    def of(self, kind):
        """The records of a kind."""
        return [record for record in self.records if record.get("record") == kind]

    def lost(self):
        """How many events its gap records say are missing."""
        return sum(gap["allow"] + gap["deny"] + gap["rate_limit"] for gap in self.of("gap"))

    def check_once(self):
        """Fails if anything is in it twice."""
        keys = collections.Counter(
            (record.get("record") == "gap", record["boot_id"], record["worker"],
             record.get("sequence", record.get("segment")))
            for record in self.records
        )
        assert not [key for key, count in keys.items() if count > 1]
        assert not [mark for mark, count in self.marks.items() if count > 1]


def check_nothing_hidden(chain, load):
    """Each marker has its one event in the log, or is counted in a gap record of the log."""
    known = load.answered() | markers(chain.origin)
    found = []

    def accounted():
        try:
            contents = Contents(chain.audit.read_log())
        except FileNotFoundError:
            # Partial tiles go when the log has grown over them.
            return False
        found.append((contents, known - contents.marks.keys()))
        return len(found[-1][1]) <= contents.lost()

    try:
        until("an account of every marker", accounted, 60)
    except Overdue:
        # The figures say more.
        pass
    assert found, "the log cannot be read"
    contents, missing = found[-1]
    contents.check_once()
    # One that was under way when the gateway was killed may be counted, and was never heard of.
    unheard = len(load.statuses.keys() - known - contents.marks.keys())
    some = {mark: load.statuses.get(mark) for mark in sorted(missing)[:10]}
    lost = contents.lost()
    assert len(missing) <= lost <= len(missing) + unheard, f"{len(missing)}, such as {some}"
    streams = chain.audit.peer("admin-api/admin-api").get("/v1/streams?missing=true")
    assert streams["streams"] == []
    return contents
