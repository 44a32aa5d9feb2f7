"""A first config, written from a few answers."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

from replywatch.config.model import Secret
from replywatch.config.providers import MailProvider
from replywatch.config_lines import listed, quoted

_TEMPLATE = """\
# The config of replywatch, made by `replywatch init`. `replywatch check` tries it.
# Unknown keys are errors. Paths are seen from this file's folder; a leading ~ is your home folder.

# Who counts as "ours": the answers of these people end a wait, their mail to each other is internal.
[team]
# The shared addresses that people write to.
addresses = {addresses}
# Ours at other domains, such as colleagues' private addresses: their answers count, mail to them alone does not.
{people}
# Everybody at these domains is ours; "*.example.com" adds sub-domains. Never a provider's, such as gmail.com: its other
# users would be colleagues.
domains = {domains}
# Ours, but machines (shop, ticket system): they never answer anybody.
#automatic_senders = ["shop@example.com"]
# Addresses that web forms send from: the visitor in Reply-To is the contact; without one, whoever filled it in waits.
#webforms = ["website@example.com"]

[accounts.{account}]
type = "imap"
{note}host = {host}
{tls}username = {username}
{password}
# Roles are found by themselves. Say it where `replywatch check` finds them wrong; "skip" is never read.
#mailboxes = {{ sent = ["Gesendete Objekte"], skip = ["Privat"] }}

# A colleague who answers from a mailbox of her own gets a table, too; without it her answers are not seen.
# watched = false: personal mail to her does not count, her answers do.
#[accounts.anna]
#type = "imap"
#host = {host}
{tls_of_colleague}#username = "anna@example.com"
#{password_of_colleague}
#watched = false

[report]
# The zone in which days begin.
timezone = {timezone}
# Unanswered for at least so long counts as "never", before that as "waiting".
#never_after = "14d"
"""

_TENANT = "# `tenant` only if the client is registered for your organization alone: its directory (tenant) id.\n"


@dataclass(frozen=True, slots=True)
class Draft:
    """What a first config says."""

    account: str
    """A bare key of TOML."""
    addresses: tuple[str, ...]
    domains: tuple[str, ...]
    host: str
    username: str
    password: Secret
    timezone: str
    port: int = 993
    tls: str = "implicit"
    provider: MailProvider | None = None
    """Its note becomes a comment."""
    people: tuple[str, ...] = ()
    """Colleagues' addresses at other domains."""
    client_id: str = ""
    """The client that is registered at Microsoft; with one, OAuth2 takes the place of the password."""


def draft_text(draft: Draft) -> str:
    """The config as TOML with comments; whether the loader takes it is for the caller to see."""
    usual = (draft.port, draft.tls) == (993, "implicit")
    tls = [] if usual else [f"port = {draft.port}\n", f"tls = {quoted(draft.tls)}\n"]
    client = _client(draft.client_id)
    return _TEMPLATE.format(
        addresses=listed(draft.addresses),
        people=f"people = {listed(draft.people)}" if draft.people else '#people = ["anna@example.net"]',
        domains=listed(draft.domains),
        account=draft.account,
        note=_comment(draft.provider) if draft.provider else "",
        host=quoted(draft.host),
        tls="".join(tls),
        tls_of_colleague="".join(f"#{line}" for line in tls),
        username=quoted(draft.username),
        password=_TENANT + client if draft.client_id else _password(draft.password),
        password_of_colleague=client if draft.client_id else 'password = { env = "REPLYWATCH_ANNA_PASSWORD" }',
        timezone=quoted(draft.timezone),
    )


def _comment(provider: MailProvider) -> str:
    return "".join(f"# {line}\n" for line in wrap(f"{provider.name}. {provider.note}", 118))


def _client(client_id: str) -> str:
    """The line that takes the place of the password."""
    return f'oauth2 = {{ provider = "microsoft", client_id = {quoted(client_id)} }}  # tenant = "…"'


def _password(secret: Secret) -> str:
    """The line for the password."""
    if secret.literal is not None:
        return f"# In clear: nobody but you may read this file (chmod 600).\npassword = {quoted(secret.literal)}"
    ways = {"env": secret.env, "command": secret.command, "file": secret.file, "keyring": secret.keyring}
    way, value = next((way, value) for way, value in ways.items() if value is not None)
    shown = listed(value) if isinstance(value, tuple) else quoted(str(value))
    return f"password = {{ {way} = {shown} }}"
