"""Why messages were judged and matched as they were, for other programs: one JSON object for each.

Each is one line in ASCII, which no pipe can garble.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from replywatch.domain.results.explanation import Explanation, FileJudgement
from replywatch.render.because import because_text
from replywatch.render.export import export_row
from replywatch.render.numbers import rfc3339
from replywatch.render.text import brief


def judgement_json_line(judgement: FileJudgement) -> str:
    """A message file; null what it doesn't say because it can't be read."""
    j = judgement
    read = j.kind is not None
    row = {
        "path": j.path,
        "direction": j.direction,
        "kind": j.kind,
        "rule": j.because.rule if read else None,
        "because": brief(because_text(j.because)),
        "contact": j.contact and brief(j.contact),
    }
    return json.dumps(row)


def explanation_json_line(explanation: Explanation) -> str:
    """A message of the store, with the exchanges of its conversation as `export` has them."""
    message, e = explanation.message, explanation
    row = {
        "id": message.identity,
        "message_id": message.message_id and brief(message.message_id),
        "direction": message.direction,
        "kind": message.verdict.kind,
        "rule": message.verdict.rule,
        "because": brief(because_text(message.verdict.because)),
        "contact": brief(message.contact) or None,
        "disposition": message.disposition,
        "notice": message.delivery,
        "clock": rfc3339(message.clock),
        "clock_source": message.clock_source,
        "clock_sure": message.clock_sure,
        "matched_by": e.rung,
        "exchanges": [export_row(found) for found in e.exchanges_at],
        "could_be_answers": list(_could_be_answers(e)),
    }
    return json.dumps(row)


def _could_be_answers(explanation: Explanation) -> Iterator[dict[str, object]]:
    """For each exchange that nobody answered the mail of ours that may have done so, and how much more there is."""
    for exchange, found in explanation.could_be_answers.items():
        mails = [
            {
                "id": mail.identity,
                "message_id": mail.message_id and brief(mail.message_id),
                "sent_at": rfc3339(mail.sent_at),
                "subject": brief(mail.subject),
                "answers": mail.answers,
            }
            for mail in found.nearest
        ]
        yield {"exchange": exchange, "mails": mails, "more": found.more}
