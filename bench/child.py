"""What is measured in a process of its own, so that no cache is warm and memory counts from zero.

Called by the other files as `child.py poll CONFIG` and so on; prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from made_up import MadeUp
from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.mailboxes.fetched import FetchedMessage
from replywatch.domain.results.notice import Stretch
from replywatch.sources.base import Source

Figures = dict[str, float]


class Watch(Silent):
    """Listens to a poll and notes when it turned from storing to reading headers to matching."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {"start": time.perf_counter()}

    def begin(self, stretch: Stretch, total: int | None) -> None:  # noqa: ARG002 - as the program calls it
        """Note the first time."""
        self.begun.setdefault(stretch.code, time.perf_counter())

    def phases(self, fetching: float) -> Figures:
        """Seconds of each phase up to now; `fetching` of them were spent in the source."""
        end = time.perf_counter()
        reading = self.begun.get("reading_headers", end)
        matching = self.begun.get("matching_replies", end)
        return {
            "fetch": fetching,
            "store": reading - self.begun["start"] - fetching,
            "read": matching - reading,
            "match": end - matching,
            "all": end - self.begun["start"],
        }


class TimedSource:
    """A source, and the seconds spent in it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.seconds = 0.0

    def __enter__(self) -> Self:
        with self._timed():
            self._source.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._timed():
            self._source.__exit__(kind, error, trace)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the source has
        found = getattr(self._source, name)

        def timed(*arguments: object) -> Any:  # noqa: ANN401 - the same
            with self._timed():
                return found(*arguments)

        return timed if callable(found) else found

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """As the source; what the caller does between two messages is not counted."""
        messages = self._source.fetch(uids)
        while True:
            with self._timed():
                message = next(messages, None)
            if message is None:
                return
            yield message

    @contextmanager
    def _timed(self) -> Iterator[None]:
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds += time.perf_counter() - started


def poll_once(config: Config) -> Figures:
    """Poll all accounts and say how long each phase took."""
    return poll_from(config, open_source)


def poll_from(config: Config, source_of: Callable[[AnyAccount], Source]) -> Figures:
    """Poll all accounts from the sources that `source_of` opens, and say how long each phase took."""
    sources: list[TimedSource] = []

    def opened(account: AnyAccount) -> Source:
        sources.append(TimedSource(source_of(account)))
        return sources[-1]

    watch, before = Watch(), time.process_time()
    outcomes = poll(config, opened, lambda: int(time.time()), watch)
    figures = watch.phases(sum(source.seconds for source in sources))
    for outcome in outcomes:
        if outcome.error:
            raise outcome.error
    counts = {"messages": sum(outcome.messages for outcome in outcomes)}
    return figures | counts | {"processor": time.process_time() - before}


def fill(config: Config, count: int) -> Figures:
    """Poll `count` made-up letters."""
    return poll_from(config, lambda _: MadeUp(count))


def _peak_mb() -> float:
    """The most memory this process ever held, in MB; getrusage would count what the parent held before it forked."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


TASKS: dict[str, Callable[..., Figures]] = {"poll": poll_once, "fill": fill}


def main(task: str, config_file: str, *numbers: str) -> None:
    """Do `task` and print its figures."""
    figures = TASKS[task](load_config(Path(config_file), {}), *map(int, numbers))
    print(json.dumps(figures | {"peak_mb": _peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
