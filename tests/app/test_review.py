"""A random sample of judgements, and the error rate that a person measures on it."""

import json

import pytest

from office import Office
from replywatch.app.explaining.review import sample
from replywatch.app.progress import Silent
from replywatch.domain.figures.statistics import wilson
from replywatch.render.locale import Locale
from replywatch.render.review import judgement_text, judgements_json_lines, own_exchange_at, verdict_text
from story import Story


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    office, story = Office(tmp_path_factory.mktemp("review")), Story()
    for number in range(40):
        asked = story.inbound(f"guest{number}", f"03-{number % 18 + 1:02} 09:00", subject=f"Question {number}")
        if number % 2:
            story.reply(asked, f"03-{number % 18 + 1:02} 10:00")
    office.tell(story)
    office.pass_()
    return office


def test_the_sample_is_random_inbound_mail_each_once(office):
    found = [e.message.identity for e in sample(office.config, 10, 1, office.now, Silent())]
    assert len(set(found)) == 10
    assert {e.message.direction.value for e in sample(office.config, 10, 1, office.now, Silent())} == {"inbound"}
    assert found == [e.message.identity for e in sample(office.config, 10, 1, office.now, Silent())]
    assert found != [e.message.identity for e in sample(office.config, 10, 2, office.now, Silent())]


def test_every_message_can_be_drawn(office):
    drawn = {e.message.identity for seed in range(30) for e in sample(office.config, 20, seed, office.now, Silent())}
    assert len(drawn) == 40


def test_a_judgement_shows_kind_contact_reply_and_rung(office):
    answered = next(e for e in sample(office.config, 20, 3, office.now, Silent()) if own_exchange_at(e).exchange.reply)
    text = judgement_text(answered, Locale(office.config.report.timezone))
    assert max(map(len, text.splitlines())) <= 80
    for part in ("human", answered.message.contact, "in-reply-to", f"Re: {answered.message.subject}"):
        assert part in text
    (line,) = judgements_json_lines([answered])
    row = json.loads(line)
    assert (row["kind"], row["status"], row["matched_by"]) == ("human", "answered", "in-reply-to")


@pytest.mark.parametrize(
    ("wrong", "judged", "low", "high"),
    # Brown, Cai and DasGupta (2001) give these for the Wilson interval
    [(0, 10, 0.0, 0.2775), (1, 10, 0.0179, 0.4042), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)],
)
def test_the_interval_is_wilsons(wrong, judged, low, high):
    assert wilson(wrong, judged) == pytest.approx((low, high), abs=5e-4)


def test_the_error_rate_in_words():
    assert verdict_text(20, 1) == "1 of 20 judgements wrong: 5.0 % (95 % interval 0.9 to 23.6 %).\n"
    assert verdict_text(0, 0) == ""
