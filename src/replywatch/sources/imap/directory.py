"""Which mailboxes there are on the server of a connection, and what they are called on the wire."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from imapclient import imap_utf7
from imapclient.exceptions import IMAPClientAbortError

from replywatch.domain.mailboxes.fetched import EXCHANGE, Listing
from replywatch.domain.mailboxes.roles import SPECIAL_USES
from replywatch.errors import MailboxError
from replywatch.sources.imap.exchange import is_exchange
from replywatch.sources.imap.failures import DAMAGED
from replywatch.sources.imap.line import Line
from replywatch.sources.imap.listing import Listed, by_name, listed, text_of
from replywatch.sources.imap.namespace import Namespaces
from replywatch.sources.imap.reader import Bye, Other, ReadError
from replywatch.sources.imap.words import command
from replywatch.sources.quoting import shown

_FORBIDDEN = re.compile(r"[\r\n\0]")
"""What would end a command, or be no part of one."""


class Directory:
    """Asks which mailboxes there are, and remembers their names on the wire."""

    def __init__(self, line: Line, host: str) -> None:
        """`host` is the server's, as the config names it."""
        self._line = line
        self._host = host
        self._capabilities: frozenset[str] = frozenset()
        self._listed: dict[str, Listed] = {}
        self._lists_uses = True
        """LIST may be asked for the uses of mailboxes: nothing speaks against it so far."""
        self.unlisted: tuple[str, ...] = ()
        """What the names of mailboxes begin with of which it was not told the last time whether they are there.

        Those of namespaces that were not listed; "", which all of them begin with, if a line could not be read.
        """

    def connected(self, capabilities: frozenset[str]) -> None:
        """There is a new connection, to a server that can do this."""
        self._capabilities = capabilities

    def mailboxes(self) -> list[Listing]:
        """All mailboxes that can be selected, sorted by name; INBOX is always among them.

        Other users' and shared ones too, as far as the server tells of them. Where a line of its list can't be read,
        the line stands for the mailbox, which can't be opened.

        Raises:
            MailboxError: the server's list can't be read.
            ConnectError: the connection broke.
        """
        spaces = self._namespaces()
        found = self._list(b"*")
        unlisted = []
        for prefix in spaces.besides():
            try:
                found = self._list(prefix + b"*") | found
            except MailboxError:  # no reason to fail: they may be nobody's business here
                unlisted.append(text_of(prefix))
        self._listed = by_name(found.values())
        if not all(mailbox.is_readable for mailbox in self._listed.values()):
            unlisted.append("")
        self.unlisted = tuple(unlisted)
        listings = [
            Listing(name, mailbox.delimiter, mailbox.attributes, spaces.is_others(mailbox.wire))
            for name, mailbox in self._listed.items()
        ]
        if not any(listing.name.upper() == "INBOX" for listing in listings):
            listings.append(Listing("INBOX", next((listing.delimiter for listing in listings), "")))
        return [self._marked(listing) for listing in sorted(listings, key=lambda listing: listing.name)]

    def wire_name(self, name: str) -> bytes:
        """`name` in octets as the server listed it; modified UTF-7 (RFC 3501, section 5.1.3) if it did not.

        Raises:
            MailboxError: no command can hold it, or the line that lists it can't be read.
        """
        if _FORBIDDEN.search(name):
            raise MailboxError(
                f"Mailbox {name!r} at {self._line.server} has a line break or NUL in its name",
                "Rename it with a mail program, or ask whoever runs the server.",
            )
        mailbox = self._listed.get(name)
        if mailbox is not None and not mailbox.is_readable:
            text = f"{self._line.server} lists a mailbox in a way that can't be read: {shown(name)}"
            raise MailboxError(text, DAMAGED)
        return mailbox.wire if mailbox else bytes(imap_utf7.encode(name))

    def _marked(self, listing: Listing) -> Listing:
        """`listing`, with the attribute that says so if the server is Exchange."""
        greeting = self._line.client()._imap.welcome  # noqa: SLF001 - the library keeps it nowhere else
        if not is_exchange(self._host, greeting, self._capabilities):
            return listing
        return replace(listing, attributes=(*listing.attributes, EXCHANGE))

    def _list(self, pattern: bytes) -> dict[bytes, Listed]:
        """The mailboxes that fit `pattern`, by name on the wire; with their uses, asked for where they have to be.

        (RFC 6154, section 2: servers need not tell SPECIAL-USE otherwise.) That adds to a plain list that tells none:
        some name only mailboxes that have a use, when they are asked for it. Raises as `mailboxes`.
        """
        found = self._lines(command("LIST", b"", pattern))
        tells_uses = any(not SPECIAL_USES.isdisjoint(mailbox.attributes) for mailbox in found.values())
        if self._lists_uses and not tells_uses and self._can_list_uses():
            try:
                with_uses = self._lines(command("LIST", b"", pattern, "RETURN (SPECIAL-USE)"))
            except MailboxError:
                with_uses = {}
            self._lists_uses = bool(with_uses)
            found |= {wire: mailbox.joined(found.get(wire, mailbox)) for wire, mailbox in with_uses.items()}
        return found

    def _can_list_uses(self) -> bool:
        can = self._capabilities
        return "SPECIAL-USE" in can and not can.isdisjoint({"LIST-EXTENDED", "IMAP4REV2"})

    def _lines(self, listing: Sequence[bytes]) -> dict[bytes, Listed]:
        """What a LIST command finds, by name on the wire. Raises as `mailboxes`."""
        with self._line.asking("The list of mailboxes can't be read") as client:
            heard = [response for response in client.told(listing) if isinstance(response, Other)]
        return {mailbox.wire: mailbox for response in heard for mailbox in listed(response)}

    def _namespaces(self) -> Namespaces:
        """Whose mailboxes are where; nothing is known if the server can't say.

        Raises:
            ConnectError: the connection broke.
        """
        found = Namespaces()
        if self._capabilities.isdisjoint({"NAMESPACE", "IMAP4REV2"}):
            return found
        try:
            for response in self._line.client().ask("NAMESPACE"):
                match response:
                    case Other(line):
                        found = Namespaces.of(line) or found
                    case Bye(text):
                        raise self._line.lost(IMAPClientAbortError(text))
        except OSError as error:
            raise self._line.lost(error) from error
        except ReadError as error:
            self._line.connect_anew(error)
        return found
