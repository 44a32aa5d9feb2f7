"""Two real mailing lists through poll, compared with the figures of an independent implementation.

Its `definition` differs in points named at the assertions; everything else has to be equal.
"""

from __future__ import annotations

import json
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from replywatch.app.poll import poll
from replywatch.app.progress import Silent
from replywatch.config.model import Config, MboxAccount, ReportSettings
from replywatch.domain.headers import parse_header
from replywatch.domain.messages import Header
from replywatch.domain.statistics import percentile
from replywatch.domain.team import Team
from replywatch.sources.mbox import MboxSettings, MboxSource
from replywatch.store.database import Database

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"
NOW = 1_800_000_000
EDGES = {"lt_1h": 3_600, "1h_24h": 86_400, "24h_48h": 172_800, "48h_14d": 14 * 86_400}

pytestmark = pytest.mark.skipif(not (SAMPLES / "r-sig-debian.mbox").exists(), reason="the samples are not there")


def expected(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.expected.json").read_text())
    return found


@contextmanager
def polled(name: str, folder: Path, own: tuple[str, ...] = ()) -> Iterator[Database]:
    """The store after one poll of a list's mbox; the list reaches everybody who writes there."""
    team = Team(own, public_lists=frozenset({f"{name.removesuffix('-2025')}@list.invalid"}))
    account = MboxAccount("list", path=SAMPLES / f"{name}.mbox")
    config = Config(team, (account,), ReportSettings(ZoneInfo("UTC")), folder / "store.sqlite3")
    (outcome,) = poll(config, lambda _: MboxSource(MboxSettings(account.path)), lambda: NOW, Silent())
    assert outcome.error is None
    with Database(config.store_path) as database:
        yield database


def headers(database: Database) -> dict[str | None, Header]:
    found = (parse_header(raw) for (raw,) in database.rows("SELECT header FROM messages"))
    return {h.message_id: h for h in found}


def buckets(waits: list[int | None]) -> Counter[str]:
    names = [*EDGES, "ge_14d"]
    return Counter("never" if w is None else names[bisect_right(list(EDGES.values()), w)] for w in waits)


def test_answers_of_the_maintainers(tmp_path: Path) -> None:
    wanted = expected("r-sig-debian")
    theirs = wanted["results"]["own/date"]["thread_own"]
    with polled("r-sig-debian", tmp_path, tuple(wanted["own_addresses"])) as database:
        dispositions = dict(database.rows("SELECT disposition, count(*) FROM judgements GROUP BY 1"))
        read = headers(database)
        rows = list(database.rows("SELECT message_id, arrived_at, answered_at FROM exchanges WHERE ordinal = 1"))
    sides = wanted["results"]["own/date"]["messages_by_side"]
    assert dispositions == {"counted": sides["out"] - 1, "excluded_kind": 1, "outbound": sides["own"]}
    # `thread_own` looks at messages that name no id: all of those open an enquiry here, whatever came later.
    starters = [(a, r) for m, a, r in rows if not read[m].in_reply_to and not read[m].references]
    waits = [None if answered is None else max(0, answered - arrived) for arrived, answered in starters]
    # One starter is an "automated response": no enquiry here; theirs asks Auto-Submitted alone, which is not there.
    assert len(waits) == theirs["n"] - 1
    # One reply's In-Reply-To has a blank inside its id, from folding: mended here, unknown there. It took 1 to 24 h.
    assert buckets(waits) == Counter(theirs["buckets"]) - Counter(never=2) + Counter({"1h_24h": 1})
    answered = sorted(w for w in waits if w is not None)
    assert answered.count(0) >= theirs["negative_set_to_0"]
    assert percentile(answered, 50) == pytest.approx(theirs["seconds"]["p50"], rel=0.01)
    assert percentile(answered, 90) == pytest.approx(theirs["seconds"]["p90"], rel=0.01)


def test_later_turns_follow_an_answer(tmp_path: Path) -> None:
    """Each turn but the first of its conversation follows one that was answered; nobody waits twice at once."""
    wanted = expected("r-sig-debian")
    with polled("r-sig-debian", tmp_path, tuple(wanted["own_addresses"])) as database:
        rows = database.rows(
            "SELECT conversation, ordinal, answered_at FROM exchanges ORDER BY conversation, arrived_at"
        )
        open_before: dict[str, bool] = {}
        for conversation, ordinal, answered in rows:
            assert not open_before.get(conversation) or ordinal == 1
            open_before[conversation] = answered is None


def test_a_list_without_a_side_of_ours(tmp_path: Path) -> None:
    wanted = expected("r-help-2025")
    theirs = wanted["results"]["own/date"]["thread_any"]
    with polled("r-help-2025", tmp_path) as database:
        assert database.value("SELECT count(*) FROM judgements") == wanted["messages_after_dedup"]
        assert database.value("SELECT count(*) FROM exchanges WHERE answered_at IS NOT NULL") == 0
        read = headers(database)
        authors: dict[str, set[str]] = {}
        starters = []
        for one, conversation, contact in database.rows("SELECT message_id, conversation, contact FROM judgements"):
            authors.setdefault(conversation, set()).add(contact)
            if not read[one].in_reply_to and not read[one].references:
                starters.append(conversation)
    assert len(starters) == theirs["n"]
    assert sum(len(authors[c]) > 1 for c in starters) == theirs["answered"]
