"""What a person decides of an account whose name has come to stand for something else."""

import pytest

from planted import Program, maildir_account, plant_maildir
from story import Story


def a_story(name, number):
    story = Story()
    story.outbound("xaver", "2026-01-05 09:00")
    for i in range(number):
        story.inbound(f"{name}{i}", f"2026-03-{i + 1:02} 08:00", subject=f"{name} {i}")
    return story


@pytest.fixture
def office(tmp_path):
    """The wrong mailbox was read, and the path put right since."""
    program = Program(tmp_path, accounts={"info": maildir_account(path="wrong")})
    plant_maildir(a_story("wrong", 9), tmp_path / "wrong")
    plant_maildir(a_story("right", 3), tmp_path / "right")
    program.output("poll")
    program.configure({"info": maildir_account(path="right")})
    return program


def count(office):
    return office.json("report", "--since", "all")["totals"]["exchanges"]


def test_a_poll_of_it_alone_ends_with_2_and_reads_nothing(office):
    done = office.call("poll")
    assert done.returncode == 2
    assert f"account info was {office.folder / 'wrong'}, now {office.folder / 'right'}" in done.stderr
    assert "replywatch account move info" in done.stderr
    assert "replywatch account drop info" in done.stderr


READING = [
    *(("report",), ("report", "--format", "json"), ("waiting",), ("list",), ("export",)),
    *(("explain", "wrong0"), ("review",), ("mark", "--list")),
]


@pytest.mark.parametrize("words", READING, ids=" ".join)
def test_no_command_shows_a_figure_of_it(office, words):
    error = office.fails(*words, code=2)
    assert "account info was" in " ".join(error.split())
    assert "wrong0@" not in error


def test_beside_another_account_the_others_are_read_and_shown(office):
    plant_maildir(a_story("fine", 2), office.folder / "fine")
    office.configure({"info": maildir_account(path="right"), "fine": maildir_account(path="fine")})
    assert office.call("poll").returncode == 3
    report = office.output("report", "--since", "all")
    first = next(line for line in report.splitlines() if line.startswith("!"))
    assert first.startswith("! Account info was")
    assert count(office) == 2
    assert office.output("waiting", "--since", "all").startswith("! Account info was")
    for command in ("list", "export"):
        assert office.call(command).stderr.startswith("! Account info was")
    assert office.call("mark", "--list").stderr.startswith("Left out: account info was")
    assert "info was" in office.call("explain", office.lines("list", "--since", "all")[0]["id"]).stderr


def test_drop_and_read_the_right_one(office):
    preview = office.output("account", "drop", "info", "--dry-run")
    assert preview.startswith("10 messages in 2 mailboxes of account info, ")
    assert "can't be undone" in office.fails("account", "drop", "info", code=2)
    office.output("account", "drop", "info", "--yes")
    assert b"wrong0" not in office.store.read_bytes()
    office.output("poll")
    assert count(office) == 3


def test_drop_says_which_answers_it_keeps_as_marks(tmp_path):
    story, hers = Story(), Story()
    story.outbound("xaver", "2026-01-05 09:00")
    for i in range(3):
        enquiry = story.inbound(f"tom{i}", f"2026-03-0{i + 1} 08:00")
        hers.mails.append(story.reply(enquiry, f"2026-03-0{i + 1} 10:00"))
        story.mails.remove(hers.mails[-1])
    program = Program(tmp_path, accounts={"info": maildir_account(), "anna": maildir_account(path="anna")})
    plant_maildir(story, tmp_path / "mail")
    plant_maildir(hers, tmp_path / "anna")
    program.output("poll")
    done = program.call("account", "drop", "anna", "--yes")
    assert "3 messages elsewhere had an answer in it: a mark says so now" in done.stderr
    assert len(program.json("mark", "--list")["marks"]) == 3
    done = program.call("account", "drop", "info", "--yes")
    assert "a mark says so" not in done.stderr


def test_move_and_go_on(office):
    (office.folder / "wrong").rename(office.folder / "moved")
    office.configure({"info": maildir_account(path="nowhere")})
    assert office.call("poll").returncode == 1  # it is not there
    office.configure({"info": maildir_account(path="right")})
    assert "is there to move" not in office.output("account", "move", "info", "--dry-run")
    office.output("account", "move", "info", "--yes")
    assert "nothing to move" in office.call("account", "move", "info", "--yes").stderr
    office.output("poll")
    assert count(office) == 12  # what was read before goes on: nobody said that it was another mailbox


def test_a_folder_that_was_moved_is_known_again(office):
    (office.folder / "wrong").rename(office.folder / "moved")
    office.configure({"info": maildir_account(path="moved")})
    assert office.fails("report", code=2)
    assert "0 new messages" in office.call("poll").stderr
    assert count(office) == 9


@pytest.mark.parametrize("step", ["move", "drop"])
def test_an_account_that_nobody_knows(office, step):
    assert "It knows: info." in office.fails("account", step, "anna", "--yes", code=2)


def test_two_configs_over_one_store_never_share_figures(tmp_path):
    """Each calls its account info: the second one is not read."""
    one, two = Program(tmp_path / "a", apart=False), Program(tmp_path / "b", apart=False)
    for program, name in ((one, "alpha"), (two, "beta")):
        program.folder.mkdir()
        plant_maildir(a_story(name, 4), program.folder / "mail")
        program.configure({"info": maildir_account()}, store=str(tmp_path / "store" / "mail.db"))
    one.output("poll")
    assert two.call("poll").returncode == 2
    assert two.fails("report", code=2)
    assert {row["contact"][:5] for row in one.lines("export")} == {"alpha"}


def test_check_says_it_before_any_poll_does(office):
    done = office.call("check")
    assert done.returncode == 0
    text = " ".join(done.stdout.split())
    assert (
        f"the mail read so far is of {office.folder / 'wrong'}, and the config says {office.folder / 'right'}" in text
    )
    assert "replywatch account move info" in text
    (finding,) = [f for f in office.json("check")["findings"] if f["code"] == "account_changed"]
    assert finding["level"] == "warning"
    office.output("account", "move", "info", "--yes")
    assert "account_changed" not in office.output("check", "--format", "json")
