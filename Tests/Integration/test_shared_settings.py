"""Settings that all gateways share hold in a running gateway as soon as a bundle has them."""

import glob
import os
import time

import pytest

from support.audit_peer import AuditPeer
from support.echo import Echo
from support.held import Tunnel, assert_closed, published, tunnels
from support.name_server import NameServer
from support.policy_peer import Enrolment
from support.shipping import ShippingWorld
from support.waiting import until
from support.world import allow, deny, marker


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def servers():
    """Makes name servers that know one name."""
    made = []

    def make(name, **entry):
        made.append(NameServer())
        made[-1].zone[name] = entry
        return made[-1]

    yield make
    for each in made:
        each.close()


def settled(world, **settings):
    """Publishes other settings, and waits until they hold; the moment at which they lay there."""
    serial = world.gateway.status()["bundle"]["serial"]
    world.document["settings"].update(settings)
    moment = published(world)
    until("the bundle", lambda: world.gateway.serves(serial + 1))
    return moment


def spooled(world):
    """All bytes of the spool."""
    whole = b""
    for path in glob.glob(os.path.join(world.gateway.spool, "**"), recursive=True):
        if os.path.isfile(path):
            with open(path, "rb") as file:
                whole += file.read()
    return whole


# Tunnels


def test_refuses_tunnels_to_other_ports_before_policy_is_asked(worlds, echo):
    world = worlds()
    world.policies(tunnels("allow-echo", "other.test", echo)).start()
    open_before = Tunnel(world, "other.test", echo)
    moment = settled(world, tunnel={"allowed_ports": [443, "8000-8001"]})
    assert_closed(world, open_before, "tunnel_port_refused", moment)
    with world.client() as client:
        answer = client.connect(f"other.test:{echo.port}")
        assert (answer.status, answer.get("clawgress-reason")) == (403, "tunnel_port_refused")
    # A port that is named is a matter of policy; a deny of the other one is never asked.
    with world.client() as client:
        assert client.connect("other.test:8001").get("clawgress-reason") == "default_deny"
    refused = world.gateway.events(lambda event: event["reason"] == "tunnel_port_refused")
    assert [(each["policy_id"], each["decision"], each["agent_id"]) for each in refused] == [
        ("limits", "deny", "crawler")]
    settled(world, tunnel={"allowed_ports": [f"{echo.port}"]})
    assert Tunnel(world, "other.test", echo).is_alive()


def test_does_not_mind_the_ports_of_plain_requests(worlds, origin):
    world = worlds(settings={"tunnel": {"allowed_ports": [443]}})
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/hello").status == 200


def test_policies_take_over_what_they_do_not_say_of_tunnels(worlds, echo):
    world = worlds(settings={"tunnel": {"tls": "any"}})
    silent = allow("allow-echo", [f"other.test:{echo.port}"])
    world.policies(silent).start()
    tunnel = Tunnel(world, "other.test", echo)
    moment = settled(world, tunnel={"tls": "require"})
    assert_closed(world, tunnel, "tunnel_not_tls", moment)
    world.document["policies"] = [{**silent, "tls": "any"}]
    settled(world)
    assert Tunnel(world, "other.test", echo).is_alive()


# Names


def ask(world, name, port):
    """Status and reason of a request to a name."""
    with world.client() as client:
        answer = client.fetch("GET", f"http://{name}:{port}/hello")
        return answer.status, answer.get("clawgress-reason")


def test_asks_the_name_servers_of_the_newest_bundle(worlds, servers, origin):
    name = "moved.names.test"
    local = servers(name, A=["127.0.0.1"], ttl=300)
    shared = servers(name, A=["127.0.0.1"], ttl=300)
    world = worlds(resolver={"servers": [local.address]}, workers=1)
    world.policies(allow("allow-names", [f"*.names.test:{origin.port}"])).start()
    assert ask(world, name, origin.port) == (200, None)
    assert (local.questions(name), shared.questions(name)) == (1, 0)
    settled(world, resolver={"servers": [shared.address]})
    assert ask(world, name, origin.port) == (200, None)
    assert (local.questions(name), shared.questions(name)) == (1, 1)
    # Another bundle with the same servers forgets nothing.
    settled(world)
    assert ask(world, name, origin.port) == (200, None)
    assert shared.questions(name) == 1
    settled(world, resolver={})
    assert ask(world, name, origin.port) == (200, None)
    assert (local.questions(name), shared.questions(name)) == (2, 1)
    world.gateway.stop()
    world.start()
    assert ask(world, name, origin.port) == (200, None)
    assert local.questions(name) == 3


def test_asks_again_what_a_former_name_server_has_not_answered(worlds, servers, origin):
    name = "stuck.names.test"
    silent = servers(name, silent=True)
    good = servers(name, A=["127.0.0.1"], ttl=300)
    world = worlds(
        resolver={"servers": [silent.address]}, workers=1,
        settings={"limits": {"resolve_ms": 60_000}},
    )
    world.policies(allow("allow-names", [f"*.names.test:{origin.port}"])).start()
    with world.client() as client:
        client.ask("GET", f"http://{name}:{origin.port}/hello")
        until("the question", lambda: silent.questions(name) >= 1)
        settled(world, resolver={"servers": [good.address]})
        assert client.answer("GET").status == 200
    assert good.questions(name) == 1


def test_gives_up_after_as_many_tries_as_the_bundle_says(worlds, servers, origin):
    name = "silent.names.test"
    server = servers(name, silent=True)
    world = worlds(
        resolver={"servers": [server.address]}, workers=1,
        settings={"limits": {"resolve_ms": 60_000}, "resolver": {"tries": 1, "try_ms": 100}},
    )
    world.policies(allow("allow-names", [f"*.names.test:{origin.port}"])).start()
    began = time.monotonic()
    assert ask(world, name, origin.port) == (504, "name_resolution_timed_out")
    assert time.monotonic() - began < 1.5
    assert server.questions(name) == 1


def test_keeps_answers_and_failures_as_long_as_the_bundle_says(worlds, servers, origin):
    name = "short.names.test"
    server = servers(name, A=["127.0.0.1"], ttl=1)
    world = worlds(
        resolver={"servers": [server.address]}, workers=1,
        settings={"resolver": {"ttl_min_seconds": 300, "negative_seconds": 300}},
    )
    world.policies(allow("allow-names", [f"*.names.test:{origin.port}"])).start()
    assert ask(world, name, origin.port) == (200, None)
    assert ask(world, "none.names.test", origin.port) == (502, "name_not_found")
    # Longer than the name server's second and the three of failures.
    time.sleep(3.2)
    assert ask(world, name, origin.port) == (200, None)
    assert ask(world, "none.names.test", origin.port) == (502, "name_not_found")
    assert (server.questions(name), server.questions("none.names.test")) == (1, 1)


# Records


@pytest.fixture
def recording(worlds, origin):
    """A gateway in front of the origin that records as told."""
    def make(*more, **record):
        world = worlds(settings={"record": record})
        return world.policies(allow("allow-origin", [f"origin.test:{origin.port}"]), *more).start()

    return make


def fetch(world, origin, path):
    """The status of a request for a path, and its event."""
    before = len(world.gateway.events())
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}{path}")
        return answer.status, newest(world, before + 1)


def newest(world, count):
    """The event that came last, once there are so many."""
    events = until("the event", lambda: world.gateway.events()[count - 1:] and world.gateway.events())
    return max(events, key=lambda event: event["timestamp"])


def test_records_queries_only_where_told(recording, origin):
    world = recording()
    secret = marker()
    status, event = fetch(world, origin, f"/hello?token={secret}")
    assert (status, event["path"]) == (200, "/hello") and "redacted" not in event
    assert secret.encode() not in spooled(world)
    settled(world, record={"query": True})
    status, event = fetch(world, origin, f"/./hello?token={secret}&b=?")
    assert (status, event["path"]) == (200, f"/hello?token={secret}&b=?")
    assert origin.paths()[-1] == f"/hello?token={secret}&b=?"
    assert fetch(world, origin, "/hello")[1]["path"] == "/hello"


def test_secret_segments_are_forwarded_and_judged_and_never_written(recording, origin):
    refusal = deny("deny-one", {"path_prefix": ["/users/forbidden"]}, tunnels="ignore")
    world = recording(refusal, query=True, redact_paths=["/users/*/tokens/**", "/users/*"])
    secret = marker()
    path = f"/users/{secret}/tokens/{secret}/x?key={secret}"
    status, event = fetch(world, origin, path)
    assert status == 200 and origin.paths()[-1] == path
    assert (event["path"], event["redacted"]) == ("/users/[redacted]/tokens/[redacted]", True)
    assert (event["policy_id"], event["outcome"]) == ("allow-origin", "completed")
    status, event = fetch(world, origin, "/users/forbidden")
    assert (status, event["path"], event["policy_id"]) == (403, "/users/[redacted]", "deny-one")
    with world.client(None) as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/users/{secret}")
        event = world.gateway.event(answer.get("clawgress-request-id"))
    assert (answer.status, event["path"], event["redacted"]) == (407, "/users/[redacted]", True)
    status, event = fetch(world, origin, "/users")
    assert event["path"] == "/users" and "redacted" not in event
    world.gateway.kill()
    assert secret.encode() not in spooled(world)
    assert secret not in world.gateway.log()


def test_what_is_open_is_decided_again_by_the_path_that_was_asked_for(worlds, origin):
    world = worlds(settings={"record": {"query": True, "redact_paths": ["/*"]}})
    rule = allow("allow-events", [f"origin.test:{origin.port}"])
    rule["match"]["path_prefix"] = ["/events"]
    world.policies(rule).start()
    client = world.client()
    client.ask("GET", f"http://origin.test:{origin.port}/events?x=1")
    head = client.answer_head()
    assert head.status == 200
    origin.ticks.release()
    assert client.reader.chunk() == b"data: 0\n\n"
    world.document["policies"] = [rule, deny("deny-x", {"path_prefix": ["/x"]}, tunnels="ignore")]
    settled(world)
    until("the round", lambda: world.gateway.metric("clawgress_exchanges_redecided_total") >= 1)
    origin.ticks.release()
    assert client.reader.chunk() == b"data: 1\n\n"
    world.document["policies"] = [
        rule, deny("deny-events", {"path_prefix": ["/events"]}, tunnels="ignore")]
    settled(world)
    event = newest(world, 1)
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "policy_denied")
    assert (event["path"], event["redacted"]) == ("/[redacted]", True)


# Alerts


def test_alerts_are_raised_at_the_thresholds_of_the_bundle(authority, origin):
    segment = 128 << 10
    world = ShippingWorld(
        origin, spool_settings={"segment_bytes": segment, "bytes_max": 40 * segment},
        settings={"alert": {"spool_backlog_percent": 99, "audit_unreachable_seconds": 3600}},
    )
    enrolment = Enrolment(world.folder, authority)
    peer = AuditPeer(world.folder, authority, enrolment.client_authority)
    try:
        world.gateway.reconfigure(audit={
            "address": peer.address, "mesh_folder": enrolment.mesh,
            "credential": enrolment.credential, "log_key": peer.key_path,
        })
        world.start()
        world.ask("one", "two")
        until("attempts in vain", lambda: world.gateway.metric(
            "clawgress_audit_failures_total") >= 2, 30)
        assert world.alerts("audit_unreachable") == world.alerts("spool_backlog") == 0
        settled(world, alert={"audit_unreachable_seconds": 1, "spool_backlog_percent": 1})
        until("the alerts", lambda: min(
            world.alerts("audit_unreachable"), world.alerts("spool_backlog")) >= 1)
    finally:
        peer.down()
        world.close()
