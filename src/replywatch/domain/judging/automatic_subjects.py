"""What a subject says about the sort of mail, in the languages of mail programs.

A phrase counts at the very start only (after tags such as `[External]`) and only where it ends like a label does:
with a colon, a bracket, a dash or the end. "Out of office: Offer" is a machine's subject, "Out of office furniture"
a customer's. A few labels count at the end, too. After a reply or forward prefix nothing counts: a person wrote about
the notice.

Some labels are no person's words ("Delivery Status Notification (Failure)"). Others may be ("Auto: VW Golf",
"Accepted: your offer"): those say something only beside a second sign, which is the caller's to look for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from replywatch.domain.headers.encoded_words import decode_text
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging import label_words as words
from replywatch.domain.judging.label_words import any_of, either, without_accents
from replywatch.domain.messages import Address, Kind

_LONGEST_TOPIC = 2000
"""Characters of Thread-Topic that are looked at."""
_LONGEST_LABEL = 200
"""Characters of a subject in which a label is looked for, at the start and at the end."""
LABEL_LEFT_OUT = "(the subject without its label)"
"""The topic that stands for such a one beside a hidden subject."""
_SHORTEST_LABEL = 4
"""Characters; Outlook takes up to three letters before a colon for a prefix, which it leaves out of the topic."""


class Proof(StrEnum):
    """What has to be there beside a label, so that a program wrote it and no person."""

    NONE = "none"
    """Nothing: no person writes such a subject."""
    ANY = "any"
    """Any second sign: a machine's, or that the mail names the one it answers."""
    MULTIPART = "multipart"
    """Any second sign, or a type of several parts: people answer invitations by a click."""
    THANKS = "thanks"
    """A machine's sign; of our own mail any. Customers thank for a message, too."""
    OWN_NAME = "own_name"
    """Any second sign, or that it is the writer who is said to be away."""
    TOPIC = "topic"
    """A machine's sign, such as a topic without the label. People write so in answers as well."""


class Announcement(NamedTuple):
    """The kind of mail that a subject announces."""

    kind: Kind
    proof: Proof


_LABEL_END = r"(?=\s*(?:$|[:!|)(\]】]|\.(?:\s|$)|\s[-\u2013\u2014]\s)|[-\u2013\u2014]\s)"
"""How a label ends. Full-width forms are folded before."""
_STRICT_END = r"(?=\s*(?:$|[:!\]】]))"
_COLON = r"(?=\s*:)"
_UNTIL = r"(?=\s+(?:until|till|bis|t/m|tot|hasta|fino al|jusqu)\b)"
_PREFIXED = r"(?=\s+(?:re|aw|antw|sv|fwd?|wg|tr|rv)\s?:)"
_YOURS = r"(?=\s+(?:(?:to|auf|zu|fur|op|a)\s+)?(?:your|ihre|deine|uw|votre|su)\w*\s)"
_DETAIL = r"(?=\s*(?:$|[(:;-])|\s(?:user|see|mailbox|unknown|deferred|unable|cannot|service)\b)"
"""How mail servers go on after "Returned mail"."""
_CONNECTED = (
    r"(?=\s*(?:,|\d)|\s+[-\u2013\u2014]|\s+(?:until|till|from"
    r"|through|since|today|this week|next week|bis|vom|von|ab|am"
    r"|auf|heute|zwischen|seit|t/m|tot|van|vanaf|til|fra|fran|hasta|desde|del|ate|du|jusqu|au|dal|fino|od|do)\b)"
)
"""What follows a notice's first words where the message also names the mail it answers."""
_NO_MORE = r"(?=(?:\s+(?:until|till|from|starting|bis|vom|ab|jusqu|du|hasta|tot|fino)\b[^?,;]{0,60})?\s*[.!]?\s*$)"
_DAY_OF_EVENT = r"(?=[^\n]{1,150}\s@\s[^\n]{2,20}\d)"
"""Google Calendar's subjects: `Invitation: Lunch @ Mon 5 May 2025 12:00 …`."""
_BARGAIN = rf"(?![^\n]{{0,150}}(?:{words.BARGAINS}))"
_TICKET_END = (
    r"(?=\s*[.!]?\s*(?:[-\u2013\u2014|:]\s*)?(?:[\[(]?\s?(?:(?:ticket|case|request|reference|ref|number|id|no|nr"
    r"|nummer|ticketnummer|vorgang|vorgangsnummer|anfrage|fall)\W{0,3}\d|#\s?\w|\d)[\w./-]{0,40}[\])]?\s*){0,3}$)"
)
"""How an acknowledgement ends: with nothing but a number."""

_TAGS = (
    r"(?:(?:\[[^\[\]]{0,120}\]|\{[^{}]{0,30}\}|\*{2,8}[^*]{1,30}\*{2,8}|\((?:ext|extern|external)\)"
    r"|(?:external|extern|ext)(?:\s(?:sender|e?-?mail))?:)\s*){0,3}[\[(【«<*]{0,2}\s*"
)


_SURE_BOUNCES = r"""
warning: (?:could not send message|message (?:\S{1,40} )?(?:delayed|has not yet)|message still undelivered)
delivery notification: delivery (?:has|is|of)\b
(?:your )?(?:mail|message|e-?mail) to \S{1,80}@\S{1,80} (?:could|can|was|has|is) not\b
message you sent blocked\b|loop alert:|loop back warning:|you \S{1,80}@\S{1,80} are not (?:a )?member\b
"""
_SURE_NOTIFICATIONS = r"""
cron <[^<>\s]{1,80}@[^<>\s]{1,80}>|complaint about message from \d|report domain:\s
e-?mail feedback report for ip\b|email abuse report\b|message recall (?:failure|success|report)\b
"""
_ASKED = r"(?:support )?(?:request|ticket|enquiry|inquiry|question|order|application|submission)"
_ASKED_DE = r"(?:support-?)?(?:anfrage|frage|bestellung|bewerbung|meldung|kontaktanfrage|kontaktaufnahme)"
_SAID = r"(?:message|e-?mail|mail)"
_SAID_DE = r"(?:nachricht|e-?mail|mail)"
_ARRIVED_DE = (
    "(?:eingegangen|angekommen|empfangen|erhalten|registriert|aufgenommen|ubermittelt|versendet|versandt|gesendet"
    "|weitergeleitet)"
)
_RECEIVED = rf"""
we(?:'ve| have) received your (?:{_ASKED}|{_SAID})
your (?:{_ASKED}|{_SAID}) (?:has been|was|is) (?:successfully )?(?:received|submitted|registered|logged)
(?:{_ASKED}|{_SAID}) received|acknowledge?ment of receipt
(?:ihre|deine|eure) (?:{_ASKED_DE}|{_SAID_DE}) (?:ist|wurde) (?:bei uns |erfolgreich ){{0,2}}{_ARRIVED_DE}
wir haben (?:ihre|deine|eure) (?:{_ASKED_DE}|{_SAID_DE}) (?:erhalten|empfangen)|empfangsbestatigung
(?:nous avons|bien) (?:bien )?recu votre (?:demande|message|e-?mail|courriel|commande)|accuse de reception
votre (?:demande|message|e-?mail|courriel|commande) a (?:bien )?ete (?:recue?|enregistree?|prise en compte)
(?:hemos )?recibido su (?:solicitud|consulta|mensaje|correo|pedido)|acuse de recibo
abbiamo ricevuto (?:la |il )?(?:tu|su|vostr)[ao] (?:richiesta|messaggio|e-?mail|ordine)|conferma di ricezione
recebemos (?:a |o )?(?:sua|seu) (?:solicitacao|pedido|mensagem|e-?mail|contato)
(?:wij|we) hebben (?:uw|je) (?:aanvraag|vraag|bericht|e-?mail|bestelling) ontvangen
"""
"""Acknowledgements in a machine's words; people write such things too, but not over a mail that answers one."""
_TO_WHOM = r"(?:\s(?:bei|an|to|at|with)(?:\s(?:&|[\w.&'-]{0,30}\w)){1,4})?"
_THANKS_DE = r"(?:vielen dank|herzlichen dank|besten dank|danke) fur (?:ihre|deine|eure)"
_THANKED = rf"""
thank(?:s| you) for (?:contacting(?:\s(?:&|[\w.&'-]{{0,30}}\w)){{0,4}}|your {_ASKED}{_TO_WHOM})
{_THANKS_DE} {_ASKED_DE}{_TO_WHOM}
"""
"""Thanks of whoever is asked for something."""
_THANKED_BY_ANYBODY = rf"thank(?:s| you) for your {_SAID}|{_THANKS_DE} {_SAID_DE}"


_AUTOMATIC = rf"(?:auto ?:\s*)?{any_of(words.AUTOMATIC_REPLIES, words.NOTICES)}"
_SURE = re.compile(
    f"{_TAGS}(?:"
    f"(?P<auto_reply__none>{_AUTOMATIC}(?:{_LABEL_END}|{_UNTIL}|{_PREFIXED}|{_YOURS}))"
    rf"|(?P<bounce__none>{either(_SURE_BOUNCES)}|returned (?:e-?)?mail{_DETAIL}|{any_of(words.BOUNCES)}{_LABEL_END})"
    rf"|(?P<calendar__none>{any_of(words.CALENDAR, words.INVITATION_ANSWERS)}\s*:{_DAY_OF_EVENT}"
    rf"|{any_of(words.FORWARDED_MEETINGS)}{_LABEL_END})"
    rf"|(?P<notification__none>{either(_SURE_NOTIFICATIONS)})"
    ")"
)
_MAYBE = re.compile(
    f"{_TAGS}(?:"
    f"(?P<auto_reply__any>auto ?:|{any_of(words.ABSENCES)}{_STRICT_END}"
    f"|(?:{_AUTOMATIC}|{any_of(words.ABSENCES)}){_CONNECTED}"
    f"|{any_of(words.I_AM_ABSENT)}{_NO_MORE}"
    f"|{either(_RECEIVED)}(?:{_COLON}|{_TICKET_END})|{either(_THANKED)}{_TICKET_END})"
    f"|(?P<auto_reply__thanks>(?:{_THANKED_BY_ANYBODY}){_TICKET_END})"
    f"|(?P<receipt__any>{any_of(words.RECEIPTS)}{_LABEL_END})"
    f"|(?P<calendar__multipart>{any_of(words.INVITATION_ANSWERS)}{_COLON}{_BARGAIN})"
    f"|(?P<calendar__any>{any_of(words.CALENDAR)}{_COLON}{_BARGAIN})"
    f"|(?P<receipt__topic>{any_of(words.DELETED, words.DELIVERED)}{_COLON})"
    f"|(?P<calendar__topic>{any_of(words.UPDATES, words.CALENDAR, words.INVITATION_ANSWERS)}{_COLON})"
    f"|(?P<notification__topic>{any_of(words.RECALLS)}{_COLON})"
    ")"
)
_AT_START = re.compile(_TAGS)
_OPENING = frozenset("[{(*【«<e")  # e as in "External:"
_OPENED = re.compile(r"[\[(【«<*]\s*")
_FIRST_LETTERS = 3
_STARTS = frozenset(
    phrase[:_FIRST_LETTERS]
    for phrase in words.phrases(
        words.AUTOMATIC_REPLIES, words.NOTICES, words.ABSENCES, words.I_AM_ABSENT, words.BOUNCES, words.RECEIPTS,
        words.DELETED, words.DELIVERED, words.RECALLS, words.CALENDAR, words.INVITATION_ANSWERS, words.UPDATES,
        words.FORWARDED_MEETINGS,
        """auto:|abb|ack|acc|acu|app|bes|bie|com|con|cro|dan|dei|del|e-m|ema|emp|enq|eur|hem|her|ihr|inq|loo|mai|mes|nou|ord
        que|rec|rep|req|ret|sub|sup|tha|tic|vie|vot|war|we|wij|wir|you""",
    )
)  # fmt: skip
"""The first letters of all labels, and of the patterns beside them: nearly all subjects start otherwise."""
_ABSENCE_END = r"(?=\s*(?:$|[.(:!,])|\s+(?:until|till|from|through|and will|returning)\b)"
_AWAY = re.compile(
    rf"{_TAGS}(?:auto ?:\s*)?(?P<name>(?:[\w.'\u2019,/&-]{{1,40}}\s){{0,4}})"
    rf"is (?:currently |now )?out of (?:the |my )?office{_ABSENCE_END}"
)
_AWAY_ELSEWHERE = re.compile(
    rf"{_TAGS}(?P<auto>auto ?:\s*)?(?P<name>(?:[^\s:?!]{{1,40}}\s){{0,6}}?)(?:"
    r"ist (?:derzeit |zurzeit |momentan |aktuell )?(?:ausser haus|nicht im (?:buro|haus)|abwesend|i[mn] urlaub)"
    r"|est (?:actuellement )?(?:absent(?:e|\(e\))?(?: du bureau)?|en conges?|hors du bureau)"
    r"|(?:esta|estara) (?:fuera de (?:la )?oficina|ausente(?: de la oficina| do escritorio)?|fora do escritorio)"
    r"|(?:e|sara) (?:fuori (?:ufficio|sede)|assente(?: dall.{1,2}ufficio)?)"
    r"|is (?:momenteel )?(?:afwezig|niet aanwezig|niet op kantoor)|ar (?:inte|ej) pa kontoret|ar franvarande"
    r"|er (?:ikke (?:pa kontoret|til stede)|fraværende)|on poissa(?: toimistosta)?|jest (?:poza biurem|nieobecn[ya])"
    r"|je mimo kancelar|neni v kancelari|je nepritomen|hazon kivul(?: van)?|отсутствует(?: в офисе)?"
    r"|ofis d[i\u0131]s[i\u0131]nda"
    r"|[はが]?(?:不在|外出中)です"
    r")(?=\s*(?:$|[.(!,]))"
)
_SOMEBODYS = re.compile(
    r"(?:my|your|our|mein\w{0,2}|dein\w{0,2}|unser\w{0,2}|ihre?|eure?|notre|votre|il mio|la mia|mijn) "
)
"""Who begins so speaks of somebody else."""
_UNTIL_THEN = re.compile(
    r"[0-9]|return|back|until|till|zuruck|ruckkehr|wieder|bis |retour|hasta|vuelv|regres|retorn|fino|torn|terug"
    r"|tot |til "
)
"""What notices say after a comma: when somebody will be there again."""
_AWAY_VERBS = frozenset({
    "is", "ist", "est", "esta", "estara", "e", "sara", "ar", "er", "on", "jest", "je", "neni", "hazon", "ofis",
    "отсутствует", "отсутствует.",
})  # fmt: skip
_AWAY_WORDS = (
    " office", " haus", "buro", "abwesend", "urlaub", " absent", "bureau", " conge", "oficina", "ausente", "escritorio",
    "ufficio", "fuori sede", "assente", " afwezig", "aanwezig", "kantoor", "kontor", "franvar", "fravær", "til stede",
    "poissa", "biur", "nieobecn", "kancelar", "nepritomen", "hazon kivul", "отсутствует", " ofis ", "不在", "外出中",
)  # fmt: skip
"""One of either is in every sentence that says that somebody is away."""

_NOTICES = frozenset(words.phrases(words.NOTICES))
_AT_END = frozenset(words.phrases(words.AUTOMATIC_REPLIES)).union(n for n in _NOTICES if n.startswith("abwesenheits"))
_BRACKETS = {")": "(", "]": "[", "】": "【"}
_DASHES = (" - ", " \u2013 ", " \u2014 ")


def _announcement(group: str) -> Announcement:
    """What a group of the patterns stands for: kind and proof are its name."""
    kind, _, proof = group.partition("__")
    return Announcement(Kind(kind), Proof(proof))


_SURELY_AWAY = Announcement(Kind.AUTO_REPLY, Proof.NONE)
_MAYBE_AWAY = Announcement(Kind.AUTO_REPLY, Proof.ANY)
_PERHAPS_AWAY = Announcement(Kind.AUTO_REPLY, Proof.OWN_NAME)

ANNOUNCEMENTS = frozenset([*map(_announcement, (*_SURE.groupindex, *_MAYBE.groupindex)), _PERHAPS_AWAY])
"""Everything that a subject may announce."""


@lru_cache(maxsize=512)
def announced(subject: str) -> Announcement | None:
    """What a decoded `subject` announces by its first and its last 200 characters, None if nothing."""
    text = without_accents(subject[:_LONGEST_LABEL].lstrip())
    labelled = _may_start_with_label(text)
    if labelled and (found := _SURE.match(text)) and found.lastgroup:
        said = _announcement(found.lastgroup)
        return _MAYBE_AWAY if said == _SURELY_AWAY and _asks(text[found.end() :]) else said
    if (not _AWAY_VERBS.isdisjoint(text.split()) or "です" in text) and (away := _away(text)):
        return away
    if labelled and (found := _MAYBE.match(text)) and found.lastgroup:
        return _announcement(found.lastgroup)
    return _at_end(subject, text)


def _asks(rest: str) -> bool:
    """Whether what follows a label, and isn't the subject of another mail, is a person's question about it."""
    return rest.rstrip().endswith("?") and not rest.lstrip().startswith(("]", ")", "】")) and ":" not in rest


def _may_start_with_label(text: str) -> bool:
    """Whether folded `text` has the first letters of a label, after tags or in one; else no pattern fits."""
    if text[:1] not in _OPENING:
        return _starts(text, 0)
    tags = _AT_START.match(text)
    end = tags.end() if tags else 0
    return _starts(text, end) or any(_starts(text, found.end()) for found in _OPENED.finditer(text, 0, end))


def _starts(text: str, position: int) -> bool:
    """Whether the first letters of a label stand at a `position`."""
    return (
        text[position : position + 3] in _STARTS
        or text[position : position + 2] in _STARTS
        or text[position : position + 1] in _STARTS
    )


def _away(text: str) -> Announcement | None:
    """What a sentence that says of somebody that he is away announces; Lotus Notes names his organisation, too."""
    if not any(map(text.__contains__, _AWAY_WORDS)):
        return None
    english = _AWAY.match(text)
    found = english or _AWAY_ELSEWHERE.match(text)
    if found is None or _goes_on(text[found.end() :].partition(":")[0]):
        return None
    name = found["name"]
    if _SOMEBODYS.match(name):
        return _PERHAPS_AWAY
    notes = "/" in name and ("/" not in name.split()[0] or len(name.split()) == 1)
    returns = not english and found["auto"] and text.endswith(")")
    return _SURELY_AWAY if english or notes or returns or not name else _PERHAPS_AWAY


def _goes_on(rest: str) -> bool:
    """Whether a person asks who is there instead, or says so, behind the words that somebody is away."""
    if "?" in rest:
        return True
    return rest.lstrip().startswith(",") and _UNTIL_THEN.search(rest) is None


def _at_end(subject: str, text: str) -> Announcement | None:
    """What the label at the end of a `subject` announces, in brackets or after a dash; `text` is its start, folded."""
    if len(subject) > _LONGEST_LABEL:
        text = without_accents(subject[-_LONGEST_LABEL:])
    text = text.rstrip()
    if opening := _BRACKETS.get(text[-1:]):
        label, sure = text[text.rfind(opening) + 1 : -1].strip(), True
    elif dash := next((dash for dash in _DASHES if dash in text), ""):
        label, sure = text.rpartition(dash)[2], False
    else:
        return None
    if label not in _AT_END and label not in _NOTICES:
        return None
    if base_subject(subject).reply or base_subject(subject).forward:
        return None
    return _SURELY_AWAY if sure and label in _AT_END else _MAYBE_AWAY


def names_writer(subject: str, senders: Iterable[Address]) -> bool:
    """Whether a `subject` that says of somebody that he is away names one of its `senders`."""
    found = _AWAY_ELSEWHERE.match(without_accents(subject[:_LONGEST_LABEL].lstrip()))
    named = _NAME.findall(found["name"]) if found else []
    return bool(named) and any(set(named) <= _names_of(sender) for sender in senders)


_NAME = re.compile(r"[^\W\d_]{2,}")


def _names_of(sender: Address) -> set[str]:
    """The words of a sender's name and of the local part of the address."""
    return set(
        _NAME.findall(without_accents(f"{sender.name[:_LONGEST_LABEL]} {sender.address.rpartition('@')[0][:100]}"))
    )


def is_rest(subject: str, topic: str) -> bool:
    """Whether the field Thread-Topic is the decoded `subject` without the label before it: a program put it there.

    What gateways and ticket systems put before a subject on its way is no label. The topic of a hidden subject says so
    itself.
    """
    if topic == LABEL_LEFT_OUT:
        return True
    rest = " ".join(decode_text(topic[:_LONGEST_TOPIC]).split()).lower()
    label = subject.lower().removesuffix(f": {rest}") if rest else subject
    return _SHORTEST_LABEL <= len(label) < len(subject) and base_subject(f"{label}: x").bare != "x"
