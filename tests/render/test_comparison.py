"""Two ways of matching side by side."""

import json
from dataclasses import replace

import pytest

import sample_report
from replywatch.domain.messages import Rung
from replywatch.render.report.comparison import comparison_json, comparison_text
from replywatch.render.report.json import report_json
from replywatch.render.report.labels import row_label
from replywatch.render.report.scope import scope
from sample_report import LOCALE


def both():
    full = sample_report.full()
    strict = replace(sample_report.empty(), definition=replace(full.definition, min_match=Rung.REFERENCES))
    return strict, full


def test_text(golden):
    golden("comparison.txt", comparison_text(*both(), LOCALE))


def test_every_row_says_both_counts():
    strict, full = both()
    lines = comparison_text(strict, full, LOCALE).splitlines()
    assert max(map(len, lines)) <= 80
    for least, row in zip(strict.buckets, full.buckets, strict=True):
        label = row_label(row.bucket.key, "first")
        line = next(line for line in lines if line.startswith(label))
        assert f" {least.count} " in line.removeprefix(label)
        assert f" {row.count} " in line.removeprefix(label)


def test_it_says_what_is_counted_and_the_estimates():
    lines = comparison_text(*both(), LOCALE).splitlines()
    assert lines[1] == scope(both()[1], LOCALE)
    assert " from 2026-" in lines[1]
    (line,) = [line for line in lines if line.startswith("within 24 h (Kaplan-Meier)")]
    estimate = both()[1].summary.survival.within[1]
    assert line.split()[-3:] == ["-", f"{100 * estimate.share:.1f}-{100 * estimate.share_early:.1f}", "%"]


@pytest.mark.parametrize(("early", "shown"), [(0.41234, ["41.2"]), (0.414, ["41.2-41.4"]), (0.410, ["41.0-41.2"])])
def test_a_range_has_its_lower_end_first_and_two_that_read_alike_are_one_share(early, shown):
    strict, full = both()
    within = [estimate._replace(share=0.41200, share_early=early) for estimate in full.summary.survival.within]
    survival = replace(full.summary.survival, within=tuple(within))
    full = replace(full, summary=replace(full.summary, survival=survival))
    (line,) = [line for line in comparison_text(strict, full, LOCALE).splitlines() if line.startswith("within 24 h (")]
    assert line.split()[-2:-1] == shown


def test_json_holds_both_reports_whole():
    strict, full = both()
    found = json.loads(comparison_json(strict, full))
    assert found["strict"] == json.loads(report_json(strict))
    assert found["full"] == json.loads(report_json(full))
    assert found["schema"] == "replywatch.comparison/2"
