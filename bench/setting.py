"""The folder a benchmark works in: config, store, and the processes it starts there."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

from letters import DOMAIN, TEAM_ADDRESS

CHILD = Path(__file__).with_name("child.py")

_CONFIG = """\
[team]
addresses = ["{address}"]
domains = ["{domain}"]
[store]
path = "store.db"
[accounts.info]
{account}
"""


class Place:
    """A folder with a config and, later, a store."""

    def __init__(self, folder: Path, account: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.config = folder / "replywatch.toml"
        self.config.write_text(_CONFIG.format(address=TEAM_ADDRESS, domain=DOMAIN, account=account), encoding="utf-8")
        self.config.chmod(0o600)

    def without_store(self) -> Place:
        """The same place as if nothing had ever been polled."""
        for path in self.folder.glob("store.db*"):
            path.unlink()
        return self

    def store_mb(self) -> float:
        """Size of the store on disk."""
        return sum(path.stat().st_size for path in self.folder.glob("store.db*")) / 1e6

    def child(self, task: str, *arguments: object) -> dict[str, float]:
        """The figures of a task of child.py, done in a process of its own."""
        words = [sys.executable, str(CHILD), task, str(self.config), *map(str, arguments)]
        figures: dict[str, float] = json.loads(subprocess.run(words, check=True, stdout=subprocess.PIPE).stdout)
        return figures


def replywatch(
    *arguments: object, importtime: bool = False, python: Path = Path(sys.executable)
) -> subprocess.CompletedProcess[str]:
    """The finished process of a command line; the environment's own config is left aside."""
    options = ["-X", "importtime"] if importtime else []
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("REPLYWATCH", "PYTHON"))}
    words = [str(python), *options, "-m", "replywatch", *map(str, arguments)]
    return subprocess.run(words, check=True, capture_output=True, text=True, env=environ)


def spent(*arguments: object, python: Path = Path(sys.executable)) -> dict[str, float]:
    """`wall` and `processor` seconds of a command line, start and end of the process included."""
    wall, processor = time.perf_counter(), _processor_of_children()
    replywatch(*arguments, python=python)
    return {"wall": time.perf_counter() - wall, "processor": _processor_of_children() - processor}


def timed(rounds: int, *arguments: object) -> dict[str, float]:
    """The medians of what `spent` says in so many rounds."""
    return middle([spent(*arguments) for _ in range(rounds)])


def _processor_of_children() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def demo_config(folder: Path) -> Path:
    """The config of a demo kept in `folder`, run now if it was not before."""
    config = folder / "demo" / "replywatch.toml"
    if not config.exists():
        replywatch("demo", "--keep", config.parent)
    return config


def middle(rounds: list[dict[str, float]]) -> dict[str, float]:
    """The median of each figure."""
    return {name: median(figures[name] for figures in rounds) for name in rounds[0]}
