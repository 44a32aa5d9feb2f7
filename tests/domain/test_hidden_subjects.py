"""A subject becomes a number, and everything that rules see in it stays."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.headers.header import keep_fields, parse_header
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.automatic_subjects import ANNOUNCEMENTS, Announcement, Proof, announced
from replywatch.domain.judging.failure_subjects import speaks_of_failure, told_of_delivery
from replywatch.domain.judging.hidden_subjects import _ENDINGS, _ENDINGS_OF_MAIL, _FAILED, _LABELS, hide_subject
from replywatch.domain.judging.reading import read
from replywatch.domain.messages import Delivery, Kind
from replywatch.domain.team import Team

KEY = b"k" * 16
SAMPLES = Path(__file__).parents[2].parent / "shared/samples"


def hidden(subject):
    """The subject that is stored for `subject`."""
    return parse_header(stored(f"From: a@b.example\r\nSubject: {subject}\r\n\r\n".encode())).subject


def stored(header):
    """What is stored of a header that comes from a source."""
    return hide_subject(keep_fields(header), KEY)


SUBJECTS = [
    "Offer for oak boards",
    "Re: Offer for oak boards",
    "AW: WG: Offer for oak boards",
    "Fwd: Offer",
    "[Ticket 12] Offer",
    "Re: [Ticket 12] Automatic reply: Offer",
    "[users] Out of office: Offer (Case 17)",
    "[Undelivered mail] Offer",
    "[Automatic reply] Offer",
    "EXTERN: Automatische Antwort: Offer",
    "AW: {Spam?} Offer #4711",
    "Automatische Antwort: Offer",
    "Abwesend: bis Montag",
    "Auto: VW Golf",
    "Re: Automatic reply: Offer",
    "Anna Miller is out of the office",
    "Undelivered Mail Returned to Sender",
    "Invitation: Lunch @ Mon 5 May 2025 12:00",
    "Einladung: Sommerfest",
    "Gelesen: Offer",
    "Cron <root@host> backup",
    "Delivery failure",
    "Your message could not be delivered to anna",
    "Zustellung fehlgeschlagen",
    "Re: Zustellung fehlgeschlagen",
    "Warning: could not send message for past 4 hours",
    "Zustellung verzögert: Offer",
    "Delivery Status Notification",
    "Delivery Status Notification (Delay)",
    "failure notice",
    "Postmaster notify: see transcript for details",
    "Zugestellt: Offer",
    "Gelöscht: Offer",
    "Zugesagt: Besprechung",
    "Aktualisiert: Besprechung",
    "Recall: Offer",
    "Vielen Dank für Ihre Nachricht",
    "Anna/Sales/Firma ist außer Haus.",
    "Offer (automatic reply)",
    "Привет, мир",
    "(no subject)",
    "Re:",
    "...",
    "",
]


def seen(subject):
    """What rules see in a subject."""
    base = base_subject(subject)
    return (
        announced(subject),
        base.reply,
        base.forward,
        bool(base.bare),
        speaks_of_failure(subject, of_mail=False),
        speaks_of_failure(subject, of_mail=True),
    )


@pytest.mark.parametrize("subject", SUBJECTS)
def test_rules_see_the_same(subject):
    assert seen(hidden(subject)) == seen(subject)


@pytest.mark.parametrize(
    "sign",
    [
        "Return-Path: <>",
        "Content-Type: multipart/report; boundary=x",
        "From: MAILER-DAEMON@b.example",
        "Auto-Submitted: auto-replied",
        "X-Failed-Recipients: c@d.example",
    ],
)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_notice_tells_the_same_of_delivery(subject, sign):
    kept = parse_header(stored(f"{sign}\nSubject: {subject}\n\n".encode())).subject
    assert seen(kept) == seen(subject)
    assert told_of_delivery(kept) is told_of_delivery(subject)


@pytest.mark.parametrize("subject", ["Error in your offer", "The delivery is delayed", "Cannot open the file"])
def test_of_what_a_person_writes_of_failure_nothing_more_is_kept_than_needed(subject):
    assert hidden(subject).partition(":")[2] in ("", " undeliverable")


@pytest.mark.parametrize("subject", SUBJECTS)
def test_no_word_is_left(subject):
    words = {word.strip(":,()[]<>@").casefold() for word in subject.split()}
    labels = {"re", "fwd", "automatic", "reply", "auto", "failure", "undelivered", "message", "invitation", ""}
    labels |= {"delivery", "status", "notify", "postmaster", "recall", "delay", "notice"}
    left = set(hidden(subject).casefold().replace(":", " ").split())
    assert not {w for w in words - labels if not w.isdigit()} & left


def test_every_announcement_has_a_label():
    """But the one of which the writer's name is the proof: the number tells no name."""
    assert set(_LABELS) == ANNOUNCEMENTS - {Announcement(Kind.AUTO_REPLY, Proof.OWN_NAME)}


ENDINGS = [
    *((failure, False, told, ending) for (failure, told), ending in _ENDINGS.items()),
    *((True, True, told, ending) for told, ending in _ENDINGS_OF_MAIL.items()),
]
"""Whether it speaks of failure, and of mail, what it tells of delivery, and words that do so."""


@pytest.mark.parametrize("found", [None, *_LABELS])
@pytest.mark.parametrize(("failure", "of_mail", "told", "ending"), ENDINGS)
def test_label_and_ending_say_what_they_stand_for(found, failure, of_mail, told, ending):
    if found and ending and (found.proof is Proof.THANKS or (found.proof is Proof.MULTIPART and "status" in ending)):
        return  # whoever thanks, or comes, says nothing of delivery
    text = _LABELS.get(found, "{}").format(f"#0123456789ab{ending}")
    assert seen(text) == (found, False, False, True, failure, of_mail)
    assert told_of_delivery(text) is told


def test_a_failure_needs_no_ending():
    text = _FAILED.format("#0123456789ab")
    assert seen(text) == (Announcement(Kind.BOUNCE, Proof.NONE), False, False, True, False, False)
    assert told_of_delivery(text) is Delivery.FAILED


@pytest.mark.parametrize(
    ("subject", "sender", "rule"),
    [
        ("Anna Schmidt ist außer Haus.", "Anna Schmidt <as@b.example>", "subject.auto-reply"),
        ("Anna Schmidt ist außer Haus.", "Empfang <info@b.example>", "human"),
    ],
)
def test_that_a_writer_is_away_by_his_own_name_is_still_seen(subject, sender, rule):
    raw = f"From: {sender}\nSubject: {subject}\n\n".encode()
    assert [read(parse_header(h), Team()).verdict.rule for h in (raw, stored(raw))] == [rule, rule]


SAME = [
    # two subjects, which of their forms are the same
    ("Offer", "Re: Offer", "exact, bare, numbers"),
    ("Offer", "AW: [EXT] OFFER", "exact, bare, numbers"),
    ("Offer", "Betr: EXTERN: Offer", "exact, bare, numbers"),
    ("Automatic reply: Offer", "Re: Automatic reply: Offer", "exact, bare, numbers"),
    ("Delivery failure", "Re: Delivery failure", "exact, bare, numbers"),
    ("[Order 17] Offer", "Re: [Order 17] offer", "exact, bare, numbers"),
    ("[Order 17] Offer", "Re: [Order 18] Offer", "bare"),
    ("[Order 17] Offer", "Re: Offer", "bare"),
    ("[users] Offer", "Re: Offer", "bare, numbers"),
    ("[users] Offer", "[devel] Offer", "bare, numbers"),
    ("[users] Offer", "[users 2] Offer", "bare"),
    ("Offer [Ticket#17]", "Re: Offer Ticket#17", "exact, bare, numbers"),
    ("Offer [Ticket#17]", "[Ticket#17] Offer", "exact, bare, numbers"),
    ("[users] [#17] Offer (was: Question)", "[users] [#17] Offer", "bare, numbers"),
    ("[#17]", "Re: [#17] (no subject)", "exact, bare, numbers"),
    ("[#17]", "[#18]", "numbers"),
    ("[users] Automatic reply: Offer", "Re: [users] Automatic reply: Offer", "exact, bare, numbers"),
    ("[#17] Automatic reply: Offer", "Automatic reply: Offer", "bare"),
    ("[Undelivered mail] Offer", "Offer", "bare, numbers"),
    ("Offer", "Offers", "numbers"),
    ("Offer", "Automatic reply: Offer", "numbers"),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_numbers_are_the_same_where_subjects_are(one, other, same):
    for subjects in ((one, other), (hidden(one), hidden(other))):
        first, second = map(base_subject, subjects)
        assert ", ".join(n for n in ("exact", "bare", "numbers") if getattr(first, n) == getattr(second, n)) == same


parts = [
    st.sampled_from(["", "Re: ", "AW: ", "Fwd: ", "Betr: ", "Re-2: "]),
    st.sampled_from(["", "[EXT] ", "EXTERN: ", "{Spam?} "]),
    st.sampled_from(["", "[users] ", "[devel] ", "[#17] ", "[#18] ", "#17: ", "[users] [#17] ", "[Automatic reply] "]),
    st.sampled_from(["", "Automatic reply: ", "Auto: "]),
    st.sampled_from(["", "Offer", "Question", "Delivery failure", "(no subject)"]),
    st.sampled_from(["", " [#17]", " (Case 17)", " (fwd)", " [EXT]", " (was: Question)"]),
]
subjects = st.tuples(*parts).map("".join)


@given(subjects, subjects)
def test_two_hidden_subjects_are_alike_just_where_the_subjects_are(one, other):
    open_ = [base_subject(subject) for subject in (one, other)]
    closed = [base_subject(hidden(subject)) for subject in (one, other)]
    assert [(c.reply, c.forward, bool(c.exact), bool(c.bare)) for c in closed] == [
        (o.reply, o.forward, bool(o.exact), bool(o.bare)) for o in open_
    ]
    for form in ("exact", "bare", "numbers"):
        assert len({getattr(c, form) for c in closed}) == len({getattr(o, form) for o in open_})


def test_mail_that_was_stored_before_there_were_tags_keeps_its_number():
    number = hidden("Offer")
    assert re.fullmatch("#[0-9a-f]{12}", number)
    assert hidden("Re: Offer") == f"Re: {number}"
    assert re.fullmatch(rf"Re: \[#[0-9a-f]{{12}}\] {number}", hidden("Re: [Order 17] Offer"))
    assert re.fullmatch(rf"Re: \[#[0-9a-f]{{12}}\] \[={number}\] #[0-9a-f]{{12}}", hidden("Re: Offer [Order 17]"))


@pytest.mark.parametrize("label", ["{}", _FAILED, *_LABELS.values()])
@pytest.mark.parametrize("failure", [*_ENDINGS.values(), *_ENDINGS_OF_MAIL.values()])
@pytest.mark.parametrize("digits", ["012345678901", "4f0c1d2e3a5b", "abcdefabcdef", "ab1234567890"])
def test_no_part_of_a_hidden_subject_is_taken_for_a_tag(label, failure, digits):
    text = label.format(f"#{digits}{failure}")
    assert base_subject(text).bare == text.casefold()
    for end in (text, f"[={text}] #4f0c1d2e3a5b", f"[={text}] (no subject)"):
        found = base_subject(f"Re: [#{digits}] [~gghhiijjkkll] {end}")
        assert (found.bare, found.tags, found.reply) == (text.casefold(), (f"#{digits}", "~gghhiijjkkll"), True)


@pytest.mark.parametrize(
    ("subject", "topic", "rule"),
    [
        ("Read: Offer", "Offer", "subject.receipt"),
        ("Read: =?utf-8?q?Gr=C3=BC=C3=9Fe?=", "=?utf-8?b?R3LDvMOfZQ==?=", "subject.receipt"),
        ("Accepted: Oak boards", "oak  BOARDS", "subject.calendar"),
        ("Recall: Offer", "Offer", "subject.notification"),
        ("Zugestellt: Offer", "Offer", "subject.receipt"),
        ("Updated: Offer", "Updated: Offer", "human"),
        ("Read: Offer", "Read: Offer", "human"),
        ("Read: Offer", "Another", "human"),
        ("Read: Offer", "", "human"),
        ("[EXT] Read: Offer", "Offer", "subject.receipt"),
        ("[users] Read: Offer [#17]", "Offer [#17]", "subject.receipt"),
        ("Read: Offer", "ffer", "human"),
    ],
)
def test_that_a_program_put_the_label_there_is_still_seen(subject, topic, rule):
    """It shows by the topic, Outlook's subject without the label."""
    raw = f"From: a@b.example\nSubject: {subject}\nThread-Topic: {topic}\n\n".encode()
    assert [read(parse_header(h), Team()).verdict.rule for h in (raw, stored(raw))] == [rule, rule]


def test_another_key_another_number():
    header = b"Subject: Offer\n"
    assert hide_subject(header, b"a") != hide_subject(header, b"b")


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: Secret\r\n plan\r\nTo: a@b.example\r\n\r\n",
        b"SUBJECT :Secret plan\nTo: a@b.example\n\n",
        b"Subject: =?utf-8?q?Secret_plan?=\r\nTo: a@b.example\r\n\r\n",
        b"Subject: \r\nSubject: Secret plan\r\nsubject: plan\r\nTo: a@b.example\r\n\r\n",
        b"Thread-Topic: Secret plan\r\nSubject: Read: Secret plan\r\nTo: a@b.example\r\n\r\n",
        b"Thread-Topic: Secret\r\n plan\r\nTo: a@b.example\r\n\r\n",
        b"Subject: Secret\r\nplan without a colon\r\nTo: a@b.example\r\n\r\nSecret plan",
        b"Sub\rject: Secret plan\r\nTo: a@b.example\r\n\r\n",
        b"Subject: Secret\rTo: a@b.example\r\rplan",
        b"Keywords: Secret plan\r\nTo: a@b.example\r\n\r\n",
    ],
)
def test_no_form_of_the_field_is_missed(header):
    found = stored(header)
    assert b"secret" not in found.lower()
    assert b"plan" not in found.lower()
    assert found.count(b"ubject:") <= 1
    assert [a.address for a in parse_header(found).to] == ["a@b.example"]


@given(st.binary(max_size=300))
def test_all_other_fields_stay_as_they_were(noise):
    header = b"From: a@b.example\nX-Loop: " + noise
    before, after = parse_header(header), parse_header(stored(header))
    for name in ("from_", "to", "message_id", "references", "date", "received"):
        assert getattr(after, name) == getattr(before, name)
    assert before.fields.get("x-loop") == after.fields.get("x-loop")


def judgement(reading):
    """What must not depend on whether the subject is there."""
    rules = (reading.verdict.kind, reading.verdict.rule, reading.firm and reading.firm.rule)
    return (*rules, reading.delivery, reading.reply_prefix, bool(reading.bare_subject), reading.parties)


@pytest.mark.skipif(not SAMPLES.exists(), reason="no samples here")
def test_real_mail_is_judged_the_same():
    with (SAMPLES / "labels.csv").open(newline="", encoding="utf-8") as file:
        paths = [SAMPLES / row["path"] for row in csv.DictReader(file)]
    team = Team(addresses=("info@example.com",), domains=("example.com",))
    differ = []
    for path in paths:
        raw = path.read_bytes()
        one, other = (read(parse_header(h), team) for h in (keep_fields(raw), stored(raw)))
        if judgement(one) != judgement(other):
            differ.append((path.name, one.subject, other.subject, one.verdict, other.verdict))
    assert len(paths) > 100
    assert differ == []
