"""Kept connections to origins: reused, never shared between agents, never trusted blindly."""

import socket

from support.waiting import until
from support.world import allow, marker


def used(origin, mark):
    """The numbers of the origin's connections on which requests with a marker came."""
    return [seen.connection for seen in list(origin.seen) if mark in seen.target]


def fetch(world, origin, path, agent="crawler"):
    """One GET on a client connection of its own."""
    with world.client(agent) as client:
        return client.fetch("GET", f"http://origin.test:{origin.port}{path}")


def test_reuses_an_upstream_connection_for_other_clients_of_the_agent(simple, origin):
    world = simple(workers=1)
    mark = marker()
    for _ in range(10):
        assert fetch(world, origin, f"/{mark}").status == 200
    assert len(set(used(origin, mark))) == 1


def test_never_shares_an_upstream_connection_between_agents(worlds, origin):
    world = worlds(agents=["crawler", "builder"], workers=1)
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"])).start()
    mine, other = marker(), marker()
    for _ in range(3):
        assert fetch(world, origin, f"/{mine}").status == 200
        assert fetch(world, origin, f"/{other}", "builder").status == 200
    assert not set(used(origin, mine)) & set(used(origin, other))


def test_does_not_keep_a_connection_whose_answer_began_before_the_request_was_out(simple, origin):
    """What of the request is still under way could be read as the next one's beginning."""
    world = simple(workers=1)
    mark = marker()
    url = f"http://origin.test:{origin.port}"
    with world.client() as client:
        whole = client.rendered("POST", f"{url}/eager/{mark}", body=b"0123456789")
        client.send(whole[:-4])
        until("the answer's beginning", lambda: used(origin, mark))
        until("its way to the client", lambda: client.socket.recv(9, socket.MSG_PEEK))
        client.send(whole[-4:])
        assert client.answer().body == b"now ok"
    assert origin.request(f"/eager/{mark}").body == b"0123456789"
    assert fetch(world, origin, f"/{mark}").status == 200
    assert len(set(used(origin, mark))) == 2


def test_retries_once_where_a_pooled_connection_was_dead(simple, origin):
    world = simple(workers=1)
    for _ in range(20):
        mark = marker()
        assert fetch(world, origin, "/answer-then-close").status == 200
        assert fetch(world, origin, f"/{mark}").status == 200
        assert world.gateway.event(mark)["attempts"] in (1, 2)


def test_never_retries_what_is_not_idempotent(simple, origin):
    world = simple(workers=1)
    mark = marker()
    with world.client() as client:
        answer = client.fetch("POST", f"http://origin.test:{origin.port}/drop?{mark}", body=b"pay")
    assert answer.status == 502
    assert len(used(origin, mark)) == 1


def test_never_reuses_a_connection_with_bytes_left_over(simple, origin):
    world = simple(workers=1)
    mark = marker()
    assert fetch(world, origin, "/surplus").body == b"ok\n"
    answer = fetch(world, origin, f"/{mark}")
    assert answer.body == b"ok\n"
    assert used(origin, "/surplus")[0] not in used(origin, mark)


def test_closes_idle_upstream_connections_in_time(simple, origin):
    world = simple(workers=1, settings={"limits": {"pooled_ms": 300}})
    assert fetch(world, origin, "/").status == 200
    until("the pooled connection to be closed", lambda: origin.open_connections == 0)


def test_keeps_at_most_the_configured_number(simple, origin):
    world = simple(workers=1, settings={"limits": {"pooled_per_origin": 2}})
    clients = [world.client() for _ in range(6)]
    for client in clients:
        client.ask("GET", f"http://origin.test:{origin.port}/hold")
    until("six requests at the origin", lambda: len(origin.seen) == 6)
    origin.gate.set()
    for client in clients:
        assert client.answer().status == 200
        client.socket.close()
    until("all but two to be closed", lambda: origin.open_connections <= 2)
