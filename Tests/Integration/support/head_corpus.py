"""Heads and chunks for the parsers to agree on: written by hand, and changed at random from a fixed seed."""

import random

from support.smuggling import variants

HOST = b"Host: example.com\r\n"
GET = b"GET http://example.com/ HTTP/1.1\r\n"
POST = b"POST http://example.com/a HTTP/1.1\r\n"

REQUESTS = [
    GET + HOST + b"\r\n",
    b"\r\n" + GET + HOST + b"\r\n",
    b"\r\n\r\n" + GET + HOST + b"\r\n",
    b"GET http://example.com/ HTTP/1.0\r\n\r\n",
    b"GET http://example.com/ HTTP/1.0\r\nHost: example.com\r\nConnection: keep-alive\r\n\r\n",
    b"GET http://example.com:8080/a/./b/../c?q=/../x HTTP/1.1\r\nHost: example.com:8080\r\n\r\n",
    b"GET http://EXAMPLE.com.:80//a%7eb%2d/%e4//?%2f HTTP/1.1\r\nHost: example.com\r\n\r\n",
    b"GET http://192.0.2.1/ HTTP/1.1\r\nHost: 192.0.2.1\r\n\r\n",
    b"GET http://[2001:DB8::1]:81/ HTTP/1.1\r\nHost: [2001:db8::1]:81\r\n\r\n",
    b"GET http://example.com?q HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS http://example.com HTTP/1.1\r\n" + HOST + b"\r\n",
    b"OPTIONS http://example.com HTTP/1.1\r\n" + HOST + b"Max-Forwards: 7\r\nA: b\r\n\r\n",
    GET + HOST + b"Max-Forwards: 7\r\nX-HTTP-Method-Override: PUT\r\n\r\n",
    b"HEAD http://example.com/x HTTP/1.1\r\n" + HOST + b"X-Empty:\r\nX-Blank:  \t \r\n\r\n",
    b"PATCH http://example.com/ HTTP/1.1\r\n" + HOST + b"content-length: 5\r\n\r\nhello",
    b"PROPFIND http://example.com/ HTTP/1.1\r\n" + HOST + b"Depth: 1\r\n\r\n",
    b"UNKNOWN http://example.com/ HTTP/1.1\r\n" + HOST + b"\r\n",
    POST + HOST + b"Content-Length: 5\r\n\r\nhello",
    POST + HOST + b"Content-Length: 0\r\n\r\n" + GET,
    POST + HOST + b"Content-Length: \t 12\t \r\n\r\n",
    POST + HOST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    POST + HOST + b"tRANSFER-eNCODING:CHUNKED\r\nTrailer: X\r\n\r\n0\r\nX: y\r\n\r\n",
    POST + HOST + b"Expect: 100-continue\r\nContent-Length: 5\r\n\r\n",
    GET + HOST + b"Accept: */*\r\nUser-Agent: a (b; c) d/1\r\nCookie: a=b; c=\"d\"\r\n\r\n",
    GET + HOST + b"Connection: close, X-Hop\r\nX-Hop: 1\r\nX-End: 2\r\n\r\n",
    GET + HOST + b"Connection: x-a , ,x-b\r\nX-A: 1\r\nx-c: 3\r\nX-B: 2\r\nX-A: 4\r\n\r\n",
    GET + HOST + b"Connection: Keep-Alive\r\nKeep-Alive: 5\r\nTE: trailers\r\n\r\n",
    GET + HOST + b"Connection: x-a, Upgrade\r\nX-A: 1\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
    GET + HOST + b"Proxy-Authorization: Basic YTpi\r\nProxy-Connection: close\r\n\r\n",
    GET + HOST + b"Clawgress-Decision: allow\r\nVia: 1.1 x\r\nX-Obs: caf\xe9 \xff\r\n\r\n",
    GET + HOST + b"A: b\tc\r\n!#$%&'*+-.^_`|~09Az: d\r\nA: e\r\n\r\nrest of another",
    b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.0\r\n\r\n",
    b"CONNECT [2001:db8::1]:8443 HTTP/1.1\r\nHost: [2001:db8::1]:8443\r\n\r\n\x16\x03\x01",
    b"CONNECT example.com:443 HTTP/1.1\r\n" + HOST + b"Content-Length: 0\r\nA: b\r\n\r\n",
]

RESPONSES = [
    b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: b\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nServer: x\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\nuntil the end",
    b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\n\r\nold",
    b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\nConnection: keep-alive\r\n\r\nold",
    b"HTTP/1.1 204 No Content\r\nX: y\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 304 Not Modified\r\nContent-Length: 500\r\nETag: \"a\"\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
    b"HTTP/1.1 404\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 404 \r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 599 Caf\xe9 au lait\r\nContent-Length: 1\r\n\r\nx",
    b"HTTP/1.1 401 No\r\nWWW-Authenticate: Basic realm=\"a\", NTLM\r\nContent-Length: 0\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nConnection: x-hop\r\nX-Hop: 1\r\nX-End: 2\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nKeep-Alive: 5\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nSet-Cookie: a\r\nSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 200 OK\r\nClawgress-Decision: allow\r\nVia: 1.1 x\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 301 Moved\r\nLocation: http://example.com/\r\ncontent-length:7 \t\r\n\r\n",
]

CHUNKS = [
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\nGET / HTTP/1.1\r\n",
    b"0\r\n\r\n",
    b"00\r\n\r\n",
    b"a\r\n0123456789\r\nA\r\n0123456789\r\n000\r\n\r\n",
    b"10\r\n0123456789abcdef\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n",
    b"5;a\r\nhello\r\n0;b=c\r\n\r\n",
    b"5;a=b;c=\"d \\\" e\"\r\nhello\r\n0\r\n\r\n",
    b"2\r\n\r\n\r\n3\r\n0\r\n\r\n0\r\n\r\n",
    b"00000005\r\nhello\r\n0\r\nTrailer-Of-Mine: \xe9\t x \r\n\r\n",
]

WORDS = [
    b"\r\n", b"\n", b"\r", b"\r\n\r\n", b"\n\n", b" ", b"\t", b":", b",", b"/", b"?", b"#", b"@",
    b"%2e", b"%2F", b"..", b"\x00", b"\x0b", b"\x7f", b"\x80", b"\xff", b"0", b"1", b"-", b"+",
    b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"http://", b"chunked", b", chunked", b"identity",
    b"Content-Length: 5\r\n", b"Content-Length: 7\r\n", b"Transfer-Encoding: chunked\r\n",
    b"Host: example.com\r\n", b"Host: example.org\r\n", b"Connection: close\r\n", b"X: y\r\n",
    b"Upgrade: websocket\r\n", b" folded\r\n", b"[::1]", b":80", b"example.org", b"\xc3\xa9",
]


def requests(count, seed=1):
    """At least `count` requests: the seeds, the smuggling variants, and changes of both."""
    target = "http://example.com/attack"
    attacks = [each.request(target, HOST) for each in variants(b"GET /poison HTTP/1.1\r\n\r\n")]
    whole = REQUESTS + attacks
    # Seeds three times as often as attacks: most of those are refused however they change.
    return whole + _changed(REQUESTS * (3 * len(attacks) // len(REQUESTS)) + attacks, count, seed)


def responses(count, seed=2):
    """At least `count` responses: the seeds and changes of them."""
    return RESPONSES + _changed(RESPONSES, count, seed)


def chunks(count, seed=3):
    """At least `count` chunked contents: the seeds, the smuggling variants, and changes."""
    attacks = [
        each.body for each in variants(b"GET /poison HTTP/1.1\r\n\r\n")
        if each.name.startswith("chunks ")
    ]
    whole = CHUNKS + attacks
    return whole + _changed(CHUNKS * 16 + attacks, count, seed)


def _changed(seeds, count, seed):
    generator = random.Random(seed)
    return [_change(generator.choice(seeds), generator) for _ in range(count)]


def _change(data, generator):
    """One to three small changes, so that about a third of the results is still accepted."""
    for _ in range(generator.choice((1, 1, 2, 3))):
        place = generator.randrange(len(data) + 1)
        match generator.randrange(6):
            case 0:
                data = data[:place] + data[place + 1:]
            case 1:
                data = data[:place] + bytes([generator.randrange(256)]) + data[place + 1:]
            case 2:
                data = data[:place] + generator.choice(WORDS) + data[place:]
            case 3:
                data = data[:place] + data[place:place + 1].swapcase() + data[place + 1:]
            case 4:
                data = _line_moved(data, generator)
            case 5:
                end = data.find(b"\r\n") + 2
                data = data[:end] + generator.choice(WORDS) + data[end:]
    return data


def _line_moved(data, generator):
    """A field line doubled, removed or put somewhere else."""
    lines = data.split(b"\r\n")
    if len(lines) < 4:
        return data
    line = lines.pop(generator.randrange(1, len(lines) - 2))
    for _ in range(generator.randrange(3)):
        lines.insert(generator.randrange(1, len(lines) - 1), line)
    return b"\r\n".join(lines)
