"""Steady traffic through several gateways, each request with a marker and a time, so that it can be
said afterwards what became of each and whether a gateway that was up lost one."""

import collections
import dataclasses
import itertools
import threading
import time

from support.client import Client, basic

PAUSE_AFTER_FAILURE_SECONDS = 0.02


@dataclasses.dataclass
class Asked:
    """One request: when it began and ended (seconds since 1970), and its status or None."""

    gateway: str
    page: str
    mark: str
    begun: float
    ended: float = 0.0
    status: int | None = None


class Traffic:
    """Workers that ask pages in turn through their gateway, at a rate that all of them share."""

    def __init__(self, plane, agent, key, url, pages, per_second, workers=2):
        self.asked = []
        self._url, self._pages = url, pages
        self._credentials = basic(agent, key)
        self._numbers = itertools.count()
        self._stop = threading.Event()
        names = list(plane.gateways)
        self._period = len(names) * workers / per_second
        self._threads = [
            threading.Thread(target=self._work, args=(name, plane.gateways[name]), daemon=True)
            for name in names for _ in range(workers)
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

    def count(self):
        """How many requests got a status, by gateway."""
        return collections.Counter(each.gateway for each in list(self.asked) if each.status)

    def _work(self, name, gateway):
        client, due = None, time.monotonic()
        while not self._stop.is_set():
            # A worker that fell behind does not catch up in a burst.
            due = max(due + self._period, time.monotonic() - self._period)
            self._stop.wait(max(0.0, due - time.monotonic()))
            client = self._ask(name, gateway, client)
        if client:
            client.socket.close()

    def _ask(self, name, gateway, client):
        number = next(self._numbers)
        asked = Asked(name, self._pages[number % len(self._pages)], f"x{number:07d}", time.time())
        self.asked.append(asked)
        try:
            client = client or Client(("127.0.0.1", gateway.port), self._credentials)
            answer = client.fetch("GET", f"{self._url}/{asked.page}/{asked.mark}")
            asked.status = answer.status
            if (answer.get("connection") or "").lower() == "close":
                client.socket.close()
                client = None
        except (OSError, ValueError, IndexError):
            if client:
                client.socket.close()
            client = None
            self._stop.wait(PAUSE_AFTER_FAILURE_SECONDS)
        asked.ended = time.time()
        return client


class Outages:
    """When which process was down or not whole again, by name."""

    def __init__(self):
        self._spans = collections.defaultdict(list)
        self._lock = threading.Lock()

    def begin(self, name):
        """From now on, until `end`, unless one has begun already."""
        with self._lock:
            spans = self._spans[name]
            if not spans or spans[-1][1] < float("inf"):
                spans.append([time.time(), float("inf")])

    def end(self, name):
        """The process is whole again."""
        with self._lock:
            self._spans[name][-1][1] = time.time()

    def touch(self, name, begun, ended):
        """Whether the process was not whole at some time between two moments."""
        with self._lock:
            return any(span[0] <= ended and begun <= span[1] for span in self._spans[name])

    def count(self):
        """How many there were, by name."""
        with self._lock:
            return {name: len(spans) for name, spans in sorted(self._spans.items())}
