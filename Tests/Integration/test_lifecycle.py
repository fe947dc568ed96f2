"""Snapshots change while requests run; the gateway ends politely, starts with what it knew."""

import os
import subprocess
import threading
import time

import pytest

from support import privileges, programs
from support.client import Client
from support.echo import Echo
from support.held import FAILING_SECONDS
from support.waiting import until
from support.world import allow, marker


def statuses(world, origin, path="/"):
    """The status of one GET on a new connection."""
    with world.client() as client:
        return client.fetch("GET", f"http://origin.test:{origin.port}{path}").status


def test_a_new_bundle_holds_within_a_second(simple, origin):
    world = simple()
    assert statuses(world, origin) == 200
    world.policies()
    published = time.monotonic()
    until("the denial", lambda: statuses(world, origin) == 403)
    taken = time.monotonic() - published
    print(f"\ndenied {taken * 1000:.0f} ms after the bundle lay in the folder")
    assert taken < FAILING_SECONDS


def test_a_new_bundle_holds_on_kept_connections(simple, origin):
    world = simple()
    with world.client() as client:
        url = f"http://origin.test:{origin.port}/"
        assert client.fetch("GET", url).status == 200
        world.policies()
        until("the denial", lambda: client.fetch("GET", url).status == 403)


def test_requests_never_fail_while_snapshots_change(simple, origin):
    world = simple()
    stop, seen, marks = threading.Event(), set(), []

    def load():
        try:
            with world.client() as client:
                while not stop.is_set():
                    seen.add(client.fetch("GET", f"http://origin.test:{origin.port}/").status)
        except (OSError, ValueError) as error:
            seen.add(repr(error))

    workers = [threading.Thread(target=load, daemon=True) for _ in range(4)]
    for worker in workers:
        worker.start()
    for number in range(5):
        policy = allow(f"allow-{number}", [f"origin.test:{origin.port}"])
        world.policies(policy)
        until("the new bundle", lambda: world.gateway.serves(number + 2))
        with world.client() as client:
            mark = marker()
            client.fetch("GET", f"http://origin.test:{origin.port}/{mark}")
        marks.append((mark, f"allow-{number}"))
    stop.set()
    for worker in workers:
        worker.join(10)
    assert seen == {200}
    deciding = [(mark, world.gateway.event(mark)["policy_id"]) for mark, _ in marks]
    assert deciding == marks


def test_a_bad_bundle_changes_nothing(simple, origin):
    world = simple()
    world.gateway.expect_errors("bundle")
    good = open(world.source.signed, "rb").read()
    for count, bad in enumerate((b"", b"not a bundle", good[:-20], good[:-6] + b"AAAAAA"), 1):
        replace(world.source.signed, bad)
        until("the refusal", lambda count=count: world.gateway.refused_bundles() == count)
        assert statuses(world, origin) == 200
        assert world.gateway.serves(1)
    replace(world.source.signed, good)
    world.policies()
    until("a good bundle to hold again", lambda: statuses(world, origin) == 403)


def test_an_older_bundle_changes_nothing(simple, origin):
    world = simple()
    world.gateway.expect_errors("bundle")
    old = open(world.source.signed, "rb").read()
    world.policies()
    until("the new bundle", lambda: world.gateway.serves(2))
    replace(world.source.signed, old)
    until("the refusal", lambda: world.gateway.refused_bundles() == 1)
    for _ in range(20):
        assert statuses(world, origin) == 403
    assert world.gateway.serves(2)


def test_serves_the_last_known_good_bundle_after_a_restart(simple, origin):
    world = simple()
    world.gateway.expect_errors("bundle")
    replace(world.source.signed, b"broken on the disk")
    until("the refusal", lambda: world.gateway.refused_bundles() == 1)
    world.gateway.stop()
    world.gateway.start()
    assert statuses(world, origin) == 200
    os.unlink(world.source.signed)
    world.gateway.kill()
    world.gateway.start()
    assert statuses(world, origin) == 200


def test_answers_503_and_is_not_ready_without_any_bundle(worlds, origin):
    world = worlds()
    world.gateway.expect_errors("bundle", "policy")
    world.gateway.start(wait_ready=False)
    assert world.gateway.admin("/livez")[0] == 200
    assert world.gateway.admin("/readyz")[0] == 503
    mark = marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/{mark}")
    assert (answer.status, answer.get("clawgress-reason")) == (503, "no_policy")
    event = world.gateway.event(mark)
    assert (event["policy_id"], event["decision"]) == ("no-policy", "deny")
    assert event["request_id"] == answer.get("clawgress-request-id")
    world.policies(allow("allow-origin", [f"origin.test:{origin.port}"]))
    until("readiness", lambda: world.gateway.admin("/readyz")[0] == 200)
    assert statuses(world, origin) == 200


def test_a_graceful_end_finishes_the_running_exchange(simple, origin):
    world = simple()
    mark = marker()
    with world.client() as running, world.client() as idle:
        assert idle.fetch("GET", f"http://origin.test:{origin.port}/").status == 200
        running.ask("GET", f"http://origin.test:{origin.port}/hold/{mark}")
        until("the request at the origin", lambda: f"/hold/{mark}" in origin.paths())
        world.gateway.terminate()
        assert idle.closed()
        until("the listener to close", lambda: refused(world))
        assert world.gateway.process.poll() is None
        origin.gate.set()
        assert running.answer().body == b"held\n"
    assert world.gateway.wait() == 0
    assert world.gateway.event(mark)["outcome"] == "completed"


def test_refuses_to_run_with_a_configuration_it_does_not_understand(worlds):
    world = worlds()
    path = os.path.join(world.folder, "wrong.yaml")
    with open(path, "w", encoding="utf-8") as file:
        file.write("gateway_id: gw-1\nlistenerz: [\"127.0.0.1:0\"]\n")
    done = subprocess.run(
        privileges.unprivileged([programs.GATEWAY, "--check-config", "--config", path]),
        capture_output=True, text=True, timeout=20, check=False,
    )
    assert done.returncode != 0
    assert "listenerz" in done.stderr + done.stdout


def test_refuses_to_run_as_root_unless_told(worlds):
    if not privileges.is_root:
        pytest.skip("only root can try to run it as root")
    world = worlds()
    done = subprocess.run(
        [programs.GATEWAY, "--config", world.gateway.config_path],
        capture_output=True, text=True, timeout=20, check=False,
    )
    assert done.returncode != 0
    assert "root" in done.stderr


def replace(path, content):
    """Replaces a file as a publisher would: by renaming a complete one into its place."""
    with open(f"{path}.new", "wb") as file:
        file.write(content)
    os.chmod(f"{path}.new", 0o644)
    os.rename(f"{path}.new", path)


def refused(world):
    """Whether a new connection is no longer accepted."""
    try:
        with Client(("127.0.0.1", world.gateway.port)):
            return False
    except ConnectionRefusedError:
        return True


@pytest.mark.long
def test_the_end_of_draining_lets_nothing_half_look_whole(worlds, origin):
    world = worlds(workers=1)
    echo = Echo()
    world.policies(
        allow("allow-origin", [f"origin.test:{origin.port}"]),
        allow("allow-echo", [f"other.test:{echo.port}"], tls="any"),
    ).start()
    url = f"http://origin.test:{origin.port}"
    with world.client(seconds=50) as half, world.client(seconds=50) as waiting, \
            world.client(seconds=50) as tunnel:
        # In HTTP/1.0 only the end of the connection tells the end of the stream.
        half.ask("GET", f"{url}/events", version="HTTP/1.0")
        assert half.reader.head().start.startswith("HTTP/1.1 200")
        waiting.ask("GET", f"{url}/hold/{marker()}")
        tunnel.connect(f"other.test:{echo.port}")
        tunnel.send(b"ping")
        assert b"".join(tunnel.reader.exactly(4)) == b"ping"
        world.gateway.terminate()
        for client in half, tunnel:
            with pytest.raises(ConnectionResetError):
                while client.socket.recv(4096):
                    pass
        assert waiting.answer().status == 503
    assert world.gateway.wait(10) == 0
    events = world.gateway.events()
    assert [(each["outcome"], each["reason"]) for each in events] == [("timed_out", "draining")] * 3
    echo.close()
