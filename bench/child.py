"""What is measured in a process of its own, so that no cache is warm and memory counts from zero.

Called by the other files as `child.py poll CONFIG` and so on; prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from letters import letters
from replywatch.app.deriving.derive import derive
from replywatch.app.polling.poll import BATCH, poll
from replywatch.app.polling.sources import open_source
from replywatch.config.load import load_config
from replywatch.config.model import AnyAccount, Config
from replywatch.domain.mailboxes.fetched import FetchedMessage, Listing, MailboxState
from replywatch.domain.results.notice import Notice, Stretch
from replywatch.sources.base import Source
from replywatch.store.database import Database
from replywatch.store.facts import Facts

Figures = dict[str, float]


class Watch:
    """Listens to a poll and notes when it turned from storing to reading headers to matching."""

    def __init__(self) -> None:
        self.begun: dict[str, float] = {"start": time.perf_counter()}

    def begin(self, stretch: Stretch, total: int | None) -> None:  # noqa: ARG002 - as the program calls it
        """Note the first time."""
        self.begun.setdefault(stretch.code, time.perf_counter())

    def advance(self, steps: int) -> None:
        """Nothing."""

    def say(self, notice: Notice) -> None:
        """Nothing."""

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
    sources: list[TimedSource] = []

    def opened(account: AnyAccount) -> Source:
        sources.append(TimedSource(open_source(account)))
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
    """Put made-up facts into the store by the program's own code, then derive; the seconds that deriving took."""
    with Database(config.store_path, create=True) as database:
        facts = Facts(database)
        account = facts.account("info")
        number = facts.begin_pass(account, int(time.time()))
        epochs = {}
        for name, attribute in (("INBOX", ()), ("Sent", ("\\sent",))):
            state = MailboxState(1, count + 1, count)
            epochs[name] = facts.epoch(facts.mailbox(account, Listing(name, "/", attribute)), state, int(time.time()))
        waiting: dict[str, list[FetchedMessage]] = {name: [] for name in epochs}
        for uid, letter in enumerate(letters(count, seed=1), 1):
            batch = waiting[letter.mailbox]
            header = letter.asked_for()
            batch.append(FetchedMessage(uid, header, letter.at, 4000 + len(header), ("\\Seen",)))
            if len(batch) == BATCH:
                facts.add_batch(epochs[letter.mailbox].id, batch, (), uid, int(time.time()))
                batch.clear()
        for name, batch in waiting.items():
            facts.add_batch(epochs[name].id, batch, (), count, int(time.time()))
        facts.end_pass(number, int(time.time()), None, {})
        watch = Watch()
        derive(database, config, watch)
        return watch.phases(0.0) | {"messages": count}


def rebuild(config: Config) -> Figures:
    """Derive all rows anew."""
    watch = Watch()
    with Database(config.store_path) as database:
        derive(database, config, watch, anew=True)
    return watch.phases(0.0)


def _peak_mb() -> float:
    """The most memory this process ever held, in MB; getrusage would count what the parent held before it forked."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(task: str, config_file: str, *numbers: str) -> None:
    """Do `task` and print its figures."""
    config = load_config(Path(config_file), {})
    figures = {"poll": poll_once, "fill": fill, "rebuild": rebuild}[task](config, *map(int, numbers))
    print(json.dumps(figures | {"peak_mb": _peak_mb()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
