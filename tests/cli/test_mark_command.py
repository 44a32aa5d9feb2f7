"""`mark` says what it did: each line for people, and nothing on stdout."""

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.cli.mark import KINDS
from replywatch.domain.messages import Kind
from story import Story


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """Mail of some people, by their names."""
    program = Program(tmp_path_factory.mktemp("mark"), accounts={"info": maildir_account()})
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


def said(program, name, *words):
    """The lines of `mark`, with names in place of ids."""
    done = program.call("mark", program.ids[name], *(program.ids.get(word, word) for word in words))
    assert (done.returncode, done.stdout) == (0, "")
    text = done.stderr
    for who, identity in program.ids.items():
        text = text.replace(identity, who.upper()).replace(identity[:10], who)
    return text.splitlines()


ACKNOWLEDGED = "acknowledged at 2024-03-05 11:00"
CASES = [
    # the message, what is said of it → the lines after the first one, then those of taking it back
    (
        ("nora", "--answered", "2024-03-04 10:30"),
        ["The wait of 2024-03-04 09:00 (nora): unanswered, now answered at 2024-03-04 10:30."],
        ["The wait of 2024-03-04 09:00 (nora): answered at 2024-03-04 10:30, now unanswered."],
        "answered at 2024-03-04 10:30",
    ),
    (
        ("nora", "--no-reply-needed"),
        [
            "The wait of 2024-03-04 09:00 (nora) counts no longer.",
            "The mail of 2024-03-04 09:00 (nora): counted, now set aside.",
        ],
        [
            "The wait of 2024-03-04 09:00 (nora) counts now: an enquiry, 1 mail, no acknowledgement, unanswered.",
            "The mail of 2024-03-04 09:00 (nora): set aside, now counted.",
        ],
        "no reply needed",
    ),
    (
        ("reply", "--kind", "auto_reply"),
        [
            (
                f"The wait of 2024-03-05 09:00 (bert): 1 mail, now 2 mails; no acknowledgement, now {ACKNOWLEDGED}; "
                "answered at 2024-03-05 11:00, now unanswered."
            ),
            "The wait of 2024-03-05 12:00 (thanks) counts no longer.",
            "The mail of 2024-03-05 11:00 (reply): human of ours, now auto_reply of ours.",
        ],
        [
            (
                f"The wait of 2024-03-05 09:00 (bert): 2 mails, now 1 mail; {ACKNOWLEDGED}, now no acknowledgement; "
                "unanswered, now answered at 2024-03-05 11:00."
            ),
            "The wait of 2024-03-05 12:00 (thanks) counts now: turn 2, 1 mail, no acknowledgement, unanswered.",
            "The mail of 2024-03-05 11:00 (reply): auto_reply of ours, now human of ours.",
        ],
        "kind auto_reply",
    ),
    (
        ("private", "--reply-of", "nora"),
        ["The wait of 2024-03-04 09:00 (nora): unanswered, now answered at 2024-03-07 13:00."],
        ["The wait of 2024-03-04 09:00 (nora): answered at 2024-03-07 13:00, now unanswered."],
        "a reply to nora",
    ),
    (
        ("nora", "--kind", "human"),
        ["No figure changes: it was taken for human already."],
        ["No figure changes: nothing that is counted rests on it."],
        "kind human",
    ),
    (
        ("news", "--answered", "2024-03-06 10:00"),
        ["No figure changes: nobody waits for an answer to news, which is excluded by its kind."],
        ["No figure changes: nothing that is counted rests on it."],
        "answered at 2024-03-06 10:00",
    ),
    (
        ("bert", "--answered", "2024-03-05 11:00"),
        ["No figure changes: it was counted so already."],
        ["No figure changes: nothing that is counted rests on it."],
        "answered at 2024-03-05 11:00",
    ),
    (
        ("calendar", "--reply-of", "nora"),
        ["No figure changes: it is taken for calendar, and only a person's mail is an answer (--kind human)."],
        ["No figure changes: nothing that is counted rests on it."],
        "a reply to nora",
    ),
    (
        ("private", "--reply-of", "bert"),
        ["No figure changes: the wait of bert had ended before."],
        ["No figure changes: nothing that is counted rests on it."],
        "a reply to bert",
    ),
]


@pytest.mark.parametrize(("words", "lines", "back", "told"), CASES, ids=[" ".join(c[0][:2]) for c in CASES])
def test_what_it_says(planted, words, lines, back, told):
    name = words[0]
    assert said(planted, *words) == [f"Marked {name.upper()}.", *lines]
    assert said(planted, *words) == [
        f"Marked so before: {name.upper()}.",
        "No figure changes: the message is marked so already.",
    ]
    taken = said(planted, name, "--undo")
    assert taken[:2] == [f"Took back the mark of {name.upper()}.", f"It said: {told}."]
    if back is not None:
        assert taken[2:] == back
    assert planted.call("mark", planted.ids[name], "--undo").returncode == 2


def test_every_kind_can_be_said():
    assert set(KINDS) == {kind.value for kind in Kind}


@pytest.mark.parametrize("words", [[], ["--kind", "human", "--undo"], ["--answered", "2024-03-05", "--reply-of", "x"]])
def test_one_thing_at_a_time(planted, words):
    assert "say one thing about the message" in planted.fails("mark", planted.ids["nora"], *words, code=2)
