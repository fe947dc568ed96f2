"""Seeds of JSON and of tokens, most of them from the case files of the unit tests."""

import base64
import json
import pathlib

TESTS = pathlib.Path(__file__).resolve().parents[2] / "Tests"
NOW = 1_800_000_000
HEADERS = {
    "es256-a": {"alg": "ES256", "kid": "es", "typ": "JWT"},
    "eddsa": {"alg": "EdDSA", "kid": "ed", "typ": "JWT"},
    "rs256": {"alg": "RS256", "kid": "rs"},
    "ps256": {"alg": "PS256", "kid": "ps"},
}
CLAIMS = {
    "iss": "https://issuer.example", "aud": "clawgress", "agent_id": "crawler",
    "iat": NOW - 10, "exp": NOW + 3_600,
}


def cases(path):
    return json.loads((TESTS / path).read_text())


def json_texts():
    seeds = {
        f"case {number:03}": case["text"].encode()
        for number, case in enumerate(cases("Platform/JWSTests/Cases/json.json"))
        if "text" in case
    }
    return seeds | {
        "all kinds of values": b'{"a":[1,-0,1.5e-3,true,false,null,{"b":{}}],"c":"\\u00e9\\n"}',
        "a surrogate pair": b'["\\ud83d\\ude00"]',
        "a lone surrogate": b'["\\ud83d"]',
        "sixteen levels": b"[" * 16 + b"]" * 16,
        "seventeen levels": b"[" * 17 + b"]" * 17,
        "nine members": json.dumps({f"m{number}": number for number in range(9)}).encode(),
        "a name twice among many": b"{" + b",".join(b'"%d":1' % (n % 9) for n in range(10)) + b"}",
        "two spellings of one name": '{"\u00e9":1,"e\u0301":2}'.encode(),
        "the greatest numbers": b"[9223372036854775807,-9223372036854775808,1.7976931348623157e308]",
        "numbers out of range": b"[9223372036854775808]",
        "the least number": b"[5e-324,1e-400,-0.0]",
        "a byte order mark": b"\xef\xbb\xbf{}",
        "overlong text": b'["\xc0\x80"]',
    }


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(header, claims):
    """Two texts that the target turns into a token with a good signature."""
    return json.dumps(header).encode() + b"\n" + json.dumps(claims).encode()


def compact(header, claims, signature):
    parts = [json.dumps(header).encode(), json.dumps(claims).encode(), signature]
    return b".".join(encoded(part) for part in parts)


def tokens():
    seeds = {}
    for number, case in enumerate(cases("RequestPath/IdentityTests/Cases/tokens.json")):
        header = HEADERS.get(case.get("signer"), HEADERS["es256-a"]) | case.get("header", {})
        claims = CLAIMS | case.get("claims", {})
        seeds[f"token {number:03} {case['name']}"] = token(
            {name: value for name, value in header.items() if value is not None},
            {name: value for name, value in claims.items() if value is not None},
        )
    for number, case in enumerate(cases("RequestPath/IdentityTests/Cases/offered.json")):
        if "value" in case:
            seeds[f"offered {number:03}"] = case["value"].encode("latin-1")
    for number, case in enumerate(cases("Platform/JWSTests/Cases/headers.json")):
        if isinstance(case.get("header"), str):
            body = json.dumps(CLAIMS).encode()
            header = case["header"].replace("\n", " ").encode()
            seeds[f"header {number:03}"] = header + b"\n" + body
    for number, case in enumerate(cases("Platform/JWSTests/Cases/keys.json")):
        if "jwk" in case:
            jwk = case["jwk"] if isinstance(case["jwk"], str) else json.dumps(case["jwk"])
            seeds[f"key {number:03}"] = jwk.encode()
    es = HEADERS["es256-a"]
    good = b"G" + bytes(63)
    other = {"iss": "b", "aud": ["x", "b"], "sub": "crawler", "iat": NOW, "exp": NOW + 600.5}
    return seeds | {
        "compact": compact(es, CLAIMS, good),
        "compact with a bad signature": compact(es, CLAIMS, bytes(64)),
        "compact with padding": compact(es, CLAIMS, good) + b"==",
        "compact of two parts": b"e30.e30",
        "another issuer with its own claims": token({"alg": "EdDSA", "kid": "b"}, other),
        "a disabled agent": token(es, CLAIMS | {"agent_id": "sleeper"}),
        "all identity claims": token(
            es, CLAIMS | {"team_id": "research", "project_id": "atlas", "environment": "test"}
        ),
        "the longest life": token(es, CLAIMS | {"iat": NOW, "exp": NOW + 86_400, "nbf": NOW}),
        "a token id that is cut": token(es, CLAIMS | {"jti": "\u00e9" * 100}),
    }
