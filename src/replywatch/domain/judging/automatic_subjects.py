"""What a subject says about the sort of mail, in the languages of mail programs.

A phrase counts at the very start only (after tags such as `[External]`) and only where it ends like a label does:
with a colon, a bracket, a dash or the end. "Out of office: Offer" is a machine's subject, "Out of office furniture"
a customer's. After a reply or forward prefix nothing counts: a person wrote about the notice.

Some labels are no person's words ("Delivery Status Notification (Failure)"). Others may be ("Auto: VW Golf",
"Accepted: your offer"): those say something only beside a second sign, which is the caller's to look for.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from replywatch.domain.headers.subjects import base_subject, decode_text
from replywatch.domain.messages import Kind

_LONGEST_TOPIC = 2000
"""Characters of Thread-Topic that are looked at."""


class Announcement(NamedTuple):
    """The kind of mail that a subject announces."""

    kind: Kind
    sure: bool
    """No person writes such a subject; else a second sign is needed."""


_NOTICES = """
automatic reply|automatic response|automatic answer|automated reply|automated response|auto reply|auto-reply
autoreply|auto response|auto-response|autoresponse|autoresponder|autorespond|auto-respond|out of office
out of the office|out-of-office|out of office reply|out of office autoreply|out of office auto-reply
out of office response|out of office message|out of office notification|vacation reply|vacation auto-reply
vacation autoreply|vacation response|vacation message|automatische antwort|automatische antwort-mail
automatische rückantwort|automatische empfangsbestätigung|automatische eingangsbestätigung|autoantwort
auto-antwort|abwesenheitsnotiz|abwesenheitsnachricht|abwesenheitsmeldung|abwesenheitsbenachrichtigung
abwesenheitsassistent|urlaubsnotiz|eingangsbestätigung|autosvar|automatisk svar|automatiskt svar
automatisk besvarelse|automatisch antwoord|automatische beantwoording|afwezigheidsbericht|afwezigheidsassistent
ontvangstbevestiging|réponse automatique|absence du bureau|message automatique d'absence|message d'absence
accusé de réception automatique|respuesta automática|fuera de oficina|fuera de la oficina|risposta automatica
fuori ufficio|fuori sede|resposta automática|fora do escritório|ausência do escritório|automaattinen vastaus
poissaoloviesti|odpowiedź automatyczna|automatyczna odpowiedź|automatická odpověď|automatická odpoveď
automatikus válasz|házon kívül|răspuns automat|samodejni odgovor|automatski odgovor
otomatik cevap|αυτόματη απάντηση|автоответ|автоматический ответ|автоматична відповідь|автоматичен отговор
מענה אוטומטי|رد تلقائي|自动回复|自動回覆|自动答复|自動返信|自動返信メール|自動応答|不在通知|자동 회신|자동 응답
자동응답|부재중 회신|부재중|phản hồi tự động
trả lời tự động|ตอบกลับอัตโนมัติ
"""
"""Automatic answers, in words that hardly anybody else puts before a colon."""

_ABSENCES = """
abwesenheit|abwesend|afwezig|afwezigheid|frånvaro|frånvarande|fravær|absent|absence|ausente|ausencia|ausência
assente|assenza|poissa|nieobecność|nepřítomnost|távollét|absent from office|away|away from my mail
away from office|on vacation|on leave|on holiday|im urlaub|urlaub|nicht im büro|nicht im haus|en congé
en vacances|in ferie|ferie|férias|de vacaciones|vacaciones|urlop|dovolená|semester|på ferie|отпуск|в отпуске
отсутствую|休暇|不在
"""
"""The same in everyday words ("Abwesenheit meines Sohnes"): they have to stand alone or before a colon."""

_RECEIVED = """
we(?:'ve| have) received your|your (?:request|message|e?-?mail|ticket|enquiry|inquiry) (?:has been|was|is) received
(?:request|message|ticket|e-?mail) received|acknowledge?ment of receipt
thank(?:s| you) for (?:contacting|your (?:e?-?mail|message|request|enquiry|inquiry))
(?:ihre|deine) (?:anfrage|nachricht|e-?mail|mail) (?:ist|wurde)
(?:vielen dank|danke) fur (?:ihre|deine) (?:anfrage|nachricht|e-?mail|mail)
(?:nous avons|bien) recu votre|accuse de reception|(?:hemos )?recibido su|acuse de recibo|abbiamo ricevuto
conferma di ricezione|recebemos (?:a )?su?a
"""
"""Acknowledgements; people write such things too, but not over a mail that answers one without saying Re:."""

_BOUNCES = """
undeliverable|undeliverable mail|undeliverable message|undelivered mail|undelivered message
undelivered mail returned to sender|mail undeliverable|message undeliverable|nondeliverable mail
nondeliverable message|unzustellbar|unzustellbare nachricht|unzustellbare e-mail|unzustellbare mail
mail konnte nicht zugestellt werden|e-mail konnte nicht zugestellt werden
ihre e-mail konnte nicht zugestellt werden|ihre nachricht konnte nicht zugestellt werden
nachricht konnte nicht zugestellt werden|benachrichtigung zum übermittlungsstatus
benachrichtigung über den zustellungsstatus|benachrichtigung über zustellstatus|onbestelbaar|non remis|non-remis
non_remis_|notification d'état de remise|notification de l'état de remise|non recapitabile
notifica sullo stato di consegna|mancato recapito|no se puede entregar|no entregable
notificación de estado de entrega|notificación de entrega|não é possível entregar
notificação de status de entrega|notificação de estado de entrega|ej leverbart|går inte att leverera
olevererbart|kan ikke leveres|uleverbar|kan ikke leveres til mottaker|ei voitu toimittaa|nie można dostarczyć
niedostarczalne|niedostarczona wiadomość|nedoručitelné|nedoručiteľné|kézbesíthetetlen|nelivrabil
teslim edilemiyor|недоставленное сообщение|не удается доставить|ваше сообщение не доставлено
сообщение не доставлено|не вдалося доставити|退信|系统退信|系統退信|邮件传输失败|无法送达|無法傳遞|未传递的邮件
无法投递|メールエラー通知|メールエラー|メール配信エラー
配信不能|配信エラー|配信不能通知|配信不可|メール配信に失敗しました|メール送信に失敗しました
メッセージを配信できません。|メッセージを配信できません|배달되지 않음|배달 불가|반송된 메일|메일 전송 실패
전송 실패 알림|failure notice|delivery failure notice|mail failure notice|returned mail|returned email
returned message|mail delivery failed|mail delivery failure|mail delivery problem|mail delivery error
mail delivery status report|mail delivery status|mail system error|mail server error|email delivery failure
e-mail delivery failure|email delivery error|message delivery failure|message delivery has failed
message delivery failed|message delivery delayed|permanent delivery failure|delivery status notification
non-delivery report|non delivery report|non-delivery notification|non delivery notification|non-delivery receipt
failed mail|failure delivery|notice: mail delivery status.|warning: delayed mail|delayed mail
delayed delivery notice|successful mail delivery report|postmaster notify|postmaster copy
falha na entrega do e-mail|falha na entrega da mensagem|aviso de entrega adiada|échec de remise de message
échec de la remise du message|échec de distribution du message
"""
"""Reports about delivery, in the words of mail servers. "Delivery failure" or "Zustellung fehlgeschlagen" aren't here:
customers of whoever sends parcels write so; see `speaks_of_failure`."""

_SURE_BOUNCES = r"""
warning: (?:could not send message|message (?:\S{1,40} )?(?:delayed|has not yet)|message still undelivered)
delivery notification: delivery (?:has|is|of)\b
(?:your )?(?:mail|message|e-?mail) to \S{1,80}@\S{1,80} (?:could|can|was|has|is) not\b
message you sent blocked\b|loop alert:|loop back warning:|you \S{1,80}@\S{1,80} are not (?:a )?member\b
"""
_RECEIPTS = """
read|not read|read receipt|return receipt|gelesen|ungelesen|nicht gelesen|lesebestätigung|lu|non lu
confirmation de lecture|leído|no leído|lida|não lida|lido|letto|non letto|conferma di lettura|gelezen
niet gelezen|leesbevestiging|läst|inte läst|olästa|lest|ulest|læst|ikke læst|luettu|przeczytano|nie przeczytano
přečteno|olvasva|прочитано|не прочитано|已读|未读|開封済み|開封確認|읽음|disposition notification
"""
_CALENDAR = """
invitation|updated invitation|accepted|declined|tentative|tentatively accepted|canceled|cancelled|canceled event
cancelled event|meeting request|meeting canceled|new time proposed|einladung|aktualisierte einladung|angenommen
abgelehnt|zugesagt|vorläufig zugesagt|mit vorbehalt|mit vorbehalt angenommen|unter vorbehalt|abgesagt
termin abgesagt|abgesagter termin|neuer termin vorgeschlagen|besprechungsanfrage|invitation modifiée|accepté
refusé|provisoire|annulé|événement annulé|invitación|invitación actualizada|aceptado|aceptada|rechazado
rechazada|provisional|cancelado|evento cancelado|invito|invito aggiornato|accettato|rifiutato|provvisorio
annullato|evento annullato|uitnodiging|bijgewerkte uitnodiging|geaccepteerd|afgewezen|voorlopig|geannuleerd
convite|convite atualizado|aceito|aceite|recusado|inbjudan|uppdaterad inbjudan|accepterat|avböjt|preliminärt
inställt|invitasjon|accepteret|afvist|afslået|aflyst|godtatt|avslått|kutsu|hyväksytty|hylätty|peruutettu
zaproszenie|zaakceptowane|odrzucone|odwołane|pozvánka|přijato|odmítnuto|приглашение|принято|отклонено|отменено
邀请|已接受|已拒绝|已取消|招待|承諾|辞退|承諾済み|초대|수락됨|거절됨
"""

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
_DAY_OF_EVENT = r"(?=[^\n]{1,150}\s@\s[^\n]{2,20}\d)"
"""Google Calendar's subjects: `Invitation: Lunch @ Mon 5 May 2025 12:00 …`."""

_TAGS = (
    r"(?:(?:\[[^\[\]]{0,40}\]|\{[^{}]{0,30}\}|\*{2,8}[^*]{1,30}\*{2,8}|\((?:ext|extern|external)\)"
    r"|(?:external|extern|ext)(?:\s(?:sender|e?-?mail))?:)\s*){0,3}[\[(【«<*]{0,2}\s*"
)
_NAMED_ABSENCE = re.compile(
    r"(?:auto:\s*)?(?:[\w.'\u2019,-]{1,30}\s){1,4}is (?:currently |now )?out of (?:the |my )?office"
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


def _either(patterns: str) -> str:
    """A pattern for one of `patterns`, which stand in lines."""
    return "(?:" + "|".join(filter(None, patterns.split("\n"))) + ")"


_SURE = re.compile(
    f"{_TAGS}(?:"
    f"(?P<auto_reply>{_any_of(_NOTICES)}(?:{_LABEL_END}|{_UNTIL}|{_PREFIXED}|{_YOURS}))"
    rf"|(?P<bounce>(?:{_either(_SURE_BOUNCES)}|returned (?:e-?)?mail{_DETAIL}|{_any_of(_BOUNCES)}{_LABEL_END}))"
    rf"|(?P<calendar>{_any_of(_CALENDAR)}\s*:{_DAY_OF_EVENT})"
    r"|(?P<notification>cron <[^<>\s]{1,80}@[^<>\s]{1,80}>|complaint about message from \d|report domain:\s"
    r"|e-?mail feedback report for ip\b|email abuse report\b)"
    ")"
)
_MAYBE = re.compile(
    f"{_TAGS}(?:"
    f"(?P<auto_reply>auto:|{_any_of(_ABSENCES)}{_STRICT_END}|(?:{_any_of(_NOTICES)}|{_any_of(_ABSENCES)}){_CONNECTED}"
    f"|{_either(_RECEIVED)}\\b)"
    f"|(?P<receipt>{_any_of(_RECEIPTS)}{_LABEL_END})"
    f"|(?P<calendar>{_any_of(_CALENDAR)}{_COLON})"
    ")"
)


@lru_cache(maxsize=512)
def announced(subject: str) -> Announcement | None:
    """What a decoded `subject` announces by its first 200 characters, None if nothing."""
    text = _fold(subject[:200].lstrip())
    if (found := _SURE.match(text)) and found.lastgroup:
        return Announcement(Kind(found.lastgroup), sure=True)
    if "is " in text and _NAMED_ABSENCE.match(text):
        return Announcement(Kind.AUTO_REPLY, sure=True)
    if (found := _MAYBE.match(text)) and found.lastgroup:
        return Announcement(Kind(found.lastgroup), sure=False)
    return None


def is_rest(subject: str, topic: str) -> bool:
    """Whether the field Thread-Topic is the decoded `subject` without the label before it: a program put it there."""
    words = " ".join(decode_text(topic[:_LONGEST_TOPIC]).split()).lower()
    return bool(words) and subject.lower().endswith(f": {words}")


_UNDELIVERED = re.compile(
    r"undeliver|non-?deliver|not (?:yet )?(?:been |be )?deliver"
    r"|deliver\w* (?:\w+ ){0,2}(?:fail|error|problem|delay|defer|refus|incomplete|status|report|notif)"
    r"|fail\w*(?: to)? (?:\w+ ){0,2}(?:deliver|mail|e-?mail|message)"
    r"|(?:mail|message) (?:\w+ ){0,3}(?:fail|error|return|reject|refus|bounce|block|delay|not accept)"
    r"|(?:return|reject|bounc|refus|block|delay)\w+ (?:\w+ )?(?:e-?mail|message)|returned to sender"
    r"|(?:unknown|no such|invalid) (?:user|address|recipient|mailbox)"
    r"|(?:user|recipient|address|mailbox) (?:unknown|unavailable|not found|(?:is )?full)|over quota"
    r"|(?:could ?n.t|could not|unable to|can ?not|can't) (?:be )?(?:deliver|send|sent)|still being retried"
    r"|not (?:a )?member|duplicated message-id|unzustell|zustellung|zugestellt|nicht ubermittelt|rucklaufer"
    r"|zuruckgewiesen|non remis|non distribu|remise|non delivre|entrega\b|entregar|entregue|devuelt|devolvid"
    r"|rechazad|recapit|consegna|respint|onbestel|bezorg|aflever|leverbar|levereres|levereras|leveres\b|leverans"
    r"|toimit|dostarcz|zwrot|doruc|kezbesit|iletilemedi|teslim"
    r"|недостав|доставк|доставлен|возвращ|退信|退回|投递|投遞|无法送达"
    r"|無法傳|配信|配送できま|送信できま|送信に失敗|メールエラー|エラーメール|不達|반송|배달|전송 실패"
)
"""What mail systems write over their reports; customers write so about parcels."""
_FAILED_MAIL = re.compile(
    r"undeliver\w* (?:e-?mail|message)|returned (?:e-?mail|message|to sender)|non-?deliver"
    r"|(?:e-?mail|message|recipient"
    r"|address)s?\b[^\n]{0,60}\b(?:(?:not|n.t) (?:yet )?(?:been |be )?(?:deliver|sent)"
    r"|undeliver|returned|bounced|rejected|delayed|delivery (?:fail|delay))"
    r"|fail\w* to (?:deliver|send) [^\n]{0,40}(?:mail|message)"
    r"|(?:e-?mail|message) (?:delivery|sending) (?:fail|error|delay)"
    r"|deliver\w* (?:failure|failed|error)[^\n]{0,60}(?:mail|message|recipient|@)"
    r"|(?:e-?mail|nachricht)\b[^\n]{0,60}(?:nicht zugestellt|unzustellbar|nicht ubermittelt)"
    r"|(?:message|courriel|e-?mail)\b[^\n]{0,60}non (?:remis|distribue|delivre)"
    r"|(?:mensaje|correo)\b[^\n]{0,60}(?:no entregad|devuelt|no se pud)|mensagem\b[^\n]{0,60}nao (?:entregue|foi)"
    r"|messaggio\b[^\n]{0,60}(?:non recapit|non consegn)|сообщение не (?:было )?доставлен"
    r"|письмо не (?:было )?доставлен|メール[^\n]{0,20}(?:エラー|配信でき|送信でき|届き)"
)
"""Phrases about mail that didn't arrive, which leave out parcels."""


def speaks_of_failure(subject: str, *, of_mail: bool) -> bool:
    """Whether a decoded `subject` without a reply prefix tells of failed delivery, anywhere in 200 characters.

    For subjects of senders who may report such things: people use the same words.

    Args:
        subject: Decoded.
        of_mail: It has to be about mail, in no uncertain words; else a parcel may be meant.
    """
    text = _fold(subject[:200])
    if base_subject(subject).reply:
        return False
    return (_FAILED_MAIL if of_mail else _UNDELIVERED).search(text) is not None
