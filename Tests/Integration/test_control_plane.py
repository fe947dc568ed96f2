"""The control plane as operators use it: the `clawgress` command, real daemons, real gateways."""

import os
import secrets
import signal
import subprocess

import pytest

from support import programs
from support.control_plane import ControlPlane, first_configuration
from support.held import FAILING_SECONDS
from support.operator import Refused
from support.origin import Origin
from support.waiting import until
from support.world import marker


@pytest.fixture(scope="module")
def site():
    """The origin that agents ask."""
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def plane(site):
    """A control plane with two gateways that enforce a first configuration."""
    plane = ControlPlane()
    try:
        plane.start(gateways=2)
        plane.root.load(first_configuration(site.port))
        plane.root.commit()
        plane.key = plane.agent_key("crawler")
        yield plane
    finally:
        plane.close()


@pytest.fixture
def operator(plane):
    """An operator with an empty candidate."""
    return plane.operator()


def url(site):
    """A page that no other request asks for."""
    return f"http://origin.test:{site.port}/{marker()}"


def statuses(plane, target):
    """What each gateway answers to the agent."""
    return [
        gateway.fetch("crawler", plane.key, target) for gateway in plane.gateways.values()
    ]


def deny_everything(operator):
    """A policy that nothing gets past, in the candidate."""
    operator.set("policy deny-all action deny")
    operator.set("policy deny-all priority 1")


def test_nothing_is_enforced_before_commit_and_then_everywhere(plane, site, operator):
    assert statuses(plane, url(site)) == [200, 200]
    deny_everything(operator)
    assert "+ policy deny-all action deny" in operator.run("compare")
    staged = operator.ask("configure")
    assert staged["revision"].startswith("sha256:")
    assert statuses(plane, url(site)) == [200, 200]
    committed = operator.ask("commit", "--comment", "nothing goes out")
    assert committed["revision"] == staged["revision"]
    assert {each["state"] for each in committed["rollout"]} == {"activated"}
    until("enforcement", lambda: statuses(plane, url(site)) == [403, 403], FAILING_SECONDS)
    serials = {gateway.serial() for gateway in plane.gateways.values()}
    assert serials == {committed["serial"]}

    operator.run("rollback", "1")
    back = operator.commit()
    assert back["serial"] > committed["serial"]
    until("what was before", lambda: statuses(plane, url(site)) == [200, 200], FAILING_SECONDS)


def test_two_operators_get_a_conflict_with_the_paths(plane, operator):
    other = plane.operator("other")
    for each, limit in ((operator, "50"), (other, "60")):
        each.set(f"quota crawler rps-limit {limit}")
    operator.commit()
    with pytest.raises(Refused) as refused:
        other.run("configure")
    assert refused.value.code == 75
    assert "candidate_outdated" in refused.value.said
    assert "differs: quota crawler" in refused.value.said
    other.run("rebase", "--keep", "theirs")
    assert "60" not in other.run("show", "quota", "crawler")
    other.run("discard")


def test_an_error_names_the_place_and_changes_nothing(operator):
    with pytest.raises(Refused) as refused:
        operator.set("policy p acton allow")
    assert refused.value.code == 65
    assert "action" in refused.value.said
    assert operator.ask("compare")["changes"] == []


def test_a_level_is_where_commands_begin_and_is_kept_on_the_server(plane, operator):
    there = "[edit policy allow-github]\n"
    assert operator.run("edit", "policy", "allow-github") == there
    # Nothing is there yet, and that is seen.
    assert operator.run("show") == there
    operator.set("action allow")
    assert operator.ask("set", "match", "destination", "*.github.com")["level"] == (
        "policy allow-github"
    )
    assert operator.run("edit", "match") == "[edit policy allow-github match]\n"
    assert "destination\t" in operator.run("complete", "set", "dest")
    plane.admin.kill()
    plane.admin.start()
    operator.set("method GET")
    assert "+ destination *.github.com\n+ method GET\n" in operator.run("show")
    assert operator.run("show", "method", "--commands") == (
        "set policy allow-github match method GET\n"
    )
    assert operator.run("edit", "--up") == there
    operator.run("delete", "match", "method")
    with pytest.raises(Refused) as refused:
        operator.run("edit", "policy", "other")
    assert refused.value.code == 65 and "`policy` is unknown here" in refused.value.said
    with pytest.raises(Refused) as refused:
        operator.run("edit", "--up", "2")
    assert refused.value.code == 65 and "allowed: up 1, top" in refused.value.said
    # What is loaded or merged, and what is active, begins at the top all the same.
    operator.run("merge", "-", stdin="set quota crawler rpm-limit 900\n")
    assert "agent crawler" in operator.run("show", "--of", "active")
    assert [change["path"] for change in operator.ask("compare")["changes"]] == [
        "policy allow-github action", "policy allow-github match destination",
        "quota crawler rpm-limit",
    ]
    assert plane.operator("other").ask("edit", "policy", "q")["level"] == "policy q"
    operator.commit()
    assert operator.ask("set", "version", "2")["level"] == "policy allow-github"
    operator.run("discard")
    operator.set("quota crawler rpm-limit 1000")
    operator.run("edit", "policy", "allow-github")
    assert operator.run("top") == "[edit]\n"
    operator.run("rollback", "1")
    operator.commit()


def test_a_gateway_that_does_not_answer_aborts_the_commit_everywhere(plane, site, operator):
    before = {name: gateway.serial() for name, gateway in plane.gateways.items()}
    stuck = plane.gateways["gw-2"]
    stuck.process.send_signal(19)
    try:
        deny_everything(operator)
        operator.run("configure")
        with pytest.raises(Refused) as refused:
            operator.run("commit")
        assert refused.value.code == 75
        assert "gw-2" in refused.value.said
    finally:
        stuck.process.send_signal(18)
    plane.wait_connected("gw-2")
    assert {name: each.serial() for name, each in plane.gateways.items()} == before
    assert statuses(plane, url(site)) == [200, 200]
    operator.run("discard")


def test_a_gateway_that_does_not_answer_does_not_keep_a_key_alive(plane, site, operator):
    first, second = plane.gateways.values()
    key = plane.agent_key("crawler")
    until("the key", lambda: first.fetch("crawler", key, url(site)) == 200)
    revocation = ("agent-key", "revoke", "crawler", key.split("_")[1])
    second.process.send_signal(signal.SIGSTOP)
    try:
        with pytest.raises(Refused, match=second.gateway_id):
            operator.run(*revocation)
        commit = operator.ask(*revocation, "--exclude", second.gateway_id)["commit"]
        states = {each["gateway_id"]: each["state"] for each in commit["rollout"]}
        assert states[second.gateway_id] == "excluded"
        assert first.fetch("crawler", key, url(site)) == 407
    finally:
        second.process.send_signal(signal.SIGCONT)
    until("the other", lambda: second.fetch("crawler", key, url(site)) == 407)


def test_last_known_good_serves_while_the_policy_service_is_down(plane, site):
    gateway = plane.gateways["gw-1"]
    serial = gateway.serial()
    plane.policy.kill()
    try:
        gateway.kill()
        gateway.start(wait_ready=False)
        until("the last known good", lambda: gateway.serial() == serial)
        until("service", lambda: gateway.fetch("crawler", plane.key, url(site)) == 200)
    finally:
        plane.policy.start()
    plane.wait_connected("gw-1")
    until("readiness", lambda: gateway.admin("/readyz")[0] == 200)


def test_an_enrolment_token_works_once_and_for_its_gateway_only(plane, tmp_path):
    token = plane.root.run("gateway", "enrol-token", "gw-once").strip()
    credential = tmp_path / "credential"
    credential.write_text("correct horse battery staple\n")
    credential.chmod(0o600)
    said = plane.enrol("gw-other", token, str(tmp_path / "a"), str(credential), status=77)
    assert "token_refused" in said
    plane.enrol("gw-once", token, str(tmp_path / "b"), str(credential))
    said = plane.enrol("gw-once", token, str(tmp_path / "c"), str(credential), status=77)
    assert "token_refused" in said
    assert not (tmp_path / "c").exists()
    plane.root.run("gateway", "remove", "gw-once")


def test_a_token_is_not_sent_to_a_server_of_another_authority(plane, tmp_path):
    true_digest = plane.authority_digest
    plane.authority_digest = "sha256:" + "0" * 64
    try:
        credential = tmp_path / "credential"
        credential.write_text("correct horse battery staple\n")
        said = plane.enrol("gw-9", "cge_none", str(tmp_path / "x"), str(credential), status=77)
        assert "nothing was sent" in said
    finally:
        plane.authority_digest = true_digest


def test_commit_confirm_keeps_what_was_confirmed(plane, site, operator):
    deny_everything(operator)
    operator.run("configure")
    committed = operator.ask("commit", "--confirm", "5")
    assert committed["confirm_by"]
    until("enforcement", lambda: statuses(plane, url(site)) == [403, 403], FAILING_SECONDS)
    confirmed = operator.ask("confirm")
    assert confirmed["serial"] > committed["serial"]
    operator.run("rollback", "1")
    operator.commit()
    until("what was before", lambda: statuses(plane, url(site)) == [200, 200], FAILING_SECONDS)


def test_a_revocation_does_not_wait_for_a_confirmation_nor_confirm(plane, site, operator):
    key = plane.agent_key("crawler")
    key_id = key.split("_")[1]
    target = url(site)
    gateways = plane.gateways.values()
    until("the key", lambda: [g.fetch("crawler", key, target) for g in gateways] == [200, 200])
    deny_everything(operator)
    operator.run("configure")
    waiting = operator.ask("commit", "--confirm", "5")
    until("enforcement", lambda: statuses(plane, url(site)) == [403, 403], FAILING_SECONDS)
    other = plane.operator()
    other.set("quota crawler rps-limit 71")
    other.run("configure")
    with pytest.raises(Refused, match=f"{waiting['commit_id']}.*confirm"):
        other.run("commit")
    revoked = other.ask("agent-key", "revoke", "crawler", key_id)["commit"]
    assert revoked["reverted_commit"] == waiting["commit_id"]
    until("the way back", lambda: statuses(plane, url(site)) == [200, 200], FAILING_SECONDS)
    assert [g.fetch("crawler", key, target) for g in gateways] == [407, 407]
    states = {each["commit_id"]: each["state"] for each in operator.ask("commits")["items"]}
    assert states[waiting["commit_id"]] == "reverted"
    with pytest.raises(Refused, match="no commit waits"):
        operator.run("confirm")


@pytest.mark.long
@pytest.mark.timeout(240)
def test_commit_confirm_takes_back_what_nobody_confirmed(plane, site, operator):
    deny_everything(operator)
    operator.run("configure")
    committed = operator.ask("commit", "--confirm", "1")
    serial = committed["serial"]
    until("enforcement", lambda: statuses(plane, url(site)) == [403, 403], FAILING_SECONDS)
    until("the way back", lambda: statuses(plane, url(site)) == [200, 200], 90)
    # Each gateway goes back by itself, and then the policy service says so to all.
    gateways = plane.gateways.values()
    until("the newer serial", lambda: all(gateway.serial() > serial for gateway in gateways))

    def states():
        commits = operator.ask("commits")["items"][:2]
        return [(each["commit_id"], each["state"]) for each in commits]

    # What is taken back says so, and the taking back is a commit of its own.
    until("the record of it", lambda: (committed["commit_id"], "reverted") in states())
    assert [state for _, state in states()] == ["decided", "reverted"]


def test_a_replayed_older_bundle_is_refused(plane, site, operator):
    gateway = plane.gateways["gw-2"]
    kept = os.path.join(gateway.state, "last-known-good.jws")
    with open(kept, "rb") as file:
        older = file.read()
    operator.set("quota crawler rps-limit 70")
    serial = operator.commit()["serial"]
    until("activation", lambda: gateway.serial() == serial)
    plane.policy.kill()
    try:
        gateway.kill()
        with open(kept, "wb") as file:
            file.write(older)
        gateway.start(wait_ready=False)
        assert gateway.fetch("crawler", plane.key, url(site)) == 503
        assert gateway.serial() is None
    finally:
        plane.policy.start()
    until("the newest bundle", lambda: gateway.serial() == serial)
    assert gateway.fetch("crawler", plane.key, url(site)) == 200


def test_a_user_logs_in_by_password_and_is_held_to_the_role(plane, operator, tmp_path):
    plane.secrets["password of alice"] = password = secrets.token_hex(16)
    files = {}
    for name, text in (("right", password), ("wrong", password[::-1])):
        files[name] = tmp_path / name
        files[name].write_text(text + "\n")
    operator.set("user admin role admin")
    operator.set("user alice role operator")
    operator.commit()
    plane.root.run("password", "alice", "--password-file", str(files["right"]))
    alice = plane.stranger()
    with pytest.raises(Refused) as refused:
        alice.run("login", "--user", "alice", "--password-file", str(files["wrong"]))
    assert refused.value.code == 77 and "login_refused" in refused.value.said
    alice.run("login", "--user", "alice", "--password-file", str(files["right"]))
    assert alice.run("whoami").startswith("alice, operator, by session")
    alice.set("quota crawler rps-limit 80")
    alice.run("discard")
    with pytest.raises(Refused) as refused:
        alice.run("gateway", "remove", "gw-1")
    assert refused.value.code == 77 and "role_insufficient" in refused.value.said
    operator.set("user alice status disabled")
    operator.commit()
    with pytest.raises(Refused) as refused:
        alice.run("whoami")
    assert refused.value.code == 77 and "credential_refused" in refused.value.said


def test_all_daemons_say_the_same_version():
    said = {
        subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        for program in (programs.COMMAND, programs.POLICY, programs.AUDIT, programs.ADMIN_API)
    }
    assert len(said) == 1
