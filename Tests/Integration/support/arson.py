"""Kills the services of a control plane at random, and starts them again: by `kill -9` between two
instructions, or by a failpoint at a named step of the commit protocol."""

import threading

from support.traffic import Outages
from support.waiting import Overdue, until

POLICY_STEPS = [
    "serial_taken", "prepare_recorded", "prepare_sent", "before_decision", "decision_recorded",
    "activate_sent", "before_abort", "abort_recorded",
]
GATEWAY_STEPS = [
    "prepare-compiled", "prepare-kept", "activate-begun", "activate-renamed", "activate-kept",
    "activate-served", "adopt-compiled", "adopt-kept",
]
POLICY, ADMIN = "policy", "admin-api"
# How long a process that is to die at a step may wait for a commit that brings it there.
STEP_SECONDS = 5
WHOLE_SECONDS = 60


class Arsonist:
    """One thread that kills one process at a time, until it is stopped."""

    def __init__(self, plane, random, pause_seconds):
        self.outages = Outages()
        self.kills = []
        self.problem = None
        self._plane, self._random, self._pause = plane, random, pause_seconds
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self):
        """Lights the first match."""
        self._thread.start()
        return self

    def stop(self):
        """Ends after the current victim is whole again; fails with what went wrong."""
        self._stop.set()
        self._thread.join(WHOLE_SECONDS + STEP_SECONDS)
        assert not self._thread.is_alive(), f"hangs after {self.kills[-3:]}"
        if self.problem:
            raise self.problem

    def _run(self):
        victims = [POLICY, ADMIN, *self._plane.gateways]
        try:
            while not self._stop.wait(self._random.expovariate(1 / self._pause)):
                victim = self._random.choice(victims)
                step = self._step(victim) if self._random.random() < 0.5 else None
                self.burn(victim, step)
        except (AssertionError, OSError) as error:
            self.problem = error

    def _step(self, victim):
        if victim == ADMIN:
            return None
        return self._random.choice(POLICY_STEPS if victim == POLICY else GATEWAY_STEPS)

    def burn(self, victim, step):
        """Kills a process, at a step if one is named, and waits until it is whole again."""
        self.kills.append((victim, step or "anywhere"))
        process = self._process(victim)
        self.outages.begin(victim)
        process.kill()
        if step:
            self._start(victim, {"CLAWGRESS_STOP_AT": step})
            try:
                until("the step", lambda: process.process.poll() is not None, STEP_SECONDS)
            except Overdue:
                process.kill()
        # Some stay away for a while, so that others go on without them.
        self._stop.wait(self._random.choice([0, 0, 0.1, 0.5]))
        self._start(victim, None)
        until(f"{victim} to be whole", lambda: is_whole(self._plane, victim), WHOLE_SECONDS)
        self.outages.end(victim)

    def _process(self, victim):
        if victim in (POLICY, ADMIN):
            return self._plane.policy if victim == POLICY else self._plane.admin
        return self._plane.gateways[victim]

    def _start(self, victim, environment):
        process = self._process(victim)
        if victim in (POLICY, ADMIN):
            process.start(environment)
            return
        try:
            process.start(wait_ready=False, environment=environment)
        except AssertionError:
            # Brought up to date at once, it may reach its step before it says that it listens.
            if environment is None or process.process.poll() is None:
                raise


def is_whole(plane, victim):
    """Whether a process that was killed does its work again, and so do those that lean on it."""
    if victim == ADMIN:
        return True
    names = plane.gateways if victim == POLICY else [victim]
    return all(is_connected(plane.gateways[name]) for name in names)


def is_connected(gateway):
    """Whether a gateway hears the policy service and serves what was decided."""
    if gateway.admin("/readyz")[0] != 200:
        return False
    control = gateway.status()["control_plane"]
    return control["connected"] and not control["behind"]
