"""`kill -9` at every named step of both phases of a commit, on either side, while requests flow: what
was not decided changed nothing anywhere, and what was decided comes into force everywhere."""

import contextlib
import signal
import threading

import pytest

from support.arson import ADMIN, POLICY, is_connected
from support.field import Field, check_events, check_ledgers, check_traffic
from support.held import FAILING_SECONDS
from support.traffic import Outages
from support.waiting import until

UNDECIDED_STEPS = ["serial_taken", "prepare_recorded", "prepare_sent", "before_decision"]
DECIDED_STEPS = ["decision_recorded", "activate_sent"]
ABORT_STEPS = ["before_abort", "abort_recorded"]
PREPARE_STEPS = ["prepare-compiled", "prepare-kept"]
ACTIVATE_STEPS = ["activate-begun", "activate-renamed", "activate-kept", "activate-served"]
ADOPT_STEPS = ["adopt-compiled", "adopt-kept"]
VICTIM = "gw-2"


class Asking:
    """A commit that is under way in a thread of its own."""

    def __init__(self, field):
        self.attempt = None
        self._field = field
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self):
        self.attempt = self._field.commit()

    def answer(self):
        """The attempt, once it ended in whatever way."""
        self._thread.join(60)
        assert not self._thread.is_alive(), "the commit does not end"
        return self.attempt


@pytest.fixture(scope="module")
def field():
    field = Field()
    try:
        field.start()
        field.outages = Outages()
        field.run_traffic(60)
        yield field
    finally:
        field.close()


@pytest.fixture(autouse=True)
def begin_whole(field):
    """Each test begins with everything up, and leaves it so."""
    until("readiness", lambda: field.connected() and field.api.ask("GET", "/readyz").status == 200)


def restart_policy(field, step=None):
    """Starts the policy service again, perhaps so that it dies at a step."""
    if field.plane.policy.process.poll() is None:
        field.plane.policy.kill()
    field.plane.policy.start({"CLAWGRESS_STOP_AT": step} if step else None)
    until("all gateways", field.connected)


def record(field, attempt):
    """The admin API's record of an attempt, once its end is known."""
    # The connection of before may be one to a process that was killed.
    field.api.close()
    until("the end", lambda: field.api.ask("GET", "/readyz").status == 200)
    commits = field.api.must("GET", "/v1/commits?limit=20")["items"]
    return next(each for each in commits if each["revision"] == attempt.revision)


def assert_unchanged(field, before, attempt):
    """An attempt that changed nothing: its serial is gone, and the next commit goes through."""
    assert record(field, attempt)["state"] == "aborted"
    assert field.serials() == {before}
    following = field.commit()
    assert following.status == 200
    assert following.serial > before + 1, "the serial of the aborted attempt was used again"
    until("the next one", lambda: field.serials() == {following.serial}, FAILING_SECONDS)


def assert_decided(field, before, attempt):
    """An attempt that holds, though nobody heard the answer."""
    known = record(field, attempt)
    assert known["state"] == "decided" and known["serial"] > before
    until("the decided one", lambda: field.serials() == {known["serial"]}, FAILING_SECONDS)


@pytest.mark.parametrize("step", UNDECIDED_STEPS)
def test_the_policy_service_dies_before_the_decision(field, step):
    (before,) = field.serials()
    restart_policy(field, step)
    attempt = field.commit()
    assert attempt.status != 200
    assert field.plane.policy.wait() == -signal.SIGKILL
    assert field.serials() == {before}
    restart_policy(field)
    assert_unchanged(field, before, attempt)


@pytest.mark.parametrize("step", DECIDED_STEPS)
def test_the_policy_service_dies_behind_the_decision(field, step):
    (before,) = field.serials()
    restart_policy(field, step)
    attempt = field.commit()
    assert field.plane.policy.wait() == -signal.SIGKILL
    field.plane.policy.start()
    assert_decided(field, before, attempt)


@pytest.mark.parametrize("step", ABORT_STEPS)
def test_the_policy_service_dies_while_it_aborts(field, step):
    (before,) = field.serials()
    restart_policy(field, step)
    with frozen(field, VICTIM):
        attempt = field.commit()
        assert attempt.status != 200
        assert field.plane.policy.wait() == -signal.SIGKILL
    restart_policy(field)
    assert_unchanged(field, before, attempt)


@contextlib.contextmanager
def frozen(field, name):
    """A gateway that does nothing for a while, as on a machine that swaps."""
    process = field.plane.gateways[name].process
    field.outages.begin(name)
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)
        field.outages.end(name)


def restart_gateway(field, step=None, wait=True):
    """Starts the victim again, perhaps so that it dies at a step: then the outage goes on."""
    gateway = field.plane.gateways[VICTIM]
    field.outages.begin(VICTIM)
    if gateway.process.poll() is None:
        gateway.kill()
    gateway.start(wait_ready=False, environment={"CLAWGRESS_STOP_AT": step} if step else None)
    if wait:
        until("the gateway", lambda: is_connected(gateway))
    if not step:
        field.outages.end(VICTIM)


@pytest.mark.parametrize("step", PREPARE_STEPS)
def test_a_gateway_dies_while_it_prepares_and_is_asked_again(field, step):
    (before,) = field.serials()
    restart_gateway(field, step)
    asking = Asking(field)
    assert field.plane.gateways[VICTIM].wait() == -signal.SIGKILL
    restart_gateway(field, wait=False)
    attempt = asking.answer()
    # Back in time it is asked again; too late, nothing has changed anywhere.
    assert attempt.status in (200, 409)
    if attempt.status == 200:
        assert_decided(field, before, attempt)
    else:
        assert_unchanged(field, before, attempt)


@pytest.mark.parametrize("step", ACTIVATE_STEPS)
def test_a_gateway_dies_while_it_activates(field, step):
    restart_gateway(field, step)
    attempt = field.commit()
    assert attempt.status == 200
    assert field.plane.gateways[VICTIM].wait() == -signal.SIGKILL
    restart_gateway(field)
    until("the decided one", lambda: field.serials() == {attempt.serial}, FAILING_SECONDS)


@pytest.mark.parametrize("step", ADOPT_STEPS)
def test_a_gateway_dies_while_it_catches_up(field, step):
    gateway = field.plane.gateways[VICTIM]
    field.outages.begin(VICTIM)
    gateway.kill()
    attempt = field.commit(exclude_gateways=[VICTIM])
    assert attempt.status == 200
    gateway.start_and_die({"CLAWGRESS_STOP_AT": step})
    restart_gateway(field)
    assert field.serials() == {attempt.serial}


def asked_and_killed(field):
    """A commit whose admin API is killed while gateways prepare; the attempt."""
    asking = Asking(field)
    until("the first phase", field.preparing)
    field.plane.admin.kill()
    attempt = asking.answer()
    assert attempt.status is None
    return attempt


def test_the_admin_api_dies_and_the_commit_is_decided(field):
    (before,) = field.serials()
    with frozen(field, VICTIM):
        attempt = asked_and_killed(field)
    until("the decision", lambda: len(field.serials()) == 1 and field.serials() != {before})
    field.plane.admin.start()
    assert_decided(field, before, attempt)


def test_the_admin_api_dies_and_the_commit_is_aborted(field):
    (before,) = field.serials()
    with frozen(field, VICTIM):
        attempt = asked_and_killed(field)
        until("the abort", lambda: not field.preparing())
    field.plane.admin.start()
    assert_unchanged(field, before, attempt)


@pytest.mark.parametrize("first", [POLICY, ADMIN])
def test_both_die_behind_the_decision(field, first):
    (before,) = field.serials()
    restart_policy(field, "decision_recorded")
    with frozen(field, VICTIM):
        asking = Asking(field)
        until("the first phase", field.preparing)
    assert field.plane.policy.wait() == -signal.SIGKILL
    field.plane.admin.kill()
    attempt = asking.answer()
    if first == POLICY:
        field.plane.policy.start()
    field.plane.admin.start()
    if first == ADMIN:
        field.plane.policy.start()
    assert_decided(field, before, attempt)


def test_all_of_it_together_tells_one_story(field):
    check_traffic(field, field.outages)
    _, serials = check_events(field, field.outages)
    check_ledgers(field, serials)
