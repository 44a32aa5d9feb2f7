"""The time zone of this machine."""

from zoneinfo import ZoneInfo

import pytest

from replywatch.config import zone


@pytest.mark.parametrize(
    ("tz", "target", "expected"),
    [
        ("Europe/Berlin", "/usr/share/zoneinfo/Asia/Tokyo", "Europe/Berlin"),
        (":Europe/Berlin", None, "Europe/Berlin"),
        ("", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("", "../usr/share/zoneinfo/posix/Asia/Tokyo", "Asia/Tokyo"),
        ("", "/var/db/timezone/zoneinfo/America/Argentina/Salta", "America/Argentina/Salta"),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("/etc/passwd", "/usr/share/zoneinfo/Asia/Tokyo", "Asia/Tokyo"),
        ("", "/somewhere/else", "UTC"),
        ("", "/usr/share/zoneinfo/", "UTC"),
        ("", None, "UTC"),
    ],
)
def test_system(tmp_path, tz, target, expected):
    link = tmp_path / "localtime"
    if target:
        link.symlink_to(target)
    assert zone.system({"TZ": tz} if tz else {}, link) == ZoneInfo(expected)


def test_a_copied_file_has_no_name(tmp_path):
    file = tmp_path / "localtime"
    file.write_bytes(b"TZif2")
    assert zone.system({}, file) == ZoneInfo("UTC")


@pytest.mark.parametrize(
    ("tz", "locale", "domain", "expected"),
    [
        ("Europe/Berlin", "fr_FR.UTF-8", "firma.at", "Europe/Berlin"),
        ("Europe/London", "", "firma.de", "Europe/London"),
        # a server that is set to UTC says nothing of where people are
        ("UTC", "", "firma.de", "Europe/Berlin"),
        ("Etc/UTC", "", "firma.at", "Europe/Vienna"),
        ("", "", "firma.ch", "Europe/Zurich"),
        ("", "", "mail.firma.DE", "Europe/Berlin"),
        ("", "", "firma.fr", "Europe/Paris"),
        ("", "", "firma.es", "Europe/Madrid"),
        ("", "", "firma.pt", "Europe/Lisbon"),
        ("", "", "firma.ua", "Europe/Kyiv"),
        ("", "", "firma.co.uk", "Europe/London"),
        ("", "", "firma.co.nz", "Pacific/Auckland"),
        ("", "de_AT.UTF-8", "firma.de", "Europe/Berlin"),
        ("", "de_AT.UTF-8", "firma.com", "Europe/Vienna"),
        ("", "de_CH@euro", "firma.example", "Europe/Zurich"),
        ("", "de_DE", "firma.eu", "Europe/Berlin"),
        # ends of domains that are sold to all the world
        ("", "de_DE.UTF-8", "firma.io", "Europe/Berlin"),
        ("", "", "firma.ai", None),
        ("", "", "firma.ME", None),
        ("", "de_CO.UTF-8", "firma.co", "America/Bogota"),
        # a country of many zones tells none
        ("", "en_US.UTF-8", "firma.com", None),
        ("", "", "firma.us", None),
        ("", "", "firma.ru", None),
        ("", "C.UTF-8", "firma.com", None),
        ("", "POSIX", "日本", None),
        ("", "de", "", None),
    ],
)
def test_likely(tmp_path, tz, locale, domain, expected):
    environ = {"TZ": tz, "LANG": locale}
    found = zone.likely({k: v for k, v in environ.items() if v}, domain, tmp_path / "localtime")
    assert found == (ZoneInfo(expected) if expected else None)


def test_the_locale_of_times_goes_before_that_of_words(tmp_path):
    environ = {"LANG": "en_US.UTF-8", "LC_TIME": "de_DE.UTF-8"}
    assert zone.likely(environ, "firma.com", tmp_path / "localtime") == ZoneInfo("Europe/Berlin")
