"""Ends that meet beginnings: each of these lost bytes or a request once."""

import socket
import threading

import pytest

from support import wire
from support.origin import Origin
from support.slow_reader import unread_answer
from support.waiting import until
from support.world import allow, marker

MEBIBYTE = 1 << 20


@pytest.mark.parametrize("_attempt", range(10))
def test_an_early_refusal_of_a_body_reaches_the_client(world, web, _attempt):
    """The origin answers, closes with bytes unread, and so resets the connection."""
    with world.client() as client:
        head = client.rendered(
            "POST", f"http://origin.test:{web.port}/refuse-body",
            [("Content-Length", str(32 * MEBIBYTE))],
        )
        client.send(head)

        def upload():
            try:
                for _ in range(32):
                    client.send(bytes(MEBIBYTE))
            except OSError:
                pass

        sender = threading.Thread(target=upload, daemon=True)
        sender.start()
        answer = client.answer()
        assert (answer.status, answer.body) == (417, b"no\n")
        client.socket.shutdown(socket.SHUT_RDWR)
        sender.join(10)


class LastWords:
    """An origin that says something once its peer has ended its side, and then ends its own."""

    def __init__(self):
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection:
                heard = b""
                while piece := connection.recv(4096):
                    heard += piece
                connection.sendall(b"heard " + heard)

    def close(self):
        """Stops listening."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def last_words():
    origin = LastWords()
    yield origin
    origin.close()


def test_an_end_that_comes_before_the_tunnel_is_open_passes_through_it(worlds, last_words):
    world = worlds(workers=1)
    world.policies(allow("allow", [f"origin.test:{last_words.port}"], tls="any")).start()
    for _ in range(20):
        with world.client() as client:
            head = client.rendered("CONNECT", f"origin.test:{last_words.port}")
            client.send(head + b"all of it")
            client.socket.shutdown(socket.SHUT_WR)
            assert client.answer("CONNECT").status == 200
            assert b"".join(client.reader.to_the_end()) == b"heard all of it"


def test_draining_does_not_cut_what_a_slow_reader_has_not_read(simple, origin):
    world = simple(workers=1)
    client, size = unread_answer(world, origin)
    with client:
        world.gateway.terminate()
        until("draining", lambda: "draining" in world.gateway.log())
        assert client.answer().body_bytes == size
    assert world.gateway.wait() == 0


@pytest.fixture
def other():
    origin = Origin()
    yield origin
    origin.close()


def test_what_paused_one_request_does_not_pause_the_next(worlds, origin, other):
    """The origin answers while the end of the body still waits in the gateway to be sent.

    How much the kernel takes first differs, so the bodies grow until the gateway's part of one
    is reached: the sizes are closer together than what it keeps at most.
    """
    world = worlds(workers=1)
    world.policies(
        allow("allow", [f"origin.test:{origin.port}", f"other.test:{other.port}"])
    ).start()
    url = f"http://origin.test:{origin.port}"
    kept = 0
    for size in range(MEBIBYTE // 8, 16 * MEBIBYTE, MEBIBYTE // 8):
        with world.client() as client:
            sender = threading.Thread(target=upload, args=(client, url, size), daemon=True)
            sender.start()
            sender.join(1 if kept else 20)
            if sender.is_alive():
                # More than the kernel and the gateway hold together: no next request then.
                client.socket.shutdown(socket.SHUT_RDWR)
                break
            origin.release.set()
            assert client.answer().body == b"early\n"
            origin.release.clear()
            try:
                # Another origin: this one's connection may be kept, and it will not read.
                client.ask("GET", f"http://other.test:{other.port}/{marker()}")
                assert client.answer().body == b"ok\n"
                kept += 1
            except (wire.Closed, ConnectionError):
                # Something of it was still in the kernel, so the answer came before its end.
                continue
    assert kept > 0


def upload(client, url, size):
    """Sends a request whose origin answers when told to, and reads nothing of the body.

    NTLM, because such a connection is never kept: the next body must not go to an origin that
    does not read.
    """
    try:
        bound = [("Authorization", "NTLM dGVzdA==")]
        client.ask("POST", f"{url}/early", fields=bound, body=bytes(size))
    except OSError:
        pass


def test_kept_origin_connections_make_way_when_descriptors_run_out(worlds, origin, last_words):
    world = worlds(workers=1, wrapper=["prlimit", "--nofile=128:128"])
    world.policies(
        allow("allow-origin", [f"origin.test:{origin.port}"]),
        allow("allow-other", [f"other.test:{last_words.port}"], tls="any"),
    ).start()
    first = world.client()
    kept = [world.client() for _ in range(12)]
    for client in kept:
        client.ask("GET", f"http://origin.test:{origin.port}/hold")
    until("all requests at the origin", lambda: len(origin.seen) == len(kept))
    origin.gate.set()
    for client in kept:
        assert client.answer().body == b"held\n"
        client.socket.close()
    # As many as it has descriptors; the kernel takes those that it cannot accept any more.
    others = [socket.create_connection(world.gateway.listener()) for _ in range(128)]
    until("the alert", lambda: "descriptors_exhausted" in world.gateway.log())
    # After the alert some may have become free: of the clients that left meanwhile.
    until("none to be left", lambda: world.gateway.descriptors() == 128)
    assert first.connect(f"other.test:{last_words.port}").status == 200
    until("one of them to close", lambda: origin.open_connections == len(kept) - 1)
    for each in others:
        each.close()
