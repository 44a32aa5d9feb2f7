"""The demo's own IMAP server: pymap as a child process, on loopback, for as long as a `with` block lasts."""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from replywatch.errors import ReplywatchError
from replywatch.hosts import LOOPBACK

CHILD = "replywatch.demo.serve"
START_TIMEOUT = 60.0
"""Seconds the child may take to read the mail: about 1.5 for a thousand messages."""
STOP_TIMEOUT = 2.0
"""Seconds it may take to end by itself before it is killed."""
_HANDED_ON = re.compile(r"PATH|HOME|TZ|LANG|LC_.*|TMPDIR|LD_LIBRARY_PATH|DYLD_.*|PYTHON.*")
"""Of the environment: what Python needs to run. Passwords may be in the rest."""


class ImapServer:
    """Serves the Maildir tree at `folder` over IMAP, without TLS, to one user with a random password.

    A context manager: entering it returns once connections are accepted at `host` and `port`; leaving it ends
    the server in any case. Should this process be killed, the server ends too, because its stdin does.

    Raises:
        ReplywatchError: On entering: the server did not start.
    """

    host = LOOPBACK

    def __init__(self, folder: Path, username: str) -> None:
        self.folder = folder
        self.username = username
        self.password = secrets.token_urlsafe(18)
        self.port = 0
        self._process: subprocess.Popen[str] | None = None
        self._log: IO[bytes] | None = None

    def __enter__(self) -> Self:
        """Start the server and wait until it accepts connections."""
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(  # noqa: S603 - this very Python, and a module of our own
            [sys.executable, "-P", "-m", CHILD],  # -P: nothing from the current folder is imported
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            env={name: value for name, value in os.environ.items() if _HANDED_ON.fullmatch(name)},
            start_new_session=True,  # Ctrl-C is for the parent, which then ends the child
        )
        try:
            self.port = self._start(self._process)
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the server."""
        self._stop()

    @property
    def output(self) -> str:
        """The end of what the server wrote to stderr: for error messages."""
        if self._log is None:
            return ""
        self._log.seek(0)
        return self._log.read().decode(errors="replace").strip()[-2000:]

    def _start(self, process: subprocess.Popen[str]) -> int:
        """Tell the child what to serve; the port it answers with."""
        assert process.stdin is not None  # noqa: S101 - Popen was told to make a pipe
        assert process.stdout is not None  # noqa: S101 - the same
        request = {"folder": str(self.folder), "username": self.username, "password": self.password}
        try:
            process.stdin.write(json.dumps(request) + "\n")
            process.stdin.flush()
        except BrokenPipeError:
            pass  # it died at once: no port will come, and its output says why
        ready, _, _ = select.select([process.stdout], [], [], START_TIMEOUT)
        port = process.stdout.readline().strip() if ready else ""
        if not port.isdigit():
            process.kill()
            process.wait()
            raise ReplywatchError("the demo's IMAP server did not start", self.output.rpartition("\n")[2])
        return int(port)

    def _stop(self) -> None:
        """End the child: politely, then for certain."""
        process, self._process = self._process, None
        if process is None:
            return
        try:
            process.communicate(timeout=STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        finally:
            if self._log is not None:
                self._log.close()
                self._log = None
