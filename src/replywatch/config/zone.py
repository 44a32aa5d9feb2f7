"""The time zone of the report: the one the config names, or this machine's."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

LOCALTIME = Path("/etc/localtime")
UTC = ZoneInfo("UTC")


def named(name: str) -> ZoneInfo | None:
    """The zone with this IANA name, such as `Europe/Berlin`; None if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # ValueError: leaves the folder; OSError: is a folder
        return None


def system(environ: Mapping[str, str], localtime: Path = LOCALTIME) -> ZoneInfo:
    """The zone of this machine: TZ if it names one, else where the link /etc/localtime leads, else UTC.

    A POSIX rule in TZ (`CET-1CEST,M3.5.0,…`) has no name that a report could carry and is passed over.
    """
    for name in (environ.get("TZ", "").removeprefix(":"), _linked(localtime)):
        if name and (zone := named(name)):
            return zone
    return UTC


def suggestion(name: str) -> str:
    """The end of the sentence "is not a time zone": the one that was meant, where it can be guessed."""
    near = difflib.get_close_matches(name, available_timezones(), n=1)
    return f", did you mean {near[0]}?" if near else ""


def _linked(localtime: Path) -> str:
    """The zone's name in the target of the link, which ends in `zoneinfo/Europe/Berlin`; "" if it is no link."""
    try:
        target = str(localtime.readlink())
    except OSError:
        return ""
    return target.rpartition("zoneinfo/")[2].removeprefix("posix/")
