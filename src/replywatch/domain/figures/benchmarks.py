"""Published figures to stand beside one's own, each with where it was printed.

`never` and `no answer` differ in their time limit from source to source, and most published means leave out those who
never answered: no figure without its sample, which stands with the other words in `render.report.labels`. What has no
traceable source is not here.
"""

from __future__ import annotations

from typing import NamedTuple

from replywatch.domain.instants import DAY, HOUR


class Published(NamedTuple):
    """One published figure: a share of the sample, or a duration."""

    key: str
    share: float | None = None
    seconds: int | None = None
    from_seconds: int | None = None
    """With `to_seconds`, the waits that the share counts, where the source says so in calendar time."""
    to_seconds: int | None = None


class Benchmark(NamedTuple):
    """One source."""

    key: str
    source: str
    """Its title."""
    figures: tuple[Published, ...]


ARTICLES = Benchmark(
    "articles",
    "“Viele kleine Chancen, Ihre Kunden zu frustrieren” (touchpoint article)",
    (
        Published("within_24h", share=0.15, from_seconds=0, to_seconds=DAY),
        Published("2_to_14_days", share=0.5, from_seconds=2 * DAY, to_seconds=14 * DAY),
        Published("never", share=1 / 3),
    ),
)
"""The sample that the question of this program was taken from."""

BENCHMARKS = (
    ARTICLES,
    Benchmark(
        "hbr_2011",
        "Harvard Business Review, March 2011, “The Short Life of Online Sales Leads”",
        (
            Published("under_1h", share=0.37, from_seconds=0, to_seconds=HOUR),
            Published("under_24h", share=0.16, from_seconds=HOUR, to_seconds=DAY),
            Published("over_24h", share=0.24, from_seconds=DAY),
            Published("never", share=0.23),
            Published("mean", seconds=42 * HOUR),
        ),
    ),
    Benchmark(
        "superoffice_2018",
        "SuperOffice customer service benchmark 2018",
        (
            Published("never", share=0.62),
            Published("not_acknowledged", share=0.9),
            Published("mean", seconds=12 * HOUR + 10 * 60),
        ),
    ),
    Benchmark(
        "landesblog_2011",
        "landesblog.de, 2011-12-14",
        (
            Published("first_working_day", share=37 / 63),
            Published("next_two_working_days", share=11 / 63),
            Published("by_day_9", share=5 / 63),
            Published("never", share=10 / 63),
        ),
    ),
    Benchmark(
        "welt",
        "welt.de, article585007",
        (Published("not_within_14_days", share=239 / 543, from_seconds=14 * DAY),),
    ),
    Benchmark("novomind_2004", "novomind 2004 (heise 120346)", (Published("never", share=1 / 12),)),
    Benchmark(
        "kooti_2015",
        "Kooti et al. 2015, arXiv 1504.00704",
        (
            Published("median", seconds=47 * 60),
            Published("under_24h", share=0.9, from_seconds=0, to_seconds=DAY),
        ),
    ),
    Benchmark(
        "toister_2018",
        "Toister 2018",
        (
            Published("15_minutes", share=0.11),
            Published("1_hour", share=0.19),
            Published("4_hours", share=0.14),
            Published("1_day", share=0.43),
            Published("2_days", share=0.13),
        ),
    ),
)
"""All sources, the articles' sample first."""
