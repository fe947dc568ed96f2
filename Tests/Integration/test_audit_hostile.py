"""The audit service among those who mean harm: strangers at its ports, and gateways that send slowly,
tell what others did, or fall silent."""

import contextlib
import os
import resource
import socket
import ssl
import time

import pytest

from support.audit import (
    SERVER_NAME, NamedConnection, by_admin_api, new_boot, record,
)
from support.waiting import until


def test_nobody_tells_what_others_do_or_what_nobody_writes(services):
    service = services()
    service.daemon.start()
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    admin = service.peer("admin-api/admin-api")
    moment = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    act = {"action": "commit", "actor": "alice", "result": "ok", "timestamp": moment}
    forged = record(2, boot, record="admin", **act)
    names = {"phase": "running", "record": "heartbeat", "timestamp": moment}
    for peer, line, words in [
        (gateway, forged, "`gateway/gw-1` does not write an administrative record"),
        (gateway, record(2, boot, record="later"), "does not write a record of this kind"),
        (gateway, record(2, boot, **names), "1 to 64 numbers"),
        (gateway, record(2, boot, last_sequences=[1] * 65, **names), "1 to 64 numbers"),
        (admin, by_admin_api(boot, record="heartbeat"), "`admin-api` does not write a heartbeat"),
        (admin, by_admin_api(boot, record="gap", segment=1), "does not write a gap record"),
    ]:
        good = record(1, boot) if peer is gateway else by_admin_api(boot)
        status, answer = peer.send([good, line])
        assert (status, answer["code"], answer["errors"][0]["line"]) == (422, "record_refused", 2)
        assert words in answer["detail"], answer
    assert gateway.send([record(1, boot, last_sequences=[1] * 64, **names)])[1]["added"] == 1
    assert admin.send([by_admin_api(boot, timestamp=moment)])[1]["added"] == 1
    assert len(service.covered(2).entries) == 2

    def found(kind):
        return [each["index"] for each in admin.get(f"/v1/events?kind={kind}")["items"]]
    until("the index", lambda: found("admin") == [1])
    assert found("heartbeat") == [0]


@contextlib.contextmanager
def many_files(count):
    """Lets this process open so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(count, hard)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


# Both limits low: the service can only divide what there is. And a soft limit that it raises.
@pytest.mark.parametrize("limits", ["1024:1024", "1024:4096"])
def test_whoever_reaches_a_port_does_not_keep_the_log_from_its_disk(services, limits):
    service = services(public_listen="127.0.0.1:0", idle_checkpoint_ms=200)
    service.daemon.open_files = limits
    service.daemon.start()
    gateway, boot = service.peer("gateway/gw-1"), new_boot()
    assert gateway.send([record(1, boot)])[0] == 200
    folder = f"/proc/{service.daemon.process.pid}/fd"
    with many_files(4096), contextlib.ExitStack() as stack:
        for port in (service.daemon.ready["public_port"], service.port):
            for _ in range(1200):
                stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
        context = ssl.create_default_context(cafile=service.trusted)
        for _ in range(40):
            link = stack.enter_context(
                socket.create_connection(("127.0.0.1", service.port), timeout=10))
            try:
                stack.enter_context(context.wrap_socket(link, server_hostname=SERVER_NAME))
            except OSError:
                pass
        until("refusals", lambda: "connections are refused" in service.daemon.log())
        # A log that goes on needs new files for its tree and its journal.
        assert service.daemon.process.poll() is None
        book = os.path.join(service.state, "checkpoints")
        before = os.path.getsize(book)
        until("a sign of life", lambda: os.path.getsize(book) > before)
        assert len(os.listdir(folder)) < int(limits.split(":")[1])

    def answered():
        lines = [record(n, boot, padding="x" * 900) for n in range(2, 502)]
        try:
            return gateway.send(lines)[0] == 200
        except OSError:
            return False
    # The places are free again when the strangers are gone.
    until("an answer", answered)
    assert len(service.covered(501).entries) >= 501
    assert "the disk failed" not in service.daemon.log()
    metrics = service.peer("admin-api/admin-api").ask("GET", "/metrics")[2].decode()
    counts = [
        int(line.split()[1]) for line in metrics.splitlines()
        if line.startswith("clawgress_audit_refused_connections_total{")
    ]
    assert len(counts) == 2 and all(count > 100 for count in counts)


def half_a_batch(port, context):
    """A connection on which the rest of a body never comes."""
    link = NamedConnection(port, context)
    link.connect()
    link.sock.sendall(
        b"POST /v1/batches?since=0 HTTP/1.1\r\nHost: audit.clawgress.internal\r\n"
        b"Content-Type: application/x-ndjson\r\nContent-Length: 100000\r\n\r\n" + b"{")
    return link


def test_a_slow_sender_takes_nobody_elses_place(services):
    service = services(batch_body_ms=6000)
    service.daemon.start()
    slow, other = service.context("gateway/gw-2"), service.peer("gateway/gw-1")
    with contextlib.ExitStack() as stack:
        links = [stack.enter_context(contextlib.closing(half_a_batch(service.port, slow)))
                 for _ in range(32)]
        # Two are read, all others are told at once; on a busy machine some come later than these end.
        until("refusals", lambda: refused(service, "audit_busy") > 24)
        assert other.send([record(1, new_boot())])[0] == 200

        # What comes now and then does not keep a place.
        def are_closed():
            for link in links:
                with contextlib.suppress(OSError):
                    link.sock.sendall(b" ")
            slow = refused(service, "batch_too_slow")
            return slow >= 2 and slow + refused(service, "audit_busy") == 32
        until("the end of both", are_closed)
    peer = service.peer("gateway/gw-2")
    until("a place", lambda: peer.send([record(1, new_boot(), gateway="gw-2")])[0] == 200)


def test_half_sent_batches_do_not_hold_up_a_stop(services):
    service = services(batch_body_ms=15000)
    service.daemon.start()
    slow = service.context("gateway/gw-2")
    with contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(contextlib.closing(half_a_batch(service.port, slow)))
        # Two are read, the third one is told so.
        until("both", lambda: refused(service, "audit_busy") == 1)
        begun = time.monotonic()
        service.daemon.stop()
        assert time.monotonic() - begun < 8
    assert service.daemon.process.returncode == 0


def test_one_gateway_that_names_streams_without_end_shuts_out_itself_only(services):
    service = services(streams_max=800)
    service.daemon.start()
    greedy, other = service.peer("gateway/gw-2"), service.peer("gateway/gw-1")

    def life(peer, gateway, workers, number=1, boot=None):
        boot = boot or new_boot()
        beat = record(number, boot, gateway=gateway, record="heartbeat", phase="running",
                      last_sequences=[number] * workers)
        status, answer = peer.send([beat, record(number + 1, boot, gateway=gateway)])
        return status, answer.get("code")
    boots = {"gw-1": new_boot(), "gw-2": new_boot()}
    assert life(other, "gw-1", 4, boot=boots["gw-1"]) == (200, None)
    assert life(greedy, "gw-2", 64, boot=boots["gw-2"]) == (200, None)
    # A gateway may have an eighth of all.
    own = (503, "audit_sender_streams_full")
    assert life(greedy, "gw-2", 64) == own
    assert life(greedy, "gw-2", 36) == (200, None)
    for _ in range(20):
        assert life(greedy, "gw-2", 1) == own
    until("the alert", lambda: "senders=gateway/gw-2 " in service.daemon.log())
    for restart in range(2):
        number = 3 + 2 * restart
        assert life(other, "gw-1", 4, number, boots["gw-1"]) == (200, None)
        assert life(greedy, "gw-2", 64, number, boots["gw-2"]) == (200, None)
        assert life(other, "gw-1", 4) == (200, None)
        assert life(greedy, "gw-2", 64) == own
        assert refused(service, own[1]) > 0
        service.daemon.stop()
        service.daemon.start()
    service.daemon.stop()
    service.daemon.configure(streams_per_sender=200)
    service.daemon.start()
    assert life(greedy, "gw-2", 64) == (200, None)


def refused(service, code):
    """How many batches the service has refused with this code."""
    text = service.peer("admin-api/admin-api").ask("GET", "/metrics")[2].decode()
    head = f'clawgress_audit_refused_batches_total{{code="{code}"}} '
    return sum(int(line[len(head):]) for line in text.splitlines() if line.startswith(head))


def test_a_gateway_that_falls_silent_is_told_also_after_a_restart(services):
    service = services(gateway_silent_ms=1000, idle_checkpoint_ms=200)
    service.daemon.start()
    admin = service.peer("admin-api/admin-api")

    def beat(name, number, phase):
        line = record(number, boots[name], gateway=name, record="heartbeat", phase=phase,
                      last_sequences=[number])
        assert service.peer(f"gateway/{name}").send([line])[0] == 200

    def raised():
        return 'alert{alert="gateway_silent"} 1\n' in admin.ask("GET", "/metrics")[2].decode()
    boots = {name: new_boot() for name in ("gw-1", "gw-2")}
    beat("gw-1", 1, "start")
    beat("gw-2", 1, "start")
    beat("gw-2", 2, "drain")
    until("the alert", raised)
    assert "gateways=gw-1 " in service.daemon.log()
    service.daemon.kill()
    service.daemon.start()
    until("the alert", raised)
    text = admin.ask("GET", "/metrics")[2].decode()
    assert 'gateway_silence_seconds{gateway="gw-1"}' in text and "gw-2" not in text
    beat("gw-1", 2, "drain")
    until("its end", lambda: not raised())
    service.daemon.stop()
    service.daemon.configure(retired_gateways=["gw-1"])
    service.daemon.start()
    beat("gw-1", 3, "start")
    beat("gw-2", 3, "start")
    until("gw-2", lambda: 'gateway="gw-2"' in admin.ask("GET", "/metrics")[2].decode())
    assert 'gateway="gw-1"' not in admin.ask("GET", "/metrics")[2].decode()
