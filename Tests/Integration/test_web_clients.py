"""curl and Python's requests through the gateway: http and https, with a key and with a JWT."""

import pytest
import requests

from support.clients import curl
from support.world import ISSUER, marker


@pytest.fixture(params=["key", "jwt"])
def password(request, world):
    """What stands in the place of the password: an API key or a token."""
    if request.param == "key":
        return world.keys["crawler"]
    return world.source.token("issuer", ISSUER, "crawler")


@pytest.fixture
def proxy(world, password):
    return world.gateway.proxy_url("crawler", password)


def test_curl_reaches_an_allowed_origin_over_http(world, web, proxy):
    mark = marker()
    body, code, _, done = curl(f"http://origin.test:{web.port}/{mark}", proxy)
    assert (body, code) == ("ok\n", 200), done
    event = world.gateway.event(mark)
    assert (event["decision"], event["outcome"]) == ("allow", "completed")
    assert event["policy_id"] == "allow-web"
    assert event["destination_host"] == "origin.test"
    assert event["http_method"] == "GET"


def test_curl_reaches_an_allowed_origin_over_https(world, secure, proxy, authority):
    mark = marker()
    url = f"https://secure.test:{secure.port}/{mark}"
    body, code, tunnel, done = curl(url, proxy, authority=authority)
    assert (body, code, tunnel) == ("ok\n", 200, 200), done
    assert f"/{mark}" in secure.paths()


def test_curl_is_denied_over_http_and_told_why(world, web, proxy):
    mark = marker()
    url = f"http://elsewhere.test:{web.port}/{mark}"
    body, code, _, _ = curl(url, proxy, "--include")
    assert code == 403
    assert "clawgress-reason: default_deny" in body.lower()
    event = world.gateway.event(mark)
    assert (event["decision"], event["outcome"]) == ("deny", "refused")
    assert (event["policy_id"], event["reason"]) == ("default-deny", "default_deny")
    assert (event["bytes_in"], event["bytes_out"]) == (0, 0)


def test_curl_is_denied_a_tunnel(world, proxy):
    host = f"{marker()}.test"
    _, code, tunnel, done = curl(f"https://{host}/", proxy)
    assert (code, tunnel) == (0, 403), done
    event = world.gateway.event(host)
    assert (event["http_method"], event["decision"]) == ("CONNECT", "deny")


def test_requests_reaches_allowed_origins_in_one_session(web, secure, proxy, authority):
    proxies = {"http": proxy, "https": proxy}
    with requests.Session() as session:
        session.trust_env = False
        for _ in range(5):
            answer = session.get(f"http://origin.test:{web.port}/", proxies=proxies, timeout=20)
            assert answer.status_code == 200
        for _ in range(5):
            answer = session.get(
                f"https://secure.test:{secure.port}/", proxies=proxies, timeout=20,
                verify=authority.certificate,
            )
            assert answer.status_code == 200


def test_requests_is_denied_with_a_problem_document(world, web, proxy):
    answer = requests.get(
        f"http://origin.test:{web.port}/secret/file", proxies={"http": proxy}, timeout=20
    )
    assert answer.status_code == 403
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    problem = answer.json()
    assert problem["status"] == 403
    assert problem["policy_id"] == "deny-secret"
    assert problem["reason"] == "policy_denied"
    assert problem["request_id"] == answer.headers["Clawgress-Request-Id"]


def test_requests_is_denied_a_tunnel(world, proxy):
    with pytest.raises(requests.exceptions.ProxyError, match="403"):
        requests.get("https://denied.test/", proxies={"https": proxy}, timeout=20)


def test_requests_sends_and_receives_bodies(world, web, proxy):
    data = b"0123456789" * 100_000
    answer = requests.post(
        f"http://origin.test:{web.port}/echo", data=data, proxies={"http": proxy}, timeout=20
    )
    assert answer.content == data
    answer = requests.post(
        f"http://origin.test:{web.port}/echo", data=iter([data[:10], data[10:]]),
        proxies={"http": proxy}, timeout=20,
    )
    assert answer.content == data
