"""Numbers and instants for other programs."""

import pytest

from replywatch.render.numbers import rfc3339, seconds, share


@pytest.mark.parametrize(
    ("value", "rounded"), [(None, None), (0.0, 0), (1 / 3, 0.333333), (2 / 3, 0.666667), (1.0, 1), (1 - 1e-9, 1)]
)
def test_shares_are_rounded_to_a_millionth(value, rounded):
    assert share(value) == rounded


@pytest.mark.parametrize(
    ("value", "said"), [(None, "None"), (5, "5"), (5.0, "5"), (5.04, "5"), (5.25, "5.2"), (5.3, "5.3")]
)
def test_seconds_are_rounded_to_a_tenth_and_whole_ones_have_no_fraction(value, said):
    assert str(seconds(value)) == said


@pytest.mark.parametrize(
    ("instant", "said"),
    [(None, None), (0, "1970-01-01T00:00:00Z"), (1_780_000_000, "2026-05-28T20:26:40Z"), (-1, "1969-12-31T23:59:59Z")],
)
def test_instants_are_rfc_3339_in_utc(instant, said):
    assert rfc3339(instant) == said
