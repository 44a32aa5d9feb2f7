"""Mail taken out of the store for good: of a person who asks to be forgotten, or of old conversations."""

from __future__ import annotations

from collections.abc import Callable, Collection

from replywatch.app.deriving.derive import derive
from replywatch.app.deriving.identified import identified
from replywatch.app.deriving.opened import opened
from replywatch.app.progress import Progress
from replywatch.config import names
from replywatch.config.model import Config
from replywatch.domain.headers.mentions import naming
from replywatch.domain.judging.identity import known_by
from replywatch.domain.people import mailbox_key
from replywatch.domain.results.extent import Extent
from replywatch.domain.results.notice import Notice, Stretch
from replywatch.domain.team import Team
from replywatch.errors import UsageError
from replywatch.store.database import Database
from replywatch.store.erasure import Erasure
from replywatch.store.lock import writing

Choice = Callable[[Erasure, Progress], None]
"""Chooses what is to be erased."""

STEP = 1000


def people(addresses: Collection[str], team: Team) -> Choice:
    """Every message whose header names one of these addresses, anywhere.

    Raises `UsageError` for what is no address, and for a watched address of the team, which is in nearly all mail.
    """
    named = naming([_address(text, team) for text in addresses])

    def choose(erasure: Erasure, progress: Progress) -> None:
        progress.begin(Stretch("looking"), erasure.count())
        found = set()
        for number, (identity, header) in enumerate(erasure.headers(), 1):
            if named(header):
                found.add(identity)
            if not number % STEP:
                progress.advance(STEP)
        erasure.choose(found)
        erasure.choose_texts(text for text in erasure.texts() if named(text[-1].encode("utf-8", "replace")))
        for name in erasure.names():
            if named(name.encode("utf-8", "replace")):
                progress.say(Notice("name_stays", {"name": name}))

    return choose


def _address(text: str, team: Team) -> str:
    address = names.address(text.strip())
    if address is None:
        raise UsageError(f"{text!r} is no address", "Write it as in anna@example.com, without a name.")
    if mailbox_key(address) in map(mailbox_key, team.addresses):
        raise UsageError(
            f"{address} is a watched address of [team]: nearly all mail names it",
            "To forget everything, delete the store; to forget what is old, use `replywatch purge`.",
        )
    return address


def before(instant: int) -> Choice:
    """Every conversation whose newest message is older than `instant`, as a whole."""

    def choose(erasure: Erasure, _: Progress) -> None:
        erasure.choose_before(instant)

    return choose


def extent(config: Config, choose: Choice, progress: Progress) -> Extent:
    """How much there is to erase; nothing is changed."""
    with opened(config, progress) as store:
        erasure = Erasure(store.database)
        choose(erasure, progress)
        return erasure.extent()


def finish(config: Config, progress: Progress) -> None:
    """Leave no byte in the file of what a run erased that was interrupted; for where nothing is left to be chosen.

    Raises as `erase`.
    """
    with Database(config.store_path) as database, writing(config.store_path):
        progress.begin(Stretch("writing_store"), None)
        database.compact()


def erase(config: Config, choose: Choice, now: int, progress: Progress) -> Extent:
    """Erase it, derive the rest again, and leave no byte of it in the file; says how much it was.

    The same call once more finishes what was interrupted. Raises `LockedError` while a poll is at work, `StoreError` if
    another program reads the store for longer than it can wait.
    """
    with Database(config.store_path) as database, writing(config.store_path):
        config = identified(database, config)
        derive(database, config, progress)
        erasure = Erasure(database)
        choose(erasure, progress)
        found = erasure.extent()
        if not erasure.chose_nothing():
            erasure.erase(now, known_by)
            derive(database, config, progress)
        progress.begin(Stretch("writing_store"), None)
        database.compact()
    return found
