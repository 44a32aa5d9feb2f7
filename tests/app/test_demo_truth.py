"""The demo knows the truth about the mail it made up; the program has to find it by polling."""

import time

import pytest

from office import exported
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.config.load import load_config
from replywatch.demo.company import plan_company
from replywatch.demo.run import run_demo

MESSAGES = 250


@pytest.fixture(scope="module", params=[1, 2, 3])
def told(request, tmp_path_factory):
    """What the story teller meant, and the folder of the demo that was polled, with its report."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    now = int(time.time())
    plan = plan_company(request.param, MESSAGES, now)
    report = run_demo(
        seed=request.param,
        messages=MESSAGES,
        now=now,
        query=ReportQuery(since="all"),
        keep=folder,
        progress=Silent(),
    )
    return plan, report, folder


def test_buckets_are_those_of_the_truth(told):
    plan, report, _ = told
    found = {row.bucket.key: row.count for row in report.buckets}
    expected = plan.truth.bucket_counts(report.as_of)
    assert found == found | expected
    assert sum(found.values()) == sum(expected.values()) == report.summary.total > 20


def test_account_is_that_of_the_truth(told):
    plan, report, _ = told
    line, truth = report.ledger, plan.truth.ledger
    assert line.closes
    assert (line.read, line.counted, sum(line.excluded_by_kind.values()), line.not_watched) == (
        truth.read,
        truth.counted,
        truth.excluded_kind,
        0,
    )
    assert (line.internal, line.outbound, line.foreign, line.set_aside) == (
        truth.internal,
        truth.outbound,
        truth.foreign,
        truth.set_aside,
    )


def test_every_exchange_is_found_and_no_other(told):
    plan, _, folder = told
    config = load_config(folder / "replywatch.toml", {})
    found = {
        (e.message_id, e.ordinal, e.contact, e.arrived_at, e.answered_at, e.reply_message_id, e.acknowledged_at)
        for e in (exchange_at.exchange for exchange_at in exported(config, ReportQuery(since="all", first_only=False)))
    }
    expected = {
        (e.opener, e.ordinal, e.contact, e.arrived_at, e.answered_at, e.reply, e.acknowledged_at)
        for e in plan.truth.exchanges
    }
    assert found == expected


def test_acknowledgements_are_counted_apart(told):
    plan, report, _ = told
    expected = [e for e in plan.truth.exchanges if e.ordinal == 1 and e.acknowledged_at is not None]
    assert report.summary.acknowledged.count == len(expected) > 0
