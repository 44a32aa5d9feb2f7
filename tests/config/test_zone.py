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
