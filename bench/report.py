"""`replywatch report` as a whole process: on the demo's store, and on a large one."""

from __future__ import annotations

from pathlib import Path

from setting import Place, demo_config, timed


def measure(folder: Path, rounds: int, large: int | None) -> None:
    """Print how long the demo and the reports take."""
    print(f"{'Whole commands':46}{'wall ms':>10}{'processor ms':>14}")
    _print("demo: made up, served, polled, reported", timed(rounds, "demo"))
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
        _print(f"report --since {period}, {store}", timed(rounds, *words))


def _print(what: str, took: dict[str, float]) -> None:
    print(f"  {what:44}{took['wall'] * 1000:>10,.0f}{took['processor'] * 1000:>14,.0f}")
