"""From a request to the log: gateway, admin API and audit service as processes under mutual TLS, and
whatever can happen to them on the way. A verifier that shares no code with them reads the log."""

import glob
import os
import shutil

import pytest

from support.audit import AuditService, new_boot, record
from support.chain import Contents
from support.control_plane import ControlPlane
from support.shipping import SEGMENTS_IN_USE
from support.waiting import until

ADMIN_LIMITS = {
    "requests_per_second": 10_000, "open_requests_per_second": 10_000, "tokens_per_user": 10_000,
}


def marks(word, count):
    """Markers."""
    return [f"{word}-{number:05d}" for number in range(count)]


def test_every_request_is_in_the_log_once_and_then_leaves_the_gateway(chains):
    chain = chains()
    chain.start()
    asked = marks("plain", 1200)
    chain.ask(*asked)
    chain.wait_acknowledged(1201)
    until("deletion", lambda: len(chain.segments()) <= SEGMENTS_IN_USE and
          not chain.holds(asked[0]))
    chain.gateway.stop()
    contents = Contents(chain.audit.covered(1202))
    contents.check_once()
    assert sorted(contents.marks) == asked
    assert [beat["phase"] for beat in contents.of("heartbeat")] == ["start", "drain"]
    assert {event["gateway_id"] for event in contents.events} == {"gw-test"}
    [*streams] = chain.audit.peer("admin-api/admin-api").get("/v1/streams")["streams"]
    assert [stream["missing"] for stream in streams] == [0] * len(streams)
    contents.log.check_history(chain.checkpoint())


def test_the_log_goes_on_where_the_gateway_was_cut_off(chains):
    chain = chains()
    chain.start()
    chain.ask(*marks("before", 300))
    chain.wait_acknowledged(301)
    chain.cable.cut()
    chain.ask(*marks("during", 900))
    until("the alert", lambda: chain.alerts("audit_unreachable") > 0, 40)
    assert chain.holds("during-00000") and chain.holds("during-00899")
    held = chain.checkpoint()
    chain.cable.mend()
    chain.ask(*marks("after", 10))
    chain.wait_acknowledged(1211)
    contents = Contents(chain.audit.covered(1211))
    contents.check_once()
    assert len(contents.marks) == 1210
    contents.log.check_history(held)
    assert chain.gateway.metric("clawgress_log_inconsistent") == 0


def test_a_log_that_is_written_anew_with_the_true_key_is_caught(chains):
    chain = chains()
    chain.start()
    chain.ask(*marks("before", 300))
    chain.wait_acknowledged(301)
    chain.ask(*marks("then", 300))
    until("a memory", lambda: chain.gateway.metric("clawgress_log_size") >= 300)
    chain.wait_acknowledged(601)
    chain.cable.cut()
    chain.audit.daemon.kill()
    # Whoever owns the machine has the key, and can sign another past.
    for name in os.listdir(chain.audit.state):
        if name.startswith("log-key"):
            continue
        path = os.path.join(chain.audit.state, name)
        shutil.rmtree(path) if os.path.isdir(path) else os.unlink(path)
    chain.audit.daemon.start()
    other, boot = chain.audit.peer("gateway/gw-other"), new_boot()
    lines = [record(number, boot, gateway="gw-other") for number in range(1, 1001)]
    assert other.send(lines)[1]["added"] == 1000
    chain.audit.covered(1000)
    chain.cable.mend()
    asked = marks("after", 900)
    chain.ask(*asked)
    until("the alert", lambda: chain.alerts("log_inconsistent") >= 1, 60)
    chain.wait_acknowledged(1501)
    until("the metric", lambda: chain.gateway.metric("clawgress_log_inconsistent") == 1)
    assert os.path.exists(os.path.join(chain.gateway.state, "log-refused"))
    assert chain.holds("after-00000") and chain.holds("after-00899"), "something was deleted"
    # What is in the new log verifies by itself: only a memory tells.
    contents = Contents(chain.audit.covered(1900))
    assert set(asked) <= contents.marks.keys()


@pytest.fixture(name="plane")
def fixture_plane(authority):
    """A control plane and the audit service of its own mesh; nothing is started."""
    plane = ControlPlane(admin={"limits": ADMIN_LIMITS})
    audit = AuditService(authority, pki=plane.pki())
    try:
        yield plane, audit
    finally:
        plane.close()
        audit.close()


def test_what_operators_did_is_in_the_log_once_and_stays_readable(plane):
    plane, audit = plane
    audit.daemon.start()
    plane.admin.configure(audit={"address": audit.daemon.address, "log_key": audit.key_path})
    plane.start(gateways=0)
    spool = os.path.join(plane.folder, "admin-api", "state", "spool")
    api, made = plane.api(), []
    for number in range(1500):
        if number % 400 == 250:
            plane.admin.kill()
            plane.admin.start()
            api.close()
        made.append(api.must("POST", "/v1/tokens", {"name": f"token {number}"})["id"])
    first = made[0].encode()

    def is_spooled():
        files = [open(path, "rb") for path in glob.glob(f"{spool}/*.segment")]
        return any(first in file.read() for file in files)

    until("deletion", lambda: not is_spooled())
    told = api.pages("/v1/events")
    contents = Contents(audit.covered(len(told)))
    contents.check_once()
    assert contents.records == list(reversed(told))
    created = [each["summary"].split()[0] for each in told if each["action"] == "token.create"]
    assert len(created) == len(set(created)) and set(made) <= set(created)

    def metrics():
        return api.ask("GET", "/metrics").body.decode()

    assert "clawgress_audit_connected 1\n" in metrics()
    audit.daemon.stop()
    last = api.must("POST", "/v1/tokens", {"name": "during the outage"})["id"]
    alert = 'clawgress_alerts_total{alert="audit_unreachable"} 1\n'
    until("the alert", lambda: alert in metrics(), 40)
    assert "alert=audit_unreachable" in plane.admin.log()
    assert api.ask("GET", "/readyz").status == 200
    audit.daemon.start()
    contents = Contents(audit.covered(len(told) + 1))
    assert contents.records[-1]["summary"].split()[0] == last
