"""Writes one conversation letter by letter, and notes the truth in the same breath.

Each method says what a person does; it writes the letter and, where a wait begins or ends by it, the wait. The
teller of the story decides that, not a rule: nothing is found out from the letters afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random

from replywatch.demo.cast import BODIES, COLLEAGUES, COMPANY, MACHINE_BODIES, OFFICE
from replywatch.demo.letters import Mail, Person, content
from replywatch.demo.moments import ZONE, Moments, NoRoomError, days
from replywatch.demo.plan import Copy, Expected, Letter

FILED_AFTER = days(20)
ARCHIVED_AFTER = days(50)
PREFIXES = {"outlook": "AW: ", "thunderbird": "Re: ", "phone": "Re: ", "webmail": "AW: "}
LONGEST_REFERENCES = 8


@dataclass(slots=True, eq=False)
class Wait:
    """One exchange while the story is told."""

    opener: Mail
    ordinal: int
    contact: str
    acknowledged_at: int | None = None
    reply: Mail | None = None

    def expected(self) -> Expected:
        """What a correct judgement finds."""
        return Expected(
            opener=self.opener.message_id,
            ordinal=self.ordinal,
            contact=self.contact,
            arrived_at=self.opener.arrived_at,
            answered_at=self.reply.sent_at if self.reply else None,
            reply=self.reply.message_id if self.reply else None,
            acknowledged_at=self.acknowledged_at,
        )


class Story:
    """One conversation; `situation` names what is special about it.

    Letters may be changed by the teller after they are written (other recipients, no references, another place)
    until `letters` puts them into mailboxes.
    """

    def __init__(self, rng: Random, moments: Moments, situation: str, contact: Person, subject: str) -> None:
        self.rng = rng
        self.moments = moments
        self.situation = situation
        self.contact = contact
        self.subject = subject
        self.mails: list[Mail] = []
        self.waits: list[Wait] = []

    def asks(self, sent_at: int, *, ordinal: int = 1, author: Person | None = None) -> Wait:
        """The contact writes, and begins to wait; `author` is the machine that writes in their name."""
        wait = Wait(self.reminds(sent_at, author=author), ordinal, self.contact.address)
        self.waits.append(wait)
        return wait

    def reminds(self, sent_at: int, *, author: Person | None = None) -> Mail:
        """The contact writes, and no wait begins: they are waiting already, or nobody looks at it."""
        author = author or self.contact
        parent = self._parent(author)
        mail = self.write(author, OFFICE, sent_at, "inbound")
        if parent is not None and parent.author in COLLEAGUES:
            mail.to, mail.cc = (parent.author,), (OFFICE,)
        return mail

    def answers(self, wait: Wait, sent_at: int, *, by: Person = OFFICE) -> Mail:
        """Somebody of the company replies to the contact, and the wait is over."""
        mail = self.write(by, self.contact, sent_at, "outbound")
        mail.cc = () if by is OFFICE else (OFFICE,)
        wait.reply = mail
        wait.opener.answered = True
        return mail

    def acknowledges(self, wait: Wait) -> None:
        """The company's machine says that the letter came; the wait goes on."""
        german = self.contact.language == "de"
        mail = self.write(OFFICE, self.contact, wait.opener.arrived_at + self.rng.randint(2, 8), "outbound")
        mail.kind = "auto_reply"
        mail.subject = f"{'Eingangsbestätigung' if german else 'Automatic reply'}: {self.subject}"
        mail.extra = (("Auto-Submitted", "auto-replied"),)
        wait.acknowledged_at = mail.sent_at

    def write(self, author: Person, to: Person, sent_at: int, direction: str) -> Mail:
        """A letter of a person, as a reply to the last one if there is one."""
        parent = self._parent(author)
        mail = Mail(
            message_id=self.new_id(author),
            author=author,
            to=(to,),
            subject=self.subject,
            sent_at=sent_at,
            direction=direction,
            body=self.rng.choice(
                MACHINE_BODIES if author.program == "machine" else BODIES[direction, self.contact.language]
            ),
        )
        if parent is not None:
            mail.references = (*parent.references[-LONGEST_REFERENCES:], parent.message_id)
            mail.subject = PREFIXES.get(author.program, "Re: ") + self.subject
        self.mails.append(mail)
        return mail

    def new_id(self, author: Person) -> str:
        """A new Message-ID in the manner of the author's mail program."""
        unique = f"{self.rng.getrandbits(96):024x}"
        domain = author.address.rpartition("@")[2]
        if author.program == "outlook":
            return f"{unique[:16].upper()}${unique[16:]}$@{domain}"
        return f"{unique[:8]}-{unique[8:12]}-{unique[12:]}@{domain}"

    def letters(self) -> list[Letter]:
        """All letters in their mailboxes.

        Raises:
            NoRoomError: A wait that stays open is about as old as `never_after`.
        """
        if not all(wait.reply or self.moments.may_stay_open(wait.opener.arrived_at) for wait in self.waits):
            raise NoRoomError
        home = self._home()
        return [self._letter(mail, home) for mail in self.mails]

    def _parent(self, author: Person) -> Mail | None:
        """The letter that `author` replies to: the office opens the customer's, others take the last one."""
        read = [mail for mail in self.mails if mail.kind == "human"]
        received = [mail for mail in read if mail.direction == "inbound"]
        if author is OFFICE and received:
            return received[-1]
        return read[-1] if read else None

    def _home(self) -> str:
        """Where the contact's letters lie: what is done gets filed after a while."""
        newest = max(mail.sent_at for mail in self.mails)
        age = self.moments.now - newest
        if not self.waits or not all(wait.reply for wait in self.waits) or age < FILED_AFTER:
            return "INBOX"
        if age >= ARCHIVED_AFTER and self.rng.random() < 0.5:
            return f"Archiv/{datetime.fromtimestamp(newest, ZONE).year}"
        return self.rng.choice(("INBOX", "INBOX/Kunden"))

    def _letter(self, mail: Mail, home: str) -> Letter:
        """`mail` with its copies: what the office writes lies in Sent, what others write is filed at `home`."""
        received = home if mail.kind == "human" else "INBOX"
        usual = "Sent" if mail.author is OFFICE else received
        places = mail.places or (usual,)
        return Letter(
            message_id=mail.message_id,
            direction=mail.direction,
            kind=mail.kind,
            situation=self.situation,
            copies=tuple(self._copy(mail, place) for place in places),
        )

    def _copy(self, mail: Mail, place: str) -> Copy:
        """The copy of `mail` in one mailbox: with the traces of its way if it was delivered there."""
        delivered = mail.author is not OFFICE and place != "Sent"
        seen = mail.direction != "inbound" or mail.answered or self.moments.now - mail.sent_at > days(1)
        flags = ("D" if place == "Drafts" else "") + ("R" if mail.answered else "") + ("S" if seen else "")
        return Copy(
            mailbox=place,
            internal_date=mail.arrived_at if delivered else mail.sent_at,
            flags=flags,
            content=content(mail, COMPANY.address if delivered else None),
        )
