"""What rows and published figures are called."""

from dataclasses import is_dataclass
from typing import get_type_hints

from replywatch.domain.figures import benchmarks, measure
from replywatch.domain.figures.benchmarks import BENCHMARKS
from replywatch.domain.figures.measure import BUCKETS
from replywatch.domain.results.report import NOT_WITHIN_14_DAYS
from replywatch.render.report.labels import PUBLISHED, ROWS, row_label


def test_every_row_has_one_and_nothing_else_has():
    assert list(ROWS) == [*(bucket.key for bucket in BUCKETS), NOT_WITHIN_14_DAYS]
    assert len(set(ROWS.values())) == len(ROWS)


def test_for_every_turn_an_open_one_often_needs_no_reply():
    assert row_label("never", "turn") == "no further reply (often none needed)"
    assert row_label("waiting", "turn") == "no further reply yet (often none needed)"
    others = [key for key in ROWS if key not in ("never", "waiting")]
    assert [row_label(key, "turn") for key in others] == [row_label(key, "first") for key in others]
    assert row_label("never", "first") == "never answered"


def test_every_published_figure_has_its_sample_and_a_name():
    figures = {benchmark.key: [figure.key for figure in benchmark.figures] for benchmark in BENCHMARKS}
    assert {key: list(words.figures) for key, words in PUBLISHED.items()} == figures
    assert all(words.sample for words in PUBLISHED.values())


def test_the_core_has_keys_alone():
    types = [kind for module in (measure, benchmarks) for kind in vars(module).values() if isinstance(kind, type)]
    names = {name for kind in types for name in (get_type_hints(kind) if is_dataclass(kind) else vars(kind))}
    assert not names & {"label", "sample", "note", "text"}
