"""The time zone of the report: the one the config names, or this machine's."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

LOCALTIME = Path("/etc/localtime")
UTC = ZoneInfo("UTC")
_NOWHERE = frozenset({"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"})
"""Names of the zone that servers and containers are set to, wherever they stand."""
_MOST = re.compile(r"most of .*|.*\(mainland\)")
"""What zone.tab says of the one among a country's zones in which nearly everybody lives."""
_COUNTRIES = {"uk": "GB"}
"""Ends of domains that are no codes of countries (ISO 3166) but stand for one."""
_ANYWHERE = frozenset("ad ai as bz cc cd co dj fm gg io la me ms nu sc sh sr su tk to tv ws".split())  # noqa: SIM905 - one line instead of 23
"""Ends that are codes of countries, but of domains that are sold to all the world: they tell nothing.

Those that search engines take for such, gg, sh and to beside them (https://tld-list.com/blog/gcctlds-by-google).
"""


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


def likely(environ: Mapping[str, str], domain: str, localtime: Path = LOCALTIME) -> ZoneInfo | None:
    """The zone in which somebody lives who has mail at `domain`; None where nothing tells.

    That of this machine, unless it is UTC, which says nothing of where people are; else that of the country that the
    domain ends in (`.io` is nobody's), or the locale names, if nearly all of it has one zone.
    """
    here = system(environ, localtime)
    if here.key not in _NOWHERE:
        return here
    locale = next(filter(None, (environ.get(key) for key in ("LC_ALL", "LC_TIME", "LANG"))), "")
    ending, region = domain.rpartition(".")[2].lower(), re.match(r"[a-z]+_([A-Z]{2})\b", locale.partition(".")[0])
    country_of_domain = "" if ending in _ANYWHERE else _COUNTRIES.get(ending, ending.upper())
    for country in (country_of_domain, region[1] if region else ""):
        if (name := _by_country().get(country)) and (zone := named(name)):
            return zone
    return None


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


@cache
def _by_country() -> Mapping[str, str]:
    """The zone of each country in which nearly everybody has the same one, by its code (ISO 3166)."""
    found: dict[str, dict[str, str]] = {}
    for line in files("tzdata").joinpath("zoneinfo", "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _, zone, *comment = line.split("\t")
            found.setdefault(country, {})[zone] = "".join(comment)
    return {
        country: likeliest[0]
        for country, zones in found.items()
        if len(likeliest := [z for z, comment in zones.items() if len(zones) == 1 or _MOST.fullmatch(comment)]) == 1
    }
