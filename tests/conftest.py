"""Fixtures that several folders of tests share."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from servers import dovecot
from servers.certificates import Authority
from servers.provider import Provider

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job in the background inherits that Ctrl-C is ignored, and hands it on to the programs that tests interrupt.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def dovecot_server() -> Iterator[dovecot.Dovecot]:
    """The session's Dovecot; tests are skipped without one, or fail if REPLYWATCH_REQUIRE_SERVERS is 1."""
    if reason := dovecot.missing():
        if os.environ.get("REPLYWATCH_REQUIRE_SERVERS") == "1":
            pytest.fail(f"REPLYWATCH_REQUIRE_SERVERS=1, but {reason}")
        pytest.skip(reason)
    with dovecot.Dovecot() as server:
        yield server


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
