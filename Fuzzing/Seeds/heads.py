"""Seeds of HTTP: what agents send, what origins answer, and content."""


def head(*lines):
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n"


def get(target, *fields, host="example.com", version="HTTP/1.1", method="GET"):
    return head(f"{method} {target} {version}", f"Host: {host}", *fields)


def requests():
    plain = "http://example.com/"
    return {
        "a plain request": get(plain, "Accept: */*", "User-Agent: curl/7.88.1"),
        "a path with dots and encodings": get("http://example.com/a/./b/../%7Ec//d;p=1?q=%2f"),
        "a path that climbs": get("http://example.com/../../etc"),
        "an encoded slash": get("http://example.com/a%2Fb"),
        "an overlong dot": get("http://example.com/%c0%ae%c0%ae/"),
        "no path but a query": get("http://example.com?a=b"),
        "a port": get("http://example.com:8080/", host="example.com:8080"),
        "the default port": get("http://example.com:80/"),
        "capitals and a trailing dot": get("HTTP://Example.COM./", host="EXAMPLE.com."),
        "an IPv4 address": get("http://192.0.2.1/", host="192.0.2.1"),
        "a decimal address": get("http://3221225985/", host="3221225985"),
        "a hexadecimal address": get("http://0xC0.0x0.0x2.0x1/", host="0xC0.0x0.0x2.0x1"),
        "an IPv6 address": get("http://[2001:db8::1]:81/", host="[2001:db8::1]:81"),
        "a mapped address": get("http://[::ffff:192.0.2.1]/", host="[::ffff:192.0.2.1]"),
        "a zone id": get("http://[fe80::1%25eth0]/", host="[fe80::1%25eth0]"),
        "user information": get("http://user:secret@example.com/"),
        "a U-label": "GET http://b\u00fccher.example/ HTTP/1.1\r\nHost: x\r\n\r\n".encode(),
        "another scheme": get("ftp://example.com/"),
        "origin form": get("/index.html"),
        "a path in a tunnel": get("/a/./b?c", host="example.com:8080"),
        "blanks before the version": head("GET /  \tHTTP/1.1", "Host: example.com:8080"),
        "asterisk form": get("*", method="OPTIONS"),
        "another host": get(plain, host="other.example"),
        "no host": head(f"GET {plain} HTTP/1.1"),
        "two hosts": get(plain, "Host: example.com"),
        "version 1.0 without host": head(f"GET {plain} HTTP/1.0", "Connection: keep-alive"),
        "version 2": get(plain, version="HTTP/2.0"),
        "a tunnel": get("example.com:443", method="CONNECT", host="example.com:443"),
        "a tunnel with a bare host": get("example.com:443", method="CONNECT"),
        "a tunnel of version 1.0": head("CONNECT example.com:443 HTTP/1.0"),
        "a tunnel to an address": get("[::1]:443", method="CONNECT", host="[::1]:443"),
        "a tunnel without a port": get("example.com", method="CONNECT"),
        "a tunnel with a length": get(
            "example.com:443", "Content-Length: 0", method="CONNECT", host="example.com:443"
        ),
        "credentials": get(plain, "Proxy-Authorization: Basic YTpi", "Authorization: Bearer x"),
        "connection bound credentials": get(plain, "Authorization: Negotiate YII="),
        "a length": get(plain, "Content-Length: 12", method="POST") + b"hello, world",
        "two lengths": get(plain, "Content-Length: 1", "Content-Length: 1", method="POST"),
        "a list of lengths": get(plain, "Content-Length: 1, 1", method="POST"),
        "chunked": get(plain, "Transfer-Encoding: chunked", "TE: trailers", method="POST"),
        "stacked codings": get(plain, "Transfer-Encoding: gzip, chunked", method="POST"),
        "a length and a coding": get(
            plain, "Transfer-Encoding: chunked", "Content-Length: 5", method="POST"
        ),
        "an expectation": get(plain, "Expect: 100-continue", "Content-Length: 5", method="PUT"),
        "fields of one hop": get(
            plain, "Connection: close, x-a", "X-A: 1", "Keep-Alive: 5", "Upgrade: h2c",
            "Proxy-Connection: keep-alive", "Clawgress-Request-Id: 1", "TE: trailers", "X-B: 2",
        ),
        "a field named before it comes": get(plain, "Connection: X-Late", "a: b", "x-late: 1"),
        "a connection field about host": get(plain, "Connection: Host"),
        "via": get(plain, "Via: 1.0 fred, 1.1 other.example (note)"),
        "max forwards": get(plain, "Max-Forwards: 10", method="OPTIONS"),
        "another method by a field": get(plain, "X-HTTP-Method-Override: DELETE", method="POST"),
        "a websocket": get(
            plain, "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        ),
        "trace": get(plain, method="TRACE"),
        "a folded field": get(plain, "A: b", " c"),
        "a bare line feed": f"GET {plain} HTTP/1.1\nHost: example.com\n\n".encode(),
        "a blank before a colon": get(plain, "A : b"),
        "a control byte": get(plain, "A: b\x00c"),
        "bytes beyond ASCII": get(plain, "A: \xe4\xf6\xfc"),
        "empty lines before": b"\r\n\r\n" + get(plain),
        "too many empty lines": b"\r\n\r\n\r\n" + get(plain),
        "two requests": get(plain) + get("http://example.com/2"),
        "many fields": get(plain, *[f"X-{number}: {number}" for number in range(33)]),
        "a TLS handshake": bytes.fromhex("16030100f8010000f40303"),
        "SOCKS": bytes.fromhex("050100"),
    }


def answer(*lines):
    return head("HTTP/1.1 200 OK", *lines)


def responses():
    return {
        "a length": answer("Content-Type: text/plain", "Content-Length: 5") + b"hello",
        "chunked": answer("Transfer-Encoding: chunked", "Trailer: X-Sum") + b"0\r\n\r\n",
        "until close": answer("Server: x"),
        "close": answer("Content-Length: 0", "Connection: close"),
        "version 1.0": head("HTTP/1.0 200 OK", "Content-Length: 5"),
        "version 1.0 kept": head("HTTP/1.0 200 OK", "Content-Length: 5", "Connection: keep-alive"),
        "no reason phrase": head("HTTP/1.1 200", "Content-Length: 0"),
        "an empty reason phrase": head("HTTP/1.1 200 ", "Content-Length: 0"),
        "continue": head("HTTP/1.1 100 Continue"),
        "early hints and the answer": head("HTTP/1.1 103 Early Hints", "Link: </a>")
        + answer("Content-Length: 0"),
        "a length that cannot be": head("HTTP/1.1 204 No Content", "Content-Length: 5"),
        "not modified": head("HTTP/1.1 304 Not Modified", "Content-Length: 5", 'ETag: "x"'),
        "an upgrade": head("HTTP/1.1 101 Switching", "Upgrade: h2c", "Connection: upgrade"),
        "a websocket": head(
            "HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade",
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        ),
        "a length and a coding": answer("Content-Length: 5", "Transfer-Encoding: chunked"),
        "two lengths": answer("Content-Length: 5", "Content-Length: 6"),
        "a signed length": answer("Content-Length: +5"),
        "a coding we do not know": answer("Transfer-Encoding: gzip"),
        "fields of one hop": answer(
            "Connection: x-a, keep-alive", "X-A: 1", "Keep-Alive: timeout=5", "X-B: 2",
            "Proxy-Authenticate: Basic", "Clawgress-Request-Id: 1", "Content-Length: 0",
        ),
        "a challenge that binds the connection": head(
            "HTTP/1.1 401 No", "WWW-Authenticate: Basic realm=x, NTLM", "Content-Length: 0"
        ),
        "a folded field": answer("A: b", "\tc"),
        "a bare line feed": b"HTTP/1.1 200 OK\nContent-Length: 0\n\n",
        "a control byte": answer("A: b\x01"),
        "version 0.9": b"<html>hello</html>",
        "another protocol": b"ICY 200 OK\r\n\r\n",
        "a status below 100": head("HTTP/1.1 099 No"),
        "empty lines before": b"\r\n" + answer("Content-Length: 0"),
        "no end": b"HTTP/1.1 200 OK\r\nA: " + b"b" * 200,
        "too long": answer(*[f"X-{number}: {'x' * 20}" for number in range(40)]),
    }


def bodies():
    return {
        "one chunk": b"5\r\nhello\r\n0\r\n\r\n",
        "two chunks and a trailer": b"1\r\na\r\nA\r\n0123456789\r\n0\r\nX-Sum: 1\r\n\r\n",
        "a request behind it": b"0\r\n\r\nGET http://example.com/ HTTP/1.1\r\n\r\n",
        "zeros before a size": b"000000000000000A\r\n0123456789\r\n000\r\n\r\n",
        "extensions": b'5;a;b=c;d="e;\\"f"\r\nhello\r\n0;x\r\n\r\n',
        "a long extension": b"5;" + b"a" * 257 + b"\r\nhello\r\n0\r\n\r\n",
        "a blank behind a size": b"5 \r\nhello\r\n0\r\n\r\n",
        "a prefix before a size": b"0x5\r\nhello\r\n0\r\n\r\n",
        "a sign before a size": b"+5\r\nhello\r\n0\r\n\r\n",
        "a size that wraps": b"ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "a size of seventeen digits": b"00000000000000005\r\nhello\r\n0\r\n\r\n",
        "bare line feeds": b"5\nhello\n0\n\n",
        "no line end behind a chunk": b"5\r\nhello0\r\n\r\n",
        "a chunk that is too long": b"5\r\nhello!\r\n0\r\n\r\n",
        "a trailer about framing": b"0\r\nContent-Length: 5\r\n\r\n",
        "a trailer about the proxy": b"0\r\nProxy-Authorization: x\r\n\r\n",
        "a folded trailer": b"0\r\nA: b\r\n c\r\n\r\n",
        "cut in a size": b"5",
        "cut in a chunk": b"5\r\nhel",
        "cut in a trailer": b"0\r\nA: ",
        "plain text": b"hello, world",
        "nothing": b"",
    }
