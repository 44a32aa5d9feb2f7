"""What mailboxes are called that are for something, in many languages: tables, and how names are compared."""

from __future__ import annotations

import unicodedata

from replywatch.domain.messages import Role


def folded(name: str) -> str:
    """`name` for comparison: letter case, Unicode form, hyphens, underscores and spaces don't count."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.replace("-", " ").replace("_", " ").split())


def listed(names: str) -> frozenset[str]:
    """The names of a table, folded: in lines, and in each between semicolons."""
    return frozenset(folded(name) for line in names.strip().splitlines() for name in line.split(";"))


NAMES = {
    Role.SENT: """
        Sent; Sent Items; Sent Mail; Sent Messages; Sent Objects; Sent-Mail
        Gesendet; Gesendete; Gesendete Objekte; Gesendete Elemente; Gesendete Nachrichten; Gesendete E-Mails
        Gesendete Mails; Versendet; Versandt
        Envoyés; Éléments envoyés; Messages envoyés; Courrier envoyé; Objets envoyés; Mails envoyés
        Enviados; Enviadas; Elementos enviados; Mensajes enviados; Correo enviado
        Itens enviados; E-mails enviados; Mensagens enviadas; Correio enviado
        Inviata; Inviati; Posta inviata; Elementi inviati; Messaggi inviati
        Verzonden; Verzonden items; Verzonden berichten; Verzonden objecten; Verzonden mail
        Wysłane; Elementy wysłane; Wiadomości wysłane
        Skickat; Skickade; Skickade objekt; Skickade meddelanden; Skickad e-post
        Sendt; Sendte; Sendt post; Sendte elementer; Sendte meldinger; Sendte beskeder; Sendt mail
        Lähetetyt; Lähetetyt kohteet; Lähetetyt viestit
        Odeslané; Odeslaná; Odeslaná pošta; Odeslané zprávy; Odeslané položky
        Odoslané; Odoslaná pošta; Odoslané položky
        Elküldött; Elküldött elemek; Elküldött levelek; Elküldött üzenetek
        Trimise; Elemente trimise; Mesaje trimise; Poslano; Poslane stavke; Poslane poruke
        Отправленные; Отправленные элементы; Надіслані; Изпратени
        Απεσταλμένα; Gönderilmiş Öğeler; Gönderilmiş Postalar; Gönderilenler
        Saadetud; Nosūtītie; Išsiųsti; Послато; Enviats; Terkirim; Thư đã gửi; จดหมายที่ส่งแล้ว; דואר יוצא; البريد المرسل
        已发送; 已发送邮件; 已发邮件; 已傳送郵件; 寄件備份; 送信済み; 送信済みメール; 送信済みアイテム
        보낸편지함; 보낸 편지함
    """,
    Role.SKIP: """
        Drafts; Draft; Draft Items; Outbox; Unsent Messages; Postponed; Postponed-msgs; Interrupted-mail
        Entwürfe; Entwurf; Postausgang
        Brouillons; Brouillon; Boîte d'envoi
        Borradores; Bandeja de salida; Rascunhos; Caixa de saída; A enviar
        Bozze; Posta in uscita
        Concepten; Postvak UIT; Klad
        Wersje robocze; Kopie robocze; Szkice; Skrzynka nadawcza
        Utkast; Utkorg; Kladder; Kladde; Udbakke; Utkast; Utboks; Luonnokset; Lähtevät
        Koncepty; Rozepsané; K odeslání; Pošta k odeslání; Rozpísané; Na odoslanie
        Piszkozatok; Postázandó; Ciorne; Nacrti; Osnutki
        Черновики; Исходящие; Чернетки; Чернови; Πρόχειρα; Taslaklar; Giden Kutusu
        Skice; Mustandid; Melnraksti; Juodraščiai; Нацрти; Недовршене; Schițe; Mesaje nefinalizate; Draf
        טיוטות; مسودات; المسودات; Thư nháp; จดหมายร่าง; ร่างจดหมาย
        草稿; 草稿箱; 下書き; 送信トレイ; 임시보관함; Esborranys
    """,
    Role.TRASH: """
        Trash; Deleted; Deleted Items; Deleted Messages; Bin; Trash Can; Wastebasket
        Papierkorb; Gelöscht; Gelöschte Objekte; Gelöschte Elemente; Gelöschte Nachrichten
        Corbeille; Éléments supprimés; Messages supprimés
        Papelera; Elementos eliminados; Mensajes eliminados
        Lixeira; Lixo; Itens excluídos; Itens eliminados
        Cestino; Posta eliminata; Elementi eliminati
        Prullenbak; Prullenmand; Verwijderde items; Verwijderde berichten
        Kosz; Elementy usunięte; Usunięte
        Papperskorgen; Papperskorg; Borttaget; Borttagna objekt
        Papirkurv; Slettet post; Slettede elementer; Slettet; Papirkurven; Søppel
        Roskakori; Poistetut; Poistetut kohteet
        Koš; Odstraněná pošta; Odstraněné; Kôš; Odstránené položky
        Kuka; Lomtár; Törölt elemek; Coș de gunoi; Elemente șterse; Smeće; Koš za smeti
        Корзина; Удаленные; Удалённые; Удаленные элементы; Кошик; Κάδος απορριμμάτων; Çöp Kutusu; Silinmiş Öğeler
        Кошче; Coş de gunoi; Elemente şterse; Otpad; Отпад; Prügikast; Atkritne; Miskaste; Šiukšliadėžė; Šiukšlinė
        Paperera; Sampah; אשפה; פריטים שנמחקו; المهملات; سلة المهملات; العناصر المحذوفة; Thùng rác; ถังขยะ
        已删除邮件; 已删除; 垃圾桶; 垃圾箱; ゴミ箱; 削除済みアイテム; 휴지통
    """,
    Role.JUNK: """
        Junk; Spam; Junk Email; Junk E-Mail; Junk Mail; Bulk; Bulk Mail; Spamverdacht
        Werbung und Spam; Unerwünscht; Unerwünschte Werbung; Junk-E-Mail
        Indésirables; Courrier indésirable; Pourriel
        Correo no deseado; Correo basura; Lixo eletrônico; Lixo eletrónico; E-mail não solicitado
        Posta indesiderata; Indesiderata
        Ongewenste e-mail; Ongewenste mail; Reclame
        Wiadomości-śmieci; Niechciane; Wiadomości niechciane
        Skräppost; Skräp; Uønsket e-mail; Uønsket mail; Uønsket; Søppelpost; Uønsket e-post; Roskaposti
        Nevyžádaná pošta; Nevyžiadaná pošta; Levélszemét; Neželena pošta; Neželjena pošta
        Спам; Нежелательная почта; Ανεπιθύμητα; Ανεπιθύμητη αλληλογραφία; Gereksiz; Gereksiz E-posta; İstenmeyen
        Vsiljena pošta; Neželjeno; Непожељне; Rämpspost; Mēstules; Šlamštas; Correu brossa; Thư rác; จดหมายขยะ; สแปม
        ספאם; דואר זבל; غير مرغوب فيها; الرسائل غير المرغوب فيها; البريد العشوائي
        垃圾邮件; 垃圾郵件; 迷惑メール; 스팸함; 스팸메일함
    """,
    Role.ARCHIVE: """
        Archive; Archives; Archived
        Archiv; Archiviert
        Archivés; Archivo; Archivados; Arquivo; Arquivos; Arquivo morto; Arquivados
        Archivio; Archiviati
        Archief; Gearchiveerd
        Archiwum
        Arkiv; Arkiverat; Arkiveret; Arkivert; Arkisto; Arkistoitu; Archív; Archivum; Archívum; Arhiva; Arhiv
        Архив; Архів; Αρχειοθέτηση; Arşiv; 归档; 存档; 封存; アーカイブ; 보관함
    """,
}
"""Role → what its mailboxes are called; those to skip hold what was not sent yet."""

ALL_MAIL = listed("""
    All Mail; Alle Nachrichten; Tous les messages; Todos os e-mails; Tutti i messaggi; Alle berichten; Alle e-mails
    Alle mails; All e-post; Kaikki viestit; Wszystkie; Všechny zprávy; Összes levél; Вся почта; Уся пошта; Tüm Postalar
    すべてのメール; 所有邮件; 所有郵件; 전체보관함
""")
"""Archives that hold what lies in other mailboxes as well, at Gmail and Proton, on the server and in local copies."""

GMAIL_ROOTS = frozenset({"[gmail]", "[google mail]"})
"""Below them are Gmail's own mailboxes, and nobody else's."""
GMAIL_VIEWS = listed("""
    Starred; Important; Markiert; Wichtig; Suivis; Importants; Destacados; Importantes; Speciali; Importanti
    Met ster; Belangrijk; Oznaczone gwiazdką; Ważne; Com estrela; Importante; Stjärnmärkt; Stjärnmärkta; Viktigt
    Stjernemarkeret; Vigtige; Vigtigt; Stjernemerket; Viktig; Tähdellä merkityt; Tärkeät; S hvězdičkou; Důležité
""")
"""Of Gmail's own: those that show what lies elsewhere."""
CHATS = listed("""
    Chat; Chats; Tous les chats; Bate-papos; Bate-papo; Czat; Чаты; Чат; チャット; 聊天
""")
"""Gmail's mailbox of chats, which its Takeout files give as a label."""

EXCHANGE = listed("""
    Calendar; Contacts; Tasks; Notes; Journal; Conversation History; RSS Feeds; RSS Subscriptions; Sync Issues
    Kalender; Kontakte; Aufgaben; Notizen; Aufgezeichnete Unterhaltungen; Unterhaltungsverlauf; RSS-Feeds
    RSS-Abonnements; Synchronisierungsprobleme; Synchronisationsprobleme
    Calendrier; Tâches; Historique des conversations; Flux RSS; Abonnements RSS; Problèmes de synchronisation
    Calendario; Contactos; Tareas; Notas; Diario; Historial de conversaciones; Fuentes RSS; Suscripciones RSS
    Problemas de sincronización
    Calendário; Contatos; Tarefas; Anotações; Diário; Histórico de Conversas; Histórico de Conversações; Feeds RSS
    Feeds de RSS; Problemas de Sincronização
    Contatti; Attività; Note; Cronologia conversazioni; Feed RSS; Problemi di sincronizzazione
    Problemi sincronizzazione
    Agenda; Contactpersonen; Taken; Notities; Logboek; Gespreksgeschiedenis; RSS-abonnementen
    Synchronisatieproblemen
    Kalendarz; Kontakty; Zadania; Notatki; Dziennik; Historia konwersacji; Źródła danych RSS; Kanały informacyjne RSS
    Problemy z synchronizacją
    Kontakter; Uppgifter; Anteckningar; Konversationshistorik; RSS-flöden; Synkroniseringsproblem
    Kontaktpersoner; Opgaver; Noter; Samtaleoversigt; Samtalehistorik; RSS-kilder; Synkroniseringsproblemer
    Oppgaver; Notater; Samtalehistorikk; Samtalelogg; RSS-feeder; RSS-abonnementer
    Kalenteri; Yhteystiedot; Tehtävät; Muistilaput; Muistiinpanot; Päiväkirja; Keskusteluhistoria; RSS-syötteet
    Synkronointiongelmat
    Kalendář; Úkoly; Poznámky; Deník; Historie konverzací; Informační kanály RSS; Problémy se synchronizací
    Kalendár; Úlohy; Denník; História konverzácií; Informačné kanály RSS; Problémy so synchronizáciou
    Naptár; Névjegyalbum; Névjegyek; Feladatok; Feljegyzések; Jegyzetek; Napló; Beszélgetések előzményei
    Beszélgetési előzmények; RSS-hírcsatornák; Szinkronizálási hibák; Szinkronizálási problémák
    Persoane de contact; Activități; Jurnal; Istoric conversații; Fluxuri RSS; Probleme de sincronizare
    Koledar; Stiki; Opravila; Opombe; Dnevnik; Zgodovina pogovorov; Viri RSS; Težave s sinhronizacijo
    Kalendar; Kontakti; Zadaci; Bilješke; Beleške; Povijest razgovora; RSS izvori; Problemi sa sinkronizacijom
    Календарь; Контакты; Задачи; Заметки; Дневник; Журнал бесед; История бесед; RSS-каналы; Проблемы синхронизации
    Ошибки синхронизации
    Календар; Контакти; Завдання; Нотатки; Журнал; Журнал розмов; RSS-канали; Проблеми синхронізації
    Бележки; Хронология на разговорите; RSS емисии
    Ημερολόγιο; Επαφές; Εργασίες; Σημειώσεις; Χρονικό; Ιστορικό συνομιλιών; Τροφοδοσίες RSS; Θέματα συγχρονισμού
    Takvim; Kişiler; Görevler; Notlar; Günlük; Konuşma Geçmişi; RSS Akışları; Eşitleme Sorunları
    日历; 联系人; 任务; 便笺; 日记; 对话历史记录; RSS 源; 同步问题
    行事曆; 連絡人; 記事; 日誌; 交談記錄; RSS 摘要; 同步處理問題
    予定表; 連絡先; タスク; メモ; 会話の履歴; RSS フィード; 同期の失敗
    일정; 연락처; 메모; 업무 일지; 대화 내용; RSS 피드; 동기화 문제
    Calendari; Contactes; Tasques; Diari; Historial de converses
""")  # noqa: RUF001 - letters of other scripts are meant
"""What Exchange lists at its top, though it holds no mail: few messages there can be read, and nobody wrote them.

Names that people give to mailboxes of mail, too, are left out, such as 工作, which is both tasks and work.
"""

ROLE_OF_NAME = {name: role for role, names in NAMES.items() for name in listed(names)} | dict.fromkeys(
    ALL_MAIL, Role.ARCHIVE
)
"""Name, folded → role."""
