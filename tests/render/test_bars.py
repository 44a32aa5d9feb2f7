"""Bars: half of all fills them, so that those of two reports compare."""

import pytest

from replywatch.render.report.bars import FULL, bar


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, ""),
        (0.0001, "▏"),
        (0.01, "▎"),
        (0.02, "▍"),
        (0.05, "█"),
        (0.0625, "█▎"),
        (0.25, "█████"),
        (0.475, "█████████▌"),
        (0.4999, "██████████"),
        (0.5, "██████████"),
        (0.5001, "█████████▶"),
        (1, "█████████▶"),
    ],
)
def test_ten_columns(share, shown):
    assert bar(share, 10) == shown


def test_it_never_grows_beyond_its_room_and_never_shrinks_as_the_share_grows():
    for width in range(1, 60):
        lengths = [len(bar(share / 1000, width)) for share in range(1001)]
        assert max(lengths) == width
        assert lengths == sorted(lengths)
    assert FULL == 0.5
