"""Seeds of what is read of a transparency log."""

import base64
import json

BOOT = "00112233445566778899aabbccddeeff"
HASH = base64.b64encode(bytes(range(32))).decode()
SIGNATURE = base64.b64encode(b"\1\2\3\4G" + bytes(63)).decode()
NOTE = f"log.test\n300\n{HASH}\n\n\u2014 log.test {SIGNATURE}\n"


def record(number, **fields):
    value = {"boot_id": BOOT, "gateway_id": "gw-1", "sequence": number, "worker": 0} | fields
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def bundle(entries):
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def files():
    """Each form that is read; those that begin with a digit take the place of a file of a log."""
    gap = record(1, record="gap", segment=4, allow=5, deny=2, rate_limit=0)
    entries = [record(number) for number in range(1, 301)]
    event = record(
        7, request_id="0199c0de-0000-7000-8000-000000000001", path="/\u00e9\n",
        timestamp="2026-11-26T09:00:00.000171Z", latency_ms=1.25, truncated=["path"],
    )
    admin = record(3, service_id="admin-api", event_id="e", record="admin")
    proof = f"c2sp.org/tlog-proof@v1\nextra {base64.b64encode(event).decode()}\nindex 7\n"
    return {
        "checkpoint": NOTE.encode(),
        "checkpoint-of-two-signers": (NOTE + f"\u2014 witness.test {SIGNATURE}\n").encode(),
        "checkpoint-with-an-extension": NOTE.replace("=\n\n", "=\nmore\n\n", 1).encode(),
        "proof": f"{proof}{HASH}\n{HASH}\n\n{NOTE}".encode(),
        "proof-without-hashes": f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}".encode(),
        "key": b"log.test+00000000+" + base64.b64encode(b"\1" + bytes([5] * 32)),
        "path-of-hashes": b"tile/0/x001/x234/067",
        "path-of-a-part": b"tile/entries/000.p/255",
        "entries": bundle([b"", b"a", event]),
        "entries-cut-off": bundle([b"a", event])[:-1],
        "event": event,
        "gap": gap,
        "admin-record": admin,
        # The files of the target's log in order: the checkpoint, hashes (two), entries (two), hashes.
        "0-checkpoint": b"\0" + NOTE.encode(),
        "1-hashes": b"\1" + bytes(256 * 32),
        "2-hashes-of-a-part": b"\2" + bytes(44 * 32),
        "3-root-of-a-file": b"\3" + bytes(32),
        "4-entries": b"\4" + bundle(entries[:256]),
        "4-entries-without-one": b"\4" + bundle(entries[1:256]),
        "4-entries-in-another-order": b"\4" + bundle(entries[1:2] + entries[:1] + entries[2:256]),
        "5-entries-of-a-part": b"\5" + bundle(entries[256:]),
        "5-entries-and-more": b"\5" + bundle(entries[256:] + [gap]),
    }
