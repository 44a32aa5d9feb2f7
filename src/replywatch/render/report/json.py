"""The report as JSON, for dashboards and other programs: its form is laid down in `report.schema.json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

from replywatch.domain.figures.benchmarks import Benchmark
from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.results.figures import Figure, figures
from replywatch.domain.results.report import Definition, Report, WaitingPerson
from replywatch.render.locale import Locale
from replywatch.render.numbers import number, rfc3339, share
from replywatch.render.report.labels import PUBLISHED, row_label
from replywatch.render.text import brief
from replywatch.render.warnings_json import warning_value

SCHEMA = "replywatch.report/2"
"""Name and number of the form: fields may be added to it, nothing is renamed or removed."""
_EXCLUDED = "excluded."

Value = dict[str, object]


def report_json(report: Report) -> str:
    """`report` as one JSON object with sorted keys, in ASCII, with a line end.

    Durations are seconds, instants RFC 3339 in UTC, shares between 0 and 1; labels and texts are English, days in them
    those of the definition's zone. Subjects and addresses stand as they came, cut where they are absurdly long; since
    everything outside ASCII is escaped, they do nothing to a terminal.
    """
    return json.dumps(report_value(report), indent=2, sort_keys=True, allow_nan=False) + "\n"


def report_value(report: Report) -> Value:
    """The same as values that `json.dumps` takes."""
    sections: dict[str, list[Figure]] = {}
    for figure in figures(report):
        sections.setdefault(figure.section, []).append(figure)
    measure, english = report.definition.measure, Locale(report.definition.zone)
    return {
        "schema": SCHEMA,
        "version": report.version,
        "generated_at": rfc3339(report.generated_at),
        "as_of": rfc3339(report.as_of),
        "period": {"since": rfc3339(report.period.since), "until": rfc3339(report.period.until)},
        "definition": _definition(report.definition),
        "warnings": [warning_value(warning, english) for warning in report.warnings],
        "totals": _by_key(sections["totals"]),
        "buckets": [_row(figure, measure) for figure in sections["buckets"]],
        "expected": [_expected(figure, measure) for figure in sections["expected"]],
        "percentiles": _by_key(sections["percentiles"]),
        "survival": _survival(sections["survival"]),
        "acknowledged": _acknowledged(*sections["acknowledged"]),
        "waiting": {
            "count": report.summary.counts["waiting"],
            "oldest": [_waiting_person(person) for person in report.oldest_waiting],
        },
        "ledger": _ledger(sections["ledger"], closes=report.ledger.closes),
        "coverage": _coverage(report.coverage),
        "benchmarks": [_benchmark(benchmark) for benchmark in report.benchmarks],
    }


def _definition(definition: Definition) -> Value:
    return {
        "measure": definition.measure,
        "clock": definition.clock,
        "zone": str(definition.zone),
        "never_after_seconds": definition.never_after,
        "new_enquiry_after_seconds": definition.new_enquiry_after,
        "min_match": definition.min_match.value,
        "rules_version": definition.rules_version,
        "fields_version": definition.fields_version,
        "config_fingerprint": definition.config_fingerprint,
    }


def _by_key(found: Iterable[Figure]) -> Value:
    """Figures that are known by their key alone; what is no count has its unit behind the key."""
    return {
        figure.key if unit == "count" else f"{figure.key}_{unit}": number(unit, value)
        for figure in found
        for unit, value in figure.values.items()
    }


def _numbers(figure: Figure) -> Value:
    return {unit: number(unit, value) for unit, value in figure.values.items()}


def _row(figure: Figure, measure: str) -> Value:
    """A row with its label, its edges and its numbers."""
    row: Value = {"key": figure.key, "label": row_label(figure.key, measure)}
    return row | dict(figure.dimensions) | _numbers(figure)


def _expected(figure: Figure, measure: str) -> Value:
    """A row of the expected shares, which are plain shares here."""
    return {name.removeprefix("expected_"): value for name, value in _row(figure, measure).items()}


def _survival(found: Sequence[Figure]) -> Value:
    """The estimates within so many seconds, and the figures of the whole curve."""
    within = [{"seconds": figure.dimensions["to_seconds"]} | _numbers(figure) for figure in found if figure.dimensions]
    return {"within": within} | _by_key(figure for figure in found if not figure.dimensions)


def _acknowledged(figure: Figure) -> Value:
    numbers = _numbers(figure)
    return {"count": numbers["count"], "share": numbers["share"], "median_seconds": numbers["seconds"]}


def _waiting_person(person: WaitingPerson) -> Value:
    return {
        "id": person.id,
        "message_id": person.message_id and brief(person.message_id),
        "contact": brief(person.contact),
        "subject": brief(person.subject),
        "arrived_at": rfc3339(person.arrived_at),
        "waiting_seconds": person.waiting_seconds,
        "bounced_reply": person.bounced_reply and brief(person.bounced_reply),
    }


def _ledger(found: Iterable[Figure], *, closes: bool) -> Value:
    counts = _by_key(found)
    excluded = {key.removeprefix(_EXCLUDED): count for key, count in counts.items() if key.startswith(_EXCLUDED)}
    others = {key: count for key, count in counts.items() if not key.startswith(_EXCLUDED)}
    return others | {"excluded_by_kind": excluded, "closes": closes}


def _coverage(coverage: Coverage) -> Value:
    return {
        "accounts": [_account_coverage(account) for account in coverage.accounts],
        "senders_not_ours": [
            {"address": brief(address), "count": count} for address, count in coverage.senders_not_ours
        ],
    }


def _account_coverage(account: AccountCoverage) -> Value:
    return {
        "account": account.account,
        "kind": account.kind,
        "watched": account.watched,
        "has_sent": account.has_sent,
        "covered_from": rfc3339(account.covered_from),
        "covered_to": rfc3339(account.covered_to),
        "last_complete": rfc3339(account.last_complete),
        "last_attempt": rfc3339(account.last_attempt),
        "last_error": account.last_error,
    }


def _benchmark(benchmark: Benchmark) -> Value:
    words = PUBLISHED[benchmark.key]
    return {
        "key": benchmark.key,
        "source": benchmark.source,
        "sample": words.sample,
        "note": words.note,
        "figures": [
            {
                "key": figure.key,
                "label": words.figures[figure.key],
                "share": share(figure.share),
                "seconds": figure.seconds,
                "from_seconds": figure.from_seconds,
                "to_seconds": figure.to_seconds,
            }
            for figure in benchmark.figures
        ],
    }
