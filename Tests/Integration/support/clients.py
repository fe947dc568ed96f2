"""The real clients that agents use: curl and git, as processes."""

import dataclasses
import os
import subprocess

# Variables of the machine that would send a client elsewhere or make it trust others.
FOREIGN = ("_proxy", "ssl_cert_file", "ca_bundle", "ssl_cainfo")
CLEAN = {
    name: value for name, value in os.environ.items() if not name.lower().endswith(FOREIGN)
}


@dataclasses.dataclass
class Done:
    """A finished process."""

    status: int
    out: str
    err: str


def run(*command, environment=None, folder=None, seconds=60, given=None):
    """Runs a program without the machine's own proxies and trust; `given` is what it reads."""
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, cwd=folder, check=False,
        env={**CLEAN, **(environment or {})}, input=given,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def curl(url, proxy, *arguments, authority=None):
    """curl through a proxy; returns the body, the status, and the proxy's status for a tunnel."""
    trust = ["--cacert", authority.certificate] if authority else []
    done = run(
        "curl", "--silent", "--show-error", "--max-time", "20", "--proxy", proxy, *trust,
        "--write-out", "\n%{http_code} %{http_connect}", *arguments, url,
    )
    body, _, codes = done.out.rpartition("\n")
    code, tunnel = codes.split()
    return body, int(code), int(tunnel), done


def git(*arguments, folder=None, proxy=None, authority=None):
    """git with nobody's configuration but ours."""
    settings = {
        "http.proxy": proxy or "", "user.name": "suite", "user.email": "suite@test",
        # Random bytes: looking for similar ones and compressing them is time for nothing.
        "core.bigFileThreshold": "1m", "core.compression": "0",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    environment = {
        "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null",
        "GIT_TERMINAL_PROMPT": "0",
    }
    if authority:
        environment["GIT_SSL_CAINFO"] = authority.certificate
    return run("git", *options, *arguments, environment=environment, folder=folder, seconds=110)
