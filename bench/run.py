"""Prints how fast replywatch is here, how much memory it takes, and how well it matches. Figures only; nothing fails.

Trust the ratios: machines differ, and so does one machine from minute to minute.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))  # for the servers that the tests use

import drip  # noqa: E402 - needs the line above
import matching  # noqa: E402 - the same
import memory  # noqa: E402 - the same
import report  # noqa: E402 - the same
import startup  # noqa: E402 - the same
import wire  # noqa: E402 - the same
from servers import dovecot  # noqa: E402 - the same

SECTIONS = ("wire", "drip", "memory", "report", "startup", "matching")


def main() -> None:
    """Run the sections that were asked for."""
    options = _options()
    missing = dovecot.missing()
    with tempfile.TemporaryDirectory(prefix="replywatch-bench-") as name:
        folder = Path(name)
        for section in options.only:
            if section == "wire" and missing:
                print(f"First poll over IMAP: skipped, {missing}")
            elif section == "wire":
                wire.measure(folder, options.messages, options.rounds)
            elif section == "drip":
                drip.measure()
            elif section == "memory":
                memory.measure(folder, options.messages, imap=not missing)
            elif section == "report":
                report.measure(folder, options.rounds, options.large)
            elif section == "matching":
                matching.measure()
            else:
                startup.measure(folder, options.rounds)
            print()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="in the mailbox that is polled (10000)")
    parser.add_argument("--rounds", type=int, default=3, help="of each measurement; medians are shown (3)")
    parser.add_argument("--only", type=_sections, default=SECTIONS, help=f"some of {','.join(SECTIONS)}")
    parser.add_argument(
        "--large", nargs="?", type=int, const=1_000_000, help="also reports on a store of 1,000,000; takes minutes"
    )
    return parser.parse_args()


def _sections(text: str) -> tuple[str, ...]:
    words = tuple(text.split(","))
    if wrong := set(words) - set(SECTIONS):
        raise argparse.ArgumentTypeError(f"there is no section {', '.join(sorted(wrong))}")
    return words


if __name__ == "__main__":
    main()
