"""What `explain` says of an exchange and of a message beside where it stands."""

from dataclasses import replace

import pytest

from replywatch.app.deriving.derive import messages_of
from replywatch.domain.headers.header import parse_header
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.matching.open_exchange import FLAG
from replywatch.domain.messages import Delivery, Status
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
    messages = messages_of(story.copies(), story.team, {})
    last = story.identity(story.mails[-1])
    messages = [m._replace(delivery=delivery if m.identity == last else None) for m in messages]
    matched = story.matched()
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
    relayed, letter = (explanation_text(explained(story, n), Locale()) for n in (0, 2))
    assert "Relay        several people write from this address; Reply-To alone says who did\n" in relayed
    assert "Form letter  mail of ours with this subject went to three people or more" in letter
    assert "Form letter" not in relayed
    assert "Relay" not in letter


def test_two_bounds_in_one_minute_are_one_moment(story):
    known = {"answered_at": None, "reply": None, "answered_after": at("03-03 08:00"), "marked": False}
    for later, words in ((20, "at 2026-03-03 08:00"), (60, "between 2026-03-03 08:00 and 2026-03-03 08:01")):
        exchange = replace(story.exchange(story.mails[0]), **known, answered_before=known["answered_after"] + later)
        explanation = explained(story, exchange=exchange, status=Status.ANSWERED_TIME_UNKNOWN)
        explanation = replace(explanation, evidence={exchange: FLAG})
        assert line(explanation).startswith(f"answered {words}; the reply itself was not found")
