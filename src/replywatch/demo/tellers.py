"""The stories with customers: each is told once in every demo that has room for it.

A teller takes the desk and gives the conversations of one story. It raises `NoRoomError` if the dice fall so
that the story has no time to happen; then it is told anew.
"""

from __future__ import annotations

from random import Random

from replywatch.demo.cast import COLLEAGUES, OFFICE, SUPPLIERS, WEBSITE, Cast
from replywatch.demo.letters import Person
from replywatch.demo.moments import Moments, NoRoomError, days
from replywatch.demo.story import Story, Wait
from replywatch.domain.instants import HOUR, MINUTE

PERIOD = days(120)
AUTORESPONDER_SINCE = days(60)
"""For so long the company has acknowledged what comes in; before, it did not."""

WINDOWS = {
    "under_1h": (4 * MINUTE, 55 * MINUTE),
    "under_24h": (65 * MINUTE, 23 * HOUR),
    "1_to_2_days": (25 * HOUR, 47 * HOUR),
    "2_to_14_days": (49 * HOUR, days(13.5)),
    "over_14_days": (days(14.5), days(27)),
}
"""(shortest, longest) wait for each answered bucket: never at its edge."""
OPEN = {"never", "waiting"}
TURN_BUCKETS = ("under_1h", "under_24h", "under_24h", "1_to_2_days", "2_to_14_days")


class Desk:
    """What every teller needs: the dice, the clock, the people."""

    def __init__(self, seed: int, now: int) -> None:
        self.rng = Random(seed)  # noqa: S311 - a story, no secret
        self.now = now
        self.start = now - PERIOD
        self.moments = Moments(self.rng, now)
        self.cast = Cast(self.rng)

    def story(self, situation: str, contact: Person | None = None, *, trivial: float = 0.0) -> Story:
        """A new conversation, with a new customer unless one is given; `trivial` = chance of an idle subject."""
        contact = contact or self.cast.customer()
        subject = self.cast.subject(contact.language, trivial=self.rng.random() < trivial)
        return Story(self.rng, self.moments, situation, contact, subject)

    def arrival(self, bucket: str) -> int:
        """When somebody writes whose wait will end up in `bucket`."""
        if bucket == "never":
            return self.moments.customer(self.start, self.now - days(14.6))
        if bucket == "waiting":
            return self.moments.customer(self.now - days(13.4), self.now)
        return self.moments.customer(self.start, self.now - WINDOWS[bucket][0])

    def reply_time(self, wait: Wait, bucket: str) -> int:
        """When the office answers so that the wait lies in `bucket`."""
        shortest, longest = WINDOWS[bucket]
        return self.moments.office(wait.opener.arrived_at + shortest, wait.opener.arrived_at + longest)

    def remind_time(self, sent_at: int, limit: int, longest: int) -> int:
        """When somebody who wrote at `sent_at` asks again: a day or more later, and before `limit`."""
        return self.moments.customer(sent_at + days(1), min(limit - HOUR, sent_at + longest))

    def greet(self, story: Story, wait: Wait) -> None:
        """Let the autoresponder acknowledge `wait`, if there was one at the time."""
        if wait.opener.arrived_at >= self.now - AUTORESPONDER_SINCE:
            story.acknowledges(wait)

    def ask(self, story: Story, bucket: str) -> Wait:
        """The story's first letter; it is acknowledged if the autoresponder was on."""
        wait = story.asks(self.arrival(bucket))
        self.greet(story, wait)
        return wait

    def settle(self, story: Story, wait: Wait, bucket: str, by: Person = OFFICE) -> None:
        """Answer `wait` in time for `bucket`, or never."""
        if bucket not in OPEN:
            story.answers(wait, self.reply_time(wait, bucket), by=by)

    def go_on(self, story: Story, ordinal: int = 2, *, chance: float = 0.45, by: Person = OFFICE) -> None:
        """Perhaps further turns: the customer writes back, and gets a reply in half of the cases."""
        if self.rng.random() >= chance:
            return
        mails, waits = len(story.mails), len(story.waits)
        sent_at = story.mails[-1].sent_at
        try:
            wait = story.asks(self.moments.customer(sent_at + 20 * MINUTE, sent_at + days(6)), ordinal=ordinal)
            if self.rng.random() < 0.55:
                self.settle(story, wait, self.rng.choice(TURN_BUCKETS), by)
        except NoRoomError:  # too late for another turn: the story ends before it
            del story.mails[mails:], story.waits[waits:]
            return
        if wait.reply:
            self.go_on(story, ordinal + 1, chance=0.3, by=by)


def enquiry(desk: Desk, bucket: str) -> list[Story]:
    """Somebody asks, and gets an answer or none."""
    story = desk.story("enquiry", trivial=0.08)
    desk.settle(story, desk.ask(story, bucket), bucket)
    if bucket not in OPEN:
        desk.go_on(story)
    return [story]


def webform(desk: Desk, bucket: str) -> list[Story]:
    """A visitor fills in the form of the web site: the mail is from us, the contact in Reply-To."""
    story = desk.story("webform")
    story.subject = f"Kontaktformular: {story.subject}"
    wait = story.asks(desk.arrival(bucket), author=WEBSITE)
    wait.opener.extra = (("Reply-To", f"<{story.contact.address}>"),)
    desk.greet(story, wait)
    desk.settle(story, wait, bucket)
    if bucket not in OPEN:
        desk.go_on(story, chance=0.3)
    return [story]


def impatient(desk: Desk, bucket: str) -> list[Story]:
    """Somebody asks again, and perhaps once more, in the same conversation."""
    story = desk.story("impatient")
    wait = desk.ask(story, bucket)
    limit = desk.now if bucket in OPEN else desk.reply_time(wait, bucket)
    sent_at = desk.remind_time(wait.opener.sent_at, limit, days(8))
    story.reminds(sent_at)
    if limit - sent_at > days(5):
        story.reminds(desk.remind_time(sent_at, limit, days(8)))
    if bucket not in OPEN:
        story.answers(wait, limit)
    return [story]


def reminder_without_ids(desk: Desk, bucket: str) -> list[Story]:
    """A reminder that names no earlier letter; only its subject tells where it belongs."""
    story = desk.story("reminder_without_ids")
    wait = desk.ask(story, bucket)
    limit = desk.now if bucket in OPEN else desk.reply_time(wait, bucket)
    story.reminds(desk.remind_time(wait.opener.sent_at, limit, days(6))).references = ()
    if bucket not in OPEN:
        story.answers(wait, limit)
    return [story]


def forwarded(desk: Desk, bucket: str) -> list[Story]:
    """The office forwards it to a colleague, who answers from their own address with the office in Cc."""
    story = desk.story("forwarded")
    colleague = desk.rng.choice(COLLEAGUES)
    wait = desk.ask(story, bucket)
    answered_at = desk.reply_time(wait, bucket)
    forward = story.write(OFFICE, colleague, desk.moments.office(wait.opener.arrived_at, answered_at - 60), "internal")
    forward.subject, forward.forward = f"WG: {story.subject}", True
    reply = story.answers(wait, answered_at, by=colleague)
    if desk.rng.random() < 0.4:
        reply.places = ("INBOX", "Sent")
    desk.go_on(story, by=colleague)
    return [story]


def colleague(desk: Desk, bucket: str) -> list[Story]:
    """A colleague answers from their own address; the letter lies in the shared Sent mailbox."""
    story = desk.story("colleague")
    by = desk.rng.choice(COLLEAGUES)
    wait = desk.ask(story, bucket)
    reply = story.answers(wait, desk.reply_time(wait, bucket), by=by)
    reply.places, reply.cc = ("Sent",), ()
    return [story]


def subject_only(desk: Desk, bucket: str) -> list[Story]:
    """The reply names no letter: only its subject tells what it answers."""
    story = desk.story("subject_only")
    wait = desk.ask(story, bucket)
    story.answers(wait, desk.reply_time(wait, bucket)).references = ()
    return [story]


def supplier(desk: Desk, bucket: str) -> list[Story]:
    """The office asks a supplier first: that forward is no reply to the customer."""
    story = desk.story("supplier")
    wait = desk.ask(story, bucket)
    limit = desk.now if bucket in OPEN else desk.reply_time(wait, bucket)
    sent_at = desk.moments.office(
        wait.opener.arrived_at + MINUTE, min(limit - MINUTE, wait.opener.arrived_at + days(3))
    )
    forward = story.write(OFFICE, desk.rng.choice(SUPPLIERS), sent_at, "outbound")
    forward.subject, forward.forward = f"WG: {story.subject}", True
    if bucket not in OPEN:
        story.answers(wait, limit)
    return [story]


def partner(desk: Desk, bucket: str) -> list[Story]:
    """The customer copies in somebody else, and the office replies to that person alone."""
    story = desk.story("partner")
    other = desk.cast.customer()
    wait = desk.ask(story, bucket)
    wait.opener.cc = (other,)
    story.answers(wait, desk.reply_time(wait, bucket)).to = (other,)
    return [story]


def blind_copy(desk: Desk, bucket: str) -> list[Story]:
    """The office is not named in the letter; only Delivered-To says whom it reached. No acknowledgement."""
    story = desk.story("blind_copy")
    wait = story.asks(desk.arrival(bucket))
    wait.opener.undisclosed = True
    desk.settle(story, wait, bucket)
    return [story]


def copied(desk: Desk, bucket: str) -> list[Story]:
    """The same letter lies in two mailboxes, and the reply is filed with it."""
    story = desk.story("copied")
    wait = desk.ask(story, bucket)
    wait.opener.places = ("INBOX", "INBOX/Kunden")
    story.answers(wait, desk.reply_time(wait, bucket)).places = ("INBOX/Kunden",)
    return [story]


def out_of_office(desk: Desk, bucket: str) -> list[Story]:
    """Our reply meets an out-of-office notice: that is no further turn."""
    story = desk.story("out_of_office")
    wait = desk.ask(story, bucket)
    reply = story.answers(wait, desk.reply_time(wait, bucket))
    notice = story.write(story.contact, OFFICE, reply.sent_at + 5, "inbound")
    german = story.contact.language == "de"
    notice.kind, notice.return_path = "auto_reply", ""
    notice.subject = f"{'Automatische Antwort' if german else 'Automatic reply'}: {reply.subject}"
    notice.extra = (("Auto-Submitted", "auto-replied"),)
    return [story]


def read_receipt(desk: Desk, bucket: str) -> list[Story]:
    """The customer's mail program confirms that our reply was read."""
    story = desk.story("read_receipt")
    wait = desk.ask(story, bucket)
    reply = story.answers(wait, desk.reply_time(wait, bucket))
    receipt = story.write(
        story.contact, OFFICE, desk.moments.customer(reply.sent_at + MINUTE, reply.sent_at + days(2)), "inbound"
    )
    receipt.kind, receipt.subject = "receipt", f"Gelesen: {reply.subject}"
    receipt.content_type = 'multipart/report; report-type=disposition-notification;\n boundary="=_mdn"'
    receipt.body = (
        "--=_mdn\nContent-Type: text/plain\n\nGelesen.\n--=_mdn\nContent-Type: message/disposition-notification\n\n"
        f"Final-Recipient: rfc822;{story.contact.address}\nDisposition: manual-action/MDN-sent-manually; displayed\n"
        "--=_mdn--"
    )
    return [story]


def began(desk: Desk, bucket: str) -> list[Story]:
    """We write first, with an offer; what the customer writes back is a later turn."""
    story = desk.story("began")
    story.subject = f"Ihr Angebot: {story.subject}"
    sent_at = desk.moments.office(desk.start, desk.now - days(1))
    story.write(OFFICE, story.contact, sent_at, "outbound")
    wait = story.asks(desk.moments.customer(sent_at + 20 * MINUTE, sent_at + days(9)), ordinal=2)
    if bucket not in OPEN:
        desk.settle(story, wait, desk.rng.choice(TURN_BUCKETS))
        desk.go_on(story, 3)
    return [story]


def revived(desk: Desk, bucket: str) -> list[Story]:
    """After weeks of silence the customer comes back in the old conversation: an enquiry again.

    In half of the cases a word of thanks had stayed without an answer, and ends there.
    """
    story = desk.story("revived")
    wait = story.asks(desk.moments.customer(desk.start, desk.now - days(75)))
    last = story.answers(wait, desk.reply_time(wait, "under_24h"))
    if desk.rng.random() < 0.5:
        last = story.asks(desk.moments.customer(last.sent_at + HOUR, last.sent_at + days(3)), ordinal=2).opener
    again = story.asks(desk.moments.customer(last.sent_at + days(34), last.sent_at + days(55)))
    desk.settle(story, again, bucket)
    return [story]


def two_enquiries(desk: Desk, bucket: str) -> list[Story]:
    """One customer asks twice, about different things: the first stays without an answer, the second does not."""
    first = desk.story("two_enquiries")
    second = desk.story("two_enquiries", first.contact)
    if first.subject == second.subject:
        raise NoRoomError
    asked = first.asks(desk.moments.customer(desk.start, desk.now - days(50)))
    desk.greet(first, asked)
    again = second.asks(desk.moments.customer(asked.opener.sent_at + days(10), asked.opener.sent_at + days(40)))
    desk.greet(second, again)
    desk.settle(second, again, bucket)
    return [first, second]
