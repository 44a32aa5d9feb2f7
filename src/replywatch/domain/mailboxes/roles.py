"""What a mailbox is for: by the config, by what the server says (SPECIAL-USE), by its name in many languages."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.messages import Because, Role

PUT_AWAY = (Role.JUNK, Role.TRASH)
"""What lies there was thrown away, or taken for spam."""

_UNREADABLE = frozenset({"\\noselect", "\\nonexistent"})

_SPECIAL_USE = (
    # RFC 6154 and 8457. Gmail's All Mail (\All) holds both directions, so it is read like an archive; the marked
    # and important ones are views of messages that lie elsewhere.
    ("\\sent", Role.SENT),
    ("\\drafts", Role.SKIP),
    ("\\junk", Role.JUNK),
    ("\\trash", Role.TRASH),
    ("\\archive", Role.ARCHIVE),
    ("\\all", Role.ARCHIVE),
    ("\\flagged", Role.SKIP),
    ("\\important", Role.SKIP),
)

_NAMES = {
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
        已发送; 已发送邮件; 已傳送郵件; 寄件備份; 送信済み; 送信済みメール; 送信済みアイテム; 보낸편지함; 보낸 편지함
    """,
    Role.SKIP: """
        Drafts; Draft; Draft Items; Outbox; Unsent Messages
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
        已删除邮件; 已删除; 垃圾桶; ゴミ箱; 削除済みアイテム; 휴지통
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
        垃圾邮件; 垃圾郵件; 迷惑メール; 스팸함; 스팸메일함
    """,
    Role.ARCHIVE: """
        Archive; Archives; Archived; All Mail
        Archiv; Archiviert; Alle Nachrichten
        Archivés; Tous les messages
        Archivo; Archivados; Arquivo; Arquivos; Arquivo morto; Arquivados; Todos os e-mails
        Archivio; Archiviati; Tutti i messaggi
        Archief; Gearchiveerd; Alle berichten; Alle e-mails
        Archiwum; Wszystkie
        Arkiv; Arkiverat; Arkiveret; Arkivert; Arkisto; Arkistoitu; Archív; Archivum; Archívum; Arhiva; Arhiv
        Архив; Архів; Вся почта; Αρχειοθέτηση; Arşiv; 归档; 存档; 封存; アーカイブ; 보관함
    """,
}

_GMAIL_ROOTS = frozenset({"[gmail]", "[google mail]"})
_GMAIL_VIEWS = """
    Starred; Important; Markiert; Wichtig; Suivis; Importants; Destacados; Importantes; Speciali; Importanti
    Met ster; Belangrijk; Oznaczone gwiazdką; Ważne; Com estrela; Importante; Stjärnmärkt; Stjärnmärkta; Viktigt
    Stjernemarkeret; Vigtige; Vigtigt; Stjernemerket; Viktig; Tähdellä merkityt; Tärkeät; S hvězdičkou; Důležité
"""

_INHERITED = frozenset({Role.SENT, Role.ARCHIVE, Role.JUNK, Role.TRASH, Role.SKIP})
_OVERRIDING = frozenset({Role.JUNK, Role.TRASH, Role.SKIP})
_DEEPEST = 100
"""Levels above a mailbox that are looked at; names are the server's, and may be absurd."""


@dataclass(frozen=True, slots=True)
class Roles:
    """What the mailboxes of an account are for: what the config says of them, and the rules for all others.

    The config wins over SPECIAL-USE (RFC 6154), that over the name. A mailbox below Sent, Trash, Junk, an archive or a
    skipped one is of the same role, unless it says otherwise itself; below INBOX it is an ordinary folder.
    """

    said: tuple[tuple[str, Role], ...] = ()
    """(mailbox name, role) as the config says; `INBOX` in any letter case, other names exactly."""
    _by_name: Mapping[str, Role] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Prepare the look-up."""
        object.__setattr__(self, "_by_name", {_same_inbox(name): role for name, role in self.said})

    def of(self, listing: Listing) -> Role:
        """What the mailbox is for; `Role.FOLDER` if nothing tells."""
        return self._judge(listing)[0]

    def reason(self, listing: Listing) -> Because:
        """What told the role."""
        return self._judge(listing)[1]

    def of_gmail(self, role: Role) -> Role:
        """What the config says of Gmail's own mailbox for `role`, in whatever language; `role` itself if nothing."""
        for name, said in self.said:
            root, _, last = name.partition("/")
            if folded(root) in _GMAIL_ROOTS and _ROLE_OF_NAME.get(folded(last)) is role:
                return said
        return role

    def names(self, mailbox: str) -> bool:
        """Whether the config speaks of the mailbox of just this name."""
        return any(name == mailbox for name, _ in self.said)

    def missing(self, listings: Iterable[Listing]) -> list[tuple[str, Role]]:
        """What the config says of mailboxes that are not there: neither in `listings` nor above a mailbox that is."""
        there = {
            _same_inbox(name)
            for listing in listings
            for name in (listing.name, *islice(_parents(listing.name, listing.delimiter), _DEEPEST))
        }
        return [(name, role) for name, role in self.said if _same_inbox(name) not in there]

    def _judge(self, listing: Listing) -> tuple[Role, Because]:
        if role := self._by_name.get(_same_inbox(listing.name)):
            return role, Because("role.config")
        attributes = frozenset(attribute.lower() for attribute in listing.attributes)
        if not attributes.isdisjoint(_UNREADABLE):
            return Role.SKIP, Because("role.unreadable")
        if _same_inbox(listing.name) == "INBOX":
            return Role.INBOX, Because("role.name")
        for attribute, role in _SPECIAL_USE:
            if attribute in attributes:
                return role, Because("role.special-use", value=attribute)
        by_name = _role_by_name(listing.name, listing.delimiter)
        inherited, parent = _inherited(listing.name, listing.delimiter, self._by_name)
        # What lies in the trash was thrown away, whatever it is called; likewise below a mailbox that is skipped.
        if by_name and inherited not in _OVERRIDING:
            return by_name, Because("role.name")
        return (inherited, Because("role.below", value=parent)) if inherited else (Role.FOLDER, Because("role.none"))


def _inherited(name: str, delimiter: str, by_name: Mapping[str, Role]) -> tuple[Role | None, str]:
    """Role and name of the nearest mailbox above that has one to hand down."""
    for parent in islice(_parents(name, delimiter), _DEEPEST):
        if role := by_name.get(_same_inbox(parent)):
            return (role if role in _INHERITED else None), parent
        if role := _role_by_name(parent, delimiter):
            return role, parent
    return None, ""


def _parents(name: str, delimiter: str) -> Iterator[str]:
    """The names above, nearest first."""
    while delimiter and delimiter in name:
        name = name.rpartition(delimiter)[0]
        yield name


def _role_by_name(name: str, delimiter: str) -> Role | None:
    first, last = (folded(part) for part in _ends(name, delimiter))
    if first == "virtual":
        return Role.SKIP  # the customary prefix of Dovecot's virtual plugin: every message there lies elsewhere too
    if first in _GMAIL_ROOTS and last in _GMAIL_VIEW_NAMES:
        return Role.SKIP
    return _ROLE_OF_NAME.get(last)


def _ends(name: str, delimiter: str) -> tuple[str, str]:
    """First and last part of a name."""
    return (name.partition(delimiter)[0], name.rpartition(delimiter)[2]) if delimiter else (name, name)


def _same_inbox(name: str) -> str:
    """`name`, with INBOX in one letter case (RFC 9051, section 5.1)."""
    return "INBOX" if name.upper() == "INBOX" else name


def folded(name: str) -> str:
    """`name` for comparison: letter case, Unicode form, hyphens, underscores and spaces don't count."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(folded.replace("-", " ").replace("_", " ").split())


def _listed(names: str) -> frozenset[str]:
    return frozenset(folded(name) for line in names.strip().splitlines() for name in line.split(";"))


_ROLE_OF_NAME = {name: role for role, names in _NAMES.items() for name in _listed(names)}
_GMAIL_VIEW_NAMES = _listed(_GMAIL_VIEWS)
