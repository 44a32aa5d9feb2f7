"""The mail around the conversations with customers: what machines, colleagues and strangers send.

None of it begins or ends a wait, though some of it looks as if it might.
"""

from __future__ import annotations

from replywatch.demo.cast import COLLEAGUES, NEWSLETTERS, NOTIFICATIONS, OFFICE, PITCHES, SUPPLIERS
from replywatch.demo.letters import Mail, Person
from replywatch.demo.moments import days
from replywatch.demo.story import Story
from replywatch.demo.tellers import PERIOD, Desk


def first_order(desk: Desk) -> list[Story]:
    """An order to a supplier, the oldest letter of all: from here on the Sent mailbox is known to be complete."""
    story = desk.story("first_order", SUPPLIERS[0])
    story.subject = "Bestellung Eiche, 40 mm"
    oldest = desk.now - PERIOD - 1
    story.write(OFFICE, story.contact, desk.moments.office(oldest - days(5), oldest), "outbound")
    return [story]


def _stray(desk: Desk, situation: str, sender: Person, subject: str) -> tuple[Story, Mail]:
    """A single letter to the office that nobody needs to answer."""
    story = desk.story(situation, sender)
    story.subject = subject
    return story, story.reminds(desk.moments.customer(desk.start, desk.now))


def newsletter(desk: Desk) -> list[Story]:
    """A newsletter that somebody subscribed to once."""
    name, address, subject = desk.rng.choice(NEWSLETTERS)
    domain = address.rpartition("@")[2]
    story, mail = _stray(desk, "newsletter", Person(name, address, "machine"), "")
    mail.kind, mail.subject = "newsletter", subject.format(n=mail.sent_at // days(7) % 100)
    mail.extra = (
        ("List-Id", f"<news.{domain}>"),
        ("List-Unsubscribe", f"<https://{domain}/abmelden>"),
        ("Precedence", "bulk"),
    )
    return [story]


def notification(desk: Desk) -> list[Story]:
    """A machine tells something by itself."""
    name, address, subject = desk.rng.choice(NOTIFICATIONS)
    number = f"{desk.rng.randint(0, 999_999):06d}"
    story, mail = _stray(desk, "notification", Person(name, address, "machine"), subject.format(n=number))
    mail.kind, mail.extra = "notification", (("Auto-Submitted", "auto-generated"),)
    return [story]


def invitation(desk: Desk) -> list[Story]:
    """A calendar invitation (RFC 6047)."""
    story, mail = _stray(desk, "invitation", desk.cast.customer(), "Einladung: Aufmaß vor Ort")
    mail.kind, mail.content_type = "calendar", "text/calendar; method=REQUEST; charset=utf-8"
    mail.body = "BEGIN:VCALENDAR\nMETHOD:REQUEST\nEND:VCALENDAR"
    return [story]


def spam(desk: Desk) -> list[Story]:
    """Spam that the filter marked and left in the inbox."""
    name, subject = desk.rng.choice(PITCHES)
    story, mail = _stray(desk, "spam", Person(name, "offer@bulk-offers.example", "machine"), subject)
    mail.kind, mail.extra = "spam", (("X-Spam-Flag", "YES"), ("X-Spam-Status", "Yes, score=11.2 required=5.0"))
    return [story]


def junk(desk: Desk) -> list[Story]:
    """Somebody put a sales letter into Junk: it is set aside."""
    name, subject = desk.rng.choice(PITCHES)
    sender = Person(name, f"sales{desk.rng.randint(1, 9999)}@pitch-factory.example", "outlook", "en")
    story, mail = _stray(desk, "junk", sender, subject)
    mail.places = ("Junk",)
    return [story]


def trash(desk: Desk) -> list[Story]:
    """Somebody threw a letter away."""
    story, mail = _stray(desk, "trash", desk.cast.customer(), "Bewerbung als Influencer")
    mail.places = ("Trash",)
    return [story]


def bounce(desk: Desk) -> list[Story]:
    """Our offer went to an address that doesn't exist, and comes back."""
    story = desk.story("bounce")
    offer = story.write(OFFICE, story.contact, desk.moments.office(desk.start, desk.now), "outbound")
    machine = Person("Mail Delivery System", "mailer-daemon@mx.hosting.example", "machine")
    report = story.write(machine, OFFICE, offer.sent_at + 6, "inbound")
    report.kind, report.return_path, report.subject = "bounce", "", "Undelivered Mail Returned to Sender"
    report.content_type = 'multipart/report; report-type=delivery-status;\n boundary="=_dsn"'
    report.body = (
        "--=_dsn\nContent-Type: text/plain\n\nThis is the mail system.\n--=_dsn\nContent-Type: message/delivery-status"
        "\n\nReporting-MTA: dns; mx.hosting.example\n\n"
        f"Final-Recipient: rfc822;{story.contact.address}\nAction: failed\nStatus: 5.1.1\n--=_dsn--"
    )
    return [story]


def internal(desk: Desk) -> list[Story]:
    """A colleague writes to the office, and the office writes back."""
    story = desk.story("internal", desk.rng.choice(COLLEAGUES))
    story.subject = desk.rng.choice(("Urlaub im Sommer", "Werkstattwagen", "Lieferung am Freitag", "Stundenzettel"))
    sent_at = desk.moments.office(desk.start, desk.now - days(1))
    story.write(story.contact, OFFICE, sent_at, "internal")
    if desk.rng.random() < 0.6:
        story.write(OFFICE, story.contact, desk.moments.office(sent_at + 60, sent_at + days(3)), "internal")
    return [story]


def draft(desk: Desk) -> list[Story]:
    """A letter that was never finished: it is no mail yet."""
    story = desk.story("draft")
    mail = story.write(OFFICE, story.contact, desk.moments.office(desk.start, desk.now), "outbound")
    mail.places = ("Drafts",)
    return [story]
