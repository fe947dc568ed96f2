"""Questions about the log through the admin API: what gateways and operators did is found by those
who may see it, and whoever cannot be answered learns why."""

import json
import re
import urllib.parse

import pytest
import yaml

from support import roles
from support.audit import AuditService
from support.control_plane import ControlPlane, first_configuration
from support.operations import DOCUMENT
from support.origin import Origin
from support.waiting import until
from support.world import marker

ROOM = "/v1/log/events"


@pytest.fixture(scope="module")
def site():
    """The origin that agents ask."""
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def plane(site):
    """A control plane whose gateway and admin API ship to a log."""
    plane = ControlPlane(audit={})
    try:
        plane.start(gateways=1)
        plane.root.load([*first_configuration(site.port), *roles.user_lines()])
        plane.root.commit()
        plane.key = plane.agent_key("crawler")
        yield plane
    finally:
        plane.close()


@pytest.fixture(scope="module")
def clients(plane):
    """A client for each role."""
    return roles.clients(plane)


def parameters(path):
    """What the document says may be asked."""
    with open(DOCUMENT, encoding="utf-8") as file:
        document = yaml.safe_load(file)
    declared = document["components"]["parameters"]
    used = document["paths"][path]["get"]["parameters"]
    return {declared[each["$ref"].rsplit("/", 1)[1]]["name"] for each in used}


def test_a_request_and_a_commit_are_found_by_whoever_may_see_them(plane, clients, site):
    path = f"/{marker()}"
    gateway = plane.gateways["gw-1"]
    assert gateway.fetch("crawler", plane.key, f"http://origin.test:{site.port}{path}") == 200
    assert gateway.fetch("crawler", plane.key, f"http://other.test:{site.port}{path}") == 403
    auditor = clients["auditor"]
    until("both decisions", lambda: {"allow", "deny"} <= {
        each["record"].get("decision")
        for each in auditor.must("GET", f"{ROOM}?agent=crawler&gateway=gw-1")["items"]
    })
    found = auditor.must("GET", f"{ROOM}?host=origin.test&decision=allow&kind=request")["items"]
    record = found[0]["record"]
    assert (record["path"], record["agent_id"], record["status"]) == (path, "crawler", 200)
    one = auditor.must("GET", f"{ROOM}?request_id={record['request_id']}")["items"]
    assert one == found[:1]
    since = urllib.parse.quote("2026-01-01T00:00:00Z")
    counted = auditor.must("GET", f"{ROOM}/count?decision=deny&host_suffix=test")
    assert counted["count"] == 1 and counted["indexed"] > 2
    year = f"since={since}&bucket_seconds=31622400"
    spans = auditor.must("GET", f"{ROOM}/buckets?{year}&agent=crawler")
    assert sum(span["deny"] for span in spans["items"]) == 1
    tops = auditor.must("GET", f"{ROOM}/top?by=host&kind=request&decision=deny")
    assert tops == {"items": [{"count": 1, "value": "other.test"}]}
    # What operators did is in the same log.
    until("the commit", lambda: any(
        each["record"]["action"] == "commit"
        for each in auditor.pages(f"{ROOM}?kind=admin&gateway=admin-api", limit=2)
    ))
    again = clients["admin"].must("GET", f"{ROOM}?request_id={record['request_id']}")
    assert again["items"] == one
    for role in ("operator", "read-only"):
        for below in ("", "/count", "/top?by=host", f"/buckets?{year}"):
            reply = clients[role].ask("GET", ROOM + below)
            assert (reply.status, reply.code) == (403, "role_insufficient")


def known(refusal):
    """The parameters that a refusal of an unknown one lists."""
    return set(re.findall(r"`(\w+)`", refusal["detail"].partition("known are")[2]))


def test_what_may_be_asked_here_is_what_the_audit_service_takes(clients, authority):
    service = AuditService(authority)
    try:
        service.daemon.start()
        peer = service.peer("admin-api/admin-api")
        for below in ("", "/count", "/buckets", "/top"):
            here = clients["auditor"].ask("GET", f"{ROOM}{below}?unheard=of")
            assert (here.status, here.code) == (400, "parameter_refused")
            status, _, body = peer.ask("GET", f"/v1/events{below}?unheard=of")
            assert status == 400
            assert known(here.json) == known(json.loads(body)) == parameters(ROOM + below)
    finally:
        service.close()


def test_what_the_audit_service_refuses_is_refused_in_its_words(clients):
    auditor = clients["auditor"]
    for query in ("?limit=0", "?since=yesterday", "?status=40x", "/top", "/buckets",
                  "?host=a%26kind%3Dadmin&kind=none", f"?agent={'x' * 513}"):
        reply = auditor.ask("GET", ROOM + query)
        assert (reply.status, reply.code) == (400, "malformed_request"), query
        assert "`" in reply.json["detail"]
    # A value stays one value, whatever stands in it.
    odd = urllib.parse.quote("x&agent=crawler#+ %\u00e4?", safe="")
    assert auditor.must("GET", f"{ROOM}/count?host={odd}")["count"] == 0
    for query in (f"?host={'x' * 9000}", "?host=a&host=b", "?host=%00"):
        reply = auditor.ask("GET", ROOM + query)
        assert (reply.status, reply.code) == (400, "parameter_refused"), query


def test_a_log_that_is_away_is_said_to_be_and_asked_again_when_it_is_back(plane, clients):
    auditor = clients["auditor"]
    address = plane.audit.address
    plane.audit.kill()
    reply = auditor.ask("GET", f"{ROOM}/count")
    assert (reply.status, reply.code) == (503, "audit_unreachable")
    assert int(reply.fields["retry-after"]) > 0
    # Whatever else operators do goes on.
    assert auditor.ask("GET", "/v1/events").status == 200
    plane.audit.configure(listen=address, index={"enabled": False})
    plane.audit.start()
    reply = auditor.ask("GET", f"{ROOM}/count")
    assert (reply.status, reply.code) == (503, "audit_unreachable")
    assert "index" in reply.json["detail"]
    plane.audit.stop()
    plane.audit.configure(index={})
    plane.audit.start()
    until("an answer", lambda: auditor.ask("GET", f"{ROOM}/count").status == 200)
