"""TLS ClientHellos as bytes, for what no TLS library would send."""


def short(value):
    """Two bytes, the greater first."""
    return value.to_bytes(2, "big")


def counted(content):
    """Content behind its length in two bytes."""
    return short(len(content)) + content


def extension(number, content):
    """One extension."""
    return short(number) + counted(content)


def server_name(name):
    """The extension that names the server (RFC 6066)."""
    return extension(0, counted(b"\0" + counted(name.encode())))


GREASE = extension(0x3A3A, b"\0")
VERSIONS = extension(43, b"\x04\x2a\x2a\x03\x04")
ENCRYPTED = extension(0xFE0D, b"\xec" * 200)
# X25519MLKEM768: the encapsulation key and a share of X25519.
HYBRID_SHARE = extension(51, counted(short(0x11EC) + counted(bytes(1216))))


def message(*extensions, kind=1):
    """A handshake message."""
    body = b"\x03\x03" + b"\xa5" * 32 + b"\x20" + b"\x5a" * 32
    body += counted(b"\x1a\x1a\x13\x01") + b"\x01\x00" + counted(b"".join(extensions))
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def record(content, kind=22):
    """A TLS record."""
    return bytes([kind]) + b"\x03\x01" + counted(content)


def hello(name, *extensions):
    """The ClientHello of an ordinary client; `None` for one that names no server."""
    named = [server_name(name)] if name else []
    return record(message(GREASE, *named, VERSIONS, *extensions))


def in_records(name, size):
    """The same in records of at most `size` bytes."""
    whole = message(GREASE, server_name(name), VERSIONS)
    return b"".join(record(whole[at:at + size]) for at in range(0, len(whole), size))


def alert(description):
    """The fatal alert that the gateway sends."""
    return bytes([21, 3, 3, 0, 2, 2, description])


DECODE_ERROR, HANDSHAKE_FAILURE, MISSING_EXTENSION, UNRECOGNIZED_NAME = 50, 40, 109, 112
