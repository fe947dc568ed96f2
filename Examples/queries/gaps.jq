# When and where events were lost, and how many: an empty list is the good answer.
# clawgress events tail -n 100000 --json | jq -s -f gaps.jq

map(select(.record == "gap"))
| map({gateway_id, first, last, lost: (.allow + .deny + .rate_limit)})
