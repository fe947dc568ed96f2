"""Steady traffic through several gateways, each request with a marker and a time, so that it can be
said afterwards what became of each and whether a gateway that was up lost one."""

import collections
import dataclasses
import json
import os
import subprocess
import sys
import threading
import time

from support.client import basic

SUITE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# A request that a frozen gateway keeps may take as long as a client waits.
ENDING_SECONDS = 30


@dataclasses.dataclass
class Asked:
    """One request: when it began and ended (seconds since 1970), and its status or None."""

    gateway: str
    page: str
    mark: str
    begun: float
    ended: float
    status: int | None


class Traffic:
    """A process for each gateway that asks pages in turn, at a rate that all of them share."""

    def __init__(self, plane, agent, key, url, pages, per_second):
        self.asked = []
        self.per_second = per_second
        self._askers = {}
        self._readers = []
        for name, gateway in plane.gateways.items():
            asker = subprocess.Popen(
                [sys.executable, "-m", "support.asker"], cwd=SUITE, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )
            self._askers[name] = asker
            order = {
                "name": name, "ready_path": gateway.ready_path, "pages": pages, "url": url,
                "credentials": basic(agent, key), "per_second": per_second / len(plane.gateways),
            }
            asker.stdin.write(json.dumps(order) + "\n")
            asker.stdin.flush()
            reader = threading.Thread(target=self._read, args=(name, asker), daemon=True)
            reader.start()
            self._readers.append(reader)

    def stop(self):
        """Ends the processes after their current requests, all of which are known then."""
        for asker in self._askers.values():
            asker.stdin.close()
        for reader in self._readers:
            reader.join(ENDING_SECONDS)
            assert not reader.is_alive(), "a client hangs"
        for name, asker in self._askers.items():
            assert asker.wait(ENDING_SECONDS) == 0, f"the asker of {name} failed"

    def count(self):
        """How many requests got a status, by gateway."""
        return collections.Counter(each.gateway for each in list(self.asked) if each.status)

    def achieved(self, begun, ended):
        """How many requests a second began between two moments: on average, and in each second."""
        times = [each.begun - begun for each in self.asked if begun <= each.begun < ended]
        seconds = collections.Counter(map(int, times))
        # The last second is not a whole one.
        return len(times) / (ended - begun), [seconds[each] for each in range(int(ended - begun))]

    def _read(self, name, asker):
        for line in asker.stdout:
            mark, page, begun, ended, status = line.split()
            self.asked.append(
                Asked(name, page, mark, float(begun), float(ended), int(status) or None)
            )


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
