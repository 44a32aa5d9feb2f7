"""What an address looks like: a part of the mail system, a machine that nobody answers, a web form.

Addresses are judged by their local part and, where people can't have such a name, by the display name.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from replywatch.domain.messages import Address

_LONGEST_LOCAL = 100
"""Characters before the `@` that are looked at."""

_NO_REPLY = re.compile(
    r"""(?:^|[-._+=])(?:
        (?:please[-._]?)?(?:do[-._]?not|dont)[-._]?(?:reply|respond|answer) | no[-._]?reply | noreplies
      | never[-._]?reply | no[-._]?response | unattended | unmonitored
      | (?:bitte[-._]?)?nicht[-._]?(?:be)?antworten | keine[-._]?antwort(?:en)?
      | ne[-._]?pas[-._]?r[eé]pondre | n[aã]o[-._]?respond(?:a|er) | no[-._]?respond(?:er|a|as) | sin[-._]?respuesta
      | non[-._]?rispondere | niet[-._]?(?:be)?antwoorden | niet[-._]?reageren | geen[-._]?antwoord
      | svar[-._]?(?:ikke|ej|inte) | (?:ikke|inte)[-._]?svara?
      | nie[-._]?odpowiada[cjć] | neodpov[ií]dat | ne[-._]?otvechat
      | [aä]l[aä][-._]?vastaa | ei[-._]?vastausta | cevaplama(?:yin)? | nu[-._]?raspunde(?:ti)?
    )(?:$|[-._+=\d])
    | (?:no-?reply|do-?not-?reply)$""",
    re.VERBOSE,
)
_SOFTWARE = re.compile(
    r"""^(?:
        (?:.+[-._+])?(?:
            notifications?|notify|notifier|alerts?|newsletters?|bounces?|listserv|majordomo|bugzilla
          | auto[-._]?(?:mail|mailer|confirm|notify|reply|responder|message)
        )(?:[-._+=\d].*)?
      | cron(?:[-._]?(?:daemon|job))? | (?:www|http)-?data | httpd? | apache2? | wwwrun
      | nagios\d? | icinga\d? | zabbix | jenkins | logwatch | monit | sentry
    )$""",
    re.VERBOSE,
)
_ROOT_NAMES = re.compile(r"(?:.{0,30}\b)?(?:root|cron)\b|$", re.IGNORECASE)

_NAMED_FORM = re.compile(
    r"""^(?:.{0,60}(?:web|contact|kontakt|mail|anfrage)[-._]?form(?:ular|s|ulaire|ulario|ulier)?
      | form(?:ulare?|ulaire|ulario|ulier) | form[-._]?(?:submissions?|responses?|entry|entries|results?|mail(?:er)?|s)?
      | forms[-._].{1,60} | submissions?)(?:\+.*)?$""",
    re.VERBOSE,
)
"""Names that nobody but a web form has."""
_OF_FORMS = re.compile(
    r"""^(?:wordpress | www-?data | apache | httpd | wwwrun | nobody
      | (?:(?:web(?:site)?|site|forms?|contact|kontakt)[-._]?)?
        (?:notifications?|notify|notifier|auto[-._]?mail(?:er)?|mailer))(?:\+.*)?$""",
    re.VERBOSE,
)
"""Names that form services and web servers share with other programs."""
_TOKEN_HOSTS = frozenset({"imip.me.com"})
"""Domains at which machines read answers: iCloud's to its invitations."""
_TOKEN = re.compile(r"(?:[a-z]+[0-9]+){4}")
"""Letters and digits that take turns, as in no name."""
_SHORTEST_TOKEN = 30

_DAEMON = re.compile(
    r"(?:mailer|mail)[-_. ]?daemon\b|mdaemon$|post_master$|microsoftexchange[0-9a-f]{20,40}$"
    r"|mail (?:delivery|deliver) (?:sub)?system$|mail delivery service$"
)
_POSTMASTER = re.compile(r"postmaster(?:$|[-._+])")
_OFFICE = re.compile(
    r"\b(?:post[-_ ]?master"
    r"|e?-?mail ?(?:delivery|system|server|router|gateway|gate|hub|admin\w*|filter|security)"
    r"|system[-_. ]?administrator|sys[-_. ]?admin|mailserver|mailgate|mail[-_. ]?administrator|content[-_ ]filter"
    r"|interscan|post office|delivery (?:sub)?system|ndr|mta|spam firewall|jetmail)\b"
)
_CARETAKER = re.compile(r"(?:^|[-._])(?:admin|administrator|mailer|owner|request|bounces?|errors?)$|^owner-")


class PostOffice(StrEnum):
    """How much an address belongs to the mail system itself."""

    DAEMON = "daemon"
    """Nobody but a mail server has it: MAILER-DAEMON, Mail Delivery System, post_master@ (Verizon)."""
    POSTMASTER = "postmaster"
    """A mail server's or the person's in charge of it."""
    OFFICE = "office"
    """Named like a mail system."""
    CARETAKER = "caretaker"
    """Of a list or a system, or just somebody's: admin@, owner-…@."""


@lru_cache(maxsize=8192)
def is_no_reply(address: str) -> bool:
    """Whether `address` (lower case) says that nobody reads it, such as `no-reply@` or `shop-nicht-antworten@`."""
    return _NO_REPLY.search(_local(address)) is not None


@lru_cache(maxsize=8192)
def is_machine(address: str, name: str) -> bool:
    """Whether `address` (lower case) is a program's account, such as `no-reply@`, `notifications@` or `cron@`.

    People write as root, too: then the display name is theirs.
    """
    local = _local(address)
    if local == "root":
        return _ROOT_NAMES.match(name[:100]) is not None
    return is_no_reply(address) or _SOFTWARE.match(local) is not None


@lru_cache(maxsize=8192)
def is_named_form(address: str) -> bool:
    """Whether `address` (lower case) has a name that nobody but a web form has, such as `formresponses@`."""
    return _NAMED_FORM.match(_local(address)) is not None


@lru_cache(maxsize=8192)
def is_form(address: str) -> bool:
    """Whether web forms send from such an address (lower case) on behalf of their visitors; others may, too."""
    return is_no_reply(address) or is_named_form(address) or _OF_FORMS.match(_local(address)) is not None


@lru_cache(maxsize=8192)
def is_token(address: str) -> bool:
    """Whether `address` (lower case) is one that a machine made to read what comes back; nobody is called so."""
    local, _, domain = address.rpartition("@")
    token = "".join(c for c in local[:_LONGEST_LOCAL] if c.isalnum())
    return domain in _TOKEN_HOSTS or (len(token) >= _SHORTEST_TOKEN and _TOKEN.search(token) is not None)


@lru_cache(maxsize=8192)
def post_office(sender: Address) -> PostOffice | None:
    """Which part of a mail system `sender` is, by address and display name; None if none."""
    local, name = _local(sender.address), " ".join(sender.name[:100].lower().split())
    if _DAEMON.match(local) or _DAEMON.match(name if not local or _DAEMON.fullmatch(name) else ""):
        return PostOffice.DAEMON
    if _POSTMASTER.match(local):
        return PostOffice.POSTMASTER
    if _OFFICE.search(local) or _OFFICE.search(name):
        return PostOffice.OFFICE
    return PostOffice.CARETAKER if _CARETAKER.search(local) else None


def _local(address: str) -> str:
    """The part before the `@`, of a length that patterns may see."""
    return address.rpartition("@")[0][:_LONGEST_LOCAL]
