"""The messages of the mailbox that is open, fetched with PEEK alone (RFC 9051, section 6.4.5)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from enum import Enum, auto

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage
from replywatch.sources.imap import failures
from replywatch.sources.imap.fetch import Batches, Question, uid_set
from replywatch.sources.imap.gathering import Gathering
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.reader import Bye, Fault, Fetch, Other, ReadError, Response, Tagged
from replywatch.sources.imap.search import Lists


class _End(Enum):
    """How an answer to FETCH ended."""

    OK = auto()
    REFUSED = auto()
    BROKEN = auto()
    """It could not be read to its end; the connection is another one now."""


class Messages:
    """Fetches messages of the mailbox that is open."""

    def __init__(self, line: Line, lists: Lists) -> None:
        self._line = line
        self._lists = lists
        self._question = Question(frozenset())
        self._batches = Batches()
        self._takes_lists = False
        """A list of fields was answered with fields, this session."""
        self._whole = False
        """Whole headers are asked for: nothing came of a list of fields."""
        self._complaint = ""

    def connected(self, capabilities: frozenset[str]) -> None:
        """There is a new connection, to a server that can do this."""
        self._question = Question(capabilities)

    @property
    def have_labels(self) -> bool:
        """Whether the server has labels (X-GM-EXT-1)."""
        return self._question.has_labels

    @property
    def complaint(self) -> str:
        """What was odd the last time that messages did not come as they were asked for; "" if nothing is known."""
        return self._complaint

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out.

        Raises:
            MailboxError: no mailbox is open, or it was numbered anew meanwhile.
            ConnectError: the connection broke.
        """
        self._line.mailbox()
        for batch in self._batches.of(uids, self._question.room):
            yield from self._fetch_batch(batch)

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:
        """Flags and labels of what changed since a HIGHESTMODSEQ (CHANGEDSINCE, RFC 7162, section 3.1.4.1), or of all.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        name = self._line.mailbox()[0]
        modifier = "" if since is None else f" (CHANGEDSINCE {since})"
        for low, high in self._lists.windows(first, last):
            with self._line.asking(f"The flags in mailbox {name!r} can't be read") as client:
                for response in client.told(f"UID FETCH {low}:{high} {self._question.change_items}{modifier}"):
                    changed = self._question.changed(response) if isinstance(response, Fetch) else None
                    if changed is not None and low <= changed.uid <= high:
                        yield changed

    def _fetch_batch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs; where one spoils the answer, the others are asked for in halves."""
        gathering = Gathering(self._question, uids)
        end = yield from self._ask(gathering, whole=self._whole)
        left = list(gathering.wanted)
        if end is _End.OK:
            hollow = [uid for uid in left if uid in gathering.hollow]
            if hollow and not self._whole:
                yield from self._fetch_whole_headers(hollow)
        elif len(uids) > 1:
            middle = (len(left) + 1) // 2
            for half in (left[:middle], left[middle:]):
                if half:
                    yield from self._fetch_batch(half)
        elif end is _End.REFUSED and not self._whole:
            yield from self._fetch_whole_headers(left)

    def _fetch_whole_headers(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages for which a list of fields was no use; if it never was, none is sent from now on."""
        gathering = Gathering(self._question, uids)
        yield from self._ask(gathering, whole=True)
        if len(gathering.wanted) < len(uids) and not self._takes_lists:
            self._whole = True
            self._batches.start_over()
            self._complaint = "the server sends no fields when it is asked for some of a header; whole ones are read"

    def _ask(self, gathering: Gathering, *, whole: bool) -> Generator[FetchedMessage, None, _End]:
        """One FETCH: the messages as they come; how it ended.

        What it says besides of messages that come and go is of no interest: UIDs keep their meaning, and the next pass
        counts anew.

        Raises:
            ConnectError: the connection broke for good, or the server asks to be left alone for a while.
        """
        items = self._question.whole_items if whole else self._question.items
        asked = len(gathering.wanted)
        command = f"UID FETCH {uid_set(list(gathering.wanted))} {items}"
        try:
            end = yield from self._messages(self._line.client().ask(command, asked), gathering)
        except (OSError, IMAPClientAbortError) as error:
            end = self._begin_anew(error, asked, whole=whole)
        except ReadError as error:
            if error.fault is Fault.END:
                end = self._begin_anew(error, asked, whole=whole)
            else:
                self._complaint = f"the server's answers can't be read: {self._line.words(error)}"
                self._line.connect_anew(error)
                end = _End.BROKEN
        came = asked - len(gathering.wanted)
        self._takes_lists = self._takes_lists or (came > 0 and not whole)
        self._batches.came(came, gathering.octets)
        if gathering.hollow and whole:
            self._complaint = "the server sends no headers"
        return end

    def _messages(self, answer: Iterator[Response], gathering: Gathering) -> Generator[FetchedMessage, None, _End]:
        """The messages of one answer; how it ended. Raises what reading the answer raises, or `ConnectError`."""
        for response in answer:
            match response:
                case Fetch():
                    yield from gathering.hear(response)
                case Other(line) if self._lists.heard(line):
                    gathering.renumbered()
                case Bye(text):
                    raise IMAPClientAbortError(text)
                case Tagged("OK", _):
                    break
                case Tagged(_, text):
                    yield from gathering.rest()
                    return self._refused(IMAPClientError(text))
        yield from gathering.rest()
        if gathering.wanted:
            self._complaint = "the server does not send all messages that it lists"
        return _End.OK

    def _refused(self, refusal: IMAPClientError) -> _End:
        """The server refuses to send messages.

        Raises:
            ConnectError: it asks to be left alone for a while.
        """
        if failures.ends_session(refusal):
            raise self._line.lost(refusal)
        self._complaint = f"the server refuses to send messages: {self._line.words(refusal)}"
        return _End.REFUSED

    def _begin_anew(self, error: Exception, asked: int, *, whole: bool) -> _End:
        """How an answer ended with which the connection was lost; there is another one now.

        Some servers hang up on those who ask for many messages (Microsoft's at 50): fewer are asked for at once from
        now on. It is the list of fields that is refused where even one message is too many, and no list was answered.

        Raises:
            ConnectError: that would be of no use, or there is no other connection.
        """
        fewer, refuses_lists = self._batches.too_many(asked), not whole and not self._takes_lists
        if isinstance(error, TimeoutError) or failures.ends_session(error) or not (fewer or refuses_lists):
            raise self._line.lost(error) from error
        self._line.reopen(error)
        return _End.BROKEN if fewer else _End.REFUSED
