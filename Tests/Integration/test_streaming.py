"""Bodies of any size and without end: nothing is buffered whole, every byte is counted."""

import hashlib
import threading

from support.waiting import until
from support.world import marker

MEBIBYTE = 1 << 20


def test_passes_each_server_sent_event_as_it_comes(simple, origin):
    world = simple()
    with world.client() as client:
        client.ask("GET", f"http://origin.test:{origin.port}/events")
        answer = client.answer_head()
        assert answer.get("content-type") == "text/event-stream"
        for number in range(20):
            origin.ticks.release()
            assert client.reader.chunk() == f"data: {number}\n\n".encode()

    def told():
        # A close may be a half-close: the next event that cannot be delivered tells them apart.
        origin.ticks.release()
        return origin.broken_off.is_set()

    until("the origin to learn that the client left", told)
    event = world.gateway.event("/events")
    assert event["outcome"] == "client_closed"


def test_counts_the_bytes_of_a_large_download(simple, origin):
    world = simple()
    size, mark = 64 * MEBIBYTE, marker()
    with world.client() as client:
        answer = client.fetch("GET", f"http://origin.test:{origin.port}/bytes/{size}?{mark}")
    assert answer.body_bytes == size
    assert answer.digest == hashlib.sha256(bytes(range(256)) * (size // 256)).hexdigest()
    event = world.gateway.event(f"/bytes/{size}")
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n"
    assert event["bytes_in"] == size + len(head)


def test_counts_the_bytes_of_a_large_upload(simple, origin):
    world = simple()
    size = 64 * MEBIBYTE
    block = bytes(range(256)) * 256
    with world.client(seconds=60) as client:
        length = [("Content-Length", str(size))]
        client.ask("PUT", f"http://origin.test:{origin.port}/upload", length)
        for _ in range(size // len(block)):
            client.send(block)
        answer = client.answer()
    digest = hashlib.sha256(block * (size // len(block))).hexdigest()
    assert answer.body.decode() == f"{size} {digest}\n"
    event = world.gateway.event("/upload")
    assert size < event["bytes_out"] < size + 1000


def test_counts_heads_and_chunk_borders_exactly(simple, origin):
    world = simple()
    with world.client() as client:
        assert client.fetch("GET", f"http://origin.test:{origin.port}/chunked/3/10").status == 200
    event = world.gateway.event("/chunked/3/10")
    seen = origin.request("/chunked/3/10").head
    head = "\r\n".join([seen.start] + [f"{name}: {value}" for name, value in seen.fields])
    assert event["bytes_out"] == len(head) + 4
    chunks = 3 * len("a;note=1\r\n0123456789\r\n")
    trailer = len("0\r\nDigest-Of-All: \r\n\r\n") + 64
    answer = len("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: Digest-Of-All\r\n\r\n")
    assert event["bytes_in"] == answer + chunks + trailer


def test_holds_back_an_origin_whose_client_does_not_read(simple, origin):
    world = simple()
    size = 256 * MEBIBYTE
    before = world.gateway.memory()
    with world.client(seconds=60) as client:
        client.ask("GET", f"http://origin.test:{origin.port}/bytes/{size}")
        client.answer_head()
        for _ in range(50):
            assert world.gateway.memory() - before < 8 * 1024
        total = sum(len(piece) for piece in client.reader.exactly(size))
    assert total == size


def test_holds_back_a_client_whose_origin_does_not_read(simple, origin):
    world = simple()
    before = world.gateway.memory()
    with world.client() as client:
        client.socket.settimeout(2)
        length = [("Content-Length", str(1 << 30))]
        client.ask("PUT", f"http://origin.test:{origin.port}/drip", length)
        origin.gate.clear()
        stuck = threading.Event()

        def push():
            try:
                while True:
                    client.send(b"x" * 65536)
            except OSError:
                stuck.set()

        sender = threading.Thread(target=push, daemon=True)
        sender.start()
        until("the client to be held back", stuck.is_set, 20)
        assert world.gateway.memory() - before < 8 * 1024
    origin.gate.set()
    sender.join(5)


def test_carries_an_upload_and_a_download_at_the_same_time(simple, origin):
    world = simple()
    size = 8 * MEBIBYTE
    authority = f"origin.test:{origin.port}"
    results = []

    def both(number):
        with world.client(seconds=60) as client:
            body = bytes([number]) * size
            answer = client.fetch("POST", f"http://{authority}/upload", body=body)
            results.append(answer.body.startswith(f"{size} ".encode()))
            answer = client.fetch("GET", f"http://{authority}/bytes/{size}")
            results.append(answer.body_bytes == size)

    workers = [threading.Thread(target=both, args=(number,)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert results == [True] * 16
