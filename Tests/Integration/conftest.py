"""Fixtures of the suite: one set of origins for all tests, gateways as widely shared as fits."""

import shutil
import tempfile

import pytest

from support import privileges
from support.audit import AuditService
from support.certificates import Authority
from support.chain import Chain
from support.gateway import raise_descriptor_limit
from support.git_origin import GitPages
from support.origin import Origin
from support.tokens import Issuer
from support.world import ISSUER, LOOPBACK, World, allow, deny

raise_descriptor_limit()

# What the suite holds on the disk at one time, spools and repositories of 50 MB among it.
DISK_BYTES = 3 << 30


def pytest_sessionstart():
    """A full disk would be a hundred failures that name everything but their reason."""
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    if free < DISK_BYTES:
        pytest.exit(
            f"{folder} has {free >> 20} MiB left and the suite needs {DISK_BYTES >> 20} MiB; "
            "make room, or name another folder in TMPDIR", returncode=pytest.ExitCode.USAGE_ERROR,
        )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Shows with a failure what the gateways of the test said and recorded last."""
    report = yield
    if report.when == "call" and report.failed:
        for world in World.opened:
            report.sections.append(("gateway", world.gateway.last_words()))
    return report


@pytest.fixture(scope="session")
def authority():
    folder = privileges.reachable_folder("clawgress-authority-")
    yield Authority(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def services(authority):
    """Makes audit services, and ends them."""
    made = []

    def make(**settings):
        made.append(AuditService(authority, **settings))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture(scope="session")
def tls(authority):
    return authority.server_context(["secure.test", "secure-git.test", "*.test", "127.0.0.1"])


@pytest.fixture
def origin():
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def web():
    """The HTTP origin of a whole file of tests; its policies are in `world`."""
    origin = Origin()
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def secure(tls):
    """The HTTPS origin of a whole file of tests."""
    origin = Origin(tls=tls)
    yield origin
    origin.close()


@pytest.fixture(scope="module")
def git_folder():
    folder = privileges.reachable_folder("clawgress-git-")
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def git_origins(git_folder, tls):
    """The same repositories over HTTP and over HTTPS."""
    pages = GitPages(git_folder)
    origins = Origin(pages=pages.answer), Origin(tls=tls, pages=pages.answer)
    yield (pages, *origins)
    for each in origins:
        each.close()


@pytest.fixture(scope="module")
def world(web, secure):
    """A gateway with the usual agents and policies in front of `web` and `secure`."""
    world = World(agents=["crawler", "builder", "limited"], quotas=[
        {"agent_id": "limited", "rps_limit": 5, "rpm_limit": 1000, "mode": "hard_stop"},
    ])
    world.issuer_file = world.source.create_issuer("issuer", "EdDSA")
    world.foreign = Issuer(world.folder, "https://foreign.test")
    world.document["issuers"] = [{
        "issuer": ISSUER, "audiences": ["clawgress"], "life_seconds_max": 86400,
        "key_files": [world.issuer_file],
    }, {
        "issuer": world.foreign.name, "audiences": ["clawgress"], "keys": [world.foreign.jwk()],
    }]
    world.policies(
        allow("allow-web", [f"origin.test:{web.port}"]),
        allow("allow-secure", [f"secure.test:{secure.port}"]),
        allow("allow-plain-tunnel", [f"other.test:{web.port}"], tls="any"),
        deny("deny-secret", {
            "destination": [f"origin.test:{web.port}"], "path_prefix": ["/secret"],
        }),
        deny("watch-observed", {
            "destination": [f"origin.test:{web.port}"], "path_prefix": ["/watched"],
        }, mode="observe"),
    ).start()
    yield world
    world.close()


@pytest.fixture
def worlds():
    """Makes worlds of a test's own and closes them after it."""
    made = []

    def make(**arguments):
        made.append(World(**arguments))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def chains(authority, origin):
    """Makes chains of a test's own and closes them after it."""
    made = []

    def make(**changes):
        made.append(Chain(authority, origin, **changes))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.fixture
def simple(worlds, origin):
    """Makes a running world: `crawler` may ask `origin` as origin.test, and tunnel to it."""
    def make(**arguments):
        changes = arguments.pop("policy", {})
        world = worlds(**arguments)
        destination = [f"origin.test:{origin.port}"]
        return world.policies(allow("allow-origin", destination, tls="any", **changes)).start()

    return make


@pytest.fixture(scope="session")
def loopback():
    return LOOPBACK
