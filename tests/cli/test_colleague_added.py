"""A colleague answers from a mailbox that is not read: who is told of it, and what becomes of the past once it is."""

import re

import pytest

from planted import Program, maildir_account, plant_maildir
from story import DAY, HOUR, INFO, Story, at


@pytest.fixture
def office(tmp_path):
    """Ten enquiries: info@ answered four, Eva the others in her own mailbox; two of those six wrote on."""
    office, hers = Program(tmp_path, accounts={"info": maildir_account()}), Story()
    story = Story()
    for number in range(10):
        asked = story.inbound(f"k{number}", at("2024-03-01 09:00") + number * DAY, subject=f"Oak {number}")
        answer = story.reply(asked, asked.when + 2 * HOUR, by="info" if number < 4 else "eva")
        if number >= 8:
            story.answer(answer, asked.when + DAY, to=("eva", INFO))
        if number >= 4:
            story.mails.remove(answer)
            hers.mails.append(answer)
    plant_maildir(story, tmp_path / "mail")
    plant_maildir(hers, tmp_path / "eva")
    return office


def counts(office):
    rows = office.json("report", "--since", "all")["buckets"]
    return {row["key"]: row["count"] for row in rows if row["count"]}


def test_check_and_report_name_her(office):
    for words in (("check",), ("poll",), ("check",), ("report", "--since", "all", "--details")):
        text = office.output(*words)
        assert words == ("poll",) or "eva@example.com" in text, words
        assert words == ("poll",) or re.search(r"^ *watched = false$", text, re.MULTILINE), words
    assert text.count("eva@") == 1, "one number for all together, and none of hers"
    assert "eva@example.com" in office.output("report", "--since", "all")


def test_once_her_mailbox_is_read_the_past_is_counted_anew(office):
    office.output("poll")
    assert counts(office) == {"under_24h": 4, "never": 4, "answered_time_unknown": 2}
    (table,) = re.findall(r"^ +\[accounts\.eva\]\n(?:.+\n)+", office.output("check"), re.MULTILINE)
    config = office.folder / "replywatch.toml"
    config.write_text(config.read_text() + table.replace('path = "…"', 'path = "eva"'))
    assert "eva@" not in office.output("check", "--format", "json"), "whoever has just added it is not told so again"
    office.output("poll")
    assert counts(office) == {"under_24h": 10}
    assert "eva@" not in office.output("check") + office.output("report", "--since", "all")
