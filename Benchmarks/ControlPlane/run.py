"""How fast a large configuration comes into force on three gateways, and how fast it is read.

Real processes over mutual TLS on this machine: the policy service, the admin API and the gateways
share its processors with the load, so a machine of their own is faster.
"""

import argparse
import os
import pathlib
import statistics
import sys
import threading
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
# The processes are started as the integration tests start them.
sys.path.insert(0, str(REPOSITORY / "Tests" / "Integration"))

import tree
from support.client import Client, basic
from support.control_plane import ControlPlane
from support.origin import Origin
from support.waiting import until

ENFORCED_SECONDS, READ_SECONDS = 2.0, 0.1
# So many times a target is a defect and not only missed, as on a machine that has other things to do.
DEFECT = 2
GATEWAYS = 3
READS = {
    "the whole tree, JSON": "/v1/configuration?of=active",
    "the whole candidate, JSON": "/v1/configuration?of=candidate",
    "the whole tree, commands": "/v1/configuration?of=active&format=commands",
    "the whole candidate, commands": "/v1/configuration?of=candidate&format=commands",
    "the whole candidate, marked": "/v1/configuration?of=candidate&format=marked",
    "one policy of the tree": "/v1/configuration?of=active&path=policy%20policy-00500",
    "a page of policies": "/v1/policies?limit=100&cursor=policy-00500",
    "a page of 1,000 agents": "/v1/agents?limit=1000",
    "one policy": "/v1/policies/policy-00500",
    "the candidate's changes": "/v1/candidate",
    "candidate against active": "/v1/compare?from=active&to=candidate",
    "completion of a policy": "/v1/complete?line=set%20policy%20policy-005",
}


def parsed():
    """The command line."""
    parser = argparse.ArgumentParser(prog="Scripts/bench-control-plane", description=__doc__)
    parser.add_argument("--agents", type=int, default=10_000, help="how many agents")
    parser.add_argument("--policies", type=int, default=10_000, help="how many policies")
    parser.add_argument("--rounds", type=int, default=7, help="how many commits and reads")
    parser.add_argument("--keep", action="store_true", help="wait for a line before everything ends")
    return parser.parse_args()


class Installation:
    """The processes, an agent with a key, and a client of the admin API."""

    def __init__(self, arguments):
        self.origin = Origin()
        self.plane = ControlPlane(
            admin={"limits": {"requests_per_second": 10_000}, "log_level": "info"},
            policy={"log_level": "info"},
        )
        self.plane.start(gateways=GATEWAYS)
        self.api = self.plane.api()
        self.timed("loaded", lambda: self.api.must("POST", "/v1/candidate/load", {
            "mode": "load", "format": "json",
            "text": tree.text(arguments.agents, arguments.policies, self.origin.port),
        }))
        self.timed("first commit", self.api.commit)
        self.key = self.plane.agent_key("crawler")
        serial = self.api.must("GET", "/v1/commits?limit=1")["items"][0]["serial"]
        for gateway in self.plane.gateways.values():
            until("the gateways", lambda gateway=gateway: gateway.serial() == serial, 60)

    @staticmethod
    def timed(what, work):
        """Does something and says how long it took."""
        begun = time.monotonic()
        work()
        print(f"{what} in {time.monotonic() - begun:.2f} s", flush=True)

    def close(self):
        """Ends all of it."""
        try:
            self.plane.close()
        finally:
            self.origin.close()


class Watch:
    """Asks one gateway for a page until it is answered as wanted; when that was."""

    def __init__(self, installation, gateway, page, status):
        self.seen = None
        self._client = Client(
            ("127.0.0.1", gateway.port), basic("crawler", installation.key)
        )
        self._url = f"http://origin.test:{installation.origin.port}/{page}"
        self._status = status
        assert self._ask() != status, "it is answered so already"
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _ask(self):
        return self._client.fetch("GET", self._url).status

    def _run(self):
        while self._ask() != self._status:
            # The watch must not take the processor from what it watches.
            time.sleep(0.005)
        self.seen = time.monotonic()
        self._client.socket.close()

    def wait(self):
        """The moment; fails if it does not come."""
        self._thread.join(60)
        assert self.seen, "the commit was not enforced"
        return self.seen


def commit_round(installation, number):
    """One commit of a small change: seconds to stage it, to the answer, and to enforcement."""
    allowed = tree.PAGES[(number + 1) % 2]
    for name, body in tree.probes(installation.origin.port, allowed).items():
        installation.api.must("PUT", f"/v1/policies/{name}", body)
    begun = time.monotonic()
    installation.api.must("POST", "/v1/opmode/configure", {})
    staged = time.monotonic()
    watches = [
        Watch(installation, gateway, allowed, 200)
        for gateway in installation.plane.gateways.values()
    ]
    asked = time.monotonic()
    installation.api.must("POST", "/v1/opmode/commit", {})
    answered = time.monotonic()
    enforced = max(watch.wait() for watch in watches)
    return {
        "configure": staged - begun, "commit to answer": answered - asked,
        "commit to enforced": enforced - asked,
    }


def read_times(installation, rounds):
    """Seconds of each kind of read, several times; with one change in the candidate, each time another
    one, so that nothing that was written before is what is asked for."""
    times = {}
    for number in range(rounds):
        installation.api.edit([f"set quota crawler rps-limit {number + 1}"])
        for what, path in READS.items():
            begun = time.monotonic()
            reply = installation.api.ask("GET", path)
            times.setdefault(what, []).append(time.monotonic() - begun)
            assert reply.status == 200, reply.body[:500]
    return times


def line(what, seconds, target=None):
    """One line of the report; whether it is no defect."""
    median = statistics.median(seconds)
    verdict, limit = "", ""
    if target is not None:
        verdict = "PASS" if median < target else "MISS" if median < DEFECT * target else "FAIL"
        limit = f"{target * 1000:.0f}"
    print(f"{what:32} {median * 1000:10.1f} {max(seconds) * 1000:10.1f} {limit:>8}  {verdict}")
    return verdict != "FAIL"


def main():
    """Measures and prints; ends with 1 if something was a defect."""
    arguments = parsed()
    installation = Installation(arguments)
    try:
        commits = [commit_round(installation, number) for number in range(arguments.rounds)]
        reads = read_times(installation, arguments.rounds)
        print(
            f"\n{arguments.agents} agents, {arguments.policies} policies, {GATEWAYS} gateways, "
            f"{arguments.rounds} rounds, {os.cpu_count()} processors\n"
            f"{'milliseconds':32} {'median':>10} {'worst':>10} {'at most':>8}"
        )
        for what in ("configure", "commit to answer"):
            line(what, [each[what] for each in commits])
        enforced = [each["commit to enforced"] for each in commits]
        good = line("commit to enforced", enforced, ENFORCED_SECONDS)
        for what, seconds in reads.items():
            good = line(f"read: {what}", seconds, READ_SECONDS) and good
        if arguments.keep:
            input("enter ends everything")
    finally:
        installation.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
