"""Who of a conversation belongs together: the circle that an inbound message shows its author to be in.

The outsiders of one circle are senders, To and Cc of each other's mail; people of one company of whom one's mail names
the other's, or ours to him; and whoever answers one of their mails on his own. Whom we wrote to has a circle of his own
(docs/decisions/0021).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from replywatch.domain.mail_providers import is_mail_provider
from replywatch.domain.matching.conversation import Circle, Conversation
from replywatch.domain.matching.threads import Ties
from replywatch.domain.messages import Direction, Kind, Message


class Belonging:
    """Puts the authors of inbound messages into circles, in the order of the walk."""

    def __init__(self, messages: Sequence[Message], ties: Ties, public_lists: frozenset[str]) -> None:
        """`public_lists` are nobody's addresses, and no bond between those who write there."""
        self._messages = messages
        self._ties = ties
        self._public_lists = public_lists
        self._speakers: dict[int, str] = {}
        """Inbound message → one of the outsiders who wrote it."""
        self._answered: dict[int, dict[str, list[str]]] = {}
        """Outbound message → company → who of it wrote what that message names."""

    def hear(self, number: int, conversation: Conversation) -> tuple[Circle, str]:
        """The circle of whoever wrote an inbound message, joined with all whom it shows to be of it; and who wrote it.

        A visitor whom nothing names is a circle of his own.
        """
        message = self._messages[number]
        authors = message.persons or frozenset([f"\0{message.identity}"])
        speaker = self._speakers[number] = min(authors)
        is_new = not any(map(conversation.circle_of, authors))
        people = [speaker, *authors, *(message.outsiders - self._public_lists)]
        if is_new:
            people += self.speakers(self._ties.answered[number])
        people += self._colleagues(number, speaker)
        circle = conversation.together(people)
        if circle.last_human is None:
            self._note_circular(number, circle)
        return circle, speaker

    def speakers(self, numbers: Iterable[int]) -> Iterator[str]:
        """One outsider each for those of these messages that were heard."""
        return (self._speakers[n] for n in numbers if n in self._speakers)

    def _colleagues(self, number: int, speaker: str) -> Iterator[str]:
        """People of the author's company whose mail the message names, or to whom the mail of ours went that it names.

        Ours has to be an answer to theirs, or to have gone to one of them alone and not to the author.
        """
        home = _home(speaker)
        if not home or is_mail_provider(home):
            return
        for n in self._ties.named[number]:
            named = self._messages[n]
            if (other := self._speakers.get(n)) and _home(other) == home:
                yield other
            if named.direction is not Direction.OUTBOUND:
                continue
            yield from self._answered_by(n).get(home, ())
            if named.verdict.kind is Kind.HUMAN and speaker not in named.outsiders:
                colleagues = [person for person in named.outsiders if _home(person) == home]
                yield from colleagues if len(colleagues) == 1 else ()

    def _answered_by(self, number: int) -> dict[str, list[str]]:
        """Company → who of it wrote what a message of ours names; gathered once, for it may be named by many."""
        found = self._answered.get(number)
        if found is None:
            found = self._answered[number] = {}
            for other in dict.fromkeys(self.speakers(self._ties.named[number])):
                found.setdefault(_home(other), []).append(other)
        return found

    def _note_circular(self, number: int, circle: Circle) -> None:
        """Who names a person's mail of ours whose copy names no recipient, or a list, was written to by that.

        So was who answers what we wrote to ourselves alone.
        """
        for n in self._ties.named[number]:
            named = self._messages[n]
            ours = named.author and named.verdict.kind is Kind.HUMAN
            to_itself = named.to_itself and n in self._ties.answered[number]
            if ours and (named.names_nobody or named.public_list or to_itself):
                circle.written_to(named.clock)


def _home(address: str) -> str:
    """The right side of an address, "" if it has none."""
    return address.rpartition("@")[2] if "@" in address else ""
