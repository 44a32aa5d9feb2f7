"""The words by which programs label what they send, in the languages of mail programs: data for the subject rules.

A phrase stands between bars; case, accents and full-width forms don't count.
"""

from __future__ import annotations

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
"""Accents, and what joins letters or turns the direction of writing without being seen."""


def without_accents(text: str) -> str:
    """`text` without case, accents and full-width forms."""
    if text.isascii():
        return text.casefold()
    return unicodedata.normalize("NFC", _MARKS.sub("", unicodedata.normalize("NFKD", text))).casefold()


def phrases(*tables: str) -> list[str]:
    """All phrases of `tables`, folded, the longest first."""
    words = {
        without_accents(phrase.strip()) for table in tables for line in table.split("\n") for phrase in line.split("|")
    }
    return sorted(words - {""}, key=lambda word: (-len(word), word))


def any_of(*tables: str) -> str:
    """A pattern for one of the phrases of `tables`, the longest that fits."""
    return "(?:" + "|".join(map(re.escape, phrases(*tables))) + ")"


def either(patterns: str) -> str:
    """A pattern for one of `patterns`, which stand in lines."""
    return "(?:" + "|".join(filter(None, patterns.split("\n"))) + ")"


AUTOMATIC_REPLIES = """
automatic reply|automatic response|automatic answer|automatic e-mail reply|automatic email reply
automatic out of office reply|automatic acknowledgement|automatic acknowledgment|automated reply
automated response|automated answer|automated acknowledgement|auto reply|auto-reply|autoreply|auto response
auto-response|autoresponse|auto reply message|automatische antwort
automatische antwort-mail|automatische antwortmail|automatische e-mail-antwort|automatische email-antwort
automatische mail-antwort|automatische rückantwort|automatische rückmeldung|automatische abwesenheitsnotiz
automatische abwesenheitsmeldung|automatische abwesenheitsnachricht|automatische abwesenheitsbenachrichtigung
automatische abwesenheitsantwort|automatische urlaubsnotiz|automatische empfangsbestätigung
automatische eingangsbestätigung|automatisierte antwort|automatisierte e-mail-antwort|automatisierte rückmeldung
automatisierte eingangsbestätigung|automatisch generierte antwort|automatisch erstellte antwort
automatisch erzeugte antwort|autom. antwort|autoantwort|auto-antwort|autosvar|automatisk svar|automatiskt svar
automatisk besvarelse|automatiskt frånvaromeddelande|automatisk fraværsbesked|automatisk fraværsmelding
automatisch antwoord|automatische beantwoording|automatisch afwezigheidsbericht|automatische reactie
réponse automatique|message automatique d'absence|réponse automatique d'absence
accusé de réception automatique|respuesta automática|respuesta automatizada|contestación automática
risposta automatica|resposta automática|resposta automàtica|automaattinen vastaus|automaattivastaus
automaatvastus|automatische äntwert|automatesch äntwert|automātiska atbilde|automātiskā atbilde
automatinis atsakymas|automatinis atsakas|odpowiedź automatyczna|automatyczna odpowiedź|autoodpowiedź
automatická odpověď|automatická odpoveď|automatikus válasz|răspuns automat|răspuns automatizat
samodejni odgovor|avtomatski odgovor|automatski odgovor|аутоматски одговор|автоматски одговор
автоматичен отговор|автоматический ответ|автоответ|автоматична відповідь|автовідповідь|аўтаматычны адказ
автоматты жауап|αυτόματη απάντηση|otomatik yanıt|otomatik yanit|otomatik cevap|otomatik yanıtlama
avtomatik cavab|avtomatik javob|erantzun automatikoa|sjálfvirkt svar|ateb awtomatig|freagra uathoibríoch
freagairt uathoibríoch|përgjigje automatike|tweġiba awtomatika|outomatiese antwoord|outomatiese reaksie
balasan otomatis|jawaban otomatis|balasan automatik|jawapan automatik|awtomatikong tugon|jibu otomatiki
תשובה אוטומטית|מענה אוטומטי|رد تلقائي|الرد التلقائي|رد آلي|پاسخ خودکار|خودکار جواب|स्वचालित उत्तर|स्वचालित प्रत्युत्तर
स्वचालित जवाब|स्वतः उत्तर|स्वयंचलित उत्तर|স্বয়ংক্রিয় উত্তর|સ્વચાલિત જવાબ|ਸਵੈਚਲਿਤ ਜਵਾਬ
தானியங்கு பதில்|స్వయంచాలక ప్రత్యుత్తరం
ಸ್ವಯಂಚಾಲಿತ ಪ್ರತ್ಯುತ್ತರ|യാന്ത്രിക മറുപടി|ตอบกลับอัตโนมัติ|การตอบกลับอัตโนมัติ|phản hồi tự động|trả lời tự động|thư trả lời tự động
ავტომატური პასუხი|ավտոմատ պատասխան|ራስ-ሰር ምላሽ
自动回复|自動回覆|自动答复|自動答覆|自動回信|自動返信|自動返信メール|自動応答|自動応答メッセージ|自動送信|自動送信メール|自動配信|自動配信メール
자동 회신|자동 응답|자동응답|자동회신
automaatne vastus|پاسخ خودكار|સ્વચાલિત પ્રત્યુત્તર|स्वचालित प्रतिसाद|स्वयंचलित प्रतिसाद|स्वयंचलित प्रत्युत्तर|स्वचालित जवाफ
স্বয়ংক্রিয় প্রত্যুত্তর|স্বয়ংক্ৰিয় উত্তৰ|ස්වයංක්‍රීය පිළිතුර|ឆ្លើយតបស្វ័យប្រវត្តិ|ຕອບກັບອັດຕະໂນມັດ
ସ୍ୱୟଂଚାଳିତ ଉତ୍ତର|സ്വയമേവയുള്ള മറുപടി|స్వయంచాలక జవాబు|ինքնաշխատ պատասխան|автоматты түрде жауап беру|автоматтык жооп
автомат җавап|автомат хариу|awtomatik jogap|whakautu aunoa|freagairt fèin-obrachail|jibu la otomatiki|awtomatikong sagot
sjálvvirkandi svar|aŭtomata respondo
"""  # noqa: RUF001 - letters of other scripts are meant
"""Automatic answers in so many words: no person puts them before or behind a subject."""

NOTICES = """
out of office|out of the office|out-of-office|out of office reply|out of office autoreply
out of office auto-reply|out of office response|out of office message|out of office notification
vacation reply|vacation auto-reply|vacation autoreply|vacation response|vacation message
abwesenheitsnotiz|abwesenheitsnachricht|abwesenheitsmeldung|abwesenheitsbenachrichtigung
abwesenheitsassistent|abwesenheitsinfo|urlaubsnotiz|eingangsbestätigung|afwezigheidsbericht
afwezigheidsassistent|ontvangstbevestiging|absence du bureau|message d'absence|fuera de oficina
fuera de la oficina|fuori ufficio|fuori sede|fora do escritório|ausência do escritório|poissaoloviesti
poissaoloilmoitus|frånvaromeddelande|fraværsmelding|fraværsbesked|házon kívül|不在通知|부재중|부재중 회신
"""
"""Absences and acknowledgements, in words that hardly anybody else puts before a colon."""

ABSENCES = """
autoresponder|autorespond|auto-respond
abwesenheit|abwesend|afwezig|afwezigheid|frånvaro|frånvarande|fravær|absent|absence|ausente|ausencia|ausência
assente|assenza|poissa|nieobecność|nepřítomnost|távollét|absent from office|away|away from my mail
away from office|on vacation|on leave|on holiday|im urlaub|urlaub|nicht im büro|nicht im haus|außer haus
en congé|en vacances|in ferie|ferie|férias|de vacaciones|vacaciones|urlop|dovolená|semester|på ferie|отпуск
в отпуске|отсутствую|休暇|不在
"""
"""The same in everyday words ("Abwesenheit meines Sohnes"), and the thing that people have trouble with: they have to
stand alone or before a colon."""

I_AM_ABSENT = """
i am away|i am out of office|i am out of the office|i'm out of office|i'm out of the office|i will be out of the office
i am on vacation|i am on holiday|ich bin abwesend|ich bin außer haus|ich bin im urlaub|ich bin nicht im büro
ich bin derzeit nicht im büro|ich bin zurzeit nicht im büro|je suis absent|je suis absente|je suis en congé
je suis en vacances|estoy de vacaciones|estoy fuera de la oficina|ik ben afwezig|sono in ferie
"""
"""What people say of themselves in the subject of a notice; they may also go on and ask something."""

BOUNCES = """
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
customers of whoever sends parcels write so; see `failure_subjects`."""

RECEIPTS = """
read|not read|read receipt|return receipt|gelesen|ungelesen|nicht gelesen|lesebestätigung|lu|non lu
confirmation de lecture|leído|no leído|lida|não lida|lido|letto|non letto|conferma di lettura|gelezen
niet gelezen|leesbevestiging|läst|inte läst|olästa|lest|ulest|læst|ikke læst|luettu|przeczytano|nie przeczytano
přečteno|olvasva|прочитано|не прочитано|已读|未读|開封済み|開封確認|읽음|disposition notification
"""
DELETED = """
deleted|deleted unread|not read: deleted|gelöscht|ungelesen gelöscht|supprimé|supprimé sans lecture|eliminado
eliminado sin leer|eliminato|eliminato senza lettura|verwijderd|ongelezen verwijderd|excluído|eliminada
borttaget|raderat|slettet|slettet ulest|poistettu|usunięto|smazáno|odstraněno|törölve|удалено|已删除|削除済み|삭제됨
"""
"""What Outlook says of mail that was thrown away."""

DELIVERED = """
delivered|relayed|expanded|zugestellt|übermittelt|remis|relayé|développé|entregado|retransmitido|entregue
consegnato|recapitato|inoltrato|bezorgd|afgeleverd|levererat|leveret|levert|toimitettu|dostarczono|dostarczone
doručeno|doručené|kézbesítve|livrat|доставлено|доставлен|teslim edildi|παραδόθηκε
已送达|已傳遞|已传递|配信済み|開封なし配信済み|배달됨
"""
"""What Exchange says of mail that arrived, went on to other servers, or to the members of a list."""

RECALLS = """
recall|message recall|rückruf|nachrichtenrückruf|rappel|rappel du message|rappel de message|recuperar|retirada
richiamo|richiama|intrekken|intrekking|återkalla|tilbagekald|tilbakekall|palautus|odwołanie|odvolání|visszahívás
отзыв|geri çağırma|撤回|回収|회수
"""  # noqa: RUF001 - letters of other scripts are meant
"""What Outlook says where somebody wants a message back."""

CALENDAR = """
invitation|updated invitation|canceled|cancelled|canceled event
cancelled event|meeting request|meeting canceled|einladung|aktualisierte einladung
abgesagt|termin abgesagt|abgesagter termin|neuer termin vorgeschlagen|besprechungsanfrage|invitation modifiée
annulé|événement annulé|invitación|invitación actualizada|cancelado|evento cancelado|invito|invito aggiornato
annullato|evento annullato|uitnodiging|bijgewerkte uitnodiging|geannuleerd
convite|convite atualizado|inbjudan|uppdaterad inbjudan|inställt|invitasjon|aflyst|kutsu|peruutettu
zaproszenie|odwołane|pozvánka|приглашение|отменено|邀请|已取消|招待|초대
"""
"""Invitations, and that nothing will come of them."""

INVITATION_ANSWERS = """
accepted|declined|tentative|tentatively accepted|new time proposed|neue zeit vorgeschlagen|neuer terminvorschlag
nouvelle heure proposée|nouvel horaire proposé|nueva hora propuesta|nuova ora proposta|nieuwe tijd voorgesteld
novo horário proposto|nova hora proposta|ny tid föreslagen|ny tid foreslået|nytt tidspunkt foreslått
zaproponowano nową godzinę|предложено новое время
angenommen|abgelehnt|zugesagt|vorläufig zugesagt|vorläufig
mit vorbehalt|mit vorbehalt zugesagt|mit vorbehalt angenommen|unter vorbehalt|accepté|acceptée|refusé|refusée
provisoire|aceptado|aceptada|rechazado|rechazada|provisional|accettato|accettata|rifiutato|rifiutata|provvisorio
provvisoria|geaccepteerd|afgewezen|geweigerd|voorlopig|voorlopig geaccepteerd|onder voorbehoud|aceito|aceita
aceite|recusado|recusada|provisório|provisória|tentativa|accepterat|accepterad|godkänt|avböjt|avböjd|preliminärt
preliminär|accepteret|afvist|afslået|foreløbig|godtatt|avslått|hyväksytty|hylätty|alustava|zaakceptowano
zaakceptowane|odrzucono|odrzucone|wstępna akceptacja|přijato|odmítnuto|nezávazně|prijaté|odmietnuté|elfogadva
elutasítva|feltételes|acceptat|refuzat|prihvaćeno|odbijeno|sprejeto|zavrnjeno|vastu võetud|keeldutud|priimta
atmesta|pieņemts|noraidīts|принято|отклонено|под вопросом|прийнято|відхилено|прието|отказано|αποδεκτή
kabul edildi|reddedildi|belirsiz
התקבל|נדחה|مقبول|مرفوض|已接受|已拒绝|已拒絕|已谢绝|暂定|暫訂|承諾|辞退|承諾済み|仮承諾|수락됨|거절됨|미정
"""
"""Answers to invitations: people accept offers in the same words."""

UPDATES = """
updated|updated event|aktualisiert|geändert|mis à jour|mise à jour|actualizado|actualizada|aggiornato|aggiornata
bijgewerkt|atualizado|atualizada|uppdaterat|uppdaterad|opdateret|oppdatert|päivitetty|zaktualizowano
aktualizováno|aktualizované|frissítve|actualizat|обновлено|güncellendi|已更新|更新済み|업데이트됨
"""
"""What Outlook says of a meeting that was moved."""

FORWARDED_MEETINGS = """
meeting forward notification|besprechungsweiterleitungsbenachrichtigung
benachrichtigung über besprechungsweiterleitung|notification de transfert de réunion
notificación de reenvío de reunión|notificación de reunión reenviada|notifica di inoltro riunione
notifica inoltro riunione|kennisgeving van doorgestuurde vergadering|melding van doorgestuurde vergadering
notificação de encaminhamento de reunião|notificação de reunião encaminhada|meddelande om vidarebefordrat möte
meddelelse om videresendt møde|varsel om videresendt møte|powiadomienie o przekazaniu spotkania
уведомление о пересылке приглашения на собрание
会议转发通知|會議轉寄通知|会議の転送通知|모임 전달 알림
"""  # noqa: RUF001 - letters of other scripts are meant
"""What Exchange says to whom a meeting was passed on."""

BARGAINS = (
    r"\?\s*$|\b(?:mein|meine|unser|unsere|my|our|mon|ma|mes|mijn|mio|mia)\b|genehmigung|visum|visa\b|kredit|karte|stipendi"
    r"|versicherung|garantie|kulanz|erstattung|f(?:oe|o)rder(?:ung|mittel)|widerspruch|kundigung|zulassung|bewilligung"
    r"|permi[st]|credit|loan|\bcard\b|scholarship|\bgrant\b|insurance|warrant|appeal|\bpaper\b|manuscript|abstract"
    r"|\bterms\b|bourse|assurance|\bpret\b|beca\b|seguro|garantia|garanzia|assicurazion|vergunning|verzekering"
    r"|angebot|anfrage|antrag|auftrag|bestell|rechnung|vertrag|preis|kauf|liefer|paket|reklamation|zahlung|bewerbung"
    r"|kostenvoranschlag|\bihr|\beuer|offer|quot|order|invoice|contract|price|purchase|\bdeliver(?!y status)|parcel"
    r"|refund|return"
    r"|payment|claim|request|application|proposal|tender|\byour\b|devis|commande|facture|\bvotre|\bvos\b|offert|ofert"
    r"|pedido|factura|fatura|preventivo|ordine|fattura|bestelling|factuur|\buw\b|\bsu\b"
)
"""What people accept and decline that is no meeting, in a pattern."""
