"""`mark` says what it did: each line for people, and nothing on stdout."""

import re
import sqlite3
from contextlib import closing

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.cli.mark import KINDS
from replywatch.domain.messages import Kind
from story import Story


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return plant(tmp_path_factory.mktemp("mark"))


def plant(folder, **settings):
    """Mail of some people, by their names."""
    program = Program(folder, accounts={"info": maildir_account()}, **settings)
    story = Story()
    mails = {
        "xaver": story.outbound("xaver", "2024-01-05 09:00", subject="Happy new year"),
        "nora": story.inbound("nora", "2024-03-04 08:00", subject="Oak"),
        "bert": story.inbound("bert", "2024-03-05 08:00", subject="Beech"),
        "news": story.inbound("news", "2024-03-06 08:00", subject="Ash", fields="Precedence: bulk"),
    }
    mails["reply"] = story.reply(mails["bert"], "2024-03-05 10:00")
    mails["thanks"] = story.answer(mails["reply"], "2024-03-05 11:00")
    mails["calendar"] = story.outbound(
        "nora", "2024-03-05 12:00", subject="Elm", fields="Content-Type: text/calendar; method=REPLY"
    )
    mails["private"] = story.outbound("nora.private", "2024-03-07 12:00", subject="Elsewhere")
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    program.ids = {name: story.identity(mail) for name, mail in mails.items()}
    return program


def named(program, text):
    """`text` with names in place of ids."""
    for who, identity in program.ids.items():
        text = text.replace(identity, who.upper()).replace(identity[:10], who)
    return text


def said(program, name, *words):
    """The lines of `mark`, with names in place of ids, and without how long nobody has answered by now."""
    done = program.call("mark", program.ids[name], *(program.ids.get(word, word) for word in words))
    assert (done.returncode, done.stdout) == (0, "")
    text = re.sub(r"never answered, [0-9]+ d( [0-9]+ h)?$", NEVER, named(program, done.stderr), flags=re.MULTILINE)
    return text.splitlines()


NEVER = "never answered, long"
NORA = ["  From     nora@nora.example, 2024-03-04 09:00", "  Subject  Oak"]
BERT = ["  From     bert@bert.example, 2024-03-05 09:00", "  Subject  Beech"]
NEWS = ["  From     news@news.example, 2024-03-06 09:00", "  Subject  Ash"]
REPLY = ["  To       bert@bert.example, 2024-03-05 11:00", "  Subject  Re: Beech"]
PRIVATE = ["  To       nora.private@nora.private.example, 2024-03-07 13:00", "  Subject  Elsewhere"]
CALENDAR = ["  To       nora@nora.example, 2024-03-05 13:00", "  Subject  Elm"]
ACKNOWLEDGED = "acknowledged at 2024-03-05 11:00"
NOTHING_RESTS = ["  No figure changes: nothing that is counted rests on it."]
CASES = [
    # the message, what is said of it → the lines after the first one, then those of taking it back
    (
        ("nora", "--answered", "2024-03-04 10:30"),
        [*NORA, f"  Before   {NEVER}", "  Now      answered after 1 h 30 min, at 2024-03-04 10:30"],
        [*NORA, "  Before   answered after 1 h 30 min, at 2024-03-04 10:30", f"  Now      {NEVER}"],
        "answered at 2024-03-04 10:30",
    ),
    (
        ("nora", "--no-reply-needed"),
        [*NORA, f"  Before   an enquiry; {NEVER}", "  Now      not counted", "  Mail     counted, now set aside"],
        [*NORA, "  Before   not counted", f"  Now      an enquiry; {NEVER}", "  Mail     set aside, now counted"],
        "no reply needed",
    ),
    (
        ("reply", "--kind", "auto_reply"),
        [
            *REPLY,
            "  Wait of  bert@bert.example, 2024-03-05 09:00 (bert)",
            "  Before   1 mail; no acknowledgement; answered after 2 h, at 2024-03-05 11:00",
            f"  Now      2 mails; {ACKNOWLEDGED}; {NEVER}",
            "  Wait of  bert@bert.example, 2024-03-05 12:00 (thanks)",
            f"  Before   turn 2; {NEVER}",
            "  Now      not counted",
            "  Mail     human of ours, now auto_reply of ours",
        ],
        [
            *REPLY,
            "  Wait of  bert@bert.example, 2024-03-05 09:00 (bert)",
            f"  Before   2 mails; {ACKNOWLEDGED}; {NEVER}",
            "  Now      1 mail; no acknowledgement; answered after 2 h, at 2024-03-05 11:00",
            "  Wait of  bert@bert.example, 2024-03-05 12:00 (thanks)",
            "  Before   not counted",
            f"  Now      turn 2; {NEVER}",
            "  Mail     auto_reply of ours, now human of ours",
        ],
        "kind auto_reply",
    ),
    (
        ("private", "--reply-of", "nora"),
        [
            *PRIVATE,
            "  Wait of  nora@nora.example, 2024-03-04 09:00 (nora)",
            f"  Before   {NEVER}",
            "  Now      answered after 3 d 4 h, at 2024-03-07 13:00",
        ],
        [
            *PRIVATE,
            "  Wait of  nora@nora.example, 2024-03-04 09:00 (nora)",
            "  Before   answered after 3 d 4 h, at 2024-03-07 13:00",
            f"  Now      {NEVER}",
        ],
        "a reply to nora",
    ),
    (
        ("nora", "--kind", "human"),
        [*NORA, "  No figure changes: it was taken for human already."],
        [*NORA, *NOTHING_RESTS],
        "kind human",
    ),
    (
        ("news", "--answered", "2024-03-06 10:00"),
        [
            *NEWS,
            "  No figure changes: nobody waits for an answer to news, which is excluded",
            "  by its kind.",
        ],
        [*NEWS, *NOTHING_RESTS],
        "answered at 2024-03-06 10:00",
    ),
    (
        ("bert", "--answered", "2024-03-05 11:00"),
        [*BERT, "  No figure changes: it was counted so already."],
        [*BERT, *NOTHING_RESTS],
        "answered at 2024-03-05 11:00",
    ),
    (
        ("calendar", "--reply-of", "nora"),
        [
            *CALENDAR,
            "  No figure changes: it is taken for calendar, and only a person's mail is an",
            "  answer (--kind human).",
        ],
        [*CALENDAR, *NOTHING_RESTS],
        "a reply to nora",
    ),
    (
        ("private", "--reply-of", "bert"),
        [*PRIVATE, "  No figure changes: the wait of bert had ended before."],
        [*PRIVATE, *NOTHING_RESTS],
        "a reply to bert",
    ),
]


@pytest.mark.parametrize(("words", "lines", "back", "told"), CASES, ids=[" ".join(c[0][:2]) for c in CASES])
def test_what_it_says(planted, words, lines, back, told):
    name = words[0]
    assert said(planted, *words) == [f"Marked {name}: {told}.", *lines]
    assert said(planted, *words) == [
        f"Marked so before: {name}: {told}.",
        *lines[:2],
        "  No figure changes: the message is marked so already.",
    ]
    assert said(planted, name, "--undo") == [f"Took back the mark of {name}: {told}.", *back]
    assert planted.call("mark", planted.ids[name], "--undo").returncode == 2


def test_the_first_characters_of_an_id_are_enough(planted):
    short = planted.ids["nora"][:4]
    assert "Marked so" not in planted.call("mark", short.upper(), "--no-reply-needed").stderr
    assert "nora@" in planted.call("mark", short, "--list").stdout
    assert planted.call("explain", short).returncode == 0
    assert planted.call("mark", planted.ids["private"][:4], "--reply-of", short).returncode == 0
    for name in ("private", "nora"):
        assert planted.call("mark", planted.ids[name][:4], "--undo").returncode == 0


def test_an_id_of_another_mail_names_no_other(tmp_path):
    """Whoever sends mail with a Message-ID like the id of another one's message gets no mark in its place."""
    program = Program(tmp_path, accounts={"info": maildir_account()})
    story = Story()
    identity = story.identity(story.inbound("nora", "2024-03-04 08:00", subject="Oak"))
    for number, taken in enumerate((identity[:6], identity)):
        story.inbound("mallory", f"2024-03-05 0{number}:00", message_id=taken, subject=taken)
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    text = program.fails("mark", identity[:6], "--no-reply-needed", code=2)
    assert "several messages have the id" in text
    assert {"nora@nora.example", "mallory@mallory.example"} <= set(text.split())
    assert "  From     nora@" in program.call("mark", identity, "--no-reply-needed").stderr


def test_an_answer_just_now(tmp_path):
    """It is told at once, and nobody is said to be waiting any longer, though the mail was last read before."""
    planted = plant(tmp_path)
    with closing(sqlite3.connect(planted.store)) as store, store:
        store.execute("UPDATE passes SET started_at = started_at - 60")
    assert "nora@" in planted.output("waiting", "--all", "--since", "all")
    *_, before, now, hint = said(planted, "nora", "--answered", "now")
    assert before == f"  Before   {NEVER}"
    assert re.fullmatch(r"  Now      answered after \d+ d( \d+ h)?, at \d{4}-\d\d-\d\d \d\d:\d\d", now)
    assert hint == "  Reports count it so once mail was read again (replywatch poll)."
    explained = planted.output("explain", planted.ids["nora"])
    assert explained.startswith("Answered after ")
    assert "--answered now" not in explained
    assert "nora@" not in planted.output("waiting", "--all", "--since", "all")
    said(planted, "nora", "--undo")
    assert "nora@" in planted.output("waiting", "--all", "--since", "all")


@pytest.mark.parametrize(
    ("time", "hint"),
    [
        ("2024-03-04", "Give the time of day, too, such as '2024-03-04 10:00'."),
        ("4.3.2024 08:59", "An answer comes after it. If another message is meant, give the id of that one."),
        ("2024-03-01", "An answer comes after it. If another message is meant, give the id of that one."),
    ],
)
def test_an_answer_before_the_message(planted, time, hint):
    text = planted.fails("mark", planted.ids["nora"], "--answered", time, code=2)
    assert text == f"Error: that is before the message arrived (2024-03-04 09:00)\n{hint}\n"


def test_every_kind_can_be_said():
    assert set(KINDS) == {kind.value for kind in Kind}


@pytest.mark.parametrize("words", [[], ["--kind", "human", "--undo"], ["--answered", "2024-03-05", "--reply-of", "x"]])
def test_one_thing_at_a_time(planted, words):
    assert "say one thing about the message" in planted.fails("mark", planted.ids["nora"], *words, code=2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--no-reply-needed",), "it is not said which message"),
        (("nora", "--no-reply-needed", "--format", "json"), "--format is for --list alone"),
        (("--list", "--undo"), "say one thing about the message"),
        (("ffffff", "--list"), "no message has the id ffffff"),
    ],
)
def test_what_makes_no_sense(planted, words, told):
    assert told in planted.fails("mark", *(planted.ids.get(word, word) for word in words), code=2)


class TestList:
    @pytest.fixture
    def marked(self, tmp_path):
        program = plant(tmp_path)
        for words in (
            ("nora", "--no-reply-needed"),
            ("nora", "--answered", "2024-03-04 10:30"),
            ("bert", "--kind", "spam"),
            ("private", "--reply-of", "nora"),
            ("nora", "--kind", "human"),
            ("news", "--kind", "human"),
            ("news", "--undo"),
        ):
            said(program, *words)
        return program

    def listed(self, program, *words):
        found = program.output("mark", "--list", *words)
        return re.sub(r"marked at \d{4}-\d\d-\d\d \d\d:\d\d", "marked", named(program, found)).splitlines()

    def test_those_that_hold_in_the_order_in_which_they_were_made(self, marked):
        """Of one message of each aspect the latest, and none that was taken back."""
        assert self.listed(marked) == [
            "Marks that hold: 4",
            "",
            "  nora  answered at 2024-03-04 10:30; marked",
            "              nora@nora.example, 2024-03-04 09:00",
            "              Oak",
            "  bert  kind spam; marked",
            "              bert@bert.example, 2024-03-05 09:00",
            "              Beech",
            "  private  a reply to nora; marked",
            "              nora.private@nora.private.example, 2024-03-07 13:00",
            "              Elsewhere",
            "  nora  kind human; marked",
            "              nora@nora.example, 2024-03-04 09:00",
            "              Oak",
        ]

    def test_of_one_message(self, marked):
        rows = [line for line in self.listed(marked, marked.ids["nora"][:6]) if "; marked" in line]
        assert rows == ["  nora  answered at 2024-03-04 10:30; marked", "  nora  kind human; marked"]
        assert self.listed(marked, marked.ids["news"]) == ["Marks that hold: 0"]

    def test_as_json(self, marked):
        found = marked.json("mark", "--list")
        assert found["schema"] == "replywatch.marks/1"
        answered, kind, reply, _ = found["marks"]
        made_at = answered.pop("made_at")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", made_at)
        assert answered == {
            "id": marked.ids["nora"],
            "message_id": "nora.2@nora.example",
            "answered_at": "2024-03-04T09:30:00Z",
            "no_reply_needed": False,
            "kind": None,
            "reply_of": None,
            "direction": "inbound",
            "clock": "2024-03-04T08:00:00Z",
            "contact": "nora@nora.example",
            "subject": "Oak",
        }
        assert (kind["kind"], kind["answered_at"]) == ("spam", None)
        assert reply["reply_of"] == marked.ids["nora"]
        assert reply["direction"] == "outbound"

    def test_of_messages_that_are_no_longer_there(self, marked):
        """They are listed, and can be taken back."""
        gone = "ab12" * 8
        with closing(sqlite3.connect(marked.store)) as store, store:
            store.execute("INSERT INTO marks (identity, made_at, kind, value) VALUES (?, 0, 'kind', 'spam')", [gone])
        assert self.listed(marked)[-2:] == [
            "  ab12ab12ab  kind spam; marked",
            "              the message is in no account that is read",
        ]
        assert self.listed(marked, "ab12")[0] == "Marks that hold: 1"
        row = marked.json("mark", "--list", "ab12")["marks"][0]
        assert (row["id"], row["kind"], row["contact"], row["subject"]) == (gone, "spam", None, None)
        assert marked.call("mark", "ab12", "--undo").stderr.splitlines() == [
            "Took back the mark of ab12ab12ab: kind spam.",
            "  No figure changes: the message is in no account that is read.",
        ]
        assert "no message has the id" in marked.fails("mark", "ab12", "--list", code=2)

    def test_a_message_that_is_there_goes_before_one_that_is_not(self, marked):
        gone = marked.ids["news"][:5] + "0" * 27
        with closing(sqlite3.connect(marked.store)) as store, store:
            store.execute("INSERT INTO marks (identity, made_at, kind, value) VALUES (?, 0, 'kind', 'spam')", [gone])
        assert "has no mark" in marked.fails("mark", gone[:5], "--undo", code=2)
        assert "Took back" in marked.call("mark", gone[:8], "--undo").stderr

    def test_none(self, tmp_path):
        program = plant(tmp_path)
        assert program.output("mark", "--list") == "Marks that hold: 0\n"
        assert program.json("mark", "--list")["marks"] == []


def test_subjects_that_may_not_be_shown(tmp_path):
    """Also while the store still holds them, before the next poll."""
    program = plant(tmp_path)
    program.configure({"info": maildir_account()}, privacy={"subjects": False})
    told = program.call("mark", program.ids["nora"], "--no-reply-needed").stderr
    told += program.output("mark", "--list") + program.output("mark", "--list", "--format", "json")
    assert "nora@nora.example" in told
    assert "Oak" not in told
    assert "Subject" not in told
