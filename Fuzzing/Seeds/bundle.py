"""Seeds of snapshots and of signed bundles."""

import base64
import json

LIMITS = {
    "head_bytes": 65_536, "field_count": 128, "head_ms": 10_000, "hello_bytes": 16_384,
    "keep_alive_ms": 60_000, "resolve_ms": 5_000, "connect_ms": 10_000, "response_ms": 120_000,
    "idle_ms": 300_000, "total_ms": 0, "tunnel_ms": 86_400_000, "connections": 16_384,
    "tunnels_per_agent": 2_048, "pooled_per_origin": 32, "pooled_ms": 30_000,
    "failure_budget": 20,
}


def snapshot(**changes):
    return {
        "format": "clawgress-bundle-v1", "epoch": 1, "serial": 7, "revision": "", "issued_at": 1,
        "agents": [], "issuers": [], "destination_groups": {}, "policies": [], "quotas": [],
        "settings": {
            "static_hosts": {}, "limits": LIMITS, "audit_on_failure": "continue",
            "protected_addresses": [],
        },
    } | changes


def policy(name, action="allow", match=None, **changes):
    return {
        "policy_id": name, "version": 1, "priority": 1_000, "enabled": True, "mode": "enforce",
        "action": action, "match": match or {}, "tunnels": "apply", "tls": "require", "ech": "allow",
        "allow_broad": False,
    } | changes


def agent(name, **changes):
    return {
        "agent_id": name, "team_id": "research", "project_id": "atlas",
        "environment": "production", "status": "active", "keys": [],
    } | changes


def text(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True).encode()


def signed(header, payload):
    parts = [text(header), payload, b"G" + bytes(63)]
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def bundles():
    key = {"key_id": "builder00001", "digest": "0" * 64, "created_at": 1}
    window = {"days": ["mon", "sun"], "from": "22:00", "to": "06:00", "zone": "+05:30"}
    everything = snapshot(
        agents=[
            agent("crawler", keys=[key, key | {"key_id": "builder00002", "expires_at": 2}]),
            agent("sleeper", status="disabled", keys=[key | {"key_id": "c" * 12, "revoked_at": 1}]),
        ],
        issuers=[{
            "issuer": "https://issuer.example", "audiences": ["clawgress"],
            "life_seconds_max": 600,
            "keys": ['{"kty":"OKP","crv":"Ed25519","x":"' + "A" * 43 + '"}'],
            "claims": {
                "agent_id": "sub", "team_id": "t", "project_id": "p", "environment": "e",
            },
        }],
        destination_groups={"registries": ["pypi.org", "*.pythonhosted.org:443"]},
        policies=[
            policy("registries", match={"destination": ["group:registries"]}),
            policy("paths", match={
                "destination": ["example.com:8080"], "method": ["GET"], "path_prefix": ["/a"],
                "identity": {"agent_id": ["crawler"], "team_id": ["research"]}, "time": window,
            }),
            policy("blocks", "deny", {"destination": ["10.0.0.0/8", "[2001:db8::]/32"]}),
            policy("inside", match={"destination": ["in.example"]}, resolves_to=["10.1.0.0/16"]),
            policy("any", match={"destination": ["*"]}, allow_broad=True, mode="observe"),
        ],
        quotas=[{"agent_id": "crawler", "rps_limit": 5, "rpm_limit": 100, "mode": "hard_stop"}],
        default_quota={"rps_limit": 1, "mode": "alert_only"},
        configuration="sha256:" + "0" * 64, confirm_by=2,
        settings=snapshot()["settings"] | {
            "static_hosts": {"a.example": ["192.0.2.1"]}, "protected_addresses": ["192.0.2.0/24"],
            "audit_on_failure": "refuse", "tunnel": {"allowed_ports": ["443", "8000-8999"]},
            "resolver": {
                "servers": ["192.0.2.53", "[2001:db8::53]:5353"], "try_ms": 500, "tries": 2,
                "ttl_min_seconds": 2, "ttl_max_seconds": 60, "negative_seconds": 1,
            },
            "record": {"query": True, "redact_paths": ["/users/*/tokens/**"]},
            "alert": {
                "spool_backlog_percent": 80, "audit_unreachable_seconds": 60,
                "bundle_age_seconds": 600,
            },
        },
    )
    header = {"alg": "EdDSA", "kid": "publisher", "typ": "clawgress-bundle+jws"}
    least = text(snapshot())
    return {
        "the least snapshot": least,
        "a snapshot with everything": text(everything),
        "a snapshot below zero": text(snapshot(serial=-1)),
        "the greatest serial": text(snapshot(epoch=2**63 - 1, serial=2**63 - 1)),
        "another format": text(snapshot(format="clawgress-bundle-v2")),
        "a member twice": least[:-1] + b',"serial":8}',
        "a member is missing": text({"format": "clawgress-bundle-v1"}),
        "an agent twice": text(snapshot(agents=[agent("a"), agent("a")])),
        "one policy": text(snapshot(policies=[policy("a", match={"destination": ["*.a.b"]})])),
        "a quota of nothing": text(snapshot(
            agents=[agent("a")], default_quota={"rps_limit": 0, "mode": "hard_stop"}
        )),
        "signed with a revision that is wrong": signed(header, least),
        "signed with a line feed behind it": signed(header, least) + b"\n",
        "signed by an unknown key": signed(header | {"kid": "other"}, least),
        "signed as a token": signed(header | {"typ": "JWT"}, least),
        "signed with another algorithm": signed(header | {"alg": "ES256"}, least),
    }
