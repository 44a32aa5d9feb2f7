"""What matching works on: messages, made of copies and of what people said of them, and what it needs of the config."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from replywatch.config.model import Config
from replywatch.domain.matching.match import MatchSettings
from replywatch.domain.matching.merge import as_named, merge
from replywatch.domain.messages import UNCORRECTED, Copy, Corrections, Message
from replywatch.domain.people import contact_key
from replywatch.domain.team import Team


def messages_of(copies: Sequence[Copy], team: Team, corrections: Mapping[str, Corrections]) -> list[Message]:
    """The messages behind the copies of one cluster, with the corrections by hand that hold for them."""
    same: dict[str, list[Copy]] = {}
    for copy in as_named(copies):
        same.setdefault(copy.reading.identity, []).append(copy)
    all_inbound = not team.addresses
    merged = [
        merge(group, all_inbound=all_inbound, corrections=corrections.get(identity, UNCORRECTED))
        for identity, group in same.items()
    ]
    return [message for message in merged if message]


def match_settings(config: Config, our_domains: frozenset[str]) -> MatchSettings:
    """What matching needs to know of the config and of the right sides of our Message-IDs."""
    team = config.team
    return MatchSettings(
        config.report.new_enquiry_after,
        lambda domain: domain in our_domains or team.has_domain(domain),
        frozenset(map(contact_key, team.public_lists)),
    )
