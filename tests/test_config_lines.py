"""What is written as a line of a config reads back as what was meant."""

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from replywatch.config_lines import listed, mailboxes_line, quoted
from replywatch.domain.messages import Role

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_any_text(text):
    assert tomllib.loads(f"key = {quoted(text)}") == {"key": text}


@given(st.lists(TEXTS))
def test_any_texts(texts):
    assert tomllib.loads(f"key = {listed(texts)}") == {"key": texts}


def test_roles_of_mailboxes():
    line = mailboxes_line([("Gesendet", Role.SENT), ("Privat", Role.SKIP), ('A"b', Role.SENT)])
    assert line == 'mailboxes = { sent = ["Gesendet", "A\\"b"], skip = ["Privat"] }'
    assert tomllib.loads(line) == {"mailboxes": {"sent": ["Gesendet", 'A"b'], "skip": ["Privat"]}}
