"""The demo from end to end: a company is made up, its mail served, polled and reported like anybody's."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from replywatch.app.polling.poll import poll
from replywatch.app.polling.sources import open_source
from replywatch.app.progress import Progress
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.load import load_config
from replywatch.demo.company import plan_company
from replywatch.demo.maildir import write_maildir
from replywatch.demo.server import ImapServer
from replywatch.demo.settings import CONFIG_FILE, MAIL_FOLDER, demo_config, write_password
from replywatch.domain.results.report import Report
from replywatch.errors import UsageError
from replywatch.files import make_folder


def run_demo(  # noqa: PLR0913 - what a demo can be told
    *, seed: int, messages: int, now: int, query: ReportQuery, keep: Path | None, progress: Progress
) -> Report:
    """The report of a mailbox made up for the 120 days before `now`; mail, config and store stay in `keep` if given.

    Raises `UsageError` if `keep` holds something, `ReplywatchError` if the server can't be started.
    """
    with _folder(keep) as folder:
        plan = plan_company(seed, messages, now)
        write_maildir(plan, folder / MAIL_FOLDER)
        with ImapServer(folder / MAIL_FOLDER, plan.company.address) as server:
            write_password(folder, server.password)
            config_file = folder / CONFIG_FILE
            config_file.touch(mode=0o600)
            config_file.write_text(
                demo_config(plan.company, folder, port=server.port, username=server.username), encoding="utf-8"
            )
            # the demo's own store: a database named in the environment is somebody's real one
            config = load_config(config_file, {k: v for k, v in os.environ.items() if k != "REPLYWATCH_DATABASE"})
            for outcome in poll(config, open_source, lambda: int(time.time()), progress):
                if outcome.error:
                    raise outcome.error
        return make_report(config, query, now, progress)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="replywatch-demo-") as name:
            yield Path(name)
        return
    if keep.exists() and any(keep.iterdir()):
        raise UsageError(f"the folder {keep} is not empty", "Give --keep a folder that is new or empty.")
    make_folder(keep)
    yield keep
