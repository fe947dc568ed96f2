"""A large installation: thousands of agents, a policy for each, and the two that the measurement
flips."""

import json

PAGES = ["left", "right"]
TEAMS, PROJECTS = 50, 200
LOOPBACK = ["127.0.0.0/8", "::1/128"]


def agent(number):
    """An agent that looks like others of its team."""
    return {
        "team": f"team-{number % TEAMS}", "project": f"project-{number % PROJECTS}",
        "environment": "production",
    }


def policy(number):
    """What one agent may reach: a few names of its own, by usual methods."""
    return {
        "action": "allow", "priority": 1000 + number,
        "match": {
            "identity": {"agent": [f"agent-{number:05d}"]},
            "destination": [f"service-{number}.example.com", f"*.region-{number}.example.net"],
            "method": ["GET", "HEAD", "POST"],
        },
    }


def probe(origin_port, page, allowed):
    """A policy about one page of the origin."""
    body = {
        "action": "allow" if allowed else "deny", "priority": 1,
        "match": {"destination": [f"origin.test:{origin_port}"], "path-prefix": [f"/{page}"]},
    }
    return {**body, "resolves-to": LOOPBACK} if allowed else body


def probes(origin_port, allowed):
    """Both of them; one page is allowed and the other is not."""
    return {f"probe-{page}": probe(origin_port, page, page == allowed) for page in PAGES}


def text(agents, policies, origin_port):
    """The whole configuration as JSON."""
    return json.dumps({
        "agent": {
            **{f"agent-{number:05d}": agent(number) for number in range(agents)},
            "crawler": agent(0),
        },
        "policy": {
            **{f"policy-{number:05d}": policy(number) for number in range(policies)},
            **probes(origin_port, PAGES[0]),
        },
        "default-quota": {"rps-limit": 100000},
        "gateway": {"static-host": {"origin.test": ["127.0.0.1"]}},
    })
