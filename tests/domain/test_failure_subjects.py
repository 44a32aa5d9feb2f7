"""What mail servers say of a message, and customers of a parcel."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.judging.failure_subjects import speaks_of_failure, told_of_delivery
from replywatch.domain.messages import Delivery


def cases(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


FAILURES = """
Delivery Failure
DELIVERY FAILURE: User anna (anna@firma.test) not listed in directory
email delivery error
Mail Error
FAILED MAIL to "anna" regarding "Offer"
Undeliverable mail, MTA-BLOCKED
Mail Not Delivered
Non-Delivery: Your message awaits moderator approval
Delivery report (failure) for anna@firma.test
Message delayed (anna@firma.test)
unknown user anna
Your mailbox is over quota
Zustellung fehlgeschlagen
Falha na entrega
Aviso de entrega adiada
Доставка не удалась
邮件投递失败
メール配信エラーのお知らせ
"""
NO_FAILURES = """
Offer
Re: Delivery failure
AW: Zustellung fehlgeschlagen
Question about my account
Failed login
Error 404
"""
ABOUT_MAIL = """
Your message could not be delivered
Your email to anna@firma.test was not delivered
Non-Delivery: Your message awaits moderator approval
Message delivery failure
Delivery failure: recipient unknown
Ihre Nachricht konnte nicht zugestellt werden
Votre message n'a pas été remis : courriel non distribué
Su mensaje no entregado
メールエラーのお知らせ
"""
ABOUT_PARCELS = """
Delivery failure
Delivery status: parcel 17
Zustellung fehlgeschlagen: Paket 17
Your parcel could not be delivered
Message for you
Your email address
"""


@pytest.mark.parametrize("subject", cases(FAILURES))
def test_mail_systems_speak_of_failure(subject):
    assert speaks_of_failure(subject, of_mail=False)
    assert not speaks_of_failure(f"Re: {subject}", of_mail=False)


@pytest.mark.parametrize("subject", cases(NO_FAILURES))
def test_other_subjects_speak_of_no_failure(subject):
    assert not speaks_of_failure(subject, of_mail=False)


@pytest.mark.parametrize("subject", cases(ABOUT_MAIL))
def test_mail_that_did_not_arrive(subject):
    assert speaks_of_failure(subject, of_mail=True)


@pytest.mark.parametrize("subject", cases(ABOUT_PARCELS))
def test_parcels_that_did_not_arrive(subject):
    assert not speaks_of_failure(subject, of_mail=True)


@pytest.mark.parametrize("subject", cases(ABOUT_MAIL))
def test_what_is_said_of_mail_is_said_of_anything(subject):
    assert speaks_of_failure(subject, of_mail=False)


FAILED = """
Undelivered Mail Returned to Sender
Undeliverable: Offer
Mail delivery failed: returning message to sender
Delivery Status Notification (Failure)
Delivery Notification: Delivery has failed
Returned mail: see transcript for details
failure notice
Delivery delayed and then failed
Delayed mail: giving up
Message delayed, permanent failure
User unknown
Mail System Error - Returned Mail
Unzustellbar: Angebot
Zustellung fehlgeschlagen
Ihre Nachricht konnte nicht zugestellt werden
Benachrichtigung zum Übermittlungsstatus (Fehlgeschlagen)
Nach Verzögerung endgültig nicht zugestellt
Non remis : Devis
Échec de remise de message
No se puede entregar: Oferta
Falha na entrega da mensagem
Mancato recapito: Offerta
Onbestelbaar: Offerte
Ej leverbart: Offert
Kan ikke leveres: Tilbud
Ei voitu toimittaa: Tarjous
Nie można dostarczyć: Oferta
Nedoručitelné: Nabídka
Kézbesíthetetlen: Ajánlat
Nelivrabil: Ofertă
Teslim edilemiyor: Teklif
Недоставленное сообщение
Сообщение не доставлено: Предложение
退信
无法送达
メールエラー通知
メッセージを配信できません。
배달되지 않음: 견적
Undeliverable: delayed order
"""
DELAYED = """
Delivery Status Notification (Delay)
Delayed Mail (still being retried)
Warning: could not send message for past 4 hours
Warning: message 1abc-00 delayed 24 hours
Warning: message still undelivered after 4 hours
Message delivery delayed
Delivery delayed: Offer
Delivery delayed: failed experiment
Delivery Notification: Delivery has been delayed
Undelivered mail, will be retried
Zustellung verzögert: Angebot
Ihre Nachricht wurde noch nicht zugestellt
Remise différée : Devis
Retard de remise
Votre message n'a pas encore été remis
Aviso de entrega adiada
Entrega retrasada
Recapito ritardato: Offerta
Vertraagde bezorging
Försenad leverans
Forsinket levering
Opóźnione dostarczenie
Zpožděné doručení
Задержка доставки
延迟送达
配信遅延のお知らせ
Delivered: Offer
Relayed: Offer
Expanded: Offer
Zugestellt: Angebot
Successful Mail Delivery Report
Delivery Status Notification (Success)
Remis : Devis
Entregado: Oferta
Доставлено: Предложение
"""
UNCLEAR = """
Delivery Status Notification
Mail delivery status report
Benachrichtigung über Zustellstatus
Notification d'état de remise
Postmaster notify: see transcript for details
Offer

"""


@pytest.mark.parametrize(
    ("subject", "told"),
    [
        (line, told)
        for text, told in ((FAILED, Delivery.FAILED), (DELAYED, Delivery.DELAYED), (UNCLEAR, Delivery.UNCLEAR))
        for line in text.splitlines()[1:]
    ],
)
def test_a_notice_tells_what_became_of_the_message(subject, told):
    assert told_of_delivery(subject) is told


@given(st.text())
def test_any_text_is_taken(subject):
    assert speaks_of_failure(subject, of_mail=True) <= speaks_of_failure(subject, of_mail=False)
    assert told_of_delivery(subject) in Delivery
    if speaks_of_failure(subject, of_mail=True):
        assert told_of_delivery(subject) is not Delivery.UNCLEAR


@pytest.mark.parametrize("piece", ["[", "message ", "deliver ", "failed to ", "delay", "not ", "non ", "e\u0301"])
def test_long_subjects_take_no_time(piece):
    speaks_of_failure(piece * 50_000, of_mail=True)
    speaks_of_failure(piece * 50_000, of_mail=False)
    told_of_delivery(piece * 50_000)
