"""Pages that are files: what package managers ask of their repositories."""

import gzip
import hashlib
import io
import os
import zipfile

from support import origin_pages, wire
from support.clients import run


class Files:
    """Serves `contents`, bytes by path; anything else is not there."""

    def __init__(self):
        self.contents = {}

    def answer(self, _origin, seen, reader, connection):
        """One request for one file."""
        origin_pages.read_body(seen, reader)
        content = self.contents.get(seen.target)
        if content is None:
            return origin_pages.send(connection, seen, b"none\n", status="404 Not Found")
        # pip reads an index only if it says that it is one.
        kind = "text/html" if seen.target.endswith("/") else "application/octet-stream"
        fields = [("Content-Type", kind), ("Content-Length", str(len(content)))]
        connection.sendall(wire.message("HTTP/1.1 200 OK", fields, content))
        return True

    def add_debian_repository(self, root, folder, name):
        """A flat repository under `root` with one package that holds nothing but its name."""
        control = os.path.join(folder, name, "DEBIAN")
        os.makedirs(control)
        with open(os.path.join(control, "control"), "w", encoding="utf-8") as file:
            file.write(
                f"Package: {name}\nVersion: 1.0\nArchitecture: all\n"
                "Maintainer: suite <suite@test>\nDescription: nothing\n"
            )
        package = os.path.join(folder, f"{name}.deb")
        done = run("dpkg-deb", "--build", os.path.join(folder, name), package)
        assert done.status == 0, done.err
        with open(package, "rb") as file:
            content = file.read()
        index = (
            f"Package: {name}\nVersion: 1.0\nArchitecture: all\n"
            f"Maintainer: suite <suite@test>\nFilename: ./{name}.deb\n"
            f"Size: {len(content)}\nSHA256: {hashlib.sha256(content).hexdigest()}\n"
            "Description: nothing\n"
        ).encode()
        self.contents[f"{root}/{name}.deb"] = content
        self.contents[f"{root}/Packages"] = index
        self.contents[f"{root}/Packages.gz"] = gzip.compress(index)
        self.contents[f"{root}/Release"] = release({"Packages": index})
        return content

    def add_python_index(self, root, name):
        """A simple index (PEP 503) under `root` with one wheel."""
        wheel = f"{name}-1.0-py3-none-any.whl"
        info = f"{name}-1.0.dist-info"
        metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
        kind = "Wheel-Version: 1.0\nGenerator: suite\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(f"{name}.py", "")
            archive.writestr(f"{info}/METADATA", metadata)
            archive.writestr(f"{info}/WHEEL", kind)
            archive.writestr(f"{info}/RECORD", "")
        page = f"{root}/{name.replace('_', '-')}/"
        self.contents[page] = f'<a href="{wheel}">{wheel}</a>'.encode()
        self.contents[page + wheel] = packed.getvalue()
        return wheel


def release(files):
    """The text of a Release file that names `files`."""
    lines = [
        f" {hashlib.sha256(content).hexdigest()} {len(content)} {name}"
        for name, content in files.items()
    ]
    head = "Origin: suite\nSuite: test\nDate: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n"
    return (head + "\n".join(lines) + "\n").encode()
