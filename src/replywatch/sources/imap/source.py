"""Mail on an IMAP server (RFC 9051 and 3501), read without leaving a trace: EXAMINE and BODY.PEEK only."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from replywatch.domain.mailboxes.fetched import (
    Changed,
    FetchedMessage,
    Flagging,
    Listing,
    MailboxState,
    Stamp,
)
from replywatch.domain.mailboxes.unread import UnreadFile
from replywatch.errors import ConnectError, MailboxError, SourceError
from replywatch.sources.imap import failures
from replywatch.sources.imap.connection import (
    Client,
    ImapSettings,
    Protection,
    capabilities,
    close,
    connect,
    introduce,
    log_out,
    protection,
)
from replywatch.sources.imap.directory import Directory
from replywatch.sources.imap.fetch import uid_set
from replywatch.sources.imap.flags import Applicable, flagging
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.messages import Messages
from replywatch.sources.imap.reader import Fault, ReadError
from replywatch.sources.imap.search import LARGEST_UID, Lists
from replywatch.sources.imap.stamps import STAMP_ITEMS, stamps_of
from replywatch.sources.imap.standing import Standing
from replywatch.sources.imap.words import command

__all__ = ["ImapSettings", "ImapSource"]

_NEW_CONNECTIONS = 40
"""How often one session connects anew because an answer could not be read."""


class ImapSource:
    """A `sources.base.Source` over one account of an IMAP server."""

    in_order = True
    unread_files: tuple[UnreadFile, ...] = ()

    def __init__(self, settings: ImapSettings) -> None:
        self._settings = settings
        self._client: Client | None = None
        self._capabilities: frozenset[str] = frozenset()
        self._introduces = True
        """It has not hung up so far where it was told who asks."""
        self._not_said_read_only: set[str] = set()
        self._opened: tuple[str, MailboxState] | None = None
        self._applicable = Applicable()
        self._finds_keywords = True
        """It has not hung up so far where it was asked for one."""
        self._new_connections = 0
        line = Line(
            server=settings.server,
            client=self._connected,
            mailbox=self._mailbox,
            is_open=lambda: self._opened is not None,
            asking=self._asking,
            lost=self._lost,
            words=lambda error: failures.words(error, *settings.secrets),
            look_again=self._look_again,
            reopen=self._reopen,
            connect_anew=self._connect_anew,
        )
        self._directory = Directory(line, settings.host)
        self._lists = Lists(line)
        self._messages = Messages(line, self._lists)

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

    @property
    def not_said_read_only(self) -> tuple[str, ...]:
        """The mailboxes of which the server did not say, when they were opened, that they are open read-only."""
        return tuple(sorted(self._not_said_read_only))

    def mailboxes(self) -> list[Listing]:
        """All mailboxes that can be selected, sorted by name; INBOX is always among them.

        Raises:
            MailboxError: the server's list can't be read.
            ConnectError: the connection broke.
        """
        return self._directory.mailboxes()

    @property
    def unlisted(self) -> tuple[str, ...]:
        """What the names of mailboxes begin with of which the server did not tell whether they are there."""
        return self._directory.unlisted

    def status(self, name: str, known: MailboxState | None) -> MailboxState:
        """How `name` stands; it is opened only where the server does not say so otherwise.

        Raises:
            MailboxError: there is no such mailbox, or the server does not say enough about it.
            ConnectError: the connection broke.
        """
        items = "(MESSAGES UIDNEXT UIDVALIDITY" + " HIGHESTMODSEQ" * ("CONDSTORE" in self._capabilities) + ")"
        said = Standing()
        with suppress(MailboxError), self._asking(f"Mailbox {name!r} can't be looked at") as client:
            for response in client.told(command("STATUS", self._directory.wire_name(name), items)):
                said.hear(response)
        return said.state or self.open(name, known)

    def open(self, name: str, known: MailboxState | None) -> MailboxState:
        """Open `name` read-only (EXAMINE) and say how it stands; the calls below speak of this mailbox.

        A server that does not say that it is open read-only, as it should, is taken at its word: nothing leaves that
        could change anything.

        Where no UIDNEXT is said, UIDs of recent messages may not be for good: Courier writes them down only when
        somebody opens the mailbox for writing, and until then counts anew each time, by the names of its files.

        Raises:
            MailboxError: there is no such mailbox, the server does not say enough about it, or would open it for
                writing.
            ConnectError: the connection broke.
        """
        self._opened = None
        said = Standing()
        with self._asking(f"Mailbox {name!r} can't be opened") as client:
            for response in client.told(command("EXAMINE", self._directory.wire_name(name))):
                said.hear(response)
        if said.for_writing:
            raise MailboxError(
                f"Mailbox {name!r} at {self._settings.server} would not be opened read-only", failures.DAMAGED
            )
        state = said.state
        if state is None:
            raise MailboxError(
                f"{self._settings.server} does not say how many messages mailbox {name!r} holds and how they are"
                " numbered (UIDVALIDITY)",
                failures.DAMAGED,
            )
        if not said.read_only:
            self._not_said_read_only.add(name)
        self._applicable = Applicable(said.flags)
        self._opened = (name, state)
        self._lists.opened()
        if state.uidnext is None and known is not None and known.uidvalidity == state.uidvalidity:
            recent = self._lists.flagged(self._lists.windows(1, LARGEST_UID), "RECENT")
            state = replace(state, unsettled_from=min(recent, default=None))
        return state

    def uids(self, first: int, last: int) -> list[int]:
        """The UIDs between `first` and `last`, both included, that exist now, ascending.

        Raises:
            MailboxError: no mailbox is open, or the server's answer can't be read.
            ConnectError: the connection broke.
        """
        return self._lists.uids(first, last)

    def fetch(self, uids: Sequence[int]) -> Iterator[FetchedMessage]:
        """The messages with these UIDs, in any order; one that is gone or can't be read is left out.

        Raises:
            MailboxError: no mailbox is open, or it was numbered anew meanwhile.
            ConnectError: the connection broke.
        """
        return self._messages.fetch(uids)

    def flagged(self, first: int, last: int, borne: Collection[str]) -> Flagging:
        """Who of the messages from `first` to `last` bears flags that tell something, as SEARCH finds them.

        Keywords that the mailbox does not have, as EXAMINE says, are not asked for, unless they are among `borne`.
        Where a SEARCH is known not to find all messages, nothing is told of those that it does not find. Raises as
        `uids`.
        """
        windows = list(self._lists.windows(max(first, 1), min(last, LARGEST_UID)))

        def find(criterion: str) -> set[int]:
            return self._lists.flagged(windows, criterion)

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

        found = flagging(find, find_keyword, self._applicable, borne)
        self._mailbox()  # it may have been numbered anew meanwhile
        return found if self._lists.finds_all else found._replace(told=frozenset())

    def stamps(self, uids: Sequence[int]) -> Iterator[Stamp]:
        """INTERNALDATE and size of the messages with these UIDs, and of whatever else the server tells.

        Raises:
            MailboxError: no mailbox is open, or the server can't say.
            ConnectError: the connection broke.
        """
        name = self._mailbox()[0]
        with self._asking(f"The messages in mailbox {name!r} can't be compared with those that are known") as client:
            yield from stamps_of(client.told(f"UID FETCH {uid_set(uids)} {STAMP_ITEMS}"))

    def find(self, message_ids: Sequence[str]) -> list[int]:
        """The UIDs of messages with one of these Message-IDs, as the server says. Raises as `uids`."""
        return self._lists.find(message_ids)

    @property
    def complaint(self) -> str:
        """What was odd the last time that messages did not come as they were asked for; "" if nothing is known."""
        return self._messages.complaint

    @property
    def has_labels(self) -> bool:
        """Whether the server has labels (X-GM-EXT-1)."""
        return self._messages.have_labels

    def changed(self, first: int, last: int, since: int | None) -> Iterator[Changed]:
        """Flags and labels of what changed since a HIGHESTMODSEQ, or of all. Raises as `uids`."""
        return self._messages.changed(first, last, since)

    def _connect(self) -> None:
        self._client = connect(self._settings)
        try:
            with self._asking("The server does not say what it can do") as client:
                self._capabilities = capabilities(client)
            if "ID" in self._capabilities and self._introduces:
                self._introduce()
        except SourceError:
            close(self._client)
            raise
        self._directory.connected(self._capabilities)
        self._lists.connected(self._capabilities)
        self._messages.connected(self._capabilities)

    def _introduce(self) -> None:
        """Say who asks; no more to a server that hangs up. Raises `ConnectError` if there is no other connection."""
        try:
            introduce(self._connected())
        except (OSError, ReadError, IMAPClientAbortError) as error:
            self._introduces = False
            if isinstance(error, TimeoutError) or failures.ends_session(error):
                raise self._lost(error) from error
            close(self._connected())
            self._client = connect(self._settings)

    def _connect_anew(self, error: ReadError) -> None:
        """Replace a connection on which nobody knows any more where an answer ends.

        Raises:
            ConnectError: it ended for good, or there were too many already.
            MailboxError: the open mailbox was numbered anew meanwhile.
        """
        if error.fault is Fault.END:
            raise self._lost(error) from error
        self._new_connections += 1
        if self._new_connections > _NEW_CONNECTIONS:
            raise ConnectError(
                f"{self._settings.server} keeps sending answers that can't be read:"
                f" {failures.words(error, *self._settings.secrets)}",
                failures.DAMAGED,
            ) from error
        self._reopen(error)

    def _reopen(self, error: Exception) -> None:
        """Replace a connection that is of no use any more, and open the mailbox again; `error` says why.

        Raises:
            ConnectError: there is no other.
            MailboxError: the open mailbox was numbered anew meanwhile.
        """
        mailbox = self._opened
        close(self._connected())
        self._connect()
        if mailbox is None:
            return
        self._opened = mailbox
        try:
            self._look_again()
        except MailboxError as numbered:
            raise numbered from error

    def _look_again(self) -> MailboxState:
        """Open the mailbox that is open once more, and say how it stands now.

        Raises:
            MailboxError: it was numbered anew meanwhile.
            ConnectError: the connection broke.
        """
        name, before = self._mailbox()
        state = self.open(name, before)
        if state.uidvalidity != before.uidvalidity:
            self._opened = None
            raise MailboxError(f"Mailbox {name!r} was numbered anew while it was read", "Run it again.")
        return state

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
