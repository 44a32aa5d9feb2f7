"""What `explain` says of an exchange and of a message beside where it stands."""

from dataclasses import replace

import pytest

from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.matching.open_exchange import FLAG
from replywatch.domain.messages import Delivery, Kind, OfKind, ReplyOf, Status
from replywatch.domain.results.exchange_at import ExchangeAt
from replywatch.domain.results.explanation import Explanation
from replywatch.render.explain import exchange_line, explanation_text
from replywatch.render.locale import Locale
from story import Story, at, cases

AS_OF = at("03-20 12:00")
ANSWERED = "answered after 1 h at 2026-03-02 10:00, matched by in-reply-to, reply {reply:.10}"


@pytest.fixture
def story():
    story = Story()
    asked = story.inbound("anna", "03-02 09:00", subject="Oak")
    reply = story.reply(asked, "03-02 10:00")
    story.inbound("mailer-daemon@mx.example", "03-02 10:01", replies=reply, subject="Mail delivery")
    return story


def explained(story, of=0, exchange=None, *, status=Status.ANSWERED, delivery=None, **said):
    """The message with this number of `story`, its one exchange changed by `said`, the last mail such a notice."""
    mail = story.mails[of]
    matched = story.matched()
    last = story.identity(story.mails[-1])
    messages = [m._replace(delivery=delivery if m.identity == last else None) for m in matched.messages]
    exchange = replace(exchange or story.exchange(story.mails[0]), **said)
    header = parse_header(mail.raw(mail.places[0]))
    at = ExchangeAt(exchange, status, AS_OF)
    return Explanation(
        message=next(m for m in messages if m.identity == story.identity(mail)),
        header=header,
        parties=parties_of(header, story.team),
        rules=(),
        locations=(),
        rung=None,
        conversation=tuple(sorted(messages, key=lambda m: m.clock)),
        exchanges_at=(at,),
        strict=(at,),
        evidence=matched.evidence,
        acknowledged_by=matched.acknowledged_by,
        in_seconds=matched.in_seconds.get(story.identity(mail)),
        as_of=AS_OF,
        read=("info",),
        could_be_answers={},
    )


def line(explanation):
    (exchange_at,) = explanation.exchanges_at
    return exchange_line(exchange_at, Locale(), explanation).partition("): ")[2]


def test_nothing_more_where_nothing_happened(story):
    assert line(explained(story)) == ANSWERED.format(reply=story.identity(story.mails[1]))


BOUNCED = "a notice says that the reply 0123456789 could not be delivered, so it is none"


@cases(
    *("said", "words"),
    rows=[
        ("open", {"answered_at": None, "reply": None, "status": Status.WAITING}, "waiting for 18 d 3 h"),
        ("answered later", {}, ANSWERED),
    ],
)
def test_a_reply_that_could_not_be_delivered(story, said, words):
    found = line(explained(story, bounced_reply="0123456789abcdef", marked=True, **said))
    assert found == f"{words}; {BOUNCED}; marked by hand".format(reply=story.identity(story.mails[1]))


@cases(
    *("delivery", "stands"),
    rows=[
        ("no telling", Delivery.UNCLEAR, True),
        ("a delay", Delivery.DELAYED, False),
        ("no notice", None, False),
    ],
)
def test_a_notice_that_tells_no_failure_from_a_delay(story, delivery, stands):
    notice, reply = (story.identity(story.mails[n])[:10] for n in (2, 1))
    words = f"; {notice} doesn't say whether the reply failed or is late, so the reply stands" * stands
    assert line(explained(story, delivery=delivery)) == ANSWERED.format(reply=reply) + words


def test_a_notice_about_another_mail_says_nothing_of_the_reply(story):
    other = story.outbound("anna", "03-02 10:30", replies=story.mails[0], subject="Re: Oak")
    story.inbound("mailer-daemon@mx.example", "03-02 10:40", replies=other, subject="Mail delivery")
    explanation = explained(story, delivery=Delivery.UNCLEAR)
    assert list(explanation.unclear_notices) == [story.identity(other)]
    assert "stands" not in line(explanation)


def test_put_away(story):
    words = "thrown away or called spam, and counted only because it was answered"
    assert line(explained(story, put_away=True)).endswith(f"; {words}")
    text = explanation_text(explained(story, put_away=True), Locale())
    assert "Counted      counted: in Junk or Trash, or marked so, but answered all the same\n" in text
    text = explanation_text(explained(story, 1, put_away=True), Locale())
    assert "Counted      our own mail: it can be a reply\n" in text


@pytest.mark.parametrize("delivery", Delivery)
@pytest.mark.parametrize("width", [80, 120])
def test_a_notice_says_what_it_is_of(story, delivery, width):
    text = explanation_text(explained(story, 2, delivery=delivery, put_away=True), Locale(width=width))
    (said,) = [line for line in text.splitlines() if line.startswith("Notice ")]
    assert said.split()[1:3] == ["of", "a"]
    assert ("stands" in said) == (delivery is not Delivery.FAILED)
    assert len(said) <= width
    assert "Notice" not in explanation_text(explained(story, 0, delivery=delivery), Locale())


def test_what_other_mail_says_of_it():
    story = Story()
    story.inbound("anna", "03-02 09:00", subject="Bill", fields="Reply-To: anna@private.example")
    story.inbound("anna", "03-02 09:00", subject="Call me", fields="Reply-To: carl@carl.example")
    for person in ("anna", "bernd", "carl"):
        story.outbound(person, "03-03 09:00", subject="Bill")
    relayed, letter = (joined(explanation_text(explained(story, n), Locale())) for n in (0, 2))
    assert "Relay several people write from this address; Reply-To alone says who did" in relayed
    assert "Form letter mail of ours with this subject went to three people or more about that time" in letter
    assert "Counted our own form letter: it answers nobody" in letter
    assert "it can be a reply" not in letter
    assert "Form letter" not in relayed
    assert "Relay" not in letter


def test_a_form_letter_that_somebody_calls_a_reply_can_be_one():
    story = Story()
    asked = story.inbound("anna", "03-02 09:00", subject="Oak")
    letter, *_ = [story.outbound(who, "03-03 09:00", subject="Our summer") for who in ("anna", "ida", "hugo")]
    story.mark(letter, ReplyOf(story.identity(asked)))
    text = joined(explanation_text(explained(story, 1), Locale()))
    assert "Counted our own mail: it can be a reply" in text
    assert "answers nobody" not in text


@pytest.fixture
def hasty():
    """An enquiry, ours nine seconds later, and on the next day a person's answer."""
    story = Story()
    asked = story.inbound("anna", "03-02 09:00", subject="Oak")
    story.reply(asked, at("03-02 09:00") + 9)
    story.reply(asked, "03-03 09:00")
    return story


@pytest.mark.parametrize("width", [80, 120])
def test_a_reply_that_left_within_seconds(hasty, width):
    asked, own, reply = (hasty.identity(mail)[:10] for mail in hasty.mails)
    text = explanation_text(explained(hasty, 1), Locale(width=width))
    assert max(map(len, text.splitlines())) <= width
    assert f"\n             replywatch mark {own} --kind human makes an answer of it\n" in text
    said = f"no answer: it left 9 s after the enquiry {asked} arrived, so it acknowledges it"
    assert f"Counted our own mail, but {said}" in joined(text)
    assert "it can be a reply" not in text
    assert f"acknowledged after 9 s at 2026-03-02 09:00 by {own}, which is no answer" in joined(text)
    text = explanation_text(explained(hasty, 2), Locale(width=width))
    assert "Counted      our own mail: it can be a reply\n" in text
    assert f"reply {reply}; acknowledged after 9 s" in joined(text)


def test_somebody_says_that_a_person_wrote_it(hasty):
    hasty.mark(hasty.mails[1], OfKind(Kind.HUMAN))
    text = joined(explanation_text(explained(hasty, 1), Locale()))
    assert "Counted our own mail: it can be a reply" in text
    assert "acknowledge" not in text


def test_a_machine_acknowledges_too(hasty):
    hasty.mark(hasty.mails[1], OfKind(Kind.AUTO_REPLY))
    text = joined(explanation_text(explained(hasty, 1), Locale()))
    assert "Counted our own automatic mail: no personal reply" in text
    assert "makes an answer of it" not in text
    own = hasty.identity(hasty.mails[1])[:10]
    assert f"; acknowledged after 9 s at 2026-03-02 09:00 by {own}, which is no answer" in text


@pytest.mark.parametrize("width", [80, 120])
def test_why_a_spam_flag_means_nothing(width):
    story = Story()
    order = story.outbound("anna", "03-01 09:00", subject="Your order")
    story.answer(order, "03-02 09:00", fields="X-Spam-Flag: YES")
    text = explanation_text(explained(story, 1, exchange=story.exchange(story.mails[1])), Locale(width=width))
    why = "it names a person's mail of ours, whatever X-Spam-Flag: YES says (rule conversation.names-ours)"
    assert f"Kind human: {why}" in joined(text)
    assert "no sign of automatic mail" not in text
    assert max(map(len, text.splitlines())) <= width


def test_what_a_message_is_found_by_is_not_broken():
    story = Story()
    long = f"{'a' * 90}@anna.example"
    story.inbound("anna", "03-02 09:00", subject=f"Oak {'and beech ' * 12}boards", message_id=long)
    lines = explanation_text(explained(story), Locale()).splitlines()
    assert lines[0].endswith(" boards")
    assert lines[1].endswith(f"  Message-ID: {long}")


def joined(text):
    """`text` as one line, wherever it was broken."""
    return " ".join(text.split())


def test_two_bounds_in_one_minute_are_one_moment(story):
    known = {"answered_at": None, "reply": None, "answered_after": at("03-03 08:00"), "marked": False}
    for later, words in ((20, "at 2026-03-03 08:00"), (60, "between 2026-03-03 08:00 and 2026-03-03 08:01")):
        exchange = replace(story.exchange(story.mails[0]), **known, answered_before=known["answered_after"] + later)
        explanation = explained(story, exchange=exchange, status=Status.ANSWERED_TIME_UNKNOWN)
        explanation = replace(explanation, evidence={exchange: FLAG})
        assert line(explanation).startswith(f"answered {words}; the reply itself was not found")
