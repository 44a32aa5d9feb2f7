"""The same numbers in every format."""

import csv
import json
import re
from io import StringIO

import pytest

from replywatch.render.report.csv import report_csv
from replywatch.render.report.json import report_json
from replywatch.render.report.table import report_table
from replywatch.render.text import human_duration
from sample_report import empty, full


@pytest.fixture(params=["first", "turn"])
def report(request):
    return full(request.param)


@pytest.fixture
def as_json(report):
    return json.loads(report_json(report))


@pytest.fixture
def as_csv(report):
    rows = csv.DictReader(StringIO(report_csv(report)))
    return {(row["section"], row["key"], row["to_seconds"]): row for row in rows}


@pytest.fixture
def lines(report):
    return report_table(report).splitlines()


def same(text, number):
    """Whether a CSV cell holds a JSON number."""
    return text == "" if number is None else float(text) == number


def percent(share):
    return f"{share * 100:.1f} %"


def test_buckets(as_json, as_csv, lines):
    for row in as_json["buckets"]:
        other = as_csv["buckets", row["key"], "" if row["to_seconds"] is None else str(row["to_seconds"])]
        for name in ("from_seconds", "count", "share", "expected_share", "expected_share_early", "benchmark_share"):
            assert same(other[name], row[name]), name
        (line,) = [line for line in lines if line.startswith(f"{row['label']} ")]
        cells = re.split(r"  +", line)
        assert cells[1:3] == [str(row["count"]), percent(row["share"])]
        if row["expected_share"] is not None:
            ends = {percent(row["expected_share"]), percent(row["expected_share_early"])}
            assert cells[3] in ends or all(end.removesuffix(" %") in cells[3] for end in ends)


def test_expected_shares(as_json, as_csv, lines):
    for row in as_json["expected"]:
        other = as_csv["expected", row["key"], "" if row["to_seconds"] is None else str(row["to_seconds"])]
        assert same(other["expected_share"], row["share"])
        assert same(other["expected_share_early"], row["share_early"])
    (line,) = [line for line in lines if line.startswith("not within 14 days ")]
    assert line.endswith(percent(as_json["expected"][-1]["share"]))


def test_percentiles(as_json, as_csv, lines):
    figures = as_json["percentiles"]
    assert as_csv["percentiles", "n", ""]["count"] == str(figures["n"])
    for name in ("median", "p75", "p90", "p95", "max", "mean"):
        assert same(as_csv["percentiles", name, ""]["seconds"], figures[name])
    at = lines.index(f"Those answered at a known time: {figures['n']}")
    shown = re.split(r"  +", lines[at + 3].strip())
    assert shown == [human_duration(figures[name]) for name in ("median", "p75", "p90", "p95", "max", "mean")]


def test_survival(as_json, as_csv, lines):
    estimate = next(line for line in lines if line.startswith("estimate "))
    interval = next(line for line in lines if line.startswith("95 % interval "))
    for row in as_json["survival"]["within"]:
        other = as_csv["survival", "within", str(row["seconds"])]
        for name in ("share", "share_early", "interval_low", "interval_high"):
            assert same(other[name], row[name])
        assert percent(max(row["share"], row["share_early"])) in estimate
        assert f"{row['interval_low'] * 100:.1f}-{percent(row['interval_high'])}" in interval
    assert same(as_csv["survival", "median", ""]["seconds"], as_json["survival"]["median_seconds"])
    assert human_duration(as_json["survival"]["median_seconds"]) in estimate


def test_totals_account_and_acknowledgements(as_json, as_csv, lines):
    for name, count in as_json["totals"].items():
        assert as_csv["totals", name, ""]["count"] == str(count)
    account = as_json["account"]
    for name in ("read", "counted", "internal", "outbound", "foreign", "set_aside", "not_watched"):
        assert as_csv["account", name, ""]["count"] == str(account[name])
    said = " ".join(line.strip() for line in lines)
    for name in ("internal", "outbound", "foreign", "counted", "set_aside", "not_watched"):
        assert f"{account[name]} {name.replace('_', ' ')}" in said
    acknowledged = as_json["acknowledged"]
    assert f"{acknowledged['count']} ({percent(acknowledged['share'])})" in said
    assert as_csv["acknowledged", "median", ""]["count"] == str(acknowledged["count"])
    assert same(as_csv["acknowledged", "median", ""]["seconds"], acknowledged["median_seconds"])


def test_those_who_wait(as_json, as_csv, lines):
    assert any(line.endswith(f": {as_json['waiting']['count']}, the longest") for line in lines)
    for waiter in as_json["waiting"]["oldest"]:
        other = as_csv["waiting", waiter["message_id"], ""]
        assert other["seconds"] == str(waiter["waiting_seconds"])
        assert other["instant"] == waiter["arrived_at"]
        assert any(human_duration(waiter["waiting_seconds"]) in line and "customer." in line for line in lines)


def test_an_empty_report_has_no_shares_anywhere():
    rows = list(csv.DictReader(StringIO(report_csv(empty()))))
    assert {row["share"] for row in rows} == {""}
    assert {row["share"] for row in json.loads(report_json(empty()))["buckets"]} == {None}
    assert "%" not in report_table(empty())
