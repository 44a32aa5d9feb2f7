"""What starting costs: the time of whole commands, of their imports, and libraries that should not be among them."""

from __future__ import annotations

import re
from pathlib import Path

from setting import demo_config, replywatch, timed

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
    columns = f"{'wall ms':>10}{'processor ms':>14}{'imports ms':>12}{'modules':>9}"
    print(f"{'Start-up':24}{columns}  heavy libraries among them")
    for name, words in commands.items():
        took = {clock: 1000 * spent for clock, spent in timed(rounds, *words).items()}
        found = _IMPORT.findall(replywatch(*words, importtime=True).stderr)
        imports = sum(int(microseconds) for microseconds, _ in found) / 1000
        heavy = sorted({module.partition(".")[0] for _, module in found}.intersection(_HEAVY))
        columns = f"{took['wall']:>10.0f}{took['processor']:>14.0f}{imports:>12.0f}{len(found):>9}"
        print(f"  {name:22}{columns}  {', '.join(heavy)}")
