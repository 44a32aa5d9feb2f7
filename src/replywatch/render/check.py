"""What `check` found, as lines for people and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from replywatch.domain.messages import Because, Role
from replywatch.domain.results.finding import Finding, Severity
from replywatch.render.because import because_text
from replywatch.render.findings import finding_words
from replywatch.render.grid import Column, Grid, Row, grid_lines, wrapped
from replywatch.render.locale import Locale
from replywatch.render.text import counted, safe

_SEVERITY = Column(9, colours={Severity.OK: "32", Severity.WARNING: "33", Severity.ERROR: "1;31"})
"""Green, yellow, bold red."""
_SAID = (_SEVERITY, Column(too_long="wrapped"))
_LINE = (_SEVERITY, Column(13), Column(too_long="wrapped"))
_WORST = (Severity.ERROR, Severity.WARNING, Severity.OK)
_READ = "read"
"""In place of a severity: an account whose mail can be read, though there is something to say of it."""
_NAMED = {Role.SENT: "sent", Role.JUNK: "spam", Role.TRASH: "trash"}
"""Roles of which the mailboxes are named."""
_WHERE = ("path", "certificate", "certificate_expires", "no_tls", "no_tls_here")


def check_lines(findings: Iterable[Finding], locale: Locale, *, verbose: bool = False) -> Iterator[str]:
    """The lines for people: what is not well, the worst first, then a line for the team and for each account.

    With `verbose` all lines in place of those. None is too wide, but for lines of a config.
    """
    found = sorted(findings, key=lambda finding: bool(finding.account))  # what concerns all first, else as it came
    accounts = {a: list(of_it) for a, of_it in groupby(found, lambda finding: finding.account)}
    yield from wrapped(_summary(accounts), locale.width)
    for problem in sorted((f for f in found if f.severity is not Severity.OK), key=lambda f: _WORST.index(f.severity)):
        yield ""
        yield from grid_lines(Grid("", _SAID, [_problem(problem, locale)]), locale)
    if verbose:
        for account, of_it in accounts.items():
            yield ""
            rows = [Row([f.severity, f.topic, safe(finding_words(f, locale).what)]) for f in of_it]
            yield from grid_lines(Grid(safe(account) or "set-up", _LINE, rows, indent=2), locale)
        return
    if fine := list(_fine(accounts, locale)):
        yield ""
        yield from grid_lines(Grid("", _SAID, fine), locale)


def _summary(accounts: Mapping[str, Sequence[Finding]]) -> str:
    """How much is wrong, and of how many accounts nothing is."""
    severities = [finding.severity for findings in accounts.values() for finding in findings]
    bad = [counted(n, severity) for severity in _WORST[:2] if (n := severities.count(severity))]
    names = [account for account in accounts if account]
    fine = sum(_worst(accounts[account]) is Severity.OK for account in names)
    if not bad:
        return f"All is well: {counted(fine, 'account')} fine." if names else "All is well."
    return f"{', '.join(bad)}; accounts fine: {fine} of {len(names)}."


def _worst(findings: Sequence[Finding]) -> Severity:
    return min((finding.severity for finding in findings), key=_WORST.index)


def _problem(finding: Finding, locale: Locale) -> Row:
    """What is not well, and what to do about it."""
    words = finding_words(finding, locale)
    where = f"{safe(finding.account)}, {finding.topic}" if finding.account else finding.topic
    return Row([finding.severity, f"{where}: {safe(words.what)}"], [_paragraph(h) for h in words.hint.splitlines()])


def _fine(accounts: Mapping[str, Sequence[Finding]], locale: Locale) -> Iterator[Row]:
    """A line for the team, and one for each account whose mail can be read, with its mailboxes below."""
    for finding in accounts.get("", ()):
        if finding.code == "team":
            yield Row([Severity.OK, f"team: {safe(finding_words(finding, locale).what)}"])
    for account, of_it in accounts.items():
        if any(finding.code == "mail" for finding in of_it):
            mark = Severity.OK if _worst(of_it) is Severity.OK else _READ
            roles = _roles(of_it)
            yield Row([mark, f"{safe(account)}: {_account(of_it, locale)}"], [roles] if roles else [])


def _account(findings: Sequence[Finding], locale: Locale) -> str:
    """Where the mail of an account is, who logs in, how much there is."""
    by_code = {finding.code: finding for finding in findings}
    where = next((by_code[code] for code in _WHERE if code in by_code), None)
    parts = []
    if where is not None and where.code == "path":
        parts.append(safe(str(where.values["path"])))
    elif where is not None:
        parts += [str(where.values["server"]), str(where.values.get("version", "without TLS"))]
    if login := by_code.get("login"):
        parts.append(f"login {safe(str(login.values['username']))}")
    return f"{', '.join(parts)}; {finding_words(by_code['mail'], locale).what}"


def _roles(findings: Sequence[Finding]) -> str:
    """The mailboxes with a role that matters, and those that are skipped, together where the reason is the same."""
    named: dict[str, list[str]] = {role: [] for role in _NAMED.values()}
    for f in findings:
        if f.code == "mailbox" and (role := _NAMED.get(Role(str(f.values["role"])))):
            named[role].append(f"{safe(str(f.values['mailbox']))} ({f.values['messages']})")
        elif f.code == "mailbox_skipped" and isinstance(because := f.values["because"], Because):
            named.setdefault(f"skipped ({safe(because_text(because))})", []).append(safe(str(f.values["mailbox"])))
    return "; ".join(f"{what}: {', '.join(names)}" for what, names in named.items() if names)


def _paragraph(line: str) -> str:
    """A line of a hint, made harmless; blanks in front, which mark a line of a config, stay."""
    return " " * (len(line) - len(line.lstrip(" "))) + safe(line)


def check_json(findings: Iterable[Finding], locale: Locale) -> str:
    """All findings as one JSON object."""
    rows = [_json_row(finding, locale) for finding in findings]
    return json.dumps({"schema": "replywatch.check/1", "findings": rows}, indent=2) + "\n"


def _json_row(finding: Finding, locale: Locale) -> dict[str, str]:
    words = finding_words(finding, locale)
    return {
        "level": finding.severity,
        "account": finding.account,
        "topic": finding.topic,
        "code": finding.code,
        "what": words.what,
        "hint": words.hint,
    }
