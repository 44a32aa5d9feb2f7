"""Law: neither the time zone of the machine nor what files say of times changes a figure, where a field has a zone."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replywatch.app.polling.poll import poll
from replywatch.app.progress import Silent
from replywatch.app.reporting.query import ReportQuery
from replywatch.app.reporting.report import make_report
from replywatch.config.model import Config, MboxAccount, ReportSettings
from replywatch.domain.headers.dates import parse_date
from replywatch.domain.messages import Exchange
from replywatch.domain.team import Team
from replywatch.sources.local.mbox import MboxSettings, MboxSource
from replywatch.store.database import Database
from story import DAY, HOUR, MINUTE, Story, at

SAMPLES = Path(__file__).parents[2].parent / "shared/samples"
NEW_YORK, KIRIBATI = ZoneInfo("America/New_York"), ZoneInfo("Pacific/Kiritimati")
FAR_FUTURE = at("2030-01-01 00:00")

# Any mail, in memory

ABSURD = [0, 3 * HOUR, 1_000_684_800, at("2001-09-17 09:00"), at("2035-01-01 00:00")]
"""1970 in two zones, the day of git in two zones, and a clock that runs ahead."""
FILE_TIME = st.one_of(
    st.none(),
    st.tuples(st.just("apart"), st.integers(-14 * HOUR, 14 * HOUR) | st.integers(-400 * DAY, 400 * DAY)),
    st.tuples(st.just("constant"), st.sampled_from(ABSURD)),
)
MESSAGE = st.fixed_dictionaries(
    {
        "ours": st.booleans(),
        "gap": st.sampled_from([0, MINUTE, HOUR, 5 * HOUR, 3 * DAY, 31 * DAY]),
        "names": st.integers(0, 4),
        "zones": st.sampled_from([("date", "received"), ("date",), ("received",)]),
        "late": st.sampled_from([0, 10, HOUR + 1, DAY]),
        "file": st.lists(FILE_TIME, min_size=2, max_size=2),
    }
)


def tell(plan: list[dict[str, object]], version: int) -> Story:
    """The story of a plan; the same but for the times of files in its two versions."""
    story = Story(archives=["old"])
    now = at("03-02 09:00")
    for n, said in enumerate(plan):
        now += said["gap"]
        zones, named = said["zones"], list(story.mails[::-1][: said["names"]])[-1:]
        mail = story.mail(
            "ben" if said["ours"] else "anna",
            now,
            "anna" if said["ours"] else "info",
            replies=named,
            subject=f"{'Re: ' * bool(named)}Offer",
            message_id=f"{n}@{'example.com' if said['ours'] else 'anna.example'}",
            date=now if "date" in zones else None,
            received=now + said["late"] if "received" in zones else None,
            account="old",
            mailbox="Sent" if said["ours"] and n % 2 else "INBOX",
        )
        match said["file"][version]:
            case ("apart", seconds):
                filed = now + seconds
            case ("constant", instant):
                filed = instant
            case _:
                filed = None
        mail.places[0] = replace(mail.places[0], internal_date=filed)
    return story


@given(st.lists(MESSAGE, min_size=2, max_size=8))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_times_of_files_change_nothing(plan) -> None:
    one, other = tell(plan, 0), tell(plan, 1)
    clocks = [sorted((m.identity, m.clock, m.clock_source, m.clock_sure) for m in s.messages()) for s in (one, other)]
    assert clocks[0] == clocks[1]
    assert set(one.matched().exchanges) == set(other.matched().exchanges)


def test_without_a_zone_anywhere_they_may() -> None:
    """Else the law would hold of a program that looks at no clock at all."""
    story = Story(archives=["old"])
    mail = story.inbound("anna", "03-02 09:00", date=None, received=None, account="old", internal="03-02 08:00")
    assert story.message(mail).clock == at("03-02 08:00")


# Real archives

SEPARATOR = re.compile(rb"(?m)^(From \S+ )([A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ [\d:]{8} \d{4})$")

FORMS: dict[str, Callable[[datetime], str]] = {
    "New York": lambda moment: moment.astimezone(NEW_YORK).strftime("%a %b %e %H:%M:%S %Y"),
    "Kiribati": lambda moment: moment.astimezone(KIRIBATI).strftime("%a %b %e %H:%M:%S %Y"),
    "1970": lambda _: "Thu Jan  1 00:00:00 1970",
    "2001": lambda _: "Mon Sep 17 00:00:00 2001",
    "no time": lambda _: "",
}


def archive(name: str, form: str | None) -> bytes:
    """An archive of a list, its separators in another form."""
    raw = (SAMPLES / f"{name}.mbox").read_bytes()
    if form is None:
        return raw

    def rewritten(separator: re.Match[bytes]) -> bytes:
        parsed = parse_date(separator[2].decode())
        assert parsed
        sender = b"From mboxrd@z.example " if form == "no time" else separator[1]
        return sender + FORMS[form](datetime.fromtimestamp(parsed[0], UTC)).encode()

    return SEPARATOR.sub(rewritten, raw)


def polled(name: str, path: Path, folder: Path) -> tuple[object, ...]:
    """All that is derived of an archive, and its report."""
    own = tuple(json.loads((SAMPLES / f"{name}.expected.json").read_text())["own_addresses"])
    team = Team(own, public_lists=frozenset({f"{name.removesuffix('-2025')}@list.invalid"}))
    account = MboxAccount("list", path=path)
    folder.mkdir()
    config = Config(team, (account,), ReportSettings(ZoneInfo("Europe/Berlin")), folder / "store.sqlite3")
    poll(config, lambda _: MboxSource(MboxSettings(path)), lambda: FAR_FUTURE, Silent())
    report = make_report(config, ReportQuery(since="all"), FAR_FUTURE, Silent())
    columns = [c for c in Exchange.__dataclass_fields__ if c != "conversation"]
    with Database(config.store_path) as database:
        exchanges = sorted(database.rows(f"SELECT {', '.join(columns)} FROM exchanges"), key=repr)
        clocks = sorted(database.rows("SELECT identity, clock, clock_source, clock_sure FROM judgements"), key=repr)
    return exchanges, clocks, report.summary, report.doubts, report.as_of


@pytest.mark.skipif(not SAMPLES.exists(), reason="the sample mailboxes are not beside the checkout")
@pytest.mark.parametrize(("name", "forms"), [("r-help-2025", [*FORMS]), ("r-sig-debian", ["New York", "1970"])])
def test_real_archives(tmp_path, monkeypatch, name, forms):
    found = {}
    for form in (None, *forms):
        path = tmp_path / f"{form}.mbox"
        path.write_bytes(archive(name, form))
        with monkeypatch.context() as patch:
            patch.setenv("TZ", "America/New_York" if form else "UTC")
            time.tzset()
            found[form] = polled(name, path, tmp_path / str(form))
    time.tzset()
    exchanges, *_ = expected = found.pop(None)
    assert len(exchanges) > 100
    assert [form for form, got in found.items() if got != expected] == []
