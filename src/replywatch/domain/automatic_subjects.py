"""What a subject says about the sort of mail, in the languages of mail programs.

A phrase counts at the very start only (after tags such as `[External]`) and only where it ends like a label does:
with a colon, a bracket, a dash or the end. "Out of office: Offer" is a machine's subject, "Out of office furniture"
a customer's. After a reply or forward prefix nothing counts: a person wrote about the notice.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from replywatch.domain.messages import Kind

_NOTICES = """
automatic reply|automatic response|automated reply|automated response|auto reply|auto-reply|autoreply|auto response
auto-response|autoresponse|autoresponder|out of office|out of the office|out-of-office|out of office reply
out of office autoreply|out of office auto-reply|out of office response|out of office message|out of office notification
automatische antwort|abwesenheitsnotiz|abwesenheitsnachricht|abwesenheitsmeldung|abwesenheitsbenachrichtigung
eingangsbestätigung|autosvar|automatisk svar|automatiskt svar|automatisch antwoord|afwezigheidsbericht
ontvangstbevestiging|réponse automatique|respuesta automática|fuera de oficina|fuera de la oficina|risposta automatica
fuori ufficio|resposta automática|fora do escritório|automaattinen vastaus|odpowiedź automatyczna
automatyczna odpowiedź|automatická odpověď|automatikus válasz|автоответ|автоматический ответ|自动回复
自動回覆|自動返信|自動返信メール|자동 회신|자동 응답
"""
"""Automatic answers, in words that hardly anybody else puts before a colon."""

_ABSENCES = """
abwesenheit|abwesend|afwezig|frånvaro|fravær|absence du bureau|fuori sede|ausente|부재중
"""
"""The same in everyday words ("Abwesenheit meines Sohnes"): they have to stand alone or before a colon."""

_BOUNCES = """
undeliverable|undeliverable mail|undeliverable message|undelivered mail|undelivered mail returned to sender
unzustellbar|onbestelbaar|non remis|退信|failure notice|returned mail|mail delivery failed|mail delivery failure
mail delivery problem|mail system error|delivery status notification|email delivery failure|permanent delivery failure
"""
_RECEIPTS = "read|not read|gelesen|ungelesen|nicht gelesen"
_CALENDAR = """
invitation|updated invitation|accepted|declined|tentative|tentatively accepted|einladung|aktualisierte einladung
angenommen|abgelehnt|zugesagt
"""

_LABEL_END = r"(?=\s*(?:$|[:!|)(\]】]|\.(?:\s|$))|\s+[-\u2013\u2014]\s)"
"""How a label ends. Full-width forms are folded before."""
_STRICT_END = r"(?=\s*(?:$|[:!\]】]))"
_UNTIL = r"(?=\s+(?:until|till|bis|t/m|tot|hasta|fino al|jusqu)\b)"
_PREFIXED = r"(?=\s+(?:re|aw|antw|sv|fwd?|wg|tr|rv)\s?:)"
_YOURS = r"(?=\s+(?:(?:to|auf|zu|fur|op|a)\s+)?(?:your|ihre|deine|uw|votre|su)\w*\s)"
_CONNECTED = (
    r"(?=\s*(?:,|[-\u2013\u2014]|\d)|\s+(?:until|till|from|through|since|today|this week|next week|bis|vom|von|ab|am"
    r"|auf|heute|zwischen|seit|t/m|tot|van|vanaf|til|fra|fran|hasta|desde|del|ate|du|jusqu|au|dal|fino|od|do)\b)"
)
"""What follows a notice's first words where the message also names the mail it answers."""

_TAGS = r"(?:\[[^\[\]]{0,40}\]\s*){0,3}[\[(【«<*]{0,2}\s*"
_NAMED_ABSENCE = re.compile(
    r"(?:auto:\s*)?(?:[\w.'\u2019-]{1,30},?\s){1,4}is (?:currently |now )?out of (?:the )?office"
    r"(?=\s*(?:$|[.(:!,])|\s+(?:until|till|from|through|and will|returning)\b)"
)
_MARKS = re.compile("[\u0300-\u036f]+")


def _fold(text: str) -> str:
    """`text` without case, accents and full-width forms."""
    if text.isascii():
        return text.casefold()
    return _MARKS.sub("", unicodedata.normalize("NFKD", text)).casefold()


def _any_of(phrases: str) -> str:
    """A pattern for one of `phrases`, the longest first."""
    words = (_fold(phrase.strip()) for line in phrases.split("\n") for phrase in line.split("|"))
    return "(?:" + "|".join(re.escape(w) for w in sorted(filter(None, words), key=len, reverse=True)) + ")"


_SIGN = re.compile(
    f"{_TAGS}(?:"
    f"(?P<auto_reply>{_any_of(_NOTICES)}(?:{_LABEL_END}|{_UNTIL}|{_PREFIXED}|{_YOURS})|{_any_of(_ABSENCES)}{_STRICT_END}|auto:)"
    f"|(?P<bounce>{_any_of(_BOUNCES)}{_LABEL_END})"
    rf"|(?P<receipt>{_any_of(_RECEIPTS)}\s*:)"
    rf"|(?P<calendar>{_any_of(_CALENDAR)}\s*:)"
    ")"
)
_ANSWERING_SIGN = re.compile(f"{_TAGS}(?:{_any_of(_NOTICES)}|{_any_of(_ABSENCES)}){_CONNECTED}")


@lru_cache(maxsize=512)
def announced_kind(subject: str, *, answering: bool) -> Kind | None:
    """The kind of mail that `subject` announces, None if it says nothing.

    Args:
        subject: Decoded; only its first 200 characters count.
        answering: Whether the message names the mail it answers (In-Reply-To, References). Then also looser wordings
            count, such as "Abwesend vom 3. bis 5. Mai", which a person could have put over a first mail.
    """
    text = _fold(subject[:200].lstrip())
    found = _SIGN.match(text)
    if found and found.lastgroup:
        return Kind(found.lastgroup)
    if ("is " in text and _NAMED_ABSENCE.match(text)) or (answering and _ANSWERING_SIGN.match(text)):
        return Kind.AUTO_REPLY
    return None
