"""Open tunnels are decided again within a second of a new bundle; see also support/held.py."""

import os
import select
import socket
import time

import pytest

from support import wire
from support.client import bearer
from support.echo import Echo
from support.held import (
    FAILING_SECONDS, Holder, Stream, Tunnel, assert_closed, published, redecided, tunnels,
)
from support.waiting import until
from support.world import ISSUER, agent, allow, deny


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.close()


@pytest.fixture
def second():
    """Another service, for what stays allowed."""
    echo = Echo()
    yield echo
    echo.close()


def test_closes_what_a_new_bundle_denies_and_leaves_the_rest_alone(worlds, echo, second):
    world = worlds()
    keeps = tunnels("allow-second", "other.test", second)
    world.policies(tunnels("allow-echo", "origin.test", echo), keeps).start()
    denied = Tunnel(world, "origin.test", echo)
    kept = Tunnel(world, "other.test", second)
    stream = Stream(kept)
    until("the stream to flow", lambda: stream.count > 100)
    world.document["policies"] = [keeps]
    event, taken = assert_closed(world, denied, "default_deny", published(world))
    print(f"\nclosed {taken * 1000:.0f} ms after the bundle lay in the folder")
    assert event["policy_id"] == "allow-echo"
    assert (event["bundle_serial"], event["closing_serial"]) == (1, 2)
    assert (event["bytes_out"], event["bytes_in"], event["status"]) == (4, 4, 200)
    until("the origin to see a reset", lambda: echo.resets == 1)
    seen = stream.count
    until("the stream to flow on", lambda: stream.count > seen + 100)
    world.document["policies"] = [keeps, deny("late", {"destination": ["nowhere.test"]})]
    published(world)
    until("the third bundle", lambda: world.gateway.serves(3))
    seen = stream.count
    until("the stream to flow on", lambda: stream.count > seen + 100)
    stream.stop()
    assert kept.is_alive()
    kept.client.socket.shutdown(socket.SHUT_WR)
    assert b"".join(kept.client.reader.to_the_end()) == b"<end>"
    event = world.gateway.event(kept.request_id)
    assert (event["outcome"], event["closing_serial"]) == ("completed", None)
    assert second.resets == 0


def disable(world):
    """Disables the agent."""
    world.agents[0]["status"] = "disabled"
    return "agent_disabled"


def remove_agent(world):
    """Removes the agent."""
    world.agents.pop(0)
    return "agent_unknown"


def revoke(world):
    """Revokes its key."""
    world.source.revoke_key(world.keys["crawler"])
    return "key_revoked"


def deny_path(world):
    """Denies a path, which closes whole tunnels."""
    rule = {"identity": {"agent_id": ["crawler"]}, "path_prefix": ["/x"]}
    world.document["policies"].append(deny("deny-path", rule))
    return "policy_denied"


def move_team(world):
    """Moves the agent to a team that no policy allows."""
    world.agents[0]["team_id"] = "accounting"
    return "default_deny"


@pytest.mark.parametrize("change", [disable, remove_agent, revoke, deny_path, move_team])
def test_closes_the_tunnels_of_one_agent_alone(worlds, echo, change):
    world = worlds(agents=["crawler", "builder"])
    identity = {"identity": {"team_id": ["research"]}}
    world.policies(tunnels("allow-echo", "other.test", echo, match=identity)).start()
    mine = Tunnel(world, "other.test", echo)
    other = Tunnel(world, "other.test", echo, "builder")
    reason = change(world)
    event, _ = assert_closed(world, mine, reason, published(world))
    assert event["agent_id"] == "crawler"
    assert other.is_alive()


def test_closes_what_was_opened_by_a_key_that_is_gone(worlds, echo):
    world = worlds()
    world.policies(tunnels("allow-echo", "other.test", echo)).start()
    mine = Tunnel(world, "other.test", echo)
    os.unlink(os.path.join(world.source.folder, "keys.yaml"))
    world.source.create_key("crawler")
    assert_closed(world, mine, "key_unknown", published(world))


def test_keeps_tunnels_of_agents_whose_place_in_the_bundle_changed(worlds, echo):
    names = [f"agent-{number}" for number in range(6)]
    world = worlds(agents=names)
    rules = [
        tunnels(f"allow-{name}", "other.test", echo, match={"identity": {"agent_id": [name]}})
        for name in names
    ]
    world.policies(*rules).start()
    held = {name: Tunnel(world, "other.test", echo, name) for name in names}
    world.document["agents"] = [agent("first")] + list(reversed(world.agents)) + [agent("last")]
    world.document["policies"] = list(reversed(rules))
    published(world)
    until("the round", lambda: redecided(world) >= 6)
    assert all(tunnel.is_alive() for tunnel in held.values())
    world.document["policies"] = [rule for rule in rules if rule["policy_id"] != "allow-agent-2"]
    assert_closed(world, held.pop("agent-2"), "default_deny", published(world))
    assert all(tunnel.is_alive() for tunnel in held.values())


def without_block(world):
    """The policy no longer opens the block that the name leads to."""
    del world.document["policies"][0]["resolves_to"]
    return "address_loopback"


def protected(world):
    """The block is protected from now on."""
    world.document["settings"]["protected_addresses"] = ["127.0.0.0/8"]
    return "address_protected"


def denied_block(world):
    """A deny names the block."""
    world.document["policies"].append(deny("deny-block", {"destination": ["127.0.0.0/8:*"]}))
    return "address_denied_by_policy"


def requires_tls(world):
    """The policy wants to know what flows, and nobody has looked."""
    world.document["policies"][0]["tls"] = "require"
    return "tunnel_not_tls"


@pytest.mark.parametrize("change", [without_block, protected, denied_block, requires_tls])
def test_closes_what_policy_allows_and_its_conditions_do_not(worlds, echo, change):
    world = worlds()
    world.policies(tunnels("allow-echo", "other.test", echo)).start()
    tunnel = Tunnel(world, "other.test", echo)
    reason = change(world)
    assert_closed(world, tunnel, reason, published(world))


def test_closes_what_a_token_opened_whose_issuer_is_gone(worlds, echo):
    world = worlds()
    issuer_file = world.source.create_issuer("issuer", "EdDSA")
    world.document["issuers"] = [
        {"issuer": ISSUER, "audiences": ["clawgress"], "key_files": [issuer_file]},
    ]
    world.policies(tunnels("allow-echo", "other.test", echo)).start()
    token = world.source.token("issuer", ISSUER, "crawler")
    mine = Tunnel(world, "other.test", echo, credentials=bearer(token))
    kept = Tunnel(world, "other.test", echo)
    published(world)
    until("the round", lambda: redecided(world) >= 2)
    assert mine.is_alive()
    world.document["issuers"] = []
    event, _ = assert_closed(world, mine, "token_key_unknown", published(world))
    assert event["auth_type"] == "jwt"
    assert kept.is_alive()


def test_closes_a_tunnel_that_has_not_begun(worlds, echo):
    world = worlds()
    authority = f"other.test:{echo.port}"
    world.policies(allow("allow-echo", [authority])).start()
    with world.client() as client:
        identifier = client.connect(authority).get("clawgress-request-id")
        world.document["policies"] = []
        since = published(world)
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1)
        assert time.monotonic() - since < FAILING_SECONDS
    event = world.gateway.event(identifier)
    assert (event["outcome"], event["closing_reason"]) == ("closed_by_policy", "default_deny")
    assert (event["bytes_out"], event["sni"]) == (0, None)


def test_a_client_hello_is_judged_by_the_policy_of_its_moment(worlds, secure, authority):
    world = worlds()
    target = f"secure.test:{secure.port}"
    rule = allow("allow-secure", [target])
    world.policies(*[deny(f"a-{number}", {"destination": ["no.test"]}) for number in range(5)],
                   rule).start()
    with world.client() as client:
        identifier = client.connect(target).get("clawgress-request-id")
        world.document["policies"] = [rule]
        published(world)
        until("the round", lambda: redecided(world) >= 1)
        client.start_tls(authority.client_context(), "secure.test")
        client.send(wire.message("GET / HTTP/1.1", [("Host", "secure.test")]))
        assert client.answer().status == 200
        world.document["policies"] = [deny("late", {"destination": ["no.test"]}), rule]
        published(world)
        until("the round", lambda: redecided(world) >= 2)
        client.send(wire.message("GET / HTTP/1.1", [("Host", "secure.test")]))
        assert client.answer().status == 200
    event = world.gateway.event(identifier)
    assert event["sni"] == "secure.test"
    # Whether the client ends in order depends on what of TLS it has left unread.
    assert event["outcome"] in ("completed", "client_closed")


def test_a_closed_tunnel_counts_no_longer(worlds, echo):
    world = worlds(settings={"limits": {"tunnels_per_agent": 1}})
    rule = tunnels("allow-echo", "other.test", echo)
    world.policies(rule).start()
    tunnel = Tunnel(world, "other.test", echo)
    world.document["policies"] = []
    assert_closed(world, tunnel, "default_deny", published(world))
    world.policies(rule)

    def opened():
        with world.client() as client:
            return client.connect(f"other.test:{echo.port}").status == 200

    until("a tunnel to open again", opened)


def test_decides_two_thousand_tunnels_again_without_making_others_wait(worlds, origin):
    holders = [Holder(), Holder()]
    names = ["other.test", "slow.test"]
    world = worlds(settings={"limits": {"tunnels_per_agent": 4000}})
    rules = [tunnels(f"allow-{name}", name, holder) for name, holder in zip(names, holders)]
    web = allow("allow-origin", [f"origin.test:{origin.port}"])
    world.policies(*rules, web).start()
    clients = [[], []]
    for number in range(2000):
        client = world.client(seconds=60)
        client.ask("CONNECT", f"{names[number % 2]}:{holders[number % 2].port}")
        clients[number % 2].append(client)
    for client in clients[0] + clients[1]:
        assert client.answer("CONNECT").status == 200
    world.document["policies"] = [rules[1], web]
    since = published(world)
    slowest, answers = 0, 0
    poller = select.poll()
    for client in clients[0]:
        poller.register(client.socket, select.POLLIN)
    with world.client() as probe:
        left = len(clients[0])
        while left:
            assert time.monotonic() - since < 4 * FAILING_SECONDS, f"{left} are open still"
            began = time.monotonic()
            assert probe.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
            slowest, answers = max(slowest, time.monotonic() - began), answers + 1
            for number, _ in poller.poll(0):
                poller.unregister(number)
                left -= 1
    taken = time.monotonic() - since
    print(f"\n1000 of 2000 tunnels closed {taken * 1000:.0f} ms after the bundle lay in the folder; "
          f"slowest of {answers} requests meanwhile {slowest * 1000:.1f} ms")
    for client in clients[0]:
        with pytest.raises(ConnectionResetError):
            client.socket.recv(1)
    until("the end of the round", lambda: redecided(world) >= 2000)
    assert world.gateway.metric("clawgress_tunnels_closed_total") == 1000
    for number, client in enumerate(clients[1]):
        client.send(b"%04d" % number)
    received = sorted(each.recv(4) for each in holders[1].held)
    assert received == [b"%04d" % number for number in range(1000)]
    for client in clients[0] + clients[1]:
        client.socket.close()
    # A client's end alone leaves the other direction open.
    for holder in holders:
        holder.close()
    until("an event for each tunnel", lambda: world.gateway.metric("clawgress_exchanges") == 0, 20)
    events = world.gateway.events(lambda event: event["protocol"] == "connect")
    assert len(events) == 2000
    closed = [event for event in events if event["outcome"] == "closed_by_policy"]
    assert {event["destination_host"] for event in closed} == {"other.test"}
    assert len(closed) == 1000
