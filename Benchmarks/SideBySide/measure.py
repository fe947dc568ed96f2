"""One measurement: a mode of clawgress-load through one proxy (or none), and what it cost."""

import json
import os
import subprocess

import processes

# Mode, its load arguments, and what one unit of the cost is divided by.
MODES = {
    "plain": ["plain", "--connections", "64"],
    "connect": ["connect", "--connections", "32"],
    "tunnel": ["tunnel", "--connections", "64"],
    "bulk": ["bulk", "--connections", "1", "--bytes", str(256 << 20)],
    "latency": ["rate", "--rps", "2000", "--connections", "64"],
}
GIGABYTE = 1e9


class Bench:
    """The origin and the load generator on processor 1."""

    def __init__(self, world, binaries):
        self.world = world
        self.program = os.path.join(binaries, "clawgress-load")
        self.origin = processes.start(
            processes.pinned(processes.LOAD_CPU, [
                self.program, "origin", "--port", str(world.origin_port),
            ]), world.path("origin.log"),
        )

    def close(self):
        """Ends the origin."""
        processes.stop(self.origin)

    def _command(self, mode, proxy, extra):
        where = ["--origin", f"127.0.0.1:{self.world.origin_port}"]
        if proxy:
            where = [
                "--proxy", f"127.0.0.1:{proxy.port}", "--targets", proxy.world.path("targets"),
                "--identities", proxy.world.path("identities"),
            ]
        return processes.pinned(processes.LOAD_CPU, [self.program, *mode, *where, *extra])

    def run(self, name, proxy, seconds):
        """Runs one mode; returns the load generator's report with the proxy's cost added."""
        command = self._command(MODES[name], proxy, ["--seconds", str(seconds)])
        measured = (proxy.process if proxy else self.origin).pid
        involved = [self.origin.pid] + ([proxy.process.pid] if proxy else [])
        real_time = name == "latency" and processes.is_root
        if real_time:
            processes.prefer(involved, True)
            command = ["chrt", "--fifo", "20", *command]
        ticks = processes.ticks(measured)
        before = processes.cpu_nanoseconds(measured)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        used = processes.cpu_nanoseconds(measured) - before
        if real_time:
            processes.prefer(involved, False)
        if done.returncode != 0 or not done.stdout:
            raise SystemExit(f"bench: {' '.join(command)}: {done.stderr}")
        report = json.loads(done.stdout)
        units = report["bytes"] / GIGABYTE if name == "bulk" else report["count"]
        report["cpu_us"] = used / 1000 / units if units else float("nan")
        user, kernel = (now - then for now, then in zip(processes.ticks(measured), ticks))
        report["user_us"] = report["cpu_us"] * user / max(1, user + kernel)
        return report

    def hold_tunnels(self, proxy, count):
        """Opens idle tunnels through a proxy; returns KiB of its own memory for each."""
        before = processes.anonymous_kib(proxy.process.pid)
        command = self._command(["idle", "--tunnels", str(count)], proxy, [])
        holder = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        report = json.loads(holder.stdout.readline())
        grown = processes.anonymous_kib(proxy.process.pid) - before
        holder.stdin.close()
        holder.wait()
        return grown / max(1, report["count"]), report
