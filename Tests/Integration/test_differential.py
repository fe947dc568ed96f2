"""Our parsers against two that others wrote, on the same thousands of heads and contents.

We may refuse what the others accept. What we accept, one of them must accept too, and whoever
accepts it must read the same head: the same end, method, target, version, content and fields.
Where we rewrite on purpose, the expectation below says so, each time with the reason.
"""

import collections
import ipaddress
import json
import re
import struct
import subprocess

import pytest

from support import head_corpus, heads, programs

CASES = 50_000
KINDS = {"request": b"Q", "response": b"R", "response to HEAD": b"H", "chunks": b"C"}

# RFC 9110 section 7.6.1: these are for the next hop only, and `Proxy-*` for the proxy itself.
# `Clawgress-*` would let an agent or an origin speak in the gateway's name.
ENDS_HERE = re.compile(
    rb"connection|keep-alive|te|upgrade|transfer-encoding|proxy-.*|clawgress-.*", re.DOTALL
)
VIA = (b"via", re.compile(rb"1\.[01] gw"))


def ours(kind, corpus, folder):
    """What our parsers say about each head."""
    path = folder / "corpus"
    path.write_bytes(b"".join(
        KINDS[kind] + struct.pack("<I", len(data)) + data for data in corpus
    ))
    done = subprocess.run(
        [programs.PARSE, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(corpus)
    return lines


def passed_on(fields):
    """The fields that go on: not those for one hop, nor those that Connection names."""
    named = {word for name, value in fields if name == b"connection" for word in words(value)}
    return [
        (name, value) for name, value in fields
        if not ENDS_HERE.fullmatch(name) and name not in named
    ]


def words(value):
    """The elements of a list, in lower case."""
    return [word.strip(b" \t").lower() for word in value.split(b",")]


def written(line):
    """The fields that we wrote; the last is our own `Via`."""
    _, *lines = bytes.fromhex(line["written"]).split(b"\r\n")
    assert lines[-2:] == [b"", b""]
    *fields, via = heads.fields_of(each.split(b":", 1) for each in lines[:-2])
    assert via[0] == VIA[0] and VIA[1].fullmatch(via[1]), via
    return fields


def authority(text, default_port):
    """Host and port; names in lower case without the root's dot, addresses as numbers."""
    host, port = re.fullmatch(rb"(\[[^\]]*\]|[^:]*)(?::(\d+))?", text).groups()
    port = int(port) if port else default_port
    if host.startswith(b"["):
        return ipaddress.IPv6Address(host[1:-1].decode()), port
    return host.lower().removesuffix(b"."), port


def canonical_path(path):
    """RFC 3986 sections 6.2.2.2 and 6.2.2.3, and slashes once: what a policy can judge."""
    def decoded(match):
        octet = bytes.fromhex(match[1].decode())
        return octet if re.fullmatch(rb"[A-Za-z0-9._~-]", octet) else match[0].upper()

    segments = re.sub(rb"%([0-9A-Fa-f]{2})", decoded, path).split(b"/")[1:] or [b""]
    kept = []
    for segment in segments:
        if segment == b"..":
            kept = kept[:-1]
        elif segment not in (b"", b"."):
            kept.append(segment)
    is_folder = segments[-1] in (b"", b".", b"..") and kept
    return b"/" + b"/".join(kept) + (b"/" if is_folder else b"")


def request_differences(line, other):
    """In what a request that we accepted differs from another parser's reading of it."""
    method = bytes.fromhex(line["method"])
    mine = {"end": line["end"], "method": method, "version": line["version"]}
    theirs = {"end": other.end, "method": other.method, "version": other.version}
    # A length of zero says the same as none, and both are passed on as they came.
    mine["body"] = "none" if line["body"] == "fixed 0" else line["body"]
    theirs["body"] = other.body
    our_authority, target = bytes.fromhex(line["authority"]), bytes.fromhex(line["target"])
    if method == b"CONNECT":
        mine["authority"] = authority(our_authority, None)
        theirs["authority"] = authority(other.target, None)
        return differing(mine, theirs)
    match = re.fullmatch(rb"http://([^/?]*)([^?]*)(\?.*)?", other.target, re.I | re.S)
    if not match:
        return {"target": (target, other.target)}
    mine["authority"], mine["target"] = authority(our_authority, 80), target
    theirs["authority"] = authority(match[1], 80)
    # The path is canonical, because a policy judges one spelling; the query is as it came.
    theirs["target"] = canonical_path(match[2]) + (match[3] or b"")
    mine["fields"] = written(line)
    theirs["fields"] = expected_request_fields(line, our_authority, other)
    return differing(mine, theirs)


def expected_request_fields(line, our_authority, other):
    """What must go upstream, if the head means what the other parser says."""
    fields = [
        (name, value) for name, value in passed_on(other.fields)
        # Host and the length are written anew, from what was judged.
        if name not in (b"host", b"content-length")
        # OPTIONS and TRACE count down how far they may go; the last one is refused.
        and not (name == b"max-forwards" and other.method == b"OPTIONS")
        # A client of version 1.0 cannot be sent the interim answer that it would provoke.
        and not (name == b"expect" and other.version == "1.0")
    ]
    if line["body"].startswith("fixed"):
        fields.append((b"content-length", line["body"].split()[1].encode()))
    if line["body"] == "chunked":
        fields.append((b"transfer-encoding", b"chunked"))
    hops = [value for name, value in other.fields if name == b"max-forwards"]
    if hops and other.method == b"OPTIONS":
        fields.append((b"max-forwards", b"%d" % (int(hops[0]) - 1)))
    wishes = [word for name, value in other.fields if name == b"upgrade" for word in words(value)]
    if b"websocket" in wishes and other.version == "1.1":
        # The one change of protocol that passes; its fields for one hop are written anew.
        fields += [(b"connection", b"Upgrade"), (b"upgrade", b"websocket")]
    return [(b"host", our_authority), *fields]


def response_differences(line, other, knows_request):
    """The same for a response; llhttp does not know whether HEAD was asked."""
    mine = {"end": line["end"], "status": line["status"]}
    theirs = {"end": other.end, "status": other.status}
    if knows_request:
        mine["body"] = "none" if line["body"] == "fixed 0" else line["body"]
        theirs["body"] = other.body
    bodiless = other.status < 200 or other.status == 204
    fields = [
        (name, value) for name, value in passed_on(other.fields)
        # A status without content has no length (RFC 9110 section 8.6).
        if not (name == b"content-length" and bodiless)
    ]
    if line["body"] == "chunked":
        fields.append((b"transfer-encoding", b"chunked"))
    if line["body"] == "until close":
        # The end of the agent's connection is the end of this content, too.
        fields.append((b"connection", b"close"))
    mine["fields"], theirs["fields"] = written(line), fields
    return differing(mine, theirs)


def differing(mine, theirs):
    """The entries that are not the same on both sides."""
    return {name: (mine[name], theirs[name]) for name in mine if mine[name] != theirs[name]}


def hold(lines, corpus, parsers, compare):
    """Compares every accepted head with every parser; the findings, and how often what."""
    findings, counts = [], collections.Counter(line["verdict"] for line in lines)
    for line, data in zip(lines, corpus, strict=True):
        if line["verdict"] != "accepted":
            continue
        readings = {name: parse(data) for name, parse in parsers.items()}
        accepting = {name: reading for name, reading in readings.items() if reading}
        counts["also by " + (" and ".join(accepting) or "nobody")] += 1
        if not accepting:
            findings.append((data, "accepted by us alone"))
        for name, reading in accepting.items():
            if differences := compare(line, reading, name):
                findings.append((data, name, differences))
    return findings, counts


def report(kind, counts):
    print(f"\n{kind}: " + ", ".join(f"{count} {name}" for name, count in sorted(counts.items())))


def test_requests_mean_the_same_to_everyone(tmp_path):
    corpus = head_corpus.requests(CASES)
    findings, counts = hold(
        ours("request", corpus, tmp_path), corpus,
        {"llhttp": heads.llhttp_request, "h11": heads.h11_request},
        lambda line, reading, _name: request_differences(line, reading),
    )
    report("requests", counts)
    assert not findings, "\n".join(map(str, findings[:10]))
    assert counts["accepted"] > CASES // 8 and counts["refused"] > CASES // 3
    assert counts["also by llhttp and h11"] > CASES // 10


@pytest.mark.parametrize("kind", ["response", "response to HEAD"])
def test_responses_mean_the_same_to_everyone(kind, tmp_path):
    is_head = kind.endswith("HEAD")
    corpus = head_corpus.responses(CASES)
    findings, counts = hold(
        ours(kind, corpus, tmp_path), corpus,
        {"llhttp": lambda data: heads.llhttp_response(data, is_head),
         "h11": lambda data: heads.h11_response(data, is_head)},
        lambda line, reading, name:
            response_differences(line, reading, name == "h11" or not is_head),
    )
    report(kind, counts)
    assert not findings, "\n".join(map(str, findings[:10]))
    assert counts["accepted"] > CASES // 8 and counts["refused"] > CASES // 3
    assert counts["also by llhttp and h11"] > CASES // 10


def test_chunks_mean_the_same_to_everyone(tmp_path):
    corpus = head_corpus.chunks(CASES)
    findings, counts = hold(
        ours("chunks", corpus, tmp_path), corpus,
        {"llhttp": heads.llhttp_chunks, "h11": heads.h11_chunks}, chunk_differences,
    )
    report("chunks", counts)
    assert not findings, "\n".join(map(str, findings[:10]))
    assert counts["accepted"] > CASES // 12 and counts["refused"] > CASES // 5
    assert counts["also by llhttp and h11"] > CASES // 12


def chunk_differences(line, other, _name):
    """In what content that we accepted differs from another parser's reading of it."""
    mine = bytes.fromhex(line["payload"]), line["end"]
    return differing({"content": mine}, {"content": other})


@pytest.mark.parametrize("change", [
    {"end": 1}, {"method": b"PUT".hex()}, {"version": "1.0"}, {"body": "fixed 4"},
    {"authority": b"example.org".hex()}, {"target": b"/b".hex()},
    {"written": b"x\r\nHost: example.com\r\nX: z\r\nVia: 1.1 gw\r\n\r\n".hex()},
])
def test_the_comparison_notices_a_different_reading(change, tmp_path):
    head = head_corpus.POST + head_corpus.HOST + b"Content-Length: 5\r\nX: y\r\n\r\nhello"
    line = ours("request", [head], tmp_path)[0]
    for reading in (heads.llhttp_request(head), heads.h11_request(head)):
        assert request_differences(line, reading) == {}
        assert request_differences({**line, **change}, reading)
