"""Subjects of machines in many languages, and those of people that start alike."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replywatch.domain.judging import label_words
from replywatch.domain.judging.automatic_subjects import (
    ANNOUNCEMENTS,
    LABEL_LEFT_OUT,
    Proof,
    announced,
    is_rest,
    names_writer,
)
from replywatch.domain.messages import Address, Kind

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
Auto: Out of the office
AUTO: Abwesenheitsnotiz
Automatische Mail-Antwort: Angebot
Automatisierte Rückmeldung: Ihre Frage
Automatische Empfangsbestätigung
Automatisch generierte Antwort: Angebot
Automated acknowledgement: Offer
Anna Schmidt/Sales/Firma is out of the office.
is out of the office.
[Choir] Anna Schmidt is out of the office.
Anna Schmidt/Einkauf/Firma ist außer Haus.
AUTO: Anna Schmidt/Firma ist abwesend (Rückkehr am 05.05.2025)
ist außer Haus.
Marie Durand/Paris/Firma est absente du bureau.
Jan Jansen/Firma is afwezig.
[a-very-long-name-of-a-help-desk.university.example #33575] AutoReply: Offer
Your order 17 (automatic reply)
Ihre Anfrage [Automatische Antwort]
ご予約について\uff08自動返信\uff09
【予約確認】ご注文\uff08自動応答\uff09
Ihre Frage (Abwesenheitsnotiz)
ご予約【自動送信】
您的订单\uff08自动回复\uff09
AUTO: Anna Schmidt ist außer Haus (Rückkehr am 05.05.2025)
AUTO : Marie Durand est absente du bureau (retour 05/05/2025)
AUTO : Absence du bureau
Anna Schmidt is out of the office, back on Monday
Anna Schmidt/Firma ist außer Haus, Rückkehr am Montag
João Silva/Vendas/Firma está ausente do escritório.
\u200fرد تلقائي: عرض
Automatic reply: can you help?
Out of Office Re: can you help?
[Out of Office] Can you help?
"""
MORE_LANGUAGES = """
Automaattivastaus: Tarjous
Automaatvastus: Kiri
Automātiska atbilde: Piedāvājums
Automatinis atsakymas: Laiškas
Automatická odpoveď: Ponuka
Automatikus válasz: Ajánlat
Samodejni odgovor: Ponudba
Automatski odgovor: Ponuda
Аутоматски одговор: Питање
Автоматски одговор: Понуда
Автоматичен отговор: Оферта
Автоматический ответ: Вопрос
Автоматична відповідь: Лист
Аўтаматычны адказ: Ліст
Автоматты жауап: Хат
Otomatik Yan\u0131t: Soru
Otomatik yanit: Soru
Avtomatik cavab: Sual
Erantzun automatikoa: Galdera
Resposta automàtica: Oferta
Sjálfvirkt svar: Tilboð
Ateb awtomatig: Cynnig
Freagra uathoibríoch: Ceist
Përgjigje automatike: Oferta
Tweġiba awtomatika: Offerta
Outomatiese antwoord: Aanbod
Balasan otomatis: Surat
Balasan automatik: Surat
Awtomatikong tugon: Alok
תשובה אוטומטית: הצעה
رد تلقائي: عرض
پاسخ خودکار: پیشنهاد
स्वचालित उत्तर: पत्र
স্বয়ংক্রিয় উত্তর: প্রস্তাব
தானியங்கு பதில்: சலுகை
ตอบกลับอัตโนมัติ: ข้อเสนอ
Trả lời tự động: Báo giá
ავტომატური პასუხი: წერილი
Ավտոմատ պատասխան: նամակ
自動回覆: 報價
自动答复: 报价
自動応答: 見積
자동 회신: 견적
Automaatne vastus: Kiri
સ્વચાલિત પ્રત્યુત્તર: પત્ર
स्वयंचलित प्रतिसाद: पत्र
स्वचालित जवाफ: पत्र
স্বয়ংক্রিয় প্রত্যুত্তর: প্রস্তাব
ස්වයංක්\u200dරීය පිළිතුර: ලිපිය
ස්වයංක්රීය පිළිතුර: ලිපිය
ឆ្លើយតបស្វ័យប្រវត្តិ: សំបុត្រ
ຕອບກັບອັດຕະໂນມັດ: ຈົດໝາຍ
Ինքնաշխատ պատասխան: նամակ
Автоматтык жооп: Кат
Автомат җавап: Хат
Автомат хариу: Захидал
Freagairt fèin-obrachail: Litir
Whakautu aunoa: Reta
پاسخ خودكار: پیشنهاد
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
DELIVERY_RECEIPT = """
Gelöscht: Besprechung
Ungelesen gelöscht: Frage
Deleted: Offer
Supprimé : Devis
Delivered: Offer
Zugestellt: Frage
Relayed: Offer
Expanded: Offer
Entregado: Oferta
"""
RECEIPT = """
Read: Offer
Gelesen: Angebot
Not read: Offer
Not read: Deleted: Offer
Ungelesen: Angebot
Lu : Devis
Leído: Oferta
已读: 报价
Return Receipt (displayed) - Offer
"""
EVENT = """
Invitation: Meeting @ Mon 5 May 2025
Accepted: Meeting @ Mon 5 May 2025
Meeting Forward Notification: Meeting
Besprechungsweiterleitungsbenachrichtigung: Kickoff
Notification de transfert de réunion : Réunion
"""
CALENDAR = """
Einladung: Besprechung
Canceled: Meeting
Abgesagt: Termin am Dienstag
"""
BARGAIN = """
Accepted: your offer of Monday
Accepted: Offer 17
Angenommen: Angebot 17
Zugesagt: Ihr Auftrag
Declined: card payment
Declined: scholarship
Declined: parking, what now?
Accepted: my terms
Abgelehnt: mein Visum
Abgelehnt: Baugenehmigung
Abgelehnt: Kreditkarte
Refusé : permis de construire
Accepté : votre devis
Canceled: order 17
Abgesagt: mein Termin am Dienstag
Annulé : ma commande
Invitation: our offer
"""
INVITATION_ANSWER = """
Accepted: Meeting
Declined: Meeting
Tentative: Meeting
New Time Proposed: Meeting
Angenommen: Besprechung
Abgelehnt: Besprechung
Zugesagt: Besprechung
Mit Vorbehalt: Besprechung
Accepté : Réunion
Aceptada: Reunión
Geaccepteerd: Vergadering
Godtatt: Møte
Zaakceptowano: Spotkanie
Elfogadva: Megbeszélés
Neue Zeit vorgeschlagen: Besprechung
Nouvelle heure proposée : Réunion
Nueva hora propuesta: Reunión
Kabul edildi: Toplant\u0131
承諾済み: 会議
Принято: Встреча
"""
UPDATE = """
Updated: Meeting
Aktualisiert: Besprechung
Mis à jour : Réunion
"""
RECALL = """
Recall: Offer
Rückruf: Angebot
Rappel : Devis
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
Außer Haus
Away
Abwesend vom 3. bis 5. Mai
Abwesenheit bis Montag
Out of office, back on Monday
Out of office 3-5 May
Ausente hasta el lunes
Automatic reply from Anna
Away until May 5
I am out of the office
I am away until Monday.
Ich bin im Urlaub
Ich bin derzeit nicht im Büro bis 17. Mai
Autoresponder: Offer
Auto-respond: Offer
Autoresponder - how do I use it
Automatische Antwort - wie schalte ich sie ab?
Eingangsbestätigung - kommt die noch?
Automatic reply to your mails?
Offer - Automatic reply
Angebot \u2013 Abwesenheitsnotiz
Kündigung (Eingangsbestätigung)
Thank you for contacting us
Thank you for contacting Oak & Sons
Thanks for your enquiry!
Thank you for your request [Ticket 2026-17]
Vielen Dank für Ihre Anfrage
Vielen Dank für Ihre Anfrage bei der Tischlerei Eiche
Vielen Dank für Ihre Anfrage (#2026-17)
We have received your request
We have received your request: Oak boards
Your message has been received
Ihre Anfrage ist eingegangen
Ihre Anfrage wurde erfolgreich übermittelt
Wir haben Ihre Nachricht erhalten
Wir haben Ihre Anfrage erhalten [Vorgang 17]
Nous avons bien reçu votre demande
Hemos recibido su solicitud
"""
THANKS = """
Vielen Dank für Ihre Nachricht
Danke für deine Mail
Danke für Ihre E-Mail!
Thank you for your message
Thanks for your email [#17]
"""
ABSENCE = """
Anna Schmidt ist außer Haus.
Anna Schmidt ist derzeit nicht im Büro
Frau Schmidt ist im Urlaub
Der Hausmeister ist abwesend.
Mein Mann/Sohn ist im Urlaub
Frau/Herr Schmidt ist im Urlaub
Meine Frau ist nicht im Haus (erst abends)
My boss is out of the office until Monday
[Choir] Our conductor is out of the office.
Marie Durand est absente du bureau.
Juan Pérez está fuera de la oficina
Jan Jansen is niet aanwezig.
Matti Meikäläinen on poissa toimistosta
Jan Kowalski jest poza biurem
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
Vielen Dank für Ihre Anfrage - Angebot 2026-17
Vielen Dank für Ihre Anfrage: unser Angebot
Vielen Dank für Ihre Anfrage (Angebot im Anhang)
Vielen Dank für Ihre Nachricht - noch eine Frage
Danke für Ihre Mail, noch etwas zum Preis
Vielen Dank für Ihr Angebot
Thank you for contacting us - your offer
Thank you for your request, here is our offer
Thanks for your email, one more question
I am away next week, can we meet today?
I am out of the office until Monday, call me
Ich bin im Urlaub auf Rügen und suche ein Zimmer
Ihre Anfrage wurde bearbeitet: Angebot anbei
Ihre Anfrage ist interessant
Ihre Nachricht wurde von mir gelesen
We have received your payment - many thanks
We have received your order - question about the colour
We have received your parcel
Recibido su piano roto
Automatische Antwort unserer Heizung
Wer ist außer Haus?
Anna is out of the office, who can help me?
Anna is out of the office, I will help you
Anna ist im Urlaub, ich helfe Ihnen
Anna Schmidt/Firma ist außer Haus, ich antworte für sie
Your Anna is out of the office. Who else?
My boss is out of the office until Monday - can we meet later?
Anna ist im Urlaub, wer hilft mir?
Anna Schmidt/Firma ist außer Haus, wer hilft mir?
Autoresponder Ihrer Firma kaputt?
Hilfe bei der Einrichtung (Autoresponder)
Autoresponder funktioniert nicht
Unser Hausmeister ist außer Haus und die Heizung tropft
Ist bei Ihnen jemand im Haus
Question about your automatic reply
Problem with the (automatic reply) button
Re: Offer (automatic reply)
AW: Angebot - Automatische Antwort
Re: [Choir] Anna Schmidt is out of the office.
Delivered too late: parcel 17
Updated offer: oak boards
Rückrufbitte: Angebot
Rappel de votre rendez-vous
Gelöschte Bestellung
Zugestelltes Paket: leer
Aktualisiertes Angebot: Eiche
Zugesagter Termin
"""


def cases(text: str) -> list[str]:
    return [line for line in text.splitlines() if line]


SAID = [
    (AUTO_REPLY, Kind.AUTO_REPLY, Proof.NONE),
    (MORE_LANGUAGES, Kind.AUTO_REPLY, Proof.NONE),
    (BOUNCE, Kind.BOUNCE, Proof.NONE),
    (NOTIFICATION, Kind.NOTIFICATION, Proof.NONE),
    (EVENT, Kind.CALENDAR, Proof.NONE),
    (MAYBE_AUTO_REPLY, Kind.AUTO_REPLY, Proof.ANY),
    (THANKS, Kind.AUTO_REPLY, Proof.THANKS),
    (ABSENCE, Kind.AUTO_REPLY, Proof.OWN_NAME),
    (RECEIPT, Kind.RECEIPT, Proof.ANY),
    (DELIVERY_RECEIPT, Kind.RECEIPT, Proof.TOPIC),
    (CALENDAR, Kind.CALENDAR, Proof.ANY),
    (INVITATION_ANSWER, Kind.CALENDAR, Proof.MULTIPART),
    (UPDATE, Kind.CALENDAR, Proof.TOPIC),
    (BARGAIN, Kind.CALENDAR, Proof.TOPIC),
    (RECALL, Kind.NOTIFICATION, Proof.TOPIC),
]
"""Subjects of programs, with what has to be there besides since people may write the same."""


@pytest.mark.parametrize(("subject", "kind", "proof"), [(line, *said) for text, *said in SAID for line in cases(text)])
def test_machines_say_so(subject, kind, proof):
    assert announced(subject) == (kind, proof)
    assert announced(f"[External] {subject}") == (kind, proof)
    assert announced(f"Re: {subject}") is None
    assert announced(f"WG: {subject}") is None


TABLES = [table for name, table in vars(label_words).items() if name.isupper() and name != "BARGAINS"]


@pytest.mark.parametrize("phrase", label_words.phrases(*TABLES))
def test_no_phrase_sleeps(phrase):
    """Most subjects are let go by their first letters; a phrase that started otherwise would never be seen."""
    assert announced(f"{phrase}: x") is not None or announced(phrase) is not None


@pytest.mark.parametrize("subject", ["", *cases(HUMAN)])
def test_people_start_alike(subject):
    assert announced(subject) is None


@pytest.mark.parametrize(
    ("subject", "sender", "own"),
    [
        ("Anna Schmidt ist außer Haus.", Address("Anna Schmidt", "as@firma.test"), True),
        ("Schmidt, Anna ist außer Haus.", Address("Anna Schmidt", "as@firma.test"), True),
        ("Anna Schmidt ist außer Haus.", Address("", "anna.schmidt@firma.test"), True),
        ("Jörg Müller ist abwesend", Address("Joerg Mueller", "jorg.muller@firma.test"), True),
        ("Anna Schmidt ist außer Haus.", Address("Empfang", "empfang@firma.test"), False),
        ("Frau Schmidt ist außer Haus.", Address("Anna Schmidt", "as@firma.test"), False),
        ("Unsere Anna ist im Urlaub", Address("Anna Schmidt", "anna@firma.test"), False),
        ("Offer", Address("Anna Schmidt", "as@firma.test"), False),
    ],
)
def test_a_responder_writes_of_its_owner_by_name(subject, sender, own):
    assert names_writer(subject, [sender]) == own
    assert not names_writer(subject, [])


@pytest.mark.parametrize(
    ("subject", "topic", "rest"),
    [
        ("Recall: Offer", "Offer", True),
        ("Recall: Offer", "Recall: Offer", False),
        ("Recall: Offer", "Another", False),
        ("Abc: Offer", "Offer", False),  # three letters are a prefix to Outlook, whoever wrote them
        ("Offer", "Offer", False),
        ("EXTERN: Offer", "Offer", False),  # a gateway's stamp
        ("[Ticket 17] Spam: Offer", "Offer", False),
        ("[EXT] Antwort: Offer", "Offer", False),
        ("[EXT] Recall: Offer", "Offer", True),
        ("Recall:", "", False),
        ("#0123456789ab", LABEL_LEFT_OUT, True),
    ],
)
def test_a_topic_without_the_label_shows_who_put_it_there(subject, topic, rest):
    assert is_rest(subject, topic) == rest


@given(st.text())
def test_any_text_is_taken(subject):
    found = announced(subject)
    assert found is None or found in ANNOUNCEMENTS
    assert names_writer(subject, [Address(subject, f"{subject}@x.example")]) in (True, False)


@pytest.mark.parametrize(
    "piece",
    ["[", "[]", "*", "auto ", "is out of ", "x ", "ist abwesend ", "/ ", "#1 ", " - ", "(", ")", "@ 1", "e\u0301"],
)
def test_long_subjects_take_no_time(piece):
    for subject in (piece * 50_000, f"thank you for your message {piece * 50_000}", f"{piece * 50_000}is abwesend)"):
        announced(subject)
        names_writer(subject, [Address(piece * 50_000, "a@b.example")])
