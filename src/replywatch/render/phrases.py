"""Templates of what is said, and how values stand in them."""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping
from typing import Any

Form = Callable[[Any], str]
"""How a value is written, such as an instant as a day."""


class _Filler(string.Formatter):
    """Fills templates; knows the forms that a place may ask for besides Python's own."""

    def __init__(self, forms: Mapping[str, Form]) -> None:
        self._forms = forms

    def format_field(self, value: Any, format_spec: str) -> Any:  # noqa: ANN401 - as it is declared above
        """One value, in the form that its place asks for; several texts are joined."""
        if form := self._forms.get(format_spec):
            return form(value)
        return ", ".join(value) if isinstance(value, tuple) else super().format_field(value, format_spec)


def filled(template: str, values: Mapping[str, object], forms: Mapping[str, Form]) -> str:
    """`template` with `values` where it names them: `{days:,}`, or `{since:day}` if `forms` has a `day`."""
    return _Filler(forms).vformat(template, (), values)
