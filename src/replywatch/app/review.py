"""How often are the judgements wrong? A random sample for a person to look at."""

from __future__ import annotations

from random import Random

from replywatch.app.current import current
from replywatch.app.explain import Explainer
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.explanation import Explanation

_DRAWS = 4
"""Draws for each judgement wanted: two draws may meet the same message."""


def sample(config: Config, size: int, seed: int, progress: Progress) -> list[Explanation]:
    """Up to `size` inbound messages of the store, drawn at random, with all that was judged about them.

    Identities are hashes, so the next message after a random one is any message with equal chance. The same `seed`
    draws the same messages as long as no new ones come.
    """
    dice = Random(seed)  # noqa: S311 - no secret depends on it
    thresholds = [f"{dice.getrandbits(128):032x}" for _ in range(_DRAWS * size)]
    with current(config, progress) as database:
        explainer = Explainer(database, config)
        return [explainer.explain(row) for row in explainer.queries.sample(thresholds)[:size]]
