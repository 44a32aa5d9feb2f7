"""How often are the judgements wrong? A random sample for a person to look at."""

from __future__ import annotations

from random import Random

from replywatch.app.deriving.opened import opened
from replywatch.app.explaining.explain import Explainer
from replywatch.app.progress import Progress
from replywatch.config.model import Config
from replywatch.domain.results.explanation import Explanation


def sample(config: Config, size: int, seed: int, now: int, progress: Progress) -> list[Explanation]:
    """Up to `size` inbound messages of the store, any with equal chance, with all that was judged about them.

    The same `seed` draws the same messages as long as no new ones come.
    """
    dice = Random(seed)  # noqa: S311 - no secret depends on it
    with opened(config, progress) as store:
        store.say_changed(progress)
        explainer = Explainer(store.database, store.config, now)
        count = explainer.queries.count_inbound()
        rows = explainer.queries.inbound_at(frozenset(dice.sample(range(count), min(size, count))))
        dice.shuffle(rows)
        return [explainer.explain(row) for row in rows]
