"""What a provider of logins issues (RFC 6749, sections 1.4 and 1.5)."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and what renews it. Never shows them when printed."""

    access: str = field(repr=False)
    expires_at: int | None = None
    """The instant at which it ends; None where the provider didn't say."""
    refresh: str = field(default="", repr=False)
    """What another access token is had for, without a person; "" if nothing."""

    def lasts(self, now: int, margin: int) -> bool:
        """Whether it can still be used `margin` seconds from `now`, as far as one knows."""
        return self.expires_at is None or now + margin < self.expires_at
