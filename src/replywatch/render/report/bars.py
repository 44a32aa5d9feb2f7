"""A share as a bar of characters, to an eighth of a column."""

from __future__ import annotations

FULL = 0.5
"""The share that fills a bar: rows of different reports compare, and the common ones are not all short."""
_EIGHTHS = ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")


def bar(share: float, width: int) -> str:
    """The bar of a share in at most `width` columns: what is not nothing shows; more than `FULL` ends in ▶."""
    if share > FULL:
        return "█" * (width - 1) + "▶"
    eighths = round(8 * width * share / FULL)
    whole, rest = divmod(max(eighths, 1) if share else 0, 8)
    return "█" * whole + _EIGHTHS[rest]
