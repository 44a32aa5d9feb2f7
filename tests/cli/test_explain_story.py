"""What `explain` says first: the sentence, the story, the doubts, and what to do."""

import re
import time

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.app.explaining.explain import explain_message
from replywatch.app.progress import Silent
from replywatch.config.load import load_config
from replywatch.render.locale import Locale
from replywatch.render.story import story_text
from story import Story, cases


@pytest.fixture
def said(tmp_path):
    """A function that plants a story, polls it, and gives what `explain` says of one of its mails."""
    program = Program(tmp_path, accounts={"info": maildir_account()})

    def explained(story, mail, *words):
        if not program.store.exists():
            plant_maildir(story, tmp_path / "mail")
            program.output("poll")
        return program.output("explain", mail.message_id, *words)

    explained.program = program
    return explained


@pytest.fixture
def story():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00", by="eva", subject="Happy new year")
    return story


def first(text):
    """The sentence, with what depends on the moment of the poll left out."""
    return re.sub(r"\d+ d( \d+ h)?", "…", text.splitlines()[0])


def test_who_waits_may_have_been_answered_elsewhere(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    other = story.inbound("anna", "2024-03-05 08:00", subject="Beech")
    letter = story.outbound("anna", "2024-03-06 09:12", by="eva", subject="Your visit")
    reply = story.reply(other, "2024-03-07 10:00", by="eva")
    ids = {mail: story.identity(mail)[:10] for mail in (asked, letter, reply)}
    text = said(story, asked)
    assert first(text) == "Never answered in …: anna@anna.example, 4 Mar 2024 09:00"
    part = text.partition("Could be the answer, in another conversation\n")[2].partition("\n\n")[0]
    assert part.splitlines() == [
        f"  6 Mar 2024 10:12  {ids[letter]}  Your visit",
        f"                     replywatch mark {ids[letter]} --reply-of {ids[asked]}",
        f"  7 Mar 2024 11:00  {ids[reply]}  Re: Beech",
        f"                     replywatch mark {ids[asked]} --answered '2024-03-07 11:00'",
    ]
    assert "eva@" not in text, "who of ours wrote it is for --details"
    said.program.output(*part.splitlines()[1].split()[1:])
    text = said(story, asked)
    assert text.startswith("Answered after 2 d 1 h by eva@example.com: anna@anna.example, 4 Mar 2024 09:00\n")
    assert "Could be" not in text
    assert said(story, other).startswith("Answered after 2 d 2 h by"), "that one has its answer still"


def test_json_has_what_could_be_the_answer(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    letter = story.outbound("anna", "2024-03-06 09:12", subject="Your visit")
    said(story, asked)
    (row,) = said.program.lines("explain", asked.message_id)
    mail = {
        "id": story.identity(letter),
        "message_id": letter.message_id,
        "sent_at": "2024-03-06T09:12:00Z",
        "subject": "Your visit",
        "answers": None,
    }
    assert row["could_be_answers"] == [{"exchange": row["id"], "mails": [mail], "more": 0}]
    (row,) = said.program.lines("explain", letter.message_id)
    assert row["could_be_answers"] == []


@cases(
    *("ours", "sentence", "remedy"),
    rows=[
        ("by nobody", {}, "Never answered in …: anna@anna.example, 4 Mar 2024 09:00", "--no-reply-needed"),
        (
            "by In-Reply-To",
            {"replies": True, "subject": "Re: Oak"},
            "Answered after 3 h by ben@example.com: anna@anna.example, 4 Mar 2024 09:00",
            "",
        ),
        (
            "by the subject",
            {"subject": "Re: Oak table"},
            "Answered after 3 h by ben@example.com: anna@anna.example, 4 Mar 2024 09:00",
            "--reply-of ID",
        ),
    ],
)
def test_an_enquiry(said, story, ours, sentence, remedy):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    if ours:
        story.outbound("anna", "2024-03-04 11:00", **(ours | ({"replies": asked} if "replies" in ours else {})))
    text = said(story, asked)
    assert first(text) == sentence
    assert ("replywatch mark" in text) == bool(remedy)
    assert remedy in text
    assert ("nothing but person and subject ties the answer to it" in " ".join(text.split())) == (
        remedy == "--reply-of ID"
    )


def test_what_left_within_seconds_may_have_been_a_person(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    hasty = story.reply(asked, "2024-03-04 08:00:09")
    text = said(story, asked)
    short = story.identity(hasty)[:10]
    assert f"Doubt          {short} left within seconds: an acknowledgement, no answer\n" in text
    (line,) = [line for line in text.splitlines() if line.startswith("A person? ")]
    said.program.output(*line.partition("replywatch ")[2].split())
    assert said(story, asked).startswith("Answered after 9 s by ben@example.com: ")


def test_the_person_whom_it_is_about_is_they(said, story):
    asked = story.inbound("nora", "2024-03-04 08:00", to=("info", "ida@ida.example"), subject="Oak table")
    joins_in = story.inbound("ida", "2024-03-04 09:00", replies=asked, subject="Re: Oak table")
    reply = story.outbound("nora", "2024-03-04 10:00", replies=asked, subject="Re: Oak table")
    for mail, words in (
        (asked, ["they", "others", "we"]),
        (joins_in, ["others", "they", "we"]),
        (reply, ["they", "others", "we"]),
    ):
        rows = [
            line[2:].split()[4] for line in said(story, mail).splitlines() if "Oak table" in line and '"' not in line
        ]
        assert rows == words


@cases(
    *("fields", "kind", "because"),
    rows=[
        ("a newsletter", "Precedence: bulk\nList-Unsubscribe: <x>", "newsletter", "List-Unsubscribe: <x>"),
        ("a machine", "Auto-Submitted: auto-generated", "notification", "Auto-Submitted: auto-generated"),
    ],
)
def test_what_is_not_counted(said, story, fields, kind, because):
    mail = story.inbound("news", "2024-03-04 08:00", subject="Oak", fields=fields)
    text = said(story, mail)
    assert text.startswith(f"{kind.capitalize()}: not counted\n")
    assert re.search(rf"^Kind +{kind}: {because}$", text, re.MULTILINE)
    assert '"Oak" from news@news.example, 4 Mar 2024 09:00\n' in text
    assert "--kind human" in text


def test_the_end_of_a_long_conversation_is_for_details(said, story):
    mail = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    asked = mail
    for day in range(5, 25):
        mail = story.answer(story.reply(mail, f"2024-03-{day:02} 08:00"), f"2024-03-{day:02} 09:00")
    text = said(story, asked)
    assert len([line for line in text.splitlines() if "  they  " in line or "  we    " in line]) == 12
    assert "\n  29 later: --details\n" in text
    assert "\n  29 earlier: --details\n" in said(story, mail)
    assert len([line for line in said(story, mail, "--details").splitlines() if " [human] " in line]) == 41


def test_files_are_found_by_no_number(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    text = said(story, asked, "--details")
    assert "info: INBOX, 2024-03-04 09:00" in text
    assert "UID" not in text


def test_ids_and_files_in_one_call(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    whole = said(story, asked)
    (said.program.folder / "a.eml").write_bytes(b"From: anna@a.example\nPrecedence: list\n\n")
    text = said.program.output("explain", "a.eml", "none.eml", asked.message_id, "a.eml")
    file, _, rest = text.partition("\nnone.eml: can't be read: No such file or directory\n\n")
    assert file.startswith("a.eml: inbound ")
    assert rest == f"{whole}\n{file}\n"


@pytest.mark.parametrize("mailbox", ["INBOX", "Junk"])
def test_a_mark_is_named_and_how_to_take_it_back(said, story, mailbox):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table", mailbox=mailbox)
    said(story, asked)
    said.program.output("mark", asked.message_id, "--no-reply-needed")
    text = said(story, asked)
    assert text.startswith("Not counted: a mark says that it needs no reply\n")
    said.program.output(*text.splitlines()[-1].partition("replywatch ")[2].split())
    assert not said(story, asked).startswith("Not counted: a mark")


def test_it_fits_a_narrow_terminal(said, story):
    asked = story.inbound("anna", "2024-03-04 08:00", subject="An oak table for six people")
    story.outbound("anna", "2024-03-06 09:12", subject="Your visit on Saturday in the afternoon")
    said(story, asked)
    config = load_config(said.program.folder / "replywatch.toml", {})
    found = explain_message(config, asked.message_id, int(time.time()), Silent())
    for width in (40, 80):
        lines = story_text(found, Locale(config.report.timezone, width=width, colours=True)).splitlines()
        assert lines[0].startswith("\x1b[1mNever answered in ")
        plain = [re.sub("\x1b[^m]*m", "", line) for line in lines]
        assert max(len(line) for line in plain if "replywatch mark" not in line) <= width
        assert len([line for line in plain if re.search(r" replywatch mark [0-9a-f]{10} --\S+", line)]) == 4
