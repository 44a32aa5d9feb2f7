"""The independent reference of the sample mailing lists, written anew from the definition in its expected.json.

It shares no code with the program: `tests/app/test_mailing_lists.py` first checks that it gives the very figures of
expected.json, then compares message by message. The numbers in comments are the points of that definition.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path

_ADDRESS = re.compile(r"[^\s<>\"]+@[^\s<>\"]+")


@dataclass(eq=False)
class Mail:
    """One message of the list."""

    message_id: str
    named: tuple[str, ...]
    """In-Reply-To, then References from last to first (7)."""
    author: str
    clock: int
    automatic: bool
    parent: Mail | None = None


@dataclass(frozen=True)
class Wait:
    """How long a message waited for the earliest candidate."""

    seconds: int | None
    reply: str | None


class Reference:
    """The messages of an mbox as the reference ties them."""

    def __init__(self, mbox: Path, own: Iterable[str]) -> None:
        self.own = frozenset(own)
        self.mails: dict[str, Mail] = {}
        for mail in _read(mbox):
            self.mails.setdefault(mail.message_id, mail)  # the first of one id wins (1)
        self._children: dict[str, list[Mail]] = {}
        for mail in self.mails.values():
            known = (self.mails[i] for i in mail.named if i in self.mails)
            mail.parent = next((p for p in known if all(a is not mail for a in _upwards(p))), None)
            if mail.parent:
                self._children.setdefault(mail.parent.message_id, []).append(mail)

    def children(self, mail: Mail) -> list[Mail]:
        """Those whose parent it is."""
        return self._children.get(mail.message_id, [])

    def descendants(self, mail: Mail) -> Iterator[Mail]:
        """Its children and theirs."""
        left = [*self.children(mail)]
        while left:
            one = left.pop()
            yield one
            left += self.children(one)

    def waits(self, definition: str) -> Mapping[str, Wait]:
        """Message-ID → wait, for each message that `definition` looks at (9)."""
        looks_at, answers = {
            "thread_any": (self._starts, self._by_others),
            "thread_own": (lambda m: self._starts(m) and self._outside(m), lambda m: self._ours(self.descendants(m))),
            "message_direct": (self._outside, lambda m: self._ours(self.children(m))),
            "message_descend": (self._outside, lambda m: self._ours(self.descendants(m))),
        }[definition]
        return {i: _wait(m, answers) for i, m in self.mails.items() if not m.automatic and looks_at(m)}

    @staticmethod
    def _starts(mail: Mail) -> bool:
        return not mail.named

    def _outside(self, mail: Mail) -> bool:
        return mail.author not in self.own

    def _ours(self, mails: Iterable[Mail]) -> Iterator[Mail]:
        return (m for m in mails if m.author in self.own)

    def _by_others(self, mail: Mail) -> Iterator[Mail]:
        return (m for m in self.descendants(mail) if m.author != mail.author)


def _wait(mail: Mail, answers: Callable[[Mail], Iterable[Mail]]) -> Wait:
    first = min((m for m in answers(mail) if not m.automatic), key=lambda m: m.clock, default=None)
    return Wait(None, None) if first is None else Wait(max(0, first.clock - mail.clock), first.message_id)


def _upwards(mail: Mail | None) -> Iterator[Mail]:
    while mail is not None:
        yield mail
        mail = mail.parent


def _read(mbox: Path) -> Iterator[Mail]:
    for number, text in enumerate(re.split(r"(?m)^From .*\n", mbox.read_text(encoding="utf-8"))[1:]):
        head = re.sub(r"\n(?=[ \t])", "", text.partition("\n\n")[0])
        fields: dict[str, str] = {}
        for line in head.split("\n"):
            name, _, value = line.partition(":")
            fields.setdefault(name.lower(), value)
        author = _ADDRESS.search(fields["from"])
        assert author is not None
        date = parsedate_to_datetime(fields["date"].strip())
        yield Mail(
            message_id=(*_ids(fields.get("message-id", "")), f"private {number}")[0],
            named=(*_ids(fields.get("in-reply-to", "")), *reversed(_ids(fields.get("references", "")))),
            author=author[0].lower(),
            clock=int((date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()),
            automatic=fields.get("auto-submitted", "no").strip().lower() != "no",
        )


def _ids(value: str) -> tuple[str, ...]:
    """What stands between `<` and `>`, else the bare words with an `@` (2)."""
    return tuple(re.findall(r"<([^<>]*)>", value) or [word for word in value.split() if "@" in word])
