"""Clawgress beside HAProxy and Squid, in one run, in alternating rounds.

Nothing but ratios inside one run counts: the machine has other things to do, and all proxies
suffer from them alike.
"""

import argparse
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile

import proxies
import report
from measure import MODES, Bench
from world import World

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
STARTS = 5


def parsed():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="3 rounds of 1 s in place of 5 of 3 s")
    parser.add_argument("--rounds", type=int, help="how many rounds")
    parser.add_argument("--seconds", type=int, help="how long each measurement runs")
    parser.add_argument("--only", action="append", choices=[*MODES, "memory", "stages"],
                        help="only this measurement; may be given again")
    parser.add_argument("--proxies", default="clawgress,haproxy,haproxy-copy,squid",
                        help="which, by comma")
    parser.add_argument("--tunnels", type=int, default=2_000, help="idle tunnels to hold")
    parser.add_argument("--binaries", default=os.environ.get(
        "CLAWGRESS_BIN", str(REPOSITORY / ".build" / "release")), help="where our programs are")
    arguments = parser.parse_args()
    arguments.rounds = arguments.rounds or (3 if arguments.quick else 5)
    arguments.seconds = arguments.seconds or (1 if arguments.quick else 3)
    arguments.only = arguments.only or [*MODES, "memory", "stages"]
    return arguments


def chosen(arguments):
    """The proxies that are here; says which are not."""
    names = []
    for name in arguments.proxies.split(","):
        if name != "clawgress" and shutil.which(name.split("-")[0]) is None:
            print(f"bench: {name} is not installed and left out", file=sys.stderr)
        else:
            names.append(name)
    return names


def rounds(arguments, bench, world, names):
    """All modes over all proxies, turn about."""
    running = [proxies.ALL[name](world, arguments.binaries) for name in names]
    for proxy in running:
        proxy.start()
    modes = [mode for mode in MODES if mode in arguments.only]
    results = {mode: {} for mode in modes}
    try:
        for number in range(arguments.rounds):
            for mode in modes:
                turn = [p for p in running if p.modes is None or mode in p.modes]
                turn += [None] if mode in ("plain", "connect", "latency") else []
                shift = number % len(turn)
                for proxy in turn[shift:] + turn[:shift]:
                    name = proxy.name if proxy else "direct"
                    outcome = bench.run(mode, proxy, arguments.seconds)
                    results[mode].setdefault(name, []).append(outcome)
            print(f"round {number + 1} of {arguments.rounds} done", flush=True)
    finally:
        for proxy in running:
            proxy.stop()
    order = [*names, "direct"]
    return {
        mode: {name: rows[name] for name in order if name in rows} for mode, rows in results.items()
    }


def memory(arguments, bench, world, names):
    """Start-up, memory at start, memory per idle tunnel; each from fresh processes."""
    rows = {}
    for name in [name for name in names if proxies.ALL[name].modes is None]:
        times, kib = [], []
        for attempt in range(STARTS):
            proxy = proxies.ALL[name](world, arguments.binaries)
            times.append(proxy.start() * 1000)
            proxy.settle()
            kib.append(proxies.processes.anonymous_kib(proxy.process.pid))
            if attempt < STARTS - 1:
                proxy.stop()
        tunnel, outcome = bench.hold_tunnels(proxy, arguments.tunnels)
        proxy.stop()
        if outcome["errors"]:
            print(f"bench: {outcome['errors']} tunnels through {name} failed", file=sys.stderr)
        rows[name] = {
            "start_ms": statistics.median(times), "start_kib": statistics.median(kib),
            "tunnel_kib": tunnel,
        }
    return rows


def stages(arguments):
    """The microbenchmarks of the stages, 10 against 10,000 policies among them."""
    program = os.path.join(arguments.binaries, "clawgress-stages")
    if not os.path.exists(program):
        print("bench: clawgress-stages is not built and left out", file=sys.stderr)
        return True
    print("\nstages", flush=True)
    return subprocess.run(["taskset", "--cpu-list", "0", program], check=False).returncode == 0


def main():
    """Runs what was asked for; ends with 1 if a target failed."""
    arguments = parsed()
    folder = tempfile.mkdtemp(prefix="clawgress-bench-")
    os.chmod(folder, 0o755)
    results, held, good = {}, {}, True
    try:
        if set(arguments.only) != {"stages"}:
            names = chosen(arguments)
            world = World(folder, arguments.binaries)
            bench = Bench(world, arguments.binaries)
            try:
                if set(arguments.only) & set(MODES):
                    results = rounds(arguments, bench, world, names)
                if "memory" in arguments.only:
                    held = memory(arguments, bench, world, names)
            finally:
                bench.close()
            report.cost_table(results, results)
            report.latency_table(results)
            report.memory_table(held)
            good = report.targets(results, held)
        if "stages" in arguments.only:
            good = stages(arguments) and good
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
