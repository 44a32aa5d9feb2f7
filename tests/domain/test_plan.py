"""What a pass reads."""

from __future__ import annotations

import pytest

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.plan import Use, plan_pass
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.messages import Role
from story import cases

READ, VIEW, SKIP = Use
GMAIL = ("INBOX", "Kunden", "[Gmail]/All", "[Gmail]/Sent", "[Gmail]/Trash", "[Gmail]/Junk", "[Gmail]/Drafts")
SPECIAL = {f"[Gmail]/{n}": f"\\{n.lower()}" for n in ("All", "Sent", "Trash", "Junk", "Drafts")}


def planned(names, said=(), *, labels=False, others=()):
    listings = [Listing(n, "/", (SPECIAL[n],) if n in SPECIAL else (), n in others) for n in names]
    return plan_pass(listings, Roles(tuple(said)), labels=labels)


@cases(
    "names",
    "labels",
    "uses",
    rows=[
        ("ordinary", ("INBOX", "Sent", "Kunden", "Drafts"), False, (READ, READ, READ, SKIP)),
        ("none at all", (), False, ()),
        ("Gmail with labels", GMAIL, True, (VIEW, VIEW, READ, VIEW, READ, READ, SKIP)),
        ("Gmail by a source without labels", GMAIL, False, (READ, READ, READ, READ, READ, READ, SKIP)),
        ("Gmail that hides All Mail", ("INBOX", "Kunden", "[Gmail]/Sent"), True, (READ, READ, READ)),
    ],
)
def test_what_is_done_with_each_mailbox(names, labels, uses):
    plan = planned(names, labels=labels)
    assert [p.listing.name for p in plan.mailboxes] == list(names)
    assert tuple(p.use for p in plan.mailboxes) == uses


def test_all_mail_that_the_config_skips_has_no_views():
    plan = planned(GMAIL, [("[Gmail]/All", Role.SKIP)], labels=True)
    assert plan.everything is None
    assert [p.use for p in plan.mailboxes] == [READ, READ, SKIP, READ, READ, READ, SKIP]


def test_only_the_first_all_mail_counts():
    listings = [Listing(n, "/", ("\\all",)) for n in ("A", "B")]
    plan = plan_pass(listings, Roles(), labels=True)
    assert plan.everything == listings[0]
    assert [p.use for p in plan.mailboxes] == [READ, READ]


@pytest.mark.parametrize(
    ("names", "said", "labels", "others", "has_sent"),
    [
        (("INBOX", "Sent"), (), False, (), True),
        (("INBOX",), (), False, (), False),
        (("INBOX", "Ausgang"), [("Ausgang", Role.SENT)], False, (), True),
        (("INBOX", "Sent"), [("Sent", Role.SKIP)], False, (), False),
        (("INBOX", "user/eva/Sent"), (), False, ("user/eva/Sent",), False),  # a colleague's
        (("INBOX", "[Gmail]/All"), (), True, (), True),  # under the label
        (("INBOX", "[Gmail]/All"), (), False, (), False),  # nothing tells which of it was sent
        (("INBOX", "[Gmail]/All"), [("[Gmail]/All", Role.SKIP)], True, (), False),
        (GMAIL, (), True, (), True),
    ],
)
def test_whether_sent_mail_is_read(names, said, labels, others, has_sent):
    assert planned(names, said, labels=labels, others=others).has_sent is has_sent


@pytest.mark.parametrize(
    ("names", "said", "absent"),
    [
        (("INBOX",), [("Gesendet", Role.SENT)], (("Gesendet", Role.SENT),)),
        (("INBOX", "Gesendet"), [("Gesendet", Role.SENT)], ()),
        (("INBOX", "A/B"), [("A", Role.SKIP)], ()),  # above a mailbox that is there
        (("Inbox",), [("INBOX", Role.INBOX)], ()),
        ((), [("A", Role.SKIP), ("B", Role.SENT)], (("A", Role.SKIP), ("B", Role.SENT))),
    ],
)
def test_what_the_config_names_and_is_not_there(names, said, absent):
    assert planned(names, said).absent == absent
