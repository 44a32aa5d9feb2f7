"""What rows and published figures are called.

In JSON and CSV these are labels beside the keys, and English whatever the language of those who read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

ROWS: Mapping[str, str] = {
    "under_1h": "within 1 hour",
    "under_24h": "1 to 24 hours",
    "1_to_2_days": "1 to 2 days",
    "2_to_14_days": "2 to 14 days",
    "over_14_days": "after 14 days",
    "never": "never answered",
    "waiting": "no answer yet",
    "answered_time_unknown": "answered, time unknown",
    "unknown": "can't say: mail missing",
    "not_within_14_days": "not within 14 days",
}
"""Key of a bucket or of an expected share → its name."""

_EVERY_TURN: Mapping[str, str] = {
    **ROWS,
    "never": "no further reply (often none needed)",
    "waiting": "no further reply yet (often none needed)",
}
"""The same where every turn counts: the last word of a conversation needs no answer."""


def row_label(key: str, measure: str) -> str:
    """What a row is called in a report of `measure`."""
    return (_EVERY_TURN if measure == "turn" else ROWS)[key]


def short_label(key: str, measure: str) -> str:
    """The same without what is said in brackets."""
    return row_label(key, measure).partition(" (")[0]


class Words(NamedTuple):
    """What is said of a published source."""

    sample: str
    figures: Mapping[str, str]
    """Key of a figure → its name."""
    note: str = ""


PUBLISHED: Mapping[str, Words] = {
    "articles": Words(
        "German companies, mails to info@; size not given",
        {
            "within_24h": "within 24 hours",
            "2_to_14_days": "between 2 and 14 days",
            "never": "never answered",
        },
        "all figures are approximate; a personal answer within one hour is its advice, no figure",
    ),
    "hbr_2011": Words(
        "2,241 US companies, one test enquiry each",
        {
            "under_1h": "under 1 hour",
            "under_24h": "1 to 24 hours",
            "over_24h": "over 24 hours",
            "never": "never answered",
            "mean": "mean among answers within 30 days",
        },
    ),
    "superoffice_2018": Words(
        "1,000 companies",
        {"never": "no answer", "not_acknowledged": "no acknowledgement", "mean": "mean among answers"},
    ),
    "landesblog_2011": Words(
        "63 towns in Schleswig-Holstein",
        {
            "first_working_day": "on the first working day",
            "next_two_working_days": "within the next two working days",
            "by_day_9": "later, by day 9",
            "never": "never answered",
        },
    ),
    "welt": Words("543 large German companies", {"not_within_14_days": "silent after two weeks"}),
    "novomind_2004": Words("100 German companies, about 2,500 mails", {"never": "unanswered"}, "mean 2.7 working days"),
    "kooti_2015": Words(
        "2 million users, private mail, no companies",
        {"median": "median of the replies", "under_24h": "over 90 % of the replies within a day"},
        "given that there is a reply",
    ),
    "toister_2018": Words(
        "more than 1,200 people",
        {
            "15_minutes": "expect an answer within 15 minutes",
            "1_hour": "within 1 hour",
            "4_hours": "within 4 hours",
            "1_day": "within 1 day",
            "2_days": "within 2 days",
        },
        "what people expect of a company, not what they get",
    ),
}
"""Key of a source in `domain.figures.benchmarks` → what is said of it."""
