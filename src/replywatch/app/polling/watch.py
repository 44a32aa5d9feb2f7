"""Pass after pass on a fixed schedule, whatever happens that may pass."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

from replywatch.errors import LockedError, StoreError, UnusableStoreError


def watch(
    every: int,
    one_pass: Callable[[], None],
    trouble: Callable[[LockedError | StoreError], None],
    pause: Callable[[float], None],
    clock: Callable[[], float],
) -> NoReturn:
    """Call `one_pass` at once and then every so many seconds, from start to start, until something else ends it.

    A pass that takes longer than that delays the next one to the schedule's next start: passes do not pile up. Where
    the store can't be written for now, because another poll is at work or the disk is full, `trouble` is told and the
    next pass comes in its time. All other errors end the watch: a config that can't be used, a damaged store, a bug.

    Args:
        every: Seconds.
        one_pass: Reads all accounts once; what their servers do to them is no error of it.
        trouble: Says why a pass did not come to its end.
        pause: Waits for so many seconds.
        clock: Seconds since some moment; it never goes back.
    """
    begun = clock()
    while True:
        try:
            one_pass()
        except UnusableStoreError:
            raise
        except (LockedError, StoreError) as error:
            trouble(error)
        pause(every - (clock() - begun) % every)
