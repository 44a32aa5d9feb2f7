"""What the mail that was polled so far tells of answers elsewhere, and of mail that was deleted for good."""

from __future__ import annotations

from collections.abc import Iterator

from replywatch.app.deriving.identified import identified
from replywatch.app.deriving.provenance import is_current, mailbox_uses
from replywatch.app.reporting.absent_mail import absent_mail
from replywatch.config.model import Config
from replywatch.domain.periods import Period
from replywatch.domain.results.absent_mail import AbsentMail
from replywatch.domain.results.finding import Finding, Severity
from replywatch.errors import UnreadyStoreError
from replywatch.store.database import Database
from replywatch.store.derived import Derived


def stored_absent_mail(config: Config, now: int) -> AbsentMail | None:
    """What all mail that was read until `now` tells of mail that is nowhere; None if nothing is known of it.

    As far as the store tells, which is left untouched: while it is written, or before what was read is derived under
    this config, nothing is known.

    Raises:
        StoreError: it can't be read, and waiting won't help, as where it is damaged. Of the findings only this one and
            those of accounts, which say nothing then, read more of a store than how its file begins.
    """
    try:
        with Database(config.store_path, untouched=True) as database:
            known = identified(database, config)
            if not is_current(database, known):
                return None
            uses = mailbox_uses(Derived(database), known)
            return absent_mail(database, known, uses, *Period(None, None).until_as_of(now))
    except UnreadyStoreError:
        return None


def absent_findings(found: AbsentMail) -> Iterator[Finding]:
    """A warning each if mail of ours, or mail that we answered, is nowhere."""
    if found.unseen_matter:
        mailboxes = tuple(mailbox._asdict() for mailbox in found.likely)
        values = {"conversations": found.answers_unseen, "mailboxes": mailboxes, "more": found.more}
        yield Finding(Severity.WARNING, "", "answers", "answers_unseen", values)
    if found.missing_matter:
        values = {"count": found.answers_to_missing}
        yield Finding(Severity.WARNING, "", "answers", "answers_to_missing", values)
