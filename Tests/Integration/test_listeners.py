"""Where the gateway listens, and what its loopback pages say."""

from support.client import Client
from support.origin import Origin
from support.world import allow, marker


def test_serves_ipv4_and_ipv6_listeners(worlds, origin):
    world = worlds(listeners=["127.0.0.1:0", "[::1]:0"])
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    for index in range(2):
        address = world.gateway.listener(index)
        mark = marker()
        with Client(address, world.credentials()) as client:
            assert client.fetch("GET", f"http://origin.test:{origin.port}/{mark}").status == 200
        assert world.gateway.event(mark)["client_address"].startswith(address[0])


def test_reaches_an_origin_on_ipv6(worlds):
    six = Origin(host="::1")
    world = worlds(settings={"static_hosts": {"six.test": ["::1"]}})
    world.policies(
        allow("allow-six", [f"six.test:{six.port}", f"[::1]:{six.port}"], tls="any")
    ).start()
    with world.client() as client:
        assert client.fetch("GET", f"http://six.test:{six.port}/").status == 200
        assert client.fetch("GET", f"http://[::1]:{six.port}/").status == 200
    six.close()


def test_tries_the_next_address_where_one_refuses(worlds, origin):
    world = worlds(settings={"static_hosts": {"two.test": ["127.0.0.2", "127.0.0.1"]}})
    world.policies(allow("allow-two", [f"two.test:{origin.port}"])).start()
    with world.client() as client:
        assert client.fetch("GET", f"http://two.test:{origin.port}/").status == 200


def test_says_that_it_lives_and_is_ready(world):
    assert world.gateway.admin("/livez")[0] == 200
    assert world.gateway.admin("/readyz")[0] == 200
    assert world.gateway.admin("/nothing")[0] == 404


def test_says_which_bundle_it_serves(world):
    status = world.gateway.status()
    text = str(status)
    assert "gw-test" in text
    assert "serial" in text and "revision" in text


def test_counts_decisions_in_its_metrics(world, web):
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{web.port}/").status == 200
        assert client.fetch("GET", "http://unknown.test/").status == 403
    code, text = world.gateway.admin("/metrics")
    assert code == 200
    assert "# TYPE" in text
    assert "crawler" not in text, "an agent is no metric label"
