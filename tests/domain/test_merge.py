"""One message of all its copies: direction, disposition, address, clock (what is counted, "One message", 1, 2, 8)."""

from __future__ import annotations

import itertools

import pytest

from replywatch.domain.matching.merge import merge
from replywatch.domain.messages import Direction, Disposition, Flagged, Kind
from story import DAY, INFO, MINUTE, Story, at, cases

LIST_TRACE = "Precedence: list\nX-Spam-Flag: NO\n"
GROUP = "List-Id: <news.example.net>\nList-Unsubscribe: <https://news.example.net/u>\n"


# Copies


def test_copies_in_several_mailboxes_and_accounts_are_one_message() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.copy(q, "Archive/2026")
    s.copy(q, "INBOX", "sales", later=2, trace=LIST_TRACE)
    (message,) = s.messages()
    assert message.message_id == q.message_id
    assert len(s.copies()) == 2


DIFFERENT = [
    ("another Date", {"date": "03-02 09:01"}),
    ("another author", {"sender": "carl"}),
    ("another id", {"message_id": "other@anna.example"}),
]


@cases("said", rows=DIFFERENT)
def test_two_messages_may_share_an_id_but_not_all(said: dict[str, object]) -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", message_id="same@anna.example", date="03-02 09:00")
    said = {"sender": "anna", "message_id": "same@anna.example", "date": "03-02 09:00"} | said
    s.inbound(said.pop("sender"), "03-02 09:00", **said)  # type: ignore[arg-type]
    assert len(s.messages()) == 2


SAME = [
    ("a subject tag", {"subject": "[info] Offer for oak boards"}),
    ("list headers", {"fields": GROUP}),
    ("spam headers", {"fields": "X-Spam-Status: No, score=1"}),
    ("another path", {"received": "03-02 09:30"}),
    ("a rewritten sender", {"sender": "info", "fields": "X-Original-Sender: anna@anna.example"}),
]


@cases("said", rows=SAME)
def test_what_happens_on_the_way_makes_no_other_message(said: dict[str, object]) -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", message_id="same@anna.example")
    s.inbound(said.pop("sender", "anna"), "03-02 09:00", **(said | {"message_id": "same@anna.example"}))  # type: ignore[arg-type]
    assert len(s.messages()) == 1


def test_without_an_id_subject_and_recipients_tell_messages_apart() -> None:
    s = Story()
    for subject, to in (("Oak", INFO), ("[info] Oak", INFO), ("Beech", INFO), ("Oak", "sales")):
        s.inbound("anna", "03-02 09:00", subject=subject, to=to, message_id=None)
    assert len(s.messages()) == 3


def test_the_copy_without_signs_of_a_machine_says_what_was_written() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.copy(q, "Lists", trace=GROUP)
    assert s.message(q).verdict.kind is Kind.HUMAN
    assert s.exchange(q)


def test_with_the_signs_on_every_copy_it_is_no_human_mail() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", fields=GROUP)
    assert s.message(q).verdict.kind is Kind.NEWSLETTER
    assert s.message(q).disposition is Disposition.EXCLUDED_KIND
    assert s.exchange(q) is None


def test_the_order_of_copies_changes_nothing() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", references="x@y.example")
    s.copy(q, "Lists", trace=GROUP + "References: <z@y.example>\n")
    s.copy(q, "INBOX", "sales", later=60, trace="Delivered-To: sales@example.com\n")
    copies = s.copies()
    assert len({merge(order, all_inbound=False) for order in itertools.permutations(copies)}) == 1


@pytest.mark.parametrize("counted", ["relayed", "form_letter"])
@pytest.mark.parametrize("which", [0, 1, 2])
def test_what_is_counted_of_one_copy_is_so_of_the_message(counted: str, which: int) -> None:
    """Whichever copy that is: on some of them the field that is counted is missing, or another subject stands."""
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    s.copy(q, "Lists", trace=GROUP)
    s.copy(q, "INBOX", "sales", trace="Delivered-To: sales@example.com\n")
    copies = s.copies()
    assert [getattr(copy, counted) for copy in copies] == [False] * 3
    none = merge(copies, all_inbound=False)
    assert none
    assert getattr(none, counted) is False
    message = merge([c._replace(**{counted: n == which}) for n, c in enumerate(copies)], all_inbound=False)
    assert message
    assert getattr(message, counted) is True
    assert getattr(message, "form_letter" if counted == "relayed" else "relayed") is False


def test_drafts_are_no_messages() -> None:
    s = Story()
    q = s.outbound("anna", "03-02 09:00", draft=True)
    assert s.messages() == []
    s.copy(q, "Sent")
    assert len(s.messages()) == 1


# Direction (point 1)

DIRECTIONS = [
    ("from outside", ("anna", INFO, "INBOX"), Direction.INBOUND),
    ("from outside, filed", ("anna", INFO, "Archive/2026"), Direction.INBOUND),
    ("ours to outside", ("ben", "anna", "Sent"), Direction.OUTBOUND),
    ("ours to outside, found in the inbox", ("ben", "anna", "INBOX"), Direction.OUTBOUND),
    ("ours to ours and outside", ("ben", "eva, anna@anna.example", "Sent"), Direction.OUTBOUND),
    ("ours to ours", ("ben", "eva", "INBOX"), Direction.INTERNAL),
    ("ours to a sub-domain that is not ours", ("ben", "x@sub.example.com", "Sent"), Direction.OUTBOUND),
    ("an unknown alias, in Sent only", ("alias@other.example", "anna", "Sent"), Direction.FOREIGN),
]


@cases("said", "direction", rows=DIRECTIONS)
def test_direction(said: tuple[str, str, str], direction: Direction) -> None:
    s = Story()
    sender, to, mailbox = said
    m = s.mail(sender, "03-02 09:00", to.split(", "), mailbox=mailbox)
    assert s.message(m).direction is direction
    assert s.message(m).disposition is Disposition("counted" if direction is Direction.INBOUND else direction.value)


def test_our_secretary_in_sender_makes_it_ours() -> None:
    s = Story()
    m = s.mail("boss@boss.example", "03-02 09:00", "anna", fields="Sender: eva@example.com", mailbox="Sent")
    assert s.message(m).direction is Direction.OUTBOUND
    assert s.message(m).author == "eva@example.com"


def test_a_copy_outside_sent_makes_foreign_mail_inbound() -> None:
    s = Story()
    m = s.inbound("anna", "03-02 09:00", mailbox="Sent")
    assert s.message(m).direction is Direction.FOREIGN
    s.copy(m, "INBOX")
    assert s.message(m).direction is Direction.INBOUND


def test_an_archive_says_nothing_of_the_direction() -> None:
    s = Story()
    alias = s.mail("alias@other.example", "03-02 09:00", "anna", mailbox="Sent")
    s.copy(alias, "Archive")
    assert s.message(alias).direction is Direction.FOREIGN
    s.copy(alias, "Customers")
    assert s.message(alias).direction is Direction.INBOUND
    filed = s.inbound("anna", "03-02 10:00", mailbox="Archive")
    assert s.message(filed).direction is Direction.INBOUND


def test_sub_domains_are_ours_if_the_team_says_so() -> None:
    s = Story(domains=["example.com", "*.example.com"])
    m = s.mail("ben", "03-02 09:00", "x@sub.example.com", mailbox="Sent")
    assert s.message(m).direction is Direction.INTERNAL


def test_a_tagged_watched_address_is_ours() -> None:
    s = Story(addresses=["info+web@example.com"], domains=[])
    m = s.mail("info+web@example.com", "03-02 09:00", "info+web@example.com", mailbox="Sent")
    assert s.message(m).direction is Direction.INTERNAL
    assert not s.message(m).outsiders


def test_without_recipients_mail_of_ours_is_outbound() -> None:
    s = Story()
    m = s.mail("ben", "03-02 09:00", "undisclosed-recipients:;@", mailbox="Sent")
    assert s.message(m).direction is Direction.OUTBOUND


# Opening (point 2)

COUNTED, NOT_WATCHED, SET_ASIDE = Disposition.COUNTED, Disposition.NOT_WATCHED, Disposition.SET_ASIDE
OPENING = [
    # to, account, further header, what becomes of it, address
    ("to the watched address", "info", "info", "", COUNTED, INFO),
    ("to it in Cc", "carl", "info", f"Cc: {INFO}", COUNTED, INFO),
    ("delivered to it", "carl", "info", f"Delivered-To: {INFO}", COUNTED, INFO),
    ("delivered to it by Postfix", "carl", "info", f"X-Original-To: {INFO}", COUNTED, INFO),
    ("to a tag of it", "info+oak@example.com", "info", "", COUNTED, INFO),
    ("to nobody of ours, in a watched account", "carl", "info", "", COUNTED, ""),
    ("to nobody of ours, in a colleague's account", "carl", "ben", "", NOT_WATCHED, ""),
    ("to a colleague, in a watched account", "eva", "info", "", NOT_WATCHED, ""),
    ("to a colleague, in her account", "ben", "ben", "", NOT_WATCHED, ""),
    ("to the watched address, in a colleague's account", "info", "ben", "", COUNTED, INFO),
    ("delivered to a colleague, to nobody", "carl", "info", "Delivered-To: eva@example.com", NOT_WATCHED, ""),
]


@cases("to", "account", "fields", "disposition", "address", rows=OPENING)
def test_what_opens(to: str, account: str, fields: str, disposition: Disposition, address: str) -> None:
    s = Story(unwatched=["ben"])
    q = s.inbound("anna", "03-02 09:00", to=to, account=account, fields=fields)
    assert (s.message(q).disposition, s.message(q).address) == (disposition, address)
    assert (s.exchange(q) is not None) == (disposition is COUNTED)


@pytest.mark.parametrize("to", ["eva", "carl", "info"])
@pytest.mark.parametrize("account", ["info", "ben"])
def test_with_no_address_named_all_inbound_mail_counts(to: str, account: str) -> None:
    s = Story(addresses=[], unwatched=["ben"])
    q = s.inbound("anna", "03-02 09:00", to=to, account=account)
    assert s.message(q).disposition is COUNTED


def test_mail_to_two_watched_addresses_counts_once_for_the_first() -> None:
    s = Story(addresses=["sales@example.com", INFO])
    q = s.inbound("anna", "03-02 09:00", to=["carl", "info", "sales"])
    s.copy(q, "INBOX", "sales", later=3, trace="X-Spam-Flag: NO\n")
    (e,) = s.exchanges()
    assert e.address == INFO


def test_where_it_was_delivered_comes_before_to() -> None:
    s = Story(addresses=["sales@example.com", INFO])
    q = s.inbound("anna", "03-02 09:00", to=["info", "sales"], fields="Delivered-To: sales@example.com")
    assert s.message(q).address == "sales@example.com"


PLACES = [
    # (mailbox, gone) of every copy → disposition
    ("in the inbox", [("INBOX", None)], COUNTED),
    ("in a folder", [("Customers/Anna", None)], COUNTED),
    ("junk", [("Junk", None)], SET_ASIDE),
    ("trash", [("Trash", None)], SET_ASIDE),
    ("junk and trash", [("Junk", None), ("Trash", None)], SET_ASIDE),
    ("one copy put away, one not", [("Trash", None), ("INBOX", None)], COUNTED),
    ("moved to trash", [("INBOX", "03-05 09:00"), ("Trash", None)], SET_ASIDE),
    ("moved out of junk", [("Junk", "03-05 09:00"), ("INBOX", None)], COUNTED),
    ("gone from the inbox", [("INBOX", "03-05 09:00")], COUNTED),
    ("gone from the trash last", [("INBOX", "03-05 09:00"), ("Trash", "04-05 09:00")], SET_ASIDE),
    ("gone from the inbox last", [("INBOX", "04-05 09:00"), ("Trash", "03-05 09:00")], COUNTED),
    ("gone from both at once", [("INBOX", "03-05 09:00"), ("Trash", "03-05 09:00")], COUNTED),
]


@cases("places", "disposition", rows=PLACES)
def test_what_was_put_away(places: list[tuple[str, str | None]], disposition: Disposition) -> None:
    s = Story()
    for mailbox, gone in places:
        s.inbound("anna", "03-02 09:00", message_id="q@anna.example", mailbox=mailbox, gone=gone)
    (message,) = s.messages()
    assert message.disposition is disposition
    assert len(s.exchanges()) == (disposition is COUNTED)


def test_automatic_mail_in_the_trash_is_excluded_by_its_kind() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", mailbox="Trash", fields="Auto-Submitted: auto-replied")
    assert s.message(q).disposition is Disposition.EXCLUDED_KIND


CONTACTS = [
    ("plain", "anna", "", "anna@anna.example"),
    ("web form of ours", "website@example.com", "Reply-To: anna@anna.example", "anna@anna.example"),
    ("web form from a no-reply sender", "no-reply@forms.example", "Reply-To: anna@anna.example", "anna@anna.example"),
    ("Google Groups", "info", "X-Original-Sender: anna@anna.example", "anna@anna.example"),
    ("X-Original-From", "info", "X-Original-From: Anna <anna@anna.example>", "anna@anna.example"),
    ("Reply-To of a person", "anna", "Reply-To: anna@home.example", "anna@anna.example"),
]


@cases("sender", "fields", "contact", rows=CONTACTS)
def test_the_contact(sender: str, fields: str, contact: str) -> None:
    s = Story()
    q = s.inbound(sender, "03-02 09:00", fields=fields)
    (e,) = s.exchanges()
    assert e.contact == contact
    r = s.reply(q, "03-02 10:00", to=contact)
    assert s.exchanges()[0].reply_message_id == r.message_id


ANSWERED = [
    # what each mailbox says: not answered yet at, answered at → what counts
    ("one mailbox", [(100, 200)], (100, 200)),
    ("none", [None, None], None),
    ("one of two", [None, (100, 200)], (100, 200)),
    ("the earlier one", [(150, 300), (100, 200)], (100, 200)),
    ("the earlier one, though the other was asked before", [(50, 300), (100, 200)], (100, 200)),
    ("at one time the wider bounds", [(150, 200), (100, 200)], (100, 200)),
    ("at one time nothing known before", [(100, 200), (None, 200)], (None, 200)),
]


@cases("flags", "counts", rows=ANSWERED)
def test_which_mailbox_says_that_it_was_answered(
    flags: list[tuple[int | None, int] | None], counts: tuple[int | None, int] | None
) -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00")
    (copy,) = s.copies()
    (location,) = copy.locations
    for order in itertools.permutations(flags):
        locations = tuple(location._replace(flagged=flag and Flagged(*flag)) for flag in order)
        message = merge([copy._replace(locations=locations)], all_inbound=False)
        assert message
        assert message.flagged == counts


# Clock of the merged message (point 8 and "One message")


def test_arrival_is_the_earliest_in_a_watched_account() -> None:
    s = Story(unwatched=["ben"])
    q = s.inbound("anna", "03-02 09:00", account="ben", to=["ben", "info"], received=None, date="03-02 09:00")
    assert s.message(q).clock == at("03-02 09:00")
    s.copy(q, "INBOX", "info", later=5 * MINUTE)
    assert s.message(q).clock == at("03-02 09:05")
    s.copy(q, "INBOX", "sales", later=4 * MINUTE)
    assert s.message(q).clock == at("03-02 09:04")


def test_a_copy_imported_later_does_not_move_the_arrival() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00", internal="03-02 09:01", received="03-02 09:00")
    s.copy(q, "Archive", later=300 * DAY)
    m = s.message(q)
    assert (m.clock, m.clock_source, m.clock_sure) == (at("03-02 09:00"), "received", True)


def test_the_sent_copy_says_when_a_reply_left() -> None:
    s = Story()
    r = s.outbound("anna", "03-02 10:00", date="03-01 10:00")
    s.copy(r, "INBOX", "eva", later=-DAY)  # her copy agrees with the wrong Date
    assert (s.message(r).clock, s.message(r).clock_source) == (at("03-02 10:00"), "internaldate")


def test_a_reply_without_a_sent_copy_has_the_clock_of_the_others() -> None:
    s = Story()
    r = s.outbound("anna", "03-02 10:00", mailbox="INBOX", account="eva", internal="03-02 10:01")
    assert (s.message(r).clock, s.message(r).clock_source) == (at("03-02 10:00"), "date")


def test_a_file_that_was_copied_later_does_not_move_the_sent_time() -> None:
    s = Story(archives=["box"])
    r = s.outbound("anna", "03-02 10:00", account="box", mailbox="box", internal="05-01 12:00")
    assert (s.message(r).clock, s.message(r).clock_source) == (at("03-02 10:00"), "date")
    s.copy(r, "Sent", later=-59 * DAY)  # on the server, where Date is not confirmed
    assert s.message(r).clock_source == "internaldate"


# Where our mail is kept (point 15)


KEPT = [
    # what is said → accounts with it in Sent, accounts with it in an archive
    ("in Sent", {}, ({"info"}, set())),
    ("in an archive", {"mailbox": "Archive"}, (set(), {"info"})),
    ("in an mbox file", {"account": "box", "mailbox": "box"}, (set(), {"box"})),
    ("in the inbox", {"mailbox": "INBOX"}, (set(), set())),
    ("to some list", {"mailbox": "INBOX", "cc": "users@other.example"}, (set(), set())),
    ("to a public list", {"mailbox": "INBOX", "cc": "users@lists.example"}, (set(), {"info"})),
]


@cases("said", "where", rows=KEPT)
def test_evidence_that_our_mail_is_kept(said: dict[str, object], where: tuple[set[str], set[str]]) -> None:
    s = Story(archives=["box"], public_lists=["users@lists.example"])
    m = s.message(s.outbound("anna", "03-02 10:00", **said))
    assert (set(m.sent_in), set(m.filed_in)) == where


def test_inbound_mail_in_an_archive_is_no_such_evidence() -> None:
    s = Story(archives=["box"])
    assert not s.message(s.inbound("anna", "03-02 09:00", account="box", mailbox="box")).filed_in


def test_a_list_copy_bars_the_whole_message_from_the_subject_rung() -> None:
    """The list's copy names the list, a copy that reached us directly does not."""
    s = Story(public_lists=["users@lists.example"])
    s.inbound("anna", "03-02 09:00", message_id="q@anna.example")
    assert all(m.bare_pairs for m in s.messages())
    s.inbound("anna", "03-02 09:00", message_id="q@anna.example", to="users@lists.example")
    (message,) = s.messages()
    assert (message.public_list, message.bare_pairs) == (True, frozenset())


NAMED = [
    ("nothing at all", "", SET_ASIDE),
    ("no sender", "Subject: Oak\nTo: info@example.com\n", SET_ASIDE),
    ("a name without an address", "From: Anna\nTo: info@example.com\nSubject: Oak\n", SET_ASIDE),
    ("our own sender's name alone", "From: info\nSubject: Oak\n", SET_ASIDE),
    ("an address in Reply-To", "From: Anna\nReply-To: anna@anna.example\nSubject: Oak\n", COUNTED),
    ("an address in Sender", "Sender: anna@anna.example\nTo: info@example.com\n", COUNTED),
    ("the address alone", "From: anna@anna.example\n", COUNTED),
]


def test_the_copy_that_names_a_sender_says_who_waits() -> None:
    s = Story()
    q = s.inbound("anna", "03-02 09:00")
    q.header = q.header.replace("From: Anna <anna@anna.example>", "From: Anna")
    s.copy(q, "Lists", trace="Reply-To: anna@anna.example\n")
    assert {
        m.contact for m in (merge(order, all_inbound=False) for order in itertools.permutations(s.copies())) if m
    } == {"anna@anna.example"}
    assert s.exchange(q)


@cases("header", "expected", rows=NAMED)
def test_where_no_sender_is_named_nobody_waits(header: str, expected: Disposition) -> None:
    s = Story()
    s.inbound("anna", "03-02 09:00", received=None).header = header
    (message,) = s.messages()
    assert (message.direction, message.disposition) == (Direction.INBOUND, expected)
    assert bool(message.contact) == (expected is COUNTED)
