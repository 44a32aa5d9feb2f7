"""Another try for an account whose trouble may pass: a few, with growing pauses, and none where it would do harm.

A login that was refused is never tried again by itself: who tries a wrong password again and again locks the account.
A server that asks to be left alone for a moment is; where it asks for more, the pass gives up (`app.polling.rests`).
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from replywatch.app.progress import Progress
from replywatch.domain.results.notice import Notice
from replywatch.errors import SourceError

ATTEMPTS = 4
"""How often an account is tried in one pass."""
FIRST_PAUSE = 2
"""Seconds before the second attempt; four times as long before each further one, and a random part."""
JITTER = 2
"""Seconds of the random part at most: accounts that failed together are not tried again together."""
LONGEST_PAUSE = 60
"""Seconds that a pass waits at a time; a server that asks for more is left until another pass."""
GIVE_UP_AFTER = 240
"""Seconds after the first failure in a pass in which an attempt may begin."""


class Patience:
    """Decides when an account is tried again within a pass."""

    def __init__(
        self,
        *,
        attempts: int = ATTEMPTS,
        pause: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`pause` waits for so many seconds; `clock` says how many have gone by since some moment."""
        self._attempts = attempts
        self._pause = pause
        self._clock = clock

    def read(self, name: str, attempt: Callable[[], None], progress: Progress) -> None:
        """Call `attempt` until it ends without an error, or with one that another try won't mend, which is raised.

        `name` is that of the account, for what is said.
        """
        import tenacity  # noqa: PLC0415 - 25 ms, only for polls

        growing = tenacity.wait_exponential(FIRST_PAUSE, exp_base=4, max=LONGEST_PAUSE)
        backoff = growing + tenacity.wait_random(0, JITTER)
        failures: list[tuple[float, SourceError]] = []

        def may_pass(error: BaseException) -> bool:
            if isinstance(error, SourceError) and error.transient and (error.retry_after or 0) <= LONGEST_PAUSE:
                failures.append((self._clock(), error))
                return True
            return False

        def wait(state: tenacity.RetryCallState) -> float:
            return max(backoff(state), failures[-1][1].retry_after or 0)

        def is_enough(state: tenacity.RetryCallState) -> bool:
            waited = failures[-1][0] - failures[0][0] + state.upcoming_sleep
            return state.attempt_number >= self._attempts or waited > GIVE_UP_AFTER

        def say(state: tenacity.RetryCallState) -> None:
            error, seconds = failures[-1][1], math.ceil(state.upcoming_sleep)
            values = {"account": name, "error": error.text, "kind": error.kind, "seconds": seconds}
            progress.note(Notice("trying_again", values))

        tenacity.Retrying(
            retry=tenacity.retry_if_exception(may_pass),
            wait=wait,
            stop=is_enough,
            before_sleep=say,
            sleep=self._pause,
            reraise=True,
        )(attempt)
