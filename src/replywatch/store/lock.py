"""One writer at a time: an advisory lock that the kernel frees when its holder ends, however it ends."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from replywatch.errors import LockedError, StoreError
from replywatch.files import make_folder

PATIENCE = 10.0
"""Seconds for which a command waits for another one that brings the store up to date."""
_STEP = 0.05


def patiently(work: Callable[[], None], is_done: Callable[[], bool]) -> None:
    """Do `work` under the lock that it takes itself, unless it `is_done`, maybe by somebody else who held the lock.

    Raises `LockedError` if somebody holds it for more than `PATIENCE` seconds and it is not done.
    """
    until = time.monotonic() + PATIENCE
    while not is_done():
        try:
            work()
        except LockedError:
            if time.monotonic() >= until:
                raise
            time.sleep(_STEP)
        else:
            break


@contextmanager
def writing(store: Path) -> Iterator[None]:
    """The lock of `store` is held inside the block; raises `LockedError` at once if somebody else holds it."""
    path = store.with_name(store.name + ".lock")
    try:
        make_folder(path.parent)
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise StoreError(
            f"the store {store} can't be written, its lock {path.name} can't be made: {error.strerror}",
            "Check the permissions of the store's folder, and the disk.",
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(handle)
        raise LockedError(
            f"another replywatch is writing to {store}",
            "Wait until it is done; its lock ends with it, even if it is killed.",
        ) from error
    except OSError as error:
        os.close(handle)
        raise StoreError(
            f"the store {store} can't be locked: {error.strerror}",
            "Put it on a disk of this machine: some network folders have no locks.",
        ) from error
    try:
        yield
    finally:
        os.close(handle)
