"""Mail on an IMAP server (RFC 9051 and 3501), read without leaving a trace: EXAMINE and BODY.PEEK only."""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self

from imapclient import imap_utf7
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.domain.mailboxes.fetched import Changed, FetchedMessage, Flagging, Listing, MailboxState
from replywatch.errors import ConnectError, MailboxError, SourceError
from replywatch.sources.folder_names import decode_name
from replywatch.sources.imap import failures
from replywatch.sources.imap.connection import (
    Client,
    ImapSettings,
    Protection,
    capabilities,
    close,
    connect,
    log_out,
    protection,
)
from replywatch.sources.imap.fetch import Question, by_message_ids, uid_set
from replywatch.sources.imap.flags import Applicable, flagging
from replywatch.sources.imap.namespace import Namespaces
from replywatch.sources.imap.reader import (
    ODD_ESEARCH,
    Bye,
    Fault,
    Fetch,
    Other,
    ReadError,
    Search,
    Tagged,
)

__all__ = ["ImapSettings", "ImapSource"]

_UNREADABLE = frozenset({"\\noselect", "\\nonexistent"})
_FLEETING = frozenset({"\\marked", "\\unmarked", "\\haschildren", "\\hasnochildren"})
"""What LIST says of a mailbox's news and neighbours (RFC 9051, section 7.3.1): it comes and goes and tells no role."""
_FORBIDDEN = re.compile(r"[\r\n\0]")
"""What would end a command, or be no part of one."""
_LARGEST_UID = (1 << 32) - 1
_LARGEST_NUMBER = (1 << 63) - 1
"""Of those with which a server says how a mailbox stands (RFC 7162, section 7); the store holds no larger ones."""
_WINDOW = 20_000
"""Messages that one SEARCH should find at most."""
_WINDOWS = 90
"""Parts that a mailbox is searched in at most: their edges are asked for in one command under 1,000 octets."""
_NEW_CONNECTIONS = 40
"""How often one session connects anew because an answer could not be read."""
_DAMAGED = (
    "The server may be damaged or not quite an IMAP server; ask whoever runs it, with what `replywatch check` says."
)


class ImapSource:
    """A `sources.base.Source` over one account of an IMAP server."""

    in_order = True

    def __init__(self, settings: ImapSettings, *, connect_timeout: float = 15, read_timeout: float = 60) -> None:
        self._settings = settings
        self._timeouts = (connect_timeout, read_timeout)
        self._client: Client | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._question = Question(self._capabilities)
        self._ranges = True
        """Whether a SEARCH may answer by ranges: nothing speaks against it so far."""
        self._wire_names: dict[str, str] = {}
        self._unlisted: tuple[str, ...] = ()
        self._opened: tuple[str, MailboxState] | None = None
        self._applicable = Applicable()
        self._finds_keywords = True
        """It has not hung up so far where it was asked for one."""
        self._new_connections = 0

    def __enter__(self) -> Self:
        """Connect and log in.

        Raises:
            ConnectError: the server can't be reached, or does not offer what the settings ask for.
            CertificateError: it can't prove who it is.
            LoginError: it refuses user name, password or token.
            SecretError: stored tokens can't be used.
        """
        self._connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Log out; never raises. After an error the connection is just closed: the server may answer no more."""
        client, self._client = self._client, None
        if client is None:
            return
        if kind is None:
            log_out(client)
        else:
            close(client)

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server can do, as it said after the login, in upper case."""
        return self._capabilities

    @property
    def protection(self) -> Protection:
        """What protects the connection.

        Raises:
            ConnectError: there is none.
        """
        return protection(self._connected())

    def mailboxes(self) -> list[Listing]:
        """All mailboxes that can be selected, sorted by name; INBOX is always among them.

        Other users' and shared ones too, as far as the server tells of them.

        Raises:
            MailboxError: the server's list can't be read.
            ConnectError: the connection broke.
        """
        spaces = self._namespaces()
        found = self._listed("*", spaces)
        unlisted = []
        for prefix in spaces.besides():
            try:
                found = self._listed(f"{prefix}*", spaces) | found
            except MailboxError:  # no reason to fail: they may be nobody's business here
                unlisted.append(decode_name(prefix))
        self._unlisted = tuple(unlisted)
        if not any(name.upper() == "INBOX" for name in found):
            found["INBOX"] = Listing("INBOX", next((listing.delimiter for listing in found.values()), ""))
        return [found[name] for name in sorted(found)]

    @property
    def unlisted(self) -> tuple[str, ...]:
        """Prefixes of the namespaces whose mailboxes the server did not list the last time."""
        return self._unlisted

    def _listed(self, pattern: str, spaces: Namespaces) -> dict[str, Listing]:
        """The mailboxes that fit `pattern`, by name. Raises as `mailboxes`."""
        found: dict[str, Listing] = {}
        with self._asking("The list of mailboxes can't be read") as client:
            for flags, delimiter, raw in client.list_folders("", pattern):
                if raw is None:
                    continue
                wire = _text(raw)
                name = decode_name(wire)
                attributes = tuple(_text(flag).lower() for flag in flags)
                if _UNREADABLE.isdisjoint(attributes):
                    lasting = tuple(a for a in attributes if a not in _FLEETING)
                    found[name] = Listing(name, _text(delimiter or b""), lasting, spaces.is_others(wire))
                    self._wire_names[name] = wire
        return found

    def _namespaces(self) -> Namespaces:
        """Whose mailboxes are where; nothing is known if the server can't say.

        Raises:
            ConnectError: the connection broke.
        """
        found = Namespaces()
        if "NAMESPACE" not in self._capabilities:
            return found
        try:
            for response in self._connected().ask("NAMESPACE"):
                match response:
                    case Other(line):
                        found = Namespaces.of(line) or found
                    case Bye(text):
                        raise self._lost(IMAPClientAbortError(text))
        except OSError as error:
            raise self._lost(error) from error
        except ReadError as error:
            if error.fault is Fault.END:
                raise self._lost(error) from error
            close(self._connected())
            self._connect()
        return found

    def status(self, name: str, known: MailboxState | None) -> MailboxState:  # noqa: ARG002 - part of the interface
        """How `name` stands, without opening it.

        Raises:
            MailboxError: there is no such mailbox, or the server does not say enough about it.
            ConnectError: the connection broke.
        """
        items = ["MESSAGES", "UIDNEXT", "UIDVALIDITY"]
        if "CONDSTORE" in self._capabilities:
            items.append("HIGHESTMODSEQ")
        with self._asking(f"Mailbox {name!r} can't be looked at") as client:
            answer = client.folder_status(self._wire(name), items)
        return self._state(name, answer, b"MESSAGES")

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """Open `name` read-only (EXAMINE) and say how it stands; the calls below speak of this mailbox.

        Where no UIDNEXT is said, UIDs of recent messages may not be for good: Courier writes them down only when
        somebody opens the mailbox for writing, and until then counts anew each time, by the names of its files.

        Raises:
            MailboxError: there is no such mailbox, the server does not say enough about it, or would open it for
                writing.
            ConnectError: the connection broke.
        """
        self._opened = None
        with self._asking(f"Mailbox {name!r} can't be opened") as client:
            answer = client.select_folder(self._wire(name), readonly=True)
        if b"READ-ONLY" not in answer or b"READ-WRITE" in answer:
            raise MailboxError(f"Mailbox {name!r} at {self._settings.server} would not be opened read-only", _DAMAGED)
        state = self._state(name, answer, b"EXISTS")
        self._applicable = Applicable.of(answer)
        self._opened = (name, state)
        if state.uidnext is None and known is not None and known.uidvalidity == state.uidvalidity:
            recent = {uid for window in self._windows(1, _LARGEST_UID) for uid in self._found(*window, "RECENT")}
            state = replace(state, unsettled_from=min(recent, default=None))
        return state

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        first, last = max(first, 1), min(last, _LARGEST_UID)
        found: set[int] = set()
        for low, high in self._windows(first, last):
            found.update(uid for uid in self._search(f"UID {low}:{high}") if low <= uid <= high)
        return sorted(found)

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out.

        Raises:
            MailboxError: no mailbox is open, or it was numbered anew meanwhile.
            ConnectError: the connection broke.
        """
        self._mailbox()
        for batch in self._question.batches(uids):
            yield from self._fetch_batch(batch)

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:
        """Who of the messages from `first` to `last` bears flags that tell something, as SEARCH finds them.

        Keywords that the mailbox does not have, as EXAMINE says, are not asked for, unless they are among `borne`.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        windows = list(self._windows(max(first, 1), min(last, _LARGEST_UID)))

        def find(criterion: str) -> set[int]:
            return {uid for low, high in windows for uid in self._found(low, high, criterion)}

        def find_keyword(criterion: str) -> set[int]:
            if not self._finds_keywords:
                raise MailboxError(f"{self._settings.server} hangs up where it is asked for {criterion}")
            try:
                return find(criterion)
            except ConnectError as error:
                if error.retry_after:
                    raise
                self._finds_keywords = False
                self._reopen(error)
            return find_keyword(criterion)

        return flagging(find, find_keyword, self._applicable, borne)

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of messages with one of these Message-IDs, as the server says (RFC 9051, section 6.4.4, HEADER).

        Ids that a quoted string can't hold are not looked for.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        found: set[int] = set()
        for criteria in by_message_ids(message_ids):
            found |= self._search(criteria)
        return sorted(found)

    def _found(self, first: int, last: int, criterion: str) -> set[int]:
        """The UIDs from `first` to `last` of messages that fit a criterion, as the server says."""
        return {uid for uid in self._search(f"UID {first}:{last} {criterion}") if first <= uid <= last}

    @property
    def has_labels(self) -> bool:
        """Whether the server has labels (X-GM-EXT-1)."""
        return self._question.has_labels

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:
        """Flags and labels of what changed since a HIGHESTMODSEQ (CHANGEDSINCE, RFC 7162, section 3.1.4.1), or of all.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        name = self._mailbox()[0]
        modifier = "" if since is None else f" (CHANGEDSINCE {since})"
        for low, high in self._windows(first, last):
            with self._asking(f"The flags in mailbox {name!r} can't be read") as client:
                for response in client.ask(f"UID FETCH {low}:{high} {self._question.change_items}{modifier}"):
                    match response:
                        case Fetch():
                            changed = self._question.changed(response)
                            if changed is not None and low <= changed.uid <= high:
                                yield changed
                        case Bye(text):
                            raise IMAPClientAbortError(text)
                        case Tagged(status, text) if status != "OK":
                            raise IMAPClientError(text)

    def _windows(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """`first` to `last` in parts with some 20,000 messages each, however sparse the UIDs are."""
        exists = self._mailbox()[1].exists
        if first <= last and last - first >= _WINDOW and exists > _WINDOW * 3 // 2:
            # The UIDs that every 20,000th message has now; later changes only make the windows emptier. The last
            # number stays clear of the end: another program may remove messages before the command arrives. There are
            # never so many that the command would be too long, whatever the server says it holds.
            step = max(_WINDOW, exists // _WINDOWS)
            numbers = range(step, exists - step // 2, step)
            for edge in sorted(self._search(",".join(map(str, numbers)))):
                if first <= edge < last:
                    yield first, edge
                    first = edge + 1
        if first <= last:
            yield first, last

    def _search(self, criteria: str) -> set[int]:
        """The UIDs that the server names.

        As ranges (ESEARCH; RFC 9051, section 6.4.4) where it can: a list of a million takes 7 MB. After anything odd in
        such an answer the plain one is asked for, until the session ends.
        """
        if self._ranges:
            try:
                return self._numbers(f"RETURN (ALL) {criteria}")
            except MailboxError:
                if self._opened is None:
                    raise
                self._ranges = False
        return self._numbers(criteria)

    def _numbers(self, arguments: str) -> set[int]:
        """What UID SEARCH finds; several answers count as one, none at all is not enough for ranges."""
        name = self._mailbox()[0]
        found: set[int] = set()
        answered = odd = False
        with self._asking(f"Mailbox {name!r} can't be searched") as client:
            for response in client.ask(f"UID SEARCH {arguments}"):
                match response:
                    case Search(numbers):
                        found.update(numbers)
                        answered = True
                    case Bye(text):
                        raise IMAPClientAbortError(text)
                    case Tagged(status, text) if status != "OK":
                        raise IMAPClientError(text)
                    case Other(line) if line.startswith(ODD_ESEARCH):
                        odd = True
            if self._ranges and (odd or not answered):
                raise IMAPClientError("no sensible answer by ranges")
        return found

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
        client = self._connected()
        try:
            for response in client.ask(f"UID FETCH {uid_set(list(uids))} {self._question.items}"):
                match response:
                    case Fetch():
                        message = self._question.message(response)
                        if message is not None and message.uid in uids:
                            del uids[message.uid]
                            yield message
                    case Bye(text):
                        raise self._lost(IMAPClientAbortError(text))
                    case Tagged(status, text):
                        refusal = IMAPClientError(text)
                        if status != "OK" and failures.ends_session(refusal):
                            raise self._lost(refusal)
                        return status == "OK"
        except OSError as error:
            raise self._lost(error) from error
        except ReadError as error:
            self._connect_anew(error)
        return False

    def _connect(self) -> None:
        self._client = connect(self._settings, *self._timeouts)
        try:
            with self._asking("The server does not say what it can do") as client:
                self._capabilities = capabilities(client)
        except SourceError:
            close(self._client)
            raise
        self._question = Question(self._capabilities)
        self._ranges = self._ranges and "ESEARCH" in self._capabilities

    def _connect_anew(self, error: ReadError) -> None:
        """Replace a connection on which nobody knows any more where an answer ends.

        Raises:
            ConnectError: it ended for good, or there were too many already.
            MailboxError: the open mailbox was numbered anew meanwhile.
        """
        if error.fault is Fault.END:
            raise self._lost(error) from error
        self._reopen(error)

    def _reopen(self, error: Exception) -> None:
        """Go on over a new connection, in the same mailbox. Raises as `_connect_anew`."""
        name, before = self._mailbox()
        self._new_connections += 1
        if self._new_connections > _NEW_CONNECTIONS:
            raise ConnectError(
                f"{self._settings.server} keeps sending answers that can't be read:"
                f" {failures.words(error, *self._settings.secrets)}",
                _DAMAGED,
            ) from error
        close(self._connected())
        self._connect()
        if self.open(name, before).uidvalidity != before.uidvalidity:
            self._opened = None
            raise MailboxError(f"Mailbox {name!r} was numbered anew while it was read", "Run it again.") from error

    def _lost(self, error: Exception) -> ConnectError:
        return failures.lost(error, self._settings.server, *self._settings.secrets)

    def _connected(self) -> Client:
        if self._client is None:
            raise ConnectError(f"Not connected to {self._settings.server}")
        return self._client

    def _mailbox(self) -> tuple[str, MailboxState]:
        if self._opened is None:
            raise MailboxError(f"No mailbox is open at {self._settings.server}")
        return self._opened

    def _wire(self, name: str) -> str:
        """`name` as the server listed it; modified UTF-7 (RFC 3501, section 5.1.3) if it did not.

        Raises:
            MailboxError: no command can hold it.
        """
        if _FORBIDDEN.search(name):
            raise MailboxError(
                f"Mailbox {name!r} at {self._settings.server} has a line break or NUL in its name",
                "Rename it with a mail program, or ask whoever runs the server.",
            )
        return self._wire_names.get(name) or str(imap_utf7.encode(name), "ascii")

    def _state(self, name: str, answer: Mapping[bytes, object], exists: bytes) -> MailboxState:
        """What STATUS or EXAMINE said; what is missing, absurd, or 0 where that makes no sense counts as not said."""
        said = {k: n for k, n in answer.items() if isinstance(n, int) and 0 <= n <= _LARGEST_NUMBER}
        if exists not in said or not said.get(b"UIDVALIDITY"):
            raise MailboxError(
                f"{self._settings.server} does not say how many messages mailbox {name!r} holds and how they are"
                " numbered (UIDVALIDITY)",
                _DAMAGED,
            )
        return MailboxState(
            uidvalidity=said[b"UIDVALIDITY"],
            uidnext=said.get(b"UIDNEXT") or None,
            exists=said[exists],
            highestmodseq=said.get(b"HIGHESTMODSEQ") or None,
        )

    @contextmanager
    def _asking(self, failure: str) -> Iterator[Client]:
        """The connection for one command; errors are told as the program's own, `failure` says of what."""
        client, server = self._connected(), self._settings.server
        try:
            yield client
        except (OSError, IMAPClientAbortError) as error:
            raise self._lost(error) from error
        except (
            ReadError,
            IMAPClientError,
            ValueError,
            TypeError,
            LookupError,
            AttributeError,
            RecursionError,
        ) as error:
            if isinstance(error, ReadError):
                self._connect_anew(error)
            raise failures.refused(error, server, failure, *self._settings.secrets) from error


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")
