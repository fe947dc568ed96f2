"""The admin API against its OpenAPI document, by schemathesis with all of its checks, as each role:
valid requests are taken, invalid ones refused, and every answer is one that the document has."""

import os
import re
import subprocess
import sys

import pytest

from support import roles
from support.control_plane import ControlPlane
from support.operations import DOCUMENT, operations

HERE = os.path.dirname(os.path.abspath(__file__))
SETTINGS = os.path.join(HERE, "schemathesis.toml")
# It asks hundreds of times a second, and with credentials that it made up.
LIMITS = {
    "requests_per_second": 100_000, "open_requests_per_second": 100_000,
    "source_failures_per_minute": 100_000, "user_failures_per_minute": 100_000,
}
ALL_PHASES = "examples,coverage,fuzzing,stateful"
# The coverage phase goes through every border of every field, for which one role is enough each day.
DAILY_PHASES = {"admin": ALL_PHASES}
DAILY_EXAMPLES, LONG_EXAMPLES = 2, 200


@pytest.fixture(scope="module")
def plane():
    """A control plane with a gateway, and a user of each role."""
    plane = ControlPlane(admin={"limits": LIMITS, "log_level": "info"})
    try:
        plane.start(gateways=1)
        root = plane.api()
        root.edit(roles.user_lines())
        root.commit()
        yield plane
    finally:
        plane.close()


class Run:
    """One run of schemathesis as one role."""

    def __init__(self, plane, role, phases, examples):
        self.role = role
        self.token = roles.token_for(plane, role)
        self.client = plane.api(self.token["token"])
        api = plane.api()
        tokens = [each["id"] for each in api.pages("/v1/tokens")]
        protected = [*tokens, *plane.gateways, *map(roles.user_of, roles.ROLES)]
        url = f"https://{api.address}"
        done = subprocess.run(
            [
                sys.executable, "-m", "schemathesis.cli", "--config-file", SETTINGS, "run",
                DOCUMENT, "--url", url, "--tls-verify",
                os.path.join(plane.authority, "ca.pem"),
                "--header", f"Authorization: Bearer {self.token['token']}", "--checks", "all",
                "--phases", phases, "--max-examples", str(examples), "--continue-on-failure",
                "--no-color",
            ],
            capture_output=True, text=True, check=False, cwd=plane.folder,
            env={
                **os.environ, "PYTHONPATH": HERE, "PYTHONDONTWRITEBYTECODE": "1",
                "SCHEMATHESIS_HOOKS": "support.schemathesis_hooks",
                "CLAWGRESS_PROTECTED": ",".join(protected),
            },
        )
        self.status, self.said = done.returncode, done.stdout + done.stderr

    def number(self, pattern):
        """A number that it printed; 0 if it did not print the line."""
        found = re.search(pattern, self.said)
        return int(found.group(1)) if found else 0

    def check(self):
        """It found nothing, looked at everything, and was who it was to the end."""
        assert self.status == 0, self.said[-20_000:]
        assert self.number(r"Tested: (\d+)") == len(operations()), self.said[-3000:]
        assert self.client.must("GET", "/v1/whoami")["role"] == self.role
        # What it may not do it saw nothing of; what it may do was answered otherwise at least once.
        shut = [each for each in operations() if each.roles and self.role not in each.roles]
        only_refused = self.number(r"Authentication failed: (\d+) operation")
        assert only_refused <= len(shut) + len(UNOPENED), self.said[-6000:]
        return self.number(r"(\d+) generated")


# Nobody guesses a password, and nobody's tokens and passwords are others'.
UNOPENED = {"login", "setPassword"}


def check_role(plane, role, phases, examples):
    """Runs it and prints how much it did."""
    run = Run(plane, role, phases, examples)
    generated = run.check()
    print(f"{role}: {generated} requests to {len(operations())} operations, nothing found")


@pytest.mark.parametrize("role", roles.ROLES)
def test_the_api_is_what_the_document_says(plane, role):
    phases = DAILY_PHASES.get(role, "fuzzing,stateful")
    check_role(plane, role, phases, DAILY_EXAMPLES)


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("role", roles.ROLES)
def test_the_api_is_what_the_document_says_two_hundred_times(plane, role):
    check_role(plane, role, ALL_PHASES, LONG_EXAMPLES)


def test_the_server_gives_the_document_away(plane):
    with open(DOCUMENT, "rb") as file:
        assert plane.api().with_token(None).ask("GET", "/v1/openapi.yaml").body == file.read()


def test_no_answer_is_left_to_a_default():
    assert all(each.statuses for each in operations())
    with open(DOCUMENT, encoding="utf-8") as file:
        assert not re.search(r"^ *[\"']?default[\"']?:", file.read(), re.MULTILINE)
