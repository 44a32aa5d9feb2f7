"""Readings as the store holds them: JSON lists of their fields in order."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeAlias

from replywatch.domain.messages import Because, Delivery, Kind, Parties, Reading, Shown, Verdict

_FIELDS = tuple(field.name for field in fields(Reading))
_IF_KNOWN = _FIELDS.index("if_known")
_values = attrgetter(*_FIELDS)


def encode_reading(reading: Reading) -> str:
    """A reading as JSON."""
    return json.dumps(_list(reading), separators=(",", ":"))


def decode_reading(data: str) -> Reading:
    """The reading that `encode_reading` wrote."""
    return _reading(json.loads(data))


def _list(reading: Reading) -> tuple[Any, ...]:
    values: tuple[Any, ...] = _values(reading)
    return (
        values if reading.if_known is None else (*values[:_IF_KNOWN], _list(reading.if_known), *values[_IF_KNOWN + 1 :])
    )


def _reading(values: list[Any]) -> Reading:
    _decode(values, _READING)
    return Reading(*values)


Decoder: TypeAlias = Callable[[Any], object]
"""Makes of a value of JSON what stands in a field."""


def _decode(values: list[Any], decoders: Iterable[tuple[int, Decoder]]) -> None:
    """Put in place of those values what they stand for; all others are the same in JSON."""
    for at, decoder in decoders:
        values[at] = decoder(values[at])


def _verdict(values: Sequence[Any]) -> Verdict:
    kind, because = values
    return Verdict(Kind(kind), _because(because))


def _because(values: Sequence[Any]) -> Because:
    rule, field, value, beside = values
    return Because(rule, field, value, tuple(map(Shown._make, beside)) if beside else ())


def _parties(values: list[Any]) -> Parties:
    _decode(values, _PARTIES)
    return Parties._make(values)


def _maybe(decoder: Decoder) -> Decoder:
    """The same for what may be None."""
    return lambda value: None if value is None else decoder(value)


def _by_place(names: Sequence[str], decoders: Mapping[str, Decoder]) -> tuple[tuple[int, Decoder], ...]:
    return tuple((names.index(name), decoder) for name, decoder in decoders.items())


_PARTIES = _by_place(Parties._fields, {"contact_because": _because, "senders": tuple, "recipients": tuple})
_READING = _by_place(
    _FIELDS,
    {
        **dict.fromkeys(("ids", "in_reply_to", "references", "numbers", "outsiders", "to", "failed"), tuple),
        "verdict": _verdict,
        "parties": _parties,
        "firm": _maybe(_verdict),
        "delivery": _maybe(Delivery),
        "if_known": _maybe(_reading),
    },
)
