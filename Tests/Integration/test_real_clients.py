"""Clients whose habits a strict proxy could break: each goes through a real gateway as it is.

curl, git with 50 MB, and requests have files of their own (`test_web_clients`, `test_git`).
"""

import http.client
import os
import sys

import pytest
from curl_cffi import requests as curl_requests

from support.client import basic
from support.clients import git, run
from support.files import Files
from support.origin import Origin
from support.waiting import until
from support.world import World, allow, marker

# More probes than the failures that the gateway lets one source cause.
PROBES = 25


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """What the package managers get: a Debian repository and a Python index."""
    files = Files()
    folder = str(tmp_path_factory.mktemp("packages"))
    files.package = files.add_debian_repository("/debian", folder, "clawgress-suite")
    files.wheel = files.add_python_index("/simple", "clawgress_suite")
    return files


@pytest.fixture(scope="module")
def depot(files):
    origin = Origin(pages=files.answer)
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def office(web, secure, depot, git_origins):
    """One agent, all origins."""
    _, plain, _ = git_origins
    world = World()
    world.policies(allow("allow-all", [
        f"origin.test:{web.port}", f"secure.test:{secure.port}", f"other.test:{depot.port}",
        f"git.test:{plain.port}",
    ])).start()
    yield world
    world.close()


def test_openssl_tunnels_with_version_10_and_no_host(office, secure, authority):
    mark = marker()
    host = f"secure.test:{secure.port}"
    done = run(
        "openssl", "s_client", "-proxy", f"127.0.0.1:{office.gateway.port}",
        "-proxy_user", "crawler", "-proxy_pass", f"pass:{office.keys['crawler']}",
        "-connect", host, "-servername", "secure.test", "-CAfile", authority.certificate,
        "-verify_return_error", "-quiet", "-ign_eof",
        given=f"GET /{mark} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n",
    )
    # Its status is no success, because our origin ends its connections without a word of TLS.
    assert done.out.startswith("HTTP/1.1 200 OK") and done.out.endswith("ok\n"), done.err
    assert f"/{mark}" in secure.paths()


def test_openssl_is_told_that_it_must_prove_who_it_is(office, secure):
    done = run(
        "openssl", "s_client", "-proxy", f"127.0.0.1:{office.gateway.port}",
        "-connect", f"secure.test:{secure.port}", "-servername", "secure.test", given="",
    )
    assert done.status != 0
    assert "407" in done.err + done.out


def test_python_tunnels_as_its_version_does(office, secure, authority):
    # Before Python 3.12 the CONNECT is of version 1.0 and has no Host.
    mark = marker()
    connection = http.client.HTTPSConnection(
        "127.0.0.1", office.gateway.port, timeout=20, context=authority.client_context()
    )
    connection.set_tunnel(
        "secure.test", secure.port, {"Proxy-Authorization": office.credentials()}
    )
    connection.request("GET", f"/{mark}")
    assert connection.getresponse().status == 200
    connection.close()
    assert f"/{mark}" in secure.paths()


def apt(office, depot, folder, *arguments):
    """apt with nothing of this machine's: lists, caches and sources are in `folder`."""
    for name in ("lists/partial", "archives/partial", "etc/preferences.d", "etc/apt.conf.d",
                 "etc/sources.list.d", "etc/trusted.gpg.d"):
        os.makedirs(folder / name, exist_ok=True)
    (folder / "status").touch()
    (folder / "sources.list").write_text(
        f"deb [trusted=yes] http://other.test:{depot.port}/debian ./\n"
    )
    settings = {
        "Dir::Etc": folder / "etc", "Dir::Etc::sourcelist": folder / "sources.list",
        "Dir::State": folder, "Dir::State::lists": folder / "lists",
        "Dir::State::status": folder / "status", "Dir::Cache": folder,
        "Dir::Cache::archives": folder / "archives", "APT::Sandbox::User": "",
        "Acquire::http::Proxy": office.proxy_url(), "Acquire::Retries": 0,
        "Acquire::Languages": "none",
    }
    options = [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]
    configuration = folder / "apt.conf"
    configuration.touch()
    return run("apt-get", *options, *arguments, folder=folder,
               environment={"APT_CONFIG": str(configuration), "LC_ALL": "C"})


def test_apt_updates_and_downloads_with_dots_in_its_paths(office, depot, files, tmp_path):
    # apt asks for `/debian/./Packages`; that is one path with `/debian/Packages`, which is what
    # the policy judged, the origin gets and the record says.
    assert "/debian/./InRelease" in apt(office, depot, tmp_path, "--print-uris", "update").out
    updated = apt(office, depot, tmp_path, "update", "--error-on=any")
    assert updated.status == 0, updated.out + updated.err
    downloaded = apt(office, depot, tmp_path, "download", "clawgress-suite")
    assert downloaded.status == 0, downloaded.out + downloaded.err
    (package,) = tmp_path.glob("clawgress-suite_1.0_*.deb")
    assert package.read_bytes() == files.package
    assert "/debian/clawgress-suite.deb" in depot.paths()
    assert not [path for path in depot.paths() if "/./" in path]
    event = office.gateway.event("clawgress-suite.deb")
    assert (event["path"], event["status"]) == ("/debian/clawgress-suite.deb", 200)


def probes_and_answers(office, marks):
    """How many 407 and how many allowed answers the records of these paths or hosts say."""
    def found():
        events = office.gateway.events(
            lambda event: any(mark in (event["path"] or "") for mark in marks)
        )
        asked = [event for event in events if event["reason"] == "credentials_missing"]
        allowed = [event for event in events if event["decision"] == "allow"]
        return (len(asked), len(allowed)) if len(allowed) >= len(marks) else None
    return until("the allowed answers", found)


def test_git_may_ask_anonymously_before_each_proof(office, git_origins):
    pages, plain, _ = git_origins
    marks = [marker() for _ in range(PROBES)]
    for mark in marks:
        pages.create(f"{mark}.git")
        done = git("ls-remote", f"http://git.test:{plain.port}/{mark}.git",
                   proxy=office.proxy_url())
        assert done.status == 0, done.err
    asked, allowed = probes_and_answers(office, marks)
    assert asked == PROBES and allowed >= PROBES


def java(office, authority, *urls):
    """A Java program that asks for each URL; the statuses that it saw."""
    source = os.path.join(os.path.dirname(__file__), "support", "ProxiedFetch.java")
    done = run("java", source, str(office.gateway.port), "crawler", office.keys["crawler"],
               authority.certificate, *urls)
    assert done.status == 0, done.err
    return done.out.split()


def test_java_asks_anonymously_first(office, web, authority):
    marks = [marker() for _ in range(3)]
    urls = [f"http://origin.test:{web.port}/{mark}" for mark in marks]
    assert java(office, authority, *urls) == ["200"] * 3
    asked, allowed = probes_and_answers(office, marks)
    assert asked >= 1 and allowed == 3


def test_java_opens_its_tunnels_anonymously_first(office, secure, authority):
    mark = marker()
    assert java(office, authority, f"https://secure.test:{secure.port}/{mark}") == ["200"]
    assert f"/{mark}" in secure.paths()
    assert office.gateway.events(
        lambda event: event["http_method"] == "CONNECT" and event["reason"] == "credentials_missing"
    )


def test_a_post_quantum_hello_passes(office, secure, authority):
    # The system's OpenSSL has no X25519MLKEM768. curl-cffi is curl upon BoringSSL with the hello
    # of a browser that has: 1.7 KB and more, which no single small read holds.
    mark, before = marker(), len(large_tunnels(office))
    for browser in ("chrome131", "firefox135"):
        answer = curl_requests.get(
            f"https://secure.test:{secure.port}/{mark}", proxy=office.proxy_url(),
            impersonate=browser, verify=authority.certificate, timeout=20,
        )
        assert (answer.status_code, answer.text) == (200, "ok\n")
    assert secure.paths().count(f"/{mark}") == 2
    until("the events of both tunnels", lambda: len(large_tunnels(office)) == before + 2)


def large_tunnels(office):
    """Events of tunnels out of which went more than a hello with a key share of 1,216 bytes."""
    return office.gateway.events(
        lambda event: event["http_method"] == "CONNECT" and event["bytes_out"] > 1_700
    )


def test_pip_downloads_from_an_index(office, depot, files, tmp_path):
    done = run(
        sys.executable, "-m", "pip", "--isolated", "--disable-pip-version-check", "download",
        "--no-deps", "--no-cache-dir", "--dest", str(tmp_path), "--proxy", office.proxy_url(),
        "--index-url", f"http://other.test:{depot.port}/simple/",
        "--trusted-host", "other.test", "clawgress_suite",
    )
    assert done.status == 0, done.out + done.err
    assert (tmp_path / files.wheel).exists()


def test_wget_fetches_with_credentials_of_its_own(office, depot, files):
    done = run(
        "wget", "--no-config", "--quiet", "--tries=1", "--output-document=-",
        "--proxy-user=crawler", f"--proxy-password={office.keys['crawler']}",
        "-e", "use_proxy=yes", "-e", f"http_proxy=127.0.0.1:{office.gateway.port}",
        f"http://other.test:{depot.port}/debian/Release",
    )
    assert (done.status, done.out.encode()) == (0, files.contents["/debian/Release"]), done.err


def test_a_client_that_was_refused_may_prove_itself_on_the_same_connection(office, web):
    mark = marker()
    url = f"http://origin.test:{web.port}/{mark}"
    with office.client(agent_id=None) as client:
        assert client.fetch("GET", url).status == 407
        client.credentials = basic("crawler", office.keys["crawler"])
        assert client.fetch("GET", url).status == 200
