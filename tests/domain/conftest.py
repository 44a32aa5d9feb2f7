"""Settings of the domain's tests."""

from __future__ import annotations

from hypothesis import settings

# A busy machine is no failure; whether work is bounded is tested with large input instead.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
