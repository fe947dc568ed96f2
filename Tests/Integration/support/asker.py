"""A process that asks pages through one gateway on a schedule, for `support.traffic`.

It has an interpreter of its own, so that what a test does besides, or another gateway's requests,
cannot make it ask more seldom. The first line of its input is its order in JSON; it asks until its
input ends. It says of each request that ended one line: `mark page begun ended status`, the times
in seconds since 1970, the status 0 without an answer.
"""

import concurrent.futures
import itertools
import json
import os
import sys
import threading
import time

from support.client import Client, KeptClient

# How often one connection is asked over, at most. Seldom enough to have the answer by then, and
# often enough to find a gateway's end before the gateway is there again.
PER_SECOND_AND_CONNECTION = 50
CONNECTIONS_MIN = 2


class Asker:
    """The requests of one gateway; connections take their turns on one schedule.

    Who is late asks at once and no request is left out, so a gateway that stood still for a while
    gets what it missed. A failure changes nothing: the next request has its time.
    """

    def __init__(self, order):
        self._order = order
        self._numbers = itertools.count()
        self._stop = threading.Event()
        self._begun = time.monotonic()

    def run(self):
        """Asks until the input ends, and finishes what is under way."""
        count = max(CONNECTIONS_MIN, round(self._order["per_second"] / PER_SECOND_AND_CONNECTION))
        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            workers = [pool.submit(self._work) for _ in range(count)]
            sys.stdin.read()
            self._stop.set()
            # What went wrong with one that nobody expected ends the process with its trace.
            for worker in workers:
                worker.result()

    def _work(self):
        order = self._order
        client = KeptClient(self._connect)
        while True:
            number = next(self._numbers)
            due = self._begun + number / order["per_second"]
            if self._stop.wait(max(0.0, due - time.monotonic())):
                return client.close()
            page = order["pages"][number % len(order["pages"])]
            self._ask(client, page, f"{order['name']}x{number:07d}")

    def _connect(self):
        # Each life of a gateway has another port.
        with open(self._order["ready_path"], encoding="utf-8") as file:
            port = json.load(file)["listeners"][0].rpartition(":")[2]
        return Client(("127.0.0.1", int(port)), self._order["credentials"])

    def _ask(self, client, page, mark):
        begun = time.time()
        answer = client.fetch("GET", f"{self._order['url']}/{page}/{mark}")
        said = f"{mark} {page} {begun!r} {time.time()!r} {answer.status if answer else 0}\n"
        # A line this short is written as a whole, whichever thread writes beside this one.
        os.write(1, said.encode())


if __name__ == "__main__":
    Asker(json.loads(sys.stdin.readline())).run()
