"""Verdicts on labelled mail of other projects: no person called automatic, and no more misses than there were."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.classify import classify
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.messages import Kind
from replywatch.domain.team import Team
from replywatch.render.because import because_text

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"
KINDS = {"no_reply_notification": "notification", "receipt_mdn": "receipt", "newsletter_list": "newsletter"}
MISSED = {"notification": 1}
"""How many files of each label get another kind than they should; may go down, never up."""
AUTOMATIC_CALLED_HUMAN = 1


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the sample mail isn't here")
def test_labelled_samples():
    confusion: Counter[tuple[str, str]] = Counter()
    missed: Counter[str] = Counter()
    wrong = []
    with (SAMPLES / "labels.csv").open(newline="", encoding="utf-8") as labels:
        for row in csv.DictReader(labels):
            header = parse_header((SAMPLES / row["path"]).read_bytes())
            verdict = classify(header, parties_of(header, Team()), Team()).verdict
            label, *others = (KINDS.get(name, name) for name in (row["label"], *row["accept"].split("|")))
            confusion[label, verdict.kind] += 1
            if verdict.kind not in (label, *others):
                missed[label] += 1
                wrong.append(f"{row['path']}: {label}, not {verdict.kind} ({because_text(verdict.because)})")
    print(table(confusion), *wrong, sep="\n")  # noqa: T201 - what pytest shows when the test fails, or with -s
    assert sum(n for (label, kind), n in confusion.items() if label == "human" and kind != "human") == 0
    assert (
        sum(n for (label, kind), n in confusion.items() if label != "human" and kind == "human")
        <= AUTOMATIC_CALLED_HUMAN
    )
    assert all(n <= MISSED.get(label, 0) for label, n in missed.items())
    assert confusion.total() >= 132


def table(confusion: Counter[tuple[str, str]]) -> str:
    """Labels as rows, verdicts as columns."""
    head = f"{'label':14}" + "".join(f"{kind:>14}" for kind in Kind)
    rows = (
        f"{label:14}" + "".join(f"{confusion[label, kind] or '':>14}" for kind in Kind)
        for label in sorted({label for label, _ in confusion})
    )
    return "\n".join((head, *rows))
