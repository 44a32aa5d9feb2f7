"""Mail providers that many have: server, and what to do there before a program may log in.

Hosts are those that the providers' own help pages and Thunderbird's public collection of settings name.
"""

from __future__ import annotations

from dataclasses import dataclass

_OWN_PASSWORD = "The password is that of the mailbox, as a mail program uses it."  # noqa: S105 - a hint


@dataclass(frozen=True, slots=True)
class MailProvider:
    """One provider; all of them listen at port 993 with TLS from the start."""

    key: str
    """What a person types."""
    name: str
    host: str
    """Its IMAP server; "" where each customer is given one."""
    note: str
    """What has to be done before a login works, and which password it takes."""
    domains: tuple[str, ...] = ()
    """Domains at which anybody can have an address, so that sharing one makes nobody a colleague."""
    own_domain_host: str = ""
    """The server for addresses at a customer's own domain, where it is another."""
    host_example: str = ""
    """What the server that a customer is given looks like."""
    local_part_login: bool = False
    """The user name is what stands before the `@`."""
    oauth2_only: bool = False
    """It takes no passwords at all."""

    def host_for(self, domain: str) -> str:
        """The server for an address at `domain`; "" where each customer is given one."""
        return self.host if domain in self.domains else self.own_domain_host or self.host


PROVIDERS: tuple[MailProvider, ...] = (
    MailProvider(
        "gmail",
        "Gmail, Google Workspace",
        "imap.gmail.com",
        "It takes an app password only: switch on 2-Step Verification, then make one at"
        " myaccount.google.com/apppasswords. In Workspace the administrator can forbid them; then"
        " log in with OAuth2 (docs/providers.md).",
        domains=("gmail.com", "googlemail.com"),
    ),
    MailProvider(
        "microsoft365",
        "Microsoft 365, Exchange Online, Outlook.com",
        "outlook.office365.com",
        "It takes no passwords. A client for replywatch has to be registered there once, which gives a client id"
        " (docs/providers.md); then somebody logs in with `replywatch login`.",
        domains=(
            *("outlook.com", "outlook.de", "outlook.at", "outlook.fr", "hotmail.com", "hotmail.de", "hotmail.co.uk"),
            *("hotmail.fr", "live.com", "live.de", "live.nl", "live.fr", "msn.com"),
        ),
        oauth2_only=True,
    ),
    MailProvider(
        "gmx",
        "GMX",
        "imap.gmx.net",
        "IMAP has to be switched on once, in the settings of the web mail (POP3 & IMAP). With two-factor login, make an"
        " app password there.",
        domains=("gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.eu", "gmx.biz", "gmx.org", "gmx.info"),
    ),
    MailProvider(
        "web.de",
        "WEB.DE",
        "imap.web.de",
        "IMAP has to be switched on once, in the settings of the web mail (POP3 & IMAP). With two-factor login, make an"
        " app password there.",
        domains=("web.de", "email.de"),
    ),
    MailProvider("ionos", "IONOS (1&1)", "imap.ionos.de", _OWN_PASSWORD),
    MailProvider(
        "strato",
        "Strato",
        "imap.strato.de",
        f"{_OWN_PASSWORD} Which mailbox takes sent mail is set by each mail program: look at what"
        " `replywatch check` says of it.",
    ),
    MailProvider(
        "t-online",
        "T-Online (Telekom)",
        "secureimap.t-online.de",
        "It takes the e-mail password, not that of the web site: set one in the customer centre, under e-mail.",
        domains=("t-online.de", "magenta.de"),
    ),
    MailProvider(
        "mailbox.org",
        "mailbox.org",
        "imap.mailbox.org",
        f"{_OWN_PASSWORD} The user name is the account's main address. With two-factor login, make an app password.",
        domains=("mailbox.org",),
    ),
    MailProvider(
        "posteo",
        "Posteo",
        "posteo.de",
        "It may want an app password: look under Settings, Password and security.",
        domains=("posteo.de", "posteo.net", "posteo.org", "posteo.eu", "posteo.at", "posteo.ch", "posteo.me"),
    ),
    MailProvider(
        "all-inkl",
        "ALL-INKL.COM",
        "",
        f"{_OWN_PASSWORD} Server and user name stand in the KAS, under e-mail.",
        host_example="w0123456.kasserver.com",
    ),
    MailProvider("hetzner", "Hetzner webhosting", "mail.your-server.de", _OWN_PASSWORD),
    MailProvider(
        "icloud",
        "iCloud Mail",
        "imap.mail.me.com",
        "It takes an app-specific password only: make one at account.apple.com.",
        domains=("icloud.com", "me.com", "mac.com"),
        local_part_login=True,
    ),
    MailProvider(
        "yahoo",
        "Yahoo Mail",
        "imap.mail.yahoo.com",
        "It takes an app password only: make one in the account's security settings. Of each mailbox the newest 10,000"
        " messages are shown.",
        domains=(
            *("yahoo.com", "yahoo.de", "yahoo.co.uk", "yahoo.fr", "yahoo.it", "yahoo.es", "ymail.com"),
            "rocketmail.com",
        ),
    ),
    MailProvider(
        "fastmail",
        "Fastmail",
        "imap.fastmail.com",
        "It takes an app password only: make one under Settings, Privacy & Security.",
        domains=("fastmail.com", "fastmail.fm"),
    ),
    MailProvider(
        "zoho",
        "Zoho Mail, data centre in Europe",
        "imap.zoho.eu",
        "IMAP has to be switched on in the settings of the mail account. With two-factor login, make an app password.",
        domains=("zohomail.eu",),
        own_domain_host="imappro.zoho.eu",
    ),
    MailProvider(
        "zoho.com",
        "Zoho Mail, data centre in the USA",
        "imap.zoho.com",
        "IMAP has to be switched on in the settings of the mail account. With two-factor login, make an app password.",
        domains=("zoho.com", "zohomail.com"),
        own_domain_host="imappro.zoho.com",
    ),
)

_BY_KEY = {provider.key: provider for provider in PROVIDERS}
_BY_HOST = {host: p for p in PROVIDERS for host in (p.host, p.own_domain_host) if host}
_BY_DOMAIN = {domain: provider for provider in PROVIDERS for domain in provider.domains}


def by_key(text: str) -> MailProvider | None:
    """The provider that a person names, in any letter case; None if none is called so."""
    return _BY_KEY.get(text.strip().lower())


def by_domain(domain: str) -> MailProvider | None:
    """The provider at which anybody can have an address at `domain` (lower case); None for all other domains."""
    return _BY_DOMAIN.get(domain)


def by_host(host: str) -> MailProvider | None:
    """The provider whose IMAP server `host` (lower case) is; None for all other servers."""
    return _BY_HOST.get(host)
