"""Subjects of machines in many languages, and those of people that start alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.judging.automatic_subjects import announced, speaks_of_failure
from replywatch.domain.messages import Kind

AUTO_REPLY = """
Automatic reply: Offer 17
AUTOMATIC REPLY
Automatic reply - Offer
Automatic reply to your message
AUTO: John Smith is out of the office (returning 05/05/2025)
Autoreply: Offer
Auto-Reply: Offer
Auto reply: Offer
Automated response
Out of Office: Offer
Out of Office
Out of the Office \u2013 Anna
Out of office until 5 May
Out of Office AutoReply: Offer
Out of Office Re: Offer
Anna Schmidt is out of the office
John O'Neil is currently out of office until Monday
[External] Automatic reply: Offer
[EXT] [Ticket 1] Automatische Antwort: Angebot
[Out of Office] Offer
Automatische Antwort: Angebot
Automatische Antwort auf Ihre Anfrage
Abwesenheitsnotiz
Abwesenheitsnotiz: Angebot
Eingangsbestätigung: Ihre Anfrage
Eingangsbestätigung Ihrer Bestellung
Eingangsbesta\u0308tigung
Autosvar: Tilbud
Automatisk svar: Tilbud
Automatiskt svar: Offert
Automatisch antwoord: Offerte
Ontvangstbevestiging
Réponse automatique : Devis
Reponse automatique : Devis
Absence du bureau : Devis
Respuesta automática: Oferta
Respuesta automatica: Oferta
Fuera de la oficina: Oferta
Fuera de oficina
Risposta automatica: Offerta
Fuori sede: Offerta
Resposta automática: Oferta
Automaattinen vastaus: Tarjous
Odpowiedź automatyczna: Oferta
Automatická odpověď: Nabídka
Автоответ: Предложение
自动回复: 报价
自动回复\uff1a报价
自動返信
【自動返信】お問い合わせ
부재중: 견적
***SPAM*** Automatic reply: Offer
EXTERNAL: Automatic reply: Offer
(External) Out of Office: Offer
[firma #12] AutoReply: Offer
Automatisch antwoord: Offerte
Αυτόματη απάντηση: Προσφορά
Răspuns automat: Ofertă
AUTO: Anna Schmidt is out of my office (returning 05/05/2025)
"""
BOUNCE = """
Undeliverable: Offer
Undeliverable mail
Undelivered Mail Returned to Sender
Unzustellbar: Angebot
Onbestelbaar: Offerte
Non remis : Devis
退信: 报价
failure notice
Returned mail: see transcript for details
Mail delivery failed: returning message to sender
Delivery Status Notification (Failure)
[External] Undeliverable: Offer
Mail System Error - Returned Mail
Mail Delivery Failure
Message delivery has failed
Nondeliverable mail
NOTICE: mail delivery status.
Warning: could not send message for past 4 hours
Warning: message 1abc-00 delayed 24 hours
Delivery Notification: Delivery has failed
Returned mail: User unknown
Your message to anna@firma.test could not be delivered.
**Message you sent blocked by our bulk email filter**
Loop Alert: Duplicated Message-ID (club ML)
You anna@firma.test are not member (club ML)
Ihre E-Mail konnte nicht zugestellt werden
Mail konnte nicht zugestellt werden: Angebot
Échec de remise de message
Mancato recapito: Offerta
No se puede entregar: Oferta
Ej leverbart: Offert
Недоставленное сообщение
メールエラー通知
メッセージを配信できません。
"""
RECEIPT = """
Read: Offer
Gelesen: Angebot
Not read: Offer
Ungelesen: Angebot
Lu : Devis
Leído: Oferta
已读: 报价
Return Receipt (displayed) - Offer
"""
CALENDAR = """
Invitation: Meeting @ Mon 5 May 2025
Accepted: Meeting
Declined: Meeting
Tentative: Meeting
Einladung: Besprechung
Angenommen: Besprechung
Abgelehnt: Besprechung
Zugesagt: Besprechung
Canceled: Meeting
Accepté : Réunion
Geaccepteerd: Vergadering
Принято: Встреча
"""
MAYBE_AUTO_REPLY = """
Auto: VW Golf gesucht
Abwesenheit: Lisa, Klasse 3b
Abwesend
Frånvaro: Lisa
Fravær: Tilbud
Afwezig: Lisa
Ausente: Oferta
Urlaub
Away
Abwesend vom 3. bis 5. Mai
Abwesenheit bis Montag
Out of office, back on Monday
Out of office 3-5 May
Ausente hasta el lunes
Automatic reply from Anna
Away until May 5
Thank you for contacting us
We have received your request
Ihre Anfrage ist eingegangen
"""
NOTIFICATION = """
Cron <root@web1> /usr/bin/backup
complaint about message from 192.0.2.1
Email Feedback Report for IP 192.0.2.1
Report domain: example.com Submitter: firma.test Report-ID: <1>
"""
HUMAN = """
Offer
Automatic replying machine broken
Automatic replies don't work
Automatic reply needed for our shop
Auto kaufen
Autos: VW Golf
Automatik: Golf gesucht
Autoreply settings
Out of office furniture quote
Out of office hours delivery?
Out-of-office-Möbel
Why is nobody there? Everybody is out of the office?
Your office says: Anna is out of the office
The whole team with all its many members is out of the office
Automatische Antworten einrichten
Automatische Antwort abstellen
Abwesenheit meines Sohnes
Abwesenheitsvertretung gesucht
Abwesend war ich nicht
Eingangsbestätigung fehlt noch
Eingangsbestätigung meiner Kündigung
Frånvaro för Lisa
Fraværet i april
Afwezigheid melden
Fuori sede cerca camera
Автоответчик сломан
自動返信メールが届きません
부재중 전화
Re: Automatic reply: Offer
AW: Abwesenheitsnotiz: Angebot
Fwd: Undeliverable: Offer
WG: Gelesen: Angebot
[External] Re: Out of Office: Offer
Re: Anna is out of the office
Re: Invitation: Meeting
Undeliverable parcel 17
Undeliverable package last week
Undelivered: parcel 17
Delivery failure: parcel 17
Delivery failed again
Delivery report 2024
Non-delivery: order 17
Zustellung fehlgeschlagen: Paket 17
Zustellung fehlgeschlagen
Returned mail for order 17
Returned mail to you yesterday
Warning: your shop is down
Complaint about order 17
Report domain names
Cron job broken
Club Digest, Vol 12, Issue 3
You are not a member?
Vacation home request
Away game tickets
Absence of my son
Thanks for your offer
Undelivered mailbox order
Unzustellbare Pakete
Returned mail order goods
Failure notice period
Non remise de la clé
Mail delivery failed again, please help
Read this please
Reading: group dates
Gelesen und verstanden
Invitation to tender
Invitations: how many?
Einladung zum Vorstellungsgespräch
Accepted offer 17
Abgelehnter Antrag
[x
"""


def cases(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


SURE = [(AUTO_REPLY, Kind.AUTO_REPLY), (BOUNCE, Kind.BOUNCE), (NOTIFICATION, Kind.NOTIFICATION)]
MAYBE = [(MAYBE_AUTO_REPLY, Kind.AUTO_REPLY), (RECEIPT, Kind.RECEIPT), (CALENDAR, Kind.CALENDAR)]


@pytest.mark.parametrize(("subject", "kind"), [(line, kind) for text, kind in SURE for line in cases(text)])
def test_machines_say_so(subject, kind):
    assert announced(subject) == (kind, True)
    assert announced(f"Re: {subject}") is None
    assert announced(f"WG: {subject}") is None


@pytest.mark.parametrize(("subject", "kind"), [(line, kind) for text, kind in MAYBE for line in cases(text)])
def test_what_people_may_write_too_needs_a_second_sign(subject, kind):
    if " @ Mon" in subject:
        assert announced(subject) == (kind, True)  # Google Calendar's form
    else:
        assert announced(subject) == (kind, False)
    assert announced(f"Re: {subject}") is None


@pytest.mark.parametrize("subject", ["", *cases(HUMAN)])
def test_people_start_alike(subject):
    assert announced(subject) is None


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


@given(st.text())
def test_any_text_is_taken(subject):
    found = announced(subject)
    assert found is None or found.kind in Kind
    assert speaks_of_failure(subject, of_mail=True) in (True, False)


@pytest.mark.parametrize(
    "piece", ["[", "[]", "*", "auto ", "is out of ", "message ", "deliver ", "failed to ", "@ 1", "e\u0301"]
)
def test_long_subjects_take_no_time(piece):
    announced(piece * 50_000)
    speaks_of_failure(piece * 50_000, of_mail=True)
    speaks_of_failure(piece * 50_000, of_mail=False)
