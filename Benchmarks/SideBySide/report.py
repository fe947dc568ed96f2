"""Tables of medians, ratios against HAProxy, and where each target stands."""

import statistics

# Name, measured as, at most, and above what it is a failure and not only a miss.
RATIO_TARGETS = [
    ("plain request, CPU", "plain", 0.60, 0.75),
    ("CONNECT cycle, CPU", "connect", 0.88, 1.00),
    ("small tunnel message, CPU", "tunnel", 1.05, None),
    ("bulk down, CPU", "bulk", 0.60, None),
]
UNITS = {"plain": "us/request", "connect": "us/cycle", "tunnel": "us/message", "bulk": "us/GB"}


def median(reports, field):
    """The median of a field over the rounds."""
    return statistics.median(report[field] for report in reports)


def cost_table(results, modes):
    """CPU and rate per proxy and mode."""
    titles = f"{'':10} {'proxy':12} {'CPU':>10} {'of it user':>10} {'unit':11}"
    print(f"\n{titles} {'per second':>12} {'errors':>7}  rounds")
    for mode in [mode for mode in modes if mode in UNITS]:
        for name, reports in results[mode].items():
            cpu = [report["cpu_us"] for report in reports]
            errors = sum(report["errors"] for report in reports)
            rounds = " ".join(f"{value:.4g}" for value in cpu)
            print(
                f"{mode:10} {name:12} {statistics.median(cpu):10.5g}"
                f" {median(reports, 'user_us'):10.4g} {UNITS[mode]:11}"
                f" {median(reports, 'per_second'):12.6g} {errors:7}  {rounds}"
            )


def latency_table(results):
    """Added latency over direct at a fixed rate."""
    rows = results.get("latency")
    if not rows or "direct" not in rows:
        return
    fields = ("p50_us", "p95_us", "p99_us")
    base = {field: median(rows["direct"], field) for field in fields}
    print("\nlatency at 2,000 requests/s, us      p50      p95      p99   added p50/p95/p99")
    for name, reports in rows.items():
        seen = {field: median(reports, field) for field in fields}
        added = "/".join(f"{seen[field] - base[field]:+.0f}" for field in fields)
        print(f"{name:32} " + " ".join(f"{seen[field]:8.0f}" for field in fields) + f"   {added}")


def verdict(value, target, failure=None):
    """PASS, MISS, or FAIL where missing it by that much is a defect."""
    if value <= target:
        return "PASS"
    return "FAIL" if failure is not None and value > failure else "MISS"


def targets(results, memory):
    """One line per target; returns whether none failed."""
    lines = []
    for title, mode, target, failure in RATIO_TARGETS:
        rows = results.get(mode, {})
        if "clawgress" in rows and "haproxy" in rows:
            ratio = median(rows["clawgress"], "cpu_us") / median(rows["haproxy"], "cpu_us")
            lines.append((f"{title}, ratio to HAProxy", ratio, target, failure))
    if ours := memory.get("clawgress"):
        lines.append(("memory at start (RssAnon), MB", ours["start_kib"] / 1024, 12, None))
        lines.append(("memory per idle tunnel, KiB", ours["tunnel_kib"], 0.5, None))
        lines.append(("start-up with 1,000 policies, ms", ours["start_ms"], 40, None))
    if rows := results.get("latency"):
        if "clawgress" in rows and "direct" in rows:
            for field, target in (("p50_us", 5_000), ("p95_us", 15_000)):
                added = median(rows["clawgress"], field) - median(rows["direct"], field)
                lines.append((f"added {field[:3]} (specification 10.2), us", added, target, None))
    if not lines:
        return True
    print("\ntarget" + " " * 38 + "measured   at most")
    verdicts = []
    for title, value, target, failure in lines:
        verdicts.append(verdict(value, target, failure))
        print(f"{title:42} {value:10.3f} {target:9g}   {verdicts[-1]}")
    return "FAIL" not in verdicts


def memory_table(memory):
    """Start-up and memory of each proxy."""
    if not memory:
        return
    print("\nproxy       start-up ms   RssAnon MB   KiB per idle tunnel")
    for name, row in memory.items():
        print(
            f"{name:10} {row['start_ms']:12.1f} {row['start_kib'] / 1024:12.2f}"
            f" {row['tunnel_kib']:16.2f}"
        )
