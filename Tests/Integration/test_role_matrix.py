"""Every operation of the admin API, asked for by every role and with every credential that must not
open anything. What is right is what `x-roles` in Documentation/openapi.yaml says."""

import pytest

from support import roles
from support.control_plane import ControlPlane
from support.operations import CALLS, operations
from support.world import wrong

OPERATIONS = operations()
# Who may set whose password is no matter of the role alone, and a test of its own.
GUARDED = [
    each for each in OPERATIONS if each.roles is not None and each.name != "setPassword"
]
# Refused credentials are counted, and the matrix makes more of them than anybody who mistypes.
LIMITS = {
    "requests_per_second": 10_000, "open_requests_per_second": 10_000,
    "source_failures_per_minute": 10_000, "user_failures_per_minute": 10_000,
    "refusal_events_per_minute": 10_000,
}


@pytest.fixture(scope="module")
def plane():
    """A control plane in which each role has a user; no gateway is needed."""
    plane = ControlPlane(admin={"limits": LIMITS})
    try:
        plane.start(gateways=0)
        root = plane.api()
        root.edit(roles.user_lines())
        root.commit()
        yield plane
    finally:
        plane.close()


@pytest.fixture(scope="module")
def clients(plane):
    """A client for each role."""
    return roles.clients(plane)


@pytest.fixture(scope="module")
def shut_out(plane):
    """Credentials that open nothing."""
    root = plane.api()
    good = roles.token_for(plane, "admin")["token"]
    root.must("PUT", "/v1/users/gone?commit=true", {"role": "admin"})
    gone = root.must("POST", "/v1/tokens", {"name": "of a user that goes", "user": "gone"})
    root.must("PUT", "/v1/users/barred?commit=true", {"role": "admin"})
    barred = root.must("POST", "/v1/tokens", {"name": "of a user who is barred", "user": "barred"})
    for each in (gone, barred):
        assert plane.api(each["token"]).ask("GET", "/v1/whoami").status == 200
    root.must("DELETE", "/v1/users/gone?commit=true")
    root.must("PUT", "/v1/users/barred?commit=true", {"role": "admin", "status": "disabled"})
    return {
        "expired": f"Bearer {roles.expired(plane)}",
        "revoked": f"Bearer {roles.revoked(plane)}",
        "spent bootstrap": f"Bearer {plane.secrets['bootstrap token']}",
        "of a deleted user": f"Bearer {gone['token']}",
        "of a disabled user": f"Bearer {barred['token']}",
        "another secret": f"Bearer {wrong(good)}",
        "a session's prefix": f"Bearer {good.replace('cgo_', 'cgs_')}",
        "another scheme": f"Basic {good}",
        "no form at all": "Bearer x",
        "two in one": f"Bearer {good}, Bearer {good}",
    }


def send(client, operation, fields=None):
    """The operation's harmless call."""
    call = CALLS[operation.name]
    return client.ask(operation.method, call.path(operation), call.body, fields)


def fresh(client):
    """Forgets what an earlier call left in the caller's candidate, if it may have one."""
    client.ask("DELETE", "/v1/candidate")


def test_every_operation_has_a_call():
    assert {each.name for each in OPERATIONS} == CALLS.keys()


@pytest.mark.parametrize("role", roles.ROLES)
@pytest.mark.parametrize("operation", GUARDED, ids=lambda each: each.name)
def test_a_role_may_what_the_document_says_and_nothing_else(clients, role, operation):
    client = clients[role]
    fresh(client)
    reply = send(client, operation)
    if role in operation.roles:
        assert reply.status == CALLS[operation.name].status, reply.body
    else:
        assert (reply.status, reply.code) == (403, "role_insufficient")
    assert reply.status in operation.statuses


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_nothing_opens_without_a_credential_that_holds(plane, shut_out, operation):
    stranger = plane.api().with_token(None)
    answers = {name: send(stranger, operation, fields) for name, fields in headers(shut_out)}
    stranger.close()
    if operation.roles is None:
        expected = CALLS[operation.name].status
        assert {reply.status for reply in answers.values()} == {expected}
        return
    for name, reply in answers.items():
        assert (reply.status, reply.code) == (401, "credential_refused"), name
        assert reply.fields["www-authenticate"].startswith("Bearer"), name


def headers(shut_out):
    """Fields of a stranger, and of each credential that opens nothing."""
    return [("none", {})] + [(name, {"Authorization": it}) for name, it in shut_out.items()]


@pytest.mark.parametrize("role", roles.ROLES)
def test_a_password_is_set_by_its_owner_and_by_admins(plane, clients, role):
    body = {"password": f"a password of {role}, long enough"}
    plane.secrets[f"password of {role}"] = body["password"]
    client = clients[role]
    for other in roles.ROLES:
        path = f"/v1/users/{roles.user_of(other)}/password"
        reply = client.ask("PUT", path, body)
        may = other == role or role == "admin"
        assert reply.status == (204 if may else 403), (other, reply.body)
    assert client.ask("PUT", "/v1/users/nobody/password", body).status == (
        404 if role == "admin" else 403
    )
    session = plane.api().with_token(None).must(
        "POST", "/v1/login", {"user": roles.user_of(role), **body}
    )
    assert session["role"] == role
    visitor = plane.api(session["token"])
    assert visitor.must("GET", "/v1/whoami")["kind"] == "session"
    assert visitor.ask("POST", "/v1/logout").status == 204
    assert visitor.ask("GET", "/v1/whoami").status == 401


@pytest.mark.parametrize("role", roles.ROLES)
def test_nobody_makes_a_token_that_may_more(clients, role):
    client = clients[role]
    for wanted in roles.ROLES:
        reply = client.ask("POST", "/v1/tokens", {"name": "a try", "role": wanted})
        # An operator may not read the log and an auditor may not change anything.
        may = role == "admin" or wanted in (role, "read-only")
        assert reply.status == (201 if may else 403), (wanted, reply.body)
    for other in roles.ROLES:
        if other == role:
            continue
        body = {"name": "of another", "user": roles.user_of(other)}
        reply = client.ask("POST", "/v1/tokens", body)
        assert reply.status == (201 if role == "admin" else 403), (other, reply.body)


def test_a_limited_token_stays_limited(plane, clients):
    made = clients["admin"].must("POST", "/v1/tokens", {"name": "limited", "role": "auditor"})
    limited = plane.api(made["token"])
    assert limited.must("GET", "/v1/whoami")["role"] == "auditor"
    assert limited.ask("POST", "/v1/candidate/edit", {"edits": ["set x"]}).status == 403
    assert limited.ask("POST", "/v1/tokens", {"name": "more", "role": "admin"}).status == 403
    assert limited.must("POST", "/v1/tokens", {"name": "same"})["role"] == "auditor"


def test_only_admins_see_and_revoke_the_tokens_of_others(clients):
    made = clients["operator"].must("POST", "/v1/tokens", {"name": "an operator's"})
    for role in roles.ROLES:
        listed = [each["id"] for each in clients[role].pages("/v1/tokens")]
        assert (made["id"] in listed) == (role in ("admin", "operator"))
    for role in ("auditor", "read-only"):
        assert clients[role].ask("DELETE", f"/v1/tokens/{made['id']}").status == 404
    assert clients["admin"].ask("DELETE", f"/v1/tokens/{made['id']}").status == 204


def test_only_admins_leave_a_gateway_out_of_a_commit(clients):
    body = {"exclude_gateways": ["gw-1"]}
    reply = clients["operator"].ask("POST", "/v1/opmode/commit", body)
    assert (reply.status, reply.code) == (403, "role_insufficient")
    assert clients["admin"].ask("POST", "/v1/opmode/commit", body).code == "nothing_staged"


def test_users_are_changed_by_admins_only_whichever_way(plane, clients):
    admin, operator = clients["admin"], clients["operator"]
    grab = f"set user {roles.user_of('operator')} role admin"
    for way, body in (
        ("edit", {"edits": [grab]}),
        ("load", {"mode": "merge", "format": "commands", "text": grab}),
        ("load", {"mode": "load", "format": "json", "text": "{}"}),
    ):
        fresh(operator)
        operator.must("POST", f"/v1/candidate/{way}", body)
        reply = operator.ask("POST", "/v1/opmode/configure", {})
        assert (reply.status, reply.code) == (403, "role_insufficient"), way
        assert any(path.startswith("user ") for path in reply.json["paths"])
    # A token that may less than its user does not stage what the user may.
    made = admin.must("POST", "/v1/tokens", {"name": "limited", "role": "operator"})
    limited = plane.api(made["token"])
    limited.edit([grab])
    assert limited.ask("POST", "/v1/opmode/configure", {}).code == "role_insufficient"
    assert operator.ask("POST", "/v1/opmode/commit", {}).code == "nothing_staged"
    fresh(operator)


def test_users_never_go_away_altogether(clients):
    admin = clients["admin"]
    for lines in (["delete user"], ["delete user", "set user other role auditor"]):
        fresh(admin)
        admin.edit(lines)
        reply = admin.ask("POST", "/v1/opmode/configure", {})
        assert reply.status == 422, reply.body
        assert [each["code"] for each in reply.json["errors"]] == ["admin_missing"]
    fresh(admin)


def test_what_was_refused_is_an_event_and_says_who_asked(clients):
    clients["read-only"].ask("DELETE", "/v1/users/admin")
    newest = clients["auditor"].must("GET", "/v1/events?limit=1")["items"][0]
    assert newest["actor"] == roles.user_of("read-only")
    assert (newest["result"], newest["reason"]) == ("refused", "role_insufficient")


def test_a_role_that_is_taken_away_is_gone_with_the_next_request(plane, clients):
    root = clients["admin"]
    root.must("PUT", "/v1/users/brief?commit=true", {"role": "admin"})
    made = root.must("POST", "/v1/tokens", {"name": "brief", "user": "brief"})
    brief = plane.api(made["token"])
    assert brief.ask("DELETE", "/v1/candidate").status == 204
    root.must("PUT", "/v1/users/brief?commit=true", {"role": "read-only"})
    # The token was made for an admin, so it is worth nothing to somebody who is none.
    assert brief.ask("DELETE", "/v1/candidate").status in (401, 403)
    assert brief.ask("GET", "/v1/events").status in (401, 403)
