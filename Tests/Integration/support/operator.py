"""An operator of a control plane: the `clawgress` command with a token and a folder of its own."""

import json
import os
import subprocess

from support import programs


class Refused(AssertionError):
    """A command ended with another exit code than 0."""

    def __init__(self, command, done):
        super().__init__(f"`{command}` ended with {done.returncode}: {done.stderr}{done.stdout}")
        self.code = done.returncode
        self.said = done.stderr
        self.printed = done.stdout


class Operator:
    """Runs commands against one admin API; candidates belong to the token."""

    def __init__(self, address, authority, token, folder):
        """Without a token it must log in."""
        os.makedirs(folder, mode=0o700, exist_ok=True)
        self.token = token
        self._environment = {
            **os.environ, "CLAWGRESS_API": f"https://{address}", "CLAWGRESS_CA": authority,
            "CLAWGRESS_RUNTIME": folder,
        }
        self._environment.pop("CLAWGRESS_TOKEN", None)
        if token:
            self._environment["CLAWGRESS_TOKEN"] = token

    def run(self, *words, stdin=None):
        """Runs a command and returns its standard output."""
        done = subprocess.run(
            [programs.COMMAND, *words], capture_output=True, text=True, timeout=90, check=False,
            env=self._environment, input=stdin,
        )
        if done.returncode != 0:
            raise Refused("clawgress " + " ".join(words), done)
        return done.stdout

    def begin(self, *words):
        """Starts a command; its output and notes are read as they come."""
        return subprocess.Popen(
            [programs.COMMAND, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self._environment,
        )

    def ask(self, *words):
        """Runs a command with --json and returns what it answered."""
        return json.loads(self.run(*words, "--json"))

    def set(self, line):
        """Sets one value; words are split at blanks."""
        return self.run("set", *line.split(" "))

    def load(self, lines):
        """Replaces the candidate."""
        return self.run("load", "-", stdin="\n".join(lines) + "\n")

    def commit(self, *arguments):
        """Stages the candidate and puts it into force."""
        self.run("configure")
        return self.ask("commit", *arguments)
