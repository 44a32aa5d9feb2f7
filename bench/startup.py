"""What starting costs: the time of whole commands, of their imports, and libraries that should not be among them."""

from __future__ import annotations

import re
from pathlib import Path
from statistics import median

from setting import demo_config, replywatch, seconds

_IMPORT = re.compile(r"^import time:\s*(\d+) \|\s*\d+ \| *(\S+)$", re.MULTILINE)
_HEAVY = frozenset(
    ["asyncio", "click", "dateutil", "imapclient", "platformdirs", "pymap", "rich", "sqlite3", "sqlite_utils", "ssl"]
)


def measure(folder: Path, rounds: int) -> None:
    """Print the figures of the commands that people wait for."""
    config = ("--config", demo_config(folder))
    commands: dict[str, tuple[object, ...]] = {
        "--help": ("--help",),
        "report --help": ("report", "--help"),
        "report": (*config, "report"),
        "report --format json": (*config, "report", "--format", "json"),
        "waiting": (*config, "waiting"),
    }
    print(f"{'Start-up':24}{'wall ms':>10}{'imports ms':>12}{'modules':>9}  heavy libraries among them")
    for name, words in commands.items():
        took = median(seconds(*words) for _ in range(rounds))
        found = _IMPORT.findall(replywatch(*words, importtime=True).stderr)
        spent = sum(int(microseconds) for microseconds, _ in found) / 1000
        heavy = sorted({module.partition(".")[0] for _, module in found}.intersection(_HEAVY))
        print(f"  {name:22}{took * 1000:>10.0f}{spent:>12.0f}{len(found):>9}  {', '.join(heavy)}")
