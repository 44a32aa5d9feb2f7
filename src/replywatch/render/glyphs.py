"""What stands for the characters that we draw with, where nothing but ASCII can be shown."""

from __future__ import annotations

from replywatch.render.locale import Locale

_PLAIN = str.maketrans(
    {
        **dict.fromkeys("█▉▊▋▌", "#"),
        **dict.fromkeys("▍▎▏", "."),
        **dict.fromkeys("“”„", '"'),
        **dict.fromkeys("─━", "-"),
        **dict(zip("▶→←│·┐┘…≠✓\N{REPLACEMENT CHARACTER}", r">><||\/~!+?", strict=True)),
    }
)
"""Each as wide as what it stands for, so that nothing moves."""


def drawn(text: str, locale: Locale) -> str:
    """`text` as it can be shown: what we draw with in ASCII where that is all there is; letters stay as they are."""
    return text.translate(_PLAIN) if locale.ascii else text


def written_out(text: str, locale: Locale) -> str:
    """A sentence, before it is broken into lines: as `drawn`, and with three dots for an ellipsis."""
    return drawn(text.replace("…", "..."), locale) if locale.ascii else text
