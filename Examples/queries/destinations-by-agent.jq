# Where each agent went, the busiest destination first.
# clawgress events tail -n 100000 --json --decision allow | jq -s -r -f destinations-by-agent.jq

map(select(.record != "gap" and .decision == "allow"))
| group_by([.agent_id, .destination_host])
| map({
    agent: .[0].agent_id,
    host: .[0].destination_host,
    requests: length,
    bytes: (map(.bytes_in + .bytes_out) | add)
  })
| sort_by(.agent, -.requests)[]
| [.agent, .host, .requests, .bytes]
| @tsv
