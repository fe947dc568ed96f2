"""An enrolled gateway: two phases, a policy service that is down, kills at every step."""

import os
import subprocess
import time

import pytest

from support import privileges
from support.held import FAILING_SECONDS
from support.policy_peer import Enrolment, Key, PolicyPeer, content_of
from support.waiting import until
from support.world import World, allow

PREPARE_STEPS = ["prepare-compiled", "prepare-kept"]
ACTIVATE_STEPS = ["activate-begun", "activate-renamed", "activate-kept", "activate-served"]
ADOPT_STEPS = ["adopt-compiled", "adopt-kept", "activate-served"]
REVERT_STEPS = ["revert-marked", "revert-kept"]
# Time enough for both phases, and for what a test does before it is over.
CONFIRM_SECONDS = 6


class Company(World):
    """A world whose gateway is enrolled; `open` and `closed` are contents to publish."""

    def __init__(self, authority, origin, **changes):
        super().__init__()
        self.enrolment = Enrolment(self.folder, authority)
        self.peer = PolicyPeer(self.enrolment, authority)
        self.url = f"http://origin.test:{origin.port}/"
        self.policies(allow("allow-origin", [f"origin.test:{origin.port}"]))
        self.open = content_of(self.source)
        self.policies()
        self.closed = content_of(self.source)
        self.gateway.reconfigure(
            allow_failpoints=True, **self.enrolment.settings(self.peer.address, **changes)
        )

    def serial(self):
        """The serial that is served."""
        active = self.gateway.status()["bundle"]
        return active["serial"] if active else None

    def serves(self, serial):
        """Waits until every worker serves a serial.

        Also after a start, which waits for the policy service for a second and no longer.
        """
        until(f"serial {serial}", lambda: self.gateway.serves(serial))

    def fetch(self):
        """The status of a request under the active bundle."""
        with self.client() as client:
            return client.fetch("GET", self.url).status

    def restart(self, **arguments):
        """Kills the gateway and starts it again, and lets it find the policy service."""
        before = self.peer.welcomed
        self.gateway.kill()
        self.gateway.start(**arguments)
        if self.peer.is_up:
            self.peer.welcomes_after(before)

    def close(self):
        self.peer.down()
        super().close()


@pytest.fixture
def companies(authority, origin):
    made = []

    def make(**changes):
        made.append(Company(authority, origin, **changes))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def company(companies):
    """Serves serial 1, which allows the origin."""
    company = companies()
    company.peer.latest = company.peer.make(company.open, 1)
    company.peer.up()
    company.gateway.start()
    assert company.fetch() == 200
    return company


def test_a_bundle_is_prepared_then_activated_and_says_where_it_stands(company):
    peer = company.peer
    second = peer.make(company.closed, 2)
    peer.prepare(second)
    peer.wait("prepared", second)
    assert company.serial() == 1 and company.fetch() == 200
    control = company.gateway.status()["control_plane"]
    assert control["connected"] and control["prepared"] == second
    assert control["key_set_version"] == 1 and not control["behind"]
    begun = time.monotonic()
    peer.decide(second)
    peer.wait("activated", second)
    assert time.monotonic() - begun < FAILING_SECONDS
    assert company.serial() == 2 and company.fetch() == 403
    state = peer.state(lambda state: state["active"] == second)
    assert state["ready"] and state["prepared"] is None
    assert company.gateway.metric("clawgress_policy_connected") == 1
    assert company.gateway.metric("clawgress_bundle_behind") == 0
    assert company.gateway.metric("clawgress_key_set_version") == 1


def test_what_is_aborted_is_forgotten(company):
    peer = company.peer
    second = peer.make(company.closed, 2)
    peer.prepare(second)
    peer.wait("prepared", second)
    peer.abort(second)
    until("nothing prepared", lambda: not company.gateway.status()["control_plane"]["prepared"])
    assert not os.path.exists(os.path.join(company.gateway.state, "prepared.jws"))
    company.restart()
    assert company.serial() == 1 and company.fetch() == 200


def test_what_cannot_be_served_is_refused_with_its_reason(company):
    peer = company.peer
    company.gateway.expect_errors("bundle")
    stranger = Key(company.enrolment.folder, "stranger")
    second = peer.make(company.closed, 2, signer=stranger)
    peer.prepare(second)
    assert peer.wait("refused", second)["code"] == "bundle_key_unknown"
    policy = {**company.open["policies"][0], "match": {"destination": ["not a name"]}}
    third = peer.make({**company.open, "policies": [policy]}, 3)
    peer.prepare(third)
    assert peer.wait("refused", third)["code"] == "bundle_not_usable"
    fourth = peer.make(company.closed, 4)
    peer.prepare({**fourth, "revision": "sha256:" + "0" * 64})
    assert "did not announce" in peer.wait("refused", fourth)["reason"]
    assert company.serial() == 1 and company.fetch() == 200


def test_the_last_bundle_serves_while_the_policy_service_is_down(company):
    company.peer.down()
    until("no connection", lambda: not company.gateway.status()["control_plane"]["connected"])
    assert company.fetch() == 200
    company.restart()
    assert company.fetch() == 200
    until("the problem", lambda: company.gateway.status()["control_plane"]["problem"])
    status = company.gateway.status()
    assert status["bundle"]["from_last_known_good"] and status["ready"]
    assert not status["control_plane"]["connected"]
    company.peer.latest = company.peer.make(company.closed, 2)
    company.peer.up()
    company.serves(2)
    assert company.fetch() == 403


def test_an_older_key_set_or_bundle_is_refused(company):
    peer, enrolment = company.peer, company.enrolment
    first = peer.latest
    peer.say({"type": "key_set", "key_set": enrolment.key_set(version=2)})
    peer.state(lambda state: state["key_set_version"] == 2)
    second = peer.make(company.closed, 2)
    peer.publish(second)
    # A policy service that was set back to an old backup.
    peer.down()
    peer.key_set, peer.latest = enrolment.key_set(version=1), first
    peer.up()
    until("a connection", lambda: company.gateway.status()["control_plane"]["connected"])
    until("an alert", lambda: "key_set_refused" in company.gateway.log())
    peer.say({"type": "activate", **first})
    peer.state()
    assert company.serial() == 2 and company.fetch() == 403
    assert company.gateway.status()["control_plane"]["key_set_version"] == 2


def test_a_key_that_was_withdrawn_signs_nothing_any_more(company):
    peer, enrolment = company.peer, company.enrolment
    company.gateway.expect_errors("bundle")
    other = Key(enrolment.folder, "signer-2")
    peer.say({"type": "key_set", "key_set": enrolment.key_set(2, keys=[enrolment.signer, other])})
    peer.publish(peer.make(company.closed, 2, signer=other))
    peer.key_set = enrolment.key_set(3, keys=[other])
    peer.say({"type": "key_set", "key_set": peer.key_set})
    third = peer.make(company.open, 3)
    peer.prepare(third)
    assert peer.wait("refused", third)["code"] == "bundle_key_unknown"
    company.restart()
    assert company.serial() == 2


@pytest.mark.parametrize("step", PREPARE_STEPS)
@pytest.mark.parametrize("fate", ["decided", "aborted"])
def test_a_kill_while_preparing_changes_nothing(company, step, fate):
    peer = company.peer
    second = peer.make(company.closed, 2)
    company.restart(environment={"CLAWGRESS_STOP_AT": step})
    peer.prepare(second)
    company.gateway.wait()
    if fate == "decided":
        peer.latest, peer.undecided = second, None
    else:
        peer.abort(second)
    company.gateway.start()
    company.serves(2 if fate == "decided" else 1)
    assert company.fetch() == (403 if fate == "decided" else 200)


@pytest.mark.parametrize("step", ACTIVATE_STEPS)
def test_a_kill_while_activating_ends_with_the_decided_bundle(company, step):
    peer = company.peer
    company.restart(environment={"CLAWGRESS_STOP_AT": step})
    second = peer.make(company.closed, 2)
    peer.prepare(second)
    peer.wait("prepared", second)
    peer.decide(second)
    company.gateway.wait()
    company.gateway.start()
    company.serves(2)
    assert company.fetch() == 403
    # What was activated before stays refused, whatever is asked.
    peer.say({"type": "activate", "epoch": 1, "serial": 1, "revision": second["revision"]})
    peer.state()
    assert company.serial() == 2


@pytest.mark.parametrize("step", ADOPT_STEPS)
def test_a_kill_while_catching_up_ends_with_the_decided_bundle(company, step):
    company.gateway.kill()
    company.peer.latest = company.peer.make(company.closed, 2)
    company.gateway.start_and_die({"CLAWGRESS_STOP_AT": step})
    company.gateway.start()
    company.serves(2)
    assert company.fetch() == 403


def test_a_kill_after_a_key_set_was_kept_keeps_it(company):
    peer = company.peer
    company.restart(environment={"CLAWGRESS_STOP_AT": "key-set-kept"})
    peer.key_set = company.enrolment.key_set(version=2)
    peer.say({"type": "key_set", "key_set": peer.key_set})
    company.gateway.wait()
    peer.down()
    company.gateway.start()
    assert company.gateway.status()["control_plane"]["key_set_version"] == 2
    assert company.fetch() == 200


def unconfirmed(company):
    """Publishes serial 2, which denies and must be confirmed; the wait for its end."""
    peer = company.peer
    deadline = int(time.time()) + CONFIRM_SECONDS
    second = peer.make(company.closed, 2, confirm_by=deadline)
    peer.publish(second)
    assert company.fetch() == 403
    return lambda: until("the deadline", lambda: time.time() > deadline + 1)


def test_an_unconfirmed_bundle_goes_away_when_the_gateway_is_cut_off(company):
    unconfirmed(company)
    company.peer.down()
    company.serves(1)
    assert company.fetch() == 200
    company.peer.up()
    state = company.peer.state(lambda state: state.get("reverted_serial") == 2)
    assert state["active"]["serial"] == 1
    company.restart()
    assert company.serial() == 1 and company.fetch() == 200
    company.peer.publish(company.peer.make(company.closed, 3))
    assert company.fetch() == 403
    assert company.gateway.status()["control_plane"]["reverted_serial"] is None


def test_an_unconfirmed_bundle_is_not_served_after_a_start_behind_its_deadline(company):
    wait = unconfirmed(company)
    company.gateway.kill()
    company.peer.down()
    wait()
    company.gateway.start()
    assert company.serial() == 1 and company.fetch() == 200
    assert company.gateway.status()["control_plane"]["reverted_serial"] == 2


def test_a_confirmed_bundle_stays(company):
    wait = unconfirmed(company)
    company.peer.publish(company.peer.make(company.closed, 3))
    company.peer.down()
    wait()
    assert company.serial() == 3 and company.fetch() == 403


def test_a_bundle_that_goes_away_opens_nothing_that_was_closed_for_want_of_a_policy_service(
    companies,
):
    company = companies(max_age_seconds=1, deny_after_seconds=2)
    company.peer.latest = company.peer.make(company.open, 1)
    company.peer.up()
    company.gateway.start()
    wait = unconfirmed(company)
    company.peer.down()
    until("denial", lambda: company.gateway.status()["control_plane"]["denying"])
    wait()
    until("the reversion", lambda: (
        company.gateway.status()["control_plane"]["reverted_serial"] == 2
    ))
    assert company.fetch() == 503 and company.gateway.admin("/readyz")[0] == 503
    assert company.serial() is None
    company.peer.up()
    company.serves(1)
    assert company.fetch() == 200


def test_what_went_away_is_never_taken_again_after_a_kill_in_its_activation(company):
    company.gateway.expect_errors("bundle")
    company.restart(environment={"CLAWGRESS_STOP_AT": "activate-renamed"})
    peer = company.peer
    deadline = int(time.time()) + CONFIRM_SECONDS
    second = peer.make(company.closed, 2, confirm_by=deadline)
    peer.prepare(second)
    peer.wait("prepared", second)
    peer.decide(second)
    company.gateway.wait()
    company.gateway.start()
    company.serves(2)
    peer.down()
    company.serves(1)
    company.restart()
    assert company.gateway.status()["control_plane"]["reverted_serial"] == 2
    peer.latest = second
    peer.up()
    peer.state(lambda state: state.get("reverted_serial") == 2)
    assert company.serial() == 1 and company.fetch() == 200
    assert company.gateway.log().count("alert=commit_reverted") == 1


def test_a_disk_that_fails_keeps_no_revocation_out(company):
    company.gateway.expect_errors("state")
    peer = company.peer
    # Neither the folder nor anything in it can be changed.
    os.chmod(company.gateway.state, 0o500)
    try:
        second = peer.make(company.closed, 2)
        peer.publish(second)
        assert company.serial() == 2 and company.fetch() == 403
        assert company.gateway.metric('clawgress_alerts_total{alert="state_failed"}') > 0
        # What is on the disk is older, and nobody is asked: it is all that there is.
        company.restart()
        company.serves(2)
        assert company.fetch() == 403
    finally:
        os.chmod(company.gateway.state, 0o700)
    third = peer.make(company.open, 3)
    peer.publish(third)
    peer.down()
    company.restart()
    company.serves(3)


def read(company, name):
    """A file of the state folder, as words."""
    with open(os.path.join(company.gateway.state, name), encoding="ascii") as file:
        return file.read().split()


def test_a_disk_that_failed_for_a_moment_leaves_nothing_older_behind(company):
    company.gateway.expect_errors("state")
    peer = company.peer
    os.chmod(company.gateway.state, 0o500)
    try:
        peer.key_set = company.enrolment.key_set(version=2)
        peer.say({"type": "key_set", "key_set": peer.key_set})
        peer.publish(peer.make(company.closed, 2))
        assert company.fetch() == 403
        lost = peer.state(lambda state: "state folder" in state.get("problem", ""))
        assert lost["active"]["serial"] == 2 and lost["key_set_version"] == 2
        assert "a restart may serve what is older" in problem(company)
        # Said as long as it lasts.
        raised = 'clawgress_alerts_total{alert="state_failed"}'
        before = company.gateway.metric(raised)
        until("another attempt", lambda: company.gateway.metric(raised) > before)
    finally:
        os.chmod(company.gateway.state, 0o700)
    peer.state(lambda state: "problem" not in state)
    assert problem(company) == "" and read(company, "highest-activated") == ["1", "2"]
    assert not os.path.exists(os.path.join(company.gateway.state, "prepared.jws"))
    peer.down()
    company.restart()
    assert company.serial() == 2 and company.fetch() == 403
    assert company.gateway.status()["control_plane"]["key_set_version"] == 2


def test_what_goes_away_leaves_what_was_served_before_and_not_what_the_disk_had(company):
    company.gateway.expect_errors("state")
    peer = company.peer
    os.chmod(company.gateway.state, 0o500)
    try:
        peer.publish(peer.make(company.closed, 2))
        deadline = int(time.time()) + CONFIRM_SECONDS
        peer.publish(peer.make(company.open, 3, confirm_by=deadline))
        assert company.fetch() == 200
        peer.down()
        company.serves(2)
        assert company.fetch() == 403
        assert company.gateway.status()["control_plane"]["reverted_serial"] == 3
    finally:
        os.chmod(company.gateway.state, 0o700)
    until("the files", lambda: read(company, "highest-activated") == ["1", "3"])
    until("their order", lambda: not problem(company).startswith("the state folder"))
    company.restart()
    assert company.serial() == 2 and company.fetch() == 403
    assert company.gateway.status()["control_plane"]["reverted_serial"] == 3


@pytest.mark.parametrize("step", REVERT_STEPS)
def test_a_kill_while_going_back_ends_with_what_was_before(company, step):
    company.restart(environment={"CLAWGRESS_STOP_AT": step})
    unconfirmed(company)
    company.peer.down()
    company.gateway.wait()
    company.gateway.start()
    assert company.serial() == 1 and company.fetch() == 200
    company.peer.up()
    company.peer.state(lambda state: state.get("reverted_serial") == 2)


def test_nothing_is_served_when_the_policy_service_is_away_for_too_long(companies):
    company = companies(max_age_seconds=2, deny_after_seconds=5)
    company.peer.latest = company.peer.make(company.open, 1)
    company.peer.up()
    company.gateway.start()
    assert company.fetch() == 200
    company.peer.down()
    until("denial", lambda: company.gateway.status()["control_plane"]["denying"])
    assert company.fetch() == 503 and company.gateway.admin("/readyz")[0] == 503
    assert company.gateway.metric("clawgress_bundle_age_seconds") >= 5
    assert "bundle_stale" in company.gateway.log() and "bundle_expired" in company.gateway.log()
    company.peer.up()
    until("service", lambda: company.gateway.admin("/readyz")[0] == 200)
    assert company.fetch() == 200


def test_lines_that_make_no_sense_cost_the_connection_and_nothing_else(company):
    for line in ["{", "[]", '{"type":"activate"}', "x" * 300_000]:
        before = company.peer.welcomed
        company.peer.say(line)
        company.peer.welcomes_after(before)
        company.peer.state()
        assert company.fetch() == 200
    company.peer.publish(company.peer.make(company.closed, 2))


def test_no_policy_leads_agents_to_the_policy_service(company):
    peer = company.peer
    everywhere = {"destination": ["127.0.0.0/8:1-65535"]}
    policy = {**company.open["policies"][0], "match": everywhere}
    peer.publish(peer.make({**company.open, "policies": [policy]}, 2))
    with company.client() as client:
        answer = client.fetch("GET", f"http://{peer.address}/")
    assert (answer.status, answer.get("clawgress-reason")) == (403, "address_protected")


def refusal(company):
    """What the gateway says when it does not start."""
    done = subprocess.run(
        privileges.unprivileged([company.gateway.program, "--config", company.gateway.config_path]),
        capture_output=True, text=True, timeout=20, check=False,
    )
    assert done.returncode == 1
    return done.stderr


def test_a_gateway_starts_with_its_own_certificate_only(company):
    company.gateway.stop()
    company.gateway.reconfigure(gateway_id="gw-other")
    assert "is `gateway/gw-test`, and `gateway_id` is `gw-other`" in refusal(company)
    company.gateway.reconfigure(gateway_id="gw-test", trusted_keys=["/etc/key"])
    assert "`trusted_keys` and `control_plane` exclude each other" in refusal(company)


def test_nobody_else_is_taken_for_the_policy_service(company, authority):
    company.peer.down()
    company.peer.tls = authority.server_context(["impostor.clawgress.internal"])
    company.peer.latest = company.peer.make(company.closed, 2)
    company.peer.up()
    company.gateway.kill()
    company.gateway.start()
    until("the refusal", lambda: "TLS refused" in problem(company))
    assert company.serial() == 1


def problem(company):
    """What is wrong with the policy service, as the gateway says it."""
    return company.gateway.status()["control_plane"]["problem"] or ""
