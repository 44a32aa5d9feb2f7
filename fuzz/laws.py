"""What has to hold for any octets at all: one function for each target, which raises where a law is broken.

Besides these laws nothing may raise, and nothing may take long: libFuzzer stops an input that takes ten seconds.
"""

from __future__ import annotations

import json
import re
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass, replace
from email.utils import parsedate_to_datetime
from pathlib import Path

from replywatch.config.load import load_config
from replywatch.domain.headers import addresses as address_rules
from replywatch.domain.headers import dates as date_rules
from replywatch.domain.headers.encoded_words import decode_text
from replywatch.domain.headers.header import keep_fields, message_ids, parse_header
from replywatch.domain.headers.subjects import base_subject
from replywatch.domain.judging.automatic_subjects import announced
from replywatch.domain.judging.classify import HUMAN, RULES, fired
from replywatch.domain.judging.field_signs import Mail
from replywatch.domain.judging.hidden_subjects import hide_subject
from replywatch.domain.judging.identity import header_identity
from replywatch.domain.judging.lists import list_ids
from replywatch.domain.judging.parties import parties_of
from replywatch.domain.judging.reading import keys_of, read
from replywatch.domain.mailboxes.fetched import Listing
from replywatch.domain.mailboxes.roles import Roles
from replywatch.domain.people import contact_key
from replywatch.domain.team import Team
from replywatch.errors import ConfigError
from replywatch.render.csv_lines import harmless
from replywatch.render.text import LONGEST, safe
from replywatch.sources.folder_names import decode_name
from replywatch.sources.imap import failures
from replywatch.sources.imap.commands import Gate
from replywatch.sources.imap.fetch import Question
from replywatch.sources.imap.listing import by_name, listed
from replywatch.sources.imap.namespace import Namespaces
from replywatch.sources.imap.reader import Fault, Fetch, Octets, Other, ReadError, Response, Search, answer
from replywatch.sources.imap.standing import Standing
from replywatch.sources.imap.told import instant
from replywatch.sources.imap.words import command

TEAM = Team(("info@example.com",), ("example.com",))
OTHERS = replace(
    TEAM,
    automatic_senders=frozenset({"shop@example.com"}),
    webforms=frozenset({"website@example.com"}),
    public_lists=frozenset({"users@lists.example"}),
)
"""A team with senders of every sort."""
SECRET = 'kanarien"vogel-77'  # noqa: S105 - of nobody
KEY = b"0123456789abcdef"
_TAG = b"A1"
_LINE_BREAK = re.compile(rb"[\r\n\0]")
_QUESTIONS = [Question(frozenset(said)) for said in ((), ("X-GM-EXT-1",), ("OBJECTID",))]
_ADDRESS = re.compile(r"[\w.+-]+@[\w.-]*\w", re.ASCII)
_FORMULAS = tuple("=+-@\t\r＝＋－＠")  # noqa: RUF001 - the wide forms are meant


class BrokenLawError(AssertionError):
    """A law does not hold."""


def hold(law: str, held: object) -> None:
    """Raise `BrokenLawError` unless `held`."""
    if not held:
        raise BrokenLawError(law)


def header(data: bytes) -> None:
    """Header blocks: read the same however they come, told alike by all rules, and never larger than they are."""
    found = parse_header(data)
    kept = keep_fields(data)
    hold("what is kept says the same", parse_header(kept) == found)
    hold("keeping twice is keeping once", keep_fields(kept) == kept)
    hold("kept is no more than came", len(kept) <= len(data) + 1)
    if b"\n" in data:
        hold("CRLF is LF", parse_header(data.replace(b"\r", b"").replace(b"\n", b"\r\n")) == found)
    identity = header_identity(data)
    hold("one identity", identity == header_identity(kept) == read(found, TEAM).identity)
    reading = read(found, TEAM)
    hold("texts can be stored", all(_is_text(text) for text in _texts((found, reading))))
    hold("texts come out of the header", sum(map(len, _texts(found))) <= 3 * len(data) + 100)
    for team in (TEAM, Team(), OTHERS):
        parties = parties_of(found, team)
        verdicts = fired(found, parties, team)
        mail = Mail(found, parties, team, announced(found.subject))
        hold("the first rule that fires decides", (verdicts or (HUMAN,))[0] == read(found, team).verdict)
        hold("no rule sleeps", [verdict.rule for verdict in verdicts] == [rule.id for rule in RULES if rule.sign(mail)])
    hold("keys are numbers of a database", all(-(1 << 63) <= key < 1 << 63 for key in keys_of(reading, ["gmail:1"])))
    hidden = parse_header(hide_subject(kept, KEY))
    same = replace(hidden, subject=found.subject, fields=_without_topic(hidden.fields))
    hold("hiding a subject hides no more", same == replace(found, fields=_without_topic(found.fields)))
    list(list_ids(found))


def addresses(data: bytes) -> None:
    """Addresses: quick path and general path agree, in one form, never from nowhere."""
    text = _line(data)
    found = address_rules.parse_addresses(text)
    plain = address_rules._plain_addresses(text)  # noqa: SLF001 - the two paths are compared
    if plain is not None:
        hold("quick path and general path agree", plain == tuple(address_rules._any_addresses(text)))  # noqa: SLF001
    for name, address in found:
        hold("somebody is named", name or address)
        local, _, domain = address.rpartition("@")
        hold("an address has two sides", not address or (local and domain))
        hold("local parts are in lower case", local == local.lower())
        hold("nothing steers a field", "\n" not in name and "\r" not in name)
        hold("texts can be stored", _is_text(name + address))
        if _ADDRESS.fullmatch(address):
            hold("an address reads as itself", address_rules.parse_addresses(address) == (("", address),))
        key = contact_key(address)
        hold("a key is its own key", contact_key(key) == key)
    hold("texts come out of the field", sum(map(len, _texts(found))) <= 3 * len(text) + 100)
    ids = message_ids(text)
    hold("ids are single words, each once", len(set(ids)) == len(ids) and not any(len(i.split()) != 1 for i in ids))
    hold("ids read as themselves", all(message_ids(f"<{i}>") == (i,) for i in ids if not {"<", ">"} & set(i)))


def dates(data: bytes) -> None:
    """Dates: quick path, general path and the standard library agree; all are sane."""
    text = _line(data)
    found = date_rules.parse_date(text)
    plain = date_rules._plain_date(text)  # noqa: SLF001 - the two paths are compared
    if plain is not None:
        hold("quick path and general path agree", plain == date_rules._any_date(text))  # noqa: SLF001
        try:
            by_library = parsedate_to_datetime(text)
        except ValueError:  # second 60, which the library can't hold
            by_library = None
        if by_library is not None and by_library.tzinfo is not None:
            hold("the standard library agrees", int(by_library.timestamp()) == plain[0])
    if found is not None:
        hold("a sane instant", 0 <= found[0] < 1 << 33)
        if ";" not in text:
            hold("a Received field ends in it", date_rules.received_date(f"by x; {text}") == found[0])
    at = instant(data)
    hold("a sane INTERNALDATE", at is None or 0 < at < 1 << 38)


def subjects(data: bytes) -> None:
    """Subjects and names of mailboxes: no half characters, bounded, one base."""
    text = _line(data)
    decoded = decode_text(text)
    hold("no half of a pair", _is_text(decoded))
    hold("no more than came", len(decoded) <= len(text.encode()))
    found = base_subject(decoded)
    hold("a bounded base", len(found.bare) <= 500 and len(found.exact) <= 2000)
    answered, asked = base_subject(f"Re: {decoded[:900]}"), base_subject(decoded[:900])
    hold("one base however it is answered", answered[:2] == asked[:2])
    name = decode_name(text)
    hold("a name stays a name", bool(name) == bool(text))
    Roles().of(Listing(name, "/", ("\\sent",) if data[:1] == b"s" else ()))


def response(data: bytes) -> None:
    """Answers of servers: the same in parts of any size, the same by both ways of reading a message, bounded."""
    octets = data + b"\r\nA1 OK done\r\n"
    whole = _answer(octets, len(octets))
    for size in (1, 7):
        hold(f"the same in parts of {size}", _answer(octets, size) == whole)
    for each in whole[0]:
        if isinstance(each, Fetch):
            _message(each)
        if isinstance(each, Other):
            _mailboxes(each)
        if isinstance(each, Search):
            hold("numbers of IMAP", all(0 <= number < 10**10 for number in each.numbers))
    said = failures.words(Exception(data), SECRET)
    hold("one printable line", said.isprintable() and len(said) <= 200)
    said = failures.words(Exception(data + SECRET.encode() + data), SECRET)
    hold("no secret in it", not said)


def _mailboxes(said: Other) -> None:
    """What a server says of its mailboxes: names can be shown, stored, and sent back in a command of their own."""
    if spaces := Namespaces.of(said.line):
        hold("prefixes that a command can hold", not any(map(_LINE_BREAK.search, spaces.besides())))
    for name, mailbox in by_name(listed(said)).items():
        hold("a name is text", _is_text(name))
        if not _LINE_BREAK.search(mailbox.wire):  # the source does not open it
            first, *further = command("EXAMINE", mailbox.wire)
            Gate().announce([b"ABCD1 " + first + b"\r\n", *(line + b"\r\n" for line in further)])
    standing = Standing()
    standing.hear(said)
    hold("numbers that can be stored", standing.state is None or standing.state.exists < 1 << 63)


def _message(fetch: Fetch) -> None:
    try:
        fetch.items()
    except ReadError as error:
        hold("a short text", len(str(error)) < 500)
    for question in _QUESTIONS:
        common, told = question.common(fetch), question.told(fetch)
        if common is not None:
            # The quick way takes odd names of header fields, which the other does not.
            hold("both ways of reading agree", question.whole(told) in (None, common))
        message = question.enough(told)
        if message is not None:
            said = (*message.flags, *(message.labels or ()), message.thread or "", message.provider_id or "")
            hold("flags, labels and ids can be stored", all(map(_is_text, said)))
        changed = question.changed(fetch)
        if changed is not None:
            said = (*(changed.flags or ()), *(changed.labels or ()), changed.provider_id or "")
            hold("what changed can be stored", all(map(_is_text, said)))
        if message is not None and question.has_labels:
            in_message = (message.uid, message.provider_id, message.labels)
            alone = changed and (changed.uid, changed.provider_id, changed.labels)
            are_told = alone is not None and alone[2] is not None
            hold("labels are the same when asked for alone", not are_told or alone == in_message)


def _answer(data: bytes, size: int) -> tuple[list[Response], Fault | None]:
    """The responses, numbers of SEARCH put together, and what was wrong in the end."""
    parts = iter([data[at : at + size] for at in range(0, len(data), size)])
    found: list[Response] = []
    numbers: list[int] = []
    fault = None
    try:
        for each in answer(Octets(lambda: next(parts, b"")), _TAG):
            if isinstance(each, Search):
                numbers += each.numbers
            else:
                found.append(each)
    except ReadError as error:
        fault = error.fault
    return [*found, Search(numbers)], fault


def config(data: bytes) -> None:
    """Configs: a config or all that is wrong with it, in lines that show no password."""
    with tempfile.NamedTemporaryFile(suffix=".toml") as file:  # mode 0600
        file.write(data)
        file.flush()
        try:
            load_config(Path(file.name), {"HOME": "/nowhere", "TZ": "UTC"})
        except ConfigError as error:
            said = [error.text, error.hint, *error.problems]
            hold("every problem is said in a line", all(text.strip() for text in (error.text, *error.problems)))
            for password in _passwords(data):
                hold("no password is shown", not any(password in text for text in said))


def _passwords(data: bytes) -> Iterator[str]:
    """Passwords that stand in clear in a config, if they are no words that an error may use."""
    try:
        accounts = tomllib.loads(data.decode("utf-8-sig")).get("accounts")
    except (ValueError, RecursionError):
        return
    for account in accounts.values() if isinstance(accounts, dict) else ():
        password = account.get("password") if isinstance(account, dict) else None
        if (
            isinstance(password, str)
            and len(password) > 4
            and any(map(str.isdigit, password))
            and data.count(password.encode()) == 1
        ):
            yield password


def text(data: bytes) -> None:
    """Texts for people: one printable line, no formula, the same the second time."""
    for each in (data.decode("utf-8", "surrogateescape"), data.decode("latin-1"), data.decode("utf-16-le", "replace")):
        shown = safe(each)
        hold("one printable line", shown.isprintable() and len(shown) <= LONGEST)
        hold("harmless stays as it is", safe(shown) == shown)
        found = harmless(each)
        cells = [cell.strip(' "') for cell in re.split("[;,]", found)]
        hold("no formula", not any(cell.startswith(_FORMULAS) for cell in cells) and found.isprintable())
        hold("JSON comes back", json.loads(json.dumps(shown)) == shown)


TARGETS: Mapping[str, Callable[[bytes], None]] = {
    law.__name__: law for law in (header, addresses, dates, subjects, response, config, text)
}
"""Name → the law of it."""


def _line(data: bytes) -> str:
    """A field value as `parse_header` hands it on."""
    return data.decode("utf-8", "replace").replace("\n", "").strip()


def _is_text(value: str) -> bool:
    """Whether a database and other programs take it: no half of a pair."""
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _texts(value: object) -> Iterator[str]:
    """All texts within a value of the flow."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from _texts(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from _texts([*value, *value.values()])
    elif isinstance(value, tuple | list | frozenset):
        for each in value:
            yield from _texts(each)


def _without_topic(values: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: said for name, said in values.items() if name != "thread-topic"}
