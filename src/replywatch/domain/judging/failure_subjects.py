"""What subjects say of mail that did not arrive, in the words of mail systems and of those who ask about parcels."""

from __future__ import annotations

import re
from functools import lru_cache

from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.label_words import either, without_accents
from replywatch.domain.messages import Delivery

_LONGEST = 200
"""Characters of a subject that are looked at."""

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
    text = without_accents(subject[:_LONGEST])
    if base_subject(subject).reply:
        return False
    return _FAILED_MAIL.search(text) is not None or (not of_mail and _UNDELIVERED.search(text) is not None)


_FAILED_FOR_GOOD = re.compile(
    r"\bpermanent|\bfinally (?:failed|return)|then failed|giv(?:ing|en) up|gave up|endgultig|dauerhaft|definiti[fv]"
)
"""What is said after a delay, when nothing will come of it."""
_STILL_TRYING = re.compile(
    either(r"""
still (?:being )?(?:retr|undeliver|trying)|not yet|will (?:be )?retr|for (?:the )?past|not been delivered (?:yet|for)
noch nicht|weiter(?:hin)? versucht|pas encore|todavia no|ainda nao|non ancora|nog niet|annu inte|endnu ikke
enna ikke|jeszcze nie|zatim ne|пока не|尚未|まだ
""")
)
"""A failure that is none so far."""
_FAILED = re.compile(
    either(r"""
undeliver|non-?deliver|nondeliver|not (?:be )?(?:been )?(?:deliver|sent|accept)|fail|could ?n.t|could not|can ?not|can't
unable|\breturn(?:ed|ing)\b|reject|bounce|refus|\bblock|unknown|no such|over quota|mailbox (?:is )?full|\berror\b
unzustell|fehlgeschlagen|fehler|(?:nicht|kein\w*) (?:zugestellt|zustell|ubermittel|gesendet)|zuruckgewiesen|abgelehnt
rucklaufer|gescheitert
non[- _](?:remis|distribu|delivr|achemin)|echec|rejet|impossible
no (?:se (?:puede|pudo|ha podido) )?entreg|devuelt|rechazad|fallid|fallo|imposible
falha|nao (?:e possivel |foi )?entreg|devolvid|rejeitad|recusad
non (?:e stato )?(?:recapit|consegn)|mancat[ao] (?:recapito|consegna)|respint|fallit|impossibile|errore
onbestel|niet (?:bezorg|aflever)|mislukt|geweigerd
ej lever|olever|inte (?:att )?lever|misslyck|ikke lever|uleverbar|mislyk|avvist|afvist
ei (?:voitu )?toimit|epaonn
niedostarcz|nie (?:mozna |zosta\w+ )?dostarcz|nieudan|zwrot|nedoruc|nelze doruc
kezbesithetetlen|sikertelen|nelivrabil|nu (?:a putut fi|poate fi) livrat|edilemi|iletilemedi|basarisiz
недостав|не (?:было |удалось |удается |вдалося |была )?достав|возвращ|сбои|не удалось|не вдалося
退信|失败|失敗|无法|無法|退回|未传递|エラー|不能|配信できま|送信できま|不可|반송|실패|배달되지 않|불가
""")
)
_DELAYED = re.compile(
    either(r"""
delay|defer|retry|retried|queued|postpone|verzoger|verspat|warteschlange|retard|differe|en attente|retras|demor|aplazad
diferid|atras|adiad|ritard|rinviat|vertraag|vertraging|uitgesteld|forsen|fordroj|forsink|utsatt|udskudt|viivast|viive
opozni|odroczon|zpozd|odloz|oneskor|kesik|kesleltet|keses|intarzi|amanat|gecik|ertelen
задерж|отлож|затрим|відклад|забав|καθυστερ|延迟|延遲|延期|推迟|遅延|遅れ|지연
successful|success\b|\bdelivered\b|\brelay(?:ed)?\b|\bexpanded\b|erfolgreich|zugestellt|\bremis\b|relaye|entregad
entregue|consegnat|recapitat|bezorgd|afgeleverd|leverera|leveret|levert|toimitettu|dostarczon|doruceno|dorucene
kezbesitve|livrat|доставлен|teslim edildi|παραδοθηκε|已送达|已传递|已傳遞|配信済|배달됨
""")
)
"""It was put off, or it arrived, which is no failure either."""


@lru_cache(maxsize=512)
def told_of_delivery(subject: str) -> Delivery:
    """What a mail server's decoded `subject` says of the message that it writes about; UNCLEAR where it doesn't tell.

    What stands before a colon counts more than what follows, which may be the subject of that message.
    """
    text = without_accents(subject[:_LONGEST])
    if _FAILED_FOR_GOOD.search(text):
        return Delivery.FAILED
    told = _told(text.partition(":")[0]) or _told(text)
    return told or (Delivery.FAILED if _FAILED_MAIL.search(text) else Delivery.UNCLEAR)


def _told(text: str) -> Delivery | None:
    """What folded `text` says of delivery; None if nothing."""
    if _STILL_TRYING.search(text):
        return Delivery.DELAYED
    if _FAILED.search(text):
        return Delivery.FAILED
    return Delivery.DELAYED if _DELAYED.search(text) else None
