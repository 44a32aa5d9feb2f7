"""The answer in words: every sort of figures has its sentences."""

from dataclasses import replace

import pytest

from replywatch.domain.figures.coverage import AccountCoverage, Coverage
from replywatch.domain.figures.measure import Wait
from replywatch.domain.figures.statistics import Estimate
from replywatch.domain.figures.summary import summarise
from replywatch.domain.instants import DAY, HOUR
from replywatch.render.report.headline import FEW, half_text, headline, percent, within_text

AS_OF = 1_780_000_000
READ = Coverage((AccountCoverage("info", "imap", True, True, AS_OF - 60 * DAY, AS_OF, AS_OF, None),))  # noqa: FBT003


def of(answered=(), *, never=0, waiting=0, unknown=0, bounds=(), never_after=14 * DAY):
    """The figures of so many exchanges; `answered` are seconds, `bounds` pairs of them."""
    start = AS_OF - 40 * DAY
    waits = [Wait("a", start, start + seconds, None, None, None) for seconds in answered]
    waits += [Wait("b", start, None, start + low, start + high, None) for low, high in bounds]
    waits += [Wait("n", start, None, None, None, None)] * never
    waits += [Wait("w", AS_OF - 2 * DAY, None, None, None, None)] * waiting
    waits += [Wait("u", AS_OF - 70 * DAY, None, None, None, None)] * unknown
    return summarise(waits, as_of=AS_OF, never_after=never_after, coverage=READ)


CASES = {
    "nothing": (of(), ["No enquiries in this period."]),
    "nothing was read": (of(unknown=3), ["Can't say how long people wait: mail is missing."]),
    "nothing was read of one": (of(unknown=1), ["Can't say how long people wait: mail is missing."]),
    "most was not read": (
        of([HOUR] * 4, unknown=6),
        ["Can't say how long people wait: for 6 of 10 (60 %) mail is missing."],
    ),
    "one, answered": (of([HOUR]), ["The only one who wrote has a personal answer."]),
    "one, answered at some time": (of(bounds=[(1, 9)]), ["The only one who wrote has a personal answer."]),
    "one, never": (of(never=1), ["The only one who wrote never got a personal answer."]),
    "one, waiting": (of(waiting=1), ["The only one who wrote has no personal answer yet."]),
    "two, both answered": (of([60, 90]), ["Both who wrote have a personal answer.", "Too few for a typical wait."]),
    "three, all answered": (of([60] * 3), ["All 3 who wrote have a personal answer.", "Too few for a typical wait."]),
    "three of each": (
        of([60], never=1, waiting=1),
        ["1 of 3 has a personal answer; 1 never got one, 1 has none yet.", "Too few for a typical wait."],
    ),
    "four, two answered": (
        of([60], bounds=[(1, 2)], waiting=2),
        ["2 of 4 have a personal answer; 2 have none yet.", "Too few for a typical wait."],
    ),
    "four, none answered": (
        of(never=2, waiting=2),
        ["None of 4 has a personal answer; 2 never got one, 2 have none yet.", "Too few for a typical wait."],
    ),
    "four, one can't be told": (
        of([60] * 3, unknown=1),
        ["3 of 4 have a personal answer; for 1 mail is missing.", "Too few for a typical wait."],
    ),
    "all answered": (
        of([HOUR] * 3 + [2 * DAY] * 2),
        ["Half have a personal answer within 1 h. Everybody got one.", "Within 24 h: 60 %, likely 25-95 %."],
    ),
    "all at once": (
        of([HOUR] * 8),
        ["Half have a personal answer within 1 h. Everybody got one.", "Within 24 h: everybody."],
    ),
    "some never": (
        of([44 * HOUR] * 6 + [HOUR] * 3, never=2),
        [
            "Half have a personal answer within 1 d 20 h. 2 (18 %) never got one.",
            "Within 24 h: 27 %, likely 10-63 %.",
        ],
    ),
    "some wait": (
        of([DAY] * 9, waiting=1),
        ["Half have a personal answer within 1 d. 1 (10 %) has none yet.", "Within 24 h: nobody."],
    ),
    "some wait, and some never got one": (
        of([DAY] * 9, waiting=1, never=2),
        ["Half have a personal answer within 1 d. 2 (17 %) never got one.", "Within 24 h: nobody."],
    ),
    "of a few nobody can tell": (
        of([DAY] * 9, unknown=2),
        ["Half have a personal answer within 1 d. For 2 (18 %) mail is missing.", "Within 24 h: nobody."],
    ),
    "half is not reached": (
        of([HOUR] * 4, never=6),
        ["Fewer than half have a personal answer. 6 (60 %) never got one.", "Within 24 h: 40 %, likely 17-75 %."],
    ),
    "half is not reached yet": (
        of([HOUR] * 4, waiting=6),
        [
            "So far fewer than half have a personal answer. 6 (60 %) have none yet.",
            "Within 24 h: 40 %, likely 17-75 %.",
        ],
    ),
    "bounds leave half open": (
        of([HOUR] * 5, bounds=[(2 * HOUR, 3 * HOUR)] * 6),
        [
            "Half have a personal answer within 2 h to 3 h. Everybody got one.",
            "Within 24 h: everybody.",
        ],
    ),
    "bounds leave it wide open": (
        of([HOUR] * 4, bounds=[(HOUR, 30 * DAY)] * 2, waiting=6),
        [
            "Half have a personal answer within 1 h to 30 d. 6 (50 %) have none yet.",
            "Within 24 h: 33 to 50 %, likely 14-79 %.",
        ],
    ),
    "bounds that read alike": (
        of([HOUR] * 5, bounds=[(2 * HOUR, 2 * HOUR + 59)] * 6),
        ["Half have a personal answer within 2 h. Everybody got one.", "Within 24 h: everybody."],
    ),
    "nobody, all wait": (of(waiting=6), ["Nobody has a personal answer yet."]),
    "nobody, all never": (of(never=6), ["Nobody got a personal answer."]),
    "nobody, both": (of(never=6, waiting=4), ["Nobody has a personal answer. 6 (60 %) waited for 14 d or longer."]),
}


@pytest.mark.parametrize(("summary", "said"), CASES.values(), ids=CASES)
def test_of_enquiries(summary, said):
    assert headline(summary, "first", 14 * DAY) == said


TURNS = {
    "nothing": (of(), ["No exchanges in this period."]),
    "one": (of(never=1), ["The only one who wrote got no further reply (often none is needed)."]),
    "few": (
        of([60], never=1, waiting=1),
        [
            "1 of 3 has a personal reply; 1 got no further one, 1 has none yet (often none is needed).",
            "Too few for a typical wait.",
        ],
    ),
    "many": (
        of([44 * HOUR] * 6 + [HOUR] * 3, never=2),
        [
            "Half have a personal reply within 1 d 20 h. 2 (18 %) got no further one (often none is needed).",
            "Within 24 h: 27 %, likely 10-63 %.",
        ],
    ),
    "all": (
        of([HOUR] * 8),
        ["Half have a personal reply within 1 h. Everybody got one.", "Within 24 h: everybody."],
    ),
    "nobody": (of(never=6), ["Nobody got a personal reply (often none is needed)."]),
}


@pytest.mark.parametrize(("summary", "said"), TURNS.values(), ids=TURNS)
def test_where_every_turn_counts_silence_is_no_reproach(summary, said):
    assert headline(summary, "turn", 14 * DAY) == said


def test_few_is_said_in_counts_alone():
    for number in range(1, FEW):
        text = " ".join(headline(of([60] * number), "first", 14 * DAY))
        assert "%" not in text
        assert "Half" not in text
    assert "Half" in " ".join(headline(of([60] * FEW), "first", 14 * DAY))


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        *((0, "0 %"), (0.0001, "<1 %"), (0.005, "<1 %"), (0.0051, "1 %"), (0.394, "39 %"), (0.396, "40 %")),
        *((0.9949, "99 %"), (0.995, ">99 %"), (0.9999, ">99 %"), (1, "100 %")),
    ],
)
def test_shares_are_whole_and_never_round_to_nothing_or_to_all(share, shown):
    assert percent(share) == shown


@pytest.mark.parametrize(
    ("early", "late", "shown"),
    [
        (3600, 3600, "1 h"),
        (3600, 3659, "1 h"),
        (3600, 3660, "1 h to 1 h 1 min"),
        (3660, 3600, "1 h to 1 h 1 min"),
        (3600, None, "1 h at best; of some answers the time is not known"),
        (0, 7200, "2 h at most; of some answers the time is not known"),
        (0, 0, "0 s"),
        (None, None, None),
    ],
)
def test_by_when_half_are_answered(early, late, shown):
    assert half_text(early, late) == shown


@pytest.mark.parametrize(
    ("estimate", "shown"),
    [
        (Estimate(DAY, 0.394, 0.394, 0.27, 0.53), "Within 24 h: 39 %, likely 27-53 %."),
        (Estimate(DAY, 0.394, 0.412, 0.27, 0.53), "Within 24 h: 39 to 41 %, likely 27-53 %."),
        (Estimate(DAY, 0.412, 0.394, 0.27, 0.53), "Within 24 h: 39 to 41 %, likely 27-53 %."),
        (Estimate(DAY, 0.394, 0.3941, 0.0001, 0.9999), "Within 24 h: 39 %, likely 0-100 %."),
        (Estimate(DAY, 0, 0.25, 0.04, 0.53), "Within 24 h: 0 to 25 %, likely 4-53 %."),
        (Estimate(DAY, 0.001, 0.001, 0.0, 0.01), "Within 24 h: <1 %, likely 0-1 %."),
        (Estimate(DAY, 0.001, 0.2, 0.0, 0.4), "Within 24 h: <1 to 20 %, likely 0-40 %."),
        (Estimate(DAY, 0, 0, None, None), "Within 24 h: nobody."),
        (Estimate(DAY, 1, 1, None, None), "Within 24 h: everybody."),
        (Estimate(DAY, 0, 1, None, None), "Within 24 h: 0 to 100 %."),
        (Estimate(DAY, None, None, None, None), "Within 24 h: too early to say."),
        (Estimate(DAY, None, 1, None, None), "Within 24 h: too early to say."),
    ],
)
def test_within_a_day(estimate, shown):
    assert within_text(estimate) == shown


def test_what_is_in_the_sentences_is_what_the_report_counts():
    summary = of([44 * HOUR] * 6 + [HOUR] * 3, never=2)
    assert headline(replace(summary, counts={**summary.counts, "never": 3}), "first", 14 * DAY)[0].endswith(
        "3 (27 %) never got one."
    )


def test_who_counts_as_never_answered_follows_the_limit():
    summary = of(never=6, waiting=4, never_after=7 * DAY)
    assert headline(summary, "first", 7 * DAY) == ["Nobody has a personal answer. 6 (60 %) waited for 7 d or longer."]
