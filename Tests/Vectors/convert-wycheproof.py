#!/usr/bin/env python3
"""Converts Wycheproof's vectors for signed texts into the file that our tests read.

    convert-wycheproof.py FOLDER TARGET     FOLDER is testvectors_v1 of a copy of C2SP/wycheproof

Kept are the facts that a verifier needs: keys, texts, and whether each is valid. What our layer
has no business with is kept as a count with the reason.
"""

import base64
import json
import os
import re
import sys

OURS = {"ES256", "EdDSA", "RS256", "PS256"}
EMPTY = "an empty payload: neither a token nor a bundle says nothing"
OTHER = "the text says {}, its key is for {}: both must agree (RFC 8725 section 3.1)"


def main(folder, target):
    rows = []
    for name in ("json_web_signature", "json_web_key", "json_web_crypto"):
        with open(os.path.join(folder, f"{name}_test.json"), encoding="utf-8") as file:
            for group in json.load(file)["testGroups"]:
                rows += converted(name, group)
    with open(os.path.join(folder, "ed25519_test.json"), encoding="utf-8") as file:
        rows += [ed25519(group) for group in json.load(file)["testGroups"]]
    with open(os.path.join(target, "wycheproof.json"), "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join(json.dumps(row) for row in rows) + "\n]\n")


def converted(name, group):
    """One group: its applicable cases with their keys, and a count of the others by reason."""
    keys = group.get("public") or group["private"]
    keys = keys.get("keys", [keys])
    cases, others = [], {}
    for test in group["tests"]:
        if reason := not_applicable(keys, test):
            others.setdefault(reason, []).append(test["tcId"])
            continue
        case = {"id": test["tcId"], "valid": test["result"] == "valid", "text": test["jws"]}
        if case["valid"] and test["jws"].split(".")[1] == "":
            case["refused"] = EMPTY
        elif case["valid"] and (named := header_algorithm(test["jws"])) != keys[0]["alg"]:
            case["refused"] = OTHER.format(named, keys[0]["alg"])
        cases.append(case)
    about = {"vectors": name, "group": group["comment"]}
    rows = [{**about, "keys": keys, "cases": cases}] if cases else []
    return rows + [
        {**about, "not_applicable": reason, "count": len(ids)} for reason, ids in others.items()
    ]


def not_applicable(keys, test):
    """Why a case is none for a layer that verifies compact texts with public keys, or None."""
    if "jws" not in test:
        return "encryption: the layer verifies signatures"
    if not isinstance(test["jws"], str):
        return "JSON serialisation: the layer reads the compact form only"
    if all(key["kty"] == "oct" for key in keys):
        return "a symmetric key: the layer takes public keys only"
    if all(key.get("alg") not in {*OURS, None} and key_fits(key) for key in keys):
        return f"the algorithm {keys[0]['alg']}: the layer has {', '.join(sorted(OURS))}"
    if len(keys) > 1 and header_algorithm(test["jws"]) not in OURS:
        return "a text for the symmetric key of a mixed set"
    return None


def key_fits(key):
    """Whether the key is a sound one for its algorithm, and not a mistake that we must notice."""
    alg, curve = key["alg"], key.get("crv")
    return re.fullmatch("[RP]S(384|512)", alg) or (alg, curve) == ("ES521", "P-521")


def header_algorithm(text):
    part = text.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))).get("alg")


def ed25519(group):
    """Raw EdDSA: messages and signatures, because no signed text of Wycheproof uses it."""
    cases = [
        {"id": t["tcId"], "valid": t["result"] == "valid", "message": t["msg"],
         "signature": t["sig"]} for t in group["tests"]
    ]
    return {"vectors": "ed25519", "group": "", "public": group["publicKey"]["pk"], "cases": cases}


if __name__ == "__main__":
    main(*sys.argv[1:])
