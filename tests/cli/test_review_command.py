"""A review at a real terminal: keys that can't be misread, and nothing that was said is lost."""

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.store.lock import writing
from story import Story
from terminal import Terminal

RIGHT = "Right? y right, n wrong, s skip, q end: "
WHAT = "What is it: "
WHEN = "When, or by which mail: "


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path, accounts={"info": maildir_account()})
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    for day in range(4, 8):
        story.inbound("nora", f"2024-03-0{day} 08:00", subject=f"Oak {day}")
    private = story.outbound("nora.private", "2024-03-09 12:00", subject="Elsewhere")
    plant_maildir(story, tmp_path / "mail")
    program.output("poll")
    program.private = story.identity(private)
    return program


def marks(program):
    """What each mark says, in the order in which they were made."""
    keys = ("kind", "answered_at", "no_reply_needed", "reply_of")
    return [next(k for k in keys if row[k]) for row in program.json("mark", "--list")["marks"]]


def verdict(wrong, judged):
    return f"{wrong} of {judged} judgements wrong: {100 * wrong / judged:.1f} %"


def test_each_answer_by_its_key(program):
    with Terminal(program, "review", "--seed", "1") as terminal:
        for number, answer in enumerate("yns", 1):
            terminal.reads(f"{number} of 4: ")
            terminal.reads(RIGHT)
            terminal.types(answer)
            if answer == "n":
                terminal.reads(WHAT)
                terminal.types("3")
                terminal.reads("Now      not counted")
        terminal.reads(RIGHT)
        terminal.types("q")
        code, rest = terminal.ends()
    assert (code, verdict(1, 2) in rest) == (0, True)
    assert marks(program) == ["no_reply_needed"]


@pytest.mark.parametrize("typed", ["", "  ", "yn", "ynsq", "k", "1", "yes"])
def test_nothing_else_is_an_answer(program, typed):
    """Neither Enter alone nor a key of an earlier release, which meant something else."""
    with Terminal(program, "review", "-n", "1") as terminal:
        terminal.reads(RIGHT)
        terminal.types(typed)
        again = terminal.reads(RIGHT)
        assert ("type y, n, s or q" in again) is bool(typed)
        terminal.types("q")
        code, rest = terminal.ends()
    assert code == 0
    assert "judgements wrong" not in rest


@pytest.mark.parametrize("key", ["Y", "j", "J "])
def test_upper_case_and_german_are_the_same_key(program, key):
    with Terminal(program, "review", "-n", "1") as terminal:
        terminal.reads(RIGHT)
        terminal.types(key)
        assert verdict(0, 1) in terminal.ends()[1]


def test_back_from_each_question(program):
    with Terminal(program, "review", "-n", "1") as terminal:
        for keys in (["n", "b"], ["n", "1", "b"], ["n", "2", "B"]):
            terminal.reads(RIGHT)
            for key in keys:
                terminal.types(key)
        terminal.reads(RIGHT)
        terminal.types("y")
        assert verdict(0, 1) in terminal.ends()[1]
    assert marks(program) == []


def test_a_mistyped_kind_is_asked_again(program):
    with Terminal(program, "review", "-n", "1") as terminal:
        for key in ("n", "1", "newsleter"):
            terminal.types(key)
        terminal.reads("Error: that is no kind")
        terminal.types("Newsletter")
        terminal.reads("kind newsletter.")
        assert verdict(1, 1) in terminal.ends()[1]
    assert marks(program) == ["kind"]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("2024-13-09", "'2024-13-09' is no date or time"),
        ("9/3/2024", "ambiguous"),
        ("2024-03-01", "before the message arrived"),
        ("2044-03-01", "in the future"),
        ("ffffffff", "no message has the id ffffffff"),
        ("nobody@nowhere.example", "no message has the id nobody@nowhere.example"),
        ("abc", "too short for an id"),
        ("yesterday evening", "'yesterday evening' is no date or time"),
    ],
)
def test_a_mistyped_date_or_id_is_asked_again(program, typed, told):
    with Terminal(program, "review", "-n", "1") as terminal:
        terminal.types("n")
        terminal.types("2")
        terminal.reads(WHEN)
        terminal.types(typed)
        again = terminal.reads(WHEN)
        assert told in " ".join(again.split())
        terminal.types("2024-03-09 12:00")
        terminal.reads("answered at 2024-03-09 12:00.")
        assert verdict(1, 1) in terminal.ends()[1]
    assert marks(program) == ["answered_at"]


@pytest.mark.parametrize(
    ("typed", "expected"), [("now", ["answered_at"]), ("none", []), ("reply", ["reply_of"]), ("REPLY", ["reply_of"])]
)
def test_what_the_answer_was(program, typed, expected):
    short = program.private[:6]
    typed = {"reply": short, "REPLY": short.upper()}.get(typed, typed)
    with Terminal(program, "review", "-n", "1") as terminal:
        for key in ("n", "2", typed):
            terminal.types(key)
        code, rest = terminal.ends()
    assert (code, verdict(1, 1) in rest) == (0, True)
    assert marks(program) == expected


def test_something_else_is_wrong_without_a_mark(program):
    with Terminal(program, "review", "-n", "1") as terminal:
        for key in ("n", "4"):
            terminal.types(key)
        assert verdict(1, 1) in terminal.ends()[1]
    assert marks(program) == []


@pytest.mark.parametrize("how", ["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("where", [[], ["n"], ["n", "2"]], ids=["judgement", "what is it", "when"])
def test_whoever_leaves_keeps_what_was_said(program, how, where):
    with Terminal(program, "review") as terminal:
        for keys in ("n3", "y"):
            for key in keys:
                terminal.types(key)
        terminal.reads("3 of 4: ")
        question = [RIGHT, WHAT, WHEN][len(where)]
        for key in where:
            terminal.types(key)
        terminal.reads(question)
        if how == "Ctrl-C":
            terminal.interrupts()
        else:
            terminal.presses(b"\x04")
        code, rest = terminal.ends()
    assert code == 130
    assert rest.splitlines()[-1] == "Interrupted."
    assert verdict(1, 2) in rest, "the third one, which was not answered, is not counted"
    assert marks(program) == ["no_reply_needed"]


def test_whoever_leaves_at_once_gets_no_verdict(program):
    with Terminal(program, "review") as terminal:
        terminal.reads(RIGHT)
        terminal.presses(b"\x04")
        assert terminal.ends() == (130, "\nInterrupted.\n")


def test_what_can_not_be_marked_just_now_is_not_lost(program):
    """While a poll is at work, say: it is asked again, and nothing is counted yet."""
    with Terminal(program, "review", "-n", "1") as terminal:
        terminal.reads(RIGHT)
        with writing(program.store):
            terminal.types("n")
            terminal.types("3")
            terminal.reads("Error: not marked: another replywatch is writing to")
        terminal.reads(RIGHT)
        terminal.types("n")
        terminal.types("3")
        assert verdict(1, 1) in terminal.ends()[1]
    assert marks(program) == ["no_reply_needed"]
