"""All JSON that the program writes has its published form, whatever the mail, the accounts and the store are like."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from test_hostile_mail import WHEN, letter, letters

from json_forms import closed, fields_in, fields_of, forms, schema, texts_in
from planted import Program, maildir_account, plant_maildir
from replywatch.app.polling import patience
from replywatch.render.report.comparison import comparison_json
from replywatch.render.report.json import report_json
from replywatch.render.schemas import schema_names
from sample_report import warned
from servers.honest import Box, Honest
from servers.scripted import ScriptedServer
from story import DAY, HOUR, Story

Outputs = list[tuple[str, dict[str, Any]]]
"""All that is written of an office: (form, value)."""
Office = Callable[[Path], Program]

NOW = int(time.time())
NOBODY = {"type": "imap", "host": "127.0.0.1", "port": 9, "tls": "none", "username": "eva", "password": "x"}
"""An account whose server is not there."""
LINES = ("list", "export", "explain", "review")
"""Forms of a line, which no envelope names."""


def story() -> Story:
    """Everything that may become of an enquiry."""
    made = Story()
    made.inbound("before", NOW - 70 * DAY)
    made.outbound("xaver", NOW - 60 * DAY)
    thanks = made.inbound("tom", NOW - 13 * DAY)
    made.answer(made.reply(thanks, NOW - 13 * DAY + HOUR), NOW - 12 * DAY)
    made.inbound("young", NOW - 2 * HOUR, subject="Short")
    made.inbound("given-up", NOW - 20 * DAY)
    elsewhere = made.inbound("old", NOW - 9 * DAY, message_id="")
    made.outbound(elsewhere.sender, NOW - 8 * DAY, subject="Something else")
    anna = made.inbound("anna", NOW - DAY)
    made.reply(anna, NOW - DAY + 10)
    made.reply(anna, NOW - DAY + HOUR)
    thanked = made.inbound("unseen", NOW - 30 * DAY)
    made.answer(thanked, NOW - 29 * DAY, by="unseen", references=(thanked, "unseen.9@example.com"), replies=None)
    return made


def program(folder: Path, **accounts: dict[str, object]) -> Program:
    """A polled office with this mail; accounts beside it."""
    made = Program(folder, accounts={"info": maildir_account()} | accounts)
    plant_maildir(story(), folder / "mail")
    made.call("poll")
    return made


def unknown(folder: Path) -> Program:
    """Mail of before the first sent one, marks of every sort, and a mailbox of which all vanished at once."""
    old = Story()
    for number in range(20):
        old.inbound(f"old{number}", NOW - 50 * DAY, mailbox="Old")
    plant_maildir(old, folder / "mail")
    made = program(folder)
    ids = {row["contact"].partition("@")[0]: row["id"] for row in made.lines("export")}
    made.output("mark", ids["young"], "--no-reply-needed")
    made.output("mark", ids["before"], "--kind", "newsletter")
    made.output("mark", ids["given-up"], "--answered", "yesterday")
    for mail in (folder / "mail/.Old/cur").iterdir():
        mail.unlink()
    return made


def endless() -> Iterator[tuple[str, dict[str, bytes]]]:
    """A sender, a form, and a reply whose names have no end."""
    long = b"x" * 5000
    yield "", letter(120, From=b"no-reply@%s.example" % long, Reply_To=b"")
    yield "", letter(121, From=b"ida@ida.example", Reply_To=b"", Message_ID=b"<q@ida.example>")
    answer = {"From": b"info@example.com", "To": b"ida@ida.example", "Cc": b"", "Reply_To": b""}
    answer |= {"In_Reply_To": b"<q@ida.example>", "Date": formatdate(WHEN + HOUR).encode()}
    yield (
        ".Sent",
        letter(122, **answer, Message_ID=b"<%s@y.example>" % long),
    )


def hostile(folder: Path) -> Program:
    """What test_hostile_mail.py has, and more of it."""
    made = Program(folder, accounts={"info": maildir_account()})
    for number, (mailbox, fields) in enumerate((*letters(), *endless())):
        for part in ("cur", "new", "tmp"):
            (folder / "mail" / mailbox / part).mkdir(parents=True, exist_ok=True)
        path = folder / "mail" / mailbox / "cur" / f"{NOW + number}.{number}.host:2,"
        path.write_bytes(b"".join(b"%s: %s\n" % (name.encode(), value) for name, value in fields.items()) + b"\n")
        os.utime(path, (NOW - DAY, NOW - DAY))
    made.call("poll")
    return made


def empty(folder: Path) -> Program:
    made = Program(folder, accounts={"info": maildir_account()})
    plant_maildir(Story(), folder / "mail")
    for part in ("cur", "new", "tmp"):
        (folder / "mail" / part).mkdir(parents=True)
    made.output("poll")
    return made


def failed(folder: Path) -> Program:
    """One account that was never read, and one that was and can't be any more."""
    made = program(folder, eva=NOBODY)
    (folder / "mail").rename(folder / "gone")
    made.call("poll")
    return made


def changed(folder: Path) -> Program:
    """The name of an account stands for other mail than was read under it."""
    plant_maildir(story(), folder / "old")
    made = program(folder, eva=maildir_account(path="old", watched=False))
    other = Story()
    for number in range(9):
        other.inbound(f"else{number}", NOW - number * DAY)
    plant_maildir(other, folder / "else")
    made.configure({"info": maildir_account(), "eva": maildir_account(path="else", watched=False)})
    made.call("poll")
    return made


def shut(folder: Path) -> Program:
    """A server that opens neither the sent mail nor a calendar; it was there for one poll."""
    honest = Honest()
    honest.boxes["Kalender"] = Box()
    honest.falsify = lambda call, answer: (
        b"TAG NO [NOPERM] no\r\n" if call.verb == "EXAMINE" and call.mailbox != "INBOX" else answer
    )
    for mail in story().mails:
        place = mail.places[0]
        if place.mailbox == "INBOX":
            honest.put("INBOX", mail.raw(place), place.internal_date)
    made = Program(folder)
    with ScriptedServer(honest.answers()) as server:
        made.configure({"info": NOBODY | {"port": server.port}})
        made.output("poll")
    return made


def demo(folder: Path) -> Program:
    made = Program(folder)
    made.output("demo", "--messages", "100", "--keep", str(folder / "demo"))
    made.folder = folder / "demo"
    return made


OFFICES: tuple[Office, ...] = (unknown, hostile, empty, failed, changed, shut, demo)
CALLS = {
    "report": [("report",), ("report", "--since", "all", "--measure", "turn")],
    "comparison": [("report", "--compare-matching")],
    "waiting": [("waiting",), ("waiting", "--all", "--since", "all"), ("waiting", "--fail")],
    "list": [("list", "--since", "all", "--measure", "turn")],
    "check": [("check",)],
    "status": [("status",)],
    "export": [("export",)],
    "marks": [("mark", "--list")],
    "review": [("review", "-n", "1000")],
    "config": [("config", "show")],
    "places": [("config", "path")],
    "poll": [("poll",)],
}
CODES = {0, 1, 3, 4, 6}
"""With which there is JSON."""


def written(office: Program) -> Iterator[tuple[str, dict[str, Any]]]:
    """All that is written: (form, value)."""
    for form, calls in CALLS.items():
        for words in calls:
            done = office.call(*words, "--format", "jsonl" if form in LINES else "json")
            assert done.returncode in CODES, (words, done.stderr)
            for text in done.stdout.splitlines() if form in LINES else [done.stdout]:
                yield form, json.loads(text)
    words = [row["id"] for row in office.lines("export")][:20]
    words += [str(path) for path in sorted(office.folder.glob("mail/cur/*"))[-9:]] + ["not/there.eml"]
    yield from (("explain", row) for row in office.lines("explain", *map(str, words)))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Office], Outputs]:
    """What is written of an office: each is polled once, and only where a test asks for it."""

    @cache
    def of(make: Office) -> Outputs:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(patience, "FIRST_PAUSE", 0)
            patch.setattr(patience, "JITTER", 0)
            return list(written(make(tmp_path_factory.mktemp(make.__name__))))

    return of


@pytest.fixture(params=OFFICES, ids=lambda make: make.__name__)
def office(request: pytest.FixtureRequest, outputs: Callable[[Office], Outputs]) -> Outputs:
    return outputs(request.param)


VALIDATORS = {name: [closed(form) for form in forms(name)] for name in schema_names()}


def test_it_has_the_published_form_and_nothing_that_this_does_not_name(office: Outputs) -> None:
    assert set(schema_names()) - {form for form, _ in office} <= {"list", "export", "review"}, "no exchange, no line"
    for form, value in office:
        of_file = form == "explain" and "path" in value
        VALIDATORS[form][of_file].validate(value)


def test_the_published_form_lets_pass_what_a_later_release_adds(office: Outputs) -> None:
    def added(value: Any, at: str = "") -> Any:
        if isinstance(value, dict):
            grown = {name: added(part, name) for name, part in value.items()}
            return grown if at in ("excluded_by_kind", "config") else grown | {"added": 1}
        return [added(part) for part in value] if isinstance(value, list) else value

    whole = {name: Draft202012Validator(schema(name)) for name in schema_names()}
    for form, value in office:
        whole[form].validate(added(value))


def test_what_has_an_envelope_names_its_form(office: Outputs) -> None:
    for form, value in office:
        if form in LINES:
            assert "schema" not in value
        else:
            assert re.fullmatch(rf"replywatch\.{form}/[1-9]", value["schema"])
            assert schema(form)["$id"] == "urn:" + value["schema"].replace(".", ":").replace("/", ":")


def test_texts_are_cut(office: Outputs) -> None:
    for form, value in office:
        texts = value if form not in ("config", "places") else {}
        assert max(map(len, texts_in(texts)), default=0) <= 1000, form


def test_every_field_of_every_form_is_written_somewhere(outputs: Callable[[Office], Outputs]) -> None:
    seen: dict[str, set[str]] = {name: set() for name in schema_names()}
    of_a_file: set[str] = set()
    for form, value in [pair for make in OFFICES for pair in outputs(make)]:
        (of_a_file if "path" in value and form == "explain" else seen[form]).update(fields_in(value))
    every_warning = json.loads(report_json(warned()))
    seen["report"].update(fields_in(every_warning))
    seen["comparison"].update(fields_in(json.loads(comparison_json(warned(), warned()))))
    for form in ("waiting", "status"):
        seen[form].update(fields_in({"warnings": every_warning["warnings"]}))
    for name in schema_names():
        form, *of_file = forms(name)
        assert fields_of(form) - seen[name] == set(), name
        assert [fields_of(other) for other in of_file] == [of_a_file] * len(of_file)
