"""What an address looks like: a part of the mail system, a machine, a robot, a newsletter, a web form.

Addresses are judged by their local part and, where people can't have such a name, by the display name.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

from replywatch.domain.mail_providers import is_mail_provider
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
      | nagios\d? | icinga\d? | zabbix | logwatch | sentry | patchwork | phabricator
    )$""",
    re.VERBOSE,
)
_ACCOUNT = re.compile(r"(?:root|nobody|oracle|postgres(?:ql)?|mysql|daemon|svn|cvs|gitlab)$")
"""Accounts of computers."""
_ACCOUNT_NAMES = re.compile(
    r"(?:.{0,30}\b)?(?:root|cron|nobody|oracle|postgres(?:ql)?|mysql|daemon|subversion|svn|cvs|gitlab)\b|$",
    re.IGNORECASE,
)
_NAMESAKE = re.compile(r"(?:gerrit|hudson|jenkins|monit|trac)$")
"""Programs that are called like people."""
_OF_ACCOUNTS = frozenset({
    "account", "admin", "administrator", "alert", "alerts", "at", "automation", "backup", "bot", "bug", "bugs",
    "build", "builds", "charlie", "ci", "cloud", "code", "commit", "commits", "cron", "daemon", "database",
    "db", "dba", "deploy", "dev", "enterprise", "host", "issue", "issues", "job", "jobs", "log", "logs", "mail",
    "mailer", "manager", "master", "monitor", "monitoring", "node", "notification", "notifications", "on",
    "production", "project", "release", "report", "reports", "repository", "review", "robot", "security", "server",
    "service", "services", "staging", "system", "team", "test", "tests", "ticket", "tickets", "tracker",
    "update", "updates", "user", "via", "web", "wiki",
})  # fmt: skip
"""Words beside a program's name that make no person's of it."""
_MOST_NAMES = 4
_PROGRAM_WORDS = (
    r"(?:build|test|ci|kernel|patch|merge|release|review|deploy|issue|bug|commit|ticket|lint|backport|stale|git\w*|svn"
    r"|cvs|jenkins|jira|wiki|irc|doc|docs|dependa|renovate|syz|sync|translation|notification|auto\w*)"
)
_ROBOT = re.compile(r"(?:.*(?<!\ble)-bot|(?:ro)?bot-.*|robots?|.*\[bot\])$")
_PROGRAM_BOT = re.compile(rf"{_PROGRAM_WORDS}-?bot\d*$")
_HYPHENATED = re.compile(r"([^\W_]+) (?:\S+ )?[^\W_]+-Bot$")
_TAGGED_ROBOT = re.compile(r"[^+]{0,60}(?<!tal)(?<!\bab)(?<!\bca)bot\+.")
_ROBOT_NAME = re.compile(rf".*\[bot\]|.*\w-bot$|.*\w robot$|(?i:(?:.*\s)?{_PROGRAM_WORDS}[ -]?(?:ro)?bot)$")

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
    r"|smtp[-_ ]?(?:gateways?|server|relay)"
    r"|system[-_. ]?administrator|sys[-_. ]?admin|mailserver|mailgate|mail[-_. ]?administrator|content[-_ ]filter"
    r"|interscan|post office|delivery (?:sub)?system|ndr|mta|spam firewall|jetmail)\b"
)
_CARETAKER = re.compile(r"(?:^|[-._])(?:admin|administrator|mailer|owner|request|bounces?|errors?)$|^owner-")


_CALENDAR_HOST = re.compile(r"(?:.+\.)?(?:imip|caldav|calendar-?server)\.")
_RETURNED_TO = re.compile(r"(?:.{1,80}[-.])?bounces?(?:[-+=].*)?$")

_NEWSLETTER_HOST = re.compile(
    r"(?:e-?)?(?:newsletters?|mailings?|newsmail|rundmail|infomail|infoletter|nieuwsbrief|nyhetsbrev"
    r"|infolettre|boletin)\d*$"
)
_NEWS_HOSTS = frozenset({"news", "marketing"})
_BULK_HOST = re.compile(
    r"(?:e|em|e-?mails?|e-?news|news|mailer|campaigns?|crm|mkt|mktg|marketing|promos?|promotions?|offers?|angebote|click)"
    r"\d{0,3}$"
)
"""Sub-domains from which many are written to, and at which people may have addresses too."""
_ANNOUNCER = re.compile(r"(?:owner-.{0,60}?(?:announce(?:ments?)?|news(?:letter)?)|announce(?:ments?)?)$")
_ROLE = re.compile(
    r"(?:info|news|service|shop|store|team|hello|hallo|hi|mail|e-?mail|contact|kontakt|marketing|offers?|angebote?|updates?"
    r"|redaktion|editor(?:ial)?|office|support|sales|vertrieb|abo|club|customer-?(?:service|care)?|kundenservice|promo"
    r"|promotions?|deals?|events?|community|digest|daily|weekly|monthly|today|post|reply|welcome|billing|invoices?"
    r"|rechnung(?:en)?|accounts?|accounting|orders?|bestellung(?:en)?|presse?|newsletters?|mailings?|bulletin)$"
)
_RELAY = re.compile(r"(?:re(?:ply)?|r|guest|member|user|conversation|chat|ticket|case|message)[-+._]")
"""Tokens behind which people are, who are answered by them."""
_NAME_AND_YEAR = re.compile(r"[a-z]+(?:[._-][a-z]+)*[._-]?(?:19|20)\d\d$")
"""What people call themselves where their name was taken."""
_NAME_WORD = re.compile(r"[^\W\d_]{3,}")
_NAMES = re.compile(r"[^\W_]+")
_SECOND_LEVEL = frozenset({"ac", "co", "com", "edu", "gov", "gv", "ltd", "ne", "net", "or", "org"})
_LONGEST_DOMAIN = 255
_SHORTEST_MADE_UP = 16


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

    People write as root, too: then the display name is theirs. Some are called like a program (Gerrit de Vries), and at
    a mail provider no program has an account.
    """
    local = _local(address)
    account, namesake = _ACCOUNT.match(local), _NAMESAKE.match(local)
    if account or namesake:
        if is_mail_provider(address.rpartition("@")[2]) or _is_called(name[:100], local):
            return False
        return namesake is not None or _ACCOUNT_NAMES.match(name[:100]) is not None
    return is_no_reply(address) or _SOFTWARE.match(local) is not None


def _is_called(name: str, local: str) -> bool:
    """Whether a display name is that of a person whose first or last name is `local`."""
    words = _NAMES.findall(name.lower())
    if local == "gerrit" and set(words) <= {local}:  # the program always says more
        return True
    return (
        1 < len(words) <= _MOST_NAMES
        and local in (words[0], words[-1])
        and words[0] != words[-1]
        and _OF_ACCOUNTS.isdisjoint(words)
    )


@lru_cache(maxsize=8192)
def is_robot(sender: Address) -> bool:
    """Whether `sender` is called a bot, such as `build-bot@`, `syzbot+17@` or "kernel test robot".

    A person may be called kspambot, Jan Bot or Yann Le-Bot: what tells is a hyphen, or (but at a mail provider) a tag
    or a program's name before it.
    """
    local, _, domain = sender.address[:400].rpartition("@")
    if not local or ("bot" not in local and "bot" not in sender.name[:100].lower()):
        return False
    if _ROBOT.match(local[:100]):
        return not _is_hyphenated(sender)
    if not is_mail_provider(domain):
        if _PROGRAM_BOT.match(local[:100]):
            return True
        if _TAGGED_ROBOT.match(local[:100]):
            return len(sender.name.split()) < 2 or not is_persons(sender)
    return "bot" in sender.name[:100].lower() and _ROBOT_NAME.match(sender.name[:100].rstrip()) is not None


def _is_hyphenated(sender: Address) -> bool:
    """Whether a person's first and last name are there, as in "Anna Meier-Bot" <anna.meier-bot@…>."""
    found = _HYPHENATED.match(sender.name[:100])
    first = found[1].lower() if found else ""
    return bool(first) and sender.address.startswith(first) and first not in _OF_ACCOUNTS


@lru_cache(maxsize=8192)
def is_bulk_sender(sender: Address) -> bool:
    """Whether `sender` looks like a newsletter's: by a sub-domain such as `newsletter.` or `news.`, or an announcer.

    Where people may be as well, a role or a token before the @ is needed; whose name is before the @ is a person.
    """
    local, _, domain = sender.address.rpartition("@")
    if not local or len(domain) > _LONGEST_DOMAIN:
        return False
    hosts = domain.split(".")[: -_own_labels(domain)]
    looks_so = (
        bool(_ANNOUNCER.match(local[:100]) or any(map(_NEWSLETTER_HOST.match, hosts)))
        or ("news" in hosts and bool(_ROLE.match(local[:100]) or local in domain.split(".")))
        or (any(map(_BULK_HOST.match, hosts)) and is_made_up(local))
    )
    return looks_so and not is_persons(sender)


@lru_cache(maxsize=8192)
def is_newsletter_host(domain: str) -> bool:
    """Whether `domain` (lower case) has a sub-domain from which newsletters are sent; some people are there, too."""
    hosts = domain[:_LONGEST_DOMAIN].split(".")[: -_own_labels(domain[:_LONGEST_DOMAIN])]
    return any(host in _NEWS_HOSTS or _NEWSLETTER_HOST.match(host) for host in hosts)


def is_persons(sender: Address) -> bool:
    """Whether a word of the display name stands before the @, and is neither a role's nor the domain's."""
    local, _, domain = sender.address.rpartition("@")
    found = set(_NAME_WORD.findall(local[:100])) & set(_NAME_WORD.findall(sender.name[:100].lower()))
    return any(word not in domain and not _ROLE.match(word) for word in found)


def of_house(sender: Address) -> bool:
    """Whether `sender` is a firm's or one of its roles': before the @, and in the first word of a display name."""
    local, _, domain = sender.address.rpartition("@")
    name = _NAME_WORD.search(sender.name[:100].lower())
    return _ROLE.match(local[:100]) is not None and (
        name is None or name[0] in domain or _ROLE.match(name[0]) is not None
    )


def is_made_up(local: str) -> bool:
    """Whether the part before the @ was made by a program for one mail, and isn't one by which people are answered."""
    if len(local) < _SHORTEST_MADE_UP or _RELAY.match(local) or _NAME_AND_YEAR.match(local[:100]):
        return False
    digits = sum(map(str.isdigit, local[:100]))
    return "#" in local or (digits >= 4 and sum(map(str.isalpha, local[:100])) >= 4)


def organisation(domain: str) -> str:
    """The domain (lower case) without its sub-domains, as far as that can be told without a list of all registries."""
    return ".".join(domain.split(".")[-_own_labels(domain) :])


def _own_labels(domain: str) -> int:
    """How many labels at the end of a domain are the name that was registered: three of example.co.uk."""
    *_, second, top = ("", "", *domain.split("."))
    return 3 if len(top) == 2 and second in _SECOND_LEVEL else 2


@lru_cache(maxsize=8192)
def is_calendar(address: str) -> bool:
    """Whether answers to invitations go to an address (lower case), such as Apple's at imip.me.com (RFC 6047)."""
    local, _, domain = address.rpartition("@")
    return len(local) >= _SHORTEST_MADE_UP and _CALENDAR_HOST.match(domain[:_LONGEST_DOMAIN]) is not None


@lru_cache(maxsize=8192)
def takes_returns(address: str) -> bool:
    """Whether an address (lower case) is there for returned mail, such as `users-bounces@`: nobody writes there."""
    return "bounce" in address and _RETURNED_TO.match(_local(address)) is not None


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
    token = "".join(c for c in _local(address) if c.isalnum())
    return is_calendar(address) or (len(token) >= _SHORTEST_TOKEN and _TOKEN.search(token) is not None)


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
