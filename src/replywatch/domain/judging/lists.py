"""Mailing lists in a header: which they are, whether they are ours, whether people write there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from replywatch.domain.judging.field_signs import LONGEST_VALUE
from replywatch.domain.messages import Address, Header, Parties
from replywatch.domain.people import contact_key, mailbox_key
from replywatch.domain.team import Team

LIST_FIELDS = ("list-id", "list-unsubscribe", "list-post")
"""Fields by which a mailing list or a newsletter shows (RFC 2369, RFC 2919), in lower case."""

_POST_ADDRESS = re.compile(r"mailto:\s?([^<>?\s,]{1,320})", re.IGNORECASE)
_LIST_SENDER = re.compile(r"owner-.|.{1,80}-(?:owner|bounces?|admin|request|errors)(?:[+=].*)?@")


def list_ids(header: Header) -> Iterator[str]:
    """The ids of the lists it went through, in lower case, with a dot for `@`.

    What has no form of an id isn't believed (RFC 2919, section 3).
    """
    for value in header.fields.get("list-id", ()):
        name = value[-LONGEST_VALUE:].rpartition("<")[2].partition(">")[0].strip()
        if "." in name and len(name.split()) == 1:
            yield name.lower().replace("@", ".")


def post_addresses(header: Header) -> Iterator[str]:
    """The addresses, in lower case, to which people write for a list (RFC 2369, section 3.4)."""
    for value in header.fields.get("list-post", ()):
        yield from _POST_ADDRESS.findall(value[:LONGEST_VALUE].lower())


def own_list(header: Header, parties: Parties, team: Team) -> bool:
    """Whether the list is our own group (Google Groups for info@) or a public one: people write there.

    Our own mail goes to a group of ours only if it names the group: a newsletter of ours has our domain, too.
    """
    if any(map(team.is_public_list, parties.recipients)):
        return True
    known = {*team.addresses, *team.public_lists, *(parties.recipients if parties.ours else ())}
    known.update([key(address) for address in team.addresses for key in (contact_key, mailbox_key)])
    names = {address.replace("@", ".") for address in known}
    for list_id in list_ids(header):
        if list_id in names or (not parties.ours and team.has_domain(list_id.partition(".")[2])):
            return True
    return any(
        contact_key(address) in known or team.is_public_list(address) or (not parties.ours and team.is_ours(address))
        for address in post_addresses(header)
    )


def discussion_list(header: Header, parties: Parties) -> bool:
    """Whether it looks like a person's mail to a list, other than a newsletter that its own sender distributes.

    It was sent to the list's own address; or the list is run for such mail (List-Post, `Precedence: list`, a list's
    address in Sender) and its author is of another domain. What the list's own program writes (digests, reminders)
    is no person's, nor is anything on a list that takes no posts.
    """
    if _LIST_SENDER.match(parties.contact) or _takes_no_posts(header):
        return False
    posts = [contact_key(address) for address in post_addresses(header)]
    ids = list(list_ids(header))
    recipients = set(parties.recipients)
    if not recipients.isdisjoint(posts) or not {r.replace("@", ".") for r in recipients}.isdisjoint(ids):
        return True
    hosts = [post.rpartition("@")[2] for post in posts]
    if any(value.strip().lower().startswith("list") for value in header.fields.get("precedence", ())):
        hosts += [list_id.partition(".")[2] for list_id in ids]
    hosts += [a.address.rpartition("@")[2] for a in header.sender if is_run_by_list(a)]
    home = parties.contact.rpartition("@")[2]
    return bool(home) and any(host and not related(home, host) for host in hosts)


def _takes_no_posts(header: Header) -> bool:
    """Whether the list says so: `List-Post: NO` (RFC 2369, section 3.4)."""
    return any(
        re.match(r"\s*no\b(?!@)", value[:LONGEST_VALUE], re.IGNORECASE) for value in header.fields.get("list-post", ())
    )


def written_by_list(header: Header) -> bool:
    """Whether the list's own program wrote it, such as a digest: From and Sender are both addresses that it runs."""
    return any(map(is_run_by_list, header.from_)) and any(map(is_run_by_list, header.sender))


@lru_cache(maxsize=8192)
def is_run_by_list(sender: Address) -> bool:
    """Whether the address is one that a list's program uses, such as `users-request@`."""
    return _LIST_SENDER.match(sender.address) is not None


def related(domain: str, other: str) -> bool:
    """Whether two domains are the same or one is below the other."""
    return domain == other or domain.endswith(f".{other}") or other.endswith(f".{domain}")
