"""Every edge of every row of the figures, through the program as people run it."""

import csv
import re
import shutil
import subprocess
from datetime import UTC, datetime
from io import StringIO

import pytest

import replywatch
from json_forms import closed, schema
from planted import Program, dovecot_account, maildir_account, plant_dovecot, plant_maildir
from story import DAY, HOUR, Story, at

AS_OF = at("2024-06-30 10:00")
AS_OF_TEXT = "2024-06-30T10:00:00+00:00"

ANSWERED = {
    "30s": (30, "under_1h"),  # sooner is an acknowledgement
    "31s": (31, "under_1h"),
    "59min59s": (HOUR - 1, "under_1h"),
    "1h": (HOUR, "under_24h"),
    "23h59min59s": (DAY - 1, "under_24h"),
    "24h": (DAY, "1_to_2_days"),
    "47h59min59s": (2 * DAY - 1, "1_to_2_days"),
    "48h": (2 * DAY, "2_to_14_days"),
    "13d23h59min59s": (14 * DAY - 1, "2_to_14_days"),
    "14d": (14 * DAY, "over_14_days"),
    "20d": (20 * DAY, "over_14_days"),
}
"""Somebody → the seconds until the reply, and the row that counts it."""
UNANSWERED = {
    "exactly14d": (14 * DAY, "never"),
    "a-second-younger": (14 * DAY - 1, "waiting"),
    "much-older": (60 * DAY, "never"),
    "just-now": (0, "waiting"),
}
"""Somebody → the age at as_of, and the row."""


def company():
    story = Story()
    story.outbound("xaver", "2024-01-15 09:00")
    for number, (name, (wait, _)) in enumerate(ANSWERED.items()):
        mail = story.inbound(name, at("2024-03-04 08:00") + number * DAY, subject=f"About {name}")
        story.reply(mail, mail.when + wait)
    for name, (age, _) in UNANSWERED.items():
        story.inbound(name, AS_OF - age, subject=f"About {name}")
    thanked = story.inbound("unseen-reply", "2024-04-02 08:00", subject="About unseen")
    named = (thanked, "unseen.9@example.com")
    story.answer(thanked, "2024-04-03 08:00", by="unseen-reply", references=named, replies=None)
    story.inbound("before-sent", "2024-01-14 09:00", subject="About before")
    return story


EXPECTED = {
    **{name: bucket for name, (_, bucket) in (ANSWERED | UNANSWERED).items()},
    "unseen-reply": "answered_time_unknown",
    "before-sent": "unknown",
}
COUNTS = {bucket: list(EXPECTED.values()).count(bucket) for bucket in EXPECTED.values()}


def polled_maildir(folder, story, *, apart=False):
    program = Program(folder, apart=apart, accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return program


@pytest.fixture(scope="module")
def on_disk(tmp_path_factory):
    return polled_maildir(tmp_path_factory.mktemp("maildir"), company(), apart=True)


@pytest.fixture(scope="module")
def on_a_server(tmp_path_factory, dovecot_server):
    user = dovecot_server.new_user()
    plant_dovecot(company(), user)
    program = Program(tmp_path_factory.mktemp("server"), apart=True, accounts={"info": dovecot_account(user)})
    program.output("poll")
    return program


@pytest.fixture(scope="module", params=["on_disk", "on_a_server"])
def program(request):
    return request.getfixturevalue(request.param)


def counts(report):
    return {row["key"]: row["count"] for row in report["buckets"] if row["count"]}


def report(program, *words, since="all", as_of=AS_OF_TEXT):
    return program.json("report", "--since", since, "--as-of", as_of, *words)


def contacts(program, *words):
    rows = program.lines("export", "--as-of", AS_OF_TEXT, *words)
    return {row["contact"].partition("@")[0]: row for row in rows if row["ordinal"] == 1}


def test_every_row(program):
    found = report(program)
    assert counts(found) == COUNTS
    assert found["totals"]["exchanges"] == len(EXPECTED)
    assert found["as_of"] == "2024-06-30T10:00:00Z"
    closed(schema("report")).validate(found)


def test_the_ledger_closes(program):
    ledger = report(program)["ledger"]
    assert ledger["closes"]
    parts = ("counted", "internal", "outbound", "foreign", "set_aside", "not_watched")
    assert ledger["read"] == sum(ledger[p] for p in parts) + sum(ledger["excluded_by_kind"].values())
    assert ledger["read"] == len([m for m in company().mails if m.when <= AS_OF])


def test_every_person(program):
    found = contacts(program)
    assert found.keys() == EXPECTED.keys()
    for name, (wait, _) in ANSWERED.items():
        assert (found[name]["status"], found[name]["elapsed_seconds"]) == ("answered", wait)
    for name, (_, bucket) in UNANSWERED.items():
        assert (found[name]["status"], found[name]["elapsed_seconds"]) == (bucket, None)
    unseen = found["unseen-reply"]
    assert unseen["status"] == "answered_time_unknown"
    assert (unseen["answered_after"], unseen["answered_before"]) == ("2024-04-02T08:00:00Z", "2024-04-03T08:00:00Z")
    assert found["before-sent"]["status"] == "unknown"


@pytest.mark.parametrize(
    ("name", "wait"), [(name, wait) for name, (wait, _) in ANSWERED.items() if wait in (HOUR, 14 * DAY, 20 * DAY)]
)
def test_an_answer_counts_from_the_second_on_in_which_it_is_written(on_disk, name, wait):
    (mail,) = [m for m in company().mails if m.sender.startswith(f"{name}@")]
    day = mail.when - 1, mail.when + 1
    for as_of, expected in ((mail.when + wait - 1, None), (mail.when + wait, ANSWERED[name][1])):
        found = report(on_disk, "--until", iso(day[1]), since=iso(day[0]), as_of=iso(as_of))
        assert counts(found) == {expected or ("waiting" if wait <= 14 * DAY else "never"): 1}


def iso(moment):
    return datetime.fromtimestamp(moment, UTC).isoformat()


@pytest.fixture(scope="module")
def period(tmp_path_factory):
    story = Story()
    story.outbound("xaver", "2024-01-01 09:00")
    for name, moment in {
        "before-midnight": "2024-03-09 22:59:59",
        "midnight": "2024-03-09 23:00:00",
        "noon": "2024-03-10 11:00",
        "last-second": "2024-03-10 22:59:59",
        "next-midnight": "2024-03-10 23:00:00",
        "dst-day-starts": "2024-03-30 23:00:00",
        "dst-day-ends": "2024-03-31 21:59:59",
        "after-dst-day": "2024-03-31 22:00:00",
    }.items():
        story.inbound(name, moment)
    return polled_maildir(tmp_path_factory.mktemp("period"), story)


class TestPeriod:
    """Bounds are half open, dates are local (Berlin: UTC+1, from 2024-03-31 UTC+2)."""

    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            ("--since 2024-03-10 --until 2024-03-10", "midnight noon last-second"),
            ("--since 10.3.2024 --until 10.03.2024", "midnight noon last-second"),
            ("--since 2024-03-10T12:00:00 --until 2024-03-10T23:59:59", "noon"),
            ("--since 2024-03-10T12:00:01+01:00 --until 2024-03-11T00:00:00+01:00", "last-second"),
            ("--since 2024-03-10T22:59:59Z --until 2024-03-10T23:00:01Z", "last-second next-midnight"),
            ("--since all --until 2024-03-09", "before-midnight"),
            ("--since 2024-03-31 --until 2024-03-31", "dst-day-starts dst-day-ends"),
            ("--since 2024-04-01", "after-dst-day"),
            ("--since 1d --as-of 2024-04-01T12:00:00", "dst-day-starts dst-day-ends after-dst-day"),
            ("--since all --as-of 2024-03-10T12:00:00", "before-midnight midnight noon"),
            ("--since all --as-of 2024-03-10T11:59:59", "before-midnight midnight"),
            ("--since 2024-03-10 --as-of 2024-03-10", "midnight noon last-second"),
            ("--since 2024-03-10 --as-of 2024-03-11T00:00:00", "midnight noon last-second next-midnight"),
            ("--since 0d --as-of 2024-03-10", "midnight noon last-second"),
        ],
    )
    def test_who_is_in_it(self, period, words, expected):
        rows = period.lines("export", *words.split())
        assert [row["contact"].partition("@")[0] for row in rows] == expected.split()

    def test_the_report_has_the_same(self, period):
        assert period.json("report", "--since", "2024-03-10", "--until", "2024-03-10")["totals"]["exchanges"] == 3
        assert period.json("report", "--since", "2024-04-01")["totals"]["exchanges"] == 1

    @pytest.mark.parametrize(
        ("words", "text"),
        [
            ("--since 03/10/2024", "ambiguous"),
            ("--since tomorrow", "no date or time"),
            ("--since 2024-03-10 --until 2024-03-09", "before it begins"),
            ("--as-of 32.1.2024", "no date or time"),
            ("--until all", "no date or time"),
        ],
    )
    def test_what_makes_no_sense(self, period, words, text):
        assert text in period.fails("report", *words.split(), code=2)

    def test_an_as_of_in_the_future_is_the_last_poll(self, period):
        far = period.json("report", "--as-of", "2999-01-01")
        assert far["as_of"] == period.json("report")["as_of"]

    def test_as_of_before_all_mail(self, period):
        assert period.json("report", "--as-of", "2023-01-01")["totals"]["exchanges"] == 0


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    story = Story()
    story.outbound("xaver", "2024-01-01 09:00")
    first = story.inbound("anna", "2024-03-04 08:00")
    reply = story.reply(first, "2024-03-04 08:30")
    second = story.answer(reply, "2024-03-04 09:00")
    story.reply(second, "2024-03-04 12:00")
    loose = story.inbound("lars", "2024-03-04 08:00", subject="Quote for a staircase")
    story.outbound(loose.sender, "2024-03-04 08:20", subject="Re: Quote for a staircase")
    return polled_maildir(tmp_path_factory.mktemp("measures"), story)


class TestMeasures:
    def test_enquiries_only_or_every_turn(self, mixed):
        assert counts(report(mixed)) == {"under_1h": 2}
        turns = report(mixed, "--measure", "turn")
        assert counts(turns) == {"under_1h": 2, "under_24h": 1}
        assert turns["definition"]["measure"] == "turn"

    def test_the_strict_figures(self, mixed):
        assert counts(report(mixed, "--min-match", "references")) == {"under_1h": 1, "never": 1}
        strict = report(mixed, "--min-match", "in-reply-to", "--measure", "turn")
        assert counts(strict) == {"under_1h": 1, "under_24h": 1, "never": 1}
        assert strict["definition"]["min_match"] == "in-reply-to"


class TestFormats:
    WORDS = ("report", "--since", "all", "--as-of", AS_OF_TEXT)

    def test_the_same_numbers(self, on_disk):
        found = {row["key"]: row for row in report(on_disk)["buckets"]}
        rows = csv.DictReader(StringIO(on_disk.output(*self.WORDS, "--format", "csv")))
        assert {r["key"]: int(r["count"]) for r in rows if r["section"] == "buckets"} == {
            key: row["count"] for key, row in found.items()
        }
        table = on_disk.output(*self.WORDS, "--details")
        for row in found.values():
            (line,) = [line for line in table.splitlines() if line.startswith(f"{row['label']} ")]
            assert re.split(r"  +", line)[1:3] == [str(row["count"]), f"{row['share'] * 100:.1f} %"]

    def test_piped_tables_are_plain_and_fit(self, on_disk):
        table = on_disk.output(*self.WORDS)
        assert "\x1b" not in table
        assert max(map(len, table.splitlines())) <= 80
        assert not [line for line in table.splitlines() if line != line.rstrip()]

    def test_twice_the_same(self, on_disk):
        for output_format in ("table", "csv"):
            words = (*self.WORDS, "--format", output_format)
            assert on_disk.output(*words) == on_disk.output(*words)

    def test_json_differs_in_the_time_when_it_was_made_alone(self, on_disk):
        first, second = (report(on_disk) for _ in range(2))
        assert datetime.fromisoformat(first.pop("generated_at")) <= datetime.fromisoformat(second.pop("generated_at"))
        assert first == second
        assert first["version"] == replywatch.__version__

    @pytest.mark.skipif(shutil.which("jq") is None, reason="jq is not installed")
    def test_jq_reads_it(self, on_disk):
        text = on_disk.output(*self.WORDS, "--format", "json")
        program = '[.buckets[] | select(.key == "never") | .count] | .[0]'
        done = subprocess.run(["jq", program], input=text, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(COUNTS["never"])
