"""Subjects of machines in many languages, and those of people that start alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.automatic_subjects import announced_kind
from replywatch.domain.messages import Kind

AUTO_REPLY = """
Automatic reply: Offer 17
AUTOMATIC REPLY
Automatic reply - Offer
Automatic reply to your message
Auto: gone fishing
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
Abwesenheit: Angebot
Abwesenheit
Abwesend: AW: Angebot
Abwesend
Eingangsbestätigung: Ihre Anfrage
Eingangsbestätigung Ihrer Bestellung
Eingangsbesta\u0308tigung
Autosvar: Tilbud
Automatisk svar: Tilbud
Automatiskt svar: Offert
Frånvaro: Offert
Fravær: Tilbud
Automatisch antwoord: Offerte
Afwezig: Offerte
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
Ausente: Oferta
Automaattinen vastaus: Tarjous
Odpowiedź automatyczna: Oferta
Automatická odpověď: Nabídka
Автоответ: Предложение
自动回复: 报价
自动回复\uff1a报价
自動返信
【自動返信】お問い合わせ
부재중: 견적
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
"""
RECEIPT = """
Read: Offer
Gelesen: Angebot
Not read: Offer
Ungelesen: Angebot
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
Abwesenheit vom 3. bis 5. Mai
Abwesenheitsvertretung gesucht
Abwesend war ich nicht
Abwesend bis Montag, bitte Termin verschieben
Eingangsbestätigung fehlt noch
Eingangsbestätigung meiner Kündigung
Frånvaro för Lisa
Fraværet i april
Afwezigheid melden
Absence du bureau de poste
Ausente del trabajo
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


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        (subject, kind)
        for text, kind in (
            (AUTO_REPLY, Kind.AUTO_REPLY),
            (BOUNCE, Kind.BOUNCE),
            (RECEIPT, Kind.RECEIPT),
            (CALENDAR, Kind.CALENDAR),
        )
        for subject in cases(text)
    ],
)
def test_machines_say_so(subject, kind):
    assert announced_kind(subject, answering=False) is kind
    assert announced_kind(f"Re: {subject}", answering=True) is None


@pytest.mark.parametrize("subject", ["", *cases(HUMAN)])
def test_people_start_alike(subject):
    assert announced_kind(subject, answering=False) is None


@pytest.mark.parametrize(
    "subject",
    [
        "Abwesend vom 3. bis 5. Mai",
        "Abwesenheit bis Montag",
        "Out of office, back on Monday",
        "Out of office 3-5 May",
        "Ausente hasta el lunes",
        "Absence du bureau jusqu'au 5 mai",
        "Afwezig t/m maandag",
        "Automatic reply from Anna",
    ],
)
def test_a_looser_notice_counts_where_it_names_the_mail_it_answers(subject):
    assert announced_kind(subject, answering=True) is Kind.AUTO_REPLY
    assert announced_kind(subject, answering=False) is None


@pytest.mark.parametrize(
    "subject", ["Automatic replying machine broken", "Out of office furniture quote", "Auto kaufen"]
)
def test_a_new_subject_in_an_old_thread_stays_a_persons(subject):
    assert announced_kind(subject, answering=True) is None


@given(st.text(), st.booleans())
def test_any_text_is_taken(subject, answering):
    assert announced_kind(subject, answering=answering) in {None, *Kind}
