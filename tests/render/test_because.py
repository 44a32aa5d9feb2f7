"""Reasons in words: each is phrased in one place, and nowhere below."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from replywatch.domain.judging.classify import RULES
from replywatch.domain.messages import Because, Shown
from replywatch.render.because import PHRASES, because_text

SOURCE = Path(__file__).parents[2] / "src/replywatch"
MAKERS = {"Because", "Shown", "shown"}
"""What makes a reason, or a part of one."""


@pytest.mark.parametrize(
    ("because", "text"),
    [
        (Because("human"), "no sign of automatic mail"),
        (Because("mark", value="newsletter"), "marked by hand as newsletter"),
        (Because("auto-submitted", "Auto-Submitted", "auto-replied"), "Auto-Submitted: auto-replied"),
        (Because("autoreply", "X-Autorespond"), "X-Autorespond:"),
        (
            Because("subject.receipt", "Subject", "Read: Offer", (Shown("In-Reply-To"),)),
            "Subject: Read: Offer with In-Reply-To",
        ),
        (
            Because("subject.calendar", "Subject", "Accepted: Offer", (Shown("Auto-Submitted", ""),)),
            "Subject: Accepted: Offer with Auto-Submitted:",
        ),
        (
            Because("subject.undelivered", "Subject", "Failure", (Shown("From"),)),
            "Subject: Failure with From without an address",
        ),
        (
            Because("subject.calendar", "Subject", "Accepted: Offer", (Shown("Sender", "calendar@g.test"),)),
            "Subject: Accepted: Offer with a sender calendar@g.test",
        ),
        (
            Because(
                "auto-submitted.reply",
                "Auto-Submitted",
                "auto-generated",
                (Shown("Subject", "Auto: Offer"), Shown("References")),
            ),
            "Auto-Submitted: auto-generated with Subject: Auto: Offer with References",
        ),
        (
            Because("team.automatic-sender", "From", "shop@example.com"),
            "From: shop@example.com, one of [team] automatic_senders",
        ),
        (
            Because("conversation.names-ours", "X-Spam-Flag", "YES"),
            "it names a person's mail of ours, whatever X-Spam-Flag: YES says",
        ),
        (
            Because("conversation.names-theirs", "List-Unsubscribe", "<u>", (Shown("Precedence", "bulk"),)),
            "it names a person's mail from outside, whatever List-Unsubscribe: <u> with Precedence: bulk says",
        ),
        (
            Because("conversation.answered", "X-Spam-Flag", "YES"),
            "somebody of ours answered it, whatever X-Spam-Flag: YES says",
        ),
        (
            Because("mark.answered", "X-Spam-Flag", "YES"),
            "a mark says that it was answered, whatever X-Spam-Flag: YES says",
        ),
        (Because("contact.from", "From"), "From"),
        (
            Because("contact.rewritten", "X-Original-Sender", "info@example.com"),
            "X-Original-Sender, since info@example.com speaks for others",
        ),
        (Because("role.special-use", value="\\sent"), "special-use \\sent"),
        (Because("role.none"), ""),
        (Because("list", "List-Id", "{shown} {0} {"), "List-Id: {shown} {0} {"),
    ],
)
def test_a_reason_in_words(because: Because, text: str) -> None:
    assert because_text(because) == text


def test_every_reason_that_can_be_given_has_a_phrase_and_no_other() -> None:
    given = {rule.id for rule in RULES}
    for call in made():
        rule = call.args[0]
        if called(call) == "Because" and isinstance(rule, ast.Constant):
            given.add(str(rule.value))
    assert given == set(PHRASES)


def test_the_core_gives_values_and_no_sentence() -> None:
    texts = [
        (called(call), part.value)
        for call in made()
        for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant) and isinstance(part.value, str)
    ]
    assert {"Because", "Shown", "shown"} == {name for name, _ in texts}
    assert [text for _, text in texts if " " in text] == []


def made() -> Iterator[ast.Call]:
    """The places in domain and app where a reason is made."""
    for path in sorted([*SOURCE.glob("domain/**/*.py"), *SOURCE.glob("app/**/*.py")]):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and called(node) in MAKERS:
                yield node


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
