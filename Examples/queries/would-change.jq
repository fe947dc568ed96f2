# What the observed policies would change, before you enforce them.
# clawgress events tail -n 100000 --json | jq -s -f would-change.jq

map(select(.record != "gap" and .would_decision != null))
| group_by([.would_policy_id, .agent_id, .destination_host])
| map({
    would_policy_id: .[0].would_policy_id,
    agent_id: .[0].agent_id,
    destination_host: .[0].destination_host,
    now: .[0].decision,
    would: .[0].would_decision,
    count: length
  })
| sort_by(-.count)
