"""Subjects without what mail programs, gateways and ticket systems put around them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from replywatch.domain.headers.subject_words import (
    BESIDE_STAMPS,
    FORWARDS,
    MATTERS,
    NO_SUBJECT,
    REGARDING,
    REPLIES,
    STAMPS,
    fold,
)

_NO_LETTERS = re.compile(r"[\W\d_]+")

# Words before a colon, perhaps counted: `Re[2]:`, `Re (2):`, `Re*2:`, `Re^2:`, `Re-2:`, `Re2:`.
_WORD = r"[^\s0-9.,:;\[\](){}<>*^#|/-]{1,16}"
_PREFIX = re.compile(
    rf"({_WORD}(?: {_WORD})?)\.? ?(?:\[[0-9]{{1,4}}\]|\([0-9]{{1,4}}\)|[*^][0-9]{{1,4}}|(-?[0-9]{{1,2}}))? ?: ?"
)
_NUMBERED = re.compile(r"(?:nr|no|n°)?\.? ?#?[0-9]")

_BRACKETS = (
    r"\[([^\[\]]{1,60})\]|\{([^{}\[\]]{1,60})\}|\(([^()\[\]]{1,60})\)"
    r"|[*_<|~=#!+]{1,10} ?([a-z][^\[\]*_<|>~=#!+]{0,40})[*_>|~=#!+]{1,10}"
)
_BRACKETS_FIRST = re.compile(rf"(?:{_BRACKETS})(?: ?:| ?[|\u2013\u2014-](?!\w))? ?")
_BRACKETS_LAST = re.compile(rf"(?: [|\u2013\u2014:-]{{1,2}})? ?(?:{_BRACKETS})\Z")
_STAMP_FIRST = re.compile(r"([^:\[\](){}]{1,40}): ?")
_WAS = ("was:", "war:", "vorher:", "früher:", "ehemals:", "previously:", "era:", "était:")
_EARLIER = re.compile(rf" ?\(((?:{'|'.join(_WAS)})[^()\[\]]{{1,200}})\)\Z")  # Usenet's name for the subject before

# What a ticket system calls a matter. A lone # before 12 digits may be a hidden subject (`judging.hidden_subjects`).
_NAMES = "|".join(sorted(map(re.escape, MATTERS), key=len, reverse=True))
_NUMBER = r"(?=[^\s:]{0,20}[0-9])[a-z0-9][a-z0-9._/-]{0,30}(?<![._/-])"
_NAME = rf"(?:{_NAMES})(?: ?-? ?(?:id|nr|no|number|nummer)\.?)?"
_SURE_TOKEN = (
    rf"(?:{_NAME} ?:? ?#{{1,2}} ?{_NUMBER}"
    r"|##[0-9]{1,20}##|#(?:[0-9]{1,11}|[0-9]{13,20}|[a-z]{1,6}-[0-9]{1,11})|cas-[0-9]{3,9}-[a-z0-9]{1,9}"
    r"|crm:[0-9]{3,12}|ref:[_!]?[a-z0-9._]{5,60}:ref|(?:inc|req|ritm|chg|sctask)[0-9]{5,12})(?!\w)"
)
_TOKEN = rf"(?:{_NAME}(?: ?: ?| |-|(?=[0-9])){_NUMBER}|[a-z][a-z0-9]{{1,9}}-[0-9]{{1,9}})(?!\w)"
_TOKEN_FIRST = re.compile(
    rf"(?:({_SURE_TOKEN})(?: ?[:|\u2013\u2014-](?!\w) ?| )|({_TOKEN})(?: ?:| [|\u2013\u2014-]) ?)(?=\S)"
)
_TOKEN_LAST = re.compile(rf"(?: [|\u2013\u2014:-])? ({_SURE_TOKEN})\Z| [|\u2013\u2014-] ({_TOKEN})\Z")
_DIGIT = re.compile("[0-9]")
_WHOLE_TOKEN = re.compile(rf"(?:{_SURE_TOKEN}|{_TOKEN})\Z")
_WIDEST_TOKEN = 80
"""Characters at the end of a subject in which a token or a tag may begin."""

_TOLD = re.compile(r"\[=((?:[a-z][a-z -]{0,24}: )?#[0-9a-f]{12}[a-z0-9:@ ]{0,40}|)\].*")
"""A hidden subject that tells its bare form in front of the number by which the identity of the message knows it."""
_FORWARD_TRAILER = re.compile(r" ?\(fwd\)\Z")
_FORWARD_BRACKET = re.compile(r"\[(?:fwd|fw): ?(.*)\]\Z")

_LONGEST_SUBJECT = 1000
"""Characters of a subject that are looked at; one header line (RFC 5322, section 2.1.1) has 998. NFKC takes quadratic
time on long runs of combining marks, so there has to be a limit."""
_LONGEST_BASE = 500
"""Characters that count from the first that is no prefix or tag: fewer, so that prefixes don't decide where to cut."""
_MOST_TAGS = 8
"""Different tags that are taken off at either end."""


class BaseSubject(NamedTuple):
    """A subject without what mail programs, lists and gateways put around it, folded (NFKC, case, white space)."""

    exact: str
    """Without prefixes and gateways' stamps, tags in front in brackets; "" where it is too common to tell anything."""
    bare: str
    """Also without the tags; the exact form where nothing else is there."""
    reply: bool
    """There was a reply prefix."""
    forward: bool
    """There was a forward prefix."""
    tags: tuple[str, ...] = ()
    """What the bare form leaves out, each once, without brackets."""

    @property
    def numbers(self) -> tuple[str, ...]:
        """Those of the tags that tell one matter from another."""
        return tuple(filter(is_number, self.tags))


def base_subject(subject: str) -> BaseSubject:
    """The subject without reply and forward prefixes, with and without tags, and which sorts of prefix it had.

    `subject` is decoded text. Prefixes count at the start only, each followed by a colon (RFC 5256, section 2.1,
    with the prefixes of other languages); tags at both ends.
    """
    return _base_subject(subject[:_LONGEST_SUBJECT])


def is_number(tag: str) -> bool:
    """Whether a tag tells one matter from another: it has a digit, or a number sign."""
    return not tag.startswith(_WAS) and any(c.isdigit() or c == "#" for c in tag)


@lru_cache(maxsize=4096)  # several rules ask for the same one, and conversations keep theirs
def _base_subject(subject: str) -> BaseSubject:
    text = fold(subject)
    if "[=" in text:
        text = _TOLD.sub(r"\1", text, count=1).strip()
    reply = forward = False
    before: list[str] = []
    behind: list[str] = []
    while True:
        start, replied, forwarded = _skip_prefixes(text, before)
        reply |= replied
        forward |= forwarded
        text = text[start : start + _LONGEST_BASE].strip()
        shorter = _FORWARD_TRAILER.sub("", text)
        if bracket := _FORWARD_BRACKET.match(shorter):
            shorter = bracket[1]
        if shorter != text:
            text, forward = shorter, True
        elif (shorter := _without_last_tag(text, behind)) != text:
            text = shorter
        else:
            break
    tags = tuple(dict.fromkeys([*before, *reversed(behind)]))
    in_brackets = list(map("[{}]".format, tags))
    if not _is_trivial(text):
        return BaseSubject(" ".join([*in_brackets, text]), text, reply, forward, tags)
    alone = " ".join(in_brackets if not text or any(map(is_number, tags)) else ())
    return BaseSubject(alone, alone, reply, forward)


def _skip_prefixes(text: str, tags: list[str]) -> tuple[int, bool, bool]:
    """How many characters of folded `text` are prefixes and tags, and whether some mean reply, forward.

    The tags are added to `tags`.
    """
    position, reply, forward = 0, False, False
    has_colon = ":" in text
    while True:
        if has_colon and (found := _PREFIX.match(text, position)) and (sort := _sort_of_prefix(found)):
            reply |= sort == "reply"
            forward |= sort == "forward"
        elif has_colon and (found := _STAMP_FIRST.match(text, position)) and _is_stamp(found[1]):
            pass
        elif found := _BRACKETS_FIRST.match(text, position):
            if not _is_stamp(inside := _inside(found)):
                if not _is_tag(found) or not _has_room(tags, inside):
                    break
                tags.append(inside)
        elif (found := _first_token(text, position)) and _has_room(tags, found[1] or found[2]):
            tags.append(found[1] or found[2])
        else:
            break
        position = found.end()
    return position, reply, forward


def _without_last_tag(text: str, tags: list[str]) -> str:
    """Folded `text` without the tag or stamp at its end, if there is one behind something else; added to `tags`."""
    begin = max(0, len(text) - _WIDEST_TOKEN)
    if text.endswith(("]", "}", ")", "*", "_", ">", "|", "~", "=", "!", "+")):
        if found := _EARLIER.search(text):
            inside = found[1]
        elif found := _BRACKETS_LAST.search(text, begin):
            inside = _inside(found)
            if _is_stamp(inside):
                return text[: found.start()]
            if not _is_tag(found):
                return text
        else:
            return text
    elif found := _DIGIT.search(text, begin) and _TOKEN_LAST.search(text, begin):
        inside = found[1] or found[2]
    else:
        return text
    if not _has_room(tags, inside) or not any(map(str.isalnum, text[: found.start()])):
        return text
    tags.append(inside)
    return text[: found.start()]


def _first_token(text: str, position: int) -> re.Match[str] | None:
    """The number of a matter that stands at `position`, and the separator behind it."""
    near = _DIGIT.search(text, position, position + _WIDEST_TOKEN)
    return _TOKEN_FIRST.match(text, position) if near else None


def _sort_of_prefix(found: re.Match[str]) -> str:
    """Whether words before a colon mean "reply" or "forward"; "" if neither."""
    word, count = found[1], found[2]
    if count and (len(word) == 1 or word in REGARDING):
        return ""
    if word in REPLIES:
        return "" if word in REGARDING and _NUMBERED.match(found.string, found.end()) else "reply"
    return "forward" if word in FORWARDS else ""


def _inside(found: re.Match[str]) -> str:
    """What stands between the brackets that were found."""
    return found[found.lastindex or 0].strip()


def _is_tag(found: re.Match[str]) -> bool:
    """Whether what was found in brackets is a tag: in square and curly ones anything, in round ones a number."""
    inside = _inside(found)
    if not inside or inside.startswith(("fwd:", "fw:")):
        return False
    return found.lastindex in {1, 2} or (found.lastindex == 3 and _WHOLE_TOKEN.match(inside) is not None)


def _has_room(tags: list[str], tag: str) -> bool:
    """Whether one more tag may be taken off."""
    return len(tags) < _MOST_TAGS or tag in tags


def _is_stamp(words: str) -> bool:
    """Whether these are words that gateways and filters put before subjects, and say nothing of the matter."""
    found = [word for word in _NO_LETTERS.split(words) if word]
    return not STAMPS.isdisjoint(found) and all(word in STAMPS or word in BESIDE_STAMPS for word in found)


def _is_trivial(text: str) -> bool:
    """Whether folded `text` says nothing: no letter or digit, or a mail program's "(no subject)"."""
    return text.strip(" ()[]<>-_.*") in NO_SUBJECT or not any(map(str.isalnum, text))
