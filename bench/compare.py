"""Two checkouts against each other: what starting, a first poll and the store cost, and how the code is laid out.

    python bench/compare.py BEFORE AFTER

Each is a folder with a .venv of its own (`make demo` makes it). They run in turn, so that what else the machine does
falls on both. Of each figure the median of all rounds is shown, and as ratio the median of the rounds one by one: trust
that of the processor. The tables are Markdown.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # for the servers that the tests use

from rooms import Layout  # noqa: E402 - the same
from servers import dovecot  # noqa: E402 - needs the line above
from setting import Place, replywatch, spent  # noqa: E402 - the same
from wire import account, fill_mailboxes  # noqa: E402 - the same

Measured = list[dict[str, float]]
"""The rounds of one checkout."""


class Checkout:
    """One of the two."""

    def __init__(self, folder: Path, work: Path) -> None:
        self.folder = folder.resolve()
        self.python = self.folder / ".venv/bin/python"
        self.work = work
        if not self.python.exists():
            sys.exit(f"{folder} has no .venv: run `make demo` there")

    def layout(self) -> Layout:
        """What rooms.py says of its code."""
        source = self.folder / "src"
        words = [sys.executable, str(Path(__file__).with_name("rooms.py")), str(source / "replywatch")]
        environment = os.environ | {"PYTHONPATH": str(source)}
        found = subprocess.run(words, check=True, stdout=subprocess.PIPE, env=environment).stdout
        layout: Layout = json.loads(found)
        return layout


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--rounds", type=int, default=9, help="of each measurement (9)")
    parser.add_argument("--messages", type=int, default=10_000, help="of the first poll (10000); 0 leaves it out")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="replywatch-compare-") as name:
        both = [Checkout(options.before, Path(name) / "before"), Checkout(options.after, Path(name) / "after")]
        _print_layouts(*(checkout.layout() for checkout in both))
        print(
            f"\n| median of {options.rounds} | before | after | ratio | ratio, processor |\n| --- "
            + "| ---: " * 4
            + "|"
        )
        _compare_starts(both, options.rounds)
        if options.messages and dovecot.missing():
            print(f"First poll over IMAP: skipped, {dovecot.missing()}", file=sys.stderr)
        elif options.messages:
            _compare_polls(both, options.rounds, options.messages)


def _compare_starts(both: list[Checkout], rounds: int) -> None:
    """Whole commands, the report on a demo's store that each checkout made itself."""
    for checkout in both:
        replywatch("demo", "--keep", checkout.work / "demo", python=checkout.python)
    for words in ("--version", "--help", "report"):

        def run(checkout: Checkout, words: str = words) -> dict[str, float]:
            config = () if words.startswith("--") else ("--config", checkout.work / "demo/replywatch.toml")
            return spent(*config, *words.split(), python=checkout.python)

        _print_times(f"`replywatch {words}`", *in_turn(both, rounds, run))


def _compare_polls(both: list[Checkout], rounds: int, messages: int) -> None:
    """A first poll from Dovecot, as wire.py measures it, and the size of the store."""
    with dovecot.Dovecot() as server:
        user = server.new_user()
        fill_mailboxes(user, messages)
        places = {checkout.folder: Place(checkout.work / "wire", account(user)) for checkout in both}

        def run(checkout: Checkout) -> dict[str, float]:
            place = places[checkout.folder].without_store()
            figures = spent("--config", place.config, "poll", python=checkout.python)
            return figures | {"octets": place.store_mb() * 1e6 / messages}

        before, after = in_turn(both, rounds, run)
    _print_times(f"first poll of {messages:,}", before, after)
    sizes = [median(figures["octets"] for figures in rounds) for rounds in (before, after)]
    print(f"| store, octets a message | {sizes[0]:,.0f} | {sizes[1]:,.0f} | {sizes[1] / sizes[0]:.3f} | |")


def in_turn(
    both: list[Checkout], rounds: int, run: Callable[[Checkout], dict[str, float]]
) -> tuple[Measured, Measured]:
    """The figures of both, run in turn after one run of each that is not counted."""
    found: tuple[Measured, Measured] = ([], [])
    for number in range(rounds + 1):
        for measured, checkout in zip(found, both, strict=True):
            figures = run(checkout)
            if number:
                measured.append(figures)
    return found


def _print_times(what: str, before: Measured, after: Measured) -> None:
    """A row: medians of the wall clock, and of the ratios round by round."""
    middle = [1000 * median(figures["wall"] for figures in rounds) for rounds in (before, after)]
    ratio = {
        clock: median(new[clock] / old[clock] for old, new in zip(before, after, strict=True))
        for clock in ("wall", "processor")
    }
    print(f"| {what} | {middle[0]:,.0f} ms | {middle[1]:,.0f} ms | {ratio['wall']:.3f} | {ratio['processor']:.3f} |")


def _print_layouts(before: Layout, after: Layout) -> None:
    print("| layout | before | after |\n| --- | --- | --- |")
    for name, fact in before["facts"].items():
        print(f"| {name} | {fact} | {after['facts'][name]} |")
    print("\n| room | lines before | lines after |\n| --- | ---: | ---: |")
    for room in sorted(before["rooms"].keys() | after["rooms"].keys()):
        print(f"| {room} | {before['rooms'].get(room, '')} | {after['rooms'].get(room, '')} |")


if __name__ == "__main__":
    main()
