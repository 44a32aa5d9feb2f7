"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from needs import need
from servers import child, dovecot
from servers.certificates import Authority
from servers.child import MailUser
from servers.courier import Courier
from servers.cyrus import Cyrus
from servers.embedded import EmbeddedUser
from servers.provider import Provider

# A busy machine is no failure; whether work is bounded is tested with large input instead.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")

for _name in (
    "FORCE_COLOR",
    "NO_COLOR",
):  # meant for pytest, not for what it starts
    os.environ.pop(_name, None)

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background inherits that Ctrl-C is ignored, and hands it on to the programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[dovecot.Dovecot]:
    """The session's Dovecot; tests are skipped without one, or fail if REPLYWATCH_REQUIRE_SERVERS is 1."""
    need(dovecot.missing())
    with dovecot.Dovecot() as server:
        yield server


@pytest.fixture(scope="session")
def cyrus_server() -> Iterator[Cyrus]:
    """The session's Cyrus, as `dovecot_server`."""
    need(child.missing("cyrus"))
    with Cyrus() as server:
        yield server


@pytest.fixture(scope="session")
def courier_server() -> Iterator[Courier]:
    """The session's Courier, as `dovecot_server`."""
    need(child.missing("courier"))
    with Courier() as server:
        yield server


@pytest.fixture
def embedded_user(tmp_path: Path) -> Iterator[EmbeddedUser]:
    """The one user of a server as the demo uses it."""
    user = EmbeddedUser(tmp_path / "served")
    with user.server:
        yield user


@pytest.fixture(params=["dovecot", "cyrus", "courier", "embedded"])
def mail_user(request: pytest.FixtureRequest) -> Iterator[MailUser]:
    """A fresh user of each server in turn."""
    if request.param == "embedded":
        yield request.getfixturevalue("embedded_user")
    else:
        server = request.getfixturevalue(f"{request.param}_server")
        before = len(server.log())
        yield server.new_user()
        request.node.add_report_section("teardown", f"{request.param}.log", server.log()[before:])


@pytest.fixture
def dovecot_user(dovecot_server: dovecot.Dovecot, request: pytest.FixtureRequest) -> Iterator[dovecot.User]:
    """A fresh user; what the server logged during the test is shown if the test fails."""
    before = len(dovecot_server.log())
    yield dovecot_server.new_user()
    request.node.add_report_section("teardown", "dovecot.log", dovecot_server.log()[before:])


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    """A provider of logins; its authority's certificate is `ca.pem` in the test's folder."""
    authority = Authority()
    (tmp_path / "ca.pem").write_bytes(authority.certificate)
    with Provider(authority) as running:
        yield running


@pytest.fixture
def unused_port() -> int:
    """A loopback port at which nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
