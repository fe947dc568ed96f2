# How many requests were refused, by reason and policy.
# clawgress events tail -n 100000 --json | jq -s -f denials-by-reason.jq

map(select(.record != "gap" and .decision != "allow"))
| group_by([.reason, .policy_id])
| map({reason: .[0].reason, policy_id: .[0].policy_id, count: length})
| sort_by(-.count)
