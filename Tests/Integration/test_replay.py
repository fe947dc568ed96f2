"""Recorded decisions judged by another configuration, and led back into one: what `replay` says of a
candidate is what gateways then do, and what `suggest` writes lets through what was refused."""

import json
import re
import threading
import time

import jsonschema_rs
import pytest
import yaml

from support import roles
from support.control_plane import ControlPlane, first_configuration
from support.operations import DOCUMENT
from support.operator import Refused
from support.origin import Origin
from support.waiting import until

ROUTES = {
    "/v1/log/replay": "Replay", "/v1/log/suggestions": "Suggestions",
    "/v1/log/policy-hits": "PolicyHits",
}
# It has a word's ends of three grammars in it: the shell's, ours, JSON's.
ODD_PATH = "/it's;v='1'/%20%23x/$(id)"
LONG_AGO = "2026-01-01T00:00:00Z"
# Policies of a candidate that takes much longer to compile than a request takes to be refused.
LARGE = 2_000


@pytest.fixture(scope="module")
def site():
    """The origin that agents ask."""
    origin = Origin()
    yield origin
    origin.close()


class Field:
    """A control plane whose gateway ships to a log, with a past."""

    def __init__(self, plane, site):
        self.plane, self.site = plane, site
        self.keys = {name: plane.agent_key(name) for name in ("crawler", "builder")}
        self.asked = 0
        self.auditor = roles.clients(plane)["auditor"]

    def fetch(self, host, path, agent="crawler"):
        """The status that an agent gets."""
        self.asked += 1
        url = f"http://{host}:{self.site.port}{path}"
        return self.plane.gateways["gw-1"].fetch(agent, self.keys[agent], url)

    def settle(self):
        """Waits until the log knows every request."""
        def known():
            path = "/v1/log/events/count?kind=request"
            return self.auditor.must("GET", path)["count"] == self.asked
        until("the last record", known)

    def replay(self, *words):
        """What the command says, and its exit code."""
        try:
            return json.loads(self.plane.root.run("replay", "--since", "1h", "--json", *words)), 0
        except Refused as refused:
            return json.loads(refused.printed), refused.code


@pytest.fixture(scope="module")
def field(site):
    """Two agents; three requests were let through, five refused by no policy, one by a policy."""
    plane = ControlPlane(audit={})
    try:
        plane.start(gateways=1)
        plane.root.load([
            *first_configuration(site.port), *roles.user_lines(),
            *(f"set agent builder {each}" for each in
              ("team build", "project atlas", "environment test")),
            "set gateway static-host other.test 127.0.0.1",
            "set gateway static-host closed.test 127.0.0.1",
            "set policy closed action deny", "set policy closed match destination closed.test:*",
            "set policy idle action allow", "set policy idle match destination idle.test",
        ])
        plane.root.commit()
        field = Field(plane, site)
        for path in ("/a", "/b", "/a"):
            assert field.fetch("origin.test", path) == 200
        for path in ("/x", "/x/y", ODD_PATH):
            assert field.fetch("other.test", path) == 403
        for path in ("/1", "/2"):
            assert field.fetch("other.test", path, "builder") == 403
        assert field.fetch("closed.test", "/") == 403
        field.settle()
        yield field
    finally:
        plane.close()


def test_every_answer_is_one_that_the_document_has(field):
    with open(DOCUMENT, encoding="utf-8") as file:
        components = yaml.safe_load(file)["components"]
    for path, schema in ROUTES.items():
        answer = field.auditor.must("GET", f"{path}?since={LONG_AGO}")
        jsonschema_rs.validate(
            {"$ref": f"#/components/schemas/{schema}", "components": components}, answer
        )
        for role, client in roles.clients(field.plane).items():
            status = client.ask("GET", f"{path}?since={LONG_AGO}").status
            assert status == (200 if role in ("admin", "auditor") else 403), (role, path)


def test_what_would_not_change_is_said_to_stay(field):
    said = field.plane.root.run("replay", "--since", "1h", "--revision", "active")
    assert said == f"{field.asked} recorded requests would be decided as before\n"


def test_what_replay_says_of_a_candidate_is_what_the_gateway_does(field):
    root = field.plane.root
    root.set("policy shut action deny")
    root.set("policy shut match destination origin.test:*")
    root.set("policy shut match path-prefix /a")
    with pytest.raises(Refused) as refused:
        root.run("replay", "--since", "1h")
    assert refused.value.code == 1
    said = refused.value.printed
    assert "2 requests of 1 agent would now be denied" in said
    target = f"origin.test:{field.site.port}"
    line = next(line for line in said.splitlines() if target in line)
    assert line.split()[:4] == ["newly_denied", "crawler", "GET", target]
    assert "allow-origin -> shut" in line and "policy_denied" in line
    # The example is a record of the log.
    found = field.auditor.must("GET", f"/v1/log/events?request_id={line.split()[-1]}")["items"]
    assert found[0]["record"]["path"] == "/a"
    # It is the candidate of whoever asks; what is staged is another question.
    answer = field.auditor.must("GET", f"/v1/log/replay?since={LONG_AGO}&against=candidate")
    assert answer["newly_denied"]["requests"] == 0
    root.run("configure")
    with pytest.raises(Refused):
        root.run("replay", "--since", "1h", "--staged")
    assert field.replay("--host", "other.test", "--staged")[1] == 0
    root.run("commit")
    assert field.fetch("origin.test", "/a") == 403
    assert field.fetch("origin.test", "/b") == 200
    field.settle()
    root.run("delete", "policy", "shut")
    answer, code = field.replay()
    assert code == 1 and answer["newly_allowed"] == {"requests": 1, "agents": 1}
    root.commit()


def test_what_suggest_writes_is_what_it_takes(field):
    root = field.plane.root
    lines = root.run("suggest", "--since", "1h", "--agent", "crawler", "--host", "other.test")
    assert lines.startswith("# 3 requests, the last at 20")
    assert all(line == "" or line.startswith(("# ", "set policy allow-crawler-other.test-"))
               for line in lines.splitlines())
    root.run("merge", "-", stdin=lines)
    root.run("configure")
    answer, code = field.replay("--host", "other.test")
    assert code == 1 and answer["newly_denied"]["requests"] == 0
    assert answer["newly_allowed"] == {"requests": 3, "agents": 1}
    (policy,) = {group["policy_after"] for group in answer["groups"]}
    root.run("commit")
    for path in ("/x", "/x/y", ODD_PATH):
        assert field.fetch("other.test", path) == 200, path
    # No more than that: another path, method, agent, host.
    assert field.fetch("other.test", "/z") == 403
    assert field.fetch("other.test", "/1", "builder") == 403
    assert field.fetch("closed.test", "/") == 403
    field.settle()
    hits = {each["policy_id"]: each for each in root.ask("policy", "hits")["items"]}
    assert (hits[policy]["count"], hits[policy]["kind"]) == (3, "policy")
    answer = root.ask("suggest", "--since", "1h")
    assert answer["not_suggested"] == {"already_allowed": 4, "denied_by_policy": 2}
    wanted = {(each["agent_id"], tuple(each["path_prefixes"])) for each in answer["items"]}
    assert wanted == {("crawler", ("/z",)), ("builder", ("/1", "/2"))}


def test_hits_show_rules_that_nothing_met(field):
    answer = field.plane.root.ask("policy", "hits", "--since", "1h")
    hits = {each["policy_id"]: each for each in answer["items"]}
    assert (hits["idle"]["count"], hits["idle"]["kind"], "last" in hits["idle"]) == (
        0, "policy", False
    )
    assert hits["closed"]["count"] == 2 and hits["closed"]["action"] == "deny"
    assert hits["shut"]["kind"] == "removed" and hits["shut"]["count"] == 1
    assert hits["default-deny"]["kind"] == "reserved" and hits["quota"]["count"] == 0
    assert sum(each["count"] for each in answer["items"]) == field.asked
    newest = field.auditor.must("GET", "/v1/log/events?policy=closed&limit=1")["items"][0]
    assert hits["closed"]["last"] == newest["record"]["timestamp"]
    table = field.plane.root.run("policy", "hits", "--since", "1h")
    assert re.search(r"^0 +idle +allow +never$", table, re.MULTILINE)
    assert re.search(r"^1 +shut +\(not in force\) +20", table, re.MULTILINE)


def test_a_configuration_that_no_gateway_would_take_is_not_judged_by(field):
    root = field.plane.root
    root.set("policy broken action allow")
    root.set("policy broken match destination *")
    with pytest.raises(Refused) as refused:
        root.run("replay")
    assert refused.value.code == 65 and "configuration_invalid" in refused.value.said
    root.run("discard")
    for query in ("", "?since=yesterday", f"?since={LONG_AGO}&until={LONG_AGO}",
                  f"?since={LONG_AGO}&limit=0", f"?since={LONG_AGO}&against=x"):
        assert field.auditor.ask("GET", f"/v1/log/replay{query}").status == 400, query
    path = f"/v1/log/replay?since={LONG_AGO}&against=9999"
    assert field.auditor.ask("GET", path).status == 404


def restart_with(admin, **limits):
    """Starts the admin API anew at its address, with other limits."""
    admin.stop()
    admin.configure(listen=admin.address, limits=limits)
    admin.start()


class Judging(threading.Thread):
    """Operators who ask at the same time what a candidate would change, until they are stopped."""

    def __init__(self, api):
        super().__init__(daemon=True)
        self.replies = []
        self.stopped = threading.Event()
        self._api = api.with_token(api.token)

    def run(self):
        while not self.stopped.is_set():
            begun = time.monotonic()
            reply = self._api.ask("GET", f"/v1/log/replay?since={LONG_AGO}")
            self.replies.append((reply.status, reply.code, time.monotonic() - begun))


def test_large_candidates_are_compiled_by_few_at_once(field):
    restart_with(field.plane.admin, replays_at_once=1, requests_per_second=10_000)
    api = field.plane.api()
    api.load([
        line for number in range(LARGE) for line in (
            f"set policy p{number} action allow",
            f"set policy p{number} match destination h{number}.test",
        )
    ])
    operators = [Judging(api) for _ in range(2)]
    for operator in operators:
        operator.start()

    def took(code):
        return [
            seconds for operator in operators for _, each, seconds in list(operator.replies)
            if each == code
        ]

    until("an answer beside a refusal", lambda: took(None) and took("replay_busy"), 60)
    for operator in operators:
        operator.stopped.set()
        operator.join(60)
    seen = {reply[:2] for operator in operators for reply in operator.replies}
    assert seen == {(200, None), (503, "replay_busy")}
    # Whoever has no place is told so before anything was compiled.
    assert min(took("replay_busy")) < min(took(None)) / 2
    api.must("DELETE", "/v1/candidate")


def test_limits_end_a_reading_and_say_so(field):
    restart_with(field.plane.admin, replay_records=2)
    answer = field.auditor.must("GET", f"/v1/log/replay?since={LONG_AGO}&against=active")
    reading = answer["reading"]
    assert (reading["ended_by"], reading["records"]) == ("records", 2)
    # The latest come first.
    newest = field.auditor.must("GET", "/v1/log/events?kind=request&limit=2")["items"]
    assert reading["earliest"] == newest[1]["record"]["timestamp"]
    with pytest.raises(Refused) as refused:
        field.plane.root.run("replay")
    assert refused.value.code == 75 and "replay_records" in refused.value.said
    metrics = field.plane.api().ask("GET", "/metrics").body.decode()
    assert "clawgress_admin_readings_cut_short_total 2\n" in metrics
    field.plane.audit.kill()
    for path in ROUTES:
        reply = field.auditor.ask("GET", f"{path}?since={LONG_AGO}")
        assert (reply.status, reply.code) == (503, "audit_unreachable")
