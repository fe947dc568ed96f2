"""Measures two builds of Clawgress against each other, pair by pair.

Both run at the same time on processor 0, each with a bundle that its own `clawgress` made, and
are asked in turn by one load generator; the idle one costs nothing. A ratio is taken inside each
pair, of two measurements that follow each other, so that a machine that gets slower or faster
meanwhile changes both.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import sys
import tempfile

import processes
from measure import MODES, Bench
from proxies import Clawgress
from world import World

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
# Title, where it is measured, and the field of the load generator's report.
MEASURES = [
    ("plain, CPU a request, us", "plain", "cpu_us"),
    ("CONNECT, CPU a cycle, us", "connect", "cpu_us"),
    ("tunnel, CPU a message, us", "tunnel", "cpu_us"),
    ("bulk, CPU a GB, us", "bulk", "cpu_us"),
    ("latency p50, us", "latency", "p50_us"),
    ("latency p95, us", "latency", "p95_us"),
    ("latency p99, us", "latency", "p99_us"),
    ("start-up, ms", "start", "start_ms"),
    ("memory at start, KiB", "start", "start_kib"),
    ("memory an idle tunnel, KiB", "start", "tunnel_kib"),
]


def parsed():
    """The command line."""
    parser = argparse.ArgumentParser(prog="Scripts/bench-pairs", description=__doc__)
    parser.add_argument("old", metavar="OLD_TREE", help="the tree to compare with, built as this is")
    parser.add_argument("--pairs", type=int, default=9, help="how many pairs, 9 if not given")
    parser.add_argument("--seconds", type=int, default=2, help="how long each measurement runs")
    parser.add_argument("--only", action="append", choices=[*MODES, "start"],
                        help="only this measurement; may be given again")
    parser.add_argument("--tunnels", type=int, default=2_000, help="idle tunnels to hold")
    parser.add_argument("--at-most", type=float, metavar="RATIO",
                        help="end with 1 if a median of ratios is above this, such as 1.03")
    arguments = parser.parse_args()
    arguments.only = arguments.only or [*MODES, "start"]
    return arguments


def built(tree):
    """Where the programs of a tree are; ends if they are not there."""
    folder = os.path.join(tree, ".build", "release")
    for name in ("clawgress", "clawgress-gateway"):
        if not os.access(os.path.join(folder, name), os.X_OK):
            raise SystemExit(f"bench-pairs: {folder}/{name} is not there; build that tree first")
    return folder


def in_turn(number, builds):
    """Both builds, and every other time in the other order."""
    return builds if number % 2 == 0 else builds[::-1]


def under_load(arguments, bench, builds):
    """Results by mode and build: both run, and are loaded in turn."""
    modes = [mode for mode in MODES if mode in arguments.only]
    results = {mode: {name: [] for name, _ in builds} for mode in modes}
    running = [(name, Clawgress(world, world.binaries)) for name, world in builds]
    try:
        for _, proxy in running:
            proxy.start()
        for number in range(arguments.pairs if modes else 0):
            for mode in modes:
                for name, proxy in in_turn(number, running):
                    report = bench.run(mode, proxy, arguments.seconds)
                    if report["errors"]:
                        raise SystemExit(f"bench-pairs: {report['errors']} errors, {mode}, {name}")
                    results[mode][name].append(report)
            print(f"pair {number + 1} of {arguments.pairs} done", flush=True)
    finally:
        for _, proxy in running:
            proxy.stop()
    return results


def starts(arguments, bench, builds):
    """Start-up and memory by build: one fresh process after the other."""
    results = {name: [] for name, _ in builds}
    for number in range(arguments.pairs):
        for name, world in in_turn(number, builds):
            proxy = Clawgress(world, world.binaries)
            try:
                report = {"start_ms": proxy.start() * 1000}
                proxy.settle()
                report["start_kib"] = processes.anonymous_kib(proxy.process.pid)
                report["tunnel_kib"], held = bench.hold_tunnels(proxy, arguments.tunnels)
            finally:
                proxy.stop()
            if held["errors"]:
                raise SystemExit(f"bench-pairs: {held['errors']} tunnels failed, {name}")
            results[name].append(report)
    return results


def table(results):
    """Prints a line for each measure; returns the medians of the ratios."""
    medians = []
    print(f"\n{'':28} {'old':>10} {'new':>10}   new/old, median (least to greatest)   greater in")
    for title, mode, field in [each for each in MEASURES if each[1] in results]:
        old, new = ([report[field] for report in results[mode][name]] for name in ("old", "new"))
        ratios = [after / before for before, after in zip(old, new)]
        medians.append(statistics.median(ratios))
        print(
            f"{title:28} {statistics.median(old):10.5g} {statistics.median(new):10.5g}   "
            f"{medians[-1]:.3f} ({min(ratios):.3f} to {max(ratios):.3f})"
            f"{sum(ratio > 1 for ratio in ratios):20} of {len(ratios)}"
        )
    return medians


def main():
    """Measures what was asked for; ends with 1 if something got slower than it may."""
    arguments = parsed()
    folder = tempfile.mkdtemp(prefix="clawgress-pairs-")
    os.chmod(folder, 0o755)
    binaries = {"old": built(arguments.old), "new": built(REPOSITORY)}
    try:
        builds, port = [], None
        for name, programs in binaries.items():
            os.mkdir(os.path.join(folder, name))
            builds.append((name, World(os.path.join(folder, name), programs, port)))
            port = builds[0][1].origin_port
        bench = Bench(builds[1][1], binaries["new"])
        try:
            results = under_load(arguments, bench, builds)
            if "start" in arguments.only:
                results["start"] = starts(arguments, bench, builds)
        finally:
            bench.close()
        worst = max(table(results))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if arguments.at_most and worst > arguments.at_most else 0


if __name__ == "__main__":
    sys.exit(main())
