"""The words that mail programs, gateways and ticket systems put around a subject, as data; folded like subjects."""

from __future__ import annotations

import re
from unicodedata import normalize

_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""What joins letters or turns the direction of writing: programs put it before and behind words from right to left."""


def fold(text: str) -> str:
    """`text` as subjects are compared: NFKC, without case and what is not seen, white space as single blanks."""
    if not text.isascii():
        text = _UNSEEN.sub("", normalize("NFKC", text))
    return " ".join(text.casefold().split())


def _words(text: str) -> frozenset[str]:
    """The words of a table: they are separated by `|` and line ends."""
    return frozenset(filter(None, (fold(word) for line in text.split("\n") for word in line.split("|"))))


REGARDING = _words("betr|réf|ref|rif|vedr|ang|σχετ")
"""Prefixes of replies, those of Lotus Notes among them, that also name a number: "Ref: 4711"."""

REPLIES = REGARDING | _words("""
re|aw|antw|antwort|antwort an|rückantwort|sv|svar|svar på|vs|vast|vastaus|vá|válasz|odp|odpowiedź|odpověď|odpoveď
r|ré|rép|réponse|ris|risposta|res|resp|resposta|respuesta|rta|reply|ynt|yan\u0131t|yanit|cvp|cevap|atb|atbilde|ats|atsakymas|bls|balas|balasan
reply to|odg|odgovor|răsp|răspuns|отв|ответ|на|отг|отговор|відп|відповідь|одг|одговор|απ|απάντηση|השב|תגובה|رد|پاسخ
回复|回覆|答复|答覆|返信|회신|답장|trả lời|ตอบกลับ|ตอบ|beantwoord|erantzuna|vastus
""")
"""Words that stand before the colon of a reply."""

FORWARDS = _words("""
fwd|fw|forward|forwarded|wg|weitergeleitet|weiterleitung|tr|transf|transféré|vb|vl|enc|encaminhada|encaminhado|rv|reenv
reenviado|i|inoltro|inoltra|pd|doorst|doorgestuurd|trs|terusan|πρθ|הועבר|إعادة توجيه|转发|轉寄|轉發|転送|전달|ilt|i̇lt
videresendt|vidarebefordrat|továbbítás|пересл|переслано|chuyển tiếp|ส่งต่อ|fs
""")
"""Words that stand before the colon of a forwarded mail."""

STAMPS = _words("""
spam|spams|spamverdacht|junk|junkmail|bulk|phishing|scam|ucedrop|unsolicited
ext|extern|externe|externer|externes|external|externo|externa|esterno|esterna|ekstern|ekstern|ulkoinen|zewn|zewnętrzny
zewnętrzna|externí|külső|внешнее|внешний|внешняя|外部|外部メール|社外|垃圾邮件|垃圾郵件|스팸|외부
disarmed|unchecked|unscannable|spoof|spoofed|unverified
""")
"""What gateways and filters call a mail; of these words a stamp has one at least."""

BESIDE_STAMPS = _words("""
a|an|by|de|der|des|di|do|from|in|is|message|nachricht|of|on|origin|originated|outside|the|this|to|von
e|mail|mails|email|emails|courriel|correo|mel|sender|absender|expéditeur|mittente|remitente|afzender|avsändare|organization
organisation|source|caution|warning|attention|achtung|warnung|vorsicht|alert|possible|possibly|probable|probably|likely
definitely|suspected|suspect|suspicious|suspicion|verdacht|verdächtig|mögliche|möglicher|vermutlich|potential|maybe|low
medium|high|score|hits|detected|erkannt|content|dangerous|verify|verified|not|unknown|new|marked|tagged|as|fraud|virus
werbung|newsletter|marketing|yes|x
""")
"""Words that stand beside them."""

MATTERS = _words("""
ticket|tickets|ticketid|ticketnr|ticketnummer|case|caseid|casenumber|vorgang|vorgangsnr|vorgangsnummer|fall|fallnr
fallnummer|incident|request|issue|bug|sr|az|aktenzeichen|gz|geschäftszeichen|dossier|demande|caso|chamado|protocolo|solicitud
incidencia|pratica|richiesta|segnalazione|zaak|zaaknr|zaaknummer|melding|meldingsnummer|ärende|ärendenummer|sak|saksnr|sag|sagsnr
tapaus|zgłoszenie|sprawa|hlášení|požadavek|обращение|заявка|тикет|инцидент|tt|job|task|id|ref|order|auftrag|bestellung
anfrage|anfragenr|enquiry|inquiry|vorfall
""")
"""What companies call a matter that they give a number."""

NO_SUBJECT = _words("""
no subject|none|kein betreff|ohne betreff|betreff fehlt|sans objet|aucun objet|pas d'objet|sin asunto|nessun oggetto
senza oggetto|sem assunto|geen onderwerp|inget ämne|ingen emne|intet emne|ei aihetta|brak tematu|bez tematu|bez předmětu
konu yok|без темы|无主题|件名なし|제목 없음
""")
"""What mail programs write where nobody wrote a subject."""
