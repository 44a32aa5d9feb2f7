"""The report as JSON, for dashboards and other programs; its form is laid down in `report.schema.json`."""

from __future__ import annotations

import json
from dataclasses import asdict

from replywatch.domain.figures.benchmarks import Benchmark
from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.report import SCHEMA, BucketRow, Definition, Ledger, Report, WaitingPerson
from replywatch.domain.figures.statistics import Survival
from replywatch.render.numbers import rfc3339, seconds, share
from replywatch.render.text import brief

Value = dict[str, object]


def report_json(report: Report) -> str:
    """`report` as one JSON object with sorted keys, in ASCII, with a line end.

    Durations are seconds, instants RFC 3339 in UTC, shares between 0 and 1. Subjects and addresses stand as they
    came, cut where they are absurdly long; since everything outside ASCII is escaped, they do nothing to a terminal.
    """
    value: Value = {
        "schema": SCHEMA,
        "as_of": rfc3339(report.as_of),
        "period": {"since": rfc3339(report.period.since), "until": rfc3339(report.period.until)},
        "definition": _definition(report.definition),
        "totals": asdict(report.totals),
        "buckets": [_bucket(row) for row in report.buckets],
        "expected": _expected(report),
        "percentiles": {name: seconds(number) for name, number in report.percentiles._asdict().items()},
        "survival": _survival(report.survival),
        "waiting": {"count": report.totals.waiting, "oldest": [_waiter(waiter) for waiter in report.oldest_waiting]},
        "acknowledged": {
            "count": report.acknowledged.count,
            "share": share(report.acknowledged.share),
            "median_seconds": seconds(report.acknowledged.median),
        },
        "account": _account(report.account),
        "coverage": _coverage(report.coverage),
        "warnings": [brief(warning) for warning in report.warnings],
        "benchmarks": [_benchmark(benchmark) for benchmark in report.benchmarks],
    }
    return json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n"


def _definition(definition: Definition) -> Value:
    return {
        "measure": definition.measure,
        "clock": definition.clock,
        "zone": str(definition.zone),
        "never_after_seconds": definition.never_after,
        "new_enquiry_after_seconds": definition.new_enquiry_after,
        "min_match": definition.min_match.value,
        "rules_version": definition.rules_version,
        "config_fingerprint": definition.config_fingerprint,
    }


def _bucket(row: BucketRow) -> Value:
    return {
        "key": row.bucket.key,
        "label": row.label,
        "from_seconds": row.bucket.from_seconds,
        "to_seconds": row.bucket.to_seconds,
        "count": row.count,
        "share": share(row.share),
        "expected_share": share(row.expected_share),
        "expected_share_early": share(row.expected_share_early),
        "benchmark_share": share(row.benchmark_share),
    }


def _expected(report: Report) -> list[Value]:
    return [
        {
            "key": key,
            "label": label,
            "from_seconds": row.from_seconds,
            "to_seconds": row.to_seconds,
            "share": share(row.share),
            "share_early": share(row.share_early),
        }
        for key, label, row in report.expected
    ]


def _survival(survival: Survival) -> Value:
    return {
        "within": [
            {
                "seconds": row.seconds,
                "share": share(row.share),
                "share_early": share(row.share_early),
                "interval_low": share(row.interval_low),
                "interval_high": share(row.interval_high),
            }
            for row in survival.within
        ],
        "median_seconds": survival.median,
        "median_early_seconds": survival.median_early,
        "follow_up_seconds": survival.follow_up,
    }


def _waiter(waiter: WaitingPerson) -> Value:
    return {
        "id": waiter.id,
        "message_id": waiter.message_id and brief(waiter.message_id),
        "contact": brief(waiter.contact),
        "subject": brief(waiter.subject),
        "arrived_at": rfc3339(waiter.arrived_at),
        "waiting_seconds": waiter.waiting_seconds,
    }


def _account(account: Ledger) -> Value:
    return {
        "read": account.read,
        "counted": account.counted,
        "excluded_by_kind": {kind.value: count for kind, count in account.excluded_by_kind.items()},
        "internal": account.internal,
        "outbound": account.outbound,
        "foreign": account.foreign,
        "set_aside": account.set_aside,
        "not_watched": account.not_watched,
        "closes": account.closes,
    }


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
    return {
        "key": benchmark.key,
        "source": benchmark.source,
        "sample": benchmark.sample,
        "note": benchmark.note,
        "figures": [
            {
                "key": figure.key,
                "label": figure.label,
                "share": share(figure.share),
                "seconds": figure.seconds,
                "from_seconds": figure.from_seconds,
                "to_seconds": figure.to_seconds,
            }
            for figure in benchmark.figures
        ],
    }
