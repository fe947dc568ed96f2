"""Seeds of spools, in the notation of `Targets/SpoolRecovery/SegmentText.swift`."""

import struct

OPEN, CONCLUDED, VOID, ARRIVING = 1, 2, 3, 4
# Decision, reason, quota, authentication, protocol, scheme, would-decision, client's family.
INTENT_BITS = bytes([0, 0, 1, 1, 0, 0, 0xFF, 4])
# Family, outcome, reason, decision, status, attempts.
OUTCOME_BITS = bytes([4, 0, 0, 0]) + struct.pack("<HH", 200, 1)


def slot(state, marker, sequence=0, moved_from=0, path=b"/a", checksums=(0, 0), tunnel=b""):
    texts = [b"\x01\x01\x01\x01aaaa", b"", b"key", b"example.com", b"GET", b"allow", b"", b"", path]
    joined = b"".join(texts) + tunnel
    marks = 1 << 15 if tunnel else 0
    length = (176 + len(joined) + 7) // 8 * 8
    outcome = struct.pack("<QQQQQQQQ", sequence, 0, 0, 0, 1, 2, 0, 0xFFFF_0102_0304) + OUTCOME_BITS
    if moved_from:
        outcome = outcome[:8] + struct.pack("<Q", moved_from) + outcome[16:]
    intent = struct.pack("<QQqqq", 1, marker, 1_800_000_000_000_000, 7, 3)
    intent += struct.pack("<QQ", 0, 0xFFFF_7F00_0001) + INTENT_BITS + struct.pack("<HHH", 50_000, 80, marks)
    lengths = struct.pack("<9H", *map(len, texts))
    body = struct.pack("<IIII", length, state, *checksums) + outcome + intent + lengths + joined
    assert len(body) == 176 + len(joined)
    return body.ljust(length, b"\0")


def record(marker, sequence, action=10, subject=b"sha256:00ff", checksum=0):
    """An administrative record: its length is odd, and it is complete."""
    texts = [b"alice", b"s7x2m4q9", b"", b"c0ffee", b"", subject, b"+ agent \xf0\x9f\x98\x80"]
    joined = b"".join(texts)
    length = (96 + len(joined) + 7) // 8 * 8
    body = struct.pack("<IIII", length | 1, 0, checksum, 0)
    body += struct.pack("<QQQq", sequence, 1, marker, 1_800_000_000_000_000)
    body += struct.pack("<QQq", 0, 0xFFFF_7F00_0001, 12) + bytes([action, 0, 2, 4, 0, 0, 0, 0])
    body += struct.pack("<7HH", *map(len, texts), 0) + joined
    assert len(body) == 96 + len(joined)
    return body.ljust(length, b"\0")


def segment(*slots, worker=0, boot=0, flags=16, last=0, gaps=(0, 0, 0, 0)):
    content = b"".join(slots)
    return bytes([worker, boot, flags, last, *gaps]) + struct.pack("<H", len(content)) + content


def handle(number, offset):
    return number << 24 | offset // 8


def spools():
    open_slot = slot(OPEN, 1)
    ended = slot(CONCLUDED, 2, sequence=1)
    raw = b"CLGSPOOL" + struct.pack("<II", 1, 0) + bytes(4_100)
    done = record(10, 1)
    return {
        "one administrative record": segment(done, flags=16 | 96),
        "administrative records and requests": segment(
            done, open_slot, record(11, 2), slot(CONCLUDED, 2, sequence=3), flags=16 | 96
        ),
        "a damaged administrative record": segment(done, record(11, 2, checksum=1), open_slot),
        "an administrative record of unknown action": segment(record(11, 2, action=250), done),
        "an administrative record that is no UTF-8": segment(record(11, 2, subject=b"\xff"), done),
        "one open": segment(open_slot),
        "one concluded": segment(ended),
        "one void": segment(slot(VOID, 3)),
        "all kinds": segment(ended, open_slot, slot(VOID, 3), slot(9, 4)),
        "two workers of two boots": segment(open_slot) + segment(open_slot, worker=1, boot=1),
        "one worker in two segments": segment(ended, last=9) + segment(open_slot, open_slot),
        "moved and not yet void": segment(slot(OPEN, 5))
        + segment(slot(ARRIVING, 5, moved_from=handle(1, 4_096))),
        "moved and void": segment(slot(VOID, 5))
        + segment(slot(ARRIVING, 5, moved_from=handle(1, 4_096))),
        "moved from a segment that is gone": segment(
            slot(ARRIVING, 5, moved_from=handle(9, 4_096))
        ),
        "moved from itself": segment(slot(ARRIVING, 5, moved_from=handle(1, 4_096))),
        "a damaged outcome": segment(slot(CONCLUDED, 6, checksums=(0, 1)), open_slot),
        "a damaged intent": segment(slot(OPEN, 6, checksums=(1, 0)), open_slot),
        "a damaged header": segment(open_slot, flags=4) + segment(open_slot),
        "another number": segment(open_slot, flags=8),
        "sealed": segment(ended, flags=17) + segment(ended, flags=18),
        "lost events": segment(gaps=(1, 2, 3, 4)) + segment(open_slot, gaps=(255, 254, 253, 9)),
        "a damaged last number": segment(ended, open_slot, last=255),
        "great numbers": segment(open_slot, slot(CONCLUDED, 7, sequence=2**64 - 3), last=250),
        "blank": segment() + segment(),
        "no space behind": segment(ended, flags=0),
        "a long path": segment(slot(OPEN, 8, path=b"/" + b"\xff\x01" * 200)),
        "a file with a bad checksum": raw,
        "a short file": raw[:100],
        "in a tunnel": segment(slot(OPEN, 9, tunnel=b"\x5a" * 16), flags=16 | 64),
        "in a tunnel without its id": segment(slot(OPEN, 9, tunnel=b"\x5a" * 15)),
        "a finished segment": segment(ended, flags=16 | 64 | 2, last=1) + segment(open_slot),
        "a finished one with a damaged number": segment(ended, flags=16 | 64 | 128 | 2, last=0)
        + segment(open_slot),
    }
