# Added by us and in total: median, 95th percentile and the slowest answer in milliseconds.
# clawgress events tail -n 100000 --json --decision allow | jq -s -f latency.jq

def at($share): sort | if length == 0 then null else .[(length * $share | floor)] end;

map(select(.record != "gap" and .latency_ms != null))
| {
    events: length,
    latency_ms: (map(.latency_ms) | {p50: at(0.5), p95: at(0.95), max: max}),
    gateway_ms: (map(.gateway_us / 1000) | {p50: at(0.5), p95: at(0.95), max: max})
  }
