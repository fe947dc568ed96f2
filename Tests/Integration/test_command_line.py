"""The `clawgress` command against what the gateway leaves behind, and as a wrapper of clients."""

import json
import re
import subprocess
import time

from support import bundle, programs
from support.clients import run
from support.world import marker


def test_explains_a_denial_offline_as_the_gateway_decides_it(world, web):
    mark = marker()
    url = f"http://origin.test:{web.port}/secret/{mark}"
    with world.client() as client:
        assert client.fetch("GET", url).status == 403
    signed = ["--bundle", world.source.signed]
    said = bundle.run("explain", "crawler", "GET", url, *signed, status=1)
    assert "policy   deny-secret" in said
    allowed = bundle.run("explain", "crawler", "GET", url.replace("secret", "open"), *signed)
    assert "policy   allow-web" in allowed
    assert world.gateway.event(mark)["policy_id"] == "deny-secret"


def test_tails_shows_and_finds_events(world, web):
    mark = marker()
    with world.client() as client:
        for path in ("one", "two", "three", mark):
            client.fetch("GET", f"http://origin.test:{web.port}/{path}")
    event = world.gateway.event(mark)
    spool = ["--spool", world.gateway.spool]
    shown = bundle.run("events", "show", event["request_id"], *spool)
    assert json.loads(shown) == event
    found = [json.loads(line) for line in bundle.run("events", "grep", mark, *spool).splitlines()]
    assert found == [event]
    last = bundle.run("events", "tail", "-n", "3", *spool).splitlines()
    assert len(last) == 3
    assert json.loads(last[-1]) == event


def test_writes_events_with_every_field_of_the_specification(world, web):
    mark = marker()
    began = time.monotonic()
    with world.client() as client:
        client.fetch("GET", f"http://origin.test:{web.port}/{mark}?token=hidden")
    event = world.gateway.event(mark)
    wanted = [
        "timestamp", "request_id", "agent_id", "team_id", "project_id", "environment",
        "destination_host", "http_method", "path", "decision", "policy_id", "quota_applied",
        "latency_ms", "bytes_out", "bytes_in", "reason", "policy_version", "bundle_revision",
        "gateway_id", "client_address", "protocol", "status", "outcome", "credential_id",
    ]
    assert [name for name in wanted if name not in event] == []
    assert "hidden" not in json.dumps(event)
    assert 0 <= event["latency_ms"] <= (time.monotonic() - began) * 1000


def test_runs_a_client_with_the_proxy_set(world, web):
    key_file = f"{world.folder}/key"
    with open(key_file, "w", encoding="utf-8") as file:
        file.write(world.keys["crawler"] + "\n")
    done = run(
        programs.COMMAND, "run", "--proxy", world.gateway.proxy_url(), "--agent", "crawler",
        "--key-file", key_file, "--", "curl", "--silent", "--max-time", "10",
        f"http://origin.test:{web.port}/",
    )
    assert (done.status, done.out) == (0, "ok\n"), done
    lines = bundle.run("env", "--proxy", world.gateway.proxy_url()).splitlines()
    names = {line.removeprefix("export ").split("=")[0] for line in lines if "=" in line}
    assert {"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"} <= names


def test_shows_and_verifies_the_bundle_in_force(world):
    key = ["--key", world.source.public_key]
    bundle.run("bundle", "verify", *key, world.source.signed)
    assert "allow-web" in bundle.run("bundle", "show", world.source.signed)


def test_all_programs_say_the_same_version():
    said = {
        subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        for program in (programs.COMMAND, programs.GATEWAY)
    }
    assert len(said) == 1
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", said.pop())
