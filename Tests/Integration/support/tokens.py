"""A token issuer that shares no code with ours: openssl signs, Python writes the JSON."""

import base64
import json
import os
import subprocess
import time


def encoded(data):
    """Unpadded base64url (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Issuer:
    """An Ed25519 key and tokens with whatever header and claims a test wants."""

    def __init__(self, folder, name, key_id="test-1"):
        self.name = name
        self.key_id = key_id
        self._folder = folder
        self._key = os.path.join(folder, "foreign-issuer.key")
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519", "-out", self._key],
            check=True, capture_output=True,
        )

    def jwk(self):
        """The public key (RFC 8037 section 2)."""
        der = subprocess.run(
            ["openssl", "pkey", "-in", self._key, "-pubout", "-outform", "DER"],
            check=True, capture_output=True,
        ).stdout
        return {"kty": "OKP", "crv": "Ed25519", "x": encoded(der[-32:]), "kid": self.key_id,
                "alg": "EdDSA", "use": "sig"}

    def token(self, agent, header=None, **claims):
        """A signed token, valid for an hour unless claims say otherwise; None removes a claim."""
        now = int(time.time())
        payload = {"iss": self.name, "aud": "clawgress", "agent_id": agent, "iat": now,
                   "exp": now + 3600, **claims}
        payload = {name: value for name, value in payload.items() if value is not None}
        head = {"alg": "EdDSA", "kid": self.key_id, "typ": "JWT", **(header or {})}
        signed = ".".join(encoded(json.dumps(part).encode()) for part in (head, payload))
        return f"{signed}.{encoded(self._signature(signed.encode()))}"

    def _signature(self, data):
        path = os.path.join(self._folder, "to-sign")
        with open(path, "wb") as file:
            file.write(data)
        return subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-inkey", self._key, "-rawin", "-in", path],
            check=True, capture_output=True,
        ).stdout
