"""The answer in words: what a report says before it shows any figure."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from replywatch.domain.figures.statistics import Estimate
from replywatch.domain.figures.summary import Summary
from replywatch.domain.instants import DAY
from replywatch.domain.messages import Status
from replywatch.render.report.scope import NOUNS
from replywatch.render.text import human_duration

FEW = 5
"""With fewer there is no typical wait: counts alone are said, no median and no percentile."""
MOST = 0.5
"""Share of those of whom nothing is known from which nothing is said of the others either."""


class _Words(NamedTuple):
    """How an answer is spoken of, by measure."""

    answer: str
    never: str
    """Of some of those who wrote: they got none."""
    alone: str
    """The same of somebody who was the only one."""
    unless: str
    """Behind what is said of silence."""


_WORDS = {
    "first": _Words("a personal answer", "never got one", "never got a personal answer", ""),
    "turn": _Words("a personal reply", "got no further one", "got no further reply", " (often none is needed)"),
}


def headline(summary: Summary, measure: str, never_after: int) -> list[str]:
    """One or two paragraphs that answer the question for the waits of `summary`, counted under `measure`.

    `never_after` is the age in seconds from which a wait counts as never answered.
    """
    total, unknown = summary.total, summary.counts[Status.UNKNOWN]
    if not total:
        return [f"No {NOUNS[measure]} in this period."]
    words = _WORDS[measure]
    if unknown / total > MOST:
        which = "" if unknown == total else f"for {unknown} of {total} ({percent(unknown / total)}) "
        return [f"Can't say how long people wait: {which}mail is missing."]
    if total == 1:
        return [f"The only one who wrote {_fate_of_one(summary, words)}."]
    if total < FEW:
        return [_few(summary, words), "Too few for a typical wait."]
    return _many(summary, words) if _answered(summary) else [_nobody(summary, words, never_after)]


def percent(share: float) -> str:
    """A share in whole percents; what is not nothing or not all never reads as if it were."""
    if 0 < share <= 0.005:
        return "<1 %"
    return ">99 %" if 0.995 <= share < 1 else f"{share:.0%}".replace("%", " %")


def within_text(estimate: Estimate) -> str:
    """Which share is answered within a day, and between which it is likely to lie."""
    if estimate.share is None or estimate.share_early is None:
        return "Within 24 h: too early to say."
    low, high = sorted((estimate.share, estimate.share_early))
    if low == high and low in (0, 1):
        return f"Within 24 h: {'everybody' if low else 'nobody'}."
    share = " to ".join(dict.fromkeys((percent(low), percent(high)))).replace(" % to ", " to ")
    if estimate.interval_low is None or estimate.interval_high is None:
        return f"Within 24 h: {share}."
    return f"Within 24 h: {share}, likely {100 * estimate.interval_low:.0f}-{100 * estimate.interval_high:.0f} %."


def half_text(early: int | None, late: int | None) -> str | None:
    """By when half of all are answered: one time, or two where answers at unknown times leave it open; None: never."""
    first, last = _ordered(early, late)
    if first is None:
        return None
    if last is None:
        return f"{human_duration(first)} at best; of some answers the time is not known"
    if first == 0 < last:
        return f"{human_duration(last)} at most; of some answers the time is not known"
    return " to ".join(dict.fromkeys((human_duration(first), human_duration(last))))


def half_of_all(summary: Summary) -> str:
    """The same as a figure: `-` for too few, `not reached` where fewer than half are answered."""
    if summary.total < FEW:
        return "-"
    ends = _ordered(summary.survival.median_early, summary.survival.median)
    return " to ".join(dict.fromkeys("not reached" if end is None else human_duration(end) for end in ends))


def _ordered(*medians: int | None) -> list[int | None]:
    """Medians, the shortest first; None is longer than any."""
    return sorted(medians, key=lambda median: inf if median is None else median)


def _answered(summary: Summary) -> int:
    return summary.answered.n + summary.counts[Status.ANSWERED_TIME_UNKNOWN]


def _many(summary: Summary, words: _Words) -> list[str]:
    """Of five or more, some of whom are answered."""
    within = next(estimate for estimate in summary.survival.within if estimate.seconds == DAY)
    return [f"{_half(summary, words)} {_others(summary, words)}", within_text(within)]


def _half(summary: Summary, words: _Words) -> str:
    """The typical wait of all of them (Kaplan-Meier)."""
    survival = summary.survival
    within = half_text(survival.median_early, survival.median)
    if within:
        return f"Half have {words.answer} within {within}."
    young = survival.follow_up is not None and survival.follow_up < 14 * DAY
    return f"{'So far fewer' if young else 'Fewer'} than half have {words.answer}."


def _others(summary: Summary, words: _Words) -> str:
    """What became of those without an answer: the worst that is known."""
    never, waiting, unknown = (summary.counts[status] for status in (Status.NEVER, Status.WAITING, Status.UNKNOWN))
    if never:
        return f"{_part(never, summary)} {words.never}{words.unless}."
    if waiting:
        return f"{_part(waiting, summary)} {_have(waiting)} none yet{words.unless}."
    return f"For {_part(unknown, summary)} mail is missing." if unknown else "Everybody got one."


def _nobody(summary: Summary, words: _Words, never_after: int) -> str:
    """Where nobody is answered, of five or more."""
    never = summary.counts[Status.NEVER]
    if never == summary.total:
        return f"Nobody got {words.answer}{words.unless}."
    if not never:
        return f"Nobody has {words.answer} yet{words.unless}."
    waited = f"{_part(never, summary)} waited for {human_duration(never_after)} or longer"
    return f"Nobody has {words.answer}. {waited}{words.unless}."


def _fate_of_one(summary: Summary, words: _Words) -> str:
    """What became of the only one."""
    if summary.counts[Status.NEVER]:
        return words.alone + words.unless
    return f"has no {words.answer.removeprefix('a ')} yet" if summary.counts[Status.WAITING] else f"has {words.answer}"


def _few(summary: Summary, words: _Words) -> str:
    """What became of two to four."""
    answered, total = _answered(summary), summary.total
    if answered == total:
        return f"{'Both' if total == 2 else f'All {total}'} who wrote have {words.answer}."
    never, waiting, unknown = (summary.counts[status] for status in (Status.NEVER, Status.WAITING, Status.UNKNOWN))
    silent = [f"{never} {words.never}"] if never else []
    silent += [f"{waiting} {_have(waiting)} none yet"] if waiting else []
    others = [", ".join(silent) + words.unless] if silent else []
    others += [f"for {unknown} mail is missing"] if unknown else []
    have = "has" if answered <= 1 else "have"
    return f"{answered or 'None'} of {total} {have} {words.answer}; {'; '.join(others)}."


def _part(count: int, summary: Summary) -> str:
    """So many of all."""
    return f"{count} ({percent(count / summary.total)})"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
