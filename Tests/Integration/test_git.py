"""git clone and push of a repository of 50 MB over smart HTTP, allowed and denied."""

import os

import pytest

from support.clients import git
from support.waiting import until
from support.world import ISSUER, World, allow, marker, wrong

REPOSITORY_BYTES = 50 << 20
FILES = 20


@pytest.fixture(scope="module")
def repository(git_origins, git_folder):
    """A bare repository whose 50 MB cannot be compressed."""
    pages, *_ = git_origins
    bare = pages.create("large.git")
    work = os.path.join(git_folder, "work")
    assert git("init", "-b", "main", work).status == 0
    for number in range(FILES):
        with open(os.path.join(work, f"part-{number}"), "wb") as file:
            file.write(os.urandom(REPOSITORY_BYTES // FILES))
    assert git("add", ".", folder=work).status == 0
    assert git("commit", "-m", "fifty megabytes", folder=work).status == 0
    done = git("push", bare, "main", folder=work)
    assert done.status == 0, done.err
    return work


@pytest.fixture(scope="module")
def git_world(git_origins):
    _, plain, secure = git_origins
    world = World(agents=["builder"])
    key_file = world.source.create_issuer("issuer", "ES256")
    world.document["issuers"] = [
        {"issuer": ISSUER, "audiences": ["clawgress"], "key_files": [key_file]}
    ]
    world.policies(
        allow("allow-git", [f"git.test:{plain.port}", f"secure-git.test:{secure.port}"])
    ).start()
    yield world
    world.close()


@pytest.fixture(params=["http", "https"])
def base(request, git_origins):
    """Where the repositories are, by scheme."""
    _, plain, secure = git_origins
    if request.param == "http":
        return f"http://git.test:{plain.port}"
    return f"https://secure-git.test:{secure.port}"


@pytest.fixture(params=["key", "jwt"])
def proxy(request, git_world):
    password = git_world.keys["builder"]
    if request.param == "jwt":
        password = git_world.source.token("issuer", ISSUER, "builder")
    return git_world.gateway.proxy_url("builder", password)


def test_clones_a_large_repository(repository, base, proxy, authority, tmp_path):
    done = git(
        "clone", "--quiet", f"{base}/large.git", str(tmp_path / "clone"),
        proxy=proxy, authority=authority,
    )
    assert done.status == 0, done.err
    original = git("rev-parse", "HEAD", folder=repository).out
    assert git("rev-parse", "HEAD", folder=tmp_path / "clone").out == original


def test_pushes_a_large_repository(git_origins, repository, base, proxy, authority):
    pages, *_ = git_origins
    name = f"{marker()}.git"
    bare = pages.create(name)
    done = git(
        "push", "--quiet", f"{base}/{name}", "main",
        folder=repository, proxy=proxy, authority=authority,
    )
    assert done.status == 0, done.err
    original = git("rev-parse", "HEAD", folder=repository).out
    assert git("rev-parse", "main", folder=bare).out == original


def test_records_the_bytes_of_a_push(git_world, git_origins, repository):
    pages, plain, _ = git_origins
    name = f"{marker()}.git"
    pages.create(name)
    proxy = git_world.proxy_url("builder")
    done = git("push", "--quiet", f"http://git.test:{plain.port}/{name}", "main",
               folder=repository, proxy=proxy)
    assert done.status == 0, done.err
    # git first asks with an empty body whether it may, then sends the pack.
    path = f"/{name}/git-receive-pack"
    probe, pack = until("both events", lambda: two(git_world.gateway.events(
        lambda event: event["path"] == path
    )))
    assert (probe["http_method"], pack["http_method"]) == ("POST", "POST")
    assert probe["bytes_out"] < 1000
    assert REPOSITORY_BYTES < pack["bytes_out"] < REPOSITORY_BYTES * 1.01


def two(events):
    """The events if there are two of them."""
    return events if len(events) == 2 else None


def test_is_denied_another_host(git_world, git_origins, tmp_path):
    _, plain, _ = git_origins
    done = git("clone", f"http://other.test:{plain.port}/large.git", str(tmp_path / "clone"),
               proxy=git_world.proxy_url("builder"))
    assert done.status != 0
    assert "403" in done.err
    assert not [path for path in plain.paths() if path.startswith("/large.git") and "other" in path]


def test_is_refused_with_a_wrong_key(git_world, git_origins, tmp_path):
    _, plain, _ = git_origins
    done = git("clone", f"http://git.test:{plain.port}/large.git", str(tmp_path / "clone"),
               proxy=git_world.gateway.proxy_url("builder", wrong(git_world.keys["builder"])))
    assert done.status != 0
    assert "407" in done.err
