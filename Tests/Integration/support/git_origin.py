"""Git over smart HTTP: the origin in front of `git http-backend`, pushes allowed."""

import os
import subprocess
import threading

from support import origin_pages, wire


class GitPages:
    """Serves the bare repositories of one folder under `/NAME.git/`."""

    def __init__(self, folder):
        self.folder = folder

    def create(self, name):
        """Makes an empty repository that accepts pushes."""
        path = os.path.join(self.folder, name)
        subprocess.run(["git", "init", "--quiet", "--bare", "-b", "main", path], check=True)
        settings = {
            "http.receivepack": "true", "core.bigFileThreshold": "1m", "core.compression": "0",
        }
        for name, value in settings.items():
            subprocess.run(["git", "-C", path, "config", name, value], check=True)
        return path

    def answer(self, origin, seen, reader, connection):
        """One request: the CGI program gets the body as a stream, its answer goes out chunked."""
        path, _, query = seen.target.partition("?")
        if ".git/" not in path:
            return origin_pages.answer(origin, seen, reader, connection)
        if (seen.head.get("expect") or "").lower() == "100-continue":
            connection.sendall(wire.message("HTTP/1.1 100 Continue", []))
        program = subprocess.Popen(
            ["git", "http-backend"], env=self._environment(seen, path, query),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )
        feeder = threading.Thread(target=_feed, args=(seen, reader, program.stdin), daemon=True)
        feeder.start()
        _answer_from(program.stdout, connection)
        program.wait()
        feeder.join()
        return True

    def _environment(self, seen, path, query):
        return {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": self.folder,
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REQUEST_METHOD": seen.method,
            "CONTENT_TYPE": seen.head.get("content-type", ""),
            "HTTP_CONTENT_ENCODING": seen.head.get("content-encoding", ""),
            "HTTP_GIT_PROTOCOL": seen.head.get("git-protocol", ""),
        }


def _feed(seen, reader, program_input):
    if "chunked" in (seen.head.get("transfer-encoding") or "").lower():
        pieces = reader.chunked(seen.trailers)
    else:
        pieces = reader.exactly(int(seen.head.get("content-length") or 0))
    for piece in pieces:
        seen.body_bytes += len(piece)
        try:
            program_input.write(piece)
        except BrokenPipeError:
            continue
    seen.complete = True
    program_input.close()


def _answer_from(program_output, connection):
    status, fields = "200 OK", [("Transfer-Encoding", "chunked")]
    while line := program_output.readline().strip():
        name, _, value = line.decode().partition(":")
        if name.lower() == "status":
            status = value.strip()
        else:
            fields.append((name, value.strip()))
    connection.sendall(wire.message(f"HTTP/1.1 {status}", fields))
    while piece := program_output.read1(65536):
        connection.sendall(wire.chunk(piece))
    connection.sendall(b"0\r\n\r\n")
