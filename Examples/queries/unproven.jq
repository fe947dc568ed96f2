# Who failed to prove an identity, from where, and what they claimed to be.
# clawgress events tail -n 100000 --json --decision deny | jq -s -f unproven.jq

map(select(.record != "gap" and .policy_id == "identity-required"))
| group_by([.client_address, .claimed_agent_id, .reason])
| map({
    client_address: .[0].client_address,
    claimed_agent_id: .[0].claimed_agent_id,
    reason: .[0].reason,
    count: length,
    last: (map(.timestamp) | max)
  })
| sort_by(-.count)
