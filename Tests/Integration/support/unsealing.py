"""Opens sealed files as their format says, without any code of ours: scrypt of the standard library,
ChaCha20 of openssl. For tests that have to know a private key in order to look for it."""

import base64
import hashlib
import json
import subprocess

# An EC private key's version 1 and the octets behind it (RFC 5915 section 3), for P-256.
SCALAR_MARK = bytes.fromhex("0201010420")
SCALAR_BYTES = 32
MEMORY_BYTES = 256 << 20


def decoded(text):
    """Unpadded base64url."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(path, passphrase):
    """What is inside a sealed file. The tag is not checked: a wrong passphrase gives nonsense."""
    with open(path, encoding="ascii") as file:
        envelope = json.load(file)
    cost = envelope["cost"]
    key = hashlib.scrypt(
        passphrase.encode(), salt=decoded(envelope["salt"]), n=cost["n"], r=cost["r"],
        p=cost["p"], dklen=32, maxmem=MEMORY_BYTES,
    )
    box = decoded(envelope["box"])
    nonce, content = box[:12], box[12:-16]
    # Block 0 makes the tag's key (RFC 8439 section 2.8), so the content begins with block 1.
    start = (1).to_bytes(4, "little") + nonce
    return subprocess.run(
        ["openssl", "enc", "-d", "-chacha20", "-K", key.hex(), "-iv", start.hex()],
        input=content, capture_output=True, check=True,
    ).stdout


def scalar(path, passphrase):
    """The secret number of a sealed private key, be it DER or a JWK."""
    content = opened(path, passphrase)
    if content.startswith(b"{"):
        return decoded(json.loads(content)["d"])
    begin = content.index(SCALAR_MARK) + len(SCALAR_MARK)
    return content[begin:begin + SCALAR_BYTES]
