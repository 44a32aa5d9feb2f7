"""Findings as a person reads them."""

from collections.abc import Iterable
from typing import NamedTuple
from zoneinfo import ZoneInfo

from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.findings import finding_words
from replywatch.render.locale import Locale


class Said(NamedTuple):
    severity: Severity
    account: str
    topic: str
    code: str
    what: str
    hint: str


def in_words(findings: Iterable[Finding], zone: str = "Europe/Berlin") -> list[Said]:
    locale = Locale(ZoneInfo(zone))
    return [Said(f.severity, f.account, f.topic, f.code, *finding_words(f, locale)) for f in findings]
