"""Seeds of packed batches."""

import gzip
import json
import random
import struct
import zlib

BOOT = "00112233445566778899aabbccddeeff"


def lines(count):
    value = {"boot_id": BOOT, "gateway_id": "gw-1", "worker": 0}
    return b"".join(
        json.dumps(value | {"sequence": number}, sort_keys=True, separators=(",", ":")).encode()
        + b"\n"
        for number in range(1, count + 1)
    )


def pack(content, level=6, strategy=zlib.Z_DEFAULT_STRATEGY):
    packer = zlib.compressobj(level, zlib.DEFLATED, 31, 8, strategy)
    return packer.compress(content) + packer.flush()


def member(flags, fields, content):
    """A member whose header has more than ours."""
    packer = zlib.compressobj(6, zlib.DEFLATED, -15)
    body = packer.compress(content) + packer.flush()
    head = b"\x1f\x8b\x08" + bytes([flags]) + struct.pack("<IBB", 1_700_000_000, 2, 3) + fields
    if flags & 2:
        head += struct.pack("<H", zlib.crc32(head) & 0xFFFF)
    return head + body + struct.pack("<II", zlib.crc32(content), len(content))


def members():
    """Members in each form, and what is none."""
    one, many = lines(1), lines(30)
    good = gzip.compress(many, mtime=0)
    noise = random.Random(7).randbytes(600)
    flushed = zlib.compressobj(6, zlib.DEFLATED, 31)
    blocks = flushed.compress(one) + flushed.flush(zlib.Z_FULL_FLUSH) + flushed.compress(one)
    return {
        "empty": pack(b""),
        "one-record": pack(one),
        "records": good,
        "records-fast": pack(many, 1),
        "stored": pack(noise, 0),
        "fixed-codes": pack(one, strategy=zlib.Z_FIXED),
        "huffman-only": pack(many, strategy=zlib.Z_HUFFMAN_ONLY),
        "run-lengths": pack(bytes(5_000), strategy=zlib.Z_RLE),
        "several-blocks": blocks + flushed.flush(),
        "many-zeros": pack(bytes(1 << 20), 9),
        "name": member(8, b"batch\0", one),
        "extra-comment-and-sum": member(2 | 4 | 16, struct.pack("<H", 4) + b"ab\0\0note\0", one),
        "reserved-flag": member(32, b"", one),
        "two-members": pack(one) + pack(one),
        "trailing-zero": good + b"\0",
        "cut-in-the-trailer": good[:-3],
        "cut-in-the-codes": good[:30],
        "header-alone": good[:10],
        "wrong-sum": good[:-5] + bytes([good[-5] ^ 1]) + good[-4:],
        "wrong-length": good[:-1] + b"\1",
        "another-method": good[:2] + b"\7" + good[3:],
        "zlib": zlib.compress(one),
        "deflate": good[10:-8],
        "plain": many[:500],
    }
