"""Reading the header of a message from a file, and no more of it than that."""

from __future__ import annotations

import os

import pytest

from replywatch.sources.local.header_block import HEADER_LIMIT, read_header

CHUNK = 8192


def read(tmp_path, content: bytes, start: int = 0, stop: int | None = None):
    path = tmp_path / "message"
    path.write_bytes(content)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return read_header(descriptor, start, len(content) if stop is None else stop)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("header", "complete"),
    [
        (b"A: b\n\n", True),
        (b"A: b\r\n\r\n", True),
        (b"A: b\n\r\n", True),
        (b"A: b\r\r\n\r\r\n", True),  # LF made CRLF twice
        (b"\n", True),
        (b"\r\n", True),
        (b"A: b\n", False),
        (b"A: b\r\n\r", False),
        (b"A: b", False),
        (b"", False),
    ],
)
def test_a_header_ends_with_its_first_empty_line(tmp_path, header, complete):
    body = b"C: d\n\nE: f\n" if complete else b""
    assert read(tmp_path, header + body) == (header, complete)


@pytest.mark.parametrize("end", [b"\n\n", b"\r\n\r\n"])
@pytest.mark.parametrize("short", range(6))
def test_the_empty_line_may_lie_on_the_border_of_two_reads(tmp_path, end, short):
    header = b"x" * (CHUNK - short) + end
    assert read(tmp_path, header + b"body\n\nbody\r\n\r\n") == (header, True)


def test_what_lies_outside_is_not_read(tmp_path):
    assert read(tmp_path, b"A: b\nC: d\n\n", start=5) == (b"C: d\n\n", True)
    assert read(tmp_path, b"A: b\nC: d\n\n", stop=5) == (b"A: b\n", False)
    assert read(tmp_path, b"A: b\n\n", start=6) == (b"", False)


def test_a_header_without_end_is_cut(tmp_path):
    assert read(tmp_path, b"x" * (HEADER_LIMIT + 1) + b"\n\n") == (b"x" * HEADER_LIMIT, True)
    assert read(tmp_path, b"x" * (HEADER_LIMIT - 2) + b"\n\nbody") == (b"x" * (HEADER_LIMIT - 2) + b"\n\n", True)
