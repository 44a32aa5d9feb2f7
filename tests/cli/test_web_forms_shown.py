"""What people see of a visitor whom nothing names, and of mail that is no web form's since it names a known one."""

import json
from pathlib import Path

import pytest

from planted import Program, maildir_account, plant_maildir
from story import INFO, Story

FORM = "website@example.com"
TEAM = {"addresses": [INFO], "domains": ["example.com"], "webforms": [FORM]}
RELAY = "reply@relay.example"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Program:
    folder: Path = tmp_path_factory.mktemp("forms")
    story = Story()
    story.outbound("xaver", "02-27 09:00", subject="What is sent is read")
    story.mail(FORM, "03-02 09:00", INFO, subject="Contact form", message_id="visit@example.com")
    question = story.inbound("anna", "03-02 10:00", to=RELAY, cc=INFO)
    story.mail(
        "ben", "03-02 11:00", [RELAY, INFO], replies=question, fields=f"Reply-To: {RELAY}", message_id="1@r.test"
    )
    program = Program(folder, accounts={"info": maildir_account()}, team=TEAM)
    plant_maildir(story, folder / "mail")
    program.output("poll")
    return program


def test_lists_show_the_form_of_a_visitor_whom_nothing_names(office: Program) -> None:
    for words in (("waiting", "--all", "--since", "all"), ("report", "--as-of", "2026-03-03", "--since", "all")):
        assert "visitor of website@" in office.output(*words)
    assert '"contact": ""' in office.output("waiting", "--all", "--since", "all", "--format", "json")
    assert "" in [json.loads(line)["contact"] for line in office.output("export").splitlines()]


def test_explain_says_why_nobody_is_named(office: Program) -> None:
    text = " ".join(office.output("explain", "visit@example.com", "--details").split())
    assert f"Contact visitor of {FORM}: nothing names the visitor of {FORM} ([team] webforms)" in text


def test_explain_reads_as_matching_does(office: Program) -> None:
    text = " ".join(office.output("explain", "1@r.test", "--details").split())
    assert text.count(" they ") == 1, "the relay's From is the person who is answered"
    assert "Direction outbound" in text
    assert f"Contact {RELAY}: the first recipient outside" in text
