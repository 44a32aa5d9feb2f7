"""What a poll did, as JSON for programs that watch over it."""

from __future__ import annotations

from collections.abc import Sequence

from replywatch.domain.results.polled import AccountOutcome, Braked
from replywatch.render.numbers import rfc3339
from replywatch.render.text import brief
from replywatch.render.unread_files import files_value

SCHEMA = "replywatch.poll/1"
"""Name and number of the form: fields may be added to it, nothing is renamed or removed."""

Value = dict[str, object]


def poll_value(outcomes: Sequence[AccountOutcome], started_at: int, finished_at: int) -> Value:
    """A pass over all its accounts as values that `json.dumps` takes; instants are RFC 3339 in UTC."""
    return {
        "schema": SCHEMA,
        "started_at": rfc3339(started_at),
        "finished_at": rfc3339(finished_at),
        "accounts": [_account(outcome) for outcome in outcomes],
    }


def _account(outcome: AccountOutcome) -> Value:
    error = outcome.error
    return {
        "account": outcome.account,
        "status": outcome.status.value,
        "messages": outcome.messages,
        "mailboxes": outcome.mailboxes,
        "unread": outcome.unread,
        "unread_files": files_value(outcome.unread_files),
        "lacks_sent": outcome.lacks_sent,
        "error": {"kind": error.kind, "text": brief(error.text), "hint": brief(error.hint)} if error else None,
        "failing_since": rfc3339(outcome.failing_since) if error else None,
        "left_alone_until": rfc3339(outcome.left_alone_until),
        "unopened": [{"mailbox": brief(m.mailbox), "is_hole": m.is_hole} for m in outcome.unopened],
        "holds": [_hold(hold) for hold in outcome.holds],
    }


def _hold(hold: Braked) -> Value:
    return {"mailbox": brief(hold.mailbox), "missing": hold.missing, "known": hold.known, "capped": hold.capped}
