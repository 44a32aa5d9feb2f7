"""What a test can't do without."""

import os

import pytest


def need(reason_against: str) -> None:
    """Skip the test, or fail it if REPLYWATCH_REQUIRE_SERVERS is 1, for a reason; go on where there is none."""
    if reason_against:
        if os.environ.get("REPLYWATCH_REQUIRE_SERVERS") == "1":
            pytest.fail(f"REPLYWATCH_REQUIRE_SERVERS=1, but {reason_against}")
        pytest.skip(reason_against)
