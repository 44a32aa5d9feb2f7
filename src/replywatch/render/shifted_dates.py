"""Sent mail that got a new time when it was moved to another server, in words."""

from __future__ import annotations

from datetime import date, timedelta


def shifted_dates_words(day: date) -> tuple[str, str]:
    """What is wrong, to stand behind a number of messages most of which were saved on `day`; and what to do."""
    what = (
        f"were saved over a day after the date they bear, most on {day}, as if moved here without their times:"
        " replies count from when they were saved"
    )
    hint = (
        "Move them once more, with a program that keeps INTERNALDATE (imapsync does); or add a Maildir or mbox copy"
        ' of the old mail as an account, and give the mailbox here the role "skip". Until then, look at newer mail'
        f" only: --since {day + timedelta(days=1)}."
    )
    return what, hint
