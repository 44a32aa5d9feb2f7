"""Everything derived again from the facts."""

from __future__ import annotations

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.identified import identified
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.store.database import Database
from replywatch.store.lock import writing


def rebuild(config: Config, progress: Progress) -> None:
    """Drop all derived rows and make them again. Raises `LockedError` while a poll is at work."""
    with Database(config.store_path) as database, writing(config.store_path):
        derive(database, identified(database, config), progress, anew=True)
