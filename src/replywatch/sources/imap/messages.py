"""The messages of the mailbox that is open, fetched with PEEK alone (RFC 9051, section 6.4.5)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.domain.mailboxes.fetched import FetchedMessage, Labelled
from replywatch.sources.imap import failures
from replywatch.sources.imap.fetch import LABEL_ITEMS, Question, uid_set
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.reader import Bye, Fetch, ReadError, Tagged
from replywatch.sources.imap.search import Lists


class Messages:
    """Fetches messages of the mailbox that is open."""

    def __init__(self, line: Line, lists: Lists) -> None:
        self._line = line
        self._lists = lists
        self._question = Question(frozenset())

    def connected(self, capabilities: frozenset[str]) -> None:
        """There is a new connection, to a server that can do this."""
        self._question = Question(capabilities)

    @property
    def have_labels(self) -> bool:
        """Whether the server has labels (X-GM-EXT-1)."""
        return self._question.has_labels

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out.

        Raises:
            MailboxError: no mailbox is open, or it was numbered anew meanwhile.
            ConnectError: the connection broke.
        """
        self._line.mailbox()
        for batch in self._question.batches(uids):
            yield from self._fetch_batch(batch)

    def labels(self, first: int, last: int, since: int | None) -> Iterator[Labelled]:
        """Of messages that changed since a HIGHESTMODSEQ (CHANGEDSINCE, RFC 7162, section 3.1.4.1), or of all.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        name = self._line.mailbox()[0]
        changed = "" if since is None else f" (CHANGEDSINCE {since})"
        for low, high in self._lists.windows(first, last):
            with self._line.asking(f"The labels in mailbox {name!r} can't be read") as client:
                for response in client.ask(f"UID FETCH {low}:{high} {LABEL_ITEMS}{changed}"):
                    match response:
                        case Fetch():
                            labelled = self._question.labelled(response)
                            if labelled is not None:
                                yield labelled
                        case Bye(text):
                            raise IMAPClientAbortError(text)
                        case Tagged(status, text) if status != "OK":
                            raise IMAPClientError(text)

    def _fetch_batch(self, uids: list[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs; where one spoils the answer, the others are asked for in halves."""
        missing = dict.fromkeys(uids)
        complete = yield from self._ask_for(missing)
        if complete or len(uids) == 1:
            return
        left = list(missing)
        middle = (len(left) + 1) // 2
        for half in (left[:middle], left[middle:]):
            if half:
                yield from self._fetch_batch(half)

    def _ask_for(self, uids: dict[int, None]) -> Generator[FetchedMessage, None, bool]:
        """One FETCH: the messages as they come, each of them taken out of `uids`; whether the server did all it could.

        What it says besides of messages that come and go is of no interest: UIDs keep their meaning, and the next pass
        counts anew.

        Raises:
            ConnectError: the connection broke, or the server asks to be left alone for a while.
        """
        client = self._line.client()
        try:
            for response in client.ask(f"UID FETCH {uid_set(list(uids))} {self._question.items}"):
                match response:
                    case Fetch():
                        message = self._question.message(response)
                        if message is not None and message.uid in uids:
                            del uids[message.uid]
                            yield message
                    case Bye(text):
                        raise self._line.lost(IMAPClientAbortError(text))
                    case Tagged(status, text):
                        refusal = IMAPClientError(text)
                        if status != "OK" and failures.ends_session(refusal):
                            raise self._line.lost(refusal)
                        return status == "OK"
        except OSError as error:
            raise self._line.lost(error) from error
        except ReadError as error:
            self._line.connect_anew(error)
        return False
