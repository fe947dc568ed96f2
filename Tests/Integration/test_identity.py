"""Who is asking is proved on every request; anonymous traffic is denied, always, and recorded."""

import time

import pytest

from support.client import Client, basic, bearer
from support.world import ISSUER, agent, allow, marker, wrong


def get(world, web, credentials, mark):
    """One GET with these credentials on a connection of its own."""
    with Client(("127.0.0.1", world.gateway.port), credentials) as client:
        return client.fetch("GET", f"http://origin.test:{web.port}/{mark}")


def test_challenges_an_anonymous_request_and_keeps_the_connection(world, web):
    mark, known = marker(), marker()
    with world.client(agent_id=None) as client:
        answer = client.fetch("GET", f"http://origin.test:{web.port}/{mark}")
        assert answer.status == 407
        schemes = [value.split()[0] for value in answer.head.all("proxy-authenticate")]
        assert sorted(schemes) == ["Basic", "Bearer"]
        client.credentials = world.credentials()
        assert client.fetch("GET", f"http://origin.test:{web.port}/{known}").status == 200
    event = world.gateway.event(mark)
    assert (event["decision"], event["policy_id"]) == ("deny", "identity-required")
    assert event["reason"] == "credentials_missing"
    for name in ("agent_id", "team_id", "project_id", "environment"):
        assert event[name] is None
    assert f"/{mark}" not in web.paths()


def test_challenges_an_anonymous_tunnel(world, secure):
    with world.client(agent_id=None) as client:
        answer = client.connect(f"secure.test:{secure.port}")
    assert answer.status == 407
    assert len(answer.head.all("proxy-authenticate")) == 2


def test_never_counts_missing_credentials_as_failures(world, web):
    with world.client(agent_id=None) as client:
        for _ in range(60):
            assert client.fetch("GET", f"http://origin.test:{web.port}/").status == 407
    assert get(world, web, world.credentials(), marker()).status == 200


def test_refuses_a_wrong_secret_and_names_only_the_claim(world, web):
    mark = marker()
    guess = wrong(world.keys["crawler"])
    answer = get(world, web, basic("crawler", guess), mark)
    assert answer.status == 407
    assert guess.encode() not in answer.body
    event = world.gateway.event(mark)
    assert (event["agent_id"], event["claimed_agent_id"]) == (None, "crawler")
    assert event["reason"] == "key_wrong_secret"


def test_refuses_a_key_of_another_agent(world, web):
    mark = marker()
    assert get(world, web, basic("builder", world.keys["crawler"]), mark).status == 407
    assert world.gateway.event(mark)["reason"] == "key_of_other_agent"


def test_accepts_a_key_as_bearer(world, web):
    mark = marker()
    assert get(world, web, bearer(world.keys["crawler"]), mark).status == 200
    event = world.gateway.event(mark)
    assert (event["auth_type"], event["agent_id"]) == ("api_key", "crawler")
    assert event["credential_id"] == world.keys["crawler"].split("_")[1]


def test_accepts_a_token_as_bearer_and_as_password(world, web):
    token = world.source.token("issuer", ISSUER, "builder")
    for credentials in (bearer(token), basic("builder", token)):
        mark = marker()
        assert get(world, web, credentials, mark).status == 200
        event = world.gateway.event(mark)
        assert (event["auth_type"], event["agent_id"]) == ("jwt", "builder")
        assert (event["team_id"], event["project_id"], event["environment"]) == (
            "research", "atlas", "test",
        )


def test_refuses_a_token_whose_signature_was_touched(world, web):
    token = world.source.token("issuer", ISSUER, "builder")
    head, payload, signature = token.split(".")
    forged = f"{head}.{payload}.{('A' if signature[0] != 'A' else 'B') + signature[1:]}"
    mark = marker()
    assert get(world, web, bearer(forged), mark).status == 407
    assert world.gateway.event(mark)["reason"] == "token_signature_invalid"


HOUR = 3600


@pytest.mark.parametrize("header, claims, reason", [
    ({}, {"exp": -HOUR, "iat": -2 * HOUR}, "token_expired"),
    ({}, {"nbf": HOUR}, "token_not_yet_valid"),
    ({}, {"iat": HOUR, "exp": 2 * HOUR}, "token_issued_in_future"),
    ({}, {"exp": 48 * HOUR}, "token_life_too_long"),
    ({}, {"aud": "elsewhere"}, "token_audience_mismatch"),
    ({}, {"iss": "https://stranger.test"}, "token_issuer_unknown"),
    ({}, {"agent_id": None}, "token_claim_missing"),
    ({}, {"exp": None}, "token_claim_missing"),
    ({}, {"team_id": "other-team"}, "token_claim_mismatch"),
    ({}, {"agent_id": "nobody"}, "agent_unknown"),
    ({"kid": "unknown"}, {}, "token_key_unknown"),
    ({"alg": "none"}, {}, "token_algorithm_refused"),
    ({"alg": "ES256"}, {}, "token_algorithm_refused"),
])
def test_refuses_a_token_of_a_foreign_issuer(world, web, header, claims, reason):
    now = int(time.time())
    for name in ("exp", "iat", "nbf"):
        if claims.get(name) is not None:
            claims = {**claims, name: now + claims[name]}
    token = world.foreign.token(**{"agent": "builder", "header": header, **claims})
    mark = marker()
    assert get(world, web, bearer(token), mark).status == 407
    event = world.gateway.event(mark)
    assert (event["reason"], event["agent_id"]) == (reason, None)


def test_accepts_a_token_of_a_foreign_issuer(world, web):
    mark = marker()
    token = world.foreign.token("builder", team_id="research", jti="one")
    assert get(world, web, bearer(token), mark).status == 200
    event = world.gateway.event(mark)
    assert (event["auth_type"], event["agent_id"]) == ("jwt", "builder")
    assert "one" in event["credential_id"]


@pytest.mark.parametrize("value, reason", [
    ("Basic !!!", "credentials_malformed"),
    ("Digest username=crawler", "credentials_unsupported_scheme"),
    ("Bearer", "credentials_malformed"),
])
def test_refuses_credentials_it_cannot_read(world, web, value, reason):
    mark = marker()
    assert get(world, web, value, mark).status == 407
    assert world.gateway.event(mark)["reason"] == reason


def test_limits_wrong_keys_but_never_the_right_one(worlds, origin):
    world = worlds(settings={"limits": {"failure_budget": 5}}, workers=1)
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    guess = basic("crawler", wrong(world.keys["crawler"]))
    statuses = [get(world, origin, guess, marker()).status for _ in range(12)]
    assert statuses[:5] == [407] * 5
    assert set(statuses[5:]) == {429}
    assert get(world, origin, world.credentials(), marker()).status == 200


def test_denies_a_disabled_agent_and_a_revoked_key(worlds, origin):
    world = worlds(agents=["crawler", agent("retired", status="disabled")])
    second = world.source.create_key("crawler")
    world.source.revoke_key(second)
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    mark, other = marker(), marker()
    assert get(world, origin, world.credentials("retired"), mark).status == 403
    assert world.gateway.event(mark)["reason"] == "agent_disabled"
    assert get(world, origin, basic("crawler", second), other).status == 407
    assert world.gateway.event(other)["reason"] == "key_revoked"


def test_writes_no_secret_to_events_logs_or_pages(world, web):
    token = world.source.token("issuer", ISSUER, "builder")
    assert get(world, web, bearer(token), marker()).status == 200
    assert get(world, web, world.credentials(), marker()).status == 200
    said = world.gateway.log() + str(world.gateway.records())
    said += "".join(world.gateway.page(path) for path in ("/status", "/metrics"))
    for secret in (token, token.split(".")[2], world.keys["crawler"].rpartition("_")[2]):
        assert secret not in said
