"""How well the subject rung finds the replies of a real list whose ids were taken away."""

from __future__ import annotations

import hidden_ids


def measure() -> None:
    """Print precision and recall; needs the sample mailboxes beside the checkout."""
    if not hidden_ids.MBOX.exists():
        print("Replies found without ids: skipped, the sample mailboxes are not beside the checkout")
        return
    print(f"Replies found without ids, in {hidden_ids.MBOX.name} (goal: precision 97 %, recall 85 %)")
    _print("all mail lost its ids", hidden_ids.measure())
    _print("replies alone did", hidden_ids.measure_help_desk())


def _print(case: str, found: hidden_ids.Measured) -> None:
    print(f"  {case + ': pairs of message and first reply':66}{found.pairs:>8,}")
    print(f"  {'    found':66}{found.found:>8,}")
    print(f"  {'    of them right (precision)':66}{found.right:>8,}  {found.precision:.1%}")
    print(f"  {'    of the pairs found (recall)':66}{found.right:>8,}  {found.recall:.1%}")
