"""`replywatch report` as a whole process: on the demo's store, and on a large one."""

from __future__ import annotations

from pathlib import Path
from statistics import median

from setting import Place, demo_config, seconds


def measure(folder: Path, rounds: int, large: int | None) -> None:
    """Print how long the demo and the reports take."""
    print("Whole commands, wall time")
    demo = median(seconds("demo") for _ in range(rounds))
    print(f"  {'demo: made up, served, polled, reported':44}{demo * 1000:>8,.0f} ms")
    _print_reports("the demo's store", demo_config(folder), rounds)
    if large:
        _measure_large(folder, rounds, large)


def _measure_large(folder: Path, rounds: int, messages: int) -> None:
    print(f"A store of {messages:,} messages, filled and derived by the program's own code")
    place = Place(folder / "large", f'type = "mbox"\npath = "{folder / "none.mbox"}"')
    figures = place.child("fill", messages)
    for phase in ("read", "match"):
        print(f"  derived: {phase:35}{figures[phase] / messages * 1e6:>8.1f} µs a message")
    print(f"  {'most memory meanwhile':44}{figures['peak_mb']:>8.0f} MB")
    print(f"  {'size of the store':44}{place.store_mb():>8,.0f} MB")
    _print_reports(f"{messages:,} messages", place.config, rounds)


def _print_reports(store: str, config: Path, rounds: int) -> None:
    for period in ("90d", "all"):
        words = ("--config", config, "report", "--format", "json", "--since", period)
        took = median(seconds(*words) for _ in range(rounds))
        print(f"  {f'report --since {period}, {store}':44}{took * 1000:>8,.0f} ms")
