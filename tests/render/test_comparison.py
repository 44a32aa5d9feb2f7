"""Two ways of matching side by side."""

import json
from dataclasses import replace

import sample_report
from replywatch.domain.messages import Rung
from replywatch.render.comparison import comparison_json, comparison_text
from replywatch.render.json import report_json


def both():
    full = sample_report.full()
    strict = replace(sample_report.empty(), definition=replace(full.definition, min_match=Rung.REFERENCES))
    return strict, full


def test_every_row_says_both_counts():
    strict, full = both()
    lines = comparison_text(strict, full).splitlines()
    assert max(len(line) for line in lines if not line.startswith("! ")) <= 80
    for one, other in zip(strict.buckets, full.buckets, strict=True):
        line = next(line for line in lines if line.startswith(other.label))
        assert f" {one.count} " in line.removeprefix(other.label)
        assert f" {other.count} " in line.removeprefix(other.label)


def test_json_holds_both_reports_whole():
    strict, full = both()
    found = json.loads(comparison_json(strict, full))
    assert found["strict"] == json.loads(report_json(strict))
    assert found["full"] == json.loads(report_json(full))
    assert found["schema"] == "replywatch.comparison/1"
