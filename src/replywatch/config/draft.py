"""A first config, written from a few answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from textwrap import wrap
from typing import NamedTuple

from replywatch.config.account_table import account_lines
from replywatch.config.another_account import account_like
from replywatch.config.model import ImapAccount
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

{account}
# Roles are found by themselves. Say it where `replywatch check` finds them wrong; "skip" is never read.
#mailboxes = {{ sent = ["Gesendete Objekte"], skip = ["Privat"] }}

# A colleague who answers from a mailbox of her own gets a table, too; without it her answers are not seen.
# watched = false: personal mail to her does not count, her answers do.
{colleagues}

{store}[report]
# The zone in which days begin.
timezone = {timezone}
# Unanswered for at least so long counts as "never", before that as "waiting".
#never_after = "14d"
"""

_TENANT = "# `tenant` only if the client is registered for your organization alone: its directory (tenant) id."
_STORE = """\
# What was read is kept here. Each team has a store of its own, so that none counts the customers of another.
[store]
path = {path}

"""
_EXAMPLE = "anna@example.com"


class Colleague(NamedTuple):
    """Somebody who answers from a mailbox of his own."""

    address: str
    account: ImapAccount
    to_do: str = ""
    """What has to be done before the mailbox can be read; until then its table stands there as a comment."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a first config says."""

    addresses: tuple[str, ...]
    domains: tuple[str, ...]
    account: ImapAccount
    """That of the shared address; a password file is seen from the config's folder."""
    timezone: str
    provider: MailProvider | None = None
    """Its note becomes a comment."""
    people: tuple[str, ...] = ()
    """Colleagues' addresses at other domains."""
    colleagues: tuple[Colleague, ...] = ()
    store_path: Path | None = None
    """None for the platform's."""


def draft_text(draft: Draft) -> str:
    """The config as TOML with comments; whether the loader takes it is for the caller to see."""
    return _TEMPLATE.format(
        addresses=listed(draft.addresses),
        people=f"people = {listed(draft.people)}" if draft.people else '#people = ["anna@example.net"]',
        domains=listed(draft.domains),
        account="\n".join(_account(draft)),
        colleagues="\n\n".join("\n".join(_colleague(colleague)) for colleague in _colleagues(draft)),
        store=_STORE.format(path=quoted(str(draft.store_path))) if draft.store_path else "",
        timezone=quoted(draft.timezone),
    )


def _account(draft: Draft) -> Iterator[str]:
    """The table of the shared address's account, with what is known of its provider."""
    head, *lines = account_lines(draft.account)
    yield head
    if draft.provider:
        yield from _comment(f"{draft.provider.name}. {draft.provider.note}")
    for line in lines:
        if line.startswith("oauth2 ="):
            yield _TENANT
        yield line


def _colleagues(draft: Draft) -> Sequence[Colleague]:
    """The colleagues, or one who is an example."""
    if draft.colleagues:
        return draft.colleagues
    example = account_like(draft.account, _EXAMPLE, {draft.account.name})
    return [Colleague("", replace(example, username=_EXAMPLE), to_do="-")]


def _colleague(colleague: Colleague) -> Iterator[str]:
    """The table of a colleague's account: a comment as long as something is left to do."""
    if colleague.address and colleague.to_do:
        yield from _comment(
            f"{colleague.address} is not read yet. To change that, {colleague.to_do}; then take the # away in front of"
            " each line below."
        )
    yield from ("#" * bool(colleague.to_do) + line for line in account_lines(colleague.account))


def _comment(text: str) -> Iterator[str]:
    return (f"# {line}" for line in wrap(text, 118, break_long_words=False, break_on_hyphens=False))
