#!/usr/bin/env python3
"""Converts the URL standard's test data into the tables that our tests read.

    convert-wpt.py FOLDER TARGET     FOLDER is url/resources of a copy of web-platform-tests/wpt

Kept are the facts: an input, the host and port that the standard makes of it, `-` for a failure.
Bytes of UTF-8 outside visible ASCII, and backslashes, are written as \\xNN.
"""

import json
import os
import re
import sys

PORTS = {"http:": "80", "https:": "443"}


def main(folder, target):
    write(os.path.join(target, "wpt-urls.tsv"), urls(entries(folder, "urltestdata.json")))
    write(os.path.join(target, "wpt-hosts.tsv"), hosts(entries(folder, "toascii.json")))


def entries(folder, name):
    """The cases of a file; strings between them are comments."""
    with open(os.path.join(folder, name), encoding="utf-8") as file:
        return [entry for entry in json.load(file) if isinstance(entry, dict)]


def urls(cases):
    """Absolute URLs with the schemes http and https."""
    for case in cases:
        if not re.match(r"^[\x00-\x20]*https?:", case["input"], re.IGNORECASE):
            continue
        if case.get("failure"):
            yield escaped(case["input"]), "-", ""
        elif case["protocol"] in PORTS:
            port = case["port"] or PORTS[case["protocol"]]
            yield escaped(case["input"]), escaped(case["hostname"]), port


def hosts(cases):
    """Hosts by themselves."""
    for case in cases:
        failed = case["output"] is None
        yield escaped(case["input"]), "-" if failed else escaped(case["output"])


def escaped(text):
    """A text in visible ASCII."""
    return "".join(
        chr(byte) if 0x21 <= byte <= 0x7E and byte != 0x5C else f"\\x{byte:02X}"
        for byte in text.encode("utf-8", "surrogatepass")
    )


def write(path, rows):
    """A table with each row once, in the order of the first."""
    with open(path, "w", encoding="utf-8") as file:
        file.writelines("\t".join(row) + "\n" for row in dict.fromkeys(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
