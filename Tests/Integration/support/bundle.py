"""The operator's side: a bundle source folder, made and published by the `clawgress` command."""

import json
import os
import re
import subprocess

from support import programs

KEY = re.compile(r"\bcgk_[A-Za-z0-9_-]+\b")


class BundleSource:
    """A folder with `clawgress.yaml` and keys, published into `target/bundle.jws`."""

    def __init__(self, folder):
        self.folder = os.path.join(folder, "source")
        self.target = os.path.join(folder, "bundle")
        self.passphrase_file = os.path.join(folder, "passphrase")
        os.makedirs(self.target, exist_ok=True)
        with open(self.passphrase_file, "w", encoding="utf-8") as file:
            file.write("correct horse battery staple\n")
        os.chmod(self.passphrase_file, 0o600)
        self.command("bundle", "init", self.folder, *self._passphrase())

    @property
    def public_key(self):
        """The file that a gateway trusts."""
        return os.path.join(self.folder, "signing-key.pub.jwk")

    @property
    def signed(self):
        """The published bundle."""
        return os.path.join(self.target, "bundle.jws")

    def write(self, document):
        """Replaces the source. JSON is YAML, so nothing but the standard library is needed."""
        with open(os.path.join(self.folder, "clawgress.yaml"), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)

    def publish(self, document=None):
        """Builds, signs and renames into place what the gateway watches."""
        if document is not None:
            self.write(document)
        self.command("bundle", "publish", self.folder, "--to", self.target, *self._passphrase())
        os.chmod(self.signed, 0o644)

    def create_key(self, agent, *arguments):
        """A new API key of an agent; shown once by the command, returned here."""
        output = self.command("key", "create", agent, "--source", self.folder, *arguments)
        return KEY.search(output).group(0)

    def revoke_key(self, key):
        """Revokes a key by its identifier; holds from the next publication on."""
        self.command("key", "revoke", key.split("_")[1], "--source", self.folder)

    def create_issuer(self, name, algorithm):
        """A token issuer's key pair; returns the public file's name for `key_files`."""
        self.command(
            "token", "issuer-key", "create", os.path.join(self.folder, name),
            "--algorithm", algorithm, *self._passphrase(),
        )
        return f"{name}.pub.jwk"

    def token(self, issuer_key, issuer, agent, *arguments):
        """A signed token for an agent."""
        return self.command(
            "token", "mint", "--key", os.path.join(self.folder, f"{issuer_key}.sealed"),
            "--issuer", issuer, "--audience", "clawgress", "--agent", agent,
            *self._passphrase(), *arguments,
        ).strip().splitlines()[-1]

    def command(self, *arguments):
        """Runs `clawgress`, returns what it printed, fails with what it complained about."""
        return run(*arguments)

    def _passphrase(self):
        return ["--passphrase-file", self.passphrase_file]


def run(*arguments, status=0):
    """Runs `clawgress` and returns its standard output; fails if it ends with another status."""
    done = subprocess.run(
        [programs.COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False
    )
    if done.returncode != status:
        command, said = " ".join(arguments), done.stderr + done.stdout
        raise AssertionError(f"`clawgress {command}` ended with {done.returncode}: {said}")
    return done.stdout
