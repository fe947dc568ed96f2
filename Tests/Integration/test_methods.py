"""Methods as policies see them, whatever else in a request speaks of another; and loops."""

import pytest

from support.world import allow, deny, marker

OVERRIDES = ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"]


@pytest.fixture
def world(worlds, origin):
    """`/any` takes any method, `/listed` two, and `/guarded` all but DELETE."""
    here = [f"origin.test:{origin.port}"]

    def match(path, **more):
        return {"path_prefix": [path], **more}

    world = worlds(workers=1)
    return world.policies(
        allow("allow-any", here, match=match("/any")),
        allow("allow-listed", here, match=match("/listed", method=["GET", "POST"])),
        allow("allow-guarded", here, match=match("/guarded")),
        deny("deny-delete", {"destination": here, **match("/guarded", method=["DELETE"])}),
        allow("allow-tunnel", [f"other.test:{origin.port}"], tls="any"),
    ).start()


def ask(world, origin, path, *fields, method="POST"):
    """Status and reason of a request, and whether the origin saw it."""
    mark = marker()
    with world.client() as client:
        target = f"http://origin.test:{origin.port}{path}/{mark}"
        answer = client.fetch(method, target, list(fields))
    seen = [s for s in origin.seen if s.target.endswith(mark)]
    assert len(seen) == (answer.status == 200)
    return answer.status, answer.get("clawgress-reason"), mark


REFUSED = (403, "method_override_refused")


@pytest.mark.parametrize("field", OVERRIDES)
def test_a_second_method_is_refused_where_a_list_of_methods_decides(world, origin, field):
    for value in ("DELETE", "GET", "POST", ""):
        *answer, mark = ask(world, origin, "/listed", (field, value))
        assert tuple(answer) == REFUSED
    event = world.gateway.event(mark)
    assert (event["decision"], event["policy_id"]) == ("deny", "malformed-request")
    assert (event["allowed_by"], event["http_method"]) == ("allow-listed", "POST")


@pytest.mark.parametrize("field", OVERRIDES)
def test_a_second_method_passes_where_no_rule_looks_at_methods(world, origin, field):
    *answer, mark = ask(world, origin, "/any", (field, "DELETE"))
    assert tuple(answer) == (200, None)
    (seen,) = [s for s in origin.seen if s.target.endswith(mark)]
    assert seen.head.get(field) == "DELETE"


@pytest.mark.parametrize("fields, expected", [
    ([("X-HTTP-Method-Override", "DELETE")], REFUSED),
    ([("x-http-method", "delete")], REFUSED),
    ([("X-HTTP-Method-Override", "PUT, DELETE")], REFUSED),
    ([("X-HTTP-Method-Override", "PUT"), ("A", "b"), ("X-Method-Override", "DELETE")], REFUSED),
    ([("X-HTTP-Method-Override", "PUT")], (200, None)),
    ([("X-HTTP-Method-Override", "PUT"), ("X-Method-Override", "patch")], (200, None)),
])
def test_a_second_method_cannot_get_around_a_deny(world, origin, fields, expected):
    assert ask(world, origin, "/guarded", *fields)[:2] == expected


@pytest.mark.parametrize("value", ["TRACE", "track", "CONNECT", "a b"])
def test_a_second_method_is_never_one_that_is_not_forwarded(world, origin, value):
    assert ask(world, origin, "/any", ("X-HTTP-Method-Override", value))[:2] == REFUSED


def test_a_deny_holds_for_the_same_method_in_small_letters(world, origin):
    for method in ("DELETE", "delete", "Delete"):
        assert ask(world, origin, "/guarded", method=method)[:2] == (403, "policy_denied")
    assert ask(world, origin, "/guarded", method="patch")[:2] == (200, None)
    assert ask(world, origin, "/listed", method="get")[:2] == (403, "default_deny")


@pytest.mark.parametrize("method", ["TRACE", "trace", "TRACK", "connect"])
def test_some_methods_are_forwarded_under_no_name(world, origin, method):
    assert ask(world, origin, "/any", method=method)[:2] == (501, "method_refused")


def test_a_second_method_says_nothing_in_a_tunnel_request(world, origin):
    with world.client() as client:
        target = f"other.test:{origin.port}"
        client.ask("CONNECT", target, [("X-HTTP-Method-Override", "DELETE")])
        assert client.answer("CONNECT").status == 200


def test_a_request_that_was_here_before_is_refused(world, origin):
    own = ("Via", "1.1 gw-test")
    *answer, mark = ask(world, origin, "/any", ("Via", "1.1 first (a proxy)"), own)
    assert tuple(answer) == (508, "loop_detected")
    assert ask(world, origin, "/any", ("Via", "1.1 first, 1.1 GW-TEST (x)"))[0] == 508
    *answer, mark = ask(world, origin, "/any", ("Via", "1.1 other-gw-test"))
    assert answer[0] == 200
    (seen,) = [s for s in origin.seen if s.target.endswith(mark)]
    assert seen.head.all("via") == ["1.1 other-gw-test", "1.1 gw-test"]
    with world.client() as client:
        client.ask("CONNECT", f"other.test:{origin.port}", [own])
        assert client.answer().status == 508


def test_options_go_as_far_as_max_forwards_says(world, origin):
    *answer, mark = ask(world, origin, "/any", ("Max-Forwards", "3"), method="OPTIONS")
    assert answer[0] == 200
    (seen,) = [s for s in origin.seen if s.target.endswith(mark)]
    assert seen.head.all("max-forwards") == ["2"]
    ends = ask(world, origin, "/any", ("Max-Forwards", "0"), method="OPTIONS")
    assert ends[:2] == (501, "max_forwards_exhausted")
    bad = ask(world, origin, "/any", ("Max-Forwards", "-1"), method="OPTIONS")
    assert bad[:2] == (400, "field_line_malformed")
