"""Published figures to stand beside one's own, each with what it counted and where it was printed.

`never` and `no answer` differ in their time limit from source to source, and most published means leave out those who
never answered: no figure without its sample. What has no traceable source is not here.
"""

from __future__ import annotations

from typing import NamedTuple

from replywatch.domain.instants import DAY, HOUR


class Figure(NamedTuple):
    """One published figure: a share of the sample, or a duration."""

    key: str
    label: str
    share: float | None = None
    seconds: int | None = None
    from_seconds: int | None = None
    """With `to_seconds`, the waits that the share counts, where the source says so in calendar time."""
    to_seconds: int | None = None


class Benchmark(NamedTuple):
    """One source."""

    key: str
    source: str
    sample: str
    figures: tuple[Figure, ...]
    note: str = ""


ARTICLES = Benchmark(
    "articles",
    "“Viele kleine Chancen, Ihre Kunden zu frustrieren” (touchpoint article)",
    "German companies, mails to info@; size not given",
    (
        Figure("within_24h", "within 24 hours", share=0.15, from_seconds=0, to_seconds=DAY),
        Figure("2_to_14_days", "between 2 and 14 days", share=0.5, from_seconds=2 * DAY, to_seconds=14 * DAY),
        Figure("never", "never answered", share=1 / 3),
    ),
    "all figures are approximate; a personal answer within one hour is its advice, no figure",
)
"""The sample that the question of this program was taken from."""

BENCHMARKS = (
    ARTICLES,
    Benchmark(
        "hbr_2011",
        "Harvard Business Review, March 2011, “The Short Life of Online Sales Leads”",
        "2,241 US companies, one test enquiry each",
        (
            Figure("under_1h", "under 1 hour", share=0.37, from_seconds=0, to_seconds=HOUR),
            Figure("under_24h", "1 to 24 hours", share=0.16, from_seconds=HOUR, to_seconds=DAY),
            Figure("over_24h", "over 24 hours", share=0.24, from_seconds=DAY),
            Figure("never", "never answered", share=0.23),
            Figure("mean", "mean among answers within 30 days", seconds=42 * HOUR),
        ),
    ),
    Benchmark(
        "superoffice_2018",
        "SuperOffice customer service benchmark 2018",
        "1,000 companies",
        (
            Figure("never", "no answer", share=0.62),
            Figure("not_acknowledged", "no acknowledgement", share=0.9),
            Figure("mean", "mean among answers", seconds=12 * HOUR + 10 * 60),
        ),
    ),
    Benchmark(
        "landesblog_2011",
        "landesblog.de, 2011-12-14",
        "63 towns in Schleswig-Holstein",
        (
            Figure("first_working_day", "on the first working day", share=37 / 63),
            Figure("next_two_working_days", "within the next two working days", share=11 / 63),
            Figure("by_day_9", "later, by day 9", share=5 / 63),
            Figure("never", "never answered", share=10 / 63),
        ),
    ),
    Benchmark(
        "welt",
        "welt.de, article585007",
        "543 large German companies",
        (Figure("not_within_14_days", "silent after two weeks", share=239 / 543, from_seconds=14 * DAY),),
    ),
    Benchmark(
        "novomind_2004",
        "novomind 2004 (heise 120346)",
        "100 German companies, about 2,500 mails",
        (Figure("never", "unanswered", share=1 / 12),),
        "mean 2.7 working days",
    ),
    Benchmark(
        "kooti_2015",
        "Kooti et al. 2015, arXiv 1504.00704",
        "2 million users, private mail, no companies",
        (
            Figure("median", "median of the replies", seconds=47 * 60),
            Figure("under_24h", "over 90 % of the replies within a day", share=0.9, from_seconds=0, to_seconds=DAY),
        ),
        "given that there is a reply",
    ),
    Benchmark(
        "toister_2018",
        "Toister 2018",
        "more than 1,200 people",
        (
            Figure("15_minutes", "expect an answer within 15 minutes", share=0.11),
            Figure("1_hour", "within 1 hour", share=0.19),
            Figure("4_hours", "within 4 hours", share=0.14),
            Figure("1_day", "within 1 day", share=0.43),
            Figure("2_days", "within 2 days", share=0.13),
        ),
        "what people expect of a company, not what they get",
    ),
)
"""All sources, the articles' sample first."""
