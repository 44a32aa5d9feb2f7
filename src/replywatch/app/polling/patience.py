"""Another try for an account whose trouble may pass: a few, with growing pauses, and none where it would do harm.

A login that was refused is never tried again by itself: who tries a wrong password again and again locks the account.
A server that asks to be left alone is left alone, for a moment within the pass, for longer until a later one.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from replywatch.app.progress import Progress
from replywatch.config.model import AnyAccount, Flow
from replywatch.domain.instants import HOUR
from replywatch.domain.results.notice import Notice
from replywatch.errors import LoginError, SourceError

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
AFTER_REFUSAL = HOUR
"""Seconds that an account is left alone after a refused login, unless the server or a new config says otherwise."""

SHORTEST_AFTER_REFUSAL = 600
"""The same, whatever the server says: a wrong password that is tried every minute locks the account."""

Login = tuple[int, int] | None


class Patience:
    """Decides when an account is tried again, within a pass and over several ones."""

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
        self._rests: dict[str, tuple[AnyAccount, Login, float]] = {}

    def rests(self, account: AnyAccount) -> int:
        """For how many more seconds `account`, with just these settings and this login, is to be left alone."""
        settings, login, until = self._rests.get(account.name, (account, None, 0.0))
        if settings != account or (login and login != _login(account)):
            return 0
        return math.ceil(max(0.0, until - self._clock()))

    def read(self, account: AnyAccount, attempt: Callable[[], None], progress: Progress) -> None:
        """Call `attempt` until it ends without an error, or with one that another try won't mend, which is raised."""
        try:
            self._with_retries(account.name, attempt, progress)
        except SourceError as error:
            rest, login = error.retry_after or 0, None
            if isinstance(error, LoginError):
                rest, login = max(rest or AFTER_REFUSAL, SHORTEST_AFTER_REFUSAL), _login(account)
            self._rests[account.name] = (account, login, self._clock() + rest)
            raise

    def _with_retries(self, name: str, attempt: Callable[[], None], progress: Progress) -> None:
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
            seconds = math.ceil(state.upcoming_sleep)
            progress.note(Notice("trying_again", {"account": name, "error": failures[-1][1].text, "seconds": seconds}))

        tenacity.Retrying(
            retry=tenacity.retry_if_exception(may_pass),
            wait=wait,
            stop=is_enough,
            before_sleep=say,
            sleep=self._pause,
            reraise=True,
        )(attempt)


def _login(account: AnyAccount) -> Login:
    """What changes when a person logs in anew at a provider of tokens, as an error told to; None if nobody does."""
    if account.kind != "imap" or account.oauth2 is None or account.oauth2.flow is Flow.APP:
        return None
    from replywatch.app.tokens import login_kept  # noqa: PLC0415 - oauthlib only where tokens are used: 50 ms

    return login_kept(account, account.oauth2)
