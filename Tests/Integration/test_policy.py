"""What is decided, and that the answer and the record both say it."""

import pytest

from support.waiting import until
from support.world import allow, deny, marker


def test_denies_what_no_policy_allows(world, web):
    mark = marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://unknown.test:{web.port}/{mark}")
        assert answer.status == 403
        assert answer.get("clawgress-decision") == "deny"
        assert answer.get("clawgress-policy") == "default-deny"
        again = client.fetch("GET", f"http://origin.test:{web.port}/")
        assert again.status == 200
    event = world.gateway.event(mark)
    assert event["policy_id"] == "default-deny"
    assert answer.get("clawgress-request-id") == event["request_id"]


def test_denies_a_path_and_its_disguises(world, web):
    with world.client() as client:
        for path in ("/secret", "/secret/x", "/a/../secret/x", "/%73ecret", "/./secret"):
            answer = client.fetch("GET", f"http://origin.test:{web.port}{path}")
            assert answer.status == 403, path
        assert client.fetch("GET", f"http://origin.test:{web.port}/secrets").status == 200
    assert not [path for path in web.paths() if path.startswith("/secret/")]


def test_sends_upstream_exactly_what_was_judged(world, web):
    mark = marker()
    with world.client() as client:
        target = f"http://origin.test:{web.port}/a/./b/../%7e{mark}?x=%2f../y"
        assert client.fetch("GET", target).status == 200
    event = world.gateway.event(f"/a/~{mark}")
    assert event["path"] == f"/a/~{mark}"
    assert f"/a/~{mark}?x=%2f../y" in web.paths()


def test_an_observed_denial_changes_nothing_but_the_record(world, web):
    mark = marker()
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{web.port}/watched/{mark}").status == 200
    event = world.gateway.event(mark)
    assert (event["decision"], event["policy_id"]) == ("allow", "allow-web")
    assert (event["would_decision"], event["would_policy_id"]) == ("deny", "watch-observed")


def test_records_no_would_where_nothing_differs(world, web):
    mark = marker()
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{web.port}/{mark}").status == 200
    assert world.gateway.event(mark).get("would_decision") is None


def test_controls_methods(worlds, origin):
    world = worlds()
    world.policies(
        allow("read-only", [f"origin.test:{origin.port}"], match={"method": ["GET", "HEAD"]})
    ).start()
    with world.client() as client:
        url = f"http://origin.test:{origin.port}/"
        assert client.fetch("GET", url).status == 200
        assert client.fetch("DELETE", url).status == 403
        assert client.connect(f"origin.test:{origin.port}").status == 403


def test_orders_by_priority_then_deny_then_id(worlds, origin):
    world = worlds()
    destination = {"destination": [f"origin.test:{origin.port}"]}
    world.policies(
        allow("b-allow", destination["destination"]),
        allow("early", destination["destination"], priority=10, match={"path_prefix": ["/first"]}),
        deny("a-deny", {**destination, "path_prefix": ["/both", "/first"]}),
    ).start()
    with world.client() as client:
        for path, status in (("/first", 200), ("/both", 403), ("/other", 200)):
            assert client.fetch("GET", f"http://origin.test:{origin.port}{path}").status == status


def test_a_deny_that_names_a_path_closes_the_whole_tunnel(worlds, origin):
    world = worlds()
    authority = f"origin.test:{origin.port}"
    rule = {"destination": [authority], "path_prefix": ["/admin"]}
    world.policies(allow("open", [authority], tls="any"), deny("closed", rule)).start()
    with world.client() as client:
        answer = client.connect(authority)
        assert (answer.status, answer.get("clawgress-policy")) == (403, "closed")
    world.policies(
        allow("open", [authority], tls="any"), deny("closed", rule, tunnels="ignore")
    )
    with world.client() as client:
        until("the tunnel to open", lambda: client.connect(authority).status == 200)


@pytest.mark.parametrize("target, reason", [
    ("http://127.0.0.1:{port}/", "address_loopback"),
    ("http://[::1]:{port}/", "address_loopback"),
    ("http://[::ffff:127.0.0.1]:{port}/", None),
    ("http://169.254.169.254:{port}/latest/meta-data", "address_metadata"),
    ("http://10.1.2.3:{port}/", "address_private"),
    ("http://0.0.0.0:{port}/", "address_unspecified"),
])
def test_refuses_special_addresses_that_no_policy_names(worlds, origin, target, reason):
    world = worlds()
    broad = allow("broad", [f"*:{origin.port}"], allow_broad=True)
    del broad["resolves_to"]
    world.policies(broad).start()
    with world.client() as client:
        answer = client.fetch("GET", target.format(port=origin.port))
    assert answer.status == 403
    assert answer.get("clawgress-policy") == "blocked-address"
    if reason:
        assert answer.get("clawgress-reason") == reason
    assert origin.connections == 0


def test_refuses_a_name_on_loopback_without_resolves_to(worlds, origin):
    world = worlds()
    policy = allow("no-block", [f"origin.test:{origin.port}"])
    del policy["resolves_to"]
    world.policies(policy).start()
    mark = marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/{mark}")
    assert answer.status == 403
    event = world.gateway.event(mark)
    assert (event["policy_id"], event["allowed_by"]) == ("blocked-address", "no-block")
    assert event["reason"] == "address_loopback"


def test_never_dials_itself(worlds, origin):
    world = worlds()
    world.policies().start()
    ports = [world.gateway.port, int(world.gateway.addresses["admin"].rpartition(":")[2])]
    destinations = [f"origin.test:{port}" for port in ports]
    world.policies(allow("to-self", destinations, tls="any"))
    for port in ports:
        def refused(port=port):
            with world.client() as client:
                answer = client.fetch("GET", f"http://origin.test:{port}/livez")
                return (answer.status, answer.get("clawgress-reason")) == (403, "address_protected")
        until(f"a refusal to dial port {port}", refused)


def test_refuses_protected_addresses_whatever_a_policy_says(worlds, origin):
    world = worlds(settings={"protected_addresses": ["127.0.0.0/8"]})
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/")
    assert (answer.status, answer.get("clawgress-reason")) == (403, "address_protected")
