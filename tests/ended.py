"""Runs `replywatch` in processes that end where a test says: killed at an event of a given number, or with a full disk.

Started as a program of its own, it imports the program once and forks for every run, so that thousands of runs take
seconds. Each line on stdin is a run, each line on stdout is what came of it (`Runs` speaks both).

Events are counted by kind, all at the edge to another library:

- `statement`: a statement that writes, or begins or ends a transaction, is about to be handed to SQLite;
- `file`: SQLite is about to write to a file, to cut one off or to remove one;
- `read`: octets have come from the network, and nobody has looked at them. They come in small pieces.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import json
import os
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, NoReturn, Self

PIECE = 400
"""Octets that come from the network at once, at most."""
BATCHES = {
    "replywatch.app.polling.mailbox": {"BATCH": 4, "WINDOW": 5},
    "replywatch.app.deriving.derive": {"READ_AT_ONCE": 7, "CLUSTERS_AT_ONCE": 5},
    "replywatch.sources.imap.fetch": {"_FIRST_BATCH": 3, "_LARGEST_BATCH": 3},
}
"""Small, so that small mailboxes take several."""
PRELOADED = (
    *(
        "cli.poll",
        "cli.rebuild",
        "cli.forget",
        "cli.purge",
        "config.load",
        "app.polling.sources",
        "app.deriving.derive",
        "app.deriving.rebuild",
    ),
    *("app.deriving.erase", "sources.imap.source", "sources.local.maildir", "render.text"),
)
_READING = ("SELECT", "PRAGMA", "CREATE TEMP", "EXPLAIN")


class Runs:
    """Runs of `replywatch`, each in a process of its own. Use as a context manager."""

    def __enter__(self) -> Self:
        command = [sys.executable, __file__]
        self._driver = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._driver.communicate(timeout=60)

    def run(
        self, folder: Path, *words: str, now: int, kill: tuple[str, int] | None = None, full: int | None = None
    ) -> Run:
        """`replywatch` with `words`, in `folder` and at the instant `now`.

        It is killed at the event of this kind and number, if it comes so far; at a write to a file half of it is done.
        Writes to files fail from number `full` on, since the disk is full.
        """
        job = {"folder": str(folder), "words": words, "now": now, "kill": kill, "full": full}
        self._driver.stdin.write(json.dumps(job) + "\n")
        self._driver.stdin.flush()
        return Run(**json.loads(self._driver.stdout.readline()))


class Run:
    """What came of a run."""

    def __init__(self, code: int, events: dict[str, int], said: str) -> None:
        self.code = code
        """As of a `Popen`: -9 if it was killed."""
        self.events = events
        """How many there were, by kind; none are known if it was killed."""
        self.said = said
        """On stdout and stderr."""


class Events:
    """Counts events, and says when the one has come at which something is to happen."""

    def __init__(self, kill: tuple[str, int] | None, full: int | None) -> None:
        self.counts: Counter[str] = Counter()
        self._kill = tuple(kill) if kill else None
        self._full = full

    def happen(self, kind: str, before: Callable[[], object] = lambda: None) -> None:
        """Count an event, and kill this process if it is the one; `before` is done first."""
        self.counts[kind] += 1
        if self._kill == (kind, self.counts[kind]):
            before()
            os.kill(os.getpid(), signal.SIGKILL)

    @property
    def disk_is_full(self) -> bool:
        """Whether writes to files fail from now on."""
        return self._full is not None and self.counts["file"] >= self._full


def watch_network(events: Events) -> None:
    """Count what comes from sockets, with TLS and without."""
    for kind in (socket.socket, ssl.SSLSocket):

        def counted(self: socket.socket, size: int, *rest: int, real: Callable[..., bytes] = kind.recv) -> bytes:
            data = real(self, min(size, PIECE), *rest)
            events.happen("read")
            return data

        kind.recv = counted  # type: ignore[method-assign]


def watch_statements(events: Events) -> None:
    """Count the statements of every connection that is opened from now on."""

    def counted(name: str) -> Callable[..., Any]:
        real = getattr(sqlite3.Connection, name)

        def instead(self: sqlite3.Connection, *arguments: Any) -> Any:
            if not arguments or not arguments[0].lstrip().upper().startswith(_READING):
                events.happen("statement")
            return real(self, *arguments)

        return instead

    names = ("execute", "executemany", "executescript", "commit", "rollback")
    connection = type("Connection", (sqlite3.Connection,), {name: counted(name) for name in names})
    sqlite3.connect = functools.partial(sqlite3.connect, factory=connection)  # type: ignore[assignment]


class _Vfs(ctypes.Structure):
    """SQLite's way to the system (https://www.sqlite.org/c3ref/vfs.html)."""

    _fields_ = (
        *((name, ctypes.c_int) for name in ("version", "file_size", "path_length")),
        *((name, ctypes.c_void_p) for name in ("next", "name", "data")),
        *((f"method{n}", ctypes.c_void_p) for n in range(13)),
        ("set_system_call", ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p)),
        ("get_system_call", ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_char_p)),
    )


_SIZE, _OFFSET, _INT, _TEXT, _DATA = ctypes.c_ssize_t, ctypes.c_int64, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p
_CALLS = {
    b"write": (_SIZE, _INT, _DATA, _SIZE),
    b"pwrite": (_SIZE, _INT, _DATA, _SIZE, _OFFSET),
    b"pwrite64": (_SIZE, _INT, _DATA, _SIZE, _OFFSET),
    b"ftruncate": (_INT, _INT, _OFFSET),
    b"unlink": (_INT, _TEXT),
}
_kept: list[object] = []
"""What SQLite calls must not be collected."""


def files_can_be_watched() -> bool:
    """Whether SQLite's system calls can be reached: not where it is built into Python without its names."""
    import _sqlite3  # noqa: PLC0415 - it is missing from few Pythons

    return hasattr(ctypes.CDLL(_sqlite3.__file__), "sqlite3_vfs_find")


def watch_files(events: Events) -> None:
    """Count what SQLite does to files, and let it fail when the disk is full."""
    import _sqlite3  # noqa: PLC0415 - the same

    find = ctypes.CDLL(_sqlite3.__file__).sqlite3_vfs_find
    find.restype, find.argtypes = ctypes.POINTER(_Vfs), [ctypes.c_char_p]
    vfs = find(None)
    for name, types in _CALLS.items():
        kind = ctypes.CFUNCTYPE(*types, use_errno=True)
        address = vfs.contents.get_system_call(vfs, name)
        if not address:
            continue  # not in this build
        real = kind(address)

        def instead(*arguments: Any, real: Callable[..., int] = real, writes: bool = b"write" in name) -> int:
            if writes:
                half = (*arguments[:2], arguments[2] // 2, *arguments[3:])
                events.happen("file", lambda: real(*half))
                if events.disk_is_full:
                    ctypes.set_errno(errno.ENOSPC)
                    return -1
            else:
                events.happen("file")
            return real(*arguments)

        _kept.append(call := kind(instead))
        assert vfs.contents.set_system_call(vfs, name, ctypes.cast(call, ctypes.c_void_p)) == 0


def _child(job: dict[str, Any], answer: int) -> NoReturn:
    """The run itself."""
    from replywatch.cli import main  # noqa: PLC0415 - not in the process of the tests

    os.chdir(job["folder"])
    said = os.open("said", os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.dup2(said, 1)
    os.dup2(said, 2)
    events = Events(job["kill"], job["full"])
    watch_network(events)
    watch_statements(events)
    if files_can_be_watched():
        watch_files(events)
    time.time = lambda: float(job["now"])
    code = main.run(job["words"])
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.write(answer, json.dumps(events.counts).encode())
    os._exit(code)


def _serve() -> None:
    """Fork for every job."""
    import gc  # noqa: PLC0415 - not in the process of the tests, as all below
    import importlib  # noqa: PLC0415
    import secrets  # noqa: PLC0415

    for module, numbers in BATCHES.items():
        for name, number in numbers.items():
            assert hasattr(importlib.import_module(module), name)
            setattr(sys.modules[module], name, number)
    for module in (
        *(f"replywatch.{name}" for name in PRELOADED),
        "sqlite_utils",
        "platformdirs.unix",
        "encodings.idna",
    ):
        importlib.import_module(module)
    secrets.token_bytes = b"\x07".__mul__  # keys are the same in every run
    gc.freeze()  # nothing of it is looked at again by the children
    for line in sys.stdin:
        job = json.loads(line)
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            _child(job, theirs)
        os.close(theirs)
        with os.fdopen(ours) as answer:
            events = json.loads(answer.read() or "{}")
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said = Path(job["folder"], "said").read_text(encoding="utf-8")
        sys.stdout.write(json.dumps({"code": code, "events": events, "said": said}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _serve()
