"""Steady load in which every request has a marker of its own, for counting what became of each."""

import collections
import itertools
import threading
import time

from support.client import KeptClient

PAUSE_AFTER_FAILURE_SECONDS = 0.02


class Load:
    """Workers that ask in a closed loop until they are stopped, through crashes and refusals.

    With a `rate` they ask at most so often a second, all together.
    """

    def __init__(self, world, port, workers, agent="crawler", rate=None):
        self.world = world
        self.port = port
        self.agent = agent
        self.statuses = {}
        # How long each answer took, in seconds.
        self.latencies = []
        self._interval = workers / rate if rate else 0
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._work, daemon=True) for _ in range(workers)
        ]

    def start(self):
        """Starts the workers."""
        for thread in self._threads:
            thread.start()
        return self

    def stop(self):
        """Ends the workers after their current request."""
        self._stop.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive(), "a client hangs"
        return self

    def answered(self):
        """Markers whose request got any status."""
        # A copy in one step: a worker may be adding to it.
        return {mark for mark, status in self.statuses.copy().items() if status is not None}

    def _work(self):
        client, due = KeptClient(lambda: self.world.client(self.agent)), time.perf_counter()
        while not self._stop.wait(max(0, due - time.perf_counter())):
            due = max(due, time.perf_counter() - 1) + self._interval
            mark = f"x{next(self._numbers):07d}"
            self.statuses[mark] = None
            begun = time.perf_counter()
            answer = client.fetch("GET", f"http://origin.test:{self.port}/{mark}")
            if answer:
                self.statuses[mark] = answer.status
                self.latencies.append(time.perf_counter() - begun)
            else:
                time.sleep(PAUSE_AFTER_FAILURE_SECONDS)
        client.close()


def events_by_marker(events):
    """How many events each marker has."""
    paths = [event["path"] for event in events if event.get("path")]
    return collections.Counter(path.rpartition("/")[2] for path in paths)


def markers(origin):
    """Every marker that the origin saw."""
    return {target.rpartition("/")[2] for target in origin.paths()}
