"""The planned mailbox: the same for the same seed, believable, and true to itself."""

import ast
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import replywatch.demo
from replywatch.demo.company import FEWEST, MOST, plan_company
from replywatch.demo.plan import BUCKETS, DAY, HOUR, Expected, Letter, Plan

NOW = int(datetime(2026, 3, 4, 10, 30, tzinfo=UTC).timestamp())
MOMENTS = [
    pytest.param(datetime(2026, 3, 4, 10, 30, tzinfo=UTC), id="a Wednesday"),
    pytest.param(datetime(2026, 3, 29, 1, 30, tzinfo=UTC), id="Sunday night, the clocks go forward"),
    pytest.param(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), id="Sunday night, the clocks go back"),
    pytest.param(datetime(2026, 1, 1, 0, 0, tzinfo=UTC), id="New Year"),
    pytest.param(datetime(2024, 2, 29, 23, 59, tzinfo=UTC), id="a leap day"),
]
SITUATIONS = {
    *("enquiry", "webform", "impatient", "reminder_without_ids", "forwarded", "colleague", "subject_only", "supplier"),
    *("partner", "blind_copy", "copied", "out_of_office", "read_receipt", "began", "revived", "two_enquiries"),
    *(
        "first_order",
        "newsletter",
        "notification",
        "invitation",
        "spam",
        "junk",
        "trash",
        "bounce",
        "internal",
        "draft",
    ),
}


@cache
def plan(seed: int = 1, messages: int = 400, now: int = NOW) -> Plan:
    return plan_company(seed, messages, now)


def told(situation: str) -> list[tuple[Letter, EmailMessage]]:
    """All letters of a situation with their parsed headers, from a few seeds."""
    letters = [letter for seed in (1, 2, 3) for letter in plan(seed).letters if letter.situation == situation]
    return [(letter, parsed(letter)) for letter in letters]


def parsed(letter: Letter, copy: int = 0) -> EmailMessage:
    return parsed_content(letter.copies[copy].content)


@cache
def parsed_content(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def instant(text: str) -> int:
    return int(parsedate_to_datetime(text).timestamp())


def arrival(letter: Letter) -> int:
    """By the topmost Received field."""
    return instant(str(parsed(letter)["Received"]).rpartition(";")[2])


def check(made: Plan) -> None:
    """What must hold for every plan."""
    by_id = {letter.message_id: letter for letter in made.letters}
    assert len(by_id) == len(made.letters)
    dates = [copy.internal_date for letter in made.letters for copy in letter.copies]
    assert made.now - 126 * DAY < min(dates)
    assert max(dates) <= made.now - 9 * 60
    for exchange in made.truth.exchanges:
        check_exchange(made, by_id, exchange)
    openers = [exchange.opener for exchange in made.truth.exchanges]
    replies = [exchange.reply for exchange in made.truth.exchanges if exchange.reply]
    assert len(openers) == len(set(openers))
    assert len(replies) == len(set(replies))
    line = made.truth.ledger
    rest = line.counted + line.excluded_kind + line.internal + line.outbound + line.foreign + line.set_aside
    assert line.read == rest == sum(letter.is_read for letter in made.letters)


def check_exchange(made: Plan, by_id: dict[str, Letter], exchange: Expected) -> None:
    opener = by_id[exchange.opener]
    assert (opener.direction, opener.kind, opener.put_away) == ("inbound", "human", False)
    assert exchange.arrived_at == arrival(opener) == min(copy.internal_date for copy in opener.copies)
    head = parsed(opener)
    assert exchange.contact in (head["Reply-To"] or head["From"])
    assert (exchange.answered_at is None) == (exchange.reply is None)
    if exchange.acknowledged_at is not None:
        assert 0 < exchange.acknowledged_at - exchange.arrived_at < 60
    if exchange.answered_at is None or exchange.reply is None:
        assert abs(made.now - exchange.arrived_at - 14 * DAY) >= 6 * HOUR
        return
    reply = by_id[exchange.reply]
    assert (reply.direction, reply.kind) == ("outbound", "human")
    assert exchange.answered_at == instant(str(parsed(reply)["Date"]))
    wait = exchange.answered_at - exchange.arrived_at
    assert wait > 60
    assert all(abs(wait - edge) >= 60 for edge in (HOUR, DAY, 2 * DAY, 14 * DAY))


class TestSameSeed:
    def test_gives_the_same_plan(self):
        assert plan_company(7, 200, NOW) == plan_company(7, 200, NOW)

    def test_another_seed_gives_another_one(self):
        assert plan(1).truth != plan(2).truth

    def test_the_plan_moves_with_now(self):
        later = plan_company(1, 400, NOW + 100 * DAY)
        assert max(exchange.arrived_at for exchange in later.truth.exchanges) > NOW


class TestTruth:
    @pytest.mark.parametrize("moment", MOMENTS)
    @pytest.mark.parametrize("messages", [40, 400])
    def test_agrees_with_the_letters(self, moment: datetime, messages: int):
        check(plan_company(11, messages, int(moment.timestamp())))

    @settings(max_examples=20, deadline=None)
    @given(seed=st.integers(0, 2**32), messages=st.integers(40, 160), now=st.integers(10**9, 2 * 10**9))
    def test_agrees_with_the_letters_whatever_the_seed(self, seed: int, messages: int, now: int):
        check(plan_company(seed, messages, now))

    def test_waits_end_before_the_contact_writes_again(self):
        for made in (plan(seed) for seed in range(6)):
            by_contact: dict[str, list[Expected]] = {}
            for exchange in made.truth.exchanges:
                by_contact.setdefault(exchange.contact, []).append(exchange)
            for exchanges in by_contact.values():
                for one, following in pairwise(exchanges):
                    assert following.ordinal in {1, one.ordinal + 1}
                    assert following.ordinal == 1 or (one.answered_at or following.arrived_at) < following.arrived_at

    def test_acknowledgements_are_automatic_letters_to_the_contact(self):
        letters = {letter.copies[0].internal_date: parsed(letter) for letter in plan().letters if "auto" in letter.kind}
        acknowledged = [exchange for exchange in plan().truth.exchanges if exchange.acknowledged_at]
        assert acknowledged
        for exchange in acknowledged:
            head = letters[exchange.acknowledged_at]
            assert exchange.contact in str(head["To"])
            assert head["Auto-Submitted"] == "auto-replied"

    def test_acknowledgements_begin_in_the_middle_of_the_period(self):
        with_and_without = {
            exchange.arrived_at > NOW - 60 * DAY: exchange.acknowledged_at is not None
            for exchange in plan().truth.exchanges
            if exchange.ordinal == 1 and told_as(exchange) == "enquiry"
        }
        assert with_and_without == {True: True, False: False}

    def test_the_oldest_letter_was_sent_by_us(self):
        for seed in range(6):
            first = plan(seed).letters[0]
            assert (first.direction, first.copies[0].mailbox) == ("outbound", "Sent")

    @pytest.mark.parametrize("seed", range(5))
    def test_counts_each_exchange_once(self, seed: int):
        truth = plan(seed).truth
        assert sum(truth.bucket_counts(NOW, first_only=False).values()) == len(truth.exchanges)
        assert sum(truth.bucket_counts(NOW).values()) == sum(e.ordinal == 1 for e in truth.exchanges)
        assert sum(truth.bucket_counts(NOW, NOW + 1).values()) == 0


def told_as(exchange: Expected) -> str:
    return next(letter.situation for letter in plan().letters if letter.message_id == exchange.opener)


@pytest.mark.parametrize(
    ("answered_after", "as_of_after", "bucket"),
    [
        (0, DAY, "under_1h"),
        (HOUR - 1, DAY, "under_1h"),
        (HOUR, DAY, "under_24h"),
        (24 * HOUR - 1, 9 * DAY, "under_24h"),
        (24 * HOUR, 9 * DAY, "1_to_2_days"),
        (48 * HOUR - 1, 9 * DAY, "1_to_2_days"),
        (48 * HOUR, 9 * DAY, "2_to_14_days"),
        (14 * DAY - 1, 90 * DAY, "2_to_14_days"),
        (14 * DAY, 90 * DAY, "over_14_days"),
        (None, 14 * DAY - 1, "waiting"),
        (None, 14 * DAY, "never"),
        (2 * DAY, DAY, "waiting"),
        (20 * DAY, 15 * DAY, "never"),
    ],
)
def test_buckets(answered_after: int | None, as_of_after: int, bucket: str):
    answered_at = None if answered_after is None else NOW + answered_after
    exchange = Expected("a@b.example", 1, "c@d.example", NOW, answered_at, None, None)
    assert exchange.bucket(NOW + as_of_after) == bucket


class TestSize:
    @pytest.mark.parametrize("messages", [FEWEST, 41, 99, 400, 1500])
    def test_is_what_was_asked_for(self, messages: int):
        assert len(plan(5, messages).letters) == messages

    @pytest.mark.parametrize("messages", [FEWEST - 1, 0, -1, MOST + 1])
    def test_has_limits(self, messages: int):
        with pytest.raises(ValueError, match="between 40 and 20000"):
            plan_company(1, messages, NOW)

    @pytest.mark.parametrize("seed", range(8))
    def test_every_bucket_occurs_in_the_smallest(self, seed: int):
        counts = plan(seed, FEWEST).truth.bucket_counts(NOW, NOW - 90 * DAY)
        assert list(counts) == list(BUCKETS)
        assert all(counts.values()), counts

    @pytest.mark.parametrize("seed", range(8))
    def test_every_situation_occurs_from_120_letters_on(self, seed: int):
        assert {letter.situation for letter in plan(seed, 120).letters} == SITUATIONS


@pytest.mark.parametrize("seed", range(8))
def test_shares_are_believable(seed: int):
    counts = plan(seed).truth.bucket_counts(NOW, NOW - 90 * DAY)
    share = {bucket: count / sum(counts.values()) for bucket, count in counts.items()}
    assert 0.02 <= share["under_1h"] <= 0.15
    assert 0.15 <= share["under_1h"] + share["under_24h"] <= 0.35
    assert 0.20 <= share["2_to_14_days"] <= 0.45
    assert 0.20 <= share["never"] <= 0.40
    assert 0.01 <= share["over_14_days"] <= 0.10
    assert 0.01 <= share["waiting"] <= 0.12


def test_customers_write_at_all_hours_the_office_in_its_own():
    human = [letter for seed in range(4) for letter in plan(seed).letters if letter.kind == "human"]
    hours: dict[str, Counter[bool]] = {"inbound": Counter(), "outbound": Counter()}
    for letter in human:
        if letter.direction in hours:
            sent_at = parsedate_to_datetime(str(parsed(letter)["Date"]))
            hours[letter.direction][sent_at.weekday() < 6 and 7 <= sent_at.hour < 18] += 1
    assert hours["inbound"][True] > hours["inbound"][False] > 20
    assert hours["outbound"][False] == 0


class TestHeaders:
    @pytest.mark.parametrize("seed", range(3))
    def test_are_plain_and_sound(self, seed: int):
        for letter in plan(seed).letters:
            for number, copy in enumerate(letter.copies):
                head = parsed(letter, number)
                assert not head.defects
                assert all(not value.defects for value in head.values() if hasattr(value, "defects"))
                assert head["Message-ID"] == f"<{letter.message_id}>"
                assert instant(str(head["Date"])) in range(copy.internal_date - 10, copy.internal_date + 1)
                block = copy.content.partition(b"\n\n")[0]
                assert block.isascii()
                assert b"\r" not in block
                assert max(map(len, block.splitlines())) <= 120

    def test_carry_umlauts(self):
        heads = [parsed(letter) for letter in plan().letters]
        assert any("ü" in str(head["Subject"]) for head in heads)
        assert any("ö" in str(head["From"]) for head in heads)
        encodings = {
            word for letter in plan().letters for word in (b"utf-8", b"iso-8859-1") if word in letter.copies[0].content
        }
        assert encodings == {b"utf-8", b"iso-8859-1"}

    def test_delivered_mail_has_traces_and_sent_mail_has_none(self):
        for letter in plan().letters:
            for number, copy in enumerate(letter.copies):
                head = parsed(letter, number)
                if copy.mailbox in {"Sent", "Drafts"}:
                    assert head["Received"] is None
                elif letter.direction == "inbound":
                    assert head["Delivered-To"] == "info@brandt-tischlerei.example"
                    assert instant(str(head["Received"]).rpartition(";")[2]) == copy.internal_date

    def test_references_name_letters_of_the_same_mailbox(self):
        known = {f"<{letter.message_id}>" for letter in plan().letters}
        for letter in plan().letters:
            head = parsed(letter)
            named = str(head["References"] or "").split()
            assert known.issuperset(named)
            if head["In-Reply-To"]:
                assert head["In-Reply-To"] == named[-1]

    def test_all_domains_are_examples(self):
        for letter in plan().letters:
            head = parsed(letter)
            addresses = [a for name in ("From", "To", "Cc", "Reply-To") if head[name] for a in head[name].addresses]
            assert all(address.domain.endswith(".example") for address in addresses)


class TestSituations:
    """Each letter carries the very sign that its situation is about, and its neighbours do not."""

    def heads(self, situation: str, direction: str, kind: str = "human") -> list[EmailMessage]:
        found = [head for letter, head in told(situation) if (letter.direction, letter.kind) == (direction, kind)]
        assert found
        return found

    def test_replies_by_subject_alone_name_no_letter(self):
        for head in self.heads("subject_only", "outbound"):
            assert head["In-Reply-To"] is None
            assert head["References"] is None
            assert str(head["Subject"]).startswith(("Re: ", "AW: "))
        assert all(head["In-Reply-To"] for head in self.heads("webform", "outbound"))

    def test_web_form_letters_are_ours_with_a_contact_outside(self):
        opened = [head for head in self.heads("webform", "inbound") if head["Reply-To"]]
        assert {head["From"].addresses[0].addr_spec for head in opened} == {"website@brandt-tischlerei.example"}
        assert not any("brandt" in head["Reply-To"] for head in opened)

    def test_out_of_office_notices_say_so(self):
        assert {head["Auto-Submitted"] for head in self.heads("out_of_office", "inbound", "auto_reply")} == {
            "auto-replied"
        }

    @pytest.mark.parametrize(
        ("situation", "kind", "field", "part"),
        [
            ("newsletter", "newsletter", "List-Unsubscribe", "https"),
            ("bounce", "bounce", "Content-Type", "delivery-status"),
            ("read_receipt", "receipt", "Content-Type", "disposition-notification"),
            ("invitation", "calendar", "Content-Type", "text/calendar"),
            ("spam", "spam", "X-Spam-Flag", "YES"),
            ("notification", "notification", "Auto-Submitted", "auto-generated"),
        ],
    )
    def test_machines_leave_their_sign(self, situation: str, kind: str, field: str, part: str):
        assert all(part in str(head[field]) for head in self.heads(situation, "inbound", kind))

    def test_forwards_to_a_colleague_are_internal_and_the_colleague_answers(self):
        assert all(str(head["Subject"]).startswith("WG: ") for head in self.heads("forwarded", "internal"))
        for head in self.heads("forwarded", "outbound"):
            assert head["From"].addresses[0].addr_spec != "info@brandt-tischlerei.example"
            assert "info@brandt-tischlerei.example" in str(head["Cc"])

    def test_forwards_to_a_supplier_go_outside_and_are_no_reply(self):
        forwards = [
            letter for letter, head in told("supplier") if str(head["Subject"]).startswith("WG: ") and head["To"]
        ]
        replies = {exchange.reply for seed in (1, 2, 3) for exchange in plan(seed).truth.exchanges}
        assert forwards
        assert all(letter.direction == "outbound" for letter in forwards)
        assert replies.isdisjoint(letter.message_id for letter in forwards)

    def test_blind_copies_name_us_in_delivered_to_alone(self):
        for head in self.heads("blind_copy", "inbound"):
            assert not head["To"].addresses
            assert head["Delivered-To"] == "info@brandt-tischlerei.example"

    def test_copies_lie_in_two_mailboxes(self):
        assert ["INBOX", "INBOX/Kunden"] in [[copy.mailbox for copy in letter.copies] for letter, _ in told("copied")]

    def test_reminders_open_nothing(self):
        for situation in ("impatient", "reminder_without_ids"):
            letters = [letter for letter, _ in told(situation) if letter.direction == "inbound"]
            openers = {exchange.opener for seed in (1, 2, 3) for exchange in plan(seed).truth.exchanges}
            opening = [letter for letter in letters if letter.message_id in openers]
            assert 0 < len(opening) <= len(letters) / 2

    def test_conversations_we_began_hold_no_enquiry(self):
        began = {letter.message_id for letter, _ in told("began")}
        ordinals = {e.ordinal for seed in (1, 2, 3) for e in plan(seed).truth.exchanges if e.opener in began}
        assert min(ordinals) == 2

    def test_revived_conversations_hold_two_enquiries(self):
        exchanges = [e for seed in (1, 2, 3) for e in plan(seed).truth.exchanges]
        revived = {letter.message_id for letter, head in told("revived") if head["References"]}
        assert any(e.opener in revived and e.ordinal == 1 for e in exchanges)

    def test_what_was_put_away_opens_nothing(self):
        assert {copy.mailbox for letter, _ in told("junk") for copy in letter.copies} == {"Junk"}
        assert {copy.mailbox for letter, _ in told("trash") for copy in letter.copies} == {"Trash"}
        assert plan().truth.ledger.set_aside == len([x for x in plan().letters if x.situation in {"junk", "trash"}])


def test_the_truth_is_made_without_the_rules_it_checks():
    """Plan and truth use no rules of `replywatch.domain`; `run.py` wires the demo to the program and may."""
    folder = Path(next(iter(replywatch.demo.__path__)))
    files = [file for file in folder.glob("*.py") if file.name != "run.py"]
    assert len(files) > 8
    below = ("config_lines", "domain.instants", "errors", "extras", "hosts")
    allowed = ("replywatch.demo.", *(f"replywatch.{module}." for module in below))
    for file in files:
        for node in ast.walk(ast.parse(file.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [f"{node.module}.{alias.name}" for alias in node.names]
            ours = [name for name in names if name.startswith("replywatch.")]
            assert all(name.startswith(allowed) for name in ours), file.name
