"""Backup and restore of the control plane's daemons as an operator does them: copies of running processes
that work, put back after others were made, and what must not come back with them."""

import os
import threading
import time

import pytest

from support.control_plane import ControlPlane, first_configuration
from support.operator import Refused
from support.waiting import until

PASSWORD = "correct horse battery staple"


@pytest.fixture(name="plane")
def fixture_plane():
    """A control plane without gateways that enforces a first configuration."""
    plane = ControlPlane(admin={"limits": {"requests_per_second": 10_000}})
    try:
        plane.start(gateways=0)
        plane.api().must("PUT", "/v1/users/admin/password", {"password": PASSWORD})
        plane.root.load([*first_configuration(80), "set user admin role admin"])
        plane.root.commit()
        yield plane
    finally:
        plane.close()


class Editor(threading.Thread):
    """Changes a candidate until it is told to stop, so that a copy is made of what is written."""

    def __init__(self, plane):
        super().__init__()
        token = plane.root.run("operator-token", "create", "editor").strip()
        self._api = plane.api(token)
        self._over = threading.Event()
        self.edits = 0

    def run(self):
        while not self._over.is_set():
            self._api.edit([f"set quota crawler rps-limit {self.edits + 1}"])
            self.edits += 1

    def end(self):
        """Stops; it has written something."""
        self._over.set()
        self.join()
        self._api.close()
        assert self.edits > 0


def refused(daemon, *arguments):
    """What a command says that must fail."""
    with pytest.raises(AssertionError) as error:
        daemon.run(*arguments)
    return str(error.value)


def test_a_restored_admin_api_lets_nobody_in_with_what_was_revoked(plane):
    copy = os.path.join(plane.room("copies"), "admin-api")
    leaked = plane.api().must("POST", "/v1/tokens", {"name": "leaked"})
    editor = Editor(plane)
    editor.start()
    plane.admin.run("backup", copy)
    editor.end()
    api = plane.api()
    assert api.ask("DELETE", f"/v1/tokens/{leaked['id']}").status == 204
    plane.root.set("quota crawler rps-limit 9")
    later = plane.root.commit()
    assert "in use" in refused(plane.admin, "restore", copy)
    assert api.ask("GET", "/v1/whoami").status == 200

    plane.admin.stop()
    assert plane.admin.run("restore", copy) == "", "an admin has a password, and got a token"
    plane.admin.start()
    for token in (plane.root.token, leaked["token"]):
        assert plane.api(token).ask("GET", "/v1/whoami").status == 401
    body = {"user": "admin", "password": PASSWORD}
    session = plane.api().with_token(None).must("POST", "/v1/login", body)["token"]
    api = plane.api(session)
    shown = api.ask("GET", "/v1/configuration?of=active&format=commands").body.decode()
    assert "agent crawler" in shown and "quota crawler rps-limit" not in shown
    events = api.must("GET", "/v1/events?limit=1000")["items"]
    assert any(e["action"] == "token.revoke" and e["actor"] == "(restore)" for e in events)
    # The next commit takes the place of what the copy does not know.
    api.edit(["set quota crawler rps-limit 7"])
    assert api.commit()["serial"] > later["serial"]


def test_a_restored_policy_service_publishes_only_in_a_new_epoch(plane):
    copy = os.path.join(plane.room("copies"), "policy")
    plane.policy.run("backup", copy)
    plane.root.set("quota crawler rps-limit 9")
    later = plane.root.commit()
    assert "in use" in refused(plane.policy, "restore", copy)
    # That left nothing behind which would keep the service from starting.
    plane.policy.stop()
    plane.policy.start()
    plane.policy.stop()
    plane.policy.run("restore", copy)
    with pytest.raises(AssertionError, match="raise-epoch"):
        plane.policy.start()
    plane.raise_epoch()
    plane.policy.start()
    plane.root.set("quota crawler rps-limit 10")
    anew = plane.root.commit()
    assert (anew["epoch"], later["epoch"]) == (2, 1)


def enrol(plane, gateway_id, token, status=0):
    """Enrols a gateway that no process is made for."""
    name = f"{gateway_id}-{time.monotonic_ns()}"
    folder = os.path.join(plane.room(name), "mesh")
    return plane.enrol(gateway_id, token, folder, plane.passphrase(gateway_id), status=status)


def enrolled(plane):
    """The gateways that the policy service knows."""
    return [each["gateway_id"] for each in plane.root.ask("gateway", "list")["gateways"]]


def test_a_restored_policy_service_keeps_the_gateways_that_are_named(plane):
    copy = os.path.join(plane.room("copies"), "policy")
    for name in ("gw-1", "gw-2"):
        enrol(plane, name, plane.root.run("gateway", "enrol-token", name).strip())
    spent = plane.root.run("gateway", "enrol-token", "gw-3").strip()
    plane.policy.run("backup", copy)
    enrol(plane, "gw-3", spent)
    plane.root.run("gateway", "remove", "gw-2")
    plane.root.run("gateway", "remove", "gw-3")
    plane.policy.stop()
    said = refused(plane.policy, "restore", copy)
    assert "`gw-1`, `gw-2`" in said and "--all-gateways" in said
    assert "exclude one another" in refused(
        plane.policy, "restore", "--all-gateways", "--gateway", "gw-1", copy
    )
    # Until then nothing is changed.
    plane.policy.start()
    assert enrolled(plane) == ["gw-1"]
    plane.policy.stop()
    said = plane.policy.run("restore", "--gateway", "gw-1", copy)
    assert "revoked now: `gw-2`" in said and "ended unused: 1" in said
    plane.raise_epoch()
    plane.policy.start()
    assert enrolled(plane) == ["gw-1"]
    assert "token_refused" in enrol(plane, "gw-3", spent, status=77)


def test_a_token_ends_with_its_gateway_and_with_the_next_token(plane):
    def token():
        return plane.root.run("gateway", "enrol-token", "gw-1").strip()

    first = token()
    second = token()
    assert "token_refused" in enrol(plane, "gw-1", first, status=77)
    enrol(plane, "gw-1", second)
    third = token()
    plane.root.run("gateway", "remove", "gw-1")
    assert "token_refused" in enrol(plane, "gw-1", third, status=77)
    assert enrolled(plane) == []
    plane.root.run("gateway", "enrol-token", "gw-1")
    plane.root.run("gateway", "remove", "gw-1")
    with pytest.raises(Refused, match="not_found"):
        plane.root.run("gateway", "remove", "gw-1")


@pytest.mark.long
def test_a_restored_policy_service_reverts_nothing_by_itself(plane):
    copy = os.path.join(plane.room("copies"), "policy")
    plane.root.set("quota crawler rps-limit 9")
    plane.root.run("configure")
    plane.root.ask("commit", "--confirm", "1")
    over = time.monotonic() + 61
    plane.policy.run("backup", copy)
    plane.root.ask("confirm")
    until("the deadline", lambda: time.monotonic() > over, 90)
    plane.policy.stop()
    said = plane.policy.run("restore", copy)
    assert "waited to be confirmed" in said
    plane.raise_epoch()
    plane.policy.start()
    # A reversion would have begun within a quarter of a second, and have taken the first serial.
    plane.root.set("quota crawler rps-limit 10")
    anew = plane.root.commit()
    assert (anew["epoch"], anew["serial"]) == (2, 1)
    assert "nobody confirmed" not in plane.policy.log()
