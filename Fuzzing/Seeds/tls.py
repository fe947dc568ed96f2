"""Seeds of what comes first through a tunnel."""

import struct


def counted(content, size=2):
    return len(content).to_bytes(size, "big") + content


def extension(number, content):
    return struct.pack(">H", number) + counted(content)


def name(*names):
    return extension(0, counted(b"".join(bytes([kind]) + counted(text) for kind, text in names)))


def message(*extensions, kind=1, session=b"\x5a" * 32, ciphers=b"\x1a\x1a\x13\x01", tail=None):
    body = b"\x03\x03" + b"\xa5" * 32 + counted(session, 1) + counted(ciphers) + b"\x01\x00"
    body += counted(b"".join(extensions)) if tail is None else tail
    return bytes([kind]) + counted(body, 3)


def record(content, version=b"\x03\x01", kind=22):
    return bytes([kind]) + version + counted(content)


def hello(*extensions, **changes):
    return record(message(*extensions, **changes))


def retry():
    random = "cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c"
    body = b"\3\3" + bytes.fromhex(random) + b"\0\x13\1\0" + counted(extension(43, b"\3\4"))
    return record(b"\2" + counted(body, 3))


def hellos():
    host = name((0, b"example.com"))
    grease = extension(0x3A3A, b"\0")
    versions = extension(43, b"\x04\x2a\x2a\x03\x04")
    whole = message(grease, host, versions)
    return {
        "an ordinary hello": hello(grease, host, versions),
        "a name in capitals": hello(name((0, b"EXAMPLE.com"))),
        "a trailing dot": hello(name((0, b"example.com."))),
        "no name": hello(versions),
        "no extensions": hello(tail=b""),
        "an empty name": hello(name((0, b""))),
        "two names in one list": hello(name((0, b"a"), (0, b"b"))),
        "two lists": hello(host, host),
        "a name of another type": hello(name((1, b"a"))),
        "an encrypted hello": hello(host, extension(0xFE0D, b"\xec" * 40)),
        "a post-quantum key share": hello(
            host, extension(51, counted(b"\x11\xec" + counted(bytes(range(256)) * 4 + bytes(192))))
        ),
        "records of one byte": b"".join(record(whole[n:n + 1]) for n in range(len(whole))),
        "two records cut in the name": record(whole[:90]) + record(whole[90:]),
        "early data behind it": hello(host) + record(b"x" * 20, kind=23),
        "a second message in the record": record(whole + whole),
        "a server hello": hello(host, kind=2),
        "a hello retry request": retry(),
        "a second hello behind early data": (
            record(b"\1", kind=20) + record(b"\x16" * 9, kind=23) + hello(host)
        ),
        "an empty record": record(b"") + hello(host),
        "an alert": record(b"\x02\x28", kind=21),
        "SSL 2": bytes.fromhex("802e0100020015000000100100800200"),
        "another version": record(whole, version=b"\x02\x00"),
        "a long session id": hello(host, session=b"\x5a" * 33),
        "odd cipher suites": hello(host, ciphers=b"\x13\x01\x13"),
        "a byte behind the extensions": hello(tail=counted(host) + b"\0"),
        "an extension that is too long": hello(host[:-3]),
        "the greatest message": record(b"\x01\xff\xff\xff\x03\x03"),
        "cut in the record's header": whole[:3],
        "cut in the message": record(whole)[:60],
        "HTTP": b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
        "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    }
