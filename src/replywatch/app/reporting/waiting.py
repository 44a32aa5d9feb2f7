"""Who waits for an answer right now."""

from __future__ import annotations

from replywatch.app.deriving.opened import opened
from replywatch.app.progress import Progress
from replywatch.app.reporting.coverage import read_up_to
from replywatch.app.reporting.export import exchanges_at
from replywatch.app.reporting.report import ReportQuery
from replywatch.app.reporting.snapshot import Snapshot
from replywatch.config.model import Config
from replywatch.domain.messages import Rung, Status
from replywatch.domain.results.waiting import WaitingList


def waiting(config: Config, older_than: int, progress: Progress, *, everybody: bool) -> WaitingList:
    """Who waits for an answer, at least `older_than` seconds; an enquiry that ended a later turn stands for it.

    With `everybody` also those that count as never answered by now, and those of whom it is unknown because not all
    mail was read.
    """
    wanted = {Status.WAITING, Status.NEVER, Status.UNKNOWN} if everybody else {Status.WAITING}
    with opened(config, progress) as database:
        as_of = read_up_to(database, config)
        snapshot = Snapshot(database, config, as_of, Rung.SUBJECT)
        all_of_them = exchanges_at(snapshot, database, config, ReportQuery(first_only=False), as_of)
        going_on = [found for found in all_of_them if found.exchange.ended_at is None]
    rows = [found for found in going_on if found.status in wanted and found.waited >= older_than]
    rows.sort(key=lambda found: (found.exchange.ordinal > 1, found.exchange.arrived_at, found.exchange.id))
    never = sum(found.status is Status.NEVER and found.exchange.ordinal == 1 for found in going_on)
    return WaitingList(as_of, rows, 0 if everybody else never)
