"""Why a message was judged so: from the store, and for files on their own."""

import json
import re

import pytest

from planted import Program, maildir_account, plant_maildir
from replywatch.render.grid import columns_of
from replywatch.sources.local.header_block import HEADER_LIMIT
from story import Story


def told():
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00", subject="Happy new year")
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table\x1b[31m for six people")
    story.mail(
        "info", "2024-03-04 08:00:05", "anna", subject="Received: Oak table", mailbox="Sent", received=None,
        replies=asked, fields="Auto-Submitted: auto-replied",
    )  # fmt: skip
    reply = story.reply(asked, "2024-03-05 10:00")
    story.answer(reply, "2024-03-05 11:00")
    story.inbound(
        "news",
        "2024-03-06 08:00",
        subject="Our offers",
        fields="List-Unsubscribe: <https://n.example/u>\nPrecedence: bulk",
    )
    loose = story.inbound("lars", "2024-03-07 08:00", subject="Quote for a staircase")
    story.outbound(loose.sender, "2024-03-07 12:00", subject="Re: Quote for a staircase")
    story.inbound("junk", "2024-03-08 08:00", mailbox="Junk")
    for name in ("twin", "sister"):
        story.inbound(name, "2024-03-09 08:00", message_id="same@id.example")
    return story


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    program = Program(tmp_path_factory.mktemp("explain"), accounts={"info": maildir_account()})
    plant_maildir(told(), program.folder / "mail")
    program.output("poll")
    return program


def settled(text):
    """Without what depends on the moment of the poll."""
    text = re.sub(r"(waiting|never|[wW]aiting|[nN]ever answered) (for|in) \d+ d( \d+ h)?", r"\1 \2 … d", text)
    return re.sub(r"read until [^)]+\)", "read until …)", text)


@pytest.mark.parametrize(
    ("name", "number"),
    [("answered", 1), ("acknowledgement", 2), ("reply", 3), ("newsletter", 5), ("subject", 6), ("junk", 8)],
)
def test_the_whole_text(office, golden_output, name, number):
    message_id = told().mails[number].message_id
    text = office.output("explain", message_id, "--details")
    assert text.startswith(office.output("explain", message_id) + "\nMessage      "), "the rest stands below"
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if line != line.rstrip()]
    assert max(map(len, text.splitlines())) <= 80
    golden_output(f"explain_{name}.txt", settled(text))


def test_a_subject_in_letters_of_two_columns_fits(tmp_path):
    story = Story()
    mail = story.inbound("anna", "2024-03-04 08:00", subject="表" * 80)
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    lines = program.output("explain", mail.message_id, "--details").splitlines()
    assert len([line for line in lines if "表" in line]) == 4
    assert {columns_of(line) for line in lines if "表" in line and not line.startswith("Message ")} <= {78, 79, 80}


def test_an_unseen_reply_is_told_of_by_its_id_or_by_the_server(tmp_path):
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00")
    named = story.inbound("anna", "2024-03-04 08:00", subject="Oak")
    thanks = story.inbound("anna", "2024-03-05 08:00", references=(named, "lost@example.com"), subject="Re: Oak")
    flagged = story.inbound("carl", "2024-03-06 08:00", subject="Beech")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    (file,) = (program.folder / "mail" / "cur").glob(f"{flagged.when}.*")
    file.rename(f"{file}R")
    program.output("poll")
    program.output("poll")  # a report speaks of when the last pass began: the flag may have been seen a second later
    details = program.output("explain", thanks.message_id, "--details")
    (short,) = [line for line in details.splitlines() if line.startswith("Id ")]
    text = " ".join(program.output("explain", named.message_id).split())
    assert f"was not found, but {short.split()[1]} names it: lost@example.com, an id of ours that was never" in text
    assert "flagged" not in text
    text = " ".join(program.output("explain", flagged.message_id).split())
    assert "was not found, but the server flagged the mail as answered (\\Answered)" in text
    assert "an id of ours" not in text


@pytest.fixture
def hasty(tmp_path):
    """An enquiry that a template of ours followed nine seconds later, and one that a filter calls spam, answered."""
    story = Story()
    story.outbound("xaver", "2024-01-05 09:00", subject="Happy new year")
    asked = story.inbound("anna", "2024-03-04 08:00", subject="Oak table")
    story.reply(asked, "2024-03-04 08:00:09")
    flagged = story.inbound("carl", "2024-03-05 08:00", subject="Beech", fields="X-Spam-Flag: YES")
    story.reply(flagged, "2024-03-05 09:00")
    for who in ("nora", "ida", "hugo"):
        story.outbound(who, "2024-03-06 08:00", subject="Our summer")
    program = Program(tmp_path, accounts={"info": maildir_account()})
    plant_maildir(story, program.folder / "mail")
    program.output("poll")
    return story, program


@pytest.mark.parametrize("name", ["in_seconds", "hasty_enquiry", "flagged", "form_letter"])
def test_the_whole_text_of_what_counts_otherwise_than_it_looks(hasty, golden_output, name):
    story, program = hasty
    number = {"in_seconds": 2, "hasty_enquiry": 1, "flagged": 3, "form_letter": 5}[name]
    text = program.output("explain", story.mails[number].message_id, "--details")
    assert max(map(len, text.splitlines())) <= 80
    golden_output(f"explain_{name}.txt", settled(text))


def test_what_explain_tells_to_do_makes_an_answer_of_it(hasty):
    story, program = hasty
    template = story.mails[2].message_id
    (line,) = [line for line in program.output("explain", template).splitlines() if line.startswith("A person? ")]
    _, _, _, *words = line.split()
    program.output(*words)
    text = program.output("explain", template, "--details")
    assert text.startswith("The answer to anna@anna.example, after 9 s: ")
    assert "our own mail: it can be a reply" in text
    assert "makes an answer of it" not in text
    assert "answered after 9 s" in " ".join(text.split())


def test_the_judgement_in_the_store_says_why_a_spam_flag_means_nothing(hasty):
    story, program = hasty
    (row,) = program.lines("explain", story.mails[3].message_id)
    assert (row["kind"], row["rule"]) == ("human", "conversation.answered")
    assert row["because"] == "somebody of ours answered it, whatever X-Spam-Flag: YES says"


class TestIds:
    def test_with_and_without_brackets_and_short(self, office):
        message_id = told().mails[1].message_id
        whole = office.output("explain", message_id)
        assert office.output("explain", f"<{message_id}>") == whole
        details = office.output("explain", message_id, "--details")
        (short,) = [line.split()[1] for line in details.splitlines() if line.startswith("Id ")]
        assert office.output("explain", short) == whole
        assert office.output("explain", short[:6].upper()) == whole

    def test_two_at_once(self, office):
        first, second = (told().mails[n].message_id for n in (1, 6))
        text = office.output("explain", first, second)
        assert text == office.output("explain", first) + "\n" + office.output("explain", second)

    def test_none(self, office):
        text = office.fails("explain", "nobody@nowhere.example", code=2)
        assert "no message has the id nobody@nowhere.example" in text
        assert "Message-ID" in text

    @pytest.mark.parametrize("word", ["abc", "<>", ""])
    def test_too_short(self, office, word):
        assert "too short" in office.fails("explain", word, code=2)

    def test_several(self, office):
        text = office.fails("explain", "same@id.example", code=2)
        assert "several messages have the id same@id.example" in text
        for who in ("twin", "sister"):
            (line,) = [line for line in text.splitlines() if who in line]
            assert office.output("explain", line.split()[0])

    def test_a_file_that_is_not_there_is_one_all_the_same(self, office):
        for name in ("letters/not-there.eml", "not-there.eml", "letters/none"):
            assert office.output("explain", name) == f"{name}: can't be read: No such file or directory\n"

    def test_a_bare_word_is_an_id_mistyped(self, office):
        assert "no message has the id 3f9c02xy" in office.fails("explain", "3f9c02xy", code=2)


class TestFiles:
    @pytest.fixture
    def letters(self, tmp_path):
        program = Program(tmp_path)
        (tmp_path / "human.eml").write_bytes(
            b"From: Anna <anna@a.example>\r\nTo: info@example.com\r\nSubject: Table\r\n\r\nhi\r\n"
        )
        (tmp_path / "auto.eml").write_bytes(
            b"From: anna@a.example\nTo: info@example.com\nAuto-Submitted: auto-replied\nSubject: Away\n\nx\n"
        )
        (tmp_path / "bounce.eml").write_bytes(
            b"From: MAILER-DAEMON@mx.example\nContent-Type: multipart/report; report-type=delivery-status\n\nx\n"
        )
        (tmp_path / "empty.eml").write_bytes(b"")
        (tmp_path / "garbage.eml").write_bytes(bytes(range(256)) * 500)
        (tmp_path / "folder.eml").mkdir()
        (tmp_path / "ümlaut.eml").write_bytes(b"From: =?utf-8?q?M=C3=BCller?= <m@m.example>\n\n")
        return program

    NAMES = ("human.eml", "auto.eml", "bounce.eml", "empty.eml", "garbage.eml", "folder.eml", "none.eml", "ümlaut.eml")

    def test_every_file_gets_its_line(self, letters):
        found = {row["path"]: row for row in letters.lines("explain", *self.NAMES)}
        assert tuple(found) == self.NAMES
        assert {tuple(row) for row in found.values()} == {("path", "direction", "kind", "rule", "because", "contact")}
        kinds = {name: row["kind"] for name, row in found.items()}
        assert kinds["human.eml"] == "human"
        assert kinds["auto.eml"] == "auto_reply"
        assert kinds["bounce.eml"] == "bounce"
        assert (kinds["folder.eml"], kinds["none.eml"]) == (None, None)
        assert found["folder.eml"]["because"] == "can't be read: Is a directory"
        assert found["none.eml"]["because"] == "can't be read: No such file or directory"
        assert found["human.eml"]["contact"] == "anna@a.example"
        assert kinds["empty.eml"] is not None

    def test_as_text(self, letters):
        text = letters.output("explain", "human.eml", "folder.eml")
        assert text.splitlines() == [
            "human.eml: inbound human from anna@a.example",
            "  because no sign of automatic mail (rule human)",
            "folder.eml: can't be read: Is a directory",
        ]

    def test_the_team_of_a_config_counts(self, letters):
        letters.configure({"info": maildir_account()}, team={"domains": ["a.example"]})
        words = ("explain", "human.eml", "--format", "jsonl")
        assert json.loads(letters.output(*words))["direction"] == "inbound"
        assert json.loads(letters.output(*words, "--config", "replywatch.toml"))["direction"] == "outbound"

    def test_a_name_that_is_no_text(self, letters):
        name = letters.folder / "\udcff\udcfe.eml"
        name.write_bytes(b"From: anna@a.example\n\n")
        assert letters.run("explain", name.name).returncode == 0
        done = letters.run("explain", name.name, "--format", "jsonl")
        assert done.returncode == 0
        assert json.loads(done.stdout)["kind"] == "human"

    def test_a_file_is_read_as_far_as_one_of_a_mailbox(self, letters):
        start = b"From: anna@a.example\nX-Padding: "
        for name, too_far in (("within.eml", 0), ("beyond.eml", 1)):
            last = b"\nPrecedence: list\nList-Id: <a.example>\nAuto-Submitted: auto-replied"
            padding = b"x" * (HEADER_LIMIT - len(start + last) + too_far)
            (letters.folder / name).write_bytes(start + padding + last + b"\n\n")
        kinds = [row["kind"] for row in letters.lines("explain", "within.eml", "beyond.eml")]
        assert kinds[0] == "auto_reply"
        assert kinds[1] != "auto_reply"


class TestIdsAsJson:
    """An id is no file, and a file is no id."""

    def test_a_message_of_the_store(self, office):
        message_id = told().mails[1].message_id
        (row,) = office.lines("explain", message_id)
        assert (row["message_id"], row["kind"], row["matched_by"]) == (message_id, "human", "in-reply-to")
        assert [e["status"] for e in row["exchanges"]] == ["answered", "never"]
        assert row["exchanges"][0]["id"] == row["id"]
        for word in (f"<{message_id}>", row["id"], row["id"][:6].upper()):
            assert office.lines("explain", word) == [row], word

    def test_what_was_written_to_them_elsewhere_is_known_as_export_knows_it(self, office):
        exchanges = {row["id"]: row for row in office.lines("export")}
        for mail in told().mails:
            if mail.message_id != "same@id.example":
                (row,) = office.lines("explain", mail.message_id)
                assert row["exchanges"] == [exchanges[e["id"]] for e in row["exchanges"]]

    def test_files_and_ids_beside_each_other(self, office):
        letter = office.folder / "abcdef"
        letter.write_bytes(b"From: anna@a.example\n\n")
        gone = "letters/not-there.eml"
        found = office.lines("explain", "abcdef", told().mails[1].message_id, gone)
        letter.unlink()
        assert [next(iter(row)) for row in found] == ["path", "id", "path"]
        assert found[2]["because"] == "can't be read: No such file or directory"

    def test_a_file_that_reads_like_a_message_id_is_a_file(self, office):
        letter = office.folder / "anna@a.example"
        letter.write_bytes(b"From: anna@a.example\n\n")
        (row,) = office.lines("explain", letter.name)
        letter.unlink()
        assert (row["path"], row["kind"]) == ("anna@a.example", "human")

    @pytest.mark.parametrize("word", ["nobody@nowhere.example", "<nobody@nowhere.example>", "ffffffffff"])
    def test_none(self, office, word):
        assert "no message has the id" in office.fails("explain", word, "--format", "jsonl", code=2)


class TestMarked:
    """What a person said is shown, and so is what the rules had said."""

    @pytest.fixture
    def marked(self, tmp_path):
        program = Program(tmp_path, accounts={"info": maildir_account()})
        story = Story()
        story.outbound("xaver", "2024-01-05 09:00")
        asked = story.inbound("anna", "2024-03-04 08:00")
        news = story.inbound("news", "2024-03-06 08:00", fields="Precedence: bulk")
        plant_maildir(story, program.folder / "mail")
        program.output("poll")
        program.output("mark", asked.message_id, "--answered", "2024-03-05 08:00")
        program.output("mark", news.message_id, "--kind", "human")
        return {
            name: program.output("explain", mail.message_id, "--details")
            for name, mail in (("asked", asked), ("news", news))
        }

    def test_an_answer_without_a_mail(self, marked):
        exchange = " ".join(marked["asked"].partition("Exchanges")[2].split())
        assert "matched by mark; marked by hand" in exchange
        assert "reply" not in exchange

    def test_the_rule_that_was_overruled(self, marked):
        assert "Kind         human: marked by hand as human (rule mark)" in marked["news"]
        assert "also notification: Precedence: bulk (rule precedence.bulk)" in marked["news"]
        assert "marked by hand" in marked["news"].partition("Exchanges")[2]
