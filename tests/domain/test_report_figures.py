"""The report as one value: its rows, its ledger, and its figures one by one."""

from dataclasses import fields, replace

import pytest

from replywatch.domain.figures.measure import BUCKETS
from replywatch.domain.messages import Disposition, Kind
from replywatch.domain.results.figures import Figure, figures
from replywatch.domain.results.ledger import ledger_of
from sample_report import empty, full

UNITS = {
    *("count", "seconds", "instant"),
    *("share", "share_early", "share_low", "share_high", "expected_share", "expected_share_early", "benchmark_share"),
}


def section(name, report=None):
    return {figure.key: figure for figure in figures(report or full()) if figure.section == name}


class TestRows:
    def test_add_up_and_stand_beside_what_is_published(self):
        rows = full().buckets
        assert [row.bucket for row in rows] == list(BUCKETS)
        assert sum(row.count for row in rows) == full().summary.total == 49
        assert sum(row.share for row in rows) == pytest.approx(1)
        published = {row.bucket.key: row.benchmark_share for row in rows if row.benchmark_share is not None}
        assert published == {"2_to_14_days": 0.5, "never": pytest.approx(1 / 3)}

    def test_the_articles_say_nothing_of_later_turns(self):
        assert {row.benchmark_share for row in full("turn").buckets} == {None}

    def test_expected_shares_stand_in_their_rows_and_add_up_with_the_last_one(self):
        report = full()
        assert [key for key, _ in report.expected] == [
            *("under_1h", "under_24h", "1_to_2_days", "2_to_14_days", "not_within_14_days")
        ]
        assert sum(row.share for _, row in report.expected) == pytest.approx(1)
        rows = {row.bucket.key: row.expected for row in report.buckets}
        assert rows["under_24h"] == report.expected[1][1]
        assert rows["over_14_days"] is rows["never"] is rows["waiting"] is None


class TestLedger:
    ROWS = (
        ("counted", "human", 3),
        ("excluded_kind", "newsletter", 2),
        ("excluded_kind", "bounce", 1),
        ("internal", "human", 4),
        ("outbound", "human", 5),
        ("outbound", "auto_reply", 1),
        ("foreign", "human", 7),
        ("set_aside", "spam", 8),
        ("not_watched", "human", 9),
    )

    def test_counts_every_message_once(self):
        ledger = ledger_of(self.ROWS)
        assert (ledger.read, ledger.counted, ledger.internal, ledger.outbound) == (40, 3, 4, 6)
        assert (ledger.foreign, ledger.set_aside, ledger.not_watched) == (7, 8, 9)
        assert ledger.excluded_by_kind == {Kind.BOUNCE: 1, Kind.NEWSLETTER: 2}
        assert ledger.closes
        assert {disposition for disposition, _, _ in self.ROWS} == {d.value for d in Disposition}

    def test_does_not_close_where_messages_were_lost(self):
        ledger = ledger_of(self.ROWS)
        numbers = [f.name for f in fields(ledger) if f.name != "excluded_by_kind"]
        assert not any(replace(ledger, **{name: getattr(ledger, name) + 1}).closes for name in numbers)
        assert not replace(ledger, excluded_by_kind={}).closes


class TestFigures:
    @pytest.mark.parametrize("report", [full(), full("turn"), empty()], ids=["first", "turn", "empty"])
    def test_each_has_a_name_of_its_own_and_numbers_in_known_units(self, report):
        found = list(figures(report))
        names = [(figure.section, figure.key, tuple(figure.dimensions.items())) for figure in found]
        assert len(set(names)) == len(names)
        assert {unit for figure in found for unit in figure.values} <= UNITS
        assert not [f for f in found for number in f.values.values() if not isinstance(number, int | float | None)]

    def test_sections_follow_each_other(self):
        sections = list(dict.fromkeys(figure.section for figure in figures(full())))
        assert sections == [
            *("totals", "buckets", "expected", "survival", "percentiles"),
            *("acknowledged", "waiting", "ledger", "coverage", "senders_not_ours"),
        ]

    def test_totals_say_what_became_of_all(self):
        assert {key: figure.values["count"] for key, figure in section("totals").items()} == {
            "exchanges": 49,
            "answered": 32,
            "never": 9,
            "waiting": 7,
            "unknown": 1,
            "contact_written_to": 2,
            "clock_anomalies": 1,
            "unsure_clocks": 3,
            "put_away": 3,
            "answers_unseen": 12,
            "answers_to_missing": 1,
        }

    def test_a_row_has_its_edges_and_everything_that_is_known_of_it(self):
        row = section("buckets")["2_to_14_days"]
        assert row.dimensions == {"from_seconds": 172_800, "to_seconds": 1_209_600}
        assert (row.values["count"], row.values["benchmark_share"]) == (7, 0.5)
        assert row.values["expected_share"] == section("expected")["2_to_14_days"].values["expected_share"]

    def test_those_who_wait_and_accounts_are_dimensions(self):
        report = full()
        assert section("waiting")["w0@mail.example"] == Figure(
            "waiting",
            "w0@mail.example",
            {"contact": "customer.w0@quite-a-long-domain.example", "subject": "Question about your offer"},
            {"seconds": 13 * 86_400, "instant": report.as_of - 13 * 86_400},
        )
        coverage = [figure for figure in figures(report) if figure.section == "coverage"]
        assert [(f.key, f.dimensions["account"]) for f in coverage[:2]] == [
            ("covered_from", "info"),
            ("covered_to", "info"),
        ]
        assert coverage[1].values == {"instant": report.as_of}

    def test_what_is_not_known_is_none(self):
        shares = [number for figure in figures(empty()) for unit, number in figure.values.items() if "share" in unit]
        published = [0.5, pytest.approx(1 / 3)]
        assert [share for share in shares if share is not None] == published
